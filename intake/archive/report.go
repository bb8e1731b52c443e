package archive

import (
	"fmt"
	"slices"

	"tongban/consensus/chain"
	"tongban/intake/casefile"
)

// Check is one of the four properties that an archive tests (DA/T 70-2018).
type Check string

// The four.
const (
	Authenticity Check = "authenticity" // 真实性: who wrote it, and that it is as it was written
	Integrity    Check = "integrity"    // 完整性: nothing is missing that is not said to be
	Usability    Check = "usability"    // 可用性: it opens, in formats that are allowed
	Security     Check = "security"     // 安全性: nothing in it does harm
)

// Checks lists the four in their order.
func Checks() []Check { return []Check{Authenticity, Integrity, Usability, Security} }

// Chinese is the name of the check.
func (c Check) Chinese() string { return checkWords[c] }

// Finding is one thing that a check found.
type Finding struct {
	File   string `json:"file,omitempty"`  // in the package; "": the package itself
	Event  uint64 `json:"event,omitempty"` // of the log; 0: none in particular
	Reason string `json:"reason"`
	Note   bool   `json:"note,omitempty"` // it fails nothing: somebody should know
}

// String is the finding in one line.
func (f Finding) String() string {
	where := f.File
	if f.Event != 0 {
		where = fmt.Sprintf("%s (event %d)", f.File, f.Event)
	}
	if where == "" {
		return f.Reason
	}
	return where + ": " + f.Reason
}

// Result is what one check came to.
type Result struct {
	Check    Check     `json:"check"`
	Name     string    `json:"name"` // in Chinese
	Holds    bool      `json:"holds"`
	Findings []Finding `json:"findings,omitempty"`
}

// Report is what came of verifying a package.
type Report struct {
	Case    casefile.ID `json:"case,omitempty"`
	Number  string      `json:"number,omitempty"`
	Events  int         `json:"events"`
	Files   int         `json:"files"`
	Bytes   int64       `json:"bytes"`
	SHA256  chain.Hash  `json:"sha256"` // of the package, as a whole
	Holds   bool        `json:"holds"`
	Results []Result    `json:"results"`
	Shown   []Shown     `json:"shown"` // what the log rests on and how far it is proven here

	Root      chain.PublicKey `json:"root,omitempty"` // the founding key that it was proven up to
	RootGiven bool            `json:"root_given"`     // by whoever verified; else it is the package's own word
	LeftOut   []LeftOut       `json:"left_out,omitempty"`
	Retention Retention       `json:"retention"`
}

func newReport() *Report {
	r := &Report{Holds: true}
	for _, c := range Checks() {
		r.Results = append(r.Results, Result{Check: c, Name: c.Chinese(), Holds: true})
	}
	return r
}

// maxFindings bounds the list of one check: a package that is broken
// throughout is said to be so.
const maxFindings = 500

func (r *Report) add(c Check, f Finding) {
	i := slices.IndexFunc(r.Results, func(one Result) bool { return one.Check == c })
	result := &r.Results[i]
	if !f.Note {
		result.Holds, r.Holds = false, false
	}
	if len(result.Findings) < maxFindings && !slices.Contains(result.Findings, f) {
		result.Findings = append(result.Findings, f)
	}
}

// Of is the result of one check.
func (r *Report) Of(c Check) Result {
	return r.Results[slices.IndexFunc(r.Results, func(one Result) bool { return one.Check == c })]
}

// Package archive makes a package (归档信息包) of a case that has come to its end,
// and verifies one: years later, without a node, a data directory or a network.
//
// A package is a zip of stored files: the sealed events as they were hashed,
// the pinned versions of the item, what the rules asked the Register and what
// of its journal proves the answers, the content that lies outside the log with
// its salts, and all of it once more in words for people. GB/T 42727-2023 and
// DA/T 85-2019 give the process (收集、整理、清点、形成归档信息包、校验、检测), DA/T 70-2018
// the four checks.
//
// It must never leave out in silence: what is erased, withheld or left out on
// purpose is listed as such. It must never set a retention period, which each
// body sets for itself and has approved (档案法实施条例 19), and Verify must never
// believe a word in a package that its seals, hashes and rules can show.
package archive

import (
	"fmt"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// Domain separates the seal under a manifest from every other.
const Domain chain.Domain = "tongban/archive/1"

// Format is the version of the package format.
const Format = 1

// The refusals of this package. The codes are for good.
const (
	NotEnded    refusal.Code = "not_ended"    // the case is not concluded: there is nothing to archive yet
	NoRetention refusal.Code = "no_retention" // nobody says how long the package is to be kept
	Incomplete  refusal.Code = "incomplete"   // content that the case rests on is not on this node
)

// Manifest says what a package is and holds.
type Manifest struct {
	Format  int         `json:"format"`
	Case    casefile.ID `json:"case"`
	Number  string      `json:"number"`
	Item    item.Ref    `json:"item"`
	Name    string      `json:"item_name"`
	Centers []Role      `json:"centers"`

	Phase     casefile.Phase   `json:"phase"`
	Outcome   casefile.Outcome `json:"outcome,omitempty"`
	Opened    int64            `json:"opened_at"`              // Unix milliseconds, like all times here
	Concluded int64            `json:"concluded_at,omitempty"` //
	Until     int64            `json:"until"`                  // node time of the last event: what the package is a package of
	Head      chain.Head       `json:"head"`                   // of the log

	Events      int             `json:"events"`
	Attachments int             `json:"attachments"`
	Documents   int             `json:"documents"`
	Retention   Retention       `json:"retention"`
	Personal    bool            `json:"personal"`             // false: content that names people was left out on purpose
	LeftOut     []LeftOut       `json:"left_out,omitempty"`   // whatever the log names and the package lacks
	Superseded  []Branch        `json:"superseded,omitempty"` // logs beside the log
	Register    Basis           `json:"register"`             //
	Maker       *casefile.Party `json:"maker,omitempty"`      // whose seal lies beside; nil: none does
	Files       []File          `json:"files"`                // all but the manifest, its seal and the list of sums
}

// Role is a center and what it had to do with the case.
type Role struct {
	Center area.Center `json:"center"`
	Name   string      `json:"name,omitempty"`
	Roles  []string    `json:"roles"` // "received", "accepted", "decided", "delivers", "held", "took part"
}

// Retention is how long a package is to be kept, in the words of whoever says
// so, and by which document.
type Retention struct {
	Period string `json:"period"`
	Basis  string `json:"basis"`
}

// Reason is why content lies not in a package.
type Reason string

// The reasons.
const (
	ErasedContent   Reason = "erased"   // by an event of the log
	PersonalContent Reason = "personal" // left out on purpose
	NotHere         Reason = "not_here" // replaced by a newer line, and never came to the node that made the package
	UnfitDocument   Reason = "unfit"    // a document that can't be written any more
)

// LeftOut is one thing that is not there, and why.
type LeftOut struct {
	What   string     `json:"what"` // "attachment", "document"
	Hash   chain.Hash `json:"hash,omitzero"`
	Kind   string     `json:"kind,omitempty"`
	Reason Reason     `json:"reason"`
	Event  uint64     `json:"event,omitempty"` // by which it was erased, or which names it
}

// Branch is a log that the case's log overruled.
type Branch struct {
	Number uint64     `json:"number"`
	Head   chain.Head `json:"head"`
	Cause  string     `json:"cause"`
}

// Basis is what of the Register lies in a package.
type Basis struct {
	Realm   string          `json:"realm"`
	Root    chain.PublicKey `json:"root,omitempty"` // the founding key: to be compared with one that came by another way
	Records int             `json:"records"`
}

// File is one file of a package.
type File struct {
	Name   string     `json:"name"`
	Size   int64      `json:"size"`
	SHA256 chain.Hash `json:"sha256"`
	Format string     `json:"format"` // media type
	Title  string     `json:"title,omitempty"`
}

// The files of a package that are always there.
const (
	indexFile    = "index.html"
	readmeFile   = "README.txt"
	manifestFile = "manifest.json"
	sealFile     = "manifest.seal"
	sumsFile     = "SHA256SUMS"
	stateFile    = "state.json"
	answersFile  = "register/answers.json"
	journalFile  = "register/journal.json"
)

func eventFile(seq uint64, ext string) string { return fmt.Sprintf("events/%06d.%s", seq, ext) }

func branchFile(number, seq uint64) string {
	return fmt.Sprintf("superseded/%d/%06d.cbor", number, seq)
}

func runFile(from, to uint64) string { return fmt.Sprintf("register/journal-%08d-%08d.cbor", from, to) }

func itemName(r item.Ref) string { return fmt.Sprintf("%s-%s-%d", r.Code, r.Area, r.Version) }

func itemFile(r item.Ref, ext string) string { return "items/" + itemName(r) + "." + ext }

func saltFile(h chain.Hash) string { return "attachments/" + h.String() + ".salt" }

// formatOf is the media type of a file that this package itself writes.
func formatOf(name string) string {
	switch ext := name[strings.LastIndexByte(name, '.')+1:]; ext {
	case "json":
		return "application/json"
	case "cbor":
		return "application/cbor"
	case "html":
		return "text/html"
	case "txt":
		return "text/plain"
	}
	return "application/octet-stream"
}

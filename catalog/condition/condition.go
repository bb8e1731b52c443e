// Package condition reads the conditions of an item: in which situations (办理情形)
// a material is asked for, a step is taken, a further question is put, a member
// of a bundle belongs to it. They are CEL expressions over the answers.
//
// Check finds everything wrong with the conditions of an item, where a draft is
// checked and approved. Select says what the answers of one applicant select.
//
// It must never let a condition loop, guess an answer, or stop a counter: what
// can't be decided is shown. It must never run in the state machine of the
// Register, where a library's opinion could part two voters.
package condition

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"tongban/catalog/item"
)

// Bounds on one condition.
const (
	MaxLength = 500  // characters
	MaxCost   = 1000 // units of CEL; about one for each comparison and each ten characters compared
	maxDepth  = 24   // nested parentheses and operators, as the parser counts them
)

// The codes of what Check finds.
const (
	CodeSyntax        = "condition_syntax"         // it can't be read, or compares what can't be compared
	CodeUnknownName   = "condition_unknown_name"   // it names no situation that is asked before it, or no function
	CodeNotBool       = "condition_not_bool"       // it says neither yes nor no
	CodeLoops         = "condition_loops"          // it would go over a list
	CodeTooCostly     = "condition_too_costly"     // its cost or its nesting is over the limit
	CodeTooLong       = "condition_too_long"       // more than MaxLength characters
	CodeUnknownOption = "condition_unknown_option" // it compares a situation with what is none of its options
	CodeMisplaced     = "condition_misplaced"      // acceptance and decision never fall away
)

// place is one condition and where it stands.
type place struct {
	at
	text string
	upto int // it may name the situations before this one
}

// at is the list and the line that a condition belongs to.
type at struct {
	list  string // "situations", "materials", "steps" or "members"
	index int
}

func (a at) String() string { return fmt.Sprintf("%s[%d].if", a.list, a.index) }

// places lists the conditions of an item in the order of its elements.
func places(it *item.Item) []place {
	var all []place
	add := func(list string, i int, text string, upto int) {
		if text != "" {
			all = append(all, place{at{list, i}, text, upto})
		}
	}
	every := len(it.Situations)
	for i := range it.Situations {
		add("situations", i, it.Situations[i].If, i)
	}
	for i := range it.Materials {
		add("materials", i, it.Materials[i].If, every)
	}
	for i := range it.Steps {
		add("steps", i, it.Steps[i].If, every)
	}
	for i := range it.Members {
		add("members", i, it.Members[i].If, every)
	}
	return all
}

// Check finds everything that is wrong with the conditions of an item, all at
// once, in the order of its elements. Each finding is an error: no counter
// could work by the condition. An item without conditions costs nothing.
func Check(it *item.Item) []item.Finding {
	var found []item.Finding
	for i := range it.Situations {
		if slices.Contains(reserved, it.Situations[i].ID) {
			found = append(found, finding(fmt.Sprintf("situations[%d].id", i), CodeUnknownName, &fault{
				chinese: fmt.Sprintf("“%s”是条件语言的保留字，请换一个标识", it.Situations[i].ID),
				english: fmt.Sprintf("%q is a reserved word of conditions; choose another id", it.Situations[i].ID),
			}))
		}
	}
	for i := range it.Steps {
		if st := &it.Steps[i]; st.If != "" && fixed(st) {
			found = append(found, finding(fmt.Sprintf("steps[%d].if", i), CodeMisplaced, &fault{
				chinese: "受理、决定环节不能附条件：每一件都要受理、都要作出决定",
				english: "an accept or decide step takes no condition: every case is accepted and decided",
			}))
		}
	}
	all := places(it)
	if len(all) == 0 {
		return found
	}
	b := newBook(it)
	for _, p := range all {
		for _, f := range b.judge(p) {
			found = append(found, finding(p.String(), f.code, f))
		}
	}
	return found
}

// fixed reports whether a step is taken in every case.
func fixed(st *item.Step) bool { return st.Action == item.Accept || st.Action == item.Decide }

// fault is what is wrong with one condition.
type fault struct {
	code             string
	chinese, english string
}

func (f *fault) Error() string { return f.english }

func faultf(code, chinese, english string, args ...any) *fault {
	return &fault{code, fmt.Sprintf(chinese, args...), fmt.Sprintf(english, args...)}
}

func finding(element, code string, f *fault) item.Finding {
	return item.Finding{Element: element, Code: code, Severity: item.Error, Message: f.chinese, English: f.english}
}

// tooLong is the one thing looked at before anything is parsed.
func tooLong(text string) *fault {
	if n := utf8.RuneCountInString(text); n > MaxLength {
		return faultf(CodeTooLong, "条件有 %d 个字符，最多 %d 个", "%d characters; at most %d", n, MaxLength)
	}
	return nil
}

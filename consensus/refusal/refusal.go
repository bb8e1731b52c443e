// Package refusal is how the program says no: an error with a stable code,
// what was being done, and what to do about it. Codes cross the wire and the
// API and never change their meaning.
//
// What was wrong and the hint are written here in English, once: for the command
// line, the logs and other centers. Whoever reads a page in Chinese gets the
// reason of the code (node/workbench, reasons.go) and the same sentence with the
// same facts from node/terms/refused, which has the Chinese of every format
// string that the packages of the desk refuse with; tests find a code or a
// sentence without it. So a cause is one format with facts as its arguments,
// never a sentence put together from pieces.
//
// It must never hold a decision, only say one.
package refusal

import (
	"errors"
	"fmt"
)

// Code names a reason for good, such as "not_custodian". Lower case, words
// joined by underscores.
type Code string

// Codes that more than one package uses; a package declares its own beside
// what it refuses.
const (
	Malformed   Code = "malformed"   // the input cannot be read
	NotFound    Code = "not_found"   // there is no such thing
	Conflict    Code = "conflict"    // it contradicts what stands
	Forbidden   Code = "forbidden"   // not this one's to do
	Unavailable Code = "unavailable" // not now; the same call may go through later
	TooLarge    Code = "too_large"   // over a limit
	Fenced      Code = "fenced"      // this node may not write until it has a new incarnation
	DiskFull    Code = "disk_full"   // too little free space to take anything in
)

// Error is a refusal.
type Error struct {
	Code Code
	Op   string // what was being done, such as "take over 320509111201.1.42"
	Hint string // what the reader can do; may be empty
	Err  error  // what was wrong
}

// New makes a refusal.
func New(code Code, op, hint string, err error) *Error {
	return &Error{code, op, hint, err}
}

// Newf makes a refusal whose cause is a sentence.
func Newf(code Code, op, hint, format string, args ...any) *Error {
	return &Error{code, op, hint, fmt.Errorf(format, args...)}
}

// Error says what was being done and what was wrong; the hint is for whoever
// shows the error.
func (e *Error) Error() string {
	if e.Op == "" {
		return e.Err.Error()
	}
	return e.Op + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf finds the code of an error; "" when it carries none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// HintOf finds the hint of an error; "" when it carries none.
func HintOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Hint
	}
	return ""
}

package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tongban/consensus/wire"
)

// Mark is one half of what a node remembers of its last start: how many there
// were, that start's token, and the machine. One half lies in the store, the
// other beside the key; halves that do not belong together mean that one of
// them came from elsewhere.
type Mark struct {
	Count   uint64 `cbor:"1,keyasint" json:"count"`
	Token   string `cbor:"2,keyasint" json:"token"`
	Machine string `cbor:"3,keyasint,omitempty" json:"machine,omitempty"`
	// Restored is set in the store by whoever put a backup there.
	Restored bool `cbor:"4,keyasint,omitempty" json:"restored,omitempty"`
}

func (m Mark) same(o Mark) bool { return m.Count == o.Count && m.Token == o.Token }

// Marks is where the store's half lies. Mark returns a zero Mark when there is
// none; SetMark is durable when it returns.
type Marks interface {
	Mark() (Mark, error)
	SetMark(Mark) error
}

// Verdict is what a start found out about the data directory.
type Verdict uint8

// The verdicts. Every one but Continued and First means: write nothing until
// the Register has granted a new incarnation.
const (
	First     Verdict = iota // nothing was here before
	Continued                // the directory is as this node left it
	Restored                 // the store is not the one that this key last ran with
	Cloned                   // the directory was copied to another machine
)

var verdicts = [...]string{"first", "continued", "restored", "cloned"}

// String returns the English word.
func (v Verdict) String() string { return verdicts[v] }

// Sound reports whether the node may go on under its incarnation.
func (v Verdict) Sound() bool { return v == First || v == Continued }

// Start is what Begin found.
type Start struct {
	Verdict Verdict
	Reason  string // in words, for the log and the operator; "" when sound
	Count   uint64 // starts of this directory, this one included when sound
	Session string // random, of this start only: tells two running copies apart
}

// besideKey is the half that lies beside the key. Next is the start being
// written: after a crash between the two halves either is right.
type besideKey struct {
	Mark
	Next *Mark `json:"next,omitempty"`
}

// Begin compares the two halves and, when they belong together, counts this
// start in both. machine is this machine's id ("" when it has none: then only
// the counters tell). When they do not belong together nothing is written, so
// that every later start finds the same until Renew.
func (id *Identity) Begin(marks Marks, machine string, random io.Reader) (Start, error) {
	token := make([]byte, 16)
	if _, err := io.ReadFull(random, token); err != nil {
		return Start{}, fmt.Errorf("randomness for a start: %w", err)
	}
	session := hex.EncodeToString(token)
	stored, err := marks.Mark()
	if err != nil {
		return Start{}, fmt.Errorf("read the start mark in the store: %w", err)
	}
	beside, err := id.beside()
	if err != nil {
		return Start{}, err
	}
	start := compare(beside, stored, machine)
	start.Session = session
	if !start.Verdict.Sound() {
		return start, nil
	}
	start.Count++
	return start, id.count(marks, beside.Mark, Mark{start.Count, session, machine, false})
}

// Renew makes the two halves belong together again, after the Register has
// granted a new incarnation.
func (id *Identity) Renew(marks Marks, machine, session string) error {
	stored, err := marks.Mark()
	if err != nil {
		return fmt.Errorf("read the start mark in the store: %w", err)
	}
	beside, err := id.beside()
	if err != nil {
		return err
	}
	count := max(stored.Count, beside.Count) + 1
	return id.count(marks, beside.Mark, Mark{count, session, machine, false})
}

// count writes next into both halves. Beside the key it first stands as an
// intention next to the old one, so that no crash looks like a restore.
func (id *Identity) count(marks Marks, old, next Mark) error {
	if err := id.setBeside(besideKey{old, &next}); err != nil {
		return err
	}
	if err := marks.SetMark(next); err != nil {
		return fmt.Errorf("write the start mark in the store: %w", err)
	}
	return id.setBeside(besideKey{next, nil})
}

// compare is the rule, without any file.
func compare(beside besideKey, stored Mark, machine string) Start {
	found := Start{Count: stored.Count}
	other := func(m Mark) bool { return m.Machine != "" && machine != "" && m.Machine != machine }
	switch {
	case stored.Restored:
		found.Verdict, found.Reason = Restored, "the store was filled from a backup"
	case other(beside.Mark) || other(stored):
		found.Verdict, found.Reason = Cloned, "the data directory last ran on another machine"
	case stored.same(beside.Mark) && stored.Count == 0:
		found.Verdict = First
	case stored.same(beside.Mark), beside.Next != nil && stored.same(*beside.Next):
		found.Verdict = Continued
	case beside.Count == 0 && beside.Next == nil:
		found.Verdict, found.Reason = Restored, "the store ran before, but not with this key"
	case stored.Count == 0:
		found.Verdict, found.Reason = Restored,
			fmt.Sprintf("the store is empty, but this key has been started %d times", beside.Count)
	default:
		found.Verdict, found.Reason = Restored,
			fmt.Sprintf("the store remembers start %d, the key start %d: one of them is an old copy", stored.Count, beside.Count)
	}
	return found
}

func (id *Identity) beside() (besideKey, error) {
	var half besideKey
	content, err := os.ReadFile(filepath.Join(id.dir, startsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return half, nil
	}
	if err != nil {
		return half, fmt.Errorf("read the start mark beside the key: %w", err)
	}
	if err := json.Unmarshal(content, &half); err != nil {
		return half, fmt.Errorf("read the start mark beside the key: %w", err)
	}
	return half, nil
}

func (id *Identity) setBeside(half besideKey) error {
	content, err := json.Marshal(half)
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(id.dir, startsFile), append(content, '\n')); err != nil {
		return fmt.Errorf("write the start mark beside the key: %w", err)
	}
	return nil
}

// Machine is an id of this machine, the same after every boot; "" when the
// system has none. It is hashed: the bare one is nobody else's to know.
func Machine() string {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		content, err := os.ReadFile(path)
		if name := strings.TrimSpace(string(content)); err == nil && name != "" {
			sum := sha256.Sum256([]byte("tongban/machine/1\x00" + name))
			return hex.EncodeToString(sum[:8])
		}
	}
	return ""
}

// EncodeMark and DecodeMark are a mark's form in the store.
func EncodeMark(m Mark) []byte { return wire.Encode(m) }

// DecodeMark reads what EncodeMark wrote.
func DecodeMark(b []byte) (Mark, error) {
	var m Mark
	err := wire.Decode(b, &m)
	return m, err
}

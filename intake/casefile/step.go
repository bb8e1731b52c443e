package casefile

import (
	"bytes"
	"fmt"
	"slices"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// MaxStep is how many records of one log are judged at once.
const MaxStep = 4096

// Branch is the log of a case as this node has it.
type Branch struct {
	State State // what the whole log folds to; New(id) when there is none

	// Log returns the records from a sequence on, at most max of them. It may
	// be nil for an empty log; it is asked only where logs overlap.
	Log func(from uint64, max int) ([][]byte, error)
}

// Ruling is what comes of an incoming log.
type Ruling string

// The rulings. Only the first two and Equivocation change what is stored.
const (
	Extends      Ruling = "extends"      // Take continues our log
	NewerEpoch   Ruling = "newer_epoch"  // it wins: ours is cut at Fork, what stood behind is superseded
	OlderEpoch   Ruling = "older_epoch"  // it loses: it is kept as superseded
	Equivocation Ruling = "equivocation" // two chains of one epoch: both are kept, the case is frozen
	Same         Ruling = "same"         // it ends where ours ends
	Older        Ruling = "older"        // ours has it and goes on
	Parked       Ruling = "parked"       // it can't be judged yet: Need says what is missing
	Gap          Ruling = "gap"          // records before it are missing: Need says from which on
)

// Decision is what Step says of an incoming log. It has no effect of its own.
type Decision struct {
	Ruling Ruling
	Fork   uint64   // the first sequence at which the two logs differ (NewerEpoch, OlderEpoch, Equivocation)
	Take   [][]byte // the records that are new, verified
	State  State    // what the incoming log folds to, as far as Take
	Need   uint64   // Gap: the sequence to send from; Parked: the Register index to wait for, 0 for an upgrade
	Parked [][]byte // records behind Take that can't be judged yet
	Reason error    // why they are parked
	Own    bool     // Take holds an event that self sealed: if it lies in no superseded branch, this node is an old copy or has a twin
}

// Step judges the records of a log, which begin at sequence first, by rules 1
// to 7 of the design: what a node that has the branch have does with them. It
// trusts have, for it was judged before, and nothing else; whatever it tells
// to take is verified. An error is a refusal: nothing of the log is taken.
//
// self is the reading party: where it finds its own seal under a record that
// it does not have, it is an older copy of itself, and the decision says so.
func Step(reg Register, self Party, have Branch, first uint64, records [][]byte) (Decision, error) {
	id := have.State.ID
	if err := wellFormed(id, first, records); err != nil {
		return Decision{}, err
	}
	end := have.State.Head.Index
	if first > end+1 {
		return Decision{Ruling: Gap, Need: end + 1}, nil
	}
	common, joins, err := overlap(have, first, records)
	switch {
	case err != nil:
		return Decision{}, err
	case !joins:
		return Decision{Ruling: Gap, Need: 1}, nil // they part before first
	case common == len(records):
		last := first + uint64(common) - 1
		if last < end {
			return Decision{Ruling: Older, State: have.State}, nil
		}
		return Decision{Ruling: Same, State: have.State}, nil
	}
	fork := first + uint64(common)
	base := have.State
	if fork <= end {
		if base, err = prefix(have, fork-1); err != nil {
			return Decision{}, err
		}
	}
	d, err := judge(reg, base, records[common:])
	d.Own = ownWork(self, d)
	if err != nil || fork > end || d.Ruling == Parked {
		return d, err
	}
	if len(d.Parked) > 0 { // a fork is judged whole or not at all: by its last epoch
		return Decision{Ruling: Parked, Need: d.Need, Parked: records, Reason: d.Reason, Own: d.Own}, nil
	}
	d.Fork = fork
	switch ours, theirs := have.State.Epoch, d.State.Epoch; {
	case theirs > ours:
		d.Ruling = NewerEpoch
	case theirs < ours:
		d.Ruling = OlderEpoch
	default:
		d.Ruling = Equivocation
	}
	return d, nil
}

// wellFormed checks the numbering, so that everything after may rely on it.
func wellFormed(id ID, first uint64, records [][]byte) error {
	op := fmt.Sprintf("take in a log of %s", id)
	if first == 0 || len(records) == 0 || len(records) > MaxStep {
		return refusal.Newf(refusal.Malformed, op, "", "%d records from sequence %d (want 1 to %d, from 1 on)",
			len(records), first, MaxStep)
	}
	for i, b := range records {
		r, err := Read(b)
		if err != nil {
			return &chain.Fault{Log: string(id), Index: first + uint64(i), Reason: err}
		}
		if r.Event.Case != id {
			return refuse(Foreign, &r.Event, "it belongs to another case than %s", id)
		}
		if r.Event.Seq != first+uint64(i) {
			return refuse(BadPrev, &r.Event, "it was sent as event %d", first+uint64(i))
		}
	}
	return nil
}

// overlap counts the leading records that our log has too. joins is false when
// the two logs part before the first of them.
func overlap(have Branch, first uint64, records [][]byte) (common int, joins bool, err error) {
	head := have.State.Head
	r, err := Read(records[0])
	if err != nil {
		return 0, false, err
	}
	if first == head.Index+1 {
		return 0, first == 1 || r.Event.Prev == head.Hash, nil
	}
	ours, err := have.Log(first, len(records))
	if err != nil {
		return 0, false, err
	}
	for common < len(ours) && common < len(records) && bytes.Equal(ours[common], records[common]) {
		common++
	}
	if common > 0 || first == 1 {
		return common, true, nil
	}
	mine, err := Read(ours[0])
	if err != nil {
		return 0, false, err
	}
	return 0, mine.Event.Prev == r.Event.Prev, nil
}

// prefix is what our log folded to at an earlier sequence.
func prefix(have Branch, upto uint64) (State, error) {
	if upto == 0 {
		return New(have.State.ID), nil
	}
	records, err := have.Log(1, int(upto))
	if err != nil {
		return State{}, err
	}
	return Fold(have.State.ID, records)
}

// judge verifies what continues base. What cites a newer Register, or an event
// kind of a newer program, waits; the records before it are taken.
func judge(reg Register, base State, records [][]byte) (Decision, error) {
	d := Decision{Ruling: Extends, State: base}
	for i, b := range records {
		next, err := verifyOne(reg, d.State, b)
		if err == nil {
			d.State = next
			continue
		}
		switch refusal.CodeOf(err) {
		case RegisterBehind:
			r, _ := Read(b)
			d.Need = r.Event.Register.Index
		case UnknownKind:
		default:
			return Decision{}, &chain.Fault{Log: string(base.ID), Index: base.Head.Index + uint64(i) + 1, Reason: err}
		}
		d.Take, d.Parked, d.Reason = records[:i], records[i:], err
		if i == 0 {
			d.Ruling = Parked
		}
		return d, nil
	}
	d.Take = records
	return d, nil
}

// ownWork reports whether self sealed anything of what is taken; what is
// parked is not verified, so it proves nothing.
func ownWork(self Party, d Decision) bool {
	return slices.ContainsFunc(d.Take, func(b []byte) bool {
		r, err := Read(b)
		return err == nil && r.Event.Author == self
	})
}

// Mine reports whether a center wrote the log's last word or is to write the
// next: who has something at stake in a case.
func (s *State) Mine(c area.Center) bool {
	return s.Holder.Center == c || s.Offer != nil && s.Offer.To.Center == c
}

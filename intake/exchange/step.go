package exchange

import (
	"cmp"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// Timing is when the outbox tries again. The zero value means the defaults.
type Timing struct {
	First   time.Duration // back-off after the first failure; 2 s
	Most    time.Duration // the longest back-off; 30 min
	Reoffer time.Duration // an arrived offer is sent again after this, then twice as late each time up to Most; 1 min
	Recarry time.Duration // a carried row without receipt is carried again; 6 h
	Idle    time.Duration // a stream with nothing on it is closed; 2 min
	Answer  time.Duration // an answer that takes longer breaks the stream; 1 min
}

func (t Timing) withDefaults() Timing {
	return Timing{
		First:   cmp.Or(t.First, 2*time.Second),
		Most:    cmp.Or(t.Most, 30*time.Minute),
		Reoffer: cmp.Or(t.Reoffer, time.Minute),
		Recarry: cmp.Or(t.Recarry, 6*time.Hour),
		Idle:    cmp.Or(t.Idle, 2*time.Minute),
		Answer:  cmp.Or(t.Answer, time.Minute),
	}
}

// Inputs of the core. Each happened; the core says what follows.
type (
	// RowStaged: a row was committed to the store.
	RowStaged struct{ Row Row }
	// Wanted: a case has papers that go to the destination and are not there.
	Wanted struct {
		Dest area.Center
		Case string
	}
	// RowDropped: a row was taken out of the store.
	RowDropped struct{ Key Key }
	// PeerUp: the destination is connected, or says that it is back.
	PeerUp struct{ Dest area.Center }
	// Greet: the destination is to hear our word, even if nothing waits for it.
	Greet struct{ Dest area.Center }
	// TryNow: an operator asks for it, refused rows included.
	TryNow struct{ Dest area.Center }
	// Tick: time has passed.
	Tick struct{}
	// Opened: the destination has answered our hello.
	Opened struct {
		Dest        area.Center
		Incarnation uint32
		Mark        uint64 // the last row of ours that it stored
		Register    uint64 // how far its Register reaches
	}
	// Greeted: the destination has said hello to us.
	Greeted struct {
		Dest        area.Center
		Incarnation uint32
	}
	// RowsSent: these parts of rows are on the stream.
	RowsSent struct {
		Dest    area.Center
		Flights []Flight
	}
	// Unsendable: a row can't be made into anything to send.
	Unsendable struct {
		Key    Key
		Code   refusal.Code
		Reason string
	}
	// Obsolete: a row points at nothing any more.
	Obsolete struct {
		Key     Key
		Version uint64
	}
	// Answered: rows up to Ack are stored, but for the verdicts.
	Answered struct {
		Dest     area.Center
		Ack      uint64
		Verdicts []Verdict
	}
	// Receipted: a row that was carried has come to its destination.
	Receipted struct {
		Key     Key
		Version uint64
		Verdict Verdict
		Head    chain.Head
		Blobs   []chain.Hash // of papers: which of the case are there
	}
	// LineFailed: a dial or a stream failed.
	LineFailed struct {
		Dest   area.Center
		Via    area.Center // the destination's parent, which could carry; "" if none
		Reason string
		Never  bool // the destination can't be dialled at all
	}
	// LineClosed: the stream was closed in good order.
	LineClosed struct{ Dest area.Center }
)

// Flight is one part of a row on the stream.
type Flight struct {
	N       uint64
	Key     Key
	Version uint64
	Head    chain.Head // of a case: where the destination's copy ends after this part
	Blob    chain.Hash // of a piece of a blob: which
	Upto    int64      // of a piece that is not the last: how much of the blob is there after it
	Last    bool       // the row is complete with this part
}

// Outputs of the core: what the shell is to do.
type (
	// Dial: open a stream.
	Dial struct{ Dest area.Center }
	// Send: the open stream has rows to take (Next).
	Send struct{ Dest area.Center }
	// Done: delete the row unless it is newer by now.
	Done struct {
		Key     Key
		Version uint64
	}
	// Learned: the destination has the case up to Head, Blobs of it, and Begun
	// of one more. Forget: it has fewer records than we thought; what we knew is
	// replaced. Doubt, and Forget: the blobs that it had are to be asked about.
	Learned struct {
		Dest   area.Center
		Case   string
		Head   chain.Head
		Blobs  []chain.Hash
		Begun  Begun
		Forget bool
		Doubt  bool
	}
	// Marked: keep that the destination has stored our rows up to N.
	Marked struct {
		Dest        area.Center
		Incarnation uint32
		N           uint64
	}
	// Return: stage every case that concerns the destination, then keep the
	// mark: it came back from an old copy, or as a new incarnation.
	Return struct {
		Dest        area.Center
		Incarnation uint32
		N           uint64
	}
	// Stage: commit a row under a new version; RowStaged follows.
	Stage struct{ Row Row }
)

// Begun is how much of a blob a destination has.
type Begun struct {
	Blob chain.Hash `cbor:"1,keyasint"`
	Upto int64      `cbor:"2,keyasint"` // bytes as it travels; unsure: it may have all of it, and is to be asked
}

const unsure = -1

// Input is one of the inputs above, Output one of the outputs.
type (
	Input  any
	Output any
)

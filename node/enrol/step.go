package enrol

import (
	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// Phase is how far a ticket has come.
type Phase uint8

// The phases. A ticket that expired is where it was, only too late.
const (
	Issued    Phase = iota // written, nobody has come
	Asked                  // a node has come with it: from now on it is that key's
	Proposed               // the Register has been asked; its answer may be lost
	Enrolled               // the Register has said yes
	Withdrawn              // its inviter took it back
)

var phases = [...]string{"issued", "asked", "proposed", "enrolled", "withdrawn"}

// String returns the English word.
func (p Phase) String() string { return phases[p] }

// State is what the inviter knows of one ticket. It holds no secret.
type State struct {
	Phase   Phase           `cbor:"1,keyasint"`
	Center  area.Center     `cbor:"2,keyasint"`
	Rejoin  bool            `cbor:"3,keyasint,omitempty"`
	Expires int64           `cbor:"4,keyasint"`           // Unix milliseconds
	Key     chain.PublicKey `cbor:"5,keyasint,omitempty"` // who came with it
	Said    string          `cbor:"6,keyasint,omitempty"` // the Register's last no
}

// Event is what happens to a ticket.
type Event interface{ event() }

// The events.
type (
	// Knock is a node that shows the secret and names its key. Held says that
	// the Register has the ticket's center under this very key.
	Knock struct {
		Key    chain.PublicKey
		Rejoin bool
		Held   bool
		Now    int64 // Unix milliseconds
	}
	// Ask is its sealed wish for a center, which proves the key.
	Ask struct {
		Knock
		Center area.Center
	}
	// Sent says that the proposal is about to leave.
	Sent struct{}
	// Agreed is the Register's yes.
	Agreed struct{}
	// Denied is the Register's no.
	Denied struct{ Why string }
	// Withdraw takes the ticket back.
	Withdraw struct{}
)

func (Knock) event()    {}
func (Ask) event()      {}
func (Sent) event()     {}
func (Agreed) event()   {}
func (Denied) event()   {}
func (Withdraw) event() {}

// Answer is what is to be done: at most one of its fields is set.
type Answer struct {
	Terms   bool         // tell the node what to ask for
	Propose bool         // ask the Register
	Welcome bool         // it is in: tell it what it needs
	Refuse  refusal.Code // turn it away
}

// Step is a ticket's life: pure, so that each of its turns is in a script. The
// state that it returns is stored before its answer is given.
func Step(s State, e Event) (State, Answer) {
	switch e := e.(type) {
	case Knock:
		if code := s.bars(e); code != "" {
			return s, Answer{Refuse: code}
		}
		return s, Answer{Terms: true}
	case Ask:
		return s.ask(e)
	case Sent:
		if s.Phase == Asked {
			s.Phase = Proposed
		}
		return s, Answer{}
	case Agreed:
		// Also after a withdrawal that came too late: what the Register says
		// is so.
		s.Phase, s.Said = Enrolled, ""
		return s, Answer{Welcome: true}
	case Denied:
		// The Register has it not, so the ticket is whole again: the node may
		// come back with a better wish, or another node may come.
		if s.Phase == Proposed {
			s.Phase, s.Key = Issued, nil
		}
		s.Said = e.Why
		return s, Answer{}
	case Withdraw:
		if s.Phase != Enrolled {
			s.Phase = Withdrawn
		}
		return s, Answer{}
	}
	return s, Answer{}
}

func (s State) ask(e Ask) (State, Answer) {
	if e.Center != s.Center {
		return s, Answer{Refuse: TicketForOther}
	}
	if code := s.bars(e.Knock); code != "" {
		return s, Answer{Refuse: code}
	}
	switch {
	case s.Phase == Issued:
		s.Phase, s.Key = Asked, e.Key
	case e.Held:
		// The Register said yes and the answer was lost: say it again.
		s.Phase = Enrolled
		return s, Answer{Welcome: true}
	}
	return s, Answer{Propose: true}
}

// bars says why this node may not go on with the ticket now; "" when it may.
func (s State) bars(k Knock) refusal.Code {
	switch {
	case s.Rejoin != k.Rejoin:
		return TicketForOther
	case s.Phase == Issued && k.Now > s.Expires:
		return TicketExpired
	case s.Phase == Issued && s.Rejoin && k.Held:
		return KeyInUse // a copy of the old disk has it too
	case s.Phase == Issued:
		return ""
	case !s.Key.Equal(k.Key):
		if s.Phase == Withdrawn {
			return TicketUnknown
		}
		return TicketUsed
	case k.Held:
		return "" // it is in, whatever has become of the ticket since
	case s.Phase == Withdrawn:
		return TicketUnknown
	case s.Phase == Enrolled:
		return TicketUsed // it was in, and was shut out or has come in anew
	case k.Now > s.Expires:
		return TicketExpired
	}
	return ""
}

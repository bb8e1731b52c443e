package casefile

import (
	"reflect"
	"slices"
)

// How much one log takes. Every center with a copy keeps it, any center may
// write requests into it through its custodian, and a package of it holds two
// files for each event and two for each blob.
const (
	// MaxEvents is how many events a log takes; what brings a case to its end may
	// be written behind them (reserve).
	MaxEvents = 2000
	// MaxNamed is how many references to content outside a log it makes, those
	// that were replaced or erased since among them.
	MaxNamed = 4000

	reserve     = 200           // behind MaxEvents
	maxRequests = MaxEvents / 2 // of other centers, so that the custodian has room to work
)

// ends are the events by which a full log is brought to its end, or into other
// hands, and its content destroyed.
var ends = []Kind{
	Declined, Returned, Withdrawn, Terminated, Resumed, Decided, Served, HandedOut, Rated, FeeSettled, HandedBack,
	TakenOver, TurnedBack, Reconciled, Seized, Concluded, Archived, Erased,
}

// checkRoom says whether the log takes one more event.
func checkRoom(s *State, e *Event, content any) error {
	most := uint64(MaxEvents)
	if slices.Contains(ends, e.Kind) {
		most += reserve
	}
	if e.Seq > most {
		return refuse(LogFull, e, "the log has %d events, at most %d", s.Head.Index, most)
	}
	if n := named(e.Kind, content); s.Named+n > MaxNamed {
		return refuse(LogFull, e, "the log has named %d papers, at most %d", s.Named, MaxNamed)
	}
	if e.Kind == RequestKept && len(s.Requests) >= maxRequests {
		return refuse(LogFull, e, "the log has %d requests, at most %d", len(s.Requests), maxRequests)
	}
	return nil
}

// named counts the references that an event makes.
func named(kind Kind, content any) int {
	if !names[kind] {
		return 0
	}
	return len(References(content))
}

// names are the kinds of events whose bodies can refer to content.
var names = func() map[Kind]bool {
	all := map[Kind]bool{}
	for kind, make := range bodies {
		all[kind] = refers(reflect.TypeOf(make()))
	}
	return all
}()

func refers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return refers(t.Elem())
	case reflect.Struct:
		if t == refType {
			return true
		}
		for i := range t.NumField() {
			if refers(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

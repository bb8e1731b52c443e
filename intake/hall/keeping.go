package hall

import (
	"context"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/book"
	"tongban/intake/journal"
	"tongban/intake/privacy"
)

var _ privacy.Shelf = (*Hall)(nil)

// bookingRecord is what appointments are called where retention is spoken of.
const bookingRecord privacy.Record = "appointment"

// Records are the registers of the hall, and the appointments.
func (h *Hall) Records() []privacy.Record {
	var all []privacy.Record
	for _, k := range book.Kinds() {
		all = append(all, privacy.Record(k))
	}
	return append(all, bookingRecord)
}

// Kept visits everything of a kind.
func (h *Hall) Kept(r privacy.Record, visit func(privacy.Kept) bool) error {
	if r == bookingRecord {
		return h.Appointments.all(func(b appointment.Booking) bool { return visit(h.keptBooking(b)) })
	}
	return h.Books.All([]book.Kind{book.Kind(r)}, func(n book.Note) bool { return visit(keptNote(n)) })
}

// Find is one entry or appointment.
func (h *Hall) Find(r privacy.Record, id string) (privacy.Kept, error) {
	if r == bookingRecord {
		b, err := h.Appointments.Get(id)
		return h.keptBooking(b), err
	}
	n, err := h.Books.note(id)
	if err == nil && n.Kind != book.Kind(r) {
		err = refusal.Newf(refusal.NotFound, "", "'tongban book list' shows them", "%s is a %s", id, n.Kind)
	}
	return keptNote(n), err
}

func keptNote(n book.Note) privacy.Kept {
	return privacy.Kept{Record: privacy.Record(n.Kind), ID: n.ID, Over: n.Over(), Blobs: n.Content()}
}

func (h *Hall) keptBooking(b appointment.Booking) privacy.Kept {
	k := privacy.Kept{Record: bookingRecord, ID: b.ID, Over: b.Over(h.today())}
	if !b.Erased {
		k.Blobs = []chain.Hash{b.Who.Hash}
	}
	return k
}

// Destroy destroys who it is and what they said. The entry that says so and the
// mark that keeps the content from coming back are one transaction; what a crash
// leaves behind them is swept away when the node starts.
func (h *Hall) Destroy(ctx context.Context, staff string, k privacy.Kept, reason string) error {
	call, err := h.call(By{Staff: staff}, member, "erase", []any{k.Record, k.ID, reason})
	if err != nil {
		return err
	}
	bury := func(txn *badger.Txn) error { return h.cfg.Blobs.Tombstone(txn, h.owner(), k.Blobs) }
	if k.Record == bookingRecord {
		err = h.Appointments.erase(call, k.ID, reason, bury)
	} else {
		_, err = h.Books.write(call, func() (string, string, any, error) {
			n, err := h.Books.get(k.ID)
			if err == nil && !slices.Equal(n.Content(), k.Blobs) {
				err = refusal.Newf(refusal.Conflict, "", "look at it again", "%s has changed meanwhile", k.ID)
			}
			return k.ID, book.KindErased, book.ErasedBody{Blobs: k.Blobs, Reason: reason}, err
		}, bury)
	}
	if err != nil {
		return err
	}
	return h.cfg.Blobs.Erase(ctx, h.owner(), k.Blobs)
}

func (a *Appointments) erase(call journal.Call, id, reason string, bury func(*badger.Txn) error) error {
	_, err := a.change(call, id, func(b appointment.Booking) (string, any, error) {
		if b.Erased || b.Over(a.h.today()) == 0 {
			return "", nil, refusal.Newf(refusal.Conflict, "", "look at it again", "%s has changed meanwhile", id)
		}
		return appointment.KindErased, appointment.ErasedBody{Reason: reason}, nil
	}, func(txn *badger.Txn, _ appointment.Booking) error { return bury(txn) })
	a.forget() // who booked stands in memory
	return err
}

// all visits every booking, the last one first, until visit says enough.
func (a *Appointments) all(visit func(appointment.Booking) (more bool)) error {
	for before := ""; ; {
		ids, err := a.log.Entities("Y", before, MaxNotes)
		if err != nil {
			return err
		}
		for _, id := range ids {
			b, err := a.Get(id)
			if err != nil || !visit(b) {
				return err
			}
		}
		if len(ids) < MaxNotes {
			return nil
		}
		before = ids[len(ids)-1]
	}
}

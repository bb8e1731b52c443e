package hall

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/attach"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/book"
	"tongban/intake/privacy"
)

// noCases is a center that has only its hall.
type noCases struct {
	privacy.Cases
}

func (noCases) Cards(cabinet.Filter, func(*cabinet.Card) bool) {}

func (w *world) keeping(h *Hall) (*privacy.Privacy, *attach.Store) {
	w.t.Helper()
	blobs, err := attach.Open(w.db, bytes.Repeat([]byte{7}, 32), rand.Reader)
	must(w.t, err)
	p, err := privacy.New(privacy.Config{
		DB: w.db, Cases: noCases{}, Blobs: blobs, Item: func(item.Ref) (*item.Item, bool) { return nil, false },
		Self: func() casefile.Party { return w.self }, Key: func() chain.Key { return w.key }, Now: w.clock,
		KeyOf: func(p casefile.Party) (chain.PublicKey, bool) { return w.key.Public(), p.Center == village },
	})
	must(w.t, err)
	p.Beside(h)
	return p, blobs
}

// Who came to the hall and what they said is destroyed when the period that the
// center set has passed, and not before; the books still verify.
func TestTheHallForgets(t *testing.T) {
	w, h := staffed(t)
	open(t, h)
	p, blobs := w.keeping(h)
	due := func() privacy.DueList {
		t.Helper()
		all, err := p.Due(t.Context(), 0)
		must(t, err)
		return all
	}
	erase := func(r privacy.Record, id string) error {
		_, err := p.EraseRecord(t.Context(), clerk.Staff, r, id, "保管期满", false)
		return err
	}
	note, err := h.Books.Add(clerk, NoteForm{Kind: book.Complaint, About: "窗口等候太久", Said: book.Words{Name: "虚构辛", Text: "排队两小时"}})
	must(t, err)
	booking, err := h.Appointments.Book(By{}, BookForm{Day: "2026-03-03", Time: "09:30", Type: "综合", Who: person("虚构丙")})
	must(t, err)
	content := []chain.Hash{note.Said.Hash, booking.Who.Hash}
	set := func(r privacy.Record) error {
		return p.SetRetention(clerk.Staff, privacy.Retention{Record: r, Years: 1, Document: "某档〔2026〕1号"})
	}
	refused(t, set("gossip"), refusal.Malformed)
	refused(t, erase("complaint", note.ID), privacy.NoRetention)
	must(t, set("complaint"))
	refused(t, erase("complaint", note.ID), privacy.NotDue) // it is not answered
	refused(t, erase("suggestion", note.ID), refusal.NotFound)
	w.pass(500 * 24 * time.Hour)
	refused(t, erase("complaint", note.ID), privacy.NotDue)
	if all := due(); len(all.Records) != 0 || all.UnsetRecords != 1 { // the appointment
		t.Errorf("%+v", all)
	}
	note, err = h.Books.Answer(clerk, note.ID, AnswerForm{Text: "虚构辛，已增设窗口"})
	must(t, err)
	content = append(content, note.Answers[0].Said.Hash)
	must(t, set("appointment"))
	w.pass(200 * 24 * time.Hour)
	if all := due(); len(all.Records) != 1 || all.Records[0].Record != "appointment" || all.Records[0].ID != booking.ID {
		t.Errorf("%+v", all)
	}
	w.pass(200 * 24 * time.Hour)
	if all := due(); len(all.Records) != 2 || all.Records[0].ID != note.ID || all.UnsetRecords != 0 {
		t.Errorf("%+v", all)
	}
	if n, err := p.EraseRecord(t.Context(), clerk.Staff, "complaint", note.ID, "保管期满", true); n != 2 || err != nil {
		t.Errorf("would destroy %d: %v", n, err)
	}
	must(t, erase("complaint", note.ID))
	must(t, erase("appointment", booking.ID))
	refused(t, erase("complaint", note.ID), refusal.Conflict)
	refused(t, erase("appointment", booking.ID), refusal.Conflict)
	if all := due(); len(all.Records) != 0 {
		t.Errorf("%+v", all)
	}
	for _, hash := range content {
		if blobs.Has(h.owner(), hash) {
			t.Errorf("%s is there still", hash.Short())
		}
	}
	h = w.open()
	if v, err := h.Books.Show(clerk, note.ID, true); err != nil || v.Words != nil || v.AnswerIn[0] != "" || len(v.Erased) != 2 || v.About == "" {
		t.Errorf("%+v %v", v, err)
	}
	if v, err := h.Appointments.Show(clerk, booking.ID, true); err != nil || v.Person != nil || !v.Erased || v.Day != booking.Day || v.State != appointment.Booked {
		t.Errorf("%+v %v", v, err)
	}
	_, err = h.Verify(t.Context())
	must(t, err)
	audit, err := p.Audit(privacy.Query{})
	must(t, err)
	if e := audit.Lines[0].Erasure; e == nil || e.Record != "appointment" || e.ID != booking.ID || e.Blobs != 1 || e.Reason != "保管期满" {
		t.Errorf("the privacy book says %+v", audit.Lines[0])
	}
	_, err = p.Verify(t.Context())
	must(t, err)
}

package register

import (
	"fmt"
	"math"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// DraftState is how far a draft has come.
type DraftState string

// The states. Only an open draft can be revised, approved or closed.
const (
	OpenDraft      DraftState = "open"
	RevisedDraft   DraftState = "revised"   // a later draft took its place
	ClosedDraft    DraftState = "closed"    // returned or given up
	PublishedDraft DraftState = "published" // approved, and a version now
)

// Editor is somebody who wrote a text of a draft.
type Editor struct {
	Center area.Center `cbor:"1,keyasint" json:"center"` // "" for the root key
	Staff  string      `cbor:"2,keyasint" json:"staff"`
}

// String names an editor in ASCII.
func (e Editor) String() string { return fmt.Sprintf("%+q of %+q", e.Staff, string(e.Center)) }

// editor is who answers for this turn.
func (t *turn) editor() Editor { return Editor{t.center, trim(t.cmd.Staff)} }

// draftedBy reports whether somebody of a center wrote of a draft.
func (d *draftState) draftedBy(c area.Center) bool {
	return slices.ContainsFunc(d.Editors, func(e Editor) bool { return e.Center == c })
}

func (d *draftState) writtenBy(e Editor) bool {
	return slices.ContainsFunc(d.Editors, func(o Editor) bool { return o.Center == e.Center && bare(o.Staff) == bare(e.Staff) })
}

// draft finds a draft that is open.
func (t *turn) draft(i Index) (draftState, verdict) {
	d, known := load[draftState](t.machine, draftRow(i))
	switch {
	case !known:
		return d, reject(Conflict, "record %d is no draft", i)
	case d.State != OpenDraft:
		return d, reject(Conflict, "the draft was %s by record %d", d.State, d.Closed)
	}
	return d, applied
}

// end closes a draft.
func (d *draftState) end(t *turn, i Index, as DraftState, why string) {
	d.State, d.Closed, d.Why = as, t.index, why
	store(t.machine, draftRow(i), *d)
}

func (d Draft) effect(t *turn) verdict {
	ref := d.Item.Ref
	switch {
	case !ref.Area.Under(t.base.Realm.Area):
		return reject(NoAuthority, "%s lies outside the realm", ref.Area)
	case !t.speaksFor(ref.Area) && !t.center.Area().Under(ref.Area):
		return reject(NoAuthority, "%s neither lies in %s nor publishes for it", t.who(), ref.Area)
	}
	if line, _ := load[lineState](t.machine, itemRow(ref.Code, ref.Area)); line.Last != d.Base {
		return reject(Stale, "the current version is %d, it was written against %d", line.Last, d.Base)
	}
	if d.Erratum {
		if _, v := t.inForce(ref); v != applied {
			return v
		}
	}
	row := draftState{
		Item: t.summary(&d.Item), Clues: cluesOf(&d.Item), Base: d.Base, Revises: d.Revises, Erratum: d.Erratum, Reason: d.Reason,
		Staff: t.cmd.Staff, Editors: []Editor{t.editor()}, Content: chain.Sum(t.cmd.Body), Lacks: d.lacks(), State: OpenDraft,
	}
	if d.Revises != 0 {
		old, v := t.draft(d.Revises)
		switch {
		case v != applied:
			return v
		case old.Item.Ref.Code != ref.Code || old.Item.Ref.Area != ref.Area:
			return reject(Conflict, "record %d drafts another item", d.Revises)
		case !old.draftedBy(t.center) && !t.speaksFor(ref.Area):
			return reject(NoAuthority, "%s neither drafted it nor publishes for %s", t.who(), ref.Area)
		}
		if row.Editors = old.Editors; !old.writtenBy(t.editor()) {
			row.Editors = append(row.Editors, t.editor())
		}
		if len(row.Editors) > maxEditors {
			return reject(Conflict, "%d people wrote of record %d: close it and draft anew", len(old.Editors), d.Revises)
		}
		old.end(t, d.Revises, RevisedDraft, "")
	}
	store(t.machine, draftRow(t.index), row)
	store(t.machine, draftOfRow(ref.Code, t.index), true)
	return applied
}

func (c Closing) effect(t *turn) verdict {
	d, v := t.draft(c.Draft)
	if v != applied {
		return v
	}
	if !d.draftedBy(t.center) && !t.speaksFor(d.Item.Ref.Area) {
		return reject(NoAuthority, "%s neither drafted it nor publishes for %s", t.who(), d.Item.Ref.Area)
	}
	d.end(t, c.Draft, ClosedDraft, c.Reason)
	return applied
}

// DraftView is what is known of a draft, but for its text.
type DraftView struct {
	Index     Index        `json:"index"` // its record, which is its name
	Ref       item.Ref     `json:"ref"`   // the version that it is to become
	Base      item.Version `json:"base"`
	Name      string       `json:"name"`
	Erratum   bool         `json:"erratum,omitempty"`
	Reason    string       `json:"reason,omitempty"`
	By        area.Center  `json:"by"` // who drafted, or revised, it; "" for the root key
	Staff     string       `json:"staff"`
	Editors   []Editor     `json:"editors"`         // everybody who wrote a text of it: none of them may approve it
	Time      int64        `json:"time"`            // of its record, Unix milliseconds
	Content   chain.Hash   `json:"content"`         // what an approval names
	Lacks     string       `json:"lacks,omitempty"` // what stops its publication: elements and codes of findings
	State     DraftState   `json:"state"`
	Revises   Index        `json:"revises,omitempty"`
	RevisedBy Index        `json:"revised_by,omitempty"`
	Closed    Index        `json:"closed,omitempty"` // the record that ended it, in whatever way
	Why       string       `json:"why,omitempty"`    // it was closed
}

// view is a draft as the journal had it up to a record.
func (d *draftState) view(at Index) DraftView {
	v := DraftView{
		Index: d.Item.Index, Ref: d.Item.Ref, Base: d.Base, Name: d.Item.Name, Erratum: d.Erratum, Reason: d.Reason,
		By: d.Item.By, Staff: d.Staff, Editors: d.Editors, Time: d.Item.Time, Content: d.Content, Lacks: d.Lacks,
		State: d.State, Revises: d.Revises, Closed: d.Closed, Why: d.Why,
	}
	if v.Closed > at {
		v.State, v.Closed, v.Why = OpenDraft, 0, ""
	}
	if v.State == RevisedDraft {
		v.RevisedBy = v.Closed
	}
	return v
}

// DraftFilter chooses drafts. Zero fields choose all.
type DraftFilter struct {
	Area  area.Code // for this area or one under it
	State DraftState
	Code  item.Code
	At    Index // as the journal had them up to this record; 0: the head
}

// MaxDrafts is the longest list that Drafts answers with.
const MaxDrafts = 1000

// Drafts lists drafts, the oldest first, from the one after another on (0: the
// first); more says that there are further ones. limit is at most MaxDrafts, 0
// means that.
func (r *Register) Drafts(f DraftFilter, after Index, limit int) (found []DraftView, more bool) {
	if limit <= 0 || limit > MaxDrafts {
		limit = MaxDrafts
	}
	at := f.At
	if at == 0 {
		at = math.MaxUint64
	}
	var fault error
	each := func(_ string, value []byte) bool {
		var d draftState
		if fault = wire.Decode(value, &d); fault != nil || d.Item.Index > at {
			return false
		}
		if f.Area != "" && !d.Item.Ref.Area.Under(f.Area) {
			return true
		}
		v := d.view(at)
		if f.State != "" && v.State != f.State {
			return true
		}
		if more = len(found) == limit; more {
			return false
		}
		found = append(found, v)
		return true
	}
	var err error
	if f.Code == "" {
		err = r.scan(draftPrefix, draftRow(after+1), each)
	} else {
		err = r.db.View(func(txn *badger.Txn) error { return draftsOfItem(txn, f.Code, after, each) })
	}
	r.note(err, fault)
	return found, more
}

// draftsOfItem visits the drafts of one item behind a record.
func draftsOfItem(txn *badger.Txn, c item.Code, after Index, each func(key string, value []byte) bool) error {
	var rows []string
	err := scanFault(txn, draftsOf(c), func(key string, _ []byte) error {
		if i := numberOf(key); i > after {
			rows = append(rows, draftRow(i))
		}
		return nil
	})
	for _, row := range rows {
		if err != nil {
			break
		}
		var value []byte
		if value, err = (&txnRows{txn: txn}).get(row); err == nil && !each(row, value) {
			break
		}
	}
	return err
}

// Draft is one draft, with its text. The text is not shared: a revision may be
// made of it.
func (r *Register) Draft(i Index) (DraftView, *Draft, bool) {
	var row draftState
	var ok bool
	_ = r.look(func(m *machine) { row, ok = load[draftState](m, draftRow(i)) })
	if !ok {
		return DraftView{}, nil, false
	}
	d, ok := r.drafted(i)
	return row.view(math.MaxUint64), d, ok
}

// drafted reads the text of a draft out of its record.
func (r *Register) drafted(i Index) (*Draft, bool) {
	rec, err := r.Record(i)
	if err != nil {
		r.note(err)
		return nil, false
	}
	_, body, err := rec.Open()
	d, is := body.(Draft)
	return &d, err == nil && is
}

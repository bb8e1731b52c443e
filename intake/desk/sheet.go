package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/applicant"
	"tongban/intake/attach"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// sheet is what lies before the member of staff while an action is planned: the
// case as it stands, the item that it is under, and the events planned so far.
// Every planned event is held against the rules of custody and competence and
// folded in at once, so that the next one is planned on what it will find.
type sheet struct {
	d      *Desk
	s      casefile.State
	it     *item.Item // nil only before the case is opened
	author casefile.Party
	staff  string
	hand   *casefile.Hand
	desk   int64 // desk time, Unix milliseconds
	now    time.Time
	dry    bool                 // nothing is kept: blobs and numbers are not given out
	who    *applicant.Applicant // who applies, while that does not lie here yet
	given  *given
	former string         // number of a case that is brought along
	visit  string         // that of cases opened together without a queue ticket: by the first of them
	drawn  map[string]int // how many numbers of each series were drawn for the case in this action
	drafts []casefile.Draft
}

// given is what was handed out for one action before its events could be
// written: it stays the same however often the events are planned.
type given struct {
	blobs   map[formField]casefile.BlobRef
	numbers map[string]number
	writes  []func(*badger.Txn) error // of blobs that go with the events
	size    int                       // of those blobs, in bytes

	password string // the query password of the cases that are opened
}

// formField names what a field of the form of one case says, kept outside the log.
type formField struct {
	id    casefile.ID
	field string
}

func newGiven() *given {
	return &given{blobs: map[formField]casefile.BlobRef{}, numbers: map[string]number{}}
}

// errNoItem says that the version that a case is under has not come here.
var errNoItem = errors.New("this copy of the Register does not hold the version that the case is under")

func (d *Desk) sheet(s casefile.State, by By, dry bool, g *given) *sheet {
	now := d.Now()
	sh := &sheet{d: d, s: s, author: d.Self(), staff: by.Staff, hand: by.hand, desk: by.At.UnixMilli(), now: now, dry: dry, given: g}
	if by.At.IsZero() {
		sh.desk = now.UnixMilli()
	}
	if s.Head.Index > 0 {
		sh.it, _ = d.Register.Item(s.Item)
	}
	return sh
}

// add plans one more event. It is refused with the reason that the cabinet
// would refuse it with.
func (sh *sheet) add(kind casefile.Kind, body any) error {
	e := sh.event(kind, body)
	if err := casefile.Check(sh.d.Register, sh.s, e); err != nil {
		return err
	}
	if err := sh.fresh(kind, body); err != nil {
		return err
	}
	next, err := casefile.Apply(sh.s, casefile.Record{Event: e, Bytes: wire.Encode(e)})
	if err != nil {
		return err
	}
	sh.s = next
	sh.drafts = append(sh.drafts, casefile.Draft{Kind: kind, Body: body, Staff: sh.staff, DeskTime: sh.desk, Hand: sh.hand})
	return nil
}

// fresh is what binds whoever writes now, and nobody who reads it later: the
// incarnation is the current one, the Register not older than the log, no
// higher epoch known. Of a new case the cabinet says so.
func (sh *sheet) fresh(kind casefile.Kind, body any) error {
	if kind == casefile.Opened {
		return nil
	}
	err := casefile.May(sh.d.Register, sh.s, sh.author, kind, stepOf(body), sh.now)
	if refusal.CodeOf(err) == casefile.StepOrder {
		return nil // May tries what favours the applicant; Check has judged what is really written
	}
	return err
}

// allows reports whether the rules would let a party write the event now, if
// the case were with it.
func (sh *sheet) allows(p casefile.Party, kind casefile.Kind, step int) bool {
	there := sh.s
	there.Holder, there.Offer = p, nil
	return casefile.May(sh.d.Register, there, p, kind, step, sh.now) == nil
}

// event is the event as the cabinet would write it, but for its seal.
func (sh *sheet) event(kind casefile.Kind, body any) casefile.Event {
	node := max(sh.now.UnixMilli(), sh.s.Time)
	return casefile.Event{
		Format: casefile.Format, Case: sh.s.ID, Seq: sh.s.Head.Index + 1, Prev: sh.s.Head.Hash, Epoch: sh.epoch(body),
		Author: sh.author, Register: sh.d.Register.Head(), Staff: sh.staff, DeskTime: sh.desk, NodeTime: node,
		Kind: kind, Body: wire.Encode(body), Hand: sh.hand,
	}
}

// stepOf is the step that a body names; -1 where it names none.
func stepOf(body any) int {
	switch b := body.(type) {
	case casefile.StepBody:
		return b.Step
	case casefile.DecidedBody:
		return b.Step
	case casefile.OutsideBody:
		return b.Step
	case casefile.SuspendedBody:
		return b.Step
	}
	return -1
}

// epoch is the log's, or the one that a seizure opens.
func (sh *sheet) epoch(body any) casefile.Epoch {
	if seized, ok := body.(casefile.SeizedBody); ok {
		for _, g := range sh.d.Register.Grants(sh.s.ID) {
			if g.Index == seized.Grant {
				return g.Epoch
			}
		}
	}
	return sh.s.Epoch
}

// today is the day at the desk.
func (sh *sheet) today() workday.Date { return clock.DayOf(sh.desk) }

// op names an action for an error.
func (sh *sheet) op(what string) string {
	if sh.s.ID == "" {
		return what
	}
	return what + " " + string(sh.s.ID)
}

// item is the version that the case is under.
func (sh *sheet) item(what string) (*item.Item, error) {
	if sh.it == nil {
		return nil, refusal.New(refusal.Unavailable, sh.op(what), "wait until the Register has caught up", errNoItem)
	}
	return sh.it, nil
}

// step is the step that a form names, or the next one with one of the actions;
// -1 where the item lists none.
func (sh *sheet) step(what string, named *int, actions ...item.Action) (int, error) {
	it, err := sh.item(what)
	if err != nil {
		return -1, err
	}
	if named != nil {
		if *named < -1 || *named >= len(it.Steps) {
			return -1, refusal.Newf(NoStep, sh.op(what), "steps count from 0", "%s has no step %d", it.Name, *named)
		}
		return *named, nil
	}
	listed := false
	for i, st := range it.Steps {
		for _, action := range actions {
			if st.Action != action {
				continue
			}
			listed = true
			if !sh.s.Finished(it, i) {
				return i, nil
			}
		}
	}
	if listed {
		return -1, refusal.Newf(NoStep, sh.op(what), "", "every step of the kind is done")
	}
	return -1, nil
}

// party is a center as it may write now.
func (sh *sheet) party(what string, c area.Center) (casefile.Party, error) {
	incarnation, ok := sh.d.Register.Current(c)
	if !ok {
		return casefile.Party{}, refusal.Newf(casefile.WrongAddressee, sh.op(what), "choose a center of the directory",
			"%s is not enrolled, or was shut out", c)
	}
	return casefile.Party{Center: c, Incarnation: incarnation}, nil
}

// keep stores content of the case outside its log and gives the reference to it.
func (sh *sheet) keep(ctx context.Context, field, kind string, content []byte) (casefile.BlobRef, error) {
	if kind == "material" || kind == "proof" { // what came from outside
		if _, err := attach.Inspect(content); err != nil {
			return casefile.BlobRef{}, refusal.New(attach.BadType, sh.op("keep "+field+" of"), refusal.HintOf(err), err)
		}
	}
	if len(content) > attach.MaxSize {
		return casefile.BlobRef{}, refusal.Newf(refusal.TooLarge, sh.op("keep "+field+" of"), "scan it with less resolution",
			"%d bytes, at most %d", len(content), attach.MaxSize)
	}
	if sh.dry {
		return casefile.BlobRef{Size: int64(len(content)), Kind: kind}, nil
	}
	as := formField{sh.s.ID, field}
	if ref, ok := sh.given.blobs[as]; ok {
		return ref, nil
	}
	ref, err := sh.d.keep(ctx, sh.given, sh.s.ID.Owner(), kind, content)
	if err != nil {
		return ref, fmt.Errorf("keep %s: %w", field, err)
	}
	sh.given.blobs[as] = ref
	return ref, nil
}

// words keeps what people said, or how they are called, outside the log; nil for
// no words.
func (sh *sheet) words(ctx context.Context, field, text string) (*casefile.BlobRef, error) {
	if text == "" {
		return nil, nil
	}
	ref, err := sh.keep(ctx, field, "words", []byte(text))
	return &ref, err
}

// keep stores large content at once and what is small with the events.
func (d *Desk) keep(ctx context.Context, g *given, owner casefile.Owner, kind string, content []byte) (casefile.BlobRef, error) {
	if g.size+len(content) > attach.MaxPrepared {
		return d.Blobs.Put(ctx, owner, kind, content)
	}
	ref, write, err := d.Blobs.Prepare(owner, kind, content)
	if err == nil {
		g.size += len(content)
		g.writes = append(g.writes, write)
	}
	return ref, err
}

// limits are the rules that the clocks of the case go by on the day at the desk.
func (sh *sheet) limits() clock.Limits {
	return clock.LimitsFor(sh.d.Register.Rules(), sh.s, sh.it, time.UnixMilli(sh.desk))
}

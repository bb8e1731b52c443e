package national

import (
	"cmp"
	"fmt"
	"strconv"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
)

// Rows are the rows of one case, table by table. A case without an event has
// none.
func Rows(in Input) ([]Row, error) {
	w := &writer{Input: in, s: &in.State}
	if err := w.open(); err != nil {
		return nil, fmt.Errorf("tables of case %s: %w", in.State.ID, err)
	}
	if len(w.events) == 0 {
		return nil, nil
	}
	w.application()
	w.materials()
	w.acceptance()
	w.handling()
	w.procedures()
	w.conclusion()
	w.ratings()
	w.supervision()
	return w.rows, nil
}

// told is an event, opened, with the state that it led to.
type told struct {
	e     *casefile.Event
	body  any
	after casefile.State
}

type writer struct {
	Input
	s      *casefile.State
	events []told
	rows   []Row
}

func (w *writer) open() error {
	s := casefile.New(w.State.ID)
	for i := range w.Events {
		next, err := casefile.Apply(s, w.Events[i])
		if err != nil {
			return err
		}
		body, err := w.Events[i].Event.Content()
		if err != nil {
			return err
		}
		s = next
		w.events = append(w.events, told{&w.Events[i].Event, body, s})
	}
	return s.Head.Matches(string(s.ID), w.State.Head)
}

func (w *writer) row(t Table, serial string, at int64, cells ...string) {
	r := Row{Table: t, Number: w.s.Number, Serial: serial, At: at, Cells: append([]string{w.s.Number}, cells...)}
	if serial != "" {
		r.Cells = append([]string{w.s.Number, serial}, cells...)
	}
	if want := len(LayoutOf(t).Columns); len(r.Cells) != want {
		panic(fmt.Sprintf("national: table %s has %d columns, the row %d", t, want, len(r.Cells))) // a mistake in this package
	}
	if t == Application {
		r.applicant = w.s.Applicant.Hash
		for _, h := range w.s.Erased {
			if h == r.applicant {
				r.applicant = chain.Hash{}
			}
		}
	}
	w.rows = append(w.rows, r)
}

func (w *writer) itemName() (name, kind, code string) {
	if w.Item == nil {
		return "", "", string(w.s.Item.Code)
	}
	return w.Item.Name, string(w.Item.Type), cmp.Or(w.Item.Implement, w.Item.Handling, string(w.Item.Ref.Code))
}

func (w *writer) application() {
	s, who := w.s, w.Applicant
	if who == nil {
		who = &applicant.Applicant{}
	}
	kind, number := identity(&who.Person)
	contact := who.Agent
	if contact == nil {
		contact = &applicant.Person{}
	}
	contactKind, contactNumber := identity(contact)
	head := ""
	if who.Representative != nil {
		head = who.Representative.Name
	}
	intake := ""
	if s.Bundle != nil {
		intake = s.Bundle.Intake
	}
	name, itemType, code := w.itemName()
	w.row(Application, "", s.OpenedAt,
		code, kindCode(w.kind()),
		cmp.Or(who.Organisation, who.Name), kind, number, contact.Name, contactKind, contactNumber, cmp.Or(contact.Telephone, who.Telephone), "", who.Address, head,
		wayCodes[s.Filing.Way], moment(s.OpenedAt), s.Filing.Project, string(s.AppliedArea),
		name, itemType, strconv.Itoa(int(s.Item.Version)), applicantCodes[s.Filing.Applicant], CaseState(s),
		yesNo(s.Filing.Joint), yesNo(s.Filing.Referred), yesNo(s.Agency), modeWords[s.Mode], intake, string(s.Subject), mannerWords[s.Filing.Deliver])
}

// kind is what the counter chose at the opening, else the item's.
func (w *writer) kind() (k itemKind) {
	if w.s.Filing.Kind != "" || w.Item == nil {
		return w.s.Filing.Kind
	}
	return w.Item.Kind
}

func (w *writer) materials() {
	came := map[string]int64{}
	for _, t := range w.events {
		if b, ok := t.body.(*casefile.ReceivedBody); ok {
			for _, m := range b.Materials {
				came[m.ID] = t.e.DeskTime
			}
		}
	}
	for _, m := range w.s.Materials {
		name := m.ID
		if w.Item != nil {
			if listed, ok := w.Item.Material(m.ID); ok {
				name = cmp.Or(listed.Name, m.ID)
			}
		}
		count := ""
		if n := m.Originals + m.Copies; n > 0 {
			count = strconv.Itoa(n)
		}
		at := moment(came[m.ID])
		if m.State == casefile.Missing || m.State == casefile.NotNeeded || m.State == casefile.Exempted || m.State == casefile.Later {
			at = ""
		}
		w.row(Materials, m.ID, came[m.ID], name, materialWords[m.State], count, at, m.ID, string(m.State), day(m.By))
	}
}

// office is the body that acted, with its credit code, as the entry itself or
// the item says.
func (w *writer) office(e *casefile.Event) Office {
	o := w.center(e.Author.Center)
	if e.Hand != nil && e.Hand.Body != "" {
		o.Code = e.Hand.Body
	}
	return o
}

func (w *writer) center(c area.Center) Office {
	if w.Office == nil {
		return Office{Name: string(c)}
	}
	o := w.Office(c)
	o.Name = cmp.Or(o.Name, string(c))
	return o
}

// person is who acted, by name where the roster has one.
func person(e *casefile.Event) string {
	if e.Hand != nil && e.Hand.Name != "" {
		return e.Hand.Name
	}
	return e.Staff
}

func (w *writer) acceptance() {
	if w.s.AcceptedBy == nil {
		return
	}
	var t *told
	for i := range w.events {
		if w.events[i].e.Kind == casefile.Accepted {
			t = &w.events[i]
		}
	}
	if t == nil {
		return
	}
	b, o := t.body.(*casefile.AcceptedBody), w.office(t.e)
	window := ""
	if t.e.Hand != nil {
		window = t.e.Hand.Window
	}
	w.row(Acceptance, "", t.e.DeskTime, o.Name, o.Code, person(t.e), moment(t.e.DeskTime), b.Number, day(b.Due), string(w.s.AcceptedArea),
		day(w.s.AcceptedOn), yesNo(b.Deemed), window, t.e.Staff)
}

// handling has a row for each entry of the log that somebody worked on.
func (w *writer) handling() {
	for i := range w.events {
		t := &w.events[i]
		word, ok := stepWords[t.e.Kind]
		if !ok {
			continue
		}
		act, text, step := w.action(t)
		if step >= 0 && w.Item != nil && step < len(w.Item.Steps) {
			word = cmp.Or(w.Item.Steps[step].Name, word)
		}
		hand := t.e.Hand
		if hand == nil {
			hand = &casefile.Hand{}
		}
		o := w.office(t.e)
		w.row(Handling, strconv.FormatUint(t.e.Seq, 10), t.e.DeskTime,
			act, word, person(t.e), text, moment(cmp.Or(hand.Start, t.e.DeskTime)), moment(t.e.DeskTime), o.Name, o.Code, "2",
			string(t.e.Kind), hand.Department, hand.Post, hand.Window, t.e.Staff, hand.ForName, CaseState(&t.after), moment(t.e.NodeTime))
	}
	if offer := w.s.Offer; offer != nil { // what waits for whoever it was offered to
		o := w.center(offer.To.Center)
		w.row(Handling, "next", offer.At, "", stepWords[casefile.TakenOver], "", "", moment(offer.At), "", o.Name, o.Code, "1",
			"", "", "", "", "", "", CaseState(w.s), "")
	}
}

// action is what an entry comes to: 通过, 退回 or 其他, its words, and the step of
// the item that it names (-1: none).
func (w *writer) action(t *told) (act, text string, step int) {
	by := func(ok bool) string {
		if ok {
			return passed
		}
		return sentBack
	}
	switch b := t.body.(type) {
	case *casefile.StepBody:
		return by(b.Passed), b.Opinion, b.Step
	case *casefile.DecidedBody:
		return by(b.Approved), b.Text, b.Step
	case *casefile.AcceptedBody:
		return passed, "", -1
	case *casefile.ReasonBody: // declined, returned, withdrawn, terminated
		if t.e.Kind == casefile.Withdrawn || t.e.Kind == casefile.Terminated {
			return other, b.Reason, -1
		}
		return sentBack, b.Reason, -1
	case *casefile.TurnedBackBody:
		return sentBack, b.Reason, -1
	case *casefile.HandedOverBody:
		if b.Correct != nil {
			return sentBack, b.Correct.Reason, b.Step
		}
		return passed, b.Purpose, -1
	case *casefile.NoticedBody:
		return sentBack, "", -1
	case *casefile.OpinionBody:
		return other, b.Text, -1
	case *casefile.OutsideBody:
		return other, b.Result, b.Step
	case *casefile.VisitedBody:
		return by(b.Passed), b.Found, b.Step
	case *casefile.DeliberatedBody:
		return by(b.Passed), b.Result, b.Step
	case *casefile.SurveyHeldBody:
		return by(b.Passed), b.Found, -1
	case *casefile.PartyHeardBody:
		return other, map[bool]string{true: "已陈述意见", false: "未陈述意见"}[b.Spoke], -1
	case *casefile.CorrectedBody:
		return other, b.Reason, -1
	case *casefile.VoidedBody:
		return other, b.Reason, -1
	case *casefile.ReopenedBody:
		return other, b.Reason, -1
	case *casefile.AdoptedBody:
		return other, b.Reason, -1
	}
	return other, "", -1
}

package casework

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/privacy"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// one is the page of a case: everything about it.
type one struct {
	desk.View
	ID        casefile.ID
	PhaseText string
	Drawn     clock.Lamp // how the lamp is drawn
	LampText  string
	Why       string // why it stands still
	Outcome   string
	Holder    string
	Next      string
	Reason    string // why somebody wants to see the person in full
	Person    *person
	Papers    []paper
	Signs     []signature
	Clocks    []clockLine
	Waits     []wait
	Route     []stop
	Hand      *handover // nil: nothing is offered
	Out       []rowOut
	Branches  []branch
	MayUnmask bool
	Do        []deed   // what may be done now
	Not       []hurdle // what may not, by why
	Steps     []step
	Events    []event
	Frozen    bool
	Live      string
	In        string // the list that it was opened from
	List      string // and the address of that
	Box       string // and what it is called
	NextOne   string // the address of the next case of it
}

// person is who applies, as the page shows them.
type person struct {
	applicant.Applicant
	Full   bool
	IDKind string
	Number string
	Fault  string // why they are not shown
}

type paper struct {
	ID, Name string
	Need     string
	State    string
	Given    bool
	By       string
	Note     string
	Scan     *chain.Hash
	Missing  bool
}

type clockLine struct {
	clock.Reading
	Name, LampText, When string
}

type wait struct {
	Name, From, To, Until, Result string
	Counts                        bool
}

// deed is an action as a page offers it.
type deed struct {
	Action desk.Action
	Text   string
	Link   string
	Key    string
	Next   bool
}

// hurdle is one reason, and what it keeps from being done.
type hurdle struct{ Why, Detail, Names string }

type step struct {
	Name, Where, Limit string
	Done               string // when
	By                 string
	Passed             bool
	Text               string
	Now                bool
}

type event struct {
	Seq          uint64
	Text         string
	When, Center string
	Staff, For   string
	Suspect      bool
}

// one shows a case.
func (r *room) one(c *workbench.Call) error {
	d, err := r.look(c)
	if err != nil {
		return err
	}
	return c.Show("case", d)
}

func (r *room) look(c *workbench.Call) (*one, error) {
	id := casefile.ID(c.PathValue("id"))
	view, err := r.Desk.Look(id)
	if err != nil {
		return nil, err
	}
	p := c.Page
	s := &view.State
	d := &one{
		View: view, ID: id, PhaseText: p.Either(terms.Phases[s.Phase], string(s.Phase)),
		Holder: r.Name(s.Holder.Center), In: in(c),
	}
	d.Live = with("/work/cases/live?case="+string(id)+"&seen="+strconv.FormatUint(s.Head.Index, 10), d.In)
	d.List, d.NextOne = listLink(d.In), with("/work/cases/"+string(id)+"/next", d.In)
	d.Box, d.MayUnmask = r.boxOf(p, d.In), c.Who.MayWork(account.Unmask) == nil
	drawn, says := terms.Lamp(view.Lamp, view.Standing)
	if d.Drawn, d.LampText = drawn, p.Either(says, string(drawn)); drawn == clock.Paused {
		d.Why = paused(p, cmp.Or(clock.Leading(view.Readings).PausedBy, view.Waits))
	}
	if view.Outcome != "" {
		d.Outcome = p.Either(terms.Outcomes[view.Outcome], string(view.Outcome))
	}
	name := string(s.Item.Code)
	if view.Item != nil {
		name = view.Item.Name
	}
	p.Title = name
	d.Person = r.person(s)
	d.Papers = r.papers(p, &view)
	d.Signs = signatures(p, s)
	d.Steps = r.steps(p, &view)
	d.Next = r.next(p, view.Next)
	for _, reading := range view.Readings {
		d.Clocks = append(d.Clocks, clockLine{
			Reading: reading, Name: p.Either(terms.Clocks[reading.Clock], string(reading.Clock)), LampText: p.Either(terms.Lamps[reading.Lamp], string(reading.Lamp)),
			When: left(p, reading.Lamp, reading.LeftDays, reading.Ended == "", reading.Unit),
		})
	}
	for _, w := range s.Intervals {
		d.Waits = append(d.Waits, r.wait(p, w))
	}
	if err := r.way(c, d); err != nil {
		return nil, err
	}
	if err := r.branches(c, d); err != nil {
		return nil, err
	}
	r.deeds(c, d)
	d.Frozen, err = r.Cabinet.Frozen(id)
	return d, err
}

// person is the applicant, masked; or why that can't be shown.
func (r *room) person(s *casefile.State) *person {
	who, err := r.Desk.Applicant(*s)
	if err != nil {
		return &person{Fault: err.Error()}
	}
	return shown(who.Masked(), false)
}

func shown(a applicant.Applicant, full bool) *person {
	kind, number := a.ID()
	one, _ := kind.Describe()
	return &person{Applicant: a, Full: full, IDKind: one.Chinese, Number: number}
}

// unmask shows the person in full to whoever says why; the book of who looked
// has it before the page does.
func (r *room) unmask(c *workbench.Call) error {
	if err := c.Who.MayWork(account.Unmask); err != nil {
		return err
	}
	d, err := r.look(c)
	if err != nil {
		return err
	}
	d.Reason = c.PostForm.Get("reason")
	who, err := r.Desk.Disclosed(d.State)
	if err == nil {
		err = r.Privacy.Unmask(d.ID, []string{"name", "id", "telephone", "address"}, r.asker(c, d.Reason))
	}
	if err != nil {
		return c.Again("case", d, err)
	}
	d.Person = shown(who, true)
	return c.Show("case", d)
}

func (r *room) asker(c *workbench.Call, reason string) privacy.Asker {
	return privacy.Asker{Staff: cmp.Or(c.Who.Staff, c.Who.Login), Reason: reason, Supervisor: c.Who.Duties.Has(account.Supervisor) || c.Who.Duties.Has(account.Head)}
}

// papers are the item's list beside what was laid on the counter.
func (r *room) papers(p *frame.Page, v *desk.View) []paper {
	var all []paper
	s := &v.State
	given := map[string]casefile.MaterialEntry{}
	for _, m := range s.Materials {
		given[m.ID] = m
	}
	add := func(id, name string, m *item.Material) {
		one := paper{ID: id, Name: name, State: p.Either(terms.Materials[casefile.Missing], "")}
		if m != nil {
			one.Need = p.Word("materials[].need", m.Need)
		}
		if line, ok := given[id]; ok {
			one.State, one.By, one.Note = p.Either(terms.Materials[line.State], string(line.State)), line.By, line.Note
			one.Given = line.State != casefile.Missing && line.State != casefile.Later
			if line.Blob != nil && !slices.Contains(s.Erased, line.Blob.Hash) {
				one.Scan = &line.Blob.Hash
			}
			delete(given, id)
		}
		one.Missing = slices.ContainsFunc(v.Outstanding, func(m item.Material) bool { return m.ID == id })
		all = append(all, one)
	}
	if v.Item != nil {
		for i := range v.Item.Materials {
			m := &v.Item.Materials[i]
			if s.Choice != nil && slices.Contains(s.Choice.Excused, m.ID) {
				continue
			}
			add(m.ID, m.Name, m)
		}
	}
	for _, m := range s.Materials {
		if _, left := given[m.ID]; left {
			add(m.ID, m.ID, nil)
		}
	}
	return all
}

// steps are the item's, with what was done of them.
func (r *room) steps(p *frame.Page, v *desk.View) []step {
	if v.Item == nil {
		return nil
	}
	done := map[int]casefile.StepDone{}
	for _, one := range v.State.Steps {
		done[one.Step] = one
	}
	var all []step
	for i, st := range v.Item.Steps {
		if v.State.Choice != nil && slices.Contains(v.State.Choice.Skipped, i) {
			continue
		}
		one := step{Name: st.Name, Where: p.Word("level", st.Level), Limit: p.Limit(st.Limit), Now: v.Next.Step == i}
		if d, ok := done[i]; ok {
			one.Done, one.By, one.Passed, one.Text = p.Time(d.At), r.Name(d.Center)+" "+d.Staff, d.Passed, d.Text
		} else if at, by := atCounter(&v.State, st.Action); by != nil {
			one.Done, one.By, one.Passed = p.Time(at), r.Name(by.Center), true
		}
		all = append(all, one)
	}
	return all
}

// atCounter is when and by whom a case was received or accepted, which are no
// steps of its handling in the log; nil: it was not.
func atCounter(s *casefile.State, of item.Action) (at int64, by *casefile.Party) {
	switch of {
	case item.Receive:
		return s.ReceivedAt, s.ReceivedBy
	case item.Accept:
		return s.AcceptedAt, s.AcceptedBy
	}
	return 0, nil
}

func (r *room) next(p *frame.Page, m desk.Move) string {
	if m.Action == "" {
		return ""
	}
	text := p.Either(terms.Work(m.Name, m.Action), "")
	if !m.Here && m.Center != "" {
		text = r.Name(m.Center) + p.Pick("：", ": ") + text
	}
	return text
}

func (r *room) wait(p *frame.Page, w casefile.Interval) wait {
	name := w.Name
	if pair, ok := terms.Of(string(w.Ground)); ok && name == "" {
		name = p.Pick(pair[0], pair[1])
	}
	return wait{Name: cmp.Or(name, string(w.Ground)), From: p.Time(w.From), To: p.Time(w.To), Until: w.Until, Result: w.Result, Counts: w.Counts}
}

// deeds are the actions: what comes next first, then what else may be done;
// beside them what may not, and why.
func (r *room) deeds(c *workbench.Call, d *one) {
	for _, o := range d.Actions {
		one := deed{Action: o.Action, Text: c.Page.Either(terms.Actions[o.Action], string(o.Action)), Link: with("/work/cases/"+string(d.ID)+"/do/"+string(o.Action), d.In), Next: comesNext(d.View.Next, o.Action, d.Item)}
		err := c.Who.MayOn(o.Action, d.Item)
		switch {
		case !o.Allowed:
			detail := c.Particulars(o.Why)
			if detail == o.Why && !c.Page.English() && !strings.ContainsFunc(detail, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				detail = "" // the reason says it, in the reader's language
			}
			d.keep(c.Page, one, c.Reason(o.Code), detail)
		case err != nil:
			d.keep(c.Page, one, c.Reason(refusal.CodeOf(err)), "")
		default:
			d.Do = append(d.Do, one)
		}
	}
	slices.SortStableFunc(d.Do, func(a, b deed) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(order[a.Action], order[b.Action]))
	})
	for i := range d.Do {
		if i < len(keys) {
			d.Do[i].Key = keys[i : i+1]
		}
	}
}

// keys are those of the actions, in order: digits, then letters that no page of
// a case uses otherwise.
const keys = "1234567890qwertyadfhisvz"

// keep puts an action behind the reason that keeps it from being done.
func (d *one) keep(p *frame.Page, one deed, why, detail string) {
	i := slices.IndexFunc(d.Not, func(h hurdle) bool { return h.Why == why && h.Detail == detail })
	if i < 0 {
		d.Not = append(d.Not, hurdle{why, detail, one.Text})
		return
	}
	d.Not[i].Names += p.Pick("、", ", ") + one.Text
}

// comesNext reports whether an action is what a case waits for here: the next
// one of its route, or sending it on to where that is; of an item that is settled
// while the applicant waits, settling it, too.
func comesNext(next desk.Move, a desk.Action, it *item.Item) bool {
	if next.Here {
		return a == next.Action || a == desk.Settle && account.AtOnce(it)
	}
	return a == desk.HandOver && next.Center != ""
}

func rank(d deed) int {
	if d.Next {
		return 0
	}
	return 1
}

// order is in which order actions stand: what is done every day first.
var order = func() map[desk.Action]int {
	out := map[desk.Action]int{}
	for i, a := range []desk.Action{
		desk.TakeOver, desk.Settle, desk.Accept, desk.Notice, desk.Supplement, desk.Receive, desk.Check, desk.Review, desk.Resume, desk.Decide, desk.Make,
		desk.HandOver, desk.Serve, desk.HandOut, desk.Conclude, desk.Archive, desk.TurnBack, desk.SendBack, desk.Decline, desk.Return,
		desk.Outside, desk.Opinion, desk.Suspend, desk.Extend, desk.JointSet, desk.SurveySet, desk.SurveyHeld, desk.Visited, desk.Deliberated, desk.PartyHeard,
		desk.FeeCharge, desk.FeePay, desk.FeeWaive, desk.FeeSettle, desk.Mandate, desk.AcceptMandate, desk.Undertake, desk.HandBack,
		desk.PapersSent, desk.PapersArrived, desk.Withdraw, desk.Terminate, desk.Adopt, desk.Correct, desk.Void, desk.Reopen, desk.Seize, desk.Reconcile,
	} {
		out[a] = i + 1
	}
	return out
}()

// log shows every event of a case.
func (r *room) log(c *workbench.Call) error {
	id := casefile.ID(c.PathValue("id"))
	d, err := r.look(c)
	if err != nil {
		return err
	}
	from := uint64(1)
	for {
		records, err := r.Cabinet.Log(id, from, 256)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			break
		}
		for _, raw := range records {
			record, err := casefile.Read(raw)
			if err != nil {
				return err
			}
			from = record.Event.Seq + 1
			d.Events = append(d.Events, r.event(c.Page, &record.Event))
		}
	}
	return c.Show("log", d)
}

func (r *room) event(p *frame.Page, e *casefile.Event) event {
	out := event{Seq: e.Seq, Text: p.Either(terms.Events[e.Kind], string(e.Kind)), When: p.Time(e.DeskTime), Center: r.Name(e.Author.Center), Staff: e.Staff, Suspect: e.ClockSuspect}
	if e.Hand != nil {
		out.For = e.Hand.For
	}
	return out
}

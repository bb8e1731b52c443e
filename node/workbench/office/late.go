package office

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/supervise"
	"tongban/intake/supervise/chase"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// lateness is the page of who is late and where (电子监察).
type lateness struct {
	Kinds   []pick
	Lamps   []pick
	Centers []pick
	Under   area.Code
	Debts   []debt
	Chart   chart
	Rows    []lateRow
	Looked  int
	Chases  bool // whoever looks may chase
}

// debt is what one center owes.
type debt struct {
	supervise.Debt
	Name string
}

// lateRow is one thing that somebody has to see to.
type lateRow struct {
	LateEntry
	KindText, LampText, Name, CenterName, Over, Since string
	Link, ChaseLink, ChasedText                       string
}

// latePage is how many entries a page has at least, where there are so many.
const latePage = 100

func (r *room) late(c *workbench.Call) error {
	head(c, areaTabs, "late")
	p := c.Page
	q := supervise.Query{Under: area.Code(p.Query.Get("under")), Kind: supervise.Kind(p.Query.Get("kind")), Lamp: clock.Lamp(p.Query.Get("lamp"))}
	d := &lateness{Under: q.Under, Chases: c.Who.MayWork(account.Chase) == nil}
	d.filters(r, p, q)
	if q.Under != "" && q.Under.Level() == 0 {
		return refusal.Newf(refusal.Malformed, "", "", "%.20q", q.Under)
	}
	found, err := r.Late(q, casefile.ID(p.Query.Get("after")), latePage)
	if err != nil {
		return err
	}
	d.Looked = found.Looked
	slices.SortFunc(found.Entries, func(a, b LateEntry) int { return supervise.ByUrgency(a.Entry, b.Entry) })
	var entries []supervise.Entry
	for _, e := range found.Entries {
		entries = append(entries, e.Entry)
		d.Rows = append(d.Rows, r.lateRow(p, e, d.Chases))
	}
	for _, one := range supervise.ByCenter(entries) {
		d.Debts = append(d.Debts, debt{one, r.Name(one.Center)})
	}
	d.Chart = d.draw(p)
	if p.Query.Get("after") != "" {
		p.First = p.With("after", "")
	}
	if found.After != "" {
		p.Next = p.With("after", string(found.After))
	}
	return c.Show("late", d)
}

// filters are what the page may be narrowed by.
func (d *lateness) filters(r *room, p *frame.Page, q supervise.Query) {
	for _, k := range supervise.Kinds() {
		d.Kinds = append(d.Kinds, pick{string(k), p.Either(lateKinds[k], string(k)), k == q.Kind})
	}
	for _, l := range []clock.Lamp{clock.Red, clock.Yellow} {
		d.Lamps = append(d.Lamps, pick{string(l), p.Either(terms.Lamps[l], string(l)), l == q.Lamp})
	}
	listed, err := r.Register.Centers(r.Self().Area(), "", 500)
	if err != nil {
		return // the page stands without the choice
	}
	for _, l := range listed {
		if l.Revoked == 0 {
			d.Centers = append(d.Centers, pick{string(l.ID.Area()), r.Name(l.ID), l.ID.Area() == q.Under})
		}
	}
}

func (d *lateness) draw(p *frame.Page) chart {
	var labels []string
	red := series{Name: p.Either(terms.Lamps[clock.Red], ""), Color: bad}
	yellow := series{Name: p.Either(terms.Lamps[clock.Yellow], ""), Color: warn}
	for _, one := range d.Debts[:min(len(d.Debts), chartBars)] {
		labels = append(labels, one.Name)
		red.Values, yellow.Values = append(red.Values, one.Red), append(yellow.Values, one.Yellow)
	}
	return bars(labels, []series{red, yellow})
}

func (r *room) lateRow(p *frame.Page, e LateEntry, chases bool) lateRow {
	one := lateRow{
		LateEntry: e, KindText: p.Either(lateKinds[e.Kind], string(e.Kind)), LampText: p.Either(terms.Lamps[e.Lamp], string(e.Lamp)),
		Name: cmp.Or(e.Name, string(e.Item)), CenterName: r.Name(e.Center), Since: p.Time(e.Since),
	}
	if e.Over > 0 {
		one.Over = p.Pick("超 "+number(e.Over)+" 天", number(e.Over)+" d over")
	}
	if e.Case != "" {
		one.Link = "/work/cases/" + string(e.Case)
		if chases {
			one.ChaseLink = "/work/area/chase?" + url.Values{"case": {string(e.Case)}, "number": {e.Number}}.Encode()
		}
	}
	if e.Chases > 0 {
		one.ChasedText = number(e.Chases) + p.Pick(" 次，最近 ", " × , last ") + p.Time(e.Chased)
	}
	return one
}

// chasing is the page on which a center is told to see to a case (督办).
type chasing struct {
	desk.Summary
	Number, Text string
	What         string // of the entry that it is about
	Holder       string
	Phrases      []string
	MaxText      int
}

func (r *room) askChase(c *workbench.Call) error {
	d, err := r.chasing(c, casefile.ID(c.URL.Query().Get("case")), c.URL.Query().Get("number"))
	if err != nil {
		return err
	}
	return c.Show("chase", d)
}

func (r *room) chasing(c *workbench.Call, id casefile.ID, about string) (*chasing, error) {
	head(c, areaTabs, "chases")
	p := c.Page
	p.Title = p.Say("chase")
	one, ok, err := r.caseOf(id)
	if err != nil {
		return nil, err
	}
	if !ok || len(about) > 400 {
		return nil, refusal.Newf(refusal.NotFound, "", "", "%.60q", id)
	}
	d := &chasing{Summary: one, Number: about, Holder: r.Name(cmp.Or(one.Offered, one.Holder)), MaxText: chase.MaxText}
	for _, w := range phrases {
		d.Phrases = append(d.Phrases, p.Pick(w[0], w[1]))
	}
	return d, nil
}

func (r *room) chase(c *workbench.Call) error {
	d, err := r.chasing(c, casefile.ID(c.PostForm.Get("case")), c.PostForm.Get("number"))
	if err != nil {
		return err
	}
	d.Text = c.PostForm.Get("text")
	key := c.PostForm.Get("key")
	if key != "" {
		key = c.Who.Login + ":" + key
	}
	word := chase.Chase{Case: d.ID, Number: d.Number, Staff: r.staff(c), Text: d.Text}
	if err := r.Chase(c.Context(), key, word); err != nil {
		return c.Again("chase", d, err)
	}
	return c.Go("/work/area/chases", "chased")
}

// sent is the page of the chases that went out from here.
type sent struct{ Rows []sentRow }

type sentRow struct {
	Chased
	To, When, State, By, Link string
	Bad                       bool
	Reason                    string
}

const chasesPerPage = 50

func (r *room) chases(c *workbench.Call) error {
	head(c, areaTabs, "chases")
	p := c.Page
	before, _ := strconv.ParseUint(p.Query.Get("before"), 10, 64)
	all, err := r.Chases(before, chasesPerPage)
	if err != nil {
		return err
	}
	d := &sent{}
	for _, one := range all {
		d.Rows = append(d.Rows, r.sentRow(c, one))
	}
	if before != 0 {
		p.First = p.With("before", "")
	}
	if len(all) == chasesPerPage {
		p.Next = p.With("before", strconv.FormatUint(all[len(all)-1].Seq, 10))
	}
	return c.Show("chases", d)
}

func (r *room) sentRow(c *workbench.Call, one Chased) sentRow {
	p := c.Page
	row := sentRow{Chased: one, To: r.Name(one.To), When: p.Time(one.At), By: r.person(one.Staff), Link: "/work/cases/" + string(one.Case)}
	switch {
	case one.Answer.Event != 0:
		row.State = p.Say("answered") + " · " + p.Time(one.Answer.At)
		row.Reason = r.Name(one.Answer.By) + " " + p.Either(terms.Events[one.Answer.Kind], string(one.Answer.Kind))
	case one.Refused != "":
		row.State, row.Bad, row.Reason = p.Say("not_taken"), true, c.Reason(one.Refused)
	case one.Recorded:
		row.State = p.Say("recorded")
	case one.Waits != "":
		row.State, row.Reason = p.Say("waits_to_go"), one.Waits
	default:
		row.State = p.Say("on_its_way")
	}
	return row
}

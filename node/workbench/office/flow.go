package office

import (
	"cmp"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// flow is the page of how cases move: the time that each step took, and the ways
// between the centers.
type flow struct {
	span
	Head      string
	Looked    int
	Of        int // cases of those days
	Steps     []stepTime
	StepChart chart
	Map       *routeMap // nil: no case moved
	Ways      []wayCount
	MoreWays  int
}

// stepTime is how long one kind of step took, in calendar days from what was
// done before it.
type stepTime struct {
	Text                        string
	Count                       int
	Mean, Paused, Half, Longest string
	all                         []float64
	worked, paused              float64
	last                        float64
	order                       int
}

// wayCount is how often a case went from one center to another.
type wayCount struct {
	From, To string
	Up       bool
	Count    int
	Stay     string // mean days that it had been at From

	from, to area.Center
	days     float64
}

// maxFlow is how many cases are read for the page, the newest ones: each is a
// whole case. waysShown is how many ways the table lists.
const (
	maxFlow   = 300
	waysShown = 40
)

// day is one in milliseconds.
const day = 24 * 3600 * 1000.0

func (r *room) flow(c *workbench.Call) error {
	head(c, areaTabs, "flow")
	p := c.Page
	of, err := spanOf(p, r.day())
	if err != nil {
		return err
	}
	d := &flow{span: of, Head: of.title(p)}
	ids := r.newest(of, &d.Of)
	steps, ways := map[string]*stepTime{}, map[[2]area.Center]*wayCount{}
	for _, id := range ids {
		s, err := r.Cabinet.State(id)
		if err != nil {
			return err
		}
		d.Looked++
		stepTimes(p, &s, steps)
		moves(&s, ways)
		if err := c.Context().Err(); err != nil {
			return err
		}
	}
	d.steps(p, steps)
	d.ways(r, p, ways)
	return c.Show("flow", d)
}

// newest are the cases taken in on the days of a span, the newest first, as many
// as the page reads.
func (r *room) newest(of span, all *int) []casefile.ID {
	from, to := of.From.Start().UnixMilli(), of.To.Add(1).Start().UnixMilli()
	var cards []*cabinet.Card
	r.Cabinet.Cards(cabinet.Filter{}, func(card *cabinet.Card) bool {
		if card.Opened >= from && card.Opened < to {
			cards = append(cards, card)
		}
		return true
	})
	*all = len(cards)
	slices.SortFunc(cards, func(a, b *cabinet.Card) int { return cmp.Or(cmp.Compare(b.Opened, a.Opened), cmp.Compare(a.ID, b.ID)) })
	ids := make([]casefile.ID, 0, min(len(cards), maxFlow))
	for _, card := range cards[:min(len(cards), maxFlow)] {
		ids = append(ids, card.ID)
	}
	return ids
}

// stepTimes adds what each step of a case took, from what was done before it. The
// time in which nothing could be done is told apart.
func stepTimes(p *frame.Page, s *casefile.State, into map[string]*stepTime) {
	before := s.OpenedAt
	add := func(name string, order int, at int64) {
		if at < before {
			return
		}
		one := into[name]
		if one == nil {
			one = &stepTime{Text: name, order: order}
			into[name] = one
		}
		whole, still := float64(at-before)/day, float64(stoodStill(s.Intervals, before, at))/day
		one.all = append(one.all, whole)
		one.worked, one.paused, one.last = one.worked+whole-still, one.paused+still, max(one.last, whole)
		before = at
	}
	if s.AcceptedAt != 0 {
		add(p.Either(terms.Actions[desk.Accept], ""), 0, s.AcceptedAt)
	}
	done := slices.Clone(s.Steps)
	slices.SortStableFunc(done, func(a, b casefile.StepDone) int { return cmp.Compare(a.At, b.At) })
	for _, st := range done {
		if st.At >= s.AcceptedAt {
			add(p.Either(terms.Step(desk.Action(st.Action)), string(st.Action)), stepOrder(desk.Action(st.Action)), st.At)
		}
	}
}

var stepsInOrder = []desk.Action{desk.Accept, desk.Check, desk.Review, desk.Action(item.Assess), desk.Action(item.Posting), desk.Outside, desk.Opinion, desk.Decide, desk.Make, desk.Serve, desk.HandOut, desk.Conclude}

func stepOrder(a desk.Action) int {
	if i := slices.Index(stepsInOrder, a); i >= 0 {
		return i
	}
	return len(stepsInOrder)
}

// stoodStill is how much of a span a clock stood still, in milliseconds.
func stoodStill(all []casefile.Interval, from, to int64) (sum int64) {
	at := from
	for _, w := range all { // in the order in which they began
		if w.Counts {
			continue
		}
		begin, end := max(w.From, at), min(cmp.Or(w.To, to), to)
		if end > begin {
			sum, at = sum+end-begin, end
		}
	}
	return sum
}

// moves adds the ways that a case took between centers.
func moves(s *casefile.State, into map[[2]area.Center]*wayCount) {
	for i := 1; i < len(s.Route); i++ {
		a, b := s.Route[i-1], s.Route[i]
		key := [2]area.Center{a.Party.Center, b.Party.Center}
		if key[0] == key[1] {
			continue
		}
		one := into[key]
		if one == nil {
			one = &wayCount{from: key[0], to: key[1]}
			into[key] = one
		}
		one.Count++
		one.days += max(float64(b.Since-a.Since)/day, 0)
	}
}

func (d *flow) steps(p *frame.Page, all map[string]*stepTime) {
	for _, one := range all {
		n := float64(len(one.all))
		slices.Sort(one.all)
		one.Count, one.Mean, one.Paused = len(one.all), days((one.worked+one.paused)/n), days(one.paused/n)
		one.Half, one.Longest = days(one.all[len(one.all)/2]), days(one.last)
		d.Steps = append(d.Steps, *one)
	}
	slices.SortFunc(d.Steps, func(a, b stepTime) int { return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.Text, b.Text)) })
	work, still := series{Name: p.Say("worked"), Color: plain}, series{Name: p.Say("paused"), Color: paused}
	labels := make([]string, len(d.Steps))
	for i, one := range d.Steps {
		n := float64(one.Count)
		labels[i] = one.Text
		work.Exact, still.Exact = append(work.Exact, one.worked/n), append(still.Exact, one.paused/n)
	}
	d.StepChart = bars(labels, []series{work, still})
}

func (d *flow) ways(r *room, p *frame.Page, all map[[2]area.Center]*wayCount) {
	for _, one := range all {
		one.From, one.To, one.Up = r.Name(one.from), r.Name(one.to), one.to.Level() < one.from.Level()
		one.Stay = days(one.days / float64(one.Count))
		d.Ways = append(d.Ways, *one)
	}
	slices.SortFunc(d.Ways, func(a, b wayCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	if len(d.Ways) == 0 {
		return
	}
	d.Map = mapOf(p, r.Name, d.Ways)
	if len(d.Ways) > waysShown {
		d.MoreWays, d.Ways = len(d.Ways)-waysShown, d.Ways[:waysShown]
	}
}

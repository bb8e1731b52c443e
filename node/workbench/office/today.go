package office

import (
	"cmp"
	"strings"

	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/hall/queue"
	"tongban/intake/hall/roster"
	"tongban/intake/rating"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// now is what the page of today shows anew every minute.
type now struct {
	At      string
	Tiles   []tile
	Late    []lateCase
	Later   int // overdue ones that are not listed
	Windows []window
	Covers  []cover
	Roster  bool // the center keeps one
}

// lateCase is an overdue case of this center.
type lateCase struct {
	desk.Summary
	NextText, Over string
}

// window is one window of the hall now.
type window struct {
	roster.Window
	Serves string
	Staff  []roster.Seat
	Ticket string
	Doing  string
	Served int
	Mean   string
}

// cover says that B stands in for A today.
type cover struct{ A, B, To string }

// today is the whole page.
type today struct {
	now
	Items, Steps []load
	ItemChart    chart
	StepChart    chart
	Phases       []figure
	PhaseChart   chart
}

// load is one line of where the work piles up.
type load struct {
	desk.Load
	Text                    string
	Green, Paused, Yel, Red int
	MeanText, LongestText   string
}

// listedLate is how many of the overdue the page lists, chartBars how many bars
// a chart has.
const (
	listedLate = 15
	chartBars  = 10
)

func (r *room) today(c *workbench.Call) error {
	c.Page.Title = c.Page.Say("today")
	n, err := r.now(c)
	if err != nil {
		return err
	}
	d := &today{now: n}
	if err := r.piles(c.Page, d); err != nil {
		return err
	}
	return c.Show("today", d)
}

// todayNow is the part of the page that changes by the minute.
func (r *room) todayNow(c *workbench.Call) error {
	n, err := r.now(c)
	if err != nil {
		return err
	}
	return c.Part("today", "now", &today{now: n})
}

func (r *room) now(c *workbench.Call) (now, error) {
	p := c.Page
	d := now{At: p.Time(r.Now().UnixMilli())}
	mine, err := r.Desk.Worklist(desk.Query{Box: desk.Mine, Lamp: clock.Red, Limit: listedLate})
	if err != nil {
		return d, err
	}
	arrived, err := r.Desk.Worklist(desk.Query{Box: desk.Arrived, Limit: 1})
	if err != nil {
		return d, err
	}
	sent, err := r.Desk.Worklist(desk.Query{Box: desk.Sent, Limit: 1})
	if err != nil {
		return d, err
	}
	for _, one := range mine.Cases {
		l := lateCase{Summary: one, Over: p.Pick("超 "+number(-one.Left)+" 天", number(-one.Left)+" d over")}
		if one.Left >= 0 {
			l.Over = p.Pick("今天已过时", "past today's hour")
		}
		if one.Next.Action != "" {
			l.NextText = cmp.Or(one.Next.Name, p.Either(terms.Actions[one.Next.Action], string(one.Next.Action)))
		}
		d.Late = append(d.Late, l)
	}
	red, yellow := mine.Lamps[clock.Red], mine.Lamps[clock.Yellow]
	d.Later = red - len(d.Late)
	held := 0
	for _, n := range mine.Lamps {
		held += n
	}
	d.Tiles = []tile{
		{"", p.Say("in_hand"), number(held), "", reach(c, "/work/cases", "/work/cases?box=mine")},
		{grade(0, yellow), p.Say("due_soon"), number(yellow), "", reach(c, "/work/cases", "/work/cases?box=mine&lamp=yellow")},
		{grade(red, 0), p.Say("overdue"), number(red), past(p, mine.Past), reach(c, "/work/cases", "/work/cases?box=mine&lamp=red")},
		{grade(arrived.Lamps[clock.Red], arrived.Total), p.Say("arrived"), number(arrived.Total), "", reach(c, "/work/cases", "/work/cases?box=arrived")},
		{grade(sent.Lamps[clock.Red], 0), p.Say("sent"), number(sent.Total), "", reach(c, "/work/cases", "/work/cases?box=sent")},
		{"", p.Say("results_wait"), number(r.results()), "", reach(c, "/work/results", "/work/results")},
	}
	if err := r.hallNow(c, &d); err != nil {
		return d, err
	}
	return d, r.ratedNow(c, &d)
}

// grade is the colour of a tile: what is bad makes it red, what is near yellow.
func grade(bad, near int) string {
	switch {
	case bad > 0:
		return "red"
	case near > 0:
		return "yellow"
	}
	return "green"
}

func past(p *frame.Page, n int) string {
	if n == 0 {
		return ""
	}
	return p.Say("past_legal") + " " + number(n)
}

// results counts what waits here to be handed out.
func (r *room) results() (n int) {
	self := r.Self()
	r.Cabinet.Cards(cabinet.Filter{Open: true}, func(card *cabinet.Card) bool {
		if card.Collect == self {
			n++
		}
		return true
	})
	return n
}

// hallNow is who waits and who serves.
func (r *room) hallNow(c *workbench.Call, d *now) error {
	p := c.Page
	tickets, err := r.Hall.Queue.List("", queue.Filter{States: []queue.State{queue.Waiting, queue.Skipped, queue.Called, queue.Serving}})
	if err != nil {
		return err
	}
	stats, err := r.Hall.Queue.Stats("")
	if err != nil {
		return err
	}
	waiting, longest, at := 0, int64(0), r.Now().UnixMilli()
	for _, t := range tickets {
		if t.State == queue.Waiting || t.State == queue.Skipped {
			waiting++
			longest = max(longest, at-t.Joined())
		}
	}
	more := p.Say("served_today") + " " + number(stats.Total.Served)
	if waiting > 0 {
		more = p.Say("longest_wait") + " " + minutes(p, longest/1000)
	}
	d.Tiles = append(d.Tiles, tile{"", p.Say("queue_now"), number(waiting), more, reach(c, "/work/hall", "/work/hall")})
	ros, day := r.Hall.Staff.Roster(), r.day()
	d.Roster = !ros.Empty()
	for _, w := range ros.Windows() {
		one := window{Window: w, Serves: strings.Join(w.Types, p.Pick("、", ", ")), Staff: ros.Seats(w.Number, day)}
		for _, t := range tickets {
			if t.Window == w.Number && (t.State == queue.Called || t.State == queue.Serving) {
				one.Ticket, one.Doing = t.Number, p.Say("doing_"+string(t.State))
			}
		}
		for _, f := range stats.Windows {
			if f.Of == w.Number {
				one.Served, one.Mean = f.Served, minutes(p, f.MeanServe)
			}
		}
		d.Windows = append(d.Windows, one)
	}
	for _, v := range ros.Covers() {
		if v.On(day) {
			d.Covers = append(d.Covers, cover{r.person(v.A), r.person(v.B), string(v.To)})
		}
	}
	return nil
}

// ratedNow is what was thought of the center today and this month, and what is
// to be put right.
func (r *room) ratedNow(c *workbench.Call, d *now) error {
	p, day := c.Page, r.day()
	month, err := r.Ratings.Figures(day[:8]+"01", day, rating.ByNothing, nil)
	if err != nil {
		return err
	}
	ofDay, err := r.Ratings.Figures(day, day, rating.ByNothing, nil)
	if err != nil {
		return err
	}
	open, err := r.Ratings.List(rating.Query{Bad: true, Open: true, Limit: 1000}, rating.Viewer{})
	if err != nil {
		return err
	}
	late := 0
	for _, v := range open.Ratings {
		if v.Late {
			late++
		}
	}
	today, of := share(ofDay[0].Satisfied)
	whole, ofMonth := share(month[0].Satisfied)
	more := p.Say("this_month") + " " + whole
	if ofMonth != "" {
		more += " (" + ofMonth + ")"
	}
	text := p.Say("rating_today")
	if of != "" {
		text += " (" + of + ")"
	}
	count := number(len(open.Ratings))
	if open.Before != 0 {
		count += "+"
	}
	overdue := ""
	if late > 0 {
		overdue = p.Say("overdue") + " " + number(late)
	}
	d.Tiles = append(d.Tiles,
		tile{"", text, today, more, reach(c, "/work/ratings", "/work/ratings/figures")},
		tile{grade(late, len(open.Ratings)), p.Say("to_rectify"), count, overdue, reach(c, "/work/ratings", "/work/ratings")},
	)
	return nil
}

// piles are where the work piles up: by item, by what comes next, by phase.
func (r *room) piles(p *frame.Page, d *today) error {
	loads, err := r.Desk.Loads(desk.Mine)
	if err != nil {
		return err
	}
	d.Items = r.loads(p, loads.Items)
	d.Steps = r.loads(p, loads.Next)
	d.ItemChart, d.StepChart = lampChart(p, d.Items), lampChart(p, d.Steps)
	st, err := r.Desk.Statistics(desk.Span{Box: desk.All})
	if err != nil {
		return err
	}
	d.Phases, d.PhaseChart = phases(p, st.Phases)
	return nil
}

// loads are lines for a table, those that a chart has room for.
func (r *room) loads(p *frame.Page, all []desk.Load) []load {
	var out []load
	for _, l := range all[:min(len(all), chartBars)] {
		text := cmp.Or(l.Name, string(l.Item))
		if l.Item == "" {
			text = p.Say("no_next")
			if l.Next != "" {
				text = p.Either(terms.Actions[l.Next], string(l.Next))
			}
		}
		out = append(out, load{
			Load: l, Text: text, Green: l.Lamps[clock.Green] + l.Lamps[clock.Done], Paused: l.Lamps[clock.Paused], Yel: l.Lamps[clock.Yellow], Red: l.Lamps[clock.Red],
			MeanText: days(l.Mean), LongestText: days(l.Longest),
		})
	}
	return out
}

func lampChart(p *frame.Page, lines []load) chart {
	labels := make([]string, len(lines))
	all := []series{
		{Name: p.Either(terms.Lamps[clock.Red], ""), Color: bad}, {Name: p.Either(terms.Lamps[clock.Yellow], ""), Color: warn},
		{Name: p.Either(terms.Lamps[clock.Paused], ""), Color: paused}, {Name: p.Either(terms.Lamps[clock.Green], ""), Color: good},
	}
	for i, l := range lines {
		labels[i] = l.Text
		for k, n := range []int{l.Red, l.Yel, l.Paused, l.Green} {
			all[k].Values = append(all[k].Values, n)
		}
	}
	return bars(labels, all)
}

// order is how a case goes through its phases.
var order = []casefile.Phase{
	casefile.PhaseOpened, casefile.PhaseNoticed, casefile.PhaseAccepted, casefile.PhaseDecided, casefile.PhaseServed, casefile.PhaseConcluded,
	casefile.PhaseDeclined, casefile.PhaseReturned, casefile.PhaseWithdrawn, casefile.PhaseTerminated, casefile.PhaseArchived,
}

// phases are the cases of each phase that has any.
func phases(p *frame.Page, count map[casefile.Phase]int) (lines []figure, drawn chart) {
	one := series{Color: plain}
	var labels []string
	for _, phase := range order {
		n := count[phase]
		if n == 0 {
			continue
		}
		text := frame.Capital(p.Either(terms.Phases[phase], string(phase)))
		lines = append(lines, figure{Label: text, Value: number(n)})
		labels, one.Values = append(labels, text), append(one.Values, n)
	}
	return lines, bars(labels, []series{one})
}

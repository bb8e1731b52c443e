package office

import (
	"cmp"

	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/book"
	"tongban/intake/rating"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// report is the page of the figures of some days, as it is printed each month.
type report struct {
	span
	Boxes      []pick
	Head       string // what they are of, and of which days
	Sums       []figure
	Outcomes   []figure
	OutChart   chart
	Phases     []figure
	PhaseChart chart
	Items      []desk.ItemCount
	ItemChart  chart
	MoreItems  int
	Lamps      []figure
	Ratings    []figure
	Asked      []figure // consultations, complaints, suggestions of this center
}

// itemsShown is how many items the report lists.
const itemsShown = 30

func (r *room) figures(c *workbench.Call) error {
	head(c, areaTabs, "figures")
	p := c.Page
	days, err := spanOf(p, r.day())
	if err != nil {
		return err
	}
	d := &report{span: days, Head: days.title(p)}
	box := desk.Box(cmp.Or(p.Query.Get("box"), string(desk.All)))
	if box != desk.Opened {
		box = desk.All
	}
	for _, b := range []desk.Box{desk.All, desk.Opened} {
		d.Boxes = append(d.Boxes, pick{string(b), p.Say("box_" + string(b)), b == box})
	}
	st, err := r.Desk.Statistics(desk.Span{From: d.From, To: d.To, Box: box})
	if err != nil {
		return err
	}
	d.counts(p, &st)
	if err := r.said(c, d); err != nil {
		return err
	}
	return c.Show("figures", d)
}

// counts are the cases.
func (d *report) counts(p *frame.Page, st *desk.Statistics) {
	for _, f := range []struct {
		word string
		n    int
	}{
		{"taken_in", st.Total}, {"still_open", st.Open}, {"immediate", st.Immediate}, {"promised", st.Promised}, {"joint", st.Joint}, {"referred", st.Referred},
		{"declined", st.Declined}, {"agency", st.Agency}, {"elsewhere", st.Elsewhere}, {"overdue_now", st.Lamps[clock.Red]}, {"past_legal", st.Past},
	} {
		d.Sums = append(d.Sums, figure{Label: p.Say(f.word), Value: number(f.n)})
	}
	out := series{Color: plain}
	var labels []string
	for _, o := range []casefile.Outcome{
		casefile.OutcomeGranted, casefile.OutcomeRejected, casefile.OutcomeDeclined, casefile.OutcomeReturned, casefile.OutcomeWithdrawn, casefile.OutcomeDeemedWithdrawn, casefile.OutcomeTerminated,
	} {
		if n := st.Outcomes[o]; n > 0 {
			text := frame.Capital(p.Either(terms.Outcomes[o], string(o)))
			d.Outcomes = append(d.Outcomes, figure{Label: text, Value: number(n)})
			labels, out.Values = append(labels, text), append(out.Values, n)
		}
	}
	d.OutChart = bars(labels, []series{out})
	d.Phases, d.PhaseChart = phases(p, st.Phases)
	d.Items = st.Items[:min(len(st.Items), itemsShown)]
	d.MoreItems = len(st.Items) - len(d.Items)
	done, open := series{Name: p.Say("finished"), Color: good}, series{Name: p.Say("still_open"), Color: plain}
	labels = nil
	for _, it := range d.Items[:min(len(d.Items), chartBars)] {
		labels = append(labels, cmp.Or(it.Name, string(it.Code)))
		done.Values, open.Values = append(done.Values, it.Count-it.Open), append(open.Values, it.Open)
	}
	d.ItemChart = bars(labels, []series{done, open})
}

// said is what people thought of this center and asked it in those days.
func (r *room) said(c *workbench.Call, d *report) error {
	p := c.Page
	all, err := r.Figures(c.Context(), d.From, d.To, rating.ByNothing)
	if err != nil {
		return err
	}
	d.Ratings = r.rates(p, all[0], true)
	count := map[book.Kind]int{}
	err = r.Hall.Books.All(hall.Inquiries, func(n book.Note) bool {
		if day := workday.DateOf(since(n.At)); day >= d.From && day <= d.To {
			count[n.Kind]++
		}
		return c.Context().Err() == nil
	})
	for _, k := range hall.Inquiries {
		d.Asked = append(d.Asked, figure{Label: p.Say(string(k)), Value: number(count[k])})
	}
	return err
}

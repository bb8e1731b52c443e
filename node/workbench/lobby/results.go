package lobby

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// waiting is the page of the result window: what waits to be handed out.
type waiting struct {
	Text  string
	Rows  []result
	Total int
	More  bool // more people have such a name than were looked at
}

// result is one case whose result waits.
type result struct {
	desk.Summary
	Decided  workday.Date
	Days     int // calendar days since
	Where    string
	Here     bool   // it is handed out at this center
	NextText string // what has to be done first, or the handing out
	Link     string // where that is done
	Ready    bool
}

const perPage = 50

// results lists what waits here to be handed out, or was decided here to be
// handed out elsewhere; who waits longest comes first.
func (r *room) results(c *workbench.Call) error {
	d, err := r.waitingList(c, c.Recall(c.URL.Query().Get("find")))
	if err != nil {
		return err
	}
	return c.Show("results", d)
}

func (r *room) waitingList(c *workbench.Call, text string) (*waiting, error) {
	head(c, resultTabs, "results", "results")
	d := &waiting{Text: text}
	cards := r.uncollected()
	if text != "" {
		found, err := r.Desk.Worklist(desk.Query{Box: desk.All, Text: text, Limit: 200})
		if err != nil {
			return nil, err
		}
		d.More = found.More
		cards = slices.DeleteFunc(cards, func(card *cabinet.Card) bool {
			return !slices.ContainsFunc(found.Cases, func(one desk.Summary) bool { return one.ID == card.ID })
		})
	}
	d.Total = len(cards)
	skip, _ := strconv.Atoi(c.URL.Query().Get("skip"))
	skip = min(max(skip, 0), d.Total)
	if skip > 0 {
		c.Page.First = c.Page.With("skip", "")
	}
	if skip+perPage < d.Total {
		c.Page.Next = c.Page.With("skip", strconv.Itoa(skip+perPage))
	}
	for _, card := range cards[skip:min(skip+perPage, d.Total)] {
		row, err := r.result(c, card)
		if err != nil {
			return nil, err
		}
		d.Rows = append(d.Rows, row)
	}
	return d, r.named(d.Rows)
}

// named says of each row who applied, masked: two people may wait for the same.
func (r *room) named(rows []result) error {
	all := make([]desk.Summary, len(rows))
	for i := range rows {
		all[i] = rows[i].Summary
	}
	err := r.Desk.Named(all)
	for i := range rows {
		rows[i].Summary = all[i]
	}
	return err
}

// uncollected are the cards of what waits, the oldest decision first.
func (r *room) uncollected() []*cabinet.Card {
	var all []*cabinet.Card
	self := r.Self()
	r.Cabinet.Cards(cabinet.Filter{Open: true}, func(card *cabinet.Card) bool {
		if card.Collect != "" && (card.Collect == self || card.Holder == self) {
			all = append(all, card)
		}
		return true
	})
	slices.SortFunc(all, func(x, y *cabinet.Card) int {
		return cmp.Or(cmp.Compare(x.Decided, y.Decided), cmp.Compare(x.ID, y.ID))
	})
	return all
}

func (r *room) result(c *workbench.Call, card *cabinet.Card) (result, error) {
	state, err := r.Cabinet.State(card.ID)
	if err != nil {
		return result{}, err
	}
	one := result{Summary: r.Desk.Summary(state), Decided: dayOf(card.Decided), Where: r.Name(card.Collect), Here: card.Collect == r.Self(), Link: "/work/cases/" + string(card.ID)}
	one.Days = one.Decided.DaysTo(r.today())
	if next := one.Next.Action; next != "" {
		one.NextText = c.Page.Either(terms.Actions[next], string(next))
		if !one.Next.Here {
			one.NextText += c.Page.Pick("（", " (") + r.Name(one.Next.Center) + c.Page.Pick("）", ")")
		}
	}
	view, err := r.Desk.Look(card.ID)
	if err != nil {
		return one, err
	}
	one.Ready = c.Who.May(desk.HandOut) == nil && slices.ContainsFunc(view.Actions, func(o desk.Offered) bool { return o.Action == desk.HandOut && o.Allowed })
	if one.Ready {
		one.Link += "/do/" + string(desk.HandOut)
	}
	return one, nil
}

// maxFind is how many characters are looked for at most.
const maxFind = 100

// findResult takes the number of a receipt, and leads to handing its result
// out; anything else that was typed leads to the list of what it means.
func (r *room) findResult(c *workbench.Call) error {
	text := strings.TrimSpace(c.PostForm.Get("q"))
	if utf8.RuneCountInString(text) > maxFind {
		return refusal.Newf(refusal.TooLarge, "", "", "%d characters at most", maxFind)
	}
	var hit *cabinet.Card
	for _, card := range r.uncollected() {
		if strings.EqualFold(card.Number, text) || strings.EqualFold(string(card.ID), text) {
			hit = card
		}
	}
	if hit != nil {
		row, err := r.result(c, hit)
		if err != nil {
			return err
		}
		return c.Go(row.Link, "")
	}
	if state, err := r.Cabinet.State(casefile.ID(text)); err == nil { // it is known, and waits for nobody here
		return c.Go("/work/cases/"+string(state.ID), "")
	}
	to := "/work/results"
	if text != "" {
		to += "?find=" + c.Remember(text)
	}
	return c.Go(to, "")
}

func dayOf(ms int64) workday.Date { return workday.DateOf(timeOf(ms)) }

// lying is the list of results that nobody collected.
type lying struct {
	Days int
	Rows []hall.Uncollected
	Full bool // there may be more
}

const mostUnclaimed = 200

// unclaimed lists the results that were to be handed out here and were not,
// with the calls that were made about them.
func (r *room) unclaimed(c *workbench.Call) error {
	head(c, resultTabs, "unclaimed", "unclaimed")
	d := &lying{}
	d.Days, _ = strconv.Atoi(c.URL.Query().Get("days"))
	d.Days = min(max(d.Days, 0), 3650)
	var err error
	if d.Rows, err = r.Hall.Books.Unclaimed(d.Days, mostUnclaimed); err != nil {
		return err
	}
	d.Full = len(d.Rows) == mostUnclaimed
	return c.Show("unclaimed", d)
}

// slips is the page of papers on their way.
type slips struct {
	Typed   string
	Scanned *slip // the one that was scanned and is to be checked
	Note    string
	Missing []string
	Due     []slip // awaited here
	Sent    []slip // sent from here
	Short   []slip // came with something missing
}

type slip struct {
	desk.SlipView
	FromName, ToName string
}

// mostSlips is how many slips of a kind a page lists.
const mostSlips = 100

func (r *room) slips(c *workbench.Call) error {
	d, err := r.slipPage(c)
	if err != nil {
		return err
	}
	return c.Show("slips", d)
}

func (r *room) slipPage(c *workbench.Call) (*slips, error) {
	head(c, resultTabs, "slips", "slips")
	all, err := r.Desk.Slips(false)
	if err != nil {
		return nil, err
	}
	d := &slips{}
	for _, one := range all {
		into := &d.Sent
		switch {
		case one.Arrived != nil:
			into = &d.Short
		case one.Due:
			into = &d.Due
		}
		if len(*into) < mostSlips {
			*into = append(*into, slip{one, r.Name(one.From), r.Name(one.To)})
		}
	}
	return d, nil
}

// scanSlip takes the number of a slip: it shows what must be in the envelope,
// and then writes down what was.
func (r *room) scanSlip(c *workbench.Call) error {
	form := desk.ScanForm{Slip: strings.TrimSpace(c.PostForm.Get("slip")), Missing: c.PostForm["missing"], Note: strings.TrimSpace(c.PostForm.Get("note"))}
	d, err := r.slipPage(c)
	if err != nil {
		return err
	}
	d.Typed, d.Note, d.Missing = form.Slip, form.Note, form.Missing
	i := slices.IndexFunc(d.Due, func(s slip) bool { return strings.EqualFold(s.Slip.Slip, form.Slip) })
	if i >= 0 {
		d.Scanned, form.Slip = &d.Due[i], d.Due[i].Slip.Slip
		if c.PostForm.Get("whole") == "" {
			return c.Show("slips", d)
		}
	}
	if err := c.Who.May(desk.PapersArrived); err != nil {
		return err
	}
	done, err := r.Desk.ScanSlip(c.Context(), c.By(), form)
	if err != nil {
		return c.Again("slips", d, err)
	}
	if c.PostForm.Get("then") == "case" {
		return c.Go("/work/cases/"+string(done.State.ID), "")
	}
	return c.Go("/work/results/slips", "scanned")
}

// Lacks reports whether a paper was said to be missing.
func (d *slips) Lacks(material string) bool { return slices.Contains(d.Missing, material) }

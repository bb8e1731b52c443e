package casework

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// list is the worklist.
type list struct {
	Boxes []tab
	Else  []tab // of an empty box: where cases wait for this center
	Lamps []tab
	Chips []chip
	Rows  []row
	Total int
	More  bool // more people have such a name than were looked at
	Text  string
	Hide  url.Values // what the search form keeps of the address
	Live  string     // where changes are told
	Now   string     // where the list as it stands now is asked for
}

type tab struct {
	Text    string
	Link    string
	Count   int
	Class   string
	Current bool
}

type chip struct{ Text, Without string }

// row is one case of the list.
type row struct {
	desk.Summary
	PhaseText string
	ItemLink  string     // only this item
	PhaseLink string     // only this phase
	Drawn     clock.Lamp // how the lamp is drawn
	LampText  string
	Who       string // holds it, where that is not this center
	NextText  string
	When      string // how much time is left, in words; why a clock stands still
	Link      string // of the case; it keeps which list it was opened from
	Mark      string // changes with whatever the row shows
	Fresh     bool   // it came since the page was shown
	Moved     bool   // it changed since the page was shown
}

const perPage = 50

// kept are the filters that a search keeps.
var kept = []string{"box", "lamp", "item", "phase"}

// list shows a box of the worklist. All filters stand in the address, but for
// what was searched for: that may be a name, and the address has only what the
// shell remembers it by.
func (r *room) list(c *workbench.Call) error {
	d, err := r.listed(c)
	if err != nil {
		return err
	}
	return c.Show("list", d)
}

// asked is which cases the words of an address choose.
func asked(c *workbench.Call, q url.Values) desk.Query {
	return desk.Query{
		Box: desk.Box(cmp.Or(q.Get("box"), string(desk.Mine))), Lamp: clock.Lamp(q.Get("lamp")), Text: c.Recall(q.Get("find")), Limit: perPage,
		Code: item.Code(q.Get("item")), Phase: casefile.Phase(q.Get("phase")), After: q.Get("after"),
	}
}

func (r *room) listed(c *workbench.Call) (*list, error) {
	p := c.Page
	query := asked(c, p.Query)
	found, err := r.Desk.Worklist(query)
	if err != nil {
		return nil, err
	}
	if err := r.Desk.Named(found.Cases); err != nil {
		return nil, err
	}
	p.Title = p.Either(terms.Boxes[query.Box], string(query.Box))
	d := &list{Total: found.Total, More: found.More, Text: query.Text, Hide: url.Values{}}
	r.tabs(p, d, query, found)
	in := within(p.Query)
	for _, one := range found.Cases {
		d.Rows = append(d.Rows, r.row(p, one).from(in))
	}
	if query.After != "" {
		p.First = p.With("after", "")
	}
	if found.Next != "" {
		p.Next = p.With("after", found.Next)
	}
	d.Live, d.Now = "/work/cases/live", "/work/cases/now?"+p.Query.Encode()
	return d, nil
}

// within is which list an address shows, as the pages of its cases keep it; ""
// is the one that stands in no need of a word.
func within(q url.Values) string {
	keep := url.Values{}
	for _, key := range append([]string{"find"}, kept...) {
		if v := q.Get(key); v != "" && !(key == "box" && v == string(desk.Mine)) {
			keep.Set(key, v)
		}
	}
	return keep.Encode()
}

// with puts the list that a page belongs to behind an address.
func with(address, in string) string {
	if in == "" {
		return address
	}
	joint := "?"
	if strings.Contains(address, "?") {
		joint = "&"
	}
	return address + joint + "in=" + url.QueryEscape(in)
}

// from says which list a row stands in.
func (one row) from(in string) row {
	one.Link = with(one.Link, in)
	return one
}

// tabs are the boxes, the lamps and the filters that are on.
func (r *room) tabs(p *frame.Page, d *list, q desk.Query, found desk.Worklist) {
	for _, box := range []desk.Box{desk.Mine, desk.Arrived, desk.Sent, desk.Opened, desk.All} {
		one := tab{Text: p.Either(terms.Boxes[box], string(box)), Link: p.With("box", string(box)), Count: found.Boxes[box], Current: box == q.Box}
		d.Boxes = append(d.Boxes, one)
		if waits := box == desk.Mine || box == desk.Arrived || box == desk.Sent; waits && !one.Current && one.Count > 0 && found.Total == 0 {
			one.Link = "/work/cases?box=" + string(box) // all of it, whatever was asked for here
			d.Else = append(d.Else, one)
		}
	}
	total := 0
	for _, n := range found.Lamps {
		total += n
	}
	d.Lamps = append(d.Lamps, tab{Text: p.Say("all"), Link: p.With("lamp", ""), Count: total, Current: q.Lamp == ""})
	for _, lamp := range []clock.Lamp{clock.Red, clock.Yellow, clock.Paused, clock.Green, clock.Done} {
		d.Lamps = append(d.Lamps, tab{
			Text: p.Either(terms.Lamps[lamp], string(lamp)), Link: p.With("lamp", string(lamp)), Count: found.Lamps[lamp], Class: string(lamp), Current: q.Lamp == lamp,
		})
	}
	if q.Text != "" {
		d.Chips = append(d.Chips, chip{q.Text, p.With("find", "")})
	}
	if q.Lamp != "" {
		d.Chips = append(d.Chips, chip{p.Either(terms.Lamps[q.Lamp], string(q.Lamp)), p.With("lamp", "")})
	}
	if q.Code != "" {
		name := string(q.Code)
		if it, ok := r.Register.Item(q.Code, r.Self().Area(), r.Register.On(p.Today)); ok {
			name = it.Name
		}
		d.Chips = append(d.Chips, chip{name, p.With("item", "")})
	}
	if q.Phase != "" {
		d.Chips = append(d.Chips, chip{p.Either(terms.Phases[q.Phase], string(q.Phase)), p.With("phase", "")})
	}
	for _, key := range kept {
		if v := p.Query.Get(key); v != "" {
			d.Hide.Set(key, v)
		}
	}
}

func (r *room) row(p *frame.Page, one desk.Summary) row {
	out := row{Summary: one, Link: "/work/cases/" + string(one.ID), ItemLink: p.With("item", string(one.Item.Code)), PhaseLink: p.With("phase", string(one.Phase)), PhaseText: p.Either(terms.Phases[one.Phase], string(one.Phase))}
	drawn, says := terms.Lamp(one.Lamp, one.Standing)
	out.Drawn, out.LampText = drawn, p.Either(says, string(drawn))
	out.NextText = p.Either(terms.Work(one.Next.Name, one.Next.Action), "")
	if one.Offered != "" {
		out.Who = p.Pick("已移交 ", "offered to ") + r.Name(one.Offered)
	} else if one.Holder != r.Self() {
		out.Who = r.Name(one.Holder)
	}
	out.When = left(p, one.Lamp, one.Left, one.Due != "", one.Unit)
	if out.Drawn == clock.Paused {
		out.When = paused(p, cmp.Or(one.Paused, one.Waits))
	}
	sum := fnv.New64a()
	fmt.Fprint(sum, one, out.Who, out.NextText)
	out.Mark = strconv.FormatUint(sum.Sum64(), 36)
	return out
}

// left says how many days are left, or over.
func left(p *frame.Page, lamp clock.Lamp, days int, due bool, unit item.Unit) string {
	of := [2]string{"天", "d"}
	if unit == item.WorkingDays {
		of = [2]string{"个工作日", "working d"}
	}
	switch {
	case lamp == clock.Done || !due:
		return ""
	case lamp == clock.Paused:
		return p.Pick("暂停", "paused")
	case days < 0:
		return p.Pick("超 "+strconv.Itoa(-days)+" "+of[0], strconv.Itoa(-days)+" "+of[1]+" over")
	case days == 0:
		return p.Pick("今天", "today")
	}
	return p.Pick("剩 "+strconv.Itoa(days)+" "+of[0], strconv.Itoa(days)+" "+of[1]+" left")
}

// paused says why a clock stands still.
func paused(p *frame.Page, why casefile.Ground) string {
	switch why {
	case "":
		return ""
	case clock.Supplement:
		return p.Pick("等申请人补正", "the applicant fetches papers")
	case clock.EarlierStage:
		return p.Pick("等前一阶段办结", "an earlier stage goes on")
	}
	pair, _ := terms.Of(string(why))
	return p.Either(pair, string(why))
}

// search takes what somebody looks for, and leads to the list of it.
func (r *room) search(c *workbench.Call) error {
	text := strings.TrimSpace(c.PostForm.Get("text"))
	if utf8.RuneCountInString(text) > 100 {
		return refusal.Newf(refusal.TooLarge, "", "", "100 characters at most")
	}
	to := url.Values{}
	for _, key := range kept {
		if v := c.PostForm.Get(key); v != "" {
			to.Set(key, v)
		}
	}
	if text != "" {
		to.Set("find", c.Remember(text))
		to.Set("box", string(desk.All))
	}
	return c.Go("/work/cases?"+to.Encode(), "")
}

// find is the part of the search of everything that finds cases.
func (r *room) find(c *workbench.Call, text string) (workbench.Hits, error) {
	out := workbench.Hits{Head: c.Page.Pick("办件", "Cases")}
	found, err := r.Desk.Worklist(desk.Query{Box: desk.All, Text: text, Limit: 8})
	if refusal.CodeOf(err) == refusal.Malformed {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	if err := r.Desk.Named(found.Cases); err != nil {
		return out, err
	}
	for _, one := range found.Cases {
		more := []string{tail(one.Number), c.Page.Either(terms.Phases[one.Phase], string(one.Phase))}
		if one.Applicant != "" {
			more = append([]string{one.Applicant}, more...)
		}
		out.Hits = append(out.Hits, workbench.Hit{Text: one.Name, More: strings.Join(more, " · "), Link: "/work/cases/" + string(one.ID)})
	}
	return out, nil
}

// tail is the end of a number, by which people tell cases apart.
func tail(number string) string {
	if i := strings.LastIndexByte(number, '-'); i > 0 && len(number)-i < 12 {
		return number[i+1:]
	}
	return number[max(0, len(number)-12):]
}

// Hidden are pairs for hidden fields, in order.
func (d *list) Hidden() [][2]string {
	var out [][2]string
	for key := range d.Hide {
		out = append(out, [2]string{key, d.Hide.Get(key)})
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return out
}

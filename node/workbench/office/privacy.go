package office

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/privacy"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// looks is the page of who looked at personal data, and what was done about
// them.
type looks struct {
	Staff    string
	From, To string
	People   []pick // of the roster, to choose from
	Rows     []look
}

type look struct {
	Who, When, Kind, What, Reason, Link string
	About                               string
	Special                             bool // as a supervisor, of a restricted case
}

const looksPerPage = 100

func (r *room) audit(c *workbench.Call) error {
	head(c, privacyTabs, "audit")
	p := c.Page
	d := &looks{Staff: strings.TrimSpace(p.Query.Get("staff")), From: p.Query.Get("from"), To: p.Query.Get("to")}
	q := privacy.Query{Staff: d.Staff, From: workday.Date(d.From), To: workday.Date(d.To), Limit: looksPerPage}
	for _, day := range []workday.Date{q.From, q.To} {
		if day != "" && !day.Valid() {
			return refusal.Newf(refusal.Malformed, "", "", "%.20q", day)
		}
	}
	q.Before, _ = strconv.ParseUint(p.Query.Get("before"), 10, 64)
	if q.Staff != "" {
		q.Staff = r.Hall.Staff.Number(q.Staff)
	}
	found, err := r.Privacy.Audit(q)
	if err != nil {
		return err
	}
	for _, l := range found.Lines {
		d.Rows = append(d.Rows, r.look(c, &l))
	}
	for _, m := range r.Hall.Staff.Roster().Staff() {
		d.People = append(d.People, pick{m.Number, m.Name, m.Number == q.Staff})
	}
	if q.Before != 0 {
		p.First = p.With("before", "")
	}
	if found.Before != 0 {
		p.Next = p.With("before", strconv.FormatUint(found.Before, 10))
	}
	return c.Show("audit", d)
}

func (r *room) look(c *workbench.Call, l *privacy.Line) look {
	p := c.Page
	row := look{Who: r.person(l.Staff), When: p.Time(l.At), Kind: p.Say("kind_" + l.Kind)}
	if id := l.Case(); id != "" {
		row.About, row.Link = string(id), "/work/cases/"+string(id)
	}
	switch {
	case l.Read != nil:
		row.What, row.Reason, row.Special = fields(p, l.Read.Fields), l.Read.Reason, l.Read.Supervisor
		if l.Read.Rating != "" {
			row.About, row.Link = l.Read.Rating, reach(c, "/work/ratings", "/work/ratings/"+l.Read.Rating)
		}
	case l.Restriction != nil:
		row.Reason = l.Restriction.Reason
	case l.Retention != nil:
		row.What, row.Reason = r.period(p, *l.Retention), l.Retention.Document
	case l.Erasure != nil:
		row.What, row.Reason = number(l.Erasure.Blobs)+" "+p.Say("pieces"), l.Erasure.Reason
		if l.Erasure.Record != "" {
			row.About = p.Say("record_"+string(l.Erasure.Record)) + " " + l.Erasure.ID
		}
	}
	return row
}

// fields are those of a person that were shown, in words.
func fields(p *frame.Page, names []string) string {
	all := make([]string, len(names))
	for i, n := range names {
		whose, field, nested := strings.Cut(n, ".")
		if !nested {
			whose, field = "", n
		}
		all[i] = p.Either(fieldWords[field], field)
		if w := fieldWords[whose]; nested && w[0] != "" {
			all[i] = p.Pick(w[0]+"的"+all[i], w[1]+": "+all[i])
		}
	}
	return strings.Join(all, p.Pick("、", ", "))
}

// period is how long something is kept, in words.
func (r *room) period(p *frame.Page, t privacy.Retention) string {
	of, long := r.periodOf(p, t)
	return of + p.Colon() + long
}

// periodOf is what a period is of and how long it is, in words.
func (r *room) periodOf(p *frame.Page, t privacy.Retention) (of, long string) {
	of = p.Word("type", t.Type)
	switch {
	case t.Item != "":
		of = cmp.Or(r.itemName(string(t.Item)), string(t.Item))
	case t.Record != "":
		of = p.Say("record_" + string(t.Record))
	}
	switch {
	case t.Forever:
		return of, p.Pick("永久", "for good")
	case t.Years == 0:
		return of, p.Pick("撤销规定", "taken back")
	}
	return of, number(t.Years) + p.Pick(" 年", " years")
}

// closed is the page of the restrictions in force.
type closed struct {
	Rows         []closedRow
	Case, Reason string // as they were typed
}

type closedRow struct{ Case, Name, Reason, Link string }

const closedPerPage = 100

func (r *room) restricted(c *workbench.Call) error {
	d, err := r.closed(c)
	if err != nil {
		return err
	}
	return c.Show("restricted", d)
}

func (r *room) closed(c *workbench.Call) (*closed, error) {
	head(c, privacyTabs, "restrictions")
	p := c.Page
	after := casefile.ID(p.Query.Get("after"))
	all, err := r.Privacy.Restrictions(after, closedPerPage)
	if err != nil {
		return nil, err
	}
	d := &closed{}
	for _, one := range all {
		row := closedRow{Case: string(one.Case), Reason: one.Reason}
		of, here, err := r.caseOf(one.Case)
		if err != nil {
			return nil, err
		}
		if here {
			row.Name, row.Link = cmp.Or(of.Name, string(of.Item.Code)), "/work/cases/"+row.Case
		}
		d.Rows = append(d.Rows, row)
	}
	if after != "" {
		p.First = p.With("after", "")
	}
	if len(all) == closedPerPage {
		p.Next = p.With("after", string(all[len(all)-1].Case))
	}
	return d, nil
}

// restrict closes the personal data of a case, or opens them again.
func (r *room) restrict(c *workbench.Call) error {
	d, err := r.closed(c)
	if err != nil {
		return err
	}
	d.Case, d.Reason = strings.TrimSpace(c.PostForm.Get("case")), c.PostForm.Get("reason")
	id, err := r.known(c, d.Case)
	done := "restricted"
	if err == nil {
		form := privacy.Restriction{Case: id, Reason: d.Reason}
		if c.PostForm.Get("do") == "open" {
			done, err = "opened", r.Privacy.Unrestrict(r.staff(c), form)
		} else {
			err = r.Privacy.Restrict(r.staff(c), form)
		}
	}
	if err != nil {
		return c.Again("restricted", d, err)
	}
	return c.Go("/work/privacy/restricted", done)
}

// known is a case by its id, or by its whole number.
func (r *room) known(c *workbench.Call, text string) (casefile.ID, error) {
	none := refusal.Newf(refusal.NotFound, "", "", "%.60q", text)
	if text == "" {
		return "", none
	}
	if _, _, err := casefile.ID(text).Parse(); err == nil {
		return casefile.ID(text), nil
	}
	found, err := r.Desk.Worklist(desk.Query{Box: desk.All, Text: text, Limit: 5})
	if err != nil {
		return "", err
	}
	for _, one := range found.Cases {
		if strings.EqualFold(one.Number, text) {
			return one.ID, nil
		}
	}
	return "", none
}

// dueList is the page of what is to be destroyed.
type dueList struct {
	Rows    []dueRow
	More    bool
	Unset   int // concluded cases and records for which nobody has set a period
	Periods []string
	Results []erased
	Good    int
	Reason  string
}

// dueRow is one case or record beside the cases.
type dueRow struct {
	Key                 string // of the form: "c" and the case, or "r", the record and its id
	Number, Name, Until string
	Link                string
	Here                bool
	Chosen              bool
}

// erased is what came of one.
type erased struct {
	Name   string
	Blobs  int
	Why    string
	Detail string
}

// maxErase bounds how many are destroyed at a time.
const maxErase = 100

func (r *room) due(c *workbench.Call) error {
	d, err := r.dueList(c)
	if err != nil {
		return err
	}
	return c.Show("due", d)
}

func (r *room) dueList(c *workbench.Call) (*dueList, error) {
	head(c, privacyTabs, "due_list")
	p := c.Page
	found, err := r.Privacy.Due(c.Context(), maxErase)
	if err != nil {
		return nil, err
	}
	d := &dueList{More: found.More, Unset: found.Unset + found.UnsetRecords}
	chosen := c.PostForm["of"]
	for _, one := range found.Due {
		key := "c/" + string(one.Case)
		d.Rows = append(d.Rows, dueRow{
			Key: key, Number: one.Number, Name: cmp.Or(r.itemName(string(one.Item)), string(one.Item)), Until: string(one.Until), Link: "/work/cases/" + string(one.Case), Here: one.Here,
			Chosen: slices.Contains(chosen, key),
		})
	}
	for _, one := range found.Records {
		key := "r/" + string(one.Record) + "/" + one.ID
		d.Rows = append(d.Rows, dueRow{Key: key, Number: one.ID, Name: p.Say("record_" + string(one.Record)), Until: string(one.Until), Here: true, Chosen: slices.Contains(chosen, key)})
	}
	periods, err := r.Privacy.Retentions()
	for _, t := range periods {
		d.Periods = append(d.Periods, r.period(p, t)+p.Pick("（", " (")+t.Document+p.Pick("）", ")"))
	}
	return d, err
}

// erase destroys what was chosen, each by itself: one that is refused stops no
// other.
func (r *room) erase(c *workbench.Call) error {
	d, err := r.dueList(c)
	if err != nil {
		return err
	}
	d.Reason = c.PostForm.Get("reason")
	chosen := c.PostForm["of"]
	slices.Sort(chosen)
	chosen = slices.Compact(chosen)
	switch {
	case len(chosen) == 0:
		err = refusal.Newf(refusal.Malformed, "", "", "%s", c.Page.Say("choose_some"))
	case len(chosen) > maxErase:
		err = refusal.Newf(refusal.TooLarge, "", "", "%d: %d", maxErase, len(chosen))
	case c.PostForm.Get("sure") == "":
		err = refusal.Newf(refusal.Malformed, "", "", "%s", c.Page.Say("say_sure"))
	case strings.TrimSpace(d.Reason) == "":
		err = refusal.Newf(privacy.ReasonNeeded, "", "", "%s", c.Page.Say("erase_why"))
	}
	if err != nil {
		return c.Again("due", d, err)
	}
	var results []erased
	for _, key := range chosen {
		one := erased{Name: key}
		for _, row := range d.Rows {
			if row.Key == key {
				one.Name = row.Name + " " + row.Number
			}
		}
		if one.Blobs, err = r.destroy(c, key, d.Reason); err != nil {
			one.Why, one.Detail = c.Reason(refusal.CodeOf(err)), c.Particulars(err.Error())
		}
		results = append(results, one)
	}
	if d, err = r.dueList(c); err != nil {
		return err
	}
	d.Results = results
	for _, one := range results {
		if one.Why == "" {
			d.Good++
		}
	}
	return c.Show("due", d)
}

func (r *room) destroy(c *workbench.Call, key, reason string) (int, error) {
	parts := strings.SplitN(key, "/", 3)
	switch {
	case parts[0] == "c" && len(parts) == 2:
		by := c.By()
		by.Key = "" // what is destroyed can't be destroyed again
		return r.Erase(c.Context(), by, casefile.ID(parts[1]), reason)
	case parts[0] == "r" && len(parts) == 3:
		return r.Privacy.EraseRecord(c.Context(), r.staff(c), privacy.Record(parts[1]), parts[2], reason, false)
	}
	return 0, refusal.Newf(refusal.Malformed, "", "", "%.60q", key)
}

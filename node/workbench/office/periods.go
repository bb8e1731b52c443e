package office

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/privacy"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// periods is the page of how long what is kept.
type periods struct {
	Rows    []periodRow
	History []periodRow
	Next    uint64 // of the history; 0: that was all
	Types   []pick
	Records []pick
	Of      string // as typed: item, type or record
	Item    string
	Years   string
	Forever bool
	Paper   string // the document that approves it
	Due     string // how many wait to be erased; "": none, or whoever looks may not erase
	Unset   int    // concluded cases and records for which nobody has set a period
}

// periodRow is one period, as it stands or as it was set.
type periodRow struct {
	Of, Long, Document string
	When, Who          string
	Key                string // of a form that takes it back: item, type or record, and which
}

const historyPerPage = 50

// itemTypes are the types for which a period may be set here.
var itemTypes = []item.Type{
	item.Permit, item.Penalty, item.Coercion, item.Levy, item.Benefit, item.Inspection, item.Confirmation, item.Reward, item.Ruling, item.OtherPower, item.PublicService,
}

func (r *room) periods(c *workbench.Call) error {
	d, err := r.periodPage(c)
	if err != nil {
		return err
	}
	return c.Show("periods", d)
}

func (r *room) periodPage(c *workbench.Call) (*periods, error) {
	head(c, privacyTabs, "periods")
	p, f := c.Page, c.PostForm
	d := &periods{Of: cmp.Or(f.Get("of"), "type"), Item: f.Get("item"), Years: f.Get("years"), Forever: f.Get("forever") != "", Paper: f.Get("document")}
	for _, t := range itemTypes {
		d.Types = append(d.Types, pick{string(t), p.Word("type", t), f.Get("type") == string(t)})
	}
	for _, record := range r.Privacy.Records() {
		d.Records = append(d.Records, pick{string(record), p.Say("record_" + string(record)), f.Get("record") == string(record)})
	}
	stand, err := r.Privacy.Retentions()
	if err != nil {
		return nil, err
	}
	for _, t := range stand {
		d.Rows = append(d.Rows, r.periodRow(p, &t))
	}
	due, err := r.Privacy.Due(c.Context(), maxErase)
	if err != nil {
		return nil, err
	}
	d.Unset = due.Unset + due.UnsetRecords
	if n := len(due.Due) + len(due.Records); n > 0 && slices.ContainsFunc(erasers, c.Who.Duties.Has) {
		d.Due = number(n)
		if due.More {
			d.Due += "+"
		}
	}
	q := privacy.Query{Kind: privacy.KindRetention, Limit: historyPerPage}
	q.Before, _ = strconv.ParseUint(p.Query.Get("before"), 10, 64)
	book, err := r.Privacy.Audit(q)
	for _, l := range book.Lines {
		if l.Retention == nil { // its words are gone
			continue
		}
		row := r.periodRow(p, l.Retention)
		row.When, row.Who = p.Time(l.At), r.person(l.Staff)
		d.History = append(d.History, row)
	}
	if q.Before != 0 {
		p.First = p.With("before", "")
	}
	if book.Before != 0 {
		p.Next = p.With("before", strconv.FormatUint(book.Before, 10))
	}
	return d, err
}

func (r *room) periodRow(p *frame.Page, t *privacy.Retention) periodRow {
	of, long := r.periodOf(p, *t)
	row := periodRow{Of: of, Long: long, Document: t.Document}
	switch {
	case t.Item != "":
		row.Key = "item/" + string(t.Item)
	case t.Record != "":
		row.Key = "record/" + string(t.Record)
	default:
		row.Key = "type/" + string(t.Type)
	}
	return row
}

// setPeriod sets a period, or takes one back; both name the document that
// orders it.
func (r *room) setPeriod(c *workbench.Call) error {
	d, err := r.periodPage(c)
	if err != nil {
		return err
	}
	t, done := privacy.Retention{}, "period_back"
	if key := c.PostForm.Get("back"); key != "" { // also of an item that is offered no more
		of, which, _ := strings.Cut(key, "/")
		t = retentionOf(of, which)
	} else {
		t, err = r.newPeriod(c, d)
		done = "period_set"
	}
	t.Document = d.Paper
	if err == nil {
		err = r.Privacy.SetRetention(r.staff(c), t)
	}
	if err != nil {
		return c.Again("periods", d, err)
	}
	return c.Go("/work/privacy/periods", done)
}

// newPeriod is the period that was typed.
func (r *room) newPeriod(c *workbench.Call, d *periods) (t privacy.Retention, err error) {
	t = retentionOf(d.Of, strings.TrimSpace(c.PostForm.Get(d.Of)))
	if t.Item != "" && r.itemName(string(t.Item)) == "" {
		return t, refusal.Newf(refusal.NotFound, "", "", "%s %.60q", c.Page.Say("no_item"), t.Item)
	}
	if t.Forever = d.Forever; t.Forever {
		return t, nil
	}
	if t.Years, err = strconv.Atoi(strings.TrimSpace(d.Years)); err != nil || t.Years == 0 {
		return t, refusal.Newf(refusal.Malformed, "", "", "%s", c.Page.Say("say_years"))
	}
	return t, nil
}

// retentionOf is a period of an item, a type or a kind of record, without its
// length; what is none of the three is of nothing.
func retentionOf(of, which string) (t privacy.Retention) {
	switch of {
	case "item":
		t.Item = item.Code(which)
	case "record":
		t.Record = privacy.Record(which)
	case "type":
		t.Type = item.Type(which)
	}
	return t
}

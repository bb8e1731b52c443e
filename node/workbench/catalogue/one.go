package catalogue

import (
	"cmp"
	"strconv"

	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/sheet"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/node/account"
	"tongban/node/drafting"
	"tongban/node/web"
	"tongban/node/workbench"
)

// detail is one draft with everything that its approver reads.
type detail struct {
	draftRow
	Item     *item.Item
	Groups   []groupView // the elements that say something, with what was found beside them
	Findings []said
	Errors   int
	Base     item.Version // that it is compared with; 0: it is the first
	Changes  []web.Changed
	Better   int
	Worse    int
	Versions string // where published versions are compared

	Edit      string // where it is revised; "": not now
	Publish   bool
	Close     bool
	GiveUp    bool // closing it gives it up: who looks wrote it
	Not       []whyNot
	Effective string
	Note      string
	Closing   string // why it is closed, as typed
	Today     workday.Date
}

// whyNot is what can't be done now, and why.
type whyNot struct{ Name, Text, Why, Detail string }

func (r *room) one(c *workbench.Call) error {
	d, _, err := r.detail(c)
	if err != nil {
		return err
	}
	return c.Show("draft", d)
}

// detail is the page of the draft that the address names.
func (r *room) detail(c *workbench.Call) (*detail, drafting.DraftDetail, error) {
	one, err := r.draft(c)
	if err != nil {
		return nil, one, err
	}
	p := c.Page
	head(c, cmp.Or(one.Name, string(one.Ref.Code))+" · "+p.Say("draft"))
	d := &detail{draftRow: r.draftRow(c, one.DraftView), Item: &one.Item, Today: p.Today}
	for _, f := range one.Findings {
		s := sayFinding(p, f)
		if s.Error {
			d.Errors++
		}
		d.Findings = append(d.Findings, s)
	}
	form := sheet.FormOf(&one.Item)
	d.Groups = shown(p, form, form.Read(), one.Findings)
	if base, ok := r.Drafts.Base(&one); ok {
		d.Base = base.Ref.Version
		d.Changes, d.Better, d.Worse = web.Compare(p, base, &one.Item)
	}
	if newest, err := r.Drafts.Newest(one.Ref.Code, one.Ref.Area); err == nil && newest.Ref.Version > 1 {
		d.Versions = "/catalogue/" + string(one.Ref.Code) + "/diff?area=" + string(one.Ref.Area)
	}
	if one.State == register.OpenDraft {
		r.offer(c, d, &one)
	}
	return d, one, nil
}

// offer tells what whoever looks may do with an open draft, and of the rest why
// not.
func (r *room) offer(c *workbench.Call, d *detail, one *drafting.DraftDetail) {
	me, p := staff(c), c.Page
	not := func(name string, err error) bool {
		if err != nil {
			why := whyNot{name, p.Say("act_" + name), c.Reason(refusal.CodeOf(err)), c.Particulars(err.Error())}
			if refusal.CodeOf(err) == drafting.Flawed { // its page tells what is wrong, each with its words
				why.Detail = ""
			}
			d.Not = append(d.Not, why)
		}
		return err != nil
	}
	if !not("publish", either(c.Who.MayWork(account.PublishItem), func() error { return r.Drafts.MayPublish(one, me) })) {
		d.Publish = true
	}
	if !not("edit", either(c.Who.MayWork(account.DraftItem), func() error { return r.Drafts.MayRevise(one, me) })) {
		d.Edit = "/work/catalogue/edit?draft=" + number(one.Index)
	}
	d.GiveUp = d.Own
	if !not("close", either(r.mayClose(c, one), func() error { return r.Drafts.MayClose(one, me) })) {
		d.Close = true
	}
}

func either(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}

// mayClose lets whoever publishes return a draft, and whoever wrote it give it
// up.
func (r *room) mayClose(c *workbench.Call, one *drafting.DraftDetail) error {
	if r.Drafts.Wrote(&one.DraftView, staff(c)) {
		return c.Who.MayWork(account.DraftItem)
	}
	return c.Who.MayWork(account.PublishItem)
}

// dayOf is a day that was typed; "" for none.
func dayOf(text string) (workday.Date, error) {
	if text == "" {
		return "", nil
	}
	day, err := workday.ParseDate(text)
	if err != nil {
		return "", refusal.New(refusal.Malformed, "", "2026-03-31", err)
	}
	return day, nil
}

func (r *room) publish(c *workbench.Call) error {
	d, one, err := r.detail(c)
	if err != nil {
		return err
	}
	d.Effective, d.Note = c.PostForm.Get("effective"), c.PostForm.Get("note")
	day, err := dayOf(d.Effective)
	if err == nil {
		err = r.approve(c, one.Index, day, d.Note)
	}
	if err != nil {
		return c.Again("draft", d, err)
	}
	return c.Go(draftLink(one.Index), "published")
}

// approve publishes one draft.
func (r *room) approve(c *workbench.Call, i register.Index, day workday.Date, note string) error {
	done, err := r.Drafts.Publish(c.Context(), drafting.Publishing{Drafts: []register.Index{i}, Effective: day, Staff: staff(c), Note: note})
	switch {
	case err != nil:
		return err
	case done[0].Result == nil:
		return refusal.Newf(drafting.Flawed, "", "", "%s", c.Page.Say("errors_stop"))
	}
	return done[0].Result.Err("publish draft " + number(i))
}

func (r *room) close(c *workbench.Call) error {
	d, one, err := r.detail(c)
	if err != nil {
		return err
	}
	d.Closing = c.PostForm.Get("reason")
	if err = r.mayClose(c, &one); err == nil && d.Closing == "" {
		err = refusal.Newf(refusal.Malformed, "", "", "%s", c.Page.Say("reason_needed"))
	}
	if err == nil {
		_, err = r.Drafts.Close(c.Context(), one.Index, d.Closing, staff(c))
	}
	if err != nil {
		return c.Again("draft", d, err)
	}
	return c.Go(draftLink(one.Index), "closed")
}

func parse(text string) uint64 {
	n, _ := strconv.ParseUint(text, 10, 64)
	return n
}

// stop is the version of an item that somebody wants to stop offering.
type stop struct {
	Item     *item.Item
	AreaName string
	From     string
	Reason   string
	Until    workday.Date // it was withdrawn: the first day without it
	Why      string
	Today    workday.Date
}

func (r *room) stop(c *workbench.Call) (*stop, error) {
	it, err := r.version(c)
	if err != nil {
		return nil, err
	}
	head(c, it.Name+" · "+c.Page.Say("withdraw"))
	c.Page.Nav = "catalogue"
	d := &stop{Item: it, AreaName: r.area(it.Ref.Area), Today: c.Page.Today}
	all, err := r.Register.History(it.Ref.Code)
	for _, v := range all {
		if v.Ref == it.Ref && v.Withdrawn != 0 {
			d.Until, d.Why = v.Until, v.Reason
		}
	}
	return d, err
}

func (r *room) askWithdraw(c *workbench.Call) error {
	d, err := r.stop(c)
	if err != nil {
		return err
	}
	return c.Show("withdraw", d)
}

func (r *room) withdraw(c *workbench.Call) error {
	d, err := r.stop(c)
	if err != nil {
		return err
	}
	d.From, d.Reason = c.PostForm.Get("from"), c.PostForm.Get("reason")
	day, err := dayOf(d.From)
	if err == nil && d.Reason == "" {
		err = refusal.Newf(refusal.Malformed, "", "", "%s", c.Page.Say("reason_needed"))
	}
	if err == nil {
		_, err = r.Drafts.Withdraw(c.Context(), d.Item.Ref, d.Reason, day, staff(c))
	}
	if err != nil {
		return c.Again("withdraw", d, err)
	}
	return c.Go(c.URL.Path+"?area="+string(d.Item.Ref.Area)+"&version="+number(uint64(d.Item.Ref.Version)), "withdrawn")
}

package counter

import (
	"cmp"
	"encoding/json"
	"slices"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/notice"
	"tongban/node/account"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// finished is the page after the opening: the numbers, the password once, and
// what there is to print.
type finished struct {
	ID       string
	Ticket   string // of the queue, where whoever served it may call the next
	Did      string
	Password string
	Cases    []result
	Left     []trouble
}

type result struct {
	ID           casefile.ID
	Number, Name string
	Phase, Lamp  string
	LampText     string
	Due          string
	Papers       []string // to be printed
	Receipt      bool     // on which the query password is printed
	Lacks        []string
	Warnings     []desk.Warning
	came         bool // anything was received with it
}

// Receipt reports whether a receipt is there to print the query password on.
func (d *finished) Receipt() bool {
	return slices.ContainsFunc(d.Cases, func(one result) bool { return one.Receipt })
}

type trouble struct{ Number, Text, Detail string }

// outcomeOf is what came of an intake of whoever asks.
func (r *room) outcomeOf(c *workbench.Call) (o opened, err error) {
	d, err := r.Drafts.Get(c.Who.Login, c.PathValue("id"))
	switch {
	case err != nil:
		return o, err
	case d.Ended == nil:
		return o, refusal.Newf(refusal.NotFound, "", "", "it is not open yet")
	}
	return o, json.Unmarshal(d.Ended, &o)
}

func (r *room) done(c *workbench.Call) error {
	o, err := r.outcomeOf(c)
	if err != nil {
		return err
	}
	p := c.Page
	d := &finished{ID: c.PathValue("id"), Password: o.Password}
	if slices.ContainsFunc(account.Workers(account.CallNumbers), c.Who.Duties.Has) {
		d.Ticket = o.Ticket
	}
	for _, m := range all {
		if m.name == o.Did {
			d.Did = p.Pick(m.words[0], m.words[1])
		}
	}
	if o.Did == "notice" && len(o.Cases) > 1 {
		d.Did = p.Say("notice_several")
	}
	for _, id := range o.Cases {
		one, err := r.result(c, id)
		if err != nil {
			return err
		}
		d.Cases = append(d.Cases, one)
		if o.Did == "receive" && !one.came {
			d.Did = p.Say("only_opened")
		}
		for _, l := range o.Left {
			if l.Case == id {
				if l.Action != desk.Mandate { // then what was asked for was not done
					d.Did = p.Say("opened")
				}
				d.Left = append(d.Left, trouble{one.Number, p.Either(terms.Actions[l.Action], string(l.Action)) + p.Pick("：", ": ") + c.Reason(refusal.Code(l.Code)), c.Particulars(l.Detail)})
			}
		}
	}
	if o.Password != "" { // told once
		o.Password = ""
		said, err := o.encode()
		if err == nil {
			err = r.Drafts.End(c.Who.Login, d.ID, said)
		}
		if err != nil {
			return err
		}
	}
	p.Title = p.Say("opened")
	return c.Show("done", d)
}

func (r *room) result(c *workbench.Call, id casefile.ID) (result, error) {
	p := c.Page
	view, err := r.Desk.Look(id)
	if err != nil {
		return result{}, err
	}
	s := view.State
	lamp, says := terms.Lamp(view.Lamp, view.Standing)
	one := result{
		ID: id, Number: s.Number, Phase: p.Either(terms.Phases[s.Phase], string(s.Phase)), Lamp: string(lamp), LampText: p.Either(says, ""),
		Due: s.Told, Warnings: view.Warnings, Name: string(s.Item.Code),
		came: s.ReceivedAt != 0,
	}
	if view.Item != nil {
		one.Name = view.Item.Name
	}
	for _, m := range view.Outstanding {
		one.Lacks = append(one.Lacks, m.Name)
	}
	docs, err := r.Desk.Printables(id)
	for _, doc := range docs {
		one.Receipt = one.Receipt || doc.Kind == notice.Receipt
		if doc.Printed == 0 && doc.Void == "" && doc.Kind != notice.Rating {
			one.Papers = append(one.Papers, p.Pick(doc.Title, doc.English))
		}
	}
	return one, err
}

// print gives everything of the visit to the printer that was not printed yet.
func (r *room) print(c *workbench.Call) error {
	o, err := r.outcomeOf(c)
	if err != nil {
		return err
	}
	how := desk.Printing{Lang: c.PrintLang(), Public: r.Public, Staff: cmp.Or(c.Who.Staff, c.Who.Login), Password: c.PostForm.Get("password")}
	format := notice.Format(c.PostForm.Get("format"))
	var docs []notice.Document
	if len(o.Cases) == 1 {
		docs, err = r.Desk.Papers(o.Cases[0], how)
	} else {
		docs, err = r.Desk.VisitPapers(cmp.Or(o.Visit, string(o.Cases[0])), how)
	}
	if err != nil {
		return err
	}
	return c.Print(format, docs...)
}

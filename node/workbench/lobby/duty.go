package lobby

import (
	"fmt"
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/book"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// ledger is the list of entries of the registers.
type ledger struct {
	Kinds   []choice
	States  []choice
	Overdue choice
	Rows    []entry
	Hides   string // address of all entries, where none is of those chosen
	Many    bool   // more than are listed, over all registers: choose one
}

// choice is one filter as a link.
type choice struct {
	Text, Link string
	Current    bool
}

// entry is one entry as a list shows it.
type entry struct {
	book.Note
	KindText, StateText string
	Lamp, LampText      string
	When                string
}

// list lists the registers by what the address chooses.
func (r *room) ledger(c *workbench.Call) error {
	head(c, hallTabs, "duty", "registers")
	p, q := c.Page, c.URL.Query()
	query := hall.Query{Kind: book.Kind(q.Get("kind")), State: book.State(q.Get("state")), Overdue: q.Get("overdue") != "", Before: q.Get("before"), Limit: perPage}
	if q.Get("state") == "" {
		query.State = book.Open
	} else if query.State == "all" {
		query.State = ""
	}
	if query.Kind != "" && !query.Kind.Known() {
		return refusal.Newf(refusal.NotFound, "", "", "%.20q is no register", query.Kind)
	}
	d := &ledger{Overdue: choice{p.Say("only_overdue"), p.With("overdue", pickOne(query.Overdue, "", "1")), query.Overdue}}
	d.Kinds = append(d.Kinds, choice{p.Say("all"), onward(p, "kind", ""), query.Kind == ""})
	for _, k := range book.Kinds() {
		d.Kinds = append(d.Kinds, choice{kindName(p, k), onward(p, "kind", string(k)), query.Kind == k})
	}
	for _, s := range []book.State{book.Open, book.Answered, book.Closed, "all"} {
		value := string(s)
		if s == book.Open {
			value = ""
		}
		d.States = append(d.States, choice{p.Either(noteStates[s], string(s)), onward(p, "state", value), query.State == s || s == "all" && query.State == ""})
	}
	// Of one register in all states the log itself is paged; else the list ends
	// where it is full.
	notes, more, err := r.Hall.Books.List(query)
	if err != nil {
		return err
	}
	for _, n := range notes {
		d.Rows = append(d.Rows, r.entry(p, n))
	}
	if more && query.Kind != "" && query.State != book.Open && len(notes) > 0 {
		p.Next = p.With("before", notes[len(notes)-1].ID)
	} else {
		d.Many = more
	}
	if len(notes) == 0 && (query.State != "" || query.Kind != "" || query.Overdue) {
		any, _, err := r.Hall.Books.List(hall.Query{Limit: 1})
		if err != nil {
			return err
		}
		if len(any) > 0 {
			d.Hides = "/work/duty?state=all"
		}
	}
	if query.Before != "" {
		p.First = p.With("before", "")
	}
	return c.Show("duty", d)
}

func pickOne(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

// onward is this page's address with another filter, from the first page on.
func onward(p *frame.Page, key, value string) string {
	q := *p
	q.Query = map[string][]string{}
	for k, v := range p.Query {
		if k != "before" {
			q.Query[k] = v
		}
	}
	return q.With(key, value)
}

func kindName(p *frame.Page, k book.Kind) string {
	return frame.Capital(p.Either(noteKinds[k], string(k)))
}

// entry says how an entry stands. What is due is the rule's or the promise's to
// say; the lamp only tells on which side of that day we are.
func (r *room) entry(p *frame.Page, n book.Note) entry {
	e := entry{Note: n, KindText: kindName(p, n.Kind), StateText: p.Either(noteStates[n.State], string(n.State))}
	lamp := clock.Done
	switch {
	case n.State != book.Open:
		e.LampText = e.StateText
	case n.Overdue > 0:
		lamp, e.When = clock.Red, fmt.Sprintf(p.Pick("超 %d 天", "%d d over"), n.Overdue)
	case n.Due == "":
		e.LampText = p.Say("no_limit")
	case n.Due == r.today():
		lamp, e.When = clock.Yellow, p.Say("due_today")
	default:
		left, _ := r.Desk.Register.Calendar().WorkingDaysBetween(r.today(), n.Due)
		lamp, e.When = clock.Green, fmt.Sprintf(p.Pick("剩 %d 个工作日", "%d working days left"), left)
	}
	e.Lamp = string(lamp)
	if e.LampText == "" {
		e.LampText = p.Either(terms.Lamps[lamp], string(lamp))
	}
	return e
}

// writing is the form of a new entry.
type writing struct {
	Kinds    []pair
	Channels []pair
	Typed    map[string]string
	Case     string
}

var typedFields = []string{"item", "case", "about", "name", "telephone", "address", "text", "promised"}

func (r *room) writing(c *workbench.Call) *writing {
	head(c, hallTabs, "duty", "new_entry")
	form := c.URL.Query()
	if c.PostForm != nil {
		form = c.PostForm
	}
	d := &writing{
		Kinds: pairs(c.Page, book.Kinds(), noteKinds, book.Kind(form.Get("kind"))), Typed: map[string]string{},
		Channels: pairs(c.Page, appointment.Channels(), channels, appointment.Channel(form.Get("channel"))),
	}
	for _, name := range typedFields {
		d.Typed[name] = strings.TrimSpace(form.Get(name))
	}
	return d
}

func (r *room) newEntry(c *workbench.Call) error { return c.Show("duty_new", r.writing(c)) }

func (r *room) addEntry(c *workbench.Call) error {
	d := r.writing(c)
	n, err := r.Hall.Books.Add(by(c, ""), hall.NoteForm{
		Kind: book.Kind(c.PostForm.Get("kind")), Channel: appointment.Channel(c.PostForm.Get("channel")), Item: item.Code(d.Typed["item"]), Case: casefile.ID(d.Typed["case"]),
		About: d.Typed["about"], Said: book.Words{Name: d.Typed["name"], Telephone: d.Typed["telephone"], Address: d.Typed["address"], Text: d.Typed["text"]},
		Promised: workday.Date(d.Typed["promised"]),
	})
	if err != nil {
		return c.Again("duty_new", d, err)
	}
	return c.Go("/work/duty/"+n.ID, "entered")
}

// reading is one entry, and what may be done with it.
type reading struct {
	entry
	Words    *book.Words
	Withheld bool
	Clear    bool // the words are shown
	MayRead  bool // and may be
	Answered []said
	Followed []said
	Channels []pair
	Typed    map[string]string
	Answer   bool // it may be answered
	Extend   bool
	Follow   bool
	Close    bool // nothing more need be done
	Reopen   bool
	Channel  string
	By       string // who wrote it in
	Lookers  []said // who read it in the clear, for those who may
}

// said is an answer or a look back, with its words where they are shown.
type said struct {
	When, Staff, Channel, Text, Mark string
}

// entryPage looks an entry up; in the clear it is written down who looks.
func (r *room) entryPage(c *workbench.Call, clear bool) (*reading, error) {
	head(c, hallTabs, "duty", "registers")
	p := c.Page
	v, err := r.Hall.Books.Show(by(c, ""), c.PathValue("id"), clear)
	if err != nil {
		return nil, err
	}
	d := &reading{entry: r.entry(p, v.Note), Words: v.Words, Withheld: v.Withheld, Clear: clear, MayRead: c.Who.MayWork(account.Unmask) == nil, Typed: map[string]string{}, Channel: p.Either(channels[v.Channel], string(v.Channel))}
	p.Title = d.KindText + " " + v.ID
	ros := r.Hall.Staff.Roster()
	d.By = nameOf(ros, v.Staff)
	for i, a := range v.Answers {
		mark := p.Say("interim")
		if a.Final {
			mark = ""
		}
		d.Answered = append(d.Answered, said{p.Time(a.At), nameOf(ros, a.Staff), p.Either(channels[a.Channel], string(a.Channel)), v.AnswerIn[i], mark})
	}
	for i, f := range v.Follows {
		d.Followed = append(d.Followed, said{p.Time(f.At), nameOf(ros, f.Staff), p.Either(channels[f.Channel], string(f.Channel)), v.FollowIn[i], followed(p, f)})
	}
	if d.MayRead {
		looks, err := r.Hall.Books.Looks(v.ID)
		if err != nil {
			return nil, err
		}
		for _, one := range looks[:min(len(looks), perPage)] {
			d.Lookers = append(d.Lookers, said{When: p.Time(one.At), Staff: nameOf(ros, one.Staff)})
		}
	}
	for _, name := range []string{"text", "follow", "until", "reason", "approver"} {
		if c.PostForm != nil {
			d.Typed[name] = c.PostForm.Get(name)
		}
	}
	n := v.Note
	d.Channels = pairs(p, appointment.Channels(), channels, "")
	d.Answer = n.Answer() == nil
	d.Extend = n.State == book.Open && n.Due != "" && n.Extension == nil
	d.Follow = n.Follow(book.FollowedBody{}) == nil
	d.Close, d.Reopen = n.Follow(book.FollowedBody{Close: true}) == nil, n.Follow(book.FollowedBody{Reopen: true}) == nil
	return d, nil
}

func followed(p *frame.Page, f book.Follow) string {
	marks := []string{p.Say(pickOne(f.Reached, "reached", "unreached"))}
	if f.Content != nil {
		marks = append(marks, p.Say(pickOne(*f.Content, "content", "discontent")))
	}
	return strings.Join(marks, " · ")
}

func (r *room) entryOf(c *workbench.Call) error {
	d, err := r.entryPage(c, false)
	if err != nil {
		return err
	}
	return c.Show("duty_entry", d)
}

// readEntry shows what somebody said, to those who may see personal data in full:
// the book of who looked has it before the page does.
func (r *room) readEntry(c *workbench.Call) error {
	d, err := r.entryPage(c, true)
	if err != nil {
		return err
	}
	return c.Show("duty_entry", d)
}

// actOnEntry answers an entry, extends its limit, or looks back at it.
func (r *room) actOnEntry(c *workbench.Call) error {
	id, form := c.PathValue("id"), c.PostForm
	channel := appointment.Channel(form.Get("channel"))
	act := c.PathValue("act")
	var err error
	switch act {
	case "answer":
		_, err = r.Hall.Books.Answer(by(c, ""), id, hall.AnswerForm{Text: form.Get("text"), Channel: channel, Interim: form.Get("interim") != ""})
	case "extend":
		_, err = r.Hall.Books.Extend(by(c, ""), id, book.Extension{Until: workday.Date(form.Get("until")), Reason: strings.TrimSpace(form.Get("reason")), Approver: strings.TrimSpace(form.Get("approver"))})
	case "follow":
		f := hall.FollowForm{Text: strings.TrimSpace(form.Get("follow")), Channel: channel, Reached: form.Get("reached") != "", Close: form.Get("end") == "close", Reopen: form.Get("end") == "reopen"}
		if content := form.Get("content"); slices.Contains([]string{"yes", "no"}, content) {
			is := content == "yes"
			f.Content = &is
		}
		_, err = r.Hall.Books.Follow(by(c, ""), id, f)
	default:
		return refusal.Newf(refusal.NotFound, "", "", "there is no such action")
	}
	if err != nil {
		d, failed := r.entryPage(c, false)
		if failed != nil {
			return failed
		}
		return c.Again("duty_entry", d, err)
	}
	return c.Go("/work/duty/"+id, act)
}

package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/bundle"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
)

// maxLinked is how many cases one intake opens at most.
const maxLinked = 64

// BundleForm opens the cases of a bundle (一件事, 一业一证) from one intake.
type BundleForm struct {
	Bundle        item.Code                  `json:"bundle"`
	Answers       item.Answers               `json:"answers,omitempty"`        // by the keys of the plan's questions
	MemberAnswers map[item.Code]item.Answers `json:"member_answers,omitempty"` // of one member alone, by its own situations' ids; they go before Answers
	Subject       area.Code                  `json:"subject,omitempty"`        // where competence lies, as in OpenForm, for every member that does not go by the counter
	Subjects      map[item.Code]area.Code    `json:"subjects,omitempty"`       // of members for which it lies elsewhere
	Deliver       area.Center                `json:"deliver,omitempty"`
	Applicant     applicant.Applicant        `json:"applicant"`
	Agency        bool                       `json:"agency,omitempty"`
	Papers        []Paper                    `json:"papers,omitempty"` // by merged material: its id, its name, or CODE/id of any in it
	Submission
}

// Intake is what came of opening a bundle.
type Intake struct {
	Intake   string   `json:"intake"` // the name of the intake: that of its first case
	Bundle   item.Ref `json:"bundle"`
	Cases    []Done   `json:"cases"`                    // by stage
	Repeated bool     `json:"repeated,omitempty"`       // the same call had been answered before: nothing was written again
	Password string   `json:"query_password,omitempty"` // one for all of them, told once
}

// composed is a bundle for one applicant, and where each member's case lies.
type composed struct {
	bundle.Plan
	item     *item.Item
	subjects map[item.Code]area.Code
	faults   map[item.Code]error // why a member can't be opened as the form says
	visit    bool                // several items of one visit, and no bundle that somebody published
	accept   bool                // each is accepted at once
}

// PlanBundle says what a bundle asks of an applicant: the questions, and by the
// answers so far the papers and the stages. It needs no more of the form than
// the bundle, the answers and the subject.
func (d *Desk) PlanBundle(form BundleForm) (bundle.Plan, error) {
	c, err := d.compose(form)
	return c.Plan, err
}

func (d *Desk) compose(form BundleForm) (composed, error) {
	const op = "compose a bundle"
	c := composed{}
	in := form.Subject
	if in == "" {
		in = d.Self().Center.Area()
	}
	b, ok := d.Register.Offered(form.Bundle, in)
	switch {
	case !ok:
		return c, refusal.Newf(NotOffered, op, "search the catalogue for its name", "no bundle %q is offered in %s", form.Bundle, in)
	case len(b.Members) == 0:
		return c, refusal.Newf(bundle.NotABundle, op, "open it by itself", "“%s”不是一件事或一业一证", b.Name)
	case len(b.Members) > maxLinked:
		return c, refusal.Newf(refusal.TooLarge, op, "", "%d members, at most %d", len(b.Members), maxLinked)
	}
	return d.composeOf(b, form)
}

// composeOf composes a bundle that is known.
func (d *Desk) composeOf(b *item.Item, form BundleForm) (composed, error) {
	c := composed{item: b, subjects: map[item.Code]area.Code{}, faults: map[item.Code]error{}}
	answers := item.Answers{}
	for key, chosen := range form.Answers {
		answers[key] = chosen
	}
	for code, theirs := range form.MemberAnswers {
		for id, chosen := range theirs {
			answers[string(code)+"."+id] = chosen
		}
	}
	var err error
	c.Plan, err = bundle.Compose(b, answers, func(code item.Code) (*item.Item, bool) {
		it, subject, err := d.memberFor(code, form)
		c.subjects[code], c.faults[code] = subject, err
		return it, it != nil
	})
	return c, err
}

// memberFor is the version of a member that the competent area offers; nil
// where none does. An error beside an item says what the form lacks for it.
func (d *Desk) memberFor(code item.Code, form BundleForm) (*item.Item, area.Code, error) {
	subject, named := form.Subjects[code]
	if !named {
		subject = form.Subject
	}
	look := subject
	if look == "" {
		look = d.Self().Center.Area()
	}
	known, ok := d.Register.Offered(code, look)
	if !ok {
		return nil, "", nil
	}
	if known.Subject == item.ByCounter && !named {
		subject = ""
	}
	it, subject, err := d.itemFor(code, subject)
	if err != nil {
		return known, "", err
	}
	return it, subject, nil
}

// OpenBundle opens the linked cases of a bundle from one intake: all of them in
// one transaction, or none. A paper that is laid once is recorded in every case
// that asks for it, its content kept for each of them. The cases then go their own ways; one
// of a later stage is accepted when those before it are concluded.
func (d *Desk) OpenBundle(ctx context.Context, by By, form BundleForm) (Intake, error) {
	return d.openTogether(ctx, OpenBundle, by, form, func() (composed, BundleForm, error) {
		c, err := d.compose(form)
		return c, form, err
	})
}

// openTogether opens several cases in one transaction, or none. call is the form
// as it came, by which a repeated call is known.
func (d *Desk) openTogether(ctx context.Context, a Action, by By, call any, compose func() (composed, BundleForm, error)) (Intake, error) {
	if err := d.checkBy(a, &by); err != nil {
		return Intake{}, err
	}
	want := answer{Action: a, Form: chain.Sum(wire.Encode([]any{string(a), "", by.Staff, call}))}
	if by.Key != "" {
		unlock := d.keys.lock(by.Key)
		defer unlock()
		kept, ok, err := d.kept(by.Key, want)
		if err != nil {
			return Intake{}, err
		}
		if ok {
			return d.intake(kept.Cases, true)
		}
	}
	dry := d.sheet(casefile.State{}, by, true, newGiven())
	c, form, err := compose()
	if err != nil {
		return Intake{}, err
	}
	parts, err := dry.parts(c, form)
	if err != nil {
		return Intake{}, err
	}
	ids := make([]casefile.ID, len(parts))
	for i := range ids { // stand for the names that are not given yet
		ids[i] = casefile.NewID(d.Self(), 1<<62+uint64(i))
	}
	for i := range parts {
		if err := d.openPart(ctx, d.sheet(casefile.New(ids[i]), by, true, newGiven()), c, parts, ids, i); err != nil {
			return Intake{}, told(err, ids)
		}
	}
	for i := range ids {
		if ids[i], err = d.Cases.NewID(); err != nil {
			return Intake{}, err
		}
	}
	g := newGiven()
	_, err = d.Cases.OpenAll(ctx, ids, func(i int, s casefile.State) ([]casefile.Draft, error) {
		sh := d.sheet(s, by, false, g)
		err := d.openPart(ctx, sh, c, parts, ids, i)
		return sh.drafts, err
	}, func(txn *badger.Txn) error {
		want.Case, want.Cases = ids[0], ids
		return d.note(txn, by.Key, want, g)
	})
	if err != nil {
		d.takeBack(ctx, g, err)
		return Intake{}, err
	}
	d.Log.Info("desk", "action", string(a), "case", string(ids[0]), "staff", by.Staff, "cases", len(ids), "bundle", string(c.item.Ref.Code))
	in, err := d.intake(ids, false)
	in.Password = g.password
	return in, err
}

// part is one case that is to be opened.
type part struct {
	bundle.Part
	form OpenForm
}

// parts checks the whole form and divides it among the members.
func (sh *sheet) parts(c composed, form BundleForm) ([]part, error) {
	const op = "open a bundle"
	if err := inSeason(op, c.item, sh.today()); err != nil {
		return nil, err
	}
	switch {
	case len(c.Matters) > 0:
		return nil, refusal.Newf(SituationOpen, op, "answer with the options' ids", "办理“%s”须先回答：%s", c.item.Name, c.Ask(c.Matters))
	case len(c.Missing) > 0:
		return nil, refusal.Newf(NotOffered, op, "open the other items one by one", "“%s”中的下列事项在此未提供：%s", c.item.Name, sh.memberNames(c))
	case len(c.Parts) == 0:
		return nil, refusal.Newf(SituationOpen, op, "look at the answers again", "按所选情形，“%s”中没有需要办理的事项", c.item.Name)
	}
	var f faults
	papers := f.laid(&c.Plan, stated(form.Papers))
	if err := f.err(op); err != nil {
		return nil, err
	}
	all := make([]part, len(c.Parts))
	for i, p := range c.Parts {
		if err := c.faults[p.Member.Code]; err != nil {
			return nil, named(p.Item, err)
		}
		all[i] = part{p, OpenForm{
			Item: p.Member.Code, Subject: c.subjects[p.Member.Code], Deliver: form.Deliver, Applicant: form.Applicant,
			Agency: form.Agency, Answers: p.Selection.Answers, Papers: papers[p.Member.Code], Accept: c.accept, Submission: form.Submission,
		}}
	}
	return all, nil
}

func (sh *sheet) memberNames(c composed) string {
	var all []item.Material // only their names are written
	for _, code := range c.Missing {
		i := slices.IndexFunc(c.item.Members, func(m item.Member) bool { return m.Code == code })
		name := c.item.Members[i].Name
		if name == "" {
			name = string(code)
		}
		all = append(all, item.Material{Name: name})
	}
	return names(all)
}

// laid gives every member the papers that it asks for. The checks of a single
// case's papers follow for each of them.
func (f *faults) laid(p *bundle.Plan, papers []Paper) map[item.Code][]Paper {
	theirs := map[item.Code][]Paper{}
	if len(papers) > maxPapers {
		f.add("papers: %d, at most %d", len(papers), maxPapers)
		return theirs
	}
	seen := map[string]bool{}
	for i, paper := range papers {
		field := fmt.Sprintf("papers[%d]", i)
		m, known := p.Material(paper.ID)
		switch {
		case !known:
			f.add("%s: the bundle asks for no material %q", field, paper.ID)
			continue
		case seen[m.ID]:
			f.add("%s: “%s” twice", field, m.Name)
			continue
		case states[paper.State] == "":
			f.add("%s: %q is no state of a material", field, paper.State)
		case paper.State == casefile.Later && m.Need == item.Required:
			f.add("%s: “%s” may not be brought later", field, m.Name)
		}
		seen[m.ID] = true
		for _, ref := range m.Of {
			j := slices.IndexFunc(p.Parts, func(one bundle.Part) bool { return one.Member.Code == ref.Code })
			if material, ok := p.Parts[j].Item.Material(ref.ID); ok {
				theirs[ref.Code] = append(theirs[ref.Code], share(paper, material))
			}
		}
	}
	return theirs
}

// share is a paper as one member records it. What is said of a paper that is
// not there yet is said to the members that insist on it.
func share(paper Paper, m item.Material) Paper {
	paper.ID = m.ID
	absent := paper.State == casefile.Later || paper.State == casefile.Missing || paper.State == casefile.NotNeeded
	switch {
	case absent && m.Exempt:
		paper.State, paper.By = casefile.Exempted, ""
	case paper.State == casefile.Later && m.Need == item.Optional:
		paper.State, paper.By = casefile.Missing, ""
	}
	return paper
}

// openPart plans the case of one member.
func (d *Desk) openPart(ctx context.Context, sh *sheet, c composed, parts []part, ids []casefile.ID, i int) error {
	p := parts[i]
	link := &casefile.BundleLink{Item: c.item.Ref, Intake: string(ids[0]), Stage: p.Member.Stage, Cases: ids}
	for j := range parts {
		if parts[j].Member.Stage < p.Member.Stage {
			link.After = append(link.After, ids[j])
		}
	}
	form := p.form
	if c.visit {
		link = nil
		if strings.TrimSpace(form.Visit) == "" {
			sh.visit = string(ids[0])
		}
	}
	err := sh.openItem(ctx, p.Item, form, chosen(p.Item, p.Selection), link)
	laid := slices.ContainsFunc(parts, func(one part) bool { return len(one.form.Papers) > 0 })
	if err == nil && (laid || form.Accept || len(p.Item.Materials) == 0) {
		err = sh.receive(ctx, form.Papers, casefile.Received)
	}
	if err == nil && form.Accept {
		err = sh.accept(AcceptForm{})
	}
	return named(p.Item, err)
}

// named says of which member a refusal is.
func named(it *item.Item, err error) error {
	code := refusal.CodeOf(err)
	if code == "" {
		return err
	}
	return refusal.New(code, "“"+it.Name+"”", refusal.HintOf(err), err)
}

// intake is what stands of the cases of one.
func (d *Desk) intake(ids []casefile.ID, repeated bool) (Intake, error) {
	in := Intake{Intake: string(ids[0]), Repeated: repeated}
	for _, id := range ids {
		s, err := d.Cases.State(id)
		if err != nil {
			return in, err
		}
		done := Done{State: s, Events: int(s.Head.Index), Warnings: d.Warnings(s)}
		if repeated {
			done.Events, done.Repeated = 0, true
		}
		if s.Bundle != nil {
			in.Bundle = s.Bundle.Item
		}
		in.Cases = append(in.Cases, done)
	}
	return in, nil
}

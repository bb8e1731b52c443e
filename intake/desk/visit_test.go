package desk

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
)

func TestPapersAreCarriedOver(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	opening(c)
	d := c.nodes[tongli].desk
	scan := []byte("a scan of the card")
	first, err := d.Open(c.ctx, staff("窗口"), OpenForm{Item: "LICENCE", Subject: tongli.Area(), Applicant: citizen(), Papers: []Paper{
		{ID: "id", State: casefile.OriginalSeen, Content: scan}, {ID: "place", State: casefile.Copy},
	}})
	must(t, err)
	earlier := first.State
	found, err := d.Carry(CarryForm{Item: "SIGN", Applicant: citizen()})
	must(t, err)
	if len(found) != 1 || found[0].Material != "m1" || found[0].From != earlier.ID || found[0].Of != "id" || found[0].Size == 0 {
		t.Fatalf("what could be carried: %+v", found)
	}
	if none, err := d.Carry(CarryForm{Item: "SIGN", Applicant: applicant.Applicant{Person: applicant.Person{ResidentID: "999999199001010016"}}}); err != nil || len(none) != 0 {
		t.Errorf("somebody else: %+v, %v", none, err)
	}
	_, err = d.Carry(CarryForm{Item: "SIGN"})
	refused(t, err, BadForm)

	from := &From{Case: earlier.ID, Material: "id", Consent: "signed"}
	form := OpenForm{Item: "SIGN", Answers: item.Answers{"matter": {"plain"}}, Applicant: citizen(), Papers: []Paper{{ID: "m1", From: from}}}
	second, err := d.Open(c.ctx, staff("窗口"), form)
	must(t, err)
	m := second.State.Materials[0]
	if m.State != casefile.Electronic || m.Carried == nil || m.Carried.Case != earlier.ID || m.Carried.Consent != "signed" || m.Blob == nil || *m.Blob == *earlier.Materials[0].Blob {
		t.Fatalf("carried over: %+v, %+v", m, m.Carried)
	}
	if got, err := d.Blobs.Get(second.State.ID.Owner(), *m.Blob); err != nil || string(got) != string(scan) {
		t.Errorf("%q, %v", got, err)
	}
	third, err := d.Open(c.ctx, staff("窗口"), OpenForm{Item: "SIGN", Answers: form.Answers, Applicant: citizen()})
	must(t, err)
	if again, err := d.CarryTo(third.State.ID); err != nil || len(again) != 1 || again[0].Material != "m1" {
		t.Errorf("for an open case: %+v, %v", again, err)
	}
	_, err = d.Receive(c.ctx, staff("窗口"), third.State.ID, ReceiveForm{Papers: []Paper{{ID: "m1", From: from}}})
	must(t, err)

	for _, one := range []struct {
		name   string
		change func(*OpenForm)
		code   refusal.Code
		words  string
	}{
		{"without consent", func(f *OpenForm) { f.Papers[0].From.Consent = "" }, BadForm, "consent"},
		{"of somebody else", func(f *OpenForm) { f.Applicant.ResidentID = "999999199001010016" }, NotCarried, "申请人不是"},
		{"of nobody known", func(f *OpenForm) { f.Applicant.ResidentID = "" }, NotCarried, "证件号码"},
		{"what was only seen", func(f *OpenForm) { f.Papers[0].From.Material = "place" }, NotCarried, "没有留存"},
		{"from nowhere", func(f *OpenForm) { f.Papers[0].From.Case = "320509111000.1.99" }, NotCarried, "没有办件"},
		{"scanned as well", func(f *OpenForm) { f.Papers[0].Content = scan }, BadForm, "either"},
	} {
		bad, copied := form, *from
		bad.Papers = []Paper{{ID: "m1", From: &copied}}
		one.change(&bad)
		_, err := d.Open(c.ctx, staff("窗口"), bad)
		refused(t, err, one.code)
		if !strings.Contains(err.Error(), one.words) {
			t.Errorf("%s: %v", one.name, err)
		}
	}
	if _, err := d.Blobs.Get(second.State.ID.Owner(), *earlier.Materials[0].Blob); refusal.CodeOf(err) != refusal.NotFound {
		t.Errorf("the earlier case's own paper opened as the later one's: %v", err)
	}
	must(t, d.Blobs.Erase(c.ctx, earlier.ID.Owner(), []chain.Hash{earlier.Materials[0].Blob.Hash}))
	_, err = d.Open(c.ctx, staff("窗口"), form)
	refused(t, err, NotCarried)
}

// tickets are the queue tickets of today.
type tickets map[string]string

const ticketA012 = "320509103000.1-20260302-A012"

func (t tickets) Visit(given string, _ workday.Date) (string, error) {
	for number, visit := range t {
		if given == number || given == visit {
			return visit, nil
		}
	}
	return "", refusal.Newf(NoVisit, "", "", "no ticket %s", given)
}

// What names a visit is a queue ticket of the day, or a case that was opened
// here on it: no other text, and nothing of yesterday.
func TestWhatNamesAVisit(t *testing.T) {
	c := newCity(t, tongli, zhenze, wujiang)
	opening(c)
	d := c.nodes[tongli].desk
	open := func(d *Desk, visit string) (Done, error) {
		return d.Open(c.ctx, staff("窗口"), OpenForm{Item: "LICENCE", Subject: tongli.Area(), Applicant: citizen(), Submission: Submission{Visit: visit}})
	}
	for _, given := range []string{"A012", "某某", ticketA012} {
		_, err := open(d, given) // without a queue
		refused(t, err, NoVisit)
	}
	d.Visits = tickets{"A012": ticketA012}
	_, err := open(d, "A013")
	refused(t, err, NoVisit)
	ticketed, err := open(d, " A012 ")
	must(t, err)
	if got := ticketed.State.Filing.Visit; got != ticketA012 {
		t.Errorf("by its ticket: %q", got)
	}
	plain, err := open(d, "")
	must(t, err)
	if got := plain.State.Filing.Visit; got != "" {
		t.Errorf("without one: %q", got)
	}
	first := string(plain.State.ID)
	second, err := open(d, first)
	must(t, err)
	third, err := open(d, string(second.State.ID)) // any case of it leads to the same visit
	must(t, err)
	all, err := d.VisitCases(first)
	must(t, err)
	if second.State.Filing.Visit != first || third.State.Filing.Visit != first || len(all) != 3 || all[0].ID != plain.State.ID {
		t.Errorf("%q, %q, %d cases of the visit", second.State.Filing.Visit, third.State.Filing.Visit, len(all))
	}
	if byNumber, err := d.VisitCases("A012"); err != nil || len(byNumber) != 1 || byNumber[0].ID != ticketed.State.ID {
		t.Errorf("by the number of the ticket: %v, %v", byNumber, err)
	}
	docs, err := d.VisitPapers(first, Printing{})
	if err != nil || len(docs) != 1 || !strings.Contains(docs[0].Text(), first) {
		t.Errorf("%d documents, %v", len(docs), err)
	}
	theirs, err := c.nodes[zhenze].desk.Open(c.ctx, staff("窗口"), OpenForm{Item: c.items["D23"], Answers: answers["D23"], Subject: tongli.Area(), Applicant: citizen()})
	must(t, err)
	_, err = open(d, string(theirs.State.ID))
	refused(t, err, NoVisit) // another counter's
	c.now = c.now.AddDate(0, 0, 1)
	_, err = open(d, first)
	refused(t, err, NoVisit) // yesterday's
}

func TestOneVisitSeveralItems(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	opening(c)
	d := c.nodes[tongli].desk
	d.Rand, d.Visits = rand.Reader, tickets{"A012": ticketA012}
	form := VisitForm{
		Items: []item.Code{"LICENCE", "SIGN"}, Subject: tongli.Area(), Applicant: citizen(), Answers: item.Answers{"matter": {"plain"}},
		Papers:     []Paper{{ID: "身份证", State: casefile.OriginalSeen, Content: []byte("a card")}, {ID: "场所证明", State: casefile.Copy}},
		Submission: Submission{Visit: "A012"},
	}
	plan, err := d.PlanVisit(form)
	must(t, err)
	if len(plan.Parts) != 2 || len(plan.Materials) != 3 {
		t.Errorf("planned: %+v", plan.Materials)
	}
	v, err := d.OpenVisit(c.ctx, By{Staff: "窗口", Key: "visit"}, form)
	must(t, err)
	if v.Visit != ticketA012 || len(v.Cases) != 2 || len(v.Password) != 11 {
		t.Fatalf("%+v", v)
	}
	licence, sign := v.Cases[0].State, v.Cases[1].State
	for _, s := range []casefile.State{licence, sign} {
		c.verified(s.ID, tongli, casefile.PhaseOpened)
		if s.Bundle != nil || s.Filing.Visit != ticketA012 || s.Filing.Joint || !applicant.Opens(s.Filing.Secret, s.Number, v.Password) {
			t.Errorf("%s: %+v, %+v", s.ID, s.Bundle, s.Filing)
		}
	}
	if a, b := licence.Materials[0].Blob, sign.Materials[0].Blob; a == nil || b == nil || *a == *b {
		t.Errorf("two cases share the content of the card: %v, %v", a, b)
	}
	again, err := d.OpenVisit(c.ctx, By{Staff: "窗口", Key: "visit"}, form)
	must(t, err)
	if !again.Repeated || again.Password != "" || again.Visit != ticketA012 || again.Cases[0].State.ID != licence.ID {
		t.Errorf("once more: %+v", again)
	}
	later, err := d.Open(c.ctx, staff("窗口"), OpenForm{Item: "LICENCE", Subject: tongli.Area(), Applicant: citizen(), Submission: Submission{Visit: "A012"}})
	must(t, err)
	all, err := d.VisitCases("A012")
	must(t, err)
	ids := []casefile.ID{}
	for _, one := range all {
		ids = append(ids, one.ID)
	}
	if !slices.Equal(ids, []casefile.ID{licence.ID, sign.ID, later.State.ID}) {
		t.Errorf("the visit: %v", ids)
	}
	_, err = d.VisitCases("A013")
	refused(t, err, refusal.NotFound)

	form.Visit, form.Papers, form.Accept = "", nil, false
	own, err := d.OpenVisit(c.ctx, staff("窗口"), form)
	must(t, err)
	if own.Visit != string(own.Cases[0].State.ID) || own.Cases[1].State.Filing.Visit != own.Visit {
		t.Errorf("a visit without a ticket: %+v", own)
	}

	before, err := d.Cases.NewID()
	must(t, err)
	for _, one := range []struct {
		name   string
		change func(*VisitForm)
		code   refusal.Code
		words  string
	}{
		{"nothing", func(f *VisitForm) { f.Items = nil }, BadForm, "items"},
		{"twice", func(f *VisitForm) { f.Items = []item.Code{"SIGN", "SIGN"} }, BadForm, "twice"},
		{"a bundle", func(f *VisitForm) { f.Items = []item.Code{"OPENING"} }, "not_a_bundle", "OPENING"},
		{"not offered", func(f *VisitForm) { f.Items, f.Answers = []item.Code{"LICENCE", "NONE"}, nil }, NotOffered, "NONE"},
		{"a question is open", func(f *VisitForm) { f.Answers = nil }, SituationOpen, "一次来访"},
		{"nobody", func(f *VisitForm) { f.Applicant = applicant.Applicant{} }, BadForm, "applicant.name"},
		{"papers lack", func(f *VisitForm) { f.Accept = true }, PapersLack, "身份证"},
	} {
		bad := form
		one.change(&bad)
		_, err := d.OpenVisit(c.ctx, staff("窗口"), bad)
		refused(t, err, one.code)
		if !strings.Contains(err.Error(), one.words) {
			t.Errorf("%s: %v", one.name, err)
		}
	}
	after, err := d.Cases.NewID()
	must(t, err)
	_, x, _ := before.Parse()
	_, y, _ := after.Parse()
	if y != x+1 {
		t.Errorf("what was refused used up names: %s, %s", before, after)
	}
}

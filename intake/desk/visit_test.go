package desk

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"

	"tongban/catalog/item"
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
	if got, err := d.Blobs.Get(*m.Blob); err != nil || string(got) != string(scan) {
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
	must(t, d.Blobs.Erase(c.ctx, []chain.Hash{earlier.Materials[0].Blob.Hash}))
	_, err = d.Open(c.ctx, staff("窗口"), form)
	refused(t, err, NotCarried)
}

func TestOneVisitSeveralItems(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	opening(c)
	d := c.nodes[tongli].desk
	d.Rand = rand.Reader
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
	if v.Visit != "A012" || len(v.Cases) != 2 || len(v.Password) != 6 {
		t.Fatalf("%+v", v)
	}
	licence, sign := v.Cases[0].State, v.Cases[1].State
	for _, s := range []casefile.State{licence, sign} {
		c.verified(s.ID, tongli, casefile.PhaseOpened)
		if s.Bundle != nil || s.Filing.Visit != "A012" || s.Filing.Joint || !applicant.Opens(s.Filing.Secret, s.Number, v.Password) {
			t.Errorf("%s: %+v, %+v", s.ID, s.Bundle, s.Filing)
		}
	}
	if a, b := licence.Materials[0].Blob, sign.Materials[0].Blob; a == nil || b == nil || *a == *b {
		t.Errorf("two cases share the content of the card: %v, %v", a, b)
	}
	again, err := d.OpenVisit(c.ctx, By{Staff: "窗口", Key: "visit"}, form)
	must(t, err)
	if !again.Repeated || again.Password != "" || again.Visit != "A012" || again.Cases[0].State.ID != licence.ID {
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

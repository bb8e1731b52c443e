package desk

import (
	"slices"
	"testing"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
)

// What is foreseen of a form is what the desk offers of the case once it is
// open, and nothing is written by looking.
func TestForesee(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	before, err := d.Cases.NewID()
	must(t, err)
	for _, papers := range [][]Paper{nil, seen("id-card"), seen("id-card", "photo", "proof")} {
		for _, record := range []string{"D01", "D28"} {
			form := OpenForm{Item: c.items[record], Answers: answers[record], Subject: tongli.Area(), Applicant: citizen()}
			if record == "D01" {
				form.Papers = papers
			}
			f, err := d.Foresee(form)
			must(t, err)
			done, err := d.Open(c.ctx, staff("窗口"), form)
			must(t, err)
			if done.State.ReceivedAt == 0 {
				done, err = d.Receive(c.ctx, staff("窗口"), done.State.ID, ReceiveForm{})
				must(t, err)
			}
			v, err := d.Look(done.State.ID)
			must(t, err)
			for i, o := range v.Actions {
				if f.Actions[i].Action != o.Action || f.Actions[i].Allowed != o.Allowed || f.Actions[i].Code != o.Code {
					t.Errorf("%s with %d papers: foreseen %+v, offered %+v", record, len(form.Papers), f.Actions[i], o)
				}
			}
			if len(f.Lacks) != len(v.Outstanding) || f.Item.Ref != v.Item.Ref {
				t.Errorf("%s: %+v, %+v", record, f.Lacks, v.Outstanding)
			}
		}
	}
	whole := OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof")}
	refused(t, d.ForeseeSettle(whole, SettleForm{}), NotImmediate) // its decision is not the town's
	whole.Papers = nil
	refused(t, d.ForeseeSettle(whole, SettleForm{}), PapersLack)
	_, err = d.Foresee(OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: tongli.Area(), Applicant: applicant.Applicant{}})
	refused(t, err, BadForm)
	form := VisitForm{Items: []item.Code{c.items["D01"], c.items["D28"]}, Subject: tongli.Area(), Applicant: citizen(), Answers: answers["D01"]}
	all, plan, err := d.ForeseeVisit(form)
	must(t, err)
	if len(all) != 2 || len(plan.Parts) != 2 || all[0].Item.Ref.Code != c.items["D01"] {
		t.Errorf("%+v", all)
	}
	accept := slices.IndexFunc(all[0].Actions, func(o Offered) bool { return o.Action == Accept })
	if o := all[0].Actions[accept]; o.Allowed || o.Code != PapersLack {
		t.Errorf("accepted without papers: %+v", o)
	}
	form.Items = append(form.Items, "NONE")
	_, _, err = d.ForeseeVisit(form)
	refused(t, err, NotOffered)
	opening(c)
	all, _, err = d.ForeseeBundle(openingForm())
	must(t, err)
	if len(all) != 3 {
		t.Errorf("%+v", all)
	}
	after, err := d.Cases.NewID()
	must(t, err)
	_, first, _ := before.Parse()
	_, last, _ := after.Parse()
	if last-first != 7 { // the six cases above
		t.Errorf("looking took numbers: %d to %d (%v)", first, last, refusal.CodeOf(err))
	}
}

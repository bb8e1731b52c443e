package walk

import (
	"slices"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/account"
	"tongban/node/api"
)

// ofTown is an item that a town does alone.
func ofTown() item.Item {
	it := proof
	it.Ref.Code, it.Name, it.Situations, it.Materials, it.Level = "OFTOWN", "虚构登记", nil, proof.Materials[:1], area.Town
	it.Authority = "虚构镇人民政府"
	it.Steps = []item.Step{{Name: "受理", Action: item.Accept, Level: area.Town}, {Name: "决定", Action: item.Decide, Level: area.Town}, {Name: "送达", Action: item.Serve, Level: area.Town}}
	return it
}

// A town is cut off with a case in its hands, decides it all the same, and dies.
// The district seizes the case. When the town comes back, both see on the page of
// the case that a part of its log was superseded, by whom it was written and what
// was done in it; the district, which answers for the case now, settles it there.
func TestSeizedWhileAway(t *testing.T) {
	c := found(t)
	c.publish(proof)
	c.publish(ofTown())
	atTown := c.joined(town, "虚构镇便民服务中心", "town")
	by := desk.By{Staff: "首次加入"}
	form := desk.OpenForm{Item: "OFTOWN", Subject: town.Area(), Applicant: applicant.Applicant{Person: applicant.Person{Name: "虚构辛", Telephone: "19900000013"}}, Papers: []desk.Paper{{ID: "card", State: casefile.OriginalSeen}}, Accept: true}
	agreed := map[casefile.ID]chain.Head{}
	var ids []casefile.ID // one for each view
	for range screens() {
		done, err := atTown.OpenCase(c.ctx, by, form)
		c.must(err)
		ids, agreed[done.State.ID] = append(ids, done.State.ID), done.State.Head
	}
	c.until("the district has copies", func() bool {
		return !slices.ContainsFunc(ids, func(id casefile.ID) bool {
			view, err := c.Case(c.ctx, id)
			return err != nil || view.State.Head != agreed[id]
		})
	})
	c.stop()
	for _, id := range ids {
		_, err := atTown.Act(c.ctx, by, id, desk.Decide, nil)
		c.must(err)
	}
	atTown.stop()
	c.run()
	seized, err := c.Seizures(c.ctx, api.Seizing{Lost: town, Grantee: district, Reason: "镇节点失联", Staff: "建设者"})
	c.must(err)
	for _, one := range seized {
		if one.Base != agreed[one.Case] {
			t.Errorf("%+v", one)
		}
	}

	left := slices.Clone(ids)
	c.inEveryView("seizer", []account.Duty{account.Head}, func(p *person) {
		id := left[0]
		left = left[1:]
		p.open("/work/cases/" + string(id))
		p.does("seize")
		p.reads("虚构区政务服务中心")
		p.hides("do/reconcile")
	})
	atTown.run()
	atTown.base = strings.Replace(atTown.base, "127.0.0.1", "town.localhost", 1)
	c.inEveryView("settler", []account.Duty{account.Approver}, func(p *person) {
		id := ids[0]
		ids = ids[1:]
		page := "/work/cases/" + string(id)
		c.until("what the town wrote alone comes", func() bool {
			view, err := c.Case(c.ctx, id)
			return err == nil && len(view.Branches) == 1
		})
		p.open(page)
		p.can(p.See(".branch.heavy"))
		for _, want := range [][2]string{
			{"本件有一段记录被取代，需要处理", "Part of this case's log was superseded: settle it"}, {"虚构镇便民服务中心", "虚构镇便民服务中心"}, {"须由人核对", "a person must look"}, {"决定", "decided"},
		} {
			if text := p.Text(".branch"); !strings.Contains(text, p.says(want[0], want[1])) {
				p.t.Errorf("the branch is told without %q: %s", p.says(want[0], want[1]), text)
			}
		}
		p.look()
		c.shot(p.Browser, "branch-"+p.view.name+p.view.query)

		// The town sees it too, and that it is not the one to settle it.
		clerk := p.elsewhere(atTown, account.Approver)
		c.until("the town learns of the seizure", func() bool {
			clerk.open(page)
			return strings.Contains(clerk.Text(".branch"), p.says("由现在负责本件的中心处理", "The center that answers for the case settles it"))
		})
		if _, err := atTown.Act(c.ctx, by, id, desk.Serve, nil); err == nil {
			p.t.Error("the town goes on with the case")
		}
		clerk.look()

		p.open(page)
		p.press(".branch a[href*='/do/reconcile']:not([href*='adopted'])", "[data-go-on]")
		p.look()
		p.press("[data-phrase]", "[data-go-on]")
		p.finishes("[data-go-on]")
		if text := p.Text(".branch"); !strings.Contains(text, p.says("只作留存", "set aside")) {
			p.t.Errorf("it is not settled: %s", text)
		}
		view, err := c.Case(c.ctx, id)
		c.must(err)
		if len(view.Branches) != 1 || !view.Branches[0].Settled || view.State.Holder.Center != district || view.State.Decision != nil {
			p.t.Errorf("it ends %+v, held by %s", view.Branches, view.State.Holder.Center)
		}
	})
}

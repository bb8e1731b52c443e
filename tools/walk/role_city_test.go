package walk

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/intake/casefile"
	"tongban/node"
	"tongban/node/account"
)

const village = area.Center("320509111201")

// join brings a center in under this one. Whoever wants it to be there runs it.
func (c *center) join(id area.Center, name string) *center {
	c.t.Helper()
	ticket, err := c.Invite(c.ctx, id, 1, false)
	c.must(err)
	one := &center{t: c.t, ctx: c.ctx, dir: filepath.Join(c.t.TempDir(), string(id))}
	one.ahead.Store(c.ahead.Load())
	_, err = node.Join(c.ctx, one.dir, local(c.t, id), ticket.Ticket, register.Center{Name: name}, "首次加入", node.Options{Log: slog.New(slog.DiscardHandler), Now: one.now})
	c.must(err)
	return one
}

// joined is a center under this one that is up and has read all that was
// published. Its pages are at a host of its own, so that one screen may be
// signed in at several centers.
func (c *center) joined(id area.Center, name, host string) *center {
	c.t.Helper()
	one := c.join(id, name)
	one.run()
	one.base = strings.Replace(one.base, "127.0.0.1", host+".localhost", 1)
	c.until(name+" has what was published", func() bool {
		list, err := one.Items(c.ctx, "PROOF", item.Ref{}, 1)
		return err == nil && len(list.Items) == 1
	})
	return one
}

// upward is an item that a village takes in, a town accepts and a district
// decides; its result is handed out where it was taken in.
func upward() item.Item {
	it := proof
	it.Ref.Code, it.Name, it.Situations, it.Materials = "UPWARD", "虚构补贴申请", nil, proof.Materials[:2]
	it.Delegations = []item.Delegation{
		{Mode: item.Entrusted, Level: area.Town, To: item.ToOther, Actions: []item.Action{item.Receive, item.Accept}, Document: "虚构办法第九条"},
		{Mode: item.Entrusted, Level: area.Village, To: item.ToCommittee, Actions: []item.Action{item.Receive}, Document: "虚构办法第九条"},
	}
	it.Steps = []item.Step{
		{Name: "收件", Action: item.Receive, Level: area.Village}, {Name: "受理", Action: item.Accept, Level: area.Town},
		{Name: "决定", Action: item.Decide, Level: area.District}, {Name: "送达", Action: item.Serve, Level: area.Village},
	}
	return it
}

// gets waits until a case has come to the center, and opens it from the
// worklist.
func (p *person) gets(id casefile.ID) {
	p.t.Helper()
	p.c.until("the case comes to "+p.c.base, func() bool {
		view, err := p.c.Case(p.c.ctx, id)
		if err != nil {
			return false
		}
		for _, one := range view.Actions {
			if one.Action == "take_over" && one.Allowed {
				return true
			}
		}
		return false
	})
	p.open("/work/cases?box=arrived")
	p.press("[data-row='"+string(id)+"'] th a", ".do a")
}

// A case goes from a village's counter over the town to the district, is
// decided there, comes back, and is handed out where it began: each step by
// whose it is, at the pages of their own node.
func TestApproverOverCenters(t *testing.T) {
	c := found(t)
	c.publish(proof)
	c.publish(upward())
	atTown := c.joined(town, "虚构镇便民服务中心", "town")
	atVillage := atTown.joined(village, "虚构村便民服务站", "village")
	c.inEveryView("over", []account.Duty{account.Approver}, func(decider *person) {
		clerk := decider.elsewhere(atTown, account.Clerk, account.Deliverer)
		agent := decider.elsewhere(atVillage, account.All()...)

		agent.open("/work/intake")
		agent.keys("xgbt")
		agent.can(agent.See("#hits .chosen"))
		agent.can(agent.Press("<Enter>"))
		agent.can(agent.See("#p1-state"))
		agent.types("#f-applicant-name", "虚构"+agent.name)
		agent.states("1", "1")
		agent.can(agent.Focus("#p1-rest summary"))
		agent.can(agent.Press("<Enter>"))
		agent.types("#p1-originals", "1")
		agent.press("#go-receive", ".finished")
		agent.press(".finished h2 a", ".casehead")
		id := casefile.ID(strings.TrimPrefix(agent.At(), "/work/cases/"))
		agent.does("papers_sent")
		agent.open("/work/results/slips")
		slip := agent.Text("td.code")
		agent.open("/work/cases/" + string(id))
		agent.does("hand_over")

		clerk.gets(id)
		clerk.look()
		clerk.does("take_over")
		clerk.does("accept")
		clerk.open("/work/results/slips")
		clerk.types("#slip", slip)
		clerk.can(clerk.Press("<Enter>"))
		clerk.can(clerk.See("input[name=missing]"))
		clerk.finishes("[data-go-on]")
		clerk.open("/work/cases/" + string(id))
		clerk.does("hand_over")

		decider.gets(id)
		decider.does("take_over")
		decider.does("decide")
		decider.look()
		decider.does("hand_over")

		agent.gets(id)
		agent.does("take_over")
		agent.open("/work/results")
		agent.press("a[href$='/do/hand_out']", "[data-go-on]")
		agent.finishes("[data-go-on]")
		agent.does("conclude")
		if trail := agent.Text(".trail"); !strings.Contains(trail, "虚构镇便民服务中心") || !strings.Contains(trail, "虚构区政务服务中心") {
			agent.t.Errorf("the route: %s", trail)
		}
		view, err := atVillage.Case(c.ctx, id)
		c.must(err)
		if view.State.Phase != casefile.PhaseConcluded || view.State.Decision == nil {
			agent.t.Errorf("it ends %s", view.State.Phase)
		}
		c.until("the district learns of the end", func() bool {
			view, err := c.Case(c.ctx, id)
			return err == nil && view.State.Phase == casefile.PhaseConcluded
		})
		decider.open("/work/cases/" + string(id))
	})
}

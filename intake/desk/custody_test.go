package desk

import (
	"slices"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
)

func TestTakeOverNeedsThePapers(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	village, town := c.nodes[yejian], c.nodes[tongli]
	opened, err := village.desk.Open(c.ctx, staff("村窗口"), OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: yejian.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof")})
	must(t, err)
	id := opened.State.ID
	_, err = village.desk.HandOver(c.ctx, staff("村窗口"), id, HandOverForm{})
	must(t, err)
	records, err := village.cabinet.Log(id, 1, 100)
	must(t, err)
	_, err = town.cabinet.Ingest(c.ctx, yejian, id, 1, records) // the log without what lies outside it
	must(t, err)
	_, err = town.desk.TakeOver(c.ctx, staff("镇窗口"), id)
	refused(t, err, cabinet.MissingBlob)
	_, err = town.desk.Applicant(opened.State)
	refused(t, err, ContentLacks)
	c.carry(id, yejian, tongli)
	_, err = town.desk.TakeOver(c.ctx, staff("镇窗口"), id)
	must(t, err)
	who, err := town.desk.Applicant(opened.State)
	must(t, err)
	if who.Name != "张某某" {
		t.Errorf("applicant %+v", who)
	}
}

// A village is lost; the town is granted its case; the village's unsent work
// comes late and somebody has to say what becomes of it.
func TestSeizedAndReconciled(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	village, town := c.nodes[yejian], c.nodes[tongli]
	opened, err := village.desk.Open(c.ctx, staff("村窗口"), OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: yejian.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof")})
	must(t, err)
	id := opened.State.ID
	c.carry(id, yejian, tongli)
	withdrawn, err := village.desk.Withdraw(c.ctx, staff("村窗口"), id, ReasonForm{Reason: "申请人要求"}) // nobody hears of it
	must(t, err)
	onPaper := withdrawn.State.Ended.Number
	c.book.advance()
	c.book.grants[id] = []casefile.Grant{{
		Index: c.book.Head().Index, Epoch: 1, Grantee: casefile.Party{Center: tongli, Incarnation: 1}, Base: opened.State.Head, Lost: yejian,
	}}
	_, err = village.desk.Conclude(c.ctx, staff("村窗口"), id, "")
	refused(t, err, casefile.EpochBehind)
	seized, err := town.desk.Seize(c.ctx, staff("镇窗口"), id)
	must(t, err)
	if seized.State.Epoch != 1 || seized.State.Holder.Center != tongli {
		t.Fatalf("seized: epoch %d, holder %s", seized.State.Epoch, seized.State.Holder)
	}
	_, err = town.desk.Accept(c.ctx, staff("镇窗口"), id, AcceptForm{})
	must(t, err)
	c.carry(id, yejian, tongli) // the late branch
	_, err = town.desk.Withdraw(c.ctx, staff("镇窗口"), id, ReasonForm{Reason: "申请人要求"})
	must(t, err)
	_, err = town.desk.Conclude(c.ctx, staff("镇窗口"), id, "")
	refused(t, err, cabinet.Unreconciled)
	_, err = town.desk.Reconcile(c.ctx, staff("镇窗口"), id, ReconcileForm{Head: chain.Hash{}.String(), Reason: "x"})
	refused(t, err, NothingIsOpen)
	adopted, err := town.desk.Reconcile(c.ctx, staff("镇窗口"), id, ReconcileForm{Adopted: true, Reason: "同一撤回"})
	must(t, err)
	if branch := adopted.State.Branches[0]; onPaper == "" || !slices.Equal(branch.Numbers, []string{onPaper}) || !adopted.State.Gave(onPaper) {
		t.Errorf("what the branch gave to paper (%s) is not in the log: %+v", onPaper, branch)
	}
	_, err = town.desk.Conclude(c.ctx, staff("镇窗口"), id, "")
	must(t, err)
	c.verified(id, tongli, casefile.PhaseConcluded)
}

// A town is lost before it had received the papers: the district that is
// granted the case is not its counter, and the route says so.
func TestSeizedBeforeThePapersCame(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	town, district := c.nodes[tongli], c.nodes[wujiang]
	opened, err := town.desk.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D04"], Subject: tongli.Area(), Applicant: citizen()})
	must(t, err)
	id := opened.State.ID
	if next := town.desk.Next(opened.State); next.Action != Receive || !next.Here {
		t.Fatalf("next %+v", next)
	}
	c.carry(id, tongli, wujiang)
	c.book.advance()
	c.book.grants[id] = []casefile.Grant{{
		Index: c.book.Head().Index, Epoch: 1, Grantee: casefile.Party{Center: wujiang, Incarnation: 1}, Base: opened.State.Head, Lost: tongli,
	}}
	seized, err := district.desk.Seize(c.ctx, staff("区窗口"), id)
	must(t, err)
	_, err = district.desk.Receive(c.ctx, staff("区窗口"), id, ReceiveForm{})
	refused(t, err, casefile.NotCompetent)
	if next := district.desk.Next(seized.State); next.Action != Receive || next.Center != tongli || next.Here {
		t.Fatalf("next %+v, want the town's counter", next)
	}
	handed, err := district.desk.HandOver(c.ctx, staff("区窗口"), id, HandOverForm{})
	must(t, err)
	if handed.State.Offer == nil || handed.State.Offer.To.Center != tongli {
		t.Fatalf("offered %+v", handed.State.Offer)
	}
}

func TestOutsideStep(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	it := item.Item{
		Ref: item.Ref{Code: "OUT-1"}, Name: "市级核准", Type: item.PublicService, Level: area.Town, Kind: item.Promised, Subject: item.ByResidence,
		Steps: []item.Step{
			{Name: "受理", Action: item.Accept, Level: area.Town},
			{Name: "市系统审查", Action: item.Review, Level: area.City, Outside: true},
			{Name: "决定", Action: item.Decide, Level: area.City, Outside: true},
			{Name: "制证", Action: item.Make, Level: area.Town},
			{Name: "送达", Action: item.Serve, Level: area.Town},
			{Name: "出件", Action: item.HandOut, Level: area.Town},
		},
	}
	c.book.publish(it, "320500000000")
	opened, err := d.Open(c.ctx, staff("镇窗口"), OpenForm{Item: "OUT-1", Subject: tongli.Area(), Applicant: citizen(), Accept: true})
	must(t, err)
	id := opened.State.ID
	_, err = d.Outside(c.ctx, staff("镇窗口"), id, OutsideForm{Number: "SZ-1", Sent: "2026-03-02", Came: "2026-03-01", Result: "同意"})
	refused(t, err, BadForm) // came before it went, and without proof
	for step := 1; step <= 2; step++ {
		if next := d.Next(opened.State); step == 1 && (next.Action != Outside || next.Step != 1 || !next.Here) {
			t.Fatalf("next %+v", next)
		}
		_, err = d.Outside(c.ctx, staff("镇窗口"), id, OutsideForm{Number: "SZ-1", Sent: "2026-03-02"})
		must(t, err)
		_, err = d.Outside(c.ctx, staff("镇窗口"), id, OutsideForm{Number: "SZ-1", Sent: "2026-03-02", Came: "2026-03-02", Result: "同意", Proof: []byte("回执")})
		must(t, err)
	}
	s, err := c.nodes[tongli].cabinet.State(id)
	must(t, err)
	if next := d.Next(s); next.Action != Decide || !next.Here {
		t.Fatalf("after the outside decision came back: %+v", next)
	}
	_, err = d.Settle(c.ctx, staff("镇窗口"), id, SettleForm{Conclude: true})
	must(t, err)
	s = c.verified(id, tongli, casefile.PhaseConcluded)
	for i := range it.Steps {
		if !s.Finished(c.book.items[s.Item], i) {
			t.Errorf("step %d (%s) is left", i, it.Steps[i].Name)
		}
	}
}

func TestAFencedNodeOffersNothing(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	n := c.nodes[tongli]
	opened, err := n.desk.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D04"], Subject: tongli.Area(), Applicant: citizen()})
	must(t, err)
	must(t, n.cabinet.Fence("an old copy"))
	for _, o := range n.desk.Actions(opened.State) {
		if o.Allowed || o.Code != refusal.Fenced {
			t.Errorf("offered %+v", o)
		}
	}
	_, err = n.desk.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D04"], Subject: tongli.Area(), Applicant: citizen()})
	refused(t, err, refusal.Fenced)
}

// A power that was moved down overrules what the prefix says.
func TestAMovedPowerChangesTheRoute(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang, zhenze)
	village, town := c.nodes[yejian].desk, c.nodes[tongli].desk
	opened, err := village.Open(c.ctx, staff("村窗口"), OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: yejian.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof")})
	must(t, err)
	id := opened.State.ID
	c.pass(id, yejian, tongli)
	_, err = town.Accept(c.ctx, staff("镇窗口"), id, AcceptForm{})
	must(t, err)
	checked, err := town.Check(c.ctx, staff("镇窗口"), id, StepForm{})
	must(t, err)
	if next := town.Next(checked.State); next.Action != Decide || next.Center != wujiang {
		t.Fatalf("next %+v, want the district to decide", next)
	}
	c.book.powers[string(tongli)+string(c.items["D01"])+area.District.String()] = true
	if next := town.Next(checked.State); next.Action != Decide || next.Center != tongli || !next.Here {
		t.Fatalf("next %+v, want the town to decide by its power", next)
	}
	away := checked.State
	away.Holder = casefile.Party{Center: zhenze, Incarnation: 1}
	if next := town.Next(away); next.Center != tongli {
		t.Fatalf("next %+v, want the center with the power", next)
	}
}

package node

import (
	"slices"
	"testing"

	"tongban/catalog/area"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/exchange"
)

// TestVillageWorksAlone: cut off from everybody, and started anew in that, a
// village opens, accepts, settles from its own copy of the catalogue; when the
// others are back everything drains by itself.
func TestVillageWorksAlone(t *testing.T) {
	c := newCity(t, wujiang, tongli)
	c.join(tongli, yejian)
	codes := c.publish("D01", "D26")
	c.power(yejian, codes["D26"], area.Town)
	c.kill(wujiang)
	c.kill(tongli)
	c.kill(yejian)
	c.start(yejian)
	village := c.nodes[yejian].desk

	var all []casefile.State
	for range 3 {
		done, err := village.Open(c.ctx, clerk(), desk.OpenForm{
			Item: codes["D26"], Subject: yejian.Area(), Accept: true,
			Applicant: applicant.Applicant{Person: applicant.Person{Name: "甲某某"}},
		})
		must(t, err)
		done, err = village.Settle(c.ctx, clerk(), done.State.ID, desk.SettleForm{Conclude: true})
		must(t, err)
		if done.State.Phase != casefile.PhaseConcluded {
			t.Fatalf("settled, and %s", done.State.Phase)
		}
		all = append(all, done.State)
	}
	s := c.opened(yejian, desk.OpenForm{Item: codes["D01"], Subject: yejian.Area(), Agency: true})
	done, err := village.HandOver(c.ctx, clerk(), s.ID, desk.HandOverForm{})
	must(t, err)
	all = append(all, done.State)
	var rows []exchange.View
	c.wait("a row for town and district, of each case", func() bool {
		rows = slices.DeleteFunc(c.nodes[yejian].exchange.Rows(""), func(v exchange.View) bool { return v.Kind != exchange.CaseRow })
		return len(rows) == 2*len(all)
	})
	if connected := c.nodes[yejian].peers.Connected(); len(connected) > 0 {
		t.Fatalf("it is not alone: %v", connected)
	}
	t.Logf("alone: %d cases, %d rows wait, such as %s", len(all), len(rows), rows[0])

	c.start(wujiang)
	c.start(tongli)
	for _, s := range all {
		c.reaches(tongli, s.ID, s.Head)
		c.reaches(wujiang, s.ID, s.Head)
	}
	_, err = c.nodes[tongli].desk.TakeOver(c.ctx, clerk(), s.ID)
	must(t, err)
	c.wait("the village knows", func() bool { return c.caseAt(yejian, s.ID).Holder.Center == tongli })
	c.drained(yejian)
}

// TestVillageThatCannotBeDialled: it has no address, and dials out to its town
// only. Another town sends it a case all the same, through the town, which
// can't read it, and has it back.
func TestVillageThatCannotBeDialled(t *testing.T) {
	c := newCity(t, wujiang, tongli, lili)
	config := testConfig(t, yejian)
	config.Peer.Listen, config.Enrol.Listen = nil, ""
	c.joinAs(tongli, config)
	code := c.publish("D23")["D23"]
	far := c.nodes[lili]
	c.wait("lili knows the village", func() bool { _, ok := far.register.Center(yejian); return ok })
	if addrs := (lines{far.directory}).Addrs(yejian); len(addrs) > 0 {
		t.Fatalf("the village has an address: %v", addrs)
	}

	s := c.opened(lili, desk.OpenForm{Item: code, Subject: yejian.Area(), Deliver: yejian})
	if far.peers.IsConnected(yejian) {
		t.Fatal("there is a line already")
	}
	_, err := far.desk.HandOver(c.ctx, clerk(), s.ID, desk.HandOverForm{To: yejian})
	must(t, err)
	c.logged(lili, "no line to a center", "to="+string(yejian), "no address")
	carried := false
	c.wait("it is carried", func() bool {
		for _, v := range far.exchange.Rows(yejian) {
			carried = carried || v.Status == exchange.Carried
		}
		return carried
	})
	c.offered(yejian, s.ID)
	if far.peers.IsConnected(yejian) {
		t.Error("it came over a line of its own")
	}
	_, err = c.nodes[yejian].desk.TakeOver(c.ctx, clerk(), s.ID)
	must(t, err)
	c.wait("the answer", func() bool { return c.caseAt(lili, s.ID).Holder.Center == yejian })
	_, err = c.nodes[yejian].desk.HandOver(c.ctx, clerk(), s.ID, desk.HandOverForm{To: lili})
	must(t, err)
	c.offered(lili, s.ID)
	done, err := far.desk.TakeOver(c.ctx, clerk(), s.ID)
	must(t, err)
	c.reaches(yejian, s.ID, done.State.Head)
	c.drained(yejian)
	c.drained(lili)
}

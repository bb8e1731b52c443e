package node

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/rule"
	"tongban/catalog/starter"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/enrol"
	"tongban/node/identity"
	"tongban/node/peers"
)

// outsider knows one center of a realm that does not know it.
type outsider struct {
	center area.Center
	key    chain.PublicKey
	addrs  []string
}

func (o outsider) Key(c area.Center) (chain.PublicKey, bool) { return o.key, c == o.center }
func (o outsider) Addrs(area.Center) []string                { return o.addrs }
func (o outsider) Whose(key chain.PublicKey) (area.Center, peers.Standing) {
	if key.Equal(o.key) {
		return o.center, peers.Member
	}
	return "", peers.Unknown
}

// TestStrangerIsRefused: a node with no ticket gets in by neither door.
func TestStrangerIsRefused(t *testing.T) {
	c := newCity(t, wujiang)
	district := c.nodes[wujiang]
	id, err := identity.Create(t.TempDir(), rand.Reader)
	must(t, err)

	// The peers' port, under a key that nobody enrolled.
	stranger, err := peers.New(peers.Config{
		Key: id.Key(), Self: tongli, Log: c.options("stranger").Log, Now: c.now,
		Directory: outsider{wujiang, district.key().Public(), district.peers.Addrs()},
	})
	must(t, err)
	defer stranger.Close()
	ctx, cancel := context.WithTimeout(c.ctx, 5*time.Second)
	defer cancel()
	conn, err := stranger.Dial(ctx, string(wujiang), "/tongban/feed/1")
	if err == nil { // the handshake was through before the district had looked
		_, err = conn.Read(make([]byte, 1))
	}
	if err == nil {
		t.Error("a stranger talks to the district")
	}
	c.logged(wujiang, "peer refused", `reason="not in the directory"`, stranger.ID())
	if got := district.peers.Connected(); len(got) != 0 {
		t.Errorf("connected: %v", got)
	}

	// The enrolment's port, with a ticket that nobody wrote.
	ticket, err := district.Invite(tongli, time.Hour, false)
	must(t, err)
	_, err = rand.Read(ticket.Secret)
	must(t, err)
	err = c.knock(c.dirOf(tongli), testConfig(t, tongli), ticket)
	if refusal.CodeOf(err) != enrol.TicketUnknown {
		t.Errorf("a ticket that nobody wrote: %v", err)
	}
	c.logged(wujiang, "enrolment refused", "reason=ticket_unknown")
}

// TestUsedTicketIsRefused: a ticket lets one node in.
func TestUsedTicketIsRefused(t *testing.T) {
	c := newCity(t, wujiang)
	ticket, err := c.nodes[wujiang].Invite(tongli, time.Hour, false)
	must(t, err)
	must(t, c.knock(c.dirOf(tongli), testConfig(t, tongli), ticket))
	head := c.nodes[wujiang].register.Head()

	err = c.knock(t.TempDir(), testConfig(t, tongli), ticket)
	if refusal.CodeOf(err) != enrol.TicketUsed {
		t.Errorf("a second node with it: %v", err)
	}
	c.logged(wujiang, "enrolment refused", "reason=ticket_used", string(tongli))
	if got := c.nodes[wujiang].register.Head(); got != head {
		t.Errorf("the Register went on to record %d", got.Index)
	}
	c.start(tongli) // the first is in
}

// TestExpiredTicketIsRefused: by the inviter's clock, whatever the node's says.
func TestExpiredTicketIsRefused(t *testing.T) {
	c := newCity(t, wujiang)
	ticket, err := c.nodes[wujiang].Invite(tongli, time.Hour, false)
	must(t, err)
	c.ahead.Store(int64(time.Hour + time.Second))
	err = c.knock(c.dirOf(tongli), testConfig(t, tongli), ticket)
	if refusal.CodeOf(err) != enrol.TicketExpired {
		t.Errorf("an expired ticket: %v", err)
	}
	c.logged(wujiang, "enrolment refused", "reason=ticket_expired", string(tongli))
	if _, known := c.nodes[wujiang].register.Center(tongli); known {
		t.Error("it is in the directory")
	}
}

// opened opens a case at a center's counter, with its papers seen.
func (c *city) opened(center area.Center, form desk.OpenForm) casefile.State {
	c.t.Helper()
	form.Applicant = applicant.Applicant{Person: applicant.Person{Name: "甲某某"}}
	it, ok := c.nodes[center].register.Item(form.Item, center.Area(), register.Moment{})
	if !ok {
		c.t.Fatalf("%s does not offer %s", center, form.Item)
	}
	form.Answers = situations[it.Record]
	s, err := condition.Select(it, form.Answers)
	must(c.t, err)
	for _, m := range s.Materials {
		form.Papers = append(form.Papers, desk.Paper{ID: m.ID, State: casefile.OriginalSeen})
	}
	done, err := c.nodes[center].desk.Open(c.ctx, clerk(), form)
	must(c.t, err)
	return done.State
}

// pass hands a case over and has it taken over.
func (c *city) pass(from, to area.Center, id casefile.ID) casefile.State {
	c.t.Helper()
	_, err := c.nodes[from].desk.HandOver(c.ctx, clerk(), id, desk.HandOverForm{To: to})
	must(c.t, err)
	c.offered(to, id)
	done, err := c.nodes[to].desk.TakeOver(c.ctx, clerk(), id)
	must(c.t, err)
	return done.State
}

func (c *city) offered(to area.Center, id casefile.ID) {
	c.t.Helper()
	c.wait(string(id)+" is offered to "+string(to), func() bool {
		s, err := c.nodes[to].cabinet.State(id)
		return err == nil && s.Offer != nil && s.Offer.To.Center == to
	})
}

// level waits until every node's Register is where the founder's is.
func (c *city) level() {
	c.t.Helper()
	head := c.nodes[wujiang].register.Head()
	for center, n := range c.nodes {
		c.wait("the Register at "+string(center), func() bool { return n.register.Head().Index >= head.Index })
	}
}

// reaches waits until a center's copy of a case ends at a head.
func (c *city) reaches(center area.Center, id casefile.ID, head chain.Head) {
	c.t.Helper()
	c.wait(string(id)+" at "+string(center), func() bool {
		s, err := c.nodes[center].cabinet.State(id)
		return err == nil && s.Head == head
	})
}

// TestRevokedCenterIsRefused: its line is cut when the news comes, its calls,
// its proposals and its events are refused afterwards.
func TestRevokedCenterIsRefused(t *testing.T) {
	c := newCity(t, wujiang, tongli)
	c.join(tongli, yejian)
	codes := c.publish("D01")
	district, town := c.nodes[wujiang], c.nodes[tongli]
	c.wait("the line", func() bool { return district.peers.IsConnected(tongli) })
	before := c.opened(tongli, desk.OpenForm{Item: codes["D01"], Subject: tongli.Area()})
	c.reaches(wujiang, before.ID, before.Head)

	c.must(wujiang, register.Revocation{Center: tongli, Reason: "演练"})
	c.logged(wujiang, "peer refused", "reason=revoked", "center="+string(tongli))
	c.wait("the line is cut", func() bool {
		for _, p := range district.peers.Connected() {
			if p == tongli {
				return false
			}
		}
		return len(town.peers.Connected()) == 0 || !town.peers.IsConnected(wujiang)
	})

	c.logged(yejian, "peer refused", "reason=revoked", "center="+string(tongli)) // below it too

	// It knocks again. What is refused over and over is written once a minute.
	from := c.logs[wujiang].size()
	c.ahead.Store(int64(2 * time.Minute))
	if conn, err := town.peers.Dial(c.ctx, string(wujiang), "/tongban/feed/1"); err == nil {
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("a revoked center talks to the district")
		}
	}
	c.loggedSince(wujiang, from, "peer refused", "reason=revoked", "center="+string(tongli), "connection")

	// A proposal of its own, brought to the voters by another road.
	author := register.Author{Realm: town.trust.Realm, Center: tongli, Incarnation: 1, Key: town.key()}
	command := author.Command(1<<40, c.now(), noticeIn(tongli), "镇", "")
	answers, err := district.propose(c.ctx, [][]byte{command})
	must(t, err)
	result, err := register.ReadResult(answers[0])
	must(t, err)
	if result.Outcome != register.RevokedAuthor || result.Index == 0 {
		t.Errorf("its proposal: %+v", result)
	}
	c.logged(wujiang, "command refused", "outcome=revoked_author", "by="+string(tongli))

	// An event that it sealed after the news, brought by its village.
	c.wait("the village hears of it", func() bool { return c.nodes[yejian].register.Head().Index >= result.Index })
	late, err := district.cabinet.State(before.ID)
	must(t, err)
	n := c.nodes[tongli]
	event := casefile.Event{
		Format: casefile.Format, Case: late.ID, Seq: late.Head.Index + 1, Prev: late.Head.Hash,
		Author: casefile.Party{Center: tongli, Incarnation: 1}, Register: district.register.Head(), Staff: "窗口一",
		DeskTime: late.Time, NodeTime: late.Time, Kind: casefile.Withdrawn,
	}
	v := c.push(yejian, wujiang, late.ID, late.Head, seal(n.key(), event, casefile.ReasonBody{Reason: "演练"}))
	if v.Code != casefile.ClosedIncarnation {
		t.Errorf("an event by a revoked center: %+v", v)
	}
	c.logged(wujiang, "refused a row", "code=closed_incarnation", string(late.ID))
	// What it wrote before stands.
	if s, err := district.cabinet.State(before.ID); err != nil || s.Head != before.Head {
		t.Errorf("%+v, %v", s.Head, err)
	}
}

// TestForgedEventIsRefused: a member that brings events which their author did
// not seal as they are.
func TestForgedEventIsRefused(t *testing.T) {
	c := newCity(t, wujiang)
	c.join(wujiang, yejian)
	codes := c.publish("D01")
	s := c.opened(yejian, desk.OpenForm{Item: codes["D01"], Subject: yejian.Area()})
	c.reaches(wujiang, s.ID, s.Head)

	good := c.forge(yejian, s, casefile.Withdrawn, casefile.ReasonBody{Reason: "申请人撤回"})
	broken := append([]byte(nil), good...)
	broken[len(broken)-1] ^= 1
	other := c.forge(yejian, s, casefile.Withdrawn, casefile.ReasonBody{Reason: "申请人撤回"})
	other = c.alter(other, string(s.ID), string(wujiang)+".1.1")
	for _, test := range []struct {
		name   string
		record []byte
		code   refusal.Code
	}{
		{"a broken seal", broken, casefile.BadSeal},
		{"a changed body", c.alter(good, "申请人", "中介人"), casefile.BadSeal},
		{"another case", other, casefile.Foreign},
	} {
		if v := c.push(yejian, wujiang, s.ID, s.Head, test.record); v.Code != test.code {
			t.Errorf("%s: %+v, want %s", test.name, v, test.code)
		}
		c.logged(wujiang, "refused a row", "from="+string(yejian), "code="+string(test.code), string(s.ID))
	}
	if now, err := c.nodes[wujiang].cabinet.State(s.ID); err != nil || now.Head != s.Head {
		t.Errorf("%+v, %v", now.Head, err)
	}
	// The same words under a whole seal are taken.
	if v := c.push(yejian, wujiang, s.ID, s.Head, good); v.Code != "" {
		t.Errorf("the true event: %+v", v)
	}
}

// TestVillageDecidesForTheDistrict: sealed as it should be, by the custodian,
// and still not its to say.
func TestVillageDecidesForTheDistrict(t *testing.T) {
	c := newCity(t, wujiang, tongli)
	c.join(tongli, yejian)
	codes := c.publish("D01")
	s := c.opened(yejian, desk.OpenForm{Item: codes["D01"], Subject: yejian.Area()})
	c.pass(yejian, tongli, s.ID)
	_, err := c.nodes[tongli].desk.Accept(c.ctx, clerk(), s.ID, desk.AcceptForm{})
	must(t, err)
	_, err = c.nodes[tongli].desk.Check(c.ctx, clerk(), s.ID, desk.StepForm{Opinion: "材料齐全"})
	must(t, err)
	s = c.pass(tongli, yejian, s.ID) // to have something mended, say
	c.reaches(tongli, s.ID, s.Head)

	// Its own desk refuses, so another program writes.
	if _, err := c.nodes[yejian].desk.Decide(c.ctx, clerk(), s.ID, desk.DecideForm{}); refusal.CodeOf(err) != casefile.NotCompetent {
		t.Errorf("the village's own desk: %v", err)
	}
	it, _ := c.nodes[yejian].register.Version(s.Item)
	step := -1
	for i := range it.Steps {
		if it.Steps[i].Action == "decide" {
			step = i
		}
	}
	decided := c.forge(yejian, s, casefile.Decided, casefile.DecidedBody{Step: step, Approved: true, Text: "准予", Number: "1"})
	for _, to := range []area.Center{tongli, wujiang} {
		c.reaches(to, s.ID, s.Head)
		if v := c.push(yejian, to, s.ID, s.Head, decided); v.Code != casefile.NotCompetent {
			t.Errorf("at %s: %+v", to, v)
		}
		c.logged(to, "refused a row", "from="+string(yejian), "code=not_competent", string(s.ID))
		if now, err := c.nodes[to].cabinet.State(s.ID); err != nil || now.Head != s.Head || now.Decision != nil {
			t.Errorf("at %s: %+v, %v", to, now, err)
		}
	}
}

// noticeIn sets within how many days a town's centers give notice.
func noticeIn(town area.Center) register.RuleSetting {
	return register.RuleSetting{Area: town.Area(), Rule: rule.Rule{Key: rule.NoticeDays, Value: 3, Source: "演练"}}
}

// TestTownCommandsForAnotherTown: refused, with a record that says who asked
// for what.
func TestTownCommandsForAnotherTown(t *testing.T) {
	c := newCity(t, wujiang, tongli, lili)
	head := c.nodes[wujiang].register.Head().Index
	all, err := starter.Items()
	must(t, err)
	own := all[0]
	own.Basic, own.Implement, own.Handling, own.Local = "", "", "", true
	own.Ref = item.Ref{Code: "TB-OWN", Area: tongli.Area(), Version: 1}
	theirs := own
	theirs.Ref.Area = lili.Area()
	result := c.propose(tongli, register.Draft{Item: theirs})
	if result.Outcome != register.NoAuthority || result.Index <= head {
		t.Fatalf("%+v", result)
	}
	c.logged(wujiang, "command refused", "outcome=no_authority", "by="+string(tongli), "kind=draft_item")
	for _, n := range c.nodes {
		c.level()
		rec, err := n.register.Record(result.Index)
		must(t, err)
		command, _, err := rec.Open()
		must(t, err)
		if rec.Outcome != register.NoAuthority || command.ID.Center != tongli || command.Staff == "" {
			t.Errorf("the record: %+v by %+v", rec, command.ID)
		}
	}
	c.approve(tongli, own) // for its own area it may
}

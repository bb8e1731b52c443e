package register

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// paper is the machine in memory: what a command leads to, without a disk.
type paper struct {
	t       testing.TB
	m       *machine
	rows    memoryRows
	now     time.Time
	entry   uint64
	counter uint64
}

func newPaper(t testing.TB) *paper {
	rows := memoryRows{}
	return &paper{t: t, rows: rows, now: noon, m: &machine{
		trust: trust, program: current, rows: rows, base: base{Format: stateFormat, Head: chain.Start(trust.Realm)},
	}}
}

// copy is another machine in the same state.
func (p *paper) copy(t testing.TB) *paper {
	c := newPaper(t)
	maps.Copy(c.rows, p.rows)
	c.m.base, c.now, c.entry, c.counter = p.m.base, p.now, p.entry, p.counter
	return c
}

func (p *paper) author(who area.Center) Author {
	if who == "" {
		return Root(rootKey)
	}
	row, _ := load[centerState](p.m, centerRow(who))
	inc := max(row.Center.Incarnation, 1)
	return Author{trust.Realm, who, inc, keyFor(fmt.Sprintf("%s@%d", who, inc))}
}

func (p *paper) send(raw []byte) (Result, Record) {
	p.t.Helper()
	p.entry++
	o := current.open(raw)
	record, res, err := p.m.step(&o, p.entry, p.now.UnixMilli())
	if err != nil {
		p.t.Fatal(err)
	}
	var rec Record
	if record != nil {
		if err := wire.Decode(record, &rec); err != nil {
			p.t.Fatal(err)
		}
	}
	return res, rec
}

func (p *paper) propose(who area.Center, b Body) (Result, Record) {
	p.t.Helper()
	return p.proposeAs("张敏", who, b)
}

func (p *paper) proposeAs(staff string, who area.Center, b Body) (Result, Record) {
	p.t.Helper()
	p.counter++
	return p.send(p.author(who).Command(p.counter, p.now, b, staff, ""))
}

func (p *paper) must(who area.Center, b Body) Record {
	p.t.Helper()
	res, rec := p.propose(who, b)
	if res.Outcome != Applied {
		p.t.Fatalf("%s by %q: %s (%s)", b.Kind(), who, res.Outcome, res.Detail)
	}
	return rec
}

// draft drafts an item, by 李文.
func (p *paper) draft(who area.Center, d Draft) Publication {
	p.t.Helper()
	res, _ := p.proposeAs("李文", who, d)
	if res.Outcome != Applied {
		p.t.Fatalf("draft by %q: %s (%s)", who, res.Outcome, res.Detail)
	}
	return approval(res.Index, d)
}

// publish drafts an item and has 张敏 approve it.
func (p *paper) publish(who area.Center, d Draft) Record {
	p.t.Helper()
	return p.must(who, p.draft(who, d))
}

// paperCity is the city of newCity, with an item of the realm and one of the
// town.
func paperCity(t testing.TB) *paper {
	p := newPaper(t)
	p.must("", founding())
	p.must("", enrolment(district2, 1, "d2"))
	p.must(district, enrolment(town, 1, "t1"))
	p.must(district, enrolment(village2, 1, "v2"))
	p.must(town, enrolment(village, 1, "v1"))
	p.publish(district, anItem("REALM", cityArea, 1))
	p.publish(town, anItem("TOWN", town.Area(), 1))
	return p
}

func seizure(epoch uint32, grantee area.Center) Seizure {
	return Seizure{
		Case: string(village) + ".1.42", Epoch: epoch, Grantee: grantee, Incarnation: 1,
		Base: chain.Head{Index: 3, Hash: chain.Sum([]byte("log"))}, Lost: village, Reason: "中心失联",
	}
}

func with[T any](v T, change func(*T)) T {
	change(&v)
	return v
}

func TestOutcomeOfEachCommand(t *testing.T) {
	unnamed := entryOf(town, 1)
	unnamed.Name = ""
	forged := enrolment("320509111202", 1, "new")
	forged.Proof = ProveCenter(keyFor("other"), forged.Center)
	stolen := enrolment("320509111202", 1, "new")
	stolen.Center.Key = keyFor("320509111201@1").Public()
	stolen.Proof = ProveCenter(keyFor("320509111201@1"), stolen.Center)
	oldKey := Incarnation{Center: village, Key: keyFor("320509111201@1").Public(), After: 1, Reason: "重装"}
	oldKey.Proof = ProveIncarnation(keyFor("320509111201@1"), oldKey)
	power := Power{Center: village, Item: "REALM", Level: area.Town, Document: "吴政办〔2026〕1号", From: "2026-01-01"}
	notice := rule.Rule{Key: rule.NoticeDays, Value: 5, Source: "行政许可法 32"}
	year := workday.Year{Year: 2026, Holidays: []workday.Date{"2026-10-01"}, Workdays: []workday.Date{"2026-10-10"}}

	for _, test := range []struct {
		name string
		by   area.Center
		body Body
		want Outcome
		says string
	}{
		{"found again", "", founding(), Conflict, "is founded"},
		{"found, by a center", district, founding(), Conflict, "is founded"},

		{"enrol a village of one's own", town, enrolment("320509111202", 0, "new"), Applied, ""},
		{"enrol under a town that is not enrolled", district, enrolment("320509102203", 1, "new"), Conflict, "is enrolled"},
		{"enrol a grandchild whose parent is missing", district, enrolment("320509103205", 1, "new"), Applied, ""},
		{"enrol a branch", town, enrolment("320509111000-02", 1, "new"), Applied, ""},
		{"enrol, by the root key without a ticket", "", with(enrolment("320509103000", 1, ""), func(e *Enrolment) { e.Ticket = chain.Hash{} }), Applied, ""},
		{"enrol without a ticket", district, with(enrolment("320509103000", 1, ""), func(e *Enrolment) { e.Ticket = chain.Hash{} }), Malformed, "no ticket"},
		{"enrol another town's village", town, enrolment("320509102204", 1, "new"), NoAuthority, "does not stand above"},
		{"enrol oneself", town, enrolment(town, 2, "new"), NoAuthority, "does not stand above"},
		{"enrol outside the realm", "", enrolment("320600000000", 1, "new"), Conflict, "outside the realm"},
		{"enrol with a used ticket", town, enrolment("320509111202", 1, "v1"), UsedTicket, "record 5"},
		{"enrol with an expired ticket", town, with(enrolment("320509111202", 1, "new"), func(e *Enrolment) { e.Expires = noon.UnixMilli() - 1 }), ExpiredTicket, ""},
		{"enrol who is enrolled", town, enrolment(village, 2, "new"), Conflict, "is enrolled"},
		{"enrol in an incarnation to come", town, enrolment("320509111202", 2, "new"), Stale, "is 1"},
		{"enrol with another's key", town, stolen, Conflict, "belongs to 320509111201"},
		{"enrol with a proof by another key", town, forged, BadSeal, "did not seal"},
		{"enrol without a key", town, with(enrolment("320509111202", 1, "new"), func(e *Enrolment) { e.Center.Key = nil }), Malformed, "key"},

		{"update oneself", village, with(entryOf(village, 1), func(c *Center) { c.Address = "村口 1 号" }), Applied, ""},
		{"update a child", town, with(entryOf(village, 1), func(c *Center) { c.Key, c.Incarnation = nil, 0 }), Applied, ""},
		{"update a neighbour", village, entryOf(town, 1), NoAuthority, "is not 320509111000"},
		{"update the key", village, entryOf(village, 2), Conflict, "by a grant only"},
		{"update whom nobody knows", district, entryOf("320509103000", 1), Conflict, "not enrolled"},
		{"update without a name", town, unnamed, Malformed, "name is missing"},

		{"revoke a child", town, Revocation{village, "撤销"}, Applied, ""},
		{"revoke a grandchild", district, Revocation{village, "撤销"}, Applied, ""},
		{"revoke oneself", town, Revocation{town, "撤销"}, NoAuthority, ""},
		{"revoke a parent", village, Revocation{town, "撤销"}, NoAuthority, ""},
		{"revoke a stranger", district2, Revocation{town, "撤销"}, NoAuthority, ""},
		{"revoke whom nobody knows", district, Revocation{"320509103000", "撤销"}, Conflict, "not enrolled"},
		{"revoke without a reason", town, Revocation{village, ""}, Malformed, "reason"},
		{"revoke the only voter", "", Revocation{district, "撤销"}, Conflict, "only voter"},

		{"grant an incarnation", town, incarnation(village, 1), Applied, ""},
		{"grant it oneself", village, incarnation(village, 1), NoAuthority, ""},
		{"grant it after another one", town, incarnation(village, 2), Stale, "is 1"},
		{"grant it with the old key", town, oldKey, Conflict, "needs a new key"},
		{"grant it without the proof", town, with(incarnation(village, 1), func(i *Incarnation) { i.Proof = nil }), BadSeal, ""},
		{"grant it to a voter, by the root key", "", incarnation(district, 1), Applied, ""},
		{"grant it to whom nobody knows", district, incarnation("320509103000", 0), Conflict, "not enrolled"},

		{"set voters", district, Voters{[]area.Center{district, town}, 1}, Applied, ""},
		{"set voters, by the root key", "", Voters{[]area.Center{district, town}, 1}, Applied, ""},
		{"set voters, by another", town, Voters{[]area.Center{district, town}, 1}, NoAuthority, "are set by"},
		{"set voters on another base", district, Voters{[]area.Center{district, town}, 2}, Stale, "record 1"},
		{"set two voters at a time", district, Voters{[]area.Center{district, town, village}, 1}, Conflict, "one at a time"},
		{"replace a voter at once", district, Voters{[]area.Center{town}, 1}, Conflict, "one at a time"},
		{"set the same voters", district, Voters{[]area.Center{district}, 1}, Conflict, "one at a time"},
		{"set a voter that is not enrolled", district, Voters{[]area.Center{district, "320509103000"}, 1}, Conflict, "not enrolled"},
		{"set no voters", district, Voters{nil, 1}, Malformed, "0 voters"},
		{"set a voter twice", district, Voters{[]area.Center{district, town, town}, 1}, Malformed, "twice"},

		{"draft for the realm", district, anItem("REALM", cityArea, 2), Applied, ""},
		{"draft for the district above", town, anItem("NEW", district.Area(), 1), Applied, ""},
		{"draft for the realm, by a village", village, anItem("NEW", cityArea, 1), Applied, ""},
		{"draft for one's own village", town, anItem("NEW", village.Area(), 1), Applied, ""},
		{"draft, by the root key", "", anItem("NEW", cityArea, 1), Applied, ""},
		{"draft what is unfinished", district, with(anItem("NEW", cityArea, 1), func(d *Draft) { d.Item = item.Item{Ref: d.Item.Ref} }), Applied, ""},
		{"draft for another town", town, anItem("NEW", "320509102000", 1), NoAuthority, "neither lies in 320509102000"},
		{"draft for another district", district2, anItem("NEW", district.Area(), 1), NoAuthority, ""},
		{"draft outside the realm", "", anItem("NEW", "330000000000", 1), NoAuthority, "outside"},
		{"draft against an old version", district, anItem("REALM", cityArea, 1), Stale, "current version is 1"},
		{"draft against a version to come", district, anItem("REALM", cityArea, 4), Stale, ""},
		{"draft a version that does not follow", district, with(anItem("NEW", cityArea, 1), func(d *Draft) { d.Base = 5 }), Malformed, "does not follow"},
		{"draft for nowhere", district, anItem("NEW", "", 1), Malformed, "area"},
		{"draft under no code", district, anItem("new", cityArea, 1), Malformed, "no item code"},
		{"draft with a wrong basic code", district, with(anItem("NEW", cityArea, 1), func(d *Draft) { d.Item.Basic = "12" }), Malformed, "basic_code"},
		{"draft with a long reason", district, with(anItem("NEW", cityArea, 1), func(d *Draft) { d.Reason = stringOf("长", 2001) }), Malformed, "reason"},
		{"draft a revision of what is no draft", district, with(anItem("REALM", cityArea, 2), func(d *Draft) { d.Revises = 7 }), Conflict, "record 7 is no draft"},
		{"draft a revision of what is published", district, with(anItem("REALM", cityArea, 2), func(d *Draft) { d.Revises = 6 }), Conflict, "published by record 7"},
		{"draft an erratum", district, with(anItem("REALM", cityArea, 2), func(d *Draft) { d.Erratum, d.Reason = true, "材料写错" }), Applied, ""},
		{"draft an erratum without a reason", district, with(anItem("REALM", cityArea, 2), func(d *Draft) { d.Erratum, d.Reason = true, " \u3000" }), Malformed, "what was wrong"},
		{"draft an erratum of nothing", district, with(anItem("NEW", cityArea, 1), func(d *Draft) { d.Erratum, d.Reason = true, "错" }), Malformed, "base is 0"},
		{"close what is no draft", district, Closing{1, "重复"}, Conflict, "no draft"},
		{"close what is published", district, Closing{6, "重复"}, Conflict, "published by record 7"},
		{"close without a reason", district, Closing{6, ""}, Malformed, "reason"},
		{"close nothing", district, Closing{0, "重复"}, Malformed, "draft"},
		{"publish what is no draft", district, Publication{Draft: 1}, Conflict, "no draft"},
		{"publish what is published", district, Publication{Draft: 6}, Conflict, "published by record 7"},
		{"publish nothing", district, Publication{}, Malformed, "draft"},
		{"publish from no day", district, Publication{Draft: 6, Effective: "2026-02-30"}, Malformed, "effective"},

		{"withdraw", district, Withdrawal{Ref: item.Ref{Code: "REALM", Area: cityArea, Version: 1}, Reason: "废止"}, Applied, ""},
		{"withdraw from a day on", district, Withdrawal{item.Ref{Code: "REALM", Area: cityArea, Version: 1}, "废止", "2026-05-01"}, Applied, ""},
		{"withdraw from yesterday", district, Withdrawal{item.Ref{Code: "REALM", Area: cityArea, Version: 1}, "废止", "2026-03-01"}, Conflict, "2026-03-01 is over"},
		{"withdraw from no day", district, Withdrawal{item.Ref{Code: "REALM", Area: cityArea, Version: 1}, "废止", "soon"}, Malformed, "from is no day"},
		{"withdraw one's own", town, Withdrawal{Ref: item.Ref{Code: "TOWN", Area: town.Area(), Version: 1}, Reason: "废止"}, Applied, ""},
		{"withdraw another's", town, Withdrawal{Ref: item.Ref{Code: "REALM", Area: cityArea, Version: 1}, Reason: "废止"}, NoAuthority, ""},
		{"withdraw a version to come", district, Withdrawal{Ref: item.Ref{Code: "REALM", Area: cityArea, Version: 2}, Reason: "废止"}, Stale, "current version is 1"},
		{"withdraw what is not there", district, Withdrawal{Ref: item.Ref{Code: "NEW", Area: cityArea, Version: 1}, Reason: "废止"}, Conflict, "no such item"},
		{"withdraw without a reason", district, Withdrawal{Ref: item.Ref{Code: "REALM", Area: cityArea, Version: 1}}, Malformed, ""},

		{"set a rule for the realm", district, RuleSetting{cityArea, notice}, Applied, ""},
		{"set a rule for one's district", district2, RuleSetting{district2.Area(), notice}, Applied, ""},
		{"set a rule for another district", district2, RuleSetting{district.Area(), notice}, NoAuthority, ""},
		{"set a rule as a town", town, RuleSetting{town.Area(), notice}, NoAuthority, ""},
		{"set a rule out of range", district, RuleSetting{cityArea, rule.Rule{Key: rule.NoticeDays, Value: 99}}, Malformed, "notice_days"},
		{"set a rule that is none", district, RuleSetting{cityArea, rule.Rule{Key: "none", Value: 1}}, Malformed, ""},

		{"set a calendar", district, CalendarSetting{year}, Applied, ""},
		{"set a calendar, by another", district2, CalendarSetting{year}, NoAuthority, ""},
		{"set a calendar with a day of another year", district, CalendarSetting{workday.Year{Year: 2025, Holidays: year.Holidays}}, Malformed, "2025"},

		{"grant a power", town, power, Applied, ""},
		{"grant a power that one has not", town, with(power, func(p *Power) { p.Level = area.District }), NoAuthority, "district level"},
		{"grant a power to a neighbour's", district2, power, NoAuthority, ""},
		{"grant oneself a power", village, power, NoAuthority, ""},
		{"grant a power without a document", town, with(power, func(p *Power) { p.Document = "" }), Malformed, "document"},
		{"grant a power that ends before it starts", town, with(power, func(p *Power) { p.To = "2025-01-01" }), Malformed, "to is no day"},
		{"grant a power to whom nobody knows", district, with(power, func(p *Power) { p.Center = "320509103000" }), Conflict, ""},

		{"seize", district, seizure(1, town), Applied, ""},
		{"seize, for oneself", district, seizure(1, district), Applied, ""},
		{"seize, for the restored center", district, seizure(1, village), Applied, ""},
		{"seize as a town", town, seizure(1, town), NoAuthority, "district level"},
		{"seize as another district", district2, seizure(1, town), NoAuthority, ""},
		{"seize one's own", village, seizure(1, town), NoAuthority, ""},
		{"seize for a stranger", district, seizure(1, village2), NoAuthority, "not on the line"},
		{"seize for the line of the subject", district, with(seizure(1, village2), func(s *Seizure) { s.Subject = village2.Area() }), Applied, ""},
		{"seize a later epoch", district, seizure(2, town), Stale, "granted for the case is 0"},
		{"seize for another incarnation", district, with(seizure(1, town), func(s *Seizure) { s.Incarnation = 2 }), Stale, "incarnation 1"},
		{"seize from whom nobody knows", district, with(seizure(1, town), func(s *Seizure) { s.Lost = "320509103000" }), Conflict, "never enrolled"},
		{"seize for whom nobody knows", district, seizure(1, "320509103000"), Conflict, "not enrolled"},
		{"seize what is no case", district, with(seizure(1, town), func(s *Seizure) { s.Case = "x.1.1" }), Malformed, "no case"},
		{"seize without a base", district, with(seizure(1, town), func(s *Seizure) { s.Base = chain.Head{} }), Malformed, "base"},

		{"rotate one's pool key", district2, GossipKey{district2.Area(), make([]byte, 32)}, Applied, ""},
		{"rotate the spine's", district, GossipKey{cityArea, make([]byte, 32)}, Applied, ""},
		{"rotate another's", district2, GossipKey{district.Area(), make([]byte, 32)}, NoAuthority, ""},
		{"rotate a town's", district, GossipKey{town.Area(), make([]byte, 32)}, Malformed, "no presence pool"},
		{"rotate to a short key", district, GossipKey{district.Area(), make([]byte, 16)}, Malformed, "16 bytes"},

		{"raise the feature level", district, Feature{2}, Applied, ""},
		{"raise it by two", district, Feature{3}, Stale, "rises by one"},
		{"raise it, by another", district2, Feature{2}, NoAuthority, ""},
		{"raise it to nothing", district, Feature{}, Malformed, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := paperCity(t)
			if strings.HasPrefix(test.name, "enrol a grandchild") && test.want == Applied {
				if _, known := load[centerState](p.m, centerRow("320509103000")); known {
					t.Fatal("the parent must be missing for this case")
				}
			}
			before := maps.Clone(p.rows)
			feature, voters := p.m.base.Feature, p.m.base.Voters
			res, rec := p.propose(test.by, test.body)
			if res.Outcome != test.want || !strings.Contains(res.Detail, test.says) {
				t.Fatalf("%s: %s (%s), want %s (%s)", test.body.Kind(), res.Outcome, res.Detail, test.want, test.says)
			}
			if rec.Outcome != res.Outcome || rec.Index != res.Index || rec.Index != p.m.base.Head.Index || rec.Detail != res.Detail {
				t.Fatalf("the record says %d %s (%s), the result %+v", rec.Index, rec.Outcome, rec.Detail, res)
			}
			if res.Outcome == Applied {
				return
			}
			delete(p.rows, proposalRow(ProposalID{test.by, p.author(test.by).Incarnation, p.counter}))
			if test.by == "" {
				delete(p.rows, proposalRow(ProposalID{Counter: p.counter}))
			}
			if !maps.EqualFunc(before, p.rows, func(a, b []byte) bool { return string(a) == string(b) }) ||
				feature != p.m.base.Feature || voters != p.m.base.Voters || len(rec.Fence) > 0 {
				t.Error("a rejected command had an effect")
			}
		})
	}
}

func TestWhatProvesNoAuthorLeavesNoRecord(t *testing.T) {
	p := paperCity(t)
	body := anItem("NEW", cityArea, 1)
	good := p.author(district)
	for _, test := range []struct {
		name string
		raw  []byte
		want Outcome
	}{
		{"noise", []byte("noise"), Malformed},
		{"nothing", nil, Malformed},
		{"too long", make([]byte, MaxCommand+1), Malformed},
		{"a seal over noise", chain.Sign(good.Key, chain.CommandDomain, []byte{0xff}), Malformed},
		{"another realm", with(good, func(a *Author) { a.Realm = "0123456789abcdef" }).Command(99, noon, body, "", ""), WrongRealm},
		{"another key", with(good, func(a *Author) { a.Key = keyFor("other") }).Command(99, noon, body, "", ""), BadSeal},
		{"a root that is none", Author{Realm: trust.Realm, Key: keyFor("other")}.Command(99, noon, body, "", ""), BadSeal},
		{"another domain", chain.Sign(good.Key, chain.EventDomain, must(chain.Unseal(good.Command(99, noon, body, "", ""))).Body), BadSeal},
		{"a center that nobody knows", with(good, func(a *Author) { a.Center = "320509103000" }).Command(99, noon, body, "", ""), UnknownAuthor},
		{"an incarnation to come", with(good, func(a *Author) { a.Incarnation = 2 }).Command(99, noon, body, "", ""), UnknownAuthor},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, head := maps.Clone(p.rows), p.m.base.Head
			res, _ := p.send(test.raw)
			if res.Outcome != test.want || res.Index != 0 {
				t.Fatalf("%+v, want %s without a record", res, test.want)
			}
			if p.m.base.Head != head || len(before) != len(p.rows) {
				t.Error("it left a trace")
			}
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestOnlyTheRootKeyFounds(t *testing.T) {
	k := keyFor("320509000000@1")
	for name, test := range map[string]struct {
		raw  []byte
		want Outcome
	}{
		"another command first": {Root(rootKey).Command(1, noon, anItem("NEW", cityArea, 1), "", ""), Conflict},
		"a center":              {Author{trust.Realm, district, 1, k}.Command(1, noon, founding(), "", ""), Conflict},
		"another root":          {Author{Realm: trust.Realm, Key: k}.Command(1, noon, founding(), "", ""), BadSeal},
		"another realm inside":  {Root(rootKey).Command(1, noon, with(founding(), func(r *Realm) { r.ID = "0123456789abcdef" }), "", ""), Conflict},
		"a town as realm":       {Root(rootKey).Command(1, noon, with(founding(), func(r *Realm) { r.Area = town.Area() }), "", ""), Malformed},
		"a publisher elsewhere": {Root(rootKey).Command(1, noon, with(founding(), func(r *Realm) { r.Publisher = "330000000000" }), "", ""), Malformed},
	} {
		p := newPaper(t)
		if res, _ := p.send(test.raw); res.Outcome != test.want || p.m.base.Head.Index != 0 || len(p.rows) != 0 {
			t.Errorf("%s: %s (%s), head %d; want %s and an empty journal", name, res.Outcome, res.Detail, p.m.base.Head.Index, test.want)
		}
	}
}

func TestRetryIsAnsweredWithTheEarlierResult(t *testing.T) {
	p := paperCity(t)
	a := p.author(district)
	first := a.Command(500, noon, anItem("REALM", cityArea, 2), "张敏", "")
	stale := a.Command(501, noon, anItem("REALM", cityArea, 3), "张敏", "")
	res, _ := p.send(first)
	rejected, _ := p.send(stale)
	if res.Outcome != Applied || rejected.Outcome != Stale {
		t.Fatal(res, rejected)
	}
	for i := range 300 { // a week of other people's work
		p.must("", with(entryOf(village, 1), func(c *Center) { c.Address = fmt.Sprint(i) }))
	}
	p.must("", incarnation(district, 1)) // and the proposer was restored meanwhile
	head := p.m.base.Head
	for _, again := range []struct {
		raw  []byte
		want Result
	}{{first, res}, {stale, rejected}} {
		if got, _ := p.send(again.raw); got != again.want {
			t.Errorf("answered %+v, want %+v", got, again.want)
		}
	}
	if p.m.base.Head != head {
		t.Error("a retry left a record")
	}
	other, rec := p.send(a.Command(500, noon.Add(7*24*time.Hour), anItem("REALM", cityArea, 3), "张敏", ""))
	if other.Outcome != Reused || rec.Index != head.Index+1 {
		t.Errorf("another command under the number: %+v", other)
	}
	if got, _ := p.send(first); got != res {
		t.Errorf("after that the first is answered %+v", got)
	}
}

func TestClosedIncarnationsAreShutOut(t *testing.T) {
	p := paperCity(t)
	old := p.author(village)
	say := func(a Author, n uint64) Outcome {
		res, _ := p.send(a.Command(n, noon, with(entryOf(village, 1), func(c *Center) { c.Key, c.Incarnation = nil, 0 }), "", ""))
		return res.Outcome
	}
	if got := say(old, 900); got != Applied {
		t.Fatal(got)
	}
	rec := p.must(town, incarnation(village, 1))
	if len(rec.Fence) != 1 || rec.Fence[0].Revived != village || rec.Fence[0].Incarnation != 2 {
		t.Errorf("fence %+v", rec.Fence)
	}
	if got := say(old, 901); got != RevokedAuthor {
		t.Errorf("the old incarnation: %s", got)
	}
	if got := say(p.author(village), 902); got != Applied {
		t.Errorf("the new incarnation: %s", got)
	}
	rec = p.must(town, Revocation{village, "关闭"})
	if len(rec.Fence) != 1 || rec.Fence[0].Revoked != village {
		t.Errorf("fence %+v", rec.Fence)
	}
	if got := say(p.author(village), 903); got != RevokedAuthor {
		t.Errorf("a revoked center: %s", got)
	}
	if res, _ := p.propose(town, Revocation{village, "关闭"}); res.Outcome != Conflict {
		t.Errorf("revoked twice: %+v", res)
	}
	if res, _ := p.propose(town, incarnation(village, 2)); res.Outcome != Conflict {
		t.Errorf("an incarnation for a revoked center: %+v", res)
	}
	if res, _ := p.propose(town, enrolment(village, 1, "back")); res.Outcome != Stale {
		t.Errorf("enrolled again in an old incarnation: %+v", res)
	}
	rec = p.must(town, enrolment(village, 3, "back"))
	if len(rec.Fence) != 1 || rec.Fence[0].Revived != village || rec.Fence[0].Incarnation != 3 {
		t.Errorf("fence %+v", rec.Fence)
	}
	row, _ := load[centerState](p.m, centerRow(village))
	if row.Highest != 3 || row.Center.Incarnation != 3 || row.Revoked != 0 {
		t.Errorf("%+v", row)
	}
}

func TestVotersChangeOneByOneAndKeepTheirKeys(t *testing.T) {
	p := paperCity(t)
	rec := p.must(district, Voters{[]area.Center{town, district}, 1})
	if len(rec.Fence) != 1 || len(rec.Fence[0].Voters) != 2 || rec.Fence[0].Voters[0].ID != string(district) {
		t.Fatalf("fence %+v", rec.Fence)
	}
	for name, b := range map[string]Body{"revoke": Revocation{town, "撤销"}, "revive": incarnation(town, 1)} {
		if res, _ := p.copy(t).propose(district, b); res.Outcome != Conflict || !strings.Contains(res.Detail, "voter") {
			t.Errorf("%s a voter: %+v", name, res)
		}
	}
	root := p.copy(t)
	rec = root.must("", incarnation(town, 1))
	if set := root.m.voters(); set.Index != rec.Index || !set.Members[1].Key.Equal(keyFor("320509111000@2").Public()) {
		t.Errorf("voters %+v", set)
	}
	root = p.copy(t)
	rec = root.must("", Revocation{town, "撤销"})
	if set := root.m.voters(); set.Index != rec.Index || len(set.Members) != 1 {
		t.Errorf("voters %+v", set)
	}
}

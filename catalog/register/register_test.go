package register

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("20") // each one opens four databases
	}
	goleak.VerifyTestMain(m)
}

// drawStream draws entries of commands, many of which contradict each other.
func drawStream(t *rapid.T) []Entry {
	centers := []area.Center{"", district, district2, town, town2, village, village2}
	center := rapid.SampledFrom(centers)
	counter := map[area.Center]uint64{}
	var all [][]byte
	var drafts []Publication // approvals of drafts that were taken
	scout := &machine{trust: trust, program: current, rows: memoryRows{}, base: base{Head: chain.Start(trust.Realm)}}
	draw := func() []byte {
		if len(all) > 0 && rapid.IntRange(0, 9).Draw(t, "retry") == 0 {
			return rapid.SampledFrom(all).Draw(t, "which")
		}
		who := center.Draw(t, "who")
		about := rapid.SampledFrom(centers[1:]).Draw(t, "about")
		small := func(name string, most int) int { return rapid.IntRange(0, most).Draw(t, name) }
		inc := uint32(1 + small("incarnation", 2)/2)
		var b Body
		day := rapid.SampledFrom([]string{"", "2026-03-01", "2026-03-02", "2026-03-03", "2026-03-05"})
		switch small("kind", 18) {
		case 0:
			b = enrolment(about, uint32(1+small("as", 1)), fmt.Sprint("ticket ", small("ticket", 8)))
		case 1:
			b = with(entryOf(about, 1), func(c *Center) { c.Key, c.Incarnation, c.Address = nil, 0, fmt.Sprint(small("address", 3)) })
		case 2:
			b = Revocation{about, "撤销"}
		case 3:
			b = incarnation(about, uint32(small("after", 2)))
		case 4:
			members := []area.Center{district}
			if small("two", 1) == 1 {
				members = append(members, town)
			}
			b = Voters{members, Index(small("base", 12))}
		case 5:
			b = Withdrawal{item.Ref{Code: "A", Area: about.Area(), Version: item.Version(1 + small("of", 1))}, "废止", day.Draw(t, "from")}
		case 6:
			b = RuleSetting{about.Area(), rule.Rule{Key: rule.NoticeDays, Value: int64(small("days", 9))}}
		case 7:
			b = Power{Center: about, Item: "A", Level: area.Level(2 + small("level", 4)), Document: "文", From: fmt.Sprintf("2026-01-0%d", 1+small("day", 3))}
		case 8:
			b = with(seizure(uint32(1+small("epoch", 1)), about), func(s *Seizure) { s.Subject = town2.Area() })
		case 9:
			b = GossipKey{Pool(about.Area()), bytes.Repeat([]byte{byte(small("key", 3))}, gossipKey)}
		case 10:
			b = Closing{Index(small("draft", 20)), "重复"}
		case 11:
			b = LocalPart{about, "A", item.Supplement{Window: fmt.Sprint(small("window", 2))}}
		case 12:
			b = List{Purpose: BasicList, Area: about.Area(), Level: area.Village, Items: []item.Code{"A"}, From: day.Draw(t, "from")}
		case 13:
			b = Claim{Center: about, Items: []item.Code{"A", "B"}, Drop: small("drop", 1) == 1, Reason: "调整"}
		case 14, 15, 16:
			if len(drafts) > 0 {
				b = with(rapid.SampledFrom(drafts).Draw(t, "draft"), func(p *Publication) { p.Effective = day.Draw(t, "effective") })
				break
			}
			fallthrough
		default:
			d := anItem(item.Code(rapid.SampledFrom([]string{"A", "B"}).Draw(t, "item")), about.Area(), item.Version(1+small("version", 9)/5))
			if len(drafts) > 0 && small("revise", 3) == 0 {
				d.Revises = rapid.SampledFrom(drafts).Draw(t, "old").Draft
			}
			d.Erratum, d.Reason = small("erratum", 4) == 0, "写错了"
			b = d
		}
		author := Author{trust.Realm, who, inc, keyFor(fmt.Sprintf("%s@%d", who, inc))}
		if who == "" {
			author = Root(rootKey)
		}
		counter[who] += uint64(small("count", 3)+2) / 3 // a number comes twice now and then
		return author.Command(counter[who], noon.Add(time.Duration(small("late", 3))*40*time.Minute), b, rapid.SampledFrom([]string{"张敏", "李文", ""}).Draw(t, "staff"), "")
	}
	try := func(e Entry, b []byte) {
		o := current.open(b)
		_, res, err := scout.step(&o, e.Index, e.Time)
		if err != nil {
			t.Fatal(err)
		}
		if d, is := o.body.(Draft); is && res.Outcome == Applied {
			drafts = append(drafts, approval(res.Index, d))
		}
	}
	entries := []Entry{{Index: 1, Time: noon.UnixMilli(), Commands: [][]byte{Root(rootKey).Command(1000, noon, founding(), "", "")}}}
	for _, e := range []Enrolment{enrolment(town, 1, "t1"), enrolment(village, 1, "v1")} {
		entries[0].Commands = append(entries[0].Commands,
			Author{trust.Realm, district, 1, keyFor("320509000000@1")}.Command(uint64(1000+len(entries[0].Commands)), noon, e, "", ""))
	}
	for _, b := range entries[0].Commands {
		try(entries[0], b)
	}
	index := uint64(1)
	for range rapid.IntRange(1, 12).Draw(t, "entries") {
		index += uint64(rapid.IntRange(1, 3).Draw(t, "gap")) // Raft has entries of its own
		e := Entry{Index: index, Time: noon.Add(time.Duration(rapid.IntRange(-20, 90).Draw(t, "hour")) * time.Hour).UnixMilli()}
		for range rapid.IntRange(1, 6).Draw(t, "commands") {
			b := draw()
			all = append(all, b)
			e.Commands = append(e.Commands, b)
			try(e, b)
		}
		entries = append(entries, e)
	}
	return entries
}

// crash applies the first commands of an entry and stops as a kill would:
// what is committed stays, the rest is gone.
func crash(t *rapid.T, r *Register, e Entry, commands int) *Register {
	r.mu.Lock()
	w := r.writer()
	if err := w.entry(Entry{e.Index, e.Time, e.Commands[:commands]}, make([][]byte, commands)); err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(t, "committed") {
		if err := w.commit(); err != nil {
			t.Fatal(err)
		}
	}
	w.discard()
	r.mu.Unlock()
	return reopen(t, r)
}

func reopen(t rapid.TB, r *Register) *Register {
	again, err := open(r.db, trust, r.program)
	if err != nil {
		t.Fatal(err)
	}
	again.bytes = r.bytes
	return again
}

func TestEveryRoadLeadsToTheSameState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		entries := drawStream(rt)
		whole, split, follower, restored := newRegister(t), newRegister(t), newRegister(t), newRegister(t)
		if _, err := whole.Apply(entries); err != nil {
			rt.Fatal(err)
		}

		// The same entries in other batches, with restarts in between and
		// within, and entries that come again.
		split.bytes = rapid.IntRange(1, 20_000).Draw(rt, "bytes")
		for next := 0; next < len(entries); {
			n := rapid.IntRange(1, len(entries)-next).Draw(rt, "batch")
			batch := entries[max(0, next-rapid.IntRange(0, 2).Draw(rt, "again")) : next+n]
			if next > 0 && rapid.Bool().Draw(rt, "crash") {
				e := entries[next]
				split = crash(rt, split, e, rapid.IntRange(0, len(e.Commands)).Draw(rt, "done"))
			}
			if _, err := split.Apply(batch); err != nil {
				rt.Fatal(err)
			}
			next += n
		}
		sameRows(t, whole, split)
		if whole.Applied() != split.Applied() || whole.Applied() != entries[len(entries)-1].Index {
			rt.Fatalf("applied %d and %d", whole.Applied(), split.Applied())
		}

		// A follower takes the journal, and becomes a voter in the middle of
		// it now and then.
		follower.bytes = split.bytes
		if whole.Head().Index > 1 {
			step := uint64(rapid.IntRange(1, 9).Draw(rt, "step"))
			feed(t, whole, follower, step)
			sameRows(t, whole, follower)
			if _, err := follower.Apply(entries); err != nil {
				rt.Fatal(err)
			}
			sameRows(t, whole, follower)
			if follower.Applied() != whole.Applied() {
				rt.Fatalf("applied %d, want %d", follower.Applied(), whole.Applied())
			}
		}

		var snapshot bytes.Buffer
		if err := follower.WriteSnapshot(&snapshot); err != nil {
			rt.Fatal(err)
		}
		some := rapid.IntRange(0, len(entries)).Draw(rt, "some")
		if _, err := restored.Apply(entries[:some]); err != nil {
			rt.Fatal(err)
		}
		if err := restored.ReadSnapshot(&snapshot); err != nil {
			rt.Fatal(err)
		}
		sameRows(t, follower, restored)
		if restored.Applied() != follower.Applied() {
			rt.Fatalf("applied %d, want %d", restored.Applied(), follower.Applied())
		}
		for _, r := range []*Register{whole, split, follower, restored} {
			if err := r.Verify(context.Background(), nil); err != nil {
				rt.Fatal(err)
			}
			if err := r.Fault(); err != nil {
				rt.Fatal(err)
			}
		}
		if err := split.Rebuild(); err != nil {
			rt.Fatal(err)
		}
		sameRows(t, whole, split)
		for _, r := range []*Register{whole, split, follower, restored} {
			r.db.Close()
		}
	})
}

func TestAnEntryAppliedInPartGoesOnWhereItStopped(t *testing.T) {
	c := newCity(t)
	a := c.author(district)
	var commands [][]byte
	for i := range 6 {
		commands = append(commands, a.Command(uint64(100+i), noon, anItem(item.Code(fmt.Sprintf("I%d", i)), cityArea, 1), "李文", ""))
	}
	commands = append(commands, commands[2], []byte("noise"), commands[0])
	e := Entry{Index: c.entry + 1, Time: noon.UnixMilli(), Commands: commands}
	for done := range len(commands) + 1 {
		t.Run(fmt.Sprint(done, " of ", len(commands)), func(t *testing.T) {
			r := newRegister(t)
			feed(t, c.r, r, 100)
			w := r.writer()
			if err := w.entry(Entry{e.Index, e.Time, commands[:done]}, make([][]byte, done)); err != nil {
				t.Fatal(err)
			}
			if err := w.commit(); err != nil {
				t.Fatal(err)
			}
			w.discard()
			r = reopen(t, r)
			if r.Applied() >= e.Index {
				t.Fatalf("applied %d before the entry is whole", r.Applied())
			}
			results := applyEntry(t, r, e)
			if got, want := r.Head().Index, c.r.Head().Index+6; got != want {
				t.Fatalf("head %d, want %d", got, want)
			}
			for i := range 6 {
				if results[i].Outcome != Applied || results[i].Index != c.r.Head().Index+uint64(i)+1 {
					t.Errorf("command %d: %+v", i, results[i])
				}
			}
			if err := r.Verify(context.Background(), nil); err != nil {
				t.Error(err)
			}
		})
	}
	other := Entry{Index: e.Index, Commands: [][]byte{a.Command(200, noon, anItem("X", cityArea, 1), "李文", "")}}
	c.apply(commands...)
	c.r.base.Applied--
	if _, err := c.r.Apply([]Entry{other}); !errors.Is(err, chain.ErrDiverged) {
		t.Errorf("another entry under the same number: %v", err)
	}
}

func TestTamperedJournalIsNamed(t *testing.T) {
	c := newCity(t)
	for i := range 5 {
		c.must(district, anItem(item.Code(fmt.Sprint("A", i)), cityArea, 1))
	}
	ctx := context.Background()
	change := func(t *testing.T, r *Register, row string, to []byte) {
		t.Helper()
		if err := r.db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(row), to) }); err != nil {
			t.Fatal(err)
		}
	}
	take := func(t *testing.T, i Index) Record {
		t.Helper()
		rec, err := c.r.Record(i)
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	forged := take(t, 8)
	forged.Command = c.author(district).Command(3, noon, anItem("A", cityArea, 9), "李文", "") // sealed, but never said here
	lenient := take(t, 8)
	lenient.Detail = "x"
	for name, test := range map[string]struct {
		row  string
		to   []byte
		want Index
	}{
		"a byte":          {journalRow(8), append(bytes.Clone(wire.Encode(take(t, 8)))[:90], wire.Encode(take(t, 8))[91:]...), 8},
		"another command": {journalRow(8), wire.Encode(forged), 8},
		"another detail":  {journalRow(8), wire.Encode(lenient), 8},
		"a missing end":   {journalRow(11), nil, 11},
		"a moved record":  {journalRow(8), wire.Encode(take(t, 9)), 8},
		"a kept hash":     {headRow(8), wire.Encode(headState{}), 8},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegister(t)
			feed(t, c.r, r, 100)
			change(t, r, test.row, test.to)
			err := r.Verify(ctx, nil)
			fault, ok := errors.AsType[*chain.Fault](err)
			if !ok || fault.Index != test.want {
				t.Fatalf("%v, want the fault at record %d", err, test.want)
			}
		})
	}
	t.Run("a record and its hash", func(t *testing.T) {
		r := newRegister(t)
		feed(t, c.r, r, 100)
		change(t, r, journalRow(8), wire.Encode(lenient))
		hash, _ := r.HeadAt(7)
		next := chain.Head{Index: 7, Hash: hash}.Next(wire.Encode(lenient))
		change(t, r, headRow(8), wire.Encode(headState{Hash: next.Hash}))
		if fault, ok := errors.AsType[*chain.Fault](r.Verify(ctx, nil)); !ok || fault.Index != 8 {
			t.Fatal(fault)
		}
	})
	t.Run("the state", func(t *testing.T) {
		r := newRegister(t)
		feed(t, c.r, r, 100)
		l, _ := r.Center(village)
		change(t, r, partyRow(village, 1), wire.Encode(partyState{Key: keyFor("other").Public(), Since: l.Since}))
		if err := r.Verify(ctx, nil); !errors.Is(err, ErrState) {
			t.Fatal(err)
		}
		if err := r.Rebuild(); err != nil {
			t.Fatal(err)
		}
		var told []uint64
		if err := r.Verify(ctx, func(done, total uint64) { told = append(told, done, total) }); err != nil {
			t.Fatal(err)
		}
		if len(told) != 2 || told[0] != r.Head().Index || told[1] != told[0] {
			t.Errorf("progress %v", told)
		}
		sameRows(t, c.r, r)
	})
	t.Run("a certificate", func(t *testing.T) {
		r := newRegister(t)
		feed(t, c.r, r, 100)
		cert, _ := r.NewestCertificate()
		cert.Votes[0].Time++
		change(t, r, certificateRow(cert.Checkpoint.Head.Index), wire.Encode(cert))
		if err := r.Verify(ctx, nil); !errors.Is(err, chain.ErrNoMajority) {
			t.Fatal(err)
		}
	})
	t.Run("a rebuild cut short", func(t *testing.T) {
		r := newRegister(t)
		feed(t, c.r, r, 100)
		before := r.Applied()
		change(t, r, rebuildRow, wire.Encode(before))
		if err := r.dropState(); err != nil {
			t.Fatal(err)
		}
		r = reopen(t, r)
		sameRows(t, c.r, r)
		if r.Applied() != before {
			t.Errorf("applied %d, want %d", r.Applied(), before)
		}
	})
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := c.r.Verify(ended, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestOpenRefusesAnotherRealm(t *testing.T) {
	c := newCity(t)
	other := keyFor("other").Public()
	for name, trust := range map[string]Trust{
		"another realm": {RealmID(other), other},
		"no realm":      {"", rootKey.Public()},
		"no key":        {trust.Realm, nil},
	} {
		if _, err := Open(c.r.db, trust); err == nil {
			t.Errorf("%s was opened", name)
		}
	}
}

func TestTryChangesNothing(t *testing.T) {
	c := newCity(t)
	before := dump(t, c.r)
	for _, test := range []struct {
		by   area.Center
		body Body
		want Outcome
	}{
		{district, anItem("A", cityArea, 1), Applied},
		{town, anItem("A", "320509102000", 1), NoAuthority},
	} {
		res, err := c.r.Try(c.command(test.by, test.body))
		if err != nil || res.Outcome != test.want {
			t.Errorf("%+v (%v), want %s", res, err, test.want)
		}
	}
	if after := dump(t, c.r); len(after) != len(before) {
		t.Errorf("%d rows became %d", len(before), len(after))
	}
	empty := newRegister(t)
	if res, err := empty.Try(Root(rootKey).Command(1, noon, founding(), "", "")); err != nil || res.Outcome != Applied {
		t.Errorf("%+v (%v)", res, err)
	}
}

func TestATownCannotDraftForAnother(t *testing.T) {
	c := newCity(t)
	head := c.r.Head()
	res := c.propose(town, anItem("A", town2.Area(), 1))
	if res.Outcome != NoAuthority || res.Index != head.Index+1 {
		t.Fatalf("%+v", res)
	}
	rec, err := c.r.Record(res.Index)
	if err != nil {
		t.Fatal(err)
	}
	cmd, body, err := rec.Open()
	if err != nil || cmd.ID.Center != town || cmd.Staff != "张敏" || body.(Draft).Item.Ref.Area != town2.Area() {
		t.Errorf("the record says %+v (%v)", cmd, err)
	}
	if err := res.Err("publish A"); err == nil || !strings.Contains(err.Error(), "neither lies in 320509102000") {
		t.Error(err)
	}
	if _, ok := c.r.Item("A", town2.Area(), Moment{}); ok {
		t.Error("it is offered")
	}
}

func TestLoadOfManyItems(t *testing.T) {
	c := newCity(t)
	many := 5000
	if testing.Short() {
		many = 1000
	}
	fill(t, c, many)
	if n := c.r.CountItems(Filter{Area: village.Area()}); n != many {
		t.Errorf("%d items", n)
	}
	found, more := c.r.Items(Filter{Area: village.Area(), Text: "事项 49"}, item.Ref{}, 5)
	if len(found) != 5 || !more {
		t.Errorf("%d found, more %v", len(found), more)
	}
	if it, ok := c.r.Version(found[0].Ref); !ok || it.Name != found[0].Name {
		t.Error(it, ok)
	}
}

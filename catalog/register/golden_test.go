package register

import (
	"bytes"
	"context"
	"flag"
	"os"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
)

var rewrite = flag.Bool("rewrite", false, "write the golden journal anew; only before the format is released")

const golden = "testdata/journal-1.snapshot"

// goldenCity holds every command of feature level 1, applied and rejected.
func goldenCity(t *testing.T) *city {
	c := grown(t)
	c.must(village, with(entryOf(village, 1), func(e *Center) { e.Address, e.Telephone = "村口 1 号", "0512-00000000" }))
	c.must(town, incarnation(village, 1))
	c.must(town, Power{Center: village, Item: "A", Level: area.Town, Document: "吴政办〔2026〕1号", From: "2026-01-01", To: "2026-12-31"})
	c.must(district, RuleSetting{cityArea, rule.Rule{Key: rule.NoticeDays, Value: 5, Source: "行政许可法 32"}})
	c.must(district, CalendarSetting{workday.Year{Year: 2026, Holidays: []workday.Date{"2026-10-01"}, Workdays: []workday.Date{"2026-10-10"}}})
	c.now = at(1)
	draft := anItem("B", district.Area(), 1)
	first := c.drafted(town, draft)
	revised := with(draft, func(d *Draft) { d.Revises, d.Reason, d.Item.Fee = first.Draft, "补收费依据", "不收费" })
	c.must(district, with(approval(c.must(town, revised).Index, revised), from(3)))
	c.must(district, Withdrawal{ref("B", district.Area(), 1), "推迟", string(dayOf(2))})
	c.must(town, Closing{c.drafted(town, with(anItem("C", town.Area(), 1), func(d *Draft) { d.Item.Kind = "" })).Draft, "重复"})
	c.publish(district, erratum("A", cityArea, 6))
	c.must(village, LocalPart{village, "A", item.Supplement{Window: "1 号", Telephone: "0512-00000000"}})
	c.must(district, List{Purpose: BasicList, Area: cityArea, Level: area.Village, Items: []item.Code{"A", "B"}, Source: "目录", From: string(dayOf(2))})
	c.must(village, Claim{Center: village, Items: []item.Code{"A"}})
	c.must(district, Withdrawal{Ref: item.Ref{Code: "A", Area: cityArea, Version: 6}, Reason: "废止", From: string(dayOf(30))})
	c.must(district, seizure(1, town))
	c.must(district2, GossipKey{district2.Area(), make([]byte, gossipKey)})
	c.must(district, Revocation{village2, "撤并"})
	c.must(district, with(enrolment(village2, 2, "again"), func(e *Enrolment) { e.Expires = at(2).UnixMilli() }))
	lacking := c.drafted(town, with(anItem("D", cityArea, 1), func(d *Draft) { d.Item.Name, d.Item.Steps[0].Action = "", "跳" }))
	for _, p := range []struct {
		by   area.Center
		body Body
	}{
		{district, lacking},
		{town, anItem("A", town2.Area(), 1)},
		{town, Publication{Draft: first.Draft}},
		{district, anItem("A", cityArea, 2)},
		{district, with(anItem("A", cityArea, 6), func(d *Draft) { d.Item.Basic = "跳" })},
		{village, Feature{2}},
		{district, RuleSetting{cityArea, rule.Rule{Key: "没有", Value: 5}}},
	} {
		if res := c.propose(p.by, p.body); res.Outcome == Applied {
			t.Fatalf("%+v", res)
		}
	}
	c.must(district, Feature{2})
	if err := c.r.SaveCertificate(certify(t, c.r, c.r.Head().Index)); err != nil {
		t.Fatal(err)
	}
	return c
}

// A journal that a released program wrote must lead every later one to the
// same bytes: outcomes, reasons and fences are part of what is hashed.
func TestAJournalOfFormat1StillLeadsToTheSameHead(t *testing.T) {
	if *rewrite {
		var b bytes.Buffer
		if err := goldenCity(t).r.WriteSnapshot(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	r := newRegister(t)
	if err := r.ReadSnapshot(bytes.NewReader(b)); err != nil {
		t.Fatalf("this program no longer applies what was released: %v", err)
	}
	if err := r.Verify(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := r.WriteSnapshot(&again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Bytes(), b) {
		t.Error("its snapshot has other bytes than the one that it was read from")
	}
	if got, want := r.Head().Hash.Short(), goldenHead; got != want {
		t.Errorf("head %s, want %s", got, want)
	}
}

// goldenHead is the head of the golden journal.
const goldenHead = "8aca911d9d0b"

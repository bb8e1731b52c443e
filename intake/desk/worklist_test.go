package desk

import (
	"fmt"
	"testing"
	"time"

	"tongban/intake/casefile"
	"tongban/intake/clock"
)

func TestWorklistByUrgency(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	d, village := c.nodes[tongli].desk, c.nodes[yejian].desk
	open := func(record string, papers ...string) casefile.ID {
		done, err := d.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items[record], Answers: answers[record], Subject: tongli.Area(), Applicant: citizen(), Papers: seen(papers...), Accept: true})
		must(t, err)
		return done.State.ID
	}
	red := open("D01", "id-card", "photo", "proof")
	c.tick(4 * 24 * time.Hour)
	yellow := open("D01", "id-card", "photo", "proof")
	paused := open("D12", "application", "household", "committee", "design", "id-card")
	_, err := d.Suspend(c.ctx, staff("镇窗口"), paused, SuspendForm{Until: "2026-03-20"})
	must(t, err)
	c.tick(3 * 24 * time.Hour)
	green := open("D12", "application", "household", "committee", "design", "id-card")
	arrived, err := village.Open(c.ctx, staff("村窗口"), OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: yejian.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof")})
	must(t, err)
	_, err = village.HandOver(c.ctx, staff("村窗口"), arrived.State.ID, HandOverForm{})
	must(t, err)
	c.carry(arrived.State.ID, yejian, tongli)

	list, err := d.Worklist(Query{})
	must(t, err)
	var order []casefile.ID
	for _, one := range list.Cases {
		order = append(order, one.ID)
	}
	if fmt.Sprint(order) != fmt.Sprint([]casefile.ID{red, yellow, paused, green}) {
		for _, one := range list.Cases {
			t.Logf("%+v", one)
		}
		t.Fatalf("order %v, want %v", order, []casefile.ID{red, yellow, paused, green})
	}
	if first := list.Cases[0]; first.Lamp != clock.Red || first.Name != "申领居住证" || first.Next.Action != Check || !first.Next.Here || first.Due == "" {
		t.Errorf("first line %+v", first)
	}
	if fmt.Sprint(list.Boxes) != fmt.Sprint(map[Box]int{Mine: 4, Arrived: 1, Opened: 4, All: 5}) {
		t.Errorf("boxes %v", list.Boxes)
	}
	if list.Lamps[clock.Red] != 1 || list.Total != 4 {
		t.Errorf("lamps %v of %d", list.Lamps, list.Total)
	}
	for _, one := range []struct {
		d     *Desk
		query Query
		want  int
	}{
		{d, Query{Box: Arrived}, 1}, {village, Query{Box: Sent}, 1}, {village, Query{Box: Opened}, 1}, {d, Query{Box: All}, 5},
		{d, Query{Lamp: clock.Green}, 1}, {d, Query{Text: "居住证"}, 2}, {d, Query{Text: "没有"}, 0}, {d, Query{Text: string(red)}, 1},
	} {
		got, err := one.d.Worklist(one.query)
		must(t, err)
		if got.Total != one.want {
			t.Errorf("%+v: %d cases, want %d", one.query, got.Total, one.want)
		}
	}
	page, err := d.Worklist(Query{Skip: 1, Limit: 2})
	must(t, err)
	if len(page.Cases) != 2 || page.Cases[0].ID != yellow || page.Total != 4 {
		t.Errorf("second page %+v", page)
	}
	if got := d.Next(arrived.State); got.Action != Accept || got.Center != tongli {
		t.Errorf("next %+v", got)
	}
}

func BenchmarkSummary(b *testing.B) {
	c := newCity(b, tongli, wujiang)
	d := c.nodes[tongli].desk
	opened, err := d.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof"), Accept: true})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		d.Summary(opened.State)
	}
}

func BenchmarkLook(b *testing.B) {
	c := newCity(b, tongli, wujiang)
	d := c.nodes[tongli].desk
	opened, err := d.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof"), Accept: true})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := d.Look(opened.State.ID); err != nil {
			b.Fatal(err)
		}
	}
}

package register

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// ref is the name of a version of the tests.
func ref(c item.Code, a area.Code, v item.Version) item.Ref {
	return item.Ref{Code: c, Area: a, Version: v}
}

// refused expects an outcome, and that the reason says something.
func refused(t *testing.T, got Result, want Outcome, says string) {
	t.Helper()
	if got.Outcome != want || !strings.Contains(got.Detail, says) {
		t.Errorf("%s (%s), want %s (%s)", got.Outcome, got.Detail, want, says)
	}
}

func TestNobodyApprovesWhatTheyWrote(t *testing.T) {
	p := paperCity(t)
	as := func(staff string, who area.Center, b Body) Result {
		res, _ := p.proposeAs(staff, who, b)
		return res
	}
	d := anItem("REALM", cityArea, 2)
	first := p.draft(town, d) // by 李文 of the town
	revised := with(d, func(d *Draft) { d.Revises, d.Item.Fee = first.Draft, "不收费" })
	refused(t, as("周文", village, revised), NoAuthority, "neither drafted it nor publishes") // it would take the draft out of play
	res := as("王芳", district, revised)
	refused(t, res, Applied, "")
	second := approval(res.Index, revised)
	third := with(revised, func(d *Draft) { d.Revises, d.Item.Fee = second.Draft, "免费" })
	res = as(" 王芳　", district, third)
	refused(t, res, Applied, "")
	last := approval(res.Index, third)

	row, _ := load[draftState](p.m, draftRow(last.Draft))
	if want := []Editor{{town, "李文"}, {district, "王芳"}}; !slices.Equal(row.Editors, want) {
		t.Fatalf("editors %v, want %v", row.Editors, want)
	}
	refused(t, as("王芳", district, last), NoAuthority, "four eyes")
	for _, alike := range []string{"王芳 ", "王 芳", "王\u200b芳", "王芳\ufeff"} {
		refused(t, as(alike, district, last), NoAuthority, "four eyes")
	}
	refused(t, as("李文", town, last), NoAuthority, "does not publish for")
	refused(t, as("张敏", district, first), Conflict, "revised by record")
	refused(t, as("张敏", district, second), Conflict, "revised by record")
	refused(t, as("王芳", district, with(revised, func(d *Draft) { d.Revises = first.Draft })), Conflict, "revised by record")
	refused(t, as("王芳", district, with(anItem("NEW", cityArea, 1), func(d *Draft) { d.Revises = last.Draft })), Conflict, "another item")
	for _, b := range []Body{last, d, Closing{last.Draft, "重复"}} {
		refused(t, as("　", district, b), Malformed, "staff is missing")
		refused(t, as("\u200b", district, b), Malformed, "staff is missing")
	}
	// Another 李文 is somebody else.
	refused(t, as("李文", district, last), Applied, "")
	refused(t, as("李文", district, last), Conflict, "published by record")
	// The root key is no second person.
	own := approval(as("张敏", "", anItem("ROOT", cityArea, 1)).Index, anItem("ROOT", cityArea, 1))
	refused(t, as("张敏", "", own), NoAuthority, "four eyes")
}

func TestADraftHasBoundedEditors(t *testing.T) {
	p := paperCity(t)
	last := p.draft(town, anItem("REALM", cityArea, 2)).Draft
	for i := 1; ; i++ {
		d := with(anItem("REALM", cityArea, 2), func(d *Draft) { d.Revises = last })
		res, _ := p.proposeAs(fmt.Sprintf("第 %d 人", i), town, d)
		if i == maxEditors {
			refused(t, res, Conflict, "draft anew")
			break
		}
		refused(t, res, Applied, "")
		last = res.Index
	}
	if row, _ := load[draftState](p.m, draftRow(last)); row.State != OpenDraft || len(row.Editors) != maxEditors {
		t.Errorf("%s with %d editors", row.State, len(row.Editors))
	}
}

func TestWhoMayCloseADraft(t *testing.T) {
	for _, test := range []struct {
		by   area.Center
		want Outcome
	}{{town, Applied}, {district, Applied}, {"", Applied}, {village, NoAuthority}, {district2, NoAuthority}} {
		p := paperCity(t)
		d := p.draft(town, anItem("NEW", district.Area(), 1))
		res, _ := p.propose(test.by, Closing{d.Draft, "已有同类事项"})
		refused(t, res, test.want, "")
		res, _ = p.propose(district, d)
		if (res.Outcome == Applied) == (test.want == Applied) {
			t.Errorf("by %s: then it is published with %s", test.by, res.Outcome)
		}
	}
}

func TestWhatStopsAPublication(t *testing.T) {
	today := workday.DateOf(noon)
	local := func(c item.Code, a area.Code) Draft { return anItem(c, a, 1) }
	named := func(d Draft, name string) Draft { d.Item.Name = name; return d }
	for _, test := range []struct {
		name  string
		draft Draft
		by    area.Center // who drafts
		ready func(*paper, *Publication)
		who   area.Center // who approves
		want  Outcome
		says  string
	}{
		{"nothing", anItem("NEW", cityArea, 1), district, nil, district, Applied, ""},
		{"nothing, of a town's draft", anItem("NEW", district.Area(), 1), town, nil, district, Applied, ""},
		{"nothing, for a district that differs", anItem("REALM", district2.Area(), 1), district2, nil, district2, Applied, ""},
		{"another approves", anItem("NEW", district.Area(), 1), town, nil, town, NoAuthority, "does not publish for"},
		{"another district approves", anItem("NEW", district.Area(), 1), district, nil, district2, NoAuthority, ""},
		{"other content", anItem("NEW", cityArea, 1), district, func(_ *paper, a *Publication) { a.Content[0]++ }, district, Conflict, "another content"},
		{"a past day", anItem("NEW", cityArea, 1), district, func(_ *paper, a *Publication) { a.Effective = string(today.Add(-1)) }, district, Conflict, "is over"},
		{"a day that was to come", anItem("NEW", cityArea, 1), district, func(p *paper, a *Publication) {
			a.Effective = string(today.Add(1))
			p.now = p.now.AddDate(0, 0, 2)
		}, district, Conflict, "is over"},
		{"an older base", anItem("REALM", cityArea, 2), district, func(p *paper, _ *Publication) { p.publish(district, anItem("REALM", cityArea, 2)) }, district, Stale, "current version is 2"},
		{"an unfinished draft", with(anItem("NEW", cityArea, 1), func(d *Draft) { d.Item.Name, d.Item.Kind = "", "" }), district, nil, district, Malformed, "name missing, kind missing"},
		{"a law that has changed", with(anItem("NEW", cityArea, 1), func(d *Draft) { d.Item.Laws[0].Changed = "2025-07-01" }), district, nil, district, Malformed, "law_changed"},
		{"it was closed", anItem("NEW", cityArea, 1), district, func(p *paper, a *Publication) { p.must(district, Closing{a.Draft, "重复"}) }, district, Conflict, "closed by record"},

		{"a town has what is standardized", local("REALM", town.Area()), town, nil, town, NoAuthority, "320500000000 publishes this item for all below it"},
		{"the publisher gives a town what is standardized", local("REALM", town.Area()), town, nil, district, Conflict, "nobody would see"},
		{"a village has what its town offers", local("TOWN", village.Area()), village, nil, village, NoAuthority, "320509111000 publishes this item"},
		{"it will be standardized", local("NEW", town.Area()), town, func(p *paper, _ *Publication) {
			p.must(district, with(p.draft(district, anItem("NEW", cityArea, 1)), func(a *Publication) { a.Effective = string(today.Add(30)) }))
		}, town, NoAuthority, "publishes this item"},
		{"it is standardized until then", local("REALM", town.Area()), town, func(p *paper, a *Publication) {
			p.must(district, Withdrawal{ref("REALM", cityArea, 1), "下放", string(today.Add(30))})
			a.Effective = string(today.Add(29))
		}, town, NoAuthority, "publishes this item"},
		{"nothing: it is no longer standardized", local("REALM", town.Area()), town, func(p *paper, a *Publication) {
			p.must(district, Withdrawal{ref("REALM", cityArea, 1), "下放", string(today.Add(30))})
			a.Effective = string(today.Add(30))
		}, town, Applied, ""},
		{"it is not marked as local", with(local("NEW", town.Area()), func(d *Draft) { d.Item.Local = false }), town, nil, town, Malformed, "local: "},
		{"nothing: a district's may be local", with(anItem("NEW", district.Area(), 1), func(d *Draft) { d.Item.Local = true }), town, nil, district, Applied, ""},

		{"a name of the realm's", named(local("NEW", town.Area()), "生育登记 REALM　"), town, nil, town, Conflict, "320500000000 offers REALM under this name"},
		{"a name that looks like the realm's", named(local("NEW", town.Area()), "生育\u200b登记ｒｅａｌｍ"), town, nil, town, Conflict, "offers REALM under this name"},
		{"a name of the town's", named(local("NEW", village.Area()), " 生育登记 TOWN"), village, nil, village, Conflict, "offers TOWN"},
		{"nothing: a name of another town's", named(local("NEW", town2.Area()), "生育登记 TOWN"), district, nil, district, Applied, ""},
		{"one of several of the name", named(local("NEW", town.Area()), "生育登记 REALM"), town, func(p *paper, _ *Publication) {
			p.publish(district, named(anItem("SECOND", district.Area(), 1), "生育登记 REALM"))
			p.publish(district, named(anItem("THIRD", district.Area(), 1), "生育登记 REALM"))
			p.must(district, Withdrawal{Ref: ref("THIRD", district.Area(), 1), Reason: "废止"})
			p.must(district, Withdrawal{Ref: ref("REALM", cityArea, 1), Reason: "废止"})
		}, town, Conflict, "320509000000 offers SECOND"},
		{"nothing: the name has changed", named(local("NEW", town.Area()), "生育登记 REALM"), town, func(p *paper, _ *Publication) {
			p.publish(district, named(anItem("REALM", cityArea, 2), "生育服务登记"))
		}, town, Applied, ""},
		{"the name will have changed", named(local("NEW", town.Area()), "生育登记 REALM"), town, func(p *paper, _ *Publication) {
			p.must(district, with(p.draft(district, named(anItem("REALM", cityArea, 2), "生育服务登记")), func(a *Publication) { a.Effective = string(today.Add(9)) }))
		}, town, Conflict, "offers REALM"},

		{"nothing: an erratum", erratum("REALM", cityArea, 2), district, nil, district, Applied, ""},
		{"an erratum later", erratum("REALM", cityArea, 2), district, func(_ *paper, a *Publication) { a.Effective = string(today.Add(1)) }, district, Conflict, "on the day of its publication"},
		{"an erratum of what has ended", erratum("REALM", cityArea, 2), district, func(p *paper, _ *Publication) {
			p.must(district, Withdrawal{ref("REALM", cityArea, 1), "废止", string(today.Add(1))})
			p.now = p.now.AddDate(0, 0, 1)
		}, district, Conflict, "has none"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := paperCity(t)
			a := p.draft(test.by, test.draft)
			if test.ready != nil {
				test.ready(p, &a)
			}
			res, _ := p.propose(test.who, a)
			refused(t, res, test.want, test.says)
		})
	}
}

func erratum(c item.Code, a area.Code, v item.Version) Draft {
	return with(anItem(c, a, v), func(d *Draft) { d.Erratum, d.Reason = true, "材料名称写错" })
}

func TestAnErratumCorrectsWhatIsInForce(t *testing.T) {
	p := paperCity(t)
	later := with(p.draft(district, anItem("REALM", cityArea, 2)), func(a *Publication) { a.Effective = "2026-04-01" })
	p.must(district, later)
	res, _ := p.propose(district, erratum("REALM", cityArea, 3))
	refused(t, res, Conflict, "version 2 takes effect on 2026-04-01")
	p.must(district, Withdrawal{Ref: ref("REALM", cityArea, 2), Reason: "先更正"})
	p.publish(district, erratum("REALM", cityArea, 3)) // of version 1: the second was called off
	v, _ := load[versionState](p.m, versionRow(ref("REALM", cityArea, 3)))
	if v.Corrects != 1 || v.Summary.Effective != workday.DateOf(noon) {
		t.Errorf("%+v", v)
	}
}

func TestAVillageIsNotEntrustedWithAPermit(t *testing.T) {
	power := Power{Center: village, Item: "REALM", Level: area.Town, Document: "吴政办〔2026〕1号", From: "2026-03-01"}
	permit := with(anItem("REALM", cityArea, 2), func(d *Draft) { d.Item.Type = item.Permit })
	p := paperCity(t)
	p.must(town, power)
	p.must(district, with(p.draft(district, permit), func(a *Publication) { a.Effective = "2026-04-01" }))
	p.must(town, with(power, func(w *Power) { w.From = "2026-03-02" })) // it is none yet
	p.now = time.Date(2026, 4, 1, 9, 0, 0, 0, workday.China)
	for _, by := range []area.Center{town, district, ""} {
		res, _ := p.propose(by, with(power, func(w *Power) { w.From = "2026-04-02" }))
		refused(t, res, NoAuthority, "may not be entrusted with a permit")
	}
	p.must(town, with(power, func(w *Power) { w.To = "2026-03-31" })) // an end
	p.must(district, with(power, func(w *Power) { w.Center = town }))
	res, _ := p.propose(town, with(power, func(w *Power) { w.To = "2026-12-31" }))
	refused(t, res, NoAuthority, "article 24")
}

func TestDraftsAreListed(t *testing.T) {
	c := newCity(t)
	a := c.drafted(town, anItem("A", district.Area(), 1))
	b := c.drafted(village, with(anItem("B", town.Area(), 1), func(d *Draft) { d.Item.Kind = "" }))
	revision := with(anItem("A", district.Area(), 1), func(d *Draft) { d.Revises, d.Reason = a.Draft, "补充材料" })
	second := c.drafted(district, revision)
	before := c.r.Head().Index
	published := c.must(district, second)
	c.must(village, Closing{b.Draft, "不再需要"})
	third := c.drafted(district2, anItem("A", district2.Area(), 1))

	follower := newRegister(t)
	feed(t, c.r, follower, 4)
	for _, r := range []*Register{c.r, follower} {
		for _, test := range []struct {
			f    DraftFilter
			want []Index
		}{
			{DraftFilter{}, []Index{a.Draft, b.Draft, second.Draft, third.Draft}},
			{DraftFilter{State: OpenDraft}, []Index{third.Draft}},
			{DraftFilter{State: OpenDraft, At: before}, []Index{b.Draft, second.Draft}},
			{DraftFilter{At: a.Draft}, []Index{a.Draft}},
			{DraftFilter{Area: district.Area()}, []Index{a.Draft, b.Draft, second.Draft}},
			{DraftFilter{Area: town.Area()}, []Index{b.Draft}},
			{DraftFilter{Code: "A", State: RevisedDraft}, []Index{a.Draft}},
			{DraftFilter{State: PublishedDraft}, []Index{second.Draft}},
			{DraftFilter{State: ClosedDraft}, []Index{b.Draft}},
			{DraftFilter{Code: "C"}, nil},
		} {
			var paged []Index
			for after, more := Index(0), true; more; {
				var found []DraftView
				found, more = r.Drafts(test.f, after, 1)
				for _, d := range found {
					after = d.Index
					paged = append(paged, d.Index)
				}
			}
			if !slices.Equal(paged, test.want) {
				t.Errorf("%+v: %v, want %v", test.f, paged, test.want)
			}
		}
		view, text, ok := r.Draft(a.Draft)
		if !ok || view.State != RevisedDraft || view.RevisedBy != second.Draft || view.Closed != second.Draft || view.By != town || view.Staff != "李文" ||
			text.Item.Name != "生育登记 A" || view.Content != a.Content || view.Time != noon.UnixMilli() {
			t.Errorf("%+v", view)
		}
		view, text, ok = r.Draft(second.Draft)
		if !ok || view.State != PublishedDraft || view.Closed != published.Index || view.Revises != a.Draft || view.Reason != "补充材料" || len(view.Editors) != 2 ||
			chain.Sum(wire.Encode(*text)) != view.Content {
			t.Errorf("%+v", view)
		}
		if view, _, ok := r.Draft(b.Draft); !ok || view.Lacks != "kind missing" || view.Why != "不再需要" {
			t.Errorf("%+v", view)
		}
		if _, _, ok := r.Draft(1); ok {
			t.Error("the founding is a draft")
		}
		history, err := r.History("A")
		if err != nil || len(history) != 1 || history[0].Draft != second.Draft || len(history[0].Editors) != 2 || history[0].Staff != "张敏" ||
			history[0].Purpose != "补充材料" || history[0].Effective != "2026-03-02" || history[0].Erratum {
			t.Errorf("%+v (%v)", history, err)
		}
	}
}

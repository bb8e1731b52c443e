package office

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/guide"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/rating"
	"tongban/node/frame"
)

func listing(id area.Center, revoked register.Index) register.Listing {
	return register.Listing{Center: register.Center{ID: id}, Revoked: revoked}
}

// A center hangs under the nearest that is enrolled and not shut out, wherever
// the list has it; what lies elsewhere hangs nowhere.
func TestChildren(t *testing.T) {
	got := children("320509000000", []register.Listing{
		listing("320509111201", 0), listing("320509000000", 0), listing("320509111000", 0), listing("320509111000-02", 0), listing("320509110201", 0), listing("320509110000", 7),
		listing("320506000000", 0), listing("320500000000", 0),
	})
	want := map[area.Center][]area.Center{
		"320509000000": {"320509110201", "320509111000"}, "320509111000": {"320509111000-02", "320509111201"}, "320509111000-02": nil, "320509111201": nil, "320509110201": nil,
	}
	for id, kids := range want {
		if have, known := got[id]; !known || !slices.Equal(have, kids) {
			t.Errorf("under %s are %v, want %v", id, have, kids)
		}
	}
	if len(got) != len(want) {
		t.Errorf("the tree is %v", got)
	}
}

func page(t *testing.T, query string) *frame.Page {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return &frame.Page{Lang: guide.Chinese, Path: "/work/area/figures", Query: q}
}

func TestSpan(t *testing.T) {
	const today workday.Date = "2026-03-18"
	for _, c := range []struct{ query, title string }{
		{"", "2026-03-01 至 2026-03-18"}, {"from=2026-02-01&to=2026-02-28", "2026 年 02 月"}, {"from=2026-03-18&to=2026-03-18", "2026-03-18"},
		{"from=2026-02-01&to=2026-03-31", "2026-02-01 至 2026-03-31"}, {"from=2025-12-01&to=2025-12-31", "2025 年 12 月"},
	} {
		p := page(t, c.query)
		s, err := spanOf(p, today)
		if err != nil || s.title(p) != c.title {
			t.Errorf("%q: %q %v, want %q", c.query, s.title(p), err, c.title)
		}
		if len(s.Quick) != 4 || s.Quick[2].Link != "/work/area/figures?from=2026-02-01&to=2026-02-28" {
			t.Errorf("%+v", s.Quick)
		}
	}
	for _, bad := range []string{"from=x", "to=2026-02-30", "from=2026-03-02&to=2026-03-01"} {
		if _, err := spanOf(page(t, bad), today); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

// A chart says what its table says, and nothing of what is nought.
func TestBars(t *testing.T) {
	c := bars([]string{`民政"`, "</script>", "丙", "丁"}, []series{{Name: "red", Color: bad, Values: []int{1, 0, 3, 0}}, {Name: "green", Color: good, Values: []int{0, 2, 0, 0}}})
	var option struct {
		YAxis  struct{ Data []string }
		Series []struct{ Data []any }
	}
	if err := json.Unmarshal([]byte(c.Option), &option); err != nil {
		t.Fatal(err)
	}
	if option.YAxis.Data[1] != "</script>" || len(option.Series) != 2 || option.Series[0].Data[0] != 1.0 || option.Series[0].Data[1] != "-" || c.Size != "" {
		t.Errorf("%+v", option)
	}
	if bars([]string{"a"}, nil).Size != "few" {
		t.Error("one bar takes the room of ten")
	}
}

func TestShare(t *testing.T) {
	if p, of := share(rating.Ratio{}); p != "–" || of != "" {
		t.Errorf("nothing of nothing is %q %q", p, of)
	}
	if p, of := share(rating.Ratio{Count: 2, Of: 3}); p != "66.7%" || of != "2 / 3" {
		t.Errorf("%q %q", p, of)
	}
}

// Fields of people are named in words, those of an agent as theirs.
func TestFields(t *testing.T) {
	if got := fields(page(t, ""), []string{"name", "agent.telephone", "future"}); got != "姓名、代理人的电话、future" {
		t.Error(got)
	}
}

// A bar of time has one digit; what is nothing is not drawn.
func TestBarsOfTime(t *testing.T) {
	c := bars([]string{"审查", "决定"}, []series{{Name: "days", Color: plain, Exact: []float64{2.349, 0.01}}})
	if !strings.Contains(c.Option, `"data":[2.3,"-"]`) || c.Empty {
		t.Error(c.Option)
	}
	if none := bars([]string{"审查"}, []series{{Exact: []float64{0.01}}, {Values: []int{0}}}); !none.Empty {
		t.Error("a chart without a bar is drawn")
	}
}

// The time of a step is counted from what was done before it, and the time in
// which nothing could be done is told apart; ways are counted from log to log.
func TestFlow(t *testing.T) {
	const day = 24 * 3600 * 1000
	s := casefile.State{
		OpenedAt: day, AcceptedAt: 2 * day,
		Steps:     []casefile.StepDone{{Action: "decide", At: 10 * day}, {Action: "check", At: 3 * day}, {Action: "posting", At: 10 * day}, {Action: "assess", At: 10 * day}},
		Intervals: []casefile.Interval{{From: 4 * day, To: 6 * day}, {From: 5 * day, To: 7 * day}, {From: 8 * day, To: 9 * day, Counts: true}},
		Route:     []casefile.Leg{{Party: casefile.Party{Center: "320509111201"}, Since: day}, {Party: casefile.Party{Center: "320509111000"}, Since: 3 * day}, {Party: casefile.Party{Center: "320509111201"}, Since: 11 * day}},
	}
	steps, ways := map[string]*stepTime{}, map[[2]area.Center]*wayCount{}
	page := &frame.Page{}
	stepTimes(page, &s, steps)
	moves(&s, ways)
	moves(&s, ways)
	d := &flow{}
	d.steps(page, steps)
	if got := fmt.Sprintf("%s %s %s|%s %s|%s|%s|%s %s %s", d.Steps[0].Text, d.Steps[0].Mean, d.Steps[0].Paused, d.Steps[1].Text, d.Steps[1].Mean, d.Steps[2].Text, d.Steps[3].Text, d.Steps[4].Text, d.Steps[4].Longest, d.Steps[4].Paused); got != "受理 1 0|初审 1|评定|公示|决定 7 3" {
		t.Error(got)
	}
	d.ways(&room{Config: Config{Name: func(c area.Center) string { return "中心" + string(c) }}}, page, ways)
	if len(d.Ways) != 2 || d.Ways[0].Count != 2 || d.Map == nil || len(d.Map.Nodes) != 2 || len(d.Map.Lines) != 2 {
		t.Fatalf("%+v %+v", d.Ways, d.Map)
	}
	for _, w := range d.Ways {
		if w.Up != (w.to == "320509111000") || w.Up && w.Stay != "2" || !w.Up && w.Stay != "8" {
			t.Errorf("%+v", w)
		}
	}
	if lines := d.Map.Lines; lines[0].Down == lines[1].Down {
		t.Errorf("%+v", lines)
	}
}

package drafting

import (
	"context"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
)

const (
	district = area.Center("320509000000")
	today    = workday.Date("2026-11-23")
)

// shelf is a Register in memory: what was published, and what was drafted.
type shelf struct {
	published []register.Published
	items     map[item.Ref]item.Item
	drafts    []register.Draft
	views     []register.DraftView
	rules     []rule.Setting

	asked  []Wish // proposed
	answer register.Outcome
}

func (s *shelf) History(c item.Code) (all []register.Published, err error) {
	for _, p := range s.published {
		if p.Ref.Code == c {
			all = append(all, p)
		}
	}
	return all, nil
}

func (s *shelf) Version(ref item.Ref) (*item.Item, bool) {
	it, ok := s.items[ref]
	return &it, ok
}

func (s *shelf) Drafts(f register.DraftFilter, after register.Index, limit int) (all []register.DraftView, more bool) {
	for _, v := range s.views {
		if v.Index <= after || f.State != "" && v.State != f.State || f.Code != "" && v.Ref.Code != f.Code || !v.Ref.Area.Under(f.Area) {
			continue
		}
		if limit > 0 && len(all) == limit {
			return all, true
		}
		all = append(all, v)
	}
	return all, false
}

func (s *shelf) Draft(i register.Index) (register.DraftView, *register.Draft, bool) {
	for n, v := range s.views {
		if v.Index == i {
			d := s.drafts[n]
			return v, &d, true
		}
	}
	return register.DraftView{}, nil, false
}

func (s *shelf) Rules() rule.Set { return rule.NewSet(s.rules) }

func (s *shelf) publish(it item.Item, withdrawn register.Index) {
	s.items[it.Ref] = it
	s.published = append(s.published, register.Published{Ref: it.Ref, Effective: "2026-01-01", Withdrawn: withdrawn})
}

// draft puts a draft on the shelf, and tells its number.
func (s *shelf) draft(it item.Item, state register.DraftState, writers ...string) register.Index {
	i := register.Index(100 + len(s.views))
	v := register.DraftView{Index: i, Ref: it.Ref, Base: it.Ref.Version - 1, Name: it.Name, State: state, Time: 1763800000000}
	for _, w := range writers {
		v.Editors = append(v.Editors, register.Editor{Center: district, Staff: w})
	}
	s.views = append(s.views, v)
	s.drafts = append(s.drafts, register.Draft{Item: it, Base: it.Ref.Version - 1})
	return i
}

func (s *shelf) propose(_ context.Context, wishes ...Wish) ([]register.Result, error) {
	s.asked = append(s.asked, wishes...)
	results := make([]register.Result, len(wishes))
	for i := range wishes {
		results[i] = register.Result{Index: register.Index(900 + i), Outcome: s.answer}
	}
	return results, nil
}

func newDrafts() (*Drafts, *shelf) {
	s := &shelf{items: map[item.Ref]item.Item{}}
	return &Drafts{
		Register: s, Propose: s.propose,
		Try:   func(w Wish) (register.Result, error) { return register.Result{Outcome: s.answer}, nil },
		Self:  func() area.Center { return district },
		Today: func() workday.Date { return today },
	}, s
}

// sound is an item in which nothing is wrong.
func sound(code item.Code, version item.Version) item.Item {
	return item.Item{
		Ref: item.Ref{Code: code, Area: district.Area(), Version: version}, Name: "虚构事项 " + string(code), Department: "虚构局", Level: area.District,
		Type: item.PublicService, Kind: item.Promised, Subject: item.ByResidence, Promise: item.Limit{Tenths: 50, Unit: item.WorkingDays},
		Materials: []item.Material{{ID: "form", Name: "申请表", Need: item.Required, Originals: 1}},
		Steps:     []item.Step{{Name: "受理", Action: item.Accept, Level: area.District}, {Name: "决定", Action: item.Decide, Level: area.District}},
		Origin:    item.Origin{Area: "虚构省", Date: "2026-01-01", Source: "虚构指南"},
	}
}

func states(all []Drafted) (out []DraftedState) {
	for _, one := range all {
		out = append(out, one.State)
	}
	return out
}

func TestWhatBecomesOfEach(t *testing.T) {
	d, s := newDrafts()
	s.publish(sound("TB-A", 1), 0)
	s.publish(sound("TB-GONE", 1), 7)
	changed := sound("TB-A", 1)
	changed.Promise.Tenths = 30
	waiting := sound("TB-W", 1)
	n := s.draft(waiting, register.OpenDraft, "甲")
	faulty := sound("TB-F", 0)
	faulty.Department = ""
	items := []item.Item{sound("TB-A", 1), changed, waiting, sound("TB-N", 0), sound("TB-GONE", 1), faulty}

	got, err := d.Make(t.Context(), Drafting{Items: items, Staff: "乙", Check: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []DraftedState{DraftUnchanged, DraftReady, DraftWaiting, DraftReady, DraftReady, DraftFaulty}
	for i, state := range states(got) {
		if state != want[i] {
			t.Errorf("%s: %s, want %s: %v", got[i].Ref.Code, state, want[i], got[i].Findings)
		}
	}
	if got[2].Draft != n || len(got[1].Changes) != 1 || got[1].Ref.Version != 2 || len(s.asked) != 0 {
		t.Errorf("%+v, asked %d", got[:3], len(s.asked))
	}

	if _, err = d.Make(t.Context(), Drafting{Items: items, Staff: "乙"}); err != nil || len(s.asked) != 0 {
		t.Errorf("one with errors stops the rest: asked %d, %v", len(s.asked), err)
	}
	if got, err = d.Make(t.Context(), Drafting{Items: items, Staff: "乙", Unfinished: true, Reason: "试"}); err != nil || len(s.asked) != 4 {
		t.Fatalf("asked %d, %v", len(s.asked), err)
	}
	body := s.asked[0].Body.(register.Draft)
	if got[1].State != DraftMade || got[1].Draft != 900 || body.Base != 1 || body.Reason != "试" || s.asked[0].Staff != "乙" {
		t.Errorf("%+v %+v", got[1], body)
	}
}

// A version that follows another says what it is for; the first of an item need
// not, and what revises a draft is for what that was.
func TestANewVersionSaysWhatItIsFor(t *testing.T) {
	d, s := newDrafts()
	s.publish(sound("TB-A", 1), 0)
	changed := sound("TB-A", 1)
	changed.Note = "改"
	make := func(b Drafting) error {
		b.Staff = "乙"
		_, err := d.Make(t.Context(), b)
		return err
	}
	second, first := []item.Item{changed}, []item.Item{sound("TB-N", 0)}
	for _, reason := range []string{"", " \t"} {
		if err := make(Drafting{Items: second, Reason: reason}); refusal.CodeOf(err) != Unexplained || len(s.asked) != 0 {
			t.Errorf("%q: %v, asked %d", reason, err, len(s.asked))
		}
	}
	for _, b := range []Drafting{{Items: second, Check: true}, {Items: first}, {Items: second, Reason: "调整"}} {
		if err := make(b); err != nil {
			t.Errorf("%+v: %v", b, err)
		}
	}
	before := s.draft(changed, register.OpenDraft, "甲")
	s.views[0].Reason = "压缩时限"
	if err := make(Drafting{Items: second, Revises: before}); err != nil {
		t.Fatal(err)
	}
	if got := s.asked[len(s.asked)-1].Body.(register.Draft).Reason; got != "压缩时限" {
		t.Errorf("the draft that revises another is for %q", got)
	}
}

func TestWhatTheMachineFinds(t *testing.T) {
	d, s := newDrafts()
	s.rules = []rule.Setting{{Area: district.Area(), Rule: rule.Of(rule.WindowTypes{Types: []rule.WindowType{{Name: "综合"}}}, "", "2020-01-01")}}
	it := sound("TB-A", 1)
	it.WindowTypes = []string{"综合", "没有的"}
	it.Ref.Area = "320509111000"
	codes := ""
	for _, f := range d.Findings(&it) {
		codes += f.Element + ":" + f.Code + " "
	}
	if !strings.Contains(codes, "local:not_local") || !strings.Contains(codes, "window_types[1]:unknown_window") || strings.Contains(codes, "window_types[0]:unknown") {
		t.Error(codes)
	}
	s.publish(sound("TB-A", 2), 0)
	older := sound("TB-A", 1)
	older.Note = "改"
	got, err := d.Make(t.Context(), Drafting{Items: []item.Item{older}, Staff: "乙", Check: true})
	if err != nil || got[0].Findings[len(got[0].Findings)-1].Code != "older_base" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestNobodyPublishesTheirOwn(t *testing.T) {
	d, s := newDrafts()
	own, theirs := s.draft(sound("TB-A", 1), register.OpenDraft, "甲", "乙"), s.draft(sound("TB-B", 1), register.OpenDraft, "丙")
	lacking := sound("TB-C", 1)
	lacking.Department = ""
	flawed := s.draft(lacking, register.OpenDraft, "丙")

	if _, err := d.Publish(t.Context(), Publishing{Drafts: []register.Index{theirs, own}, Staff: " 乙 "}); refusal.CodeOf(err) != FourEyes || len(s.asked) != 0 {
		t.Errorf("%v, asked %d", err, len(s.asked))
	}
	got, err := d.Publish(t.Context(), Publishing{All: true, Staff: "乙", Effective: "2027-01-01"})
	if err != nil || len(got) != 2 || len(s.asked) != 1 || got[0].Draft != theirs || got[0].Result == nil || got[1].Result != nil {
		t.Fatalf("%+v %v", got, err)
	}
	if p := s.asked[0].Body.(register.Publication); p.Draft != theirs || p.Effective != "2027-01-01" {
		t.Errorf("%+v", p)
	}
	if got, err = d.Publish(t.Context(), Publishing{Drafts: []register.Index{theirs, flawed}, Staff: "乙"}); err != nil || len(s.asked) != 1 || got[0].Result != nil {
		t.Errorf("those that were named go together: %+v %v", got, err)
	}
	if _, err := d.Publish(t.Context(), Publishing{Staff: "乙"}); refusal.CodeOf(err) != refusal.Malformed {
		t.Error(err)
	}
}

func TestTheDayThatADraftWants(t *testing.T) {
	one := DraftDetail{DraftView: register.DraftView{Time: 1763800000000}, Item: item.Item{Effective: "2027-03-01"}}
	for _, c := range []struct {
		b       Publishing
		erratum bool
		want    workday.Date
	}{{Publishing{}, false, "2027-03-01"}, {Publishing{Effective: "2027-01-01"}, false, "2027-01-01"}, {Publishing{}, true, ""}} {
		one.Erratum = c.erratum
		if got := c.b.effective(&one); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	one.Erratum, one.Item.Effective = false, "2020-01-01"
	if got := (Publishing{}).effective(&one); got != "" {
		t.Errorf("a day that is past: %q", got)
	}
}

func TestWhatMayBeDone(t *testing.T) {
	d, s := newDrafts()
	lacking := sound("TB-C", 1)
	lacking.Department = ""
	open, flawed, closed := s.draft(sound("TB-A", 1), register.OpenDraft, "甲"), s.draft(lacking, register.OpenDraft, "甲"), s.draft(sound("TB-B", 1), register.ClosedDraft, "甲")
	show := func(i register.Index) *DraftDetail {
		one, err := d.Show(i)
		if err != nil {
			t.Fatal(err)
		}
		return &one
	}
	for _, c := range []struct {
		name string
		err  error
		want refusal.Code
	}{
		{"another publishes it", d.MayPublish(show(open), "乙"), ""}, {"the writer does not", d.MayPublish(show(open), "甲"), FourEyes},
		{"errors", d.MayPublish(show(flawed), "乙"), Flawed}, {"not open", d.MayPublish(show(closed), "乙"), refusal.Conflict},
		{"revise", d.MayRevise(show(flawed), "甲"), ""}, {"revise a closed one", d.MayRevise(show(closed), "甲"), refusal.Conflict}, {"close", d.MayClose(show(open), "乙"), ""}, {"close twice", d.MayClose(show(closed), "乙"), refusal.Conflict},
	} {
		if got := refusal.CodeOf(c.err); got != c.want {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
	s.answer = register.NoAuthority
	for _, err := range []error{d.MayPublish(show(open), "乙"), d.MayRevise(show(open), "乙"), d.MayClose(show(open), "乙")} {
		if refusal.CodeOf(err) == "" {
			t.Error("the Register's no is not told")
		}
	}
	if _, err := d.Show(7); refusal.CodeOf(err) != refusal.NotFound {
		t.Error(err)
	}
	if _, err := d.Close(t.Context(), open, "不办了", "甲"); refusal.CodeOf(err) == "" {
		t.Error("a refused closing is no error")
	}
	s.answer = register.Applied
	if _, err := d.Withdraw(t.Context(), item.Ref{Code: "TB-A"}, "并入", "2027-01-01", "甲"); err != nil {
		t.Error(err)
	}
	if w := s.asked[len(s.asked)-1].Body.(register.Withdrawal); w.Reason != "并入" || w.From != "2027-01-01" {
		t.Errorf("%+v", w)
	}
}

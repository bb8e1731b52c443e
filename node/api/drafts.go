package api

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Drafting is items to propose as drafts.
type Drafting struct {
	Items      []item.Item    `json:"items" minItems:"1" maxItems:"500"`
	Area       area.Code      `json:"area,omitempty"` // whose version; default: this center's own
	Staff      string         `json:"staff" minLength:"1"`
	Reason     string         `json:"reason,omitempty" maxLength:"2000"` // what it is for; of an erratum: the mistake
	Revises    register.Index `json:"revises,omitempty"`                 // the open draft that the one item replaces
	Erratum    bool           `json:"erratum,omitempty"`                 // corrects the version in force, the same day
	Unfinished bool           `json:"unfinished,omitempty"`              // draft it although the check finds errors
	Check      bool           `json:"check,omitempty"`                   // only tell what would come of it
}

// Drafted is what came of one item.
type Drafted struct {
	Draft    register.Index   `json:"draft,omitempty"` // its number; 0: none was made
	Ref      item.Ref         `json:"ref"`
	Name     string           `json:"name"`
	State    DraftedState     `json:"state"`
	Findings []item.Finding   `json:"findings,omitempty"`
	Changes  []item.Change    `json:"changes,omitempty"` // against the version in force
	Result   *register.Result `json:"result,omitempty"`
}

// DraftedState says what became of an item that was to be drafted.
type DraftedState string

// The states.
const (
	DraftFaulty    DraftedState = "faulty"    // it has errors; nothing of the call was drafted
	DraftReady     DraftedState = "ready"     // it would be drafted
	DraftMade      DraftedState = "drafted"   //
	DraftWaiting   DraftedState = "waiting"   // an open draft says just this already
	DraftUnchanged DraftedState = "unchanged" // the version in force says just this already
	DraftRejected  DraftedState = "rejected"  // the Register said no: see Result
)

// DraftList is one page of drafts.
type DraftList struct {
	Drafts []register.DraftView `json:"drafts"`
	More   bool                 `json:"more,omitempty"`
}

// DraftPath names a draft by the record that made it; exported as CasePath is.
type DraftPath struct {
	Draft register.Index `path:"draft" minimum:"1"`
}

// DraftDetail is one draft with its text and what the check says of it.
type DraftDetail struct {
	register.DraftView
	Item     item.Item      `json:"item"`
	Findings []item.Finding `json:"findings,omitempty"`
	Changes  []item.Change  `json:"changes,omitempty"` // against the version that it was written against
}

// Publishing is drafts to approve and publish.
type Publishing struct {
	Drafts    []register.Index `json:"drafts,omitempty" maxItems:"2000"`
	All       bool             `json:"all,omitempty"` // every open draft for the area; those with errors stay drafts
	Area      area.Code        `json:"area,omitempty"`
	Effective workday.Date     `json:"effective,omitempty"` // for all; default: what each draft wants, else today
	Staff     string           `json:"staff" minLength:"1"` // who approves: nobody who wrote of it
	Note      string           `json:"note,omitempty" maxLength:"2000"`
	Check     bool             `json:"check,omitempty"`
}

// PublishedItem is what came of one draft.
type PublishedItem struct {
	Draft     register.Index   `json:"draft"`
	Ref       item.Ref         `json:"ref"`
	Name      string           `json:"name"`
	Effective workday.Date     `json:"effective,omitempty"`
	Findings  []item.Finding   `json:"findings,omitempty"`
	Changes   []item.Change    `json:"changes,omitempty"`
	Result    *register.Result `json:"result,omitempty"` // nil when only checked, or when a finding forbids it
}

func (s *Server) registerDrafts(api huma.API) {
	route(s, api, op("drafts-make", http.MethodPost, "/v1/drafts", "draft versions of items", "catalogue"), s.draft)
	route(s, api, op("drafts", http.MethodGet, "/v1/drafts", "list drafts", "catalogue"), s.drafts)
	route(s, api, op("draft", http.MethodGet, "/v1/drafts/{draft}", "show a draft", "catalogue"),
		func(_ context.Context, in *DraftPath) (DraftDetail, error) { return s.draftDetail(in.Draft) })
	route(s, api, op("draft-close", http.MethodPost, "/v1/drafts/{draft}/close", "return a draft, or give it up", "catalogue"),
		func(ctx context.Context, in *struct {
			DraftPath
			Body struct {
				Reason string `json:"reason" minLength:"1"`
				Staff  string `json:"staff" minLength:"1"`
			}
		}) (register.Result, error) {
			return s.propose(ctx, fmt.Sprintf("close draft %d", in.Draft), Wish{
				Body: register.Closing{Draft: in.Draft, Reason: in.Body.Reason}, Staff: in.Body.Staff,
			})
		})
	route(s, api, op("drafts-publish", http.MethodPost, "/v1/publications", "approve drafts and publish them", "catalogue"), s.publish)
}

// findings is everything that the machine finds in an item: what the Register
// refuses by, what the conditions compile to, and what the rules of its area
// know nothing of.
func (s *Server) findings(it *item.Item) []item.Finding {
	found := append(item.Validate(*it), condition.Check(it)...)
	if it.Ref.Area.Level() > area.District && !it.Local {
		found = append(found, item.Finding{
			Element: "local", Code: "not_local", Severity: item.Error,
			Message: "镇、村只发布个性化事项：标准化事项由区或市发布，起草时请指明为哪个区（area）",
			English: "a town or a village publishes local items only: draft a standardized one for its district (area)",
		})
	}
	if len(it.WindowTypes) == 0 {
		return found
	}
	known, _ := rule.Doc[rule.WindowTypes](s.node.Register.Rules(), it.Ref.Area, string(s.today()))
	for i, name := range it.WindowTypes {
		if len(known.Types) > 0 && !slices.ContainsFunc(known.Types, func(t rule.WindowType) bool { return t.Name == name }) {
			found = append(found, item.Finding{
				Element: fmt.Sprintf("window_types[%d]", i), Code: "unknown_window", Severity: item.Warning,
				Message: fmt.Sprintf("规则“窗口类型”中没有“%s”", name),
				English: fmt.Sprintf("the rule window_types knows no %q", name),
			})
		}
	}
	return found
}

// FourEyes refuses an approval by somebody who wrote of the draft. The Register
// refuses it too; here it is said before anything is proposed.
const FourEyes refusal.Code = "four_eyes"

// lawChanged is the finding with which an item may wait as a draft, but not be
// published: its law is out of date.
const lawChanged = "law_changed"

// draftable reports whether an item may be drafted: published it may not be
// while a finding is an error.
func draftable(found []item.Finding) bool {
	return !slices.ContainsFunc(found, func(f item.Finding) bool { return f.Severity == item.Error && f.Code != lawChanged })
}

// newest is the highest version that an area published of an item, withdrawn
// or not.
func (s *Server) newest(c item.Code, a area.Code) (v register.Published, err error) {
	all, err := s.node.Register.History(c)
	for _, one := range all {
		if one.Ref.Area == a && one.Ref.Version > v.Ref.Version {
			v = one
		}
	}
	return v, err
}

func (s *Server) draft(ctx context.Context, in *struct{ Body Drafting }) ([]Drafted, error) {
	b := in.Body
	if (b.Revises != 0) && len(b.Items) != 1 {
		return nil, refusal.Newf(refusal.Malformed, "draft", "send the one item that replaces it", "%d items cannot replace one draft", len(b.Items))
	}
	out := make([]Drafted, len(b.Items))
	wishes := make([]Wish, 0, len(b.Items))
	var places []int
	faulty := false
	for i, it := range b.Items {
		one, w, err := s.prepare(it, b)
		if err != nil {
			return nil, err
		}
		if out[i] = one; one.State == DraftReady {
			wishes, places = append(wishes, w), append(places, i)
		}
		faulty = faulty || one.State == DraftFaulty
	}
	if b.Check || faulty || len(wishes) == 0 {
		return out, nil // all or nothing: one that may not be drafted stops the rest
	}
	results, err := s.node.Propose(ctx, wishes...)
	if err != nil {
		return nil, err
	}
	for i, r := range results {
		one := &out[places[i]]
		if one.Result, one.State = &r, DraftRejected; r.Outcome == register.Applied {
			one.Draft, one.State = r.Index, DraftMade
		}
	}
	return out, nil
}

// prepare checks one item and finds out what is to be done with it.
func (s *Server) prepare(it item.Item, b Drafting) (Drafted, Wish, error) {
	target, basis := s.areaOr(cmp.Or(b.Area, it.Ref.Area)), it.Ref.Version
	newest, err := s.newest(it.Ref.Code, target)
	if err != nil {
		return Drafted{}, Wish{}, err
	}
	base := newest.Ref.Version
	it.Ref.Area, it.Ref.Version = target, base+1
	one := Drafted{Ref: it.Ref, Name: it.Name, State: DraftReady, Findings: s.findings(&it)}
	old, has := s.node.Register.Version(newest.Ref)
	if has {
		one.Changes = item.Diff(*old, it)
	}
	if basis != 0 && basis < base && len(one.Changes) > 0 {
		one.Findings = append(one.Findings, item.Finding{
			Element: "ref.version", Code: "older_base", Severity: item.Warning,
			Message: fmt.Sprintf("取自第 %d 版，最新的是第 %d 版：请确认没有改回旧内容", basis, base),
			English: fmt.Sprintf("taken from version %d, the newest is %d: see that nothing goes back to what it was", basis, base),
		})
	}
	switch {
	case !draftable(one.Findings) && !b.Unfinished:
		one.State = DraftFaulty
	case has && newest.Withdrawn == 0 && len(one.Changes) == 0:
		one.State = DraftUnchanged
	case b.Revises == 0:
		if one.Draft = s.waiting(&it); one.Draft != 0 {
			one.State = DraftWaiting
		}
	}
	return one, Wish{Body: register.Draft{Item: it, Base: base, Revises: b.Revises, Erratum: b.Erratum, Reason: b.Reason}, Staff: b.Staff}, nil
}

// waiting is the open draft that says just what an item says; 0: none does.
func (s *Server) waiting(it *item.Item) register.Index {
	open, _ := s.node.Register.Drafts(register.DraftFilter{Area: it.Ref.Area, State: register.OpenDraft, Code: it.Ref.Code}, 0, 0)
	for _, d := range open {
		if _, text, ok := s.node.Register.Draft(d.Index); ok && bytes.Equal(wire.Encode(text.Item), wire.Encode(*it)) {
			return d.Index
		}
	}
	return 0
}

func (s *Server) drafts(_ context.Context, in *struct {
	Area  area.Code           `query:"area" doc:"for this area or one under it; default: the whole realm"`
	State register.DraftState `query:"state" enum:"open,revised,closed,published,all" default:"open"`
	Code  item.Code           `query:"code" maxLength:"40"`
	After register.Index      `query:"after"`
	Limit int                 `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}) (DraftList, error) {
	f := register.DraftFilter{Area: in.Area, State: in.State, Code: in.Code}
	if in.State == "all" {
		f.State = ""
	}
	found, more := s.node.Register.Drafts(f, in.After, in.Limit)
	if found == nil {
		found = []register.DraftView{}
	}
	return DraftList{found, more}, nil
}

func (s *Server) draftDetail(i register.Index) (DraftDetail, error) {
	view, text, ok := s.node.Register.Draft(i)
	if !ok {
		return DraftDetail{}, refusal.Newf(refusal.NotFound, "show draft", "list them with 'tongban item drafts'", "record %d is no draft", i)
	}
	d := DraftDetail{DraftView: view, Item: text.Item, Findings: s.findings(&text.Item)}
	ref := text.Item.Ref
	ref.Version = text.Base
	if old, ok := s.node.Register.Version(ref); ok && text.Base != 0 {
		d.Changes = item.Diff(*old, text.Item)
	}
	return d, nil
}

func (s *Server) publish(ctx context.Context, in *struct{ Body Publishing }) ([]PublishedItem, error) {
	b := in.Body
	if b.All == (len(b.Drafts) > 0) {
		return nil, refusal.Newf(refusal.Malformed, "publish", "name drafts, or say all", "either drafts or all, one of them")
	}
	drafts := b.Drafts
	if b.All {
		drafts = s.openDrafts(s.areaOr(b.Area))
	}
	out := make([]PublishedItem, 0, len(drafts))
	wishes := make([]Wish, 0, len(drafts))
	var sound []int
	var own error // why the last draft of the approver's own is left out
	for _, i := range drafts {
		d, err := s.draftDetail(i)
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return nil, err
		}
		if slices.Contains(d.Editors, register.Editor{Center: s.node.Self().Center, Staff: strings.TrimSpace(b.Staff)}) {
			own = refusal.Newf(FourEyes, "publish "+string(d.Ref.Code), "let a colleague approve it who wrote none of it ('tongban item check "+fmt.Sprint(i)+"' names the writers)",
				"四眼原则：%s 写过草稿 %d 的内容，不能由本人批准 (four eyes: %s wrote of draft %d)", b.Staff, i, b.Staff, i)
			if b.All {
				continue // a colleague approves those
			}
			return nil, own
		}
		one := PublishedItem{Draft: i, Ref: d.Ref, Name: d.Name, Effective: b.effective(&d), Findings: d.Findings, Changes: d.Changes}
		if item.Publishable(d.Findings) {
			sound = append(sound, len(out))
			wishes = append(wishes, Wish{
				Body:  register.Publication{Draft: i, Content: d.Content, Effective: string(one.Effective)},
				Staff: b.Staff, Note: b.Note,
			})
		}
		out = append(out, one)
	}
	if len(out) == 0 && own != nil {
		return nil, own
	}
	if b.Check || !b.All && len(sound) < len(out) || len(sound) == 0 {
		return out, nil
	}
	results, err := s.node.Propose(ctx, wishes...)
	if err != nil {
		return nil, err
	}
	for i, r := range results {
		out[sound[i]].Result = &r
	}
	return out, nil
}

// effective is the day that the publisher names, else the one that the draft
// wants where that is still to come.
func (b Publishing) effective(d *DraftDetail) workday.Date {
	if b.Effective == "" && !d.Erratum && workday.Date(d.Item.Effective) > workday.DateOf(timeOf(d.Time)) {
		return workday.Date(d.Item.Effective)
	}
	return b.Effective
}

// openDrafts lists what waits for a publisher of exactly this area.
func (s *Server) openDrafts(a area.Code) (all []register.Index) {
	after := register.Index(0)
	for {
		page, more := s.node.Register.Drafts(register.DraftFilter{Area: a, State: register.OpenDraft}, after, 1000)
		for _, d := range page {
			if after = d.Index; d.Ref.Area == a {
				all = append(all, d.Index)
			}
		}
		if !more {
			return all
		}
	}
}

// Package drafting is what becomes of items that somebody wants to draft or
// publish: what the machine finds in them, what they would change, whose
// approval they wait for, and what the Register is asked to do about it.
//
// It must never let a text be published that its approver wrote, never draft a
// part of what was sent together, and never decide what the Register decides:
// whatever it refuses early the Register would refuse as well.
package drafting

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
)

// Register is what is known of items and drafts. A *register.Register is one.
type Register interface {
	History(c item.Code) ([]register.Published, error)
	Version(ref item.Ref) (*item.Item, bool)
	Drafts(f register.DraftFilter, after register.Index, limit int) ([]register.DraftView, bool)
	Draft(i register.Index) (register.DraftView, *register.Draft, bool)
	Rules() rule.Set
}

var _ Register = (*register.Register)(nil)

// Wish is one command before it has a number.
type Wish struct {
	Body  register.Body
	Staff string
	Note  string
}

// Drafts drafts and publishes for one center. Its fields are set before it is
// used; it is safe for concurrent use when what they hold is.
type Drafts struct {
	Register Register
	// Propose brings commands of this center to the Register and waits until
	// this node's copy has them.
	Propose func(ctx context.Context, wishes ...Wish) ([]register.Result, error)
	// Try tells what would come of a command, and changes nothing.
	Try   func(w Wish) (register.Result, error)
	Self  func() area.Center
	Today func() workday.Date
}

// Drafting is items to propose as drafts.
type Drafting struct {
	Items      []item.Item    `json:"items" minItems:"1" maxItems:"500"`
	Area       area.Code      `json:"area,omitempty"` // whose version; default: this center's own
	Staff      string         `json:"staff" minLength:"1"`
	Reason     string         `json:"reason,omitempty" maxLength:"2000"` // what it is for (a version that follows another has to say); of an erratum: the mistake
	Revises    register.Index `json:"revises,omitempty"`                 // the open draft that the one item replaces
	Erratum    bool           `json:"erratum,omitempty"`                 // corrects the version in force, the same day
	Unfinished bool           `json:"unfinished,omitempty"`              // draft it although the check finds errors
	Check      bool           `json:"check,omitempty"`                   // only tell what would come of it
}

// MaxItems is how many items one Drafting holds.
const MaxItems = 500

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

// FourEyes refuses an approval by somebody who wrote of the draft. The Register
// refuses it too; here it is said before anything is proposed.
const FourEyes refusal.Code = "four_eyes"

// lawChanged is the finding with which an item may wait as a draft, but not be
// published: its law is out of date.
const lawChanged = "law_changed"

// Findings is everything that the machine finds in an item: what the Register
// refuses by, what the conditions compile to, and what the rules of its area
// know nothing of.
func (d *Drafts) Findings(it *item.Item) []item.Finding {
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
	known, _ := rule.Doc[rule.WindowTypes](d.Register.Rules(), it.Ref.Area, string(d.Today()))
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

// draftable reports whether an item may be drafted: published it may not be
// while a finding is an error.
func draftable(found []item.Finding) bool {
	return !slices.ContainsFunc(found, func(f item.Finding) bool { return f.Severity == item.Error && f.Code != lawChanged })
}

// Newest is the highest version that an area published of an item, withdrawn
// or not; zero where it published none.
func (d *Drafts) Newest(c item.Code, a area.Code) (v register.Published, err error) {
	all, err := d.Register.History(c)
	for _, one := range all {
		if one.Ref.Area == a && one.Ref.Version > v.Ref.Version {
			v = one
		}
	}
	return v, err
}

// Show is one draft with its text.
func (d *Drafts) Show(i register.Index) (DraftDetail, error) {
	view, text, ok := d.Register.Draft(i)
	if !ok {
		return DraftDetail{}, refusal.Newf(refusal.NotFound, "show draft", "list them with 'tongban item drafts'", "record %d is no draft", i)
	}
	one := DraftDetail{DraftView: view, Item: text.Item, Findings: d.Findings(&text.Item)}
	if old, ok := d.Base(&one); ok {
		one.Changes = item.Diff(*old, text.Item)
	}
	return one, nil
}

// Base is the version that a draft was written against; not ok: it is the first.
func (d *Drafts) Base(one *DraftDetail) (*item.Item, bool) {
	if one.Base == 0 {
		return nil, false
	}
	ref := one.Item.Ref
	ref.Version = one.Base
	return d.Register.Version(ref)
}

// Close returns a draft with reasons, or gives it up.
func (d *Drafts) Close(ctx context.Context, i register.Index, reason, staff string) (register.Result, error) {
	return d.one(ctx, fmt.Sprintf("close draft %d", i), Wish{Body: register.Closing{Draft: i, Reason: reason}, Staff: staff})
}

// Withdraw stops offering a version from a day on; "": today.
func (d *Drafts) Withdraw(ctx context.Context, ref item.Ref, reason string, from workday.Date, staff string) (register.Result, error) {
	return d.one(ctx, "withdraw "+string(ref.Code), Wish{Body: register.Withdrawal{Ref: ref, Reason: reason, From: string(from)}, Staff: staff})
}

func (d *Drafts) one(ctx context.Context, what string, w Wish) (register.Result, error) {
	results, err := d.Propose(ctx, w)
	if err != nil {
		return register.Result{}, err
	}
	return results[0], results[0].Err(what)
}

// areaOr is an area, or this center's own.
func (d *Drafts) areaOr(a area.Code) area.Code { return cmp.Or(a, d.Self().Area()) }

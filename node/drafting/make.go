package drafting

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"

	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Make drafts items, all of them or none: one that may not be drafted stops the
// rest.
func (d *Drafts) Make(ctx context.Context, b Drafting) ([]Drafted, error) {
	if b.Revises != 0 && len(b.Items) != 1 {
		return nil, refusal.Newf(refusal.Malformed, "draft", "send the one item that replaces it", "%d items cannot replace one draft", len(b.Items))
	}
	if before, _, ok := d.Register.Draft(b.Revises); ok && strings.TrimSpace(b.Reason) == "" {
		b.Reason = before.Reason // what revises a draft is for what that was
	}
	out := make([]Drafted, len(b.Items))
	wishes := make([]Wish, 0, len(b.Items))
	var places []int
	faulty := false
	for i, it := range b.Items {
		one, w, err := d.prepare(it, b)
		if err != nil {
			return nil, err
		}
		if out[i] = one; one.State == DraftReady {
			wishes, places = append(wishes, w), append(places, i)
		}
		faulty = faulty || one.State == DraftFaulty
	}
	if b.Check || faulty || len(wishes) == 0 {
		return out, nil
	}
	if err := b.Explained(out); err != nil {
		return nil, err
	}
	results, err := d.Propose(ctx, wishes...)
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

// Explained refuses a version that follows another and does not say what it is
// for: the history of the item would not tell. all is what would become of each
// item of b.
func (b Drafting) Explained(all []Drafted) error {
	for _, one := range all {
		if one.State == DraftReady && one.Ref.Version > 1 && strings.TrimSpace(b.Reason) == "" {
			return refusal.Newf(Unexplained, "draft "+string(one.Ref.Code), "say what the new version is for (--reason)", "%s has version %d already, and nothing says what a new one is for", one.Ref.Code, one.Ref.Version-1)
		}
	}
	return nil
}

// prepare checks one item and finds out what is to be done with it.
func (d *Drafts) prepare(it item.Item, b Drafting) (Drafted, Wish, error) {
	target, basis := d.areaOr(cmp.Or(b.Area, it.Ref.Area)), it.Ref.Version
	newest, err := d.Newest(it.Ref.Code, target)
	if err != nil {
		return Drafted{}, Wish{}, err
	}
	base := newest.Ref.Version
	it.Ref.Area, it.Ref.Version = target, base+1
	one := Drafted{Ref: it.Ref, Name: it.Name, State: DraftReady, Findings: d.Findings(&it)}
	old, has := d.Register.Version(newest.Ref)
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
		if one.Draft = d.waiting(&it); one.Draft != 0 {
			one.State = DraftWaiting
		}
	}
	return one, Wish{Body: register.Draft{Item: it, Base: base, Revises: b.Revises, Erratum: b.Erratum, Reason: b.Reason}, Staff: b.Staff}, nil
}

// waiting is the open draft that says just what an item says; 0: none does.
func (d *Drafts) waiting(it *item.Item) register.Index {
	open, _ := d.Register.Drafts(register.DraftFilter{Area: it.Ref.Area, State: register.OpenDraft, Code: it.Ref.Code}, 0, 0)
	for _, one := range open {
		if _, text, ok := d.Register.Draft(one.Index); ok && bytes.Equal(wire.Encode(text.Item), wire.Encode(*it)) {
			return one.Index
		}
	}
	return 0
}

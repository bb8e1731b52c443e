package drafting

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
)

// Publish approves drafts and publishes them: those that were named only
// together, of all those of an area whatever is sound.
func (d *Drafts) Publish(ctx context.Context, b Publishing) ([]PublishedItem, error) {
	if b.All == (len(b.Drafts) > 0) {
		return nil, refusal.Newf(refusal.Malformed, "publish", "name drafts, or say all", "either drafts or all, one of them")
	}
	drafts := b.Drafts
	if b.All {
		drafts = d.open(d.areaOr(b.Area))
	}
	out := make([]PublishedItem, 0, len(drafts))
	wishes := make([]Wish, 0, len(drafts))
	var sound []int
	var own error // why the last draft of the approver's own is left out
	for _, i := range drafts {
		one, err := d.Show(i)
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return nil, err
		}
		if d.Wrote(&one.DraftView, b.Staff) {
			own = refusal.Newf(FourEyes, "publish "+string(one.Ref.Code), "let a colleague approve it who wrote none of it ('tongban item check "+fmt.Sprint(i)+"' names the writers)",
				"四眼原则：%s 写过草稿 %d 的内容，不能由本人批准 (four eyes: %s wrote of draft %d)", b.Staff, i, b.Staff, i)
			if b.All {
				continue // a colleague approves those
			}
			return nil, own
		}
		p := PublishedItem{Draft: i, Ref: one.Ref, Name: one.Name, Effective: b.effective(&one), Findings: one.Findings, Changes: one.Changes}
		if item.Publishable(one.Findings) {
			sound = append(sound, len(out))
			wishes = append(wishes, b.wish(&one))
		}
		out = append(out, p)
	}
	if len(out) == 0 && own != nil {
		return nil, own
	}
	if b.Check || !b.All && len(sound) < len(out) || len(sound) == 0 {
		return out, nil
	}
	results, err := d.Propose(ctx, wishes...)
	if err != nil {
		return nil, err
	}
	for i, r := range results {
		out[sound[i]].Result = &r
	}
	return out, nil
}

// Wrote reports whether somebody of this center wrote a text of a draft.
func (d *Drafts) Wrote(v *register.DraftView, staff string) bool {
	return slices.Contains(v.Editors, register.Editor{Center: d.Self(), Staff: strings.TrimSpace(staff)})
}

func (b Publishing) wish(one *DraftDetail) Wish {
	return Wish{
		Body:  register.Publication{Draft: one.Index, Content: one.Content, Effective: string(b.effective(one))},
		Staff: b.Staff, Note: b.Note,
	}
}

// effective is the day that the publisher names, else the one that the draft
// wants where that is still to come.
func (b Publishing) effective(one *DraftDetail) workday.Date {
	if b.Effective == "" && !one.Erratum && workday.Date(one.Item.Effective) > workday.DateOf(time.UnixMilli(one.Time)) {
		return workday.Date(one.Item.Effective)
	}
	return b.Effective
}

// open lists what waits for a publisher of exactly this area.
func (d *Drafts) open(a area.Code) (all []register.Index) {
	after := register.Index(0)
	for {
		page, more := d.Register.Drafts(register.DraftFilter{Area: a, State: register.OpenDraft}, after, 1000)
		for _, one := range page {
			if after = one.Index; one.Ref.Area == a {
				all = append(all, one.Index)
			}
		}
		if !more {
			return all
		}
	}
}

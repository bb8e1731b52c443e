package drafting

import (
	"fmt"

	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/refusal"
)

// Flawed refuses to publish a draft with errors.
const Flawed refusal.Code = "draft_flawed"

// Unexplained refuses to draft a version that follows another without saying
// what it is for: the history of the item would not tell.
const Unexplained refusal.Code = "reason_missing"

// MayPublish refuses what would be refused if somebody approved a draft now:
// four eyes, errors, a base that is no longer the newest, an area that is not
// this center's. Nothing is published, and the answer binds nobody.
func (d *Drafts) MayPublish(one *DraftDetail, staff string) error {
	switch {
	case one.State != register.OpenDraft:
		return refusal.Newf(refusal.Conflict, "", "", "record %d is %s, not open", one.Index, one.State)
	case d.Wrote(&one.DraftView, staff):
		return refusal.Newf(FourEyes, "", "", "whoever wrote of draft %d may not approve it", one.Index)
	case !item.Publishable(one.Findings):
		return refusal.Newf(Flawed, "", "", "%s", flaws(one.Findings))
	}
	return d.may(fmt.Sprintf("publish draft %d", one.Index), Publishing{Staff: staff}.wish(one))
}

// MayRevise refuses what would be refused if somebody replaced a draft by
// another text.
func (d *Drafts) MayRevise(one *DraftDetail, staff string) error {
	if one.State != register.OpenDraft {
		return refusal.Newf(refusal.Conflict, "", "", "record %d is %s, not open", one.Index, one.State)
	}
	return d.may(fmt.Sprintf("revise draft %d", one.Index), Wish{Body: register.Draft{Item: one.Item, Base: one.Base, Revises: one.Index, Erratum: one.Erratum, Reason: one.Reason}, Staff: staff})
}

// MayClose refuses what would be refused if somebody returned a draft, or gave
// it up.
func (d *Drafts) MayClose(one *DraftDetail, staff string) error {
	if one.State != register.OpenDraft {
		return refusal.Newf(refusal.Conflict, "", "", "record %d is %s, not open", one.Index, one.State)
	}
	return d.may(fmt.Sprintf("close draft %d", one.Index), Wish{Body: register.Closing{Draft: one.Index, Reason: "?"}, Staff: staff})
}

func (d *Drafts) may(what string, w Wish) error {
	result, err := d.Try(w)
	if err != nil {
		return err
	}
	return result.Err(what)
}

// flaws names the elements that stop a publication.
func flaws(found []item.Finding) (all string) {
	for _, f := range found {
		if f.Severity == item.Error {
			if all != "" {
				all += ", "
			}
			all += f.Element + ": " + f.Code
		}
	}
	return all
}

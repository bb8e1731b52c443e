package casework

import (
	"slices"

	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// branch is a piece of log that another took the place of.
type branch struct {
	Head    string
	By      string // who had the case by it
	From    string // who sent it; "": it was written here
	When    string // it was superseded here
	Cause   string
	Heavy   bool // it holds a decision or a service
	Events  []event
	More    int    // events that are not listed
	Adopt   string // where it is adopted, and where it is set aside; "": not here and now
	Aside   string
	Why     string // neither may be done
	Settled string // what became of it; "": nothing yet
	Reason  string
}

// shownOf bounds how many events of a branch a page lists.
const shownOf = 50

// branches says what was superseded, by whom it was written and when, and what
// can be done about it.
func (r *room) branches(c *workbench.Call, d *one) error {
	all, err := r.Cabinet.Branches(d.ID)
	if err != nil {
		return err
	}
	for _, b := range all {
		one, err := r.branch(c, d, b)
		if err != nil {
			return err
		}
		d.Branches = append(d.Branches, one)
	}
	return nil
}

func (r *room) branch(c *workbench.Call, d *one, b cabinet.Branch) (branch, error) {
	p := c.Page
	one := branch{Head: b.Head.Hash.String(), By: r.Name(b.Holder.Center), When: p.Time(b.At), Cause: p.Either(terms.Causes[b.Cause], string(b.Cause)), Heavy: b.Heavy && !b.Settled}
	if b.From != "" && b.From != r.Self() {
		one.From = r.Name(b.From)
	}
	records, err := r.Cabinet.BranchLog(d.ID, b.Number, max(b.Fork, 1), shownOf)
	if err != nil {
		return one, err
	}
	for _, raw := range records {
		record, err := casefile.Read(raw)
		if err != nil {
			return one, err
		}
		one.Events = append(one.Events, r.event(p, &record.Event))
	}
	one.More = int(b.Head.Index) + 1 - int(max(b.Fork, 1)) - len(one.Events)
	for _, s := range d.State.Branches {
		if s.Head == b.Head {
			one.Settled, one.Reason = said(p, s.Adopted), s.Reason
		}
	}
	if one.Settled == "" {
		r.settling(c, d, &one)
	}
	return one, nil
}

func said(p *frame.Page, adopted bool) string {
	if adopted {
		return p.Say("was_adopted")
	}
	return p.Say("was_set_aside")
}

// settling is what can be done about a branch here and now, or why nothing can.
func (r *room) settling(c *workbench.Call, d *one, b *branch) {
	i := slices.IndexFunc(d.Actions, func(o desk.Offered) bool { return o.Action == desk.Reconcile })
	switch {
	case i < 0:
	case account.May(c.Who.Duties, desk.Reconcile) != nil:
		b.Why = c.Reason(account.NotTrusted)
	case !d.Actions[i].Allowed && d.Actions[i].Code != desk.NothingIsOpen: // of several the trial names none
		b.Why = c.Reason(d.Actions[i].Code)
	default:
		at := with("/work/cases/"+string(d.ID)+"/do/"+string(desk.Reconcile)+"?head="+b.Head, d.In)
		b.Adopt, b.Aside = at+"&adopted=1", at
	}
}

// openBranches are those of which the log says nothing yet, to choose from.
func openBranches(r *room, v *desk.View) []option {
	all, err := r.Cabinet.Branches(v.State.ID)
	if err != nil {
		return nil // the desk says so when it is asked
	}
	var out []option
	for _, b := range all {
		if !b.Settled {
			text := r.Name(b.Holder.Center) + " " + workdayTime(b.At) + " " + b.Head.Hash.String()[:8]
			out = append(out, option{b.Head.Hash.String(), terms.Pair{text, text}})
		}
	}
	return out
}

func workdayTime(ms int64) string { return (&frame.Page{}).Time(ms) }

package desk

import (
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Action is what a member of staff can do. The names are the API's and the
// command line's.
type Action string

// The actions.
const (
	Open       Action = "open"
	OpenBundle Action = "open_bundle"
	Receive    Action = "receive"
	Notice     Action = "notice"
	Supplement Action = "supplement"
	Accept     Action = "accept"
	Decline    Action = "decline"
	Check      Action = "check"
	Review     Action = "review"
	Suspend    Action = "suspend"
	Resume     Action = "resume"
	Extend     Action = "extend"
	HandOver   Action = "hand_over"
	TakeOver   Action = "take_over"
	TurnBack   Action = "turn_back"
	Outside    Action = "outside"
	Opinion    Action = "opinion"
	Decide     Action = "decide"
	Make       Action = "make"
	Serve      Action = "serve"
	HandOut    Action = "hand_out"
	Settle     Action = "settle"
	Withdraw   Action = "withdraw"
	Terminate  Action = "terminate"
	Conclude   Action = "conclude"
	Archive    Action = "archive"
	Seize      Action = "seize"
	Reconcile  Action = "reconcile"
)

// Move is what comes next on the way of a case, and whose turn it is.
type Move struct {
	Action Action      `json:"action,omitempty"` // "" when nothing more is to be done
	Step   int         `json:"step"`             // of the pinned item; -1 where it lists none for this
	Name   string      `json:"name,omitempty"`   // of the step
	Center area.Center `json:"center,omitempty"` // whose turn; "" where none can be found
	Here   bool        `json:"here"`             // it is this center's turn, and the case is here
}

// Next is what comes next for a case, from the pinned item's steps and the
// rules of competence.
func (d *Desk) Next(s casefile.State) Move {
	return d.sheet(s, By{}, true, newGiven()).next()
}

func (sh *sheet) next() Move {
	s := &sh.s
	if s.Offer != nil {
		return sh.turn(TakeOver, s.Offer.Step, s.Offer.To.Center)
	}
	if m, back := sh.correcting(); back {
		return m
	}
	return sh.onward()
}

// onward is what comes next on the route, whatever is to be corrected before.
func (sh *sheet) onward() Move {
	s := &sh.s
	switch s.Phase {
	case casefile.PhaseArchived:
		return Move{Step: -1}
	case casefile.PhaseConcluded:
		return sh.turn(Archive, -1, s.Holder.Center)
	case casefile.PhaseDeclined, casefile.PhaseReturned, casefile.PhaseWithdrawn, casefile.PhaseTerminated:
		return sh.turn(Conclude, -1, s.Holder.Center)
	case casefile.PhaseOpened, casefile.PhaseNoticed:
		return sh.beforeAcceptance()
	}
	if sh.it == nil {
		return Move{Step: -1}
	}
	if wait := s.Waiting(); wait != nil && wait.Ground == casefile.Payment {
		return sh.turn(FeePay, -1, s.Holder.Center)
	} else if wait != nil {
		return sh.turn(Resume, s.Waiting().Step, s.Holder.Center)
	}
	if s.DecidedAt == 0 {
		return sh.handling()
	}
	return sh.delivering()
}

// turn is a move of a known center.
func (sh *sheet) turn(a Action, step int, c area.Center) Move {
	m := Move{Action: a, Step: step, Center: c, Here: c != "" && c == sh.d.Self().Center}
	if sh.s.Offer == nil {
		m.Here = m.Here && sh.s.Holder == sh.d.Self()
	}
	if sh.it != nil && step >= 0 && step < len(sh.it.Steps) {
		m.Name = sh.it.Steps[step].Name
	}
	return m
}

func (sh *sheet) beforeAcceptance() Move {
	s := &sh.s
	if sh.it == nil {
		if s.ReceivedAt == 0 {
			return sh.turn(Receive, -1, s.Holder.Center)
		}
		return Move{Step: -1}
	}
	step, level := -1, sh.it.Level
	for _, action := range []item.Action{item.Accept, item.Receive} {
		if i, ok := sh.it.StepFor(action); ok {
			step, level = i, sh.it.Steps[i].Level
			break
		}
	}
	// A counter's work is mostly the holder's own; but a district that seized a
	// case of a lost town is not its counter.
	switch {
	case s.ReceivedAt == 0:
		return sh.turn(Receive, -1, sh.actor(level, casefile.Received, -1))
	case sh.deemedAccepted(): // whatever lacks: it is late for a notice
		return sh.turn(Accept, step, sh.actor(level, casefile.Accepted, -1))
	case sh.sentWanting():
		return sh.turn(SendBack, -1, s.Holder.Center)
	case len(sh.outstanding()) > 0 && s.Notice == nil:
		return sh.turn(Notice, -1, sh.actor(level, casefile.Noticed, -1))
	case len(sh.outstanding()) > 0:
		return sh.turn(Supplement, -1, sh.actor(level, casefile.Supplemented, -1))
	}
	return sh.turn(Accept, step, sh.actor(level, casefile.Accepted, -1))
}

// deemedAccepted reports whether the case counts as accepted, and the log does
// not say so yet.
func (sh *sheet) deemedAccepted() bool {
	_, deemed := clock.DeemedAccepted(sh.s, sh.d.Register.Calendar(), sh.limits(), sh.now)
	return deemed
}

// handling is what comes next between acceptance and decision.
func (sh *sheet) handling() Move {
	worked := -1 // the last step that was worked on: an assessment before it was not needed
	for i := range sh.it.Steps {
		if a := sh.it.Steps[i].Action; a != item.Receive && a != item.Accept && sh.s.Finished(sh.it, i) && !sh.s.Skips(i) {
			worked = i
		}
	}
	for i, st := range sh.it.Steps {
		if sh.s.Finished(sh.it, i) && !(st.Action == item.Decide && st.Outside) {
			continue
		}
		if st.Outside && !sh.s.Finished(sh.it, i) {
			if i < worked && st.Action != item.Decide {
				continue
			}
			return sh.turn(Outside, i, sh.actor(st.Level, casefile.Outside, i))
		}
		switch st.Action {
		case item.Check:
			return sh.turn(Check, i, sh.actor(st.Level, casefile.Checked, i))
		case item.Review:
			return sh.turn(Review, i, sh.actor(st.Level, casefile.Reviewed, i))
		case item.Posting, item.Assess:
			if st.Action == item.Assess && i < worked {
				continue
			}
			return sh.turn(Suspend, i, sh.actor(st.Level, casefile.Suspended, i))
		case item.Decide:
			return sh.turn(Decide, i, sh.actor(st.Level, casefile.Decided, i))
		}
	}
	return sh.turn(Decide, -1, sh.actor(sh.it.Level, casefile.Decided, -1))
}

// delivering is what comes next after the decision.
func (sh *sheet) delivering() Move {
	s := &sh.s
	if s.Decision != nil && s.Decision.Approved && s.ServedAt == 0 {
		for i, st := range sh.it.Steps {
			if st.Action == item.Make && !st.Outside && !s.Finished(sh.it, i) {
				return sh.turn(Make, i, sh.actor(st.Level, casefile.Made, i))
			}
		}
	}
	step := -1
	for _, action := range []item.Action{item.HandOut, item.Serve} {
		if i, ok := sh.it.StepFor(action); ok && !s.Skips(i) {
			step = i
		}
	}
	sent := sh.manner() != casefile.Collected
	switch {
	case s.HandedOut != 0 || sent && s.ServedAt != 0:
		return sh.turn(Conclude, -1, s.Holder.Center)
	case sent && (sh.allows(s.Holder, casefile.Served, step) || s.DecidedBy == nil):
		return sh.turn(Serve, step, s.Holder.Center)
	case sent:
		return sh.turn(Serve, step, s.DecidedBy.Center)
	}
	return sh.turn(HandOut, step, sh.collects())
}

// agreed is the agreement that the case was received under, as it stands now.
func (sh *sheet) agreed() (rule.Agreement, bool) {
	s := &sh.s
	if s.Filing.Agreement == "" {
		return rule.Agreement{}, false
	}
	a, ok := sh.d.Register.Rules().Agreement(string(s.Item.Code), s.Origin.Center.Area(), s.Subject, string(sh.today()))
	return a, ok && a.Name == s.Filing.Agreement
}

// manner is how the result reaches the applicant: as the applicant wished, else
// as the agreement says.
func (sh *sheet) manner() casefile.Manner {
	if wish := sh.s.Filing.Deliver; wish != "" {
		return wish
	}
	a, _ := sh.agreed()
	switch a.Result {
	case "online":
		return casefile.Online
	case "post":
		return casefile.ByPost
	}
	return casefile.Collected
}

// collects is where the applicant collects: at the center that was named at the
// opening, or at the one that decided where the agreement says so and nobody
// named another than the counter.
func (sh *sheet) collects() area.Center {
	s := &sh.s
	if a, ok := sh.agreed(); ok && a.Result == "competent_center" && s.Deliver == s.Origin.Center && s.DecidedBy != nil {
		return s.DecidedBy.Center
	}
	return s.Deliver
}

// actor finds the center whose turn a step is: the holder where it may do it
// itself (by level or by a dated power), else a center of the subject's line to
// which a power of district level or above was moved, else the center of the
// subject's area at the step's level, else one that the case has been at.
func (sh *sheet) actor(level area.Level, kind casefile.Kind, step int) area.Center {
	reg, s := sh.d.Register, &sh.s
	candidates := []casefile.Party{s.Holder}
	try := func(c area.Center) {
		incarnation, ok := reg.Current(c)
		p := casefile.Party{Center: c, Incarnation: incarnation}
		if ok && !slices.Contains(candidates, p) {
			candidates = append(candidates, p)
		}
	}
	standing, enrolled := reg.Responsible(s.Subject, level)
	var moved []area.Center // who has a power of that level, below it on the line
	for below := level + 1; below <= area.Village; below++ {
		if c, ok := reg.Responsible(s.Subject, below); ok && reg.HasPower(c, s.Item.Code, level, string(sh.today()), reg.Head().Index) {
			moved = append(moved, c)
		}
	}
	if level <= area.District { // a development zone with a district's powers
		for _, c := range moved {
			try(c)
		}
	}
	if enrolled {
		try(standing)
	}
	for _, c := range moved {
		try(c)
	}
	try(s.Origin.Center)
	for _, leg := range slices.Backward(s.Route) {
		try(leg.Party.Center)
	}
	for _, p := range candidates {
		if sh.allows(p, kind, step) {
			return p.Center
		}
	}
	return standing // the rules say no for another reason than competence: it is still that center's turn
}

// materials are those of the item that the applicant's answers select, and
// whatever was laid on the counter beside them.
func (sh *sheet) materials() []item.Material {
	if sh.it == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(sh.it.Materials), func(m item.Material) bool {
		return excuses(sh.s.Choice, m.ID) && !slices.ContainsFunc(sh.s.Materials, func(e casefile.MaterialEntry) bool {
			return e.ID == m.ID && e.State != casefile.Missing && e.State != casefile.NotNeeded
		})
	})
}

// outstanding are the materials that must be there and are not.
func (sh *sheet) outstanding() []item.Material {
	if sh.it == nil {
		return nil
	}
	if sh.s.Choice == nil {
		return Outstanding(sh.it, sh.s.Materials)
	}
	return Outstanding(sh.it, sh.s.Materials, sh.s.Choice.Excused...)
}

// Outstanding are the materials of an item that must be there and are not:
// everything that a one-time notice has to name. A material that the office has
// itself (免提交) is never asked for, nor one that falls away in the applicant's
// situation (excused, by id); one that is needed only in a case (When) counts
// until the counter says that it is not.
func Outstanding(it *item.Item, laid []casefile.MaterialEntry, excused ...string) []item.Material {
	var lacks []item.Material
	for _, m := range it.Materials {
		if m.Need == item.Optional || m.Exempt || slices.Contains(excused, m.ID) {
			continue
		}
		i := slices.IndexFunc(laid, func(e casefile.MaterialEntry) bool { return e.ID == m.ID })
		if i < 0 || laid[i].State == casefile.Missing {
			lacks = append(lacks, m)
		}
	}
	return lacks
}

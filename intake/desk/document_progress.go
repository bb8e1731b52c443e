package desk

import (
	"strings"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Progress is how far a case has come, for whoever applied. Nothing in it says
// who that is.
type Progress struct {
	Case    casefile.ID      `json:"case"`
	Number  string           `json:"number"`
	Item    string           `json:"item"`
	Center  string           `json:"center"` // that holds it
	Phone   string           `json:"telephone,omitempty"`
	Phase   casefile.Phase   `json:"phase"`
	Outcome casefile.Outcome `json:"outcome,omitempty"`
	Opened  workday.Date     `json:"opened"`
	Due     workday.Date     `json:"due,omitempty"` // of the decision
	Lamp    clock.Lamp       `json:"lamp"`          // of that day
	Waits   casefile.Ground  `json:"waits,omitempty"`
	Missing []string         `json:"missing,omitempty"` // materials
	Bring   workday.Date     `json:"bring,omitempty"`   // until when they are to be brought
	Owed    int64            `json:"owed,omitempty"`    // fen that are still to be paid
	Steps   []Progressed     `json:"steps"`
	Collect string           `json:"collect,omitempty"` // where the result lies to be collected
}

// Progressed is a step of the way, done or to come.
type Progressed struct {
	Name   string       `json:"name"`
	Center string       `json:"center,omitempty"`
	Day    workday.Date `json:"day,omitempty"` // "": not done yet
}

// NoProgress says that no case goes by that number and password; which of the
// two is wrong is not told.
const NoProgress refusal.Code = "no_progress"

// Progress is how far the case has come that a number or id names, for whoever
// knows its query password.
func (d *Desk) Progress(named, password string) (Progress, error) {
	const op = "ask how far a case has come"
	password = strings.TrimSpace(password)
	found := d.named(strings.TrimSpace(named))
	if len(found) == 0 { // a password is tried in any case: how long it takes tells nothing
		applicant.Opens(applicant.Seal("", ""), "", password)
	}
	for _, s := range found {
		if applicant.Opens(s.Filing.Secret, s.Number, password) {
			return d.progress(s), nil
		}
	}
	return Progress{}, refusal.Newf(NoProgress, op, "", "no case goes by this number and password")
}

// maxNamesakes is how many cases of one number are looked at. A center gives no
// number twice; another may have taken it all the same, and hides nothing by that.
const maxNamesakes = 8

// named are the cases of an id or of a case number.
func (d *Desk) named(text string) []casefile.State {
	if text == "" || len(text) > 80 {
		return nil
	}
	ids := []casefile.ID{casefile.ID(text)}
	if _, _, err := ids[0].Parse(); err != nil {
		ids = d.numbered(text)
	}
	var all []casefile.State
	for _, id := range ids {
		if s, err := d.Cases.State(id); err == nil {
			all = append(all, s)
		}
	}
	return all
}

// numbered finds the cases of a number. It looks at every card, whether one has
// the number or not: how long it takes does not tell that there is such a case.
func (d *Desk) numbered(number string) (ids []casefile.ID) {
	d.Cases.Cards(cabinet.Filter{}, func(c *cabinet.Card) bool {
		if c.Number == number && len(ids) < maxNamesakes {
			ids = append(ids, c.ID)
		}
		return true
	})
	return ids
}

func (d *Desk) progress(s casefile.State) Progress {
	sh := d.sheet(s, By{}, true, newGiven())
	p := Progress{Case: s.ID, Number: s.Number, Phase: s.Phase, Outcome: s.Outcome(), Opened: clock.DayOf(s.OpenedAt), Lamp: clock.Done}
	for _, f := range s.Fees {
		p.Owed += f.Open()
	}
	p.Center, p.Phone, _ = d.Register.Office(s.Holder.Center)
	over := p.Outcome != ""
	if wait := s.Waiting(); wait != nil && !over {
		p.Waits = wait.Ground
	}
	for _, r := range sh.readings() {
		switch {
		case over:
		case r.Clock == clock.Promised || r.Clock == clock.Legal && p.Due == "":
			p.Due, p.Lamp = r.Due, r.Lamp
		case r.Clock == clock.Bring && s.Phase == casefile.PhaseNoticed:
			p.Bring = r.Due
		}
	}
	if !over {
		for _, m := range sh.outstanding() {
			p.Missing = append(p.Missing, m.Name)
		}
	}
	if s.Outcome() == casefile.OutcomeGranted && s.HandedOut == 0 && s.ServedAt == 0 {
		p.Collect, _, _ = d.Register.Office(s.Deliver)
	}
	if sh.it == nil {
		return p
	}
	p.Item = sh.it.Name
	p.Steps = sh.steps(over)
	return p
}

// steps are the steps of the item with the day of each that is done; of a case
// that is over, those that were done.
func (sh *sheet) steps(over bool) []Progressed {
	s := &sh.s
	var all []Progressed
	for i, st := range sh.it.Steps {
		if s.Skips(i) {
			continue
		}
		one := Progressed{Name: st.Name}
		switch {
		case st.Action == item.Receive && s.ReceivedAt != 0:
			one.Day, one.Center = clock.DayOf(s.ReceivedAt), sh.office(s.Origin.Center)
		case st.Action == item.Accept && s.AcceptedAt != 0:
			one.Day, one.Center = clock.DayOf(s.AcceptedAt), sh.office(s.AcceptedBy.Center)
		}
		for _, done := range s.Steps {
			if done.Step == i {
				one.Day, one.Center = clock.DayOf(done.At), sh.office(done.Center)
			}
		}
		if one.Day == "" && over {
			continue
		}
		all = append(all, one)
	}
	return all
}

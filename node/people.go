package node

import (
	"context"
	"slices"
	"time"

	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/lookup"
)

// about is the cases as the search for people looks at them.
type about struct {
	*cabinet.Cabinet
	desk *desk.Desk
}

// All visits every case.
func (a about) All(visit func(id casefile.ID, erased bool) bool) {
	a.Cards(cabinet.Filter{}, func(c *cabinet.Card) bool { return visit(c.ID, c.Erased) })
}

// People is the applicant of a case and who acts for them. Those of a case to
// which access is restricted are entered too: whoever searches is not shown it.
func (a about) People(id casefile.ID) ([]lookup.Person, bool, error) {
	s, err := a.State(id)
	if err != nil {
		return nil, false, err
	}
	if slices.Contains(s.Erased, s.Applicant.Hash) {
		return nil, true, nil
	}
	who, err := a.desk.Disclosed(s)
	if refusal.CodeOf(err) == desk.ContentLacks {
		return nil, false, nil // it is for others to know, or on its way
	}
	if err != nil {
		return nil, false, err
	}
	people := []lookup.Person{found(who.Person)}
	for _, p := range []*applicant.Person{who.Agent, who.Representative} {
		if p != nil {
			people = append(people, found(*p))
		}
	}
	return people, true, nil
}

// found is what somebody is found by.
func found(p applicant.Person) lookup.Person {
	return lookup.Person{Name: p.Name + " " + p.Organisation, Numbers: []string{p.ResidentID, p.CreditCode, p.OtherID}, Telephone: p.Telephone}
}

// followPeople keeps the search for people in step with the cases.
func (n *Node) followPeople(ctx context.Context) error {
	return n.people.Follow(ctx, about{n.cabinet, n.desk}, n.log)
}

// warmEvery is how often the worklist is brought up to date where nobody asks
// for it: soon after midnight, after a move of the Register, and after much was
// taken in. It costs nothing when nothing has changed.
const warmEvery = time.Second

// warmWorklist keeps the lines of the worklist ready.
func (n *Node) warmWorklist(ctx context.Context) error {
	tick := time.NewTicker(warmEvery)
	defer tick.Stop()
	for {
		if err := n.desk.Warm(ctx); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

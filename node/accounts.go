package node

import (
	"crypto/rand"
	"time"

	"tongban/catalog/workday"
	"tongban/node/account"
)

// openAccounts opens who may work at this center's screens.
func (n *Node) openAccounts() (err error) {
	cost, shut := account.VillageCost, 30*time.Minute // one person, who is called away from the desk
	if n.config.Profile == "hub" {
		cost, shut = account.HubCost, 10*time.Minute
	}
	n.accounts, err = account.Open(account.Config{
		DB: n.store.DB(), Self: n.self, Key: n.key, KeyOf: n.keyOf, Now: n.now, Rand: rand.Reader, Log: n.log,
		Cost: cost, Full: n.mayWrite, Staff: n.staffMember, Provider: n.config.API.OIDC.source(),
	})
	if err != nil {
		return err
	}
	n.sessions, err = account.NewSessions(n.accounts, account.SessionsConfig{
		Secure: n.config.API.secure(), ShutAfter: shut, Forget: !n.start.Verdict.Sound(),
	})
	if err != nil {
		return err
	}
	n.provider, err = n.config.API.provider(n.dir, n.now, n.log)
	return err
}

// staffMember is somebody of the roster; whoever is named where none is kept.
func (n *Node) staffMember(staff string) (number, name string, err error) {
	r := n.hall.Staff.Roster()
	if r.Empty() {
		return staff, staff, nil
	}
	m, err := r.Find(staff, workday.DateOf(n.now()))
	return m.Number, m.Name, err
}

package node

import (
	"testing"

	"tongban/intake/hall"
	"tongban/intake/hall/roster"
	"tongban/node/account"
)

func TestAccountsOfACenter(t *testing.T) {
	c := newCity(t, wujiang)
	n := c.nodes[wujiang]
	if !n.accounts.Empty() {
		t.Error("a new center has accounts")
	}
	_, err := n.accounts.Create(c.ctx, "建设者", account.Account{Login: "boss", Staff: "虚构甲", Duties: account.All()})
	must(t, err)
	member, err := n.hall.Staff.Add(hall.By{Staff: "建设者"}, roster.Member{Name: "虚构乙"})
	must(t, err)
	if _, err := n.accounts.Create(c.ctx, "建设者", account.Account{Login: "other", Staff: "虚构丙", Duties: account.All()}); err == nil {
		t.Error("somebody who does not work here has an account")
	}
	initial, err := n.accounts.Create(c.ctx, "建设者", account.Account{Login: "yi", Staff: "虚构乙", Duties: account.Duties{account.Clerk}})
	must(t, err)
	if acc, _ := n.accounts.Get("yi"); acc.Staff != member.Number || acc.Name != "虚构乙" || initial == "" {
		t.Errorf("%+v", acc)
	}
	c.kill(wujiang)
	n = c.start(wujiang)
	if all := n.accounts.List(); len(all) != 2 {
		t.Errorf("%+v", all)
	}
	if head, err := n.accounts.Verify(c.ctx); err != nil || head.Index != 2 {
		t.Error(head, err)
	}
}

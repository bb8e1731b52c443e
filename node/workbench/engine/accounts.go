package engine

import (
	"cmp"
	"slices"
	"strings"

	"tongban/consensus/refusal"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// people is the page of the accounts.
type people struct {
	Rows   []person
	Roster []Member
	Form   form
	Given  *given // the first password of an account that was made or reset, told once
}

type person struct {
	account.Account
	Words, Last, State string
}

type form struct {
	Login, Staff, Name string
	Outside            string // what the provider of sign-ins calls them
	Linking            bool   // there is a provider
	Duties             []duty
}

type duty struct {
	Value, Text string
	Chosen      bool
}

type given struct{ Login, Password string }

func (r *room) people(p *frame.Page, typed account.Duties) *people {
	d := &people{Roster: r.Roster(), Form: form{Duties: duties(p, typed)}}
	for _, a := range r.Accounts.List() {
		d.Rows = append(d.Rows, r.person(p, a))
	}
	return d
}

func (r *room) person(p *frame.Page, a account.Account) person {
	one := person{Account: a, Last: p.Time(a.SignedIn)}
	for i, d := range a.Duties {
		if i > 0 {
			one.Words += p.Pick("、", ", ")
		}
		one.Words += p.Pick(d.Chinese(), d.English())
	}
	switch {
	case a.Disabled:
		one.State = p.Say("is_disabled")
	case a.Locked > r.Now().UnixMilli():
		one.State = p.Say("is_locked")
	case a.MustChange:
		one.State = p.Say("is_new")
	}
	return one
}

func duties(p *frame.Page, chosen account.Duties) []duty {
	var all []duty
	for _, d := range account.All() {
		all = append(all, duty{string(d), p.Pick(d.Chinese(), d.English()), chosen.Has(d)})
	}
	return all
}

func (r *room) accounts(c *workbench.Call) error {
	c.Page.Nav, c.Page.Title = "accounts", c.Page.Say("accounts")
	return c.Show("accounts", r.people(c.Page, nil))
}

// add makes an account and shows its first password, which is told once.
func (r *room) add(c *workbench.Call) error {
	p := c.Page
	p.Nav, p.Title = "accounts", p.Say("accounts")
	chosen, err := account.ParseDuties(c.PostForm["duty"])
	d := r.people(p, chosen)
	d.Form.Login, d.Form.Staff, d.Form.Name = c.PostForm.Get("login"), c.PostForm.Get("staff"), c.PostForm.Get("name")
	initial := ""
	if err == nil {
		initial, err = r.Accounts.Create(c.Context(), by(c), account.Account{Login: d.Form.Login, Staff: d.Form.Staff, Name: d.Form.Name, Duties: chosen})
	}
	if err != nil {
		return c.Again("accounts", d, err)
	}
	login := strings.ToLower(strings.TrimSpace(d.Form.Login))
	d = r.people(p, nil)
	d.Given = &given{login, initial}
	return c.Show("accounts", d)
}

// by is who acts, for the accounts' book.
func by(c *workbench.Call) string { return cmp.Or(c.Who.Staff, c.Who.Login) }

// one is the page of one account.
type one struct {
	person
	Form   form
	Roster []Member
	Given  *given
}

func (r *room) account(c *workbench.Call) error {
	d, err := r.one(c)
	if err != nil {
		return err
	}
	return c.Show("account", d)
}

func (r *room) one(c *workbench.Call) (*one, error) {
	login := c.PathValue("login")
	a, ok := r.Accounts.Get(login)
	if !ok {
		return nil, refusal.Newf(refusal.NotFound, "", "", "there is no account %q", login)
	}
	c.Page.Nav, c.Page.Title = "accounts", cmp.Or(a.Name, a.Login)
	return &one{person: r.person(c.Page, a), Form: form{a.Login, a.Staff, a.Name, a.Outside, r.Accounts.Links(), duties(c.Page, a.Duties)}, Roster: r.Roster()}, nil
}

// change edits an account, or does to it what the button says.
func (r *room) change(c *workbench.Call) error {
	d, err := r.one(c)
	if err != nil {
		return err
	}
	switch what := c.PostForm.Get("do"); what {
	case "disable":
		err = r.Accounts.Disable(by(c), d.Login)
	case "enable":
		err = r.Accounts.Enable(by(c), d.Login)
	case "reset":
		initial, failed := r.Accounts.Reset(c.Context(), by(c), d.Login)
		if err = failed; err == nil {
			if d, err = r.one(c); err != nil {
				return err
			}
			d.Given = &given{d.Login, initial}
			return c.Show("account", d)
		}
	default:
		err = r.edit(c, d)
	}
	if err != nil {
		return c.Again("account", d, err)
	}
	return c.Go("/work/node/accounts/"+d.Login, "changed")
}

func (r *room) edit(c *workbench.Call, d *one) error {
	f := &d.Form
	f.Name, f.Staff = c.PostForm.Get("name"), c.PostForm.Get("staff")
	if f.Linking {
		f.Outside = c.PostForm.Get("outside")
	}
	chosen, err := account.ParseDuties(c.PostForm["duty"])
	if err != nil {
		return err
	}
	f.Duties = duties(c.Page, chosen)
	if len(chosen) == 0 { // of a change that would say: as they are
		return refusal.Newf(account.BadAccount, "", "", "an account has at least one duty")
	}
	change := account.Change{}
	if f.Name != d.Name {
		change.Name = &f.Name
	}
	if f.Staff != d.Staff {
		change.Staff = &f.Staff
	}
	if f.Outside != d.Outside {
		change.Outside = &f.Outside
	}
	if !slices.Equal(chosen, d.Duties) {
		change.Duties = chosen
	}
	return r.Accounts.Edit(by(c), d.Login, change)
}

// book is the accounts' book, a page of it.
type book struct{ Rows []entry }

type entry struct{ When, Kind, Login, Staff, From string }

func (r *room) audit(c *workbench.Call) error {
	p := c.Page
	p.Nav, p.Title = "audit", p.Say("audit")
	before := parse(p.Query.Get("before"))
	page, err := r.Accounts.Audit(account.Query{Login: p.Query.Get("login"), Before: before, Limit: 100})
	if err != nil {
		return err
	}
	d := &book{}
	for _, l := range page.Lines {
		d.Rows = append(d.Rows, entry{p.Time(l.At), p.Either(kinds[l.Kind], l.Kind), l.Login, l.Staff, l.From})
	}
	if page.Before != 0 {
		p.Next = p.With("before", number(page.Before))
	}
	if before != 0 {
		p.First = p.With("before", "")
	}
	return c.Show("audit", d)
}

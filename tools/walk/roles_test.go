package walk

import (
	"slices"
	"strings"
	"testing"

	"tongban/node/account"
)

// person is somebody with a role, at one screen, in one view.
type person struct {
	*Browser
	c    *center
	t    *testing.T
	view view
	name string // of their account; with "虚构" before it their staff number and name
}

// inEveryView lets a role go its main path once in each view: another person
// with the same duties each time, so that each finds what the path needs. In the
// short form one role goes it at a desk in Chinese, the next on a telephone in
// English.
func (c *center) inEveryView(role string, duties []account.Duty, path func(p *person)) {
	c.t.Helper()
	for _, v := range viewsOf(role) {
		name := nameIn(role, v)
		c.t.Run(name, func(t *testing.T) {
			before := c.t
			c.t = t // what fails in a view ends that view
			defer func() { c.t = before }()
			p := &person{browser(t), c, t, v, name}
			c.somebody(p.Browser, name, duties...)
			p.can(p.Size(Screens[v.name]))
			p.open("/work/me?" + v.query)
			path(p)
			p.look()
		})
	}
}

// onTelephone are the roles that go their path on a telephone in the short form.
var onTelephone = []string{"agent", "duty", "guide", "head", "operator", "publisher", "village"}

func viewsOf(role string) []view {
	all := screens()
	switch {
	case whole():
		return all
	case slices.Contains(onTelephone, role):
		return all[1:]
	}
	return all[:1]
}

// nameIn is the account of a role in a view.
func nameIn(role string, v view) string {
	return role + strings.NewReplacer("lang=", "", "size=", "", "&", "").Replace(v.name+v.query)
}

// can fails the walk when a step of it did.
func (p *person) can(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s at %s: %v", p.name, p.At(), err)
	}
}

// open opens a page of the center.
func (p *person) open(page string) {
	p.t.Helper()
	p.can(p.Go(p.c.base + page))
}

// press clicks what a selector names, and waits until another is seen.
func (p *person) press(what, then string) {
	p.t.Helper()
	p.can(p.Click(what))
	p.can(p.See(then))
}

// says is one of two texts, by the language of the view.
func (p *person) says(zh, en string) string {
	if strings.Contains(p.view.query, "lang=en") {
		return en
	}
	return zh
}

// reads checks that the page says something.
func (p *person) reads(want string) {
	p.t.Helper()
	if text := p.Text("main"); !strings.Contains(text, want) {
		p.t.Fatalf("%s at %s finds no %q in: %s", p.name, p.At(), want, text)
	}
}

// look inspects the page that stands.
func (p *person) look() {
	p.t.Helper()
	p.c.shot(p.Browser, "role-"+p.name)
	found, err := p.Look()
	p.can(err)
	for _, one := range found {
		p.t.Errorf("%s at %s: %s", p.name, p.At(), one)
	}
}

// An approver finds what is due first, reads everything about it on one page,
// decides, and is led to the next.
func TestApprover(t *testing.T) {
	c := found(t)
	c.inEveryView("approver", []account.Duty{account.Approver}, func(p *person) {
		id := string(c.acceptedFor("建设者", "虚构己"))
		p.open("/work/cases")
		p.can(p.See("[data-row]"))
		p.look()
		p.press("a[href='/work/cases/"+id+"']", ".casehead")
		p.look()
		p.press("a[href='/work/cases/"+id+"/do/decide']", "[data-go-on]")
		p.look()
		p.keys("1")
		p.press("[data-go-on]", "main .thanks")
		p.reads(p.says("决定", "decided"))
	})
}

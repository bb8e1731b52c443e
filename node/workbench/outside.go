package workbench

import (
	"net/http"

	"tongban/consensus/refusal"
	"tongban/node/account/provider"
	"tongban/node/visitor"
)

// Signing in by the provider goes over three pages. Each leads to the next by
// itself, as a page rather than as a redirect: the first, because no form of
// ours may be led to another site (form-action); the second, because the
// browser sends the cookie of a session only from page to page of this site.

// askedCookie tells a browser apart that is on its way to the provider and
// back. The way back comes from another site, so it is sent then too, and holds
// nothing but a ticket.
func (s *Shell) askedCookie() string { return s.Sessions.Cookie("asked") }

func (s *Shell) setAsked(c *Call, ticket string, life int) {
	http.SetCookie(c.W, &http.Cookie{
		Name: s.askedCookie(), Value: ticket, Path: "/", MaxAge: life,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Sessions.Secure(),
	})
}

// outside is what the provider of sign-ins is called; "" where none can be
// asked from this page.
func (s *Shell) outside(c *Call) string {
	if s.Provider == nil || s.Provider.Back(c.Request) == "" {
		return ""
	}
	l := s.Provider.Label()
	return c.Page.Pick(l[0], l[1])
}

// leading is a page that leads on by itself.
type leading struct{ To, Text string }

// lead shows a page that leads on. What its address says is in none of its
// links.
func (s *Shell) lead(c *Call, title, to, text string) error {
	c.Page.Title, c.Page.Path, c.Page.Query = title, "/sign-in", nil
	return c.Show("leading", &leading{to, text})
}

// askOutside leads somebody to the provider.
func (s *Shell) askOutside(c *Call) error {
	label := s.outside(c)
	if label == "" {
		return refusal.Newf(refusal.NotFound, "", "", "no provider of sign-ins can be asked from here")
	}
	address, ticket, err := s.Provider.Ask(c.Context(), s.Provider.Back(c.Request), inside(c.PostForm.Get("to")), visitor.Asker(c.Request))
	if err != nil {
		return s.refusedOutside(c, c.PostForm.Get("to"), err)
	}
	s.setAsked(c, ticket, int(provider.Life.Seconds()))
	return s.lead(c, label, address, c.Page.Say("to_provider"))
}

// refusedOutside shows the page that somebody began at: to sign in, or to open
// the locked screen.
func (s *Shell) refusedOutside(c *Call, to string, err error) error {
	who, gone := s.Sessions.Of(c.Context())
	d := &signing{To: to, Login: who.Login, Present: who.Present, Front: who, Empty: s.Accounts.Empty(), Outside: s.outside(c)}
	if gone == nil && who.Shut {
		c.Page.Title = c.Page.Say("locked")
		return c.Again("locked", d, err)
	}
	c.Page.Title = c.Page.Say("sign_in")
	return c.Again("signin", d, err)
}

// back takes in what the provider says. It is not asked yet: as this page was
// opened from another site, whose screen it is is not known.
func (s *Shell) back(c *Call) error {
	if s.Provider == nil {
		return refusal.Newf(refusal.NotFound, "", "", "this node asks no provider of sign-ins")
	}
	if err := s.Provider.Hear(s.ticket(c), c.URL.Query()); err != nil {
		s.setAsked(c, "", -1)
		return s.refusedOutside(c, "", err)
	}
	return s.lead(c, c.Page.Say("sign_in"), "/sign-in/come", c.Page.Say("from_provider"))
}

// come signs in whom the provider vouches for.
func (s *Shell) come(c *Call) error {
	if s.Provider == nil {
		return refusal.Newf(refusal.NotFound, "", "", "this node asks no provider of sign-ins")
	}
	ticket := s.ticket(c)
	s.setAsked(c, "", -1)
	name, to, err := s.Provider.Come(c.Context(), ticket)
	if err != nil {
		return s.refusedOutside(c, to, err)
	}
	before, gone := s.Sessions.Of(c.Context())
	who, err := s.Sessions.SignInVouched(c.Context(), name, visitor.Asker(c.Request))
	if err != nil {
		return s.refusedOutside(c, to, err)
	}
	if gone != nil || who.Login != before.Login {
		s.endCover(c)
	}
	if gone == nil && before.Shut && who.Login != before.Login {
		to = "" // the page was the other's
	}
	return c.Go(inside(to), "")
}

func (s *Shell) ticket(c *Call) string {
	cookie, err := c.Cookie(s.askedCookie())
	if err != nil {
		return ""
	}
	return cookie.Value
}

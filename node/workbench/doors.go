package workbench

import (
	"embed"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"tongban/consensus/refusal"
	"tongban/node/account"
	"tongban/node/account/provider"
	"tongban/node/frame"
	"tongban/node/visitor"
)

//go:embed pages/*.html
var files embed.FS

var doorSet = frame.NewSet(files, doorWords)

// coverCookie keeps whose post somebody covers at this screen (AB岗), escaped: a
// name may be Chinese.
func (s *Shell) coverCookie() string { return s.Sessions.Cookie("cover") }

// openDoors hangs up what stands before and beside the rooms: signing in, the
// locked screen, one's own account.
func (s *Shell) openDoors() {
	s.door("GET /sign-in", s.askIn)
	s.door("POST /sign-in", s.signIn)
	s.door("POST /sign-in/outside", s.askOutside)
	s.door("GET /sign-in/outside", func(c *Call) error { return c.Go("/sign-in", "") }) // whoever turns back
	s.door("GET "+provider.Path, s.back)
	s.door("GET /sign-in/come", s.come)
	s.door("GET /locked", s.askUnlock)
	s.door("POST /locked", s.unlock)
	s.door("POST /lock", s.lock)
	s.door("POST /sign-out", s.signOut)
	me := &Room{s, s.doors, "me"}
	me.Get("/work/me", nil, s.me)
	me.Post("/work/me/password", nil, s.changePassword)
	me.Post("/work/me/pin", nil, s.setPIN)
	me.Post("/work/me/cover", nil, s.cover)
	me.Post("/work/find", nil, s.find)
	me.Get("/work", nil, func(c *Call) error { return c.Go(s.home(c.Who.Duties), "") })
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/work", http.StatusSeeOther) })
}

// maxDoor bounds what whoever is not signed in may send, in bytes.
const maxDoor = 16 << 10

// door is a page that needs no session.
func (s *Shell) door(pattern string, do func(*Call) error) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		visitor.DontWait(w, doorTime)
		r.Body = http.MaxBytesReader(w, r.Body, maxDoor)
		c := &Call{Request: r, W: w, Page: s.doors.Page(w, r), room: &Room{s, s.doors, ""}}
		c.answer(do)
	})
}

// signing is the page of signing in, and of a locked screen.
type signing struct {
	To      string
	Login   string
	Present []account.Present
	Front   account.Session
	Empty   bool   // no account was made yet
	Outside string // what the provider of sign-ins is called; "": none can be asked from here
}

func (s *Shell) askIn(c *Call) error {
	c.Page.Title = c.Page.Say("sign_in")
	if who, err := s.Sessions.Of(c.Context()); err == nil && !who.Shut {
		return c.Go("/work", "")
	}
	return c.Show("signin", &signing{To: c.URL.Query().Get("to"), Empty: s.Accounts.Empty(), Outside: s.outside(c)})
}

func (s *Shell) signIn(c *Call) error {
	c.Page.Title = c.Page.Say("sign_in")
	c.means = meanings{account.WrongPassword: {"账号或者密码不对。", "Login or password is wrong."}}
	d := &signing{To: c.PostForm.Get("to"), Login: strings.TrimSpace(c.PostForm.Get("login")), Outside: s.outside(c)}
	if !s.gate.Pass(visitor.Asker(c.Request), s.Now()) {
		return c.Again("signin", d, refusal.Newf(refusal.Unavailable, "sign in", "wait a minute", "too many sign-ins from this address"))
	}
	who, err := s.Sessions.SignIn(c.Context(), d.Login, c.PostForm.Get("password"), visitor.Asker(c.Request))
	if err != nil {
		return c.Again("signin", d, err)
	}
	s.endCover(c)
	if who.MustChange {
		return c.Go("/work/me", "")
	}
	return c.Go(inside(d.To), "")
}

func (s *Shell) askUnlock(c *Call) error {
	c.Page.Title = c.Page.Say("locked")
	who, err := s.Sessions.Of(c.Context())
	if err != nil {
		return c.Go("/sign-in", "")
	}
	if !who.Shut && c.URL.Query().Get("switch") == "" {
		return c.Go(inside(c.URL.Query().Get("to")), "")
	}
	return c.Show("locked", &signing{To: c.URL.Query().Get("to"), Login: who.Login, Present: who.Present, Front: who, Outside: s.outside(c)})
}

// unlock opens a locked screen for whoever has been at it today.
func (s *Shell) unlock(c *Call) error {
	c.Page.Title = c.Page.Say("locked")
	before, err := s.Sessions.Of(c.Context())
	if err != nil {
		return c.Go("/sign-in", "")
	}
	c.means = meanings{account.WrongPassword: {"PIN 或者密码不对。", "PIN or password is wrong."}}
	d := &signing{To: c.PostForm.Get("to"), Login: c.PostForm.Get("login"), Present: before.Present, Front: before, Outside: s.outside(c)}
	var who account.Session
	if d.Login == before.Login {
		who, err = s.Sessions.Unlock(c.Context(), c.PostForm.Get("pin"))
	} else {
		who, err = s.Sessions.Switch(c.Context(), d.Login, c.PostForm.Get("pin"))
	}
	if err != nil {
		return c.Again("locked", d, err)
	}
	if who.Login != before.Login {
		s.endCover(c)
		return c.Go("/work", "") // the page was the other's
	}
	return c.Go(inside(d.To), "")
}

func (s *Shell) lock(c *Call) error {
	if err := s.Sessions.Lock(c.Context()); err != nil && refusal.CodeOf(err) != account.SignedOut {
		return err
	}
	return c.Go("/locked?to="+url.QueryEscape(from(c.Request)), "")
}

// from is the page that a form was sent from, "" where the browser does not
// say.
func from(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return ""
	}
	return u.RequestURI()
}

func (s *Shell) signOut(c *Call) error {
	if err := s.Sessions.SignOut(c.Context()); err != nil && refusal.CodeOf(err) != account.SignedOut {
		return err
	}
	s.endCover(c)
	return c.Go("/sign-in", "")
}

// mine is one's own account.
type mine struct {
	account.Session
	Words string
	Cover string
	More  []frame.Entry // other pages about them
}

func (s *Shell) myself(c *Call) *mine {
	c.Page.Title = c.Page.Say("me")
	d := &mine{Session: c.Who, Words: dutyWords(c.Who.Duties, c.Page.English()), Cover: c.covers()}
	for _, e := range s.mine {
		if allowed(c.Who.Duties, e.duties) {
			d.More = append(d.More, frame.Entry{Link: e.Link, Text: c.Page.Pick(e.words[0], e.words[1])})
		}
	}
	return d
}

func (s *Shell) me(c *Call) error { return c.Show("me", s.myself(c)) }

func (s *Shell) changePassword(c *Call) error {
	c.means = meanings{
		account.WrongPassword: {"现在的密码不对。", "The present password is wrong."},
		account.WeakPassword:  {"新密码不合要求。", "The new password will not do."},
		refusal.Malformed:     {"密码没有修改。", "The password was not changed."},
	}
	was, next := c.PostForm.Get("old"), c.PostForm.Get("new")
	err := error(refusal.Newf(refusal.Malformed, "", "", "the new password was not typed twice alike"))
	if next == c.PostForm.Get("again") {
		err = s.Sessions.ChangePassword(c.Context(), was, next)
	}
	if err != nil {
		return c.Again("me", s.myself(c), err)
	}
	return c.Go("/work/me", "password")
}

func (s *Shell) setPIN(c *Call) error {
	c.means = meanings{
		account.WrongPassword: {"密码不对。", "The password is wrong."},
		account.WeakPassword:  {"PIN 不合要求。", "The PIN will not do."},
	}
	if err := s.Sessions.SetPIN(c.Context(), c.PostForm.Get("password"), c.PostForm.Get("pin")); err != nil {
		return c.Again("me", s.myself(c), err)
	}
	return c.Go("/work/me", "pin")
}

// maxCover bounds a staff number, or a name, in characters.
const maxCover = 64

// cover keeps whose post the person at this screen covers. Whether they may is
// asked of the roster with every action.
func (s *Shell) cover(c *Call) error {
	of := strings.TrimSpace(c.PostForm.Get("for"))
	if utf8.RuneCountInString(of) > maxCover {
		return refusal.Newf(refusal.TooLarge, "", "", "a staff number has at most %d characters", maxCover)
	}
	if of == "" {
		s.endCover(c)
		return c.Go("/work/me", "cover_ended")
	}
	http.SetCookie(c.W, &http.Cookie{Name: s.coverCookie(), Value: url.QueryEscape(of), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.Sessions.Secure()})
	return c.Go("/work/me", "cover")
}

func (s *Shell) endCover(c *Call) {
	http.SetCookie(c.W, &http.Cookie{Name: s.coverCookie(), Path: "/", MaxAge: -1, Secure: s.Sessions.Secure()})
}

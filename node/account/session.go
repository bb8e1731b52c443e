package account

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/desk"
	"tongban/intake/journal"
)

// Unattended is the header of a request that a page sends by itself, such as to
// look for news: it keeps no screen open. A request for an event stream needs
// none.
const Unattended = "Tongban-Unattended"

// SessionsConfig is how long people may stay. Zeros are the defaults.
type SessionsConfig struct {
	Secure    bool          // the pages are served over TLS
	Idle      time.Duration // after so long without anybody doing anything a session ends; 0: 8 h
	Absolute  time.Duration // after so long a password is asked for again; 0: 16 h
	ShutAfter time.Duration // after so long without anybody doing anything the screen locks itself; 0: 10 min
	Forget    bool          // those from before the start are over: what is on the disk is an old copy
}

// Sessions are who is signed in at which screen. A screen is one browser; a
// cookie with a random token, of which only the hash is kept, says which. Safe
// for concurrent use.
//
// Several requests of one browser may be under way at once, and change nothing
// of each other: what a screen is stands in one place, not in each request.
type Sessions struct {
	accounts *Accounts
	cfg      SessionsConfig
	cookies  *scs.SessionManager

	mu      sync.Mutex
	screens map[string]*screen // guarded by mu; by id
}

// freshFor is how long somebody whom the provider vouched for may choose a
// password or a PIN without giving the one that they have.
const freshFor = 10 * time.Minute

// NewSessions opens the sessions of a center's accounts; those from before a
// restart go on.
func NewSessions(a *Accounts, c SessionsConfig) (*Sessions, error) {
	def := func(d *time.Duration, by time.Duration) {
		if *d <= 0 {
			*d = by
		}
	}
	def(&c.Idle, 8*time.Hour)
	def(&c.Absolute, 16*time.Hour)
	def(&c.ShutAfter, 10*time.Minute)
	s := &Sessions{accounts: a, cfg: c, cookies: scs.New(), screens: map[string]*screen{}}
	m := s.cookies
	m.Store, m.Codec, m.HashTokenInStore = tokens{a.cfg.DB, s.rowLife()}, codec{}, true
	m.Lifetime = s.rowLife() // by the machine's clock; who may stay is for settleLocked
	m.Cookie.Name, m.Cookie.Persist, m.Cookie.SameSite, m.Cookie.Secure = s.Cookie("session"), false, http.SameSiteStrictMode, c.Secure
	m.ErrorFunc = func(w http.ResponseWriter, _ *http.Request, err error) {
		a.cfg.Log.Error("keep a session", "err", err)
		http.Error(w, "这台机器现在记不下登录状态。\nThe node cannot keep a session now.", http.StatusServiceUnavailable)
	}
	err := each(a.cfg.DB, screenPrefix, func(id string, r screenRow) {
		s.screens[id] = &screen{id: id, row: r, seen: r.Seen}
	})
	if err == nil && c.Forget {
		s.End()
	}
	return s, err
}

// SessionRows are the prefixes of the keys under which sessions lie. They
// belong into no backup: whoever was signed in when it was made is not signed
// in where it is put back.
func SessionRows() []string { return []string{tokenPrefix, screenPrefix} }

// Cookie is the name of one of the center's cookies, for the pages beside the
// sessions.
func (s *Sessions) Cookie(of string) string {
	return Cookies{s.accounts.cfg.Self().Center, s.cfg.Secure}.Name(of)
}

// Secure reports whether the cookies of these sessions go over TLS alone; so
// should those of the pages beside them.
func (s *Sessions) Secure() bool { return s.cfg.Secure }

// End ends every session.
func (s *Sessions) End() {
	s.mu.Lock()
	all := slices.Collect(maps.Values(s.screens))
	s.mu.Unlock()
	for _, sc := range all {
		sc.mu.Lock()
		sc.row, sc.gone = screenRow{}, true
		s.dropLocked(sc)
		sc.mu.Unlock()
	}
}

type wrapped struct{}

// Wrap finds whose session a request belongs to, for Of and the rest, and sends
// the cookie where it changed. Handlers may flush and stream: sign in and out
// before the first byte.
func (s *Sessions) Wrap(next http.Handler) http.Handler {
	return s.cookies.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(context.WithValue(r.Context(), wrapped{}, true))
		if r.Header.Get("Accept") != "text/event-stream" && r.Header.Get(Unattended) == "" {
			s.touch(r.Context())
		}
		next.ServeHTTP(w, r)
	}))
}

// at is the screen of a request, nil where it has none, or none any more.
func (s *Sessions) at(ctx context.Context) *screen {
	if ctx.Value(wrapped{}) == nil {
		return nil
	}
	id := s.cookies.GetString(ctx, screenField)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screens[id]
}

// touch notes that somebody is at the screen, where it is not shut by now.
func (s *Sessions) touch(ctx context.Context) {
	sc := s.at(ctx)
	if sc == nil {
		return
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	s.settleLocked(sc)
	if sc.gone || sc.row.Front == "" || sc.row.Shut {
		return
	}
	sc.seen = s.accounts.cfg.Now().UnixMilli()
	if sc.seen-sc.row.Seen >= keepSeen.Milliseconds() {
		if err := s.saveLocked(sc); err != nil {
			s.accounts.cfg.Log.Warn("keep when a screen was used", "err", err)
		}
	}
}

// Of is who is in front of the screen, with the duties of this moment. SignedOut
// when nobody is: then Present still tells who may come back by PIN. A Session
// that is Shut may only be unlocked, switched or signed out.
func (s *Sessions) Of(ctx context.Context) (Session, error) {
	sc := s.at(ctx)
	if sc == nil {
		return Session{}, signedOut()
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	s.settleLocked(sc)
	return s.sessionLocked(sc)
}

func signedOut() error {
	return refusal.Newf(SignedOut, "", "sign in", "nobody is signed in at this screen")
}

// May refuses with what stops somebody from an action: a shut screen, a
// password that they have not chosen themselves, duties that do not allow it.
func (s Session) May(a desk.Action) error {
	if err := s.open(); err != nil {
		return err
	}
	return May(s.Duties, a)
}

// MayOn is May on a case of an item, as the package's MayOn has it.
func (s Session) MayOn(a desk.Action, it *item.Item) error {
	if err := s.open(); err != nil {
		return err
	}
	return MayOn(s.Duties, a, it)
}

// MayWork is May of what is no action on a case.
func (s Session) MayWork(w Work) error {
	if err := s.open(); err != nil {
		return err
	}
	return MayWork(s.Duties, w)
}

func (s Session) open() error {
	switch {
	case s.Login == "":
		return signedOut()
	case s.Shut:
		return refusal.Newf(ScreenShut, "", "a PIN or a password opens it", "the screen is locked")
	case s.Account.MustChange:
		return refusal.Newf(MustChange, "", "choose your own password first", "the password was given by somebody else")
	}
	return nil
}

// SignIn puts somebody in front of the screen by password; from is the address
// that they come from, without its port. Whoever was there may come back by PIN.
func (s *Sessions) SignIn(ctx context.Context, login, password, from string) (Session, error) {
	r, err := s.accounts.password(ctx, KindSignedIn, login, password, from)
	if err != nil {
		return Session{}, err
	}
	sc := s.here(ctx)
	defer sc.mu.Unlock()
	sc.row.From = from
	return s.arrivedLocked(ctx, sc, r, person{})
}

// SignInVouched puts somebody in front of the screen for whom the provider
// vouched, as whom it calls outside; a screen that they had locked is open
// again. NotLinked where no account here that may sign in is linked with them.
func (s *Sessions) SignInVouched(ctx context.Context, outside, from string) (Session, error) {
	kind := KindSignedInOIDC
	if now, err := s.Of(ctx); err == nil && now.Shut && now.Outside == outside {
		kind = KindOpenedOIDC
	}
	r, err := s.accounts.vouched(kind, outside, from)
	if err != nil {
		return Session{}, err
	}
	sc := s.here(ctx)
	defer sc.mu.Unlock()
	sc.row.From = from
	return s.arrivedLocked(ctx, sc, r, person{Vouched: true})
}

// here is the screen of a request, or a new one; locked.
func (s *Sessions) here(ctx context.Context) *screen {
	if sc := s.at(ctx); sc != nil {
		sc.mu.Lock()
		if s.settleLocked(sc); !sc.gone {
			return sc
		}
		sc.mu.Unlock()
	}
	return s.add()
}

// arrivedLocked puts somebody in front of a screen under a new token: one that
// was known before is worth nothing. A person without a time signed in just now.
func (s *Sessions) arrivedLocked(ctx context.Context, sc *screen, r row, p person) (Session, error) {
	now := s.accounts.cfg.Now().UnixMilli()
	before, seen := sc.row, sc.seen
	p.Login, p.Epoch = r.Account.Login, r.Epoch
	if p.At == 0 {
		p.At = now
	}
	sc.row.arrive(p, now)
	sc.seen = now
	if err := s.saveLocked(sc); err != nil {
		sc.row, sc.seen = before, seen
		return Session{}, fmt.Errorf("keep a session: %w", err)
	}
	if err := s.cookies.RenewToken(ctx); err != nil {
		return Session{}, err
	}
	s.cookies.Put(ctx, screenField, sc.id)
	s.settleLocked(sc)
	return s.sessionLocked(sc)
}

// Switch puts somebody else in front of the screen, who signed in at it today by
// password and has a PIN. NeedPassword where that cannot be, or the PIN was
// wrong three times.
func (s *Sessions) Switch(ctx context.Context, login, pin string) (Session, error) {
	login = canonical(login)
	return s.byPIN(ctx, KindSwitched, func(*screenRow) string { return login }, pin)
}

func (s *Sessions) byPIN(ctx context.Context, kind string, who func(*screenRow) string, pin string) (Session, error) {
	sc := s.at(ctx)
	if sc == nil {
		return Session{}, signedOut()
	}
	present := func() (person, error) {
		s.settleLocked(sc)
		p, ok := sc.row.find(who(&sc.row))
		if !ok || sc.gone {
			return p, refusal.Newf(NeedPassword, "switch by PIN", "sign in with the password", "nobody of that name signed in at this screen today")
		}
		return p, nil
	}
	sc.mu.Lock()
	p, err := present()
	from := sc.row.From
	sc.mu.Unlock()
	if err != nil {
		return Session{}, err
	}
	r, err := s.accounts.pin(ctx, kind, p.Login, pin, from)
	if err != nil {
		return Session{}, err
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	again, err := present()
	if err != nil || again.Login != p.Login || r.Epoch != again.Epoch {
		return Session{}, signedOut()
	}
	return s.arrivedLocked(ctx, sc, r, again)
}

// Lock shuts the screen until whoever is in front of it, or somebody else who
// is Present, opens it.
func (s *Sessions) Lock(ctx context.Context) error {
	sc := s.at(ctx)
	if sc == nil {
		return signedOut()
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	s.settleLocked(sc)
	if sc.gone || sc.row.Front == "" {
		return signedOut()
	}
	sc.row.Shut = true
	return s.saveLocked(sc)
}

// Unlock opens the screen for whoever is in front of it, by PIN or password.
func (s *Sessions) Unlock(ctx context.Context, secret string) (Session, error) {
	now, err := s.Of(ctx)
	if err != nil {
		return Session{}, err
	}
	if now.HasPIN && pinShaped(secret) {
		front := now.Login
		return s.byPIN(ctx, KindOpenedByPIN, func(r *screenRow) string { return front }, secret)
	}
	sc := s.at(ctx)
	if sc == nil {
		return Session{}, signedOut()
	}
	sc.mu.Lock()
	from := sc.row.From
	sc.mu.Unlock()
	r, err := s.accounts.password(ctx, KindOpened, now.Login, secret, from)
	if err != nil {
		return Session{}, err
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if sc.gone {
		return Session{}, signedOut()
	}
	return s.arrivedLocked(ctx, sc, r, person{})
}

// SignOut takes whoever is in front of the screen away from it, and from those
// who may come back by PIN.
func (s *Sessions) SignOut(ctx context.Context) error {
	sc := s.at(ctx)
	if sc == nil {
		return nil
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	s.settleLocked(sc)
	login := sc.row.Front
	sc.row.leave(login)
	sc.gone = sc.gone || len(sc.row.People) == 0
	if err := s.saveLocked(sc); err != nil {
		return err
	}
	if login != "" {
		s.accounts.left(login, sc.row.From)
	}
	if sc.gone {
		return s.cookies.Destroy(ctx)
	}
	return s.cookies.RenewToken(ctx)
}

// left writes that somebody went.
func (a *Accounts) left(login, from string) {
	r, _ := a.get(login)
	_, err := a.book.Add(r.Account.Staff, journal.Draft{Kind: KindSignedOut, Entity: login, Body: Note{From: from}}, nil)
	if err != nil { // they are gone all the same
		a.cfg.Log.Warn("a sign-out is missing from the accounts' book", "login", login, "err", err)
	}
}

// ChangePassword gives whoever is in front of the screen the password that they
// choose. Their sessions at other screens end. Whoever is Fresh need not know
// the old one.
func (s *Sessions) ChangePassword(ctx context.Context, old, chosen string) error {
	sc, now, from, err := s.front(ctx)
	if err != nil {
		return err
	}
	r, err := s.accounts.changePassword(ctx, now, old, chosen, from)
	if err != nil {
		return err
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	for i := range sc.row.People {
		if p := &sc.row.People[i]; p.Login == now.Login && p.Epoch == r.Epoch-1 {
			p.Epoch = r.Epoch
		}
	}
	if err := s.saveLocked(sc); err != nil {
		return err
	}
	return s.cookies.RenewToken(ctx)
}

// SetPIN gives whoever is in front of the screen a PIN to come back by; "" takes
// it away. Whoever is Fresh need not give the password.
func (s *Sessions) SetPIN(ctx context.Context, password, pin string) error {
	_, now, from, err := s.front(ctx)
	if err != nil {
		return err
	}
	if err := now.open(); err != nil {
		return err
	}
	return s.accounts.setPIN(ctx, now, password, pin, from)
}

// front is an open screen and who is in front of it.
func (s *Sessions) front(ctx context.Context) (*screen, Session, string, error) {
	now, err := s.Of(ctx)
	if err != nil {
		return nil, now, "", err
	}
	if now.Shut {
		return nil, now, "", now.open()
	}
	sc := s.at(ctx)
	if sc == nil {
		return nil, now, "", signedOut()
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	return sc, now, sc.row.From, nil
}

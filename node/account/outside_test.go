package account

import (
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
)

const source = "https://login.example.cn#preferred_username"

// linked is a center with a provider, and zhang's account linked with it.
func linkedHall(t *testing.T) (h *hall, initial string) {
	h = newHall(t, SessionsConfig{})
	h.provider = source
	h.start(SessionsConfig{})
	initial = h.hire("zhang", Clerk)
	name := "张敏@统一认证"
	must(t, h.Edit("虚构主任", "zhang", Change{Outside: &name}))
	return h, initial
}

func TestSomebodySignsInByTheProvider(t *testing.T) {
	h, _ := linkedHall(t)
	b := h.browser()
	before := b.token()
	s := b.do("", "/vouched", "outside", "张敏@统一认证")
	if s.Login != "zhang" || !s.Vouched || !s.Fresh || s.Account.MustChange || b.token() == before {
		t.Fatalf("%+v", s)
	}
	wants(t, s.MayWork(CallNumbers), "")
	if acc, _ := h.Get("zhang"); !acc.MustChange || acc.SignedIn == 0 || acc.Outside == "" {
		t.Errorf("%+v", acc)
	}
	// A PIN without a password, while it is known who is there.
	b.do(WeakPassword, "/pin", "pin", "1234")
	b.do("", "/pin", "pin", "4907")
	b.do("", "/lock")
	h.pass(time.Second)
	if s := b.do("", "/unlock", "secret", "4907"); !s.Vouched || s.Account.MustChange || s.Fresh {
		t.Errorf("after the PIN %+v", s)
	}
	b.do("", "/lock")
	if s := b.do("", "/vouched", "outside", "张敏@统一认证"); s.Shut {
		t.Errorf("%+v", s)
	}
	h.pass(11 * time.Minute)
	b.do("", "/unlock", "secret", "4907")
	b.do(WrongPassword, "/pin", "pin", "5813") // it is too long ago
	b.do(WrongPassword, "/password", "old", "", "new", secretA)
	b.do("", "/vouched", "outside", "张敏@统一认证")
	b.do("", "/password", "new", secretA)
	if s := b.do("", "/"); s.Account.MustChange || s.Login != "zhang" {
		t.Errorf("%+v", s)
	}
	h.browser().do("", "/in", "login", "zhang", "password", secretA)
	want := "created edited signed_in_by_oidc pin_set opened_by_pin opened_by_oidc opened_by_pin wrong_password wrong_password signed_in_by_oidc password_changed signed_in"
	if got := strings.Join(h.kinds(), " "); got != want {
		t.Errorf("the book has\n%s\nwant\n%s", got, want)
	}
	h.pass(16*time.Hour + time.Minute)
	b.do(SignedOut, "/")
}

func TestWhomTheProviderNamesMustBeLinkedAndEnabled(t *testing.T) {
	h, _ := linkedHall(t)
	other := h.hire("li", Clerk, Operator)
	b := h.browser()
	for _, name := range []string{"nobody", "", "zhang", "李", "张敏"} {
		b.do(NotLinked, "/vouched", "outside", name)
	}
	if len(h.List()) != 2 {
		t.Error("an account was made")
	}
	b.do("", "/vouched", "outside", "张敏@统一认证")
	must(t, h.Disable("虚构主任", "zhang"))
	b.do(SignedOut, "/")
	b.do(NotLinked, "/vouched", "outside", "张敏@统一认证")
	must(t, h.Enable("虚构主任", "zhang"))
	b.do("", "/vouched", "outside", "张敏@统一认证")
	// Only one account for one name.
	name := "张敏@统一认证"
	wants(t, h.Edit("虚构主任", "li", Change{Outside: &name}), "conflict")
	long, broken, none := strings.Repeat("长", 256), "a\nb", ""
	wants(t, h.Edit("虚构主任", "li", Change{Outside: &long}), BadAccount)
	wants(t, h.Edit("虚构主任", "li", Change{Outside: &broken}), BadAccount)
	// Without the link the sessions are over, and the name is free.
	must(t, h.Edit("虚构主任", "zhang", Change{Outside: &none}))
	b.do(SignedOut, "/")
	b.do(NotLinked, "/vouched", "outside", "张敏@统一认证")
	must(t, h.Edit("虚构主任", "li", Change{Outside: &name}))
	if s := b.do("", "/vouched", "outside", "张敏@统一认证"); s.Login != "li" {
		t.Errorf("%+v", s)
	}
	b.do("", "/out")
	b.do("", "/in", "login", "li", "password", other)
	page, err := h.Audit(Query{Login: "li"})
	must(t, err)
	if l := page.Lines[len(page.Lines)-2]; l.Kind != KindEdited || l.Linked != name {
		t.Errorf("%+v", l)
	}
}

// A name at one provider, or by one claim, is nobody at another.
func TestAnotherProviderVouchesForNobody(t *testing.T) {
	h, _ := linkedHall(t)
	name := "张敏@统一认证"
	for _, provider := range []string{"", "https://other.example.cn#preferred_username", "https://login.example.cn#sub"} {
		h.provider = provider
		h.start(SessionsConfig{})
		h.browser().do(NotLinked, "/vouched", "outside", name)
		if acc, _ := h.Get("zhang"); acc.Outside != "" {
			t.Errorf("under %q it is %q", provider, acc.Outside)
		}
	}
	h.provider = ""
	h.start(SessionsConfig{})
	wants(t, h.Edit("虚构主任", "zhang", Change{Outside: &name}), BadAccount)
	h.provider = source
	h.start(SessionsConfig{})
	h.browser().do("", "/vouched", "outside", name)
}

// Whoever asks the provider in vain over and over is stopped as by passwords;
// a lock-out holds at the provider, too.
func TestLockOutHoldsForTheProvider(t *testing.T) {
	h, _ := linkedHall(t)
	b := h.browser()
	for range ofAddress.free {
		b.do(NotLinked, "/vouched", "outside", "nobody")
	}
	b.do(LockedOut, "/vouched", "outside", "nobody")
	b.do(LockedOut, "/vouched", "outside", "张敏@统一认证")
	h.pass(12 * time.Minute)
	b.do("", "/vouched", "outside", "张敏@统一认证")
	b.do("", "/out")
	for range ofPair.free {
		b.do(WrongPassword, "/in", "login", "zhang", "password", "wrong")
	}
	b.do(LockedOut, "/vouched", "outside", "张敏@统一认证")
}

func TestTheNamesAtTheProviderAreInNoSessionRow(t *testing.T) {
	h, _ := linkedHall(t)
	h.browser().do("", "/vouched", "outside", "张敏@统一认证")
	must(t, h.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for _, prefix := range SessionRows() {
			for it.Seek([]byte(prefix)); it.ValidForPrefix([]byte(prefix)); it.Next() {
				b, err := it.Item().ValueCopy(nil)
				must(t, err)
				if strings.Contains(string(b), "张敏") {
					t.Errorf("it is under %q", it.Item().Key())
				}
			}
		}
		return nil
	}))
}

// Sessions end with the incarnation of the node, and when it finds that it is an
// old copy.
func TestSessionsEndWithTheIncarnation(t *testing.T) {
	for what, end := range map[string]func(*hall){
		"another incarnation":  func(h *hall) { h.incarnation = 2; h.start(SessionsConfig{}) },
		"an old copy":          func(h *hall) { h.start(SessionsConfig{Forget: true}) },
		"found out on the way": func(h *hall) { h.End() },
	} {
		t.Run(what, func(t *testing.T) {
			h := newHall(t, SessionsConfig{})
			b := h.browser()
			b.staffed("zhang", secretA, "4907", Clerk)
			jar := b.http.Jar.Cookies(mustURL(h.server.URL))
			end(h)
			b.http.Jar.SetCookies(mustURL(h.server.URL), jar)
			if s := b.do(SignedOut, "/"); len(s.Present) != 0 {
				t.Errorf("somebody may come back: %+v", s.Present)
			}
			b.do(SignedOut, "/unlock", "secret", "4907")
			b.do("", "/in", "login", "zhang", "password", secretA)
			b.do("", "/")
		})
	}
}

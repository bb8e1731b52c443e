package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

const center area.Center = "320509111201"

// house is what accounts stand on: a disk, a clock, a key.
type house struct {
	t      testing.TB
	db     *badger.DB
	mu     sync.Mutex
	at     time.Time
	full   error
	roster map[string]string // number by name; nil: none is kept

	provider    string
	incarnation uint32
	center      area.Center // "": center
	*Accounts
}

func newHouse(t testing.TB) *house {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	must(t, err)
	t.Cleanup(func() { db.Close() })
	h := &house{t: t, db: db, at: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)} // 9 in the morning in China
	h.open()
	return h
}

// open opens the accounts as after a restart.
func (h *house) open() {
	h.t.Helper()
	seed := sha256.Sum256([]byte("key"))
	key, err := chain.NewKey(seed[:])
	must(h.t, err)
	self := casefile.Party{Center: cmp.Or(h.center, center), Incarnation: max(h.incarnation, 1)}
	h.Accounts, err = Open(Config{
		DB: h.db, Self: func() casefile.Party { return self }, Key: func() chain.Key { return key },
		KeyOf: func(p casefile.Party) (chain.PublicKey, bool) { return key.Public(), p.Center == center },
		Now:   h.now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler), Cost: Cost{Time: 1, Memory: 8},
		Full: func() error { return h.full }, Staff: h.staff, Provider: h.provider,
	})
	must(h.t, err)
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func (h *house) staff(who string) (number, name string, err error) {
	if h.roster == nil {
		return who, who, nil
	}
	for name, number := range h.roster {
		if who == name || who == number {
			return number, name, nil
		}
	}
	return "", "", refusal.Newf("no_staff", "", "", "nobody is called that")
}

// hire makes an account, and gives its password.
func (h *house) hire(login string, duties ...Duty) string {
	h.t.Helper()
	password, err := h.Create(context.Background(), "虚构主任", Account{Login: login, Staff: "虚构" + login, Duties: duties})
	must(h.t, err)
	return password
}

func (h *house) try(login, password, from string) error {
	_, err := h.password(context.Background(), KindSignedIn, login, password, from)
	return err
}

// kinds are those of the book's entries, the oldest first.
func (h *house) kinds() []string {
	h.t.Helper()
	page, err := h.Audit(Query{Limit: 1000})
	must(h.t, err)
	var all []string
	for _, l := range slices.Backward(page.Lines) {
		all = append(all, l.Kind)
	}
	return all
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t testing.TB, err error, code refusal.Code) {
	t.Helper()
	if got := refusal.CodeOf(err); got != code || err == nil && code != "" {
		t.Fatalf("%v (code %q), want %q", err, got, code)
	}
}

func TestAnAccountFromItsFirstDayToItsLast(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	if !h.Empty() {
		t.Fatal("a new center has accounts")
	}
	boss := h.hire("boss", Operator)
	first := h.hire("Zhang.Min", Approver, Clerk)
	acc, ok := h.Get("zhang.min")
	if !ok || !acc.MustChange || acc.HasPIN || acc.Name != "虚构Zhang.Min" || acc.Duties.String() != "clerk,approver" || h.Empty() {
		t.Fatalf("%+v %v", acc, ok)
	}
	must(t, h.try("ZHANG.min ", first, "10.0.0.7"))
	wants(t, h.try("zhang.min", boss, ""), WrongPassword)
	wants(t, h.try("nobody", first, ""), WrongPassword)

	name := "虚构甲"
	must(t, h.Edit("虚构主任", "zhang.min", Change{Name: &name, Duties: []Duty{Deliverer}}))
	must(t, h.Disable("虚构主任", "zhang.min"))
	wants(t, h.try("zhang.min", first, ""), WrongPassword)
	must(t, h.Enable("虚构主任", "zhang.min"))
	second, err := h.Reset(ctx, "虚构主任", "zhang.min")
	must(t, err)
	wants(t, h.try("zhang.min", first, ""), WrongPassword)
	must(t, h.try("zhang.min", second, ""))

	before := h.List()
	h.open()
	if after := h.List(); len(after) != 2 || fmt.Sprint(after) != fmt.Sprint(before) || after[1].Name != name {
		t.Errorf("after a restart %+v\nbefore %+v", after, before)
	}
	want := "created created signed_in wrong_password edited disabled wrong_password enabled reset wrong_password signed_in"
	if got := strings.Join(h.kinds(), " "); got != want {
		t.Errorf("the book has\n%s\nwant\n%s", got, want)
	}
	page, err := h.Audit(Query{Login: "zhang.min", Limit: 3})
	must(t, err)
	rest, err2 := h.Audit(Query{Login: "zhang.min", Before: page.Before})
	must(t, err2)
	edited := rest.Lines[slices.IndexFunc(rest.Lines, func(l Line) bool { return l.Kind == KindEdited })]
	if len(page.Lines) != 3 || page.Before == 0 || len(rest.Lines) != 7 || rest.Before != 0 ||
		edited.Staff != "虚构主任" || edited.Before.String() != "clerk,approver" || edited.Duties.String() != "deliverer" {
		t.Errorf("%+v\n%+v", page, rest)
	}
	head, err := h.Verify(ctx)
	if err != nil || head.Index != 11 {
		t.Error(head, err)
	}
}

func TestNothingSecretIsKept(t *testing.T) {
	h := newHouse(t)
	password := h.hire("zhang", Clerk)
	chosen := "四个字也不够长的" + "x"
	_, err := h.changePassword(context.Background(), Session{Account: Account{Login: "zhang"}}, password, chosen, "")
	must(t, err)
	must(t, h.setPIN(context.Background(), Session{Account: Account{Login: "zhang"}}, chosen, "4907", ""))
	wants(t, h.try(chosen, "zhang", ""), WrongPassword) // into the wrong field
	must(t, h.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			b, err := it.Item().ValueCopy(nil)
			must(t, err)
			for _, secret := range []string{password, chosen, "4907"} {
				if strings.Contains(string(it.Item().Key())+string(b), secret) {
					t.Errorf("%q is under %q", secret, it.Item().Key())
				}
			}
		}
		return nil
	}))
}

func TestAccountsThatAreRefused(t *testing.T) {
	h := newHouse(t)
	h.roster = map[string]string{"虚构甲": "320509111201-001"}
	ctx := context.Background()
	for name, c := range map[string]struct {
		acc  Account
		code refusal.Code
	}{
		"a short login":    {Account{Login: "z", Staff: "虚构甲", Duties: All()}, BadAccount},
		"a Chinese login":  {Account{Login: "张敏", Staff: "虚构甲", Duties: All()}, BadAccount},
		"a slash":          {Account{Login: "a/b", Staff: "虚构甲", Duties: All()}, BadAccount},
		"no duty":          {Account{Login: "ck1", Staff: "虚构甲"}, BadAccount},
		"an unknown duty":  {Account{Login: "ck1", Staff: "虚构甲", Duties: Duties{"king"}}, BadAccount},
		"nobody":           {Account{Login: "ck1", Duties: All()}, BadAccount},
		"a long name":      {Account{Login: "ck1", Staff: "虚构甲", Name: strings.Repeat("长", 41), Duties: All()}, BadAccount},
		"not in the hall":  {Account{Login: "ck1", Staff: "虚构乙", Duties: All()}, "no_staff"},
		"one of the staff": {Account{Login: "ck1", Staff: "虚构甲", Duties: All()}, ""},
		"the login again":  {Account{Login: "first", Staff: "虚构甲", Duties: All()}, refusal.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "the login again" {
				_, err := h.Create(ctx, "虚构主任", c.acc)
				must(t, err)
			}
			_, err := h.Create(ctx, "虚构主任", c.acc)
			wants(t, err, c.code)
		})
	}
	if acc, _ := h.Get("ck1"); acc.Staff != "320509111201-001" || acc.Name != "虚构甲" {
		t.Errorf("%+v", acc)
	}
	_, err := h.Create(ctx, " ", Account{Login: "ck2", Staff: "虚构甲", Duties: All()})
	wants(t, err, refusal.Malformed)
	wants(t, h.Disable("虚构主任", "ghost"), refusal.NotFound)
	_, err = h.Reset(ctx, "虚构主任", "ghost")
	wants(t, err, refusal.NotFound)
}

func TestSomebodyAlwaysManagesTheAccounts(t *testing.T) {
	h := newHouse(t)
	h.hire("clerk", Clerk)
	must(t, h.Disable("虚构主任", "clerk")) // there was no operator before
	h.hire("one", Operator)
	h.hire("two", Operator, Head)
	must(t, h.Disable("虚构主任", "one"))
	wants(t, h.Disable("虚构主任", "two"), LastOperator)
	wants(t, h.Edit("虚构主任", "two", Change{Duties: []Duty{Head}}), LastOperator)
	must(t, h.Enable("虚构主任", "one"))
	must(t, h.Edit("虚构主任", "two", Change{Duties: []Duty{Head}}))
	wants(t, h.Disable("虚构主任", "one"), LastOperator)
}

func TestNoMoreAccountsThanTheLimit(t *testing.T) {
	h := newHouse(t)
	h.mu.Lock()
	for i := range MaxAccounts {
		h.rows[fmt.Sprint("n", i)] = row{}
	}
	h.mu.Unlock()
	_, err := h.Create(context.Background(), "虚构主任", Account{Login: "more", Staff: "虚构甲", Duties: All()})
	wants(t, err, refusal.TooLarge)
}

func TestPasswordsAndPINs(t *testing.T) {
	for password, ok := range map[string]bool{
		"short": false, "12345678": false, "Password1": false, "woaini1314": false, "88888888": false, "abcdefgh": false, "hgfedcba": false,
		"zhang2026!": false, "my ZHANG is here": false, "tab\there it is": false, strings.Repeat("长", 129): false, "bad\xffutf8 utf8": false,
		"七月的雨落在旧屋顶": true, "correct horse battery": true, strings.Repeat("长不", 64): true,
	} {
		if err := checkPassword("", "zhang", password); (err == nil) != ok {
			t.Errorf("%q: %v", password, err)
		}
	}
	for pin, ok := range map[string]bool{
		"123": false, "1234567": false, "12a4": false, "1111": false, "1234": false, "987654": false, "１２９４": false, "": false,
		"1294": true, "0123": false, "20941": true, "110110": true,
	} {
		if err := checkPIN("", pin); (err == nil) != ok {
			t.Errorf("%q: %v", pin, err)
		}
	}
	if len(common) < 100 {
		t.Error(len(common), "common passwords")
	}
	for word := range common {
		if len(word) < minPassword {
			t.Errorf("%q is refused for its length already", word)
		}
	}
}

func TestAnInitialPasswordIsGood(t *testing.T) {
	h := newHouse(t)
	seen := map[string]bool{}
	for range 200 {
		p, err := h.hasher.initial()
		must(t, err)
		if seen[p] || len(p) != 15 || checkPassword("", "zhang", p) != nil {
			t.Fatal(p)
		}
		seen[p] = true
	}
}

func TestAHashOfAnotherCostIsStillTaken(t *testing.T) {
	weak, strong := newHasher(Cost{1, 8}, rand.Reader), newHasher(Cost{2, 16}, rand.Reader)
	hash, err := weak.hash("七月的雨")
	must(t, err)
	if !strong.matches(hash, "七月的雨") || strong.matches(hash, "八月的雨") || strong.matches("", "\x00") || strong.matches("nonsense", "") {
		t.Error(hash)
	}
}

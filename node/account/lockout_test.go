package account

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/consensus/refusal"
	"tongban/node/visitor"
)

func TestLockOutGrowsToAnHour(t *testing.T) {
	now := time.UnixMilli(0)
	var got tally
	var waits []string
	for range 13 {
		got = ofPair.wrong(got, now)
		waits = append(waits, got.locked(now).String())
		now = now.Add(got.locked(now))
	}
	if s := strings.Join(waits, " "); s != "0s 0s 0s 0s 1m0s 2m0s 4m0s 8m0s 16m0s 32m0s 1h0m0s 1h0m0s 1h0m0s" {
		t.Error(s)
	}
	if later := ofPair.wrong(got, now.Add(24*time.Hour+time.Second)); later.Wrong != 1 {
		t.Errorf("a day later %+v", later)
	}
}

// However the tries are spread, nobody gets more of them than the waits allow.
func TestNoScheduleOfTriesBeatsTheLockOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom([]lockout{ofPair, ofAccount, ofAddress}).Draw(t, "which")
		now, begin, tries := time.UnixMilli(1e12), time.UnixMilli(1e12), 0
		var state tally
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 7200).Draw(t, "seconds")) * time.Second)
			if state.locked(now) > 0 {
				continue
			}
			state = l.wrong(state, now)
			tries++
			if wait := state.locked(now); wait > mostWait || wait > 0 && wait < firstWait {
				t.Fatalf("a wait of %s", wait)
			}
		}
		// Every run of tries has its free ones; it ends with a pause of at least
		// forget, or goes on at one a minute at best.
		passed := now.Sub(begin)
		most := l.free*(1+int(passed/l.forget)) + int(passed/firstWait) + 1
		if tries > most {
			t.Fatalf("%d tries in %s, at most %d", tries, passed, most)
		}
	})
}

func TestLockedOutTheSameWayWithOrWithoutAnAccount(t *testing.T) {
	h := newHouse(t)
	password := h.hire("zhang", Clerk)
	for _, login := range []string{"zhang", "nobody"} {
		var codes []string
		for range 6 {
			codes = append(codes, string(refusal.CodeOf(h.try(login, "wrong", ""))))
		}
		if got := strings.Join(codes, " "); got != strings.Repeat("wrong_password ", 5)+"locked_out" {
			t.Errorf("%s: %s", login, got)
		}
	}
	wants(t, h.try("zhang", password, ""), LockedOut)
	if acc, _ := h.Get("zhang"); acc.Locked != h.now().Add(time.Minute).UnixMilli() {
		t.Errorf("locked until %d", acc.Locked)
	}
	h.open() // a restart frees nobody
	wants(t, h.try("zhang", password, ""), LockedOut)
	h.pass(time.Minute)
	must(t, h.try("zhang", password, ""))
	wants(t, h.try("zhang", "wrong", ""), WrongPassword) // the count begins anew
	must(t, h.try("zhang", password, ""))

	for range 5 {
		h.try("zhang", "wrong", "")
	}
	must(t, h.Enable("虚构主任", "zhang"))
	must(t, h.try("zhang", password, ""))
	if got := strings.Count(strings.Join(h.kinds(), " "), KindLockedOut); got != 2 {
		t.Errorf("%d lock-outs in the book, want 2: %v", got, h.kinds())
	}
}

// asker is an address as the pages hand it on.
func asker(ip string) string {
	r := httptest.NewRequest(http.MethodPost, "/sign-in", nil)
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(ip), 1024).String()
	return visitor.Asker(r)
}

func TestAnAddressThatTriesEveryAccount(t *testing.T) {
	h := newHouse(t)
	password := h.hire("zhang", Clerk)
	for i := range ofAddress.free {
		wants(t, h.try(fmt.Sprint("guess", i), "wrong", "10.1.1.9"), WrongPassword)
	}
	wants(t, h.try("zhang", password, "10.1.1.9"), LockedOut)
	must(t, h.try("zhang", password, "10.1.1.10"))
	for i := range ofAddress.free { // one machine, many addresses
		wants(t, h.try(fmt.Sprint("guess6", i), "wrong", asker(fmt.Sprintf("fd00:1:2:3::%x", i))), WrongPassword)
	}
	wants(t, h.try("zhang", password, asker("fd00:1:2:3::ffff")), LockedOut)
	must(t, h.try("zhang", password, asker("fd00:1:2:4::1")))
	page, err := h.Audit(Query{})
	must(t, err)
	if l := page.Lines[3]; l.Kind != KindLockedOut || l.Login != "" || l.From != "10.1.1.9" {
		t.Errorf("%+v", page.Lines)
	}
}

func TestManyTriesAtOnceAreNoMoreThanOneAfterTheOther(t *testing.T) {
	h := newHouse(t)
	h.hire("zhang", Clerk)
	var wg sync.WaitGroup
	var mu sync.Mutex
	codes := map[refusal.Code]int{}
	for range 60 {
		wg.Go(func() {
			err := h.try("zhang", "wrong", "")
			mu.Lock()
			defer mu.Unlock()
			codes[refusal.CodeOf(err)]++
		})
	}
	wg.Wait()
	if codes[WrongPassword] != 5 || codes[LockedOut] != 55 {
		t.Error(codes)
	}
}

func TestAFloodWaitsForItsTurnOrIsSentAway(t *testing.T) {
	h := newHouse(t)
	var leave []func()
	for range cap(h.hasher.slots) {
		l, err := h.hasher.turn(context.Background())
		must(t, err)
		leave = append(leave, l)
	}
	h.hasher.waiting.Store(maxQueue)
	wants(t, h.try("zhang", "wrong", ""), refusal.Unavailable)
	h.hasher.waiting.Store(0)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.password(ctx, KindSignedIn, "zhang", "wrong", ""); err != context.Canceled {
		t.Error(err)
	}
	leave[0]()
	wants(t, h.try("zhang", "wrong", ""), WrongPassword)
}

func TestOldTriesMakeRoom(t *testing.T) {
	h := newHouse(t)
	h.hire("zhang", Clerk)
	for i := range maxTallies + 50 {
		h.count(fmt.Sprint("u", i), "")
		if i == maxTallies-10 {
			h.pass(25 * time.Hour)
		}
	}
	if n := len(h.tries); n > maxTallies {
		t.Error(n)
	}
}

func TestPeopleSignInWhereNothingCanBeWritten(t *testing.T) {
	h := newHouse(t)
	password := h.hire("zhang", Clerk)
	h.full = refusal.Newf(refusal.Fenced, "", "", "the node was restored from an old copy")
	must(t, h.try("zhang", password, ""))
	wants(t, h.try("zhang", "wrong", ""), WrongPassword)
	_, err := h.Create(context.Background(), "虚构主任", Account{Login: "more", Staff: "虚构甲", Duties: All()})
	wants(t, err, refusal.Fenced)
}

// A stranger on the line keeps the account shut for other strangers, and not at
// the center's own machine, for as long as they like.
func TestAStrangerShutsNobodyOut(t *testing.T) {
	h := newHouse(t)
	password := h.hire("zhang", Clerk)
	must(t, h.try("zhang", password, "10.0.0.7"))
	attack := func(tries int) {
		for i := range tries {
			h.try("zhang", "wrong", fmt.Sprintf("203.0.113.%d", i%250))
		}
	}
	attack(ofAccount.free)
	wants(t, h.try("zhang", password, "198.51.100.1"), LockedOut) // whoever never came from there
	must(t, h.try("zhang", password, "10.0.0.7"))
	must(t, h.try("zhang", password, "127.0.0.1"))
	must(t, h.try("zhang", password, asker("::1")))
	wants(t, h.try("zhang", password, "198.51.100.1"), LockedOut) // the right password at home opens nothing elsewhere
	if acc, _ := h.Get("zhang"); acc.Locked == 0 {
		t.Error("whoever manages the accounts does not see it")
	}
	h.open() // a restart forgets neither
	wants(t, h.try("zhang", password, "198.51.100.1"), LockedOut)
	must(t, h.try("zhang", password, "10.0.0.7"))
	for range 50 { // they go on for two days
		h.pass(time.Hour + time.Second)
		attack(3)
		must(t, h.try("zhang", password, "10.0.0.7"))
	}
	wants(t, h.try("zhang", password, "198.51.100.1"), LockedOut)
	// At home, too, the fifth wrong one stops; from there only.
	for range ofPair.free {
		wants(t, h.try("zhang", "wrong", "10.0.0.7"), WrongPassword)
	}
	wants(t, h.try("zhang", password, "10.0.0.7"), LockedOut)
	must(t, h.try("zhang", password, "127.0.0.1"))
	must(t, h.Enable("虚构主任", "zhang"))
	must(t, h.try("zhang", password, "198.51.100.1"))
	must(t, h.try("zhang", password, "10.0.0.7"))
}

// What is home is forgotten after a month, and the newest eight are kept.
func TestWhereAnAccountIsAtHome(t *testing.T) {
	h := newHouse(t)
	password := h.hire("zhang", Clerk)
	shut := func() {
		for i := range ofAccount.free + 5 {
			h.try("zhang", "wrong", fmt.Sprintf("203.0.113.%d", i))
		}
	}
	for i := range maxKnown + 1 {
		must(t, h.try("zhang", password, fmt.Sprintf("10.0.0.%d", i)))
	}
	shut()
	wants(t, h.try("zhang", password, "10.0.0.0"), LockedOut)
	must(t, h.try("zhang", password, "10.0.0.1"))
	h.pass(knownFor + time.Hour)
	shut()
	wants(t, h.try("zhang", password, "10.0.0.2"), LockedOut)
}

// However many addresses somebody has, an account gets no more tries than its
// own bound allows; and no login that is typed counts for another spot.
func TestManyAddressesGetNoMoreTries(t *testing.T) {
	h := newHouse(t)
	h.hire("zhang", Clerk)
	tried := 0
	for i := range 500 {
		if refusal.CodeOf(h.try("zhang", "wrong", fmt.Sprintf("203.0.%d.%d", i/200, i%200))) == WrongPassword {
			tried++
		}
	}
	if tried != ofAccount.free {
		t.Errorf("%d tries", tried)
	}
	for _, login := range []string{"", "*", "from 10.0.0.7", "zhang from 10.0.0.7", " "} {
		for range ofAccount.free {
			h.try(login, "wrong", "10.0.0.8")
		}
	}
	h.pass(time.Hour)
	wants(t, h.try("zhang", "wrong", "10.0.0.7"), WrongPassword)
}

package account

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/consensus/refusal"
)

func TestLockOutGrowsToAnHour(t *testing.T) {
	now := time.UnixMilli(0)
	var got tally
	var waits []string
	for range 13 {
		got = ofAccount.wrong(got, now)
		waits = append(waits, got.locked(now).String())
		now = now.Add(got.locked(now))
	}
	if s := strings.Join(waits, " "); s != "0s 0s 0s 0s 1m0s 2m0s 4m0s 8m0s 16m0s 32m0s 1h0m0s 1h0m0s 1h0m0s" {
		t.Error(s)
	}
	if later := ofAccount.wrong(got, now.Add(24*time.Hour+time.Second)); later.Wrong != 1 {
		t.Errorf("a day later %+v", later)
	}
}

// However the tries are spread, nobody gets more of them than the waits allow.
func TestNoScheduleOfTriesBeatsTheLockOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom([]lockout{ofAccount, ofAddress}).Draw(t, "which")
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

func TestAnAddressThatTriesEveryAccount(t *testing.T) {
	h := newHouse(t)
	password := h.hire("zhang", Clerk)
	for i := range ofAddress.free {
		wants(t, h.try(fmt.Sprint("guess", i), "wrong", "10.1.1.9"), WrongPassword)
	}
	wants(t, h.try("zhang", password, "10.1.1.9"), LockedOut)
	must(t, h.try("zhang", password, "10.1.1.10"))
	for i := range ofAddress.free { // one machine, many addresses
		wants(t, h.try(fmt.Sprint("guess6", i), "wrong", fmt.Sprintf("fd00:1:2:3::%x", i)), WrongPassword)
	}
	wants(t, h.try("zhang", password, "fd00:1:2:3::ffff"), LockedOut)
	must(t, h.try("zhang", password, "fd00:1:2:4::1"))
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

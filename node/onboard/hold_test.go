package onboard

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/node/enrol"
)

// slow is a center whose invitations are written one at a time, when the test
// lets them be.
type slow struct {
	*testing.T
	*Onboard
	let     chan struct{}
	invited []area.Center // of Run's goroutine; read when it stands still
}

// newSlow is within a bubble of synctest.
func newSlow(t *testing.T) *slow {
	s := &slow{T: t, let: make(chan struct{})}
	s.Onboard = New(Config{
		Self: func() area.Center { return "320500000000" }, Enrolled: func(area.Center) bool { return false },
		Invite: func(c area.Center, _ time.Duration, _ bool) (enrol.Ticket, error) {
			<-s.let
			s.invited = append(s.invited, c)
			return enrol.Ticket{}, nil
		},
		Say: func(err error) (string, string) { return "没有办成。", err.Error() }, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(t.Context())
	go s.Onboard.Run(ctx)
	t.Cleanup(func() { stop(); synctest.Wait() })
	return s
}

// sends a table of n centers, and asks to have it taken in.
func (s *slow) sends(owner string, first, n int) Import {
	s.Helper()
	var file strings.Builder
	file.WriteString("center,name\n")
	for i := range n {
		fmt.Fprintf(&file, "320509%03d%03d,虚构中心\n", 100+(first+i)/400, 1+(first+i)%400)
	}
	one, err := s.Check(s.Context(), owner, "建设者", Centers, []byte(file.String()))
	if err == nil {
		one, err = s.Apply(owner, one.ID)
	}
	if err != nil {
		s.Fatal(err, one.Problems[:min(len(one.Problems), 3)])
	}
	return one
}

// goOn lets n invitations be written, and waits until all stands still.
func (s *slow) goOn(n int) {
	for range n {
		s.let <- struct{}{}
	}
	synctest.Wait()
}

func (s *slow) shows(owner, id string) Import {
	s.Helper()
	one, err := s.Get(owner, id)
	if err != nil {
		s.Fatal(err)
	}
	return one
}

// A long table tells how far it is, and is taken in once, however often it is
// asked for and whatever is sent meanwhile.
func TestALongTableTellsHowFarItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rows = 500
		s := newSlow(t)
		one := s.sends("甲", 0, rows)
		for _, done := range []int{0, 1, 199, 200} { // more
			s.goOn(done)
			again, err := s.Apply("甲", one.ID)
			if err != nil || again.State != Running || again.At != len(s.invited) || again.Secrets != 0 {
				t.Fatalf("after %d: %s at %d, %d secrets, %v", len(s.invited), again.State, again.At, again.Secrets, err)
			}
			if _, err := s.Check(t.Context(), "甲", "建设者", Centers, []byte("center,name\n320509101001,虚构中心\n")); refusal.CodeOf(err) != refusal.Conflict {
				t.Fatal("another is sent while it is taken in:", err)
			}
		}
		s.goOn(rows - len(s.invited))
		if one = s.shows("甲", one.ID); one.State != Done || one.At != rows || one.Secrets != rows || len(s.invited) != rows {
			t.Errorf("%s at %d, %d secrets, %d invited", one.State, one.At, one.Secrets, len(s.invited))
		}
		if again, err := s.Apply("甲", one.ID); err != nil || again.State != Done || len(s.invited) != rows {
			t.Errorf("asked for once more: %+v %v", again.State, err)
		}
	})
}

// Tables wait in the order in which they were asked for: whoever looks how far
// theirs is does not fall behind by that.
func TestTablesWaitInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlow(t)
		s.sends("甲", 0, 1)
		synctest.Wait() // it is under way
		second, third := s.sends("乙", 1, 1), s.sends("丙", 2, 1)
		<-time.After(time.Second) // of the bubble
		s.shows("乙", second.ID)
		s.goOn(2)
		if a, b := s.shows("乙", second.ID), s.shows("丙", third.ID); a.State != Done || b.State != Running {
			t.Errorf("the second is %s, the third %s", a.State, b.State)
		}
		s.goOn(1)
	})
}

// Two tables that are sent at once are no more than one after the other.
func TestTablesSentAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlow(t)
		look := make(chan struct{})
		s.cfg.Enrolled = func(area.Center) bool { <-look; return false }
		for i := range 2 * maxHeld {
			for range 2 {
				go func() {
					_, err := s.Check(t.Context(), fmt.Sprint(i), "建设者", Centers, []byte("center,name\n320509101001,虚构中心\n"))
					if err != nil && refusal.CodeOf(err) != refusal.Unavailable {
						t.Error(err)
					}
				}()
			}
		}
		synctest.Wait() // each was let in, and is looked through
		close(look)
		synctest.Wait()
		owners := map[string]int{}
		for _, h := range s.held {
			owners[h.owner]++
		}
		if len(s.held) != maxHeld || len(owners) != maxHeld {
			t.Errorf("%d tables of %d owners are held", len(s.held), len(owners))
		}
	})
}

// The newest is what was sent last, not what was looked at last.
func TestNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlow(t)
		first := s.sends("甲", 0, 1)
		s.goOn(1) // its list waits to be fetched
		second := s.sends("甲", 1, 1)
		<-time.After(time.Second) // of the bubble
		s.shows("甲", first.ID)
		if newest, ok := s.Newest("甲"); !ok || newest.ID != second.ID {
			t.Errorf("the newest is %+v", newest)
		}
		s.goOn(1)
		if _, ok := s.Newest("乙"); ok {
			t.Error("somebody else's")
		}
	})
}

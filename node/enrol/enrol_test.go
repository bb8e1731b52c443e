package enrol_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/node/enrol"
	"tongban/node/store"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

const (
	district  = area.Center("320509000000")
	town      = area.Center("320509111000")
	village   = area.Center("320509111201")
	elsewhere = area.Center("320505000000")
)

func newKey(t testing.TB) chain.Key {
	t.Helper()
	seed := make([]byte, 32)
	rand.Read(seed)
	key, err := chain.NewKey(seed)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// realm is a real Register with one founding district, whose node invites.
type realm struct {
	t    *testing.T
	root chain.Key
	key  chain.Key // the district's
	r    *register.Register
	cfg  enrol.Config
	s    *enrol.Server
	log  *record
	stop func()

	mu      sync.Mutex
	now     time.Time
	entry   uint64
	counter uint64
	fail    error // what Propose answers in place of the Register …
	after   bool  // … after the Register has applied it all the same
}

type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func newRealm(t *testing.T) *realm {
	t.Helper()
	w := &realm{t: t, root: newKey(t), key: newKey(t), log: &record{}, now: time.Now()}
	id := register.RealmID(w.root.Public())
	db, err := store.Open(store.Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w.r, err = register.Open(db.DB(), register.Trust{Realm: id, Root: w.root.Public()})
	if err != nil {
		t.Fatal(err)
	}
	w.apply(register.Root(w.root), register.Realm{
		ID: id, Name: "吴江", Area: "320509000000", Root: w.root.Public(), Publisher: district,
		First: register.Center{ID: district, Name: "政务服务中心", Key: w.key.Public(), Incarnation: 1},
	})
	w.cfg = enrol.Config{
		Self: district, Key: w.key, Realm: id, Root: w.root.Public(), Listen: "127.0.0.1:0", DB: db.DB(),
		Current: func(c area.Center) (chain.PublicKey, uint32, bool) {
			l, known := w.r.Center(c)
			if !known || l.Revoked != 0 {
				return nil, l.Highest, false
			}
			return l.Key, l.Highest, true
		},
		Propose: w.propose,
		Welcome: func(area.Center) enrol.Welcome {
			l, _ := w.r.Center(district)
			return enrol.Welcome{Index: w.r.Head().Index, Seeds: []register.Center{l.Center}}
		},
		Log:    slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:    w.clock,
		Random: rand.Reader,
	}
	w.start()
	return w
}

func (w *realm) start() {
	w.t.Helper()
	var err error
	if w.s, err = enrol.New(w.cfg); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.s.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("Run: %v", err)
		}
	})
	w.t.Cleanup(w.stop)
}

func (w *realm) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *realm) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *realm) apply(a register.Author, body register.Body) error {
	w.t.Helper()
	now := w.clock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counter++
	w.entry++
	command := a.Command(w.counter, now, body, "tester", "")
	results, err := w.r.Apply([]register.Entry{{Index: w.entry, Commands: [][]byte{command}}})
	if err != nil {
		return err
	}
	res, err := register.ReadResult(results[0][0])
	if err != nil {
		return err
	}
	return res.Err("apply")
}

func (w *realm) author() register.Author {
	return register.Author{Realm: w.cfg.Realm, Center: district, Incarnation: 1, Key: w.key}
}

func (w *realm) propose(_ context.Context, body register.Body) error {
	w.mu.Lock()
	fail, after := w.fail, w.after
	w.mu.Unlock()
	if fail != nil && !after {
		return fail
	}
	if err := w.apply(w.author(), body); err != nil {
		return err
	}
	return fail
}

func (w *realm) failing(err error, after bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail, w.after = err, after
}

func (w *realm) invite(c area.Center, rejoin bool) enrol.Ticket {
	w.t.Helper()
	ticket, err := w.s.Invite(c, time.Hour, []string{w.s.Addr()}, rejoin)
	if err != nil {
		w.t.Fatal(err)
	}
	return ticket
}

func (w *realm) join(ticket enrol.Ticket, key chain.Key) (enrol.Welcome, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return enrol.Join(ctx, enrol.Request{
		Ticket: ticket, Key: key, Center: register.Center{Name: "便民服务中心"}, Reason: "restored from a backup",
	}, w.clock())
}

func TestJoin(t *testing.T) {
	w := newRealm(t)
	ticket, key := w.invite(village, false), newKey(t)
	got, err := w.join(ticket, key)
	if err != nil {
		t.Fatal(err)
	}
	if got.Incarnation != 1 || got.Realm != w.cfg.Realm || got.Index != 2 || len(got.Seeds) != 1 {
		t.Errorf("welcome: %+v", got)
	}
	listing, ok := w.r.Center(village)
	if !ok || !listing.Key.Equal(key.Public()) || listing.Name != "便民服务中心" {
		t.Errorf("in the Register: %+v, %t", listing, ok)
	}
	again, err := w.join(ticket, key)
	if err != nil || again.Incarnation != 1 || w.r.Head().Index != 2 {
		t.Errorf("asked again: %+v, %v; head %d", again, err, w.r.Head().Index)
	}
	tickets, err := w.s.Tickets(10)
	if err != nil || len(tickets) != 1 || tickets[0].Phase != enrol.Enrolled || tickets[0].Ticket != ticket.Hash() {
		t.Errorf("tickets: %+v, %v", tickets, err)
	}
	if !strings.Contains(w.log.String(), `msg="center enrolled"`) {
		t.Errorf("the log does not tell: %s", w.log)
	}
}

func TestJoinRefused(t *testing.T) {
	forged := func(t *testing.T, w *realm, ticket enrol.Ticket) enrol.Ticket {
		ticket.Secret = bytes.Repeat([]byte{7}, len(ticket.Secret))
		return ticket
	}
	cases := []struct {
		name string
		turn func(t *testing.T, w *realm, ticket enrol.Ticket) enrol.Ticket // what happens before
		want refusal.Code
	}{
		{"no ticket of this inviter", forged, enrol.TicketUnknown},
		{"used", func(t *testing.T, w *realm, ticket enrol.Ticket) enrol.Ticket {
			if _, err := w.join(ticket, newKey(t)); err != nil {
				t.Fatal(err)
			}
			return ticket
		}, enrol.TicketUsed},
		{"expired", func(t *testing.T, w *realm, ticket enrol.Ticket) enrol.Ticket {
			w.wait(2 * time.Hour)
			return ticket
		}, enrol.TicketExpired},
		{"withdrawn", func(t *testing.T, w *realm, ticket enrol.Ticket) enrol.Ticket {
			if err := w.s.Withdraw(ticket.Hash()); err != nil {
				t.Fatal(err)
			}
			return ticket
		}, enrol.TicketUnknown},
		{"for another center", func(t *testing.T, w *realm, ticket enrol.Ticket) enrol.Ticket {
			ticket.Center = town
			return ticket
		}, enrol.TicketForOther},
		{"for another purpose", func(t *testing.T, w *realm, ticket enrol.Ticket) enrol.Ticket {
			ticket.Rejoin = true
			return ticket
		}, enrol.TicketForOther},
		{"the Register says no", func(t *testing.T, w *realm, ticket enrol.Ticket) enrol.Ticket {
			other := w.invite(village, false)
			if _, err := w.join(other, newKey(t)); err != nil {
				t.Fatal(err)
			}
			return ticket
		}, refusal.Conflict},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newRealm(t)
			ticket := c.turn(t, w, w.invite(village, false))
			before := w.r.Head()
			key := newKey(t)
			_, err := w.join(ticket, key)
			if refusal.CodeOf(err) != c.want || refusal.HintOf(err) == "" {
				t.Fatalf("%v (%s), want %s and a hint", err, refusal.CodeOf(err), c.want)
			}
			if _, _, in := w.cfg.Current(ticket.Center); in && c.want != enrol.TicketUsed && c.want != refusal.Conflict {
				t.Error("it is in the directory all the same")
			}
			if c.want != refusal.Conflict && w.r.Head() != before {
				t.Error("the Register was asked")
			}
			w.stop()
			if !strings.Contains(w.log.String(), "enrolment refused") || !strings.Contains(w.log.String(), "reason="+string(c.want)) {
				t.Errorf("the inviter's log does not name the reason:\n%s", w.log)
			}
		})
	}
}

// TestAnswerLost has the Register say yes while the inviter does not learn it.
func TestAnswerLost(t *testing.T) {
	w := newRealm(t)
	ticket, key := w.invite(village, false), newKey(t)
	w.failing(errors.New("no majority in time"), false)
	if _, err := w.join(ticket, key); refusal.CodeOf(err) != refusal.Unavailable {
		t.Fatalf("no answer: %v", err)
	}
	// It was its node's from then on, across a restart of the inviter.
	w.stop()
	w.start()
	ticket.Addrs = []string{w.s.Addr()}
	if _, err := w.join(ticket, newKey(t)); refusal.CodeOf(err) != enrol.TicketUsed {
		t.Fatalf("another node: %v", err)
	}
	w.failing(errors.New("connection lost"), true)
	if _, err := w.join(ticket, key); err != nil {
		t.Fatalf("applied, the answer lost: %v", err)
	}
	if l, _ := w.r.Center(village); !l.Key.Equal(key.Public()) || w.r.Head().Index != 2 {
		t.Errorf("%+v at %d", l, w.r.Head().Index)
	}
}

func TestRejoin(t *testing.T) {
	w := newRealm(t)
	old := newKey(t)
	if _, err := w.join(w.invite(village, false), old); err != nil {
		t.Fatal(err)
	}
	ticket, fresh := w.invite(village, true), newKey(t)
	if _, err := w.join(ticket, old); refusal.CodeOf(err) != enrol.KeyInUse {
		t.Fatalf("a new incarnation under the old key, which a copy of the disk has: %v", err)
	}
	got, err := w.join(ticket, fresh)
	if err != nil || got.Incarnation != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if l, _ := w.r.Center(village); !l.Key.Equal(fresh.Public()) {
		t.Errorf("in the Register: %+v", l)
	}
	if _, err := w.join(ticket, newKey(t)); refusal.CodeOf(err) != enrol.TicketUsed {
		t.Errorf("the ticket once more: %v", err)
	}
}

func TestInviteRefused(t *testing.T) {
	w := newRealm(t)
	if _, err := w.join(w.invite(town, false), newKey(t)); err != nil {
		t.Fatal(err)
	}
	addrs := []string{w.s.Addr()}
	for _, c := range []struct {
		name   string
		center area.Center
		life   time.Duration
		rejoin bool
		want   refusal.Code
	}{
		{"another district", elsewhere, time.Hour, false, refusal.Forbidden},
		{"oneself", district, time.Hour, false, refusal.Forbidden},
		{"no center", "town hall", time.Hour, false, refusal.Malformed},
		{"who has a node", town, time.Hour, false, enrol.AlreadyEnrolled},
		{"who never had one", village, time.Hour, true, enrol.NotEnrolled},
		{"too short", village, time.Second, false, refusal.Malformed},
		{"too long", village, 1000 * time.Hour, false, refusal.Malformed},
	} {
		if _, err := w.s.Invite(c.center, c.life, addrs, c.rejoin); refusal.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := w.s.Invite(village, time.Hour, nil, false); refusal.CodeOf(err) != refusal.Malformed {
		t.Errorf("no address: %v", err)
	}
}

// TestSomebodyElseAnswers has the secret not leave the node when the wrong one
// answers.
func TestSomebodyElseAnswers(t *testing.T) {
	w := newRealm(t)
	ticket := w.invite(village, false)
	thief := newRealm(t)
	ticket.Addrs = []string{thief.s.Addr()}
	if _, err := w.join(ticket, newKey(t)); refusal.CodeOf(err) != enrol.WrongInviter {
		t.Fatalf("%v, want %s", err, enrol.WrongInviter)
	}
	thief.stop()
	if strings.Contains(thief.log.String(), "ticket") && strings.Contains(thief.log.String(), "unknown") {
		t.Errorf("the thief saw the secret: %s", thief.log)
	}
	// The right one among several addresses is found.
	ticket.Addrs = []string{deadAddr(t), w.s.Addr()}
	if _, err := w.join(ticket, newKey(t)); err != nil {
		t.Error(err)
	}
	ticket.Addrs = []string{deadAddr(t)}
	if _, err := w.join(ticket, newKey(t)); refusal.CodeOf(err) != refusal.Unavailable || refusal.HintOf(err) == "" {
		t.Errorf("nobody there: %v", err)
	}
}

func deadAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestStrangeGuests sends what no program of ours sends.
func TestStrangeGuests(t *testing.T) {
	w := newRealm(t)
	plain, err := net.Dial("tcp", w.s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(plain, "GET / HTTP/1.0\r\n\r\n")
	io.Copy(io.Discard, plain)
	plain.Close()
	conn, err := tls.Dial("tcp", w.s.Addr(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"tongban-enrol/1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	wire.WriteFrame(conn, bytes.Repeat([]byte{1}, 100<<10)) // it may hang up before the end
	if answer, _ := io.ReadAll(conn); len(answer) > 0 {
		t.Errorf("an oversized message was answered with %x", answer)
	}
	if _, err := w.join(w.invite(village, false), newKey(t)); err != nil {
		t.Errorf("after strange guests: %v", err)
	}
}

// TestManyJoinAtOnce has the villages of a town installed on one morning.
func TestManyJoinAtOnce(t *testing.T) {
	w := newRealm(t)
	var all sync.WaitGroup
	for i := range 20 {
		ticket, key := w.invite(area.Center(fmt.Sprintf("320509111%03d", 201+i)), false), newKey(t)
		all.Go(func() {
			if _, err := w.join(ticket, key); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if head := w.r.Head().Index; head != 21 {
		t.Errorf("head %d, want 21", head)
	}
}

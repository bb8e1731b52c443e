package exchange

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"go.uber.org/goleak"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/attach"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// town is a small city for one test.
type city struct {
	t     testing.TB
	realm *casetest.Realm
	net   *wire.Memory
	mute  map[area.Center]bool // takes no dials
}

func newCity(t testing.TB) *city {
	c := &city{t, casetest.City(), wire.NewMemory(), map[area.Center]bool{}}
	t.Cleanup(c.net.Close)
	return c
}

// post is one node: a real store, cabinet, attachments and exchange.
type post struct {
	*Exchange
	city    *city
	t       testing.TB
	dir     string
	self    casefile.Party
	view    *casetest.View
	machine string
	db      *badger.DB
	cab     *cabinet.Cabinet
	att     *attach.Store
	log     *logbook
	network wire.Network
	watched *counting // in the place of att, for the exchange; nil: none
	stop    func()
}

// directory is what the exchange reads of the test's Register.
type directory struct{ p *post }

func (d directory) Head() chain.Head { return d.p.view.Head() }
func (d directory) Key(p casefile.Party) (chain.PublicKey, bool) {
	k, _, _, ok := d.p.view.Key(p)
	return k, ok
}
func (d directory) Current(c area.Center) (uint32, bool) { return d.p.view.Current(c) }
func (d directory) Dialable(c area.Center) bool          { return !d.p.city.mute[c] }

// logbook keeps what was logged.
type logbook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logbook) count(s string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), s)
}

func options(dir string) badger.Options {
	return badger.DefaultOptions(dir).WithSyncWrites(true).WithLogger(nil).
		WithMemTableSize(8 << 20).WithNumMemtables(2).WithValueThreshold(256 << 10).
		WithValueLogFileSize(64 << 20).WithBlockCacheSize(16 << 20).WithIndexCacheSize(8 << 20).
		WithNumCompactors(2).WithMetricsEnabled(false)
}

var quick = Timing{First: 20 * time.Millisecond, Most: 200 * time.Millisecond, Reoffer: 50 * time.Millisecond,
	Recarry: time.Minute, Idle: time.Minute, Answer: 10 * time.Second}

func (c *city) post(center area.Center) *post {
	c.t.Helper()
	p := &post{city: c, t: c.t, dir: filepath.Join(c.t.TempDir(), "db"), self: casetest.First(center),
		view: c.realm.View(), machine: "machine of " + string(center), log: &logbook{}}
	p.start()
	c.t.Cleanup(func() { p.halt() })
	return p
}

func (p *post) start() {
	p.t.Helper()
	var err error
	if p.db, err = badger.Open(options(p.dir)); err != nil {
		p.t.Fatal(err)
	}
	key := sha256.Sum256([]byte("blob key"))
	if p.att, err = attach.Open(p.db, key[:], rand.Reader); err != nil {
		p.t.Fatal(err)
	}
	if p.network == nil {
		p.network = p.city.net.Join(string(p.self.Center))
	}
	p.Exchange, err = New(Config{
		Realm: "r1", DB: p.db, Network: p.network, Directory: directory{p},
		Self: func() casefile.Party { return p.self }, Key: func() chain.Key { return p.city.realm.Secret(p.self) },
		Machine: []byte(p.machine), Fence: func(reason string) {
			if err := p.cab.Fence(reason); err != nil {
				p.t.Error(err)
			}
		},
		Now: time.Now, Rand: rand.Reader, Timing: quick, Log: slog.New(slog.NewTextHandler(p.log, nil)),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.cab, err = cabinet.Open(cabinet.Config{DB: p.db, Register: p.view, Self: func() casefile.Party { return p.self },
		Key: p.city.realm.Secret(p.self), Now: time.Now, Outbox: p.Exchange, Blobs: p.att,
		Log: slog.New(slog.NewTextHandler(p.log, nil))})
	if err != nil {
		p.t.Fatal(err)
	}
	var blobs Blobs = p.att
	if p.watched != nil {
		p.watched.Store = p.att
		blobs = p.watched
	}
	p.Attach(Cabinet(p.cab), blobs)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	<-p.Ready()
	p.stop = func() {
		cancel()
		if err := <-done; err != nil {
			p.t.Errorf("%s: %v", p.self, err)
		}
	}
}

// halt stops the node; its database is closed as a crash would leave it, for
// every commit is synced.
func (p *post) halt() {
	if p.stop == nil {
		return
	}
	p.city.net.Leave(string(p.self.Center))
	p.stop()
	p.stop, p.network = nil, nil
	if err := p.db.Close(); err != nil {
		p.t.Error(err)
	}
}

func (p *post) restart() { p.halt(); p.start() }

// backup copies the store while the node stands still.
func (p *post) backup() (restore func()) {
	p.t.Helper()
	p.halt()
	saved := filepath.Join(p.t.TempDir(), "backup")
	if err := os.CopyFS(saved, os.DirFS(p.dir)); err != nil {
		p.t.Fatal(err)
	}
	p.start()
	return func() {
		p.t.Helper()
		p.halt()
		if err := os.RemoveAll(p.dir); err != nil {
			p.t.Fatal(err)
		}
		if err := os.CopyFS(p.dir, os.DirFS(saved)); err != nil {
			p.t.Fatal(err)
		}
	}
}

func drafts(list ...casefile.Draft) func(casefile.State) ([]casefile.Draft, error) {
	return func(casefile.State) ([]casefile.Draft, error) { return list, nil }
}

// open opens a case of residence, received, with applicant's record.
func (p *post) open() casefile.State {
	p.t.Helper()
	id, err := p.cab.NewID()
	if err != nil {
		p.t.Fatal(err)
	}
	ref, err := p.att.Put(p.t.Context(), id.Owner(), "applicant", []byte("applicant of "+string(id)))
	if err != nil {
		p.t.Fatal(err)
	}
	d := casetest.Open(casetest.Residence, area.Code(casetest.Village), p.self.Center)
	body := d.Body.(casefile.OpenedBody)
	body.Applicant = ref
	d.Body = body
	s, err := p.cab.Open(p.t.Context(), id, drafts(d, casefile.Draft{Kind: casefile.Received, Staff: "Zhou", Body: casefile.ReceivedBody{}}))
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// has reports whether content of a case is here.
func (p *post) has(s casefile.State, ref casefile.BlobRef) bool {
	return p.att.Has(s.ID.Owner(), ref.Hash)
}

func (p *post) append(id casefile.ID, kind casefile.Kind, body any) casefile.State {
	p.t.Helper()
	s, err := p.cab.Append(p.t.Context(), id, drafts(casefile.Draft{Kind: kind, Body: body, Staff: "Zhou"}))
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

func (p *post) handOver(id casefile.ID, to *post) casefile.State {
	p.t.Helper()
	return p.append(id, casefile.HandedOver, casefile.HandedOverBody{To: to.self})
}

const patience = 20 * time.Second

// reaches waits until the node's copy of a case is at a head.
func (p *post) reaches(id casefile.ID, head chain.Head) casefile.State {
	p.t.Helper()
	return p.sees(id, fmt.Sprintf("record %d", head.Index), func(s casefile.State) bool { return s.Head == head })
}

func (p *post) sees(id casefile.ID, what string, cond func(casefile.State) bool) casefile.State {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		changed := p.cab.Changed()
		s, err := p.cab.State(id)
		if err == nil && cond(s) {
			return s
		}
		select {
		case <-changed:
		case <-deadline:
			p.t.Fatalf("%s does not see %s of %s: it has %d (%v); log:\n%s", p.self, what, id, s.Head.Index, err, p.log.buf.String())
		}
	}
}

// drained waits until nothing waits for a center (all: "").
func (p *post) drained(dest area.Center) {
	p.t.Helper()
	p.rows(dest, "none", func(v []View) bool { return len(v) == 0 })
}

func (p *post) rows(dest area.Center, what string, cond func([]View) bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	if err := p.WaitFor(ctx, dest, cond); err != nil {
		p.t.Fatalf("%s: rows for %q: want %s, have %+v", p.self, dest, what, p.Rows(dest))
	}
}

func (p *post) fenced() string {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		changed := p.cab.Changed()
		if reason, ok := p.cab.Fenced(); ok {
			return reason
		}
		select {
		case <-changed:
		case <-deadline:
			p.t.Fatalf("%s is not fenced; log:\n%s", p.self, p.log.buf.String())
		}
	}
}

func TestCopiesReachOriginAndParents(t *testing.T) {
	c := newCity(t)
	village, town, district, other := c.post(casetest.Village), c.post(casetest.Town), c.post(casetest.District), c.post(casetest.Town2)
	s := village.open()
	town.reaches(s.ID, s.Head)
	district.reaches(s.ID, s.Head)
	village.drained("")
	if !town.has(s, s.Applicant) || district.has(s, s.Applicant) {
		t.Error("the applicant's record goes to the parent that backs the case up, and no further")
	}
	// Custody moves; what the town writes comes back to the origin.
	offered := village.handOver(s.ID, town)
	town.reaches(s.ID, offered.Head)
	taken := town.append(s.ID, casefile.TakenOver, nil)
	village.reaches(s.ID, taken.Head)
	district.reaches(s.ID, taken.Head)
	accepted := town.append(s.ID, casefile.Accepted, casefile.AcceptedBody{Item: s.Item, On: casefile.Day(time.Now().UnixMilli())})
	village.reaches(s.ID, accepted.Head)
	district.reaches(s.ID, accepted.Head)
	for _, p := range []*post{village, town, district} {
		p.drained("")
		if _, err := p.cab.Verify(t.Context(), s.ID); err != nil {
			t.Errorf("%s: %v", p.self, err)
		}
	}
	if _, err := other.cab.State(s.ID); err == nil {
		t.Error("a center that has nothing to do with the case has a copy")
	}
}

func TestOfferStaysUntilAnswered(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	s = village.handOver(s.ID, town)
	town.reaches(s.ID, s.Head)
	village.rows(casetest.Town, "an arrived offer", func(v []View) bool { return len(v) == 1 && v[0].Status == Arrived && v[0].Purpose == Offer })
	village.restart() // it is offered again, and has one effect
	village.rows(casetest.Town, "an arrived offer", func(v []View) bool { return len(v) == 1 && v[0].Status == Arrived })
	s = town.append(s.ID, casefile.TakenOver, nil)
	village.reaches(s.ID, s.Head)
	village.drained(casetest.Town)
	s = town.append(s.ID, casefile.HandedOver, casefile.HandedOverBody{To: village.self})
	village.reaches(s.ID, s.Head)
	s = village.append(s.ID, casefile.TurnedBack, casefile.TurnedBackBody{To: town.self, Reason: "papers missing"})
	town.reaches(s.ID, s.Head)
	town.drained(casetest.Village)
}

// TestBlobsInPieces: content that takes many batches comes behind its case.
func TestBlobsInPieces(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	scan := make([]byte, 3<<20+12345)
	if _, err := rand.Read(scan); err != nil {
		t.Fatal(err)
	}
	ref, err := village.att.Put(t.Context(), s.ID.Owner(), "material", scan)
	if err != nil {
		t.Fatal(err)
	}
	s = village.append(s.ID, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{
		{ID: "photo", State: casefile.Electronic, Blob: &ref}}})
	town.reaches(s.ID, s.Head)
	village.drained(casetest.Town)
	got, err := town.att.Get(s.ID.Owner(), ref)
	if err != nil || !bytes.Equal(got, scan) {
		t.Fatalf("the scan at the town: %d bytes, %v", len(got), err)
	}
	left := 0
	if err := town.db.View(func(txn *badger.Txn) error { left = count(txn, piecePrefix, 100); return nil }); err != nil || left > 0 {
		t.Errorf("%d pieces are left (%v)", left, err)
	}
}

// TestCutOffForLong: a village works through, and drains when the line returns.
func TestCutOffForLong(t *testing.T) {
	c := newCity(t)
	village, town, district := c.post(casetest.Village), c.post(casetest.Town), c.post(casetest.District)
	c.net.Isolate(string(casetest.Village))
	heads := map[casefile.ID]chain.Head{}
	for range 40 {
		s := village.open()
		heads[s.ID] = s.Head
	}
	village.rows(casetest.Town, "40 waiting, with a reason", func(v []View) bool {
		return len(v) == 40 && v[0].Status == Waiting && v[0].Reason != ""
	})
	village.restart()
	c.net.Reconnect(string(casetest.Village))
	village.PeerUp(casetest.Town)
	for id, head := range heads {
		town.reaches(id, head)
		district.reaches(id, head)
	}
	village.drained("")
}

// TestDuplicates: whatever comes twice has one effect.
func TestDuplicates(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	town.reaches(s.ID, s.Head)
	village.drained(casetest.Town)
	row := Row{Key: Key{casetest.Town, CaseRow, string(s.ID)}, Purpose: Copy}
	for range 5 {
		if err := village.stage(func(txn *badger.Txn) error { // as if nothing had been acknowledged
			return txn.Delete(knownKey(casetest.Town, string(s.ID)))
		}, row); err != nil {
			t.Fatal(err)
		}
		village.drained(casetest.Town)
	}
	if again, err := town.cab.State(s.ID); err != nil || again.Head != s.Head {
		t.Errorf("%+v, %v", again.Head, err)
	}
}

// TestKillBetweenCommitAndAnswer: the receiver dies after its commit; the row
// is sent again and has one effect.
func TestKillBetweenCommitAndAnswer(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	changed := town.cab.Changed()
	s = village.append(s.ID, casefile.Received, casefile.ReceivedBody{})
	select {
	case <-changed: // committed; the answer may be on its way or not
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	town.restart()
	town.reaches(s.ID, s.Head)
	village.drained(casetest.Town)
	village.restart()
	village.drained(casetest.Town)
	if _, err := town.cab.Verify(t.Context(), s.ID); err != nil {
		t.Error(err)
	}
}

package exchange

import (
	"bytes"
	"context"
	"crypto/rand"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/attach"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// slowLine is a network whose writes wait for the test to let bytes through.
type slowLine struct {
	wire.Network
	g *gate
}

type gate struct {
	mu    sync.Mutex
	cond  *sync.Cond
	left  int // bytes that may pass; -1: any number
	spent int
}

func newGate(left int) *gate {
	g := &gate{left: left}
	g.cond = sync.NewCond(&g.mu)
	return g
}

// let lets n more bytes through; all of them when n is -1.
func (g *gate) let(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n < 0 {
		g.left = -1
	} else if g.left >= 0 {
		g.left += n
	}
	g.cond.Broadcast()
}

func (g *gate) pass(n int, closed func() bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.left >= 0 && g.left < n && !closed() {
		g.cond.Wait()
	}
	if closed() {
		return false
	}
	if g.left >= 0 {
		g.left -= n
	}
	g.spent += n
	return true
}

// used is how many bytes went through.
func (g *gate) used() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.spent
}

func (s slowLine) Dial(ctx context.Context, center, protocol string) (net.Conn, error) {
	conn, err := s.Network.Dial(ctx, center, protocol)
	if err != nil {
		return nil, err
	}
	return &slowConn{Conn: conn, g: s.g}, nil
}

type slowConn struct {
	net.Conn
	g    *gate
	done bool // guarded by g.mu
}

func (c *slowConn) Write(b []byte) (int, error) {
	for n := 0; n < len(b); {
		end := min(n+1<<10, len(b))
		if !c.g.pass(end-n, func() bool { return c.done }) {
			return n, net.ErrClosed
		}
		if m, err := c.Conn.Write(b[n:end]); err != nil {
			return n + m, err
		}
		n = end
	}
	return len(b), nil
}

func (c *slowConn) Close() error {
	c.g.mu.Lock()
	c.done = true
	c.g.cond.Broadcast()
	c.g.mu.Unlock()
	return c.Conn.Close()
}

// scan lays a scan of n bytes into a case.
func (p *post) scan(id casefile.ID, n int) (casefile.State, casefile.BlobRef) {
	p.t.Helper()
	content := make([]byte, n)
	if _, err := rand.Read(content); err != nil {
		p.t.Fatal(err)
	}
	ref, err := p.att.Put(p.t.Context(), id.Owner(), "material", content)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.append(id, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{
		{ID: "photo", State: casefile.Electronic, Blob: &ref}}}), ref
}

// gathered is how many pieces of unfinished blobs a node has.
func (p *post) gathered() int {
	p.t.Helper()
	n := 0
	if err := p.db.View(func(txn *badger.Txn) error { n = count(txn, piecePrefix, 1<<20); return nil }); err != nil {
		p.t.Fatal(err)
	}
	return n
}

// until asks again and again: nothing tells of a piece.
func (p *post) until(what string, cond func() bool) {
	p.t.Helper()
	deadline := time.After(patience)
	for !cond() {
		select {
		case <-time.After(2 * time.Millisecond):
		case <-deadline:
			p.t.Fatalf("%s: never %s; rows %+v; log:\n%s", p.self, what, p.Rows(""), p.log.buf.String())
		}
	}
}

// TestEventsPassAScan: on a line on which a scan takes its time, an event of
// another case that happens later is there first, and little goes before it.
func TestEventsPassAScan(t *testing.T) {
	c := newCity(t)
	town := c.post(casetest.Town)
	g := newGate(-1)
	village := &post{city: c, t: t, dir: t.TempDir() + "/db", self: casetest.First(casetest.Village), view: c.realm.View(),
		machine: "machine of the village", log: &logbook{}, network: slowLine{c.net.Join(string(casetest.Village)), g}}
	village.start()
	t.Cleanup(village.halt)
	t.Cleanup(func() { g.let(-1) })
	s := village.open()
	town.reaches(s.ID, s.Head)
	village.drained(casetest.Town)
	g.mu.Lock()
	g.left = 6 * pieceSize
	g.mu.Unlock()
	s, ref := village.scan(s.ID, 5<<20)
	town.reaches(s.ID, s.Head) // the case itself does not wait for its paper
	town.until("under way", func() bool { return town.gathered() >= 3 })
	if town.has(s, ref) {
		t.Fatal("the scan is there whole")
	}
	begun := g.used()
	other := village.open()
	for arrived := false; !arrived; {
		changed := town.cab.Changed()
		if now, err := town.cab.State(other.ID); err == nil && now.Head == other.Head {
			arrived = true
			break
		}
		if g.used()-begun > 10*pieceSize {
			t.Fatalf("%d bytes went by and the event is not there", g.used()-begun)
		}
		g.let(4 << 10)
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond):
		}
	}
	if town.has(s, ref) {
		t.Error("the scan is whole before the event of another case")
	}
	g.let(-1)
	village.drained(casetest.Town)
	if !town.has(s, ref) {
		t.Error("the scan never came")
	}
}

// counting counts the pieces that leave a node.
type counting struct {
	*attach.Store
	mu     sync.Mutex
	pieces map[chain.Hash]int
	sent   func(n int) // called after each
}

func (c *counting) Piece(owner casefile.Owner, h chain.Hash, offset int64, limit int) ([]byte, int64, error) {
	b, size, err := c.Store.Piece(owner, h, offset, limit)
	if limit > 0 && err == nil && len(b) > 0 {
		c.mu.Lock()
		c.pieces[h]++
		n := c.pieces[h]
		c.mu.Unlock()
		if c.sent != nil {
			c.sent(n)
		}
	}
	return b, size, err
}

func (c *counting) count(h chain.Hash) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pieces[h]
}

// TestResumed: the line breaks in the middle of a scan, and one side or both
// begin again; what was acknowledged is not sent twice.
func TestResumed(t *testing.T) {
	const size = 5 << 20
	for name, between := range map[string]func(village, town *post){
		"the line":     func(*post, *post) {},
		"the sender":   func(village, _ *post) { village.restart() },
		"the receiver": func(_, town *post) { town.restart() },
		"both":         func(village, town *post) { village.restart(); town.restart() },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCity(t)
			village, town := c.post(casetest.Village), c.post(casetest.Town)
			s := village.open()
			town.reaches(s.ID, s.Head)
			village.drained(casetest.Town)
			blobs := &counting{pieces: map[chain.Hash]int{}}
			blobs.sent = func(n int) {
				if n == 40 {
					c.net.Cut(string(casetest.Village), string(casetest.Town))
				}
			}
			village.watched = blobs
			village.restart()
			s, ref := village.scan(s.ID, size)
			village.until("broken", func() bool { return blobs.count(ref.Hash) >= 40 })
			between(village, town)
			before := town.gathered()
			c.net.HealAll()
			village.PeerUp(casetest.Town)
			village.drained(casetest.Town)
			if !town.has(s, ref) {
				t.Fatal("the scan never came")
			}
			pieces := (size + 1<<10 + pieceSize - 1) / pieceSize
			if got := blobs.count(ref.Hash); got < pieces || got > pieces+window {
				t.Errorf("%d pieces were sent of %d; %d were there when the line came back", got, pieces, before)
			}
			if before < 30 || town.gathered() > 0 {
				t.Errorf("%d pieces were there before, %d are left", before, town.gathered())
			}
		})
	}
}

// TestLostPieces: a receiver that forgot what had come says so, and gets it from
// there on; so does one that had the paper whole and runs on an older copy.
func TestLostPieces(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	town.reaches(s.ID, s.Head)
	village.drained(casetest.Town)
	c.net.Cut(string(casetest.Village), string(casetest.Town))
	s, ref := village.scan(s.ID, 1<<20)
	size := int64(0)
	if _, n, err := village.att.Piece(s.ID.Owner(), ref.Hash, 0, 1); err != nil {
		t.Fatal(err)
	} else {
		size = n
	}
	village.owe([]Output{Learned{Dest: casetest.Town, Case: string(s.ID), Begun: Begun{ref.Hash, 4 * pieceSize}}})
	c.net.HealAll()
	village.PeerUp(casetest.Town)
	town.reaches(s.ID, s.Head)
	village.drained(casetest.Town)
	if !town.has(s, ref) {
		t.Fatal("the scan never came")
	}
	// Believed to be there whole, and asked about.
	if err := town.db.Update(func(txn *badger.Txn) error {
		return txn.Delete(append([]byte("b/"+s.ID.Owner()+"\x00"), ref.Hash[:]...))
	}); err != nil {
		t.Fatal(err)
	}
	if town.has(s, ref) {
		t.Fatal("it is still there")
	}
	if err := village.do([]Output{Return{Dest: casetest.Town, Incarnation: 1}}); err != nil {
		t.Fatal(err)
	}
	village.drained(casetest.Town)
	if !town.has(s, ref) {
		t.Errorf("the scan of %d bytes did not come back", size)
	}
}

// TestUnfinishedPiecesOnTheDisk: what has come of a paper can't be read there,
// and one that was erased meanwhile is swept.
func TestUnfinishedPiecesOnTheDisk(t *testing.T) {
	c := newCity(t)
	town := c.post(casetest.Town)
	s := c.stranger(t, casetest.Village, town)
	s.welcomed()
	plain := bytes.Repeat([]byte("虚构甲的身份证"), pieceSize/len("虚构甲的身份证")+1)[:pieceSize]
	hash, scanned := chain.Sum([]byte("a scan")), casefile.NewID(casetest.First(casetest.Village), 7)
	row := func(offset int64, b []byte) wireRow {
		return wireRow{Kind: BlobRow, ID: string(scanned), Piece: &piece{hash, 3*pieceSize + 7, offset, b}}
	}
	for n, test := range []struct {
		row  wireRow
		want refusal.Code
	}{
		{row(pieceSize, plain), CodeGap},
		{row(0, plain), ""},
		{row(0, plain), ""},
		{row(3*pieceSize, plain[:7]), CodeGap},
		{row(3*pieceSize+7, nil), CodeGap}, // is all of it here?
		{row(pieceSize, plain), ""},
		{row(5, plain), refusal.Malformed},
		{row(2*pieceSize, plain[:9]), refusal.Malformed},
		{row(2*pieceSize, nil), refusal.Malformed},
	} {
		if got := s.verdict(uint64(n+1), test.row); got != test.want {
			t.Errorf("piece %d: %q, want %q", n, got, test.want)
		}
	}
	if town.gathered() != 2 {
		t.Errorf("%d pieces are kept", town.gathered())
	}
	if err := town.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			if err := it.Item().Value(func(v []byte) error {
				if bytes.Contains(v, plain[:42]) {
					t.Errorf("%q holds a paper in the clear", it.Item().Key())
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := town.att.Erase(t.Context(), scanned.Owner(), []chain.Hash{hash}); err != nil {
		t.Fatal(err)
	}
	if got := s.verdict(20, row(2*pieceSize, plain)); got != attach.Gone {
		t.Errorf("a piece of what was erased: %q", got)
	}
	town.restart()
	if town.gathered() != 0 {
		t.Errorf("%d pieces of what was erased are left", town.gathered())
	}
}

// TestRoomForPieces: a sender that begins more than is kept for it has older
// pieces forgotten, and none of them whole.
func TestRoomForPieces(t *testing.T) {
	c, id := newCity(t), casefile.NewID(casetest.First(casetest.Village), 7)
	town := c.post(casetest.Town)
	if err := town.db.Update(func(txn *badger.Txn) error {
		for i := range maxPieces / pieceSize {
			if err := txn.Set(pieceKey(gathered{casetest.Village, id, chain.Hash{1, byte(i), byte(i >> 8)}}, 0), []byte{1}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		p := &piece{chain.Hash{2, byte(i)}, 2 * pieceSize, 0, make([]byte, pieceSize)}
		if v := town.in.takePiece(t.Context(), casetest.Village, id, p); v.Code != "" {
			t.Fatalf("piece %d: %+v", i, v)
		}
	}
	if n := town.gathered(); n > maxPieces/pieceSize {
		t.Errorf("%d pieces are kept", n)
	}
}

// TestPapersAreCarried: the papers of a case that a parent carries, or a stick,
// come as well, and the sender learns that they did.
func TestPapersAreCarried(t *testing.T) {
	c := newCity(t)
	c.mute[casetest.Village], c.mute[casetest.Village2] = true, true
	c.net.Cut(string(casetest.Village), string(casetest.Village2))
	v1, v2 := c.post(casetest.Village), c.post(casetest.Village2)
	c.post(casetest.Town)
	c.post(casetest.Town2)
	s := v1.open()
	_, photo := v1.scan(s.ID, 700<<10)
	s = v1.handOver(s.ID, v2)
	v2.reaches(s.ID, s.Head)
	v2.until("has the paper", func() bool { return v2.has(s, photo) })
	v1.rows(casetest.Village2, "the offer alone", func(v []View) bool {
		return len(v) == 1 && v[0].Kind == CaseRow && v[0].Status == Arrived
	})
	s = v2.append(s.ID, casefile.TakenOver, nil)
	v1.reaches(s.ID, s.Head)
}

func TestPapersOnAStick(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	c.net.Isolate(string(casetest.Village))
	s := village.open()
	_, photo := village.scan(s.ID, 300<<10)
	s = village.handOver(s.ID, town)
	var file bytes.Buffer
	if _, err := village.Export(&file, casetest.Town); err != nil {
		t.Fatal(err)
	}
	if report, err := town.Import(t.Context(), &file); err != nil || len(report.Refused) > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	town.reaches(s.ID, s.Head)
	if !town.has(s, photo) {
		t.Error("the paper was not on the stick")
	}
	town.append(s.ID, casefile.TakenOver, nil)
	var back bytes.Buffer
	if _, err := town.Export(&back, casetest.Village); err != nil {
		t.Fatal(err)
	}
	if _, err := village.Import(t.Context(), &back); err != nil {
		t.Fatal(err)
	}
	// The receipt says that the paper is there: the next file is without it.
	file.Reset()
	if _, err := village.Export(&file, casetest.Town); err != nil {
		t.Fatal(err)
	}
	if file.Len() > 100<<10 {
		t.Errorf("%d bytes are exported once more", file.Len())
	}
}

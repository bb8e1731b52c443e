package exchange

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// TestRestoredReceiverGetsBack: what the town had acknowledged it gets again,
// when it runs on an old copy and when it has a new incarnation.
func TestRestoredReceiverGetsBack(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	first := village.open()
	town.reaches(first.ID, first.Head)
	restore := town.backup()
	heads := map[casefile.ID]chain.Head{first.ID: first.Head}
	for range 10 {
		s := village.open()
		heads[s.ID] = s.Head
	}
	first = village.append(first.ID, casefile.Received, casefile.ReceivedBody{})
	heads[first.ID] = first.Head
	for id, head := range heads {
		town.reaches(id, head)
	}
	village.drained(casetest.Town)

	restore()
	town.start() // nothing was written by the town itself, so nobody can tell but by the mark
	village.PeerUp(casetest.Town)
	again := village.open() // the next word between them tells
	heads[again.ID] = again.Head
	for id, head := range heads {
		s := town.reaches(id, head)
		if !town.has(s, s.Applicant) {
			t.Errorf("%s: the applicant's record did not come back", id)
		}
	}
	village.drained(casetest.Town)

	restore()
	town.self = c.realm.Enrol(casetest.Town) // a new incarnation, with a new key
	town.start()
	village.open()
	for id, head := range heads {
		town.reaches(id, head)
	}
	village.drained(casetest.Town)
}

// TestRestoredSenderIsRefused: a village that forgot what it sealed is told so
// with its own seal, and stops writing; with a new incarnation it goes on and
// gets its cases back.
func TestRestoredSenderIsRefused(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	first := village.open()
	town.reaches(first.ID, first.Head)
	restore := village.backup()
	lost := village.open()
	town.reaches(lost.ID, lost.Head)
	village.drained(casetest.Town)

	restore()
	village.start()
	// The same number with another hash, if it comes to that before it is told.
	_, err := village.cab.Append(t.Context(), first.ID, drafts(casefile.Draft{Kind: casefile.Received, Staff: "Zhou", Body: casefile.ReceivedBody{}}))
	if err != nil && refusal.CodeOf(err) != refusal.Fenced {
		t.Fatal(err)
	}
	village.TryNow(casetest.Town)
	if reason := village.fenced(); !strings.Contains(reason, string(CodeRestored)) && !strings.Contains(reason, "old copy") {
		t.Errorf("fenced: %s", reason)
	}
	if _, err := village.cab.NewID(); err == nil {
		t.Error("a fenced node opens a case")
	}
	if town.log.count("code=restored") == 0 {
		t.Errorf("the town does not log the refusal:\n%s", town.log.buf.String())
	}

	village.halt()
	village.self = c.realm.Enrol(casetest.Village)
	village.start()
	fresh := village.open()
	town.reaches(fresh.ID, fresh.Head)
	town.TryNow(casetest.Village)
	village.reaches(lost.ID, lost.Head) // its own case, back from the parent
}

// tap keeps the handler that a node registers.
type tap struct {
	wire.Network
	got chan wire.Handler
}

func (t tap) Handle(protocol string, h wire.Handler) {
	t.Network.Handle(protocol, h)
	t.got <- h
}

func TestClonedIdentityIsRefused(t *testing.T) {
	c := newCity(t)
	village := c.post(casetest.Village)
	town := &post{city: c, t: t, dir: t.TempDir() + "/db", self: casetest.First(casetest.Town), view: c.realm.View(),
		machine: "machine of the town", log: &logbook{}}
	got := make(chan wire.Handler, 1)
	town.network = tap{c.net.Join(string(casetest.Town)), got}
	town.start()
	t.Cleanup(town.halt)
	first := village.open()
	town.reaches(first.ID, first.Head)
	village.drained(casetest.Town)

	// The disk is copied to another machine, which starts while the first runs.
	other := wire.NewMemory()
	t.Cleanup(other.Close)
	clone := &post{city: c, t: t, dir: t.TempDir() + "/db", self: village.self, view: c.realm.View(),
		machine: "another machine", log: &logbook{}}
	copyStore(t, village, clone)
	second := village.open() // the line of the first stands
	town.reaches(second.ID, second.Head)
	village.drained(casetest.Town)
	proxy := other.Join(string(casetest.Town))
	handler := <-got
	proxy.Handle(Protocol, func(ctx context.Context, from string, s net.Conn) { handler(ctx, from, s) })
	clone.network = other.Join(string(casetest.Village))
	clone.start()
	t.Cleanup(clone.halt)
	clone.PeerUp(casetest.Town)
	clone.open()
	if reason := clone.fenced(); !strings.Contains(reason, string(CodeCloned)) {
		t.Errorf("the clone: %s", reason)
	}
	if reason := village.fenced(); !strings.Contains(reason, string(CodeCloned)) {
		t.Errorf("the original, which may be the wrong one as well: %s", reason)
	}
	if town.log.count("code=cloned") == 0 {
		t.Errorf("the town does not log it:\n%s", town.log.buf.String())
	}
}

// copyStore makes a copy of a node's disk, as it stands, the disk of another.
func copyStore(t *testing.T, from, to *post) {
	t.Helper()
	from.halt()
	if err := os.CopyFS(to.dir, os.DirFS(from.dir)); err != nil {
		t.Fatal(err)
	}
	from.start()
}

// TestJudge: what a word means, beside what is remembered.
func TestJudge(t *testing.T) {
	own := func(n uint64, hash string) chain.Head { return chain.Head{Index: n, Hash: chain.Sum([]byte(hash))} }
	word := func(run, machine string, h chain.Head) Word {
		return Word{Format: 1, Realm: "r", Center: "c", Inc: 1, Own: h, Nonce: []byte(run), Machine: []byte(machine)}
	}
	known := Memory{Own: own(10, "a"), Nonce: []byte("run1"), Word: []byte("sealed")}
	live := []Live{{Word: word("run1", "m", own(10, "a"))}}
	for _, test := range []struct {
		name  string
		w     Word
		heard Heard
		known Memory
		live  []Live
		low   int
		want  string
	}{
		{"first word", word("run1", "m", own(3, "x")), AtHello, Memory{}, nil, 0, ""},
		{"it wrote more", word("run1", "m", own(11, "b")), AtHello, known, live, 0, ""},
		{"nothing new", word("run1", "m", own(10, "a")), AtHello, known, live, 0, ""},
		{"started again", word("run2", "m", own(10, "a")), AtHello, known, live, 0, ""},
		{"less after a start", word("run2", "m", own(9, "z")), AtHello, known, nil, 0, "restored"},
		{"as much, but another", word("run2", "m", own(10, "b")), AtHello, known, nil, 0, "restored"},
		{"another within a run", word("run1", "m", own(10, "b")), AtBatch, known, nil, 0, "restored"},
		{"overtaken", word("run1", "m", own(9, "z")), AtHello, known, live, 0, "stale_hello"},
		{"overtaken thrice", word("run1", "m", own(9, "z")), AtHello, known, live, 2, "restored"},
		{"overtaken in a welcome", word("run1", "m", own(9, "z")), AtWelcome, known, live, 0, ""},
		{"overtaken in a stream", word("run1", "m", own(9, "z")), AtBatch, known, live, 0, ""},
		{"less, in a welcome after a start", word("run2", "m", own(9, "z")), AtWelcome, known, nil, 0, "restored"},
		{"another machine, both live", word("run2", "m2", own(11, "b")), AtHello, known, live, 0, "cloned"},
		{"another machine, the first is gone", word("run2", "m2", own(11, "b")), AtHello, known, nil, 0, ""},
	} {
		if j := Judge(test.w, []byte("new"), test.heard, test.known, test.live, test.low); string(j.Code) != test.want {
			t.Errorf("%s: %q, want %q", test.name, j.Code, test.want)
		}
	}
	mine := word("run2", "m", own(9, "z"))
	for _, test := range []struct {
		name  string
		shown Word
		code  string
		want  bool
	}{
		{"more than we know of", word("run1", "m", own(10, "a")), "restored", true},
		{"as much, but another", word("run1", "m", own(9, "a")), "restored", true},
		{"less", word("run1", "m", own(8, "a")), "restored", false},
		{"the same", word("run1", "m", own(9, "z")), "restored", false},
		{"another machine", word("run1", "m2", own(1, "a")), "cloned", true},
		{"our own machine", word("run1", "m", own(1, "a")), "cloned", false},
		{"another code", word("run1", "m2", own(10, "a")), "not_custodian", false},
	} {
		if got := Convicts(codeOf(test.code), mine, test.shown); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
	stranger := word("run1", "m2", own(100, "a"))
	stranger.Center = string(area.Center("d"))
	if Convicts(CodeRestored, mine, stranger) {
		t.Error("another center's word convicts us")
	}
}

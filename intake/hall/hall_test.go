package hall

import (
	"bytes"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/attach"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/hall/book"
	"tongban/intake/hall/roster"
	"tongban/intake/journal"
)

const village area.Center = "320509111201"

// world is all that a hall stands on: a disk, a clock, a Register, a cabinet.
type world struct {
	t     *testing.T
	db    *badger.DB
	key   chain.Key
	self  casefile.Party
	cases []casefile.State
	rules []rule.Setting
	full  error

	mu  sync.Mutex
	now time.Time
}

// monday is a Monday morning, a working day.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, workday.China)

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	must(t, err)
	t.Cleanup(func() { db.Close() })
	seed := chain.Sum([]byte("node"))
	key, err := chain.NewKey(seed[:])
	must(t, err)
	return &world{t: t, db: db, key: key, self: casefile.Party{Center: village, Incarnation: 1}, now: monday}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) Offered(code item.Code, _ area.Code) (*item.Item, bool) {
	if code != "TB-D26" {
		return nil, false
	}
	return &item.Item{Name: "居住证", WindowTypes: []string{"公安"}}, true
}

func (w *world) Rules() rule.Set { return rule.NewSet(w.rules) }

func (w *world) Calendar() workday.Calendar {
	return workday.NewCalendar([]workday.Year{{Year: 2026, Holidays: []workday.Date{"2026-04-06"}, Workdays: []workday.Date{"2026-02-28"}}})
}

func (w *world) State(id casefile.ID) (casefile.State, error) {
	for _, s := range w.cases {
		if s.ID == id {
			return s, nil
		}
	}
	return casefile.State{}, refusal.Newf(refusal.NotFound, "", "", "no case %s", id)
}

func (w *world) Cards(_ cabinet.Filter, visit func(*cabinet.Card) bool) {
	for _, s := range w.cases {
		visit(cabinet.CardOf(&s))
	}
}

func (w *world) open() *Hall {
	w.t.Helper()
	h, err := w.tryOpen()
	must(w.t, err)
	return h
}

func (w *world) tryOpen() (*Hall, error) {
	blobs, err := attach.Open(w.db, bytes.Repeat([]byte{7}, 32), rand.Reader)
	must(w.t, err)
	return New(Config{
		DB: w.db, Register: w, Cases: w, Blobs: blobs, Self: func() casefile.Party { return w.self }, Key: func() chain.Key { return w.key },
		KeyOf: func(p casefile.Party) (chain.PublicKey, bool) { return w.key.Public(), p.Center == village },
		Now:   w.clock, Ready: func() error { return w.full },
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (%s; %s)", err, refusal.CodeOf(err), refusal.HintOf(err))
	}
}

func refused(t *testing.T, err error, code refusal.Code) {
	t.Helper()
	if refusal.CodeOf(err) != code {
		t.Fatalf("got %v (%s), want %s", err, refusal.CodeOf(err), code)
	}
}

var (
	boss  = By{Staff: "周主任"}
	clerk = By{Staff: "320509111201-001"}
)

// staffed is a hall with two clerks and three windows.
func staffed(t *testing.T) (*world, *Hall) {
	t.Helper()
	w := newWorld(t)
	h := w.open()
	for _, one := range []roster.Window{{Number: "1", Types: []string{"综合"}}, {Number: "2", Types: []string{"公安"}}, {Number: "3"}} {
		_, err := h.Staff.SetWindow(boss, one)
		must(t, err)
	}
	for _, m := range []roster.Member{
		{Name: "虚构甲", Department: "民政", Post: "综合岗", Window: "1"},
		{Name: "虚构乙", Department: "公安", Post: "户籍岗", Window: "2"},
	} {
		_, err := h.Staff.Add(boss, m)
		must(t, err)
	}
	return w, h
}

func TestNothingIsWrittenWhereTheNodeMayNot(t *testing.T) {
	w, h := staffed(t)
	w.full = refusal.Newf(refusal.DiskFull, "", "", "full")
	_, err := h.Queue.Take(By{}, TakeForm{Type: "综合"})
	refused(t, err, refusal.DiskFull)
	_, err = h.Books.Add(clerk, NoteForm{Kind: book.Need, About: "x"})
	refused(t, err, refusal.DiskFull)
}

// Whatever byte of whatever entry is changed, Verify finds it.
func TestAChangedByteIsFound(t *testing.T) {
	w, h := staffed(t)
	for range 3 {
		_, err := h.Books.Add(clerk, NoteForm{Kind: book.Need, About: "路灯"})
		must(t, err)
		_, err = h.Queue.Take(By{}, TakeForm{Type: "综合"})
		must(t, err)
	}
	records, err := h.Verify(t.Context())
	must(t, err)
	if records < 11 {
		t.Errorf("%d records", records)
	}
	var keys [][]byte
	must(t, w.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte("hall/r/")})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			keys = append(keys, it.Item().KeyCopy(nil))
		}
		return nil
	}))
	for _, k := range keys {
		old := w.get(k)
		for at := 0; at < len(old); at += 23 {
			changed := bytes.Clone(old)
			changed[at] ^= 1
			w.set(k, changed)
			if _, err := h.Verify(t.Context()); refusal.CodeOf(err) != journal.Tampered {
				t.Fatalf("%q, byte %d: %v", k, at, err)
			}
		}
		w.set(k, nil)
		if _, err := h.Verify(t.Context()); refusal.CodeOf(err) != journal.Tampered {
			t.Fatalf("%q taken out: %v", k, err)
		}
		w.set(k, old)
	}
	must(t, func() error { _, err := h.Verify(t.Context()); return err }())
	k := []byte("hall/h/books")
	w.set(k, nil)
	if _, err := h.Verify(t.Context()); refusal.CodeOf(err) != journal.Tampered {
		t.Fatal("a head taken out:", err)
	}
	// A roster that was changed stops the node: who acted can't be told.
	k = keys[len(keys)-1]
	b := bytes.Clone(w.get(k))
	b[len(b)-1] ^= 1
	w.set(k, b)
	if _, err := w.tryOpen(); refusal.CodeOf(err) != journal.Tampered {
		t.Error(err)
	}
}

func (w *world) get(k []byte) (v []byte) {
	must(w.t, w.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(k)
		if err == nil {
			v, err = item.ValueCopy(nil)
		}
		return err
	}))
	return v
}

func (w *world) set(k, v []byte) {
	must(w.t, w.db.Update(func(txn *badger.Txn) error {
		if v == nil {
			return txn.Delete(k)
		}
		return txn.Set(k, v)
	}))
}

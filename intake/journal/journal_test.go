package journal

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

const center area.Center = "320509111201"

// node is all that a shelf stands on: a disk, a clock, the keys of the center.
type node struct {
	db   *badger.DB
	self casefile.Party
	keys map[casefile.Party]chain.Key
	now  time.Time
}

func newNode(t testing.TB) *node {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	must(t, err)
	t.Cleanup(func() { db.Close() })
	n := &node{db: db, keys: map[casefile.Party]chain.Key{}, now: time.UnixMilli(1_772_000_000_000)}
	n.become(1)
	return n
}

func (n *node) become(incarnation uint32) {
	n.self = casefile.Party{Center: center, Incarnation: incarnation}
	seed := sha256.Sum256([]byte(n.self.String()))
	n.keys[n.self], _ = chain.NewKey(seed[:])
}

func (n *node) config(prefix string) Config {
	return Config{
		DB: n.db, Prefix: prefix, Self: func() casefile.Party { return n.self }, Key: func() chain.Key { return n.keys[n.self] },
		KeyOf: func(p casefile.Party) (chain.PublicKey, bool) {
			k, ok := n.keys[p]
			if !ok {
				return nil, false
			}
			return k.Public(), true
		},
		Now: func() time.Time { return n.now },
	}
}

func (n *node) shelf(t testing.TB, prefix string) *Shelf {
	t.Helper()
	s, err := Open(n.config(prefix))
	must(t, err)
	return s
}

func (n *node) book(t testing.TB, prefix string, fold func(Entry) error) *Book {
	t.Helper()
	b, err := n.shelf(t, prefix).Book("words", fold)
	must(t, err)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func says(word string) Change {
	return Change{Plan: func() ([]Draft, error) { return []Draft{{Kind: "said", Entity: "e-" + word, Body: word}}, nil }}
}

func write(t testing.TB, b *Book, words ...string) {
	t.Helper()
	for _, w := range words {
		_, err := b.Append(Call{Staff: "甲"}, says(w))
		must(t, err)
	}
}

// listener is a fold that notes what it hears.
func listener(into *[]string) func(Entry) error {
	return func(e Entry) error {
		var word string
		err := e.Decode(&word)
		*into = append(*into, word)
		return err
	}
}

func TestABookIsReadAgainInOrder(t *testing.T) {
	n := newNode(t)
	var heard []string
	b := n.book(t, "test", listener(&heard))
	write(t, b, "one", "two")
	n.now = n.now.Add(-time.Hour) // the clock is set back: entries are not
	n.become(2)                   // restored, under a new key
	write(t, b, "three")
	first := strings.Join(heard, " ")
	heard = nil
	again := n.book(t, "test", listener(&heard))
	if first != "one two three" || strings.Join(heard, " ") != first || again.head != b.head {
		t.Error(first, heard)
	}
	entries, err := b.Entity("e-three")
	if err != nil || len(entries) != 1 || entries[0].Seq != 3 || entries[0].At != 1_772_000_000_000 || entries[0].By.Incarnation != 2 {
		t.Errorf("%+v %v", entries, err)
	}
	names, err := b.Entities("e-t", "", 10)
	if err != nil || strings.Join(names, " ") != "e-two e-three" {
		t.Error(names, err)
	}
	if names, _ = b.Entities("e-", "e-three", 10); strings.Join(names, " ") != "e-one" {
		t.Error(names)
	}
	head, err := again.Verify(t.Context(), nil)
	if err != nil || head != b.head {
		t.Error(head, err)
	}
}

func TestTheNewestComesFirst(t *testing.T) {
	b := newNode(t).book(t, "test", nil)
	write(t, b, "one", "two", "three")
	var words []string
	hear := listener(&words)
	must(t, b.Each(0, func(e Entry) (bool, error) { return len(words) < 1, hear(e) }))
	must(t, b.Each(2, func(e Entry) (bool, error) { return true, hear(e) }))
	if strings.Join(words, " ") != "three two one" {
		t.Errorf("%q", words)
	}
}

func TestOneKeyHasOneEffect(t *testing.T) {
	b := newNode(t).book(t, "test", nil)
	call := Call{Staff: "x", Key: "k", Sum: chain.Sum([]byte("a"))}
	first, err := b.Append(call, says("one"))
	must(t, err)
	second, err := b.Append(call, says("one"))
	if err != nil || len(second) != 1 || second[0].Seq != first[0].Seq || b.head.Index != 1 {
		t.Error(second, err)
	}
	call.Sum = chain.Sum([]byte("b"))
	if _, err := b.Append(call, says("two")); refusal.CodeOf(err) != KeyReused {
		t.Error(err)
	}
}

func TestWhatIsRefusedLeavesNothing(t *testing.T) {
	n := newNode(t)
	b := n.book(t, "test", nil)
	no := refusal.Newf("no", "", "", "no")
	says := func(body any) Change {
		return Change{Plan: func() ([]Draft, error) { return []Draft{{Kind: "said", Body: body}}, nil }}
	}
	with := says("x")
	with.With = func(txn *badger.Txn, written []Entry) error {
		return errors.Join(txn.Set([]byte("mine"), nil), no)
	}
	for name, c := range map[string]struct {
		call   Call
		change Change
		want   refusal.Code
	}{
		"by the plan":         {Call{}, Change{Plan: func() ([]Draft, error) { return nil, no }}, "no"},
		"with the row":        {Call{}, with, "no"},
		"too long":            {Call{}, says(strings.Repeat("x", MaxBody+1)), refusal.TooLarge},
		"too many":            {Call{}, Change{Plan: func() ([]Draft, error) { return make([]Draft, maxBatch+1), nil }}, refusal.TooLarge},
		"a long key":          {Call{Key: strings.Repeat("k", maxKey+1)}, says("x"), refusal.TooLarge},
		"a long name":         {Call{Staff: strings.Repeat("长", maxStaff+1)}, says("x"), refusal.Malformed},
		"an unreadable name":  {Call{Staff: "\xff"}, says("x"), refusal.Malformed},
		"nothing is asked of": {Call{}, Change{Plan: func() ([]Draft, error) { return nil, nil }}, ""},
	} {
		if _, err := b.Append(c.call, c.change); refusal.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	full := n.config("test")
	full.Ready = func() error { return no }
	s, err := Open(full)
	must(t, err)
	shut, err := s.Book("words", nil)
	must(t, err)
	if _, err := shut.Add("x", Draft{Kind: "said"}, nil); refusal.CodeOf(err) != "no" {
		t.Error(err)
	}
	must(t, n.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			t.Errorf("left: %q", it.Item().Key())
		}
		return nil
	}))
}

// A write whose outcome nobody knows may stand on the disk all the same: the
// next one goes on behind it.
func TestAfterAFailureTheDiskCounts(t *testing.T) {
	n := newNode(t)
	var heard []string
	b := n.book(t, "test", listener(&heard))
	write(t, b, "one")
	write(t, n.book(t, "test", nil), "two") // stands for what the failed write left
	broken := Change{Plan: says("x").Plan, With: func(*badger.Txn, []Entry) error { return errors.New("the disk is gone") }}
	if _, err := b.Append(Call{}, broken); err == nil {
		t.Fatal("no error")
	}
	written, err := b.Append(Call{}, says("three"))
	if err != nil || written[0].Seq != 3 || strings.Join(heard, " ") != "one two three" {
		t.Error(written, heard, err)
	}
	if count, err := n.shelf(t, "test").Verify(t.Context()); err != nil || count != 3 {
		t.Error(count, err)
	}
}

// Whatever is done to the rows of a book is found.
func TestTampering(t *testing.T) {
	const last = 3
	s := newNode(t).shelf(t, "test") // for its keys
	row := func(seq uint64) []byte { return s.entryKey("words", seq) }
	anew := func(n *node, key chain.Key) func(*badger.Txn, [][]byte) error {
		return func(txn *badger.Txn, rows [][]byte) error {
			var e Entry
			if err := unseal(rows[last-1], &e); err != nil {
				return err
			}
			e.Body = wire.Encode("something better")
			return txn.Set(row(last), chain.Sign(key, Domain, wire.Encode(e)))
		}
	}
	for name, do := range map[string]func(n *node, txn *badger.Txn, rows [][]byte) error{
		"a byte flipped": func(_ *node, txn *badger.Txn, rows [][]byte) error {
			rows[1][len(rows[1])/2] ^= 1
			return txn.Set(row(2), rows[1])
		},
		"one taken out":      func(_ *node, txn *badger.Txn, _ [][]byte) error { return txn.Delete(row(2)) },
		"the last taken out": func(_ *node, txn *badger.Txn, _ [][]byte) error { return txn.Delete(row(last)) },
		"the head taken out": func(_ *node, txn *badger.Txn, _ [][]byte) error { return txn.Delete(s.headKey("words")) },
		"two exchanged": func(_ *node, txn *badger.Txn, rows [][]byte) error {
			return errors.Join(txn.Set(row(1), rows[1]), txn.Set(row(2), rows[0]))
		},
		"one put behind":     func(_ *node, txn *badger.Txn, rows [][]byte) error { return txn.Set(row(last+1), rows[2]) },
		"one put far behind": func(_ *node, txn *badger.Txn, rows [][]byte) error { return txn.Set(row(1000), rows[2]) },
		"one hidden from who looks for it": func(_ *node, txn *badger.Txn, _ [][]byte) error {
			return txn.Delete(s.entityKey("words", "e-two", 2))
		},
		"the last written anew by another key": func(n *node, txn *badger.Txn, rows [][]byte) error {
			seed := sha256.Sum256([]byte("a stranger"))
			key, _ := chain.NewKey(seed[:])
			return anew(n, key)(txn, rows)
		},
		"the last written anew by the node's key": func(n *node, txn *badger.Txn, rows [][]byte) error {
			return anew(n, n.keys[n.self])(txn, rows)
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			b := n.book(t, "test", nil)
			write(t, b, "one", "two", "three")
			must(t, n.db.Update(func(txn *badger.Txn) error {
				var rows [][]byte
				for seq := range uint64(last) {
					record, err := b.shelf.record(txn, "words", seq+1)
					if err != nil {
						return err
					}
					rows = append(rows, record)
				}
				return do(n, txn, rows)
			}))
			_, err := b.Verify(t.Context(), nil)
			if _, ok := errors.AsType[*chain.Fault](err); !ok || refusal.CodeOf(err) != Tampered {
				t.Errorf("not found: %v", err)
			}
			if _, err := b.shelf.Verify(t.Context()); refusal.CodeOf(err) != Tampered {
				t.Errorf("not found on the shelf: %v", err)
			}
		})
	}
}

func TestAnEntryIsFoundOnlyWhereItBelongs(t *testing.T) {
	n := newNode(t)
	b := n.book(t, "test", nil)
	write(t, b, "one")
	must(t, n.db.Update(func(txn *badger.Txn) error { return txn.Set(b.shelf.entityKey("words", "e-two", 1), nil) }))
	if _, err := b.Entity("e-two"); refusal.CodeOf(err) != Tampered {
		t.Error(err)
	}
}

func TestBooksAreApart(t *testing.T) {
	n := newNode(t)
	one := n.book(t, "one", nil)
	write(t, one, "a")
	other, err := one.shelf.Book("words/2", nil)
	must(t, err)
	two := n.book(t, "two", nil)
	move := func(to *Book) {
		t.Helper()
		write(t, to, "b")
		must(t, n.db.Update(func(txn *badger.Txn) error {
			record, err := one.shelf.record(txn, one.name, 1)
			if err != nil {
				return err
			}
			return txn.Set(to.shelf.entryKey(to.name, 1), record)
		}))
		if _, err := to.Verify(t.Context(), nil); !errors.Is(err, chain.ErrForeign) {
			t.Error(err)
		}
	}
	move(other)
	move(two)
	heads, err := one.shelf.Heads()
	if err != nil || len(heads) != 2 || heads["words"].Index != 1 || heads["words/2"].Index != 1 {
		t.Error(heads, err)
	}
}

// What is verified is the book as it stood at one moment: entries that come
// meanwhile are not taken for tampering.
func TestVerifyWhileOthersWrite(t *testing.T) {
	b := newNode(t).book(t, "test", nil)
	write(t, b, "one")
	done := make(chan error)
	go func() {
		for range 100 {
			if _, err := b.Append(Call{}, says("more")); err != nil {
				done <- err
				return
			}
		}
		close(done)
	}()
	for open := true; open; {
		select {
		case err := <-done:
			must(t, err)
			open = false
		default:
		}
		_, err := b.shelf.Verify(t.Context())
		must(t, err)
	}
}

func BenchmarkAppend(b *testing.B) {
	n := newNode(b)
	db, err := badger.Open(badger.DefaultOptions(b.TempDir()).WithLogger(nil).WithSyncWrites(true))
	must(b, err)
	defer db.Close()
	n.db = db
	book := n.book(b, "test", nil)
	for b.Loop() {
		_, err := book.Append(Call{}, says("one"))
		must(b, err)
	}
}

package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// headRow is what stands beside a book.
type headRow struct {
	Head chain.Head `cbor:"1,keyasint"`
	At   int64      `cbor:"2,keyasint"`
}

// head is how far a book reaches by the row beside it.
func (s *Shelf) head(txn *badger.Txn, book string) (headRow, error) {
	row := headRow{Head: chain.Start(s.log(book))}
	item, err := txn.Get(s.headKey(book))
	if errors.Is(err, badger.ErrKeyNotFound) {
		// Nothing was written, or the row was taken out.
		return row, s.nothingFrom(txn, book, 1)
	}
	if err != nil {
		return row, err
	}
	if err := item.Value(func(v []byte) error { return wire.Decode(v, &row) }); err != nil {
		return row, tampered(fmt.Errorf("the head of %s: %w", s.log(book), err))
	}
	return row, nil
}

// nothingFrom finds an entry past the head: nothing of ours leaves one.
func (s *Shelf) nothingFrom(txn *badger.Txn, book string, seq uint64) error {
	opts := badger.DefaultIteratorOptions
	opts.Prefix, opts.PrefetchValues = s.key("/r/", book+"\x00"), false
	it := txn.NewIterator(opts)
	defer it.Close()
	if it.Seek(s.entryKey(book, seq)); it.Valid() {
		return s.tampered(book, seq, chain.ErrDiverged)
	}
	return nil
}

// catchUp takes in what the book holds past the head in memory: all of it when
// it is opened, and later what a failed write left on the disk all the same.
// It is called before the book is shared, or with mu held.
func (b *Book) catchUp() error {
	return b.shelf.cfg.DB.View(func(txn *badger.Txn) error {
		known, err := b.shelf.head(txn, b.name)
		if err != nil || known.Head == b.head {
			return err
		}
		if b.fold == nil {
			b.head, b.last = known.Head, known.At
			return nil
		}
		b.head, err = b.shelf.walk(context.Background(), txn, b.name, b.head, known.Head, func(e Entry) error {
			b.last = e.At
			return b.fold(e)
		})
		return err
	})
}

// walk follows a book from a verified head to the one that is known; the head
// that it gives with an error is the last good one.
func (s *Shelf) walk(ctx context.Context, txn *badger.Txn, book string, from, known chain.Head, each func(Entry) error) (chain.Head, error) {
	log, head := s.log(book), from
	for head.Index < known.Index {
		if err := ctx.Err(); err != nil {
			return head, err
		}
		record, err := s.record(txn, book, head.Index+1)
		if err != nil {
			return head, err
		}
		var e Entry
		next, err := chain.Verify(log, head, [][]byte{record}, func(r []byte) (link chain.Link, err error) {
			e, err = s.open(r)
			return chain.Link{Log: e.Book, Index: e.Seq, Prev: e.Prev}, err
		})
		if err != nil {
			return head, tampered(err)
		}
		if err := each(e); err != nil {
			return head, fmt.Errorf("entry %d of %s: %w", e.Seq, log, err)
		}
		head = next
	}
	if err := head.Matches(log, known); err != nil {
		return head, tampered(err)
	}
	return head, nil
}

// verify checks a book from its first entry: chain, seals, that nothing is
// missing at its end, that what is looked up by entity is found. also, where it
// is not nil, sees each entry in order.
func (s *Shelf) verify(ctx context.Context, txn *badger.Txn, book string, also func(Entry) error) (chain.Head, error) {
	start := chain.Start(s.log(book))
	known, err := s.head(txn, book)
	if err != nil {
		return start, err
	}
	head, err := s.walk(ctx, txn, book, start, known.Head, func(e Entry) error {
		if e.Entity != "" {
			if _, err := txn.Get(s.entityKey(book, e.Entity, e.Seq)); errors.Is(err, badger.ErrKeyNotFound) {
				return s.tampered(book, e.Seq, errors.New("it can't be found by what it is about"))
			} else if err != nil {
				return err
			}
		}
		if also == nil {
			return nil
		}
		return also(e)
	})
	if err != nil {
		return head, err
	}
	return head, s.nothingFrom(txn, book, head.Index+1)
}

// Verify checks the book from its first entry. also, where it is not nil, sees
// each entry in order. The first entry that does not hold is named by a
// *chain.Fault (Tampered).
func (b *Book) Verify(ctx context.Context, also func(Entry) error) (head chain.Head, err error) {
	err = b.shelf.cfg.DB.View(func(txn *badger.Txn) error {
		head, err = b.shelf.verify(ctx, txn, b.name, also)
		return err
	})
	return head, err
}

// Verify checks every book of the shelf from its first entry on, as they stand
// at one moment, and says of the first that doesn't hold which entry it is, and
// why (Tampered).
func (s *Shelf) Verify(ctx context.Context) (entries uint64, err error) {
	err = s.cfg.DB.View(func(txn *badger.Txn) error {
		for _, name := range s.names(txn) {
			head, err := s.verify(ctx, txn, name, nil)
			entries += head.Index
			if err != nil {
				return err
			}
		}
		return nil
	})
	return entries, err
}

// Heads tells how far each book reaches: printed or sent elsewhere, they show a
// book that was cut.
func (s *Shelf) Heads() (map[string]chain.Head, error) {
	all := map[string]chain.Head{}
	err := s.cfg.DB.View(func(txn *badger.Txn) error {
		for _, name := range s.names(txn) {
			row, err := s.head(txn, name)
			if err != nil {
				return err
			}
			all[name] = row.Head
		}
		return nil
	})
	return all, err
}

// names are the books that have a head or an entry, in order.
func (s *Shelf) names(txn *badger.Txn) []string {
	found := map[string]bool{}
	scan := func(prefix []byte, next func(name string) []byte) {
		opts := badger.DefaultIteratorOptions
		opts.Prefix, opts.PrefetchValues = prefix, false
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Rewind(); it.Valid(); {
			name, _, _ := bytes.Cut(it.Item().Key()[len(prefix):], []byte{0})
			found[string(name)] = true
			it.Seek(next(string(name)))
		}
	}
	scan(s.key("/h/", ""), func(name string) []byte { return s.key("/h/", name+"\x00") })
	scan(s.key("/r/", ""), func(name string) []byte { return s.key("/r/", name+"\x01") })
	return slices.Sorted(maps.Keys(found))
}

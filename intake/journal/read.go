package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Entity gives the entries about one thing, in order, each with its seal
// checked.
func (b *Book) Entity(entity string) ([]Entry, error) {
	var all []Entry
	err := b.shelf.cfg.DB.View(func(txn *badger.Txn) error {
		for _, seq := range numbers(txn, b.shelf.entityPrefix(b.name, entity)) {
			e, err := b.shelf.entry(txn, b.name, seq)
			if err == nil && e.Entity != entity {
				err = b.shelf.tampered(b.name, seq, errors.New("it is found where it does not belong"))
			}
			if err != nil {
				return err
			}
			all = append(all, e)
		}
		return nil
	})
	return all, err
}

// Entities lists the things that entries are about whose names begin with a
// prefix, the last name first, those before a name ("": all), at most limit.
func (b *Book) Entities(prefix, before string, limit int) ([]string, error) {
	var all []string
	err := b.shelf.cfg.DB.View(func(txn *badger.Txn) error {
		base := b.shelf.key("/e/", b.name+"\x00")
		opts := badger.DefaultIteratorOptions
		opts.Reverse, opts.PrefetchValues, opts.Prefix = true, false, append(slices.Clone(base), prefix...)
		it := txn.NewIterator(opts)
		defer it.Close()
		seek := append(slices.Clone(opts.Prefix), 0xff)
		if before != "" {
			seek = append(slices.Clone(base), before...)
		}
		for it.Seek(seek); it.Valid() && len(all) < limit; {
			entity, _, _ := strings.Cut(string(it.Item().Key()[len(base):]), "\x00")
			all = append(all, entity)
			it.Seek(append(slices.Clone(base), entity...)) // every key of it is longer, so this goes before them
		}
		return nil
	})
	return all, err
}

// Each visits the entries from the newest to the oldest that are before a
// number (0: all), until visit says enough. Their seals are Verify's to check.
func (b *Book) Each(before uint64, visit func(Entry) (more bool, err error)) error {
	return b.shelf.cfg.DB.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix, opts.Reverse, opts.PrefetchSize = b.shelf.key("/r/", b.name+"\x00"), true, 32
		it := txn.NewIterator(opts)
		defer it.Close()
		from := ^uint64(0)
		if before > 0 {
			from = before - 1
		}
		for it.Seek(b.shelf.entryKey(b.name, from)); it.Valid(); it.Next() {
			var e Entry
			if err := it.Item().Value(func(v []byte) error { return unseal(v, &e) }); err != nil {
				return fmt.Errorf("read %s: %w", b.name, err)
			}
			if more, err := visit(e); err != nil || !more {
				return err
			}
		}
		return nil
	})
}

// unseal reads an entry without looking at its seal.
func unseal(record []byte, e *Entry) error {
	seal, err := chain.Unseal(record)
	if err != nil {
		return err
	}
	return wire.Decode(seal.Body, e)
}

// numbers are those at the ends of the keys under a prefix.
func numbers(txn *badger.Txn, prefix []byte) []uint64 {
	opts := badger.DefaultIteratorOptions
	opts.Prefix, opts.PrefetchValues = prefix, false
	it := txn.NewIterator(opts)
	defer it.Close()
	var all []uint64
	for it.Rewind(); it.Valid(); it.Next() {
		if k := it.Item().Key(); len(k) == len(prefix)+8 {
			all = append(all, binary.BigEndian.Uint64(k[len(prefix):]))
		}
	}
	return all
}

// entry reads one entry and checks its seal and place.
func (s *Shelf) entry(txn *badger.Txn, book string, seq uint64) (Entry, error) {
	record, err := s.record(txn, book, seq)
	if err != nil {
		return Entry{}, err
	}
	e, err := s.open(record)
	if err == nil && (e.Book != s.log(book) || e.Seq != seq) {
		err = chain.ErrReordered
	}
	if err != nil {
		return Entry{}, s.tampered(book, seq, err)
	}
	return e, nil
}

func (s *Shelf) record(txn *badger.Txn, book string, seq uint64) ([]byte, error) {
	row, err := txn.Get(s.entryKey(book, seq))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, s.tampered(book, seq, errors.New("the entry is gone"))
	}
	if err != nil {
		return nil, err
	}
	return row.ValueCopy(nil)
}

// open reads an entry and verifies its seal: of this center, in whichever
// incarnation.
func (s *Shelf) open(record []byte) (Entry, error) {
	var e Entry
	seal, err := chain.Unseal(record)
	if err != nil {
		return e, err
	}
	if err := wire.Decode(seal.Body, &e); err != nil {
		return e, err
	}
	key, ok := s.cfg.KeyOf(e.By)
	if !ok || e.By.Center != s.cfg.Self().Center {
		return e, fmt.Errorf("%s has no business in this book", e.By)
	}
	return e, seal.Verify(Domain, key)
}

func (s *Shelf) tampered(book string, seq uint64, reason error) error {
	return tampered(&chain.Fault{Log: s.log(book), Index: seq, Reason: reason})
}

func tampered(err error) error {
	return refusal.New(Tampered, "", "restore the node from a backup, and keep this copy as evidence", err)
}

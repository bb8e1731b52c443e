// Package lookup finds cases by what only their blobs say: the name, the
// identity number, the telephone of who applies.
//
// What it keeps are keyed hashes of pieces of those words: whoever reads the
// disk without the node's key learns neither a name nor a number, and whatever
// is erased is forgotten here too. It must never keep or log a word in the
// clear, and never say more of a case than its id.
package lookup

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// Keys:
//
//	lk/c/<case>          the hashes that were entered for a case, one after another
//	lk/t/<hash>/<case>   a case under a hash
var (
	prefixCase = []byte("lk/c/")
	prefixHash = []byte("lk/t/")
)

// hashSize is how many bytes of a keyed hash are kept. A chance collision shows
// a case too many, and is weeded out by whoever looks at it.
const hashSize = 10

// Person is what a case is found by. Empty fields are left out.
type Person struct {
	Name      string
	Numbers   []string // identity numbers, credit codes: whole, or by their last 4, 6 or 8 characters
	Telephone string   // whole, by its last 4, or by a beginning of 7 or more
}

// Index is the pieces of one node. Safe for concurrent use.
type Index struct {
	db  *badger.DB
	key []byte
}

// New opens the index in a database. secret is the node's own; the key of the
// hashes is derived from it.
func New(db *badger.DB, secret []byte) *Index {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("tongban lookup 1"))
	return &Index{db, mac.Sum(nil)}
}

// Set enters the people of a case in place of those entered before; none of
// them takes the case out. At most maxPeople are entered.
func (x *Index) Set(id casefile.ID, people ...Person) error {
	hashes := x.hashes(people[:min(len(people), maxPeople)])
	err := x.db.Update(func(txn *badger.Txn) error {
		old, err := read(txn, caseKey(id))
		if err != nil {
			return err
		}
		if slices.Equal(old, hashes) {
			return nil
		}
		for at := 0; at+hashSize <= len(old); at += hashSize {
			if err := txn.Delete(hashKey(old[at:at+hashSize], id)); err != nil {
				return err
			}
		}
		for at := 0; at < len(hashes); at += hashSize {
			if err := txn.Set(hashKey(hashes[at:at+hashSize], id), nil); err != nil {
				return err
			}
		}
		return txn.Set(caseKey(id), hashes)
	})
	if err != nil {
		return fmt.Errorf("enter case %s for the search: %w", id, err)
	}
	return nil
}

// Known reports whether a case was entered, with whatever people.
func (x *Index) Known(id casefile.ID) (known bool, err error) {
	err = x.db.View(func(txn *badger.Txn) error {
		_, err := txn.Get(caseKey(id))
		if known = err == nil; errors.Is(err, badger.ErrKeyNotFound) {
			err = nil
		}
		return err
	})
	return known, err
}

// Find lists the cases of which some person has every word of the text, by
// ascending id, at most limit of them; more says that there are others. A word
// is a part of a name, a number or its end, a telephone or its end.
func (x *Index) Find(text string, limit int) (ids []casefile.ID, more bool, err error) {
	var pieces []string
	for _, word := range strings.Fields(text) {
		more := asked(word)
		if len(more) == 0 || len(pieces)+len(more) > maxPieces {
			return nil, false, refusal.Newf(refusal.Malformed, "search for a person", "give a part of a name, or a number or telephone, whole or by its last 4",
				"a word of %d characters can't be searched for", len([]rune(word)))
		}
		pieces = append(pieces, more...)
	}
	if len(pieces) == 0 {
		return nil, false, nil
	}
	slices.SortStableFunc(pieces, rarestFirst)
	want := make([][]byte, len(pieces))
	for i, p := range pieces {
		want[i] = x.hash(p)
	}
	err = x.db.View(func(txn *badger.Txn) error {
		return scan(txn, want[0], func(id casefile.ID) (bool, error) {
			for _, h := range want[1:] {
				if _, err := txn.Get(hashKey(h, id)); errors.Is(err, badger.ErrKeyNotFound) {
					return true, nil
				} else if err != nil {
					return false, err
				}
			}
			if more = len(ids) == limit; more {
				return false, nil
			}
			ids = append(ids, id)
			return true, nil
		})
	})
	return ids, more, err
}

// rarestFirst puts those pieces first under which fewer cases are entered: all
// cases of the first are looked through.
func rarestFirst(a, b string) int {
	name := func(piece string) bool { return strings.HasPrefix(piece, "n") }
	if name(a) != name(b) {
		if name(a) {
			return 1
		}
		return -1
	}
	return cmp.Compare(len(b), len(a))
}

func scan(txn *badger.Txn, hash []byte, visit func(casefile.ID) (bool, error)) error {
	prefix := hashKey(hash, "")
	it := txn.NewIterator(badger.IteratorOptions{Prefix: prefix})
	defer it.Close()
	for it.Seek(prefix); it.Valid(); it.Next() {
		on, err := visit(casefile.ID(it.Item().KeyCopy(nil)[len(prefix):]))
		if err != nil || !on {
			return err
		}
	}
	return nil
}

func read(txn *badger.Txn, key []byte) ([]byte, error) {
	row, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return row.ValueCopy(nil)
}

func caseKey(id casefile.ID) []byte { return append(slices.Clip(prefixCase), id...) }

func hashKey(hash []byte, id casefile.ID) []byte {
	return slices.Concat(prefixHash, hash, []byte("/"), []byte(id))
}

func (x *Index) hash(piece string) []byte {
	mac := hmac.New(sha256.New, x.key)
	mac.Write([]byte(piece))
	return mac.Sum(nil)[:hashSize]
}

func (x *Index) hashes(people []Person) []byte {
	pieces := map[string]bool{}
	for _, p := range people {
		for _, piece := range entered(p) {
			if len(pieces) < maxPieces {
				pieces[piece] = true
			}
		}
	}
	all := make([]string, 0, len(pieces))
	for piece := range pieces {
		all = append(all, string(x.hash(piece)))
	}
	slices.Sort(all)
	return []byte(strings.Join(all, ""))
}

const (
	maxPeople = 8
	maxPieces = 400
	maxGram   = 4 // characters of the longest piece of a name
)

// entered is what a person is entered under.
func entered(p Person) []string {
	var all []string
	for _, word := range words(p.Name) {
		all = append(all, grams(word)...)
	}
	for _, n := range p.Numbers {
		all = append(all, ends(plain(n))...)
	}
	phone := plain(p.Telephone)
	all = append(all, ends(phone)...)
	for n := 7; n < len(phone); n++ {
		all = append(all, "#^"+phone[:n])
	}
	return all
}

// asked is what one word of a search has to be entered under; none where it
// can't be searched for.
func asked(word string) []string {
	if n := plain(word); isNumber(n) {
		switch {
		case len(n) == 4 || len(n) == 6 || len(n) == 8 && !strings.HasPrefix(n, "1"):
			return []string{"#$" + n}
		case len(n) >= 7 && len(n) <= 10 && strings.HasPrefix(n, "1"):
			return []string{"#^" + n}
		case len(n) > 8:
			return []string{"#" + n}
		}
		return nil
	}
	var all []string
	for _, part := range words(word) {
		r := []rune(part)
		for i := 0; i+maxGram <= len(r); i++ {
			all = append(all, "n"+string(r[i:i+maxGram]))
		}
		if len(r) < maxGram {
			all = append(all, "n"+part)
		}
	}
	return all
}

// ends is a number whole and by its ends.
func ends(n string) []string {
	if len(n) < 4 {
		return nil
	}
	all := []string{"#" + n}
	for _, last := range []int{4, 6, 8} {
		if last < len(n) {
			all = append(all, "#$"+n[len(n)-last:])
		}
	}
	return all
}

// grams are the pieces of a name, up to maxGram characters long. Single
// characters are entered for short names only: of a company's they say nothing.
func grams(word string) []string {
	r := []rune(word)
	var all []string
	shortest := 1
	if len(r) > maxGram {
		shortest = 2
	}
	for size := shortest; size <= min(maxGram, len(r)); size++ {
		for i := 0; i+size <= len(r); i++ {
			all = append(all, "n"+string(r[i:i+size]))
		}
	}
	return all
}

// words are the parts of a name, small letters, without marks.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// plain is a number without what people write between its digits.
func plain(n string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '+' || r == '(' || r == ')' {
			return -1
		}
		return unicode.ToUpper(r)
	}, n)
}

// isNumber: more digits than letters, and nothing but both.
func isNumber(n string) bool {
	digits := 0
	for _, r := range n {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r < 'A' || r > 'Z':
			return false
		}
	}
	return digits*2 > len(n)
}

package chain

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/consensus/wire"
)

const realm = "9d1c0a5e7b3f2468"

// entry is a record for these tests: a seal around its link and content.
type entry struct {
	Log     string `cbor:"1,keyasint"`
	Index   uint64 `cbor:"2,keyasint"`
	Prev    Hash   `cbor:"3,keyasint"`
	Content []byte `cbor:"4,keyasint"`
}

func key(name string) Key {
	seed := Sum([]byte(name))
	k, err := NewKey(seed[:])
	if err != nil {
		panic(err)
	}
	return k
}

var author = key("author")

// read opens a sealed entry and checks its seal.
func read(record []byte) (Link, error) {
	s, err := Unseal(record)
	if err != nil {
		return Link{}, err
	}
	if err := s.Verify(CommandDomain, author.Public()); err != nil {
		return Link{}, err
	}
	var e entry
	if err := wire.Decode(s.Body, &e); err != nil {
		return Link{}, err
	}
	return Link{e.Log, e.Index, e.Prev}, nil
}

// build makes a log of one record for each content.
func build(log string, contents ...string) ([][]byte, []Head) {
	head := Start(log)
	heads := []Head{head}
	var records [][]byte
	for _, c := range contents {
		r := Sign(author, CommandDomain, wire.Encode(entry{log, head.Index + 1, head.Hash, []byte(c)}))
		head = head.Next(r)
		records, heads = append(records, r), append(heads, head)
	}
	return records, heads
}

func TestVerify(t *testing.T) {
	good, heads := build(realm, "one", "two", "three", "four")
	branch, _ := build(realm, "one", "zwei", "drei", "vier")
	foreign, _ := build("another", "one", "two", "three", "four")
	flipped := slices.Clone(good[1])
	flipped[len(flipped)/2] ^= 1
	stranger := Sign(key("stranger"), CommandDomain, wire.Encode(entry{realm, 2, heads[1].Hash, nil}))
	otherDomain := Sign(author, EventDomain, wire.Encode(entry{realm, 2, heads[1].Hash, nil}))

	for _, c := range []struct {
		name    string
		from    Head
		records [][]byte
		reason  error
		at      uint64 // the record that is named
	}{
		{"whole", heads[0], good, nil, 0},
		{"suffix", heads[2], good[2:], nil, 0},
		{"nothing", heads[4], nil, nil, 0},
		{"reordered", heads[0], [][]byte{good[0], good[2], good[1], good[3]}, ErrReordered, 2},
		{"one left out", heads[0], [][]byte{good[0], good[2], good[3]}, ErrReordered, 2},
		{"one twice", heads[0], [][]byte{good[0], good[0]}, ErrReordered, 2},
		{"foreign", heads[0], foreign, ErrForeign, 1},
		{"foreign in the middle", heads[0], [][]byte{good[0], foreign[1]}, ErrForeign, 2},
		{"a branch", heads[0], [][]byte{good[0], good[1], branch[2]}, ErrTampered, 3},
		{"on another suffix", Head{2, heads[1].Hash}, good[2:], ErrTampered, 3},
		{"a bit flipped", heads[0], [][]byte{good[0], flipped}, nil, 2},
		{"a stranger's seal", heads[1], [][]byte{stranger}, ErrSeal, 2},
		{"a seal for another purpose", heads[1], [][]byte{otherDomain}, ErrSeal, 2},
		{"too large", heads[0], [][]byte{make([]byte, MaxRecord+1)}, ErrSize, 1},
		{"garbage", heads[0], [][]byte{[]byte("garbage")}, nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			head, err := Verify(realm, c.from, c.records, read)
			if c.at == 0 {
				if err != nil || head != heads[4] {
					t.Fatalf("%v, %v", head, err)
				}
				return
			}
			fault, ok := errors.AsType[*Fault](err)
			if !ok || fault.Index != c.at || c.reason != nil && !errors.Is(err, c.reason) {
				t.Fatalf("got %v, want %v at %d", err, c.reason, c.at)
			}
			if head.Index != c.at-1 {
				t.Errorf("the last good head is %d, want %d", head.Index, c.at-1)
			}
			if !strings.HasPrefix(err.Error(), fmt.Sprintf("record %d of %s: ", c.at, realm)) {
				t.Errorf("the error does not name the record: %v", err)
			}
		})
	}
}

func TestMatches(t *testing.T) {
	_, heads := build(realm, "one", "two", "three")
	for _, c := range []struct {
		name        string
		head, known Head
		reason      error
		at          uint64
	}{
		{"same", heads[3], heads[3], nil, 0},
		{"truncated", heads[2], heads[3], ErrTruncated, 3},
		{"diverged", heads[3], Head{3, heads[1].Hash}, ErrDiverged, 3},
		{"longer", heads[3], heads[2], ErrDiverged, 2}, // to be cut by the caller
	} {
		err := c.head.Matches(realm, c.known)
		fault, _ := errors.AsType[*Fault](err)
		if !errors.Is(err, c.reason) || c.reason != nil && fault.Index != c.at {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestStartDependsOnTheName(t *testing.T) {
	if Start("a") == Start("b") || Start("a").Index != 0 {
		t.Error("empty logs of two names have one head")
	}
}

// Any change whatever to a log is found, at the record changed or right
// behind it.
func TestEveryChangeIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		contents := rapid.SliceOfN(rapid.String(), 1, 12).Draw(t, "contents")
		records, heads := build(realm, contents...)
		n := rapid.IntRange(0, len(records)-1).Draw(t, "record")
		changed := slices.Clone(records)
		switch rapid.SampledFrom([]string{"flip", "drop", "swap", "repeat", "cut", "other"}).Draw(t, "change") {
		case "flip":
			b := slices.Clone(records[n])
			i := rapid.IntRange(0, len(b)*8-1).Draw(t, "bit")
			b[i/8] ^= 1 << (i % 8)
			changed[n] = b
		case "drop":
			changed = slices.Delete(changed, n, n+1)
		case "swap":
			m := (n + 1) % len(records)
			changed[n], changed[m] = changed[m], changed[n]
			if n == m {
				changed = nil
			}
		case "repeat":
			changed = slices.Insert(changed, n, records[n])
		case "cut":
			changed = changed[:n]
		case "other":
			other, _ := build(realm, append(slices.Clone(contents[:n]), contents[n]+"!")...)
			changed[n] = other[n]
		}
		head, err := Verify(realm, heads[0], changed, read)
		if err == nil {
			err = head.Matches(realm, heads[len(records)])
		}
		if err == nil {
			t.Fatal("not found")
		}
		// What was verified before it is a prefix of the true log, or ends
		// with the one record that changed.
		if head.Index > uint64(n)+1 {
			t.Fatalf("record %d was passed, up to %d", n+1, head.Index)
		}
	})
}

// Whichever way a log is cut into pieces, it verifies piece by piece.
func TestPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records, heads := build(realm, rapid.SliceOfN(rapid.String(), 0, 20).Draw(t, "contents")...)
		cut := rapid.IntRange(0, len(records)).Draw(t, "cut")
		middle, err := Verify(realm, heads[0], records[:cut], read)
		if err != nil || middle != heads[cut] {
			t.Fatal(middle, err)
		}
		end, err := Verify(realm, middle, records[cut:], read)
		if err != nil || end.Matches(realm, heads[len(records)]) != nil {
			t.Fatal(end, err)
		}
	})
}

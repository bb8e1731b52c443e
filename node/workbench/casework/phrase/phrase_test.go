package phrase

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
)

func open(t *testing.T) (*Store, *badger.DB) {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithLogger(nil).WithMemTableSize(8 << 20).WithValueThreshold(256 << 10).WithValueLogFileSize(64 << 20).WithNumMemtables(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return again(t, db, 7), db
}

func again(t *testing.T, db *badger.DB, key byte) *Store {
	t.Helper()
	s, err := Open(db, bytes.Repeat([]byte{key}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What somebody kept is theirs, is there after a restart, and stands readable
// nowhere.
func TestPhrasesAreTheirOwners(t *testing.T) {
	s, db := open(t)
	must(t, s.Keep("yi", "opinion", " 材料齐全，建议同意虚构甲的申请。 "))
	must(t, s.Keep("yi", "opinion", "请补正。"))
	must(t, s.Keep("yi", "opinion", "请补正。"))
	must(t, s.Keep("yi", "reason", "不属于本中心。"))
	s = again(t, db, 7)
	got, err := s.Of("yi")
	must(t, err)
	if fmt.Sprint(got) != "map[opinion:[材料齐全，建议同意虚构甲的申请。 请补正。] reason:[不属于本中心。]]" {
		t.Error(got)
	}
	if others, err := s.Of("bing"); err != nil || len(others) != 0 {
		t.Error(others, err)
	}
	must(t, db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			value, err := it.Item().ValueCopy(nil)
			if err != nil || bytes.Contains(value, []byte("虚构甲")) {
				t.Errorf("%s: %q, %v", it.Item().Key(), value, err)
			}
		}
		return nil
	}))
	if _, err := again(t, db, 8).Of("yi"); err == nil {
		t.Error("another node's key opens them")
	}
	must(t, s.Drop("yi", "opinion", "请补正。"))
	must(t, s.Drop("yi", "reason", "不属于本中心。"))
	must(t, s.Drop("yi", "reason", "不属于本中心。"))
	if got, err := s.Of("yi"); err != nil || len(got) != 1 || len(got["opinion"]) != 1 {
		t.Error(got, err)
	}
}

func TestPhrasesAreFew(t *testing.T) {
	s, _ := open(t)
	for i := range MaxEach {
		must(t, s.Keep("yi", "opinion", fmt.Sprint("同意", i)))
	}
	for _, c := range []struct {
		kind, text string
		code       refusal.Code
	}{
		{"opinion", "再来一句", refusal.TooLarge}, {"reason", strings.Repeat("长", MaxLength+1), refusal.TooLarge},
		{"reason", "  ", refusal.Malformed}, {"", "同意", refusal.Malformed}, {strings.Repeat("x", maxKind+1), "同意", refusal.Malformed},
	} {
		if err := s.Keep("yi", c.kind, c.text); refusal.CodeOf(err) != c.code {
			t.Errorf("%s %.9s: %v, want %s", c.kind, c.text, err, c.code)
		}
	}
	must(t, s.Keep("yi", "opinion", "同意0")) // is there
	must(t, s.Keep("bing", "opinion", "再来一句"))
	for i := range MaxKinds - 1 {
		must(t, s.Keep("yi", fmt.Sprint("k", i), "同意"))
	}
	if err := s.Keep("yi", "one more", "同意"); refusal.CodeOf(err) != refusal.TooLarge {
		t.Error(err)
	}
}

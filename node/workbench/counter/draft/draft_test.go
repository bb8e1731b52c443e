package draft

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
)

type fixture struct {
	*Store
	t   *testing.T
	db  *badger.DB
	at  time.Time
	key []byte
}

func open(t *testing.T) *fixture {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithLogger(nil).WithMemTableSize(8 << 20).WithValueThreshold(256 << 10).WithValueLogFileSize(64 << 20).WithNumMemtables(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	f := &fixture{t: t, db: db, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), key: bytes.Repeat([]byte{7}, 32)}
	f.again()
	return f
}

// again is the store after a restart of the node.
func (f *fixture) again() {
	f.t.Helper()
	var err error
	if f.Store, err = Open(f.db, f.key, func() time.Time { return f.at }); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) begin(login string, fields Fields) Draft {
	f.t.Helper()
	d, err := f.Begin(login, "", "居住证", fields)
	if err != nil {
		f.t.Fatal(err)
	}
	return d
}

func (f *fixture) refused(what string, err error, code refusal.Code) {
	f.t.Helper()
	if refusal.CodeOf(err) != code {
		f.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// rows counts the rows on the disk and looks for readable bytes in them.
func (f *fixture) rows(never ...string) (n int) {
	f.t.Helper()
	err := f.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			n++
			value, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			for _, text := range never {
				if bytes.Contains(value, []byte(text)) || bytes.Contains(it.Item().Key(), []byte(text)) {
					f.t.Errorf("%q stands readable under %s", text, it.Item().Key())
				}
			}
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

func TestADraftOutlivesARestart(t *testing.T) {
	f := open(t)
	d := f.begin("yi", Fields{"applicant.name": {"虚构甲"}, "a.filer": {"self", "other"}})
	scan := bytes.Repeat([]byte("scan of a card "), 60_000) // several pieces
	if err := f.Attach("yi", d.ID, "X/id-card", "image/png", scan); err != nil {
		t.Fatal(err)
	}
	f.at = f.at.Add(time.Hour)
	if err := f.Keep("yi", d.ID, "居住证 虚*", Fields{"applicant.name": {"虚构乙"}}); err != nil {
		t.Fatal(err)
	}
	f.again()
	got, err := f.Get("yi", d.ID)
	if err != nil || got.Fields["applicant.name"][0] != "虚构乙" || got.Title != "居住证 虚*" || got.Changed-got.Begun != 3_600_000 || len(got.Scans) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	content, one, err := f.Content("yi", d.ID, "X/id-card", "")
	if err != nil || !bytes.Equal(content, scan) || one.Media != "image/png" {
		t.Errorf("%d bytes, %+v, %v", len(content), one, err)
	}
	f.rows("虚构", "scan of", "X/id-card")
	_, err = f.Get("bing", d.ID)
	f.refused("somebody else's", err, refusal.NotFound)
	_, err = f.Get("yi", "../"+d.ID)
	f.refused("no id", err, refusal.NotFound)
	if err := f.Detach("yi", d.ID, "X/id-card", ""); err != nil {
		t.Fatal(err)
	}
	if n := f.rows(); n != 1 {
		t.Errorf("%d rows after the scan was taken away", n)
	}
	f.key = bytes.Repeat([]byte{8}, 32)
	f.again()
	if _, err := f.Get("yi", d.ID); err == nil {
		t.Error("another node's key opens it")
	}
}

func TestNothingOpensUnderAnotherAccount(t *testing.T) {
	f := open(t)
	d := f.begin("yi", Fields{"x": {"y"}})
	err := f.db.Update(func(txn *badger.Txn) error {
		item, err := txn.Get(headKey("yi", d.ID))
		if err != nil {
			return err
		}
		v, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		return txn.Set(headKey("bing", d.ID), v)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Get("bing", d.ID); err == nil {
		t.Error("a row that was moved to another account opens")
	}
}

func TestLimits(t *testing.T) {
	f := open(t)
	d := f.begin("yi", nil)
	for range MaxDrafts - 1 {
		f.begin("yi", nil)
	}
	_, err := f.Begin("yi", "", "", nil)
	f.refused("one too many", err, refusal.TooLarge)
	f.begin("bing", nil) // somebody else's count for themselves
	large := strings.Repeat("字", MaxFields/3-10)
	if err := f.Keep("yi", d.ID, "", Fields{"note": {large}}); err != nil {
		t.Fatal(err)
	}
	got, err := f.Get("yi", d.ID)
	if err != nil || got.Fields["note"][0] != large {
		t.Errorf("a large one: %v", err)
	}
	n := f.rows()
	if err := f.Keep("yi", d.ID, "", Fields{"note": {large[:900_000]}}); err != nil {
		t.Fatal(err)
	}
	if now := f.rows(); now >= n {
		t.Errorf("%d rows, %d before: the pieces of what was typed before are still there", now, n)
	}
	f.refused("fields", f.Keep("yi", d.ID, "", Fields{"note": {large + large[:60]}}), refusal.TooLarge)
	scan := make([]byte, MaxScans/2)
	for i := range 2 {
		if err := f.Attach("yi", d.ID, fmt.Sprint("p", i), "image/png", scan); err != nil {
			t.Fatal(err)
		}
	}
	f.refused("a scan more", f.Attach("yi", d.ID, "p2", "image/png", []byte{1}), refusal.TooLarge)
	if err := f.Attach("yi", d.ID, "p1", "image/png", scan); err != nil {
		t.Errorf("the same paper again: %v", err)
	}
}

func TestDraftsEnd(t *testing.T) {
	f := open(t)
	old := f.begin("yi", Fields{"x": {"y"}})
	f.at = f.at.Add(Life / 2)
	young := f.begin("yi", nil)
	if err := f.Attach("yi", old.ID, "p", "image/png", []byte("scan")); err != nil {
		t.Fatal(err)
	}
	if all, err := f.List("yi"); err != nil || len(all) != 2 || all[0].Fields != nil {
		t.Errorf("%+v, %v", all, err)
	}
	f.at = f.at.Add(Life / 2)
	_, err := f.Get("yi", old.ID)
	f.refused("after its life", err, refusal.NotFound)
	if all, err := f.List("yi"); err != nil || len(all) != 1 || all[0].ID != young.ID {
		t.Errorf("%+v, %v", all, err)
	}
	if n := f.rows(); n != 1 {
		t.Errorf("%d rows: what is over is still on the disk", n)
	}

	if err := f.Attach("yi", young.ID, "p", "image/png", []byte("scan")); err != nil {
		t.Fatal(err)
	}
	if err := f.End("yi", young.ID, []byte("1")); err != nil {
		t.Fatal(err)
	}
	got, err := f.Get("yi", young.ID)
	if err != nil || string(got.Ended) != "1" || len(got.Scans) != 0 || f.rows() != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	f.refused("typed on", f.Keep("yi", young.ID, "", nil), refusal.NotFound)
	f.refused("scanned on", f.Attach("yi", young.ID, "p", "", nil), refusal.NotFound)
	if err := f.End("yi", young.ID, []byte("2")); err != nil {
		t.Error(err)
	}
	if all, _ := f.List("yi"); len(all) != 0 {
		t.Errorf("what is open is listed as half filled: %+v", all)
	}
	f.at = f.at.Add(After)
	_, err = f.Get("yi", young.ID)
	f.refused("an hour later", err, refusal.NotFound)
	gone := f.begin("yi", nil)
	if err := f.Drop("yi", gone.ID); err != nil || f.rows() != 0 {
		t.Errorf("%v, %d rows", err, f.rows())
	}
	f.refused("dropped twice", f.Drop("yi", gone.ID), refusal.NotFound)
}

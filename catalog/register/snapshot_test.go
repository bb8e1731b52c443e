package register

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"tongban/consensus/chain"
)

func TestSnapshots(t *testing.T) {
	c := grown(t)
	feedCerts := newRegister(t)
	feed(t, c.r, feedCerts, 3)
	var b bytes.Buffer
	if err := feedCerts.WriteSnapshot(&b); err != nil {
		t.Fatal(err)
	}
	snapshot := b.Bytes()
	t.Run("into nothing", func(t *testing.T) {
		r := newRegister(t)
		if err := r.ReadSnapshot(bytes.NewReader(snapshot)); err != nil {
			t.Fatal(err)
		}
		sameRows(t, c.r, r)
		want, _ := feedCerts.NewestCertificate()
		if got, ok := r.NewestCertificate(); !ok || got.Checkpoint != want.Checkpoint {
			t.Errorf("%+v", got)
		}
		if err := r.Verify(context.Background(), nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("cut anywhere, then whole", func(t *testing.T) {
		r := newRegister(t)
		for cut := 0; cut < len(snapshot); cut += 1 + len(snapshot)/37 {
			if err := r.ReadSnapshot(bytes.NewReader(snapshot[:cut])); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("cut at %d: %v", cut, err)
			}
		}
		if err := r.ReadSnapshot(bytes.NewReader(snapshot)); err != nil {
			t.Fatal(err)
		}
		sameRows(t, c.r, r)
	})
	t.Run("behind what is here", func(t *testing.T) {
		r := newRegister(t)
		feed(t, c.r, r, 100)
		var early bytes.Buffer
		if err := newCity(t).r.WriteSnapshot(&early); err != nil {
			t.Fatal(err)
		}
		if err := r.ReadSnapshot(&early); err != nil {
			t.Fatal(err)
		}
		sameRows(t, c.r, r)
	})
	t.Run("of a diverged journal", func(t *testing.T) {
		other := newCity(t)
		other.must(district, anItem("B", cityArea, 1))
		before := other.r.Head()
		if err := other.r.ReadSnapshot(bytes.NewReader(snapshot)); !errors.Is(err, chain.ErrDiverged) {
			t.Fatal(err)
		}
		if other.r.Head() != before {
			t.Error("it had an effect")
		}
	})
	t.Run("of another realm", func(t *testing.T) {
		k := keyFor("other")
		r, err := Open(openDB(t, t.TempDir()), Trust{RealmID(k.Public()), k.Public()})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.ReadSnapshot(bytes.NewReader(snapshot)); !errors.Is(err, chain.ErrForeign) {
			t.Fatal(err)
		}
	})
	t.Run("with a byte changed", func(t *testing.T) {
		for at := 40; at < len(snapshot); at += 1 + len(snapshot)/23 {
			bad := bytes.Clone(snapshot)
			bad[at] ^= 1
			r := newRegister(t)
			if err := r.ReadSnapshot(bytes.NewReader(bad)); err == nil {
				// A vote's own time and the certificates are all that may differ.
				if err := r.Verify(context.Background(), nil); err != nil {
					t.Errorf("byte %d: %v", at, err)
				}
			}
			r.db.Close()
		}
	})
	t.Run("of nothing", func(t *testing.T) {
		var b bytes.Buffer
		if err := newRegister(t).WriteSnapshot(&b); err != nil {
			t.Fatal(err)
		}
		r := newRegister(t)
		if err := r.ReadSnapshot(&b); err != nil || r.Head().Index != 0 {
			t.Error(err, r.Head())
		}
	})
}

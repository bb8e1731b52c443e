package attach

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// Pieces put together are the blob as it travels, wherever it is cut.
func TestPiecesAreTheExport(t *testing.T) {
	s := open(t, t.TempDir())
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 23, 24, 255, 256, 65535, 65536, chunkSize - saltSize, chunkSize, 3*chunkSize + 5} {
		content := make([]byte, n)
		for i := range content {
			content[i] = byte(rnd.Uint32())
		}
		ref, err := s.Put(t.Context(), mine, "material", content)
		if err != nil {
			t.Fatal(err)
		}
		want, err := s.Export(mine, ref.Hash)
		if err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int{7 + n/5, 64 << 10, 1 << 20} {
			var got []byte
			for {
				part, size, err := s.Piece(mine, ref.Hash, int64(len(got)), limit)
				if err != nil || size != int64(len(want)) || len(part) > limit {
					t.Fatalf("%d bytes at %d: %d of %d, %v", n, len(got), len(part), size, err)
				}
				if got = append(got, part...); len(got) >= len(want) || len(part) == 0 {
					break
				}
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes in pieces of %d: another content", n, limit)
			}
		}
		if part, _, err := s.Piece(mine, ref.Hash, int64(len(want)), 10); err != nil || len(part) > 0 {
			t.Errorf("behind the end: %d bytes, %v", len(part), err)
		}
		if err := s.Erase(t.Context(), mine, []chain.Hash{ref.Hash}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Piece(mine, ref.Hash, 0, 10); refusal.CodeOf(err) != Gone {
			t.Errorf("a piece of what was erased: %v", err)
		}
	}
	if _, _, err := s.Piece(mine, chain.Hash{1}, 0, 10); refusal.CodeOf(err) != refusal.NotFound {
		t.Errorf("a piece of nothing: %v", err)
	}
}

func TestWrappedPiecesOpenInTheirPlaceOnly(t *testing.T) {
	s := open(t, t.TempDir())
	piece := []byte("half of a scan that is still on its way")
	wrapped, err := s.Wrap(mine, chain.Hash{1}, 64, piece)
	if err != nil || bytes.Contains(wrapped, piece[:8]) {
		t.Fatalf("%q, %v", wrapped, err)
	}
	if got, err := s.Unwrap(mine, chain.Hash{1}, 64, wrapped); err != nil || !bytes.Equal(got, piece) {
		t.Errorf("%q, %v", got, err)
	}
	for _, bad := range []func() ([]byte, error){
		func() ([]byte, error) { return s.Unwrap(mine, chain.Hash{2}, 64, wrapped) },
		func() ([]byte, error) { return s.Unwrap(mine, chain.Hash{1}, 0, wrapped) },
		func() ([]byte, error) { return s.Unwrap(mine, chain.Hash{1}, 64, wrapped[:10]) },
	} {
		if got, err := bad(); err == nil {
			t.Errorf("it opens elsewhere: %q", got)
		}
	}
}

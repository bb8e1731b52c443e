package exchange

import (
	"context"
	"errors"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/attach"
	"tongban/intake/casefile"
)

// pieces sends one blob. One that we have not got (any more) is left out.
func (x *Exchange) pieces(r Row, hash chain.Hash, yield func(part) error) error {
	content, err := x.blobs.Export(hash)
	if refusal.CodeOf(err) == refusal.NotFound || refusal.CodeOf(err) == attach.Gone {
		return nil
	}
	if err != nil {
		return err
	}
	for offset := 0; offset < len(content); offset += pieceSize {
		end := min(offset+pieceSize, len(content))
		p := part{
			wireRow{Kind: BlobRow, ID: r.Key.ID, Piece: &piece{hash, int64(len(content)), int64(offset), content[offset:end]}},
			Flight{Key: r.Key, Version: r.Version},
		}
		if end == len(content) {
			p.flight.Blob = hash
		}
		if err := yield(p); err != nil {
			return err
		}
	}
	return nil
}

// sendAfter sends a blob onward that came after its case did: a center that seized
// a case gets its papers when whoever lost it is back, and may have offered the
// case or copied it since.
func (x *Exchange) sendAfter(id casefile.ID, hash chain.Hash) error {
	if _, _, err := id.Parse(); err != nil || !x.blobs.Has(hash) {
		return nil // nobody's, or not yet whole
	}
	state, err := x.cases.State(id)
	if err != nil {
		if refusal.CodeOf(err) == refusal.NotFound {
			return nil
		}
		return err
	}
	self := x.cfg.Self()
	if state.Holder != self || !slices.Contains(blobs(state), hash) {
		return nil
	}
	var rows []Row
	for dest, purpose := range Recipients(self.Center, state, state, x.enrolled) {
		if entitled(state, self.Center, dest, x.enrolled) {
			rows = append(rows, Row{Key: Key{dest, CaseRow, string(id)}, Purpose: purpose})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return x.stage(nil, rows...)
}

// takePiece keeps a piece of a blob, and imports the blob when it is whole.
func (in *inbox) takePiece(ctx context.Context, from area.Center, p *piece) error {
	x := in.x
	const op = "take a blob"
	switch {
	case p == nil || len(p.Bytes) == 0 || len(p.Bytes) > pieceSize || p.Offset < 0 || p.Offset%pieceSize != 0 ||
		p.Offset+int64(len(p.Bytes)) > p.Size:
		return refusal.Newf(refusal.Malformed, op, "", "a piece out of bounds")
	case p.Size > maxBlob:
		return refusal.Newf(refusal.TooLarge, op, "", "%d bytes, at most %d", p.Size, maxBlob)
	case x.blobs.Has(p.Hash):
		return nil
	case int64(len(p.Bytes)) == p.Size:
		return x.blobs.Import(ctx, p.Hash, p.Bytes)
	}
	whole := make([]byte, 0, p.Size)
	err := update(x.cfg.DB, func(txn *badger.Txn) error {
		whole = whole[:0]
		if count(txn, piecePrefix+string(from)+"/", maxPieces/pieceSize+1) > maxPieces/pieceSize {
			return refusal.Newf(refusal.TooLarge, op, "", "too many unfinished blobs of %s", from)
		}
		if err := txn.Set(pieceKey(from, p.Hash, p.Offset), p.Bytes); err != nil {
			return err
		}
		if p.Offset+int64(len(p.Bytes)) < p.Size {
			return nil
		}
		for offset := int64(0); offset < p.Size; offset += pieceSize {
			var b []byte
			if found, err := get(txn, pieceKey(from, p.Hash, offset), &b); err != nil || !found {
				whole = nil
				return err
			}
			whole = append(whole, b...)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case p.Offset+int64(len(p.Bytes)) < p.Size:
		return nil
	case int64(len(whole)) != p.Size:
		return refusal.Newf(refusal.Unavailable, op, "", "pieces of %s are missing", p.Hash.Short())
	}
	imported := x.blobs.Import(ctx, p.Hash, whole)
	err = update(x.cfg.DB, func(txn *badger.Txn) error {
		for offset := int64(0); offset < p.Size; offset += pieceSize {
			if err := txn.Delete(pieceKey(from, p.Hash, offset)); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(imported, err)
}

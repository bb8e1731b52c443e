package exchange

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/attach"
	"tongban/intake/casefile"
)

// lacking is the blobs of a case that the destination is entitled to and has
// not got, by what it said.
func (x *Exchange) lacking(state casefile.State, dest area.Center, k known) []casefile.BlobRef {
	if !entitled(state, x.cfg.Self().Center, dest, x.enrolled) {
		return nil
	}
	return slices.DeleteFunc(blobs(state), func(ref casefile.BlobRef) bool { return slices.Contains(k.Blobs, ref.Hash) })
}

// along sends the small content that goes with the records of its case: who
// applies is there with the application. For the rest it sees to a row of its
// own, which is in the store before the records leave.
func (x *Exchange) along(r Row, lacks []casefile.BlobRef, yield func(part) error) error {
	left, papers := lightBudget, false
	for _, ref := range lacks {
		if ref.Size > min(maxLight, int64(left)) {
			papers = papers || x.blobs.Has(owner(r), ref.Hash)
			continue
		}
		content, size, err := x.blobs.Piece(owner(r), ref.Hash, 0, pieceSize)
		switch {
		case absent(err):
			continue
		case err != nil:
			return err
		case int64(len(content)) < size: // it is larger than its case says
			papers = true
			continue
		}
		left -= len(content)
		p := part{
			wireRow{Kind: BlobRow, ID: r.Key.ID, Piece: &piece{ref.Hash, size, 0, content}},
			Flight{Key: r.Key, Version: r.Version, Blob: ref.Hash},
		}
		if err := yield(p); err != nil {
			return err
		}
	}
	if !papers {
		return nil
	}
	return x.step(Wanted{r.Key.Dest, r.Key.ID})
}

// owner is whose the blobs of a row are.
func owner(r Row) casefile.Owner { return casefile.ID(r.Key.ID).Owner() }

// absent: we have not got it, or not any more.
func absent(err error) bool {
	code := refusal.CodeOf(err)
	return code == refusal.NotFound || code == attach.Gone
}

// papers sends the next pieces of what the destination lacks of a case, from
// where it has come to, until budget bytes are used up; none when there is
// nothing left. ask: of a blob that may be there it is asked first.
func (x *Exchange) papers(r Row, budget int, ask bool, yield func(part) error) error {
	state, err := x.cases.State(casefile.ID(r.Key.ID))
	if err != nil {
		if refusal.CodeOf(err) == refusal.NotFound {
			return nil
		}
		return err
	}
	k, _, err := x.knownOf(r.Key)
	if err != nil {
		return err
	}
	var held *part
	send := func(p *part) error {
		if held != nil {
			if err := yield(*held); err != nil {
				return err
			}
		}
		held = p
		return nil
	}
	for _, ref := range x.lacking(state, r.Key.Dest, k) {
		for offset, whole := k.upto(ref.Hash), false; !whole && budget > 0; {
			p, err := x.piece(r, ref.Hash, offset, ask)
			if absent(err) {
				break
			}
			if err != nil {
				return err
			}
			if err := send(p); err != nil {
				return err
			}
			budget -= p.row.size()
			offset, whole = p.flight.Upto, p.flight.Upto == 0
		}
	}
	if held == nil {
		return nil
	}
	held.flight.Last = true
	return yield(*held)
}

func (x *Exchange) piece(r Row, hash chain.Hash, offset int64, ask bool) (*part, error) {
	content, size, err := x.blobs.Piece(owner(r), hash, max(offset, 0), pieceSize)
	if err != nil {
		return nil, err
	}
	switch {
	case offset == unsure && ask || offset >= size:
		offset, content = size, nil
	case offset == unsure:
		offset = 0
	}
	p := &part{
		wireRow{Kind: BlobRow, ID: r.Key.ID, Purpose: Content, Piece: &piece{hash, size, offset, content}},
		Flight{Key: r.Key, Version: r.Version, Blob: hash, Upto: offset + int64(len(content))},
	}
	if p.flight.Upto == size {
		p.flight.Upto = 0 // with this one it is whole
	}
	return p, nil
}

// sendAfter sends a blob onward that came after its case did: a center that seized
// a case gets its papers when whoever lost it is back, and may have offered the
// case or copied it since.
func (x *Exchange) sendAfter(id casefile.ID, hash chain.Hash) error {
	if !x.blobs.Has(id.Owner(), hash) {
		return nil // not yet whole
	}
	state, err := x.cases.State(id)
	if err != nil {
		if refusal.CodeOf(err) == refusal.NotFound {
			return nil
		}
		return err
	}
	self := x.cfg.Self()
	if state.Holder != self || !slices.ContainsFunc(blobs(state), func(ref casefile.BlobRef) bool { return ref.Hash == hash }) {
		return nil
	}
	var rows []Row
	for dest := range Recipients(self.Center, state, state, x.enrolled) {
		if entitled(state, self.Center, dest, x.enrolled) {
			rows = append(rows, Row{Key: Key{dest, BlobRow, string(id)}, Purpose: Content})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return x.stage(nil, rows...)
}

// holds is which blobs of a case are here.
func (x *Exchange) holds(id casefile.ID) []chain.Hash {
	state, err := x.cases.State(id)
	if err != nil {
		return nil
	}
	var here []chain.Hash
	for _, ref := range blobs(state) {
		if x.blobs.Has(id.Owner(), ref.Hash) && len(here) < maxTold {
			here = append(here, ref.Hash)
		}
	}
	return here
}

// maxTold is how many blobs a receipt names.
const maxTold = 1000

// gathered names a blob of a case of which pieces come from one sender.
type gathered struct {
	from area.Center
	id   casefile.ID
	hash chain.Hash
}

// takePiece keeps a piece of a blob of a case, and imports the blob when it is
// whole. It may forget the pieces of another: whoever sends that is told where to
// go on.
func (in *inbox) takePiece(ctx context.Context, from area.Center, id casefile.ID, p *piece) Verdict {
	x := in.x
	if _, _, err := id.Parse(); err != nil {
		return verdictOf(err)
	}
	if err := checkPiece(p); err != nil {
		return verdictOf(err)
	}
	owner, g := id.Owner(), gathered{from, id, p.Hash}
	if x.blobs.Has(owner, p.Hash) {
		return Verdict{}
	}
	if _, _, err := x.blobs.Piece(owner, p.Hash, 0, 0); refusal.CodeOf(err) == attach.Gone {
		return verdictOf(err)
	}
	if len(p.Bytes) > 0 && int64(len(p.Bytes)) == p.Size {
		return verdictOf(x.blobs.Import(ctx, owner, p.Hash, p.Bytes))
	}
	last := p.Offset+int64(len(p.Bytes)) == p.Size
	var have int64
	var wrapped [][]byte
	err := update(x.cfg.DB, func(txn *badger.Txn) (err error) {
		if have, wrapped, err = in.pieces(txn, g, last && len(p.Bytes) > 0); err != nil || last || p.Offset != have {
			return err
		}
		if count(txn, piecePrefix+string(from)+"/", maxPieces/pieceSize) >= maxPieces/pieceSize {
			if err := forgetOther(txn, g); err != nil {
				return err
			}
		}
		sealed, err := x.blobs.Wrap(owner, p.Hash, p.Offset, p.Bytes)
		if err != nil {
			return err
		}
		return txn.Set(pieceKey(g, p.Offset), sealed)
	})
	switch {
	case err != nil:
		return verdictOf(err)
	case p.Offset > have || len(p.Bytes) == 0:
		return Verdict{Code: CodeGap, Head: chain.Head{Index: uint64(have)}}
	case !last:
		return Verdict{}
	}
	return verdictOf(in.assemble(ctx, g, p, wrapped))
}

func checkPiece(p *piece) error {
	const op = "take a blob"
	switch {
	case p == nil || p.Size <= 0 || p.Offset < 0 || p.Offset > p.Size:
	case p.Size > maxBlob:
		return refusal.Newf(refusal.TooLarge, op, "", "%d bytes, at most %d", p.Size, maxBlob)
	case len(p.Bytes) == 0 && p.Offset == p.Size: // asks whether it is here
		return nil
	case p.Offset%pieceSize == 0 && int64(len(p.Bytes)) == min(pieceSize, p.Size-p.Offset):
		return nil
	}
	return refusal.Newf(refusal.Malformed, op, "", "a piece out of bounds")
}

// pieces is how many bytes of a blob have come from a sender without a gap, and
// the pieces themselves when they are asked for.
func (in *inbox) pieces(txn *badger.Txn, g gathered, content bool) (have int64, wrapped [][]byte, err error) {
	prefix := piecesKey(g)
	it := txn.NewIterator(badger.IteratorOptions{Prefix: prefix, PrefetchValues: content, PrefetchSize: 4})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if offset := binary.BigEndian.Uint64(it.Item().Key()[len(prefix):]); offset != uint64(have) {
			break
		}
		if content {
			b, err := it.Item().ValueCopy(nil)
			if err != nil {
				return 0, nil, err
			}
			wrapped = append(wrapped, b)
		}
		have += pieceSize
	}
	return have, wrapped, nil
}

// assemble imports a blob whose last piece is p and whose other pieces are
// stored, and drops them.
func (in *inbox) assemble(ctx context.Context, g gathered, p *piece, wrapped [][]byte) error {
	x := in.x
	whole := make([]byte, 0, p.Size)
	for offset := int64(0); offset < p.Offset; offset += pieceSize {
		b, err := x.blobs.Unwrap(g.id.Owner(), p.Hash, offset, wrapped[offset/pieceSize])
		if err != nil {
			return err
		}
		whole = append(whole, b...)
	}
	imported := x.blobs.Import(ctx, g.id.Owner(), p.Hash, append(whole, p.Bytes...))
	if passing(refusal.CodeOf(imported)) || imported != nil && refusal.CodeOf(imported) == "" {
		return imported // the pieces stay: it is tried again
	}
	return errors.Join(imported, update(x.cfg.DB, func(txn *badger.Txn) error { return forget(txn, g) }))
}

func forget(txn *badger.Txn, g gathered) error {
	it := txn.NewIterator(badger.IteratorOptions{Prefix: piecesKey(g)})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := txn.Delete(it.Item().KeyCopy(nil)); err != nil {
			return err
		}
	}
	return nil
}

// forgetOther makes room: the pieces of a blob of the same sender go that is not
// whole and perhaps never will be.
func forgetOther(txn *badger.Txn, but gathered) error {
	other := but
	err := eachPiece(txn, piecePrefix+string(but.from)+"/", func(g gathered) bool {
		other = g
		return g == but
	})
	if err != nil || other == but {
		return err
	}
	return forget(txn, other)
}

// eachPiece visits the stored pieces under a prefix until visit says no.
func eachPiece(txn *badger.Txn, prefix string, visit func(gathered) bool) error {
	it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(prefix)})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		g, err := readPieceKey(it.Item().Key())
		if err != nil {
			return err
		}
		if !visit(g) {
			return nil
		}
	}
	return nil
}

// sweepPieces drops the pieces of blobs that are here by now, or were erased
// before they were whole.
func (x *Exchange) sweepPieces() error {
	seen := map[gathered]bool{} // whether its pieces are to go
	err := x.cfg.DB.View(func(txn *badger.Txn) error {
		return eachPiece(txn, piecePrefix, func(g gathered) bool {
			if _, known := seen[g]; !known {
				_, _, err := x.blobs.Piece(g.id.Owner(), g.hash, 0, 0)
				seen[g] = err == nil || refusal.CodeOf(err) == attach.Gone
			}
			return true
		})
	})
	for g, over := range seen {
		if err == nil && over {
			err = update(x.cfg.DB, func(txn *badger.Txn) error { return forget(txn, g) })
		}
	}
	return err
}

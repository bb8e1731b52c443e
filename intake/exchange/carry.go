package exchange

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"github.com/dgraph-io/badger/v4"
	"golang.org/x/crypto/ssh"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// encrypt makes bytes that only the owner of an Ed25519 key can read.
func encrypt(to chain.PublicKey, content []byte) ([]byte, error) {
	bare, err := to.Ed25519()
	if err != nil {
		return nil, err
	}
	pub, err := ssh.NewPublicKey(bare)
	if err != nil {
		return nil, err
	}
	recipient, err := agessh.NewEd25519Recipient(pub)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// decrypt opens what was encrypted to our key.
func decrypt(key chain.Key, sealed []byte) ([]byte, error) {
	identity, err := agessh.NewEd25519Identity(ed25519.NewKeyFromSeed(key.Seed()))
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxEnvelope))
}

// slotOf names the place of one part of a row among the envelopes from us to
// its destination: the same part of the same row comes to the same place.
func slotOf(k Key, part int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "slot\x00%d\x00%s\x00%d", uint8(k.Kind), k.ID, part))
	return hex.EncodeToString(sum[:16])
}

// envelopes puts the parts of a row into envelopes to its destination.
func (x *Exchange) envelopes(r Row, yield func(envelope) error) error {
	op := "seal an envelope for " + string(r.Key.Dest)
	inc, ok := x.cfg.Directory.Current(r.Key.Dest)
	to := casefile.Party{Center: r.Key.Dest, Incarnation: inc}
	key, known := x.cfg.Directory.Key(to)
	if !ok || !known {
		return refusal.Newf(refusal.NotFound, op, "", "the Register knows no key of it")
	}
	_, word := x.sayWord()
	self, n := x.cfg.Self(), 0
	var held *inner
	send := func(last bool) error {
		held.Last = last
		sealed, err := encrypt(key, wire.Encode(held))
		if err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		e := envelope{self, to, slotOf(r.Key, n), sealed, r.Key.Kind == BlobRow}
		n++
		return yield(e)
	}
	err := x.all(r, func(p part) error {
		if held != nil {
			if err := send(false); err != nil {
				return err
			}
		}
		p.row.N = r.Version
		held = &inner{Word: word, Version: r.Version, Row: p.row}
		return nil
	})
	if err != nil || held == nil {
		return err
	}
	return send(true)
}

// all is the parts of a row, and of papers as many as may wait on the road.
func (x *Exchange) all(r Row, yield func(part) error) error {
	if r.Key.Kind == BlobRow {
		return x.papers(r, carryBudget, false, yield)
	}
	return x.parts(r, yield)
}

// carryParts makes the envelopes that a parent is to carry.
func (x *Exchange) carryParts(r Row, yield func(part) error) error {
	key, ok := carriedKey(r.Key.ID)
	if !ok {
		return refusal.Newf(refusal.Malformed, "carry "+r.Key.ID, "", "it names no row")
	}
	var v storedRow
	if found, err := x.read(rowKey(key), &v); err != nil || !found {
		return err
	}
	var held *envelope
	send := func(last bool) error {
		return yield(part{
			wireRow{Kind: CarryRow, ID: held.Slot, Envelope: held},
			Flight{Key: r.Key, Version: r.Version, Last: last},
		})
	}
	err := x.envelopes(Row{key, v.Version, v.Since, v.Purpose}, func(e envelope) error {
		if held != nil {
			if err := send(false); err != nil {
				return err
			}
		}
		held = &e
		return nil
	})
	if err == nil && held == nil { // nothing is left of the row itself
		return x.step(Obsolete{key, v.Version})
	}
	if err != nil {
		return err
	}
	return send(true)
}

// takeCarry commits an envelope that we are to carry onward. asParent: only
// for our own children; an envelope out of a file goes anywhere.
func (x *Exchange) takeCarry(from area.Center, e *envelope, asParent bool) error {
	op := "carry an envelope of " + string(from)
	if err := checkEnvelope(op, e); err != nil {
		return err
	}
	current, ok := x.cfg.Directory.Current(e.To.Center)
	switch {
	case e.From.Center != from:
		return refusal.Newf(refusal.Forbidden, op, "", "it says that it comes from %s", e.From)
	case !ok || current != e.To.Incarnation:
		return refusal.Newf(CodeClosed, op, "", "%s may not write now", e.To)
	case asParent && Parent(e.To.Center, x.enrolled) != x.cfg.Self().Center:
		return refusal.Newf(CodeNotParent, op, "", "%s is no child of this center", e.To.Center)
	}
	id := string(from) + "/" + e.Slot
	purpose := Onward
	if e.Papers {
		purpose = Content
	}
	return x.stage(func(txn *badger.Txn) error {
		prefix := envelopePrefix + string(e.To.Center) + "/" + string(from) + "/"
		if count(txn, prefix, maxEnvelopes) >= maxEnvelopes {
			var old envelope
			if found, err := get(txn, envelopeKey(e.To.Center, id), &old); err != nil || !found {
				return refusal.Newf(refusal.Unavailable, op, "", "%d envelopes of it wait for %s already", maxEnvelopes, e.To.Center)
			}
		}
		return put(txn, envelopeKey(e.To.Center, id), e)
	}, Row{Key: Key{e.To.Center, CarriedRow, id}, Purpose: purpose})
}

func checkEnvelope(op string, e *envelope) error {
	if e == nil || len(e.Slot) != 32 || strings.Trim(e.Slot, "0123456789abcdef") != "" || len(e.Sealed) == 0 {
		return refusal.Newf(refusal.Malformed, op, "", "an envelope out of form")
	}
	if len(e.Sealed) > maxEnvelope {
		return refusal.Newf(refusal.TooLarge, op, "", "an envelope of %d bytes, at most %d", len(e.Sealed), maxEnvelope)
	}
	return nil
}

// takeCarried opens an envelope that is addressed to us, takes in what it
// holds, and stages the receipt. When it returns nil that is committed.
func (in *inbox) takeCarried(ctx context.Context, e *envelope) error {
	x := in.x
	const op = "open an envelope"
	if err := checkEnvelope(op, e); err != nil {
		return err
	}
	self := x.cfg.Self()
	if e.To.Center != self.Center {
		return refusal.Newf(CodeWrongDest, op, "", "it is for %s", e.To)
	}
	if e.To != self {
		return refusal.Newf(CodeClosed, op, hintOf[CodeClosed], "it is for %s, this is %s", e.To, self)
	}
	content, err := decrypt(x.cfg.Key(), e.Sealed)
	if err != nil {
		return refusal.New(refusal.Malformed, op, "", err)
	}
	var i inner
	if err := wire.Decode(content, &i); err != nil {
		return refusal.New(refusal.Malformed, op, "", err)
	}
	v, err := in.takeInner(ctx, e.From, &i)
	if err != nil {
		return err
	}
	if passing(v.Code) {
		return refusal.Newf(v.Code, op, "", "%s", v.Hint) // whoever carries it keeps it
	}
	if !i.Last || i.Row.Kind == ReceiptRow {
		return nil
	}
	v.N = 0
	r := receipt{Realm: x.cfg.Realm, By: self, To: e.From, Kind: i.Row.Kind, ID: i.Row.ID, Version: i.Version, Verdict: v}
	if i.Row.Kind == CaseRow && v.Code != CodeGap {
		r.Head = i.Row.Base
		for _, record := range i.Row.Records {
			r.Head = r.Head.Next(record)
		}
	}
	if i.Row.Kind == BlobRow {
		r.Blobs = x.holds(casefile.ID(i.Row.ID))
	}
	id := string(e.From.Center) + "." + e.Slot
	sealed := chain.Sign(x.cfg.Key(), ReceiptDomain, wire.Encode(r))
	return x.stage(func(txn *badger.Txn) error { return txn.Set([]byte(receiptPrefix+id), sealed) },
		Row{Key: Key{e.From.Center, ReceiptRow, id}, Purpose: Message})
}

// takeInner takes in the row of an opened envelope. The road does not matter,
// but who sealed the word does: it is judged like one on a stream.
func (in *inbox) takeInner(ctx context.Context, from casefile.Party, i *inner) (Verdict, error) {
	const op = "open an envelope"
	w, err := in.identify(from.Center, i.Word)
	if err != nil {
		return Verdict{}, err
	}
	if w.party() != from {
		return Verdict{}, refusal.Newf(refusal.Forbidden, op, "", "its word is %s's, it says that it comes from %s", w.party(), from)
	}
	if j := in.judge(w, i.Word, AtBatch); j.Code != "" && j.Code != CodeCloned {
		return Verdict{}, refusal.Newf(j.Code, op, hintOf[j.Code], "it contradicts an earlier word of %s", from)
	}
	if err := in.keep(from, 0); err != nil {
		return Verdict{}, err
	}
	switch i.Row.Kind {
	case CaseRow, BlobRow, RequestRow, ReplyRow, ReceiptRow:
		return in.take(ctx, from, &i.Row), nil
	}
	return Verdict{Code: CodeUnknown, Hint: "row of " + i.Row.Kind.String()}, nil
}

// takeReceipt settles a row that was carried.
func (x *Exchange) takeReceipt(sealed []byte) error {
	const op = "take a receipt"
	var r receipt
	if err := x.openSealed(sealed, ReceiptDomain, &r, func() casefile.Party { return r.By }); err != nil {
		return refusal.New(refusal.Forbidden, op, "", err)
	}
	if r.Realm != x.cfg.Realm || r.To.Center != x.cfg.Self().Center {
		return refusal.Newf(CodeWrongDest, op, "", "it is for %s", r.To)
	}
	if len(r.Blobs) > maxTold {
		return refusal.Newf(refusal.TooLarge, op, "", "it names %d blobs", len(r.Blobs))
	}
	return x.step(Receipted{Key{r.By.Center, r.Kind, r.ID}, r.Version, r.Verdict, r.Head, r.Blobs})
}

package exchange

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Reply is the sealed word (ReplyDomain) of whoever ended a request's way.
type Reply struct {
	ID   string         `cbor:"1,keyasint" json:"id"`
	Case casefile.ID    `cbor:"2,keyasint" json:"case"`
	To   casefile.Party `cbor:"3,keyasint" json:"to"`
	By   casefile.Party `cbor:"4,keyasint" json:"by"`
	Code refusal.Code   `cbor:"5,keyasint,omitempty" json:"code,omitempty"` // "": recorded
	Hint string         `cbor:"6,keyasint,omitempty" json:"hint,omitempty"`
	Head chain.Head     `cbor:"7,keyasint,omitzero" json:"head,omitzero"`   // of the case, with the record in it
	Late bool           `cbor:"8,keyasint,omitempty" json:"late,omitempty"` // after the decision
}

// Asked is a request of ours and what became of it.
type Asked struct {
	Request casefile.Request `json:"request"`
	Reply   *Reply           `json:"reply,omitempty"` // nil: on its way
}

// stored form of a request, our own or one passed on.
type storedRequest struct {
	Sealed []byte `cbor:"1,keyasint"`
	Hops   uint8  `cbor:"2,keyasint"`
	Reply  *Reply `cbor:"3,keyasint,omitempty"`
}

// Name draws the id of a request of ours, for AskAs; refused with
// refusal.Fenced where this node may write nothing.
func (x *Exchange) Name() (string, error) {
	const op = "name a request"
	if reason, fenced := x.cases.Fenced(); fenced {
		return "", refusal.Newf(refusal.Fenced, op, hintOf[CodeRestored], "%s", reason)
	}
	random := make([]byte, 16)
	if _, err := io.ReadFull(x.cfg.Rand, random); err != nil {
		return "", fmt.Errorf("%s: %w", op, err)
	}
	self := x.cfg.Self()
	return fmt.Sprintf("%s.%d.%s", self.Center, self.Incarnation, hex.EncodeToString(random)), nil
}

// Ask sends a request to the custodian of a case and returns its id; it is
// on its way when Ask returns, however long that takes. Where we hold the
// case it is recorded at once.
func (x *Exchange) Ask(ctx context.Context, id casefile.ID, kind, staff string, body []byte) (string, error) {
	name, err := x.Name()
	if err != nil {
		return "", err
	}
	return name, x.AskAs(ctx, casefile.Request{ID: name, Case: id, Kind: kind, Staff: staff, Body: body, Time: x.cfg.Now().UnixMilli()})
}

// AskAs is Ask under an id of Name, for whoever wrote down beforehand that it
// will be asked: calls with the same id have one effect, also after a crash.
func (x *Exchange) AskAs(ctx context.Context, r casefile.Request) error {
	self, id := x.cfg.Self(), r.Case
	if reason, fenced := x.cases.Fenced(); fenced {
		return refusal.Newf(refusal.Fenced, "send a request about "+string(id), hintOf[CodeRestored], "%s", reason)
	}
	kept := storedRequest{}
	if found, err := x.read([]byte(requestPrefix+r.ID), &kept); err != nil || found {
		return err
	}
	r.Format, r.From = 1, self
	kept.Sealed = chain.Sign(x.cfg.Key(), chain.RequestDomain, wire.Encode(r))
	if _, err := casefile.OpenRequest(kept.Sealed, x.cfg.Directory.Key); err != nil {
		return err
	}
	to, hold, err := x.custodian(id, self, 0)
	if err != nil {
		return err
	}
	save := func(txn *badger.Txn) error {
		if found, err := get(txn, []byte(requestPrefix+r.ID), &storedRequest{}); err != nil || found {
			return err // another call was quicker, and may have been answered
		}
		return put(txn, []byte(requestPrefix+r.ID), kept)
	}
	if !hold {
		return x.stage(save, Row{Key: Key{to, RequestRow, r.ID}, Purpose: Message})
	}
	state, err := x.cases.Keep(ctx, id, r.ID, kept.Sealed)
	if err != nil {
		return err
	}
	kept.Reply = &Reply{ID: r.ID, Case: id, To: self, By: self, Head: state.Head, Late: state.Late()}
	return update(x.cfg.DB, save)
}

// Asked tells what became of a request of ours; refusal.NotFound for an
// unknown one.
func (x *Exchange) Asked(id string) (Asked, error) {
	var s storedRequest
	found, err := x.read([]byte(requestPrefix+id), &s)
	if err != nil {
		return Asked{}, err
	}
	if !found {
		return Asked{}, refusal.Newf(refusal.NotFound, "look up request "+id, "", "no such request was sent from here")
	}
	r, err := casefile.OpenRequest(s.Sealed, x.cfg.Directory.Key)
	return Asked{r, s.Reply}, err
}

// custodian is where a request goes from here: hold is true when it ends here.
// from is who sent it to us: it does not go straight back.
func (x *Exchange) custodian(id casefile.ID, from casefile.Party, hops uint8) (to area.Center, hold bool, err error) {
	self := x.cfg.Self()
	op := "pass on a request about " + string(id)
	opener, _, err := id.Parse()
	if err != nil {
		return "", false, err
	}
	state, err := x.cases.State(id)
	switch {
	case refusal.CodeOf(err) == refusal.NotFound:
		to = opener.Center
	case err != nil:
		return "", false, err
	case state.Next() == self && state.Offer != nil:
		return "", false, refusal.Newf(refusal.Unavailable, op, "take the case over first", "it is offered to us and not yet taken over")
	case state.Next() == self:
		return "", true, nil
	default:
		to = state.Next().Center
	}
	if hops >= maxHops-1 || to == from.Center {
		to = opener.Center // it answers in any case
	}
	if to == self.Center || to == from.Center {
		return "", false, refusal.Newf(refusal.NotFound, op, "ask again later: the case is on its way",
			"this node knows nobody who holds it")
	}
	return to, false, nil
}

// request is what a RequestRow points at.
func (x *Exchange) request(id string) (storedRequest, error) {
	var s storedRequest
	found, err := x.read([]byte(requestPrefix+id), &s)
	if err != nil || found {
		return s, err
	}
	_, err = x.read(forwardKey(id), &s)
	return s, err
}

// forwardKey begins with who asked, so that what waits of one asker is counted.
func forwardKey(id string) []byte {
	asker, _, _ := strings.Cut(id, ".")
	return []byte(forwardPrefix + asker + "/" + id)
}

func dropForward(txn *badger.Txn, id string) error { return txn.Delete(forwardKey(id)) }

// takeRequest records a request, passes it on, or answers that it can't be
// done. It has committed one of the three when it returns nil.
func (x *Exchange) takeRequest(ctx context.Context, from casefile.Party, row *wireRow) error {
	r, err := casefile.OpenRequest(row.Data, x.cfg.Directory.Key)
	if err != nil {
		return err
	}
	if r.ID != row.ID {
		return refusal.Newf(refusal.Malformed, "take a request", "", "row and request name different ids")
	}
	self := x.cfg.Self()
	reply := Reply{ID: r.ID, Case: r.Case, To: r.From, By: self}
	to, hold, err := x.custodian(r.Case, from, row.Hops)
	switch {
	case hold:
		state, err := x.cases.Keep(ctx, r.Case, r.ID, row.Data)
		if err == nil {
			reply.Head, reply.Late = state.Head, state.Late()
			break
		}
		if code := refusal.CodeOf(err); code == "" || passing(code) || code == casefile.EpochBehind || code == casefile.RegisterBehind {
			return refusal.New(refusal.Unavailable, "record a request", "", err)
		}
		reply.Code, reply.Hint = refusal.CodeOf(err), clip(err.Error(), maxHint)
	case err == nil && row.Hops < maxHops:
		return x.passOn(r, row, to)
	case err == nil:
		reply.Code, reply.Hint = refusal.NotFound, "it was passed on too often: ask again later"
	case refusal.CodeOf(err) == refusal.NotFound:
		reply.Code, reply.Hint = refusal.NotFound, clip(err.Error(), maxHint)
	default:
		return err
	}
	sealed := chain.Sign(x.cfg.Key(), ReplyDomain, wire.Encode(reply))
	if r.From.Center == self.Center { // it came back to whoever asked, who got the case meanwhile: nobody sends to oneself
		return x.takeReply(sealed)
	}
	return x.stage(func(txn *badger.Txn) error { return txn.Set([]byte(replyPrefix+r.ID), sealed) },
		Row{Key: Key{r.From.Center, ReplyRow, r.ID}, Purpose: Message})
}

func (x *Exchange) passOn(r casefile.Request, row *wireRow, to area.Center) error {
	return x.stage(func(txn *badger.Txn) error {
		prefix := forwardPrefix + string(r.From.Center) + "/"
		if count(txn, prefix, maxForwards) >= maxForwards {
			return refusal.Newf(refusal.Unavailable, "pass on a request", "", "%d requests of %s wait here already", maxForwards, r.From.Center)
		}
		return put(txn, forwardKey(r.ID), storedRequest{Sealed: row.Data, Hops: row.Hops + 1})
	}, Row{Key: Key{to, RequestRow, r.ID}, Purpose: Message})
}

// takeReply keeps what became of a request of ours. The first word stands.
func (x *Exchange) takeReply(sealed []byte) error {
	const op = "take a reply"
	var r Reply
	if err := x.openSealed(sealed, ReplyDomain, &r, func() casefile.Party { return r.By }); err != nil {
		return refusal.New(refusal.Forbidden, op, "", err)
	}
	if r.To.Center != x.cfg.Self().Center {
		return refusal.Newf(CodeWrongDest, op, "", "it is for %s", r.To)
	}
	err := update(x.cfg.DB, func(txn *badger.Txn) error {
		var s storedRequest
		found, err := get(txn, []byte(requestPrefix+r.ID), &s)
		if err != nil || !found || s.Reply != nil {
			return err // nothing to answer, or answered already
		}
		s.Reply = &r
		return put(txn, []byte(requestPrefix+r.ID), s)
	})
	x.announce()
	return err
}

// openSealed decodes a sealed body into v, then verifies it with the key of
// whom it names.
func (x *Exchange) openSealed(sealed []byte, d chain.Domain, v any, author func() casefile.Party) error {
	seal, err := chain.Unseal(sealed)
	if err != nil {
		return err
	}
	if err := wire.Decode(seal.Body, v); err != nil {
		return err
	}
	key, ok := x.cfg.Directory.Key(author())
	if !ok {
		return fmt.Errorf("no key is known of %s", author())
	}
	return seal.Verify(d, key)
}

// Requests lists our own requests, newest ids last, at most limit of them.
func (x *Exchange) Requests(limit int) ([]Asked, error) {
	var all []Asked
	err := x.cfg.DB.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(requestPrefix), PrefetchValues: true, PrefetchSize: 16})
		defer it.Close()
		for it.Rewind(); it.Valid() && len(all) < limit; it.Next() {
			var s storedRequest
			if err := it.Item().Value(func(b []byte) error { return wire.Decode(b, &s) }); err != nil {
				return err
			}
			r, err := casefile.OpenRequest(s.Sealed, x.cfg.Directory.Key)
			if err != nil {
				return err
			}
			all = append(all, Asked{r, s.Reply})
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Asked) int { return int(a.Request.Time - b.Request.Time) })
	return all, err
}

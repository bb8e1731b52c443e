package node

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/exchange"
)

// A hostile node of the realm is one with a good key and another program. It
// speaks the exchange by hand, from PROTOCOL.md, so that it can say what no
// exchange would say.
type (
	spokenFrame struct {
		Hello   *spokenOpening `cbor:"1,keyasint,omitempty"`
		Welcome *spokenOpening `cbor:"2,keyasint,omitempty"`
		Refused *spokenRefusal `cbor:"3,keyasint,omitempty"`
		Batch   *spokenBatch   `cbor:"4,keyasint,omitempty"`
		Answer  *spokenAnswer  `cbor:"5,keyasint,omitempty"`
	}
	spokenOpening struct {
		Word []byte `cbor:"1,keyasint"`
		Mark uint64 `cbor:"2,keyasint,omitempty"`
	}
	spokenRefusal struct {
		Code refusal.Code `cbor:"1,keyasint"`
		Hint string       `cbor:"2,keyasint,omitempty"`
	}
	spokenBatch struct {
		Word []byte      `cbor:"1,keyasint"`
		Rows []spokenRow `cbor:"2,keyasint"`
	}
	spokenRow struct {
		N       uint64        `cbor:"1,keyasint"`
		Kind    exchange.Kind `cbor:"2,keyasint"`
		ID      string        `cbor:"3,keyasint"`
		Base    chain.Head    `cbor:"5,keyasint,omitzero"`
		Records [][]byte      `cbor:"6,keyasint,omitempty"`
	}
	spokenAnswer struct {
		Ack      uint64             `cbor:"1,keyasint"`
		Verdicts []exchange.Verdict `cbor:"2,keyasint,omitempty"`
	}
)

// push sends records of a case straight into another node's exchange, past
// everything that would hold them back here, and returns the verdict.
func (c *city) push(by, to area.Center, id casefile.ID, base chain.Head, records ...[]byte) exchange.Verdict {
	c.t.Helper()
	n := c.nodes[by]
	conn, err := n.peers.Dial(c.ctx, string(to), exchange.Protocol)
	must(c.t, err)
	defer conn.Close()
	must(c.t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	reader := bufio.NewReader(conn)
	say := func(f spokenFrame) (answer spokenFrame) {
		must(c.t, wire.WriteFrame(conn, f))
		must(c.t, wire.ReadFrame(reader, wire.MaxFrame, &answer))
		if answer.Refused != nil {
			c.t.Fatalf("%s refuses the stream: %s %s", to, answer.Refused.Code, answer.Refused.Hint)
		}
		return answer
	}
	nonce := make([]byte, 16)
	_, err = rand.Read(nonce)
	must(c.t, err)
	seq, hash := n.cabinet.Own()
	self := n.self()
	word := exchange.Word{
		Format: 1, Realm: n.trust.Realm, Center: string(self.Center), Inc: self.Incarnation,
		Register: n.register.Head(), Own: chain.Head{Index: seq, Hash: hash}, Nonce: nonce, Machine: n.machine(),
	}
	welcome := say(spokenFrame{Hello: &spokenOpening{Word: chain.Sign(n.key(), chain.HelloDomain, wire.Encode(word))}})
	if welcome.Welcome == nil {
		c.t.Fatalf("no welcome: %+v", welcome)
	}
	row := spokenRow{N: welcome.Welcome.Mark + 1000, Kind: exchange.CaseRow, ID: string(id), Base: base, Records: records}
	answer := say(spokenFrame{Batch: &spokenBatch{Rows: []spokenRow{row}}})
	if answer.Answer == nil || answer.Answer.Ack != row.N {
		c.t.Fatalf("no answer: %+v", answer)
	}
	for _, v := range answer.Answer.Verdicts {
		return v
	}
	return exchange.Verdict{}
}

// forge seals an event in a center's name without asking whether it may be
// written; at is the state that it is put on.
func (c *city) forge(by area.Center, at casefile.State, kind casefile.Kind, body any) []byte {
	n := c.nodes[by]
	when := max(c.now().UnixMilli(), at.Time)
	return seal(n.key(), casefile.Event{
		Format: casefile.Format, Case: at.ID, Seq: at.Head.Index + 1, Prev: at.Head.Hash, Epoch: at.Epoch,
		Author: n.self(), Register: n.register.Head(), Staff: "窗口一", DeskTime: when, NodeTime: when,
		Kind: kind,
	}, body)
}

func seal(key chain.Key, e casefile.Event, body any) []byte {
	e.Body = wire.Encode(body)
	return chain.Sign(key, chain.EventDomain, wire.Encode(e))
}

// alter changes the words under a seal and leaves the signature.
func (c *city) alter(record []byte, from, to string) []byte {
	c.t.Helper()
	seal, err := chain.Unseal(record)
	must(c.t, err)
	changed := bytes.Replace(seal.Body, []byte(from), []byte(to), 1)
	if len(from) != len(to) || bytes.Equal(changed, seal.Body) {
		c.t.Fatalf("%q is not in the record, or not as long as %q", from, to)
	}
	seal.Body = changed
	return wire.Encode(seal)
}

package exchange

import (
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// Protocol is the stream protocol of the exchange; PROTOCOL.md describes it.
const Protocol = "/tongban/exchange/1"

// Domains of what the exchange seals itself, beside chain.HelloDomain and
// chain.RequestDomain.
const (
	ReceiptDomain chain.Domain = "tongban/receipt/1" // what became of a carried row
	ReplyDomain   chain.Domain = "tongban/reply/1"   // what became of a request
)

// Limits on what a stranger can send. The reader of a stream breaks it when
// one is passed.
const (
	maxFrame     = 640 << 10     // bytes of a frame
	maxOpening   = 4 << 10       // bytes of the first frame each way
	batchBudget  = 256 << 10     // bytes of records, pieces and envelopes in a batch
	maxRows      = 256           // rows in a batch
	maxRecords   = 4096          // records in a row
	pieceSize    = 64 << 10      // bytes of a blob in a row: what an event may have to wait for
	maxLight     = 16 << 10      // bytes of content that goes along with the records of its case
	lightBudget  = 64 << 10      // of all such content of one row
	carryBudget  = 32 << 20      // bytes of papers that are carried before a receipt
	maxBlob      = 8<<20 + 1<<10 // as it travels
	maxPieces    = 64 << 20      // bytes of unfinished blobs that are kept for one sender
	maxEnvelope  = 320 << 10     // bytes, encrypted
	maxEnvelopes = 1000          // kept for one sender and destination
	maxForwards  = 1000          // requests of one sender that are passed on and not yet taken
	maxHops      = 8             // times that a request is passed on
	maxHint      = 500           // bytes
	maxID        = 128           // bytes
	window       = 4             // batches on the stream, not yet answered
	maxStreams   = 8             // that stand at once with one center
)

// frame is what travels on a stream: exactly one of the fields is there.
type frame struct {
	Hello   *opening `cbor:"1,keyasint,omitempty"`
	Welcome *opening `cbor:"2,keyasint,omitempty"`
	Refused *refused `cbor:"3,keyasint,omitempty"`
	Batch   *batch   `cbor:"4,keyasint,omitempty"`
	Answer  *answer  `cbor:"5,keyasint,omitempty"`
}

// opening is the first frame each way.
type opening struct {
	Word []byte `cbor:"1,keyasint"`           // sealed Word
	Mark uint64 `cbor:"2,keyasint,omitempty"` // of a welcome: the last row stored
}

// refused ends a stream.
type refused struct {
	Code     refusal.Code `cbor:"1,keyasint"`
	Hint     string       `cbor:"2,keyasint,omitempty"`
	Evidence []byte       `cbor:"3,keyasint,omitempty"` // restored, cloned: a sealed Word of the refused node
}

// batch is rows on their way; numbers rise, gaps are allowed.
type batch struct {
	Word []byte    `cbor:"1,keyasint"` // sealed Word
	Rows []wireRow `cbor:"2,keyasint"`
}

// answer says that rows up to Ack are stored, but for the verdicts.
type answer struct {
	Ack      uint64    `cbor:"1,keyasint"`
	Verdicts []Verdict `cbor:"2,keyasint,omitempty"`
}

// wireRow is a row with what it points at.
type wireRow struct {
	N        uint64     `cbor:"1,keyasint"`
	Kind     Kind       `cbor:"2,keyasint"`
	ID       string     `cbor:"3,keyasint"`           // the case; of a request or reply its id; else the slot
	Purpose  Purpose    `cbor:"4,keyasint,omitempty"` // why, for people
	Base     chain.Head `cbor:"5,keyasint,omitzero"`  // of a case: the records follow this head
	Records  [][]byte   `cbor:"6,keyasint,omitempty"` // of a case: sealed events; none: do you have Base?
	Piece    *piece     `cbor:"7,keyasint,omitempty"`
	Data     []byte     `cbor:"8,keyasint,omitempty"` // sealed request, reply or receipt
	Hops     uint8      `cbor:"9,keyasint,omitempty"` // of a request
	Envelope *envelope  `cbor:"10,keyasint,omitempty"`
}

func (r *wireRow) size() int {
	n := len(r.Data) + 128
	for _, record := range r.Records {
		n += len(record) + 8
	}
	if r.Piece != nil {
		n += len(r.Piece.Bytes)
	}
	if r.Envelope != nil {
		n += len(r.Envelope.Sealed)
	}
	return n
}

// piece is a part of a blob. One without bytes, at the end, asks whether all of
// it is there.
type piece struct {
	Hash   chain.Hash `cbor:"1,keyasint"`
	Size   int64      `cbor:"2,keyasint"` // of the whole
	Offset int64      `cbor:"3,keyasint"`
	Bytes  []byte     `cbor:"4,keyasint"`
}

// envelope is a row that only its addressee can read (age, to its Ed25519
// key). Slot names the row, so that a later envelope takes the place of an
// earlier one; whoever carries it learns nothing else.
type envelope struct {
	From   casefile.Party `cbor:"1,keyasint"`
	To     casefile.Party `cbor:"2,keyasint"`
	Slot   string         `cbor:"3,keyasint"` // 32 hex digits
	Sealed []byte         `cbor:"4,keyasint"`
	Papers bool           `cbor:"5,keyasint,omitempty"` // a piece of a blob is in it: it lets events go first
}

// inner is what an envelope holds.
type inner struct {
	Word    []byte  `cbor:"1,keyasint"` // sealed Word of the sender
	Version uint64  `cbor:"2,keyasint"` // the sender's, given back in the receipt
	Row     wireRow `cbor:"3,keyasint"`
	Last    bool    `cbor:"4,keyasint"` // the row is complete with this one
}

// receipt is the sealed body (ReceiptDomain) with which the addressee of an
// envelope says what became of it.
type receipt struct {
	Realm   string         `cbor:"1,keyasint"`
	By      casefile.Party `cbor:"2,keyasint"`
	To      casefile.Party `cbor:"3,keyasint"`
	Kind    Kind           `cbor:"4,keyasint"`
	ID      string         `cbor:"5,keyasint"`
	Version uint64         `cbor:"6,keyasint"`
	Verdict Verdict        `cbor:"7,keyasint"`
	Head    chain.Head     `cbor:"8,keyasint,omitzero"`  // of a case: where the row ended
	Blobs   []chain.Hash   `cbor:"9,keyasint,omitempty"` // of papers: which of the case are there
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 { // not inside a rune
		n--
	}
	return s[:n]
}

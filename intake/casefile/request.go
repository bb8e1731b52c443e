package casefile

import (
	"fmt"
	"strings"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Request is what a center that is not custodian says to the custodian: an
// opinion, a supplement brought to another counter, a reminder, a withdrawal,
// a rating. It is sealed (chain.RequestDomain) and recorded as it came.
type Request struct {
	Format uint8  `cbor:"1,keyasint" json:"format"` // 1
	ID     string `cbor:"2,keyasint" json:"id"`     // center.incarnation.random
	Case   ID     `cbor:"3,keyasint" json:"case"`
	From   Party  `cbor:"4,keyasint" json:"from"`
	Kind   string `cbor:"5,keyasint" json:"kind"` // "opinion", "supplement", "reminder", "withdrawal", "rating"
	Body   []byte `cbor:"6,keyasint" json:"body"` // what is said; at most MaxRequest bytes. Of a participant's opinion: Said in CBOR
	Staff  string `cbor:"7,keyasint" json:"staff"`
	Time   int64  `cbor:"8,keyasint" json:"time"` // the asker's, Unix milliseconds
}

// MaxRequest bounds what one request says, in bytes.
const MaxRequest = 64 << 10

// maxAsked bounds how many requests of one center a log takes: whoever has
// nothing to do with a case fills nobody's disk through its custodian.
const maxAsked = 50

// askedBy counts the recorded requests of a center, whose ids begin with it.
func (s *State) askedBy(center area.Center) (n int) {
	prefix := string(center) + "."
	for _, id := range s.Requests {
		if strings.HasPrefix(id, prefix) {
			n++
		}
	}
	return n
}

const opOpenRequest = "open a request"

// OpenRequest reads a sealed request and verifies its seal.
func OpenRequest(sealed []byte, key func(Party) (chain.PublicKey, bool)) (Request, error) {
	r, seal, err := readRequest(sealed)
	if err != nil {
		return r, err
	}
	k, ok := key(r.From)
	if !ok {
		return r, refusal.Newf(refusal.Forbidden, opOpenRequest, "", "no key is known of %s", r.From)
	}
	if err := seal.Verify(chain.RequestDomain, k); err != nil {
		return r, refusal.New(refusal.Forbidden, opOpenRequest, "", err)
	}
	return r, nil
}

// readRequest opens a sealed request and verifies nothing but its form.
func readRequest(sealed []byte) (r Request, seal chain.Seal, err error) {
	if seal, err = chain.Unseal(sealed); err != nil {
		return r, seal, refusal.New(refusal.Malformed, opOpenRequest, "", err)
	}
	if err = wire.Decode(seal.Body, &r); err != nil {
		return r, seal, refusal.New(refusal.Malformed, opOpenRequest, "", err)
	}
	prefix := fmt.Sprintf("%s.%d.", r.From.Center, r.From.Incarnation)
	switch {
	case r.Format != 1 || !strings.HasPrefix(r.ID, prefix) || len(r.ID) != len(prefix)+32 ||
		strings.Trim(r.ID[len(prefix):], "0123456789abcdef") != "" ||
		len(r.Kind) > 32 || len(r.Staff) > 128:
		return r, seal, refusal.Newf(refusal.Malformed, opOpenRequest, "", "request of format %d with id %.128q", r.Format, r.ID)
	case len(r.Body) > MaxRequest:
		return r, seal, refusal.Newf(refusal.TooLarge, opOpenRequest, "", "%d bytes, at most %d", len(r.Body), MaxRequest)
	}
	_, _, err = r.Case.Parse()
	return r, seal, err
}

// Late reports whether a request that is recorded now comes late: the case is
// decided or ended.
func (s *State) Late() bool { return s.DecidedAt != 0 || s.Ended != nil }

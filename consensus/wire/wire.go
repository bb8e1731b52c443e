// Package wire is how bytes look between nodes and on disk: deterministic
// CBOR (RFC 8949 section 4.2) and length-prefixed frames on a stream.
//
// It must never know what a message means, and it must never encode again
// what is already sealed: whoever hashes or signs keeps the bytes as they came.
package wire

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/fxamacker/cbor/v2"
)

// MaxFrame is the largest frame that a reader takes, in bytes.
const MaxFrame = 1 << 20

// ErrFrameTooLarge says that a peer announced a frame above the reader's limit.
var ErrFrameTooLarge = errors.New("frame too large")

var (
	encoding = must(cbor.CoreDetEncOptions().EncMode())
	decoding = must(cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		MaxNestedLevels:  24,
		MaxArrayElements: 1 << 17,
		MaxMapPairs:      1 << 16,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
		UTF8:             cbor.UTF8RejectInvalid,
	}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the options above are constants
	}
	return v
}

// Encode returns the deterministic CBOR of v. It panics when v holds
// something that CBOR cannot say (a channel, a function): a mistake in the
// program, never in the data.
func Encode(v any) []byte {
	b, err := encoding.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("wire: encode %T: %v", v, err))
	}
	return b
}

// Decode reads one CBOR value into v. Unknown map keys are ignored, so a
// newer writer's fields do no harm; duplicate keys, tags, indefinite lengths,
// invalid UTF-8 and trailing bytes are errors.
func Decode(b []byte, v any) error {
	if err := decoding.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	return nil
}

// Raw is an encoded CBOR value that is carried as it came.
type Raw = cbor.RawMessage

// WriteFrame writes one frame: the length as an unsigned varint, then the
// CBOR of v.
func WriteFrame(w io.Writer, v any) error {
	body := Encode(v)
	if len(body) > MaxFrame {
		return fmt.Errorf("write %d bytes: %w", len(body), ErrFrameTooLarge)
	}
	frame := binary.AppendUvarint(make([]byte, 0, len(body)+binary.MaxVarintLen32), uint64(len(body)))
	_, err := w.Write(append(frame, body...))
	return err
}

// ReadFrame reads one frame of at most limit bytes (MaxFrame when limit is
// zero) into v. At the end of the stream between two frames it returns io.EOF.
func ReadFrame(r *bufio.Reader, limit int, v any) error {
	if limit == 0 {
		limit = MaxFrame
	}
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return err
	}
	if size > uint64(limit) {
		return fmt.Errorf("read %d bytes: %w", size, ErrFrameTooLarge)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return fmt.Errorf("read frame: %w", err)
	}
	return Decode(body, v)
}

// Handler answers one incoming stream. from is the center at the other end,
// proven by the transport. The stream is closed when Handler returns; ctx ends
// when the node stops.
type Handler func(ctx context.Context, from string, stream net.Conn)

// Network opens and answers streams between the nodes of a realm, which are
// named by their center. Implementations refuse whoever is not in the
// directory. Safe for concurrent use.
type Network interface {
	// Dial opens a stream of a protocol to a center. The caller sets
	// deadlines and closes it.
	Dial(ctx context.Context, center, protocol string) (net.Conn, error)
	// Handle answers streams of a protocol from now on.
	Handle(protocol string, h Handler)
}

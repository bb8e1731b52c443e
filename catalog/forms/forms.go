// Package forms keeps the files that belong to items: blank forms and filled
// samples. An item names a file by its hash; the file itself is fetched from
// the centers above when somebody first asks for it, and kept.
//
// It must never take in a file that nobody asked for, nor one whose bytes do
// not have the hash that it was asked by. What it holds is public: personal
// data never lies here.
package forms

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Protocol is one file from node to node: a request, then its pieces.
const Protocol = "/tongban/form/1"

const (
	pieceSize = 256 << 10
	maxHops   = 3 // village, town, district, whoever drafted it
	patience  = 30 * time.Second
	atOnce    = 4           // files that are served at the same time
	quiet     = time.Minute // for which others are told what nobody had, without asking anybody
	lost      = 1024        // how many such files are remembered
)

// Config is what a Store needs.
type Config struct {
	Files   Files
	Network wire.Network
	// Sources are the centers to ask for a file, the best first. Safe for
	// concurrent use.
	Sources func() []string
	Log     *slog.Logger
}

// Store is a node's files. Safe for concurrent use.
type Store struct {
	files   Files
	network wire.Network
	sources func() []string
	log     *slog.Logger
	slots   chan struct{}

	mu      sync.Mutex
	sought  map[[32]byte]int       // guarded by mu: how many look for a file just now
	missing map[[32]byte]time.Time // guarded by mu: when nobody had it
}

// New answers Protocol on the network from now on.
func New(c Config) *Store {
	s := &Store{
		files: c.Files, network: c.Network, sources: c.Sources, log: c.Log.With("service", "forms"),
		slots: make(chan struct{}, atOnce), sought: map[[32]byte]int{}, missing: map[[32]byte]time.Time{},
	}
	s.network.Handle(Protocol, s.serve)
	return s
}

type request struct {
	Hash []byte `cbor:"1,keyasint"`
	Hops uint8  `cbor:"2,keyasint,omitempty"` // how often it may be asked on
}

type piece struct {
	Size  int64        `cbor:"1,keyasint"` // of the whole file
	Bytes []byte       `cbor:"2,keyasint,omitempty"`
	Code  refusal.Code `cbor:"3,keyasint,omitempty"` // "" unless there is none
}

// Put keeps a file and returns how items name it, but for the name.
func (s *Store) Put(r io.Reader) (item.Attachment, error) {
	content, err := io.ReadAll(io.LimitReader(r, item.MaxAttachment+1))
	switch {
	case err != nil:
		return item.Attachment{}, fmt.Errorf("read the file: %w", err)
	case len(content) > item.MaxAttachment:
		return item.Attachment{}, refusal.Newf(refusal.TooLarge, "keep a form", "print it smaller, or in a lower resolution", "more than %d bytes", item.MaxAttachment)
	case len(content) == 0:
		return item.Attachment{}, refusal.Newf(refusal.Malformed, "keep a form", "", "the file is empty")
	}
	hash := sha256.Sum256(content)
	if err := s.files.Write(hash, content); err != nil {
		return item.Attachment{}, fmt.Errorf("keep a form: %w", err)
	}
	return item.Attachment{Hash: hex.EncodeToString(hash[:]), Size: int64(len(content))}, nil
}

// Get is the content of a file: from here, else from the centers in from, else
// from the usual sources, and then it is here. NotFound where nobody has it.
func (s *Store) Get(ctx context.Context, name string, from ...string) ([]byte, error) {
	hash, err := hex.DecodeString(name)
	if err != nil || len(hash) != sha256.Size {
		return nil, refusal.Newf(refusal.Malformed, "find a form", "a form is named by 64 hex digits", "%.80q is no hash", name)
	}
	return s.get(ctx, [32]byte(hash), maxHops, from...)
}

func (s *Store) get(ctx context.Context, hash [32]byte, hops uint8, from ...string) ([]byte, error) {
	content, ok, err := s.files.Read(hash)
	if err != nil || ok {
		return content, err
	}
	s.seek(hash, 1)
	defer s.seek(hash, -1)
	asked, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var reasons []error
	for _, center := range append(from, s.sources()...) {
		content, err := s.fetch(asked, center, hash, hops)
		if err != nil {
			reasons = append(reasons, fmt.Errorf("%s: %w", center, err))
			continue
		}
		if err := s.files.Write(hash, content); err != nil {
			return nil, fmt.Errorf("keep a form: %w", err)
		}
		return content, nil
	}
	if ctx.Err() == nil { // else who asked went away, and the rest was not tried
		s.lose(hash)
	}
	s.log.Debug("nobody has the form", "hash", hex.EncodeToString(hash[:]), "err", errors.Join(reasons...))
	return nil, refusal.New(refusal.NotFound, "find a form", "ask again when the centers above are reachable",
		fmt.Errorf("no center that was asked has %x", hash[:8]))
}

// fetch asks one center.
func (s *Store) fetch(ctx context.Context, center string, hash [32]byte, hops uint8) ([]byte, error) {
	stream, err := s.network.Dial(ctx, center, Protocol)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	if err := stream.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { stream.SetDeadline(time.Unix(1, 0)) })()
	if err := wire.WriteFrame(stream, request{hash[:], hops}); err != nil {
		return nil, err
	}
	var content []byte
	for r := bufio.NewReader(stream); ; {
		var p piece
		if err := wire.ReadFrame(r, 2*pieceSize, &p); err != nil {
			return nil, err
		}
		content = append(content, p.Bytes...)
		switch {
		case p.Code != "":
			return nil, refusal.Newf(p.Code, "fetch a form", "", "the center says no")
		case p.Size > item.MaxAttachment || int64(len(content)) > p.Size || len(p.Bytes) == 0:
			return nil, refusal.Newf(refusal.Malformed, "fetch a form", "", "a piece out of bounds")
		case int64(len(content)) < p.Size:
			continue
		case sha256.Sum256(content) != hash:
			return nil, refusal.Newf(refusal.Malformed, "fetch a form", "", "the bytes are not those of the hash")
		}
		return content, nil
	}
}

// serve is the wire.Handler of Protocol.
func (s *Store) serve(ctx context.Context, _ string, stream net.Conn) {
	if stream.SetDeadline(time.Now().Add(2*patience)) != nil {
		return
	}
	var q request
	if err := wire.ReadFrame(bufio.NewReader(stream), 1<<10, &q); err != nil || len(q.Hash) != 32 {
		_ = wire.WriteFrame(stream, piece{Code: refusal.Malformed})
		return
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		_ = wire.WriteFrame(stream, piece{Code: refusal.Unavailable})
		return
	}
	content, err := s.find(ctx, [32]byte(q.Hash), q.Hops)
	if err != nil {
		_ = wire.WriteFrame(stream, piece{Code: refusal.NotFound})
		return
	}
	for at := 0; at < len(content); at += pieceSize {
		if wire.WriteFrame(stream, piece{Size: int64(len(content)), Bytes: content[at:min(at+pieceSize, len(content))]}) != nil {
			return
		}
	}
}

// find is what is here, or, while the request may go on, with the centers
// above. A request never goes on for a file that is being looked for already, or
// that nobody had a moment ago: else two voters would ask each other, and one
// center could keep all of them busy with a hash that means nothing.
func (s *Store) find(ctx context.Context, hash [32]byte, hops uint8) ([]byte, error) {
	content, ok, err := s.files.Read(hash)
	if err != nil || ok {
		return content, err
	}
	if hops == 0 || hops > maxHops || !s.worthAsking(hash) {
		return nil, refusal.Newf(refusal.NotFound, "find a form", "", "not here")
	}
	return s.get(ctx, hash, hops-1)
}

func (s *Store) worthAsking(hash [32]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sought[hash] == 0 && time.Since(s.missing[hash]) >= quiet
}

// seek counts who looks for a file.
func (s *Store) seek(hash [32]byte, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sought[hash] += n; s.sought[hash] == 0 {
		delete(s.sought, hash)
	}
}

// lose remembers that nobody has a file.
func (s *Store) lose(hash [32]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.missing) >= lost {
		clear(s.missing)
	}
	s.missing[hash] = time.Now()
}

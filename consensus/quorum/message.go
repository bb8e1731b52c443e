package quorum

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// The protocols of this package; PROTOCOL.md describes both.
const (
	RaftProtocol    = "/tongban/raft/1"
	ProposeProtocol = "/tongban/propose/1"
)

// Limits, in bytes and numbers, that both ends keep.
const (
	// MaxCommand leaves room for what the state machine puts around a command
	// in its journal, whose records hold 256 KiB at most.
	MaxCommand = 240 << 10
	// MaxBatch is what one Raft entry carries: the sum of its commands.
	MaxBatch = 256 << 10
	// MaxBatchCommands is how many commands one Raft entry carries.
	MaxBatchCommands = 512

	maxRequest  = 512 << 10       // one forwarded call
	maxHops     = 4               // village, town, district, leader
	maxPatience = 5 * time.Second // one call waits no longer; the caller asks again
	dialWait    = 5 * time.Second
	frameWait   = 10 * time.Second // for a frame to come through
)

// The codes that this package refuses with, beside the common ones.
const (
	// OutcomeUnknown: the commands may have taken effect or may still do so.
	// Sending the same commands again is safe and gives the answer.
	OutcomeUnknown refusal.Code = "outcome_unknown"
	// NotLeader: this voter does not lead and knows no one to ask.
	NotLeader refusal.Code = "not_leader"
	// DiskHung: a write did not come back; the voter has stopped.
	DiskHung refusal.Code = "disk_hung"
)

// ask says what a request is for. Numbers are for good.
type ask uint8

const (
	askPropose  ask = 1
	askProgress ask = 2 // how far the voter's log reaches
)

type request struct {
	Ask      ask      `cbor:"1,keyasint"`
	Commands [][]byte `cbor:"2,keyasint,omitempty"`
	Hops     uint8    `cbor:"3,keyasint,omitempty"` // how often it may still be passed on
	Patience uint32   `cbor:"4,keyasint,omitempty"` // how long the asker waits, in milliseconds
}

type response struct {
	Results  [][]byte     `cbor:"1,keyasint,omitempty"`
	Code     refusal.Code `cbor:"2,keyasint,omitempty"` // "" when done
	Reason   string       `cbor:"3,keyasint,omitempty"`
	Progress *progress    `cbor:"4,keyasint,omitempty"`
}

// progress is how far a voter has come.
type progress struct {
	Last    uint64 `cbor:"1,keyasint"` // the last entry in its log
	Applied uint64 `cbor:"2,keyasint"` // the last entry that its state machine has seen
	Config  uint64 `cbor:"3,keyasint"` // the entry of the configuration that it knows
}

// check refuses what no voter would take.
func check(commands [][]byte) error {
	size := 0
	for i, c := range commands {
		size += len(c)
		switch {
		case len(c) == 0:
			return refusal.Newf(refusal.Malformed, "propose", "", "command %d is empty", i)
		case len(c) > MaxCommand:
			return refusal.Newf(refusal.TooLarge, "propose", "put large content elsewhere and refer to it",
				"command %d has %d bytes, at most %d are taken", i, len(c), MaxCommand)
		}
	}
	return nil
}

// split cuts commands into batches, in order, that each fit one entry.
func split(commands [][]byte) [][][]byte {
	var batches [][][]byte
	from, size := 0, 0
	for i, c := range commands {
		if i > from && (size+len(c) > MaxBatch || i-from == MaxBatchCommands) {
			batches = append(batches, commands[from:i])
			from, size = i, 0
		}
		size += len(c)
	}
	if from < len(commands) {
		batches = append(batches, commands[from:])
	}
	return batches
}

// call asks one center and waits for its answer, at most until ctx ends. An
// error before the request is out is refusal.Unavailable; after that it is
// OutcomeUnknown. What the other side refuses comes back as a refusal.
func call(ctx context.Context, network wire.Network, center string, req request) (response, error) {
	op := "ask " + center
	dialCtx, cancel := context.WithTimeout(ctx, dialWait)
	defer cancel()
	stream, err := network.Dial(dialCtx, center, ProposeProtocol)
	if err != nil {
		return response{}, refusal.New(refusal.Unavailable, op, "", err)
	}
	defer stream.Close()
	defer context.AfterFunc(ctx, func() { stream.Close() })()

	patience := maxPatience
	if until, ok := ctx.Deadline(); ok {
		patience = min(patience, max(time.Until(until), time.Millisecond))
	}
	req.Patience = uint32(patience.Milliseconds())
	if err := stream.SetDeadline(time.Now().Add(patience + frameWait)); err != nil {
		return response{}, refusal.New(refusal.Unavailable, op, "", err)
	}
	if err := wire.WriteFrame(stream, req); err != nil {
		return response{}, refusal.New(OutcomeUnknown, op, "", err)
	}
	var resp response
	if err := wire.ReadFrame(bufio.NewReader(stream), 0, &resp); err != nil {
		return response{}, refusal.New(OutcomeUnknown, op, "", fmt.Errorf("no answer: %w", err))
	}
	switch {
	case resp.Code != "":
		return resp, refusal.New(resp.Code, op, "", errors.New(resp.Reason))
	case req.Ask == askPropose && len(resp.Results) != len(req.Commands):
		return resp, refusal.Newf(OutcomeUnknown, op, "", "%d results for %d commands", len(resp.Results), len(req.Commands))
	case req.Ask == askProgress && resp.Progress == nil:
		return resp, refusal.Newf(refusal.Malformed, op, "", "no progress in the answer")
	}
	return resp, nil
}

// answer serves one stream: reads the request, lets do decide within the
// asker's patience, writes the response. from must not be trusted for more
// than being in the directory.
func answer(ctx context.Context, stream net.Conn, slots *slots, from string, do func(context.Context, request) (response, error)) {
	if stream.SetDeadline(time.Now().Add(frameWait)) != nil {
		return
	}
	var req request
	var resp response
	err := wire.ReadFrame(bufio.NewReader(stream), maxRequest, &req)
	switch {
	case errors.Is(err, wire.ErrFrameTooLarge):
		err = refusal.New(refusal.TooLarge, "read a request", "", err)
	case err != nil:
		err = refusal.New(refusal.Malformed, "read a request", "", err)
	case !slots.take(from):
		err = refusal.Newf(refusal.Unavailable, "propose", "", "too many proposals at once")
	default:
		patience := min(time.Duration(req.Patience)*time.Millisecond, maxPatience)
		if stream.SetDeadline(time.Now().Add(patience+frameWait)) == nil {
			doCtx, cancel := context.WithTimeout(ctx, patience)
			resp, err = do(doCtx, req)
			cancel()
		}
		slots.give(from)
	}
	if err != nil {
		resp.Results, resp.Reason = nil, err.Error()
		if resp.Code = refusal.CodeOf(err); resp.Code == "" {
			resp.Code = OutcomeUnknown
		}
	}
	_ = wire.WriteFrame(stream, resp) // whoever asked has gone, and asks again
}

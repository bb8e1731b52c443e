package quorum

import (
	"context"
	"errors"
	"net"

	"github.com/hashicorp/raft"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Propose brings commands to the leader, wherever it is, and returns each
// one's result, in order, once they are applied there. Many commands share
// Raft entries; the order among them is kept. It goes on until ctx ends:
// give it a deadline.
//
// On the error OutcomeUnknown, and when some batches of a long call went
// through before it failed, the caller proposes the same commands again; the
// ids in them see to it that each takes effect once.
func (q *Quorum) Propose(ctx context.Context, commands [][]byte) ([][]byte, error) {
	ctx, cancel := q.bounded(ctx)
	defer cancel()
	return propose(commands, func(batch [][]byte) ([][]byte, error) {
		return persist(ctx, q.Changed, func(ctx context.Context) ([][]byte, error) {
			leader, ok := q.Leader()
			switch {
			case !ok:
				return nil, refusal.Newf(NotLeader, "propose", "", "no voter leads")
			case leader == q.self:
				return q.append(ctx, batch)
			}
			resp, err := call(ctx, q.network, leader, request{Ask: askPropose, Commands: batch})
			return resp.Results, err
		})
	})
}

// bounded ends ctx when the quorum closes.
func (q *Quorum) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(q.life, cancel)
	return ctx, func() { stop(); cancel() }
}

// append puts one batch into Raft's log, as the leader, and waits for what
// the machine makes of it.
func (q *Quorum) append(ctx context.Context, commands [][]byte) ([][]byte, error) {
	if ctx.Err() != nil {
		return nil, refusal.New(refusal.Unavailable, "propose", "", ctx.Err())
	}
	future := q.raft.Apply(wire.Encode(batch{commands, q.now().UnixMilli()}), q.timing.Lease)
	if err := q.await(ctx, future); err != nil {
		return nil, refusal.New(raftCode(err), "propose", "", err)
	}
	switch r := future.Response().(type) {
	case [][]byte:
		if len(r) == len(commands) {
			return r, nil
		}
		return nil, refusal.Newf(OutcomeUnknown, "propose", "", "%d results for %d commands", len(r), len(commands))
	case error:
		return nil, refusal.New(OutcomeUnknown, "propose", "", r)
	default:
		return nil, refusal.Newf(OutcomeUnknown, "propose", "", "no results")
	}
}

// raftCode tells errors after which the entry is surely not in the log from
// those after which it may be.
func raftCode(err error) refusal.Code {
	switch {
	case errors.Is(err, raft.ErrNotLeader):
		return NotLeader
	case errors.Is(err, raft.ErrEnqueueTimeout), errors.Is(err, raft.ErrLeadershipTransferInProgress):
		return refusal.Unavailable
	}
	return OutcomeUnknown
}

// serve is the wire.Handler of ProposeProtocol.
func (q *Quorum) serve(ctx context.Context, from string, stream net.Conn) {
	ctx, cancel := q.bounded(ctx)
	defer cancel()
	answer(ctx, stream, &q.slots, from, func(ctx context.Context, req request) (response, error) {
		switch req.Ask {
		case askPropose:
			results, err := q.take(ctx, from, req)
			return response{Results: results}, err
		case askProgress:
			return response{Progress: &progress{
				Last:    q.raft.LastIndex(),
				Applied: q.raft.AppliedIndex(),
				Config:  q.raft.GetConfiguration().Index(),
			}}, nil
		default:
			return response{}, refusal.Newf(refusal.Malformed, "propose", "upgrade this node", "unknown request %d", req.Ask)
		}
	})
}

// take works on a proposal that another center brings: once, for whoever asks
// goes on asking.
func (q *Quorum) take(ctx context.Context, from string, req request) ([][]byte, error) {
	if err := check(req.Commands); err != nil {
		return nil, err
	}
	if len(split(req.Commands)) != 1 {
		return nil, refusal.Newf(refusal.TooLarge, "propose", "send fewer commands in one call",
			"%d commands do not make one batch", len(req.Commands))
	}
	leader, ok := q.Leader()
	switch {
	case ok && leader == q.self:
		return q.append(ctx, req.Commands)
	case ok && leader != from && req.Hops > 0:
		resp, err := call(ctx, q.network, leader, request{Ask: askPropose, Commands: req.Commands})
		return resp.Results, err
	case ok:
		return nil, refusal.Newf(NotLeader, "propose", "", "%s leads, not %s", leader, q.self)
	}
	return nil, refusal.Newf(NotLeader, "propose", "", "no voter leads")
}

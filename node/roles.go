package node

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tongban/consensus/quorum"
)

// roles runs a voter while the node's own copy of the Register says that it is
// one. Everybody else follows the journal; so does a voter that has had no
// leader for a while: it may have been voted out while it was away, and what is
// certified is true for it as well.
type roles struct {
	// Constructor parameters.
	log        *slog.Logger
	isVoter    func() bool
	changed    func() <-chan struct{}
	open       func() (*quorum.Quorum, error)
	opened     func(context.Context, *quorum.Quorum) error // beside a running quorum, until ctx ends
	retired    func()                                      // after a quorum was closed
	moved      func()                                      // whether this node follows may have changed
	leaderless time.Duration

	mu    sync.Mutex
	now   *quorum.Quorum // guarded by mu; nil while this node does not vote
	alone bool           // guarded by mu; a voter without a leader for long
}

// quorum is the running quorum, nil while this node is no voter.
func (r *roles) quorum() *quorum.Quorum {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *roles) leads() bool {
	q := r.quorum()
	return q != nil && q.IsLeader()
}

// follows reports whether the node takes the journal from others.
func (r *roles) follows() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.alone || r.now == nil && !r.isVoter()
}

func (r *roles) String() string { return "role" }

// Serve votes whenever the Register says so, until ctx ends.
func (r *roles) Serve(ctx context.Context) error {
	for {
		changed := r.changed()
		if r.isVoter() {
			if err := r.vote(ctx); err != nil {
				return err
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// vote takes part until the Register names this node no more, or ctx ends.
func (r *roles) vote(ctx context.Context) error {
	q, err := r.open()
	if err != nil {
		return fmt.Errorf("open quorum: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	r.set(q, false)
	r.log.Info("this node votes")
	failed := make(chan error, 3)
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{
		q.Run,
		func(ctx context.Context) error { return r.opened(ctx, q) },
		func(ctx context.Context) error { return r.watch(ctx, q) },
	} {
		running.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				failed <- err
			}
		})
	}
	defer func() {
		cancel()
		running.Wait()
		r.set(nil, false)
		r.retired()
	}()
	for {
		changed := r.changed()
		if !r.isVoter() {
			r.log.Info("this node votes no more")
			return nil
		}
		q.Follow()
		select {
		case <-changed:
		case err := <-failed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *roles) set(q *quorum.Quorum, alone bool) {
	r.mu.Lock()
	r.now, r.alone = q, alone
	r.mu.Unlock()
	r.moved()
}

// watch notices that there is no leader, and that there is one again.
func (r *roles) watch(ctx context.Context, q *quorum.Quorum) error {
	patience := time.NewTimer(r.leaderless)
	defer patience.Stop()
	for {
		changed := q.Changed()
		if _, led := q.Leader(); led {
			r.set(q, false)
			patience.Stop()
		} else {
			patience.Reset(r.leaderless)
		}
		select {
		case <-changed:
		case <-patience.C:
			r.log.Warn("no leader: following the journal meanwhile", "since", r.leaderless)
			r.set(q, true)
			select {
			case <-changed:
			case <-ctx.Done():
				return nil
			}
		case <-ctx.Done():
			return nil
		}
	}
}

package quorum

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/raft"
)

// catchUpLag is how many entries a newcomer may still miss when it becomes a
// voter. It receives them like any voter that was busy for a moment.
const catchUpLag = 64

// server is a member of the Raft configuration.
type server struct {
	id    string
	voter bool
}

// action is what the leader does next to bring Raft's configuration to the
// voters that the Register names.
type action string

const (
	nothing  action = ""
	add      action = "add"       // as a non-voter, which catches up
	promote  action = "promote"   // to voter, once it has caught up
	demote   action = "demote"    // to non-voter, so that it learns that it no longer votes
	remove   action = "remove"    // a non-voter
	handLead action = "hand lead" // to a voter that stays
)

type step struct {
	do  action
	who string
}

// nextStep is the one change after which the configuration is nearer to the
// target. Whoever joins comes before whoever leaves, so that the voters never
// grow fewer than both sets; whatever is half done is done first.
func nextStep(config []server, target []string, self string) step {
	if len(target) == 0 {
		return step{} // the Register does not say yet
	}
	wanted := func(id string) bool { return slices.Contains(target, id) }
	staying := 0
	for _, s := range config {
		if s.voter && wanted(s.id) {
			staying++
		}
	}
	for _, s := range config {
		if !s.voter && !wanted(s.id) {
			return step{remove, s.id}
		}
	}
	for _, s := range config {
		if !s.voter {
			return step{promote, s.id}
		}
	}
	for _, id := range target {
		if !slices.ContainsFunc(config, func(s server) bool { return s.id == id }) {
			return step{add, id}
		}
	}
	if staying == 0 {
		return step{} // nobody would be left to vote
	}
	for _, s := range config {
		if !wanted(s.id) && s.id != self {
			return step{demote, s.id}
		}
	}
	if slices.Contains(config, server{self, true}) && !wanted(self) {
		return step{handLead, ""}
	}
	return step{}
}

// reconcile runs while ctx does: whenever this voter leads, it follows the
// Register's voters, one change at a time.
func (q *Quorum) reconcile(ctx context.Context) {
	every := max(q.timing.Heartbeat/2, 10*time.Millisecond)
	timer := time.NewTimer(every)
	defer timer.Stop()
	var led uint64 // the term for which the barrier has passed
	for {
		changed := q.Changed()
		if q.IsLeader() {
			if term := q.raft.CurrentTerm(); term != led {
				// Until everything committed earlier is applied here, the
				// Register may still name the voters of yesterday.
				if q.await(ctx, q.raft.Barrier(q.timing.Election)) == nil {
					led = term
				}
			}
			if led == q.raft.CurrentTerm() {
				for q.step(ctx) {
				}
			}
		}
		timer.Reset(every)
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-q.poked:
		case <-timer.C:
		}
	}
}

// step makes one change and reports whether to look for another at once.
func (q *Quorum) step(ctx context.Context) bool {
	config := q.raft.GetConfiguration()
	if config.Error() != nil || ctx.Err() != nil {
		return false
	}
	index := config.Index()
	target := q.voters()
	s := nextStep(servers(config.Configuration()), target, q.self)
	id, addr := raft.ServerID(s.who), raft.ServerAddress(s.who)
	wait := q.timing.Election
	var err error
	switch s.do {
	case nothing:
		return false
	case add:
		err = q.await(ctx, q.raft.AddNonvoter(id, addr, index, wait))
	case promote:
		if !q.caughtUp(ctx, s.who, index) {
			return false
		}
		err = q.await(ctx, q.raft.AddVoter(id, addr, index, wait))
	case demote:
		q.demoted = demotion{s.who, time.Now()}
		err = q.await(ctx, q.raft.DemoteVoter(id, index, wait))
	case remove:
		if !q.heard(ctx, s.who, index) {
			return false
		}
		err = q.await(ctx, q.raft.RemoveServer(id, index, wait))
	case handLead:
		to := q.freshest(target)
		s.who = to
		err = q.await(ctx, q.raft.LeadershipTransferToServer(raft.ServerID(to), raft.ServerAddress(to)))
	}
	if err != nil {
		q.log.Warn("change of voters failed", "action", string(s.do), "center", s.who, "error", err)
		return false
	}
	q.log.Info("change of voters", "action", string(s.do), "center", s.who)
	return s.do != handLead
}

// caughtUp asks a newcomer how far it is. That it knows the configuration in
// which it stands shows that the leader's entries reach it.
func (q *Quorum) caughtUp(ctx context.Context, center string, index uint64) bool {
	goal := q.raft.CommitIndex()
	p, err := q.progressOf(ctx, center)
	if err != nil {
		q.log.Debug("a new voter does not answer", "center", center, "error", err)
		return false
	}
	return p.Config >= index && p.Applied+catchUpLag >= goal
}

// demotion remembers whom this leader demoted last, and when.
type demotion struct {
	who  string
	when time.Time
}

// heard reports whether a non-voter that is to go may be removed: it knows
// that it does not vote, or had its time to learn it. A center that still
// believed itself a voter would go on standing for election.
func (q *Quorum) heard(ctx context.Context, center string, index uint64) bool {
	if q.demoted.who != center || time.Since(q.demoted.when) > 3*q.timing.Election {
		return true
	}
	p, err := q.progressOf(ctx, center)
	return err == nil && p.Config >= index
}

func (q *Quorum) progressOf(ctx context.Context, center string) (progress, error) {
	ctx, cancel := context.WithTimeout(ctx, q.timing.Election)
	defer cancel()
	resp, err := call(ctx, q.network, center, request{Ask: askProgress})
	if err != nil {
		return progress{}, err
	}
	return *resp.Progress, nil
}

// freshest is the voter of the target that answered last.
func (q *Quorum) freshest(target []string) string {
	best := ""
	for _, s := range servers(q.raft.GetConfiguration().Configuration()) {
		if s.voter && s.id != q.self && slices.Contains(target, s.id) &&
			(best == "" || q.transport.contacts.at(s.id).After(q.transport.contacts.at(best))) {
			best = s.id
		}
	}
	return best
}

func servers(c raft.Configuration) []server {
	list := make([]server, len(c.Servers))
	for i, s := range c.Servers {
		list[i] = server{string(s.ID), s.Suffrage == raft.Voter}
	}
	return list
}

package quorum

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/raft"

	"tongban/consensus/refusal"
)

// Status is how the voter stands, for people.
type Status struct {
	Self        string    `json:"self"`
	Role        string    `json:"role"` // leader, follower, candidate or shutdown
	Term        uint64    `json:"term"`
	Leader      string    `json:"leader,omitempty"`
	LastContact time.Time `json:"last_contact,omitzero"` // with the leader; zero on the leader itself
	Last        uint64    `json:"last"`                  // last entry in the log
	Commit      uint64    `json:"commit"`                // last entry that a majority holds, as far as is known here
	Applied     uint64    `json:"applied"`               // last entry given to the machine
	Peers       []Peer    `json:"peers"`
}

// Peer is a member of Raft's configuration.
type Peer struct {
	Center      string    `json:"center"`
	Voter       bool      `json:"voter"`                 // else it is catching up or on its way out
	LastContact time.Time `json:"last_contact,omitzero"` // when it last answered; known on the leader only
}

// Status tells how the voter stands now.
func (q *Quorum) Status() Status {
	leader, _ := q.Leader()
	s := Status{
		Self:    q.self,
		Role:    strings.ToLower(q.raft.State().String()),
		Term:    q.raft.CurrentTerm(),
		Leader:  leader,
		Last:    q.raft.LastIndex(),
		Commit:  q.raft.CommitIndex(),
		Applied: q.raft.AppliedIndex(),
	}
	leads := q.IsLeader()
	if !leads {
		s.LastContact = q.raft.LastContact()
	}
	for _, m := range q.configuration() {
		p := Peer{Center: m.id, Voter: m.voter}
		if leads && m.id != q.self {
			p.LastContact = q.transport.contacts.at(m.id)
		}
		s.Peers = append(s.Peers, p)
	}
	return s
}

func (q *Quorum) configuration() []server {
	f := q.raft.GetConfiguration()
	if f.Error() != nil {
		return nil
	}
	return servers(f.Configuration())
}

// Leader is the center that leads, as far as this voter knows.
func (q *Quorum) Leader() (string, bool) {
	_, id := q.raft.LeaderWithID()
	return string(id), id != ""
}

// IsLeader reports whether this voter believes that it leads. Another may
// lead already: nothing may be decided or read on its word alone.
func (q *Quorum) IsLeader() bool { return q.raft.State() == raft.Leader }

// Changed returns a channel that is closed when who leads has changed, or may
// have; ask again afterwards.
func (q *Quorum) Changed() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.changed
}

// Follow says that the Register's voters may have changed. Call it on every
// voter when the Register moves; whoever leads acts on it.
func (q *Quorum) Follow() {
	select {
	case q.poked <- struct{}{}:
	default:
	}
}

// Barrier returns when this voter, as the leader, has applied everything that
// was committed before the call: a read of the machine is linearizable then.
func (q *Quorum) Barrier(ctx context.Context) error {
	if err := q.await(ctx, q.raft.Barrier(q.timing.Lease)); err != nil {
		return refusal.New(raftCode(err), "wait for the log", "", err)
	}
	return nil
}

// TransferLeadership hands the lead to another voter and returns when this
// voter has stepped down. Only the leader can.
func (q *Quorum) TransferLeadership(ctx context.Context, to string) error {
	op := "hand the lead to " + to
	leader, _ := q.Leader()
	switch {
	case leader == to:
		return nil
	case leader != q.self:
		return refusal.Newf(NotLeader, op, "do it on the center that leads", "%q leads, not %s", leader, q.self)
	}
	for _, m := range q.configuration() {
		if m.id == to && m.voter {
			err := q.await(ctx, q.raft.LeadershipTransferToServer(raft.ServerID(to), raft.ServerAddress(to)))
			if err != nil {
				return refusal.New(refusal.Unavailable, op, "see whether it is reachable and up to date", err)
			}
			return nil
		}
	}
	return refusal.Newf(refusal.NotFound, op, "", "%s is no voter", to)
}

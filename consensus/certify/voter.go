package certify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// serve answers one request of another voter.
func (s *Service) serve(ctx context.Context, from string, stream net.Conn) {
	if err := stream.SetDeadline(time.Now().Add(s.timing.Timeout + s.timing.Patience)); err != nil {
		return
	}
	var req request
	if err := wire.ReadFrame(bufio.NewReader(stream), maxMessage, &req); err != nil {
		s.log.Debug("unreadable request", "from", from, "error", err)
		return
	}
	var resp response
	select {
	case s.slots <- struct{}{}:
		resp = s.answer(ctx, from, req)
		<-s.slots
	default:
		resp = refuse(refusal.Newf(refusal.Unavailable, "", "", "too many requests at once"))
	}
	if err := wire.WriteFrame(stream, resp); err != nil {
		s.log.Debug("answer not sent", "to", from, "error", err)
	}
}

func refuse(err error) response {
	code := refusal.CodeOf(err)
	if code == "" {
		code = refusal.Unavailable
	}
	return response{Code: code, Reason: err.Error()}
}

func (s *Service) answer(ctx context.Context, from string, req request) response {
	var resp response
	err := s.mayAsk(from, req)
	if err == nil && req.Ask != nil {
		var vote chain.Vote
		if vote, err = s.vote(ctx, *req.Ask); err == nil {
			resp.Vote = &vote
		}
	}
	for i := 0; err == nil && i < len(req.Give); i++ {
		err = s.take(ctx, from, req.Give[i])
	}
	if err != nil {
		resp.Code, resp.Reason = refuse(err).Code, err.Error()
		s.log.Warn("refused a voter's request", "from", from, "code", resp.Code, "reason", resp.Reason)
	}
	if resp.Code == Diverged && req.Ask != nil {
		if hash, ok := s.cfg.Ledger.HeadAt(req.Ask.Head.Index); ok {
			resp.Head = &chain.Head{Index: req.Ask.Head.Index, Hash: hash}
		}
	}
	newest, _ := s.cfg.Ledger.NewestCertificate()
	resp.Certified = newest.Checkpoint.Head.Index
	resp.Missing = s.missing()
	return resp
}

// mayAsk lets in who is a voter now, or was where the vote is asked for.
func (s *Service) mayAsk(from string, req request) error {
	if len(req.Give) > maxGiven {
		return refusal.Newf(refusal.TooLarge, "", "", "%d certificates, at most %d", len(req.Give), maxGiven)
	}
	if _, ok := s.cfg.Ledger.VotersAt(s.cfg.Ledger.Head().Index + 1).Member(from); ok {
		return nil
	}
	if req.Ask != nil {
		if _, ok := s.cfg.Ledger.VotersAt(req.Ask.Head.Index).Member(from); ok {
			return nil
		}
	}
	for _, c := range req.Give {
		if _, ok := s.cfg.Ledger.VotersAt(c.Checkpoint.Head.Index).Member(from); ok {
			return nil
		}
	}
	return refusal.Newf(NotVoter, "", "", "%s is no voter", from)
}

// missing names changes of voters whose certificate this node lacks.
func (s *Service) missing() []uint64 {
	var out []uint64
	k, ok := s.unsettled()
	for ok && len(out) < maxGiven {
		if _, have := s.cfg.Ledger.CertificateAt(k); !have {
			out = append(out, k)
		}
		k, ok = s.cfg.Ledger.NextTransition(k)
	}
	return out
}

// ours checks that a checkpoint is of this log and generation, waits until
// this node has applied that record, and checks the set of voters. It does
// not compare the head.
func (s *Service) ours(ctx context.Context, c chain.Checkpoint) (chain.VoterSet, error) {
	ledger := s.cfg.Ledger
	op := fmt.Sprintf("checkpoint %d", c.Head.Index)
	switch {
	case c.Log != ledger.Realm():
		return chain.VoterSet{}, refusal.Newf(ForeignRealm, op, "", "it is of realm %s, not of %s", c.Log, ledger.Realm())
	case c.Generation != ledger.Generation():
		return chain.VoterSet{}, refusal.Newf(OtherGeneration, op, "", "it is of generation %d, this node is in %d", c.Generation, ledger.Generation())
	case c.Head.Index < 2:
		return chain.VoterSet{}, refusal.Newf(refusal.Malformed, op, "", "record 1 stands by the root key")
	}
	if err := s.await(ctx, c.Head.Index); err != nil {
		return chain.VoterSet{}, err
	}
	set := ledger.VotersAt(c.Head.Index)
	if set.Index != c.Voters {
		return set, refusal.Newf(OtherVoters, op, "", "it names the voters of record %d, in force are those of record %d", c.Voters, set.Index)
	}
	return set, nil
}

// await waits, with patience, until this node has applied a record.
func (s *Service) await(ctx context.Context, index uint64) error {
	ctx, cancel := context.WithTimeout(ctx, s.timing.Patience)
	defer cancel()
	for {
		changed := s.cfg.Ledger.Changed()
		if s.cfg.Ledger.Head().Index >= index {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return refusal.Newf(NotYet, fmt.Sprintf("checkpoint %d", index), "",
				"this voter has applied %d records so far", s.cfg.Ledger.Head().Index)
		}
	}
}

// vote gives this node's word for a checkpoint: the one that it gave before,
// or a new one that is on disk before it is returned.
func (s *Service) vote(ctx context.Context, c chain.Checkpoint) (chain.Vote, error) {
	op := fmt.Sprintf("vote at %d", c.Head.Index)
	set, err := s.ours(ctx, c)
	if err != nil {
		return chain.Vote{}, err
	}
	me, ok := set.Member(s.cfg.Self)
	if !ok {
		return chain.Vote{}, refusal.Newf(NotVoter, op, "", "%s is no voter there", s.cfg.Self)
	}
	if !me.Key.Equal(s.cfg.Key.Public()) {
		return chain.Vote{}, refusal.Newf(NotVoter, op, "set the voters again, so that they name the new key",
			"the voters are set with another key of %s", s.cfg.Self)
	}
	if hash, ok := s.cfg.Ledger.HeadAt(c.Head.Index); !ok || hash != c.Head.Hash {
		s.log.Error("asked to sign for another head than this node computed",
			"index", c.Head.Index, "theirs", c.Head.Hash.Short(), "ours", hash.Short())
		return chain.Vote{}, refusal.Newf(Diverged, op, "", "this voter computed %s, not %s", hash.Short(), c.Head.Hash.Short())
	}
	return s.votes.once(c, s.transition(c.Head.Index), func() chain.Vote {
		return chain.SignCheckpoint(s.cfg.Key, s.cfg.Self, c, s.cfg.Now().UnixMilli())
	})
}

// take verifies a certificate that another voter collected, and keeps it.
func (s *Service) take(ctx context.Context, from string, cert chain.Certificate) error {
	c := cert.Checkpoint
	op := fmt.Sprintf("certificate %d", c.Head.Index)
	if len(cert.Votes) > maxVoters {
		return refusal.Newf(refusal.TooLarge, op, "", "%d votes, at most %d", len(cert.Votes), maxVoters)
	}
	if _, ok := s.cfg.Ledger.CertificateAt(c.Head.Index); ok {
		if hash, _ := s.cfg.Ledger.HeadAt(c.Head.Index); hash == c.Head.Hash {
			return nil
		}
	}
	set, err := s.ours(ctx, c)
	if err != nil {
		return err
	}
	if err := cert.Verify(set); err != nil {
		return refusal.New(ForgedCheckpoint, op, "", err)
	}
	if hash, _ := s.cfg.Ledger.HeadAt(c.Head.Index); hash != c.Head.Hash {
		err := fmt.Errorf("a majority of the voters certified %s at %d, this node computed %s: %w",
			c.Head.Hash.Short(), c.Head.Index, hash.Short(), chain.ErrDiverged)
		s.log.Error("this node's journal is contradicted by a certificate", "from", from, "error", err)
		s.fail(err)
		return refusal.New(Diverged, op, "", err)
	}
	if err := s.keep(cert); err != nil {
		return err
	}
	s.log.Debug("took a certificate", "index", c.Head.Index, "from", from)
	return nil
}

// answered turns a response without a vote into an error.
func answered(voter string, resp response) error {
	if resp.Code == "" {
		return nil
	}
	err := refusal.New(resp.Code, "ask "+voter, "", errors.New(resp.Reason))
	if resp.Head != nil {
		err.Hint = fmt.Sprintf("it computed %s at %d", resp.Head.Hash.Short(), resp.Head.Index)
	}
	return err
}

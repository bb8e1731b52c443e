package certify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// ballot is one voter's answer to the leader.
type ballot struct {
	voter string
	vote  chain.Vote
	err   error
}

// collect asks every voter for its vote at index and keeps the certificate as
// soon as a majority has answered. Whoever is slower delays nothing: its
// request is given up then.
func (s *Service) collect(ctx context.Context, index uint64) error {
	ledger := s.cfg.Ledger
	hash, ok := ledger.HeadAt(index)
	if !ok {
		return fmt.Errorf("no record %d", index)
	}
	set := ledger.VotersAt(index)
	c := chain.Checkpoint{
		Log: ledger.Realm(), Generation: ledger.Generation(),
		Voters: set.Index, Head: chain.Head{Index: index, Hash: hash},
	}
	if len(set.Members) == 0 {
		return fmt.Errorf("no voters are set for record %d", index)
	}
	round, cancel := context.WithTimeout(ctx, s.timing.Timeout)
	defer cancel()
	ballots := make(chan ballot, len(set.Members))
	for _, member := range set.Members {
		s.tasks.Go(func() { ballots <- s.ask(round, member, c) })
	}
	cert := chain.Certificate{Checkpoint: c}
	var failed []error
	for range set.Members {
		b := <-ballots
		if b.err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", b.voter, b.err))
			if len(failed) > len(set.Members)-set.Majority() {
				break // no majority is left
			}
			continue
		}
		cert.Votes = append(cert.Votes, b.vote)
		if len(cert.Votes) == set.Majority() {
			break
		}
	}
	if err := cert.Verify(set); err != nil {
		return errors.Join(append([]error{err}, failed...)...)
	}
	if err := s.keep(cert); err != nil {
		return err
	}
	s.log.Debug("certified", "index", index, "votes", len(cert.Votes))
	s.distribute(ctx, cert, set)
	return nil
}

// ask gets one voter's vote, this node's own without the network, and
// verifies it.
func (s *Service) ask(ctx context.Context, member chain.Voter, c chain.Checkpoint) ballot {
	if member.ID == s.cfg.Self {
		vote, err := s.vote(ctx, c)
		s.note(member.ID, func(st *VoterStatus) { st.Voted = c.Head.Index }, err)
		return ballot{member.ID, vote, err}
	}
	resp, err := s.call(ctx, member.ID, request{Ask: &c})
	if err == nil {
		err = answered(member.ID, resp)
	}
	switch {
	case err != nil:
	case resp.Vote == nil || resp.Vote.Voter != member.ID:
		err = errors.New("the answer holds no vote of its own")
	default:
		err = c.Check(*resp.Vote, member.Key)
	}
	s.note(member.ID, func(st *VoterStatus) { st.Voted, st.Holds = c.Head.Index, resp.Certified }, err)
	if err != nil {
		return ballot{voter: member.ID, err: err}
	}
	return ballot{member.ID, *resp.Vote, nil}
}

// call makes one request over a stream of its own.
func (s *Service) call(ctx context.Context, voter string, req request) (response, error) {
	var resp response
	stream, err := s.cfg.Network.Dial(ctx, voter, Protocol)
	if err != nil {
		return resp, err
	}
	defer stream.Close()
	// The end of the round breaks the stream, whatever it waits for.
	stop := context.AfterFunc(ctx, func() { stream.Close() })
	defer stop()
	if err := stream.SetDeadline(time.Now().Add(s.timing.Timeout)); err != nil {
		return resp, err
	}
	if err := wire.WriteFrame(stream, req); err != nil {
		return resp, err
	}
	if err := wire.ReadFrame(bufio.NewReader(stream), maxMessage, &resp); err != nil {
		return resp, errors.Join(context.Cause(ctx), err)
	}
	return resp, nil
}

// distribute brings a certificate to the voters that signed it, or could
// have, and to those that are voters from now on.
func (s *Service) distribute(ctx context.Context, cert chain.Certificate, signers chain.VoterSet) {
	next := s.cfg.Ledger.VotersAt(cert.Checkpoint.Head.Index + 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, set := range []chain.VoterSet{signers, next} {
		for _, member := range set.Members {
			p := s.peerLocked(member.ID)
			if member.ID == s.cfg.Self || p.giving {
				continue // whoever is bringing some takes the newest each time
			}
			p.giving = true
			s.tasks.Go(func() { s.give(ctx, member.ID, p) })
		}
	}
}

// resume brings the newest certificate to the voters when this node begins to
// lead: the leader before it may have stopped half-way.
func (s *Service) resume(ctx context.Context) {
	if newest, ok := s.cfg.Ledger.NewestCertificate(); ok {
		s.distribute(ctx, newest, s.cfg.Ledger.VotersAt(newest.Checkpoint.Head.Index))
	}
}

// give brings one voter the newest certificate and those at changes of voters
// that it lacks, until it has them all or this node no longer leads.
func (s *Service) give(ctx context.Context, voter string, p *peer) {
	pause := s.timing.RetryMin
	var lacking []uint64
	for {
		parcel, newest := s.parcel(lacking)
		resp, err := s.call(ctx, voter, request{Give: parcel})
		if err == nil {
			err = answered(voter, resp)
		}
		s.note(voter, func(st *VoterStatus) { st.Holds = resp.Certified }, err)
		if err == nil {
			pause = s.timing.RetryMin
			if slices.Equal(lacking, resp.Missing) {
				lacking = nil // it does not keep them, or this node has none to give
			} else {
				lacking = resp.Missing
			}
			if s.given(p, newest, lacking) {
				return
			}
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil || !s.cfg.IsLeader() {
			s.mu.Lock()
			p.giving = false
			s.mu.Unlock()
			return
		}
		pause = min(2*pause, s.timing.RetryMax)
	}
}

// parcel is what to bring: the certificates that are lacking, then the newest.
func (s *Service) parcel(lacking []uint64) ([]chain.Certificate, uint64) {
	var out []chain.Certificate
	newest, ok := s.cfg.Ledger.NewestCertificate()
	for _, k := range lacking {
		if c, have := s.cfg.Ledger.CertificateAt(k); have && len(out) < maxGiven-1 {
			out = append(out, c)
		}
	}
	if ok {
		out = append(out, newest)
	}
	return out, newest.Checkpoint.Head.Index
}

// given ends the giving, unless there is more to bring.
func (s *Service) given(p *peer, newest uint64, lacking []uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Asked under the lock: whoever keeps a newer one after this finds that
	// nobody is giving, and starts again.
	now, _ := s.cfg.Ledger.NewestCertificate()
	if len(lacking) > 0 || now.Checkpoint.Head.Index > newest {
		return false
	}
	p.giving = false
	return true
}

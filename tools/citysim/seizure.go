package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/intake/applicant"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

// seizure is the last act: a town is lost with cases in its hands, the district
// has them seized, and the town comes back, works on before the news reaches
// it, and hears it then. What it acknowledged in between must be kept as
// superseded branches, settled in the log, and the cases go on to their end.
type seizure struct {
	city *city
	book *ledger
	late *ledger    // what the town acknowledged before the news came
	held []*journey // its cases
	way  *journey   // offered to it while it was gone
}

const lostTown, heir = lili, wujiang

func (c *city) seize(ctx context.Context, book *ledger, seed uint64) error {
	s := &seizure{city: c, book: book, late: newLedger()}
	for _, act := range []func(context.Context, uint64) error{s.prepare, s.lose, s.grant, s.workOn, s.reunite, s.settle} {
		if err := act(ctx, seed); err != nil {
			return fmt.Errorf("the seizure of a lost center's cases: %w", err)
		}
	}
	return nil
}

// journey is one of this act: number, item, counter and what is done at once.
func (s *seizure) journey(n int, seed uint64, record string, counter area.Center, papers, accept bool) *journey {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	it := s.city.items[record]
	answers := answered(rng, it)
	p := plan{record: record, counter: counter, laid: laid(rng, it, answers)}
	p.open = desk.OpenForm{
		Item: it.Ref.Code, Answers: answers, Subject: counter.Area(), Agency: counter.Level() == area.Village, Accept: accept,
		Applicant: applicant.Applicant{Person: applicant.Person{Name: "演示", Telephone: "13800000000"}},
	}
	if papers {
		p.open.Papers = p.laid
	}
	return &journey{n: n, city: s.city, book: s.book, rng: rng, plan: p, at: counter, turned: true, moved: time.Now()}
}

// prepare opens cases at the town: one to be received, one to be accepted, one
// to be checked and decided. Their copies go up.
func (s *seizure) prepare(ctx context.Context, seed uint64) error {
	const base = 1_000_000
	s.held = []*journey{
		s.journey(base+1, seed, "D04", lostTown, false, false),
		s.journey(base+2, seed, "D04", lostTown, true, false),
		s.journey(base+3, seed, "D04", lostTown, true, true),
	}
	s.way = s.journey(base+4, seed, "D01", chengsi, true, false)
	for _, j := range s.held {
		if err := drive(ctx, j, func() bool { return j.id != "" }); err != nil {
			return err
		}
	}
	return s.city.drain(ctx, 30*time.Second)
}

// lose kills the town; a village still sends it a case.
func (s *seizure) lose(ctx context.Context, _ uint64) error {
	s.city.at(lostTown).Kill()
	if err := drive(ctx, s.way, func() bool { return s.way.to == lostTown }); err != nil {
		return err
	}
	return s.until(ctx, heir, s.way, "has a copy of the offer", func(v api.CaseView) bool { return v.State.Offer != nil })
}

// grant has the Register grant the next epochs, and the district open them.
func (s *seizure) grant(ctx context.Context, _ uint64) error {
	granted, err := s.city.at(heir).Seizures(ctx, api.Seizing{Lost: lostTown, Grantee: heir, Reason: "节点损毁", Staff: clerk})
	if err != nil {
		return err
	}
	if len(granted) != len(s.held)+1 {
		return fmt.Errorf("%d cases were granted, the town held or was offered %d: %+v", len(granted), len(s.held)+1, granted)
	}
	for _, g := range granted {
		if g.Result == nil || g.Result.Outcome != register.Applied {
			return fmt.Errorf("the seizure of %s was not granted: %+v", g.Case, g.Result)
		}
		key := "seize-" + string(g.Case)
		done, err := s.city.at(heir).Act(ctx, desk.By{Staff: "区审批员", Key: key}, g.Case, desk.Seize, nil)
		if err != nil {
			return err
		}
		if done.State.Epoch != 1 || done.State.Holder.Center != heir {
			return fmt.Errorf("after its seizure %s stands in epoch %d with %s", g.Case, done.State.Epoch, done.State.Holder.Center)
		}
		s.book.acknowledged(heir, desk.Seize, key, done)
		s.book.seized(g.Case)
	}
	return nil
}

// workOn has the town come back alone and do what comes next on two cases, and
// all that is left on the third.
func (s *seizure) workOn(ctx context.Context, _ uint64) error {
	var wg sync.WaitGroup
	for _, m := range s.city.all() {
		wg.Go(m.Kill)
	}
	wg.Wait()
	town := s.city.at(lostTown)
	if err := errors.Join(town.Start(), town.Ready(ctx)); err != nil {
		return err
	}
	for i, j := range s.held {
		alone := *j
		alone.book, alone.calls = s.late, 100
		if err := drive(ctx, &alone, func() bool { return i < 2 && alone.seen > j.seen || alone.ended }); err != nil {
			return err
		}
	}
	return nil
}

// reunite starts the others and waits until the town knows, and the district
// has what the town wrote.
func (s *seizure) reunite(ctx context.Context, _ uint64) error {
	err := each(s.city.all(), len(everyone), func(m *member) error {
		if m.center == lostTown {
			return nil
		}
		return errors.Join(m.Start(), m.Ready(ctx))
	})
	if err != nil {
		return err
	}
	for _, j := range s.held {
		head := s.late.last(j.id)
		for _, center := range []area.Center{lostTown, heir} {
			err := s.until(ctx, center, j, "keeps the superseded branch beside the seized log", func(v api.CaseView) bool {
				return v.State.Epoch == 1 && branch(v, head) != nil
			})
			if err != nil {
				return err
			}
		}
	}
	// The town hears no with the reason.
	_, err = s.city.at(lostTown).Act(ctx, desk.By{Staff: "镇窗口员"}, s.held[1].id, desk.Withdraw, desk.ReasonForm{Reason: "申请人要求"})
	if client.CodeOf(err) != casefile.NotCustodian {
		return fmt.Errorf("the town still writes on %s: %v", s.held[1].id, err)
	}
	return nil
}

// settle reconciles the branches and takes every case to its end.
func (s *seizure) settle(ctx context.Context, _ uint64) error {
	for i, j := range s.held {
		head := s.late.last(j.id)
		v, err := s.city.at(heir).Case(ctx, j.id)
		if err != nil {
			return err
		}
		b := branch(v, head)
		if decided := i == 2; b == nil || b.Heavy != decided {
			return fmt.Errorf("the branch of %s holds a decision: want %v, is %+v", j.id, decided, b)
		}
		key := "reconcile-" + string(j.id)
		done, err := s.city.at(heir).Act(ctx, desk.By{Staff: "区审批员", Key: key}, j.id, desk.Reconcile,
			desk.ReconcileForm{Head: head.String(), Epoch: casefile.Epoch(b.Epoch), Reason: "复核后重新办理"})
		if err != nil {
			return err
		}
		s.book.acknowledged(heir, desk.Reconcile, key, done)
		j.seen = done.State.Head.Index
	}
	return each(append(s.held, s.way), 4, func(j *journey) error {
		j.at, j.to, j.back, j.call = heir, "", false, nil
		return drive(ctx, j, func() bool { return j.ended })
	})
}

// until waits for a case at a center to be as it should.
func (s *seizure) until(ctx context.Context, center area.Center, j *journey, what string, as func(api.CaseView) bool) error {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	var v api.CaseView
	var err error
	if poll(ctx, 50*time.Millisecond, func() bool {
		v, err = s.city.at(center).Case(ctx, j.id)
		return err == nil && as(v)
	}) == nil {
		return nil
	}
	return fmt.Errorf("after 40 s it is not so that %s %s: case %s, epoch %d, event %d, branches %+v (%v)",
		center, what, j.id, v.State.Epoch, v.State.Head.Index, v.Branches, err)
}

// branch finds the superseded branch that ends at head.
func branch(v api.CaseView, head chain.Hash) *cabinet.Branch {
	for i := range v.Branches {
		if v.Branches[i].Head.Hash == head {
			return &v.Branches[i]
		}
	}
	return nil
}

// drive steps a journey until something is so.
func drive(ctx context.Context, j *journey, until func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for !until() {
		if j.ended || ctx.Err() != nil {
			return fmt.Errorf("it does not get on: %s", j)
		}
		select {
		case <-time.After(j.step(ctx)):
		case <-ctx.Done():
		}
	}
	return nil
}

package desk

import (
	"slices"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// seize has the Register grant a case to another center, on the log as it
// stands, and that center open the epoch. Whoever had the case writes no more.
func (l *life) seize(id casefile.ID) {
	source, s := l.newest(id)
	lost := s.Next()
	others := slices.DeleteFunc(slices.Clone(people), func(c area.Center) bool { return c == lost.Center })
	to := one(l, others, "seizes")
	l.deliver(id, source, to)
	l.book.advance()
	l.book.grants[id] = append(l.book.grants[id], casefile.Grant{
		Index: l.book.Head().Index, Epoch: s.Epoch + 1, Grantee: casefile.Party{Center: to, Incarnation: 1}, Base: s.Head, Lost: lost.Center,
	})
	before := l.state(to, id)
	done, err := l.nodes[to].desk.Seize(l.ctx, staff("区经办"), id)
	l.must(err)
	if done.State.Epoch != s.Epoch+1 || done.State.Holder.Center != to || done.State.Offer != nil {
		l.rt.Fatalf("%s seized %s and holds %+v", to, id, done.State.Holder)
	}
	l.tally.done[Seize]++
	l.explained(to, before, done.State)
	if at := l.state(lost.Center, id); at.Head.Index > 0 && at.Epoch <= s.Epoch {
		_, err := l.nodes[lost.Center].desk.Receive(l.ctx, staff("窗口"), id, ReceiveForm{})
		if err == nil {
			l.rt.Fatalf("%s lost %s and writes on", lost.Center, id)
		}
	}
}

// over reports whether nobody rests on the content of a case any more.
func over(s casefile.State) bool {
	return s.Phase == casefile.PhaseConcluded || s.Phase == casefile.PhaseArchived
}

// erase has the holder of a case that is over destroy some of its content, and
// now and then name what is another case's.
func (l *life) erase(id casefile.ID) {
	source, s := l.newest(id)
	at := s.Next().Center
	l.deliver(id, source, at)
	var hashes []chain.Hash
	for _, ref := range s.Blobs() {
		if l.flag("erased") {
			hashes = append(hashes, ref.Hash)
		}
	}
	foreign := casefile.State{}
	for _, other := range l.cases {
		if other != id && l.flag("another case's") {
			_, foreign = l.newest(other)
			hashes = append(hashes, foreign.Applicant.Hash)
		}
	}
	if len(hashes) == 0 {
		return
	}
	before := l.state(at, id)
	had := foreign.ID != "" && l.nodes[at].blobs.Has(foreign.ID.Owner(), foreign.Applicant.Hash)
	_, err := l.nodes[at].cabinet.Append(l.ctx, id, func(casefile.State) ([]casefile.Draft, error) {
		return []casefile.Draft{{Kind: casefile.Erased, Body: casefile.ErasedBody{Blobs: hashes, Reason: "保管期满"}, Staff: "档案员"}}, nil
	})
	if (err == nil) != (over(s) && s.Offer == nil) {
		l.rt.Fatalf("erased %d of %s (%s): %v", len(hashes), id, s.Phase, err)
	}
	if err != nil {
		l.tally.refused[refusal.CodeOf(err)]++
		return
	}
	l.tally.done[Erase]++
	l.explained(at, before, l.state(at, id))
	if foreign.ID != "" && l.nodes[at].blobs.Has(foreign.ID.Owner(), foreign.Applicant.Hash) != had {
		l.rt.Fatalf("the erasure of %s reached %s", id, foreign.ID)
	}
}

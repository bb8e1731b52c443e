package feed

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/consensus/certify/ledgertest"
	"tongban/consensus/chain"
)

// drawTruth makes a journal with changes of voters, certified at each of
// these, at its end, and here and there between.
func drawTruth(t *rapid.T) *ledgertest.Ledger {
	names := []string{"a", "b", "c", "d", "e"}
	l := ledgertest.Found(realm, root, names[:rapid.IntRange(1, 4).Draw(t, "founders")]...)
	for range rapid.IntRange(1, 25).Draw(t, "records") {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			from := rapid.IntRange(0, 2).Draw(t, "first voter")
			l.Certify(l.SetVoters(names[from : from+rapid.IntRange(1, 3).Draw(t, "voters")]...).Index)
		case 1, 2:
			l.Certify(l.Append([]byte{0}).Index)
		default:
			l.Append([]byte{1})
		}
	}
	l.Certify(l.Head().Index)
	return l
}

// From any place at which a follower may stand, what an honest source sends is
// taken without complaint, within the limits, and leads to the end.
func TestHonestSourceIsUnderstood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		truth := drawTruth(t)
		own := ledgertest.New(realm, 0)
		if at := rapid.Uint64Range(0, truth.Head().Index).Draw(t, "at"); at > 1 {
			own.Copy(truth, at)
			if c, ok := truth.CertificateAt(at); ok && rapid.Bool().Draw(t, "certified") {
				own.SaveCertificate(c)
			}
		}
		v := verifier{realm: realm, founders: ledgertest.Founders(root.Public()), limit: MaxPending}
		v.reset(position(own))
		at := place{own.Head().Index, position(own).Certified}
		for {
			push, err := nextPush(truth, at.have, at.certified)
			if err != nil {
				t.Fatal(err)
			}
			if push == nil {
				break
			}
			batch, refused := v.push(*push)
			if refused != nil {
				t.Fatalf("refused %s: %v", refused.Code, refused)
			}
			if batch != nil {
				if err := own.Ingest(batch.Records, batch.Certificate); len(batch.Records) > 0 && err != nil {
					t.Fatal(err)
				}
				v.reset(position(own))
			}
			at = at.after(push)
		}
		if own.Head() != truth.Head() {
			t.Fatalf("stopped at %d of %d", own.Head().Index, truth.Head().Index)
		}
	})
}

// fleet is one follower among honest and hostile sources.
type fleet struct {
	now    time.Time
	truth  *ledgertest.Ledger
	own    *ledgertest.Ledger
	f      *Follower
	honest map[string]bool
	open   map[string]place // what each open source has sent so far
	opened []string         // open or opening
	greets []string         // open
}

// step feeds the follower and checks what it does against what it may do.
func (s *fleet) step(t *rapid.T, in Input) {
	for _, out := range s.f.Step(s.now, in) {
		switch out := out.(type) {
		case Open:
			if slices.Contains(s.opened, out.Source) {
				t.Fatalf("%s is opened twice", out.Source)
			}
			s.opened = append(s.opened, out.Source)
			s.open[out.Source] = place{out.Hello.Head.Index, out.Hello.Certified}
		case Close:
			s.opened = slices.DeleteFunc(s.opened, func(n string) bool { return n == out.Source })
			s.greets = slices.DeleteFunc(s.greets, func(n string) bool { return n == out.Source })
			delete(s.open, out.Source)
		case Refuse:
			if s.honest[out.Source] && out.Err.Code != Silent && out.Err.Code != Behind && out.Err.Code != "unavailable" {
				t.Fatalf("the honest %s is refused: %s %v", out.Source, out.Err.Code, out.Err)
			}
		case Halt:
			t.Fatal("halted without a diverged majority")
		case Apply:
			if err := s.own.Ingest(out.Batch.Records, out.Batch.Certificate); err != nil {
				t.Fatal(err)
			}
			s.check(t)
			s.step(t, Moved{position(s.own)})
		}
	}
	if len(s.opened) > 2 {
		t.Fatalf("streams to %v", s.opened)
	}
}

// check holds the journal against the truth: it is a prefix of it, and ends
// where the voters certified.
func (s *fleet) check(t *rapid.T) {
	head := s.own.Head()
	if hash, _ := s.truth.HeadAt(head.Index); hash != head.Hash {
		t.Fatalf("record %d is not the true one", head.Index)
	}
	if _, ok := s.truth.CertificateAt(head.Index); !ok && head.Index > 0 {
		t.Fatalf("applied %d records, where nobody certified", head.Index)
	}
}

// bend makes something hostile out of an honest push.
func bend(t *rapid.T, truth *ledgertest.Ledger, p Push) Push {
	p.Records = slices.Clone(p.Records)
	how := rapid.SampledFrom([]string{"record", "drop", "swap", "from", "strip", "votes", "head", "voters", "generation", "nothing"}).Draw(t, "how")
	cert := func(change func(*chain.Checkpoint), by ...string) {
		if p.Certificate == nil {
			return
		}
		c := p.Certificate.Checkpoint
		change(&c)
		if len(by) == 0 {
			by = []string{"x", "y", "z", "a"}
		}
		made := ledgertest.Sign(c, by...)
		p.Certificate = &made
	}
	switch n := len(p.Records); {
	case how == "record" && n > 0:
		i := rapid.IntRange(0, n-1).Draw(t, "record")
		b := slices.Clone(p.Records[i])
		b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= 1
		p.Records[i] = b
	case how == "drop" && n > 0:
		i := rapid.IntRange(0, n-1).Draw(t, "record")
		p.Records = slices.Delete(p.Records, i, i+1)
	case how == "swap" && n > 1:
		p.Records[0], p.Records[1] = p.Records[1], p.Records[0]
	case how == "from":
		p.From = rapid.Uint64Range(0, 30).Draw(t, "from")
	case how == "strip":
		p.Certificate = nil
	case how == "votes":
		cert(func(*chain.Checkpoint) {})
	case how == "head":
		cert(func(c *chain.Checkpoint) { c.Head.Hash = chain.Sum([]byte("lie")) })
	case how == "voters":
		cert(func(c *chain.Checkpoint) { c.Voters = rapid.Uint64Range(0, 30).Draw(t, "set") })
	case how == "generation":
		cert(func(c *chain.Checkpoint) { c.Generation++ })
	}
	return p
}

// Whatever sources do, in whatever order: nothing is applied but the true
// journal up to a true certificate, no honest source is taken for a liar, and
// once an honest one answers the follower reaches the end.
func TestFollowerAmongLiars(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &fleet{
			now: time.UnixMilli(0), truth: drawTruth(t), own: ledgertest.New(realm, 0),
			honest: map[string]bool{"h1": true, "h2": true}, open: map[string]place{},
		}
		s.f = NewFollower(realm, position(s.own), ledgertest.Founders(root.Public()), Delays{},
			func() float64 { return rapid.Float64Range(0, 0.999).Draw(t, "jitter") })
		s.step(t, Sources{rapid.Permutation([]string{"h1", "liar1", "h2", "liar2"}).Draw(t, "order")})
		s.misbehave(t)
		s.settle(t)
	})
}

// misbehave lets anything happen that can happen.
func (s *fleet) misbehave(t *rapid.T) {
	one := func(t *rapid.T, of []string, do func(source string)) {
		if len(of) > 0 {
			do(rapid.SampledFrom(of).Draw(t, "source"))
		}
	}
	t.Repeat(map[string]func(*rapid.T){
		"opened": func(t *rapid.T) {
			one(t, s.opened, func(source string) {
				reached := rapid.SampledFrom([]uint64{0, 3, s.truth.Head().Index}).Draw(t, "reached")
				s.greet(t, source, reached)
			})
		},
		"failed": func(t *rapid.T) {
			one(t, s.opened, func(source string) { s.step(t, Failed{source, errors.New("line broke")}) })
		},
		"pushed": func(t *rapid.T) { one(t, s.greets, func(source string) { s.push(t, source) }) },
		"woken":  func(t *rapid.T) { s.step(t, Woken{}) },
		"time": func(t *rapid.T) {
			s.now = s.now.Add(time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "passes")))
			if d := s.f.Deadline(); !d.IsZero() && !s.now.Before(d) {
				s.step(t, Tick{})
			}
		},
	})
}

// greet lets a source answer, unless it has.
func (s *fleet) greet(t *rapid.T, source string, reached uint64) {
	if !slices.Contains(s.greets, source) {
		s.greets = append(s.greets, source)
		s.step(t, Opened{source, reached})
	}
}

// push lets a source say what comes next, the way it is.
func (s *fleet) push(t *rapid.T, source string) {
	at := s.open[source]
	push, err := nextPush(s.truth, at.have, at.certified)
	if err != nil {
		t.Fatal(err)
	}
	if push == nil {
		push = &Push{Reached: s.truth.Head().Index}
	}
	s.open[source] = at.after(push)
	sent := *push
	if !s.honest[source] {
		sent = bend(t, s.truth, sent)
	}
	s.step(t, Pushed{source, sent})
}

// settle is the end of all trouble: h1 answers everything, the others nothing.
func (s *fleet) settle(t *rapid.T) {
	var done []string
	for range 10_000 {
		if s.own.Head() == s.truth.Head() {
			return
		}
		if slices.Contains(s.opened, "h1") {
			s.greet(t, "h1", s.truth.Head().Index)
			if source, _ := s.f.Source(); source == "h1" {
				s.push(t, "h1")
				continue
			}
		}
		s.now = s.f.Deadline()
		s.step(t, Tick{})
		done = append(done, fmt.Sprint(s.opened))
	}
	t.Fatalf("stays at %d of %d: %v", s.own.Head().Index, s.truth.Head().Index, done[:20])
}

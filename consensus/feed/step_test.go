package feed

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"tongban/consensus/certify/ledgertest"
	"tongban/consensus/chain"
)

const realm = "9d1c0a5e7b3f2468"

var root = ledgertest.Key("root")

// TestFollower runs the scripts in testdata/follower. Each tells what sources do to one
// follower, and what it wants done. See script.run for the commands.
func TestFollower(t *testing.T) {
	datadriven.Walk(t, "testdata/follower", func(t *testing.T, path string) {
		s := &script{now: time.UnixMilli(0)}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return s.run(t, d)
		})
	})
}

// script is a follower with a real (in-memory) journal, and the true journal
// from which sources take what they send, or bend it.
type script struct {
	now   time.Time
	truth *ledgertest.Ledger
	own   *ledgertest.Ledger
	f     *Follower
}

// run carries out one command:
//
//	truth voters=(a,b,c)           begin a true journal of one record
//	append n=3 [size=1000]         add records to it
//	set-voters voters=(a,b)        add a record that changes the voters
//	certify at=4 [by=(a,b)]        keep a certificate
//	forget at=4                    lose it again
//	follower [at=3] [certified=3]  begin a follower that holds that much
//	sources p g                    the order of sources
//	opened p reached=5             p has greeted
//	failed p                       p broke off
//	push p ...                     p sends a push, see push
//	serve p                        p sends what an honest source would send, all of it
//	road to=5                      the follower's journal grows by another road
//	full / space                   the follower's disk
//	woken
//	wait 45s                       time passes; every deadline on the way ticks
//	show
func (s *script) run(t *testing.T, d *datadriven.TestData) string {
	switch d.Cmd {
	case "truth":
		s.truth = ledgertest.Found(realm, root, list(d, "voters")...)
	case "append":
		n, size := 1, 10
		d.MaybeScanArgs(t, "n", &n)
		d.MaybeScanArgs(t, "size", &size)
		for range n {
			s.truth.Append(make([]byte, size))
		}
	case "set-voters":
		return fmt.Sprintf("record %d\n", s.truth.SetVoters(list(d, "voters")...).Index)
	case "certify":
		s.truth.Certify(number(d, "at"), list(d, "by")...)
	case "forget":
		s.truth.Forget(number(d, "at"))
	case "follower":
		s.own = ledgertest.New(realm, 0)
		s.own.Copy(s.truth, number(d, "at"))
		if c, ok := s.truth.CertificateAt(number(d, "certified")); ok {
			s.own.SaveCertificate(c)
		}
		s.f = NewFollower(realm, position(s.own), ledgertest.Founders(root.Public()), Delays{}, func() float64 { return 1 })
	case "sources":
		return s.step(Sources{words(d)})
	case "opened":
		return s.step(Opened{words(d)[0], number(d, "reached")})
	case "failed":
		return s.step(Failed{words(d)[0], errors.New("line broke")})
	case "push":
		return s.step(Pushed{words(d)[0], s.push(d)})
	case "serve":
		return s.serve(t, words(d)[0])
	case "road":
		s.own.Copy(s.truth, number(d, "to"))
		return s.step(Moved{position(s.own)})
	case "full":
		s.own.Break(errors.New("disk full"))
	case "space":
		s.own.Break(nil)
	case "woken":
		return s.step(Woken{})
	case "wait":
		return s.wait(t, words(d)[0])
	case "show":
		source, reached := s.f.Source()
		return fmt.Sprintf("head %d, certified %d, pending %d (%d bytes), source %q reaching %d\n",
			s.own.Head().Index, position(s.own).Certified, len(s.f.verify.pending), s.f.verify.bytes, source, reached)
	default:
		d.Fatalf(t, "unknown command")
	}
	return ""
}

// step feeds the follower, applies what it says, and prints the outputs.
func (s *script) step(in Input) string {
	var b strings.Builder
	for _, out := range s.f.Step(s.now, in) {
		switch out := out.(type) {
		case Open:
			fmt.Fprintf(&b, "open %s from record %d\n", out.Source, out.Hello.Head.Index+1)
		case Close:
			fmt.Fprintf(&b, "close %s\n", out.Source)
		case Refuse:
			fmt.Fprintf(&b, "refuse %s: %s: %v (for %v)\n", out.Source, out.Err.Code, out.Err, out.Until.Sub(s.now))
		case Halt:
			fmt.Fprintf(&b, "halt: %v\n", out.Err)
		case Apply:
			cert := out.Batch.Certificate
			fmt.Fprintf(&b, "apply %d records up to %d\n", len(out.Batch.Records), cert.Checkpoint.Head.Index)
			b.WriteString(s.step(s.apply(out.Batch)))
		}
	}
	return b.String()
}

func (s *script) apply(batch Batch) Input {
	if len(batch.Records) > 0 {
		if err := s.own.Ingest(batch.Records, batch.Certificate); err != nil {
			return NotApplied{err}
		}
	} else if err := s.own.SaveCertificate(batch.Certificate); err != nil {
		return NotApplied{err}
	}
	return Moved{position(s.own)}
}

// push builds what a source sends: records from..to of the truth, with the
// certificate kept for cert. Bends: tamper=n (another content at n), swap=n
// (n and n+1 change places), by=(x,y) (who signs), realm, generation, set
// (what the checkpoint names), lie (another hash in the checkpoint), double
// (the first vote twice).
func (s *script) push(d *datadriven.TestData) Push {
	var p Push
	from, to := number(d, "from"), number(d, "to")
	source := s.truth
	if d.HasArg("foreign") {
		source = ledgertest.Found("ffffffffffffffff", root, "a", "b", "c")
		for range to {
			source.Append(nil)
		}
	}
	if n := number(d, "tamper"); n > 0 {
		source = ledgertest.New(realm, 0)
		source.Copy(s.truth, n-1)
		for source.Head().Index < to {
			source.Append([]byte("tampered"))
		}
	}
	if from > 0 {
		p.From = from
		records, _ := source.Records(from, int(to-from+1), 1<<30)
		p.Records = slices.Clone(records)
	}
	if n := number(d, "swap"); n > 0 {
		p.Records[n-from], p.Records[n-from+1] = p.Records[n-from+1], p.Records[n-from]
	}
	p.Reached = s.truth.Head().Index
	if at := number(d, "cert"); at > 0 {
		p.Certificate = s.certificate(d, at)
	}
	return p
}

func (s *script) certificate(d *datadriven.TestData, at uint64) *chain.Certificate {
	c := s.truth.Checkpoint(at)
	if d.HasArg("realm") {
		c.Log = "ffffffffffffffff"
	}
	if d.HasArg("generation") {
		c.Generation = uint32(number(d, "generation"))
	}
	if d.HasArg("set") {
		c.Voters = number(d, "set")
	}
	if d.HasArg("lie") {
		c.Head.Hash = chain.Sum([]byte("lie"))
	}
	by := list(d, "by")
	if by == nil {
		for _, v := range s.truth.VotersAt(at).Members {
			by = append(by, v.ID)
		}
	}
	cert := ledgertest.Sign(c, by...)
	if d.HasArg("double") {
		cert.Votes = append(cert.Votes, cert.Votes[0])
	}
	return &cert
}

// serve sends what an honest source sends until it has nothing more.
func (s *script) serve(t *testing.T, source string) string {
	var b strings.Builder
	at := place{s.own.Head().Index, position(s.own).Certified}
	for {
		push, err := nextPush(s.truth, at.have, at.certified)
		if err != nil {
			return b.String() + "source: " + err.Error() + "\n"
		}
		if push == nil {
			return b.String()
		}
		b.WriteString(s.step(Pushed{source, *push}))
		at = at.after(push)
	}
}

// wait lets time pass and ticks at every deadline on the way.
func (s *script) wait(t *testing.T, text string) string {
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	end := s.now.Add(d)
	for {
		next := s.f.Deadline()
		if next.IsZero() || next.After(end) {
			s.now = end
			return b.String()
		}
		if next.After(s.now) {
			s.now = next
		}
		if out := s.step(Tick{}); out != "" {
			fmt.Fprintf(&b, "after %v:\n%s", d-end.Sub(s.now), out)
		} else if next == s.f.Deadline() {
			t.Fatalf("a tick at the deadline %v moved nothing", next)
		}
	}
}

func words(d *datadriven.TestData) []string {
	var out []string
	for _, a := range d.CmdArgs {
		if len(a.Vals) == 0 {
			out = append(out, a.Key)
		}
	}
	return out
}

func list(d *datadriven.TestData, key string) []string {
	for _, a := range d.CmdArgs {
		if a.Key == key {
			return a.Vals
		}
	}
	return nil
}

func number(d *datadriven.TestData, key string) uint64 {
	for _, a := range d.CmdArgs {
		if a.Key == key {
			n, err := strconv.ParseUint(a.Vals[0], 10, 64)
			if err != nil {
				panic(err)
			}
			return n
		}
	}
	return 0
}

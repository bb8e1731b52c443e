package feed

import (
	"slices"
	"testing"
	"time"

	"tongban/consensus/certify/ledgertest"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// Sources that lie are refused with the reason in the follower's log, and the
// honest one behind them is taken.
func TestHostileSources(t *testing.T) {
	honest := truth(9, 9)
	records, _ := honest.Records(1, 100, 1<<20)
	forged := ledgertest.New(realm, 0)
	forged.Copy(honest, 5)
	for forged.Head().Index < 9 {
		forged.Append([]byte("forged"))
	}
	lies, _ := forged.Records(1, 100, 1<<20)
	other := ledgertest.Found("ffffffffffffffff", root, "a", "b", "c")
	for range 8 {
		other.Append(nil)
	}
	foreign, _ := other.Records(1, 100, 1<<20)
	good, _ := honest.CertificateAt(9)
	strangers := ledgertest.Sign(forged.Checkpoint(9), "x", "y", "z")
	few := ledgertest.Sign(forged.Checkpoint(9), "a")
	generation := honest.Checkpoint(9)
	generation.Generation = 1
	later := ledgertest.Sign(generation, "a", "b", "c")
	elsewhere := other.Certify(9)
	reordered := slices.Clone(records)
	reordered[3], reordered[4] = reordered[4], reordered[3]

	for _, c := range []struct {
		name string
		push []Push
		code refusal.Code
	}{
		{"strangers' votes", []Push{{From: 1, Records: lies, Certificate: &strangers}}, ForgedCheckpoint},
		{"too few votes", []Push{{From: 1, Records: lies, Certificate: &few}}, ForgedCheckpoint},
		{"another realm's records", []Push{{From: 1, Records: foreign, Certificate: &elsewhere}}, ForeignRealm},
		{"another realm's checkpoint", []Push{{From: 1, Records: records, Certificate: &elsewhere}}, ForeignRealm},
		{"another generation", []Push{{From: 1, Records: records, Certificate: &later}}, OtherGeneration},
		{"forged records, true certificate", []Push{{From: 1, Records: lies, Certificate: &good}}, ForgedRecord},
		{"reordered", []Push{{From: 1, Records: reordered, Certificate: &good}}, Gap},
		{"one left out", []Push{{From: 1, Records: records[:4]}, {From: 6, Records: records[5:], Certificate: &good}}, Gap},
		{"truncated", []Push{{From: 1, Records: records[:6], Certificate: &good}}, Misplaced},
		{"equivocation", []Push{{From: 1, Records: records[:7]}, {From: 7, Records: lies[6:], Certificate: &good}}, Gap},
		{"a branch in the middle", []Push{{From: 1, Records: records[:6]}, {From: 7, Records: lies[6:], Certificate: &good}}, ForgedRecord},
		{"no record at all", []Push{{From: 1, Records: [][]byte{{0xff}}}}, refusal.Malformed},
		{"too many votes", []Push{{From: 1, Records: records, Certificate: &chain.Certificate{
			Checkpoint: good.Checkpoint, Votes: slices.Repeat(good.Votes, 30)}}}, refusal.TooLarge},
		{"never a certificate", []Push{{From: 1, Records: records}}, Uncertified},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t)
			w.start("district", honest)
			w.raw("town", func(_ Hello, send func(any) bool) {
				send(Welcome{Reached: 9})
				for _, p := range c.push {
					send(p)
				}
				// It shows signs of life all the while.
				alive := time.NewTicker(50 * time.Millisecond)
				defer alive.Stop()
				for send(Push{Reached: 9}) {
					<-alive.C
				}
			})
			village := w.start("village", empty(), "town", "district")
			w.waitFor(village, 9)
			if village.journal.Head() != honest.Head() {
				t.Fatal("the forgery was applied")
			}
			if !village.log.has("source=town", "code="+string(c.code)) {
				t.Errorf("no reason %s in the log:\n%s", c.code, village.log.text.String())
			}
			if r := village.Status().Refused; len(r) != 1 || r[0].Code != c.code {
				t.Errorf("status: %+v", r)
			}
		})
	}
}

func TestFollowerRefusedByTheSource(t *testing.T) {
	bent := empty()
	bent.Copy(truth(3), 3)
	bent.Append([]byte("another fourth record"))
	for _, c := range []struct {
		name    string
		journal *ledgertest.Ledger
		code    refusal.Code
	}{
		{"another realm", ledgertest.New("ffffffffffffffff", 0), ForeignRealm},
		{"another generation", ledgertest.New(realm, 3), OtherGeneration},
		{"a diverged journal", bent, Diverged},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t)
			top := w.start("district", truth(9, 9))
			village := w.start("village", c.journal, "district")
			w.eventually("refused", func() bool { return village.log.has("source=district", "code="+string(c.code)) })
			if !top.log.has("follower refused", "child=village", "code="+string(c.code)) {
				t.Error("the source's log does not say why")
			}
		})
	}
}

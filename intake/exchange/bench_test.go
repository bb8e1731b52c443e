package exchange

import (
	"slices"
	"testing"
	"time"

	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// BenchmarkHandOver is a hand-over: committed at the sender, carried over,
// verified and committed at the receiver, acknowledged. Two syncs and one
// round trip; the sender's commit is measured beside it, and both are given as
// medians, since both ends share one disk with everything else.
func BenchmarkHandOver(b *testing.B) {
	c := newCity(b)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	c.post(casetest.District)
	var commits, whole []time.Duration
	for range b.N {
		s := village.open()
		village.drained("")
		start := time.Now()
		s = village.handOver(s.ID, town)
		commits = append(commits, time.Since(start))
		village.rows(casetest.Town, "arrived", func(v []View) bool { return len(v) == 1 && v[0].Status == Arrived })
		whole = append(whole, time.Since(start))
		town.append(s.ID, casefile.TakenOver, nil)
		village.drained(casetest.Town)
	}
	slices.Sort(commits)
	slices.Sort(whole)
	b.ReportMetric(float64(commits[b.N/2].Microseconds()), "commit-µs")
	b.ReportMetric(float64(whole[b.N/2].Microseconds()), "hand-over-µs")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkDrain is how fast what waited goes to the parent when the line
// returns: cases with their applicants' records.
func BenchmarkDrain(b *testing.B) {
	c := newCity(b)
	village := c.post(casetest.Village)
	c.post(casetest.Town)
	c.net.Isolate(string(casetest.Village))
	for range b.N {
		village.open()
	}
	b.ResetTimer()
	c.net.Reconnect(string(casetest.Village))
	village.PeerUp(casetest.Town)
	village.drained(casetest.Town)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
}

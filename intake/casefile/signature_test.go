package casefile_test

import (
	"slices"
	"testing"

	"tongban/consensus/chain"
	"tongban/intake/casefile"
)

// The picture of a signature goes with its case, once, also when another proof
// takes the place of its own and when the decision is set aside; what else is in
// a log has none.
func TestSignatures(t *testing.T) {
	picture := func(says string) *casefile.BlobRef {
		return &casefile.BlobRef{Hash: chain.Sum([]byte(says)), Size: 9, Kind: "proof"}
	}
	signed := func(number, says string) casefile.StepBody {
		p := &casefile.Proof{Manner: casefile.Collected, Signed: casefile.Signature, Number: number}
		if says != "" {
			p.Signature = picture(says)
		}
		return casefile.StepBody{Step: -1, Passed: true, Proof: p}
	}
	has := func(f *file, want ...string) {
		t.Helper()
		var got int
		for _, ref := range f.s.Blobs() {
			for _, says := range want {
				if ref.Hash == picture(says).Hash {
					got++
				}
			}
		}
		if got != len(want) {
			t.Errorf("%d of the signatures %v among %+v", got, want, f.s.Blobs())
		}
	}
	f := newFile(t)
	decided(&f)
	f.do(district, casefile.Served, signed("S-1", "one"))
	has(&f, "one")
	f.do(district, casefile.HandedOut, signed("S-2", "one"))
	has(&f, "one")
	f.do(district, casefile.Concluded, casefile.ConcludedBody{})
	f.do(district, casefile.Reopened, reopening(-1))
	has(&f, "one")
	if f.s.Proof != nil {
		t.Errorf("the proof of a decision that was set aside: %+v", f.s.Proof)
	}
	again := decision(true)
	again.Number = "D-2"
	f.do(district, casefile.Decided, again)
	f.do(district, casefile.Served, signed("S-3", "two"))
	f.do(district, casefile.HandedOut, signed("S-4", ""))
	has(&f, "one", "two")
	if n := len(slices.DeleteFunc(f.s.Blobs(), func(r casefile.BlobRef) bool { return r.Kind != "proof" })); n != 2 {
		t.Errorf("%d pictures", n)
	}
	same(t, &f)
	run(t, []entry{{"signed without an end", decided, district, casefile.Served, casefile.StepBody{Step: -1, Proof: &casefile.Proof{
		Manner: casefile.Collected, Signature: &casefile.BlobRef{Size: -1},
	}}, malformed, "signature"}})
}

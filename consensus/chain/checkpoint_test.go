package chain

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func set(index uint64, names ...string) VoterSet {
	s := VoterSet{Index: index}
	for _, n := range names {
		s.Members = append(s.Members, Voter{n, key(n).Public()})
	}
	return s
}

func certificate(c Checkpoint, voters ...string) Certificate {
	cert := Certificate{Checkpoint: c}
	for i, v := range voters {
		cert.Votes = append(cert.Votes, SignCheckpoint(key(v), v, c, int64(10*i)))
	}
	return cert
}

func TestMajority(t *testing.T) {
	for n, want := range map[int]int{0: 1, 1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 7: 4} {
		if got := (VoterSet{Members: make([]Voter, n)}).Majority(); got != want {
			t.Errorf("of %d: %d, want %d", n, got, want)
		}
	}
}

func TestCertificate(t *testing.T) {
	c := Checkpoint{Log: realm, Voters: 4, Head: Head{9, Sum([]byte("nine"))}}
	abc := set(4, "a", "b", "c")
	bend := func(how func(*Certificate)) Certificate {
		cert := certificate(c, "a", "b")
		how(&cert)
		return cert
	}
	for _, tc := range []struct {
		name string
		cert Certificate
		set  VoterSet
		want error
	}{
		{"all", certificate(c, "a", "b", "c"), abc, nil},
		{"a majority", certificate(c, "c", "a"), abc, nil},
		{"with a stranger's vote besides", certificate(c, "c", "x", "a"), abc, nil},
		{"too few", certificate(c, "a"), abc, ErrNoMajority},
		{"none", certificate(c), abc, ErrNoMajority},
		{"one of them twice", certificate(c, "a", "a"), abc, ErrNoMajority},
		{"strangers", certificate(c, "x", "y", "z"), abc, ErrNoMajority},
		{"an empty set", certificate(c, "x", "y", "z"), set(4), ErrNoMajority},
		{"of another set", certificate(c, "a", "b"), set(5, "a", "b", "c"), ErrVoterSet},
		{"of a larger set", certificate(c, "a", "b"), set(4, "a", "b", "c", "d"), ErrNoMajority},
		{"under another's name", bend(func(c *Certificate) { c.Votes[1].Voter = "c" }), abc, ErrNoMajority},
		{"of another time", bend(func(c *Certificate) { c.Votes[1].Time++ }), abc, ErrNoMajority},
		{"moved to another log", bend(func(c *Certificate) { c.Checkpoint.Log = "other" }), abc, ErrNoMajority},
		{"moved to another generation", bend(func(c *Certificate) { c.Checkpoint.Generation++ }), abc, ErrNoMajority},
		{"moved to another index", bend(func(c *Certificate) { c.Checkpoint.Head.Index++ }), abc, ErrNoMajority},
		{"moved to another head", bend(func(c *Certificate) { c.Checkpoint.Head.Hash[0] ^= 1 }), abc, ErrNoMajority},
		{"moved to another set", bend(func(c *Certificate) { c.Checkpoint.Voters = 8 }), set(8, "a", "b", "c"), ErrNoMajority},
		{"a signature too short", bend(func(c *Certificate) { c.Votes[1].Signature = []byte{1} }), abc, ErrNoMajority},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := tc.cert.Verify(tc.set); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
}

// A certificate holds exactly when more than half of the set are among the
// signers, whatever else stands under it and in whatever order.
func TestCertificateCounts(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e", "x", "y"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 5).Draw(t, "voters")
		s := set(1, names[:n]...)
		c := Checkpoint{Log: realm, Voters: 1, Head: Head{5, Sum(nil)}}
		signers := rapid.SliceOf(rapid.SampledFrom(names)).Draw(t, "signers")
		valid := map[string]bool{}
		for _, v := range signers {
			if slices.Contains(names[:n], v) {
				valid[v] = true
			}
		}
		if err := certificate(c, signers...).Verify(s); (err == nil) != (len(valid) > n/2) {
			t.Fatalf("%d of %d: %v", len(valid), n, err)
		}
	})
}

// No minority moves the time of a certificate beyond the honest ones'.
func TestTimeIsTheMedian(t *testing.T) {
	if (Certificate{}).Time() != 0 {
		t.Error("the time of nothing")
	}
	rapid.Check(t, func(t *rapid.T) {
		honest := rapid.SliceOfN(rapid.Int64Range(1000, 2000), 2, 5).Draw(t, "honest")
		liars := rapid.SliceOfN(rapid.Int64(), 0, len(honest)-1).Draw(t, "liars")
		var cert Certificate
		for _, at := range rapid.Permutation(slices.Concat(honest, liars)).Draw(t, "votes") {
			cert.Votes = append(cert.Votes, Vote{Time: at})
		}
		if at := cert.Time(); at < slices.Min(honest) || at > slices.Max(honest) {
			t.Fatalf("%d lies outside of %v", at, honest)
		}
	})
}

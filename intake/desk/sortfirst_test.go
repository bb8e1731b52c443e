package desk

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSortFirst: the first n are those that sorting everything would put first,
// in order, and nothing is lost.
func TestSortFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.IntRange(0, 30), 0, 60).Draw(t, "list")
		n := rapid.IntRange(0, 70).Draw(t, "n")
		want := slices.Sorted(slices.Values(list))
		sortFirst(list, n, cmp.Compare[int])
		n = min(n, len(list))
		if !slices.Equal(list[:n], want[:n]) {
			t.Fatalf("the first %d are %v, want %v", n, list[:n], want[:n])
		}
		if slices.Sort(list); !slices.Equal(list, want) {
			t.Fatalf("it holds %v, want %v", list, want)
		}
	})
}

package api

import "testing"

func TestMaskedShowsTheEndsOnly(t *testing.T) {
	for _, c := range []struct {
		in          string
		first, last int
		want        string
	}{
		{"99999919900101001X", 6, 4, "999999********001X"},
		{"13800000000", 3, 4, "138****0000"},
		{"1234", 3, 4, "****"},
		{"", 3, 4, ""},
	} {
		if got := masked(c.in, c.first, c.last); got != c.want {
			t.Errorf("masked(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

package terms

import (
	"testing"

	"tongban/intake/casefile"
)

func TestNamesAreWhole(t *testing.T) {
	whole := func(of string, p Pair) {
		if p[0] == "" || p[1] == "" {
			t.Errorf("%s: %q", of, p)
		}
	}
	for k, p := range Actions {
		whole(string(k), p)
	}
	for k, p := range Events {
		whole(string(k), p)
	}
	for k, p := range Phases {
		whole(string(k), p)
	}
	if p, ok := Of(string(casefile.Hearing)); !ok || p[0] != "听证" {
		t.Errorf("a ground: %q, %v", p, ok)
	}
}

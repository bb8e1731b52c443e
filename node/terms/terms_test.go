package terms

import (
	"testing"

	"tongban/intake/casefile"
	"tongban/intake/desk"
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

// A step that is called as its action is said once, in either language.
func TestWork(t *testing.T) {
	for _, one := range []struct {
		step string
		of   desk.Action
		want Pair
	}{
		{"", "", Pair{}}, {"", desk.HandOver, Pair{"移交", "Hand over"}}, {"受理", desk.Accept, Pair{"受理", "Accept"}},
		{"窗口受理", desk.Accept, Pair{"窗口受理", "窗口受理 (Accept)"}}, {"发放补贴", desk.Serve, Pair{"发放补贴（送达）", "发放补贴 (Serve)"}},
		{"受理", "of_a_newer_program", Pair{"受理（of_a_newer_program）", "受理 (of_a_newer_program)"}},
	} {
		if got := Work(one.step, one.of); got != one.want {
			t.Errorf("%q, %s: %q, want %q", one.step, one.of, got, one.want)
		}
	}
}

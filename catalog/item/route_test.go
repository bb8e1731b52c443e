package item

import (
	"fmt"
	"slices"
	"testing"

	"tongban/catalog/area"
)

func TestRoute(t *testing.T) {
	it := complete()
	const subject area.Code = "320509111201"
	for _, c := range []struct {
		action Action
		step   int
		acting area.Code
	}{
		{Receive, 0, subject}, {Accept, 1, "320509111000"}, {Assess, 2, "320509111000"},
		{Posting, 3, subject}, {Decide, 4, "320509000000"}, {Serve, 5, "320509111000"},
	} {
		step, ok := it.StepFor(c.action)
		if !ok || step != c.step || it.Steps[step].Acting(subject) != c.acting {
			t.Errorf("%s: step %d, %v; want %d by %s", c.action, step, ok, c.step, c.acting)
		}
	}
	if step, ok := it.StepFor(Make); ok || step != -1 {
		t.Errorf("a step that the item lacks: %d, %v", step, ok)
	}
	if got := it.Steps[3].Acting("320509111000"); got != "" {
		t.Errorf("a village step where only the town is known: %q", got)
	}
	if got := fmt.Sprint(it.Levels()); got != "[village town village district town]" {
		t.Errorf("levels %s", got)
	}
	if got := it.StepsFor(Posting); !slices.Equal(got, []int{3}) {
		t.Errorf("postings %v", got)
	}
	if !it.Steps[2].Waits() || !it.Steps[3].Waits() || it.Steps[4].Waits() {
		t.Error("the waits are the appraisal and the posting")
	}
	if m, ok := it.Material("photo"); !ok || m.Originals != 3 {
		t.Errorf("the photo: %+v, %v", m, ok)
	}
	if _, ok := it.Material("nothing"); ok {
		t.Error("found a material that the item does not ask for")
	}
	bundle := lifeEvent()
	if it.IsBundle() || !bundle.IsBundle() {
		t.Error("a bundle is what has members")
	}
}

func TestPublishedCode(t *testing.T) {
	for _, c := range []struct{ basic, implement, handling, want string }{
		{"b", "i", "h", "h"}, {"b", "i", "", "i"}, {"b", "", "", "b"}, {"", "", "", ""},
	} {
		it := Item{Basic: c.basic, Implement: c.implement, Handling: c.handling}
		if got := it.PublishedCode(); string(got) != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

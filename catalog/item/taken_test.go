package item

import (
	"slices"
	"testing"

	"tongban/catalog/area"
)

func TestTakenBy(t *testing.T) {
	for _, c := range []struct {
		name string
		it   Item
		want []area.Level
	}{
		{"the steps say", Item{Level: area.City, Steps: []Step{
			{Action: Receive, Level: area.Village}, {Action: Accept, Level: area.Town}, {Action: Decide, Level: area.District},
		}}, []area.Level{area.Town, area.Village}},
		{"no steps", Item{Level: area.District}, []area.Level{area.District}},
		{"brought down", Item{Level: area.District, Delegations: []Delegation{
			{Level: area.Town, Actions: []Action{Accept}}, {Level: area.Village, Actions: []Action{Check}},
		}}, []area.Level{area.District, area.Town}},
		{"brought down whole", Item{Level: area.District, Delegations: []Delegation{{Level: area.Town}}}, []area.Level{area.District, area.Town}},
		{"nothing is said", Item{}, nil},
	} {
		if got := c.it.TakenBy(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestFurtherCodes(t *testing.T) {
	it := Item{Ref: Ref{Code: "A1"}, Basic: "000117044002", Handling: "A1", Record: "D26", LocalCode: "000117044002"}
	if got := it.FurtherCodes(); !slices.Equal(got, []string{"000117044002", "D26"}) {
		t.Errorf("%v", got)
	}
}

package privacy

import (
	"slices"
	"testing"

	"tongban/catalog/area"
	"tongban/intake/casefile"
)

// Whoever was asked for an opinion had the papers too, also when it takes part
// no more.
func TestCopiesWithParticipants(t *testing.T) {
	const town, other = area.Center("320509111000"), area.Center("320509102000")
	s := casefile.State{Holder: casefile.Party{Center: town, Incarnation: 1}, Voices: []casefile.Voice{
		{Participant: casefile.Participant{Center: other}, Removed: "not needed"},
	}}
	if all := copies(&s); !slices.Equal(all, []area.Center{"320509000000", other, town}) {
		t.Errorf("copies at %v", all)
	}
}

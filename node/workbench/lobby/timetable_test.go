package lobby

import (
	"testing"

	"tongban/intake/hall/timetable"
)

// The field that has to be typed anew is marked, and said in one sentence.
func TestTheWrongFieldOfATimetableIsMarked(t *testing.T) {
	for field, typed := range map[string]string{"hours": "9点到11点", "minutes": "半小时", "capacity": "x"} {
		d := &planning{Typed: map[string]string{field: typed}}
		if err := d.numbers(&timetable.Entry{}); err == nil || !d.Bad(field) {
			t.Errorf("%s: %v, %q is marked", field, err, d.Wrong)
		}
	}
	if got := wrongField(timetable.Entry{Kind: timetable.Mobile, Days: []string{"wed"}, Hours: []timetable.Span{{}}}); got != "place" {
		t.Errorf("%q is marked where the place is missing", got)
	}
}

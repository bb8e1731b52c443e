package feed

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tongban/consensus/certify/ledgertest"
)

// TestLooksAround: a parent that is cut off shows signs of life for ever; now
// and then another source is asked, in its turn, how far it reaches.
func TestLooksAround(t *testing.T) {
	own := ledgertest.New(realm, 0)
	own.Copy(truth(3, 3), 3)
	f := NewFollower(realm, position(own), ledgertest.Founders(root.Public()), Delays{Look: 10 * time.Second}, func() float64 { return 1 })
	start := time.UnixMilli(0)
	for _, turn := range []struct {
		at   time.Duration
		in   Input
		want string
	}{
		{0, Sources{[]string{"parent", "grandparent", "voter"}}, "open parent"},
		{0, Opened{"parent", 3}, ""},
		{9 * time.Second, Tick{}, ""},
		{10 * time.Second, Tick{}, "open grandparent"},
		{10 * time.Second, Pushed{"parent", Push{Reached: 3}}, ""}, // it goes on meanwhile
		{11 * time.Second, Opened{"grandparent", 3}, "close grandparent"},
		{20 * time.Second, Tick{}, "open voter"},
		{21 * time.Second, Failed{"voter", fmt.Errorf("line broke")}, "close voter, refuse voter unavailable"},
		{30 * time.Second, Pushed{"parent", Push{Reached: 3}}, "open grandparent"},
		{31 * time.Second, Opened{"grandparent", 5}, "close parent, refuse parent behind"},
		{32 * time.Second, Tick{}, "open parent"}, // it may be better again
		{32 * time.Second, Failed{"parent", fmt.Errorf("gone")}, "close parent, refuse parent unavailable"},
	} {
		var said []string
		for _, out := range f.Step(start.Add(turn.at), turn.in) {
			switch out := out.(type) {
			case Open:
				said = append(said, "open "+out.Source)
			case Close:
				said = append(said, "close "+out.Source)
			case Refuse:
				said = append(said, "refuse "+out.Source+" "+string(out.Err.Code))
			}
		}
		if got := strings.Join(said, ", "); got != turn.want {
			t.Errorf("at %v, %T: %q, want %q", turn.at, turn.in, got, turn.want)
		}
	}
	if source, reached := f.Source(); source != "grandparent" || reached != 5 {
		t.Errorf("it follows %q to %d", source, reached)
	}
}

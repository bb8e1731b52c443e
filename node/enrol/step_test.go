package enrol

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"

	"tongban/catalog/area"
	"tongban/consensus/chain"
)

// TestTicketLife runs the scripts in testdata/life. A script is what happens to
// one ticket, in order; what it prints is the answer and the state.
//
//	ticket center=… expires=100 [rejoin]
//	knock key=a now=5 [rejoin] [held]
//	ask key=a now=5 [center=…] [rejoin] [held]
//	sent
//	agreed
//	denied why=…
//	withdraw
func TestTicketLife(t *testing.T) {
	datadriven.Walk(t, "testdata/life", func(t *testing.T, path string) {
		var state State
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "ticket" {
				state = State{Rejoin: d.HasArg("rejoin")}
				var center string
				d.ScanArgs(t, "center", &center)
				d.ScanArgs(t, "expires", &state.Expires)
				state.Center = area.Center(center)
				return say(state, Answer{})
			}
			var answer Answer
			state, answer = Step(state, event(t, d, state))
			return say(state, answer)
		})
	})
}

func event(t *testing.T, d *datadriven.TestData, s State) Event {
	var now int64
	d.MaybeScanArgs(t, "now", &now)
	knock := func() Knock {
		var key string
		d.ScanArgs(t, "key", &key)
		return Knock{chain.PublicKey(key), d.HasArg("rejoin"), d.HasArg("held"), now}
	}
	switch d.Cmd {
	case "knock":
		return knock()
	case "ask":
		center := string(s.Center)
		d.MaybeScanArgs(t, "center", &center)
		return Ask{knock(), area.Center(center)}
	case "sent":
		return Sent{}
	case "agreed":
		return Agreed{}
	case "denied":
		var why string
		d.ScanArgs(t, "why", &why)
		return Denied{why}
	case "withdraw":
		return Withdraw{}
	}
	t.Fatalf("no such event: %s", d.Cmd)
	return nil
}

func say(s State, a Answer) string {
	text := ""
	switch {
	case a.Terms:
		text = "→ terms\n"
	case a.Propose:
		text = "→ propose\n"
	case a.Welcome:
		text = "→ welcome\n"
	case a.Refuse != "":
		text = fmt.Sprintf("→ refuse %s\n", a.Refuse)
	}
	text += s.Phase.String()
	if len(s.Key) > 0 {
		text += " by " + string(s.Key)
	}
	if s.Said != "" {
		text += ", the Register said: " + s.Said
	}
	return text + "\n"
}

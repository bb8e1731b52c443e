package exchange

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// TestCore runs the scripts of testdata/core: what happened, and what the
// core says follows. Regenerate with -rewrite.
func TestCore(t *testing.T) {
	datadriven.Walk(t, "testdata/core", func(t *testing.T, path string) {
		s := newScript()
		datadriven.RunTest(t, path, s.run)
	})
}

type script struct {
	core    *Core
	now     time.Time
	version uint64
}

func newScript() *script {
	return &script{core: NewCore(Timing{}, func() float64 { return 1 }), now: time.UnixMilli(0)}
}

func (s *script) run(t *testing.T, d *datadriven.TestData) string {
	dest := area.Center("D")
	if len(d.CmdArgs) > 0 && len(d.CmdArgs[0].Vals) == 0 {
		dest = area.Center(d.CmdArgs[0].Key)
	}
	var n, mark, inc, reg, ver uint64 = 0, 0, 1, 0, 0
	var id, purpose, code, via = "c1", string(Copy), "", ""
	kind := CaseRow
	num := func(name string, to *uint64) {
		if d.HasArg(name) {
			d.ScanArgs(t, name, to)
		}
	}
	str := func(name string, to *string) {
		if d.HasArg(name) {
			d.ScanArgs(t, name, to)
		}
	}
	num("n", &n)
	num("mark", &mark)
	num("inc", &inc)
	num("register", &reg)
	num("version", &ver)
	str("id", &id)
	str("purpose", &purpose)
	str("code", &code)
	str("via", &via)
	if d.HasArg("receipt") {
		kind = ReceiptRow
	}
	if d.HasArg("papers") {
		kind, purpose = BlobRow, string(Content)
	}
	var told []chain.Hash
	if d.HasArg("blob") {
		told = []chain.Hash{{0xb1}}
	}
	if strings.Contains(id, "/") {
		kind = CarryRow
	}
	key := Key{dest, kind, id}
	step := func(in Input) string { return show(s.core.Step(s.now, in)) }
	switch d.Cmd {
	case "restore":
		s.core.Restore(dest, uint32(inc), mark)
		return "ok\n"
	case "stage":
		s.version++
		return step(RowStaged{Row{key, s.version, s.now.UnixMilli(), Purpose(purpose)}})
	case "lower":
		return step(RowStaged{Row{key, ver, s.now.UnixMilli(), Purpose(purpose)}})
	case "wanted":
		return step(Wanted{dest, id})
	case "nothing": // a row that has nothing to send any more
		num("version", &ver)
		return step(Obsolete{key, ver})
	case "drop":
		return step(RowDropped{key})
	case "wait":
		var dur string
		d.ScanArgs(t, "for", &dur)
		by, err := time.ParseDuration(dur)
		if err != nil {
			t.Fatal(err)
		}
		s.now = s.now.Add(by)
		return step(Tick{})
	case "wake":
		at, ok := s.core.Wake(s.now)
		if !ok {
			return "nothing waits for time\n"
		}
		return fmt.Sprintf("in %s\n", at.Sub(s.now).Round(time.Millisecond))
	case "up":
		return step(PeerUp{dest})
	case "hello":
		return step(Greet{dest})
	case "try":
		return step(TryNow{dest})
	case "greet":
		return step(Greeted{dest, uint32(inc)})
	case "opened":
		return step(Opened{dest, uint32(inc), mark, reg})
	case "send": // every due row, as one part each (parts=2: as two)
		var parts uint64 = 1
		num("parts", &parts)
		var out strings.Builder
		for _, r := range s.core.Next(s.now, dest, 100) {
			first := s.core.Number(dest, int(parts))
			var flights []Flight
			for i := range parts {
				f := Flight{N: first + i, Key: r.Key, Version: r.Version, Last: i == parts-1}
				if r.Key.Kind == BlobRow { // one blob, of which upto bytes are there then (0: all)
					var upto uint64
					num("upto", &upto)
					f.Blob, f.Upto = chain.Hash{0xb1}, int64(upto)
				} else {
					f.Head = chain.Head{Index: 10*r.Version + i}
				}
				flights = append(flights, f)
			}
			s.core.Step(s.now, RowsSent{dest, flights})
			fmt.Fprintf(&out, "rows %d..%d: %s version %d (%s)\n", first, first+parts-1, r.Key, r.Version, r.Purpose)
		}
		if out.Len() == 0 {
			return "nothing is due\n"
		}
		return out.String()
	case "answer":
		in := Answered{Dest: dest, Ack: n}
		if code != "" {
			at := n
			num("at", &at)
			in.Verdicts = []Verdict{{N: at, Code: refusal.Code(code), Hint: "why", Head: chain.Head{Index: 3}}}
		}
		return step(in)
	case "receipt":
		return step(Receipted{key, ver, Verdict{Code: refusal.Code(code)}, chain.Head{Index: 7}, told})
	case "fail":
		return step(LineFailed{dest, area.Center(via), "no line", d.HasArg("never")})
	case "close":
		return step(LineClosed{dest})
	case "rows":
		var out strings.Builder
		for _, v := range s.core.Rows("") {
			fmt.Fprintf(&out, "%s: %s since %s, %s", v.Key, v.Purpose, v.Since.Sub(time.UnixMilli(0)), v.Status)
			if v.Code != "" {
				fmt.Fprintf(&out, " %s", v.Code)
			}
			if v.Reason != "" {
				fmt.Fprintf(&out, " (%s)", v.Reason)
			}
			if v.Next.After(s.now) {
				fmt.Fprintf(&out, ", next in %s", v.Next.Sub(s.now))
			}
			out.WriteString("\n")
		}
		if out.Len() == 0 {
			return "none\n"
		}
		return out.String()
	}
	t.Fatalf("unknown command %q", d.Cmd)
	return ""
}

func show(out []Output) string {
	if len(out) == 0 {
		return "nothing\n"
	}
	var b strings.Builder
	for _, o := range out {
		switch o := o.(type) {
		case Dial:
			fmt.Fprintf(&b, "dial %s\n", o.Dest)
		case Send:
			fmt.Fprintf(&b, "send to %s\n", o.Dest)
		case Done:
			fmt.Fprintf(&b, "done: %s version %d\n", o.Key, o.Version)
		case Learned:
			verb := "has"
			if o.Forget {
				verb = "has only"
			}
			switch {
			case o.Doubt:
				fmt.Fprintf(&b, "%s may lack papers of %s\n", o.Dest, o.Case)
			case len(o.Blobs) > 0:
				fmt.Fprintf(&b, "%s has blob %s of %s\n", o.Dest, o.Blobs[0].Short()[:2], o.Case)
			case o.Begun.Blob != chain.Hash{}:
				fmt.Fprintf(&b, "%s has %d bytes of blob %s of %s\n", o.Dest, o.Begun.Upto, o.Begun.Blob.Short()[:2], o.Case)
			default:
				fmt.Fprintf(&b, "%s %s %s up to %d\n", o.Dest, verb, o.Case, o.Head.Index)
			}
		case Marked:
			fmt.Fprintf(&b, "mark %s@%d: %d\n", o.Dest, o.Incarnation, o.N)
		case Return:
			fmt.Fprintf(&b, "give back to %s@%d, which is at %d\n", o.Dest, o.Incarnation, o.N)
		case Stage:
			fmt.Fprintf(&b, "stage: %s\n", o.Row.Key)
		default:
			fmt.Fprintf(&b, "%T%+v\n", o, o)
		}
	}
	return b.String()
}

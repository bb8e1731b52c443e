package casefile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// script is the city that a text script in testdata acts on.
type script struct {
	realm *casetest.Realm
	id    casefile.ID
	nodes map[string]*node
	now   time.Time
}

var places = map[string]area.Center{
	"village": casetest.Village, "village2": casetest.Village2, "town": casetest.Town, "town2": casetest.Town2,
	"district": casetest.District, "far": casetest.Far, "city": casetest.Over,
}

var items = map[string]item.Ref{
	"residence": casetest.Residence, "permit": casetest.Permit, "birth": casetest.Birth, "bare": casetest.Bare,
	"shop": casetest.Shop, "moving": casetest.Moving,
}

func newScript(opener string) *script {
	s := &script{realm: casetest.City(), nodes: map[string]*node{}, now: start}
	s.id = casefile.NewID(casetest.First(places[opener]), 1)
	for name, center := range places {
		s.nodes[name] = newNode(s.realm, casetest.First(center), s.id)
	}
	return s
}

// The scripts in testdata say for each rule of custody and each mutant of the
// model what the code does. Run with -rewrite to see what changed.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/script", func(t *testing.T, path string) {
		var s *script
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "case" { // case opener=NODE: a new city
				s = newScript(arg(d, "opener", "village"))
				return "ok\n"
			}
			s.now = s.now.Add(time.Minute)
			return s.run(t, d) + "\n"
		})
	})
}

func arg(d *datadriven.TestData, key, missing string) string {
	for _, a := range d.CmdArgs {
		if a.Key == key {
			return strings.Join(a.Vals, ",")
		}
	}
	return missing
}

func number(d *datadriven.TestData, key string, missing int) int {
	n := missing
	if text := arg(d, key, ""); text != "" {
		if _, err := fmt.Sscan(text, &n); err != nil {
			d.Fatalf(nil, "%s=%s: %v", key, text, err)
		}
	}
	return n
}

func answer(err error) string {
	code := refusal.CodeOf(err)
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	return fmt.Sprintf("refused %s: %s", code, text)
}

func (s *script) run(t *testing.T, d *datadriven.TestData) string {
	n := s.nodes[arg(d, "node", "")]
	switch d.Cmd {
	case "write": // write node= kind= ...: a node writes the next event
		if err := n.write(s.draft(d, n), s.now); err != nil {
			return answer(err)
		}
		return short(n.state)
	case "may": // may node= kind= step=
		kind := casefile.Kind(arg(d, "kind", ""))
		if err := casefile.May(n.view, n.state, n.self, kind, number(d, "step", -1), s.now); err != nil {
			return answer(err)
		}
		return "yes"
	case "send": // send from= to= first= upto=: records travel
		from, to := s.nodes[arg(d, "from", "")], s.nodes[arg(d, "to", "")]
		first := number(d, "first", 1)
		return s.take(to, first, from.log[first-1:number(d, "upto", len(from.log))])
	case "branch": // branch from= to=: the first branch beside the log travels
		return s.take(s.nodes[arg(d, "to", "")], 1, s.nodes[arg(d, "from", "")].beside[0])
	case "retry": // retry node=: what is parked is judged again
		return s.take(n, int(n.from), n.parked)
	case "stale": // stale node=: it hears no more of the Register
		n.view = s.realm.At(s.realm.View().Head().Index)
		return "ok"
	case "learn": // learn node=: it hears all of it
		n.view = s.realm.View()
		return "ok"
	case "tick": // the Register goes on
		s.realm.Tick()
		return "ok"
	case "grant": // grant to= base=NODE:SEQ lost=: the Register grants a seizure
		return s.grant(d)
	case "power": // power node= item= level=N
		level := area.Level(number(d, "level", 0))
		s.realm.Grant(n.self.Center, items[arg(d, "item", "")].Code, level, arg(d, "from", "2026-01-01"), arg(d, "to", ""))
		return "ok"
	case "revoke":
		s.realm.Revoke(n.self.Center)
		return "ok"
	case "restore": // restore node= upto= old=NAME: from a copy; the old machine lives on under a name
		s.nodes[arg(d, "node", "")] = n.restored(number(d, "upto", len(n.log)))
		if old := arg(d, "old", ""); old != "" {
			s.nodes[old] = n
		}
		return "ok"
	case "rollback": // rollback node= upto= twin=NAME: an old copy runs on under the same incarnation
		old := newNode(s.realm, n.self, s.id)
		if _, err := old.take(1, n.log[:number(d, "upto", len(n.log))]); err != nil {
			t.Fatal(err)
		}
		old.fenced = false
		if twin := arg(d, "twin", ""); twin != "" {
			s.nodes[twin] = n
		}
		s.nodes[arg(d, "node", "")] = old
		return "ok"
	case "forge": // forge node= what=: the last event is not as it was sealed
		return s.forge(d, n)
	case "show":
		return fmt.Sprintf("%s; frozen %v, fenced %v, beside %d, parked %d", short(n.state), n.frozen, n.fenced, len(n.beside), len(n.parked))
	case "current": // current node=: the step that comes next, and the choice in force
		it, _ := n.view.Item(n.state.Item)
		return fmt.Sprintf("step %d; choice %+v; bundle %+v", n.state.Current(it), n.state.Choice, n.state.Bundle)
	case "verify":
		if _, err := casefile.Verify(n.view, s.id, n.log); err != nil {
			return answer(err)
		}
		return "ok"
	}
	d.Fatalf(t, "unknown command %s", d.Cmd)
	return ""
}

func (s *script) take(to *node, first int, records [][]byte) string {
	decision, err := to.take(uint64(first), records)
	if err != nil {
		return answer(err)
	}
	out := fmt.Sprintf("%s: %s", decision.Ruling, short(to.state))
	if decision.Ruling == casefile.Gap {
		return fmt.Sprintf("gap: send from %d", decision.Need)
	}
	if len(decision.Parked) > 0 {
		out += fmt.Sprintf("; %d parked (%s)", len(decision.Parked), refusal.CodeOf(decision.Reason))
	}
	if decision.Own {
		out += "; it holds our own work, which we do not have: fenced"
	}
	return out
}

func (s *script) grant(d *datadriven.TestData) string {
	to := s.nodes[arg(d, "to", "")].self
	if inc, ok := s.realm.View().Current(to.Center); ok {
		to.Incarnation = inc
	}
	name, seq, _ := strings.Cut(arg(d, "base", ""), ":")
	upto := 0
	if _, err := fmt.Sscan(seq, &upto); err != nil {
		return err.Error()
	}
	base, err := casefile.Fold(s.id, s.nodes[name].log[:upto])
	if err != nil {
		return err.Error()
	}
	g := s.realm.Seize(s.id, to, base.Head, places[arg(d, "lost", name)])
	return fmt.Sprintf("epoch %d to %s on event %d", g.Epoch, g.Grantee, g.Base.Index)
}

// forge changes the node's last event in one way and seals it again with the
// node's own key, or leaves the seal of before.
func (s *script) forge(d *datadriven.TestData, n *node) string {
	last := len(n.log) - 1
	r, err := casefile.Read(n.log[last])
	if err != nil {
		return err.Error()
	}
	e := r.Event
	switch arg(d, "what", "") {
	case "seal":
		b := append([]byte(nil), n.log[last]...)
		b[len(b)-1] ^= 1
		n.log[last] = b
		return "ok"
	case "author":
		e.Author = s.nodes[arg(d, "as", "")].self
	case "prev":
		e.Prev = chain.Sum(nil)
	case "case":
		e.Case = casefile.NewID(n.self, 99)
	case "epoch":
		e.Epoch++
	case "time":
		e.NodeTime = 1
	case "register":
		e.Register.Hash = chain.Sum(nil)
	case "kind":
		e.Kind = "teleported"
	case "step":
		e.Body = bodyWithStep(number(d, "step", 99))
	}
	n.log[last] = reseal(s.realm.Secret(n.self), e)
	return "ok"
}

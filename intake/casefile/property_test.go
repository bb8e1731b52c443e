package casefile_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// world is some centers with one case, a Register that each knows more or less
// of, and a network that keeps every copy for ever.
type world struct {
	t     *rapid.T
	realm *casetest.Realm
	id    casefile.ID
	nodes []*node
	sent  [][][]byte // whole logs that left a disk
	now   time.Time

	written map[string]chain.Hash // (epoch, position) → the event there
	begun   map[casefile.Epoch]bool
	revived bool
	seized  int
}

var centers = []area.Center{casetest.Village, casetest.Town, casetest.District, casetest.Town2}

func newWorld(t *rapid.T) *world {
	w := &world{t: t, realm: casetest.City(), now: start, written: map[string]chain.Hash{}, begun: map[casefile.Epoch]bool{}}
	w.id = casefile.NewID(casetest.First(centers[0]), 1)
	head := w.realm.View().Head().Index
	for _, c := range centers {
		n := newNode(w.realm, casetest.First(c), w.id)
		n.view = w.realm.At(head)
		w.nodes = append(w.nodes, n)
	}
	w.write(w.nodes[0], open())
	w.sent = append(w.sent, w.nodes[0].log)
	return w
}

// write lets a node try, and holds what comes to pass against I1: one chain
// for each epoch, and an epoch begins once.
func (w *world) write(n *node, d casefile.Draft) {
	w.now = w.now.Add(time.Second)
	if err := n.write(d, w.now); err != nil {
		return
	}
	at := fmt.Sprintf("%d/%d", n.state.Epoch, n.state.Head.Index)
	if was, ok := w.written[at]; ok && was != n.state.Head.Hash {
		w.t.Fatalf("I1: two events at epoch/position %s; the second: %s by %s", at, short(n.state), n.self)
	}
	w.written[at] = n.state.Head.Hash
	if d.Kind == casefile.Seized {
		if w.begun[n.state.Epoch] {
			w.t.Fatalf("I1: epoch %d begins twice", n.state.Epoch)
		}
		w.begun[n.state.Epoch] = true
	}
}

func (w *world) node() *node { return w.nodes[rapid.IntRange(0, len(w.nodes)-1).Draw(w.t, "node")] }

func (w *world) copy() [][]byte { return w.sent[rapid.IntRange(0, len(w.sent)-1).Draw(w.t, "log")] }

func (w *world) handOver(*rapid.T) {
	n, to := w.node(), w.node()
	inc := to.self.Incarnation // the sender may know an old one
	if known, ok := n.view.Current(to.self.Center); ok {
		inc = known
	}
	w.write(n, handOver(casefile.Party{Center: to.self.Center, Incarnation: inc}))
}

func (w *world) answer(*rapid.T) {
	n := w.node()
	if n.state.Offer != nil && rapid.Bool().Draw(w.t, "turn back") {
		w.write(n, casefile.Draft{Kind: casefile.TurnedBack, Body: casefile.TurnedBackBody{To: n.state.Offer.From, Reason: "x"}})
		return
	}
	w.write(n, casefile.Draft{Kind: casefile.TakenOver})
}

func (w *world) work(*rapid.T) {
	w.write(w.node(), casefile.Draft{Kind: casefile.Opinion, Body: casefile.OpinionBody{Text: "x"}})
}

// seize: whoever was granted the newest epoch that it knows of uses it, if it
// can.
func (w *world) seize(*rapid.T) { w.write(w.node(), casefile.Draft{Kind: casefile.Seized}) }

// grant: the Register grants the next epoch to anybody, on any log that left a
// disk.
func (w *world) grant(*rapid.T) {
	if w.seized == 4 {
		w.t.Skip("enough")
	}
	log := w.copy()
	upto := rapid.IntRange(1, len(log)).Draw(w.t, "base")
	base, err := casefile.Fold(w.id, log[:upto])
	if err != nil {
		w.t.Fatal(err)
	}
	c := rapid.SampledFrom(centers).Draw(w.t, "grantee")
	inc, _ := w.realm.View().Current(c)
	w.realm.Seize(w.id, casefile.Party{Center: c, Incarnation: inc}, base.Head, base.Next().Center)
	w.seized++
}

// learn: a node hears more of the Register.
func (w *world) learn(*rapid.T) {
	n, whole := w.node(), w.realm.View().Head().Index
	n.view.Move(rapid.Uint64Range(n.view.Head().Index, whole).Draw(w.t, "index"))
}

func (w *world) send(*rapid.T) {
	if n := w.node(); len(n.log) > 0 {
		w.sent = append(w.sent, n.log)
	}
}

// arrive: any copy reaches anybody, whole or in part, at any time.
func (w *world) arrive(*rapid.T) {
	n, log := w.node(), w.copy()
	last := rapid.IntRange(1, len(log)).Draw(w.t, "last")
	first := rapid.IntRange(1, last).Draw(w.t, "first")
	if rapid.Bool().Draw(w.t, "whole") {
		first, last = 1, len(log)
	}
	before := n.state
	d, err := n.take(uint64(first), log[first-1:last])
	if err != nil {
		w.t.Fatalf("%s refuses what the rules wrote: %v", n.self, err)
	}
	if d.Ruling == casefile.Equivocation {
		w.t.Fatalf("equivocation without a traitor: %s", short(d.State))
	}
	if d.Own {
		w.t.Fatalf("%s finds its own seal in what it does not have", n.self)
	}
	if n.state.Epoch < before.Epoch {
		w.t.Fatalf("the epoch fell from %d to %d", before.Epoch, n.state.Epoch)
	}
	if n.state.Epoch == before.Epoch && n.state.Head.Index < before.Head.Index {
		w.t.Fatalf("the log of one epoch became shorter")
	}
}

// restore: a node comes back from an earlier copy in a new incarnation; its
// old machine may come back to life beside it.
func (w *world) restore(*rapid.T) {
	i := rapid.IntRange(0, len(centers)-1).Draw(w.t, "center")
	old := w.nodes[i]
	if old.self.Incarnation > 2 || len(old.log) == 0 {
		w.t.Skip("nothing to restore")
	}
	back := old.restored(rapid.IntRange(1, len(old.log)).Draw(w.t, "copy"))
	back.view = w.realm.At(w.realm.View().Head().Index) // the Register granted it, so it knows it
	w.nodes[i] = back
	if !w.revived && rapid.Bool().Draw(w.t, "old machine lives") {
		w.revived = true
		w.nodes = append(w.nodes, old)
	}
}

func (w *world) check(*rapid.T) {
	whole := w.realm.View().Head()
	for i, a := range w.nodes {
		if !a.mayWrite(w.now) {
			continue
		}
		for _, b := range w.nodes[i+1:] {
			if !b.mayWrite(w.now) {
				continue
			}
			if a.state.Epoch == b.state.Epoch {
				w.t.Fatalf("I2: %s and %s may write in epoch %d", a.self, b.self, a.state.Epoch)
			}
			if a.view.Head() == whole && b.view.Head() == whole {
				w.t.Fatalf("I3: %s and %s know the whole Register and may both write", a.self, b.self)
			}
		}
	}
}

// However hand-overs, seizures, restores, deliveries and news of the Register
// fall out, the invariants of the model hold for the code: one chain for each
// epoch (I1), one writer at each epoch (I2), one writer among those who know
// the whole Register (I3). And in the end, when all copies and all of the
// Register have arrived everywhere, all nodes have one log, and it verifies.
func TestCustodyInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		t.Repeat(map[string]func(*rapid.T){
			"hand over": w.handOver, "answer": w.answer, "work": w.work, "seize": w.seize, "grant": w.grant,
			"learn": w.learn, "send": w.send, "arrive": w.arrive, "restore": w.restore, "": w.check,
		})
		w.settle()
	})
}

func (w *world) settle() {
	whole := w.realm.View().Head().Index
	for _, n := range w.nodes {
		n.view.Move(whole)
		if len(n.log) > 0 {
			w.sent = append(w.sent, n.log)
		}
		w.sent = append(w.sent, n.beside...)
	}
	for _, n := range w.nodes {
		for _, log := range w.sent {
			if _, err := n.take(1, log); err != nil {
				w.t.Fatalf("%s refuses in the end: %v", n.self, err)
			}
		}
		got, err := casefile.Verify(n.view, w.id, n.log)
		if err != nil || got.Head != n.state.Head {
			w.t.Fatalf("%s: %v", n.self, err)
		}
		if n.state.Head != w.nodes[0].state.Head {
			w.t.Fatalf("%s ends at %s, %s at %s", n.self, short(n.state), w.nodes[0].self, short(w.nodes[0].state))
		}
	}
}

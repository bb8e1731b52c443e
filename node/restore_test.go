package node

import (
	"crypto/rand"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/identity"
	"tongban/node/store"
)

// keep copies a stopped node's data directory.
func (c *city) keep(from string) (kept string) {
	c.t.Helper()
	kept = filepath.Join(c.t.TempDir(), "kept")
	c.copyTree(from, kept)
	return kept
}

// putBack makes the kept copy the directory again.
func (c *city) putBack(kept, dir string) {
	c.t.Helper()
	must(c.t, os.RemoveAll(dir))
	c.copyTree(kept, dir)
}

func (c *city) copyTree(from, to string) {
	c.t.Helper()
	must(c.t, os.CopyFS(to, os.DirFS(from)))
	must(c.t, filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	}))
}

// agedVillage is a village whose node has gone on since a copy of its
// directory was kept: lost is what it had on its disk since, the first case its
// own and still in its hands, the second handed over and worked on by its parent.
func agedVillage(t *testing.T) (c *city, code item.Code, kept string, lost []casefile.State) {
	c = newCity(t, wujiang)
	c.join(wujiang, yejian)
	code = c.publish("D01")["D01"]
	first := c.opened(yejian, desk.OpenForm{Item: code, Subject: yejian.Area()})
	c.reaches(wujiang, first.ID, first.Head)
	c.kill(yejian)
	kept = c.keep(c.dirOf(yejian))
	c.start(yejian)
	for range 2 {
		lost = append(lost, c.opened(yejian, desk.OpenForm{Item: code, Subject: yejian.Area()}))
	}
	lost[1] = c.pass(yejian, wujiang, lost[1].ID)
	c.reaches(yejian, lost[1].ID, lost[1].Head)
	c.reaches(wujiang, lost[0].ID, lost[0].Head)
	c.drained(yejian)
	c.drained(wujiang)
	c.kill(yejian)
	return c, code, kept, lost
}

// drained waits until nothing is left in a center's outbox.
func (c *city) drained(center area.Center) {
	c.t.Helper()
	c.wait("the outbox of "+string(center), func() bool { return len(c.nodes[center].exchange.Rows("")) == 0 })
}

// fenced checks that a node writes nothing: no case, no command.
func (c *city) fenced(center area.Center, code item.Code) {
	c.t.Helper()
	n := c.nodes[center]
	c.wait("fenced "+string(center), func() bool { _, fenced := n.cabinet.Fenced(); return fenced })
	reason, _ := n.cabinet.Fenced()
	c.t.Logf("%s is fenced: %s", center, reason)
	_, err := n.desk.Open(c.ctx, clerk(), desk.OpenForm{Item: code, Answers: situations["D01"], Subject: center.Area(), Applicant: applicant.Applicant{Person: applicant.Person{Name: "乙某某"}}})
	if refusal.CodeOf(err) != refusal.Fenced {
		c.t.Errorf("a fenced node opens a case: %v", err)
	}
	if _, err := n.Propose(c.ctx, Wish{Body: noticeIn(center), Staff: "村"}); refusal.CodeOf(err) != refusal.Fenced {
		c.t.Errorf("a fenced node proposes: %v", err)
	}
}

// rejoined brings a fenced village back under a new incarnation, and checks
// that it writes again and has back what it had acknowledged.
func (c *city) rejoined(center area.Center, code item.Code, lost []casefile.State) {
	c.t.Helper()
	c.kill(center)
	ticket, err := c.nodes[wujiang].Invite(center, time.Hour, true)
	must(c.t, err)
	must(c.t, c.knock(c.dirOf(center), testConfig(c.t, center), ticket))
	c.start(center)
	n := c.nodes[center]
	c.wait("the new incarnation", func() bool {
		_, fenced := n.cabinet.Fenced()
		current, ok := n.register.Current(center)
		return !fenced && ok && current == 2
	})
	if self := n.self(); self.Incarnation != 2 {
		c.t.Fatalf("it is %s", self)
	}
	for _, s := range lost {
		c.reaches(center, s.ID, s.Head)
	}
	fresh := c.opened(center, desk.OpenForm{Item: code, Subject: center.Area()})
	if !strings.HasPrefix(string(fresh.ID), string(center)+".2.") || fresh.Number == lost[0].Number || fresh.Number == lost[1].Number {
		c.t.Errorf("the new case is %s, number %s", fresh.ID, fresh.Number)
	}
	c.reaches(wujiang, fresh.ID, fresh.Head)
	// The old incarnation's cases move by a seizure only.
	_, err = n.desk.Receive(c.ctx, clerk(), lost[0].ID, desk.ReceiveForm{})
	if refusal.CodeOf(err) != casefile.OtherIncarnation {
		c.t.Errorf("it writes on what its earlier incarnation holds: %v", err)
	}
	failed, err := n.cabinet.VerifyAll(c.ctx, nil)
	must(c.t, err)
	if len(failed) > 0 {
		c.t.Errorf("%v", failed)
	}
}

// TestRestoredDatabaseFencesItself: the database came out of a backup, the key
// and the mark beside it did not: the node sees it at its start.
func TestRestoredDatabaseFencesItself(t *testing.T) {
	c, code, kept, lost := agedVillage(t)
	c.putBack(filepath.Join(kept, "db"), filepath.Join(c.dirOf(yejian), "db"))
	c.start(yejian)
	c.logged(yejian, "this node may not write any more", "one of them is an old copy")
	c.fenced(yejian, code)
	c.rejoined(yejian, code, lost)
}

// TestRestoredDirectoryIsRefusedByPeers: the whole directory is an old copy, so
// that its marks agree. Who remembers what it gave its word for tells it, before
// anybody at its counter has written anything.
func TestRestoredDirectoryIsRefusedByPeers(t *testing.T) {
	c, code, kept, lost := agedVillage(t)
	c.putBack(kept, c.dirOf(yejian))
	r := c.start(yejian)
	if !r.Node.start.Verdict.Sound() {
		t.Fatalf("its own marks tell it already: %s", r.Node.start.Reason)
	}
	c.logged(wujiang, "code=restored", string(yejian))
	c.logged(yejian, "this node may not write any more", "restored", string(wujiang))
	c.fenced(yejian, code)
	if s, err := c.nodes[wujiang].cabinet.State(lost[0].ID); err != nil || s.Head != lost[0].Head {
		t.Errorf("the parent's copy: %+v, %v", s.Head, err)
	}
	c.rejoined(yejian, code, lost)
}

// TestCloneKnowsItself: a directory that was copied to another machine.
func TestCloneKnowsItself(t *testing.T) {
	c := newCity(t, wujiang)
	c.join(wujiang, yejian)
	code := c.publish("D01")["D01"]
	c.kill(yejian)
	o := c.options(yejian)
	o.Machine = "another machine"
	c.nodes[yejian] = c.run(c.dirOf(yejian), o)
	c.logged(yejian, "this node may not write any more", "another machine")
	c.fenced(yejian, code)
}

// TestCloneIsRefusedByPeers: the copy runs beside the original, on another
// machine, and its marks were made to fit.
func TestCloneIsRefusedByPeers(t *testing.T) {
	c := newCity(t, wujiang)
	c.join(wujiang, yejian)
	code := c.publish("D01")["D01"]
	first := c.opened(yejian, desk.OpenForm{Item: code, Subject: yejian.Area()})
	c.reaches(wujiang, first.ID, first.Head)
	c.kill(yejian)
	copied := c.keep(c.dirOf(yejian))
	original := c.start(yejian)

	// The forger's work: the marks say that the copy last ran over there.
	o := c.options("clone")
	o.Machine = "another machine"
	id, err := identity.Load(copied)
	must(t, err)
	s, err := store.Open(store.Config{Dir: copied, Log: o.Log})
	must(t, err)
	session := make([]byte, 16)
	_, err = rand.Read(session)
	must(t, err)
	must(t, id.Renew(s, o.Machine, hex.EncodeToString(session)))
	must(t, s.Close())
	config, err := ReadConfig(copied)
	must(t, err)
	config.Peer.Announce = config.Peer.Listen // the directory's entry stays as it is
	config.Peer.Listen = []string{"/ip4/127.0.0.1/tcp/" + freePort(t)}
	config.Enrol.Listen = ""
	must(t, WriteConfig(copied, config))

	second := c.opened(yejian, desk.OpenForm{Item: code, Subject: yejian.Area()}) // a line of the original stands
	c.reaches(wujiang, second.ID, second.Head)
	clone := c.run(copied, o)
	t.Cleanup(func() { clone.stop(); must(t, <-clone.done) })
	if !clone.Node.start.Verdict.Sound() {
		t.Fatalf("its own marks tell it already: %s", clone.Node.start.Reason)
	}
	c.logged(wujiang, "code=cloned", string(yejian))
	c.logged("clone", "this node may not write any more", "cloned")
	c.wait("the clone is fenced", func() bool { _, fenced := clone.cabinet.Fenced(); return fenced })
	// Nobody can tell from afar which of the two is the right one.
	c.logged(yejian, "this node may not write any more", "cloned")
	c.fenced(yejian, code)
	if original.self() != clone.self() {
		t.Errorf("%s and %s", original.self(), clone.self())
	}
}

// TestOneNodeForOneDirectory: the second is refused with the process that has
// it, and does the first no harm.
func TestOneNodeForOneDirectory(t *testing.T) {
	c := newCity(t, wujiang)
	second, err := Open(c.dirOf(wujiang), c.options("second"))
	if refusal.CodeOf(err) != store.AlreadyOpen || !strings.Contains(err.Error(), "already open by process ") {
		t.Errorf("a second node: %v", err)
	}
	t.Logf("refused: %v (%s)", err, refusal.HintOf(err))
	if second != nil {
		second.Close()
	}
	c.must(wujiang, noticeIn(wujiang))
	c.kill(wujiang)
	c.start(wujiang) // and gives it free
}

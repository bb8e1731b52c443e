package cabinet

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// victimDir names the data directory of a process that is to be killed.
const victimDir = "CABINET_TEST_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		victim(dir)
	}
	os.Exit(m.Run())
}

// victim opens cases and writes on them from many goroutines until it is
// killed, and says a line for each answer that it got: the case, how long its
// log is, and what it claims of its own writes.
func victim(dir string) {
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	realm := casetest.City()
	db, err := badger.Open(options(dir))
	if err != nil {
		fail(err)
	}
	self := casetest.First(casetest.Town)
	c, err := Open(Config{DB: db, Register: realm.View(), Now: time.Now,
		Self: func() casefile.Party { return self }, Key: realm.Secret(self)})
	if err != nil {
		fail(err)
	}
	var mu sync.Mutex
	said := func(s casefile.State) {
		seq, hash := c.Own()
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf("%s %d %d %s\n", s.ID, s.Head.Index, seq, hash)
	}
	for range 16 {
		go func() {
			for n := 0; ; n++ {
				id, err := c.NewID()
				if err != nil {
					fail(err)
				}
				s, err := c.Open(context.Background(), id, drafts(casetest.Open(casetest.Residence, area.Code(casetest.Village), casetest.Town)))
				if err != nil {
					fail(err)
				}
				said(s)
				s, err = c.Append(context.Background(), id, drafts(casefile.Draft{Kind: casefile.Received, Body: casefile.ReceivedBody{}}))
				if err != nil {
					fail(err)
				}
				said(s)
			}
		}()
	}
	select {}
}

// Killed in the middle of it, again and again: what was answered is there,
// every log verifies, no name is given twice, and the own-write counter is not
// below what was claimed.
func TestKilled(t *testing.T) {
	realm := casetest.City()
	d := newDesk(t, realm, casetest.Town)
	if err := d.db.Close(); err != nil {
		t.Fatal(err)
	}
	answered, claimed := map[casefile.ID]uint64{}, uint64(0)
	hashes := map[uint64]string{}
	for round := range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), victimDir+"="+d.dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		for n := 0; ; n++ {
			line, err := lines.ReadString('\n')
			if err == io.EOF {
				break
			}
			if n == 150+70*round {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			var id casefile.ID
			var index, seq uint64
			var hash string
			if _, err := fmt.Sscan(strings.TrimSpace(line), &id, &index, &seq, &hash); err != nil {
				break // the line that it was killed in
			}
			if index == 1 && answered[id] != 0 {
				t.Fatalf("case %s is given twice", id)
			}
			if was, ok := hashes[seq]; ok && was != hash {
				t.Fatalf("own write %d was claimed as %s and as %s", seq, was, hash)
			}
			answered[id], claimed, hashes[seq] = max(answered[id], index), max(claimed, seq), hash
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("it ended by itself")
		}
		d.open()
		for id, index := range answered {
			if s, err := d.State(id); err != nil || s.Head.Index < index {
				t.Fatalf("round %d: %s was answered at event %d, here it is at %d (%v)", round, id, index, s.Head.Index, err)
			}
		}
		seq, hash := d.Own()
		if seq < claimed {
			t.Fatalf("round %d: own writes %d, claimed %d", round, seq, claimed)
		}
		if was, ok := hashes[seq]; ok && was != hash.String() {
			t.Fatalf("round %d: own write %d has another hash than was claimed", round, seq)
		}
		d.verify()
		if err := d.db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(answered) < 100 {
		t.Fatalf("only %d cases", len(answered))
	}
}

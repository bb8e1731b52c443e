package feed

import (
	"bufio"
	"fmt"
	"runtime"
	"testing"

	"tongban/consensus/certify/ledgertest"
	"tongban/consensus/wire"
)

// A child costs its parent one goroutine, the stream's own, and nothing while
// nothing happens; one push reaches all.
func TestFourHundredChildren(t *testing.T) {
	w := newTown(t)
	w.delays = Delays{}
	top := w.start("district", truth(5, 5))
	w.eventually("feeding", func() bool { top.mu.Lock(); defer top.mu.Unlock(); return top.running != nil })
	before := runtime.NumGoroutine()
	var children []*bufio.Reader
	for i := range 400 {
		_, reader := dial(t, w, w.network.Join(fmt.Sprint("village-", i)))
		children = append(children, reader)
	}
	if n := runtime.NumGoroutine() - before; n > 410 {
		t.Errorf("%d goroutines for 400 children", n)
	}
	head := top.journal.Append([]byte("more"))
	top.journal.Certify(head.Index)
	top.Announce()
	for i, child := range children {
		for {
			var p Push
			if err := wire.ReadFrame(child, 0, &p); err != nil {
				t.Fatalf("child %d: %v", i, err)
			}
			if c := p.Certificate; c != nil && c.Checkpoint.Head == head {
				break
			}
		}
	}
	top.frames.mu.Lock()
	defer top.frames.mu.Unlock()
	if n := len(top.frames.kept); n > 4 {
		t.Errorf("%d frames were encoded for children at one place", n)
	}
}

// A child that does not read is held back by its own stream and disturbs
// nobody.
func TestChildThatDoesNotRead(t *testing.T) {
	w := newTown(t)
	w.delays = Delays{}
	l := truth(5, 5)
	for range 80 {
		l.Certify(l.Append(make([]byte, 200<<10)).Index)
	}
	top := w.start("district", l)
	w.eventually("feeding", func() bool { top.mu.Lock(); defer top.mu.Unlock(); return top.running != nil })
	var deaf []*bufio.Reader
	for i := range 20 {
		_, reader := dial(t, w, w.network.Join(fmt.Sprint("deaf-", i)))
		deaf = append(deaf, reader)
	}
	village := w.start("village", empty(), "district")
	w.waitFor(village, 85)
	for _, c := range top.Status().Children {
		if c.Center != "village" && c.Sent > 20 {
			t.Errorf("%s was sent %d records that it did not read", c.Center, c.Sent)
		}
	}
	runtime.KeepAlive(deaf)
}

// BenchmarkCatchUp takes in a journal of 5,000 records of 2 KiB, with a
// certificate every 200.
func BenchmarkCatchUp(b *testing.B) {
	l := ledgertest.Found(realm, root, "a", "b", "c")
	for i := range 5000 {
		if head := l.Append(make([]byte, 2048)); i%200 == 199 {
			l.Certify(head.Index)
		}
	}
	last := l.Certify(l.Head().Index).Checkpoint.Head.Index
	w := newTown(b)
	w.delays = Delays{}
	w.start("district", l)
	for i := 0; b.Loop(); i++ {
		n := w.start(fmt.Sprint("village-", i), empty(), "district")
		w.waitFor(n, last)
		n.stop()
	}
	b.SetBytes(5000 * 2048)
}

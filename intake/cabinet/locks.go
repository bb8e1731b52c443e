package cabinet

import (
	"sync"

	"tongban/intake/casefile"
)

// locks is one lock for each case that is being written.
type locks struct {
	mu   sync.Mutex
	held map[casefile.ID]*caseLock
}

type caseLock struct {
	sync.Mutex
	users int // guarded by locks.mu
}

// lock waits for a case and returns how to let it go.
func (l *locks) lock(id casefile.ID) (unlock func()) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[casefile.ID]*caseLock{}
	}
	one := l.held[id]
	if one == nil {
		one = &caseLock{}
		l.held[id] = one
	}
	one.users++
	l.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		l.mu.Lock()
		if one.users--; one.users == 0 {
			delete(l.held, id)
		}
		l.mu.Unlock()
	}
}

// watch tells who wants to know that cases changed.
type watch struct {
	mu       sync.Mutex
	changed  chan struct{}
	watchers map[chan casefile.ID]struct{}
}

// tell wakes everybody; an id of "" is about the node, not a case.
func (w *watch) tell(id casefile.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.changed)
	w.changed = make(chan struct{})
	for ch := range w.watchers {
		select {
		case ch <- id:
		default: // it fell behind: it is told so by the end of its channel
			delete(w.watchers, ch)
			close(ch)
		}
	}
}

// Changed is closed at the next change of any case; ask again afterwards.
func (c *Cabinet) Changed() <-chan struct{} {
	c.watch.mu.Lock()
	defer c.watch.mu.Unlock()
	return c.watch.changed
}

// Watch returns the ids of cases as they change, and how to stop. "" says that
// the node's own right to write changed. The channel is closed by stop, and
// when the reader falls more than buffer changes behind: then it lists anew.
func (c *Cabinet) Watch(buffer int) (ids <-chan casefile.ID, stop func()) {
	w, ch := &c.watch, make(chan casefile.ID, max(buffer, 1))
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.watchers == nil {
		w.watchers = map[chan casefile.ID]struct{}{}
	}
	w.watchers[ch] = struct{}{}
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if _, on := w.watchers[ch]; on {
			delete(w.watchers, ch)
			close(ch)
		}
	}
}

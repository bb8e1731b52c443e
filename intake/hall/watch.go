package hall

import "sync"

// bell wakes those who watch the hall. Rings that nobody has heard yet become
// one: whoever hears it looks at everything.
type bell struct {
	mu   sync.Mutex
	ears map[chan struct{}]bool // guarded by mu; each holds one ring
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ear := range b.ears {
		select {
		case ear <- struct{}{}:
		default:
		}
	}
}

// Watch tells when something of the queue, the windows, the roster, the
// appointments or the registers has changed; not what. stop ends it, and must
// be called. Safe for concurrent use.
func (h *Hall) Watch() (changed <-chan struct{}, stop func()) {
	ear := make(chan struct{}, 1)
	h.bell.mu.Lock()
	defer h.bell.mu.Unlock()
	if h.bell.ears == nil {
		h.bell.ears = map[chan struct{}]bool{}
	}
	h.bell.ears[ear] = true
	return ear, func() {
		h.bell.mu.Lock()
		defer h.bell.mu.Unlock()
		delete(h.bell.ears, ear)
	}
}

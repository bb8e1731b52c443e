package quorum

import "sync"

// How many forwarded calls are worked on at once, in all and for one center,
// so that no center can fill a voter's memory.
const (
	allSlots    = 64
	centerSlots = 8
)

// slots counts the calls under way. The zero value is ready.
type slots struct {
	mu     sync.Mutex
	all    int
	center map[string]int
}

func (s *slots) take(center string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= allSlots || s.center[center] >= centerSlots {
		return false
	}
	if s.center == nil {
		s.center = map[string]int{}
	}
	s.all++
	s.center[center]++
	return true
}

func (s *slots) give(center string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.center[center]--; s.center[center] == 0 {
		delete(s.center, center)
	}
}

package node

import (
	"slices"
	"sync"
	"time"

	"tongban/catalog/area"
)

// sightings are when centers were last there, since this node began to run. They
// are for people's eyes: nothing is decided by them, and nothing keeps them.
type sightings struct {
	mu sync.Mutex
	at map[area.Center]time.Time
}

func (s *sightings) see(c area.Center, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		s.at = map[area.Center]time.Time{}
	}
	if at.After(s.at[c]) {
		s.at[c] = at
	}
}

// seen is when a center was last there, and whether it is now; zero: not since
// this node began to run.
func (n *Node) seen(c area.Center) (at time.Time, up bool) {
	if up = slices.Contains(n.peers.Connected(), c); up {
		n.sightings.see(c, n.now())
	}
	if p := n.pool(); p != nil {
		for _, m := range p.Members() {
			if m.Center == c {
				n.sightings.see(c, time.UnixMilli(m.Time))
				up = true
			}
		}
	}
	n.sightings.mu.Lock()
	defer n.sightings.mu.Unlock()
	return n.sightings.at[c], up
}

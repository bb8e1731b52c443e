package node

import (
	"context"
	"errors"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/node/api"
)

// keyless is the pool of this center, where its first key is this center's to
// give and nobody has.
func (n *Node) keyless() (pool area.Code, ok bool) {
	self := n.config.Center
	pool = register.Pool(self.Area())
	l, known := n.register.Center(self)
	if !known || l.Revoked != 0 || !l.Key.Equal(n.key().Public()) || string(self) != string(pool) && self != n.register.Publisher() {
		return pool, false
	}
	_, _, keyed := n.register.Gossip(pool)
	return pool, !keyed
}

// keyPool gives the pool its first key, where that is this center's to do.
func (n *Node) keyPool(ctx context.Context) {
	pool, ok := n.keyless()
	if !ok || !n.keying.CompareAndSwap(false, true) {
		return
	}
	go func() { // not to hold the watch up: its answer is a change of the Register
		defer n.keying.Store(false)
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		results, err := n.Propose(ctx, Wish{Body: register.GossipKey{District: pool, Key: api.NewPoolKey()}, Note: "the pool's first key"})
		for _, r := range results {
			err = errors.Join(err, r.Err("give the presence pool a key"))
		}
		if err != nil && ctx.Err() == nil {
			n.log.Warn("the presence pool has no key yet", "pool", string(pool), "err", err)
		}
	}()
}

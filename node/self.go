package node

import (
	"tongban/consensus/chain"
	"tongban/intake/casefile"
)

func (n *Node) key() chain.Key { return n.identity.Key() }

// self is this center in the incarnation that its key belongs to.
func (n *Node) self() casefile.Party {
	if owner, _, ok := n.register.Owner(n.key().Public()); ok {
		return casefile.Party{Center: owner.Center, Incarnation: owner.Incarnation}
	}
	return casefile.Party{Center: n.config.Center, Incarnation: max(n.trust.Incarnation, 1)}
}

func (n *Node) machine() []byte {
	sum := chain.Sum([]byte(n.host))
	return sum[:]
}

// fence stops all writing of this incarnation.
func (n *Node) fence(reason string) {
	n.log.Error("this node may not write any more", "reason", reason, "do", fencedHint)
	if err := n.cabinet.Fence(reason); err != nil {
		n.log.Error("fence the cabinet", "err", err)
	}
	if n.sessions != nil { // whoever was signed in on an old copy, or on another
		n.sessions.End()
	}
}

// liftFence takes the fence down once the Register has granted another
// incarnation to the key that this node has now.
func (n *Node) liftFence() {
	if _, fenced := n.cabinet.Fenced(); !fenced {
		return
	}
	if err := n.cabinet.LiftFence(); err == nil {
		n.log.Info("this node may write again", "incarnation", n.self().Incarnation)
	}
}

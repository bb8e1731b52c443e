package node

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"time"

	"crypto/rand"
	"encoding/hex"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/node/enrol"
	"tongban/node/identity"
	"tongban/node/store"
)

// --- the inviting side ---

// Invite writes a ticket for a center below this one. A rejoin ticket lets a
// restored or replaced node in again, under a new incarnation.
func (n *Node) Invite(center area.Center, life time.Duration, rejoin bool) (enrol.Ticket, error) {
	addr := n.config.Enrol.public()
	if addr == "" {
		addr = n.reachable(n.enrol.Addr())
	}
	if addr == "" {
		return enrol.Ticket{}, refusal.Newf(refusal.Unavailable, "invite "+string(center),
			"set enrol.listen in "+ConfigFile+" and start the node again", "this node does not answer joining nodes")
	}
	return n.enrol.Invite(center, life, []string{addr}, rejoin)
}

// reachable puts a real host in place of "every address".
func (n *Node) reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		return listen
	}
	conn, err := net.Dial("udp", "192.0.2.1:9") // no packet leaves: it asks the routing table who we are
	if err != nil {
		return net.JoinHostPort("127.0.0.1", port)
	}
	defer conn.Close()
	host, _, _ = net.SplitHostPort(conn.LocalAddr().String())
	return net.JoinHostPort(host, port)
}

func (n *Node) enrolled(c area.Center) (key chain.PublicKey, incarnation uint32, ok bool) {
	l, known := n.register.Center(c)
	if !known || l.Revoked != 0 {
		return nil, l.Highest, false
	}
	return l.Key, l.Highest, true
}

func (n *Node) proposeEnrolment(ctx context.Context, body register.Body) error {
	results, err := n.Propose(ctx, Wish{Body: body})
	for _, r := range results {
		err = errors.Join(err, r.Err("enrol"))
	}
	return err
}

// welcome names those with whom the new node may speak until it has the
// Register: this node, those over it, the voters.
func (n *Node) welcome(c area.Center) enrol.Welcome {
	l, _ := n.register.Center(c)
	w := enrol.Welcome{Incarnation: l.Incarnation, Index: n.register.Head().Index}
	seen := map[area.Center]bool{c: true}
	add := func(c area.Center) {
		if seed, ok := n.register.Center(c); ok && seed.Revoked == 0 && !seen[c] {
			seen[c] = true
			w.Seeds = append(w.Seeds, seed.Center)
		}
	}
	add(n.config.Center)
	for _, up := range n.directory.above() {
		add(up)
	}
	for _, v := range n.directory.voters() {
		add(area.Center(v))
	}
	return w
}

// --- the joining side ---

// Join makes the node of a ticket in dir: a new data directory, or with a
// rejoin ticket the one of a restored node, which gets a new key and a new
// incarnation. The node must not be running. entry is what the directory will
// say of the center (name, address, telephone).
func Join(ctx context.Context, dir string, c Config, text string, entry register.Center, reason string, o Options) (Trust, error) {
	ticket, err := enrol.ParseTicket(text)
	if err != nil {
		return Trust{}, err
	}
	c.Center = ticket.Center
	if err := c.Check(); err != nil {
		return Trust{}, refusal.New(refusal.Malformed, "join", "", err)
	}
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	if ticket.Rejoin {
		return rejoin(ctx, dir, ticket, reason, now, o)
	}
	id, err := makeDirectory(dir, c, rand.Reader)
	if refusal.CodeOf(err) == identity.KeyExists {
		// A join that was cut off may be tried again with the same key.
		if _, joined := readTrust(dir); joined != nil {
			id, err = identity.Load(dir)
		}
	}
	if err != nil {
		return Trust{}, err
	}
	entry.Addrs, entry.Enrol, entry.Gossip = c.Peer.announced(), c.Enrol.public(), c.Presence.public()
	w, err := enrol.Join(ctx, enrol.Request{Ticket: ticket, Key: id.Key(), Center: entry, Reason: reason}, now())
	if err != nil {
		return Trust{}, err
	}
	return keepTrust(dir, w)
}

func rejoin(ctx context.Context, dir string, ticket enrol.Ticket, reason string, now func() time.Time, o Options) (Trust, error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return Trust{}, err
	}
	if c.Center != ticket.Center {
		return Trust{}, refusal.Newf(enrol.TicketForOther, "join again", "", "the ticket is for %s, this data directory is %s", ticket.Center, c.Center)
	}
	id, err := identity.Load(dir)
	if err != nil {
		return Trust{}, err
	}
	s, err := store.Open(store.Config{Dir: dir, Log: o.Log, Space: c.Disk.space()})
	if err != nil {
		return Trust{}, err
	}
	defer s.Close()
	key, err := id.Next(rand.Reader)
	if err != nil {
		return Trust{}, err
	}
	w, err := enrol.Join(ctx, enrol.Request{Ticket: ticket, Key: key, Reason: reason}, now())
	if err != nil {
		return Trust{}, err
	}
	if err := id.Adopt(); err != nil {
		return Trust{}, err
	}
	session := make([]byte, 16)
	if _, err := rand.Read(session); err != nil {
		return Trust{}, err
	}
	if err := id.Renew(s, o.machine(), hex.EncodeToString(session)); err != nil {
		return Trust{}, err
	}
	return keepTrust(dir, w)
}

func keepTrust(dir string, w enrol.Welcome) (Trust, error) {
	t := Trust{Realm: w.Realm, Root: w.Root, Incarnation: w.Incarnation}
	for _, seed := range w.Seeds {
		t.Contacts = append(t.Contacts, Contact{seed.ID, seed.Key, seed.Addrs})
	}
	return t, writeTrust(dir, t)
}

// RootKeyPath is where the founding node keeps the realm's root key.
func (n *Node) RootKeyPath() string { return filepath.Join(n.dir, RootKeyFile) }

package presence

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"

	"github.com/hashicorp/memberlist"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Domain separates what is signed here from every other signature.
const Domain chain.Domain = "tongban/presence/1"

// Codes of a node that is left out.
const (
	Stranger refusal.Code = "stranger"   // unknown, revoked, or of another incarnation
	Unsigned refusal.Code = "bad_status" // what it says of itself is not signed by it
)

// said is the signed part of a member's meta data. Name and address are in it,
// so that nobody can show another's words as his own.
type said struct {
	Pool   string `cbor:"1,keyasint"`
	Name   string `cbor:"2,keyasint"`
	Addr   string `cbor:"3,keyasint"`
	Status Status `cbor:"4,keyasint"`
}

// delegate is the Pool as memberlist sees it. Its methods are called with
// memberlist's locks held: they never wait.
type delegate Pool

var (
	_ memberlist.Delegate      = (*delegate)(nil)
	_ memberlist.AliveDelegate = (*delegate)(nil)
	_ memberlist.EventDelegate = (*delegate)(nil)
)

// heard is a member with the key that its words were signed with.
type heard struct {
	Member
	key chain.PublicKey
}

// NodeMeta is this node's signed status.
func (d *delegate) NodeMeta(limit int) []byte {
	d.mu.Lock()
	status := d.status
	d.mu.Unlock()
	meta := chain.Sign(d.cfg.Key, Domain, wire.Encode(said{
		Pool: d.cfg.Pool, Name: name(d.cfg.Self, d.cfg.Incarnation), Addr: d.addr, Status: status,
	}))
	if len(meta) > limit {
		// Cannot be with the lengths that Say and ParseCenter allow; an empty
		// word is refused by the others, a longer one stops memberlist.
		d.cfg.Log.Error("the presence status is too long", "bytes", len(meta), "limit", limit)
		return nil
	}
	return meta
}

// NotifyAlive decides whether a node is let into this node's view of the pool.
func (d *delegate) NotifyAlive(n *memberlist.Node) error {
	p := (*Pool)(d)
	if n.Name == name(p.cfg.Self, p.cfg.Incarnation) {
		return nil // oneself, perhaps before the Register has come
	}
	_, err := p.read(n)
	if err != nil {
		p.refused(n.Name, err)
	}
	return err
}

// NotifyJoin notes a member. memberlist's own list may not be read while it
// changes, so the pool keeps one.
func (d *delegate) NotifyJoin(n *memberlist.Node) {
	p := (*Pool)(d)
	if n.Name == name(p.cfg.Self, p.cfg.Incarnation) {
		return
	}
	h, err := p.read(n)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		delete(p.here, n.Name)
		return
	}
	p.here[n.Name] = h
}

// NotifyUpdate notes what a member says anew.
func (d *delegate) NotifyUpdate(n *memberlist.Node) { d.NotifyJoin(n) }

// NotifyLeave notes that a member left or died.
func (d *delegate) NotifyLeave(n *memberlist.Node) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.here, n.Name)
}

// read checks what a node says of itself against the Register as it is now.
func (p *Pool) read(n *memberlist.Node) (heard, error) {
	no := func(code refusal.Code, format string, args ...any) (heard, error) {
		return heard{}, refusal.Newf(code, fmt.Sprintf("hear of %.60q", n.Name), "", format, args...)
	}
	center, incarnation, err := parseName(n.Name)
	if err != nil {
		return no(Stranger, "%v", err)
	}
	h := heard{Member: Member{Center: center, Incarnation: incarnation}}
	h.key, _, _ = p.cfg.Directory.Standing(center)
	if err := p.stands(h); err != nil {
		return no(Stranger, "%v", err)
	}
	seal, err := chain.Unseal(bytes.Clone(n.Meta))
	if err != nil || seal.Verify(Domain, h.key) != nil {
		return no(Unsigned, "its status is not signed by %s", center)
	}
	var s said
	if err := wire.Decode(seal.Body, &s); err != nil {
		return no(Unsigned, "%v", err)
	}
	h.Addr = net.JoinHostPort(n.Addr.String(), strconv.Itoa(int(n.Port)))
	if s.Pool != p.cfg.Pool || s.Name != n.Name || s.Addr != h.Addr {
		return no(Unsigned, "it shows words said as %.60q at %.60q", s.Name, s.Addr)
	}
	h.Status = s.Status
	return h, nil
}

// stands checks a member's name and key against the Register as it is now.
func (p *Pool) stands(h heard) error {
	key, current, ok := p.cfg.Directory.Standing(h.Center)
	switch {
	case !ok:
		return fmt.Errorf("%s is not in the directory, or was revoked", h.Center)
	case h.Incarnation != current:
		return fmt.Errorf("%s is in incarnation %d, not %d", h.Center, current, h.Incarnation)
	case !key.Equal(h.key):
		return fmt.Errorf("%s has another key now", h.Center)
	}
	return nil
}

// refused writes down once a minute that somebody was left out.
func (p *Pool) refused(name string, err error) {
	now := p.cfg.Now()
	p.mu.Lock()
	last, known := p.lately[name]
	quiet := known && now.Sub(last) < logEvery && now.Sub(last) >= 0
	if !quiet {
		if len(p.lately) >= maxRefusals {
			clear(p.lately)
		}
		p.lately[name] = now
	}
	p.mu.Unlock()
	if !quiet {
		p.cfg.Log.Warn("presence refused", "reason", string(refusal.CodeOf(err)), "name", name, "error", err)
	}
}

// Nothing else is gossiped.

func (d *delegate) NotifyMsg([]byte)                {}
func (d *delegate) GetBroadcasts(int, int) [][]byte { return nil }
func (d *delegate) LocalState(bool) []byte          { return nil }
func (d *delegate) MergeRemoteState([]byte, bool)   {}

// libraryLog lets memberlist speak through slog: its warnings and errors as
// warnings, the rest as detail. Nothing that it says stops a center's work.
type libraryLog struct{ log *slog.Logger }

func (l libraryLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	level := slog.LevelDebug
	rest, warn := strings.CutPrefix(text, "[WARN] memberlist: ")
	if !warn {
		rest, warn = strings.CutPrefix(text, "[ERR] memberlist: ")
	}
	// Refusals are told by refused, with their reason and not at every message.
	if warn && !strings.Contains(rest, "ignoring alive message") {
		level = slog.LevelWarn
	}
	l.log.Log(context.Background(), level, "memberlist", "says", rest)
	return len(line), nil
}

// Pool names: the label keeps two realms apart even on one network.

// DistrictPool is the name of a district's pool.
func DistrictPool(realm string, district area.Code) string { return realm + "/" + string(district) }

// SpinePool is the name of the pool among districts.
func SpinePool(realm string) string { return realm + "/spine" }

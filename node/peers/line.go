package peers

import (
	"context"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"tongban/catalog/area"
)

// keepTag marks connections that are kept when there are too many.
const keepTag = "family"

// Line is how the line to the center above stands.
type Line struct {
	To        area.Center `json:"to,omitempty"` // "" when no center above can be dialled
	Connected bool        `json:"connected"`
	Since     time.Time   `json:"since"`              // of Connected
	Error     string      `json:"error,omitempty"`    // of the last attempt
	NextTry   time.Time   `json:"nextTry,omitempty"`  // zero while connected
	Attempts  int         `json:"attempts,omitempty"` // since the line was last up
}

// Line tells how the line to the center above stands.
func (p *Peers) Line() Line {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.line
}

// above is the nearest center up the tree that the directory names and that
// is connected or can be dialled.
func (p *Peers) above() area.Center {
	for up := p.cfg.Self.Parent(); up != ""; up = up.Parent() {
		if p.IsConnected(up) {
			return up
		}
		if _, ok := p.cfg.Directory.Key(up); ok && len(p.cfg.Directory.Addrs(up)) > 0 {
			return up
		}
	}
	return ""
}

// keepLine keeps a connection to the center above. A node that cannot be
// dialled is reached over it; so the line is dialled from below, for ever.
func (p *Peers) keepLine(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		case <-timer.C:
		}
		timer.Reset(p.tryLine(ctx))
	}
}

// tryLine looks at the line, dials when it is down, and says when to look
// again.
func (p *Peers) tryLine(ctx context.Context) time.Duration {
	up := p.above()
	if up == "" {
		p.setLine(func(l *Line) { *l = Line{} })
		return p.cfg.Timing.RetryMax // or when the directory changes
	}
	before := p.Line()
	dialling, cancel := context.WithTimeout(ctx, p.cfg.Timing.Dial)
	defer cancel()
	_, err := p.connect(dialling, up, fmt.Sprintf("keep the line to %s", up))
	if ctx.Err() != nil {
		return 0 // the node stops
	}
	if err == nil {
		p.lineIsUp(up)
		return p.cfg.Timing.RetryMax
	}
	now := p.cfg.Now()
	attempts := before.Attempts
	if before.To != up || before.Connected {
		attempts = 0
	}
	wait := pause(attempts, p.cfg.Timing.RetryMin, p.cfg.Timing.RetryMax)
	p.setLine(func(l *Line) {
		if l.Connected || l.To != up {
			*l = Line{To: up, Since: now}
		}
		l.Error, l.NextTry, l.Attempts = err.Error(), now.Add(wait), attempts+1
	})
	if attempts == 0 {
		p.cfg.Log.Warn("the line to the center above is down", "center", string(up), "error", err)
	}
	return wait
}

func (p *Peers) lineIsUp(to area.Center) {
	now := p.cfg.Now()
	p.setLine(func(l *Line) {
		if !l.Connected || l.To != to {
			*l = Line{To: to, Connected: true, Since: now}
		}
	})
}

func (p *Peers) setLine(change func(*Line)) {
	p.mu.Lock()
	before := p.line
	change(&p.line)
	after := p.line
	p.mu.Unlock()
	if after.Connected && !before.Connected {
		p.cfg.Log.Info("the line to the center above is up", "center", string(after.To))
	}
}

// notifiee hears of connections from libp2p. It only notes who it was: libp2p
// waits for it.
func (p *Peers) notifiee() network.Notifiee {
	return &network.NotifyBundle{
		ConnectedF: func(_ network.Network, c network.Conn) {
			id := c.RemotePeer()
			center, standing := p.whose(id)
			if standing != Member {
				// The directory changed while the connection came about.
				p.gate.refuse(id, center, standing, "new connection")
				if p.begin() { // libp2p waits for us, and Close for this call to return
					go func() {
						defer p.handlers.Done()
						c.Close()
					}()
				}
				return
			}
			p.gate.forget(id)
			if p.cfg.Self.Over(center) || center.Over(p.cfg.Self) {
				p.host.ConnManager().Protect(id, keepTag)
			}
			p.note(id, center)
		},
		DisconnectedF: func(_ network.Network, c network.Conn) {
			p.note(c.RemotePeer(), "")
		},
	}
}

func (p *Peers) note(id peer.ID, center area.Center) {
	p.mu.Lock()
	if center != "" {
		p.met[id] = center
	}
	gone := p.host.Network().Connectedness(id) != network.Connected
	if center = p.met[id]; center != "" {
		p.dirty[center] = p.dirty[center] || gone
	}
	if gone {
		delete(p.met, id)
	}
	p.mu.Unlock()
	poke(p.moved)
}

// tell calls Up and Down.
func (p *Peers) tell(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.moved:
		}
		for _, news := range p.news() {
			p.lineHears(news)
			call := p.cfg.Down
			if news.up {
				call = p.cfg.Up
			}
			if call != nil {
				call(news.center)
			}
		}
	}
}

// lineHears brings the line up to date before anybody is told.
func (p *Peers) lineHears(n news) {
	switch {
	case n.up && n.center == p.above():
		p.lineIsUp(n.center)
	case !n.up && n.center == p.Line().To:
		now := p.cfg.Now()
		p.setLine(func(l *Line) { *l = Line{To: n.center, Since: now} })
		poke(p.wake)
	}
}

type news struct {
	center area.Center
	up     bool
}

// news are the centers whose state differs from what was told of them last, or
// that were gone in between: what ran over the old connection is lost, and
// whoever waits has to begin again.
func (p *Peers) news() []news {
	p.mu.Lock()
	dirty := p.dirty
	p.dirty = map[area.Center]bool{}
	p.mu.Unlock()
	var all []news
	for center, gone := range dirty {
		up := p.IsConnected(center)
		_, told := p.told[center]
		if told && (gone || !up) {
			all = append(all, news{center, false})
			delete(p.told, center)
			told = false
		}
		if up && !told {
			all = append(all, news{center, true})
			p.told[center] = struct{}{}
		}
	}
	return all
}

package node

import (
	"bufio"
	"context"
	"crypto/rand"
	"net"
	"testing"
	"time"

	"tongban/catalog/register"
	"tongban/catalog/starter"
	"tongban/consensus/chain"
	"tongban/consensus/feed"
	"tongban/consensus/wire"
	"tongban/node/identity"
)

// TestForgedCheckpointIsRefused: a town that lies to its village about what the
// voters said. It has a good key and a place in the directory; what it does not
// have is a majority.
func TestForgedCheckpointIsRefused(t *testing.T) {
	c := newCity(t, wujiang, tongli, lili)
	c.voters(wujiang, lili)
	c.join(tongli, yejian)
	c.level()
	c.kill(yejian)
	voters := c.nodes[wujiang].register.Voters()
	stranger, err := identity.Create(t.TempDir(), rand.Reader)
	must(t, err)

	for _, lie := range []struct {
		name  string
		votes func(chain.Checkpoint) []chain.Vote
	}{
		{"signed by strangers in the voters' names", func(cp chain.Checkpoint) (votes []chain.Vote) {
			for _, v := range voters.Members {
				votes = append(votes, chain.SignCheckpoint(stranger.Key(), v.ID, cp, c.now().UnixMilli()))
			}
			return votes
		}},
		{"signed by one voter of two", func(cp chain.Checkpoint) []chain.Vote {
			return []chain.Vote{chain.SignCheckpoint(c.nodes[lili].key(), string(lili), cp, c.now().UnixMilli())}
		}},
	} {
		t.Run(lie.name, func(t *testing.T) {
			town := c.nodes[tongli]
			town.peers.Handle(feed.Protocol, func(ctx context.Context, from string, conn net.Conn) {
				deceive(ctx, conn, town.trust.Realm, town.key(), voters, lie.votes)
			})
			from := 0
			if c.logs[yejian] != nil {
				from = c.logs[yejian].size()
			}
			village := c.start(yejian)
			c.loggedSince(yejian, from, "source left", "source="+string(tongli), "code=forged_checkpoint")
			// The truth comes by another road.
			all, err := starter.Items()
			must(t, err)
			it := all[0]
			it.Ref.Area = wujiang.Area()
			if now, ok := c.nodes[wujiang].register.Item(it.Ref.Code, wujiang.Area(), register.Moment{}); ok {
				it.Ref.Version = now.Ref.Version
			}
			it.Ref.Version++
			c.approve(wujiang, it)
			c.level()
			status := village.feed.Status()
			t.Logf("%s follows %s and holds against its town: %+v", yejian, status.Source, status.Refused)
			if status.Source == string(tongli) || status.Source == "" {
				t.Errorf("it follows %q", status.Source)
			}
			head := c.nodes[wujiang].register.Head()
			if hash, ok := village.register.HeadAt(head.Index); !ok || hash != head.Hash {
				t.Errorf("it holds another record %d", head.Index)
			}
			must(t, village.register.Verify(c.ctx, nil))
			c.kill(yejian)
		})
	}
}

// TestParentThatIsCutOff: a town that hears nothing new itself, or hides it,
// and shows signs of life. It does not hold its village in the past.
func TestParentThatIsCutOff(t *testing.T) {
	c := newCity(t, wujiang, tongli)
	c.join(tongli, yejian)
	c.level()
	c.kill(yejian)
	c.nodes[tongli].peers.Handle(feed.Protocol, func(ctx context.Context, from string, conn net.Conn) {
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		var hello feed.Hello
		if wire.ReadFrame(bufio.NewReader(conn), wire.MaxFrame, &hello) != nil {
			return
		}
		alive := time.NewTicker(200 * time.Millisecond)
		defer alive.Stop()
		for err := wire.WriteFrame(conn, feed.Welcome{Reached: hello.Head.Index}); err == nil; <-alive.C {
			err = wire.WriteFrame(conn, feed.Push{Reached: hello.Head.Index})
		}
	})
	village := c.start(yejian)
	c.wait("it follows its town", func() bool { return village.feed.Status().Source == string(tongli) })
	c.must(wujiang, noticeIn(wujiang))
	c.level()
	c.logged(yejian, "source left", "source="+string(tongli), "code=behind")
}

// deceive answers one follower with a record of the town's own making, and a
// certificate for it.
func deceive(ctx context.Context, conn net.Conn, realm string, key chain.Key, voters chain.VoterSet, votes func(chain.Checkpoint) []chain.Vote) {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	reader := bufio.NewReader(conn)
	var hello feed.Hello
	if wire.ReadFrame(reader, wire.MaxFrame, &hello) != nil {
		return
	}
	author := register.Author{Realm: realm, Center: tongli, Incarnation: 1, Key: key}
	record := wire.Encode(register.Record{
		Log: realm, Index: hello.Head.Index + 1, Prev: hello.Head.Hash,
		Command: author.Command(1<<40, time.Now(), register.Revocation{Center: yejian, Reason: "谎"}, "镇", ""),
		Fence:   []register.Fence{{Revoked: lili, Incarnation: 1}},
	})
	checkpoint := chain.Checkpoint{Log: realm, Voters: voters.Index, Head: hello.Head.Next(record)}
	reached := checkpoint.Head.Index
	cert := chain.Certificate{Checkpoint: checkpoint, Votes: votes(checkpoint)}
	if wire.WriteFrame(conn, feed.Welcome{Reached: reached}) != nil {
		return
	}
	if wire.WriteFrame(conn, feed.Push{From: reached, Records: [][]byte{record}, Certificate: &cert, Reached: reached}) != nil {
		return
	}
	_, _ = reader.ReadByte() // until the follower hangs up
}

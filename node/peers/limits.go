package peers

import (
	"math"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/x/rate"
)

// Profile is how many connections a node is made for.
type Profile uint8

// The profiles.
const (
	Village Profile = iota // its parent, the voters it follows, a neighbour
	Hub                    // 400 children, and all of them at once after a power cut
)

// bounds are a profile's numbers. libp2p's own defaults scale with the memory
// of the machine, and refuse the 97th child on 4 GiB.
type bounds struct {
	conns      int     // connections in all
	handshakes int     // connections being set up at once
	streams    int     // streams in all
	perPeer    int     // streams of one peer
	memory     int64   // bytes that connections and streams may hold
	peerMemory int64   // bytes of one peer
	perSecond  float64 // new connections a second from one address
	low, high  int     // connections at which unprotected ones are dropped
}

var profiles = map[Profile]bounds{
	Village: {conns: 128, handshakes: 48, streams: 1024, perPeer: 256,
		memory: 64 << 20, peerMemory: 24 << 20, perSecond: 20, low: 64, high: 96},
	Hub: {conns: 4096, handshakes: 1024, streams: 32768, perPeer: 512,
		memory: 1 << 30, peerMemory: 64 << 20, perSecond: 200, low: 2000, high: 3000},
}

func resourceManager(p Profile, blocks *blocked) (network.ResourceManager, error) {
	b := profiles[p]
	n := func(i int) rcmgr.LimitVal { return rcmgr.LimitVal(i) }
	all := func(conns, streams int, memory int64) rcmgr.ResourceLimits {
		return rcmgr.ResourceLimits{
			Conns: n(conns), ConnsInbound: n(conns), ConnsOutbound: n(conns), FD: n(conns),
			Streams: n(streams), StreamsInbound: n(streams), StreamsOutbound: n(streams),
			Memory: rcmgr.LimitVal64(memory),
		}
	}
	limits := rcmgr.PartialLimitConfig{
		System:              all(b.conns, b.streams, b.memory),
		Transient:           all(b.handshakes, b.handshakes, b.memory/4),
		PeerDefault:         all(8, b.perPeer, b.peerMemory),
		ServiceDefault:      all(b.conns, b.streams, b.memory), // libp2p's identify is one
		ServicePeerDefault:  all(8, b.perPeer, b.peerMemory),
		ProtocolDefault:     all(b.conns, b.streams, b.memory),
		ProtocolPeerDefault: all(8, b.perPeer, b.peerMemory),
	}.Build(rcmgr.DefaultLimits.AutoScale())
	v4, v6 := loopback("127.0.0.0/8"), loopback("::1/128")
	return rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(limits),
		// A county's villages may all come from one address behind its NAT:
		// the count per address is the count in all. Naming networks replaces
		// libp2p's list, so loopback is named again.
		rcmgr.WithNetworkPrefixLimit(
			[]rcmgr.NetworkPrefixLimit{{Network: v4, ConnCount: math.MaxInt}},
			[]rcmgr.NetworkPrefixLimit{{Network: v6, ConnCount: math.MaxInt}}),
		rcmgr.WithLimitPerSubnet(
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 32, ConnCount: b.conns}},
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 56, ConnCount: b.conns}}),
		rcmgr.WithConnRateLimiters(&rate.Limiter{
			NetworkPrefixLimits: []rate.PrefixLimit{{Prefix: v4}, {Prefix: v6}}, // a zero limit is none
			SubnetRateLimiter: rate.SubnetLimiter{
				IPv4SubnetLimits: []rate.SubnetLimit{{PrefixLength: 32, Limit: rate.Limit{RPS: b.perSecond, Burst: b.handshakes}}},
				IPv6SubnetLimits: []rate.SubnetLimit{{PrefixLength: 56, Limit: rate.Limit{RPS: b.perSecond, Burst: b.handshakes}}},
				GracePeriod:      time.Minute,
			},
		}),
		rcmgr.WithMetricsDisabled(),
		rcmgr.WithTraceReporter(blocks),
	)
}

func loopback(s string) netip.Prefix { return netip.MustParsePrefix(s) }

func connectionManager(p Profile) (*connmgr.BasicConnMgr, error) {
	b := profiles[p]
	return connmgr.NewConnManager(b.low, b.high, connmgr.WithGracePeriod(time.Minute))
}

// blocked counts what the limits turned away.
type blocked struct{ n atomic.Uint64 }

// ConsumeEvent is called by the resource manager at every change.
func (b *blocked) ConsumeEvent(e rcmgr.TraceEvt) {
	if strings.HasPrefix(string(e.Type), "block") {
		b.n.Add(1)
	}
}

const muxerID = yamux.ID

// muxer notices a dead line within KeepAlive and one write's patience, so that
// "the parent is gone" is known within a minute.
func muxer(t Timing) *yamux.Transport {
	own := *yamux.DefaultTransport
	own.KeepAliveInterval = t.KeepAlive
	own.ConnectionWriteTimeout = 10 * time.Second
	own.MaxStreamWindowSize = 4 << 20 // an extranet's 100 ms times 40 MB/s; 16 MiB a stream is a hub's memory
	return &own
}

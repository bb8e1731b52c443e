package presence_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/node/presence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	district = area.Center("320509000000")
	town     = area.Center("320509111000")
	village  = area.Center("320509111201")
)

var quick = presence.Timing{
	Probe: 100 * time.Millisecond, ProbeTimeout: 50 * time.Millisecond,
	Gossip: 20 * time.Millisecond, PushPull: 500 * time.Millisecond, Join: 100 * time.Millisecond,
}

func newKey(t *testing.T) chain.Key {
	t.Helper()
	seed := make([]byte, 32)
	rand.Read(seed)
	key, err := chain.NewKey(seed)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

type entry struct {
	key         chain.PublicKey
	incarnation uint32
}

// directory is a directory whose entries the test sets.
type directory struct {
	mu      sync.Mutex
	entries map[area.Center]entry
	seeds   []presence.Seed
}

func newDirectory() *directory { return &directory{entries: map[area.Center]entry{}} }

func (d *directory) Standing(c area.Center) (chain.PublicKey, uint32, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, ok := d.entries[c]
	return e.key, e.incarnation, ok
}

func (d *directory) set(c area.Center, e entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries[c] = e
}

func (d *directory) revoke(c area.Center) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.entries, c)
}

func (d *directory) Seeds() []presence.Seed {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.seeds)
}

func (d *directory) seed(s presence.Seed) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seeds = append(d.seeds, s)
}

// record is a log.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

type member struct {
	*presence.Pool
	log  *record
	stop func() // with a farewell
}

var (
	gossip = bytes.Repeat([]byte{1}, 32)
	pool   = presence.DistrictPool("7a11", "320509000000")
)

// start runs a member that enters itself into the directory. change may alter
// its configuration, to make it one that should not be there.
func start(t *testing.T, d *directory, c area.Center, incarnation uint32, change func(*presence.Config)) *member {
	t.Helper()
	m := &member{log: &record{}}
	cfg := presence.Config{
		Self: c, Incarnation: incarnation, Key: newKey(t), Pool: pool, Listen: "127.0.0.1:0",
		Keys: [][]byte{gossip}, Directory: d, Seeds: d.Seeds, Timing: quick,
		Log: slog.New(slog.NewTextHandler(m.log, nil)), Now: time.Now,
	}
	d.set(c, entry{cfg.Key.Public(), incarnation})
	if change != nil {
		change(&cfg)
	}
	var err error
	if m.Pool, err = presence.New(cfg); err != nil {
		t.Fatal(err)
	}
	d.seed(presence.Seed{Center: cfg.Self, Incarnation: cfg.Incarnation, Addr: m.Addr()})
	m.Say(presence.Status{Version: "0.1", Feature: 1, Register: 7})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	m.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run of %s: %v", c, err)
		}
	})
	t.Cleanup(m.stop)
	return m
}

func (m *member) centers() string {
	var names []string
	for _, x := range m.Members() {
		names = append(names, fmt.Sprintf("%s.%d", x.Center, x.Incarnation))
	}
	return strings.Join(names, " ")
}

// eventually waits until ok holds: gossip has no moment of its own to wait on.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("never: %s", what)
		}
	}
}

func TestMembersFindEachOther(t *testing.T) {
	d := newDirectory()
	a, b := start(t, d, district, 1, nil), start(t, d, town, 1, nil)
	c := start(t, d, village, 3, nil)
	eventually(t, "all three know each other", func() bool {
		return a.centers() == "320509111000.1 320509111201.3" &&
			b.centers() == "320509000000.1 320509111201.3" && c.centers() == "320509000000.1 320509111000.1"
	})
	c.Say(presence.Status{Version: strings.Repeat("v", 300), Feature: 2, Register: 99, Open: 12})
	eventually(t, "what the village says reaches the district", func() bool {
		for _, m := range a.Members() {
			if m.Center == village {
				return m.Register == 99 && m.Open == 12 && len(m.Version) == 32 && m.Addr == c.Addr() && m.Time > 0
			}
		}
		return false
	})
	c.stop()
	eventually(t, "its farewell is heard", func() bool { return a.centers() == "320509111000.1" })
}

func TestDeathIsNoticedAndReturnToo(t *testing.T) {
	d := newDirectory()
	a := start(t, d, district, 1, nil)
	key := newKey(t)
	same := func(cfg *presence.Config) { cfg.Key = key; d.set(town, entry{key.Public(), 1}) }
	b := start(t, d, town, 1, same)
	eventually(t, "they meet", func() bool { return a.centers() == "320509111000.1" })
	b.Close() // without a word
	eventually(t, "the death is noticed", func() bool { return a.centers() == "" })
	b.stop()
}

func TestWhoIsLeftOut(t *testing.T) {
	cases := []struct {
		name   string
		change func(t *testing.T, d *directory, cfg *presence.Config)
		reason string // in the log of who leaves it out; "" where the packets can't even be read
	}{
		{"unknown", func(t *testing.T, d *directory, cfg *presence.Config) { d.revoke(town) }, "reason=stranger"},
		{"old incarnation", func(t *testing.T, d *directory, cfg *presence.Config) {
			d.set(town, entry{cfg.Key.Public(), 2})
		}, "incarnation 2, not 1"},
		{"another's name", func(t *testing.T, d *directory, cfg *presence.Config) { cfg.Key = newKey(t) }, "reason=bad_status"},
		{"another pool", func(t *testing.T, d *directory, cfg *presence.Config) {
			cfg.Pool = presence.SpinePool("7a11")
		}, ""},
		{"another gossip key", func(t *testing.T, d *directory, cfg *presence.Config) {
			cfg.Keys = [][]byte{bytes.Repeat([]byte{2}, 32)}
		}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDirectory()
			a := start(t, d, district, 1, nil)
			start(t, d, town, 1, func(cfg *presence.Config) { c.change(t, d, cfg) })
			b := start(t, d, village, 1, nil)
			// Once the other two know each other and have heard of the third as
			// often as anybody will, it is still left out.
			eventually(t, "the members meet", func() bool { return strings.Contains(a.centers(), string(village)) })
			if c.reason != "" {
				eventually(t, "the reason is logged", func() bool {
					said := a.log.String() + b.log.String()
					return strings.Contains(said, "presence refused") && strings.Contains(said, c.reason)
				})
			}
			if a.centers() != "320509111201.1" {
				t.Errorf("members: %s", a.centers())
			}
		})
	}
}

func TestRevokedMemberIsGoneAtOnce(t *testing.T) {
	d := newDirectory()
	a := start(t, d, district, 1, nil)
	start(t, d, town, 1, nil)
	eventually(t, "they meet", func() bool { return a.centers() == "320509111000.1" })
	d.revoke(town)
	if got := a.centers(); got != "" {
		t.Errorf("after the revocation: %s", got)
	}
}

func TestKeyRotation(t *testing.T) {
	d := newDirectory()
	a, b := start(t, d, district, 1, nil), start(t, d, town, 1, nil)
	eventually(t, "they meet", func() bool { return a.centers() != "" && b.centers() != "" })
	fresh := bytes.Repeat([]byte{9}, 32)
	for _, keys := range [][][]byte{{fresh, gossip}, {fresh}} {
		for _, m := range []*member{a, b} {
			if err := m.SetKeys(keys); err != nil {
				t.Fatal(err)
			}
		}
	}
	a.Say(presence.Status{Register: 1234})
	eventually(t, "news travels under the new key", func() bool {
		m := b.Members()
		return len(m) == 1 && m[0].Register == 1234
	})
	if err := a.SetKeys(nil); refusal.CodeOf(err) != refusal.Malformed {
		t.Errorf("no key at all: %v", err)
	}
	// Who holds only the old key can't come back.
	c := start(t, d, village, 1, nil)
	d.revoke(town)
	b.stop()
	a.Say(presence.Status{Register: 1235})
	if c.centers() != "" || strings.Contains(a.centers(), string(village)) {
		t.Errorf("with the old key: %s, %s", c.centers(), a.centers())
	}
}

func TestNewRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	base := presence.Config{
		Self: town, Incarnation: 1, Key: newKey(t), Pool: pool, Listen: "127.0.0.1:0", Keys: [][]byte{gossip},
		Directory: newDirectory(), Log: slog.New(slog.DiscardHandler), Now: time.Now,
	}
	for _, c := range []struct {
		name   string
		change func(*presence.Config)
		want   refusal.Code
	}{
		{"no key", func(c *presence.Config) { c.Keys = nil }, "no_gossip_key"},
		{"a key of odd size", func(c *presence.Config) { c.Keys = [][]byte{{1, 2}} }, refusal.Malformed},
		{"a port in use", func(c *presence.Config) { c.Listen = taken.Addr().String() }, "listen_failed"},
		{"no address", func(c *presence.Config) { c.Listen = "nowhere" }, "listen_failed"},
	} {
		cfg := base
		c.change(&cfg)
		if _, err := presence.New(cfg); refusal.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

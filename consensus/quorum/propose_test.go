package quorum

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

func TestClientProposes(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		village := NewClient(c.net.Join("village"), func() []string { return []string{"nobody", "c", "b", "a"} })
		ctx, cancel := minute(c)
		defer cancel()
		results, err := village.Propose(ctx, [][]byte{c.command("one"), c.command("two")})
		if err != nil || string(results[0]) != "4" || string(results[1]) != "5" {
			t.Fatalf("%q, %v", results, err)
		}
		c.kill(c.leader()) // it goes on asking until somebody leads again
		if _, err := village.Propose(ctx, [][]byte{c.command("three")}); err != nil {
			t.Fatal(err)
		}
		c.agree(6)
	})
}

func TestClientWithoutVoters(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		village := NewClient(c.net.Join("village"), func() []string { return []string{"a"} })
		if _, err := village.Propose(ctx, [][]byte{c.command("x")}); refusal.CodeOf(err) != refusal.Unavailable {
			t.Fatalf("got %v", err)
		}
	})
}

// A village whose only line leads to its town reaches the leader through it.
func TestParentsRelay(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		up := func(self string, targets ...string) *Client {
			network := c.net.Join(self)
			client := NewClient(network, func() []string { return targets })
			network.Handle(ProposeProtocol, client.Relay)
			return client
		}
		village := up("village", "town")
		up("town", "village", "district")
		up("district", "town", c.follower())
		for _, id := range []string{"a", "b", "c"} {
			c.net.Cut("village", id)
			c.net.Cut("town", id)
		}
		ctx, cancel := minute(c)
		defer cancel()
		if _, err := village.Propose(ctx, [][]byte{c.command("from below")}); err != nil {
			t.Fatal(err)
		}
		c.agree(4)
		// Two that know nobody but each other do not pass it on for ever.
		up("x", "y")
		lost := up("y", "x")
		ctx, cancel = context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := lost.Propose(ctx, [][]byte{c.command("in a circle")}); refusal.CodeOf(err) != refusal.Unavailable {
			t.Fatalf("got %v", err)
		}
	})
}

// forgetful is a network that loses the answers to the first proposals.
type forgetful struct {
	wire.Network
	lose *atomic.Int32
}

func (f forgetful) Dial(ctx context.Context, center, protocol string) (net.Conn, error) {
	c, err := f.Network.Dial(ctx, center, protocol)
	if err == nil && protocol == ProposeProtocol && f.lose.Add(-1) >= 0 {
		c = deaf{c}
	}
	return c, err
}

type deaf struct{ net.Conn }

func (d deaf) Read(p []byte) (int, error) {
	d.Conn.Read(p) // the answer has come this far
	return 0, errors.New("line lost")
}

func TestLostAnswerTakesEffectOnce(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		var lose atomic.Int32
		c.network = func(_ string, n wire.Network) wire.Network { return forgetful{n, &lose} }
		c.form("a", "b", "c")
		c.leader()
		lose.Store(3)
		if got := c.propose(c.follower(), "asked four times"); got != "4" {
			t.Errorf("result %s, want that of the first time", got)
		}
		if lose.Load() >= 0 {
			t.Fatal("no answer was lost")
		}
		n := c.nodes["a"].journal.entries()
		if c.agree(4); n < 3+4 {
			t.Errorf("%d entries: the retries did not come through", n)
		}
		// When the caller gives up it learns that the outcome is unknown.
		lose.Store(1000)
		village := NewClient(forgetful{c.net.Join("village"), &lose}, func() []string { return []string{"a", "b", "c"} })
		command := c.command("given up")
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := village.Propose(ctx, [][]byte{command}); refusal.CodeOf(err) != OutcomeUnknown || refusal.HintOf(err) == "" {
			t.Fatalf("got %v", err)
		}
		lose.Store(0)
		ctx, cancel = minute(c)
		defer cancel()
		results, err := village.Propose(ctx, [][]byte{command})
		if err != nil || string(results[0]) != "5" {
			t.Fatalf("%q, %v", results, err)
		}
		c.agree(5)
	})
}

func TestRefusals(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a")
		stranger := c.net.Join("stranger")
		raw := func(b []byte) response {
			t.Helper()
			s, err := stranger.Dial(t.Context(), "a", ProposeProtocol)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, err := s.Write(b); err != nil {
				t.Fatal(err)
			}
			var resp response
			if err := wire.ReadFrame(bufio.NewReader(s), 0, &resp); err != nil {
				t.Fatal(err)
			}
			return resp
		}
		frame := func(v any) []byte {
			var b bytes.Buffer
			if err := wire.WriteFrame(&b, v); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		full := bytes.Repeat([]byte("x"), MaxCommand)
		tests := []struct {
			name string
			in   []byte
			want refusal.Code
		}{
			{"too long a frame", []byte{0x81, 0x80, 0x20}, refusal.TooLarge},
			{"garbage", []byte{3, 0xff, 0xff, 0xff}, refusal.Malformed},
			{"unknown request", frame(request{Ask: 99, Patience: 1000}), refusal.Malformed},
			{"empty command", frame(request{Ask: askPropose, Commands: [][]byte{{}}, Patience: 1000}), refusal.Malformed},
			{"no command", frame(request{Ask: askPropose, Patience: 1000}), refusal.TooLarge},
			{"too large a command", frame(request{Ask: askPropose, Commands: [][]byte{append(full, 'x')}, Patience: 1000}), refusal.TooLarge},
			{"too large a batch", frame(request{Ask: askPropose, Commands: [][]byte{full, full}, Patience: 1000}), refusal.TooLarge},
			{"no patience", frame(request{Ask: askPropose, Commands: [][]byte{[]byte("x=")}}), refusal.Unavailable},
		}
		for _, test := range tests {
			if got := raw(test.in); got.Code != test.want || got.Reason == "" {
				t.Errorf("%s: %+v, want %s", test.name, got, test.want)
			}
		}
		ctx, cancel := minute(c)
		defer cancel()
		for want, command := range map[refusal.Code][]byte{refusal.Malformed: {}, refusal.TooLarge: append(full, 'x')} {
			if _, err := c.nodes["a"].q.Propose(ctx, [][]byte{command}); refusal.CodeOf(err) != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
		if results, err := c.nodes["a"].q.Propose(ctx, nil); err != nil || len(results) != 0 {
			t.Errorf("nothing proposed: %v, %v", results, err)
		}
		// A center that does not vote gets no word in Raft.
		s, err := stranger.Dial(ctx, "a", RaftProtocol)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("a stranger's raft stream: %v", err)
		}
	})
}

// One center cannot take all the room.
func TestSlots(t *testing.T) {
	var s slots
	for i := range centerSlots {
		if !s.take("busy") {
			t.Fatalf("refused at %d", i)
		}
	}
	if s.take("busy") {
		t.Fatal("one center took more than its share")
	}
	for i := range allSlots - centerSlots {
		if !s.take(fmt.Sprint(i)) {
			t.Fatalf("refused at %d", i)
		}
	}
	if s.take("another") {
		t.Fatal("took more than all")
	}
	s.give("busy")
	if !s.take("another") || len(s.center) != allSlots-centerSlots+2 {
		t.Fatal("a slot given back is not free")
	}
}

func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var commands [][]byte
		for _, n := range rapid.SliceOfN(rapid.SampledFrom([]int{1, 100, MaxBatch / 3, MaxCommand}), 0, 1200).Draw(t, "sizes") {
			commands = append(commands, make([]byte, n))
		}
		batches := split(commands)
		var joined [][]byte
		for _, b := range batches {
			size := 0
			for _, command := range b {
				size += len(command)
			}
			if len(b) == 0 || len(b) > MaxBatchCommands || size > MaxBatch {
				t.Fatalf("a batch of %d commands, %d bytes", len(b), size)
			}
			if again := split(b); len(again) != 1 {
				t.Fatal("a batch would be cut again where it arrives")
			}
			joined = append(joined, b...)
		}
		if !slices.EqualFunc(joined, commands, func(a, b []byte) bool { return &a[0] == &b[0] }) {
			t.Fatal("commands lost or out of order")
		}
	})
}

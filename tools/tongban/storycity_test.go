package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/node"
	"tongban/tools/client"
	"tongban/tools/process"
)

// storyCity is the city in which the stories play: real nodes over loopback in
// this process, on a clock that the stories set, spoken to by the command line
// alone.
type storyCity struct {
	t     testing.TB
	dir   string
	ahead atomic.Int64 // how far the city's clock is ahead of the machine's, nanoseconds
	nodes map[area.Center]*storyNode

	calendar workday.Calendar // that the city was given
}

type storyNode struct {
	center area.Center
	stop   context.CancelFunc
	done   chan error
}

// places of the stories, as people call them.
var storyPlaces = map[string]area.Center{
	"吴江区": "320509000000", "同里镇": "320509111000", "黎里镇": "320509110000",
	"叶建村": "320509111201", "北联村": "320509111203", "城司村": "320509110201",
}

// storyBegin is when the stories begin: every year behind it has a published calendar.
var storyBegin = time.Date(2024, 3, 4, 9, 0, 0, 0, china)

func newStoryCity(t testing.TB) *storyCity {
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	c := &storyCity{t: t, dir: t.TempDir(), nodes: map[area.Center]*storyNode{}, calendar: workday.NewCalendar(years)}
	c.set(storyBegin)
	t.Cleanup(func() {
		for center := range c.nodes {
			c.halt(center)
		}
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const district area.Center = "320509000000"
	_, err = node.Create(c.folder(district), storyConfig(t, district),
		node.Founding{Name: "吴江区", Area: district.Area(), Center: "吴江区政务服务中心", Staff: "系统建设"}, rand.Reader, c.now())
	must(err)
	c.start(district)
	names := readPlaces()
	for _, center := range []area.Center{"320509111000", "320509110000", "320509111201", "320509111203", "320509110201"} {
		ticket := c.must(center.Parent(), "invite", string(center))
		_, err := node.Join(t.Context(), c.folder(center), storyConfig(t, center), strings.TrimSpace(ticket),
			register.Center{Name: names.office(center), Telephone: "0512-00000000"}, "首次加入", c.options())
		must(err)
		c.start(center)
	}
	c.must(district, "item", "import", "--starter", "--staff", "李编辑", "--approve", "王主任")
	c.must(district, "rule", "import", "--starter", "--staff", "王主任")
	c.must(district, "calendar", "import", "--starter", "--staff", "王主任")
	must(c.level(district))
	var scan bytes.Buffer
	must(png.Encode(&scan, image.NewGray(image.Rect(0, 0, 60, 40))))
	for name, content := range map[string][]byte{
		"agreement.yaml": []byte(storyAgreement), "scan.png": scan.Bytes(), "run.sh": []byte("#!/bin/sh\necho\n"),
	} {
		must(os.WriteFile(filepath.Join(c.dir, name), content, 0o644))
	}
	return c
}

// storyAgreement is a cross-area agreement by which the receiving center
// accepts: two towns of one district, for one item.
const storyAgreement = `- key: cross_area
  source: 吴江区政务办，同城通办协议（样例）
  doc:
    agreements:
      - name: 居住证签注通办
        document: 吴政办〔2024〕1号（样例）
        parties: ["320509111000", "320509110000"]
        items: ["TE44011350000011905442106041001"]
        mode: received_elsewhere
        accepts: receiving
        clock: receiving
        paper: receiving
        courier: receiving
        result: receiving_center
`

// level waits until every center's copy of the Register is as long as one's.
func (c *storyCity) level(with area.Center) error {
	first, err := c.client(with)
	if err != nil {
		return err
	}
	status, err := first.Status(context.Background())
	if err != nil {
		return err
	}
	for center := range c.nodes {
		err := c.waitFor("the Register at "+string(center), func() (bool, error) {
			node, err := c.client(center)
			if err != nil {
				return false, err
			}
			here, err := node.Status(context.Background())
			return err == nil && here.Register.Head.Index >= status.Register.Head.Index, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func storyConfig(t testing.TB, center area.Center) node.Config {
	config := node.DefaultConfig(center)
	config.Profile = "village"
	config.Disk = node.DiskConfig{MinFreeMiB: 16, BallastMiB: 1}
	config.Timing.Fast = true
	ports, err := process.FreePorts(3)
	if err != nil {
		t.Fatal(err)
	}
	config.Peer.Listen = []string{"/ip4/127.0.0.1/tcp/" + ports[0]}
	config.Enrol.Listen = "127.0.0.1:" + ports[1]
	config.Presence.Listen = ""
	config.API.Listen = "127.0.0.1:" + ports[2]
	return config
}

func (c *storyCity) folder(center area.Center) string { return filepath.Join(c.dir, string(center)) }

func (c *storyCity) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// set moves the city's clock to a moment.
func (c *storyCity) set(at time.Time) { c.ahead.Store(int64(time.Until(at))) }

func (c *storyCity) options() node.Options {
	w := io.Discard
	if os.Getenv("TONGBAN_TEST_LOG") != "" {
		w = os.Stderr
	}
	return node.Options{Log: slog.New(slog.NewTextHandler(w, nil)), Now: c.now, Version: "stories"}
}

func (c *storyCity) start(center area.Center) {
	n, err := node.Open(c.folder(center), c.options())
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &storyNode{center, stop, make(chan error, 1)}
	go func() { s.done <- n.Run(ctx) }()
	c.nodes[center] = s
	c.must(center, "status", "--wait", "40s")
}

func (c *storyCity) halt(center area.Center) {
	n := c.nodes[center]
	delete(c.nodes, center)
	n.stop()
	if err := <-n.done; err != nil {
		c.t.Errorf("node %s stopped with: %v", center, err)
	}
}

// run is one command line at a center, as somebody there would type it.
func (c *storyCity) run(center area.Center, args ...string) (out, errs string, code int) {
	var stdout, stderr bytes.Buffer
	env := map[string]string{"TONGBAN_DIR": c.folder(center), "TONGBAN_STAFF": "窗口员"}
	m := Main{strings.NewReader(""), &stdout, &stderr, func(name string) string { return env[name] }}
	code = m.Run(context.Background(), args)
	return stdout.String(), stderr.String(), code
}

// must is run of what has to succeed.
func (c *storyCity) must(center area.Center, args ...string) string {
	c.t.Helper()
	out, errs, code := c.run(center, args...)
	if code != exitOK {
		c.t.Fatalf("%s: tongban %s: exit code %d\n%s%s", center, strings.Join(args, " "), code, out, errs)
	}
	return out
}

// client speaks to the node of a center, for what is waited for.
func (c *storyCity) client(center area.Center) (*client.Client, error) {
	a := &app{Main: Main{Env: func(string) string { return "" }}, dir: c.folder(center)}
	return a.connect()
}

// waitFor asks a center again and again until something is so.
func (c *storyCity) waitFor(what string, is func() (bool, error)) error {
	deadline, tick := time.After(30*time.Second), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		ok, err := is()
		if ok {
			return nil
		}
		last = err
		select {
		case <-tick.C:
		case <-deadline:
			return fmt.Errorf("半分钟内没有等到 (not within half a minute): %s (%v)", what, last)
		}
	}
}

// decoded reads what a command printed with --json.
func decoded[T any](out string) (v T, err error) {
	if err = json.Unmarshal([]byte(out), &v); err != nil {
		err = fmt.Errorf("no JSON: %w\n%.2000s", err, out)
	}
	return v, err
}

package walk

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/starter"
	"tongban/node"
	"tongban/node/account"
	"tongban/node/api"
	"tongban/tools/client"
	"tongban/tools/process"
)

const (
	district = area.Center("320509000000")
	town     = area.Center("320509111000")
)

// center is a real node on loopback, and somebody for each duty.
type center struct {
	*client.Client
	t    *testing.T
	ctx  context.Context
	dir  string
	base string
	stop func() // ends the node; set by run, which may be called again after it

	ahead atomic.Int64 // how far the node's clock is ahead of the machine's, in nanoseconds
}

// later moves the node's clock on.
func (c *center) later(by time.Duration) { c.ahead.Add(int64(by)) }

func (c *center) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// found runs a district that is a realm by itself, with the items that ship.
func found(t *testing.T) *center {
	t.Helper()
	return foundAs(t, func(*node.Config) {})
}

// foundAs is found with a configuration that is changed.
func foundAs(t *testing.T, change func(*node.Config)) *center {
	t.Helper()
	t.Parallel() // each has a node and browsers of its own
	dir := filepath.Join(t.TempDir(), "district")
	c := &center{t: t, ctx: context.Background(), dir: dir}
	config := local(t, district)
	change(&config)
	_, err := node.Create(dir, config, node.Founding{Name: "虚构区", Area: district.Area(), Center: "虚构区政务服务中心", Staff: "建设者"}, rand.Reader, time.Now())
	c.must(err)
	c.run()
	c.furnish()
	return c
}

func local(t *testing.T, of area.Center) node.Config {
	t.Helper()
	config := node.DefaultConfig(of)
	config.Profile, config.Timing.Fast = "village", true
	config.Disk = node.DiskConfig{MinFreeMiB: 64, BallastMiB: 1}
	ports, err := process.FreePorts(4)
	if err != nil {
		t.Fatal(err)
	}
	config.Peer.Listen = []string{"/ip4/127.0.0.1/tcp/" + ports[0]}
	config.Enrol.Listen, config.Presence.Listen = net.JoinHostPort("127.0.0.1", ports[1]), ""
	config.API.Listen = net.JoinHostPort("127.0.0.1", ports[3])
	return config
}

func (c *center) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// run starts the node in this process, and stops it with the test at the latest.
func (c *center) run() {
	c.t.Helper()
	n, err := node.Open(c.dir, node.Options{Log: slog.New(slog.DiscardHandler), Version: "test", Now: c.now})
	c.must(err)
	ctx, stop := context.WithCancel(c.ctx)
	var running sync.WaitGroup
	running.Go(func() {
		if err := n.Run(ctx); err != nil {
			c.t.Error(err)
		}
	})
	c.stop = sync.OnceFunc(func() { stop(); running.Wait() })
	c.t.Cleanup(c.stop)
	c.base = "http://" + n.APIAddr()
	c.Client, err = client.Of(c.dir, "")
	c.must(err)
	c.until("the node serves", func() bool {
		answer, err := http.Get(c.base + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

func (c *center) until(what string, so func() bool) {
	c.t.Helper()
	ctx, stop := context.WithTimeout(c.ctx, 30*time.Second)
	defer stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			c.t.Fatalf("waited too long: %s", what)
		}
	}
}

// furnish publishes calendars, rules and the items that ship.
func (c *center) furnish() {
	c.t.Helper()
	years, err := starter.Years()
	c.must(err)
	for _, y := range years {
		_, err := c.SetCalendar(c.ctx, "目录管理", y)
		c.must(err)
	}
	rules, err := starter.Rules()
	c.must(err)
	for _, r := range rules {
		_, err := c.SetRule(c.ctx, "目录管理", district.Area(), r)
		c.must(err)
	}
	items, err := starter.Items()
	c.must(err)
	_, err = c.PublishItems(c.ctx, "目录管理", "目录审核", "", items...)
	c.must(err)
}

// password is that of everybody in the tests, once they changed the first one.
const password = "虚构-crane-7391"

// somebody makes an account with a password of its own, and signs in with it.
func (c *center) somebody(b *Browser, login string, duties ...account.Duty) {
	c.t.Helper()
	initial := c.hired(login, duties...)
	jar, err := cookiejar.New(nil)
	c.must(err)
	browser := &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, err := net.SplitHostPort(address) // town.localhost is here, whatever this machine resolves
			if err != nil {
				return nil, err
			}
			return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
		}},
	}
	for _, form := range []struct{ to, values string }{
		{"/sign-in", url.Values{"login": {login}, "password": {initial}}.Encode()},
		{"/work/me/password", url.Values{"old": {initial}, "new": {password}, "again": {password}}.Encode()},
	} {
		answer, err := browser.Post(c.base+form.to, "application/x-www-form-urlencoded", strings.NewReader(form.values))
		c.must(err)
		answer.Body.Close()
		if answer.StatusCode != http.StatusSeeOther {
			c.t.Fatalf("%s of %s: %s", form.to, login, answer.Status)
		}
	}
	c.must(b.SignIn(c.base, login, password))
}

// hired makes an account, and gives its first password.
func (c *center) hired(login string, duties ...account.Duty) (initial string) {
	c.t.Helper()
	var made api.AccountDone
	c.must(c.Do(c.ctx, "POST", "/v1/accounts", nil, map[string]any{"staff": "建设者", "form": map[string]any{"login": login, "staff": "虚构" + login, "name": "虚构" + login, "duties": duties}}, &made))
	return made.Initial
}

// newcomer makes an account and signs in with it for the first time: the
// password that was given is changed, as the page demands.
func (c *center) newcomer(b *Browser, login string, duties ...account.Duty) {
	c.t.Helper()
	initial := c.hired(login, duties...)
	c.must(b.SignIn(c.base, login, initial))
	c.must(b.Fill("#old", initial))
	c.must(b.Fill("#new", password))
	c.must(b.Fill("#again", password))
	c.must(b.Click("form[action='/work/me/password'] button"))
	c.must(b.See(".thanks"))
}

// chromium is the one Chromium of all tests: to start one takes a second.
var chromium = sync.OnceValues(func() (_ *Browser, err error) {
	started, err = Open(context.Background(), profile)
	return started, err
})

var (
	profile string   // the folder in which it works
	started *Browser // nil: no test asked for one
)

func TestMain(m *testing.M) { os.Exit(tests(m)) }

func tests(m *testing.M) int {
	var err error
	if profile, err = os.MkdirTemp("", "walk-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(profile)
	defer func() {
		if started != nil {
			started.Close()
		}
	}()
	return m.Run()
}

// browser is a window of its own.
func browser(t *testing.T) *Browser {
	t.Helper()
	first, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	b, err := first.Beside()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/node"
	"tongban/node/api"
	"tongban/tools/client"
	"tongban/tools/process"
)

var update = flag.Bool("update", false, "write what came out into the scripts' golden files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tongban": main})
}

// Every script runs the real program as processes of their own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TONGBAN_STAFF", "测试")
			env.Setenv("USER", "")
			env.Setenv("TODAY", string(workday.DateOf(time.Now())))
			env.Setenv("GORACE", "atexit_sleep_ms=0") // a race-built process sleeps a second at its end otherwise
			for _, node := range []string{"A", "B"} {
				ports, err := process.FreePorts(4)
				if err != nil {
					return err
				}
				env.Setenv(node+"_API", "127.0.0.1:"+ports[3])
				env.Setenv(node+"_PEER", "/ip4/127.0.0.1/tcp/"+ports[0])
				env.Setenv(node+"_ENROL", "127.0.0.1:"+ports[1])
				env.Setenv(node+"_GOSSIP", "127.0.0.1:"+ports[2])
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "until": until,
		},
	})
}

// exits CODE PROGRAM ARGS...: runs it and checks its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got, err := 0, ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// until PATTERN PROGRAM ARGS...: runs it again and again until its output
// matches, for at most half a minute.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until PATTERN PROGRAM ARGS...")
	}
	pattern, err := regexp.Compile(args[0])
	ts.Check(err)
	deadline, tick := time.After(30*time.Second), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for {
		err := ts.Exec(args[1], args[2:]...)
		out := ts.ReadFile("stdout") + ts.ReadFile("stderr")
		if err == nil && pattern.MatchString(out) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("no %q within half a minute, but (%v):\n%s", args[0], err, out)
		}
	}
}

// Whoever reads the help must find what a command is for, and every command
// that acts says who acts.
func TestEveryCommandExplainsItself(t *testing.T) {
	root := (&app{Main: Main{Env: func(string) string { return "" }}}).root()
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" {
			t.Errorf("%s says nothing about itself", c.CommandPath())
		}
		if c.RunE == nil {
			t.Errorf("%s does nothing", c.CommandPath())
		}
		if c.Args == nil {
			t.Errorf("%s does not check its arguments", c.CommandPath())
		}
		if c.Example == "" && !c.HasSubCommands() {
			t.Errorf("%s gives no example", c.CommandPath())
		}
		for _, line := range strings.Split(c.Example, "\n") {
			if line != "" && !strings.HasPrefix(line, "  ") {
				t.Errorf("%s: the example %q is not indented", c.CommandPath(), line)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

func TestTableAlignsWideCharacters(t *testing.T) {
	var b strings.Builder
	tbl := table{head: []string{"CENTER", "NAME", "STATE"}}
	tbl.row("320509111201", "叶建村便民服务中心", "up")
	tbl.row("x", "abc", "down")
	tbl.write(&b)
	at := -1
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		i := strings.LastIndex(line, " ") + 1
		if w := columns(line[:i]); at >= 0 && w != at {
			t.Errorf("the last column begins at %d and %d:\n%s", at, w, b.String())
		} else {
			at = w
		}
	}
}

// Exit codes are for good.
func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{errors.New("anything"), exitFailed},
		{usageError{errors.New("what?")}, exitUsage},
		{refusal.Newf(refusal.Forbidden, "try", "", "no"), exitRefused},
		{fmt.Errorf("open: %w", refusal.Newf(refusal.Malformed, "read", "", "no")), exitRefused},
		{&api.Problem{Status: 409, Code: "stale", Message: "no"}, exitRefused},
		{&api.Problem{Status: 500, Code: "internal", Message: "oh"}, exitFailed},
		{&client.Offline{Base: "http://127.0.0.1:1", Err: errors.New("refused")}, exitOffline},
		{invalidError{errors.New("does not hold")}, exitInvalid},
		{fatalError{fmt.Errorf("feed: %w", node.ErrFatal)}, exitFatal},
		{context.Canceled, exitFailed},
	} {
		a := &app{Main: Main{Out: io.Discard, Err: io.Discard}}
		if got := a.report(c.err); got != c.want {
			t.Errorf("%v: exit code %d, want %d", c.err, got, c.want)
		}
	}
}

// A call whose answer is lost is sent again only where that is safe: it reads,
// or it carries an idempotency key.
func TestLostAnswers(t *testing.T) {
	for _, c := range []struct {
		name string
		r    request
		want int32
	}{
		{"reading", get("/v1/status", nil), attempts},
		{"with a key", request{method: http.MethodPost, path: "/v1/cases", keyed: true}, attempts},
		{"without a key", post("/v1/items", nil), 1},
	} {
		var came atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			came.Add(1)
			panic(http.ErrAbortHandler)
		}))
		c1 := client.New(server.Listener.Addr().String(), "", nil)
		_, _, err := call[any](t.Context(), c1, c.r)
		if !lost(err) {
			t.Errorf("%s: %v is not a lost answer", c.name, err)
		}
		server.Close()
		if came.Load() != c.want {
			t.Errorf("%s: sent %d times, want %d", c.name, came.Load(), c.want)
		}
		if _, _, err := call[any](t.Context(), c1, c.r); err == nil || lost(err) {
			t.Errorf("%s: a node that does not run: %v", c.name, err)
		}
	}
}

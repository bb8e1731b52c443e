package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tongban/node/api"
	"tongban/tools/process"
)

// readmeCity is the three machines of the READMEs, on this one.
type readmeCity struct {
	*testing.T
	district *machine
	towns    []*machine
	tickets  map[string]string // by center
	id       string            // of the case that was opened last
	printed  map[string]string // by its word in kept: what was printed last
}

// machine is one of them: its own folder, ports and environment.
type machine struct {
	center, name, address string // as the READMEs have them
	home                  string
	ports                 map[string]string // by the port in the READMEs
	env                   []string
	log                   string
	node                  *exec.Cmd // nil until it runs
	stop                  context.CancelFunc
}

// usual are the ports that the READMEs use, and that of the API.
var usual = []string{"7400", "7401", "7402", "7403"}

func newReadmeCity(t *testing.T) *readmeCity {
	c := &readmeCity{T: t, tickets: map[string]string{}, printed: map[string]string{}}
	free, err := process.FreePorts(3 * len(usual))
	if err != nil {
		t.Fatal(err)
	}
	base := t.TempDir() // removed after the nodes have ended
	prepare := func(center, name, address string) *machine {
		m := &machine{center: center, name: name, address: address, ports: map[string]string{}}
		m.home = filepath.Join(base, center)
		m.log = m.home + ".log"
		if err := os.Mkdir(m.home, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, port := range usual {
			m.ports[port], free = free[0], free[1:]
		}
		for _, pair := range os.Environ() {
			if key, _, _ := strings.Cut(pair, "="); !strings.HasPrefix(key, "TONGBAN_") && key != "USER" {
				m.env = append(m.env, pair)
			}
		}
		// Under the race detector a process lingers a second before it ends.
		m.env = append(m.env, "GORACE=atexit_sleep_ms=0")
		return m
	}
	c.district = prepare("320509000000", "吴江区", "10.9.0.1")
	c.towns = []*machine{prepare("320509111000", "同里镇", "10.9.0.2"), prepare("320509110000", "黎里镇", "10.9.0.3")}
	t.Cleanup(c.end)
	return c
}

func (c *readmeCity) all() []*machine { return append([]*machine{c.district}, c.towns...) }

func (c *readmeCity) at(place string) []*machine {
	switch place {
	case "all":
		return c.all()
	case "district":
		return []*machine{c.district}
	case "towns":
		return c.towns
	case "first town":
		return c.towns[:1]
	case "second town":
		return c.towns[1:]
	}
	return nil
}

// block types a block on every machine where it belongs.
func (c *readmeCity) block(b block) {
	c.Helper()
	mine := slices.DeleteFunc(slices.Clone(b.lines), func(line string) bool { _, ok := elsewhere[line]; return ok })
	if len(mine) == 0 {
		return
	}
	at := c.at(b.place)
	if len(at) == 0 {
		c.Fatalf("no words in bold say where to type %q, and nothing else is known to run it", mine)
	}
	for _, m := range at {
		if m.node != nil && m != c.district {
			c.level(m)
		}
		for _, line := range mine {
			c.line(m, line)
		}
	}
}

// line runs one command line on one machine.
func (c *readmeCity) line(m *machine, line string) {
	c.Helper()
	if pair, ok := strings.CutPrefix(line, "export "); ok {
		m.env = append(m.env, strings.ReplaceAll(pair, "/srv/tongban", filepath.Join(m.home, "data")))
		return
	}
	words := strings.Fields(line)
	if words[0] != "tongban" || strings.ContainsAny(line, "\"'`$&|;<>*\\") {
		c.Fatalf("%q: only plain lines of tongban, and those of elsewhere, can be run", line)
	}
	args := c.adapt(m, words[1:])
	if args[0] == "run" {
		c.run(m, args)
		return
	}
	if slices.ContainsFunc(awaited, func(begins string) bool { return strings.HasPrefix(line, begins) }) {
		c.wait(line+" at "+m.name, func() bool {
			out, err := c.exec(m, args...)
			return err == nil && expected(line, out) == ""
		})
		return
	}
	out, err := c.exec(m, args...)
	if err != nil {
		c.Fatalf("%s: %s: %v%s", m.name, line, err, c.logs())
	}
	if want := expected(line, out); want != "" {
		c.Fatalf("%s: %s: no %q in\n%s", m.name, line, want, out)
	}
	for begins, e := range edits {
		if strings.HasPrefix(line, begins) {
			c.edit(filepath.Join(m.home, e.file), e.from, e.to)
		}
	}
	for word, find := range kept {
		if n := find.FindStringSubmatch(out); n != nil {
			c.printed[word] = n[1]
		}
	}
	switch {
	case args[0] == "invite":
		c.tickets[args[1]] = strings.TrimSpace(out)
	case args[0] == "case" && args[1] == "open":
		c.id, _, _ = strings.Cut(out, " ")
	case args[0] == "backup":
		if info, err := os.Stat(filepath.Join(m.home, args[1])); err != nil || info.Size() == 0 {
			c.Fatalf("no backup: %v", err)
		}
	}
}

// expected is what shows asks of a line's output and does not find in it.
func expected(line, out string) string {
	for begins, want := range shows {
		if strings.HasPrefix(line, begins) && !regexp.MustCompile(want).MatchString(out) {
			return want
		}
	}
	return ""
}

var (
	address = regexp.MustCompile(`10\.9\.0\.[0-9]+(:|/tcp/)([0-9]+)`)
	found   = []string{"realm create", "join TICKET"}
)

// edit changes a file as an editor's user would.
func (c *readmeCity) edit(name, from, to string) {
	c.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		c.Fatal(err)
	}
	changed := strings.Replace(string(text), from, to, 1)
	if changed == string(text) {
		c.Fatalf("no %q in %s", from, text)
	}
	if err := os.WriteFile(name, []byte(changed), 0o600); err != nil {
		c.Fatal(err)
	}
}

// adapt makes words of a README ones for this machine: its own folder, address,
// ticket and name. What makes a node gets an API of its own beside the others
// and short timers, for all run on one machine here.
func (c *readmeCity) adapt(m *machine, words []string) []string {
	c.Helper()
	first := c.towns[0]
	args := make([]string, 0, len(words)+3)
	for _, word := range words {
		word = strings.ReplaceAll(word, "/srv/tongban", filepath.Join(m.home, "data"))
		word = address.ReplaceAllStringFunc(word, func(s string) string {
			part := address.FindStringSubmatch(s)
			host := strings.TrimSuffix(s, part[1]+part[2])
			if host != m.address && !(slices.Contains(c.towns, m) && host == first.address) || m.ports[part[2]] == "" {
				c.Fatalf("%s is no address of %s", s, m.name)
			}
			return "127.0.0.1" + part[1] + m.ports[part[2]]
		})
		switch {
		case word == "TICKET":
			if word = c.tickets[m.center]; word == "" {
				c.Fatalf("%s was not invited", m.name)
			}
		case word == "CASE":
			if word = c.id; word == "" {
				c.Fatal("no case was opened")
			}
		case kept[word] != nil:
			named := word
			if word = c.printed[named]; word == "" {
				c.Fatalf("nothing printed a %s", named)
			}
		case word == "DAY":
			word = time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
		case slices.Contains(c.towns, m):
			word = strings.ReplaceAll(word, first.name, m.name)
		}
		args = append(args, word)
	}
	if len(words) > 1 && slices.Contains(found, words[0]+" "+words[1]) {
		args = append(args, "--api-listen", "127.0.0.1:"+m.ports["7403"], "--fast")
	}
	return args
}

func (c *readmeCity) command(ctx context.Context, m *machine, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "tongban", args...)
	cmd.Dir, cmd.Env = m.home, m.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

// exec runs one command line to its end and returns its standard output.
func (c *readmeCity) exec(m *machine, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(c.Context(), 40*time.Second)
	defer cancel()
	cmd := c.command(ctx, m, args)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%w\n%s%s", err, out.String(), complaint.String())
	}
	return out.String(), nil
}

// run starts a machine's node and waits until it serves. It stops at the end.
func (c *readmeCity) run(m *machine, args []string) {
	c.Helper()
	log, err := os.Create(m.log)
	if err != nil {
		c.Fatal(err)
	}
	defer log.Close()
	ctx, stop := context.WithCancel(context.WithoutCancel(c.Context()))
	cmd := c.command(ctx, m, args)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		stop()
		c.Fatal(err)
	}
	m.node, m.stop = cmd, stop
	if _, err := c.exec(m, "status", "--wait", "30s"); err != nil {
		c.Fatalf("%s does not run: %v%s", m.name, err, c.logs())
	}
}

// end stops the nodes; they must go willingly.
func (c *readmeCity) end() {
	for _, m := range c.all() {
		if m.node != nil {
			m.stop()
		}
	}
	for _, m := range c.all() {
		if m.node == nil {
			continue
		}
		// The cause is ours; a node that ended well leaves nothing else to say.
		if err := m.node.Wait(); err != nil && !errors.Is(err, context.Canceled) {
			c.Errorf("the node of %s: %v%s", m.name, err, c.logs())
		}
	}
}

// level waits until a machine's copy of the Register has what the district's
// has.
func (c *readmeCity) level(m *machine) {
	c.Helper()
	index := func(m *machine) uint64 {
		out, err := c.exec(m, "status", "--json")
		if err != nil {
			c.Fatal(err)
		}
		var s api.Status
		if err := json.Unmarshal([]byte(out), &s); err != nil {
			c.Fatal(err)
		}
		return s.Register.Head.Index
	}
	want := index(c.district)
	c.wait(fmt.Sprintf("record %d at %s", want, m.name), func() bool { return index(m) >= want })
}

func (c *readmeCity) wait(what string, holds func() bool) {
	c.Helper()
	deadline, tick := time.After(30*time.Second), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			c.Fatalf("no %s within half a minute%s", what, c.logs())
		}
	}
}

// logs is the end of every node's log.
func (c *readmeCity) logs() string {
	var b strings.Builder
	for _, m := range c.all() {
		if text, err := os.ReadFile(m.log); err == nil {
			lines := strings.Split(strings.TrimSpace(string(text)), "\n")
			fmt.Fprintf(&b, "\n--- %s\n%s", m.name, strings.Join(lines[max(0, len(lines)-10):], "\n"))
		}
	}
	return b.String()
}

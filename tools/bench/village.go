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
	"strconv"
	"strings"
	"syscall"
	"time"
)

// village measures the program as it stands on a village's PC: a process of its
// own, joined by a ticket, following its town, with presence and API.
func village(ctx context.Context, b *bench) (err error) {
	program, err := b.tongban(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "village")
	above := &process{program: program, dir: filepath.Join(dir, string(wujiang))}
	below := &process{program: program, dir: filepath.Join(dir, string(yejian))}
	defer func() { err = errors.Join(err, below.stop(), above.stop()) }()
	if err := above.make(ctx, "realm", "create", "--center", string(wujiang), "--fast"); err != nil {
		return err
	}
	if err := above.start(ctx); err != nil {
		return err
	}
	if _, err := above.call(ctx, "item", "import", "--starter", "--staff", writer, "--approve", staff); err != nil {
		return err
	}
	ticket, err := above.call(ctx, "invite", string(yejian))
	if err != nil {
		return err
	}
	if err := below.make(ctx, "join", strings.TrimSpace(ticket)); err != nil {
		return err
	}
	if err := below.start(ctx); err != nil {
		return err
	}
	index, err := above.status(ctx)
	if err != nil {
		return err
	}
	if err := below.reach(ctx, index.Register.Head.Index); err != nil {
		return err
	}

	started := series{what: "start of a village's node, by its own status", unit: "s"}
	ready := series{what: "from exec to the ready answer of its API", unit: "s"}
	memory := series{what: "resident memory, idle", unit: "MB"}
	private := series{what: "of it the process's own (not files of the program or the database)", unit: "MB"}
	idle := 5 * time.Second
	if b.short {
		idle = 2 * time.Second
	}
	var last nodeStatus
	for range b.rounds(5, 2) {
		if err := below.stop(); err != nil {
			return err
		}
		began := time.Now()
		if err := below.start(ctx); err != nil {
			return err
		}
		ready.addTime(time.Since(began))
		settle(ctx, idle)
		rss, anon, err := below.memory()
		if err != nil {
			return err
		}
		memory.add(float64(rss) / (1 << 20))
		private.add(float64(anon) / (1 << 20))
		if last, err = below.status(ctx); err != nil {
			return err
		}
		d, err := time.ParseDuration(last.StartTime)
		if err != nil {
			return fmt.Errorf("the status says start time %q: %w", last.StartTime, err)
		}
		started.addTime(d)
	}
	b.say("start %.2f s, ready %.2f s, %.1f MB resident", median(started.values), median(ready.values), median(memory.values))

	b.add(&started, ratio{"1 s, the design's bound", median(started.values)})
	b.add(&ready)
	b.add(&memory, ratio{"48 MB, the design's bound", median(memory.values) / 48})
	b.add(&private)
	b.note("tongban run as a process of its own: a village, joined by a ticket under the district of another process, the starter "+
		"catalogue of %d items, presence and API on, restarted each round, %s after it was ready. 1 MB is 2^20 bytes; resident memory is VmRSS, "+
		"its own part RssAnon. %d goroutines, %.1f MB of live objects.", last.Register.Items, idle, last.Goroutines, float64(last.Heap)/(1<<20))
	return nil
}

// tongban is the program to measure: the one that was named, or one that is
// built from this module.
func (b *bench) tongban(ctx context.Context) (string, error) {
	if b.program != "" {
		return filepath.Abs(b.program)
	}
	path := filepath.Join(b.dir, "tongban")
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "tongban/tools/tongban")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build tongban (name one with -bin): %w\n%s", err, out)
	}
	return path, nil
}

// process is one node as a process of its own, spoken to by its command line.
type process struct {
	program, dir string
	cmd          *exec.Cmd
	log          bytes.Buffer
	ended        chan error
}

// make runs a command that makes the node, on ports that are free.
func (p *process) make(ctx context.Context, args ...string) error {
	ports, err := freePorts(4)
	if err != nil {
		return err
	}
	args = append(args, "--profile", "village", "--listen", "/ip4/127.0.0.1/tcp/"+ports[0],
		"--enrol", "127.0.0.1:"+ports[1], "--presence", "127.0.0.1:"+ports[2], "--api-listen", "127.0.0.1:"+ports[3])
	_, err = p.call(ctx, args...)
	return err
}

// call runs one command against the node's data directory.
func (p *process) call(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, p.program, append(args, "--dir", p.dir)...)
	cmd.Env = append(os.Environ(), "TONGBAN_STAFF="+staff)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("tongban %s: %w\n%s", args[0], err, complaint.String())
	}
	return string(out), nil
}

// start runs the node and returns when its API says that it is ready.
func (p *process) start(ctx context.Context) error {
	p.log.Reset()
	p.cmd = exec.Command(p.program, "run", "--dir", p.dir)
	p.cmd.Stderr = &p.log
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.ended = make(chan error, 1)
	go func() { p.ended <- p.cmd.Wait() }()
	_, err := p.call(ctx, "status", "--wait", "30s", "--json")
	if err != nil {
		return fmt.Errorf("%w\n%s", err, p.log.String())
	}
	return nil
}

// stop ends the node as a service manager does.
func (p *process) stop() error {
	if p.cmd == nil {
		return nil
	}
	err := p.cmd.Process.Signal(syscall.SIGTERM)
	if err == nil {
		select {
		case err = <-p.ended:
		case <-time.After(20 * time.Second):
			err = errors.Join(errors.New("the node does not stop"), p.cmd.Process.Kill())
		}
	}
	p.cmd = nil
	return err
}

// nodeStatus is what the trial reads of a status.
type nodeStatus struct {
	StartTime  string `json:"start_time"`
	Heap       uint64 `json:"heap_bytes"`
	Goroutines int    `json:"goroutines"`
	Register   struct {
		Items int `json:"items"`
		Head  struct {
			Index uint64 `json:"index"`
		} `json:"head"`
	} `json:"register"`
}

func (p *process) status(ctx context.Context) (s nodeStatus, err error) {
	out, err := p.call(ctx, "status", "--json")
	if err == nil {
		err = json.Unmarshal([]byte(out), &s)
	}
	return s, err
}

// reach waits until the node's Register has a record.
func (p *process) reach(ctx context.Context, index uint64) error {
	var last error
	err := wait(ctx, "the village's Register", func() bool {
		s, err := p.status(ctx)
		last = err
		return err == nil && s.Register.Head.Index >= index
	})
	return errors.Join(err, last)
}

// memory is the resident memory of the process, and of it what no file backs.
func (p *process) memory() (resident, private uint64, err error) {
	return memoryOf(strconv.Itoa(p.cmd.Process.Pid))
}

func memoryOf(pid string) (resident, private uint64, err error) {
	b, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0, 0, fmt.Errorf("this system does not tell the memory of a process: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		n, _ := strconv.ParseUint(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			resident = n << 10
		case "RssAnon:":
			private = n << 10
		}
	}
	return resident, private, nil
}

// residentNow is the resident memory of this process, 0 where nobody says.
func residentNow() uint64 {
	resident, _, err := memoryOf("self")
	if err != nil {
		return 0
	}
	return resident
}

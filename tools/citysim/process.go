package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/node"
	"tongban/tools/client"
)

// spawner starts processes from one thread that lives as long as it does:
// Linux kills a child when the thread that started it ends, not the process.
type spawner struct{ asks chan func() }

func newSpawner() *spawner {
	s := &spawner{make(chan func())}
	go func() {
		runtime.LockOSThread()
		for f := range s.asks {
			f()
		}
	}()
	return s
}

func (s *spawner) start(cmd *exec.Cmd) error {
	done := make(chan error)
	s.asks <- func() { done <- cmd.Start() }
	return <-done
}

// member is one center's node: a data directory and, most of the time, a
// process that runs on it.
type member struct {
	// Constant.
	center  area.Center
	dir     string
	config  node.Config
	bin     string
	spawner *spawner
	died    func(error) // called when the process ends and nobody ended it
	*client.Client

	mu      sync.Mutex
	running *process // guarded by mu; nil while it is down
	paused  bool     // guarded by mu
	tally   tally    // guarded by mu
}

// tally is what was done to a node.
type tally struct {
	kills, pauses int
	slowest       time.Duration // from start to ready
}

type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	meant bool // guarded by member.mu: its end is the simulation's doing
}

func (m *member) logPath() string { return m.dir + ".log" }

// begin starts the process; ready waits until it serves.
func (m *member) begin() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running != nil {
		return fmt.Errorf("%s runs already", m.center)
	}
	log, err := os.OpenFile(m.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	fmt.Fprintf(log, "--- start, %d kills before\n", m.tally.kills)
	cmd := exec.Command(m.bin, "run", "--dir", m.dir)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "GOTRACEBACK=all")
	cmd.SysProcAttr = attributes()
	if err := m.spawner.start(cmd); err != nil {
		return fmt.Errorf("start the node of %s: %w", m.center, err)
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	m.running = p
	go m.watch(p)
	return nil
}

// watch ends with the process.
func (m *member) watch(p *process) {
	err := p.cmd.Wait()
	m.mu.Lock()
	meant := p.meant
	if m.running == p {
		m.running, m.paused = nil, false
	}
	m.mu.Unlock()
	close(p.ended)
	if !meant {
		m.died(fmt.Errorf("the node of %s ended by itself (%v); its log: %s", m.center, err, m.logPath()))
	}
}

// ready waits until the node serves.
func (m *member) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	began := time.Now()
	var why string
	err := poll(ctx, 25*time.Millisecond, func() bool {
		try, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		s, err := m.Status(try)
		if err != nil {
			why = err.Error()
			return false
		}
		why = s.NotReady
		return why == ""
	})
	if err != nil {
		return fmt.Errorf("the node of %s is not ready: %s: %w", m.center, why, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tally.slowest = max(m.tally.slowest, time.Since(began))
	return nil
}

// kill ends the process with SIGKILL and waits until the system has buried it.
func (m *member) kill() {
	m.mu.Lock()
	p := m.running
	if p == nil {
		m.mu.Unlock()
		return
	}
	p.meant = true
	m.tally.kills++
	p.cmd.Process.Kill()
	m.mu.Unlock()
	<-p.ended
}

// stop asks the process to end and waits for it; it is killed where it takes
// too long.
func (m *member) stop() error {
	m.mu.Lock()
	p := m.running
	if p == nil {
		m.mu.Unlock()
		return nil
	}
	p.meant = true
	if m.paused {
		p.cmd.Process.Signal(contSignal)
	}
	p.cmd.Process.Signal(os.Interrupt)
	m.mu.Unlock()
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		p.cmd.Process.Kill()
		<-p.ended
		return fmt.Errorf("the node of %s did not end within 20 s of SIGINT", m.center)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the node of %s ended with exit code %d on SIGINT; its log: %s", m.center, code, m.logPath())
	}
	return nil
}

// pause has the process stand still, resume has it go on. Both say whether
// there was anything to do.
func (m *member) pause() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running == nil || m.paused || stopSignal == nil {
		return false
	}
	m.paused = m.running.cmd.Process.Signal(stopSignal) == nil
	if m.paused {
		m.tally.pauses++
	}
	return m.paused
}

func (m *member) resume() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running == nil || !m.paused {
		return false
	}
	m.paused = false
	return m.running.cmd.Process.Signal(contSignal) == nil
}

// condition is "up", "paused" or "down".
func (m *member) condition() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.running == nil:
		return "down"
	case m.paused:
		return "paused"
	}
	return "up"
}

func (m *member) tallied() tally {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tally
}

// poll asks until the answer is yes or ctx ends.
func poll(ctx context.Context, every time.Duration, cond func() bool) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// build makes the program that the nodes run.
func build(ctx context.Context, dir string) (string, error) {
	bin := filepath.Join(dir, "tongban")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", bin, "tongban/tools/tongban")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("build the program: %w\n%s", err, out), ctx.Err())
	}
	return bin, nil
}

// Package process runs one center's node as a process of the operating system,
// for trials and for the demo: start it, wait until it serves, kill it without
// a warning, let it stand still, stop it.
//
// It must never outlive the program that started it, and never leave a child
// behind.
package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"tongban/tools/client"
)

// Spawner starts processes from one thread that lives as long as the program:
// Linux kills a child when the thread that started it ends, not the process.
type Spawner struct{ asks chan func() }

// NewSpawner makes a spawner; it ends with the program.
func NewSpawner() *Spawner {
	s := &Spawner{make(chan func())}
	go func() {
		runtime.LockOSThread()
		for f := range s.asks {
			f()
		}
	}()
	return s
}

func (s *Spawner) start(cmd *exec.Cmd) error {
	done := make(chan error)
	s.asks <- func() { done <- cmd.Start() }
	return <-done
}

// Node is a data directory and, most of the time, a process that runs on it.
// Safe for concurrent use.
type Node struct {
	// Constant.
	dir     string
	program []string // the program and its arguments before "run"
	spawner *Spawner
	died    func(error)
	*client.Client

	mu     sync.Mutex
	child  *child // guarded by mu; nil while it is down
	paused bool   // guarded by mu
	tally  Tally  // guarded by mu
}

// Tally is what was done to a node.
type Tally struct {
	Kills, Pauses int
	Slowest       time.Duration // from start to ready
}

type child struct {
	cmd   *exec.Cmd
	ended chan struct{}
	meant bool // guarded by Node.mu: its end is ours
}

// New prepares the node of a data directory. program is what runs it ("run
// --dir" follows), c talks to its API, and died is called when the process
// ends and nobody ended it.
func New(dir string, program []string, s *Spawner, c *client.Client, died func(error)) *Node {
	return &Node{dir: dir, program: program, spawner: s, Client: c, died: died}
}

// LogPath is where the process writes what it logs.
func (n *Node) LogPath() string { return n.dir + ".log" }

// Start starts the process; Ready waits until it serves.
func (n *Node) Start() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.child != nil {
		return fmt.Errorf("%s runs already", n.dir)
	}
	log, err := os.OpenFile(n.LogPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	fmt.Fprintf(log, "--- start, %d kills before\n", n.tally.Kills)
	args := append(append([]string(nil), n.program[1:]...), "run", "--dir", n.dir)
	cmd := exec.Command(n.program[0], args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "GOTRACEBACK=all")
	cmd.SysProcAttr = attributes()
	if err := n.spawner.start(cmd); err != nil {
		return fmt.Errorf("start the node of %s: %w", n.dir, err)
	}
	n.child = &child{cmd: cmd, ended: make(chan struct{})}
	go n.watch(n.child)
	return nil
}

// watch ends with the process.
func (n *Node) watch(c *child) {
	err := c.cmd.Wait()
	n.mu.Lock()
	meant := c.meant
	if n.child == c {
		n.child, n.paused = nil, false
	}
	n.mu.Unlock()
	close(c.ended)
	if !meant {
		n.died(fmt.Errorf("the node of %s ended by itself (%v); its log: %s", n.dir, err, n.LogPath()))
	}
}

// Ready waits until the node serves, a minute at most.
func (n *Node) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	began := time.Now()
	why := "it has not answered"
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		try, end := context.WithTimeout(ctx, 5*time.Second)
		s, err := n.Status(try)
		end()
		if err == nil && s.NotReady == "" {
			break
		}
		if why = s.NotReady; err != nil {
			why = err.Error()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the node of %s is not ready: %s: %w", n.dir, why, ctx.Err())
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tally.Slowest = max(n.tally.Slowest, time.Since(began))
	return nil
}

// Kill ends the process with SIGKILL and waits until the system has buried it.
func (n *Node) Kill() {
	n.mu.Lock()
	c := n.child
	if c == nil {
		n.mu.Unlock()
		return
	}
	c.meant = true
	n.tally.Kills++
	c.cmd.Process.Kill()
	n.mu.Unlock()
	<-c.ended
}

// Stop asks the process to end and waits for it; it is killed where it takes
// too long.
func (n *Node) Stop() error {
	n.mu.Lock()
	c := n.child
	if c == nil {
		n.mu.Unlock()
		return nil
	}
	c.meant = true
	if n.paused {
		c.cmd.Process.Signal(contSignal)
	}
	c.cmd.Process.Signal(os.Interrupt)
	n.mu.Unlock()
	select {
	case <-c.ended:
	case <-time.After(20 * time.Second):
		c.cmd.Process.Kill()
		<-c.ended
		return fmt.Errorf("the node of %s did not end within 20 s of SIGINT", n.dir)
	}
	if code := c.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the node of %s ended with exit code %d on SIGINT; its log: %s", n.dir, code, n.LogPath())
	}
	return nil
}

// Pause has the process stand still, Resume has it go on. Both say whether
// there was anything to do.
func (n *Node) Pause() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.child == nil || n.paused || stopSignal == nil {
		return false
	}
	n.paused = n.child.cmd.Process.Signal(stopSignal) == nil
	if n.paused {
		n.tally.Pauses++
	}
	return n.paused
}

// Resume has a paused process go on.
func (n *Node) Resume() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.child == nil || !n.paused {
		return false
	}
	n.paused = false
	return n.child.cmd.Process.Signal(contSignal) == nil
}

// Condition is "up", "paused" or "down".
func (n *Node) Condition() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.child == nil:
		return "down"
	case n.paused:
		return "paused"
	}
	return "up"
}

// Tally is what was done to the node so far.
func (n *Node) Tally() Tally {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.tally
}

// CanPause says whether this system can have a process stand still.
var CanPause = stopSignal != nil

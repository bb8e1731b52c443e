// Package demo runs a small city on one machine: a district, two towns and
// four villages of the real Wujiang as seven full nodes, and five cases that
// travel through it.
//
// It must never pretend: the nodes are those of the program, with their own
// keys, disks and ports, and everything told is read back from their logs.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// Options say how the demo runs.
type Options struct {
	Out     io.Writer
	Once    bool   // stop after the verification
	Dir     string // where the nodes live; "": a temporary folder that is removed
	Version string
}

// ErrDoesNotHold says that a log or a story is not as it must be.
var ErrDoesNotHold = errors.New("the demo does not hold")

// Run starts the city, tells the five stories, verifies every log on every
// node and, unless Once, keeps the city running until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	began := time.Now()
	dir, cleanup, err := o.place()
	if err != nil {
		return err
	}
	defer cleanup()
	log, closeLog, err := openLog(dir)
	if err != nil {
		return err
	}
	defer closeLog()
	c := &city{out: o.Out, dir: dir, log: log, version: o.Version, nodes: map[string]*member{}}
	defer func() { err = errors.Join(err, c.stopAll()) }()

	if err := c.build(ctx); err != nil {
		return fmt.Errorf("build the city (its log: %s): %w", filepath.Join(dir, logName), err)
	}
	for _, story := range []func(context.Context) error{c.immediate, c.residence, c.crossArea, c.agency, c.newVersion} {
		if err := story(ctx); err != nil {
			return fmt.Errorf("%w: %w", ErrDoesNotHold, err)
		}
	}
	if err := c.verify(ctx); err != nil {
		return err
	}
	c.line("")
	c.line("全部成立，用时 %s。 Everything holds, in %s.", since(began), since(began))
	if o.Once {
		return nil
	}
	c.invite()
	<-ctx.Done()
	c.line("\n停止各节点。 Stopping the nodes.")
	return nil
}

func (o Options) place() (dir string, cleanup func(), err error) {
	if o.Dir == "" {
		dir, err = os.MkdirTemp("", "tongban-demo-")
		return dir, func() { os.RemoveAll(dir) }, err
	}
	entries, err := os.ReadDir(o.Dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", nil, err
	}
	if len(entries) > 0 {
		return "", nil, fmt.Errorf("%s is not empty: the demo makes a city of its own", o.Dir)
	}
	return o.Dir, func() {}, os.MkdirAll(o.Dir, 0o700)
}

const logName = "demo.log"

// openLog keeps what the nodes log away from the story, in a file.
func openLog(dir string) (*slog.Logger, func(), error) {
	f, err := os.OpenFile(filepath.Join(dir, logName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelDebug})), func() { f.Close() }, nil
}

func since(t time.Time) time.Duration { return time.Since(t).Round(10 * time.Millisecond) }

// Package demo runs a small city on one machine: a district, two towns and
// four villages of the real Wujiang as seven full nodes, five cases that travel
// through it, and the middle of an ordinary day, so that whoever opens its pages
// sees centers at work. All people and cases are invented.
//
// It must never pretend: the nodes are processes of the program, with their own
// keys, disks and ports; one of them is killed for real; and everything told is
// what their APIs answer.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"tongban/catalog/area"
	"tongban/tools/process"
)

// Options say how the demo runs.
type Options struct {
	Out     io.Writer
	Once    bool     // stop after the verification
	Dir     string   // where the nodes live; "": a temporary folder that is removed
	Program []string // what runs a node, with the arguments before "run --dir"
	// Then is called with the doors of all centers once everything holds; the
	// city stops when it returns. nil: it runs on until the context ends.
	Then func(ctx context.Context, doors []Door) error
}

// ErrDoesNotHold says that a log or a story is not as it must be.
var ErrDoesNotHold = errors.New("the demo does not hold")

// Run starts the city, tells the five stories and an ordinary day, verifies
// every log on every node and, unless Once, keeps the city running until ctx
// ends.
func Run(ctx context.Context, o Options) (err error) {
	began := time.Now()
	dir, cleanup, err := o.place()
	if err != nil {
		return err
	}
	defer cleanup()
	ctx, died := context.WithCancelCause(ctx)
	defer died(nil)
	c := &city{
		out: o.Out, dir: dir, program: o.Program, spawner: process.NewSpawner(),
		nodes: map[area.Center]*process.Node{}, died: died,
	}
	defer func() { err = errors.Join(err, c.stopAll()) }()

	if err := c.build(ctx); err != nil {
		return fmt.Errorf("build the city: %w", c.because(ctx, err))
	}
	for _, story := range []func(context.Context) error{c.immediate, c.residence, c.crossArea, c.agency, c.newVersion, c.day} {
		if err := story(ctx); err != nil {
			return fmt.Errorf("%w: %w", ErrDoesNotHold, c.because(ctx, err))
		}
	}
	if err := c.verify(ctx); err != nil {
		return c.because(ctx, err)
	}
	c.line("")
	c.line("全部成立，用时 %s。 Everything holds, in %s.", since(began), since(began))
	if o.Then != nil {
		return o.Then(ctx, c.doors())
	}
	if o.Once {
		return nil
	}
	c.invite()
	<-ctx.Done()
	c.line("\n停止各节点。 Stopping the nodes.")
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// because puts what ended a node in front of what came of it.
func (c *city) because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
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

func since(t time.Time) time.Duration { return time.Since(t).Round(10 * time.Millisecond) }

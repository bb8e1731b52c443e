// Command citysim runs a small city as seven operating-system processes, puts
// it under load, kills -9 and pauses its nodes at random moments, and then
// holds every log against everything that the nodes had acknowledged.
//
// It must never look into a node: it starts the program that ships and knows
// only what its API answers. What it says is random is drawn from the seed;
// the interleaving of seven processes is the machine's.
//
// Exit codes: 0 everything holds; 1 it could not be run; 2 usage; 5 something
// that must not be has been, and the directory with all data and logs is kept.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

type options struct {
	bin      string
	length   time.Duration
	seed     uint64
	dir      string
	inFlight int
	hands    int
	out      io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	o := options{out: os.Stdout}
	flag.StringVar(&o.bin, "bin", "", "the program `tongban`; built when it is not given")
	flag.DurationVar(&o.length, "for", 2*time.Minute, "how long load and kills go on")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "of everything random")
	flag.StringVar(&o.dir, "dir", "", "an empty folder for the nodes; it is kept (default: a temporary one, kept on failure)")
	flag.IntVar(&o.inFlight, "cases", 40, "cases under way at once")
	flag.IntVar(&o.hands, "clients", 12, "concurrent clients")
	flag.Parse()
	if flag.NArg() > 0 || o.length < 5*time.Second || o.inFlight < 1 || o.hands < 1 {
		fmt.Fprintln(os.Stderr, "citysim: -for of at least 5s, -cases and -clients of at least 1, and no arguments")
		os.Exit(2)
	}
	err := o.run(ctx)
	switch {
	case err == nil:
	case errors.Is(err, errBroken):
		os.Exit(5)
	default:
		fmt.Fprintln(os.Stderr, "citysim:", err)
		os.Exit(1)
	}
}

// errBroken: what was found has been printed.
var errBroken = errors.New("something that must not be has been")

func (o options) run(ctx context.Context) (err error) {
	dir, temporary, err := o.place()
	if err != nil {
		return err
	}
	defer func() {
		if err == nil || errors.Is(err, context.Canceled) { // Ctrl+C is no evidence
			if temporary {
				os.RemoveAll(dir)
			}
			return
		}
		fmt.Fprintf(o.out, "data and logs are kept in %s\n", dir)
	}()
	if o.bin == "" {
		if o.bin, err = build(ctx, dir); err != nil {
			return err
		}
	}
	if o.bin, err = filepath.Abs(o.bin); err != nil {
		return err
	}
	book := newLedger()
	city, err := newCity(dir, o.bin, func(err error) { book.fault("%v", err) })
	if err != nil {
		return err
	}
	defer func() {
		for _, m := range city.all() {
			if m.Node != nil {
				m.Kill()
			}
		}
	}()
	fmt.Fprintf(o.out, "citysim: seed %d, %s of load, data in %s\n", o.seed, o.length, dir)
	began := time.Now()
	if err := city.found(ctx); err != nil {
		return fmt.Errorf("found the city: %w", err)
	}
	fmt.Fprintf(o.out, "seven nodes, three voters, %d items: founded in %s\n", len(city.items), time.Since(began).Round(100*time.Millisecond))
	book.began = time.Now()
	return o.trial(ctx, city, book)
}

// place is where the nodes live.
func (o options) place() (dir string, temporary bool, err error) {
	if o.dir == "" {
		dir, err = os.MkdirTemp("", "tongban-citysim-")
		return dir, true, err
	}
	if entries, err := os.ReadDir(o.dir); err == nil && len(entries) > 0 {
		return "", false, fmt.Errorf("%s is not empty", o.dir)
	}
	dir, err = filepath.Abs(o.dir)
	return dir, false, errors.Join(err, os.MkdirAll(dir, 0o700))
}

// trial is the load, the kills, the healing and the checks.
func (o options) trial(ctx context.Context, c *city, book *ledger) error {
	running, end := context.WithCancel(ctx)
	defer end()
	load := newLoad(c, book, o.seed, o.inFlight)
	nemesis := newNemesis(c, book, rand.New(rand.NewPCG(o.seed, 1<<40)), o.out)
	var side, hands sync.WaitGroup
	defer side.Wait()
	defer hands.Wait()
	defer end()
	side.Go(func() { o.progress(running, load, nemesis, book) })
	hands.Go(func() { load.run(running, o.hands) })

	storm, calm := context.WithTimeout(ctx, o.length)
	defer calm()
	side.Go(func() { c.orders(storm, book, rand.New(rand.NewPCG(o.seed, 1<<41))) })
	nemesis.run(storm, o.length)
	if ctx.Err() != nil {
		return ctx.Err()
	}

	// Healed: every journey is to come to its end now.
	healed := time.Now()
	load.opening.Store(false)
	finished := make(chan struct{})
	go func() { hands.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(60 * time.Second):
		end()
		<-finished
		for _, j := range load.stuck() {
			book.fault("a minute after everything was healed there still is %s", j)
		}
	}
	fmt.Fprintf(o.out, "  t+%s  healed; every case came to its end in %s\n", book.since().Round(time.Second), time.Since(healed).Round(100*time.Millisecond))
	if err := c.drain(ctx, 60*time.Second); err != nil {
		book.fault("%v", err)
	}
	drained := time.Since(healed)
	lost := time.Now()
	if err := c.seize(ctx, book, o.seed); err != nil {
		book.fault("%v", err)
		if err := c.heal(ctx); err != nil {
			book.fault("%v", err)
		}
	} else {
		fmt.Fprintf(o.out, "  t+%s  a town lost with 4 cases, seized, back with 3 superseded branches, settled and concluded: in %s\n", book.since().Round(time.Second), time.Since(lost).Round(100*time.Millisecond))
	}
	if err := c.drain(ctx, 60*time.Second); err != nil {
		book.fault("%v", err)
	}
	end()
	side.Wait()
	f, err := c.check(ctx, book)
	if err != nil {
		book.fault("the checks could not be made: %v", err)
	}
	f.drained = drained
	for _, m := range c.all() {
		if err := m.Stop(); err != nil {
			book.fault("%v", err)
		}
	}
	return o.report(c, book, f, nemesis)
}

// progress prints a line every few seconds.
func (o options) progress(ctx context.Context, l *load, n *nemesis, book *ledger) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	last := counts{}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now := book.counts()
		fmt.Fprintf(o.out, "  t+%s  %d cases, %d concluded, %d under way; %d events acknowledged (%d/s); %d calls without an answer; Register %d/%d; %s\n",
			book.since().Round(time.Second), now.cases, now.ended, l.underway(), now.events, (now.events-last.events)/5,
			now.lost, now.ordersAnswered, now.orders, n.said())
		last = now
	}
}

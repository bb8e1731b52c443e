// Command bench measures what the README promises, on the machine that it runs
// on: real nodes, real disks, real lines over loopback. What is compared is
// measured in the same run, in rounds that alternate, and given as medians.
//
// It must never stand in for a part of the program: where a trial leaves
// something out, its note says so. It must never be trusted across machines:
// the ratios travel, the figures do not.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// trial is one thing that is measured.
type trial struct {
	name string
	what string
	run  func(context.Context, *bench) error
}

var trials = []trial{
	{"intake", "durable intake at one counter and at 32, beside the disk", intake},
	{"handover", "custody from one node to another, durable at both ends", handOver},
	{"load", "5,000 items into the Register", load},
	{"catalogue", "10,000 items in one node: load, start, memory, search", wholeCatalogue},
	{"spread", "one published version to 300 followers", spread},
	{"cases", "100,000 cases at a district: worklist, search, statistics", manyCases},
	{"village", "memory and start of a village's node", village},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(progress)
	only := flags.String("only", "", "one trial, or several with commas: "+strings.Join(names(), ", "))
	short := flags.Bool("short", false, "fewer rounds: under a minute, for a look")
	asJSON := flags.Bool("json", false, "print the results as JSON")
	dir := flags.String("dir", "", "where the nodes live, on the disk that is to be measured (default: a temporary folder)")
	program := flags.String("bin", "", "the tongban to measure in 'village' (default: built from this module)")
	profile := flags.String("cpuprofile", "", "write a CPU profile of the trials to this file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	place, err := os.MkdirTemp(*dir, "tongban-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(place)) }()
	stopProfile, err := profileTo(*profile)
	if err != nil {
		return err
	}
	defer stopProfile()
	b := &bench{dir: place, short: *short, program: *program, progress: progress}
	b.report.Machine = machine(place)
	began := time.Now()
	for _, t := range chosen {
		fmt.Fprintf(progress, "%s: %s\n", t.name, t.what)
		b.trial = t.name
		if err := t.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	b.report.Took = time.Since(began).Round(100 * time.Millisecond).String()
	if *asJSON {
		return b.report.writeJSON(out)
	}
	return b.report.writeTable(out)
}

func names() []string {
	var all []string
	for _, t := range trials {
		all = append(all, t.name)
	}
	return all
}

// choose picks the trials of -only, in their own order; all of them for "".
func choose(only string) ([]trial, error) {
	if only == "" {
		return trials, nil
	}
	wanted := strings.Split(only, ",")
	for _, w := range wanted {
		if !slices.Contains(names(), w) {
			return nil, fmt.Errorf("no trial %q; there are %s", w, strings.Join(names(), ", "))
		}
	}
	return slices.DeleteFunc(slices.Clone(trials), func(t trial) bool { return !slices.Contains(wanted, t.name) }), nil
}

// bench is one run.
type bench struct {
	dir      string // of the run, removed at its end
	short    bool
	program  string
	progress io.Writer
	trial    string // that is running
	report   report
}

// say tells how a trial goes on.
func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.progress, "  "+format+"\n", args...) }

// rounds is how often a trial measures: the medians of few rounds are rough.
func (b *bench) rounds(full, short int) int {
	if b.short {
		return short
	}
	return full
}

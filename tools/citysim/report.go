package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// shown is how many faults are printed; the rest are counted.
const shown = 40

// report prints the table and says whether everything holds.
func (o options) report(c *city, book *ledger, f *findings, n *nemesis) error {
	for _, m := range c.all() {
		if panicked := panicsIn(m.LogPath()); panicked != "" {
			book.fault("%s panicked: %s; its log: %s", m.center, panicked, m.LogPath())
		}
	}
	now := book.counts()
	fmt.Fprintln(o.out)
	w := tabwriter.NewWriter(o.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CENTER\tROLE\tKILLED\tPAUSED\tSLOWEST START\tACKNOWLEDGED\tREGISTER\tVERIFIED\tCASES\tVERIFIED\tRSS")
	for _, m := range c.all() {
		v, t := f.nodes[m.center], m.Tally()
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%d\t%d %s\t%s\t%d\t%s\t%d MiB\n", m.center, v.status.Role, t.Kills, t.Pauses,
			t.Slowest.Round(10*time.Millisecond), book.at[m.center], v.status.Register.Head.Index, v.status.Register.Head.Hash.Short(),
			mark(v.register.Holds), v.cases.Checked, mark(v.cases.Holds), v.status.Resident>>20)
	}
	w.Flush()
	fmt.Fprintf(o.out, "\n%d cases opened, %d concluded; %d calls acknowledged %d events, %d calls got no answer, %d were answered again by their key\n",
		now.cases, now.ended, now.calls, now.events, now.lost, now.repeated)
	fmt.Fprintf(o.out, "%d acknowledged heads found at their custodians and in %d whole logs there and in the copies; %d of %d commands acknowledged by the Register and found in it once\n",
		f.acked, f.copies, f.orders, now.orders)
	fmt.Fprintf(o.out, "beside the routes: %s\n", strings.Join(book.asides(), ", "))
	fmt.Fprintf(o.out, "%d power cuts; %s from healing until no case was open and nothing waited\n", n.cutCount(), f.drained.Round(100*time.Millisecond))
	if refusals := book.refusals(); len(refusals) > 0 {
		fmt.Fprintf(o.out, "refused on the way: %s\n", strings.Join(refusals, ", "))
	}
	faults := book.faults()
	if len(faults) == 0 {
		fmt.Fprintf(o.out, "\nEverything holds. seed %d\n", o.seed)
		return nil
	}
	fmt.Fprintf(o.out, "\n%d THINGS DO NOT HOLD:\n", len(faults))
	for _, fault := range faults[:min(shown, len(faults))] {
		fmt.Fprintf(o.out, "  - %s\n", fault)
	}
	if more := len(faults) - shown; more > 0 {
		fmt.Fprintf(o.out, "  and %d more\n", more)
	}
	fmt.Fprintf(o.out, "run it again: go run ./tools/citysim -for %s -seed %d\n", o.length, o.seed)
	return errBroken
}

func mark(holds bool) string {
	if holds {
		return "holds"
	}
	return "BROKEN"
}

// panicsIn is the first line of a panic or a fatal error in a node's log.
func panicsIn(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if t := lines.Text(); strings.HasPrefix(t, "panic:") || strings.HasPrefix(t, "fatal error:") || strings.HasPrefix(t, "WARNING: DATA RACE") {
			return t
		}
	}
	return ""
}

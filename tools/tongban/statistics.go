package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"tongban/intake/desk"
	"tongban/tools/client"
)

func (a *app) caseStatisticsCommand() *cobra.Command {
	var from, to, box string
	cmd := &cobra.Command{
		Use: "statistics", Short: "Count the cases of this node by what they are",
		Long: `Count the cases that this node has (its own, those below it, those that passed
through), by kind, phase and outcome, and by item. --from and --to bound the days on
which they were taken in.`,
		Example: "  tongban case statistics --box opened\n  tongban case statistics --from 2026-03-01 --to 2026-03-31",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/statistics", client.Params("from", from, "to", to, "box", box)), func(w io.Writer, _ *client.Client, s desk.Statistics) {
				writeStatistics(w, s)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "first day, YYYY-MM-DD")
	f.StringVar(&to, "to", "", "last day, YYYY-MM-DD")
	f.StringVar(&box, "box", "", "opened: those taken in here; all (the default)")
	return cmd
}

func writeStatistics(w io.Writer, s desk.Statistics) {
	if s.Total == 0 {
		fmt.Fprintln(w, "no case was taken in on these days")
		return
	}
	t := table{head: []string{"", "CASES", ""}}
	line := func(name string, n int) { t.row(name, n, percent(n, s.Total)) }
	line("all", s.Total)
	line("open", s.Open)
	line("immediate 即办", s.Immediate)
	line("promised 承诺", s.Promised)
	line("joint 联办", s.Joint)
	line("referred up 上报", s.Referred)
	line("declined 退办", s.Declined)
	line("by an agent 代办", s.Agency)
	line("from elsewhere 通办", s.Elsewhere)
	for _, phase := range slices.Sorted(maps.Keys(s.Phases)) {
		line("phase "+string(phase), s.Phases[phase])
	}
	for _, outcome := range slices.Sorted(maps.Keys(s.Outcomes)) {
		line("outcome "+string(outcome), s.Outcomes[outcome])
	}
	for _, lamp := range slices.Sorted(maps.Keys(s.Lamps)) {
		line("lamp "+string(lamp), s.Lamps[lamp])
	}
	for _, grade := range slices.Sorted(maps.Keys(s.Grades)) {
		line(fmt.Sprintf("rated %d", grade), s.Grades[grade])
	}
	t.write(w)
	items := table{head: []string{"ITEM", "NAME", "CASES", "OPEN"}}
	for _, one := range s.Items {
		items.row(one.Code, orDash(one.Name), one.Count, one.Open)
	}
	fmt.Fprintln(w)
	items.write(w)
}

package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/tools/client"
)

func (a *app) caseRouteCommand() *cobra.Command {
	return a.caseArgs(&cobra.Command{
		Use: "route CASE", Short: "Show where a case has been, and for how many days at each level",
		Example: "  tongban case route 320509111201.1.7",
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("cases", args[0], "route"), nil), func(w io.Writer, c *client.Client, way desk.Itinerary) {
				t := table{head: []string{"CENTER", "HOW", "BY", "ARRIVED", "SINCE", "OFFERED ON", "UNTIL", "DAYS", "WORKING DAYS", ""}}
				for _, s := range way.Stays {
					t.row(join(" ", string(s.Center), s.Name), s.How, s.Staff, clockText(s.Arrived), clockText(s.Since), clockText(s.Offered),
						clockText(s.Until), s.Days, s.WorkDays, yes(s.Correct, "for correction"))
				}
				t.write(w)
				for _, l := range way.Levels {
					fmt.Fprintf(w, "%s: %d days, %d working days\n", l.Level, l.Days, l.WorkDays)
				}
			})
		},
	})
}

func (a *app) caseClockCommand() *cobra.Command {
	return a.caseArgs(&cobra.Command{
		Use: "clock CASE", Short: "Show every clock of a case: from when, until when, who is late and where",
		Example: "  tongban case clock 320509111201.1.7",
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("cases", args[0], "clock"), nil), func(w io.Writer, c *client.Client, b desk.Board) {
				writeBoard(w, b, namesOf(cmd, c))
			})
		},
	})
}

func writeBoard(w io.Writer, b desk.Board, names *centers) {
	held := names.name(b.Holder)
	if b.Offered != "" {
		held += " → " + names.name(b.Offered)
	}
	fmt.Fprintf(w, "%s %s, %s, held by %s%s\n", b.Case, b.Number, b.Phase, held, yes(b.Told != "", ", promised for "+string(b.Told)))
	if len(b.Clocks) > 0 {
		t := table{head: []string{"CLOCK", "", "LAMP", "FROM", "DUE", "LEFT", "ANSWERS FOR IT", ""}}
		for _, r := range b.Clocks {
			left, who := fmt.Sprint(r.LeftDays), names.name(r.Center)
			if r.Lamp == clock.Done {
				left = "-"
			}
			if r.Applicant {
				who = "the applicant"
			}
			t.row(r.Clock, r.Name, r.Lamp, r.From, r.Due, left, who, join(", ", yes(r.Late, "LATE"), yes(r.PausedBy != "", "paused by "+string(r.PausedBy)),
				yes(r.Ended != "", "ended "+string(r.Ended)), yes(r.Second, "second red: past the legal limit"), yes(r.Provisional, "provisional: no calendar of that year yet")))
		}
		t.write(w)
	}
	if len(b.Days) == 0 {
		return
	}
	t := table{head: []string{"ALSO DUE", "OF", "SINCE", "ON", "DONE", "BY", "RULE", ""}}
	for _, d := range b.Days {
		who := names.name(d.Center)
		switch {
		case d.Applicant:
			who = "the applicant"
		case d.Center == "":
			who = names.name(b.Holder)
		}
		t.row(d.What, orDash(d.Of), orDash(string(d.From)), d.Due, orDash(string(d.Done)), who, orDash(string(d.Rule)), yes(d.Late, "LATE"))
	}
	t.write(w)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tongban/intake/hall"
	"tongban/intake/hall/queue"
	"tongban/intake/hall/roster"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) queueCommand() *cobra.Command {
	cmd := group("queue", "Queue tickets: take, call, serve",
		a.queueTakeCommand(), a.queueCallCommand(),
		a.ticketCommand(hall.Start, "Begin to serve whoever was called", "  tongban queue start --window 3 --staff 李窗口", nil),
		a.ticketCommand(hall.Finish, "End the service", "  tongban queue done --window 3 --staff 李窗口\n  tongban queue done A012 --staff 李窗口", nil),
		a.ticketCommand(hall.Skip, "Skip whoever does not answer; the second time the ticket is closed", "  tongban queue skip --window 3 --staff 李窗口", nil),
		a.ticketCommand(hall.Recall, "Call a ticket once more, or somebody who was skipped and is there now", "  tongban queue recall A012 --window 3 --staff 李窗口", nil),
		a.ticketCommand(hall.Transfer, "Move a ticket to another type of window, at the place of its arrival", "  tongban queue transfer A012 --type 公安 --staff 李窗口",
			func(cmd *cobra.Command, f *hall.TicketForm) {
				cmd.Flags().StringVar(&f.Type, "type", "", "type of window (required)")
				required(cmd, "type")
			}),
		a.ticketCommand(hall.Leave, "Close the ticket of somebody who left", "  tongban queue close A012 --reason 已离开 --staff 李窗口",
			func(cmd *cobra.Command, f *hall.TicketForm) { cmd.Flags().StringVar(&f.Why, "reason", "", "why") }),
		a.queueShowCommand(), a.queueListCommand(), a.queueStatsCommand())
	cmd.Long = `Queue tickets (取号叫号) of today. Whoever has priority (elderly, disabled, military,
pregnant, with an infant), and whoever has an appointment whose time has come, goes
first; but a window passes over the person who has waited longest at most twice in
a row. Whoever does not answer is skipped, and is called again after three more
calls from the same line; the second time the ticket is closed.

The visit of a ticket is what a case's filing bears: it binds all that one person
applied for in one go.`
	return cmd
}

func (a *app) queueTakeCommand() *cobra.Command {
	var form hall.TakeForm
	var p printFlags
	var paper bool
	cmd := &cobra.Command{
		Use: "take", Short: "Take a queue ticket",
		Long: `Take a queue ticket, and with --print write it for the printer, as 'notice print' does:
number, windows, how many wait, and where the node has a public address a QR code for
the rating of the visit. 'notice print --ticket' prints it once more.`,
		Example: "  tongban queue take --type 综合\n  tongban queue take --item TB-D26 --priority elderly\n  tongban queue take --type 综合 --print --format receipt -o ticket.html",
		Args:    usage(cobra.NoArgs),
	}
	cmd.Flags().BoolVar(&paper, "print", false, "print the ticket")
	p.flags(cmd)
	cmd.Flags().StringVar(&form.Type, "type", "", "type of window (default: that of the item, or the only one)")
	cmd.Flags().StringVar((*string)(&form.Item), "item", "", "what it is for")
	a.priorityFlag(cmd, &form.Priority)
	cmd.RegisterFlagCompletionFunc("item", a.complete(every(a.itemCodes)))
	staff := a.maybeStaff(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		take := doing(http.MethodPost, "/v1/hall/queue/take", staff(), form)
		if !paper {
			if p.output != "" {
				return usageError{errors.New("--output is for what --print prints")}
			}
			return ask(a, cmd, take, func(w io.Writer, _ *client.Client, v hall.TicketView) { writeTicket(w, v) })
		}
		if err := p.check(); err != nil { // before a ticket is given out
			return err
		}
		c, err := a.connect()
		if err != nil {
			return err
		}
		_, v, err := call[hall.TicketView](cmd.Context(), c, take)
		if err != nil {
			return err
		}
		if err := a.print(cmd, ticketPath(v.Number), p, staff()); err != nil {
			return fmt.Errorf("queue ticket %s was taken, but not printed: %w\n  tongban notice print --ticket %s", v.Number, err, v.Number)
		}
		return nil
	}
	return cmd
}

func (a *app) priorityFlag(cmd *cobra.Command, into *queue.Reason) {
	var words []string
	for _, r := range queue.Reasons() {
		words = append(words, string(r))
	}
	cmd.Flags().StringVar((*string)(into), "priority", "", strings.Join(words, ", "))
	cmd.RegisterFlagCompletionFunc("priority", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

func writeTicket(w io.Writer, v hall.TicketView) {
	t := table{head: []string{"", ""}}
	t.row("queue ticket", v.Number)
	t.row("for", join(", ", v.Type, string(v.Priority), yes(v.Appointment != "", "appointment "+v.Appointment)))
	t.row("state", join(" ", string(v.State), yes(v.Window != "", "at window "+v.Window), yes(v.Why != "", "("+v.Why+")")))
	if v.State == queue.Waiting {
		t.row("before you", join(", ", count(v.Ahead, "ticket"), waits(v.Outlook)))
		t.row("windows", orDash(strings.Join(v.Windows, ", ")))
	}
	t.row("visit", v.Visit)
	t.write(w)
}

func waits(o queue.Outlook) string {
	if o.Minutes == nil {
		return ""
	}
	return fmt.Sprintf("about %d min", *o.Minutes)
}

func (a *app) queueCallCommand() *cobra.Command {
	var form api.CallForm
	var done bool
	cmd := &cobra.Command{
		Use: "call", Short: "Call whose turn it is to a window",
		Example: "  tongban queue call --window 3 --staff 李窗口\n  tongban queue call --done --staff 李窗口   # end the one in hand first",
		Args:    usage(cobra.NoArgs),
	}
	a.windowFlag(cmd, &form.Window)
	cmd.Flags().BoolVar(&done, "done", false, "end the service of the ticket that the window has first")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		if done {
			c, err := a.connect()
			if err != nil {
				return err
			}
			if _, _, err := call[hall.TicketView](cmd.Context(), c, doing(http.MethodPost, "/v1/hall/queue/done", who, hall.TicketForm{Window: form.Window})); err != nil {
				return err
			}
		}
		return ask(a, cmd, doing(http.MethodPost, "/v1/hall/queue/call", who, form), func(w io.Writer, _ *client.Client, v hall.TicketView) { writeTicket(w, v) })
	}
	return cmd
}

func (a *app) windowFlag(cmd *cobra.Command, into *string) {
	cmd.Flags().StringVar(into, "window", "", "number of the window (default: that of the member of staff)")
	cmd.RegisterFlagCompletionFunc("window", a.complete(every(a.windowNumbers)))
}

// ticketCommand does something with a ticket: the one that is named, or the one
// that the window has.
func (a *app) ticketCommand(act hall.Act, short, example string, flags func(*cobra.Command, *hall.TicketForm)) *cobra.Command {
	var form hall.TicketForm
	cmd := &cobra.Command{
		Use: string(act) + " [TICKET]", Short: short, Example: example,
		Args:              usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.complete(first(a.ticketNumbers)),
	}
	a.windowFlag(cmd, &form.Window)
	if flags != nil {
		flags(cmd, &form)
	}
	return change(a, cmd, http.MethodPost, at("/v1/hall/queue/"+string(act)), func(_ *cobra.Command, args []string) (any, error) {
		if len(args) > 0 {
			form.Number = args[0]
		}
		return form, nil
	}, writeTicket)
}

func (a *app) queueShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show TICKET", Short: "Show a queue ticket of today: how many are before it",
		Example:           "  tongban queue show A012",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.ticketNumbers)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("hall", "queue", "tickets", args[0]), nil), func(w io.Writer, _ *client.Client, v hall.TicketView) { writeTicket(w, v) })
		},
	}
}

func (a *app) queueListCommand() *cobra.Command {
	var day, kind, window string
	var states []string
	cmd := &cobra.Command{
		Use: "list", Short: "List the queue tickets of a day",
		Example: "  tongban queue list\n  tongban queue list --state waiting --type 综合\n  tongban queue list --day 2026-03-02 --json",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := client.Params("day", day, "type", kind, "window", window, "state", strings.Join(states, ","))
			return ask(a, cmd, get("/v1/hall/queue", q), func(w io.Writer, _ *client.Client, all []queue.Ticket) {
				if len(all) == 0 {
					fmt.Fprintln(w, "no queue tickets")
					return
				}
				t := table{head: []string{"TICKET", "FOR", "STATE", "WINDOW", "TAKEN", "CALLED", "ENDED", ""}}
				for _, one := range all {
					t.row(one.Number, one.Type, one.State, orDash(one.Window), hour(one.Taken), hour(one.Called), hour(one.Ended), join(", ", string(one.Priority), one.Appointment, one.Why))
				}
				t.write(w)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&day, "day", "", "YYYY-MM-DD (default: today)")
	f.StringVar(&kind, "type", "", "of that type of window")
	f.StringVar(&window, "window", "", "at that window")
	f.StringSliceVar(&states, "state", nil, "waiting, called, serving, skipped, done, closed")
	return cmd
}

// hour is the time of day in China.
func hour(ms int64) string {
	if ms == 0 {
		return "-"
	}
	return time.UnixMilli(ms).In(china).Format("15:04:05")
}

func (a *app) queueStatsCommand() *cobra.Command {
	var day string
	cmd := &cobra.Command{
		Use: "stats", Short: "Count a day: tickets, waiting and serving times by type, window and clerk",
		Example: "  tongban queue stats\n  tongban queue stats --day 2026-03-02 --json",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/hall/queue/stats", client.Params("day", day)), func(w io.Writer, _ *client.Client, s queue.Stats) {
				t := table{head: []string{"", "", "TAKEN", "WAITING", "CALLED", "SERVED", "CLOSED", "MOVED", "WAIT", "LONGEST", "SERVICE", "LONGEST"}}
				row := func(what string, f queue.Figures) {
					t.row(what, f.Of, f.Taken, f.Waiting, f.Called, f.Served, f.Closed, f.Moved, seconds(f.MeanWait), seconds(f.LongestWait), seconds(f.MeanServe), seconds(f.LongestServe))
				}
				row("day", s.Total)
				for _, f := range s.Types {
					row("type", f)
				}
				for _, f := range s.Windows {
					row("window", f)
				}
				for _, f := range s.Staff {
					row("clerk", f)
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().StringVar(&day, "day", "", "YYYY-MM-DD (default: today)")
	return cmd
}

func seconds(n int64) string { return (time.Duration(n) * time.Second).String() }

// --- completion ---

func (a *app) staffNumbers(ctx context.Context, c *client.Client) ([]string, error) {
	_, v, err := call[api.RosterView](ctx, c, get("/v1/hall/staff", nil))
	var out []string
	for _, m := range v.Staff {
		out = append(out, m.Number+"\t"+m.Name)
	}
	return out, err
}

func (a *app) windowNumbers(ctx context.Context, c *client.Client) ([]string, error) {
	_, all, err := call[[]roster.Window](ctx, c, get("/v1/hall/windows", nil))
	var out []string
	for _, w := range all {
		out = append(out, w.Number+"\t"+w.Name)
	}
	return out, err
}

func (a *app) ticketNumbers(ctx context.Context, c *client.Client) ([]string, error) {
	_, all, err := call[[]queue.Ticket](ctx, c, get("/v1/hall/queue", client.Params("state", "waiting,called,serving,skipped")))
	var out []string
	for _, t := range all {
		out = append(out, t.Number+"\t"+t.Type+" "+string(t.State))
	}
	return out, err
}

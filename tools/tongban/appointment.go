package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/timetable"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) appointmentCommand() *cobra.Command {
	cmd := group("appointment", "Appointments: slots of the hall, and home visits",
		a.appointmentSlotsCommand(), a.appointmentBookCommand(), a.appointmentListCommand(), a.appointmentShowCommand(),
		a.appointmentCancelCommand(), a.appointmentAssignCommand(), a.appointmentCheckInCommand())
	cmd.Long = `Appointments (预约) in the slots of the timetable, and home visits (上门服务) that are
scheduled to members of staff. Who booked is kept encrypted and shown masked; --unmask
shows it, and it is recorded who asked.`
	return cmd
}

func (a *app) appointmentSlotsCommand() *cobra.Command {
	var day, kind string
	cmd := &cobra.Command{
		Use: "slots", Short: "List what may be booked on a day",
		Example: "  tongban appointment slots --day 2026-03-03 --type 综合",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/hall/slots", client.Params("day", day, "type", kind)), func(w io.Writer, _ *client.Client, all []timetable.Slot) {
				if len(all) == 0 {
					fmt.Fprintln(w, "nothing can be booked on that day\n  'tongban timetable add --slot 30 --capacity 4' offers slots")
					return
				}
				t := table{head: []string{"DAY", "HOURS", "FOR", "FREE", "WHERE", ""}}
				for _, s := range all {
					t.row(s.Day, s.Span, orDash(s.Type), fmt.Sprintf("%d of %d", max(s.Capacity-s.Booked, 0), s.Capacity), orDash(s.Place), yes(s.Provisional, "provisional: no calendar of that year yet"))
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().StringVar(&day, "day", "", "YYYY-MM-DD (default: today)")
	cmd.Flags().StringVar(&kind, "type", "", "of that type of window")
	return cmd
}

func (a *app) appointmentBookCommand() *cobra.Command {
	var form api.BookForm
	var file string
	cmd := &cobra.Command{
		Use: "book", Short: "Book a slot, or ask for a home visit",
		Long: `Book a slot of the timetable, or with --home-visit ask for a visit at home, for which
a day may be set later. The same person gets a time once, and three a day at most.
--who reads name, telephone, identity, address and matter from a JSON file, or from
the standard input with '-', so that they stay out of the command line. --code draws
the code with which whoever booked sees the appointment again and cancels it by
themselves, here or on the pages for the public; it is told this once.`,
		Example: "  tongban appointment book --day 2026-03-03 --time 09:30 --type 综合 --name 虚构甲 --telephone 13900000000\n  tongban appointment book --home-visit --who who.json --code",
		Args:    usage(cobra.NoArgs),
	}
	f := cmd.Flags()
	f.StringVar((*string)(&form.Day), "day", "", "YYYY-MM-DD")
	f.StringVar(&form.Time, "time", "", "when the slot begins, such as 09:30")
	f.StringVar(&form.Type, "type", "", "type of window")
	f.StringVar((*string)(&form.Item), "item", "", "what it is for")
	f.BoolVar(&form.Home, "home-visit", false, "staff come to the person")
	f.BoolVar(&form.WithCode, "code", false, "draw a code for whoever books")
	a.channelFlag(cmd, &form.Channel)
	f.StringVar(&file, "who", "", "JSON file that says who it is")
	f.StringVar(&form.Who.Name, "name", "", "who it is")
	f.StringVar(&form.Who.Telephone, "telephone", "", "their telephone")
	f.StringVar(&form.Who.Identity, "identity", "", "their identity number")
	f.StringVar(&form.Who.Address, "address", "", "where to come")
	f.StringVar(&form.Who.Matter, "matter", "", "what it is about, in their words")
	cmd.RegisterFlagCompletionFunc("item", a.complete(every(a.itemCodes)))
	staff := a.maybeStaff(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if file != "" {
			if err := a.readJSON(file, &form.Who); err != nil {
				return err
			}
		}
		return ask(a, cmd, doing(http.MethodPost, "/v1/hall/appointments", staff(), form), func(w io.Writer, _ *client.Client, b api.Booked) {
			writeBooking(w, b.Booking)
			if b.Code != "" {
				fmt.Fprintf(w, "  code %s; whoever booked shows and cancels it with this, and it is told only now\n", b.Code)
			}
		})
	}
	return cmd
}

// codeFlag adds --code; the function returned reads it: "" where none is given.
func (a *app) codeFlag(cmd *cobra.Command, does string) func() (string, error) {
	given := cmd.Flags().String("code", "", does+"; - reads it from the standard input, so that it stays out of the command line")
	return func() (string, error) {
		code := *given
		if code == "-" {
			b, err := a.readFile("-")
			if err != nil {
				return "", err
			}
			code = string(b)
		}
		if code = strings.TrimSpace(code); code == "" && cmd.Flags().Changed("code") {
			return "", usageError{errors.New("the code is empty")}
		}
		return code, nil
	}
}

func (a *app) channelFlag(cmd *cobra.Command, into *appointment.Channel) {
	var words []string
	for _, c := range appointment.Channels() {
		words = append(words, string(c))
	}
	cmd.Flags().StringVar((*string)(into), "channel", "", strings.Join(words, ", "))
	cmd.RegisterFlagCompletionFunc("channel", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

func writeBooking(w io.Writer, b appointment.Booking) {
	what := join(" ", yes(b.Home, "home visit"), b.Type)
	fmt.Fprintf(w, "appointment %s: %s %s%s, %s%s\n", b.ID, orDash(string(b.Day)), bookedHours(b), yes(what != "", " "+what), b.State, yes(len(b.Staff) > 0, ", by "+strings.Join(b.Staff, ", ")))
}

func bookedHours(b appointment.Booking) string {
	if b.Span == (timetable.Span{}) {
		return "-"
	}
	return b.Span.String()
}

func (a *app) appointmentListCommand() *cobra.Command {
	var day string
	var unplanned bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the appointments of a day",
		Example: "  tongban appointment list --day 2026-03-03\n  tongban appointment list --unplanned   # home visits that wait for a day",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := client.Params("day", day)
			if unplanned {
				q.Set("unplanned", "true")
			}
			return ask(a, cmd, get("/v1/hall/appointments", q), func(w io.Writer, _ *client.Client, all []hall.BookingView) {
				if len(all) == 0 {
					fmt.Fprintln(w, "no appointments")
					return
				}
				t := table{head: []string{"APPOINTMENT", "DAY", "HOURS", "FOR", "WHO", "STATE", "BY", "TICKET"}}
				for _, v := range all {
					t.row(v.ID, orDash(string(v.Day)), bookedHours(v.Booking), orDash(join(" ", yes(v.Home, "home visit"), v.Type, string(v.Item))), whoBooked(v), join(", ", string(v.State), yes(v.Missed, "nobody came")), orDash(strings.Join(v.Staff, ", ")), orDash(v.Ticket))
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().StringVar(&day, "day", "", "YYYY-MM-DD (default: today)")
	cmd.Flags().BoolVar(&unplanned, "unplanned", false, "the home visits that no day is set for")
	return cmd
}

func whoBooked(v hall.BookingView) string {
	if v.Person == nil {
		return "erased"
	}
	return join(" ", v.Person.Name, v.Person.Telephone)
}

func (a *app) appointmentShowCommand() *cobra.Command {
	var unmask bool
	cmd := &cobra.Command{
		Use: "show APPOINTMENT", Short: "Show an appointment; who booked is masked",
		Example:           "  tongban appointment show Y2026-000012\n  tongban appointment show Y2026-000012 --unmask --staff 李窗口\n  tongban appointment show Y2026-000012 --code '123 456 789'",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.appointmentIDs)),
	}
	query, secret := a.unmaskFlag(cmd, &unmask), a.codeFlag(cmd, "the code of whoever booked: shows it only where it is right")
	cmd.MarkFlagsMutuallyExclusive("code", "unmask")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		q, err := query()
		if err != nil {
			return err
		}
		code, err := secret()
		if err != nil {
			return err
		}
		r := get(client.Path("hall", "appointments", args[0]), q)
		if code != "" {
			r = asked(client.Path("hall", "appointments", args[0], "own"), api.CodeForm{Code: code})
		}
		return ask(a, cmd, r, func(w io.Writer, _ *client.Client, v hall.BookingView) {
			writeBooking(w, v.Booking)
			t := table{head: []string{"", ""}}
			if p := v.Person; p != nil {
				for _, f := range [][2]string{{"who", p.Name}, {"telephone", p.Telephone}, {"identity", p.Identity}, {"address", p.Address}, {"matter", p.Matter}} {
					if f[1] != "" {
						t.row("  "+f[0], f[1])
					}
				}
			}
			for _, f := range [][2]string{{"place", v.Place}, {"ticket", v.Ticket}, {"visit", v.Visit}, {"why", v.Why}} {
				if f[1] != "" {
					t.row("  "+f[0], f[1])
				}
			}
			t.write(w)
		})
	}
	return cmd
}

// unmaskFlag adds --unmask and --staff.
func (a *app) unmaskFlag(cmd *cobra.Command, unmask *bool) func() (map[string][]string, error) {
	cmd.Flags().BoolVar(unmask, "unmask", false, "show what is personal in the clear; it is recorded who asked")
	staff := a.staffFlag(cmd)
	return func() (map[string][]string, error) {
		if !*unmask {
			return nil, nil
		}
		who, err := staff()
		return client.Params("unmask", "true", "staff", who), err
	}
}

func (a *app) appointmentCancelCommand() *cobra.Command {
	var form api.CancelForm
	cmd := &cobra.Command{
		Use: "cancel APPOINTMENT", Short: "Cancel an appointment",
		Long: `Cancel an appointment. Staff cancel it by its number, for whoever calls or stands
there; with --code it is cancelled only where that is the code of whoever booked.`,
		Example:           "  tongban appointment cancel Y2026-000012 --reason 来电取消 --staff 李窗口\n  tongban appointment cancel Y2026-000012 --code '123 456 789'",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.appointmentIDs)),
	}
	cmd.Flags().StringVar(&form.Why, "reason", "", "why; no personal data")
	staff, secret := a.maybeStaff(cmd), a.codeFlag(cmd, "the code of whoever booked: a wrong one cancels nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if form.Code, err = secret(); err != nil {
			return err
		}
		return ask(a, cmd, doing(http.MethodPost, client.Path("hall", "appointments", args[0], "cancel"), staff(), form),
			func(w io.Writer, _ *client.Client, b appointment.Booking) { writeBooking(w, b) })
	}
	return cmd
}

func (a *app) appointmentAssignCommand() *cobra.Command {
	var form hall.AssignForm
	cmd := &cobra.Command{
		Use: "assign APPOINTMENT", Short: "Schedule a home visit to members of staff",
		Example:           "  tongban appointment assign Y2026-000012 --to 虚构甲,虚构乙 --day 2026-03-03 --hours 14:00-15:00 --staff 周主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.appointmentIDs)),
	}
	f := cmd.Flags()
	f.StringSliceVar(&form.Staff, "to", nil, "who makes it: numbers or names (required)")
	f.StringVar((*string)(&form.Day), "day", "", "YYYY-MM-DD (default: as booked)")
	f.StringVar(&form.Hours, "hours", "", "such as 14:00-15:00 (default: as booked)")
	required(cmd, "to")
	cmd.RegisterFlagCompletionFunc("to", a.complete(every(a.staffNumbers)))
	return change(a, cmd, http.MethodPost, func(args []string) string { return client.Path("hall", "appointments", args[0], "assign") },
		func(*cobra.Command, []string) (any, error) { return form, nil }, writeBooking)
}

func (a *app) appointmentCheckInCommand() *cobra.Command {
	var form api.CheckInForm
	cmd := &cobra.Command{
		Use: "check-in APPOINTMENT", Short: "Give whoever came with an appointment their queue ticket",
		Long: `Give whoever came with an appointment their queue ticket: it goes first from the
appointed time on, and waits like any other before it, or where they came too late.
Of a home visit it says that it was made.`,
		Example:           "  tongban appointment check-in Y2026-000012",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.appointmentIDs)),
	}
	a.priorityFlag(cmd, &form.Priority)
	staff := a.maybeStaff(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(a, cmd, doing(http.MethodPost, client.Path("hall", "appointments", args[0], "check-in"), staff(), form), func(w io.Writer, _ *client.Client, in api.CheckedIn) {
			if in.Ticket == nil {
				fmt.Fprintf(w, "home visit %s was made: visit %s\n", in.Appointment.ID, in.Appointment.Visit)
				return
			}
			writeTicket(w, *in.Ticket)
		})
	}
	return cmd
}

func (a *app) appointmentIDs(ctx context.Context, c *client.Client) ([]string, error) {
	var out []string
	for _, q := range []map[string][]string{nil, client.Params("unplanned", "true")} {
		_, all, err := call[[]hall.BookingView](ctx, c, get("/v1/hall/appointments", q))
		if err != nil {
			return out, err
		}
		for _, v := range all {
			out = append(out, v.ID+"\t"+join(" ", string(v.Day), bookedHours(v.Booking), string(v.State)))
		}
	}
	return out, nil
}

// --- the timetable ---

func (a *app) timetableCommand() *cobra.Command {
	cmd := group("timetable", "When and where the center serves", a.timetableListCommand(), a.timetableAddCommand(), a.timetableRemoveCommand())
	cmd.Long = `When and where the center serves: its hours, extended hours (延时服务), stations (驿站)
and mobile service (流动服务). Entries with --slot and --capacity can be booked.`
	return cmd
}

func (a *app) timetableListCommand() *cobra.Command {
	var day string
	cmd := &cobra.Command{
		Use: "list", Short: "List the timetable, or what holds on a day",
		Example: "  tongban timetable list\n  tongban timetable list --day 2026-03-07",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/hall/timetable", client.Params("day", day)), func(w io.Writer, _ *client.Client, v api.TimetableView) {
				if len(v.Entries) == 0 {
					fmt.Fprintln(w, "nothing stands in the timetable"+yes(day != "", " for "+day))
					return
				}
				t := table{head: []string{"ENTRY", "KIND", "WHERE", "DAYS", "HOURS", "FOR", "STAFF", "SLOTS", "NOTE"}}
				for _, e := range v.Entries {
					t.row(e.ID, e.Kind, orDash(e.Place), entryDays(e), entryHours(e), orDash(entryFor(e)), orDash(strings.Join(e.Staff, ", ")), orDash(slots(e)), orDash(e.Note))
				}
				t.write(w)
				if v.Provisional {
					fmt.Fprintln(w, "provisional: the calendar of that year is not published yet")
				}
			})
		},
	}
	cmd.Flags().StringVar(&day, "day", "", "what holds on that day, YYYY-MM-DD")
	return cmd
}

func entryDays(e timetable.Entry) string {
	all := slices.Clone(e.Days)
	for _, d := range e.Dates {
		all = append(all, string(d))
	}
	out := strings.Join(all, ",")
	for _, d := range e.Except {
		out += " but " + string(d)
	}
	return join(" ", out, strings.TrimSpace(dayspan(e.From, e.To)))
}

func entryHours(e timetable.Entry) string {
	all := make([]string, len(e.Hours))
	for i, h := range e.Hours {
		all[i] = h.String()
	}
	return strings.Join(all, ",")
}

func entryFor(e timetable.Entry) string {
	all := slices.Clone(e.Types)
	for _, c := range e.Items {
		all = append(all, string(c))
	}
	return strings.Join(all, "、")
}

func slots(e timetable.Entry) string {
	if e.Minutes == 0 {
		return ""
	}
	return fmt.Sprintf("%d min for %d", e.Minutes, e.Capacity)
}

func (a *app) timetableAddCommand() *cobra.Command {
	var form api.TimetableForm
	var dates, except, items []string
	cmd := &cobra.Command{
		Use: "add KIND", Short: "Add hours, extended hours, a station or mobile service",
		Long: `Add to the timetable. KIND is hours, extended, station or mobile. --days takes
workdays and restdays (by the published calendar: a made-up Saturday is a working
day), and mon to sun.`,
		Example: "  tongban timetable add hours --days workdays --hours 09:00-11:30,13:30-17:00 --types 综合 --slot 30 --capacity 4 --staff 周主任\n" +
			"  tongban timetable add station --place 菜场驿站 --days wed --hours 08:00-10:00 --by 虚构甲 --staff 周主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: cobra.FixedCompletions([]string{"hours", "extended", "station", "mobile"}, cobra.ShellCompDirectiveNoFileComp),
	}
	f := cmd.Flags()
	f.StringVar(&form.Place, "place", "", "where (default: the hall)")
	f.StringSliceVar(&form.Days, "days", nil, "workdays, restdays, mon to sun")
	f.StringSliceVar(&dates, "dates", nil, "single days, YYYY-MM-DD")
	f.StringSliceVar(&except, "except", nil, "days on which it does not hold")
	f.StringSliceVar(&form.Hours, "hours", nil, "such as 09:00-11:30,13:30-17:00 (required)")
	f.StringSliceVar(&form.Types, "types", nil, "types of windows")
	f.StringSliceVar(&items, "items", nil, "what can be done there (default: whatever the center takes)")
	f.StringSliceVar(&form.Staff, "by", nil, "who is there: numbers or names of staff")
	f.StringVar((*string)(&form.From), "from", "", "first day")
	f.StringVar((*string)(&form.To), "to", "", "last day")
	f.IntVar(&form.Minutes, "slot", 0, "minutes of a slot that may be booked")
	f.IntVar(&form.Capacity, "capacity", 0, "how many people a slot takes, for each type")
	f.StringVar(&form.Note, "note", "", "a note")
	required(cmd, "hours")
	cmd.RegisterFlagCompletionFunc("by", a.complete(every(a.staffNumbers)))
	return change(a, cmd, http.MethodPost, at("/v1/hall/timetable"), func(_ *cobra.Command, args []string) (any, error) {
		form.Kind = timetable.Kind(args[0])
		if !slices.Contains(timetable.Kinds(), form.Kind) {
			return nil, usageError{errors.New("want hours, extended, station or mobile")}
		}
		body := struct {
			api.TimetableForm
			Dates  []string `json:"dates,omitempty"`
			Except []string `json:"except,omitempty"`
			Items  []string `json:"items,omitempty"`
		}{form, dates, except, items}
		return body, nil
	}, func(w io.Writer, e timetable.Entry) {
		fmt.Fprintf(w, "%s: %s %s, %s %s\n", e.ID, e.Kind, orDash(e.Place), entryDays(e), entryHours(e))
	})
}

func (a *app) timetableRemoveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove ENTRY", Short: "Remove from the timetable; what was booked stays booked",
		Example:           "  tongban timetable remove T3 --staff 周主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.entryIDs)),
	}
	return change(a, cmd, http.MethodPost, func(args []string) string { return client.Path("hall", "timetable", args[0], "remove") },
		func(*cobra.Command, []string) (any, error) { return struct{}{}, nil }, func(w io.Writer, _ api.Done) { fmt.Fprintln(w, "removed") })
}

func (a *app) entryIDs(ctx context.Context, c *client.Client) ([]string, error) {
	_, v, err := call[api.TimetableView](ctx, c, get("/v1/hall/timetable", nil))
	var out []string
	for _, e := range v.Entries {
		out = append(out, e.ID+"\t"+join(" ", string(e.Kind), e.Place, entryHours(e)))
	}
	return out, err
}

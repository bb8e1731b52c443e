package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/catalog/workday"
	"tongban/intake/hall"
	"tongban/intake/hall/roster"
	"tongban/node/api"
	"tongban/tools/client"
)

// doing is a change in the hall, sent again with the same key where the line
// breaks before the answer.
func doing(method, path, staff string, form any) request {
	body := map[string]any{"key": newKey(), "form": form}
	if staff != "" {
		body["staff"] = staff
	}
	return request{method: method, path: path, body: body, keyed: true}
}

// maybeStaff is staffFlag for what also a machine, or a citizen, may ask: only
// who is named counts.
func (a *app) maybeStaff(cmd *cobra.Command) func() string {
	given := cmd.Flags().String("staff", "", "who acts (default: TONGBAN_STAFF, else nobody)")
	return func() string {
		if *given != "" {
			return *given
		}
		return a.Env("TONGBAN_STAFF")
	}
}

// change makes a command that changes something in the hall: --staff is asked
// for, form is what is sent.
func change[T any](a *app, cmd *cobra.Command, method string, path func(args []string) string, form func(cmd *cobra.Command, args []string) (any, error), text func(w io.Writer, answer T)) *cobra.Command {
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		body, err := form(cmd, args)
		if err != nil {
			return err
		}
		return ask(a, cmd, doing(method, path(args), who, body), func(w io.Writer, _ *client.Client, answer T) { text(w, answer) })
	}
	return cmd
}

// at is a path without arguments.
func at(path string) func([]string) string { return func([]string) string { return path } }

func (a *app) staffCommand() *cobra.Command {
	cmd := group("staff", "Who works at this center, and at which post",
		a.staffListCommand(), a.staffAddCommand(), a.staffEditCommand(), a.staffCoverCommand(), a.staffImportCommand(), a.staffExportCommand())
	cmd.Long = `Who works at this center (窗口人员名册), and at which post. As long as nobody is in
the roster, --staff takes any name. From the first entry on it takes a staff number,
or a name that only one of the staff bears, and whatever they do carries their post,
their department and their window; whoever is not in the roster is refused.

A staff number is the center's code and three digits, unique in the realm. Somebody
who leaves is not deleted: 'staff edit --to' sets the last day.`
	return cmd
}

func (a *app) staffListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the staff, and who covers for whom",
		Example: "  tongban staff list\n  tongban staff list --json",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/hall/staff", nil), func(w io.Writer, _ *client.Client, v api.RosterView) {
				if len(v.Staff) == 0 {
					fmt.Fprintln(w, "no roster is kept: --staff takes any name\n  'tongban staff add' or 'staff import' begins one")
					return
				}
				covers := map[string][]string{}
				for _, c := range v.Covers {
					covers[c.A] = append(covers[c.A], c.B+dayspan(c.From, c.To))
				}
				t := table{head: []string{"NUMBER", "NAME", "DEPARTMENT", "POST", "WINDOW", "PHONE", "DAYS", "B CLERK"}}
				for _, m := range v.Staff {
					t.row(m.Number, m.Name, orDash(m.Department), orDash(m.Post), orDash(m.Window), orDash(m.Phone), orDash(strings.TrimSpace(dayspan(m.From, m.To))), orDash(strings.Join(covers[m.Number], ", ")))
				}
				t.write(w)
			})
		},
	}
}

func dayspan(from, to workday.Date) string {
	if from == "" && to == "" {
		return ""
	}
	return fmt.Sprintf(" %s..%s", from, to)
}

func memberFlags(f *pflag.FlagSet) func(cmd *cobra.Command) api.StaffForm {
	var form api.StaffForm
	texts := map[string]**string{
		"name": &form.Name, "department": &form.Department, "post": &form.Post, "body": &form.Body, "telephone": &form.Phone, "window": &form.Window,
	}
	given := map[string]*string{
		"name":       f.String("name", "", "the name, as on the plate"),
		"department": f.String("department", "", "whose matters they handle"),
		"post":       f.String("post", "", "the post"),
		"body":       f.String("body", "", "unified social credit code of the body that employs them"),
		"telephone":  f.String("telephone", "", "telephone of the office, for the plate of the window"),
		"window":     f.String("window", "", "number of the window"),
	}
	from, to := f.String("from", "", "first day, YYYY-MM-DD"), f.String("to", "", "last day, YYYY-MM-DD")
	return func(cmd *cobra.Command) api.StaffForm {
		for name, into := range texts {
			if cmd.Flags().Changed(name) {
				*into = given[name]
			}
		}
		if cmd.Flags().Changed("from") {
			form.From = (*workday.Date)(from)
		}
		if cmd.Flags().Changed("to") {
			form.To = (*workday.Date)(to)
		}
		return form
	}
}

func writeMember(done string) func(w io.Writer, m roster.Member) {
	return func(w io.Writer, m roster.Member) { fmt.Fprintf(w, "%s %s %s\n", m.Number, m.Name, done) }
}

func (a *app) staffAddCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Add a member of staff",
		Example: "  tongban staff add 虚构甲 --department 民政 --post 综合岗 --window 1 --staff 周主任",
		Args:    usage(cobra.ExactArgs(1)),
	}
	number := cmd.Flags().String("number", "", "staff number (default: the next one)")
	form := memberFlags(cmd.Flags())
	cmd.Flags().MarkHidden("name")
	return change(a, cmd, http.MethodPost, at("/v1/hall/staff"), func(cmd *cobra.Command, args []string) (any, error) {
		f := api.NewStaff{Number: *number, StaffForm: form(cmd)}
		f.Name = &args[0]
		return f, nil
	}, writeMember("is added"))
}

func (a *app) staffEditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "edit STAFF", Short: "Change a member of staff, or set the last day of one who leaves",
		Example:           "  tongban staff edit 320509111201-001 --window 3 --staff 周主任\n  tongban staff edit 虚构甲 --to 2026-06-30 --staff 周主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.staffNumbers)),
	}
	form := memberFlags(cmd.Flags())
	return change(a, cmd, http.MethodPut, func(args []string) string { return client.Path("hall", "staff", args[0]) },
		func(cmd *cobra.Command, _ []string) (any, error) {
			f := form(cmd)
			if f == (api.StaffForm{}) {
				return nil, usageError{fmt.Errorf("nothing to change: give a flag, such as --window")}
			}
			return f, nil
		}, writeMember("is changed"))
}

func (a *app) staffCoverCommand() *cobra.Command {
	var c roster.Cover
	cmd := &cobra.Command{
		Use: "cover STAFF", Short: "Name the B clerk who acts for somebody while they are away (AB岗)",
		Long: `Name the B clerk who acts for somebody while they are away (AB岗). Only who is named
may act for them (case commands: --for). --to ends it after that day.`,
		Example:           "  tongban staff cover 虚构甲 --by 虚构乙 --staff 周主任\n  tongban staff cover 虚构甲 --by 虚构乙 --to 2026-06-30 --staff 周主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.staffNumbers)),
	}
	cmd.Flags().StringVar(&c.B, "by", "", "the B clerk: number or name (required)")
	cmd.Flags().StringVar((*string)(&c.From), "from", "", "first day, YYYY-MM-DD (default: at once)")
	cmd.Flags().StringVar((*string)(&c.To), "to", "", "last day, YYYY-MM-DD (default: open)")
	required(cmd, "by")
	cmd.RegisterFlagCompletionFunc("by", a.complete(every(a.staffNumbers)))
	return change(a, cmd, http.MethodPost, at("/v1/hall/covers"), func(_ *cobra.Command, args []string) (any, error) {
		c.A = args[0]
		return c, nil
	}, func(w io.Writer, c roster.Cover) {
		fmt.Fprintf(w, "%s acts for %s%s\n", c.B, c.A, dayspan(c.From, c.To))
	})
}

func (a *app) staffImportCommand() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use: "import FILE.csv", Short: "Take a roster file in, whole or not at all",
		Long: `Take a roster file (CSV, UTF-8) in, whole or not at all; every problem is shown at
once with its line and column. Columns, by their Chinese or English heads: 工号 number,
姓名 name, 部门 department, 岗位 post, 统一社会信用代码 body, 电话 phone, 窗口 window, 起 from,
止 to, B岗 covered_by. Only 姓名 must be there; a line without 工号 is a new member.
Whoever the file does not name stays as they are. '-' reads the standard input.`,
		Example: "  tongban staff export > roster.csv\n  tongban staff import roster.csv --staff 周主任\n  tongban staff import roster.csv --dry-run --staff 周主任",
		Args:    usage(cobra.ExactArgs(1)),
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "change nothing: tell what is wrong")
	return change(a, cmd, http.MethodPost, at("/v1/hall/staff/import"), func(_ *cobra.Command, args []string) (any, error) {
		b, err := a.readFile(args[0])
		return api.ImportForm{File: string(b), Dry: dry}, err
	}, func(w io.Writer, done hall.Imported) {
		word := "added or changed"
		if dry {
			word = "would be added or changed"
		}
		for _, m := range done.Members {
			fmt.Fprintf(w, "%s %s\n", m.Number, m.Name)
		}
		fmt.Fprintf(w, "%s %s, %s, %d unchanged\n", count(len(done.Members), "member"), word, count(done.Covers, "cover"), done.Same)
	})
}

func (a *app) staffExportCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "export", Short: "Write the roster as a file that 'staff import' reads",
		Example: "  tongban staff export --output roster.csv",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			raw, out, err := call[api.RosterFile](cmd.Context(), c, get("/v1/hall/staff/export", nil))
			if err != nil {
				return err
			}
			if file != "" {
				if err := os.WriteFile(file, []byte(out.File), 0o644); err != nil {
					return err
				}
			}
			return a.show(raw, func(w io.Writer) {
				if file != "" {
					fmt.Fprintf(w, "the roster is in %s\n", file)
					return
				}
				io.WriteString(w, out.File)
			})
		},
	}
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to this file (default: the standard output)")
	return cmd
}

// --- windows ---

func (a *app) windowCommand() *cobra.Command {
	set := &cobra.Command{
		Use: "set NUMBER", Short: "Add a window, or change what it serves",
		Example: "  tongban window set 3 --name 社会事务 --types 综合,公安 --staff 周主任",
		Args:    usage(cobra.ExactArgs(1)), ValidArgsFunction: a.complete(first(a.windowNumbers)),
	}
	var form api.WindowForm
	set.Flags().StringVar(&form.Name, "name", "", "what hangs over it")
	set.Flags().StringSliceVar(&form.Types, "types", nil, "types of windows that it serves, as the rule window_types names them (default: all)")
	path := func(args []string) string { return client.Path("hall", "windows", args[0]) }
	return group("window", "The windows of the hall", a.windowListCommand(),
		change(a, set, http.MethodPut, path, func(*cobra.Command, []string) (any, error) { return form, nil }, writeWindow),
		a.windowOpenCommand("open", "Open a window", true), a.windowOpenCommand("close", "Close a window: it calls nobody", false))
}

func (a *app) windowListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the windows",
		Example: "  tongban window list",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/hall/windows", nil), func(w io.Writer, _ *client.Client, all []roster.Window) {
				if len(all) == 0 {
					fmt.Fprintln(w, "no windows are named: 'queue call' takes any\n  'tongban window set' names one")
					return
				}
				t := table{head: []string{"WINDOW", "NAME", "SERVES", "STATE"}}
				for _, one := range all {
					t.row(one.Number, orDash(one.Name), serves(one), windowState(one))
				}
				t.write(w)
			})
		},
	}
}

func serves(w roster.Window) string {
	if len(w.Types) == 0 {
		return "all"
	}
	return strings.Join(w.Types, "、")
}

func windowState(w roster.Window) string {
	if w.Closed {
		return join(": ", "closed", w.Note)
	}
	return "open"
}

func writeWindow(w io.Writer, one roster.Window) {
	fmt.Fprintf(w, "window %s: serves %s, %s\n", one.Number, serves(one), windowState(one))
}

func (a *app) windowOpenCommand(use, short string, open bool) *cobra.Command {
	cmd := &cobra.Command{
		Use: use + " NUMBER", Short: short,
		Example:           "  tongban window " + use + " 3 --staff 周主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.windowNumbers)),
	}
	form := api.OpeningForm{Open: open}
	if !open {
		cmd.Flags().StringVar(&form.Note, "note", "", "why, for whoever looks for it")
	}
	return change(a, cmd, http.MethodPost, func(args []string) string { return client.Path("hall", "windows", args[0], "open") },
		func(*cobra.Command, []string) (any, error) { return form, nil }, writeWindow)
}

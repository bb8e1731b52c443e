package main

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tongban/consensus/refusal"
	"tongban/node/api"
	"tongban/node/onboard"
	"tongban/tools/client"
)

// tableKinds are the commands: what each takes in, for its help.
var tableKinds = []struct {
	kind        onboard.Kind
	short, long string
}{
	{onboard.Centers, "Write tickets for the centers of a table", `Write tickets for the centers below this one that a table lists (中心编码 center, 名称
name, 有效小时 hours), as 'invite' does for one. The list of tickets is told once: each
ticket lets one node in. A center that has a node already is left out.`},
	{onboard.Staff, "Take a roster in, with the B clerks", `Take a roster in, whole or not at all, as 'staff import' does: here from xlsx or csv.
Whoever the table does not name stays as they are.`},
	{onboard.Windows, "Set the windows of a table", `Set the windows of a table (窗口号 number, 名称 name, 业务类型 types), all or none. Whether
a window is open stays as it is.`},
	{onboard.Accounts, "Make the accounts of a table", `Make the accounts of a table (账号 login, 工号 staff, 姓名 name, 职责 duties), and tell the
first password of each, once. An account that stands already just so is left alone.`},
	{onboard.Cases, "Take in cases that were begun elsewhere", `Take in the cases in flight (在办件) of a table, each under a number of this center and
with its former number kept. What happened before has its own day: the clocks of a
case count from its real acceptance. A row is taken in whole or not at all, and one
whose former number is here already is left alone: after a cut, the same table goes
on where it stopped. The list of new numbers and query passwords is told once.`},
}

func (a *app) onboardCommand() *cobra.Command {
	cmd := group("onboard", "Take in, in bulk, what a center brings along on its first day")
	cmd.Long = `Take in, in bulk, what a center brings along on its first day: the centers below it,
its staff and windows, the accounts of its screens and the cases in flight. Each is a
table, xlsx or csv (UTF-8 or GB18030), with Chinese or English heads; 'onboard
template' writes an empty one. Everything that is wrong is told at once, with its cell,
and nothing is written while a row is wrong. --check only tells.`
	for _, k := range tableKinds {
		cmd.AddCommand(a.onboardTableCommand(k.kind, k.short, k.long))
	}
	cmd.AddCommand(a.onboardTemplateCommand())
	return cmd
}

func (a *app) onboardTemplateCommand() *cobra.Command {
	var file, format string
	cmd := &cobra.Command{
		Use: "template KIND", Short: "Write an empty table to fill in",
		Long: `Write an empty table to fill in: KIND is centers, staff, windows, accounts or cases.
Its second row is an example, which is skipped when the table is read.`,
		Example: "  tongban onboard template cases -o cases.xlsx\n  tongban onboard template staff --format csv > staff.csv",
		Args:    usage(cobra.ExactArgs(1)), ValidArgs: []string{"centers", "staff", "windows", "accounts", "cases"},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			raw, out, err := call[api.TableFile](cmd.Context(), c, get(client.Path("onboard", "templates", args[0]), client.Params("format", format)))
			if err != nil {
				return err
			}
			if file == "" {
				return a.show(raw, func(w io.Writer) { w.Write(out.File) })
			}
			if err := os.WriteFile(file, out.File, 0o644); err != nil {
				return err
			}
			return a.show(raw, func(w io.Writer) { fmt.Fprintf(w, "the table is in %s\n", file) })
		},
	}
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to this file (default: the standard output)")
	cmd.Flags().StringVar(&format, "format", "xlsx", "xlsx or csv")
	return cmd
}

func (a *app) onboardTableCommand(k onboard.Kind, short, long string) *cobra.Command {
	var check bool
	var list string
	cmd := &cobra.Command{
		Use: string(k) + " FILE", Short: short, Long: long,
		Example: fmt.Sprintf("  tongban onboard %[1]s %[1]s.xlsx --check --staff 周主任\n  tongban onboard %[1]s %[1]s.csv --staff 周主任", k),
		Args:    usage(cobra.ExactArgs(1)),
	}
	gives := k == onboard.Centers || k == onboard.Accounts || k == onboard.Cases
	if gives {
		cmd.Example += fmt.Sprintf(" -o given-%s.csv", k)
		cmd.Flags().StringVarP(&list, "output", "o", "", "write the list of what is told once to this new file (default: the standard output)")
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing: tell what each row would do, and what is wrong")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		file, err := a.readFile(args[0])
		if err != nil {
			return err
		}
		c, err := a.connect()
		if err != nil {
			return err
		}
		t := tableRun{app: a, cmd: cmd, client: c}
		_, t.Import, err = call[onboard.Import](cmd.Context(), c, asked("/v1/onboard/"+string(k)+"/check", api.TableForm{Staff: who, File: file}))
		if err != nil {
			return err
		}
		if check || !t.Sound() {
			return t.told(check)
		}
		return t.takeIn(list)
	}
	return cmd
}

// tableRun is a table on its way in.
type tableRun struct {
	*app
	cmd    *cobra.Command
	client *client.Client
	onboard.Import
}

// told prints what a checked table would do; what is wrong with it is the error.
func (t *tableRun) told(check bool) error {
	if t.Sound() && check {
		return t.show(t.Import, func(w io.Writer) {
			rows := table{head: []string{"ROW", "NAME", "", "WOULD BE"}}
			for _, r := range t.Rows {
				rows.row(r.Row, r.Name, orDash(r.Text), r.Does)
			}
			rows.write(w)
			t.warn()
			fmt.Fprintf(w, "%s: %s; nothing was written\n", count(len(t.Rows), "row"), t.sums())
		})
	}
	return t.wrong(http.StatusUnprocessableEntity, "table_wrong", "nothing was written", "mend what is listed, then send it again")
}

// wrong is the problems of a table as an error.
func (t *tableRun) wrong(status int, code, what, hint string) error {
	p := &api.Problem{Status: status, Code: code, Message: what, Hint: hint}
	for _, one := range t.Problems {
		if !one.Warning {
			p.Details = append(p.Details, tableProblem(one))
		}
	}
	if t.More > 0 {
		p.Details = append(p.Details, fmt.Sprintf("%d more are not listed", t.More))
	}
	return p
}

func tableProblem(p onboard.Problem) string {
	where := p.Cell
	if where == "" && p.Row > 0 {
		where = fmt.Sprintf("row %d", p.Row)
	}
	return join(" ", where, p.Column) + ": " + p.Message + " (" + p.Code + ": " + p.English + ")"
}

func (t *tableRun) warn() {
	for _, p := range t.Problems {
		if p.Warning && !t.json {
			fmt.Fprintln(t.Err, tableProblem(p))
		}
	}
}

func (t *tableRun) sums() string {
	say := func(n int, what string) string { return yes(n > 0, fmt.Sprintf("%d %s", n, what)) }
	return cmp.Or(join(", ", say(t.Count(onboard.Adds), "new"), say(t.Count(onboard.Changes), "changed"), say(t.Count(onboard.Same), "there already"), say(t.Count(onboard.Wrong), "wrong")), "nothing")
}

// takeIn has the table taken in and waits. The file for the list is made before:
// what it will hold is told once.
func (t *tableRun) takeIn(list string) error {
	out := t.Out
	if list != "" {
		f, err := os.OpenFile(filepath.Clean(list), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		out = f
	}
	t.warn()
	if err := t.wait(); err != nil {
		return err
	}
	var given api.TableFile
	if t.Secrets > 0 {
		var err error
		if _, given, err = call[api.TableFile](t.cmd.Context(), t.client, post("/v1/onboard/imports/"+t.ID+"/list", nil)); err != nil {
			return err
		}
		if list != "" || !t.json {
			if _, err := out.Write(given.File); err != nil {
				return err
			}
		}
	}
	if t.State == onboard.Stopped || t.Count(onboard.Wrong) > 0 || !t.Sound() {
		return t.wrong(http.StatusConflict, "table_partly", fmt.Sprintf("%s: not all of it was taken in", t.sums()), "mend what is listed, then send the same table again: nothing is done twice")
	}
	if t.json {
		view := map[string]any{"import": t.Import}
		if list == "" && given.File != nil {
			view["list"] = string(given.File)
		}
		t.writeJSON(t.Out, view)
		return nil
	}
	fmt.Fprintf(t.Err, "%s: %s\n", count(len(t.Rows), "row"), t.sums())
	if list != "" && given.File != nil {
		fmt.Fprintf(t.Err, "the list is in %s; keep it secret\n", list)
	}
	return nil
}

// wait asks how far the table is until it is in.
func (t *tableRun) wait() (err error) {
	ctx := t.cmd.Context()
	if _, t.Import, err = call[onboard.Import](ctx, t.client, asked("/v1/onboard/imports/"+t.ID+"/apply", nil)); err != nil {
		return err
	}
	bar := t.progress("taking in", len(t.Rows))
	defer bar.done()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !t.Over() {
		bar.at(t.At)
		select {
		case <-ctx.Done():
			return refusal.New(refusal.Unavailable, "wait for the import", "the node goes on with it; send the same table again to see", ctx.Err())
		case <-tick.C:
		}
		if _, t.Import, err = call[onboard.Import](ctx, t.client, get("/v1/onboard/imports/"+t.ID, nil)); err != nil {
			return err
		}
	}
	bar.at(t.At)
	return nil
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) caseCommand() *cobra.Command {
	cmd := group("case", "Cases, from the counter to the archive",
		a.caseListCommand(), a.caseShowCommand(), a.caseLogCommand(), a.caseActionsCommand(),
		a.caseOpenCommand(), a.caseApplicantCommand(), a.casePrintCommand(), a.caseVerifyCommand(),
		a.caseRequestCommand(), a.caseRequestsCommand(), a.caseRouteCommand(), a.caseClockCommand(), a.seizeGrantsCommand(), a.caseStatisticsCommand())
	cmd.AddCommand(a.actionCommands()...)
	cmd.AddCommand(a.agencyActions()...)
	cmd.AddCommand(a.caseFeeCommand(), a.caseCarryCommand(), a.casePapersCommand(), a.casePaperCommand())
	cmd.Long = `Cases, from the counter to the archive. What may be done with a case now, and why
the rest may not, is shown by 'tongban case actions'.

An action that is repeated with the same --key has one effect. Without --key each
call gets one of its own, which is used again when the line breaks before the
answer.`
	return cmd
}

// caseArgs is a command on one case.
func (a *app) caseArgs(cmd *cobra.Command) *cobra.Command {
	cmd.Args = usage(cobra.ExactArgs(1))
	cmd.ValidArgsFunction = a.complete(first(a.caseIDs))
	return cmd
}

func (a *app) caseListCommand() *cobra.Command {
	var q desk.Query
	var box, level string
	cmd := &cobra.Command{
		Use: "list", Short: "List cases, the most urgent first",
		Long: `List cases, the most urgent first. Boxes: mine (held here), arrived (offered to
this center), sent (offered by it, not yet answered: it still answers for them),
opened (here, wherever they are now), all (every case of which this node has a
copy).`,
		Example: "  tongban case list\n  tongban case list --box arrived\n  tongban case list --box all --text 居住证\n  tongban case list --box all --text 1234\n  tongban case list --lamp red --action decide\n  tongban case list --box opened --level town",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q.Box = desk.Box(box)
			if err := q.Level.UnmarshalText([]byte(level)); err != nil {
				return usageError{fmt.Errorf("--level: %w", err)}
			}
			q.Action = desk.Action(strings.ReplaceAll(string(q.Action), "-", "_")) // as the table writes it
			return ask(a, cmd, asked("/v1/cases/search", q), func(w io.Writer, c *client.Client, list desk.Worklist) {
				if len(list.Cases) == 0 {
					fmt.Fprintln(w, "no cases")
					return
				}
				names := namesOf(cmd, c)
				t := table{head: []string{"LAMP", "CASE", "APPLICANT", "ITEM", "PHASE", "HELD BY", "NEXT", "DUE"}}
				for _, s := range list.Cases {
					held := names.name(s.Holder)
					if s.Offered != "" {
						held += " → " + names.name(s.Offered)
					}
					t.row(s.Lamp, s.ID, orDash(s.Applicant), s.Name, s.Phase, held, nextOf(s.Next), orDash(string(s.Due)))
				}
				t.write(w)
				if list.Total > len(list.Cases) {
					fmt.Fprintf(w, "%d of %d\n", len(list.Cases), list.Total)
				}
				if list.Next != "" {
					fmt.Fprintf(w, "go on: --after %s\n", list.Next)
				}
			})
		},
	}
	cmd.Flags().StringVar(&box, "box", "mine", "mine, arrived, sent, opened or all")
	cmd.Flags().StringVar((*string)(&q.Lamp), "lamp", "", "only this lamp: red, yellow, paused, green or done")
	cmd.Flags().StringVar((*string)(&q.Phase), "phase", "", "only this phase")
	cmd.Flags().StringVar((*string)(&q.Code), "item", "", "only cases of this item")
	cmd.Flags().BoolVar(&q.Here, "here", false, "only what this center holds")
	cmd.Flags().StringVar((*string)(&q.Action), "action", "", "only open cases that wait for this action, such as check or decide")
	cmd.Flags().StringVar(&level, "level", "", "only open cases that wait for a center of this level")
	cmd.Flags().StringVar(&q.After, "after", "", "go on behind a page, where its last line says so")
	cmd.Flags().StringVar(&q.Text, "text", "", "part of the number, the id or the item's name or code, of the applicant's name, or the end of a number or telephone")
	cmd.Flags().IntVar(&q.Limit, "limit", 100, "at most so many, up to 200")
	cmd.RegisterFlagCompletionFunc("box", cobra.FixedCompletions([]string{"mine", "arrived", "sent", "opened", "all"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func nextOf(m desk.Move) string {
	if m.Action == "" {
		return "-"
	}
	return join(" ", hyphen(m.Action), m.Name)
}

func (a *app) caseShowCommand() *cobra.Command {
	return a.caseArgs(&cobra.Command{
		Use: "show CASE", Short: "Show a case: where it stands, its clocks, its papers, what comes next",
		Example: "  tongban case show 320509111201.1.7",
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("cases", args[0]), nil), func(w io.Writer, c *client.Client, v api.CaseView) {
				writeCase(w, v, namesOf(cmd, c))
			})
		},
	})
}

func writeCase(w io.Writer, v api.CaseView, names *centers) {
	s := v.State
	t := table{head: []string{"", ""}}
	item := string(s.Item.Code)
	if v.Item != nil {
		item = fmt.Sprintf("%s (%s version %d; template: %s, %s)", v.Item.Name, s.Item.Code, s.Item.Version, v.Item.Origin.Area, v.Item.Origin.Date)
	}
	t.row("case", s.ID)
	t.row("number", orDash(s.Number))
	if s.Filing.Former != "" {
		t.row("former number", s.Filing.Former)
	}
	t.row("item", item)
	t.row("phase", join(", ", string(s.Phase), yes(v.Frozen, "FROZEN: two logs contradict each other"), yes(s.Agency, "by agency")))
	t.row("opened", clockText(s.OpenedAt)+" at "+names.name(s.Origin.Center))
	t.row("held by", names.name(s.Holder.Center)+fmt.Sprintf(", epoch %d, event %d", s.Epoch, s.Head.Index))
	if s.Offer != nil {
		t.row("offered to", names.name(s.Offer.To.Center)+" since "+clockText(s.Offer.At)+", not yet answered")
	}
	t.row("subject", readPlaces().name(s.Subject))
	t.row("collected at", names.name(s.Deliver))
	if d := s.Decision; d != nil {
		t.row("decision", join(", ", map[bool]string{true: "approved", false: "rejected"}[d.Approved], d.Text, d.Result, d.Number))
	}
	if s.Ended != nil {
		t.row("ended", s.Ended.Reason)
	}
	t.row("next", move(v.Next, names))
	t.write(w)
	writeClocks(w, v)
	writePapers(w, v)
	writeTogether(w, v, names)
	for _, b := range v.Branches {
		fmt.Fprintf(w, "superseded branch %d: %d events, epoch %d, from %s%s%s\n", b.Number, b.Head.Index, b.Epoch, names.name(b.From),
			yes(b.Heavy, ", HOLDS A DECISION OR A SERVICE"), yes(!b.Settled, ", to be reconciled: --head "+b.Head.Hash.String()))
	}
	writeWarnings(w, v.Warnings)
}

func move(m desk.Move, names *centers) string {
	if m.Action == "" {
		return "nothing more is to be done"
	}
	where := " here"
	if !m.Here {
		where = " at " + names.name(m.Center)
	}
	if m.Step >= 0 {
		where += fmt.Sprintf(" (step %d)", m.Step)
	}
	return nextOf(m) + where
}

func writeClocks(w io.Writer, v api.CaseView) {
	if len(v.Readings) == 0 {
		return
	}
	t := table{head: []string{"CLOCK", "LAMP", "FROM", "DUE", "LEFT", ""}}
	for _, r := range v.Readings {
		left := fmt.Sprint(r.LeftDays)
		if r.Lamp == clock.Done {
			left = "-"
		}
		t.row(r.Clock, r.Lamp, r.From, r.Due, left, join(", ", yes(r.PausedBy != "", "paused by "+string(r.PausedBy)),
			yes(r.Ended != "", "ended "+string(r.Ended)), yes(r.Late, "late"), yes(r.Second, "second red: past the legal limit"), yes(r.Provisional, "provisional: no calendar of that year yet")))
	}
	t.write(w)
}

func writePapers(w io.Writer, v api.CaseView) {
	if len(v.Materials) == 0 {
		return
	}
	have := map[string]casefile.MaterialEntry{}
	for _, m := range v.State.Materials {
		have[m.ID] = m
	}
	lacks := map[string]bool{}
	for _, m := range v.Outstanding {
		lacks[m.ID] = true
	}
	t := table{head: []string{"PAPER", "ID", "NEED", "STATE", ""}}
	for _, m := range v.Materials {
		t.row(m.Name, m.ID, m.Need, orDash(string(have[m.ID].State)), join(", ", yes(lacks[m.ID], "lacks"), yes(have[m.ID].Blob != nil, "scanned"), have[m.ID].Note))
	}
	t.write(w)
}

func writeWarnings(w io.Writer, all []desk.Warning) {
	for _, one := range all {
		fmt.Fprintf(w, "warning: %s\n", one.Text)
	}
}

func (a *app) caseLogCommand() *cobra.Command {
	var from, limit int
	var bodies bool
	cmd := a.caseArgs(&cobra.Command{
		Use: "log CASE", Short: "List the events of a case",
		Example: "  tongban case log 320509111201.1.7 --bodies",
		RunE: func(cmd *cobra.Command, args []string) error {
			q := client.Params("from", fmt.Sprint(from), "limit", fmt.Sprint(limit))
			return ask(a, cmd, get(client.Path("cases", args[0], "log"), q), func(w io.Writer, c *client.Client, all []api.EventView) {
				names := namesOf(cmd, c)
				t := table{head: []string{"SEQ", "TIME", "EVENT", "BY", "STAFF", "EPOCH", "REGISTER", "HASH"}}
				for _, e := range all {
					t.row(e.Seq, clockText(e.NodeTime)+yes(e.ClockSuspect, " ?"), e.Kind, names.name(e.Author.Center), e.Staff, e.Epoch, e.Register, short(e.Hash.String()))
				}
				if !bodies {
					t.write(w)
					return
				}
				for i, e := range all {
					one := table{head: make([]string, len(t.head)), rows: t.rows[i : i+1]}
					one.write(w)
					if b, err := json.Marshal(e.Body); err == nil {
						fmt.Fprintf(w, "    %s\n", b)
					}
				}
			})
		},
	})
	cmd.Flags().IntVar(&from, "from", 1, "the first event")
	cmd.Flags().IntVar(&limit, "limit", 500, "at most so many, up to 1000")
	cmd.Flags().BoolVar(&bodies, "bodies", false, "with what each event says")
	return cmd
}

func (a *app) caseActionsCommand() *cobra.Command {
	return a.caseArgs(&cobra.Command{
		Use: "actions CASE", Short: "List what may be done with a case here and now, and why not the rest",
		Example: "  tongban case actions 320509111201.1.7",
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("cases", args[0], "actions"), nil), func(w io.Writer, _ *client.Client, all []desk.Offered) {
				t := table{head: []string{"ACTION", "MAY", "WHY NOT"}}
				for _, o := range all {
					t.row(hyphen(o.Action), map[bool]string{true: "yes", false: "no"}[o.Allowed], join("; ", o.Why, o.Hint))
				}
				t.write(w)
			})
		},
	})
}

func (a *app) caseApplicantCommand() *cobra.Command {
	var unmask, supervisor bool
	var reason string
	cmd := a.caseArgs(&cobra.Command{Use: "applicant CASE", Short: "Show who applies; names and numbers are masked",
		Long:    "Show who applies. Names and numbers are masked; --unmask shows them, with a reason, and\n'tongban privacy audit' says who asked. Where access to the case is restricted only a\nsupervisor sees anything.",
		Example: "  tongban case applicant 320509111201.1.7 --unmask --reason 核对身份 --staff 李窗口",
	})
	cmd.Flags().BoolVar(&unmask, "unmask", false, "show everything; it is written down who asked, and why")
	cmd.Flags().StringVar(&reason, "reason", "", "why (required with --unmask and --supervisor)")
	cmd.Flags().BoolVar(&supervisor, "supervisor", false, "as a supervisor, of a case to which access is restricted")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		r := get(client.Path("cases", args[0], "applicant"), nil)
		if unmask || supervisor {
			who, err := staff()
			if err != nil {
				return err
			}
			r = post(r.path, api.Disclosure{Staff: who, Reason: reason, Unmask: unmask, Supervisor: supervisor})
		}
		return ask(a, cmd, r, func(w io.Writer, _ *client.Client, who applicant.Applicant) {
			t := table{head: []string{"", ""}}
			writePerson(&t, "", who.Person)
			if who.Representative != nil {
				writePerson(&t, "representative's ", *who.Representative)
			}
			if who.Agent != nil {
				writePerson(&t, "agent's ", *who.Agent)
				t.row("acts by", who.AgentBasis())
			}
			t.write(w)
		})
	}
	return cmd
}

func writePerson(t *table, whose string, p applicant.Person) {
	for _, f := range [][2]string{
		{"name", p.Name}, {"id kind", string(p.IDKind)}, {"resident id", p.ResidentID}, {"credit code", p.CreditCode}, {"other id", p.OtherID},
		{"telephone", p.Telephone}, {"address", p.Address}, {"organisation", p.Organisation},
		{"mandate", p.Mandate}, {"relationship", p.Relationship}, {"note", p.Note},
	} {
		if f[1] != "" {
			t.row(whose+f[0], f[1])
		}
	}
}

func (a *app) casePrintCommand() *cobra.Command {
	kinds := documentKinds()
	cmd := &cobra.Command{
		Use: "print CASE DOCUMENT", Short: "Print a document of a case for the applicant",
		Long: `Print a document of a case for the applicant, as plain text in Chinese; once more it says
that it is a reprint (补打). For paper, and for what a visit has due, see 'tongban notice
print'.

Documents: ` + wrapped(kinds) + ".",
		Example: "  tongban case print 320509111201.1.7 notice | lpr",
		Args:    usage(cobra.ExactArgs(2)),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return kinds, cobra.ShellCompDirectiveNoFileComp
			}
			return a.complete(first(a.caseIDs))(cmd, args, begun)
		},
	}
	staff := a.maybeStaff(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(a, cmd, get(client.Path("cases", args[0], "documents", args[1]), client.Params("staff", staff())), func(w io.Writer, _ *client.Client, d api.Document) {
			fmt.Fprintln(w, strings.TrimRight(d.Text, "\n"))
		})
	}
	return cmd
}

func (a *app) caseVerifyCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "verify [CASE]", Short: "Verify a case, or every case of this node, from the first event",
		Long:              "Verify a case, or with --all every case of which this node has a copy, from the first\nevent: chain, seals, custody, competence. Exit code 5 if one does not hold.",
		Example:           "  tongban case verify 320509111201.1.7\n  tongban case verify --all",
		Args:              usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.complete(first(a.caseIDs)),
	}
	cmd.Flags().BoolVar(&all, "all", false, "every case of which this node has a copy")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case all && len(args) == 0:
			return a.verify(cmd, post("/v1/verify", nil), "cases")
		case !all && len(args) == 1:
			return a.verify(cmd, post(client.Path("cases", args[0], "verify"), nil), "events")
		}
		return usageError{errors.New("name one case, or give --all")}
	}
	return cmd
}

func (a *app) seizeGrantsCommand() *cobra.Command {
	var body api.Seizing
	var only []string
	var lost, grantee string
	cmd := &cobra.Command{
		Use: "seize-grants", Short: "Have the Register grant the cases of a lost center to another",
		Long: `Have the Register grant the next epoch of every case that a lost center holds, as
far as this node has copies, to another center. Only a center over the lost one, at
district level or above, may ask. The grantee then opens each with 'tongban case
seize'. A case that is found later is granted later. Should the lost center come
back, what it wrote meanwhile is kept as a superseded branch.`,
		Example: `  tongban case seize-grants --lost 320509111000 --to 320509000000 --reason 机房火灾 --dry-run
  tongban case seize 320509111201.1.7       # on the grantee's node`,
		Args: usage(cobra.NoArgs),
	}
	flags := cmd.Flags()
	flags.StringVar(&lost, "lost", "", "the center that is lost (required)")
	flags.StringVar(&grantee, "to", "", "who goes on with its cases (required)")
	flags.StringSliceVar(&only, "case", nil, "only these cases")
	flags.StringVar(&body.Reason, "reason", "", "why, for the journal (required)")
	flags.BoolVar(&body.DryRun, "dry-run", false, "grant nothing: list what would be granted")
	required(cmd, "lost", "to", "reason")
	for _, f := range []string{"lost", "to"} {
		cmd.RegisterFlagCompletionFunc(f, a.complete(every(a.centerIDs)))
	}
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if body.Staff, err = staff(); err != nil {
			return err
		}
		body.Lost, body.Grantee = centerID(lost), centerID(grantee)
		for _, id := range only {
			body.Cases = append(body.Cases, casefile.ID(id))
		}
		return a.seizeGrants(cmd, body)
	}
	return cmd
}

func (a *app) seizeGrants(cmd *cobra.Command, body api.Seizing) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	raw, all, err := call[[]api.SeizureView](cmd.Context(), c, post("/v1/seizures", body))
	if err != nil {
		return err
	}
	a.show(raw, func(w io.Writer) {
		if len(all) == 0 {
			fmt.Fprintf(w, "this node knows of no open case that %s holds\n", body.Lost)
			return
		}
		t := table{head: []string{"CASE", "NEW EPOCH", "FROM EVENT", "GRANTED"}}
		for _, one := range all {
			granted := "would be"
			if one.Result != nil {
				granted = join(" ", one.Result.Outcome.String(), one.Result.Detail, fmt.Sprintf("(record %d)", one.Result.Index))
			}
			t.row(one.Case, one.Epoch, one.Base.Index, granted)
		}
		t.write(w)
	})
	for _, one := range all {
		if one.Result != nil {
			if err := one.Result.Err("seize " + string(one.Case)); err != nil {
				return err
			}
		}
	}
	return nil
}

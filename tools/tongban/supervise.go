package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tongban/intake/casefile"
	"tongban/intake/supervise"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) superviseCommand() *cobra.Command {
	cmd := group("supervise", "Who is late and where; chase a center", a.superviseListCommand(), a.superviseChaseCommand(), a.superviseChasesCommand())
	cmd.Long = `Who is late and where (电子监察), worked out from the logs of the cases of which this
node has copies: its own and those of the centers under it. What is red, and who is
silent, is reported one level up.`
	return cmd
}

func (a *app) superviseListCommand() *cobra.Command {
	var under, kind, lamp, after string
	var silent time.Duration
	var limit int
	var centers bool
	var kinds []string
	for _, k := range supervise.Kinds() {
		kinds = append(kinds, string(k))
	}
	cmd := &cobra.Command{
		Use: "list", Short: "List who is late and where, the most urgent first",
		Long: `List who is late and where, the most urgent first.

Kinds: near and late (a clock), notice_late (the case may count as accepted), renewed
(a permit counts as prolonged), lapsed (the applicant let a day pass), duty (a hearing, a
survey, a correction …), silent_offer (offered, arrived, not answered), undelivered,
opinion_silent, slip_unmatched, branch, fee_unsettled, silent_center.

The rules offer_days, slip_days and opinion_days say how long an offer, papers on their
way and an opinion may take; the list names the rule that was counted by. Centers
without a sign of life are listed by the rule silent_days, or with --silent.`,
		Example: "  tongban supervise list --under 320509111000 --lamp red\n  tongban supervise list --kind silent_offer\n  tongban supervise list --silent 48h --centers",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := client.Params("under", under, "kind", kind, "lamp", lamp, "after", after, "limit", fmt.Sprint(limit))
			if silent != 0 {
				if silent < time.Hour || silent%time.Hour != 0 {
					return usageError{errors.New("--silent takes whole hours, such as 48h")}
				}
				q.Set("silent", fmt.Sprint(int(silent.Hours())))
			}
			return ask(a, cmd, get("/v1/supervise", q), func(w io.Writer, c *client.Client, list api.Supervision) {
				if centers {
					writeDebts(w, list, namesOf(cmd, c))
				} else {
					writeSupervision(w, list, namesOf(cmd, c))
				}
				if list.After != "" {
					fmt.Fprintf(w, "there is more: --after %s\n", list.After)
				}
			})
		},
	}
	cmd.Flags().StringVar(&under, "under", "", "only what centers of this area and below owe")
	cmd.Flags().StringVar(&kind, "kind", "", "only this kind")
	cmd.Flags().StringVar(&lamp, "lamp", "", "only this lamp: yellow or red")
	cmd.Flags().DurationVar(&silent, "silent", 0, "also centers without a sign of life for longer than this, in whole hours (default: by the rule silent_days)")
	cmd.Flags().BoolVar(&centers, "centers", false, "count by center instead")
	cmd.Flags().StringVar(&after, "after", "", "go on after this case")
	cmd.Flags().IntVar(&limit, "limit", 200, "at most so many, up to 1000")
	cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("lamp", cobra.FixedCompletions([]string{"yellow", "red"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func writeSupervision(w io.Writer, list api.Supervision, names *centers) {
	if len(list.Entries) == 0 {
		fmt.Fprintln(w, "nobody is late")
		return
	}
	slices.SortStableFunc(list.Entries, func(a, b api.Supervised) int { return supervise.ByUrgency(a.Entry, b.Entry) })
	t := table{head: []string{"LAMP", "WHO OWES", "WHAT", "CASE", "ITEM", "DUE", "LATE", "REPORTED TO", ""}}
	for _, e := range list.Entries {
		late := "-"
		if e.Over > 0 {
			late = count(e.Over, "day")
		}
		what := string(e.Kind)
		if e.Rule != what {
			what += " " + e.Rule
		}
		t.row(join(" ", string(e.Lamp), yes(e.Second, "twice")), names.name(e.Center), what, orDash(string(e.Case)), orDash(e.Name),
			orDash(string(e.Due)), late, orDash(string(e.Report)), chased(e))
	}
	t.write(w)
	for _, e := range list.Entries {
		fmt.Fprintf(w, "%s: %s\n", e.Number, e.Result)
	}
}

func chased(e api.Supervised) string {
	switch e.Chases {
	case 0:
		return ""
	case 1:
		return "chased " + clockText(e.Chased)
	}
	return fmt.Sprintf("chased %d times, last %s", e.Chases, clockText(e.Chased))
}

func writeDebts(w io.Writer, list api.Supervision, names *centers) {
	if len(list.Centers) == 0 {
		fmt.Fprintln(w, "nobody is late")
		return
	}
	t := table{head: []string{"CENTER", "RED", "TWICE", "YELLOW"}}
	for _, d := range list.Centers {
		t.row(names.name(d.Center), d.Red, d.Second, d.Yellow)
	}
	t.write(w)
}

func (a *app) superviseChaseCommand() *cobra.Command {
	var body api.Chasing
	cmd := &cobra.Command{
		Use: "chase CASE", Short: "Chase the center that has a case",
		Long: `Chase the center that has a case (督办). The word is sealed and stands in the case's
log once that center has it; the answer is what follows there.`,
		Example:           "  tongban supervise chase 320509111201.1.7 --text 请于两个工作日内办结并反馈",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.lateIDs)),
	}
	cmd.Flags().StringVar(&body.Text, "text", "", "what is to be done; no personal data, it goes into the log (required)")
	cmd.Flags().StringVar(&body.Number, "number", "", "the number of the entry that it is about")
	required(cmd, "text")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if body.Staff, err = staff(); err != nil {
			return err
		}
		body.Case, body.Key = casefile.ID(args[0]), newKey()
		return ask(a, cmd, post("/v1/supervise/chases", body), func(w io.Writer, c *client.Client, v api.ChaseView) {
			if v.Waits != "" {
				fmt.Fprintf(w, "chase %d about %s is kept and will be sent as soon as it can: %s\n", v.Seq, v.Case, v.Waits)
				return
			}
			fmt.Fprintf(w, "chase %d about %s is on its way to %s; 'tongban supervise chases' shows what became of it\n", v.Seq, v.Case, namesOf(cmd, c).name(v.To))
		})
	}
	return cmd
}

func (a *app) superviseChasesCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: "chases [CASE]", Short: "List the chases sent from here and what followed, the last first",
		Example:           "  tongban supervise chases\n  tongban supervise chases 320509111201.1.7",
		Args:              usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.complete(first(a.caseIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := client.Params("limit", fmt.Sprint(limit))
			if len(args) > 0 {
				q.Set("case", args[0])
			}
			return ask(a, cmd, get("/v1/supervise/chases", q), func(w io.Writer, c *client.Client, all []api.ChaseView) {
				writeChases(w, all, namesOf(cmd, c))
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 100, "at most so many, up to 1000")
	return cmd
}

func writeChases(w io.Writer, all []api.ChaseView, names *centers) {
	if len(all) == 0 {
		fmt.Fprintln(w, "no chases")
		return
	}
	t := table{head: []string{"CHASE", "TIME", "TO", "CASE", "STAFF", "TEXT", "WHAT FOLLOWED"}}
	for _, v := range all {
		t.row(v.Seq, clockText(v.At), names.name(v.To), v.Case, v.Staff, v.Text, followed(v))
	}
	t.write(w)
}

// followed is what became of a chase.
func followed(v api.ChaseView) string {
	switch {
	case v.Answer.Event != 0:
		return fmt.Sprintf("event %d: %s by %s, %s", v.Answer.Event, v.Answer.Kind, v.Answer.Staff, clockText(v.Answer.At))
	case v.Answer.Recorded != 0:
		return fmt.Sprintf("recorded as event %d, nothing since", v.Answer.Recorded)
	case v.Waits != "":
		return "not sent yet: " + v.Waits
	case v.Reply == nil:
		return "on its way"
	case v.Reply.Code != "":
		return join(" ", "refused by", string(v.Reply.By.Center)+":", string(v.Reply.Code), v.Reply.Hint)
	}
	return fmt.Sprintf("recorded by %s as event %d", v.Reply.By.Center, v.Reply.Head.Index)
}

// lateIDs are the cases that somebody is late with.
func (a *app) lateIDs(ctx context.Context, c *client.Client) ([]string, error) {
	_, list, err := call[api.Supervision](ctx, c, get("/v1/supervise", url.Values{"limit": {"200"}}))
	var out []string
	for _, e := range list.Entries {
		if e.Case != "" {
			out = append(out, string(e.Case)+"\t"+e.Result)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), err
}

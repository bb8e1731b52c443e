package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/rating"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) ratingCommand() *cobra.Command {
	cmd := group("rating", "Ratings by applicants (好差评), and what becomes of bad ones",
		a.ratingListCommand(), a.ratingShowCommand(), a.ratingAddCommand(), a.ratingLinkCommand(), a.ratingFiguresCommand(), a.ratingVerifyCommand())
	cmd.AddCommand(a.ratingSteps()...)
	cmd.Long = `Ratings by applicants (好差评): one for a case, one for a visit, given at the
counter or by the link on the slip. Nobody can change one. Which grades are bad, and
by when those are answered, is the rule "rating". What an applicant wrote, and who
that is, is kept encrypted and shown only to whoever handles ratings (--role handler)
and not to those whom the rating is about; the privacy audit says who looked.

The center that served the applicant keeps a rating and puts right what was wrong:
where the result is collected once the case has come there, else where it was taken
in. The case's log gets the grade wherever the case is.`
	return cmd
}

// viewerFlags say who looks at ratings.
func (a *app) viewerFlags(cmd *cobra.Command) func() url.Values {
	role := cmd.Flags().String("role", string(rating.Window), "window or handler: only whoever handles ratings sees whose they are")
	staff := cmd.Flags().String("staff", "", "who looks (default: TONGBAN_STAFF, else USER)")
	cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions([]string{string(rating.Window), string(rating.Handler)}, cobra.ShellCompDirectiveNoFileComp))
	return func() url.Values {
		who, _ := a.staff(*staff) // whoever looks without a name sees less
		return client.Params("role", *role, "staff", who)
	}
}

func (a *app) ratingListCommand() *cobra.Command {
	var bad, open, late bool
	var from, to, id string
	var before uint64
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List ratings, the newest first",
		Example: "  tongban rating list --bad --open --role handler\n  tongban rating list --from 2026-03-01 --to 2026-03-31",
		Args:    usage(cobra.NoArgs),
	}
	f := cmd.Flags()
	f.BoolVar(&bad, "bad", false, "only bad ratings")
	f.BoolVar(&open, "open", false, "only those about which something is still to be done")
	f.BoolVar(&late, "late", false, "only those of which a limit is over")
	f.StringVar(&from, "from", "", "given on that day or later, YYYY-MM-DD")
	f.StringVar(&to, "to", "", "given on that day or earlier")
	f.StringVar(&id, "case", "", "only of this case (handlers only)")
	f.Uint64Var(&before, "before", 0, "the next page: as the page before says")
	f.IntVar(&limit, "limit", 100, "at most so many, up to 1000")
	cmd.RegisterFlagCompletionFunc("case", a.complete(every(a.caseIDs)))
	viewer := a.viewerFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		q := viewer()
		for k, v := range map[string]string{"from": from, "to": to, "case": id, "limit": strconv.Itoa(limit)} {
			if v != "" {
				q.Set(k, v)
			}
		}
		for k, v := range map[string]bool{"bad": bad, "open": open, "late": late} {
			if v {
				q.Set(k, "true")
			}
		}
		if before > 0 {
			q.Set("before", strconv.FormatUint(before, 10))
		}
		return ask(a, cmd, get("/v1/ratings", q), func(w io.Writer, _ *client.Client, all rating.List) {
			if len(all.Ratings) == 0 {
				fmt.Fprintln(w, "no ratings")
				return
			}
			t := table{head: []string{"RATING", "GIVEN", "GRADE", "BY", "ITEM", "WINDOW", "OF", "STAGE", "NEXT DUE", ""}}
			for _, r := range all.Ratings {
				t.row(r.ID, clockText(r.Act.At), gradeText(r), r.Given.Channel, orDash(r.Given.ItemName), orDash(r.Given.Window), ofText(r), r.Stage, nextDue(r),
					join(", ", yes(r.Late, "late"), yes(r.LeftOut, "left out of the figures")))
			}
			t.write(w)
			if all.Before > 0 {
				fmt.Fprintf(w, "more: --before %d\n", all.Before)
			}
		})
	}
	return cmd
}

func gradeText(v rating.View) string { return fmt.Sprint(v.Given.Grade) + yes(v.Bad, " bad") }

func ofText(v rating.View) string {
	switch {
	case v.Hidden:
		return "hidden"
	case v.Subject.Case != "":
		return string(v.Subject.Case)
	}
	return "visit " + v.Subject.Visit
}

// nextDue is the first limit that is not kept yet.
func nextDue(v rating.View) string {
	for _, d := range v.Dues {
		if d.Done == "" {
			return join(" ", d.What, string(d.Day))
		}
	}
	return "-"
}

func (a *app) ratingShowCommand() *cobra.Command {
	var reveal bool
	var reason string
	cmd := a.ratingArgs(&cobra.Command{
		Use: "show RATING", Short: "Show a rating and what was done about it",
		Long:    "Show a rating and what was done about it. --reveal shows what was written with it, and\nby whom, to whoever handles ratings; the privacy audit says who looked.",
		Example: "  tongban rating show R320509111201.1.7 --role handler --reveal --staff 督查员",
	})
	cmd.Flags().BoolVar(&reveal, "reveal", false, "with the words, the name and the telephone number")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the audit (default: to handle the rating)")
	viewer := a.viewerFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		q := viewer()
		r := get(client.Path("ratings", args[0]), q)
		if reveal {
			r = post(client.Path("ratings", args[0], "reveal"), api.Revealing{Staff: q.Get("staff"), Role: rating.Role(q.Get("role")), Reason: reason})
		}
		return ask(a, cmd, r, func(w io.Writer, _ *client.Client, v rating.View) { writeRating(w, v) })
	}
	return cmd
}

func writeRating(w io.Writer, v rating.View) {
	t := table{head: []string{"", ""}}
	t.row("rating", v.ID)
	t.row("grade", gradeText(v))
	t.row("given", join(" ", clockText(v.Act.At), "by", string(v.Given.Channel), yes(v.Act.Staff != "", "taken in by "+v.Act.Staff)))
	t.row("of", join(", ", ofText(v), v.Given.ItemName, v.Given.Department, v.Given.Window))
	t.row("stage", join(", ", string(v.Stage), yes(v.Late, "late"), yes(v.LeftOut, "left out of the figures")))
	if p := v.Private; p != nil {
		t.row("words", orDash(p.Words))
		t.row("from", orDash(join(" ", p.Name, p.Telephone)))
	}
	by := func(what string, act rating.Act, text ...string) {
		t.row(what, join(" ", clockText(act.At), act.Staff+":", join(" ", text...)))
	}
	for _, c := range v.Contacts {
		by("contacted", c.Act, map[bool]string{true: "reached", false: "not reached"}[c.Reached], c.Note)
	}
	if f := v.Finding; f != nil {
		by("found", f.Act, map[bool]string{true: "complex", false: "clear"}[f.Complex], f.Text)
	}
	for i, answer := range v.Answers {
		by("rectified", answer.Act, answer.Text)
		if i < len(v.FollowUps) {
			f := v.FollowUps[i]
			by("followed up", f.Act, map[bool]string{true: "satisfied", false: "dissatisfied"}[f.Satisfied], f.Note)
		}
	}
	if p := v.Appeal; p != nil {
		by("appealed", p.Act, p.Reason)
		if r := p.Review; r != nil {
			by("reviewed", r.Act, map[bool]string{true: "upheld", false: "dismissed"}[r.Upheld], r.Reason)
		}
	}
	t.write(w)
	for _, d := range v.Dues {
		fmt.Fprintf(w, "%s by %s%s%s%s\n", d.What, d.Day, yes(d.Done != "", ", done "+string(d.Done)), yes(d.Late, ", late"), yes(d.Provisional, ", provisional: no calendar of that year yet"))
	}
}

// ratingArgs is a command on one rating.
func (a *app) ratingArgs(cmd *cobra.Command) *cobra.Command {
	cmd.Args = usage(cobra.ExactArgs(1))
	cmd.ValidArgsFunction = a.complete(first(a.ratingIDs))
	return cmd
}

func (a *app) ratingIDs(ctx context.Context, c *client.Client) ([]string, error) {
	_, all, err := call[rating.List](ctx, c, get("/v1/ratings", url.Values{"limit": {"200"}}))
	out := make([]string, len(all.Ratings))
	for i, r := range all.Ratings {
		out[i] = fmt.Sprintf("%s\tgrade %d %s %s", r.ID, r.Given.Grade, r.Given.ItemName, r.Stage)
	}
	return out, err
}

func (a *app) ratingAddCommand() *cobra.Command {
	var body api.GivenAtCounter
	var channel string
	cmd := &cobra.Command{
		Use: "add [CASE]", Short: "Take a rating in at the counter: of a case, or with --visit of a visit",
		Long: `Take a rating in at the counter, from the tablet that was held out or from what was
said on the telephone. A case or visit is rated once, and nobody can change it.
Words, name and telephone are optional and kept encrypted.`,
		Example:           "  tongban rating add 320509111201.1.7 --grade 1 --channel tablet\n  tongban rating add --visit A023 --grade 4 --words 等候太久",
		Args:              usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.complete(first(a.caseIDs)),
	}
	f := cmd.Flags()
	f.StringVar(&body.Visit, "visit", "", "the visit that is rated: today's queue ticket, such as A023, or as 'visit show' names it")
	cmd.RegisterFlagCompletionFunc("visit", a.complete(every(a.ticketNumbers)))
	f.IntVar(&body.Grade, "grade", 0, "1 (best) to 5 (required)")
	f.StringVar(&body.Words, "words", "", "what the applicant wrote")
	f.StringVar(&body.Name, "name", "", "of whoever rates")
	f.StringVar(&body.Telephone, "telephone", "", "of whoever rates")
	required(cmd, "grade")
	var ways []string
	for _, c := range rating.Channels {
		ways = append(ways, string(c))
	}
	f.StringVar(&channel, "channel", string(rating.Terminal), "by which way it came: "+strings.Join(ways, ", "))
	cmd.RegisterFlagCompletionFunc("channel", cobra.FixedCompletions(ways, cobra.ShellCompDirectiveNoFileComp))
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if (len(args) == 1) == (body.Visit != "") {
			return usageError{errors.New("name a case, or give --visit")}
		}
		if body.Staff, err = staff(); err != nil {
			return err
		}
		if len(args) == 1 {
			body.Case = casefile.ID(args[0])
		}
		body.Channel = rating.Channel(channel)
		return ask(a, cmd, post("/v1/ratings", body), func(w io.Writer, _ *client.Client, v rating.View) {
			fmt.Fprintf(w, "rating %s: grade %s%s\n", v.ID, gradeText(v), yes(v.Bad, ", to be put right: "+nextDue(v)))
		})
	}
	return cmd
}

func (a *app) ratingLinkCommand() *cobra.Command {
	var body api.LinkWish
	cmd := &cobra.Command{
		Use: "link [CASE]", Short: "Print the link by which an applicant rates a case, or with --visit a visit",
		Long: `Print the link by which an applicant rates a case or a visit, for a message or a QR
code. Whoever has it may rate once and read what became of it; it can't be guessed
and says nothing of the case. 'tongban notice print' puts it on the rating slip.`,
		Example:           "  tongban rating link 320509111201.1.7",
		Args:              usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.complete(first(a.caseIDs)),
	}
	cmd.Flags().StringVar(&body.Visit, "visit", "", "the visit: today's queue ticket, such as A023, or as 'visit show' names it")
	cmd.RegisterFlagCompletionFunc("visit", a.complete(every(a.ticketNumbers)))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if (len(args) == 1) == (body.Visit != "") {
			return usageError{errors.New("name a case, or give --visit")}
		}
		if len(args) == 1 {
			body.Case = casefile.ID(args[0])
		}
		return ask(a, cmd, post("/v1/ratings/links", body), func(w io.Writer, _ *client.Client, l rating.Link) {
			if l.URL != "" {
				fmt.Fprintln(w, l.URL)
				return
			}
			fmt.Fprintln(w, l.Path)
		})
	}
	return cmd
}

// ratingSteps are the steps of a rectification.
func (a *app) ratingSteps() []*cobra.Command {
	return []*cobra.Command{
		ratingStep(a, "contact", "Say that whoever gave a bad rating was called", "--note 已致电，约定周三回复",
			func(f *pflag.FlagSet, form *api.ContactForm) {
				f.BoolVar(&form.Unreached, "unreached", false, "nobody answered")
				f.StringVar(&form.Note, "note", "", "in words; no personal data")
			}),
		ratingStep(a, "find", "Say what the verification came to: clear, or complex with more time", "--complex --text 涉及三个部门",
			func(f *pflag.FlagSet, form *api.FindingForm) {
				f.BoolVar(&form.Complex, "complex", false, "it can't be put right at once")
				f.StringVar(&form.Text, "text", "", "what was found (required)")
			}, "text"),
		ratingStep(a, "rectify", "Answer a bad rating: what was put right", "--text 已增设窗口",
			func(f *pflag.FlagSet, form *api.AnswerForm) {
				f.StringVar(&form.Text, "text", "", "what was put right; whoever gave the rating reads it (required)")
			}, "text"),
		ratingStep(a, "follow-up", "Say whether the answer was enough (回访)", "--dissatisfied --note 仍需等候",
			func(f *pflag.FlagSet, form *api.FollowUpForm) {
				f.BoolVar(&form.Dissatisfied, "dissatisfied", false, "it was not: a second answer may follow")
				f.StringVar(&form.Note, "note", "", "in words; no personal data")
			}),
		ratingStep(a, "appeal", "Appeal against a bad rating, as whom it is about (申诉)", "--reason 评价的不是本窗口",
			func(f *pflag.FlagSet, form *api.AppealForm) {
				f.StringVar(&form.Reason, "reason", "", "why (required)")
			}, "reason"),
		ratingStep(a, "review", "Decide on an appeal, as another member of staff (复核)", "--uphold --reason 经查属实",
			func(f *pflag.FlagSet, form *api.ReviewForm) {
				f.BoolVar(&form.Upheld, "uphold", false, "the figures leave the rating out; it stays in the book (default: the appeal is dismissed)")
				f.StringVar(&form.Reason, "reason", "", "why (required)")
			}, "reason"),
	}
}

func ratingStep[F any](a *app, name, short, example string, flags func(*pflag.FlagSet, *F), needed ...string) *cobra.Command {
	var body api.Acted[F]
	cmd := a.ratingArgs(&cobra.Command{Use: name + " RATING", Short: short, Example: "  tongban rating " + name + " R320509111201.1.7 " + example})
	flags(cmd.Flags(), &body.Form)
	if len(needed) > 0 {
		required(cmd, needed...)
	}
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if body.Staff, err = staff(); err != nil {
			return err
		}
		return ask(a, cmd, post(client.Path("ratings", args[0], name), body), func(w io.Writer, _ *client.Client, v rating.View) {
			fmt.Fprintf(w, "rating %s is %s%s\n", v.ID, v.Stage, yes(nextDue(v) != "-", ", next: "+nextDue(v)))
		})
	}
	return cmd
}

func (a *app) ratingFiguresCommand() *cobra.Command {
	var from, to, by string
	cmd := &cobra.Command{
		Use: "figures", Short: "Count the ratings of a period, each figure with its denominator",
		Long: `Count the ratings of a period, each figure with its denominator: 主动评价率 (cases rated,
of those concluded or rated in the period), 满意率 and 差评率 (of all ratings), 整改率
(answered, of the bad), 按时整改率 (in time, of the bad that were answered or whose
limit is over), 回访率 (of the bad with a name), 回访满意度 (of those followed up).
Ratings against which an appeal was upheld are left out.`,
		Example: "  tongban rating figures --from 2026-03-01 --to 2026-03-31 --by window",
		Args:    usage(cobra.NoArgs),
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "the first day, YYYY-MM-DD (default: of this month)")
	f.StringVar(&to, "to", "", "the last day (default: today)")
	f.StringVar(&by, "by", "", "item, window or department")
	cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions([]string{"item", "window", "department"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		today := string(workday.DateOf(time.Now()))
		if to == "" {
			to = today
		}
		if from == "" {
			from = today[:8] + "01"
		}
		q := url.Values{"from": {from}, "to": {to}}
		if by != "" {
			q.Set("by", by)
		}
		return ask(a, cmd, get("/v1/ratings/figures", q), func(w io.Writer, _ *client.Client, all []rating.Figures) {
			t := table{head: []string{strings.ToUpper(by), "RATINGS", "1", "2", "3", "4", "5", "ACTIVE", "SATISFIED", "BAD", "RECTIFIED", "IN TIME", "FOLLOWED UP", "CONTENT", "LEFT OUT"}}
			for _, g := range all {
				t.row(figuresOf(g), g.Ratings, g.Grades[1], g.Grades[2], g.Grades[3], g.Grades[4], g.Grades[5], share(g.Active), share(g.Satisfied),
					share(g.Bad), share(g.Rectified), share(g.InTime), share(g.FollowedUp), share(g.Content), g.LeftOut)
			}
			t.write(w)
		})
	}
	return cmd
}

func figuresOf(g rating.Figures) string {
	if g.Total {
		return "all"
	}
	return orDash(g.Group)
}

// share is a ratio with its denominator.
func share(r rating.Ratio) string {
	p, ok := r.Percent()
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.1f%% (%d/%d)", p, r.Count, r.Of)
}

func (a *app) ratingVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Verify the book of ratings from its first entry",
		Long:    "Verify the book of ratings from its first entry: chain, seals, and that what is shown is\nwhat the entries say. Exit code 5 if it does not hold.",
		Example: "  tongban rating verify",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.verify(cmd, post("/v1/ratings/verify", nil), "entries")
		},
	}
}

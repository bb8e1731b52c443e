package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"tongban/intake/hall"
	"tongban/intake/hall/book"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) bookCommand() *cobra.Command {
	cmd := group("book", "The registers of the hall: consultations, complaints and the rest",
		a.bookAddCommand(), a.bookListCommand(), a.bookShowCommand(), a.bookAnswerCommand(), a.bookExtendCommand(), a.bookFollowCommand(), a.bookVerifyCommand())
	cmd.Long = `The registers of the hall: consultation (咨询), complaint (投诉), suggestion (建议),
information (政府信息公开申请), need (民情诉求), mediation (矛盾调解) and unclaimed (结果未领取).

Nothing in them can be changed: an answer, an extension, a follow-up is a further
record. --about is for everybody who works here and holds no names; who somebody is
and what they said is kept encrypted, and shown only with --unmask, which records who
asked. A limit is what was promised, or the rule's (consultation_days, complaint_days,
suggestion_days, information_days) where there is one.`
	return cmd
}

func kindWords() []string {
	var words []string
	for _, k := range book.Kinds() {
		words = append(words, string(k))
	}
	return words
}

func (a *app) bookAddCommand() *cobra.Command {
	var form hall.NoteForm
	var file string
	cmd := &cobra.Command{
		Use: "add", Short: "Add to a register",
		Long: `Add to a register. --said reads name, telephone, address and text from a JSON file, or
from the standard input with '-', so that they stay out of the command line; without
a name the entry is anonymous.`,
		Example: "  tongban book add --kind consultation --channel phone --item TB-D26 --about 居住证续签材料 --staff 李窗口\n" +
			"  tongban book add --kind complaint --about 等候太久 --said who.json --promised 2026-03-10 --staff 李窗口\n" +
			"  tongban book add --kind unclaimed --case 320509111201.1.7 --channel phone --about 电话通知领取 --staff 李窗口",
		Args: usage(cobra.NoArgs),
	}
	f := cmd.Flags()
	f.StringVar((*string)(&form.Kind), "kind", "", strings.Join(kindWords(), ", ")+" (required)")
	f.StringVar(&form.About, "about", "", "what it is about, without names (required)")
	f.StringVar((*string)(&form.Item), "item", "", "which item it is about")
	f.StringVar((*string)(&form.Case), "case", "", "which case it is about")
	f.StringVar((*string)(&form.Promised), "promised", "", "by when an answer is promised, YYYY-MM-DD (default: by the rule)")
	a.channelFlag(cmd, &form.Channel)
	f.StringVar(&file, "said", "", "JSON file that says who it is, and what they said")
	f.StringVar(&form.Said.Name, "name", "", "who it is")
	f.StringVar(&form.Said.Telephone, "telephone", "", "their telephone")
	f.StringVar(&form.Said.Text, "text", "", "what they said")
	required(cmd, "kind", "about")
	cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kindWords(), cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("item", a.complete(every(a.itemCodes)))
	cmd.RegisterFlagCompletionFunc("case", a.complete(every(a.caseIDs)))
	return change(a, cmd, http.MethodPost, at("/v1/hall/notes"), func(*cobra.Command, []string) (any, error) {
		if file != "" {
			if err := a.readJSON(file, &form.Said); err != nil {
				return nil, err
			}
		}
		return form, nil
	}, writeNote)
}

func writeNote(w io.Writer, n book.Note) {
	fmt.Fprintf(w, "%s %s: %s, %s\n", n.ID, n.Number, n.About, join(", ", string(n.State), noteLimit(n)))
}

func noteLimit(n book.Note) string {
	if n.Due == "" {
		return ""
	}
	return join(", ", "due "+string(n.Due), yes(n.Extension != nil, "extended"), yes(n.Overdue > 0, count(n.Overdue, "working day")+" late"), yes(n.Provisional, "provisional"))
}

func (a *app) bookListCommand() *cobra.Command {
	var q struct{ kind, state, item, channel, of, from, to, before string }
	var overdue bool
	var limit, days int
	cmd := &cobra.Command{
		Use: "list", Short: "List entries, in each register the newest first",
		Long: `List entries, in each register the newest first. --kind unclaimed lists the results
that nobody collected instead, reckoned from the cases: decided at least --days ago and
not handed out, with the calls that were made about them.`,
		Example: "  tongban book list --state open\n  tongban book list --kind complaint --overdue\n  tongban book list --kind unclaimed --days 30",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if q.kind == string(book.Unclaimed) && q.of == "" && q.state == "" {
				return a.listUnclaimed(cmd, days, limit)
			}
			p := client.Params("kind", q.kind, "state", q.state, "item", q.item, "channel", q.channel, "case", q.of, "from", q.from, "to", q.to, "before", q.before, "limit", fmt.Sprint(limit))
			if overdue {
				p.Set("overdue", "true")
			}
			return ask(a, cmd, get("/v1/hall/notes", p), func(w io.Writer, _ *client.Client, list api.NoteList) { writeNotes(w, list) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&q.kind, "kind", "", strings.Join(kindWords(), ", "))
	f.StringVar(&q.state, "state", "", "open, answered, closed")
	f.StringVar(&q.item, "item", "", "about that item")
	f.StringVar(&q.channel, "channel", "", "that came that way")
	f.StringVar(&q.of, "case", "", "about that case")
	f.StringVar(&q.from, "from", "", "entered on that day or later, YYYY-MM-DD")
	f.StringVar(&q.to, "to", "", "entered on that day or earlier")
	f.StringVar(&q.before, "before", "", "those older than this entry: the next page")
	f.BoolVar(&overdue, "overdue", false, "only those that are or were late")
	f.IntVar(&limit, "limit", 100, "at most so many, up to 500")
	f.IntVar(&days, "days", 0, "unclaimed: decided at least so many days ago")
	cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kindWords(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func writeNotes(w io.Writer, list api.NoteList) {
	if len(list.Notes) == 0 {
		fmt.Fprintln(w, "no entries")
		return
	}
	t := table{head: []string{"ENTRY", "REGISTER", "WHEN", "CHANNEL", "ABOUT", "ITEM", "STATE", "LIMIT"}}
	for _, n := range list.Notes {
		t.row(n.ID, n.Kind, clockText(n.At), orDash(string(n.Channel)), n.About, orDash(join(" ", string(n.Item), string(n.Case))), n.State, orDash(noteLimit(n)))
	}
	t.write(w)
	if list.More {
		fmt.Fprintf(w, "there are older ones: --before %s\n", list.Notes[len(list.Notes)-1].ID)
	}
}

func (a *app) listUnclaimed(cmd *cobra.Command, days, limit int) error {
	q := client.Params("days", fmt.Sprint(days), "limit", fmt.Sprint(limit))
	return ask(a, cmd, get("/v1/hall/unclaimed", q), func(w io.Writer, _ *client.Client, all []hall.Uncollected) {
		if len(all) == 0 {
			fmt.Fprintln(w, "every result was collected")
			return
		}
		t := table{head: []string{"CASE", "ITEM", "DECIDED", "DAYS", "CALLS", "REACHED", "NOTES"}}
		for _, u := range all {
			t.row(u.Case, join(" ", string(u.Item), u.Name), u.Decided, u.Days, u.Calls, orDash(yes(u.Reached, "yes")), orDash(strings.Join(u.Notes, ", ")))
		}
		t.write(w)
	})
}

func (a *app) bookShowCommand() *cobra.Command {
	var unmask bool
	cmd := &cobra.Command{
		Use: "show ENTRY", Short: "Show an entry: its answers and follow-ups; who it is about is masked",
		Example: "  tongban book show T2026-000012\n  tongban book show T2026-000012 --unmask --staff 李窗口",
	}
	a.noteArg(cmd)
	query := a.unmaskFlag(cmd, &unmask)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		q, err := query()
		if err != nil {
			return err
		}
		return ask(a, cmd, get(client.Path("hall", "notes", args[0]), q), func(w io.Writer, _ *client.Client, v hall.NoteView) { writeNoteView(w, v) })
	}
	return cmd
}

func writeNoteView(w io.Writer, v hall.NoteView) {
	n := v.Note
	t := table{head: []string{"", ""}}
	row := func(what, text string) {
		if text != "" {
			t.row(what, text)
		}
	}
	row("entry", n.ID+" "+n.Number)
	row("register", join(" ", n.Kind.Chinese(), string(n.Kind)))
	row("about", n.About)
	row("of", join(" ", string(n.Item), string(n.Case)))
	row("came", join(", ", clockText(n.At), string(n.Channel), "taken down by "+n.Staff))
	row("state", join(", ", string(n.State), noteLimit(n)))
	if e := n.Extension; e != nil {
		row("extended", join(", ", string(n.Promised)+" → "+string(e.Until), e.Reason, e.Approver))
	}
	if v.Words != nil {
		row("who", join(" ", v.Words.Name, v.Words.Telephone, v.Words.Address))
		row("said", v.Words.Text)
	}
	for i, one := range n.Answers {
		row("answer", join(", ", clockText(one.At), one.Staff, string(one.Channel), yes(!one.Final, "in between"), v.AnswerIn[i]))
	}
	for i, one := range n.Follows {
		content := ""
		if one.Content != nil {
			content = map[bool]string{true: "content", false: "not content"}[*one.Content]
		}
		row("follow-up", join(", ", clockText(one.At), one.Staff, string(one.Channel), map[bool]string{true: "reached", false: "not reached"}[one.Reached], content, v.FollowIn[i]))
	}
	t.write(w)
	if v.Withheld {
		fmt.Fprintln(w, "what was said is not shown: --unmask shows it, and it is recorded who asked")
	}
}

// noteArg makes a command one on an entry.
func (a *app) noteArg(cmd *cobra.Command) {
	cmd.Args = usage(cobra.ExactArgs(1))
	cmd.ValidArgsFunction = a.complete(first(a.noteIDs))
}

func notePath(verb string) func([]string) string {
	return func(args []string) string { return client.Path("hall", "notes", args[0], verb) }
}

func (a *app) bookAnswerCommand() *cobra.Command {
	var form hall.AnswerForm
	cmd := &cobra.Command{
		Use: "answer ENTRY", Short: "Answer an entry",
		Example: "  tongban book answer T2026-000012 --text 已增设窗口 --channel phone --staff 李窗口",
	}
	a.noteArg(cmd)
	cmd.Flags().StringVar(&form.Text, "text", "", "the answer; '-' reads it from the standard input (required)")
	cmd.Flags().BoolVar(&form.Interim, "interim", false, "a word in between: the limit goes on")
	a.channelFlag(cmd, &form.Channel)
	required(cmd, "text")
	return change(a, cmd, http.MethodPost, notePath("answer"), func(*cobra.Command, []string) (any, error) {
		if form.Text == "-" {
			b, err := a.readFile("-")
			if err != nil {
				return nil, err
			}
			form.Text = strings.TrimSpace(string(b))
		}
		return form, nil
	}, writeNote)
}

func (a *app) bookExtendCommand() *cobra.Command {
	var form api.ExtensionForm
	cmd := &cobra.Command{
		Use: "extend ENTRY", Short: "Extend the limit of an entry, once, with the reason",
		Example: "  tongban book extend T2026-000012 --until 2026-03-20 --reason 需要现场核实 --approver 周主任 --staff 李窗口",
	}
	a.noteArg(cmd)
	cmd.Flags().StringVar((*string)(&form.Until), "until", "", "the new day, YYYY-MM-DD (required)")
	cmd.Flags().StringVar(&form.Reason, "reason", "", "why; no personal data (required)")
	cmd.Flags().StringVar(&form.Approver, "approver", "", "who approved it")
	required(cmd, "until", "reason")
	return change(a, cmd, http.MethodPost, notePath("extend"), func(*cobra.Command, []string) (any, error) { return form, nil }, writeNote)
}

func (a *app) bookFollowCommand() *cobra.Command {
	var form hall.FollowForm
	var content, discontent bool
	cmd := &cobra.Command{
		Use: "follow-up ENTRY", Short: "Look back at an entry: a call, and what they think of the answer",
		Example: "  tongban book follow-up T2026-000012 --reached --content --close --staff 李窗口\n  tongban book follow-up L2026-000003 --channel phone --staff 李窗口   # called, not reached",
	}
	a.noteArg(cmd)
	f := cmd.Flags()
	f.StringVar(&form.Text, "text", "", "what they said")
	f.BoolVar(&form.Reached, "reached", false, "they could be spoken to")
	f.BoolVar(&content, "content", false, "they are content with the answer")
	f.BoolVar(&discontent, "not-content", false, "they are not")
	f.BoolVar(&form.Close, "close", false, "nothing more is to be done")
	f.BoolVar(&form.Reopen, "reopen", false, "it has to be answered again")
	a.channelFlag(cmd, &form.Channel)
	return change(a, cmd, http.MethodPost, notePath("follow-up"), func(*cobra.Command, []string) (any, error) {
		if content && discontent {
			return nil, usageError{errors.New("--content and --not-content contradict each other")}
		}
		if content || discontent {
			form.Content = &content
		}
		return form, nil
	}, writeNote)
}

func (a *app) bookVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Verify every log of the hall: registers, queue, roster, appointments",
		Long:    "Verify every log of the hall from its first record: chain and seals. Exit code 5 if\none does not hold; the record that was changed is named.",
		Example: "  tongban book verify",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.verify(cmd, post("/v1/hall/verify", nil), "records")
		},
	}
}

func (a *app) noteIDs(ctx context.Context, c *client.Client) ([]string, error) {
	_, list, err := call[api.NoteList](ctx, c, get("/v1/hall/notes", nil))
	var out []string
	for _, n := range list.Notes {
		out = append(out, n.ID+"\t"+n.About+" "+string(n.State))
	}
	return out, err
}

package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

// hyphen is an action as a command's name.
func hyphen(action desk.Action) string { return strings.ReplaceAll(string(action), "_", "-") }

// readMoment reads a time at the desk.
func readMoment(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, china); err == nil {
			return t, nil
		}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("%q is no time (want YYYY-MM-DD HH:MM)", s)
	}
	return t, nil
}

// fill puts into a form what flags could not: it is asked when they are read.
type fill func(cmd *cobra.Command, c *client.Client, id string) error

// action describes one action of the desk as a command.
type action[F any] struct {
	name    desk.Action
	short   string
	long    string
	example string
	flags   func(f *pflag.FlagSet, form *F) fill // may be nil, and may return nil
}

// command makes the command of an action: the form is the desk's own.
func command[F any](a *app, d action[F]) *cobra.Command {
	var form F
	var x acting
	var more fill
	cmd := a.caseArgs(&cobra.Command{Use: hyphen(d.name) + " CASE", Short: d.short, Long: d.long, Example: d.example})
	if hyphen(d.name) != string(d.name) {
		cmd.Aliases = []string{string(d.name)}
	}
	if d.flags != nil {
		more = d.flags(cmd.Flags(), &form)
		cmd.Flags().StringVar(&x.formFile, "form", "", "JSON file of the whole form, in place of these flags; - reads the standard input")
	}
	x.flags(a, cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		by, err := x.by()
		if err != nil {
			return err
		}
		if x.formFile != "" {
			if err := a.onlyForm(cmd, x.formFile, &form); err != nil {
				return err
			}
		}
		c, err := a.connect()
		if err != nil {
			return err
		}
		if more != nil && x.formFile == "" {
			if err := more(cmd, c, args[0]); err != nil {
				return err
			}
		}
		return a.act(cmd, c, client.Path("cases", args[0], string(d.name)), by, form, x.quiet)
	}
	return cmd
}

// actionCommands are all actions of the desk but the opening.
func (a *app) actionCommands() []*cobra.Command {
	return slices.Concat(a.counterActions(), a.workActions(), a.custodyActions(),
		a.togetherActions(), a.slipActions(), a.inquiryActions(), a.amendActions())
}

// --- at the counter ---

func (a *app) counterActions() []*cobra.Command {
	return []*cobra.Command{
		command(a, action[desk.ReceiveForm]{name: desk.Receive, short: "Record what was laid on the counter", long: "Record what was laid on the counter.\n" + papersHelp,
			example: "  tongban case receive 320509111201.1.7 --paper id-card --paper photo=missing", flags: paperFlags}),
		command(a, action[desk.NoticeForm]{name: desk.Notice, short: "Give the one-time notice of everything that is missing",
			long:    "Give the one-time notice (一次性告知): what is missing is found from the item; there is no\nsecond notice. 'tongban case print CASE notice' prints it.",
			example: "  tongban case notice 320509111201.1.7 --note photo=近期免冠", flags: noticeFlags}),
		command(a, action[desk.ReceiveForm]{name: desk.Supplement, short: "Record what was brought after the notice", long: "Record what was brought after the notice.\n" + papersHelp,
			example: "  tongban case supplement 320509111201.1.7 --paper photo --paper proof=copy", flags: paperFlags}),
		command(a, action[desk.AcceptForm]{name: desk.Accept, short: "Accept a case: its clocks start, its item version is pinned",
			example: "  tongban case accept 320509111201.1.7",
			flags: func(f *pflag.FlagSet, form *desk.AcceptForm) fill {
				f.BoolVar(&form.Newest, "newest", false, "pin the newest version in place of the one that the applicant was shown")
				return nil
			}}),
		command(a, reasonAction(desk.Decline, "Decline a case (不予受理)", "--ground not_ours --whose 某某局 --reason 不属于本机关职权范围")),
		command(a, reasonAction(desk.Return, "Return the papers before acceptance (退件)", "--reason 申请人要求取回材料 --ground at_request")),
		command(a, action[desk.DeliverForm]{name: desk.Serve, short: "Serve the decision",
			example: "  tongban case serve 320509111201.1.7 --manner post --courier EX0000000001", flags: deliverFlags}),
		command(a, action[desk.DeliverForm]{name: desk.HandOut, short: "Hand the result out at the counter, which serves it too",
			example: "  tongban case hand-out 320509111201.1.7 --to agent", flags: deliverFlags}),
		command(a, action[desk.SettleForm]{name: desk.Settle, short: "Do all that is left of an immediate case in one go",
			example: "  tongban case settle 320509111201.1.7 --conclude", flags: settleFlags}),
		command(a, reasonAction(desk.Withdraw, "Withdraw a case at the applicant's wish", "--reason 申请人要求撤回")),
		command(a, action[desk.ConcludeForm]{name: desk.Conclude, short: "Conclude a case in which nothing is owed any more",
			example: "  tongban case conclude 320509111201.1.7 --visits 1",
			flags: func(f *pflag.FlagSet, form *desk.ConcludeForm) fill {
				f.StringVar(&form.Note, "note", "", "a note for the log")
				f.IntVar(&form.Visits, "visits", 0, "how often the applicant came (default: not counted)")
				return nil
			}}),
		command(a, action[api.NoteForm]{name: desk.Archive, short: "Put a concluded case away",
			long:    "Put a concluded case away, without a package. 'tongban archive make' makes one and then\ndoes this.",
			example: "  tongban case archive 320509111201.1.7", flags: noteFlags}),
	}
}

func paperFlags(f *pflag.FlagSet, form *desk.ReceiveForm) fill {
	var p papers
	p.flags(f)
	return func(cmd *cobra.Command, c *client.Client, id string) (err error) {
		var lacks []item.Material
		if p.complete {
			_, v, err := call[api.CaseView](cmd.Context(), c, get(client.Path("cases", id), nil))
			if err != nil {
				return err
			}
			lacks = v.Outstanding
		}
		form.Papers, err = p.read(lacks)
		if form.Papers == nil {
			form.Papers = []desk.Paper{}
		}
		return err
	}
}

func noticeFlags(f *pflag.FlagSet, form *desk.NoticeForm) fill {
	f.StringToStringVar(&form.Notes, "note", nil, "how a missing paper is to be mended: ID=TEXT")
	return nil
}

func reasonAction(name desk.Action, short, example string) action[desk.ReasonForm] {
	return action[desk.ReasonForm]{name: name, short: short, example: "  tongban case " + hyphen(name) + " 320509111201.1.7 " + example,
		flags: func(f *pflag.FlagSet, form *desk.ReasonForm) fill {
			f.StringVar(&form.Reason, "reason", "", "why, in the words that the log keeps")
			if name != desk.TurnBack {
				f.StringVar(&form.Remedy, "remedy", "", "what the applicant may do against it (default: the usual words)")
			}
			switch name {
			case desk.Decline:
				declineFlags(f, form)
			case desk.Return, desk.Terminate:
				f.StringVar((*string)(&form.Ground), "ground", "", endGrounds[name])
			}
			if name == desk.Withdraw || name == desk.Terminate {
				f.BoolVar(&form.Deemed, "deemed", false, "as the rules say of what was not brought in time; the reason is theirs")
			}
			return nil
		}}
}

// endGrounds is on which grounds a case may end.
var endGrounds = map[desk.Action]string{
	desk.Decline:   "not_needed, not_ours, not_met or not_mended (default: not_met)",
	desk.Return:    "not_mended, not_met, at_request or impossible (default: not_mended)",
	desk.Terminate: "impossible or at_request (default: impossible)",
}

func declineFlags(f *pflag.FlagSet, form *desk.ReasonForm) {
	f.StringVar((*string)(&form.Ground), "ground", "", endGrounds[desk.Decline])
	f.StringVar(&form.Whose, "whose", "", "with --ground not_ours: the body to turn to")
}

func deliverFlags(f *pflag.FlagSet, form *desk.DeliverForm) fill {
	f.StringVar(&form.To, "to", "applicant", "to whom: applicant, agent or post")
	f.StringVar(&form.Note, "note", "", "a note for the log")
	proofOfServiceFlags(f, form)
	return nil
}

func settleFlags(f *pflag.FlagSet, form *desk.SettleForm) fill {
	f.BoolVar(&form.Conclude, "conclude", false, "conclude it too")
	f.BoolVar(&form.Decision.Rejected, "reject", false, "the decision is no")
	f.StringVar(&form.Decision.Text, "text", "", "the reason")
	f.StringVar(&form.Decision.Result, "result", "", "the document issued (default: the item's)")
	return deliverFlags(f, &form.Deliver)
}

func noteFlags(f *pflag.FlagSet, form *api.NoteForm) fill {
	f.StringVar(&form.Note, "note", "", "a note for the log")
	return nil
}

// --- handling ---

func (a *app) workActions() []*cobra.Command {
	return []*cobra.Command{
		command(a, action[desk.StepForm]{name: desk.Check, short: "End the first check (初审)",
			example: "  tongban case check 320509111201.1.7 --opinion 情况属实", flags: stepFlags}),
		command(a, action[desk.StepForm]{name: desk.Review, short: "End the review (审查)",
			example: "  tongban case review 320509111201.1.7 --opinion 符合条件", flags: stepFlags}),
		command(a, action[desk.StepForm]{name: desk.Make, short: "End the making of a document (制证)",
			example: "  tongban case make 320509111201.1.7", flags: stepFlags}),
		command(a, action[desk.SuspendForm]{name: desk.Suspend, short: "Start a wait: a posting, an assessment, a special procedure",
			example: "  tongban case suspend 320509111201.1.7                  # the next wait of the item\n  tongban case suspend 320509111201.1.7 --step -1 --ground other --until 2026-12-01\n  tongban case suspend 320509111201.1.7 --place 村公告栏 --to 2026-12-07\n  tongban case suspend 320509111201.1.7 --step -1 --ground hearing --told 2026-12-01 --asked 2026-12-03 --on 2026-12-21 --place 二楼会议室",
			flags:   suspendFlags}),
		command(a, action[desk.ResumeForm]{name: desk.Resume, short: "End the wait",
			example: "  tongban case resume 320509111201.1.7 --result 公示期满，无异议\n  tongban case resume 320509111201.1.7 --result 异议不成立 --objection 收入不实=已核查，属实",
			flags:   resumeFlags}),
		command(a, action[desk.ExtendForm]{name: desk.Extend, short: "Extend the limits, once",
			example: "  tongban case extend 320509111201.1.7 --days 10 --reason 需要补充检验 --approver 李局长",
			flags: func(f *pflag.FlagSet, form *desk.ExtendForm) fill {
				f.IntVar(&form.Days, "days", 0, "working days")
				f.StringVar(&form.Reason, "reason", "", "why")
				f.StringVar(&form.Approver, "approver", "", "who approved it")
				return nil
			}}),
		command(a, action[desk.OutsideForm]{name: desk.Outside, short: "Record what happened at an outside step",
			example: "  tongban case outside 320509111201.1.7 --number 2026-0001 --sent 2026-12-01 --came 2026-12-07 --result 同意", flags: outsideFlags}),
		command(a, action[desk.OpinionForm]{name: desk.Opinion, short: "Record an opinion that was asked for",
			example: "  tongban case opinion 320509111201.1.7 --center 320509108000 --stance agrees --text 同意",
			flags: func(f *pflag.FlagSet, form *desk.OpinionForm) fill {
				f.StringVar((*string)(&form.Center), "center", "", "whose opinion")
				f.StringVar(&form.Request, "request", "", "the request that brought it")
				f.StringVar(&form.Text, "text", "", "what it says")
				f.StringVar((*string)(&form.Stance), "stance", "", "agrees, objects or provided")
				return nil
			}}),
		command(a, action[desk.DecideForm]{name: desk.Decide, short: "Decide",
			example: "  tongban case decide 320509111201.1.7 --text 准予签发\n  tongban case decide 320509111201.1.7 --reject --text 不符合条件",
			flags:   decideFlags}),
		command(a, reasonAction(desk.Terminate, "Terminate a case that can't go on", "--reason 申请人死亡")),
	}
}

// stepFlag adds --step: a form tells no step from step 0.
func stepFlag(f *pflag.FlagSet, step **int) fill {
	n := f.Int("step", -1, "which step of the item, as 'item show' numbers them (default: the next of its kind)")
	return func(cmd *cobra.Command, _ *client.Client, _ string) error {
		if cmd.Flags().Changed("step") {
			*step = n
		}
		return nil
	}
}

func stepFlags(f *pflag.FlagSet, form *desk.StepForm) fill {
	f.BoolVar(&form.Failed, "failed", false, "it does not pass")
	f.StringVar(&form.Opinion, "opinion", "", "in words")
	return stepFlag(f, &form.Step)
}

func suspendFlags(f *pflag.FlagSet, form *desk.SuspendForm) fill {
	f.StringVar((*string)(&form.Ground), "ground", "", "why (default: by the step)")
	f.StringVar((*string)(&form.Until), "until", "", "last day, YYYY-MM-DD (default: by the step's limit)")
	f.BoolVar(&form.Counts, "counts", false, "the wait counts; only with --step -1, a step says itself")
	f.StringVar(&form.Note, "note", "", "a note for the log")
	f.StringVar(&form.Decider, "decider", "", "who ordered it")
	return both(stepFlag(f, &form.Step), termsFlags(f, form))
}

func decideFlags(f *pflag.FlagSet, form *desk.DecideForm) fill {
	f.BoolVar(&form.Rejected, "reject", false, "the decision is no; --text says why")
	f.StringVar(&form.Text, "text", "", "the words of the decision")
	f.StringVar(&form.Result, "result", "", "the document issued (default: the item's)")
	f.StringVar(&form.Remedy, "remedy", "", "what the applicant may do against it (default: the usual words)")
	return both(stepFlag(f, &form.Step), certificateFlags(f, form))
}

func outsideFlags(f *pflag.FlagSet, form *desk.OutsideForm) fill {
	f.StringVar(&form.Number, "number", "", "the other system's number")
	f.StringVar((*string)(&form.Sent), "sent", "", "day on which it went, YYYY-MM-DD (default: today)")
	f.StringVar((*string)(&form.Came), "came", "", "day on which the answer came")
	f.StringVar(&form.Result, "result", "", "what came of it")
	step, proof := stepFlag(f, &form.Step), proofFlag(f, &form.Proof)
	return func(cmd *cobra.Command, c *client.Client, id string) error {
		if form.Sent == "" {
			form.Sent = workday.DateOf(time.Now())
		}
		if err := step(cmd, c, id); err != nil {
			return err
		}
		return proof(cmd, c, id)
	}
}

func proofFlag(f *pflag.FlagSet, content *[]byte) fill {
	file := f.String("proof", "", "file that proves it")
	return func(*cobra.Command, *client.Client, string) (err error) {
		if *file != "" {
			*content, err = os.ReadFile(*file)
		}
		return err
	}
}

// --- custody ---

func (a *app) custodyActions() []*cobra.Command {
	return []*cobra.Command{
		command(a, action[desk.HandOverForm]{name: desk.HandOver, short: "Hand a case over: from then on only the addressee writes",
			long:    "Hand a case over: from then on only the addressee writes, until it takes the case over\nor turns it back. It can't be taken back; this center answers for it meanwhile.",
			example: "  tongban case hand-over 320509111201.1.7          # to whose turn it is\n  tongban case hand-over 320509111201.1.7 --to 320509111000",
			flags: func(f *pflag.FlagSet, form *desk.HandOverForm) fill {
				f.StringVar((*string)(&form.To), "to", "", "to which center (default: by the item's route)")
				f.StringVar(&form.Purpose, "purpose", "", "for what, in words")
				return nil
			}}),
		command(a, action[api.EmptyForm]{name: desk.TakeOver, short: "Take over a case that was handed over to this center",
			example: "  tongban case take-over 320509111201.1.7"}),
		command(a, reasonAction(desk.TurnBack, "Turn a case back that was handed over to this center", "--reason 材料不清")),
		command(a, action[api.EmptyForm]{name: desk.Seize, short: "Open the epoch that the Register granted to this center",
			example: "  tongban case seize 320509111201.1.7"}),
		command(a, action[desk.ReconcileForm]{name: desk.Reconcile, short: "Say what becomes of a superseded branch",
			example: "  tongban case reconcile 320509111201.1.7 --adopt --reason 与现状一致",
			flags: func(f *pflag.FlagSet, form *desk.ReconcileForm) fill {
				f.StringVar(&form.Head, "head", "", "hash of the branch's head, where there are several")
				f.BoolVar(&form.Adopted, "adopt", false, "what it holds is done here too (default: it is set aside)")
				f.StringVar(&form.Reason, "reason", "", "why")
				return nil
			}}),
	}
}

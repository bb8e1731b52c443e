package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/intake/desk"
	"tongban/tools/client"
)

// amendActions put right what was done.
func (a *app) amendActions() []*cobra.Command {
	return []*cobra.Command{
		command(a, action[desk.VoidForm]{name: desk.Void, short: "Take back a document that was given (文书作废)",
			example: "  tongban case void 320509111201.1.7 --number 320509111000决〔2026〕000001号 --reason 印制错误",
			flags: func(f *pflag.FlagSet, form *desk.VoidForm) fill {
				f.StringVar(&form.Number, "number", "", "number that stands on it")
				f.StringVar(&form.Reason, "reason", "", "why")
				f.StringVar(&form.Instead, "instead", "", "number of what takes its place")
				return nil
			}}),
		command(a, action[desk.CorrectForm]{name: desk.Correct, short: "Correct a slip of the pen in a document after the decision (更正)",
			example: "  tongban case correct 320509111201.1.7 --from 二〇二五年 --to 二〇二六年 --reason 笔误",
			flags: func(f *pflag.FlagSet, form *desk.CorrectForm) fill {
				f.StringVar(&form.Of, "of", "", "number of the document (default: the decision)")
				f.StringVar(&form.From, "from", "", "the words that are wrong")
				f.StringVar(&form.To, "to", "", "the right ones")
				f.StringVar(&form.Reason, "reason", "", "why")
				return nil
			}}),
		command(a, action[desk.ReopenForm]{name: desk.Reopen, short: "Take a decided case up again: the decision is set aside, the clocks begin anew (重新办理)",
			example: "  tongban case reopen 320509111201.1.7 --reason 复议撤销 --basis 某复议决定书 --approver 李主任",
			flags: func(f *pflag.FlagSet, form *desk.ReopenForm) fill {
				f.StringVar(&form.Reason, "reason", "", "why")
				f.StringVar(&form.Basis, "basis", "", "the ruling or law")
				f.StringVar(&form.Approver, "approver", "", "who approved it")
				f.StringVar((*string)(&form.On), "on", "", "the new day 0, YYYY-MM-DD (default: today)")
				step := f.Int("step", -1, "from which step of the item on it is done again (default: the decision alone)")
				return func(cmd *cobra.Command, _ *client.Client, _ string) error {
					if cmd.Flags().Changed("step") {
						form.Step = step
					}
					return nil
				}
			}}),
		command(a, action[desk.AdoptForm]{name: desk.Adopt, short: "Apply a newer version of the item because it is better for the applicant",
			long:    "Apply the version of the item that is offered now to an open case, because it is better for\nthe applicant (立法法 104). It is refused where something of it is worse, or where it was\npublished without saying that open cases may take it.",
			example: "  tongban case adopt 320509111201.1.7 --reason 新版本材料更少",
			flags: func(f *pflag.FlagSet, form *desk.AdoptForm) fill {
				f.StringVar(&form.Reason, "reason", "", "why it is better")
				given := f.StringArray("answer", nil, "ID=OPTION where the version asks something new (repeat it)")
				return func(*cobra.Command, *client.Client, string) (err error) {
					if len(*given) > 0 {
						form.Answers, err = readAnswers(*given)
					}
					return err
				}
			}}),
	}
}

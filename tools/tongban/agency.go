package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/intake/desk"
	"tongban/tools/client"
)

// agencyActions are the four steps of an agency (全程代办).
func (a *app) agencyActions() []*cobra.Command {
	return []*cobra.Command{
		command(a, action[desk.MandateForm]{name: desk.Mandate, short: "Record that the applicant entrusts this center with the whole way (委托)",
			example: "  tongban case mandate 320509111201.1.7 --powers 代为申请、补正、领取结果 --document 居民身份证复印件 --signed thumbprint", flags: mandateFlags}),
		command(a, action[desk.AcceptMandateForm]{name: desk.AcceptMandate, short: "Give the receipt of a mandate (受理单)",
			example: "  tongban case accept-mandate 320509111201.1.7 --due 2026-03-20",
			flags: func(f *pflag.FlagSet, form *desk.AcceptMandateForm) fill {
				f.StringVar((*string)(&form.Due), "due", "", "by when, YYYY-MM-DD (default: the promised day)")
				f.StringVar(&form.Fees, "fees", "", "what the body charges (default: as the item says); the agency is free")
				f.StringVar(&form.Rights, "rights", "", "rights and duties, in words")
				return nil
			}}),
		command(a, action[desk.UndertakeForm]{name: desk.Undertake, short: "Fix who carries a mandate through (承办单)",
			example: "  tongban case undertake 320509111201.1.7 --handler 320509111201-001",
			flags: func(f *pflag.FlagSet, form *desk.UndertakeForm) fill {
				f.StringVar(&form.Unit, "unit", "", "which unit (default: this center)")
				f.StringVar(&form.Handler, "handler", "", "staff number (default: who says so)")
				f.StringVar((*string)(&form.Due), "due", "", "by when, YYYY-MM-DD (default: as the receipt says)")
				f.StringVar(&form.Duty, "duty", "", "what the handler answers for")
				return nil
			}}),
		command(a, action[desk.HandBackForm]{name: desk.HandBack, short: "Hand result, documents and accounts to the client, and ask for an opinion (回交)",
			example: "  tongban case hand-back 320509111201.1.7 --opinion satisfied --document 居住证",
			flags: func(f *pflag.FlagSet, form *desk.HandBackForm) fill {
				f.StringVar(&form.Result, "result", "", "what came of it (default: as decided)")
				f.StringArrayVar(&form.Documents, "document", nil, "what is returned (repeat it)")
				f.StringVar(&form.Opinion, "opinion", "", "the client's: satisfied, dissatisfied or declined")
				f.StringVar(&form.Words, "words", "", "in the client's words, without names")
				f.StringVar((*string)(&form.Signed), "signed", "signature", "signature, thumbprint or electronic")
				return nil
			}}),
	}
}

func mandateFlags(f *pflag.FlagSet, form *desk.MandateForm) fill {
	f.StringVar(&form.Powers, "powers", "", "what the agent may do")
	f.StringArrayVar(&form.Documents, "document", nil, "what is handed over with it (repeat it)")
	f.StringVar((*string)(&form.Signed), "signed", "signature", "signature, thumbprint or electronic")
	file := f.String("letter", "", "file of the scanned letter")
	return func(*cobra.Command, *client.Client, string) (err error) {
		if *file != "" {
			form.Letter, err = os.ReadFile(*file)
		}
		return err
	}
}

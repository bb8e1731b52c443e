package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/tools/client"
)

// inquiryActions are what is found out on the way to a decision.
func (a *app) inquiryActions() []*cobra.Command {
	visited := command(a, action[desk.VisitedForm]{name: desk.Visited, short: "Record a home visit or a site check by two members of staff",
		example: "  tongban case visited 320509111201.1.7 --kind home --who 甲 --who 乙 --found 居住属实",
		flags: func(f *pflag.FlagSet, form *desk.VisitedForm) fill {
			f.StringVar(&form.Kind, "kind", "home", "home (入户), site (实地) or verify (核实)")
			f.StringVar((*string)(&form.On), "on", "", "day, YYYY-MM-DD (default: today)")
			f.StringArrayVar(&form.Staff, "who", nil, "a member of staff who went (repeat it; two at least)")
			f.StringVar(&form.Found, "found", "", "what was found, without names")
			f.BoolVar(&form.Failed, "failed", false, "it does not pass")
			return both(stepFlag(f, &form.Step), proofFlag(f, &form.Proof))
		}})
	visited.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions([]string{"home", "site", "verify"}, cobra.ShellCompDirectiveNoFileComp))
	return []*cobra.Command{visited,
		command(a, action[desk.DeliberateForm]{name: desk.Deliberated, short: "Record a deliberation or an assessment by several (评议、集体讨论)",
			example: "  tongban case deliberated 320509111201.1.7 --who 村民代表 --who 村委会 --yes 9 --no 1 --result 同意",
			flags: func(f *pflag.FlagSet, form *desk.DeliberateForm) fill {
				f.StringVar((*string)(&form.On), "on", "", "day, YYYY-MM-DD (default: today)")
				f.StringArrayVar(&form.Who, "who", nil, "a function of somebody who took part, not a name (repeat it; two at least)")
				f.IntVar(&form.For, "yes", 0, "votes for it")
				f.IntVar(&form.Against, "no", 0, "votes against it")
				f.StringVar(&form.Result, "result", "", "what came of it")
				f.BoolVar(&form.Failed, "failed", false, "it does not pass")
				return both(stepFlag(f, &form.Step), proofFlag(f, &form.Proof))
			}}),
		command(a, action[desk.HeardForm]{name: desk.PartyHeard, short: "Record that somebody whose interests are touched was told and could speak",
			long:    "Record that somebody whose interests are touched was told and could speak (行政许可法 36).\nWho it was is kept outside the log.",
			example: "  tongban case party-heard 320509111201.1.7 --who 虚构乙，相邻 --spoke --text 无异议",
			flags: func(f *pflag.FlagSet, form *desk.HeardForm) fill {
				f.StringVar((*string)(&form.Told), "told", "", "day on which they were told, YYYY-MM-DD (default: today)")
				f.BoolVar(&form.Spoke, "spoke", false, "they made a statement")
				f.StringVar(&form.Text, "text", "", "what it comes to, without names")
				f.StringVar(&form.Who, "who", "", "who it was")
				return nil
			}})}
}

func both(one, two fill) fill {
	return func(cmd *cobra.Command, c *client.Client, id string) error {
		if err := one(cmd, c, id); err != nil {
			return err
		}
		return two(cmd, c, id)
	}
}

// termsFlags are those of a posting or a hearing.
func termsFlags(f *pflag.FlagSet, form *desk.SuspendForm) fill {
	f.StringVar(&form.Basis, "basis", "", "on what basis")
	f.StringVar(&form.Name, "name", "", "of the procedure, where the ground alone does not say")
	var posting desk.PostingForm
	var hearing desk.HearingForm
	place := f.String("place", "", "where it is posted, or heard")
	f.StringVar((*string)(&posting.From), "from", "", "posting: its first day (default: today)")
	f.StringVar((*string)(&posting.To), "to", "", "posting: its last day (default: that of the wait)")
	f.StringVar(&posting.Text, "text", "", "posting: what is posted (default: the usual words); the applicant is masked")
	f.StringVar((*string)(&hearing.Told), "told", "", "hearing: day on which the right to one was told")
	f.StringVar((*string)(&hearing.Asked), "asked", "", "hearing: day on which it was asked for")
	f.StringVar((*string)(&hearing.On), "on", "", "hearing: the day set for it")
	f.StringVar((*string)(&hearing.Notice), "notice", "", "hearing: day on which time and place were told")
	return func(cmd *cobra.Command, _ *client.Client, _ string) error {
		given := func(names ...string) bool {
			for _, name := range names {
				if cmd.Flags().Changed(name) {
					return true
				}
			}
			return false
		}
		heard := given("told", "asked", "on", "notice") || form.Ground == casefile.Hearing && given("place")
		if heard {
			hearing.Place = *place
			form.Hearing = &hearing
		}
		if given("from", "to", "text") || !heard && given("place") {
			posting.Place = *place
			form.Posting = &posting
		}
		return nil
	}
}

func resumeFlags(f *pflag.FlagSet, form *desk.ResumeForm) fill {
	f.StringVar(&form.Result, "result", "", "what came of it")
	f.StringVar((*string)(&form.Held), "held", "", "hearing: day on which it was held, YYYY-MM-DD")
	f.StringVar(&form.Early, "early", "", "posting: why it ends before its last day")
	objections := f.StringArray("objection", nil, "posting: OBJECTION=ANSWER, without names (repeat it; who objected goes into --form)")
	upheld := f.Bool("upheld", false, "posting: the objections are upheld")
	proof := proofFlag(f, &form.Proof)
	return func(cmd *cobra.Command, c *client.Client, id string) error {
		for _, one := range *objections {
			text, answer, _ := strings.Cut(one, "=")
			form.Objections = append(form.Objections, desk.ObjectionForm{Text: text, Answer: answer, Upheld: *upheld})
		}
		return proof(cmd, c, id)
	}
}

// certificateFlags are those of the document that a decision issues.
func certificateFlags(f *pflag.FlagSet, form *desk.DecideForm) fill {
	var c desk.CertificateForm
	names := []string{"certificate", "certificate-number", "valid-from", "valid-to", "issuer", "issuer-code", "electronic", "same-number"}
	f.StringVar(&c.Name, names[0], "", "name of the document issued (default: the item's)")
	f.StringVar(&c.Number, names[1], "", "its number")
	f.StringVar((*string)(&c.From), names[2], "", "valid from, YYYY-MM-DD")
	f.StringVar((*string)(&c.To), names[3], "", "valid to (default: for good)")
	f.StringVar(&c.Issuer, names[4], "", "who issues it (default: the item's authority)")
	f.StringVar(&c.IssuerCode, names[5], "", "the issuer's unified social credit code")
	f.BoolVar(&c.Electronic, names[6], false, "it is an electronic one")
	f.BoolVar(&c.Again, names[7], false, "it is the certificate issued before the case was reopened, under the same number")
	return func(cmd *cobra.Command, _ *client.Client, _ string) error {
		for _, name := range names {
			if cmd.Flags().Changed(name) {
				form.Certificate = &c
			}
		}
		return nil
	}
}

// proofOfServiceFlags are those of a proof of service (送达回证).
func proofOfServiceFlags(f *pflag.FlagSet, form *desk.DeliverForm) {
	f.StringVar((*string)(&form.Manner), "manner", "", "how: collected, post, electronic, left, announced or entrusted (default: as the applicant wished)")
	f.StringVar((*string)(&form.Signed), "signed", "", "signed for by: signature, thumbprint, electronic or refused")
	f.StringVar(&form.Courier, "courier", "", "the carrier's number (物流单号)")
	f.StringVar((*string)(&form.On), "on", "", "day on which it came to the applicant, YYYY-MM-DD (default: today)")
}

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/catalog/area"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

// togetherActions are what is done by several levels and several centers.
func (a *app) togetherActions() []*cobra.Command {
	all := []*cobra.Command{
		command(a, action[desk.SendBackForm]{name: desk.SendBack, short: "Send a case back for correction to the center that sent it up (退回补正)",
			long:    "Send a case back for correction (退回补正) to the center that sent it up. The applicant is\nnot asked again for what a lower level has sent: that level puts it right and hands the\ncase over again.",
			example: "  tongban case send-back 320509111201.1.7 --reason 照片不清 --material photo --by 2026-03-06",
			flags: func(f *pflag.FlagSet, form *desk.SendBackForm) fill {
				f.StringVar((*string)(&form.To), "to", "", "to which of the centers that had it before (default: who sent it here)")
				f.StringVar(&form.Reason, "reason", "", "what is wrong")
				f.StringArrayVar(&form.Materials, "material", nil, "id of a paper at fault (repeat it)")
				f.StringVar((*string)(&form.By), "by", "", "until when, YYYY-MM-DD")
				return nil
			}}),
		command(a, action[desk.JointForm]{name: desk.JointSet, short: "Add and remove the participants of a joint case (联办)",
			long:    "Add and remove the participants of a joint case (联办). A participant gets a copy of the\ncase with its papers and says its opinion with 'tongban case opine'. A decision in favour\nwaits until everybody has spoken, or was removed with a reason.",
			example: "  tongban case joint-set 320509111201.1.7 --add 320509108000 --matter 消防 --by 2026-03-06\n  tongban case joint-set 320509111201.1.7 --remove 320509108000 --reason 不涉及其职责",
			flags:   jointFlags}),
		command(a, action[desk.SurveyForm]{name: desk.SurveySet, short: "Set the one appointment of a joint site survey (联合踏勘)",
			example: "  tongban case survey-set 320509111201.1.7 --on 2026-03-06 --time 09:30 --place 同里镇某路1号",
			flags: func(f *pflag.FlagSet, form *desk.SurveyForm) fill {
				f.StringVar((*string)(&form.On), "on", "", "day, YYYY-MM-DD")
				f.StringVar(&form.At, "time", "", "time of day, HH:MM")
				f.StringVar(&form.Place, "place", "", "where")
				who := f.StringArray("who", nil, "a center that comes (repeat it; default: this one and every participant)")
				return func(*cobra.Command, *client.Client, string) error {
					for _, c := range *who {
						form.Who = append(form.Who, centerID(c))
					}
					return nil
				}
			}}),
		command(a, action[desk.SurveyHeldForm]{name: desk.SurveyHeld, short: "Record what the joint site survey found",
			example: "  tongban case survey-held 320509111201.1.7 --who 甲 --who 乙 --found 与图纸一致",
			flags: func(f *pflag.FlagSet, form *desk.SurveyHeldForm) fill {
				f.StringVar((*string)(&form.On), "on", "", "day, YYYY-MM-DD (default: today)")
				f.StringArrayVar(&form.Staff, "who", nil, "a member of staff who took part (repeat it; two at least)")
				f.StringVar(&form.Found, "found", "", "what was found")
				f.BoolVar(&form.Failed, "failed", false, "it does not pass")
				return proofFlag(f, &form.Proof)
			}}),
	}
	for _, cmd := range all {
		for _, flag := range []string{"to", "add", "remove"} {
			if cmd.Flags().Lookup(flag) != nil {
				cmd.RegisterFlagCompletionFunc(flag, a.complete(every(a.centerIDs)))
			}
		}
	}
	return append(all, a.caseOpineCommand())
}

func jointFlags(f *pflag.FlagSet, form *desk.JointForm) fill {
	add := f.StringArray("add", nil, "a center that is to take part (repeat it)")
	remove := f.StringArray("remove", nil, "a center that no longer does (repeat it)")
	matter := f.String("matter", "", "with --add: what it is asked")
	by := f.String("by", "", "with --add: until when, YYYY-MM-DD")
	reason := f.String("reason", "", "with --remove: why")
	return func(*cobra.Command, *client.Client, string) error {
		for _, c := range *add {
			form.Add = append(form.Add, casefile.Participant{Center: area.Center(c), Matter: *matter, By: *by})
		}
		for _, c := range *remove {
			form.Remove = append(form.Remove, casefile.Removal{Center: area.Center(c), Reason: *reason})
		}
		return nil
	}
}

// caseOpineCommand is the one thing that a participant does at its own node.
func (a *app) caseOpineCommand() *cobra.Command {
	var form desk.SayForm
	var x acting
	cmd := a.caseArgs(&cobra.Command{
		Use: "opine CASE", Short: "Say this center's opinion on a joint case that it takes part in",
		Long: `Say this center's opinion on a joint case that it takes part in. It is sealed by this
center and on its way to the lead when this returns, however long that takes; the
last word before the decision counts.`,
		Example: "  tongban case opine 320509111201.1.7 --stance agrees --text 同意\n  tongban case opine 320509111201.1.7 --stance provided --text 补测后同意",
	})
	cmd.Flags().StringVar((*string)(&form.Stance), "stance", "", "agrees, objects or provided: under conditions, which the text says (required)")
	cmd.Flags().StringVar(&form.Text, "text", "", "what is said; no personal data, it goes into the log (required)")
	required(cmd, "stance", "text")
	cmd.RegisterFlagCompletionFunc("stance", cobra.FixedCompletions([]string{"agrees", "objects", "provided"}, cobra.ShellCompDirectiveNoFileComp))
	x.flags(a, cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		by, err := x.by()
		if err != nil {
			return err
		}
		r := post(client.Path("cases", args[0], "opine"), api.Acting[desk.SayForm]{By: by, Form: form})
		return ask(a, cmd, r, func(w io.Writer, _ *client.Client, v api.RequestView) {
			if x.quiet {
				fmt.Fprintln(w, v.ID)
				return
			}
			fmt.Fprintf(w, "opinion %s on %s is on its way; 'tongban case requests' shows what became of it\n", v.ID, v.Case)
		})
	}
	return cmd
}

// writeTogether shows what stands beside the route: who takes part and what they
// say, what is to be corrected, where the papers are.
func writeTogether(w io.Writer, v api.CaseView, names *centers) {
	s := v.State
	if c := s.Correction; c != nil {
		fmt.Fprintf(w, "to be corrected: %s\n", join("; ", c.Reason, strings.Join(c.Materials, " "), yes(c.By != "", "by "+c.By)))
	}
	if len(s.Voices) > 0 {
		t := table{head: []string{"TAKES PART", "ASKED", "BY", "SAYS", ""}}
		for _, one := range s.Voices {
			stance, text := "-", ""
			if one.Said != nil {
				stance, text = string(one.Said.Stance), one.Said.Text
			}
			t.row(names.name(one.Center), one.Matter, orDash(one.By), stance, join("; ", text, yes(one.Removed != "", "removed: "+one.Removed)))
		}
		t.write(w)
	}
	for _, one := range s.Surveys {
		found := "not yet held"
		if one.Held != nil {
			found = "held " + one.Held.On + ": " + one.Held.Found
		}
		fmt.Fprintf(w, "site survey %s, %s at %s, %s\n", one.Number, join(" ", one.On, one.At), one.Place, found)
	}
	for _, one := range v.Originals {
		where := "at " + names.name(one.At)
		if one.At == "" {
			where = "on its way"
		}
		fmt.Fprintf(w, "original of %s, %s, %s\n", one.Name, count(one.Sheets, "sheet"), join(" ", where, yes(one.Slip != "", "(slip "+one.Slip+")")))
	}
}

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/catalog/bundle"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) itemAskCommand() *cobra.Command {
	var in, on string
	var answers []string
	cmd := &cobra.Command{
		Use: "ask CODE", Short: "Ask an item's questions, and tell what the answers select",
		Long: `Ask an item's questions (办理情形), and tell which materials and steps the answers
select. What hangs on a question without an answer counts as selected.`,
		Example:           "  tongban item ask TB-D23\n  tongban item ask TB-D23 --answer traits=minor",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
	}
	cmd.Flags().StringArrayVar(&answers, "answer", nil, "ID=OPTION (repeat it)")
	cmd.Flags().StringVar(&in, "area", "", "whose version (default: the one that this center works by)")
	cmd.Flags().StringVar(&on, "as-of", "", "the one of that day, YYYY-MM-DD (default: today)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		given, err := readAnswers(answers)
		if err != nil {
			return err
		}
		r := post(client.Path("items", args[0], "selection"), map[string]any{"answers": given})
		r.query = client.Params("area", in, "on", on)
		return ask(a, cmd, r, func(w io.Writer, _ *client.Client, s condition.Selection) {
			if len(s.Asked) == 0 {
				fmt.Fprintln(w, "nothing is asked: it is the same for everybody")
			}
			for _, q := range s.Asked {
				writeQuestion(w, q.ID, q, s.Answers[q.ID])
			}
			t := table{head: []string{"MATERIAL", "ID", "NEED", "WHEN"}}
			for _, m := range s.Materials {
				t.row(m.Name, m.ID, join(", ", string(m.Need), yes(m.Exempt, "exempt")), orDash(m.When))
			}
			t.write(w)
			if len(s.Excused) > 0 {
				fmt.Fprintf(w, "not needed: %s\n", strings.Join(s.Excused, ", "))
			}
			if len(s.Skipped) > 0 {
				fmt.Fprintf(w, "steps that fall away: %s\n", strings.Trim(fmt.Sprint(s.Skipped), "[]"))
			}
		})
	}
	return cmd
}

// writeQuestion shows a question under the key that its answer goes by.
func writeQuestion(w io.Writer, key string, q item.Situation, chosen []string) {
	several := ""
	if q.Several {
		several = " (several)"
	}
	fmt.Fprintf(w, "%s  %s%s\n", key, q.Question, several)
	for _, o := range q.Options {
		mark := " "
		for _, c := range chosen {
			if c == o.ID {
				mark = "*"
			}
		}
		fmt.Fprintf(w, "  %s %s  %s\n", mark, o.ID, o.Text)
	}
}

func (a *app) bundleCommand() *cobra.Command {
	return group("bundle", "Bundles: a life event (一件事) or a trade (一业一证) as one intake", a.bundleListCommand(), a.bundleShowCommand(), a.bundleOpenCommand())
}

func (a *app) bundleListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the bundles that are offered here",
		Example: "  tongban bundle list",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/items", client.Params("bundles", "true", "limit", "500")), func(w io.Writer, _ *client.Client, list api.ItemList) {
				if len(list.Items) == 0 {
					fmt.Fprintln(w, "no bundle is offered here")
					return
				}
				t := table{head: []string{"CODE", "NAME", "", "VERSION"}}
				for _, it := range list.Items {
					t.row(it.Ref.Code, it.Name, bundleWord[it.Bundle], version1(it.Ref, it.Withdrawn))
				}
				t.write(w)
			})
		},
	}
}

var bundleWord = map[item.Bundle]string{item.LifeEvent: "一件事", item.Trade: "一业一证"}

func (a *app) bundleShowCommand() *cobra.Command {
	var answers []string
	var subject string
	cmd := &cobra.Command{
		Use: "show CODE", Short: "Tell what a bundle asks of an applicant: questions, one set of papers, stages",
		Example:           "  tongban bundle show TB-B1 --answer subsidy=no",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.bundleCodes)),
	}
	cmd.Flags().StringArrayVar(&answers, "answer", nil, "ID=OPTION (repeat it)")
	cmd.Flags().StringVar(&subject, "subject", "", "division code that fixes competence (default: this center's own)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		given, err := readAnswers(answers)
		if err != nil {
			return err
		}
		form := desk.BundleForm{Bundle: item.Code(args[0]), Answers: given, Subject: area.Code(subject)}
		return ask(a, cmd, post("/v1/bundles/plan", form), func(w io.Writer, _ *client.Client, p api.BundlePlan) { writePlan(w, p, given) })
	}
	return cmd
}

func writePlan(w io.Writer, p api.BundlePlan, given item.Answers) {
	for _, q := range p.Questions {
		writeQuestion(w, q.Key, q.Situation, given[q.Key])
	}
	for i, stage := range p.Stages {
		for _, code := range stage {
			fmt.Fprintf(w, "stage %d  %s %s\n", i+1, code, p.Names[code])
		}
	}
	for _, code := range p.Missing {
		fmt.Fprintf(w, "not offered here: %s\n", code)
	}
	t := table{head: []string{"PAPER", "ID", "NEED", "ORIGINALS", "COPIES", "FOR"}}
	for _, m := range p.Materials {
		t.row(m.Name, m.ID, join(", ", string(m.Need), yes(m.Exempt, "exempt")), m.Originals, m.Copies, forWhom(m))
	}
	t.write(w)
}

func forWhom(m bundle.Merged) string {
	var codes []string
	for _, of := range m.Of {
		codes = append(codes, string(of.Code))
	}
	return strings.Join(codes, ", ")
}

func (a *app) bundleOpenCommand() *cobra.Command {
	var form desk.BundleForm
	var p papers
	var x acting
	var who applying
	var subject, deliver string
	var answers []string
	cmd := &cobra.Command{
		Use: "open CODE", Short: "Open the linked cases of a bundle from one intake",
		Long: `Open the linked cases of a bundle from one intake: all of them, or none. A paper is
laid once, by the id that 'bundle show' prints, and is recorded in every case that
asks for it. A case of a later stage is accepted when those before it are concluded.
` + strings.ReplaceAll(papersHelp, "tongban item show", "tongban bundle show"),
		Example:           "  tongban bundle open TB-B1 --subject 320509111201 --name 张甲 --answer subsidy=no --answer traits=none --complete",
		Args:              usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.complete(first(a.bundleCodes)),
	}
	f := cmd.Flags()
	f.StringVar(&subject, "subject", "", "division code that fixes competence")
	f.StringVar(&deliver, "deliver", "", "center where the applicant collects (default: here)")
	f.StringArrayVar(&answers, "answer", nil, "ID=OPTION (repeat it)")
	f.BoolVar(&form.Agency, "agency", false, "the village acts for the applicant (全程代办)")
	who.flags(a, cmd, &form.Applicant, &form.Submission)
	p.flags(f)
	f.StringVar(&x.formFile, "form", "", "JSON file of the whole form, in place of these flags; - reads the standard input")
	x.flags(a, cmd)
	cmd.RegisterFlagCompletionFunc("deliver", a.complete(every(a.centerIDs)))
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		form.Subject, form.Deliver = area.Code(subject), area.Center(deliver)
		if form.Answers, err = readAnswers(answers); err != nil {
			return err
		}
		who.finish(&form.Applicant)
		if x.formFile != "" {
			form = desk.BundleForm{}
			if err := a.onlyForm(cmd, x.formFile, &form); err != nil {
				return err
			}
		}
		if len(args) > 0 {
			form.Bundle = item.Code(args[0])
		}
		if form.Bundle == "" {
			return usageError{errors.New("no bundle is named\n  tongban bundle open CODE ...; find it with 'tongban bundle list'")}
		}
		return openSeveral(a, cmd, x, p, "/v1/bundles", &form, &form.Papers, func(in desk.Intake) several {
			return several{cases: in.Cases, password: in.Password}
		})
	}
	return cmd
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/intake/applicant"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) visitCommand() *cobra.Command {
	return group("visit", "Visits: several items for one person, on one queue ticket", a.visitOpenCommand(), a.visitShowCommand())
}

func (a *app) visitOpenCommand() *cobra.Command {
	var form desk.VisitForm
	var p papers
	var x acting
	var who applying
	var subject, deliver string
	var answers []string
	cmd := &cobra.Command{
		Use: "open ITEM...", Short: "Open cases of several items for one person, with one set of papers",
		Long: `Open cases of several items for one person: all of them, or none. A paper is laid
once, by its name or as CODE/ID, and is recorded in every case that asks for one of
that name. --visit is today's queue ticket; without one the visit is named by its first
case, and a later 'case open --visit' can name that.
` + papersHelp,
		Example:           "  tongban visit open TB-D26 TB-D01 --subject 320509111201 --name 虚构甲 --visit A012 --paper 居民身份证\n  tongban visit open TB-D26 TB-D01 --form - < form.json",
		Args:              usage(cobra.ArbitraryArgs),
		ValidArgsFunction: a.complete(every(a.itemCodes)),
	}
	f := cmd.Flags()
	f.StringVar(&subject, "subject", "", "division code that fixes competence")
	f.StringVar(&deliver, "deliver", "", "center where the applicant collects (default: here)")
	f.StringArrayVar(&answers, "answer", nil, "ID=OPTION, or CODE.ID=OPTION where two items ask differently (repeat it)")
	f.BoolVar(&form.Agency, "agency", false, "the village acts for the applicant (全程代办)")
	f.BoolVar(&form.Accept, "accept", false, "accept each at once")
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
			form = desk.VisitForm{}
			if err := a.onlyForm(cmd, x.formFile, &form); err != nil {
				return err
			}
		}
		for _, code := range args {
			form.Items = append(form.Items, item.Code(code))
		}
		if len(form.Items) == 0 {
			return usageError{errors.New("no item is named\n  tongban visit open ITEM ITEM ...; find them with 'tongban item search'")}
		}
		return openSeveral(a, cmd, x, p, "/v1/visits", &form, &form.Papers, func(v desk.Visit) several {
			return several{fmt.Sprintf("visit %s\n", v.Visit), v.Cases, v.Password}
		})
	}
	return cmd
}

// several is what an intake of more than one case is shown by.
type several struct {
	head     string // a line before them, or none
	cases    []desk.Done
	password string
}

// openSeveral opens the cases of one intake, all or none. form is a pointer to
// the desk's own, papers where it keeps them, path where both it and the plan of
// it are taken; shown picks what is printed of the answer.
func openSeveral[T any](a *app, cmd *cobra.Command, x acting, p papers, path string, form any, into *[]desk.Paper, shown func(T) several) error {
	by, err := x.by()
	if err != nil {
		return err
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	var lacks []item.Material
	if p.complete {
		_, plan, err := call[api.BundlePlan](cmd.Context(), c, post(path+"/plan", form))
		if err != nil {
			return err
		}
		lacks = mustBring(plan)
	}
	laid, err := p.read(lacks)
	if err != nil {
		return err
	}
	*into = append(*into, laid...)
	raw, answer, err := keyed[T](cmd, c, path, by, form)
	if err != nil {
		return err
	}
	done := shown(answer)
	return a.show(raw, func(w io.Writer) {
		if x.quiet {
			for _, one := range done.cases {
				fmt.Fprintln(w, one.State.ID)
			}
			return
		}
		fmt.Fprint(w, done.head)
		for _, one := range done.cases {
			a.writeDone(cmd, w, c, one)
		}
		writePassword(w, done.password)
	})
}

// mustBring are the papers of a plan that must be there.
func mustBring(plan api.BundlePlan) (lacks []item.Material) {
	for _, m := range plan.Materials {
		if m.Need == item.Required && !m.Exempt {
			lacks = append(lacks, item.Material{ID: m.ID})
		}
	}
	return lacks
}

// writePassword tells the query password: it is kept nowhere.
func writePassword(w io.Writer, password string) {
	if password != "" {
		fmt.Fprintf(w, "  password %s; the applicant asks with it how far the case has come, and it is told only now\n", password)
	}
}

func (a *app) visitShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show VISIT", Short: "List the cases of a visit",
		Long:    "List the cases of a visit: by the number of today's queue ticket, by the visit as the\nticket bears it or, where there was none, by its first case.",
		Example: "  tongban visit show A012\n  tongban visit show 320509111201.1-20260302-A012\n  tongban visit show 320509111201.1.7",
		Args:    usage(cobra.ExactArgs(1)), ValidArgsFunction: a.complete(first(a.visits)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("visits", args[0]), nil), func(w io.Writer, c *client.Client, v api.VisitView) {
				names := namesOf(cmd, c)
				t := table{head: []string{"LAMP", "CASE", "ITEM", "PHASE", "HELD BY", "NEXT", "DUE"}}
				for _, s := range v.Cases {
					t.row(s.Lamp, s.ID, s.Name, s.Phase, names.name(s.Holder), nextOf(s.Next), orDash(string(s.Due)))
				}
				t.write(w)
			})
		},
	}
}

// visits are what a visit can be named by.
func (a *app) visits(ctx context.Context, c *client.Client) ([]string, error) {
	tickets, err := a.ticketNumbers(ctx, c)
	if err != nil {
		return nil, err
	}
	cases, err := a.caseIDs(ctx, c)
	return append(tickets, cases...), err
}

func (a *app) caseCarryCommand() *cobra.Command {
	var form desk.CarryForm
	var code, subject string
	cmd := &cobra.Command{
		Use: "carry [CASE]", Short: "List the papers that an applicant need not bring again",
		Long: `List the papers that lie here in earlier cases of the same applicant: for an open
case, or with --item for one that is to be opened. Nothing is taken over by it:
'--carry ID=CASE/MATERIAL' of 'case open', 'receive' and 'supplement' does that, with
the applicant's consent.`,
		Example: "  tongban case carry 320509111201.1.7\n  tongban case carry --item TB-D01 --subject 320509111201 --resident-id 999999199001010016",
		Args:    usage(cobra.MaximumNArgs(1)), ValidArgsFunction: a.complete(first(a.caseIDs)),
	}
	f := cmd.Flags()
	f.StringVar(&code, "item", "", "the item that is applied for, where no case is open yet")
	f.StringVar(&subject, "subject", "", "division code that fixes competence")
	f.StringVar(&form.Applicant.ResidentID, "resident-id", "", "citizen's number of the applicant")
	f.StringVar(&form.Applicant.CreditCode, "credit-code", "", "unified social credit code of an organisation")
	f.StringVar(&form.Applicant.OtherID, "other-id", "", "number of another document")
	f.StringVar((*string)(&form.Applicant.IDKind), "id-kind", "", "of which kind it is")
	cmd.RegisterFlagCompletionFunc("item", a.complete(every(a.itemCodes)))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		form.Item, form.Subject = item.Code(code), area.Code(subject)
		if (len(args) == 0) == (code == "") || len(args) > 0 && form.Applicant.Person != (applicant.Person{}) {
			return usageError{errors.New("name an open case, or give --item and the applicant's number")}
		}
		r := post("/v1/carry", form)
		if len(args) > 0 {
			r = get(client.Path("cases", args[0], "carry"), nil)
		}
		return ask(a, cmd, r, func(w io.Writer, _ *client.Client, all []desk.Carryable) {
			if len(all) == 0 {
				fmt.Fprintln(w, "nothing lies here")
				return
			}
			t := table{head: []string{"PAPER", "ID", "FROM", "OF", "TAKEN IN"}}
			for _, one := range all {
				t.row(one.Name, one.Material, string(one.From)+"/"+one.Of, one.Item, time.UnixMilli(one.At).In(china).Format(time.DateOnly))
			}
			t.write(w)
		})
	}
	return cmd
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

// papers is how the papers on the counter are given on a command line.
type papers struct {
	given, scans, notes []string
	carried, mended     []string
	consent             string
	complete            bool
}

const papersHelp = `
Papers are given as --paper ID or --paper ID=STATE, where STATE is original_seen
(the default), copy, electronic, exempt, committed, later@YYYY-MM-DD, not_needed or
missing; 'tongban item show' lists the ids. --complete is every paper that must be
there, seen in the original.`

func (p *papers) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&p.given, "paper", nil, "a paper on the counter: ID or ID=STATE (repeat it)")
	f.StringArrayVar(&p.scans, "scan", nil, "the scan of a paper: ID=FILE (repeat it)")
	f.StringArrayVar(&p.notes, "paper-note", nil, "a note on a paper: ID=TEXT, no personal data (repeat it)")
	f.StringArrayVar(&p.carried, "carry", nil, "a paper that lies in an earlier case: ID=CASE/MATERIAL, as 'case carry' lists them (repeat it)")
	f.StringVar(&p.consent, "consent", "signed", "how the applicant agreed to that: signed or spoken")
	f.StringArrayVar(&p.mended, "mended", nil, "a paper that the applicant corrected on the spot: ID (repeat it)")
	f.BoolVar(&p.complete, "complete", false, "every paper that must be there was seen in the original")
}

// read makes the papers of a form. lacks are those that --complete stands for.
func (p *papers) read(lacks []item.Material) ([]desk.Paper, error) {
	var out []desk.Paper
	place := map[string]int{}
	add := func(one desk.Paper) {
		if i, there := place[one.ID]; there {
			out[i] = one
			return
		}
		place[one.ID] = len(out)
		out = append(out, one)
	}
	if p.complete {
		for _, m := range lacks {
			add(desk.Paper{ID: m.ID, State: casefile.OriginalSeen})
		}
	}
	for _, text := range p.given {
		id, state, _ := strings.Cut(text, "=")
		state, by, _ := strings.Cut(state, "@")
		if state == "" {
			state = string(casefile.OriginalSeen)
		}
		add(desk.Paper{ID: id, State: casefile.MaterialState(state), By: workday.Date(by)})
	}
	for _, text := range p.carried {
		id, from, _ := strings.Cut(text, "=")
		earlier, material, ok := strings.Cut(from, "/")
		if !ok {
			return nil, usageError{fmt.Errorf("--carry %s: want ID=CASE/MATERIAL\n  'tongban case carry' lists them", text)}
		}
		add(desk.Paper{ID: id, State: casefile.Electronic, From: &desk.From{Case: casefile.ID(earlier), Material: material, Consent: p.consent}})
	}
	for _, id := range p.mended {
		i, there := place[id]
		if !there {
			return nil, usageError{fmt.Errorf("--mended %s: want the id of a paper that is given", id)}
		}
		out[i].Mended = true
	}
	pairs := func(flag string, all []string, set func(one *desk.Paper, value string) error) error {
		for _, text := range all {
			id, value, ok := strings.Cut(text, "=")
			i, there := place[id]
			if !ok || !there {
				return usageError{fmt.Errorf("--%s %s: want ID=..., of a paper that is given", flag, text)}
			}
			if err := set(&out[i], value); err != nil {
				return err
			}
		}
		return nil
	}
	return out, errors.Join(
		pairs("scan", p.scans, func(one *desk.Paper, file string) (err error) {
			one.Content, err = os.ReadFile(file)
			return err
		}),
		pairs("paper-note", p.notes, func(one *desk.Paper, note string) error {
			one.Note = note
			return nil
		}))
}

// acting is who does an action, when, and by which form.
type acting struct {
	staff    func() (string, error)
	at, key  string
	start    string
	instead  string
	window   string
	first    string
	formFile string
	quiet    bool
}

func (x *acting) flags(a *app, cmd *cobra.Command) {
	x.staff = a.staffFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&x.at, "at", "", "when it happened at the desk: YYYY-MM-DD HH:MM, China time (default: now)")
	f.StringVar(&x.start, "since", "", "when the work on it began, as --at (default: when it happened)")
	f.StringVar(&x.instead, "for", "", "A/B cover: whose post it is, by staff number or name")
	f.StringVar(&x.window, "window", "", "at which window (default: that of the post)")
	f.StringVar(&x.first, "first-contact", "", "who the applicant spoke to first, where that was another")
	f.StringVar(&x.key, "key", "", "idempotency key: a repeated call with it has one effect")
	f.BoolVarP(&x.quiet, "quiet", "q", false, "print the case id only")
}

// by is the head of an action's body.
func (x *acting) by() (desk.By, error) {
	who, err := x.staff()
	if err != nil {
		return desk.By{}, err
	}
	by := desk.By{Staff: who, Key: x.key, For: x.instead, Window: x.window, First: x.first}
	if by.Key == "" {
		by.Key = newKey()
	}
	if x.at != "" {
		if by.At, err = readMoment(x.at); err != nil {
			return desk.By{}, usageError{fmt.Errorf("--at: %w", err)}
		}
	}
	if x.start != "" {
		if by.Start, err = readMoment(x.start); err != nil {
			return desk.By{}, usageError{fmt.Errorf("--since: %w", err)}
		}
	}
	return by, nil
}

func (a *app) caseOpenCommand() *cobra.Command {
	var form desk.OpenForm
	var p papers
	var x acting
	var who applying
	var decline desk.ReasonForm
	var subject, deliver, mode, renews string
	var answers []string
	cmd := &cobra.Command{
		Use:   "open ITEM",
		Short: "Open a case at this counter",
		Long: `Open a case at this counter. --subject is the division code that fixes who is
competent: the household, residence, place of business or of the property, as the
item says. --deliver is where the applicant collects, if not here.

Where an item depends on the applicant's situation (办理情形), --answer ID=OPTION
says it; without it the questions are told. 'tongban item ask' shows what an answer
selects.
` + papersHelp + `

Kinds of identity documents (--id-kind):
` + idKinds() + `

An agent acts by letter (--mandate, --letter-scope), or as guardian or legal
representative without one. What kind of case it is follows from the item.

Names and identity numbers on a command line are seen by whoever lists the
processes of this machine: on a shared one give the form as JSON, --form - reads
it from the standard input. They are stored apart from the log.`,
		Example: `  tongban case open TB-D26 --subject 320509111201 --name 虚构甲 --accept
  tongban case open TB-D26 --form - < form.json
  tongban case open TB-D26 --subject 320509111201 --name 虚构甲 --decline 不需要办理 --ground not_needed
  tongban case open TE44011350000011705442106041002 --subject 320509111201 \
      --answer filer=self --name 虚构甲 --paper id-card --paper photo=missing --staff 李窗口`,
		Args:              usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
	}
	f := cmd.Flags()
	f.StringVar(&subject, "subject", "", "division code that fixes competence")
	f.StringVar(&deliver, "deliver", "", "center where the applicant collects (default: here)")
	f.StringArrayVar(&answers, "answer", nil, "the applicant's situation: ID=OPTION (repeat it)")
	f.StringVar(&mode, "mode", "", "of a cross-area case: online, received_elsewhere, worked_in_several")
	f.BoolVar(&form.Agency, "agency", false, "the village acts for the applicant (全程代办)")
	f.BoolVar(&form.Accept, "accept", false, "accept it at once")
	who.flags(a, cmd, &form.Applicant, &form.Submission)
	f.StringVar(&renews, "renews", "", "the permit that it wants prolonged: NUMBER@YYYY-MM-DD, its last day")
	f.StringVar(&decline.Reason, "decline", "", "decline it at once, with this reason")
	declineFlags(f, &decline)
	p.flags(f)
	f.StringVar(&x.formFile, "form", "", "JSON file of the whole form, in place of these flags; - reads the standard input")
	x.flags(a, cmd)
	cmd.RegisterFlagCompletionFunc("deliver", a.complete(every(a.centerIDs)))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		form.Subject, form.Deliver, form.Mode = area.Code(subject), area.Center(deliver), item.Mode(mode)
		who.finish(&form.Applicant)
		if x.formFile != "" {
			form = desk.OpenForm{}
			if err := a.onlyForm(cmd, x.formFile, &form); err != nil {
				return err
			}
		}
		if len(args) > 0 {
			form.Item = item.Code(args[0])
		}
		if len(answers) > 0 {
			var err error
			if form.Answers, err = readAnswers(answers); err != nil {
				return err
			}
		}
		if form.Item == "" {
			return usageError{errors.New("no item is named\n  tongban case open ITEM ...; find it with 'tongban item search'")}
		}
		if decline != (desk.ReasonForm{}) {
			form.Decline = &decline
		}
		if renews != "" {
			number, day, _ := strings.Cut(renews, "@")
			form.Renews = &casefile.Renewal{Certificate: number, Expires: day}
		}
		return a.openCase(cmd, x, p, form)
	}
	return cmd
}

// readAnswers reads ID=OPTION pairs; an id may come more than once where
// several options hold.
func readAnswers(pairs []string) (item.Answers, error) {
	answers := item.Answers{}
	for _, pair := range pairs {
		id, option, ok := strings.Cut(pair, "=")
		if !ok || id == "" || option == "" {
			return nil, usageError{fmt.Errorf("--answer %s: want ID=OPTION\n  'tongban item ask' lists them", pair)}
		}
		answers[id] = append(answers[id], option)
	}
	return answers, nil
}

// onlyForm reads a form from a file; flags that say the same are refused.
func (a *app) onlyForm(cmd *cobra.Command, file string, form any) error {
	var other []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "form", "staff", "at", "since", "for", "window", "first-contact", "key", "quiet", "dir", "api", "json":
		default:
			other = append(other, "--"+f.Name)
		}
	})
	if len(other) > 0 {
		return usageError{fmt.Errorf("--form has the whole form: %s can't be given beside it", strings.Join(other, ", "))}
	}
	return a.readJSON(file, form)
}

func (a *app) openCase(cmd *cobra.Command, x acting, p papers, form desk.OpenForm) error {
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
		q := client.Params("area", string(form.Subject))
		_, v, err := call[api.ItemView](cmd.Context(), c, get(client.Path("items", string(form.Item)), q))
		if err != nil {
			return err
		}
		r := post(client.Path("items", string(form.Item), "selection"), map[string]any{"answers": form.Answers})
		r.query = q
		_, chosen, err := call[condition.Selection](cmd.Context(), c, r)
		if err != nil {
			return err
		}
		lacks = desk.Outstanding(&v.Item, nil, chosen.Excused...)
	}
	laid, err := p.read(lacks)
	if err != nil {
		return err
	}
	form.Papers = append(form.Papers, laid...)
	return a.act(cmd, c, "/v1/cases", by, form, x.quiet)
}

// act sends one action and shows what came of it.
func (a *app) act(cmd *cobra.Command, c *client.Client, path string, by desk.By, form any, quiet bool) error {
	raw, done, err := keyed[desk.Done](cmd, c, path, by, form)
	if err != nil {
		return err
	}
	if quiet && !a.json {
		_, err := fmt.Fprintln(a.Out, done.State.ID)
		return err
	}
	return a.show(raw, func(w io.Writer) { a.writeDone(cmd, w, c, done) })
}

// keyed sends an action under its idempotency key; where the answer is lost it
// says how to ask again.
func keyed[T any](cmd *cobra.Command, c *client.Client, path string, by desk.By, form any) (json.RawMessage, T, error) {
	r := post(path, api.Acting[any]{By: by, Form: form})
	r.keyed = true
	raw, answer, err := call[T](cmd.Context(), c, r)
	if err != nil && lost(err) {
		err = fmt.Errorf("%w\n  it may have been done: the same call with --key %s has one effect", err, by.Key)
	}
	return raw, answer, err
}

func (a *app) writeDone(cmd *cobra.Command, w io.Writer, c *client.Client, done desk.Done) {
	s, names := done.State, namesOf(cmd, c)
	_, v, err := call[api.CaseView](cmd.Context(), c, get(client.Path("cases", string(s.ID)), nil))
	name := string(s.Item.Code)
	if err == nil && v.Item != nil {
		name = v.Item.Name
	}
	fmt.Fprintf(w, "%s  %s: %s\n", s.ID, name, s.Phase)
	fmt.Fprintf(w, "  number   %s\n", orDash(s.Number))
	fmt.Fprintf(w, "  held by  %s\n", names.name(s.Holder.Center))
	if s.Offer != nil {
		fmt.Fprintf(w, "  offered  to %s; answered for here until it is taken over\n", names.name(s.Offer.To.Center))
	}
	if err == nil {
		fmt.Fprintf(w, "  next     %s\n", move(v.Next, names))
	}
	if done.Repeated {
		fmt.Fprintln(w, "  this call was answered before: nothing was written again")
	} else {
		fmt.Fprintf(w, "  written  %d events, the last is %d\n", done.Events, s.Head.Index)
	}
	writePassword(w, done.Password)
	for _, warning := range done.Warnings {
		fmt.Fprintf(w, "  warning  %s\n", warning.Text)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tongban/node/account"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) accountCommand() *cobra.Command {
	cmd := group("account", "Who may work at this center's screens, and with which duties",
		a.accountListCommand(), a.accountAddCommand(), a.accountEditCommand(),
		a.accountSwitchCommand("disable", "End the sessions of an account, and let nobody sign in with it"),
		a.accountSwitchCommand("enable", "Let somebody sign in again, also after too many wrong tries"),
		a.accountSwitchCommand("reset", "Give an account a new password, told once"),
		a.accountAuditCommand(), a.accountVerifyCommand(), a.accountDutiesCommand())
	cmd.Long = `Who may work at this center's screens (工作台账号), and with which duties (岗位职责).
An account belongs to this center and goes to no other node.

A new account gets a password that is printed once; whoever signs in with it must
choose another. No command takes or shows a password that somebody chose, and the
node keeps none, only what it takes to recognize it. One account with the duty
operator always remains enabled.`
	return cmd
}

func (a *app) accountListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the accounts",
		Example: "  tongban account list\n  tongban account list --json",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/accounts", nil), func(w io.Writer, _ *client.Client, all []account.Account) {
				if len(all) == 0 {
					fmt.Fprintln(w, "nobody has an account yet\n  'tongban account add' makes one; give the first the duty operator")
					return
				}
				t := table{head: []string{"LOGIN", "STAFF", "NAME", "DUTIES", "PIN", "SIGNED IN", ""}}
				for _, acc := range all {
					t.row(acc.Login, acc.Staff, acc.Name, dutiesText(acc.Duties), yes(acc.HasPIN, "yes"), clockText(acc.SignedIn), accountState(&acc))
				}
				t.write(w)
			})
		},
	}
}

func accountState(acc *account.Account) string {
	locked := ""
	if acc.Locked != 0 {
		locked = "locked out until " + clockText(acc.Locked)
	}
	linked := ""
	if acc.Outside != "" {
		linked = "signs in by OIDC as " + acc.Outside
	}
	return join(", ", yes(acc.Disabled, "disabled"), yes(acc.MustChange, "must choose a password"), linked, locked)
}

func dutiesText(d account.Duties) string {
	if len(d) == len(account.All()) {
		return "all"
	}
	return d.String()
}

// dutyFlags adds --duty and --all-duties.
func dutyFlags(cmd *cobra.Command) func() []string {
	given := cmd.Flags().StringSlice("duty", nil, "a duty, several with commas; 'tongban account duties' explains them")
	all := cmd.Flags().Bool("all-duties", false, "all of them, for whoever is alone at a village")
	cmd.MarkFlagsMutuallyExclusive("duty", "all-duties")
	cmd.RegisterFlagCompletionFunc("duty", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return strings.Split(account.All().String(), ","), cobra.ShellCompDirectiveNoFileComp
	})
	return func() []string {
		if *all {
			return strings.Split(account.All().String(), ",")
		}
		return *given
	}
}

// managing is a change of an account. It carries no key: a password that was
// told once is not told again.
func managing(method, path, staff string, form any) request {
	body := map[string]any{"staff": staff}
	if form != nil {
		body["form"] = form
	}
	return request{method: method, path: path, body: body}
}

func (a *app) accountAddCommand() *cobra.Command {
	var form api.AccountForm
	cmd := &cobra.Command{
		Use: "add LOGIN", Short: "Make an account, and print its first password",
		Example: "  tongban account add zhang.min --of 320509111000-001 --duty clerk,deliverer --staff 周主任\n" +
			"  tongban account add cun --of 虚构甲 --all-duties --staff 周主任",
		Args: usage(cobra.ExactArgs(1)),
	}
	cmd.Flags().StringVar(&form.Staff, "of", "", "whose it is: number or name of the roster, any name where none is kept (required)")
	cmd.Flags().StringVar(&form.Name, "name", "", "the name as the screens say it (default: the roster's)")
	duties := dutyFlags(cmd)
	required(cmd, "of")
	cmd.RegisterFlagCompletionFunc("of", a.complete(every(a.staffNumbers)))
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		form.Login = args[0]
		if form.Duties = duties(); len(form.Duties) == 0 {
			return usageError{errors.New("an account has at least one duty: give --duty or --all-duties")}
		}
		return ask(a, cmd, managing(http.MethodPost, "/v1/accounts", who, form), writeAccount("is added"))
	}
	return cmd
}

func writeAccount(done string) func(w io.Writer, _ *client.Client, d api.AccountDone) {
	return func(w io.Writer, _ *client.Client, d api.AccountDone) {
		fmt.Fprintf(w, "%s (%s %s) %s: %s\n", d.Login, d.Staff, d.Name, done, dutiesText(d.Duties))
		if d.Initial != "" {
			fmt.Fprintf(w, "first password: %s\n  it is shown this once; whoever signs in with it chooses another\n", d.Initial)
		}
	}
}

func (a *app) accountEditCommand() *cobra.Command {
	var form api.AccountEdit
	cmd := &cobra.Command{
		Use: "edit LOGIN", Short: "Change whose account it is, the name, the duties, or how it signs in by OIDC",
		Example: "  tongban account edit zhang.min --duty clerk,approver --staff 周主任\n" +
			"  tongban account edit zhang.min --outside zhangmin --staff 周主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.logins)),
	}
	of, name := cmd.Flags().String("of", "", "whose it is: number or name of the roster"), cmd.Flags().String("name", "", "the name as the screens say it")
	outside := cmd.Flags().String("outside", "", "what the OpenID provider of the center calls its owner, who may then sign in by it; \"\" ends that")
	duties := dutyFlags(cmd)
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		if cmd.Flags().Changed("outside") {
			form.Outside = outside
		}
		if cmd.Flags().Changed("of") {
			form.Staff = of
		}
		if cmd.Flags().Changed("name") {
			form.Name = name
		}
		form.Duties = duties()
		if form.Staff == nil && form.Name == nil && form.Outside == nil && len(form.Duties) == 0 {
			return usageError{errors.New("nothing to change: give a flag, such as --duty")}
		}
		return ask(a, cmd, managing(http.MethodPut, client.Path("accounts", args[0]), who, form), writeAccount("is changed"))
	}
	return cmd
}

func (a *app) accountSwitchCommand(word, short string) *cobra.Command {
	cmd := &cobra.Command{
		Use: word + " LOGIN", Short: short,
		Example:           "  tongban account " + word + " zhang.min --staff 周主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.logins)),
	}
	staff := a.staffFlag(cmd)
	done := map[string]string{"disable": "is disabled", "enable": "may sign in", "reset": "has a new password"}[word]
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		return ask(a, cmd, managing(http.MethodPost, client.Path("accounts", args[0], word), who, nil), writeAccount(done))
	}
	return cmd
}

func (a *app) accountAuditCommand() *cobra.Command {
	var login, before string
	var limit int
	cmd := &cobra.Command{
		Use: "audit", Short: "Show who signed in, who tried to, and what became of the accounts",
		Example: "  tongban account audit\n  tongban account audit --login zhang.min --limit 20",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := client.Params("login", login, "before", before, "limit", strconv.Itoa(limit))
			return ask(a, cmd, get("/v1/accounts/audit", query), writeAccountAudit)
		},
	}
	cmd.Flags().StringVar(&login, "login", "", "only of this account")
	cmd.Flags().StringVar(&before, "before", "", "the page before this entry")
	cmd.Flags().IntVar(&limit, "limit", 100, "at most so many, up to 1000")
	cmd.RegisterFlagCompletionFunc("login", a.complete(every(a.logins)))
	return cmd
}

func writeAccountAudit(w io.Writer, _ *client.Client, page account.Audit) {
	t := table{head: []string{"ENTRY", "TIME", "WHAT", "ACCOUNT", "WHO", "FROM", ""}}
	for _, l := range page.Lines {
		more := ""
		if len(l.Duties) > 0 {
			more = dutiesText(l.Duties)
			if len(l.Before) > 0 {
				more = dutiesText(l.Before) + " -> " + more
			}
		}
		if l.Linked != "" {
			more = strings.TrimSpace(more + " outside: " + l.Linked)
		}
		if l.Until != 0 {
			more = "until " + clockText(l.Until)
		}
		t.row(l.Seq, clockText(l.At), strings.ReplaceAll(l.Kind, "_", " "), orDash(l.Login), orDash(l.Staff), orDash(l.From), more)
	}
	t.write(w)
	if page.Before != 0 {
		fmt.Fprintf(w, "more: --before %d\n", page.Before)
	}
}

func (a *app) accountVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Verify the accounts' book from its first entry",
		Example: "  tongban account verify",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.verify(cmd, post("/v1/accounts/verify", nil), "entries")
		},
	}
}

// dutyView is a duty in words.
type dutyView struct {
	Duty    account.Duty `json:"duty"`
	Chinese string       `json:"chinese"`
	English string       `json:"english"`
	Actions []string     `json:"actions"` // on a case
	Works   []string     `json:"works"`   // beside those
}

func (a *app) accountDutiesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "duties", Short: "Explain the duties: what each may do",
		Long: `Explain the duties (岗位职责): what each may do with a case, and beside it. What the
item, its step and the rules allow comes on top. Needs no node.`,
		Example: "  tongban account duties",
		Args:    usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			all := dutyViews()
			return a.show(all, func(w io.Writer) {
				for _, d := range all {
					fmt.Fprintf(w, "%s  %s  %s\n", d.Duty, d.Chinese, d.English)
					for _, line := range wrap(join("; ", "cases: "+orDash(strings.Join(d.Actions, ", ")), "beside: "+orDash(strings.Join(d.Works, ", "))), 76) {
						fmt.Fprintln(w, "    "+line)
					}
				}
			})
		},
	}
}

func dutyViews() []dutyView {
	var all []dutyView
	for _, d := range account.All() {
		v := dutyView{Duty: d, Chinese: d.Chinese(), English: d.English(), Actions: []string{}, Works: []string{}}
		for _, act := range account.Acts() {
			if slices.Contains(account.Doers(act), d) {
				v.Actions = append(v.Actions, string(act))
			}
		}
		for _, work := range account.Works() {
			if slices.Contains(account.Workers(work), d) {
				v.Works = append(v.Works, string(work))
			}
		}
		all = append(all, v)
	}
	return all
}

// wrap breaks a line between words.
func wrap(s string, most int) []string {
	var lines []string
	for _, word := range strings.Fields(s) {
		if last := len(lines) - 1; last >= 0 && len(lines[last])+1+len(word) <= most {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}

func (a *app) logins(ctx context.Context, c *client.Client) ([]string, error) {
	_, all, err := call[[]account.Account](ctx, c, get("/v1/accounts", nil))
	out := make([]string, len(all))
	for i, acc := range all {
		out[i] = acc.Login + "\t" + acc.Name
	}
	return out, err
}

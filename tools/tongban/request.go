package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tongban/node/api"
	"tongban/tools/client"
)

var requestKinds = []string{"opinion", "supplement", "reminder", "withdrawal", "rating"}

func (a *app) caseRequestCommand() *cobra.Command {
	var body api.Asking
	cmd := a.caseArgs(&cobra.Command{
		Use: "request CASE", Short: "Say something to the center that holds a case",
		Long: `Say something to the center that holds a case: an opinion that was asked for, a
supplement brought to this counter, a reminder, a withdrawal, a rating. It is
sealed and on its way when this returns, however long that takes; the custodian
records it once, and it is forwarded where custody has moved.`,
		Example: "  tongban case request 320509111201.1.7 --kind reminder --text 申请人来电询问进度",
	})
	cmd.Flags().StringVar(&body.Kind, "kind", "", "opinion, supplement, reminder, withdrawal or rating (required)")
	cmd.Flags().StringVar(&body.Text, "text", "", "what is said; no personal data, it goes into the log (required)")
	required(cmd, "kind", "text")
	cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(requestKinds, cobra.ShellCompDirectiveNoFileComp))
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if body.Staff, err = staff(); err != nil {
			return err
		}
		return ask(a, cmd, post(client.Path("cases", args[0], "requests"), body), func(w io.Writer, _ *client.Client, v api.RequestView) {
			fmt.Fprintf(w, "request %s on %s is on its way; 'tongban case requests' shows what became of it\n", v.ID, v.Case)
		})
	}
	return cmd
}

func (a *app) caseRequestsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "requests [CASE]", Short: "List this center's own requests, or those recorded in a case",
		Example:           "  tongban case requests\n  tongban case requests 320509111201.1.7",
		Args:              usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.complete(first(a.caseIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "/v1/requests"
			if len(args) > 0 {
				path = client.Path("cases", args[0], "requests")
			}
			return ask(a, cmd, get(path, nil), func(w io.Writer, c *client.Client, all []api.RequestView) {
				if len(all) == 0 {
					fmt.Fprintln(w, "no requests")
					return
				}
				names := namesOf(cmd, c)
				t := table{head: []string{"REQUEST", "CASE", "TIME", "FROM", "STAFF", "KIND", "TEXT", ""}}
				for _, r := range all {
					t.row(r.ID, r.Case, clockText(r.Time), names.name(r.From), r.Staff, join(" ", r.Kind, string(r.Stance)), r.Text, fate(r, len(args) > 0))
				}
				t.write(w)
			})
		},
	}
}

// fate is what became of a request.
func fate(r api.RequestView, recorded bool) string {
	switch {
	case recorded:
		return yes(r.Late, "late: after the decision")
	case r.Reply == nil:
		return "on its way"
	}
	if r.Reply.Code != "" {
		return join(" ", "refused by", string(r.Reply.By.Center)+":", string(r.Reply.Code), r.Reply.Hint)
	}
	return join(", ", fmt.Sprintf("recorded by %s as event %d", r.Reply.By.Center, r.Reply.Head.Index), yes(r.Reply.Late, "late"))
}

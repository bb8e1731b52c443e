package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"tongban/intake/exchange"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) outboxCommand() *cobra.Command {
	return group("outbox", "What waits to leave, why, and since when",
		a.outboxListCommand(), a.outboxTryCommand(), a.outboxExportCommand(), a.outboxImportCommand())
}

func (a *app) outboxListCommand() *cobra.Command {
	var dest string
	cmd := &cobra.Command{
		Use: "list", Short: "List what waits, for whom and why", Args: usage(cobra.NoArgs),
		Example: "  tongban outbox list\n  tongban outbox list --to 320509111000",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/outbox", client.Params("dest", dest)), func(w io.Writer, c *client.Client, wait api.Waiting) {
				writeWaiting(w, wait, namesOf(cmd, c))
			})
		},
	}
	cmd.Flags().StringVar(&dest, "to", "", "only for this center")
	cmd.RegisterFlagCompletionFunc("to", a.complete(every(a.centerIDs)))
	return cmd
}

func writeWaiting(w io.Writer, wait api.Waiting, names *centers) {
	if len(wait.Rows)+len(wait.Parked) == 0 {
		fmt.Fprintln(w, "nothing waits")
	}
	if len(wait.Rows) > 0 {
		t := table{head: []string{"TO", "WHAT", "PURPOSE", "SINCE", "STATUS", "NEXT TRY", "REASON"}}
		for _, r := range wait.Rows {
			t.row(names.name(r.Dest), r.ID, r.Purpose, clockText(milli(r.Since)), r.Status, clockText(milli(r.Next)), orDash(join(" ", string(r.Code), r.Reason)))
		}
		t.write(w)
	}
	if len(wait.Parked) > 0 {
		t := table{head: []string{"PARKED CASE", "FROM", "SINCE", "NEEDS RECORD", "REASON"}}
		for _, p := range wait.Parked {
			t.row(p.Case, names.name(p.From), clockText(p.Since), p.Need, p.Reason)
		}
		t.write(w)
	}
}

func (a *app) outboxTryCommand() *cobra.Command {
	return &cobra.Command{
		Use: "try CENTER", Short: "Try a destination now",
		Example:           "  tongban outbox try 320509111000",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.centerIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			r := post("/v1/outbox/try", map[string]any{"dest": args[0]})
			return ask(a, cmd, r, func(w io.Writer, c *client.Client, _ struct{}) {
				fmt.Fprintf(w, "what waits for %s is being sent; 'tongban outbox list' shows what came of it\n", namesOf(cmd, c).name(centerID(args[0])))
			})
		},
	}
}

func (a *app) outboxExportCommand() *cobra.Command {
	var dest string
	var force bool
	cmd := &cobra.Command{
		Use: "export FILE", Short: "Write what waits into a file, to be carried on a stick",
		Long: `Write what waits into a file, to be carried on a stick and taken in at another
center. Each row is encrypted to its destination. The rows stay until their
destinations have answered; taking a file in twice does no harm.`,
		Example: "  tongban outbox export /media/stick/yejian.out --to 320509111000",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.download(cmd, client.Path("outbox", "export"), client.Params("dest", dest), args[0], private, force, "the outbox")
		},
	}
	cmd.Flags().StringVar(&dest, "to", "", "only for this center")
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that stands")
	return cmd
}

func (a *app) outboxImportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Take a file in that another node's outbox wrote",
		Example: "  tongban outbox import /media/stick/yejian.out",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, done, err := a.open(args[0])
			if err != nil {
				return err
			}
			defer done()
			c, err := a.connect()
			if err != nil {
				return err
			}
			var raw []byte
			err = patiently(cmd.Context(), c, func(ctx context.Context) error {
				resp, err := c.Send(ctx, http.MethodPost, "/v1/inbox", nil, in, "application/octet-stream")
				if err != nil {
					return err
				}
				defer resp.Body.Close()
				if raw, err = io.ReadAll(resp.Body); err != nil {
					return &client.Offline{Base: c.Base(), Err: err}
				}
				return nil
			})
			if err != nil {
				return err
			}
			return a.showRaw(raw, func(w io.Writer) error {
				var got exchange.Imported
				if err := decode(raw, &got); err != nil {
					return err
				}
				fmt.Fprintf(w, "from %s: %d taken in, %d to be carried onward, %d refused\n", got.From.Center, got.Taken, got.Carried, len(got.Refused))
				for _, r := range got.Refused {
					fmt.Fprintf(w, "  refused: %s\n", r)
				}
				return nil
			})
		},
	}
}

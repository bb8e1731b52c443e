package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/tools/client"
)

func (a *app) powerCommand() *cobra.Command {
	return group("power", "Dated powers: who may act at another level", a.powerListCommand(), a.powerGrantCommand(), a.powerEndCommand())
}

func (a *app) powerListCommand() *cobra.Command {
	var code, center string
	cmd := &cobra.Command{
		Use: "list", Short: "List dated powers",
		Example: "  tongban power list --item TB-D26\n  tongban power list --center 320509111201",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/powers", client.Params("item", code, "center", center)), func(w io.Writer, c *client.Client, all []register.Granted) {
				names := namesOf(cmd, c)
				t := table{head: []string{"CENTER", "ITEM", "ACTS AS", "FROM", "TO", "DOCUMENT", "RECORD"}}
				for _, g := range all {
					t.row(names.name(g.Center), g.Item, g.Level.Chinese(), g.From, orDash(g.To), g.Document, g.Index)
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().StringVar(&code, "item", "", "only of this item")
	cmd.Flags().StringVar(&center, "center", "", "only of this center")
	cmd.RegisterFlagCompletionFunc("item", a.complete(every(a.itemCodes)))
	cmd.RegisterFlagCompletionFunc("center", a.complete(every(a.centerIDs)))
	return cmd
}

func (a *app) powerGrantCommand() *cobra.Command {
	var p register.Power
	var level string
	cmd := &cobra.Command{
		Use: "grant CENTER ITEM", Short: "Let a center act as if it stood at a higher level, from a day to a day",
		Long: `Let a center act as if it stood at a higher level for one item, by a document,
from a day to a day. The same grant with another --to prolongs it.`,
		Example:           "  tongban power grant 320509111201 TB-D26 --level town --document 吴政办〔2026〕1号 --staff 王主任",
		Args:              usage(cobra.ExactArgs(2)),
		ValidArgsFunction: a.complete(a.centerThenItem),
	}
	flags := cmd.Flags()
	flags.StringVar(&level, "level", "", "the level as which it acts: town, district ... (required)")
	flags.StringVar(&p.Document, "document", "", "the document that grants it (required)")
	flags.StringVar(&p.From, "from", "", "first day, YYYY-MM-DD (default: today)")
	flags.StringVar(&p.To, "to", "", "last day (default: open)")
	required(cmd, "level", "document")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		if err := p.Level.UnmarshalText([]byte(level)); err != nil {
			return usageError{fmt.Errorf("--level: %w", err)}
		}
		p.Center, p.Item = area.Center(args[0]), item.Code(args[1])
		if p.From == "" {
			p.From = string(workday.DateOf(time.Now()))
		}
		return propose(a, cmd, post("/v1/powers", map[string]any{"power": p, "staff": who}),
			fmt.Sprintf("%s acts at %s level for %s from %s", args[0], p.Level, args[1], p.From))
	}
	return cmd
}

func (a *app) centerThenItem(given int) completer {
	return []completer{a.centerIDs, a.itemCodes, nil}[min(given, 2)]
}

func (a *app) powerEndCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use: "end CENTER ITEM", Short: "End a dated power",
		Long:              "End the powers of a center for an item: today is their last day, or the day given.",
		Example:           "  tongban power end 320509111201 TB-D26 --to 2026-12-31",
		Args:              usage(cobra.ExactArgs(2)),
		ValidArgsFunction: a.complete(a.centerThenItem),
	}
	cmd.Flags().StringVar(&to, "to", "", "last day, YYYY-MM-DD (default: today)")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		if to == "" {
			to = string(workday.DateOf(time.Now()))
		}
		c, err := a.connect()
		if err != nil {
			return err
		}
		_, all, err := call[[]register.Granted](cmd.Context(), c, get("/v1/powers", client.Params("item", args[1], "center", args[0])))
		if err != nil {
			return err
		}
		results := []register.Result{}
		for _, g := range all {
			if g.To != "" && g.To <= to {
				continue
			}
			p := g.Power
			p.To = to
			_, result, err := call[register.Result](cmd.Context(), c, post("/v1/powers", map[string]any{"power": p, "staff": who}))
			if err != nil {
				return err
			}
			results = append(results, result)
		}
		return a.show(results, func(w io.Writer) {
			if len(results) == 0 {
				fmt.Fprintln(w, "no power is open then")
			}
			for _, r := range results {
				fmt.Fprintf(w, "ended with %s (record %d of the Register)\n", to, r.Index)
			}
		})
	}
	return cmd
}

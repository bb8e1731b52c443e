package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	rounds "tongban/intake/national/batch"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) nationalCommand() *cobra.Command {
	cmd := group("national", "Cases in the national tables, for the provincial platform",
		a.nationalExportCommand(), a.nationalBatchesCommand())
	cmd.Long = `Cases in the tables of GB/T 39046-2020, as batches of row changes (I, U, D) for the
provincial platform.`
	return cmd
}

func (a *app) nationalExportCommand() *cobra.Command {
	var output, month, reason string
	var since int64
	var personal, workbook, dryRun, force bool
	cmd := &cobra.Command{
		Use: "export", Short: "Write what has changed since the last batch",
		Long: `Make a batch of all rows that have changed since the last one, and write it: a zip
with a CSV (UTF-8) and a JSON file for each table and a manifest. What comes late,
after a month was sent, is an update in a later batch.

Consultations, complaints and suggestions of the hall, what a case gave rise to in
supervision, and ratings go with the cases. What was answered, and what was written
with a rating, is in the file only --with-personal. A batch that was cut short is gone
on with.

A file that was lost is written again with --since-batch, which makes no new batch
and writes everything that changed after the batch named. --month takes rows of that
month only; those of other months wait for a batch of theirs.

Who applies is masked. --with-personal shows it, for a reason, and the node's log
says who asked.`,
		Example: `  tongban national export -o changes.zip
  tongban national export -o march.zip --month 2026-03 --xlsx
  tongban national export -o again.zip --since-batch 11`,
		Args: usage(cobra.NoArgs),
	}
	f := cmd.Flags()
	f.StringVarP(&output, "output", "o", "", "the file to write; - is the standard output")
	f.Int64Var(&since, "since-batch", -1, "write again what changed after this batch (0: everything), and make none")
	f.StringVar(&month, "month", "", "rows of this month only, YYYY-MM")
	f.BoolVar(&personal, "with-personal", false, "show who applies; needs --reason")
	f.StringVar(&reason, "reason", "", "why who applies is to be shown, for the node's log")
	f.BoolVar(&workbook, "xlsx", false, "all tables once more as a workbook")
	f.BoolVar(&dryRun, "dry-run", false, "write nothing: say what has changed")
	f.BoolVar(&force, "force", false, "write over a file that stands")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		switch {
		case output == "" && !dryRun:
			return usageError{errors.New("where to? give -o FILE\n  more: tongban national export --help")}
		case personal && reason == "":
			return usageError{errors.New("--with-personal needs --reason")}
		case dryRun && since >= 0:
			return usageError{errors.New("--dry-run says what a new batch would hold; --since-batch makes none")}
		}
		who, err := staff()
		if err != nil {
			return err
		}
		if _, err := os.Stat(output); err == nil && !force && !dryRun {
			return usageError{fmt.Errorf("%s is there already\n  name another file, or give --force", output)} // before a batch is made
		}
		if since < 0 {
			c, err := a.connect()
			if err != nil {
				return err
			}
			r := post("/v1/national/batches", api.BatchTerms{Staff: who, Month: month, DryRun: dryRun})
			r.slow = true
			raw, made, err := call[rounds.Batch](cmd.Context(), c, r)
			if err != nil {
				return err
			}
			if dryRun || made.Number == 0 {
				return a.show(raw, func(w io.Writer) { writeBatch(w, made, dryRun) })
			}
			since, month = int64(made.Number)-1, made.Month // one that was cut short is closed first, and keeps its month
			fmt.Fprintf(a.Err, "batch %d: %d new, %d changed, %d gone%s\n", made.Number, made.Inserts, made.Updates, made.Deletes, yes(made.More, "; more waits: export again"))
		}
		q := client.Params("since", fmt.Sprint(since), "month", month, "staff", who)
		if personal {
			q.Set("personal", "true")
			q.Set("reason", reason)
		}
		if workbook {
			q.Set("workbook", "true")
		}
		return a.downloadAsked(cmd, "/v1/national/export", q, output, private, force, "the batch")
	}
	return cmd
}

func writeBatch(w io.Writer, b rounds.Batch, dry bool) {
	if b.Cases == 0 {
		fmt.Fprintln(w, "nothing has changed since the last batch")
		return
	}
	fmt.Fprintf(w, "%s %s: %d rows new, %d changed, %d gone%s\n", map[bool]string{true: "would send", false: "sent"}[dry], count(b.Cases, "case"),
		b.Inserts, b.Updates, b.Deletes, yes(b.More, "; and more"))
}

func (a *app) nationalBatchesCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: "batches", Short: "List the batches that were made",
		Example: "  tongban national batches",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := client.Params("limit", fmt.Sprint(limit))
			return ask(a, cmd, get("/v1/national/batches", q), func(w io.Writer, _ *client.Client, all []rounds.Batch) {
				if len(all) == 0 {
					fmt.Fprintln(w, "no batch was made")
					return
				}
				t := table{head: []string{"BATCH", "MADE", "BY", "MONTH", "CASES", "NEW", "CHANGED", "GONE", ""}}
				for _, b := range all {
					t.row(b.Number, clockText(b.At), b.Staff, orDash(b.Month), b.Cases, b.Inserts, b.Updates, b.Deletes, yes(b.More, "more waited"))
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 50, "at most so many, up to 1000")
	return cmd
}

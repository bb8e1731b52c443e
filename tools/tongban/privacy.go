package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tongban/catalog/item"
	"tongban/intake/desk"
	"tongban/intake/privacy"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) privacyCommand() *cobra.Command {
	cmd := group("privacy", "Personal data: who looked, how long it is kept, erasure",
		a.privacyAuditCommand(), a.privacyShowCommand(), a.privacyDueCommand(), a.retentionCommand(),
		a.restrictCommand("restrict", "Restrict access to the personal data of a case, which may not be erased yet", "申请人要求删除，保管期未满"),
		a.restrictCommand("unrestrict", "End a restriction", "申请人撤回要求"),
		a.eraseCommand(), a.eraseRecordCommand(), a.privacyVerifyCommand())
	cmd.Long = `Personal data: who looked at them in full and why, what is stored about the people of
a case, how long that is kept, and its erasure. No retention period is assumed: what
nobody has set is never due. Before a period has passed access can be restricted
instead. An erasure destroys the content at every center that holds a copy; the
case's log stays and verifies.`
	return cmd
}

func (a *app) privacyAuditCommand() *cobra.Command {
	var id, who, from, to string
	var before uint64
	var limit int
	cmd := &cobra.Command{
		Use: "audit", Short: "List who looked at personal data and why, the newest first",
		Example: "  tongban privacy audit --case 320509111201.1.7\n  tongban privacy audit --of 李窗口 --from 2026-03-01",
		Args:    usage(cobra.NoArgs),
	}
	f := cmd.Flags()
	f.StringVar(&id, "case", "", "only of this case")
	f.StringVar(&who, "of", "", "only what this member of staff did")
	f.StringVar(&from, "from", "", "on that day or later, YYYY-MM-DD")
	f.StringVar(&to, "to", "", "on that day or earlier")
	f.Uint64Var(&before, "before", 0, "the next page: as the page before says")
	f.IntVar(&limit, "limit", 100, "at most so many, up to 1000")
	cmd.RegisterFlagCompletionFunc("case", a.complete(every(a.caseIDs)))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		q := url.Values{"limit": {strconv.Itoa(limit)}}
		for k, v := range map[string]string{"case": id, "staff": who, "from": from, "to": to} {
			if v != "" {
				q.Set(k, v)
			}
		}
		if before > 0 {
			q.Set("before", strconv.FormatUint(before, 10))
		}
		return ask(a, cmd, get("/v1/privacy/audit", q), func(w io.Writer, _ *client.Client, all privacy.Audit) {
			if len(all.Lines) == 0 {
				fmt.Fprintln(w, "no entries")
				return
			}
			t := table{head: []string{"ENTRY", "TIME", "STAFF", "WHAT", "OF", "FIELDS", "WHY"}}
			for _, l := range all.Lines {
				t.row(append([]any{l.Seq, clockText(l.At), l.Staff, l.Kind}, auditCells(l)...)...)
			}
			t.write(w)
			if all.Before > 0 {
				fmt.Fprintf(w, "more: --before %d\n", all.Before)
			}
		})
	}
	return cmd
}

func auditCells(l privacy.Line) []any {
	switch {
	case l.Read != nil:
		return []any{join("", string(l.Read.Case), l.Read.Rating), join(",", l.Read.Fields...), join(", ", l.Read.Reason, yes(l.Read.Supervisor, "as supervisor"), l.Read.Role)}
	case l.Restriction != nil:
		return []any{l.Restriction.Case, "-", l.Restriction.Reason}
	case l.Retention != nil:
		return []any{retentionOf(*l.Retention), period(*l.Retention), l.Retention.Document}
	case l.Erasure != nil:
		return []any{join(" ", string(l.Erasure.Case), string(l.Erasure.Record), l.Erasure.ID), count(l.Erasure.Blobs, "blob"), l.Erasure.Reason}
	}
	return []any{"-", "-", "-"}
}

func retentionOf(r privacy.Retention) string {
	if r.Item != "" {
		return string(r.Item)
	}
	if r.Record != "" {
		return "record " + string(r.Record)
	}
	zh, _ := item.InWords("type", string(r.Type))
	return "type " + join(" ", string(r.Type), yes(zh != string(r.Type), zh))
}

func period(r privacy.Retention) string {
	switch {
	case r.Forever:
		return "forever"
	case r.Years == 0:
		return "taken back"
	}
	return count(r.Years, "year")
}

func (a *app) privacyShowCommand() *cobra.Command {
	return a.caseArgs(&cobra.Command{
		Use: "show CASE", Short: "List what is stored about the people of a case, and where",
		Long:    "List what is stored about the people of a case, outside its log: kinds, sizes, where\ncopies may be, how long it is kept, how often it was shown. It shows no content.",
		Example: "  tongban privacy show 320509111201.1.7",
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("cases", args[0], "stored"), nil), func(w io.Writer, c *client.Client, h privacy.Holding) {
				t := table{head: []string{"KIND", "SIZE", "EVENT", "HASH", ""}}
				for _, s := range h.Stored {
					t.row(s.Kind, size(s.Size), s.Seq, short(s.Hash.String()), join(", ", yes(s.Erased, "erased"), yes(!s.Erased && !s.Here, "not on this node"), yes(s.Branch != 0, fmt.Sprintf("of superseded branch %d", s.Branch))))
				}
				t.write(w)
				names, where := namesOf(cmd, c), []string{}
				for _, one := range h.Copies {
					where = append(where, names.name(one))
				}
				fmt.Fprintf(w, "%s in %s; copies may be at %s\n", size(h.Bytes), count(len(h.Stored), "piece"), strings.Join(where, ", "))
				fmt.Fprintf(w, "kept: %s\n", keptText(h))
				fmt.Fprintf(w, "shown in full here: %s\n", count(h.Reads, "time"))
				if h.Restricted != nil {
					fmt.Fprintf(w, "access is restricted: %s\n", h.Restricted.Reason)
				}
			})
		},
	})
}

func keptText(h privacy.Holding) string {
	switch h.Retention {
	case "unset":
		return "nobody has said how long ('tongban privacy retention set')"
	case "open":
		return "the case is not concluded"
	case "forever":
		return "for good"
	}
	return "until " + string(h.Until)
}

func (a *app) privacyDueCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: "due", Short: "List the cases and records whose retention has passed",
		Example: "  tongban privacy due",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/privacy/due", url.Values{"limit": {strconv.Itoa(limit)}}), func(w io.Writer, _ *client.Client, all privacy.DueList) {
				t := table{head: []string{"CASE", "ITEM", "KEPT UNTIL", ""}}
				for _, d := range all.Due {
					t.row(d.Case, d.Item, d.Until, yes(!d.Here, "held elsewhere: its custodian erases it"))
				}
				if len(all.Due)+len(all.Records) == 0 {
					fmt.Fprintln(w, "nothing is due")
				}
				if len(all.Due) > 0 {
					t.write(w)
				}
				if len(all.Records) > 0 {
					t := table{head: []string{"RECORD", "ID", "KEPT UNTIL"}}
					for _, d := range all.Records {
						t.row(d.Record, d.ID, d.Until)
					}
					t.write(w)
				}
				if all.More {
					fmt.Fprintln(w, "there are more: --limit")
				}
				if all.Unset > 0 {
					fmt.Fprintf(w, "for %s nobody has said how long they are kept\n", count(all.Unset, "concluded case"))
				}
				if all.UnsetRecords > 0 {
					fmt.Fprintf(w, "for %s beside the cases nobody has said how long they are kept\n", count(all.UnsetRecords, "record"))
				}
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 100, "at most so many, up to 1000")
	return cmd
}

func (a *app) retentionCommand() *cobra.Command {
	return group("retention", "How long the content of cases and records is kept", a.retentionSetCommand(), &cobra.Command{
		Use: "list", Short: "List the retention periods that are set",
		Example: "  tongban privacy retention list",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/privacy/retentions", nil), func(w io.Writer, _ *client.Client, all []privacy.Retention) {
				writeRetentions(w, all)
			})
		},
	})
}

func writeRetentions(w io.Writer, all []privacy.Retention) {
	if len(all) == 0 {
		fmt.Fprintln(w, "none is set: nothing is ever due")
		return
	}
	t := table{head: []string{"OF", "KEPT", "DOCUMENT"}}
	for _, r := range all {
		t.row(retentionOf(r), period(r), r.Document)
	}
	t.write(w)
}

func (a *app) retentionSetCommand() *cobra.Command {
	var body api.RetentionForm
	var code, kind, record string
	var back bool
	cmd := &cobra.Command{
		Use: "set", Short: "Say how long the content of an item's cases, of a type's, or of a record is kept",
		Long: `Say how long the content of an item's cases, or of those of a whole type of items, is
kept: from the day on which a case was concluded, by the document that approves it.
An item's own period goes before its type's.

--record is for what is kept beside the cases: who came to the hall and what they said
(consultation, complaint, suggestion, information, need, mediation, unclaimed), who
booked (appointment), what was written with a rating (rating). It counts from the day
on which the last was done about it. What stands then is printed.`,
		Example: "  tongban privacy retention set --type 01 --years 10 --document 归档范围和保管期限表〔2026〕3号\n  tongban privacy retention set --record complaint --years 3 --document 同上\n  tongban privacy retention set --item TB-RESIDENCE --forever --document 同上",
		Args:    usage(cobra.NoArgs),
	}
	f := cmd.Flags()
	f.StringVar(&code, "item", "", "the item")
	f.StringVar(&kind, "type", "", "the type of items, such as 01")
	f.StringVar(&record, "record", "", "what is kept beside the cases, such as complaint or rating")
	f.IntVar(&body.Years, "years", 0, "for so many years")
	f.BoolVar(&body.Forever, "forever", false, "for good (永久)")
	f.BoolVar(&back, "unset", false, "take the setting back")
	f.StringVar(&body.Document, "document", "", "the document that approves it (required)")
	required(cmd, "document")
	cmd.RegisterFlagCompletionFunc("item", a.complete(every(a.itemCodes)))
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if set := body.Years > 0 || body.Forever; set == back {
			return usageError{errors.New("give --years, --forever or --unset")}
		}
		if body.Staff, err = staff(); err != nil {
			return err
		}
		body.Item, body.Type, body.Record = item.Code(code), item.Type(kind), privacy.Record(record)
		return ask(a, cmd, post("/v1/privacy/retentions", body), func(w io.Writer, _ *client.Client, all []privacy.Retention) {
			writeRetentions(w, all)
		})
	}
	return cmd
}

func (a *app) restrictCommand(name, short, why string) *cobra.Command {
	var body api.Restricting
	cmd := a.caseArgs(&cobra.Command{
		Use: name + " CASE", Short: short, Example: "  tongban privacy " + name + " 320509111201.1.7 --reason " + why,
	})
	if name == "restrict" {
		cmd.Long = short + ": this center shows\nwho applied to nobody but a supervisor, who says why. It holds at this center."
	}
	cmd.Flags().StringVar(&body.Reason, "reason", "", "why (required)")
	required(cmd, "reason")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if body.Staff, err = staff(); err != nil {
			return err
		}
		return ask(a, cmd, post(client.Path("cases", args[0], name), body), func(w io.Writer, _ *client.Client, _ api.Done) {
			fmt.Fprintf(w, "access to %s is %sed\n", args[0], name)
		})
	}
	return cmd
}

func (a *app) eraseCommand() *cobra.Command {
	var body api.ErasingForm
	cmd := a.caseArgs(&cobra.Command{
		Use: "erase CASE", Short: "Destroy the content of a concluded case whose retention has passed",
		Long: `Destroy the content of a concluded case whose retention has passed, here and at every
center that holds a copy. It can't be undone. The case's log stays and verifies.`,
		Example: "  tongban privacy erase 320509111201.1.7 --dry-run --reason 保管期满\n  tongban privacy erase 320509111201.1.7 --reason 保管期满，鉴定〔2036〕1号",
	})
	cmd.Flags().StringVar(&body.Form.Reason, "reason", "", "why, and the document that orders it, for the case's log (required)")
	cmd.Flags().BoolVar(&body.DryRun, "dry-run", false, "erase nothing: say whether it would go through")
	required(cmd, "reason")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		who, err := staff()
		if err != nil {
			return err
		}
		body.By = desk.By{Staff: who, Key: newKey()}
		return ask(a, cmd, post(client.Path("cases", args[0], "erase"), body), func(w io.Writer, _ *client.Client, v api.ErasingView) {
			fmt.Fprintf(w, "%s of %s %s\n", count(v.Blobs, "piece"), v.Case, map[bool]string{true: "would be destroyed", false: "destroyed"}[v.DryRun])
		})
	}
	return cmd
}

func (a *app) eraseRecordCommand() *cobra.Command {
	var body api.RecordErasing
	cmd := &cobra.Command{
		Use: "erase-record KIND ID", Short: "Destroy the content of a record beside the cases whose retention has passed",
		Long: `Destroy who it is and what they said in a record beside the cases: an entry of a
register of the hall, an appointment, what was written with a rating. It can't be
undone. The record itself stays, and its book verifies. 'tongban privacy due' lists
what is due.`,
		Example: "  tongban privacy erase-record complaint T2026-000001 --dry-run --reason 保管期满\n  tongban privacy erase-record rating R320509111201.1.7 --reason 保管期满，鉴定〔2036〕1号",
		Args:    usage(cobra.ExactArgs(2)),
	}
	cmd.Flags().StringVar(&body.Reason, "reason", "", "why, and the document that orders it (required)")
	cmd.Flags().BoolVar(&body.DryRun, "dry-run", false, "erase nothing: say whether it would go through")
	required(cmd, "reason")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if body.Staff, err = staff(); err != nil {
			return err
		}
		return ask(a, cmd, post(client.Path("privacy", "records", args[0], args[1], "erase"), body), func(w io.Writer, _ *client.Client, v api.RecordErased) {
			fmt.Fprintf(w, "%s of %s %s %s\n", count(v.Blobs, "piece"), v.Record, v.ID, map[bool]string{true: "would be destroyed", false: "destroyed"}[v.DryRun])
		})
	}
	return cmd
}

func (a *app) privacyVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Verify the privacy book from its first entry",
		Long:    "Verify the privacy book from its first entry: chain and seals. Exit code 5 if it does\nnot hold.",
		Example: "  tongban privacy verify",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.verify(cmd, post("/v1/privacy/verify", nil), "entries")
		},
	}
}

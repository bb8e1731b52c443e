package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tongban/intake/desk"
	"tongban/intake/notice"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) noticeCommand() *cobra.Command {
	return group("notice", "Documents (文书): receipts, notices, decisions, slips, for paper", a.noticeListCommand(), a.noticePrintCommand())
}

func (a *app) noticeListCommand() *cobra.Command {
	return a.caseArgs(&cobra.Command{
		Use: "list CASE", Short: "List the documents of a case that can be printed now",
		Example: "  tongban notice list 320509111201.1.7",
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("cases", args[0], "documents"), nil), func(w io.Writer, _ *client.Client, all []desk.Printable) {
				if len(all) == 0 {
					fmt.Fprintln(w, "nothing has happened yet that a document would say")
					return
				}
				t := table{head: []string{"KIND", "DOCUMENT", "NUMBER", "DAY", "PRINTED", ""}}
				for _, d := range all {
					t.row(d.Kind, d.Title, d.Number, d.Day, d.Printed, yes(d.Void != "", "void: "+d.Void))
				}
				t.write(w)
			})
		},
	})
}

// printFlags are how documents are printed.
type printFlags struct {
	format, lang, number, output, password string
	force                                  bool
}

func (a *app) noticePrintCommand() *cobra.Command {
	var p printFlags
	var visit string
	var due bool
	cmd := &cobra.Command{
		Use: "print [CASE] [KIND]", Short: "Print a document of a case, or all that a case or a visit has due",
		Long: `Print a document of a case: as plain text, as a page for sheets of A4, or as a page
for a roll of 80 mm. The pages are HTML files that need nothing else: open one in a
browser and print it. --due prints what was not printed yet of a case, --visit of all
cases of a visit, each on a page of its own. What was printed before says so (补打).
The QR code leads to the page that verifies the document, where the node has a public
address (api.public).

A receipt bears the query password where --password-file gives it: the node told it
once, when the case was opened, and does not keep it.

Kinds: ` + wrapped(documentKinds()) + ".",
		Example: `  tongban notice print 320509111201.1.7 acceptance
  tongban notice print 320509111201.1.7 decision --format a4 -o decision.html
  tongban notice print 320509111201.1.7 --due --format a4 -o due.html
  tongban notice print --visit 320509111201.1.7 --format receipt --lang en -o visit.html`,
		Args: usage(cobra.MaximumNArgs(2)),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return documentKinds(), cobra.ShellCompDirectiveNoFileComp
			}
			return a.complete(first(a.caseIDs))(cmd, args, begun)
		},
	}
	f := cmd.Flags()
	f.StringVar(&p.format, "format", "text", "text, a4 or receipt")
	f.StringVar(&p.lang, "lang", "zh", "zh or en")
	f.StringVar(&p.number, "number", "", "which of several of a kind, by its number (default: the newest)")
	f.StringVarP(&p.output, "output", "o", "", "to which file (default: the standard output)")
	f.BoolVar(&p.force, "force", false, "write over a file that is there")
	f.StringVar(&p.password, "password-file", "", "file with the query password, for a receipt; - reads the standard input")
	f.StringVar(&visit, "visit", "", "all documents of this visit that were not printed yet")
	f.BoolVar(&due, "due", false, "all documents of the case that were not printed yet")
	staff := a.staffFlag(cmd)
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "a4", "receipt"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("lang", cobra.FixedCompletions([]string{"zh", "en"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path := ""
		switch {
		case visit != "" && len(args) == 0 && !due:
			path = client.Path("visits", visit, "documents")
		case visit == "" && due && len(args) == 1:
			path = client.Path("cases", args[0], "documents", "due")
		case visit == "" && !due && len(args) == 2:
			path = client.Path("cases", args[0], "documents", args[1])
		default:
			return usageError{errors.New("name a case and a kind, or a case with --due, or --visit alone\n  the kinds: tongban notice list CASE")}
		}
		who, err := staff()
		if err != nil {
			return err
		}
		return a.print(cmd, path, p, who)
	}
	return cmd
}

func documentKinds() []string {
	var kinds []string
	for _, k := range notice.Kinds() {
		if k != notice.Queue && k != notice.Visit {
			kinds = append(kinds, string(k))
		}
	}
	return kinds
}

// wrapped lists words in lines that a terminal holds.
func wrapped(words []string) string {
	var b strings.Builder
	at := len("Documents: ")
	for i, word := range words {
		if i > 0 {
			b.WriteString(",")
			if at += len(word) + 2; at > 84 {
				b.WriteString("\n")
				at = len(word)
			} else {
				b.WriteString(" ")
			}
		}
		b.WriteString(word)
	}
	return b.String()
}

// print writes what the node prints to a file or the standard output.
func (a *app) print(cmd *cobra.Command, path string, p printFlags, staff string) error {
	header := http.Header{}
	if p.password != "" {
		b, err := a.readFile(p.password)
		if err != nil {
			return err
		}
		header.Set("Query-Password", strings.TrimSpace(string(b)))
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	q := client.Params("format", p.format, "lang", p.lang, "number", p.number, "staff", staff)
	resp, err := c.SendWith(cmd.Context(), http.MethodGet, path, q, nil, "", header)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(io.LimitReader(resp.Body, api.MaxBody))
	if err != nil {
		return fmt.Errorf("read what was printed: %w", err)
	}
	var d api.Document
	if p.format == string(notice.Text) {
		if err := json.Unmarshal(page, &d); err != nil {
			return fmt.Errorf("read what was printed: %w", err)
		}
		page = []byte(strings.TrimRight(d.Text, "\n") + "\n")
	}
	if p.output != "" && p.output != "-" {
		if _, err := os.Stat(p.output); err == nil && !p.force {
			return usageError{fmt.Errorf("%s is there already\n  name another file, or give --force", p.output)}
		}
		if err := a.writeFile(p.output, private, func(w io.Writer) error { _, err := w.Write(page); return err }); err != nil {
			return err
		}
		return a.show(map[string]any{"file": p.output, "bytes": len(page)}, func(w io.Writer) { fmt.Fprintf(w, "printed to %s\n", p.output) })
	}
	return a.show(map[string]any{"format": p.format, "content": string(page)}, func(w io.Writer) { w.Write(page) })
}

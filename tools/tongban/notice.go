package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
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

var (
	formats   = []string{string(notice.Text), string(notice.A4), string(notice.Roll)}
	languages = []string{string(notice.Chinese), string(notice.English)}
)

// flags are those that every print takes.
func (p *printFlags) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.format, "format", "text", "text, a4 or receipt")
	f.StringVar(&p.lang, "lang", "zh", "zh or en")
	f.StringVarP(&p.output, "output", "o", "", "to which file (default: the standard output)")
	f.BoolVar(&p.force, "force", false, "write over a file that is there")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("lang", cobra.FixedCompletions(languages, cobra.ShellCompDirectiveNoFileComp))
}

// check refuses what can't be printed, and to write over a file that is there,
// before anything counts as printed.
func (p *printFlags) check() error {
	if !slices.Contains(formats, p.format) {
		return usageError{fmt.Errorf("--format %s: want text, a4 or receipt", p.format)}
	}
	if !slices.Contains(languages, p.lang) {
		return usageError{fmt.Errorf("--lang %s: want zh or en", p.lang)}
	}
	if p.output == "" || p.output == "-" || p.force {
		return nil
	}
	if _, err := os.Stat(p.output); err == nil {
		return usageError{fmt.Errorf("%s is there already\n  name another file, or give --force", p.output)}
	}
	return nil
}

func (a *app) noticePrintCommand() *cobra.Command {
	var p printFlags
	var visit, ticket string
	var due bool
	cmd := &cobra.Command{
		Use: "print [CASE] [KIND]", Short: "Print a document of a case, all that a case or a visit has due, or a queue ticket",
		Long: `Print a document of a case: as plain text, as a page for sheets of A4, or as a page
for a roll of 80 mm. The pages are HTML files that need nothing else: open one in a
browser and print it. --due prints what was not printed yet of a case, --visit of all
cases of a visit, each on a page of its own; --ticket prints a queue ticket of today. What
was printed before says so (补打).
The QR code leads to the page that verifies the document, where the node has a public
address (api.public).

A receipt bears the query password where --password-file gives it: the node told it
once, when the case was opened, and does not keep it.

Kinds: ` + wrapped(documentKinds()) + ".",
		Example: `  tongban notice print 320509111201.1.7 acceptance
  tongban notice print 320509111201.1.7 decision --format a4 -o decision.html
  tongban notice print 320509111201.1.7 --due --format a4 -o due.html
  tongban notice print --visit 320509111201.1.7 --format receipt --lang en -o visit.html
  tongban notice print --ticket A012 --format receipt -o ticket.html`,
		Args: usage(cobra.MaximumNArgs(2)),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return documentKinds(), cobra.ShellCompDirectiveNoFileComp
			}
			return a.complete(first(a.caseIDs))(cmd, args, begun)
		},
	}
	p.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&p.number, "number", "", "which of several of a kind, by its number (default: the newest)")
	f.StringVar(&p.password, "password-file", "", "file with the query password, for a receipt; - reads the standard input")
	f.StringVar(&visit, "visit", "", "all documents of this visit that were not printed yet: by today's queue ticket, such as\nA012, or as 'visit show' names it")
	cmd.RegisterFlagCompletionFunc("visit", a.complete(every(a.visits)))
	f.BoolVar(&due, "due", false, "all documents of the case that were not printed yet")
	f.StringVar(&ticket, "ticket", "", "a queue ticket of today, such as A012")
	cmd.RegisterFlagCompletionFunc("ticket", a.complete(every(a.ticketNumbers)))
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path, err := printPath(args, visit, ticket, due)
		if err != nil {
			return err
		}
		who, err := staff()
		if err != nil {
			return err
		}
		return a.print(cmd, path, p, who)
	}
	return cmd
}

// printPath is where the node prints what a command line names.
func printPath(args []string, visit, ticket string, due bool) (string, error) {
	switch {
	case visit != "" && ticket == "" && len(args) == 0 && !due:
		return client.Path("visits", visit, "documents"), nil
	case ticket != "" && visit == "" && len(args) == 0 && !due:
		return ticketPath(ticket), nil
	case visit+ticket == "" && due && len(args) == 1:
		return client.Path("cases", args[0], "documents", "due"), nil
	case visit+ticket == "" && !due && len(args) == 2:
		return client.Path("cases", args[0], "documents", args[1]), nil
	}
	return "", usageError{errors.New("name a case and a kind, or a case with --due, or --visit or --ticket alone\n  the kinds: tongban notice list CASE")}
}

// ticketPath is where the node prints a queue ticket.
func ticketPath(number string) string {
	return client.Path("hall", "queue", "tickets", number, "document")
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
	if err := p.check(); err != nil {
		return err
	}
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
		if err := a.writeFile(p.output, private, func(w io.Writer) error { _, err := w.Write(page); return err }); err != nil {
			return err
		}
		return a.show(map[string]any{"file": p.output, "bytes": len(page)}, func(w io.Writer) { fmt.Fprintf(w, "printed to %s\n", p.output) })
	}
	return a.show(map[string]any{"format": p.format, "content": string(page)}, func(w io.Writer) { w.Write(page) })
}

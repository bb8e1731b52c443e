package main

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tongban/catalog/guide"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/search"
	"tongban/catalog/workday"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) itemCommand() *cobra.Command {
	return group("item", "The catalogue of service items",
		a.itemListCommand(), a.itemSearchCommand(), a.itemShowCommand(), a.itemAskCommand(), a.itemGuideCommand(),
		a.itemHistoryCommand(), a.itemDiffCommand(), a.itemCasesCommand(),
		a.itemTemplateCommand(), a.itemImportCommand(), a.itemExportCommand(),
		a.itemDraftCommand(), a.itemDraftsCommand(), a.itemCheckCommand(), a.itemPublishCommand(),
		a.itemReturnCommand(), a.itemErratumCommand(), a.itemFormCommand(), a.itemWithdrawCommand(),
		a.itemSupplementCommand(), a.itemBasicCommand(), a.itemClaimCommand(), a.itemClaimsCommand(), a.itemCoverageCommand())
}

func (a *app) itemListCommand() *cobra.Command {
	var text, department, in, after, afterArea, on string
	var limit int
	var withdrawn, bundles bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the items that are offered",
		Example: "  tongban item list --department 公安\n  tongban item list --area 320509110000 --limit 500",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := client.Params("text", text, "department", department, "area", in, "after", after, "after_area", afterArea, "on", on, "limit", fmt.Sprint(limit))
			if withdrawn {
				q.Set("withdrawn", "true")
			}
			if bundles {
				q.Set("bundles", "true")
			}
			return ask(a, cmd, get("/v1/items", q), func(w io.Writer, _ *client.Client, list api.ItemList) {
				t := table{head: []string{"CODE", "NAME", "DEPARTMENT", "DECIDES", "KIND", "VERSION"}}
				for _, it := range list.Items {
					t.row(it.Ref.Code, it.Name, it.Department, it.Level.Chinese(), it.Kind, version1(it.Ref, it.Withdrawn))
				}
				t.write(w)
				if list.More {
					last := list.Items[len(list.Items)-1].Ref
					fmt.Fprintf(w, "%d of %d; more: --after %s --after-area %s\n", len(list.Items), list.Total, last.Code, last.Area)
				}
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&text, "text", "", "part of name, everyday name, code or department")
	flags.StringVar(&department, "department", "", "only of this department")
	flags.StringVar(&in, "area", "", "as this area sees the catalogue (default: this center's own)")
	flags.StringVar(&after, "after", "", "begin behind this code")
	flags.StringVar(&afterArea, "after-area", "", "the area of the item that --after names")
	flags.IntVar(&limit, "limit", 100, "at most so many, up to 500")
	flags.BoolVar(&withdrawn, "withdrawn", false, "those withdrawn too")
	flags.BoolVar(&bundles, "bundles", false, "only bundles (一件事, 一业一证)")
	flags.StringVar(&on, "as-of", "", "the catalogue of that day, YYYY-MM-DD (default: today)")
	return cmd
}

func version1(ref item.Ref, withdrawn register.Index) string {
	return join(" ", fmt.Sprintf("%d (%s)", ref.Version, ref.Area), yes(withdrawn != 0, "withdrawn"))
}

func (a *app) itemSearchCommand() *cobra.Command {
	var limit int
	var here bool
	var department, kind string
	cmd := &cobra.Command{
		Use: "search TEXT...", Short: "Find items by characters, pinyin or its initials",
		Example: "  tongban item search 居住证\n  tongban item search jzz\n  tongban item search canji huanling",
		Args:    usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := client.Params("text", strings.Join(args, " "), "limit", fmt.Sprint(limit), "department", department, "kind", kind)
			if here {
				q.Set("here", "true")
			}
			return ask(a, cmd, get("/v1/search", q), func(w io.Writer, _ *client.Client, hits []search.Hit) {
				if len(hits) == 0 {
					fmt.Fprintln(w, "nothing fits")
					return
				}
				t := table{head: []string{"CODE", "NAME", "ALSO CALLED", "DEPARTMENT"}}
				for _, h := range hits {
					t.row(h.Ref.Code, h.Name, orDash(h.Alias), h.Department)
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 20, "at most so many, up to 100")
	cmd.Flags().BoolVar(&here, "here", false, "only what this center may take")
	cmd.Flags().StringVar(&department, "department", "", "only of this department")
	cmd.Flags().StringVar(&kind, "kind", "", "only immediate or promised ones")
	return cmd
}

func (a *app) itemShowCommand() *cobra.Command {
	var in, ver, on string
	cmd := &cobra.Command{
		Use: "show CODE", Short: "Show one version of an item, and what the machine finds in it",
		Example:           "  tongban item show TB-D26\n  tongban item show TB-D26 --version 1 --json\n  tongban item show TB-D26 --as-of 2026-07-01",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("items", args[0]), client.Params("area", in, "version", ver, "on", on)), func(w io.Writer, _ *client.Client, v api.ItemView) {
				writeItem(w, v.Item)
				for _, next := range v.Upcoming {
					fmt.Fprintf(w, "  to come: version %d ('tongban item history %s' tells from when)\n", next.Version, next.Code)
				}
				writeFindings(w, v.Findings)
			})
		},
	}
	cmd.Flags().StringVar(&in, "area", "", "whose version (default: the one that this center works by)")
	cmd.Flags().StringVar(&ver, "version", "", "which version (default: the one in force)")
	cmd.Flags().StringVar(&on, "as-of", "", "the one of that day, YYYY-MM-DD (default: today)")
	return cmd
}

func writeItem(w io.Writer, it item.Item) {
	fmt.Fprintf(w, "%s  %s\n", it.Ref.Code, it.Name)
	t := table{head: []string{"", ""}}
	opt := func(what, text string) {
		if text != "" {
			t.row("  "+what, text)
		}
	}
	opt("version", fmt.Sprintf("%d, for %s", it.Ref.Version, readPlaces().name(it.Ref.Area)))
	opt("template", join(", ", it.Origin.Area, it.Origin.Date, it.Origin.Source))
	opt("department", join(", ", it.Department, it.Authority))
	opt("decided at", it.Level.Chinese())
	opt("kind", string(it.Kind))
	opt("competent by", string(it.Subject))
	opt("may be received", join(", ", string(it.Scope), string(it.Mode)))
	opt("promised", it.Promise.Chinese())
	opt("legal limit", it.Legal.Chinese())
	opt("fee", it.Fee)
	opt("result", it.Result)
	opt("note", it.Note)
	t.write(w)
	for i, c := range it.Conditions {
		fmt.Fprintf(w, "  condition %d: %s\n", i+1, c)
	}
	if len(it.Materials) > 0 {
		m := table{head: []string{"  MATERIAL", "ID", "NEED", "WHEN"}}
		for _, one := range it.Materials {
			m.row("  "+one.Name, one.ID, join(", ", string(one.Need), yes(one.Exempt, "exempt")), orDash(one.When))
		}
		m.write(w)
	}
	if len(it.Steps) > 0 {
		s := table{head: []string{"  STEP", "", "ACTION", "LEVEL", "LIMIT", ""}}
		for i, one := range it.Steps {
			s.row(fmt.Sprintf("  %d", i), one.Name, one.Action, one.Level.Chinese(), orDash(one.Limit.Chinese()),
				join(", ", yes(one.Uncounted, "does not count"), yes(one.Outside, "outside"), one.Note))
		}
		s.write(w)
	}
	for _, l := range it.Laws {
		fmt.Fprintf(w, "  law: %s\n", join(" ", l.Title, l.Article))
	}
}

func (a *app) itemHistoryCommand() *cobra.Command {
	return &cobra.Command{
		Use: "history CODE", Short: "List every version of an item: from when it held, who wrote and who approved it",
		Example:           "  tongban item history TB-D26",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("items", args[0], "history"), nil), func(w io.Writer, c *client.Client, all []register.Published) {
				if len(all) == 0 {
					fmt.Fprintf(w, "no version of %s was ever published\n  find it with 'tongban item search'; a draft is in 'tongban item drafts'\n", args[0])
					return
				}
				names := namesOf(cmd, c)
				t := table{head: []string{"AREA", "VERSION", "FROM", "UNTIL", "PUBLISHED", "BY", "APPROVED", "WRITTEN", "RECORD", ""}}
				for _, p := range all {
					var editors []string
					for _, e := range p.Editors {
						editors = append(editors, e.Staff)
					}
					t.row(p.Ref.Area, p.Ref.Version, p.Effective, orDash(string(p.Until)), clockText(p.Time), names.name(p.By), orDash(p.Staff),
						orDash(strings.Join(editors, ", ")), p.Index, join(" ", yes(p.Erratum, "erratum"), yes(p.Withdrawn != 0, "withdrawn:"), p.Reason, p.Note))
				}
				t.write(w)
			})
		},
	}
}

func (a *app) itemDiffCommand() *cobra.Command {
	var in string
	cmd := &cobra.Command{
		Use: "diff CODE [FROM [TO]]", Short: "Tell two versions of an item apart, in words",
		Long: `Tell two versions of an item apart, in words. Default: the one in force and the one
before it. A line begins with + where the applicant fares better, with - where worse.`,
		Example:           "  tongban item diff TB-D26\n  tongban item diff TB-D26 1 3",
		Args:              usage(cobra.RangeArgs(1, 3)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := client.Params("area", in)
			for i, name := range []string{"from", "version"} {
				if len(args) > i+1 {
					if _, err := strconv.ParseUint(args[i+1], 10, 32); err != nil {
						return usageError{fmt.Errorf("%q is no version\n  'tongban item history %s' lists them", args[i+1], args[0])}
					}
					q.Set(name, args[i+1])
				}
			}
			return ask(a, cmd, get(client.Path("items", args[0], "diff"), q), func(w io.Writer, _ *client.Client, d api.Comparison) {
				fmt.Fprintf(w, "%s  version %d → %d, for %s\n", d.To.Code, d.From.Version, d.To.Version, d.To.Area)
				if len(d.Changes) == 0 {
					fmt.Fprintln(w, "  no difference")
				}
				for _, c := range d.Changes {
					fmt.Fprintf(w, "  %s %s — %s\n", favour(c, d), c.Text, c.English)
				}
			})
		},
	}
	cmd.Flags().StringVar(&in, "area", "", "whose versions (default: those that this center works by)")
	return cmd
}

// favour marks what is better or worse for the applicant.
func favour(c item.Change, d api.Comparison) string {
	switch {
	case slices.Contains(d.Better, c):
		return "+"
	case slices.Contains(d.Worse, c):
		return "-"
	}
	return " "
}

func (a *app) itemGuideCommand() *cobra.Command {
	var output, lang, on string
	var staff bool
	cmd := &cobra.Command{
		Use: "guide CODE", Short: "Print the guide (办事指南) of an item as this counter gives it out",
		Long: `Print the guide (办事指南) of an item as this counter gives it out. With --output it
is written as one HTML page that prints on A4, with a QR code; the node serves the
same at /guide/CODE/print, and to staff at /catalogue/CODE/guide.`,
		Example:           "  tongban item guide TB-D26\n  tongban item guide TB-D26 --output guide.html",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
	}
	f := cmd.Flags()
	f.StringVarP(&output, "output", "o", "", "write an HTML page to this file")
	f.StringVar(&lang, "lang", "zh", "zh or en: the headings")
	f.StringVar(&on, "as-of", "", "the guide of that day, YYYY-MM-DD (default: today)")
	f.BoolVar(&staff, "staff-handbook", false, "with the staff's handbook, not for the public")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		q := client.Params("lang", lang, "on", on)
		if staff {
			q.Set("staff", "yes")
		}
		if output == "" {
			return a.guideText(cmd, args[0], q)
		}
		return a.download(cmd, "/catalogue/"+url.PathEscape(args[0])+"/guide", q, output, public, true, "the guide")
	}
	return cmd
}

// guideText prints the guide for the terminal.
func (a *app) guideText(cmd *cobra.Command, code string, q url.Values) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	_, v, err := call[api.ItemView](cmd.Context(), c, get(client.Path("items", code), client.Params("on", q.Get("on"))))
	if err != nil {
		return err
	}
	_, s, err := call[api.Status](cmd.Context(), c, get("/v1/status", nil))
	if err != nil {
		return err
	}
	g := guide.Guide{
		Item: &v.Item, Center: s.Name, AsOf: workday.DateOf(s.Now), Lang: guide.Lang(q.Get("lang")), Staff: q.Get("staff") != "",
	}
	if v.Supplement != nil {
		g.Supplement = *v.Supplement
	}
	var text strings.Builder
	if err := guide.Text(&text, g); err != nil {
		return err
	}
	return a.show(api.Document{Text: text.String()}, func(w io.Writer) { io.WriteString(w, text.String()) })
}

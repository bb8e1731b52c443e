package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/search"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) itemCommand() *cobra.Command {
	return group("item", "The catalogue of service items",
		a.itemListCommand(), a.itemSearchCommand(), a.itemShowCommand(), a.itemPublishCommand(),
		a.itemHistoryCommand(), a.itemDiffCommand(), a.itemWithdrawCommand())
}

func (a *app) itemListCommand() *cobra.Command {
	var text, department, in, after, afterArea string
	var limit int
	var withdrawn bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the items that are offered",
		Example: "  tongban item list --department 公安\n  tongban item list --area 320509110000 --limit 500",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := client.Params("text", text, "department", department, "area", in, "after", after, "after_area", afterArea, "limit", fmt.Sprint(limit))
			if withdrawn {
				q.Set("withdrawn", "true")
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
	return cmd
}

func version1(ref item.Ref, withdrawn register.Index) string {
	return join(" ", fmt.Sprintf("%d (%s)", ref.Version, ref.Area), yes(withdrawn != 0, "withdrawn"))
}

func (a *app) itemSearchCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: "search TEXT...", Short: "Find items by characters, pinyin or its initials",
		Example: "  tongban item search 居住证\n  tongban item search jzz\n  tongban item search canji huanling",
		Args:    usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := client.Params("text", strings.Join(args, " "), "limit", fmt.Sprint(limit))
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
	return cmd
}

func (a *app) itemShowCommand() *cobra.Command {
	var in, ver string
	cmd := &cobra.Command{
		Use: "show CODE", Short: "Show one version of an item, and what the machine finds in it",
		Example:           "  tongban item show TB-D26\n  tongban item show TB-D26 --version 1 --json",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("items", args[0]), client.Params("area", in, "version", ver)), func(w io.Writer, _ *client.Client, v api.ItemView) {
				writeItem(w, v.Item)
				writeFindings(w, v.Findings)
			})
		},
	}
	cmd.Flags().StringVar(&in, "area", "", "whose version (default: the one that this center works by)")
	cmd.Flags().StringVar(&ver, "version", "", "which version (default: the current one)")
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

func writeFindings(w io.Writer, found []item.Finding) {
	for _, f := range found {
		fmt.Fprintf(w, "  %s: %s: %s\n", f.Severity, f.Element, f.Message)
	}
}

func (a *app) itemHistoryCommand() *cobra.Command {
	return &cobra.Command{
		Use: "history CODE", Short: "List every version of an item, with who published it",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("items", args[0], "history"), nil), func(w io.Writer, c *client.Client, all []register.Published) {
				names := namesOf(cmd, c)
				t := table{head: []string{"AREA", "VERSION", "PUBLISHED", "BY", "STAFF", "RECORD", ""}}
				for _, p := range all {
					t.row(p.Ref.Area, p.Ref.Version, clockText(p.Time), names.name(p.By), orDash(p.Staff), p.Index,
						join(" ", yes(p.Withdrawn != 0, "withdrawn:"), p.Reason, p.Note))
				}
				t.write(w)
			})
		},
	}
}

func (a *app) itemDiffCommand() *cobra.Command {
	var in, ver, from string
	cmd := &cobra.Command{
		Use: "diff CODE", Short: "Tell in words what changed between two versions",
		Example:           "  tongban item diff TB-D04\n  tongban item diff TB-D04 --from 1 --version 3",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("items", args[0], "diff"), client.Params("area", in, "version", ver, "from", from)), func(w io.Writer, _ *client.Client, changes []string) {
				if len(changes) == 0 {
					fmt.Fprintln(w, "nothing changed")
				}
				for _, c := range changes {
					fmt.Fprintln(w, c)
				}
			})
		},
	}
	cmd.Flags().StringVar(&in, "area", "", "whose versions")
	cmd.Flags().StringVar(&ver, "version", "", "the later version (default: the current one)")
	cmd.Flags().StringVar(&from, "from", "", "the earlier version (default: the one before)")
	return cmd
}

func (a *app) itemWithdrawCommand() *cobra.Command {
	var body reasoned
	var in string
	cmd := &cobra.Command{
		Use: "withdraw CODE", Short: "Stop offering an item",
		Long:              "Stop offering an item. Open cases go on under the version that they were accepted under.",
		Example:           "  tongban item withdraw TB-D26 --reason 并入一件事 --staff 王主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
	}
	cmd.Flags().StringVar(&body.Reason, "reason", "", "why (required)")
	cmd.Flags().StringVar(&in, "area", "", "whose version (default: the one that this center works by)")
	required(cmd, "reason")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if body.Staff, err = staff(); err != nil {
			return err
		}
		r := post(client.Path("items", args[0], "withdraw"), body)
		r.query = client.Params("area", in)
		return propose(a, cmd, r, args[0]+" is no longer offered")
	}
	return cmd
}

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

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/node/api"
	"tongban/node/drafting"
	"tongban/tools/client"
)

func (a *app) itemDraftsCommand() *cobra.Command {
	var in, state, code string
	cmd := &cobra.Command{
		Use: "drafts", Short: "List the drafts that wait to be approved",
		Example: "  tongban item drafts\n  tongban item drafts --state all --area 320509111000",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := client.Params("area", in, "state", state, "code", code, "limit", "1000")
			return ask(a, cmd, get("/v1/drafts", q), func(w io.Writer, _ *client.Client, list api.DraftList) {
				if len(list.Drafts) == 0 {
					fmt.Fprintln(w, "no draft waits")
					return
				}
				t := table{head: []string{"DRAFT", "CODE", "NAME", "AREA", "VERSION", "BY", "WHEN", ""}}
				for _, d := range list.Drafts {
					t.row(d.Index, d.Ref.Code, d.Name, d.Ref.Area, d.Ref.Version, join(" ", string(d.By), d.Staff), clockText(d.Time),
						join(" ", yes(d.State != register.OpenDraft, string(d.State)), yes(d.Erratum, "erratum:"), d.Reason, d.Why))
				}
				t.write(w)
				if list.More {
					fmt.Fprintln(w, "there are more: narrow it with --area or --code")
				}
			})
		},
	}
	cmd.Flags().StringVar(&in, "area", "", "for this area and those under it (default: the whole realm)")
	cmd.Flags().StringVar(&state, "state", "open", "open, revised, closed, published or all")
	cmd.Flags().StringVar(&code, "code", "", "only of this item")
	return cmd
}

func (a *app) itemCheckCommand() *cobra.Command {
	var p incoming
	cmd := &cobra.Command{
		Use: "check FILE|DRAFT", Short: "Tell everything that the machine finds in a file of items, or in a draft",
		Long: `Tell everything that the machine finds, at once, and in words what would change
against the version in force. Nothing is changed. Exit 5 if there is an error.`,
		Example: "  tongban item check items.xlsx\n  tongban item check 118",
		Args:    usage(cobra.ExactArgs(1)),
	}
	cmd.Flags().StringVar(&p.format, "format", "", "xlsx, csv, yaml or json (default: by the file's name)")
	cmd.Flags().StringVar(&p.in, "area", "", "for which area (default: this center's own)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if n, err := strconv.ParseUint(args[0], 10, 64); err == nil {
			return a.checkDraft(cmd, n)
		}
		items, err := a.readItems(p, args[0], nil)
		if err != nil {
			return err
		}
		p.dryRun = true
		return a.draft(cmd, p, items, "check")
	}
	return cmd
}

func (a *app) checkDraft(cmd *cobra.Command, n uint64) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	raw, d, err := call[drafting.DraftDetail](cmd.Context(), c, get(client.Path("drafts", fmt.Sprint(n)), nil))
	if err != nil {
		return err
	}
	a.show(raw, func(w io.Writer) {
		fmt.Fprintf(w, "draft %d  %s %s, version %d for %s\n", d.Index, d.Ref.Code, d.Name, d.Ref.Version, readPlaces().name(d.Ref.Area))
		for _, e := range d.Editors {
			fmt.Fprintf(w, "  written by %s %s\n", e.Center, e.Staff)
		}
		writeChanges(w, d.Changes)
		writeFindings(w, d.Findings)
	})
	if !item.Publishable(d.Findings) {
		return invalidError{errors.New("what is marked as an error must be mended before it can be published")}
	}
	return nil
}

func (a *app) itemPublishCommand() *cobra.Command {
	var in, effective, note string
	var all, check bool
	cmd := &cobra.Command{
		Use: "publish [DRAFT...]", Aliases: []string{"approve"},
		Short: "Approve drafts and publish them, today or from a day on",
		Long: `Approve drafts and publish them. Whoever approves wrote none of their texts (four
eyes), and acts for a center that may publish for the area. A version counts from
its effective day on, without anybody awake; open cases keep theirs.

--all takes every open draft for the area; those with errors stay drafts.`,
		Example: "  tongban item publish 118 119 --effective 2027-01-01 --staff 王主任\n  tongban item publish --all --staff 王主任",
		Args:    usage(cobra.ArbitraryArgs),
	}
	f := cmd.Flags()
	f.BoolVar(&all, "all", false, "every open draft for the area")
	f.StringVar(&in, "area", "", "with --all: which area (default: this center's own)")
	f.StringVar(&effective, "effective", "", "the first day, YYYY-MM-DD (default: what each draft says, else today)")
	f.StringVar(&note, "note", "", "a note for the journal")
	f.BoolVar(&check, "dry-run", false, "publish nothing: tell what would come of it")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if all == (len(args) > 0) {
			return usageError{errors.New("say what to publish: numbers of drafts, or --all\n  'tongban item drafts' lists them")}
		}
		who, err := staff()
		if err != nil {
			return err
		}
		body := drafting.Publishing{All: all, Area: area.Code(in), Effective: workday.Date(effective), Staff: who, Note: note, Check: check}
		for _, text := range args {
			n, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				return usageError{fmt.Errorf("%q is no number of a draft\n  'tongban item drafts' lists them", text)}
			}
			body.Drafts = append(body.Drafts, n)
		}
		c, err := a.connect()
		if err != nil {
			return err
		}
		published, err := a.sendPublications(cmd.Context(), c, body)
		if err != nil {
			return err
		}
		a.show(published, func(w io.Writer) {
			if len(published) == 0 {
				fmt.Fprintln(w, "no draft waits")
				return
			}
			writePublished(w, published, check)
		})
		return refusedOf(published)
	}
	return cmd
}

// sendPublications sends drafts in batches; a call for all of them is one.
func (a *app) sendPublications(ctx context.Context, c *client.Client, body drafting.Publishing) ([]drafting.PublishedItem, error) {
	if body.All {
		_, all, err := call[[]drafting.PublishedItem](ctx, c, post("/v1/publications", body))
		return all, err
	}
	return inBatches(a, "published", body.Drafts, func(part []register.Index) ([]drafting.PublishedItem, error) {
		body.Drafts = part
		_, some, err := call[[]drafting.PublishedItem](ctx, c, post("/v1/publications", body))
		return some, err
	})
}

// refusedOf is why the first of them was not published.
func refusedOf(all []drafting.PublishedItem) error {
	for _, one := range all {
		if one.Result != nil {
			if err := one.Result.Err("publish " + string(one.Ref.Code)); err != nil {
				return err
			}
		}
	}
	for _, one := range all {
		if one.Result == nil && !item.Publishable(one.Findings) && !slices.ContainsFunc(all, func(p drafting.PublishedItem) bool { return p.Result != nil }) {
			return &api.Problem{Status: 422, Code: "findings", Message: "nothing was published: a draft has errors", Hint: "mend what is marked as an error above"}
		}
	}
	return nil
}

func writePublished(w io.Writer, all []drafting.PublishedItem, check bool) {
	t := table{head: []string{"CODE", "NAME", "VERSION", "FROM", ""}}
	for _, one := range all {
		state := "checked"
		switch {
		case one.Result != nil && one.Result.Outcome == register.Applied:
			state = fmt.Sprintf("published (record %d)", one.Result.Index)
		case one.Result != nil:
			state = fmt.Sprintf("%s: %s", one.Result.Outcome, one.Result.Detail)
		case !item.Publishable(one.Findings):
			state = "has errors: stays a draft"
		case !check:
			state = "not published"
		}
		from := string(one.Effective)
		if from == "" {
			from = "today"
		}
		t.row(one.Ref.Code, one.Name, one.Ref.Version, from, state)
	}
	t.write(w)
	told := make([]remark, len(all))
	for i, one := range all {
		told[i] = remark{one.Ref.Code, one.Name, one.Changes, one.Findings}
	}
	writeRemarks(w, told)
}

func (a *app) itemReturnCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "return DRAFT", Short: "Return a draft with reasons, or give up one's own",
		Example: "  tongban item return 118 --reason 依据条款有误 --staff 王主任",
		Args:    usage(cobra.ExactArgs(1)),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why (required)")
	required(cmd, "reason")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		if _, err := strconv.ParseUint(args[0], 10, 64); err != nil {
			return usageError{fmt.Errorf("%q is no number of a draft", args[0])}
		}
		return propose(a, cmd, post(client.Path("drafts", args[0], "close"), map[string]string{"reason": reason, "staff": who}),
			"draft "+args[0]+" is closed")
	}
	return cmd
}

func (a *app) itemWithdrawCommand() *cobra.Command {
	var reason, in, from string
	cmd := &cobra.Command{
		Use: "withdraw CODE", Short: "Stop offering an item, today or from a day on",
		Long:              "Stop offering an item. Open cases go on under the version that they were accepted under.",
		Example:           "  tongban item withdraw TB-D26 --reason 并入一件事 --from 2027-01-01 --staff 王主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why (required)")
	cmd.Flags().StringVar(&in, "area", "", "whose version (default: the one that this center works by)")
	cmd.Flags().StringVar(&from, "from", "", "the first day without it, YYYY-MM-DD (default: today)")
	required(cmd, "reason")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		body := map[string]string{"reason": reason, "staff": who}
		if from != "" {
			body["from"] = from
		}
		r := post(client.Path("items", args[0], "withdraw"), body)
		r.query = client.Params("area", in)
		day := from
		if day == "" {
			day = "today"
		}
		if err := propose(a, cmd, r, fmt.Sprintf("%s: the version is withdrawn from %s on", args[0], day)); err != nil || a.json {
			return err
		}
		return a.tellWhatCounts(cmd, args[0], in, from)
	}
	return cmd
}

// tellWhatCounts says what an area goes by once a version is withdrawn: nothing,
// the version before one that never took effect, or that of the area above.
func (a *app) tellWhatCounts(cmd *cobra.Command, code, in, day string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	_, v, err := call[api.ItemView](cmd.Context(), c, get(client.Path("items", code), client.Params("area", in, "on", day)))
	if p, refused := errors.AsType[*api.Problem](err); refused && p.Status == http.StatusNotFound {
		fmt.Fprintln(a.Out, "then it is not offered here any more")
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "then version %d counts, for %s\n", v.Item.Ref.Version, readPlaces().name(v.Item.Ref.Area))
	return nil
}

func (a *app) itemCasesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "cases CODE", Short: "List the open cases under an older version than the one in force",
		Example:           "  tongban item cases TB-D26",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("items", args[0], "cases"), nil), func(w io.Writer, _ *client.Client, all []api.TouchedCase) {
				if len(all) == 0 {
					fmt.Fprintln(w, "no open case here is under an older version")
					return
				}
				t := table{head: []string{"CASE", "NUMBER", "PHASE", "HELD BY", "UNDER", "IN FORCE", ""}}
				for _, one := range all {
					var better []string
					for _, c := range one.Better {
						better = append(better, c.Text)
					}
					t.row(one.ID, one.Number, one.Phase, one.Holder, one.Pinned.Version, one.Current.Version,
						join(" ", yes(one.Erratum, "corrected by an erratum;"), yes(len(better) > 0, "may be applied:"), strings.Join(better, "；")))
				}
				t.write(w)
			})
		},
	}
}

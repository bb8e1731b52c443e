package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/sheet"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/node/api"
	"tongban/node/drafting"
	"tongban/tools/client"
)

// batch is how many items one call drafts; its body stays within the limit of
// the API.
const batch = 100

// incoming is the command line of 'item import' and of those that read items.
type incoming struct {
	starter, names bool
	format         string
	in, reason     string
	authority      string
	dryRun         bool
	erratum        bool
	unfinished     bool
	revises        uint64
	approve        string
	effective      string
}

func (a *app) itemImportCommand() *cobra.Command {
	var p incoming
	cmd := &cobra.Command{
		Use:   "import [FILE] [CODE...]",
		Short: "Read items from a sheet or file and make drafts of them",
		Long: `Read items from an xlsx, csv, yaml or json file, or from the catalogue that ships,
and make drafts of them. What is wrong is told first, all of it, each with its
sheet, row and column; one item with an error stops the whole file, and nothing
is half-imported. What stands in the Register just so is left out, so the same
file can be imported again. --dry-run only tells: the findings, and in words what
would change. 'item template' writes an empty sheet.

A draft is published by 'item publish', by somebody who did not write it.
--approve names that person and publishes at once what was drafted.

CODE chooses some of the items, by key or by record number (D26).

The catalogue that ships (--starter) is templates of other places: every item says
whose it is. Their codes, days and fees are not this district's until somebody has
checked them. --names is a larger list of names and codes, without days or
materials.`,
		Example: `  tongban item import items.xlsx --dry-run
  tongban item import items.xlsx --staff 李编辑 --reason 2026年事项梳理
  tongban item import --starter --staff 李编辑 --approve 王主任
  tongban item import --starter D26 D01 --area 320509000000`,
		Args: usage(cobra.ArbitraryArgs),
	}
	p.flags(cmd)
	cmd.Flags().BoolVar(&p.starter, "starter", false, "the starter catalogue that ships, bundles included")
	cmd.Flags().BoolVar(&p.names, "names", false, "the list of 900 real names and codes that ships")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		file := ""
		if !p.starter && !p.names {
			if len(args) == 0 {
				return usageError{errors.New("say what to import: a FILE, --starter or --names")}
			}
			file, args = args[0], args[1:]
		} else if p.starter && p.names {
			return usageError{errors.New("--starter or --names, one of them")}
		}
		who, err := staff()
		if err != nil {
			return err
		}
		items, err := a.readItems(p, file, args)
		if err != nil {
			return err
		}
		return a.draft(cmd, p, items, who)
	}
	return cmd
}

func (p *incoming) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.format, "format", "", "xlsx, csv, yaml or json (default: by the file's name)")
	f.StringVar(&p.in, "area", "", "for which area (default: what an item says, else this center's own)")
	f.StringVar(&p.authority, "authority", "", "in whose name notices go out, for items that do not say")
	f.StringVar(&p.reason, "reason", "", "what it is for; it stays in the journal")
	f.BoolVar(&p.dryRun, "dry-run", false, "change nothing: tell the findings and the changes; exit 5 if an item has an error")
	f.StringVar(&p.approve, "approve", "", "publish at once, approved by this person, who is not the drafter")
	if !p.erratum {
		f.StringVar(&p.effective, "effective", "", "with --approve: the first day, YYYY-MM-DD (default: what each item says, else today)")
	}
}

func (a *app) itemDraftCommand() *cobra.Command {
	var p incoming
	cmd := &cobra.Command{
		Use: "draft FILE [CODE...]", Short: "Draft items that may be unfinished, or revise a draft",
		Long: `Draft items that may be unfinished: findings are told, and do not stop the draft.
With --revises the one item replaces an open draft; whoever wrote of either text
may not approve it.`,
		Example: "  tongban item draft subsidy.yaml --staff 李编辑\n  tongban item draft subsidy.yaml --revises 118 --staff 赵科长",
		Args:    usage(cobra.MinimumNArgs(1)),
	}
	p.flags(cmd)
	p.unfinished = true
	cmd.Flags().Uint64Var(&p.revises, "revises", 0, "the number of the open draft that it replaces")
	return a.drafting(cmd, &p)
}

func (a *app) itemErratumCommand() *cobra.Command {
	var p incoming
	cmd := &cobra.Command{
		Use: "erratum FILE [CODE...]", Short: "Correct a mistake in a published version, the same day",
		Long: `Correct a mistake in a published version, the same day: a new version that takes
effect on the day it is approved. Open cases go on under the version that they
were accepted under; 'item cases CODE' lists them, to be looked at one by one. The file
is the corrected item, as 'item export' writes it.`,
		Example: "  tongban item erratum d26.yaml --reason 承诺时限录入有误 --staff 李编辑 --approve 王主任",
		Args:    usage(cobra.MinimumNArgs(1)),
	}
	p.erratum = true // before its flags: it takes effect the same day
	p.flags(cmd)
	required(cmd, "reason")
	return a.drafting(cmd, &p)
}

// drafting gives a command the work of reading a file and drafting it.
func (a *app) drafting(cmd *cobra.Command, p *incoming) *cobra.Command {
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		items, err := a.readItems(*p, args[0], args[1:])
		if err != nil {
			return err
		}
		return a.draft(cmd, *p, items, who)
	}
	return cmd
}

// draft brings items to the node: a dry run of all of them first, then in
// batches what is new.
func (a *app) draft(cmd *cobra.Command, p incoming, items []item.Item, staff string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	body := drafting.Drafting{
		Area: area.Code(p.in), Staff: staff, Reason: p.reason, Revises: p.revises,
		Erratum: p.erratum, Unfinished: p.unfinished, Check: true,
	}
	checked, err := a.sendDrafts(ctx, c, body, items, "checked")
	if err != nil {
		return err
	}
	faulty := slices.ContainsFunc(checked, func(one drafting.Drafted) bool { return one.State == drafting.DraftFaulty })
	if p.dryRun || faulty {
		a.show(checked, func(w io.Writer) { writeDrafted(w, checked) })
		switch {
		case !faulty:
			return nil
		case p.dryRun:
			return invalidError{errors.New("what is marked as an error must be mended before it can be imported")}
		}
		return &api.Problem{Status: 422, Code: "findings", Message: "nothing was imported: an item has errors", Hint: "mend what is marked as an error above"}
	}
	var fresh []item.Item
	for i, one := range checked {
		if one.State == drafting.DraftReady {
			fresh = append(fresh, items[i])
		}
	}
	body.Check = false
	drafted, err := a.sendDrafts(ctx, c, body, fresh, "drafted")
	if err != nil {
		return err
	}
	all := merge(checked, drafted)
	if p.approve == "" {
		a.show(all, func(w io.Writer) { writeDrafted(w, all) })
		return rejected(drafted)
	}
	if err := rejected(drafted); err != nil {
		a.show(all, func(w io.Writer) { writeDrafted(w, all) })
		return err
	}
	return a.approve(cmd, c, all, p)
}

// approve publishes what was just drafted and may be published; what waits for
// a newer text of its law stays a draft.
func (a *app) approve(cmd *cobra.Command, c *client.Client, all []drafting.Drafted, p incoming) error {
	var drafts []register.Index
	unchanged := 0
	var waiting []drafting.Drafted
	for _, one := range all {
		switch {
		case one.Draft == 0:
			unchanged++
		case !item.Publishable(one.Findings):
			waiting = append(waiting, one)
		default:
			drafts = append(drafts, one.Draft)
		}
	}
	published, err := a.sendPublications(cmd.Context(), c, drafting.Publishing{Drafts: drafts, Staff: p.approve, Effective: workday.Date(p.effective)})
	if err != nil {
		return err
	}
	a.show(published, func(w io.Writer) {
		writePublished(w, published, false)
		if unchanged > 0 {
			fmt.Fprintf(w, "%d published already, unchanged\n", unchanged)
		}
		for _, one := range waiting {
			fmt.Fprintf(w, "draft %d  %s %s stays a draft:\n", one.Draft, one.Ref.Code, one.Name)
			writeFindings(w, onlyErrors(one.Findings))
		}
	})
	return refusedOf(published)
}

// merge puts what came of the fresh items into the places of the check.
func merge(checked, drafted []drafting.Drafted) []drafting.Drafted {
	all := slices.Clone(checked)
	next := 0
	for i := range all {
		if all[i].State == drafting.DraftReady && next < len(drafted) {
			all[i] = drafted[next]
			next++
		}
	}
	return all
}

func (a *app) sendDrafts(ctx context.Context, c *client.Client, body drafting.Drafting, items []item.Item, what string) ([]drafting.Drafted, error) {
	return inBatches(a, what, items, func(part []item.Item) ([]drafting.Drafted, error) {
		body.Items = part
		_, some, err := call[[]drafting.Drafted](ctx, c, post("/v1/drafts", body))
		return some, err
	})
}

// inBatches sends many things in calls that the API takes, and gathers what
// came of each.
func inBatches[T, R any](a *app, what string, things []T, send func(part []T) ([]R, error)) ([]R, error) {
	all := make([]R, 0, len(things))
	bar := a.progress(what, len(things))
	defer bar.done()
	for part := range slices.Chunk(things, batch) {
		some, err := send(part)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		bar.at(len(all))
	}
	return all, nil
}

func rejected(drafted []drafting.Drafted) error {
	for _, one := range drafted {
		if one.Result != nil {
			if err := one.Result.Err("draft " + string(one.Ref.Code)); err != nil {
				return err
			}
		}
	}
	return nil
}

var draftWords = map[drafting.DraftedState]string{
	drafting.DraftFaulty: "has errors", drafting.DraftReady: "checked: may be drafted", drafting.DraftUnchanged: "published already, unchanged",
	drafting.DraftRejected: "rejected",
}

func writeDrafted(w io.Writer, all []drafting.Drafted) {
	t := table{head: []string{"CODE", "NAME", "VERSION", ""}}
	counts := map[drafting.DraftedState]int{}
	for _, one := range all {
		counts[one.State]++
		state := draftWords[one.State]
		switch one.State {
		case drafting.DraftMade:
			state = fmt.Sprintf("draft %d", one.Draft)
		case drafting.DraftWaiting:
			state = fmt.Sprintf("draft %d waits already", one.Draft)
		case drafting.DraftRejected:
			state = fmt.Sprintf("%s: %s", one.Result.Outcome, one.Result.Detail)
		}
		t.row(one.Ref.Code, one.Name, one.Ref.Version, state)
	}
	t.write(w)
	var told []remark
	for _, one := range all {
		if one.State != drafting.DraftUnchanged {
			told = append(told, remark{one.Ref.Code, one.Name, one.Changes, one.Findings})
		}
	}
	writeRemarks(w, told)
	fmt.Fprintf(w, "items: %d", len(all))
	for _, state := range []drafting.DraftedState{drafting.DraftFaulty, drafting.DraftReady, drafting.DraftMade, drafting.DraftWaiting, drafting.DraftUnchanged, drafting.DraftRejected} {
		if counts[state] > 0 {
			fmt.Fprintf(w, ", %d %s", counts[state], state)
		}
	}
	fmt.Fprintln(w)
}

// readItems reads what is to be drafted, chosen by the codes given.
func (a *app) readItems(p incoming, file string, codes []string) ([]item.Item, error) {
	all, err := a.source(p, file)
	if err != nil {
		return nil, err
	}
	if p.authority != "" {
		for i := range all {
			if all[i].Authority == "" {
				all[i].Authority = p.authority
			}
		}
	}
	if len(codes) == 0 {
		return all, nil
	}
	var chosen []item.Item
	for _, code := range codes {
		i := slices.IndexFunc(all, func(it item.Item) bool { return string(it.Ref.Code) == code || it.Record == code })
		if i < 0 {
			return nil, usageError{fmt.Errorf("no item %s among those given", code)}
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func (a *app) source(p incoming, file string) ([]item.Item, error) {
	switch {
	case p.starter:
		items, err := starter.Items()
		if err != nil {
			return nil, err
		}
		bundles, err := starter.Bundles()
		return append(items, bundles...), err
	case p.names:
		return starter.Names()
	}
	return a.readSheet(file, p.format, p.unfinished)
}

// readSheet reads a file of items. Everything that is wrong with it comes at
// once, each with its place. Unfinished items may be wrong in what they say, as
// long as it can be read.
func (a *app) readSheet(file, format string, unfinished bool) ([]item.Item, error) {
	b, err := a.readFile(file)
	if err != nil {
		return nil, err
	}
	f := sheet.Format(format)
	if f == "" {
		if f = sheet.FormatOf(filepath.Base(file)); f == "" {
			return nil, usageError{fmt.Errorf("%s: not known what it is\n  give --format xlsx, csv, yaml or json", file)}
		}
	}
	items, problems, err := sheet.Read(bytes.NewReader(b), f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	var wrong []string
	for _, one := range problems {
		if one.Severity == item.Error && one.Code != lawChanged && !(unfinished && one.Finding) {
			wrong = append(wrong, join(" — ", one.String(), one.English))
		}
	}
	if len(items) == 0 && len(wrong) == 0 {
		return nil, usageError{fmt.Errorf("%s holds no items: what has a code that begins with 示例 is an example and is skipped", file)}
	}
	if len(wrong) > 0 {
		return nil, invalidError{&api.Problem{
			Status: 422, Code: "sheet", Message: fmt.Sprintf("%s: %d mistakes; nothing of it was taken", file, len(wrong)),
			Hint: "mend what is listed and import it again", Details: wrong,
		}}
	}
	return items, nil
}

// lawChanged is the finding under which an item may wait as a draft.
const lawChanged = "law_changed"

// listOf reads one code a line from a file, or takes those on the command line.
func (a *app) listOf(file string, codes []string) ([]item.Code, error) {
	if file != "" {
		b, err := a.readFile(file)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(b)) {
			line, _, _ = strings.Cut(line, "#")
			codes = append(codes, strings.Fields(line)...)
		}
	}
	out := make([]item.Code, len(codes))
	for i, c := range codes {
		out[i] = item.Code(c)
	}
	return out, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tongban/consensus/chain"
	"tongban/intake/archive"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) archiveCommand() *cobra.Command {
	cmd := group("archive", "Archive packages of concluded cases",
		a.archiveListCommand(), a.archiveMakeCommand(), a.archiveVerifyCommand())
	cmd.Long = `Archive packages (归档信息包) of cases that have come to their end. A package holds the
sealed log, the pinned item, papers and documents of one case, and verifies by
itself: years later, without a node, a data directory or a network.`
	return cmd
}

func (a *app) archiveListCommand() *cobra.Command {
	var due bool
	cmd := &cobra.Command{
		Use: "list", Short: "List concluded and archived cases",
		Example: "  tongban archive list --due",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := archiveEntries(cmd.Context(), c, due)
			if err != nil {
				return err
			}
			return a.show(all, func(w io.Writer) {
				if len(all) == 0 {
					fmt.Fprintln(w, "no cases")
					return
				}
				names := namesOf(cmd, c)
				t := table{head: []string{"CASE", "NUMBER", "ITEM", "OUTCOME", "CONCLUDED", "HELD BY", "PHASE"}}
				for _, e := range all {
					t.row(e.Case, orDash(e.Number), e.Name, orDash(string(e.Outcome)), clockText(e.Concluded), names.name(e.Holder), string(e.Phase)+yes(e.Due, ", due"))
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().BoolVar(&due, "due", false, "only those that this center is to archive")
	return cmd
}

// archiveEntries reads all pages.
func archiveEntries(ctx context.Context, c *client.Client, due bool) ([]api.ArchiveEntry, error) {
	all := []api.ArchiveEntry{}
	for after := ""; ; {
		q := client.Params("after", after, "limit", "500")
		if due {
			q.Set("due", "true")
		}
		_, page, err := call[api.ArchiveList](ctx, c, get("/v1/archive", q))
		if err != nil {
			return nil, err
		}
		all = append(all, page.Cases...)
		if !page.More || len(page.Cases) == 0 {
			return all, nil
		}
		after = string(page.Cases[len(page.Cases)-1].Case)
	}
}

// packing is what the flags of archive make say.
type packing struct {
	output, retention, basis string
	allDue, without          bool
	dryRun, keepOpen, force  bool
	supervisor               bool
	staff                    string
}

func (p *packing) query() url.Values {
	q := client.Params("retention", p.retention, "basis", p.basis, "staff", p.staff)
	if p.without {
		q.Set("personal", "false")
	}
	if p.supervisor {
		q.Set("supervisor", "true")
	}
	return q
}

// packed is what came of one case.
type packed struct {
	Case     casefile.ID `json:"case"`
	File     string      `json:"file,omitempty"`
	Bytes    int64       `json:"bytes,omitempty"`
	SHA256   *chain.Hash `json:"sha256,omitempty"`
	Archived bool        `json:"archived"`              // the case is marked now
	Would    int         `json:"attachments,omitempty"` // of a dry run
	Error    string      `json:"error,omitempty"`
}

func (a *app) archiveMakeCommand() *cobra.Command {
	var p packing
	cmd := &cobra.Command{
		Use: "make [CASE...]", Short: "Make the archive packages of concluded cases",
		Long: `Make the archive package of a concluded case, verify it as it lies on the disk, and
only then mark the case as archived, with the package's SHA-256 in its log. With
--all-due every case that this center is to archive.

How long a package is to be kept is for the body to set and to have approved:
--retention and --basis say so, and there is no default.

The file holds personal data; its owner alone may read it. --without-personal
leaves out what names people (papers, documents, the applicant) and says so in
the package. A case to which access is restricted is packed with them by a supervisor
only (--supervisor), and the privacy book says by whom.`,
		Example: `  tongban archive make 320509111201.1.7 -o /archive --retention 30年 --basis 某档〔2026〕1号
  tongban archive make --all-due -o /archive --retention 10年 --basis 某档〔2026〕1号 --dry-run`,
		Args:              usage(cobra.ArbitraryArgs),
		ValidArgsFunction: a.complete(every(a.caseIDs)),
	}
	f := cmd.Flags()
	f.StringVarP(&p.output, "output", "o", ".", "folder, or for one case a file")
	f.StringVar(&p.retention, "retention", "", "for how long it is to be kept, such as 30年 (required)")
	f.StringVar(&p.basis, "basis", "", "the document that says so (required)")
	f.BoolVar(&p.allDue, "all-due", false, "every case that this center is to archive")
	f.BoolVar(&p.without, "without-personal", false, "leave out what names people")
	f.BoolVar(&p.supervisor, "supervisor", false, "as a supervisor, of cases to which access is restricted")
	f.BoolVar(&p.keepOpen, "no-mark", false, "do not mark the case as archived")
	f.BoolVar(&p.dryRun, "dry-run", false, "write nothing: say what would be made")
	f.BoolVar(&p.force, "force", false, "write over a file that stands")
	required(cmd, "retention", "basis")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if p.allDue == (len(args) > 0) {
			return usageError{errors.New("name cases, or give --all-due\n  more: tongban archive make --help")}
		}
		if p.staff, err = staff(); err != nil {
			return err
		}
		return a.archiveMake(cmd, &p, args)
	}
	return cmd
}

func (a *app) archiveMake(cmd *cobra.Command, p *packing, ids []string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	if p.allDue {
		due, err := archiveEntries(cmd.Context(), c, true)
		if err != nil {
			return err
		}
		for _, e := range due {
			ids = append(ids, string(e.Case))
		}
	}
	info, err := os.Stat(p.output)
	folder := err == nil && info.IsDir()
	if !folder && (len(ids) > 1 || p.allDue) {
		return usageError{fmt.Errorf("%s is no folder: several packages need one", p.output)}
	}
	bar := a.progress("archive", len(ids))
	var all []packed
	var first error
	for i, id := range ids {
		name := p.output
		if folder {
			name = filepath.Join(p.output, id+".zip")
		}
		one, err := a.archiveOne(cmd, c, p, casefile.ID(id), name)
		if err != nil {
			one.Error = err.Error()
			first = firstOf(first, err)
		}
		all = append(all, one)
		bar.at(i + 1)
		if cmd.Context().Err() != nil {
			break
		}
	}
	bar.done()
	a.show(all, func(w io.Writer) { writePacked(w, p, all) })
	return first
}

func firstOf(first, err error) error {
	if first != nil {
		return first
	}
	return err
}

func writePacked(w io.Writer, p *packing, all []packed) {
	if len(all) == 0 {
		fmt.Fprintln(w, "no case is due")
		return
	}
	for _, one := range all {
		switch {
		case one.Error != "":
			fmt.Fprintf(w, "%s: %s\n", one.Case, one.Error)
		case p.dryRun:
			fmt.Fprintf(w, "%s: would be made, %s\n", one.Case, count(one.Would, "attachment"))
		default:
			fmt.Fprintf(w, "%s: %s in %s, verified%s\n", one.Case, size(one.Bytes), one.File, yes(one.Archived, ", marked as archived"))
		}
	}
	if !p.dryRun && !p.without {
		fmt.Fprintln(w, "the packages hold personal data: keep them accordingly")
	}
}

// archiveOne makes a package, verifies what lies on the disk, and marks the
// case then.
func (a *app) archiveOne(cmd *cobra.Command, c *client.Client, p *packing, id casefile.ID, name string) (packed, error) {
	one := packed{Case: id}
	ctx := cmd.Context()
	_, plan, err := call[archive.Manifest](ctx, c, get(client.Path("cases", string(id), "package", "plan"), p.query()))
	if err != nil {
		return one, err
	}
	if one.Would = plan.Attachments; p.dryRun {
		return one, nil
	}
	if _, err := os.Stat(name); err == nil && !p.force && plan.Phase == casefile.PhaseArchived {
		return one, usageError{fmt.Errorf("%s is there already\n  name another file, or give --force", name)}
	}
	if err := a.fetchPackage(ctx, c, p, id, name); err != nil {
		return one, err
	}
	report, err := verifyFile(name, archive.Options{})
	if err == nil && (!report.Holds || report.Case != id) {
		err = invalidError{fmt.Errorf("the package of %s does not hold; it was not archived: see 'tongban archive verify %s'", id, name)}
	}
	if err != nil {
		return one, err
	}
	one.File, one.Bytes, one.SHA256 = name, report.Bytes, &report.SHA256
	if p.keepOpen || plan.Phase == casefile.PhaseArchived {
		return one, nil
	}
	note := fmt.Sprintf("归档信息包 SHA-256 %s，保管期限 %s（%s）", report.SHA256, p.retention, p.basis)
	body := api.Acting[api.NoteForm]{By: desk.By{Staff: p.staff, Key: "archive-" + report.SHA256.String()}, Form: api.NoteForm{Note: note}}
	r := post(client.Path("cases", string(id), string(desk.Archive)), body)
	r.keyed = true
	if _, _, err = call[desk.Done](ctx, c, r); err != nil {
		return one, fmt.Errorf("%s is made and holds, but the case could not be marked: %w", name, err)
	}
	one.Archived = true
	return one, nil
}

func (a *app) fetchPackage(ctx context.Context, c *client.Client, p *packing, id casefile.ID, name string) error {
	resp, err := c.Send(ctx, http.MethodGet, client.Path("cases", string(id), "package"), p.query(), nil, "")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return a.writeFile(name, private, func(w io.Writer) error {
		if _, err := io.Copy(w, resp.Body); err != nil {
			return fmt.Errorf("the package of %s is not whole: %w", id, err)
		}
		return nil
	})
}

func verifyFile(name string, o archive.Options) (*archive.Report, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", name)
	}
	return archive.Verify(f, info.Size(), o), nil
}

// verifiedFile is a report with the file that it is of.
type verifiedFile struct {
	File string `json:"file"`
	*archive.Report
}

func (a *app) archiveVerifyCommand() *cobra.Command {
	var root string
	var keys []string
	var quiet bool
	cmd := &cobra.Command{
		Use: "verify FILE...", Short: "Verify archive packages, without any node",
		Long: `Run the four checks over archive packages (DA/T 70-2018): authenticity, integrity,
usability, security. It needs the file alone: no node, no data directory, no
network. Exit code 5 if one does not hold.

What the log rests on is listed as certified (the voters of the Register signed for
it), sealed (by one center after another up to the founding key) or asserted (the
word of the center that made the package). --root is the key that founded the
realm, and --key that of a center, had by another way than with the package.`,
		Example: `  tongban archive verify 320509111201.1.7.zip
  tongban archive verify *.zip --root 01a1b2… --quiet`,
		Args: usage(cobra.MinimumNArgs(1)),
	}
	cmd.Flags().StringVar(&root, "root", "", "the realm's founding key, in hex")
	cmd.Flags().StringSliceVar(&keys, "key", nil, "CENTER@INCARNATION=KEY, a center's key in hex")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "one line a file")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		o, err := verifyOptions(root, keys)
		if err != nil {
			return usageError{err}
		}
		var all []verifiedFile
		bad := 0
		for _, name := range args {
			r, err := verifyFile(name, o)
			if err != nil {
				return err
			}
			if !r.Holds {
				bad++
			}
			all = append(all, verifiedFile{name, r})
		}
		a.show(all, func(w io.Writer) {
			for _, one := range all {
				writeReport(w, one, quiet)
			}
		})
		if bad > 0 {
			return invalidError{fmt.Errorf("%d of %s do not hold", bad, count(len(all), "package"))}
		}
		return nil
	}
	return cmd
}

func verifyOptions(root string, keys []string) (o archive.Options, err error) {
	if root != "" {
		if err := o.Root.UnmarshalText([]byte(root)); err != nil {
			return o, fmt.Errorf("--root: %w", err)
		}
	}
	o.Keys = map[casefile.Party]chain.PublicKey{}
	for _, one := range keys {
		var party casefile.Party
		var key chain.PublicKey
		who, text, ok := strings.Cut(one, "=")
		center, incarnation, _ := strings.Cut(who, "@")
		_, err := fmt.Sscan(incarnation, &party.Incarnation)
		if err == nil {
			err = key.UnmarshalText([]byte(text))
		}
		if !ok || err != nil {
			return o, fmt.Errorf("--key %s: want CENTER@INCARNATION=KEY", one)
		}
		party.Center = centerID(center)
		o.Keys[party] = key
	}
	return o, nil
}

func writeReport(w io.Writer, one verifiedFile, quiet bool) {
	r := one.Report
	fmt.Fprintf(w, "%s: %s\n", one.File, map[bool]string{true: "holds", false: "DOES NOT HOLD"}[r.Holds])
	if quiet {
		return
	}
	fmt.Fprintf(w, "  case %s, number %s, %s, %s, %s\n", orDash(string(r.Case)), orDash(r.Number), count(r.Events, "event"), count(r.Files, "file"), size(r.Bytes))
	fmt.Fprintf(w, "  SHA-256 %s\n", r.SHA256)
	if r.Retention.Period != "" {
		fmt.Fprintf(w, "  to be kept %s (%s)\n", r.Retention.Period, r.Retention.Basis)
	}
	for _, c := range r.Results {
		fmt.Fprintf(w, "  %s %s: %s\n", c.Name, c.Check, map[bool]string{true: "holds", false: "DOES NOT HOLD"}[c.Holds])
		for _, f := range c.Findings {
			fmt.Fprintf(w, "    %s%s\n", yes(f.Note, "note: "), f)
		}
	}
	if len(r.Shown) == 0 {
		return
	}
	t := table{head: []string{"  RESTS ON", "REGISTER RECORD", "SHOWN AS"}}
	for _, s := range r.Shown {
		record := "-"
		if s.Record != 0 {
			record = fmt.Sprint(s.Record)
		}
		t.row("  "+s.What, record, s.Standing)
	}
	t.write(w)
	if r.Root != nil && !r.RootGiven {
		fmt.Fprintf(w, "  the founding key is the package's own word: compare %s\n", r.Root)
	}
}

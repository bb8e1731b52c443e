package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) casePapersCommand() *cobra.Command {
	cmd := a.caseArgs(&cobra.Command{
		Use: "papers CASE", Short: "List the scans and photos of a case, and where they are",
		Long: `List the scans and photos of a case, and where they are: here, on_the_way (they come
behind the events, and may take their time on a slow line), or erased. Who applies
is no paper: see 'tongban case applicant'.`,
		Example: "  tongban case papers 320509111201.1.7",
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return ask(a, cmd, get(client.Path("cases", args[0], "papers"), nil), func(w io.Writer, _ *client.Client, all []api.PaperView) {
			if len(all) == 0 {
				fmt.Fprintln(w, "no papers")
				return
			}
			t := table{head: []string{"HASH", "PAPER", "SIZE", "TYPE", "WHERE"}}
			for _, p := range all {
				name := p.ID
				if p.Name != "" {
					name += " " + p.Name
				}
				t.row(p.Hash.Short(), name, size(p.Size), orDash(p.Type), p.Where)
			}
			t.write(w)
		})
	}
	return cmd
}

func (a *app) casePaperCommand() *cobra.Command {
	var output, reason string
	var edge int
	var supervisor, force bool
	cmd := &cobra.Command{
		Use: "paper CASE HASH", Short: "Write a scan of a case to a file; it is written down who looked, and why",
		Long: `Write a scan of a case to a file. HASH is what 'tongban case papers' shows, or as much
of it as tells one paper from the others. 'tongban privacy audit' says who asked.`,
		Example: "  tongban case paper 320509111201.1.7 3b1f -o scan.jpg --reason 核对材料 --staff 李窗口\n" +
			"  tongban case paper 320509111201.1.7 3b1f -o small.jpg --thumbnail 256 --reason 核对材料",
		Args: usage(cobra.ExactArgs(2)),
	}
	f := cmd.Flags()
	f.StringVarP(&output, "output", "o", "-", "to which file; - is the standard output")
	f.IntVar(&edge, "thumbnail", 0, "a small JPEG of it instead, so many pixels wide and high (16 to 1024)")
	f.StringVar(&reason, "reason", "", "why (required)")
	f.BoolVar(&supervisor, "supervisor", false, "as a supervisor, of a case to which access is restricted")
	f.BoolVar(&force, "force", false, "write over a file that is there")
	required(cmd, "reason")
	staff := a.staffFlag(cmd)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return a.complete(func(given int) completer {
			switch given {
			case 0:
				return a.caseIDs
			case 1:
				return a.paperHashes(args[0])
			}
			return nil
		})(cmd, args, begun)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		hash, err := a.paperHash(cmd, args[0], args[1])
		if err != nil {
			return err
		}
		q := client.Params("staff", who, "reason", reason)
		if supervisor {
			q.Set("supervisor", "true")
		}
		if edge != 0 {
			q.Set("thumbnail", fmt.Sprint(edge))
		}
		return a.downloadAsked(cmd, client.Path("cases", args[0], "papers", hash), q, output, private, force, "the paper")
	}
	return cmd
}

// paperHash finds the one paper of a case whose hash begins so.
func (a *app) paperHash(cmd *cobra.Command, id, begun string) (string, error) {
	c, err := a.connect()
	if err != nil {
		return "", err
	}
	_, all, err := call[[]api.PaperView](cmd.Context(), c, get(client.Path("cases", id, "papers"), nil))
	if err != nil {
		return "", err
	}
	var fit []string
	for _, p := range all {
		if strings.HasPrefix(p.Hash.String(), strings.ToLower(begun)) {
			fit = append(fit, p.Hash.String())
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(fit) == 0:
		return "", usageError{errors.New("the case has no paper whose hash begins so\n  see 'tongban case papers'")}
	}
	return "", usageError{fmt.Errorf("%d papers of the case begin so\n  give more of the hash", len(fit))}
}

// paperHashes completes the papers of a case that can be shown.
func (a *app) paperHashes(id string) completer {
	return func(ctx context.Context, c *client.Client) ([]string, error) {
		_, all, err := call[[]api.PaperView](ctx, c, get(client.Path("cases", id, "papers"), nil))
		var out []string
		for _, p := range all {
			if p.Where == api.PaperHere {
				out = append(out, p.Hash.String()+"\t"+strings.TrimSpace(p.ID+" "+p.Name))
			}
		}
		return out, err
	}
}

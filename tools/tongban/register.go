package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) registerCommand() *cobra.Command {
	return group("register", "This node's copy of the Register",
		a.registerStatusCommand(), a.registerRecordsCommand(), a.registerVerifyCommand())
}

func (a *app) registerStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show how far this copy reaches and who vouches for it", Args: usage(cobra.NoArgs),
		Example: "  tongban register status",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			_, s, err := call[api.Status](cmd.Context(), c, get("/v1/status", nil))
			if err != nil {
				return err
			}
			view := map[string]any{"center": s.Center, "role": s.Role, "register": s.Register, "quorum": s.Quorum, "certify": s.Certify, "feed": s.Feed}
			return a.show(view, func(w io.Writer) { writeRegister(w, s, namesOf(cmd, c)) })
		},
	}
}

func writeRegister(w io.Writer, s api.Status, names *centers) {
	r := s.Register
	t := table{head: []string{"", ""}}
	t.row("head", fmt.Sprintf("record %d, %s", r.Head.Index, r.Head.Hash))
	t.row("certified", fmt.Sprintf("record %d%s", r.Certified, age(s.Now, r.CertifiedTime)))
	t.row("feature level", r.Feature)
	for i, v := range r.Voters {
		t.row(map[bool]string{true: "voters"}[i == 0], names.name(centerID(v))+leads(s, v))
	}
	if q := s.Quorum; q != nil {
		t.row("raft", fmt.Sprintf("%s, term %d", q.Role, q.Term))
	}
	if s.Certify != nil {
		for _, v := range s.Certify.Voters {
			t.row("", join(", ", fmt.Sprintf("%s signed record %d, heard %s", v.Voter, v.Voted, clockText(milli(v.Heard))), v.Error))
		}
	}
	if s.Role == "follower" {
		t.row("fed by", join(" ", orDash(names.name(centerID(s.Feed.Source))), yes(s.Feed.Error != "", s.Feed.Error)))
	}
	for _, x := range s.Feed.Refused {
		t.row("REFUSED", fmt.Sprintf("%s: %s (until %s)", names.name(centerID(x.Source)), x.Reason, clockText(milli(x.Until))))
	}
	for i, ch := range s.Feed.Children {
		t.row(map[bool]string{true: "feeds"}[i == 0], fmt.Sprintf("%s up to record %d, since %s", names.name(centerID(ch.Center)), ch.Sent, clockText(milli(ch.Since))))
	}
	t.write(w)
}

func (a *app) registerRecordsCommand() *cobra.Command {
	var from, limit int
	cmd := &cobra.Command{
		Use: "records", Short: "List the records of the journal: who asked for what, and what came of it",
		Example: "  tongban register records --from 40 --limit 20",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := client.Params("from", fmt.Sprint(from), "limit", fmt.Sprint(limit))
			return ask(a, cmd, get("/v1/register/records", q), func(w io.Writer, _ *client.Client, all []api.RecordView) {
				t := table{head: []string{"RECORD", "TIME", "KIND", "BY", "STAFF", "OUTCOME", "HASH", ""}}
				for _, r := range all {
					by := "root key"
					if r.ID.Center != "" {
						by = fmt.Sprintf("%s@%d", r.ID.Center, r.ID.Incarnation)
					}
					t.row(r.Index, clockText(r.Time), r.Kind, by, orDash(r.Staff), r.Outcome, short(r.Hash), join("; ", r.Detail, r.Note))
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().IntVar(&from, "from", 1, "the first record")
	cmd.Flags().IntVar(&limit, "limit", 100, "at most so many, up to 1000")
	return cmd
}

func short(hash string) string { return hash[:min(len(hash), 12)] }

func (a *app) registerVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Verify this copy of the Register from record 1",
		Example: "  tongban register verify",
		Long:    "Verify this copy of the Register from record 1: the chain, every author's seal and\nthe voters' certificate. Exit code 5 if it does not hold.",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.verify(cmd, post("/v1/register/verify", nil), "records")
		},
	}
}

// verify asks for a verification; one that does not hold is exit code 5.
func (a *app) verify(cmd *cobra.Command, r request, what string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	r.slow = true
	raw, v, err := call[api.Verified](cmd.Context(), c, r)
	if err != nil {
		return err
	}
	err = a.show(raw, func(w io.Writer) {
		if v.Holds {
			fmt.Fprintf(w, "holds: %d %s verified in %s\n", v.Checked, what, v.Took)
		}
	})
	if err == nil && !v.Holds {
		return invalidError{errors.New("does not hold:\n  " + strings.Join(v.Faults, "\n  "))}
	}
	return err
}

package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) centerCommand() *cobra.Command {
	return group("center", "The directory of centers",
		a.centerListCommand(), a.centerShowCommand(), a.centerUpdateCommand(), a.centerRevokeCommand())
}

func (a *app) centerListCommand() *cobra.Command {
	var under string
	cmd := &cobra.Command{
		Use: "list", Short: "List the centers of the realm",
		Example: "  tongban center list\n  tongban center list --under 320509111000",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/centers", client.Params("under", under)), func(w io.Writer, _ *client.Client, all []api.CenterView) {
				t := table{head: []string{"CENTER", "NAME", "LEVEL", "INC", "STATE", "ADDRESS"}}
				for _, c := range all {
					t.row(c.ID, c.Name, c.Level.Chinese(), c.Incarnation, stateOf(c), orDash(strings.Join(c.Addrs, " ")))
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().StringVar(&under, "under", "", "only below this division code")
	return cmd
}

func stateOf(c api.CenterView) string {
	if c.Revoked != 0 {
		return "revoked"
	}
	return orDash(join(", ", yes(c.Self, "this node"), yes(c.Voter, "voter"), yes(c.Connected, "connected"), yes(c.Up && !c.Connected && !c.Self, "up")))
}

func (a *app) centerShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show CENTER", Short: "Show one center",
		Example:           "  tongban center show 320509111000",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.centerIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("centers", args[0]), nil), func(w io.Writer, _ *client.Client, c api.CenterView) {
				t := table{head: []string{"", ""}}
				t.row("center", join(" ", string(c.ID), c.Name, c.Level.Chinese()))
				t.row("state", stateOf(c))
				t.row("incarnation", fmt.Sprintf("%d (highest %d)", c.Incarnation, c.Highest))
				t.row("key", c.Key)
				t.row("reached at", orDash(strings.Join(c.Addrs, " ")))
				t.row("enrols at", orDash(c.Enrol))
				t.row("gossips at", orDash(c.Gossip))
				t.row("address", orDash(c.Address))
				t.row("telephone", orDash(c.Telephone))
				t.row("enrolled", fmt.Sprintf("record %d, changed by record %d", c.Since, c.Updated))
				if c.Revoked != 0 {
					t.row("revoked", fmt.Sprintf("record %d: %s", c.Revoked, c.Reason))
				}
				t.write(w)
			})
		},
	}
}

func (a *app) centerUpdateCommand() *cobra.Command {
	var body struct {
		Name      string `json:"name,omitempty"`
		Address   string `json:"address,omitempty"`
		Telephone string `json:"telephone,omitempty"`
		Staff     string `json:"staff"`
	}
	cmd := &cobra.Command{
		Use: "update CENTER", Short: "Change a center's name, address or telephone",
		Example:           "  tongban center update 320509111000 --telephone 0512-63330000 --staff 王所长",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.centerIDs)),
	}
	flags := cmd.Flags()
	flags.StringVar(&body.Name, "name", "", "display name")
	flags.StringVar(&body.Address, "address", "", "where the counter is")
	flags.StringVar(&body.Telephone, "telephone", "", "its telephone")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if body.Staff, err = staff(); err != nil {
			return err
		}
		if body.Name+body.Address+body.Telephone == "" {
			return usageError{errors.New("nothing to change: give --name, --address or --telephone")}
		}
		return propose(a, cmd, put(client.Path("centers", args[0]), body), args[0]+" changed")
	}
	return cmd
}

func (a *app) centerRevokeCommand() *cobra.Command {
	var body reasoned
	cmd := &cobra.Command{
		Use: "revoke CENTER", Short: "Shut a center out of the realm",
		Long: `Shut a center out: every node drops its connections at once and takes nothing
from it any more. What it wrote before stays valid. Its open cases are moved with
'tongban case seize-grants'.`,
		Example:           "  tongban center revoke 320509110201 --reason 设备被盗 --staff 王主任",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.centerIDs)),
	}
	cmd.Flags().StringVar(&body.Reason, "reason", "", "why, for the journal (required)")
	required(cmd, "reason")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if body.Staff, err = staff(); err != nil {
			return err
		}
		return propose(a, cmd, post(client.Path("centers", args[0], "revoke"), body), args[0]+" is shut out")
	}
	return cmd
}

// reasoned is the body of a command that only needs a reason.
type reasoned struct {
	Reason string `json:"reason"`
	Staff  string `json:"staff"`
}

// --- voters ---

func (a *app) voterCommand() *cobra.Command {
	return group("voter", "Who orders the Register", a.voterListCommand(),
		a.voterChangeCommand("add", "Make a center a voter", "now votes", addVoter),
		a.voterChangeCommand("remove", "Take a center out of the voters", "votes no more", removeVoter),
		a.voterLeadCommand())
}

func (a *app) voterListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the voters", Args: usage(cobra.NoArgs),
		Example: "  tongban voter list",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			_, s, err := call[api.Status](cmd.Context(), c, get("/v1/status", nil))
			if err != nil {
				return err
			}
			view := map[string]any{"voters": s.Register.Voters, "quorum": s.Quorum, "certify": s.Certify}
			return a.show(view, func(w io.Writer) {
				names := namesOf(cmd, c)
				t := table{head: []string{"VOTER", "STATE"}}
				for _, v := range s.Register.Voters {
					t.row(names.name(area.Center(v)), orDash(join(", ", yes(v == string(s.Center), "this node"), strings.Trim(leads(s, v), " ()"))))
				}
				t.write(w)
			})
		},
	}
}

func addVoter(set []string, c string) ([]string, error) {
	if slices.Contains(set, c) {
		return nil, errors.New(c + " votes already")
	}
	return append(set, c), nil
}

func removeVoter(set []string, c string) ([]string, error) {
	if !slices.Contains(set, c) {
		return nil, errors.New(c + " is no voter")
	}
	return slices.DeleteFunc(set, func(v string) bool { return v == c }), nil
}

func (a *app) voterChangeCommand(use, short, done string, change func([]string, string) ([]string, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use: use + " CENTER", Short: short,
		Example: "  tongban voter " + use + " 320509111000 --staff 王主任",
		Long: short + `. Voters are few: three or five, and an odd number, so that
one or two may fail. One change at a time; only the realm's publisher may do it.`,
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.centerIDs)),
	}
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		c, err := a.connect()
		if err != nil {
			return err
		}
		_, s, err := call[api.Status](cmd.Context(), c, get("/v1/status", nil))
		if err != nil {
			return err
		}
		members, err := change(slices.Clone(s.Register.Voters), args[0])
		if err != nil {
			return usageError{err}
		}
		raw, result, err := call[register.Result](cmd.Context(), c, put("/v1/voters", map[string]any{"members": members, "staff": who}))
		if err != nil {
			return err
		}
		return a.show(raw, func(w io.Writer) {
			fmt.Fprintf(w, "%s %s (record %d of the Register)\n", namesOf(cmd, c).name(area.Center(args[0])), done, result.Index)
		})
	}
	return cmd
}

func (a *app) voterLeadCommand() *cobra.Command {
	return &cobra.Command{
		Use: "lead CENTER", Short: "Hand the lead to another voter",
		Example:           "  tongban voter lead 320509111000",
		Long:              "Hand the lead to another voter, before this machine is serviced. Ask the node that leads.",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.centerIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, post("/v1/voters/lead", map[string]any{"to": args[0]}), func(w io.Writer, c *client.Client, _ struct{}) {
				fmt.Fprintf(w, "%s leads\n", namesOf(cmd, c).name(area.Center(args[0])))
			})
		},
	}
}

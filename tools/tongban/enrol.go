package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"tongban/catalog/register"
	"tongban/node"
	"tongban/node/api"
	"tongban/node/enrol"
)

func (a *app) inviteCommand() *cobra.Command {
	ask := struct {
		Center string  `json:"center"`
		Hours  float64 `json:"hours"`
		Rejoin bool    `json:"rejoin,omitempty"`
	}{}
	cmd := &cobra.Command{
		Use:   "invite CENTER",
		Short: "Write a ticket for a center below this one",
		Long: `Write a ticket for a center below this one. The ticket lets one node in, once,
until it expires: whoever has it can make that center's node. The ticket alone
goes to the standard output, what is said about it to the standard error.

A center whose node was restored from a backup, or replaced, needs --rejoin: it
comes back under a new incarnation, and what it had not sent is found again.`,
		Example: `  tongban invite 320509111000 > tongli.ticket
  tongban invite 320509111201 --hours 2
  tongban invite 320509111201 --rejoin`,
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.complete(first(a.centerIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask.Center = args[0]
			c, err := a.connect()
			if err != nil {
				return err
			}
			raw, t, err := call[api.Ticketed](cmd.Context(), c, post("/v1/invitations", ask))
			if err != nil {
				return err
			}
			if !a.json {
				kind := "a ticket"
				if t.Rejoin {
					kind = "a ticket to join again"
				}
				fmt.Fprintf(a.Err, "%s for %s, good once until %s; keep it secret\n",
					kind, namesOf(cmd, c).name(t.Center), clockText(t.Expires.UnixMilli()))
			}
			return a.show(raw, func(w io.Writer) { fmt.Fprintln(w, t.Ticket) })
		},
	}
	cmd.Flags().Float64Var(&ask.Hours, "hours", 24, "how long it is good, at most 720")
	cmd.Flags().BoolVar(&ask.Rejoin, "rejoin", false, "for a center that has a node and needs a new incarnation")
	return cmd
}

func (a *app) joinCommand() *cobra.Command {
	var l layout
	var entry register.Center
	var reason string
	cmd := &cobra.Command{
		Use:   "join TICKET",
		Short: "Make this node with a ticket of the center above",
		Long: `Make this node with a ticket of the center above; "-" reads it from the
standard input. The ticket names the center and the realm. To join again with the
same ticket after a lost answer is safe.

With a ticket to join again (invite --rejoin) the data directory is the one of the
restored node, which must not be running: it keeps its configuration and gets a
new key and a new incarnation.`,
		Example: `  tongban join - < tongli.ticket
  tongban join tongban1abc... --dir /srv/tongban --listen none`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := args[0]
			if text == "-" {
				b, err := a.readFile("-")
				if err != nil {
					return err
				}
				text = string(b)
			}
			ticket, err := enrol.ParseTicket(text)
			if err != nil {
				return err
			}
			if entry.Name == "" {
				entry.Name = readPlaces().office(ticket.Center)
			}
			log := slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
			return a.join(cmd.Context(), l.config(ticket.Center), strings.TrimSpace(text), entry, reason, log)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&entry.Name, "name", "", "display name of the center (default: by its area and level)")
	flags.StringVar(&entry.Address, "address", "", "where the counter is")
	flags.StringVar(&entry.Telephone, "telephone", "", "its telephone")
	flags.StringVar(&reason, "reason", "", "why it joins again, for the journal")
	l.flags(flags)
	return cmd
}

func (a *app) join(ctx context.Context, c node.Config, text string, entry register.Center, reason string, log *slog.Logger) error {
	trust, err := node.Join(ctx, a.dir, c, text, entry, reason, node.Options{Log: log, Version: version})
	if err != nil {
		return err
	}
	config, err := node.ReadConfig(a.dir)
	if err != nil {
		return err
	}
	view := map[string]any{"realm": trust.Realm, "center": config.Center, "incarnation": trust.Incarnation, "dir": a.dir}
	return a.show(view, func(w io.Writer) {
		fmt.Fprintf(w, "%s is enrolled in realm %s, incarnation %d\n", config.Center, trust.Realm, trust.Incarnation)
		fmt.Fprintf(w, "  data directory  %s\n", a.dir)
		fmt.Fprintf(w, "  next            tongban run --dir %s\n", a.dir)
	})
}

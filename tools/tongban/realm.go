package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/catalog/area"
	"tongban/node"
	"tongban/node/api"
	"tongban/tools/client"
)

// layout is the flags by which a new node's configuration differs from the
// usual one of its level.
type layout struct {
	listen, announce           []string
	enrol, presence, apiListen string
	profile                    string
	logLevel, logFormat        string
	fast                       bool
}

func (l *layout) flags(f *pflag.FlagSet) {
	f.StringSliceVar(&l.listen, "listen", nil, `multiaddrs where other centers reach this one; "none": it only dials out (default /ip4/0.0.0.0/tcp/7400)`)
	f.StringSliceVar(&l.announce, "announce", nil, "multiaddrs for the directory, where they differ from --listen")
	f.StringVar(&l.enrol, "enrol", "", `host:port that answers joining nodes; "none": off (default 0.0.0.0:7401)`)
	f.StringVar(&l.presence, "presence", "", `host:port of gossip, TCP and UDP; "none": off (default 0.0.0.0:7402)`)
	f.StringVar(&l.apiListen, "api-listen", "", `host:port of the API; "none": off (default 127.0.0.1:7403)`)
	f.StringVar(&l.profile, "profile", "", "village or hub (default: by the level of the center)")
	f.StringVar(&l.logLevel, "log-level", "", "debug, info, warn or error (default info)")
	f.StringVar(&l.logFormat, "log-format", "", "text or json (default text)")
	f.BoolVar(&l.fast, "fast", false, "short timers, for nodes on one machine or in one room")
}

// config is the configuration of a center's node with these flags.
func (l *layout) config(center area.Center) node.Config {
	c := node.DefaultConfig(center)
	if len(l.listen) > 0 {
		c.Peer.Listen = l.listen
	}
	if len(l.listen) == 1 && l.listen[0] == "none" {
		c.Peer.Listen = nil
	}
	c.Peer.Announce = l.announce
	for _, f := range []struct {
		to    *string
		given string
	}{
		{&c.Enrol.Listen, l.enrol}, {&c.Presence.Listen, l.presence}, {&c.API.Listen, l.apiListen},
		{&c.Profile, l.profile}, {&c.Log.Level, l.logLevel}, {&c.Log.Format, l.logFormat},
	} {
		switch f.given {
		case "":
		case "none":
			*f.to = ""
		default:
			*f.to = f.given
		}
	}
	c.Timing.Fast = l.fast
	return c
}

func (a *app) realmCommand() *cobra.Command {
	return group("realm", "Found a realm: one city, or one district", a.realmCreateCommand(), a.realmRotateCommand())
}

func (a *app) realmRotateCommand() *cobra.Command {
	var body api.PoolForm
	var district string
	cmd := &cobra.Command{
		Use: "rotate-pool", Short: "Give a district's presence pool another key",
		Long: `Give a district's presence pool another key, once somebody who should not listen to
who is up may have the one in force. Every node of the pool takes it from the
Register; a node that is cut off from the Register drops out of the pool until it is
back. A district does it for its own pool, the realm's publisher for any.`,
		Example: "  tongban realm rotate-pool\n  tongban realm rotate-pool --district 320509000000",
		Args:    usage(cobra.NoArgs),
	}
	cmd.Flags().StringVar(&district, "district", "", "whose pool (default: this center's)")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if body.Staff, err = staff(); err != nil {
			return err
		}
		body.District = area.Code(district)
		return ask(a, cmd, post("/v1/realm/pool", body), func(w io.Writer, _ *client.Client, v api.PoolView) {
			fmt.Fprintf(w, "the pool of %s has another key (record %d); its nodes take it as the Register reaches them\n", v.Pool, v.Since)
		})
	}
	return cmd
}

func (a *app) realmCreateCommand() *cobra.Command {
	var l layout
	var center, covers string
	f := node.Founding{}
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make the first node of a new realm",
		Long: `Make the first node of a new realm, in the data directory: its key, the
realm's root key and its configuration. The realm begins when the node first
runs.

The root key (root.key) decides over the whole realm: move it to a safe off
this machine once the node runs. It is needed only when most voters are lost.`,
		Example: `  # a district as a realm of its own
  tongban realm create --center 320509000000
  tongban run

  # everything else follows on the running node
  tongban item import --starter --approve 李审核
  tongban invite 320509111000`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			id, err := area.ParseCenter(center)
			if err != nil {
				return usageError{fmt.Errorf("--center: %w", err)}
			}
			if f.Staff, err = a.staff(f.Staff); err != nil {
				return err
			}
			known := readPlaces()
			f.Area = area.Code(covers)
			if f.Area == "" {
				f.Area = id.Area().At(min(id.Level(), area.District))
			}
			if f.Name == "" {
				f.Name = known[f.Area]
			}
			if f.Center == "" {
				f.Center = known.office(id)
			}
			if f.Name == "" || f.Center == "" {
				return usageError{fmt.Errorf("no name ships for %s\n  give --name and --center-name", id)}
			}
			trust, err := node.Create(a.dir, l.config(id), f, rand.Reader, time.Now())
			if err != nil {
				return err
			}
			view := map[string]any{
				"realm": trust.Realm, "name": f.Name, "area": f.Area, "center": id, "center_name": f.Center,
				"root": trust.Root, "dir": a.dir, "root_key": filepath.Join(a.dir, node.RootKeyFile),
			}
			return a.show(view, func(w io.Writer) {
				fmt.Fprintf(w, "realm %s %s, founded by %s %s\n", trust.Realm, f.Name, id, f.Center)
				fmt.Fprintf(w, "  data directory  %s\n", a.dir)
				fmt.Fprintf(w, "  root key        %s (move it to a safe)\n", filepath.Join(a.dir, node.RootKeyFile))
				fmt.Fprintf(w, "  next            tongban run --dir %s\n", a.dir)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&center, "center", "", "code of the founding center, such as 320509000000 (required)")
	flags.StringVar(&covers, "area", "", "division code that the realm covers (default: the center's own district or city)")
	flags.StringVar(&f.Name, "name", "", "name of the realm (default: that of the area)")
	flags.StringVar(&f.Center, "center-name", "", "display name of the center (default: by its level)")
	flags.StringVar(&f.Staff, "staff", "", "who founds it (default: TONGBAN_STAFF, else USER)")
	l.flags(flags)
	return cmd
}

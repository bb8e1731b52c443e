package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) statusCommand() *cobra.Command {
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show how the running node is doing",
		Long: `Show how the running node is doing: its role, how far its copy of the Register
reaches and how old that is, the line to the center above, what waits to leave,
disk, memory and start-up time.`,
		Example: `  tongban status
  tongban status --wait 30s      # until the node is ready, for scripts
  tongban status --json | jq .register.head.index`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			raw, s, err := a.awaitReady(cmd.Context(), c, wait)
			if err != nil {
				return err
			}
			return a.show(raw, func(w io.Writer) { writeStatus(w, s, namesOf(cmd, c)) })
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", 0, "wait so long until the node is ready")
	return cmd
}

// awaitReady asks for the status until the node says that it is ready, or
// wait is over. Without wait it asks once.
func (a *app) awaitReady(ctx context.Context, c *client.Client, wait time.Duration) (json.RawMessage, api.Status, error) {
	if wait <= 0 {
		return call[api.Status](ctx, c, get("/v1/status", nil))
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		raw, s, err := call[api.Status](ctx, c, get("/v1/status", nil))
		var offline *client.Offline
		switch {
		case err == nil && s.NotReady == "":
			return raw, s, nil
		case err == nil:
			last = fmt.Errorf("the node is not ready after %s: %s", wait, s.NotReady)
		case errors.As(err, &offline):
			last = err
		case ctx.Err() == nil:
			return nil, s, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			if last == nil {
				last = ctx.Err()
			}
			return nil, s, last
		}
	}
}

func writeStatus(w io.Writer, s api.Status, names *centers) {
	var t table
	t.head = []string{"", ""}
	line := func(what, format string, args ...any) { t.row(what, fmt.Sprintf(format, args...)) }
	line("center", "%s %s, incarnation %d", s.Center, s.Name, s.Incarnation)
	line("realm", "%s %s", s.Realm, s.RealmName)
	if s.Fenced != "" {
		line("FENCED", "%s", s.Fenced)
		line("", "ask the center above for a ticket ('tongban invite %s --rejoin'), stop this node,", s.Center)
		line("", "then 'tongban join' with it and this data directory")
	}
	if s.NotReady != "" {
		line("NOT READY", "%s", s.NotReady)
	}
	line("role", "%s", s.Role)
	r := s.Register
	line("register", "record %d, certified %d%s; %d items, %d centers, feature level %d",
		r.Head.Index, r.Certified, age(s.Now, r.CertifiedTime), r.Items, r.Centers, r.Feature)
	if s.Role == "follower" {
		behind := "up to date"
		if s.Feed.Reached > r.Head.Index {
			behind = fmt.Sprintf("%d records behind", s.Feed.Reached-r.Head.Index)
		}
		if s.Feed.Source == "" {
			behind = "nobody feeds it: it works on its last verified copy"
			if !s.Feed.Heard.IsZero() {
				behind += ", last fed " + clockText(s.Feed.Heard.UnixMilli())
			}
		} else {
			behind += ", from " + s.Feed.Source
		}
		line("feed", "%s", behind)
	}
	if r.UpgradeNeeded != 0 {
		line("UPGRADE", "record %d needs a newer program: this node hands nothing over until it has one", r.UpgradeNeeded)
	}
	for i, v := range r.Voters {
		line(map[bool]string{true: "voters"}[i == 0], "%s%s", names.name(centerID(v)), leads(s, v))
	}
	writeLine(line, s, names)
	line("cases", "%d held, %d arrived, %d sent and not yet answered", s.Cases.Mine, s.Cases.Arrived, s.Cases.Sent)
	if s.Oldest != nil {
		line("outbox", "%d wait, the oldest since %s", s.Outbox, clockText(s.Oldest.UnixMilli()))
	} else {
		line("outbox", "empty")
	}
	if s.TLS != nil {
		line("certificate", "%s, until %s, for %s", map[bool]string{true: "its own", false: "from files"}[s.TLS.Self], clockText(s.TLS.Ends.UnixMilli()), strings.Join(s.TLS.Names, ", "))
		line("", "SHA-256 %s", s.TLS.Fingerprint)
	}
	line("disk", "%s, %s free, database %s", s.Disk.Level, size(s.Disk.Free), size(s.Disk.Database))
	line("memory", "%s resident, %s of Go objects, %d goroutines", size(s.Resident), size(s.Heap), s.Goroutines)
	line("started", "%s in %s, version %s", clockText(s.Started.UnixMilli()), s.StartTime, s.Version)
	t.write(w)
}

func leads(s api.Status, voter string) string {
	if s.Quorum != nil && s.Quorum.Leader == voter {
		return " (leads)"
	}
	return ""
}

func writeLine(line func(string, string, ...any), s api.Status, names *centers) {
	switch {
	case s.Line.To == "":
		line("line up", "none: no center above is enrolled or can be dialled")
	case s.Line.Connected:
		line("line up", "to %s since %s", names.name(s.Line.To), clockText(s.Line.Since.UnixMilli()))
	default:
		line("line up", "%s not reached: %s (%d tries, next %s)", s.Line.To, orDash(s.Line.Error), s.Line.Attempts, clockText(milli(s.Line.NextTry)))
	}
	line("connected", "%d centers; %d up by gossip", len(s.Connected), len(s.Presence))
}

// age tells how long ago something was, of a time in Unix milliseconds.
func age(now time.Time, ms int64) string {
	if ms == 0 {
		return ""
	}
	d := now.Sub(time.UnixMilli(ms)).Round(time.Second)
	return fmt.Sprintf(" (%s ago)", max(d, 0))
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/node"
	"tongban/tools/client"
)

func (a *app) backupCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write everything that the running node holds into a file",
		Long: `Write everything that the running node holds into a file ("-": the standard
output): the Register, casefiles, papers, outbox. The node goes on working. Its key
and its configuration are not in it: keep a copy of the data directory's small
files in a safe. The file holds personal data.`,
		Example: "  tongban backup /backup/tongban-$(date +%F)",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.download(cmd, "/v1/backup", nil, args[0], private, force, "the backup")
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that stands")
	return cmd
}

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Fill the data directory of a stopped node from a backup",
		Long: `Fill the data directory of a stopped node from a backup ("-": the standard
input). It needs the directory's small files (tongban.yaml, the key, realm.json)
and no database.

A node that was restored writes nothing until it has joined again: what it wrote
after the backup lies at other centers, and nothing may be written twice. Ask the
center above for a ticket (invite --rejoin), then join with it.`,
		Example: `  tongban restore /backup/tongban-2026-03-02 --dir /srv/tongban
  tongban join - --dir /srv/tongban < rejoin.ticket
  tongban run --dir /srv/tongban`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, done, err := a.open(args[0])
			if err != nil {
				return err
			}
			defer done()
			config, err := node.ReadConfig(a.dir)
			if err != nil {
				return err
			}
			o := node.Options{Log: newLog(a.Err, node.LogConfig{Level: "warn"}), Version: version}
			if err := node.RestoreBackup(cmd.Context(), a.dir, in, o); err != nil {
				return err
			}
			view := map[string]any{"center": config.Center, "dir": a.dir, "fenced": true}
			return a.show(view, func(w io.Writer) {
				fmt.Fprintf(w, "restored: %s in %s\n", config.Center, a.dir)
				fmt.Fprintln(w, "  It writes nothing until it has joined again, under a new incarnation:")
				fmt.Fprintf(w, "  on the center above   tongban invite %s --rejoin\n", config.Center)
				fmt.Fprintf(w, "  here                  tongban join TICKET --dir %s\n", a.dir)
				if config.Center.Level() <= area.District {
					fmt.Fprintln(w, "  (a voter is taken out of the voters first: tongban voter remove)")
				}
			})
		},
	}
}

// open opens a file to read, or the standard input for "-".
func (a *app) open(name string) (io.Reader, func() error, error) {
	if name == "-" {
		return a.In, func() error { return nil }, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}

// download writes an answer into a file, all of it or nothing.
func (a *app) download(cmd *cobra.Command, path string, query url.Values, name string, mode os.FileMode, force bool, what string) error {
	return a.fetch(cmd, func(c *client.Client) (*http.Response, error) {
		return c.Send(cmd.Context(), http.MethodGet, path, query, nil, "")
	}, name, mode, force, what)
}

// downloadAsked is download of what is shown to whoever says why: the form
// travels in the body.
func (a *app) downloadAsked(cmd *cobra.Command, path string, form url.Values, name string, mode os.FileMode, force bool, what string) error {
	return a.fetch(cmd, func(c *client.Client) (*http.Response, error) {
		return c.Send(cmd.Context(), http.MethodPost, path, nil, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
	}, name, mode, force, what)
}

func (a *app) fetch(cmd *cobra.Command, send func(c *client.Client) (*http.Response, error), name string, mode os.FileMode, force bool, what string) error {
	if _, err := os.Stat(name); err == nil && !force {
		return usageError{fmt.Errorf("%s is there already\n  name another file, or give --force", name)}
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	resp, err := send(c)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var n int64
	err = a.writeFile(name, mode, func(w io.Writer) (err error) {
		if n, err = io.Copy(w, resp.Body); err != nil {
			return fmt.Errorf("%s is not whole: %w", what, err)
		}
		return nil
	})
	if err != nil || name == "-" {
		return err
	}
	return a.show(map[string]any{"file": name, "bytes": n}, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s in %s\n", what, size(n), name)
	})
}

func decode(raw []byte, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read the node's answer: %w", err)
	}
	return nil
}

func (a *app) showRaw(raw []byte, text func(w io.Writer) error) error {
	if a.json {
		a.writeJSON(a.Out, json.RawMessage(raw))
		return nil
	}
	return text(a.Out)
}

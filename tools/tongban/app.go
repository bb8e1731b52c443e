package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// app is what the commands share.
type app struct {
	Main
	dir  string // the data directory
	api  string // the node's API, when not the one of the data directory
	json bool
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "tongban",
		Short: "通办: one node of a city's government service centers",
		Long: `通办 Tongban runs one node of a government service center (district, town or
village) and talks to a running one.

  tongban demo             a small city on this machine, in half a minute
  tongban realm create     found a realm: the first node of a city or district
  tongban invite, join     bring in the other centers, with tickets
  tongban run              run the node of a data directory
  tongban item, case ...   work with the running node, by its API: the catalogue,
                           cases, the hall (visit, queue, staff, book), and what
                           follows (notice, rating, supervise, archive, privacy)

Every command takes --json. Those that act take --staff, who acts (default:
TONGBAN_STAFF, else USER). Help needs no network.

Exit codes: 0 done, 1 failed, 2 bad command line, 3 refused by a rule or a node,
4 node not reachable, 5 a check does not hold, 6 the node's data cannot be
trusted: do not start it again blindly.`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: usage(func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q", args[0])
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\n  usage: %s\n  more: %s --help", err, cmd.UseLine(), cmd.CommandPath())}
	})
	flags := root.PersistentFlags()
	flags.StringVar(&a.dir, "dir", a.defaultDir(), "data directory of the node (or TONGBAN_DIR)")
	flags.StringVar(&a.api, "api", a.Env("TONGBAN_API"), "host:port of the node's API, when it is not the one in the data directory's configuration (or TONGBAN_API)")
	flags.BoolVar(&a.json, "json", false, "print JSON")
	root.AddCommand(
		a.demoCommand(), a.realmCommand(), a.inviteCommand(), a.joinCommand(), a.runCommand(),
		a.statusCommand(), a.centerCommand(), a.voterCommand(), a.powerCommand(),
		a.itemCommand(), a.bundleCommand(), a.ruleCommand(), a.calendarCommand(), a.caseCommand(), a.ratingCommand(), a.privacyCommand(), a.noticeCommand(), a.visitCommand(), a.slipCommand(),
		a.onboardCommand(), a.accountCommand(), a.staffCommand(), a.windowCommand(), a.queueCommand(), a.appointmentCommand(), a.timetableCommand(), a.bookCommand(),
		a.registerCommand(), a.outboxCommand(), a.superviseCommand(),
		a.archiveCommand(), a.nationalCommand(),
		a.backupCommand(), a.restoreCommand(), a.configCommand(),
	)
	return root
}

func (a *app) defaultDir() string {
	if dir := a.Env("TONGBAN_DIR"); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "tongban-data"
	}
	return filepath.Join(home, ".local", "share", "tongban")
}

// group makes a command that only holds others.
func group(use, short string, subs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short,
		Args: usage(func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(subs...)
	return c
}

// required marks flags that must be given; without them the command line
// cannot be understood.
func required(cmd *cobra.Command, flags ...string) {
	for _, f := range flags {
		if err := cmd.MarkFlagRequired(f); err != nil {
			panic(err) // a misspelt name, found by the first run
		}
	}
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		return usage(func(cmd *cobra.Command, _ []string) error { return cmd.ValidateRequiredFlags() })(cmd, nil)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"tongban/node"
)

// fatalError is a node that stopped because its data cannot be trusted.
type fatalError struct{ error }

func (e fatalError) Unwrap() error { return e.error }

func (a *app) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Run the node of the data directory",
		Long: `Run the node of the data directory until it gets SIGINT or SIGTERM. One line on
the standard output says that it is ready; the log goes to the standard error, in
the format that tongban.yaml names.

Exit code 6 means that its data contradict what the voters certified, or that its
disk is full: look at the log before it is started again. A supervisor must not
restart it then (systemd: RestartPreventExitStatus=6).`,
		Example: `  tongban run
  tongban run --dir /srv/tongban 2>> /var/log/tongban.log`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.run(cmd.Context()) },
	}
}

func (a *app) run(ctx context.Context) error {
	config, err := node.ReadConfig(a.dir)
	if err != nil {
		return err
	}
	if config.Profile == "village" && a.Env("GOMEMLIMIT") == "" {
		// A PC with 1 GB: a backup or a long verification collects its garbage
		// sooner rather than crowd the browser out.
		debug.SetMemoryLimit(200 << 20)
	}
	n, err := node.Open(a.dir, node.Options{Log: newLog(a.Err, config.Log), Version: version})
	if err != nil {
		return err
	}
	told := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(told)
		select {
		case <-n.Ready():
			a.show(map[string]any{"center": n.Center(), "api": n.APIAddr(), "pid": os.Getpid()}, func(w io.Writer) {
				fmt.Fprintf(w, "tongban: %s runs, API %s, pid %d\n", n.Center(), orDash(n.APIAddr()), os.Getpid())
			})
		case <-stopped:
		}
	}()
	err = n.Run(ctx)
	close(stopped)
	<-told
	if errors.Is(err, node.ErrFatal) {
		return fatalError{err}
	}
	return err
}

// newLog is the logger that the configuration asks for; Check has read it.
func newLog(w io.Writer, c node.LogConfig) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// Command tongban is the whole program: it makes, joins and runs a node, and
// talks to a running one by its API. `tongban demo` shows a small city.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"tongban/consensus/refusal"
	"tongban/node/api"
	"tongban/tools/client"
)

// Exit codes. They are for good.
const (
	exitOK      = 0
	exitFailed  = 1 // something went wrong on the way
	exitUsage   = 2 // the command line cannot be understood
	exitRefused = 3 // a rule or a node said no; the same call gets the same answer
	exitOffline = 4 // the node does not run or cannot be reached
	exitInvalid = 5 // a log, a backup or a check does not hold
	exitFatal   = 6 // the node stopped because its data cannot be trusted: do not restart it blindly
)

// version is set when a release is built.
var version = "0.1.0-dev"

// Main is one run of the program: what it reads and writes is handed in, so
// that tests run it too.
type Main struct {
	In       io.Reader
	Out, Err io.Writer
	Env      func(string) string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := Main{os.Stdin, os.Stdout, os.Stderr, os.Getenv}.Run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// Run executes one command line and returns its exit code.
func (m Main) Run(ctx context.Context, args []string) int {
	app := &app{Main: m}
	root := app.root()
	root.SetArgs(args)
	root.SetIn(m.In)
	root.SetOut(m.Out)
	root.SetErr(m.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	return app.report(err)
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// invalidError is a check that did not hold.
type invalidError struct{ error }

// report prints an error with what to do about it, and picks the exit code.
func (a *app) report(err error) int {
	code, hint := exitFailed, refusal.HintOf(err)
	var (
		usage   usageError
		invalid invalidError
		offline *client.Offline
		fatal   fatalError
		p       *api.Problem
	)
	switch {
	case errors.As(err, &usage):
		code = exitUsage
	case errors.As(err, &invalid):
		code = exitInvalid
		if errors.As(invalid.error, &p) {
			hint = p.Hint
		}
	case errors.As(err, &fatal):
		code = exitFatal
	case errors.As(err, &offline):
		code, hint = exitOffline, offlineHint(offline)
	case errors.As(err, &p):
		code, hint = exitRefused, p.Hint
		if p.Status >= 500 {
			code = exitFailed
		}
	case refusal.CodeOf(err) != "":
		code = exitRefused
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(a.Err, "tongban: interrupted")
		return exitFailed
	}
	if a.json {
		a.writeJSON(a.Err, map[string]any{"error": a.errorView(err, p, hint)})
		return code
	}
	fmt.Fprintf(a.Err, "tongban: %v\n", err)
	if p != nil {
		for _, d := range p.Details {
			fmt.Fprintf(a.Err, "  - %s\n", d)
		}
	}
	if hint != "" {
		fmt.Fprintf(a.Err, "  %s\n", hint)
	}
	return code
}

func (a *app) errorView(err error, p *api.Problem, hint string) map[string]any {
	view := map[string]any{"message": err.Error()}
	if hint != "" {
		view["hint"] = hint
	}
	if code := refusal.CodeOf(err); code != "" {
		view["code"] = code
	}
	if p != nil {
		view["code"] = p.Code
		if len(p.Details) > 0 {
			view["details"] = p.Details
		}
	}
	return view
}

// usage makes cobra's complaints about arguments ours.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w\n  usage: %s\n  more: %s --help", err, cmd.UseLine(), cmd.CommandPath())}
		}
		return nil
	}
}

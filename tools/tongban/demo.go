package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"tongban/tools/demo"
)

func (a *app) demoCommand() *cobra.Command {
	var o demo.Options
	c := &cobra.Command{
		Use:   "demo",
		Short: "A small city on this machine: seven nodes, five cases",
		Long: `Start a district, two towns and four villages of Wujiang as seven full nodes, each a
process of its own on loopback, publish the starter catalogue, tell five cases step by
step, give the centers the middle of a working day, and verify every log on every node.
One town is killed on the way. Then it keeps running, with a page for each node, until
Ctrl+C. Everything lives in a temporary folder that is removed.`,
		Example: `  tongban demo           # keeps running; open the addresses that it prints
  tongban demo --once    # stops after the verification; exit 5 if anything does not hold`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return err
			}
			o.Out, o.Program = a.Out, []string{self}
			err = demo.Run(cmd.Context(), o)
			if errors.Is(err, demo.ErrDoesNotHold) {
				return invalidError{err}
			}
			return err
		},
	}
	c.Flags().BoolVar(&o.Once, "once", false, "stop after the verification")
	c.Flags().StringVar(&o.Dir, "keep", "", "make the city in this empty folder and leave it there")
	return c
}

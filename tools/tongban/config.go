package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/node"
)

func (a *app) configCommand() *cobra.Command {
	var l layout
	var check bool
	cmd := &cobra.Command{
		Use:   "config [CENTER]",
		Short: "Print a configuration file with comments",
		Long: `Print a configuration file with comments: that of a center of that level on its
usual ports, changed by the flags given. --check reads the one of the data
directory and tells everything that is wrong with it.`,
		Example: `  tongban config 320509111201 --listen none > tongban.yaml
  tongban config --check --dir /srv/tongban`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if check {
				c, err := node.ReadConfig(a.dir)
				if err != nil {
					return err
				}
				return a.printConfig(c)
			}
			center := area.Center("320509111201")
			if len(args) > 0 {
				var err error
				if center, err = area.ParseCenter(args[0]); err != nil {
					return usageError{err}
				}
			}
			return a.printConfig(l.config(center))
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "check and print the configuration of the data directory")
	l.flags(cmd.Flags())
	return cmd
}

func (a *app) printConfig(c node.Config) error {
	if a.json {
		a.writeJSON(a.Out, c)
		return nil
	}
	text, err := c.Text()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%s", text)
	return err
}

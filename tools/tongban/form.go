package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tongban/catalog/item"
	"tongban/tools/client"
)

func (a *app) itemFormCommand() *cobra.Command {
	return group("form", "Files that belong to items: blank forms, filled samples", a.formKeepCommand(), a.formGetCommand())
}

func (a *app) formKeepCommand() *cobra.Command {
	return &cobra.Command{
		Use: "keep FILE...", Short: "Keep files at this node and print how an item names them",
		Long: `Keep files at this node and print how an item names them, under blank or sample of
a material or a result. Other nodes fetch a file when somebody first asks for it. A
sample holds no personal data.`,
		Example: "  tongban item form keep 申请表.docx 申请表（样表）.pdf",
		Args:    usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all := make([]item.Attachment, len(args))
			for i, name := range args {
				if all[i], err = keepForm(cmd, c, name); err != nil {
					return fmt.Errorf("keep %s: %w", name, err)
				}
			}
			return a.show(all, func(w io.Writer) {
				for _, one := range all {
					fmt.Fprintf(w, "{name: %s, hash: %s, size: %d}\n", one.Name, one.Hash, one.Size)
				}
			})
		},
	}
}

func keepForm(cmd *cobra.Command, c *client.Client, name string) (kept item.Attachment, err error) {
	f, err := os.Open(name)
	if err != nil {
		return kept, err
	}
	defer f.Close()
	resp, err := c.Send(cmd.Context(), http.MethodPost, "/v1/forms", client.Params("name", filepath.Base(name)), f, "application/octet-stream")
	if err != nil {
		return kept, err
	}
	defer resp.Body.Close()
	return kept, json.NewDecoder(resp.Body).Decode(&kept)
}

func (a *app) formGetCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "get HASH", Short: "Write a file that an item names",
		Example: "  tongban item form get 3b1f…c2 --output 申请表.docx",
		Args:    usage(cobra.ExactArgs(1)),
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "to which file; - is the standard output (required)")
	required(cmd, "output")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.download(cmd, client.Path("forms", args[0]), nil, output, public, true, "the form")
	}
	return cmd
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tongban/catalog/item"
	"tongban/catalog/sheet"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) itemTemplateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "template FILE", Short: "Write an empty sheet to fill in: xlsx, csv, yaml or json",
		Example: "  tongban item template items.xlsx",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			f := sheet.FormatOf(args[0])
			if f == "" {
				return usageError{fmt.Errorf("%s: not known what it is to be\n  end it with .xlsx, .csv, .yaml or .json", args[0])}
			}
			if err := a.writeFile(args[0], public, func(w io.Writer) error { return sheet.Template(w, f) }); err != nil {
				return err
			}
			return a.show(map[string]string{"file": args[0]}, func(w io.Writer) { fmt.Fprintln(w, args[0]) })
		},
	}
}

func (a *app) itemExportCommand() *cobra.Command {
	var p incoming
	var format, in, on string
	cmd := &cobra.Command{
		Use: "export FILE [CODE...]", Short: "Write items to a sheet or file",
		Long: `Write items to an xlsx, csv, yaml or json file, all that are offered or those
named. What is written can be imported again without a change. With --starter or
--names it is what ships that is written; no node is asked.`,
		Example: "  tongban item export items.xlsx\n  tongban item export catalogue-2026-07-01.yaml --as-of 2026-07-01\n  tongban item export starter.xlsx --starter",
		Args:    usage(cobra.MinimumNArgs(1)),
	}
	cmd.Flags().BoolVar(&p.starter, "starter", false, "the starter catalogue that ships, bundles included")
	cmd.Flags().BoolVar(&p.names, "names", false, "the list of 900 real names and codes that ships")
	cmd.Flags().StringVar(&format, "format", "", "xlsx, csv, yaml or json (default: by the file's name)")
	cmd.Flags().StringVar(&in, "area", "", "as this area sees the catalogue (default: this center's own)")
	cmd.Flags().StringVar(&on, "as-of", "", "the catalogue of that day, YYYY-MM-DD (default: today)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f := sheet.Format(format)
		if f == "" {
			if f = sheet.FormatOf(args[0]); f == "" {
				return usageError{fmt.Errorf("%s: not known what it is to be\n  give --format xlsx, csv, yaml or json", args[0])}
			}
		}
		items, err := a.outgoing(cmd, p, args[1:], client.Params("area", in, "on", on))
		if err != nil {
			return err
		}
		if err := a.writeFile(args[0], public, func(w io.Writer) error { return sheet.Write(w, f, items) }); err != nil {
			return err
		}
		return a.show(map[string]any{"file": args[0], "items": len(items)}, func(w io.Writer) {
			if args[0] != "-" {
				fmt.Fprintf(w, "%s: %s\n", args[0], count(len(items), "item"))
			}
		})
	}
	return cmd
}

// outgoing is what is to be written: what ships, or what the node offers.
func (a *app) outgoing(cmd *cobra.Command, p incoming, codes []string, q map[string][]string) ([]item.Item, error) {
	switch {
	case p.starter && p.names || (p.starter || p.names) && len(q) > 0:
		return nil, usageError{errors.New("--starter, --names, or what the node offers (--area, --as-of): one of them")}
	case p.starter || p.names:
		return a.readItems(p, "", codes)
	}
	c, err := a.connect()
	if err != nil {
		return nil, err
	}
	return a.fetchItems(cmd.Context(), c, codes, q)
}

// fetchItems reads whole items from the node: those named, or all.
func (a *app) fetchItems(ctx context.Context, c *client.Client, codes []string, q map[string][]string) ([]item.Item, error) {
	if len(codes) == 0 {
		after := ""
		for more := true; more; {
			page := map[string][]string{"limit": {"500"}, "after": {after}}
			for k, v := range q {
				page[k] = v
			}
			_, list, err := call[api.ItemList](ctx, c, get("/v1/items", page))
			if err != nil {
				return nil, err
			}
			for _, one := range list.Items {
				codes = append(codes, string(one.Ref.Code))
			}
			if more = list.More; more {
				after = codes[len(codes)-1]
			}
		}
	}
	bar := a.progress("read", len(codes))
	defer bar.done()
	items := make([]item.Item, len(codes))
	for i, code := range codes {
		_, v, err := call[api.ItemView](ctx, c, get(client.Path("items", code), q))
		if err != nil {
			return nil, err
		}
		items[i] = v.Item
		bar.at(i + 1)
	}
	return items, nil
}

// Who may read a file that was written.
const (
	private os.FileMode = 0o600 // it holds what applicants entrusted
	public  os.FileMode = 0o644
)

// writeFile writes a file whole or not at all: one that is there is on the disk.
// "-" is the standard output.
func (a *app) writeFile(name string, mode os.FileMode, write func(w io.Writer) error) error {
	if name == "-" {
		return write(a.Out)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	err = errors.Join(write(f), f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

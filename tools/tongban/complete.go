package main

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

// completer lists candidates as "value\tdescription".
type completer func(ctx context.Context, c *client.Client) ([]string, error)

// complete asks the running node what can stand here. A shell must never wait
// for it: where the node is slow or does not run there are no candidates.
func (a *app) complete(pick func(given int) completer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		list := pick(len(args))
		if list == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		c, err := a.connect()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx := cmd.Context()
		if ctx == nil {
			ctx = context.Background()
		}
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		all, err := list(ctx, c)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var fit []string
		for _, one := range all {
			if strings.HasPrefix(one, begun) {
				fit = append(fit, one)
			}
		}
		return fit, cobra.ShellCompDirectiveNoFileComp
	}
}

// first completes the first argument, every any.
func first(list completer) func(int) completer {
	return func(given int) completer {
		if given > 0 {
			return nil
		}
		return list
	}
}

func every(list completer) func(int) completer { return func(int) completer { return list } }

func (a *app) centerIDs(ctx context.Context, c *client.Client) ([]string, error) {
	_, all, err := call[[]api.CenterView](ctx, c, get("/v1/centers", url.Values{"limit": {"3000"}}))
	out := make([]string, len(all))
	for i, l := range all {
		out[i] = string(l.ID) + "\t" + l.Name
	}
	return out, err
}

func (a *app) itemCodes(ctx context.Context, c *client.Client) ([]string, error) {
	_, all, err := call[api.ItemList](ctx, c, get("/v1/items", url.Values{"limit": {"500"}}))
	out := make([]string, len(all.Items))
	for i, it := range all.Items {
		out[i] = string(it.Ref.Code) + "\t" + it.Name
	}
	return out, err
}

func (a *app) bundleCodes(ctx context.Context, c *client.Client) ([]string, error) {
	_, all, err := call[api.ItemList](ctx, c, get("/v1/items", url.Values{"limit": {"500"}, "bundles": {"true"}}))
	out := make([]string, len(all.Items))
	for i, it := range all.Items {
		out[i] = string(it.Ref.Code) + "\t" + it.Name
	}
	return out, err
}

func (a *app) caseIDs(ctx context.Context, c *client.Client) ([]string, error) {
	_, all, err := call[desk.Worklist](ctx, c, get("/v1/cases", url.Values{"box": {"all"}, "limit": {"200"}}))
	out := make([]string, len(all.Cases))
	for i, s := range all.Cases {
		out[i] = string(s.ID) + "\t" + s.Name + " " + string(s.Phase)
	}
	return out, err
}

func centerID(s string) area.Center { return area.Center(s) }

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/starter"
	"tongban/node/api"
	"tongban/tools/client"
)

// publishing is the command line of 'item publish'.
type publishing struct {
	files     []string
	starter   bool
	codes     []string
	in, note  string
	authority string
	check     bool
}

func (a *app) itemPublishCommand() *cobra.Command {
	var p publishing
	cmd := &cobra.Command{
		Use:   "publish [CODE...]",
		Short: "Publish versions of items",
		Long: `Publish versions of items, from files or from the starter catalogue that ships.
What is wrong with an item is told first, all of it; one item that may not be
published stops the rest. An item that would not change is left out. --check only
tells: the findings, and in words what would change.

A file is YAML or JSON: one item or a list, as 'item show --json' prints the
item; in YAML an item names its key with "code". CODE chooses some of what the
files or the starter catalogue hold, by key or by record number (D26).

The starter catalogue is templates of other places: every item says whose it is.
Their codes, days and fees are not this district's until somebody has checked
them.`,
		Example: `  tongban item publish --starter --staff 王主任
  tongban item publish --starter D26 D01 --area 320509000000
  tongban item publish --file subsidy.yaml --check`,
		Args: usage(cobra.ArbitraryArgs),
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&p.files, "file", nil, "YAML or JSON file of items; - reads the standard input")
	flags.BoolVar(&p.starter, "starter", false, "the starter catalogue that ships")
	flags.StringVar(&p.in, "area", "", "for which area (default: this center's own)")
	flags.StringVar(&p.authority, "authority", "", "in whose name notices go out, for items that do not say")
	flags.StringVar(&p.note, "note", "", "a note for the journal")
	flags.BoolVar(&p.check, "check", false, "publish nothing: tell the findings and the changes; exit 5 if an item may not be published")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		p.codes = args
		if p.starter == (len(p.files) > 0) {
			return usageError{errors.New("say what to publish: --starter or --file, one of them")}
		}
		who, err := staff()
		if err != nil {
			return err
		}
		return a.publish(cmd, p, who)
	}
	return cmd
}

func (a *app) publish(cmd *cobra.Command, p publishing, staff string) error {
	items, err := a.readItems(p)
	if err != nil {
		return err
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	body := api.Publishing{Items: items, Area: area.Code(p.in), Staff: staff, Note: p.note, Check: true}
	raw, checked, err := call[[]api.PublishedItem](ctx, c, post("/v1/items", body))
	if err != nil {
		return err
	}
	sound := !slices.ContainsFunc(checked, func(one api.PublishedItem) bool { return !item.Publishable(one.Findings) })
	if p.check || !sound {
		a.show(raw, func(w io.Writer) { writePublished(w, checked, p.check) })
		switch {
		case p.check && sound:
			return nil
		case p.check:
			return invalidError{errors.New("what is marked as an error must be mended before it can be published")}
		}
		return &api.Problem{Status: 422, Code: "findings", Message: "nothing was published: an item has errors", Hint: "mend what is marked as an error above"}
	}
	if body.Items, err = changed(ctx, c, items, checked); err != nil {
		return err
	}
	body.Check = false
	var published []api.PublishedItem
	if len(body.Items) > 0 {
		if raw, published, err = call[[]api.PublishedItem](ctx, c, post("/v1/items", body)); err != nil {
			return err
		}
	} else {
		raw = json.RawMessage("[]")
	}
	a.show(raw, func(w io.Writer) {
		if len(published) > 0 {
			writePublished(w, published, false)
		}
		if same := len(items) - len(body.Items); same > 0 {
			fmt.Fprintf(w, "%d published already, unchanged\n", same)
		}
	})
	for _, one := range published {
		if one.Result == nil {
			return fmt.Errorf("%s %s: not published", one.Ref.Code, one.Name)
		}
		if err := one.Result.Err("publish " + string(one.Ref.Code)); err != nil {
			return err
		}
	}
	return nil
}

// changed leaves out what stands in the Register just as it is.
func changed(ctx context.Context, c *client.Client, items []item.Item, checked []api.PublishedItem) ([]item.Item, error) {
	var out []item.Item
	for i, one := range checked {
		same := one.Ref.Version > 1 && len(one.Changes) == 0
		if same { // or it was withdrawn and is to be offered again
			_, versions, err := call[[]register.Published](ctx, c, get(client.Path("items", string(one.Ref.Code), "history"), nil))
			if err != nil {
				return nil, err
			}
			same = slices.ContainsFunc(versions, func(v register.Published) bool {
				return v.Ref.Area == one.Ref.Area && v.Ref.Version == one.Ref.Version-1 && v.Withdrawn == 0
			})
		}
		if !same {
			out = append(out, items[i])
		}
	}
	return out, nil
}

func writePublished(w io.Writer, all []api.PublishedItem, check bool) {
	t := table{head: []string{"CODE", "NAME", "VERSION", ""}}
	for _, one := range all {
		state := "checked"
		switch {
		case one.Result != nil && one.Result.Outcome == register.Applied:
			state = fmt.Sprintf("published (record %d)", one.Result.Index)
		case one.Result != nil:
			state = fmt.Sprintf("%s: %s", one.Result.Outcome, one.Result.Detail)
		case !item.Publishable(one.Findings):
			state = "may not be published"
		case !check:
			state = "not published"
		}
		t.row(one.Ref.Code, one.Name, one.Ref.Version, state)
	}
	t.write(w)
	for _, one := range all {
		if len(one.Findings)+len(one.Changes) == 0 {
			continue
		}
		fmt.Fprintf(w, "%s %s\n", one.Ref.Code, one.Name)
		for _, c := range one.Changes {
			fmt.Fprintf(w, "  change: %s\n", c)
		}
		writeFindings(w, one.Findings)
	}
}

// readItems reads what is to be published, chosen by the codes given.
func (a *app) readItems(p publishing) ([]item.Item, error) {
	var all []item.Item
	if p.starter {
		var err error
		if all, err = starter.Items(); err != nil {
			return nil, err
		}
	}
	for _, name := range p.files {
		b, err := a.readFile(name)
		if err != nil {
			return nil, err
		}
		some, err := decodeItems(b)
		if err != nil {
			return nil, usageError{fmt.Errorf("read %s: %w", name, err)}
		}
		all = append(all, some...)
	}
	if p.authority != "" {
		for i := range all {
			if all[i].Authority == "" {
				all[i].Authority = p.authority
			}
		}
	}
	if len(p.codes) == 0 {
		return all, nil
	}
	var chosen []item.Item
	for _, code := range p.codes {
		i := slices.IndexFunc(all, func(it item.Item) bool { return string(it.Ref.Code) == code || it.Record == code })
		if i < 0 {
			return nil, usageError{fmt.Errorf("no item %s among those given", code)}
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// written is an item in a YAML file, with the key that a Register would know
// it by.
type written struct {
	Code      item.Code `yaml:"code"`
	item.Item `yaml:",inline"`
}

// decodeItems reads one item or a list. Numbers such as a basic code must be
// quoted in YAML; a field that an item does not have is an error.
func decodeItems(b []byte) ([]item.Item, error) {
	trimmed := bytes.TrimSpace(b)
	if bytes.HasPrefix(trimmed, []byte("{")) || bytes.HasPrefix(trimmed, []byte("[")) {
		return decodeJSONItems(trimmed)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	var list []written
	if !strings.HasPrefix(firstLine(trimmed), "-") {
		list = make([]written, 1)
		if err := d.Decode(&list[0]); err != nil {
			return nil, err
		}
	} else if err := d.Decode(&list); err != nil {
		return nil, err
	}
	out := make([]item.Item, len(list))
	for i, one := range list {
		out[i] = one.Item
		if out[i].Ref.Code = one.Code; one.Code == "" {
			out[i].Ref.Code = one.PublishedCode()
		}
	}
	return out, nil
}

// firstLine is the first line that says something.
func firstLine(b []byte) string {
	for line := range strings.Lines(string(b)) {
		if s := strings.TrimSpace(line); s != "" && !strings.HasPrefix(s, "#") && s != "---" {
			return s
		}
	}
	return ""
}

// decodeJSONItems reads an item, a list of items, or what 'item show --json'
// prints.
func decodeJSONItems(b []byte) ([]item.Item, error) {
	strict := func(into any) error {
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		return d.Decode(into)
	}
	if b[0] == '[' {
		var list []item.Item
		return list, strict(&list)
	}
	var shown struct {
		Item     *item.Item      `json:"item"`
		Findings json.RawMessage `json:"findings"`
	}
	if err := json.Unmarshal(b, &shown); err == nil && shown.Item != nil {
		return []item.Item{*shown.Item}, strict(&shown)
	}
	list := make([]item.Item, 1)
	return list, strict(&list[0])
}

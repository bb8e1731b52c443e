package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) itemCoverageCommand() *cobra.Command {
	var under, on string
	var missing bool
	cmd := &cobra.Command{
		Use: "coverage [CENTER]", Short: "Tell how much of what they must offer the centers have taken on",
		Long: `Tell how much of the basic catalogue of its level each center has taken on (应进必
进), as a number, and with --missing as a list. Default: this center and those
below it.`,
		Example:           "  tongban item coverage\n  tongban item coverage 320509111201 --missing",
		Args:              usage(cobra.MaximumNArgs(1)),
		ValidArgsFunction: a.complete(first(a.centerIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := client.Params("under", under, "on", on)
			if len(args) > 0 {
				q.Set("center", args[0])
				missing = true
			}
			return ask(a, cmd, get("/v1/coverage", q), func(w io.Writer, _ *client.Client, r api.CoverageReport) {
				writeCoverage(w, r, missing)
			})
		},
	}
	cmd.Flags().StringVar(&under, "under", "", "every center of this area (default: this center's own)")
	cmd.Flags().StringVar(&on, "as-of", "", "on that day, YYYY-MM-DD (default: today)")
	cmd.Flags().BoolVar(&missing, "missing", false, "list what is missing")
	return cmd
}

func writeCoverage(w io.Writer, r api.CoverageReport, missing bool) {
	t := table{head: []string{"CENTER", "", "MUST", "OFFERS", "", "BESIDE"}}
	for _, c := range r.Centers {
		rate := "no basic catalogue"
		if c.List != 0 {
			rate = percent(c.Covered, c.Required)
		}
		t.row(c.Center, c.Name, c.Required, c.Covered, rate, c.Beyond)
	}
	t.write(w)
	if len(r.Centers) > 1 {
		fmt.Fprintf(w, "%d of %d, %s\n", r.Covered, r.Required, percent(r.Covered, r.Required))
	}
	if !missing {
		return
	}
	m := table{head: []string{"MISSING AT", "CODE", "NAME", "WHY"}}
	for _, c := range r.Centers {
		for _, one := range c.Missing {
			m.row(c.Center, one.Code, orDash(one.Name), one.Why)
		}
	}
	if len(m.rows) == 0 {
		if r.Required == 0 {
			fmt.Fprintln(w, "nothing is demanded: 'tongban item basic set' says what a level must offer")
			return
		}
		fmt.Fprintln(w, "nothing is missing")
		return
	}
	m.write(w)
}

func percent(n, of int) string {
	if of == 0 {
		return "100.0 %"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

func (a *app) itemClaimCommand() *cobra.Command {
	var drop, all bool
	var reason, center, file string
	cmd := &cobra.Command{
		Use: "claim [CODE...]", Short: "Take items on at this counter, or give them up",
		Long: `Take items on (认领): this center offers them from today on. --all takes on whatever
the basic catalogue of its level demands and is offered.`,
		Example:           "  tongban item claim TB-D26 --staff 周文书\n  tongban item claim --all --staff 周文书\n  tongban item claim TB-D26 --drop --reason 上收",
		Args:              usage(cobra.ArbitraryArgs),
		ValidArgsFunction: a.complete(every(a.itemCodes)),
	}
	f := cmd.Flags()
	f.BoolVar(&drop, "drop", false, "give them up")
	f.BoolVar(&all, "all", false, "whatever the basic catalogue demands")
	f.StringVar(&reason, "reason", "", "why (required with --drop)")
	f.StringVar(&center, "center", "", "for a center below this one")
	f.StringVar(&file, "file", "", "a file of codes")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		codes, err := a.listOf(file, args)
		if err != nil {
			return err
		}
		switch {
		case drop && reason == "":
			return usageError{errors.New("--drop needs a --reason")}
		case all && (drop || len(codes) > 0), !all && len(codes) == 0:
			return usageError{errors.New("say which: codes, --file, or --all to take on what the basic catalogue demands")}
		}
		if all {
			if codes, err = a.unclaimed(cmd, center); err != nil {
				return err
			}
			if len(codes) == 0 {
				return a.show([]item.Code{}, func(w io.Writer) { fmt.Fprintln(w, "nothing to take on: all that is demanded and offered is claimed") })
			}
		}
		word := "taken on"
		if drop {
			word = "given up"
		}
		for part := range slices.Chunk(codes, register.MaxClaimed) {
			claim := register.Claim{Center: area.Center(center), Items: part, Drop: drop, Reason: reason}
			if err := propose(a, cmd, post("/v1/claims", map[string]any{"claim": claim, "staff": who}), count(len(part), "item")+" "+word); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

// unclaimed is what a center must offer, may offer, and has not taken on.
func (a *app) unclaimed(cmd *cobra.Command, center string) ([]item.Code, error) {
	c, err := a.connect()
	if err != nil {
		return nil, err
	}
	if center == "" {
		_, s, err := call[api.Status](cmd.Context(), c, get("/v1/status", nil))
		if err != nil {
			return nil, err
		}
		center = string(s.Center)
	}
	_, report, err := call[api.CoverageReport](cmd.Context(), c, get("/v1/coverage", client.Params("center", center)))
	if err != nil {
		return nil, err
	}
	var codes []item.Code
	for _, one := range report.Centers {
		for _, m := range one.Missing {
			if m.Why == register.Unclaimed {
				codes = append(codes, m.Code)
			}
		}
	}
	return codes, nil
}

func (a *app) itemSupplementCommand() *cobra.Command {
	var center string
	cmd := &cobra.Command{
		Use: "supplement CODE [ELEMENT=TEXT...]", Short: "Say what holds at this counter: place, window, hours, telephone",
		Long: `Say what holds at this counter: place, window, hours, telephone, complaint, on_duty,
directions, note. What is not named stays; ELEMENT= takes one away. A standardized
element cannot be changed here: only the center that publishes the item may do that.
Without ELEMENT=TEXT it shows what this counter says.`,
		Example:           "  tongban item supplement TB-D26 window=3号综合窗口 telephone=0512-63010000 --staff 周文书\n  tongban item supplement TB-D26",
		Args:              usage(cobra.MinimumNArgs(1)),
		ValidArgsFunction: a.complete(first(a.itemCodes)),
	}
	cmd.Flags().StringVar(&center, "center", "", "of a center below this one (default: this one)")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		q := client.Params("center", center)
		if len(args) == 1 {
			return ask(a, cmd, get("/v1/supplements", q), func(w io.Writer, _ *client.Client, all map[item.Code]item.Supplement) {
				writeSupplement(w, all[item.Code(args[0])])
			})
		}
		who, err := staff()
		if err != nil {
			return err
		}
		c, err := a.connect()
		if err != nil {
			return err
		}
		_, all, err := call[map[item.Code]map[string]any](cmd.Context(), c, get("/v1/supplements", q))
		if err != nil {
			return err
		}
		local := all[item.Code(args[0])]
		if local == nil {
			local = map[string]any{}
		}
		for _, pair := range args[1:] {
			name, text, ok := strings.Cut(pair, "=")
			if !ok {
				return usageError{fmt.Errorf("%q: want ELEMENT=TEXT", pair)}
			}
			local[name] = text
		}
		return propose(a, cmd, put(client.Path("items", args[0], "supplement"), map[string]any{"center": center, "supplement": local, "staff": who}),
			args[0]+": the supplement is kept")
	}
	return cmd
}

func writeSupplement(w io.Writer, s item.Supplement) {
	t := table{head: []string{"", ""}}
	for _, one := range []struct{ name, text string }{
		{"place", s.Place}, {"window", s.Window}, {"hours", s.Hours}, {"telephone", s.Telephone},
		{"complaint", s.Complaint}, {"on_duty", s.OnDuty}, {"directions", s.Directions}, {"note", s.Note},
	} {
		if one.text != "" {
			t.row("  "+one.name, one.text)
		}
	}
	if len(t.rows) == 0 {
		fmt.Fprintln(w, "this counter says nothing of its own")
	}
	t.write(w)
}

func (a *app) itemBasicCommand() *cobra.Command {
	return group("basic", "The basic catalogues: what the centers of a level must offer", a.basicListCommand(), a.basicSetCommand())
}

func (a *app) basicListCommand() *cobra.Command {
	var in, on string
	cmd := &cobra.Command{
		Use: "list", Short: "List the basic catalogues that hold in an area",
		Example: "  tongban item basic list",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/lists", client.Params("area", in, "on", on)), func(w io.Writer, _ *client.Client, all []register.Listed) {
				if len(all) == 0 {
					fmt.Fprintln(w, "no list is set\n  'tongban item basic set' sets one")
					return
				}
				t := table{head: []string{"LIST", "LEVEL", "SET FOR", "ITEMS", "FROM", "SOURCE"}}
				for _, l := range all {
					t.row(l.Purpose, l.Level.Chinese(), l.Area, len(l.Items), l.From, orDash(l.Source))
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().StringVar(&in, "area", "", "division code (default: this center's own)")
	cmd.Flags().StringVar(&on, "as-of", "", "on that day, YYYY-MM-DD (default: today)")
	return cmd
}

func (a *app) basicSetCommand() *cobra.Command {
	var l register.List
	var in, file string
	var ships bool
	cmd := &cobra.Command{
		Use: "set LEVEL [CODE...]", Short: "Set what every center of a level must offer",
		Long: `Set what every center of a level (district, town, village) must offer. It replaces
the earlier list of that level whole. --starter sets the lists that ship, which are
local compositions.`,
		Example: "  tongban item basic set village TB-D26 TB-D12 --source 吴政办〔2026〕3号\n  tongban item basic set --starter",
		Args:    usage(cobra.ArbitraryArgs),
	}
	f := cmd.Flags()
	f.StringVar(&in, "area", "", "where it holds (default: this center's own area)")
	f.StringVar(&file, "file", "", "a file of codes")
	f.StringVar((*string)(&l.Purpose), "purpose", string(register.BasicList), "basic, city_wide or frequent")
	f.StringVar(&l.Source, "source", "", "the document that says so")
	f.StringVar(&l.From, "from", "", "the first day, YYYY-MM-DD (default: today)")
	f.BoolVar(&ships, "starter", false, "the lists that ship")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		lists := []register.List{}
		if ships {
			if len(args) > 0 || file != "" {
				return usageError{errors.New("--starter sets the lists of every level: name no level and no codes")}
			}
			all, err := starter.Lists()
			if err != nil {
				return err
			}
			for _, one := range all {
				lists = append(lists, register.List{Purpose: register.ListKind(one.Purpose), Level: one.Level, Items: one.Items, Source: one.Source, From: l.From})
			}
		} else {
			if len(args) == 0 {
				return usageError{errors.New("say which LEVEL: district, town or village")}
			}
			if err := l.Level.UnmarshalText([]byte(args[0])); err != nil {
				return usageError{err}
			}
			if len(args) == 1 && file == "" {
				return usageError{errors.New("say which items: codes, or --file; the list replaces the earlier one whole")}
			}
			if l.Items, err = a.listOf(file, args[1:]); err != nil {
				return err
			}
			lists = append(lists, l)
		}
		for _, one := range lists {
			one.Area = area.Code(in)
			if err := propose(a, cmd, put("/v1/lists", map[string]any{"list": one, "staff": who}),
				fmt.Sprintf("%s list of %s level: %s", one.Purpose, one.Level, count(len(one.Items), "item"))); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

func (a *app) itemClaimsCommand() *cobra.Command {
	var center, on string
	cmd := &cobra.Command{
		Use: "claims", Short: "List the items that a center has taken on",
		Example: "  tongban item claims\n  tongban item claims --center 320509111201",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/claims", client.Params("center", center, "on", on)), func(w io.Writer, _ *client.Client, all map[item.Code]workday.Date) {
				if len(all) == 0 {
					fmt.Fprintln(w, "nothing is taken on")
					return
				}
				t := table{head: []string{"CODE", "SINCE"}}
				for _, code := range slices.Sorted(maps.Keys(all)) {
					t.row(code, all[code])
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().StringVar(&center, "center", "", "which center (default: this one)")
	cmd.Flags().StringVar(&on, "as-of", "", "on that day, YYYY-MM-DD (default: today)")
	return cmd
}

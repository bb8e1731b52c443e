package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/catalog/rule"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) ruleCommand() *cobra.Command {
	return group("rule", "System-wide rules: how long a notice may take, when a lamp turns", a.ruleListCommand(), a.ruleSetCommand())
}

func (a *app) ruleListCommand() *cobra.Command {
	var in string
	cmd := &cobra.Command{
		Use: "list", Short: "List the rules that an area goes by, and who set them",
		Example: "  tongban rule list --area 320509111000",
		Args:    usage(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.ruleList(cmd, in) },
	}
	cmd.Flags().StringVar(&in, "area", "", "division code (default: this center's own)")
	return cmd
}

// ruleInForce is one rule as an area goes by it.
type ruleInForce struct {
	rule.Rule
	Name  string    `json:"name"`
	Unit  rule.Unit `json:"unit"`
	SetBy area.Code `json:"set_by,omitempty"` // "": the default
}

func (a *app) ruleList(cmd *cobra.Command, in string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	code := area.Code(in)
	if code == "" {
		_, s, err := call[api.Status](cmd.Context(), c, get("/v1/status", nil))
		if err != nil {
			return err
		}
		code = s.Center.Area()
	}
	if _, err := area.Parse(string(code)); err != nil {
		return usageError{fmt.Errorf("--area: %w", err)}
	}
	var settings []rule.Setting
	for _, up := range code.Up() {
		_, own, err := call[[]rule.Rule](cmd.Context(), c, get("/v1/rules", client.Params("area", string(up))))
		if err != nil {
			return err
		}
		for _, r := range own {
			settings = append(settings, rule.Setting{Area: up, Rule: r})
		}
	}
	set := rule.NewSet(settings)
	all := []ruleInForce{}
	for _, schema := range rule.Schemas() {
		one := ruleInForce{Rule: set.Value(schema.Key, code), Name: schema.Name, Unit: schema.Unit}
		for _, up := range code.Up() {
			if one.SetBy == "" && set.Value(schema.Key, up) == one.Rule && has(settings, up, schema.Key) {
				one.SetBy = up
			}
		}
		all = append(all, one)
	}
	return a.show(all, func(w io.Writer) {
		t := table{head: []string{"RULE", "", "VALUE", "SET BY", "FROM", "SOURCE"}}
		for _, r := range all {
			by := "default"
			if r.SetBy != "" {
				by = string(r.SetBy)
			}
			t.row(r.Key, r.Name, r.Value, by, orDash(r.From), orDash(r.Source))
		}
		t.write(w)
	})
}

func has(settings []rule.Setting, in area.Code, key rule.Key) bool {
	for _, s := range settings {
		if s.Area == in && s.Rule.Key == key {
			return true
		}
	}
	return false
}

func (a *app) ruleSetCommand() *cobra.Command {
	var r rule.Rule
	var in string
	cmd := &cobra.Command{
		Use: "set KEY VALUE", Short: "Set a rule for an area and everything under it",
		Example: "  tongban rule set notice_days 3 --source 吴政办〔2026〕2号 --staff 王主任",
		Args:    usage(cobra.ExactArgs(2)),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var keys []string
			if len(args) == 0 {
				for _, s := range rule.Schemas() {
					keys = append(keys, string(s.Key)+"\t"+s.Meaning)
				}
			}
			return keys, cobra.ShellCompDirectiveNoFileComp
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in, "area", "", "division code where it holds (default: this center's own)")
	flags.StringVar(&r.Source, "source", "", "the document that says so")
	flags.StringVar(&r.From, "from", "", "effective day, YYYY-MM-DD")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		r.Key = rule.Key(args[0])
		if r.Value, err = strconv.ParseInt(args[1], 10, 64); err != nil {
			return usageError{fmt.Errorf("%q is no whole number", args[1])}
		}
		c, err := a.connect()
		if err != nil {
			return err
		}
		if in == "" {
			_, s, err := call[api.Status](cmd.Context(), c, get("/v1/status", nil))
			if err != nil {
				return err
			}
			in = string(s.Center.Area())
		}
		return propose(a, cmd, put("/v1/rules", map[string]any{"area": in, "rule": r, "staff": who}),
			fmt.Sprintf("%s is %d in %s", r.Key, r.Value, readPlaces().name(area.Code(in))))
	}
	return cmd
}

func (a *app) calendarCommand() *cobra.Command {
	return group("calendar", "The working days of a year", a.calendarListCommand(), a.calendarPublishCommand())
}

func (a *app) calendarListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the years whose working days are published",
		Long: "List the years whose working days are published. A due day that runs into\nanother year is provisional.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/calendar", nil), func(w io.Writer, _ *client.Client, all []workday.Year) {
				t := table{head: []string{"YEAR", "DAYS OFF", "WEEKEND DAYS WORKED", "SOURCE"}}
				for _, y := range all {
					t.row(y.Year, len(y.Holidays), len(y.Workdays), orDash(y.Source))
				}
				t.write(w)
			})
		},
	}
}

func (a *app) calendarPublishCommand() *cobra.Command {
	var file string
	var ships bool
	cmd := &cobra.Command{
		Use: "publish [YEAR...]", Short: "Publish the working days of a year",
		Long: `Publish the working days of a year, as the State Council announces them: days off,
and the Saturdays and Sundays on which offices work. A due day that runs into a
year without a calendar is shown as provisional.

A file is JSON: {"year": 2027, "holidays": ["2027-01-01"], "workdays": [],
"source": "..."}, or a list of such.`,
		Example: "  tongban calendar publish --starter --staff 王主任\n  tongban calendar publish --file 2027.json",
		Args:    usage(cobra.ArbitraryArgs),
	}
	cmd.Flags().StringVar(&file, "file", "", "JSON file; - reads the standard input")
	cmd.Flags().BoolVar(&ships, "starter", false, "the calendars that ship")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if ships == (file != "") {
			return usageError{errors.New("say what to publish: --starter or --file, one of them")}
		}
		who, err := staff()
		if err != nil {
			return err
		}
		years, err := starter.Years()
		if file != "" {
			years, err = a.readYears(file)
		}
		if err != nil {
			return err
		}
		if years, err = chooseYears(years, args); err != nil {
			return err
		}
		return a.publishYears(cmd, years, who)
	}
	return cmd
}

func (a *app) readYears(file string) ([]workday.Year, error) {
	b, err := a.readFile(file)
	if err != nil {
		return nil, err
	}
	var years []workday.Year
	if err := json.Unmarshal(b, &years); err == nil {
		return years, nil
	}
	years = make([]workday.Year, 1)
	if err := json.Unmarshal(b, &years[0]); err != nil {
		return nil, usageError{fmt.Errorf("read %s: %w", file, err)}
	}
	return years, nil
}

func chooseYears(years []workday.Year, wanted []string) ([]workday.Year, error) {
	if len(wanted) == 0 {
		return years, nil
	}
	var out []workday.Year
	for _, want := range wanted {
		found := false
		for _, y := range years {
			if strconv.Itoa(y.Year) == want {
				out, found = append(out, y), true
			}
		}
		if !found {
			return nil, usageError{fmt.Errorf("no calendar of %s among those given", want)}
		}
	}
	return out, nil
}

func (a *app) publishYears(cmd *cobra.Command, years []workday.Year, staff string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	results := map[int]register.Result{}
	for _, y := range years {
		_, r, err := call[register.Result](cmd.Context(), c, put("/v1/calendar", map[string]any{"year": y, "staff": staff}))
		if err != nil {
			return fmt.Errorf("calendar of %d: %w", y.Year, err)
		}
		results[y.Year] = r
	}
	return a.show(results, func(w io.Writer) {
		for _, y := range years {
			fmt.Fprintf(w, "%d: %d days off, %d weekend days worked (record %d of the Register)\n", y.Year, len(y.Holidays), len(y.Workdays), results[y.Year].Index)
		}
	})
}

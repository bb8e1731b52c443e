package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"tongban/catalog/area"
	"tongban/catalog/rule"
	"tongban/catalog/starter"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) ruleCommand() *cobra.Command {
	return group("rule", "System-wide rules: clocks and lamps, the five kinds, windows, halls, names, agreements",
		a.ruleListCommand(), a.ruleShowCommand(), a.ruleHistoryCommand(), a.ruleSetCommand(), a.ruleImportCommand())
}

func (a *app) ruleListCommand() *cobra.Command {
	var in, on string
	cmd := &cobra.Command{
		Use: "list", Short: "List the rules that an area goes by, and who set them",
		Example: "  tongban rule list --area 320509111000 --as-of 2026-07-01",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/rules", client.Params("area", in, "on", on)), func(w io.Writer, _ *client.Client, all []api.RuleInForce) {
				t := table{head: []string{"RULE", "", "VALUE", "SET FOR", "FROM", "SOURCE"}}
				for _, r := range all {
					by := "default"
					if r.SetFor != "" {
						by = string(r.SetFor)
					}
					t.row(r.Key, r.Name, ruleValue(r.Rule, r.Unit), by, orDash(r.From), orDash(r.Source))
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().StringVar(&in, "area", "", "division code (default: this center's own)")
	cmd.Flags().StringVar(&on, "as-of", "", "on that day, YYYY-MM-DD (default: today)")
	return cmd
}

// ruleValue is a number with what it counts, and what it is for single types of
// items; a document is only named here.
func ruleValue(r rule.Rule, unit rule.Unit) string {
	text := []string{ruleNumber(r, unit)}
	for _, one := range r.ByTypes() {
		for _, t := range one.Types {
			text = append(text, t.Name()+" "+ruleNumber(r.For(t), unit))
		}
	}
	return strings.Join(text, "; ")
}

func ruleNumber(r rule.Rule, unit rule.Unit) string {
	switch unit {
	case rule.Documents:
		if r.Doc == "" {
			return "empty"
		}
		return "a document: rule show"
	case rule.Flag:
		return [...]string{"no", "yes"}[min(max(r.Value, 0), 1)]
	case rule.Minutes:
		return fmt.Sprintf("%02d:%02d", r.Value/60, r.Value%60)
	case rule.WorkingDays:
		if r.Key == rule.NoticeDays && r.Value == 0 {
			return "当场"
		}
		return fmt.Sprintf("%d 工作日", r.Value)
	}
	return strconv.FormatInt(r.Value, 10)
}

// ruleKeys completes the names of rules.
func ruleKeys(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var keys []string
	if len(args) == 0 {
		for _, s := range rule.Schemas() {
			keys = append(keys, string(s.Key)+"\t"+s.Meaning)
		}
	}
	return keys, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) ruleShowCommand() *cobra.Command {
	var in, on string
	cmd := &cobra.Command{
		Use: "show KEY", Short: "Show a rule in force whole, as a file that 'rule import' reads",
		Example: "  tongban rule show window_types\n  tongban rule show facilities > facilities.yaml",
		Args:    usage(cobra.ExactArgs(1)), ValidArgsFunction: ruleKeys,
		RunE: func(cmd *cobra.Command, args []string) error {
			schema, known := rule.SchemaOf(rule.Key(args[0]))
			if !known {
				return usageError{fmt.Errorf("no rule is called %q\n  'tongban rule list' lists them", args[0])}
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			_, all, err := call[[]api.RuleInForce](cmd.Context(), c, get("/v1/rules", client.Params("area", in, "on", on)))
			if err != nil {
				return err
			}
			i := slices.IndexFunc(all, func(r api.RuleInForce) bool { return r.Key == schema.Key })
			if i < 0 {
				return fmt.Errorf("the node knows no rule %s", schema.Key)
			}
			return a.show(all[i], func(w io.Writer) {
				fmt.Fprintf(w, "# %s: %s\n", schema.Name, schema.Meaning)
				for _, f := range schema.Fields {
					fmt.Fprintf(w, "#   %s  %s: %s\n", f.Path, f.Name, f.Meaning)
				}
				b, err := yaml.Marshal([]rule.Rule{all[i].Rule})
				if err != nil {
					fmt.Fprintln(w, "#", err)
				}
				w.Write(b)
			})
		},
	}
	cmd.Flags().StringVar(&in, "area", "", "division code (default: this center's own)")
	cmd.Flags().StringVar(&on, "as-of", "", "on that day, YYYY-MM-DD (default: today)")
	return cmd
}

func (a *app) ruleHistoryCommand() *cobra.Command {
	var in string
	cmd := &cobra.Command{
		Use: "history KEY", Short: "List every value of a rule that an area went by, or will go by",
		Example: "  tongban rule history notice_days",
		Args:    usage(cobra.ExactArgs(1)), ValidArgsFunction: ruleKeys,
		RunE: func(cmd *cobra.Command, args []string) error {
			return ask(a, cmd, get(client.Path("rules", args[0], "history"), client.Params("area", in)), func(w io.Writer, _ *client.Client, all []rule.Setting) {
				if len(all) == 0 {
					fmt.Fprintln(w, "nobody has set it: the default holds")
					return
				}
				schema, _ := rule.SchemaOf(rule.Key(args[0]))
				t := table{head: []string{"SET FOR", "FROM", "VALUE", "SOURCE"}}
				for _, s := range all {
					t.row(s.Area, orDash(s.Rule.From), ruleValue(s.Rule, schema.Unit), orDash(s.Rule.Source))
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().StringVar(&in, "area", "", "division code (default: this center's own)")
	return cmd
}

func (a *app) ruleSetCommand() *cobra.Command {
	var r rule.Rule
	var in string
	var types []string
	cmd := &cobra.Command{
		Use: "set KEY VALUE", Short: "Set a rule that is a number for an area and everything under it",
		Long: `Set a rule that is a number for an area and everything under it. A rule that is a
document is set with 'rule import'.

Limits and consequences of a notice, of a supplement and of a renewal may differ by
the type of the item: --type names a type, by its code or its name, and the value for
it; VALUE holds for the rest. What is set here takes the place of what an area above
says, for every type.`,
		Example: "  tongban rule set notice_days 3 --source 吴政办〔2026〕2号 --staff 王主任\n  tongban rule set notice_deemed 0 --type 行政许可=1 --type 公共服务=1 --source 吴政办〔2026〕2号",
		Args:    usage(cobra.ExactArgs(2)), ValidArgsFunction: ruleKeys,
	}
	flags := cmd.Flags()
	flags.StringVar(&in, "area", "", "division code where it holds (default: this center's own)")
	flags.StringVar(&r.Source, "source", "", "the document that says so")
	flags.StringVar(&r.From, "from", "", "effective day, YYYY-MM-DD")
	flags.StringArrayVar(&types, "type", nil, "TYPE=VALUE: another value for items of a type, such as 公共服务=0 or 20=0; may be repeated")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		values, err := typeValues(types)
		if err != nil {
			return err
		}
		r.Key = rule.Key(args[0])
		r = r.With(values...)
		if r.Value, err = strconv.ParseInt(args[1], 10, 64); err != nil {
			return usageError{fmt.Errorf("%q is no whole number", args[1])}
		}
		where := "this center's area"
		if in != "" {
			where = readPlaces().name(area.Code(in))
		}
		return propose(a, cmd, put("/v1/rules", api.RuleWish{Area: area.Code(in), Rule: r, Staff: who}),
			fmt.Sprintf("%s is %s in %s", r.Key, spoken(r), where))
	}
	return cmd
}

// spoken is a number as it was typed, with those of single types.
func spoken(r rule.Rule) string {
	text := strconv.FormatInt(r.Value, 10)
	for _, one := range r.ByTypes() {
		for _, t := range one.Types {
			text += fmt.Sprintf("; %s %d", t.Name(), one.Value)
		}
	}
	return text
}

// typeValues reads TYPE=VALUE.
func typeValues(all []string) ([]rule.TypeValue, error) {
	var values []rule.TypeValue
	for _, one := range all {
		name, text, _ := strings.Cut(one, "=")
		t, known := rule.TypeOf(strings.TrimSpace(name))
		value, err := strconv.Atoi(text)
		if !known || err != nil {
			return nil, usageError{fmt.Errorf("--type %q: want TYPE=VALUE, such as 公共服务=0 or 20=0", one)}
		}
		values = append(values, rule.TypeValue{Types: []rule.ItemType{t}, Value: value})
	}
	return values, nil
}

func (a *app) ruleImportCommand() *cobra.Command {
	var in string
	var ships, dryRun bool
	cmd := &cobra.Command{
		Use: "import [FILE] [KEY...]", Short: "Set rules from a YAML or JSON file, or those that ship",
		Long: `Set rules from a YAML or JSON file (a list, as 'rule show' prints one), or those
that ship with their sources. What is wrong is told first, all of it, by its path; one
rule with a mistake stops the whole file.`,
		Example: "  tongban rule import --starter --staff 王主任\n  tongban rule import agreements.yaml --dry-run",
		Args:    usage(cobra.ArbitraryArgs),
	}
	cmd.Flags().StringVar(&in, "area", "", "division code where they hold (default: this center's own)")
	cmd.Flags().BoolVar(&ships, "starter", false, "the rules that ship")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "change nothing: tell what is wrong")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		var rules []rule.Rule
		switch {
		case ships:
			rules, err = starter.Rules()
		case len(args) == 0:
			return usageError{errors.New("say what to import: a FILE or --starter")}
		default:
			rules, err = a.readRules(args[0])
			args = args[1:]
		}
		if err != nil {
			return err
		}
		if rules, err = chooseRules(rules, args); err != nil {
			return err
		}
		return a.setRules(cmd, rules, area.Code(in), who, dryRun)
	}
	return cmd
}

func (a *app) readRules(file string) (rules []rule.Rule, err error) {
	b, err := a.readFile(file)
	if err != nil {
		return nil, err
	}
	if trimmed := bytes.TrimSpace(b); bytes.HasPrefix(trimmed, []byte("[")) || bytes.HasPrefix(trimmed, []byte("{")) {
		if trimmed[0] == '{' {
			trimmed = slices.Concat([]byte("["), trimmed, []byte("]"))
		}
		d := json.NewDecoder(bytes.NewReader(trimmed))
		d.DisallowUnknownFields()
		err = d.Decode(&rules)
	} else {
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		err = d.Decode(&rules)
	}
	if err != nil {
		return nil, usageError{fmt.Errorf("read %s: %w", file, err)}
	}
	return rules, nil
}

func chooseRules(rules []rule.Rule, keys []string) ([]rule.Rule, error) {
	if len(keys) == 0 {
		return rules, nil
	}
	var chosen []rule.Rule
	for _, key := range keys {
		i := slices.IndexFunc(rules, func(r rule.Rule) bool { return string(r.Key) == key })
		if i < 0 {
			return nil, usageError{fmt.Errorf("no rule %s among those given", key)}
		}
		chosen = append(chosen, rules[i])
	}
	return chosen, nil
}

// setRules looks at all of them before it sets the first.
func (a *app) setRules(cmd *cobra.Command, rules []rule.Rule, in area.Code, staff string, dryRun bool) error {
	var wrong []string
	for i, r := range rules {
		for _, p := range r.Problems() {
			wrong = append(wrong, fmt.Sprintf("%d %s: %s: %s — %s", i+1, r.Key, p.Path, p.Message, p.English))
		}
	}
	if len(wrong) > 0 {
		return invalidError{&api.Problem{Status: 422, Code: "rule", Message: fmt.Sprintf("%d mistakes, no rule was set", len(wrong)), Details: wrong, Hint: "mend what is listed and import it again"}}
	}
	if dryRun {
		return a.show(rules, func(w io.Writer) { fmt.Fprintf(w, "%s, nothing wrong\n", count(len(rules), "rule")) })
	}
	for _, r := range rules {
		if err := propose(a, cmd, put("/v1/rules", api.RuleWish{Area: in, Rule: r, Staff: staff}), string(r.Key)+" is set"); err != nil {
			return fmt.Errorf("rule %s: %w", r.Key, err)
		}
	}
	return nil
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"tongban/catalog/register"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/node/api"
	"tongban/tools/client"
)

func (a *app) calendarCommand() *cobra.Command {
	return group("calendar", "The working days of a year", a.calendarListCommand(), a.calendarImportCommand(), a.calendarExportCommand())
}

func (a *app) calendarListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the years whose working days are published",
		Example: "  tongban calendar list",
		Long:    "List the years whose working days are published. A due day that runs into\nanother year is provisional.",
		Args:    usage(cobra.NoArgs),
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

func (a *app) calendarImportCommand() *cobra.Command {
	var ships, dryRun bool
	var source string
	cmd := &cobra.Command{
		Use: "import [FILE] [YEAR...]", Short: "Publish the working days of a year, from a file or those that ship",
		Long: `Publish the working days of a year, as the State Council announces them: days off,
and the Saturdays and Sundays on which offices work. A due day that runs into a
year without a calendar is shown as provisional until there is one.

A csv file has the columns kind,from,to ("off" or "work", days as 2027-01-01), or
date,kind ("holiday" or "workday"). A json or yaml file is a year or a list of them:
{"year": 2027, "holidays": ["2027-01-01"], "workdays": [], "source": "..."}. What is
wrong is told first, all of it, by its line.`,
		Example: "  tongban calendar import --starter --staff 王主任\n  tongban calendar import 2027.csv --source 国办发明电〔2026〕7号 --dry-run",
		Args:    usage(cobra.ArbitraryArgs),
	}
	cmd.Flags().BoolVar(&ships, "starter", false, "the calendars that ship")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "publish nothing: tell what the file holds")
	cmd.Flags().StringVar(&source, "source", "", "the notice that says so, where the file does not")
	staff := a.staffFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		who, err := staff()
		if err != nil {
			return err
		}
		var years []workday.Year
		switch {
		case ships:
			years, err = starter.Years()
		case len(args) == 0:
			return usageError{errors.New("say what to import: a FILE or --starter")}
		default:
			years, err = a.readYears(args[0])
			args = args[1:]
		}
		if err != nil {
			return err
		}
		if years, err = chooseYears(years, args); err != nil {
			return err
		}
		for i := range years {
			if years[i].Source == "" {
				years[i].Source = source
			}
		}
		if dryRun {
			return a.show(years, func(w io.Writer) {
				for _, y := range years {
					fmt.Fprintf(w, "%d: %d days off, %d weekend days worked\n", y.Year, len(y.Holidays), len(y.Workdays))
				}
			})
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
	var wrong []string
	switch strings.ToLower(filepath.Ext(file)) {
	case ".json", ".yaml", ".yml":
		if years, err = decodeYears(b); err != nil {
			return nil, usageError{fmt.Errorf("read %s: %w", file, err)}
		}
		for _, y := range years {
			if err := y.Check(); err != nil {
				wrong = append(wrong, fmt.Sprintf("%d: %v", y.Year, err))
			}
		}
	default:
		var problems []workday.Problem
		years, problems = workday.ReadCSV(bytes.NewReader(b))
		for _, p := range problems {
			if p.Warning {
				fmt.Fprintf(a.Err, "%s: %s\n", file, p)
				continue
			}
			wrong = append(wrong, join(" — ", p.String(), p.Message))
		}
	}
	if len(wrong) > 0 {
		return nil, invalidError{&api.Problem{Status: 422, Code: "calendar", Message: fmt.Sprintf("%s: %d mistakes, nothing was published", file, len(wrong)), Details: wrong, Hint: "mend what is listed and import it again"}}
	}
	return years, nil
}

// decodeYears reads a year or a list of them; JSON is YAML too.
func decodeYears(b []byte) (years []workday.Year, err error) {
	var doc any
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	if one, single := doc.(map[string]any); single {
		doc = []any{one}
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return years, d.Decode(&years)
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

func (a *app) calendarExportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "export FILE", Short: "Write the published calendars to a csv file",
		Example: "  tongban calendar export days.csv",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			_, years, err := call[[]workday.Year](cmd.Context(), c, get("/v1/calendar", nil))
			if err != nil {
				return err
			}
			if err := a.writeFile(args[0], public, func(w io.Writer) error { return workday.WriteCSV(w, years) }); err != nil {
				return err
			}
			return a.show(map[string]any{"file": args[0], "years": len(years)}, func(w io.Writer) {
				if args[0] != "-" {
					fmt.Fprintf(w, "%s: %s\n", args[0], count(len(years), "year"))
				}
			})
		},
	}
}

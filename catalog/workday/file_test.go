package workday_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"tongban/catalog/starter"
	. "tongban/catalog/workday"
)

// errorsOf are the problems that are no warnings.
func errorsOf(all []Problem) []Problem {
	return slices.DeleteFunc(slices.Clone(all), func(p Problem) bool { return p.Warning })
}

func TestReadCSVTakesBothFormats(t *testing.T) {
	spans := "# 节假日。来源：国办通知\nkind,from,to\noff,2027-01-01,2027-01-03\nwork,2027-01-09,\n"
	singles := "\ufeffdate,kind,occasion\r\n2027/1/1,holiday,元旦\r\n2027-01-02,放假,元旦\r\n2027-01-03,休,\"元旦\"\r\n\r\n2027-01-09,workday,元旦\r\n,,\r\n"
	want := Year{Year: 2027, Holidays: []Date{"2027-01-01", "2027-01-02", "2027-01-03"}, Workdays: []Date{"2027-01-09"}}
	for text, source := range map[string]string{spans: "国办通知", singles: ""} {
		years, problems := ReadCSV(strings.NewReader(text))
		want.Source = source
		if len(years) != 1 || !reflect.DeepEqual(years[0], want) {
			t.Errorf("%q: %+v", text, years)
		}
		if len(problems) != 1 || !problems[0].Warning || problems[0].Line != 0 || !strings.Contains(problems[0].String(), "1 weekdays off") {
			t.Errorf("a year with one day off: %v; want a warning", problems)
		}
	}
}

func TestReadCSVFindsEveryProblemAtOnce(t *testing.T) {
	text := strings.Join([]string{
		"kind,from,to",
		"holidays,2027-01-01,2027-01-01", // 2: no such kind
		"off,2027-02-30,2027-03-01",      // 3: no such day
		"off,2027-01-09,2027-01-07",      // 4: the wrong way round
		"off,2026-12-31,2027-01-02",      // 5: over a year's end
		"work,2027-01-11,",               // 6: a Monday
		"off,2027-05-01,2027-05-05",
		"off,2027-05-05,2027-05-06",  // 8: twice
		"off,2027-06-01,,extra",      // 9: a cell too many
		"off,\"2027-06-09,",          // 10: a quote
		"off,1066-10-14,",            // 11: no such calendar
		"nothing,soon,2027-13-01",    // 12: three mistakes in one line
		"off,2027-1-1x,\xff",         // 13: not UTF-8
		"off,+2027-01-01,2027-01-01", // 14: no day
	}, "\n")
	years, problems := ReadCSV(strings.NewReader(text))
	if years != nil {
		t.Errorf("half of a broken file is taken: %v", years)
	}
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d%s", p.Line, p.Column))
		if p.Message == "" || p.English == "" || p.Warning {
			t.Errorf("%+v", p)
		}
	}
	want := []string{"2kind", "3from", "4to", "5to", "6from", "8from", "9", "10", "11from", "12kind", "12from", "12to", "13", "14from"}
	if !slices.Equal(got, want) {
		t.Errorf("problems at %v; want %v\n%v", got, want, problems)
	}
}

func TestReadCSVNeedsItsHead(t *testing.T) {
	for text, lines := range map[string]int{
		"":                                   0,
		"# nothing\n":                        0,
		"2027-01-01,off\n2027-01-02,off":     1,
		"kind,kind,from\noff,off,2027-01-01": 1,
		"when,what\n1,2\n":                   1,
		strings.Repeat("x", 5000):            1,
	} {
		years, problems := ReadCSV(strings.NewReader(text))
		if len(problems) == 0 || years != nil {
			t.Errorf("%.20q: %v, no problem", text, years)
		}
		for _, p := range problems {
			if p.Line != lines {
				t.Errorf("%.20q: %v; want line %d", text, p, lines)
			}
		}
	}
}

// The published table, day by day, where it lies beside the project.
func TestTheShippedCalendarIsThePublishedOne(t *testing.T) {
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	calendar := NewCalendar(years)
	if got := calendar.Years(); !slices.Equal(got, []int{2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026}) {
		t.Errorf("years %v; want 2018 to 2026", got)
	}
	for _, y := range years {
		if err := y.Check(); err != nil || y.Source == "" {
			t.Errorf("%d: source %q, %v", y.Year, y.Source, err)
		}
	}
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "calendar-china.csv"))
	if err != nil {
		return // the counts of working days are checked where the calendar ships
	}
	defer f.Close()
	published, problems := ReadCSV(f)
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	other, days := NewCalendar(published), 0
	for day := Date("2018-01-01"); day <= "2026-12-31"; day = day.Add(1) {
		a, aKnown := calendar.IsWorkday(day)
		b, bKnown := other.IsWorkday(day)
		if a != b || !aKnown || !bKnown {
			t.Errorf("%s: shipped %v, published %v", day, a, b)
		}
		days++
	}
	if days != 3287 {
		t.Errorf("%d days compared", days)
	}
	for i := range published {
		published[i].Source = years[i].Source
	}
	if !reflect.DeepEqual(years, published) {
		t.Error("the two lists differ in a day that changes nothing")
	}
}

// anyYear draws a calendar that could be published.
func anyYear(number int) *rapid.Generator[Year] {
	return rapid.Custom(func(t *rapid.T) Year {
		y := Year{Year: number, Holidays: []Date{}, Workdays: []Date{}}
		y.Source = rapid.StringMatching(`([a-z中国0-9〔〕]{1,6})?`).Draw(t, "source")
		for day := Date(fmt.Sprintf("%d-01-01", number)); day.Year() == number; day = day.Add(rapid.IntRange(1, 40).Draw(t, "gap")) {
			if weekday, _ := day.Weekday(); weekday%6 == 0 && rapid.Bool().Draw(t, "works") {
				y.Workdays = append(y.Workdays, day)
			} else {
				y.Holidays = append(y.Holidays, day)
			}
		}
		return y
	})
}

func TestAYearSurvivesEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.IntRange(1990, 2190).Draw(t, "first")
		years := []Year{anyYear(first).Draw(t, "a"), anyYear(first+rapid.IntRange(1, 9).Draw(t, "later")).Draw(t, "b")}
		for _, y := range years {
			if err := y.Check(); err != nil {
				t.Fatal(err)
			}
		}
		var b strings.Builder
		if err := WriteCSV(&b, years); err != nil {
			t.Fatal(err)
		}
		back, problems := ReadCSV(strings.NewReader(b.String()))
		if !reflect.DeepEqual(back, years) || len(errorsOf(problems)) != 0 {
			t.Fatalf("csv: %v\n%s\n%v\n%v", problems, b.String(), years, back)
		}
		var fromJSON, fromYAML []Year
		raw, err := json.Marshal(years)
		if err != nil || json.Unmarshal(raw, &fromJSON) != nil || !reflect.DeepEqual(fromJSON, years) {
			t.Fatalf("json: %v %s", err, raw)
		}
		raw, err = yaml.Marshal(years)
		if err != nil || yaml.Unmarshal(raw, &fromYAML) != nil || !reflect.DeepEqual(fromYAML, years) {
			t.Fatalf("yaml: %v %s", err, raw)
		}
	})
}

func TestYAMLDaysNeedNoQuotes(t *testing.T) {
	var y Year
	if err := yaml.Unmarshal([]byte("year: 2027\nholidays: [2027-01-01]\nworkdays: []\n"), &y); err != nil || y.Holidays[0] != "2027-01-01" {
		t.Errorf("%v: %+v", err, y)
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("kind,from,to\noff,2027-01-01,2027-01-03\n")
	f.Add("date,kind,occasion\n2027-01-01,holiday,元旦\n")
	f.Add("# 来源：x\nkind,from\nwork,2027-01-09")
	f.Fuzz(func(t *testing.T, text string) {
		years, problems := ReadCSV(strings.NewReader(text))
		if wrong := errorsOf(problems); len(wrong) > 0 && years != nil {
			t.Fatalf("%d years and %v", len(years), wrong)
		}
		for _, y := range years {
			if err := y.Check(); err != nil {
				t.Fatalf("a year that can't be published: %v", err)
			}
		}
	})
}

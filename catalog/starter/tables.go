package starter

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/workday"
)

// Area is one division with its name.
type Area struct {
	Code  area.Code
	Name  string
	Level area.Level
}

// Areas reads the divisions of Suzhou with the province above it, by code:
// each comes after the one it lies in.
func Areas() ([]Area, error) {
	const name = "data/areas-suzhou.csv"
	rows, _, err := readCSV(name, "code", "name", "level")
	if err != nil {
		return nil, err
	}
	areas := make([]Area, 0, len(rows))
	for _, row := range rows {
		a := Area{Name: row[1]}
		if a.Code, err = area.Parse(row[0]); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrData, name, err)
		}
		if err := a.Level.UnmarshalText([]byte(row[2])); err != nil {
			return nil, fmt.Errorf("%w: %s: %s: %w", ErrData, name, a.Code, err)
		}
		areas = append(areas, a)
	}
	return areas, nil
}

// Years reads the working-day calendars, in order. There is none for a year
// that the State Council has not announced.
func Years() ([]workday.Year, error) {
	const name = "data/calendar.csv"
	rows, source, err := readCSV(name, "kind", "from", "to")
	if err != nil {
		return nil, err
	}
	var years []workday.Year
	for _, row := range rows {
		from, err := workday.ParseDate(row[1])
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrData, name, err)
		}
		to, err := workday.ParseDate(row[2])
		if err != nil || to < from || to.Year() != from.Year() {
			return nil, fmt.Errorf("%w: %s: %s to %s is no span within a year", ErrData, name, from, row[2])
		}
		if len(years) == 0 || years[len(years)-1].Year != from.Year() {
			years = append(years, workday.Year{Year: from.Year(), Source: source})
		}
		year := &years[len(years)-1]
		for day := from; day <= to; day = day.Add(1) {
			switch row[0] {
			case "off":
				year.Holidays = append(year.Holidays, day)
			case "work":
				year.Workdays = append(year.Workdays, day)
			default:
				return nil, fmt.Errorf("%w: %s: %q is neither off nor work", ErrData, name, row[0])
			}
		}
	}
	return years, nil
}

// readCSV reads a table with this header and the source that its first
// comment names.
func readCSV(name string, header ...string) (rows [][]string, source string, err error) {
	raw, err := data.ReadFile(name)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrData, err)
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	_, source, _ = strings.Cut(first, "来源：")
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comment = '#'
	r.FieldsPerRecord = len(header)
	rows, err = r.ReadAll()
	if err != nil {
		return nil, "", fmt.Errorf("%w: %s: %w", ErrData, name, err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != strings.Join(header, ",") {
		return nil, "", fmt.Errorf("%w: %s: want the header %s", ErrData, name, strings.Join(header, ","))
	}
	return rows[1:], source, nil
}

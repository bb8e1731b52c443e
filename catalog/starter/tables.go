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
	rows, err := readCSV(name, "code", "name", "level")
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
	raw, err := data.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	defer raw.Close()
	years, problems := workday.ReadCSV(raw)
	if len(problems) > 0 {
		return nil, fmt.Errorf("%w: %s: %s", ErrData, name, problems[0])
	}
	return years, nil
}

// readCSV reads a table with this header.
func readCSV(name string, header ...string) (rows [][]string, err error) {
	raw, err := data.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comment = '#'
	r.FieldsPerRecord = len(header)
	rows, err = r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrData, name, err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != strings.Join(header, ",") {
		return nil, fmt.Errorf("%w: %s: want the header %s", ErrData, name, strings.Join(header, ","))
	}
	return rows[1:], nil
}

package national

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Operation is what happens to a row at the receiving end (cd_operation).
type Operation string

// The operations.
const (
	Insert Operation = "I"
	Update Operation = "U"
	Delete Operation = "D"
)

// Change is one row with its operation.
type Change struct {
	Row
	Op    Operation
	Batch uint32 // in which the row last changed (cd_batch)
	Time  int64  // of that batch, Unix milliseconds (cd_time)
}

// Manifest says what a file of changes holds.
type Manifest struct {
	Format   int      `json:"format"` // 1
	Source   string   `json:"data_source"`
	From     uint32   `json:"from_batch"`
	To       uint32   `json:"to_batch"`
	Month    string   `json:"month,omitempty"` // YYYY-MM: rows of other months are left for another file
	Personal bool     `json:"personal"`        // false: who applies is masked
	Reason   string   `json:"reason,omitempty"`
	More     bool     `json:"more,omitempty"` // more changes wait for the next batch
	Tables   []Counts `json:"tables"`
}

// Counts is how many changes of a table there are.
type Counts struct {
	Layout
	File    string `json:"file"`
	Inserts int    `json:"inserts"`
	Updates int    `json:"updates"`
	Deletes int    `json:"deletes"`
}

// control are the columns in front of every row.
var control = []string{"cd_operation", "cd_time", "cd_batch", "data_source"}

// Write writes a zip: a CSV (UTF-8 with BOM) and a JSON file for each table, a
// manifest, and where asked for all of it once more as a workbook. Tables,
// batches and source of m are filled in by what is given; the same changes make
// the same bytes.
func Write(w io.Writer, m Manifest, changes []Change, workbook bool) error {
	m.Format = 1
	z := zip.NewWriter(w)
	add := func(name string, content []byte) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = f.Write(content)
		}
		return err
	}
	var sheets [][][]string
	for _, layout := range layouts {
		counts := Counts{Layout: layout, File: "gbt39046_" + string(layout.Table)}
		rows, objects := [][]string{slices.Concat(control, names(layout))}, []map[string]string{}
		for _, c := range changes {
			if c.Table != layout.Table {
				continue
			}
			counts.count(c.Op)
			cells := slices.Concat([]string{string(c.Op), moment(c.Time), fmt.Sprint(c.Batch), m.Source}, c.Cells)
			rows = append(rows, cells)
			object := map[string]string{}
			for i, name := range rows[0] {
				object[name] = cells[i]
			}
			objects = append(objects, object)
		}
		sheets, m.Tables = append(sheets, rows), append(m.Tables, counts)
		if err := addTable(add, counts.File, rows, objects); err != nil {
			return fmt.Errorf("write the table %s: %w", layout.Table, err)
		}
	}
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = add("manifest.json", append(manifest, '\n'))
	}
	if err == nil && workbook {
		err = addWorkbook(add, sheets)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return fmt.Errorf("write a batch: %w", err)
	}
	return nil
}

func (c *Counts) count(op Operation) {
	switch op {
	case Insert:
		c.Inserts++
	case Update:
		c.Updates++
	case Delete:
		c.Deletes++
	}
}

func names(l Layout) (all []string) {
	for _, c := range l.Columns {
		all = append(all, c.Name)
	}
	return all
}

func addTable(add func(string, []byte) error, name string, rows [][]string, objects []map[string]string) error {
	var b bytes.Buffer
	b.WriteString("\uFEFF") // without it spreadsheet programs take UTF-8 for something else
	lines := csv.NewWriter(&b)
	lines.UseCRLF = true
	for _, row := range rows {
		if err := lines.Write(harmless(row)); err != nil {
			return err
		}
	}
	lines.Flush()
	if err := add(name+".csv", b.Bytes()); err != nil {
		return err
	}
	all, err := json.MarshalIndent(objects, "", "  ")
	if err != nil {
		return err
	}
	return add(name+".json", append(all, '\n'))
}

// harmless keeps a spreadsheet program from taking what somebody typed for a
// formula.
func harmless(row []string) []string {
	out := slices.Clone(row)
	for i, cell := range out {
		if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			continue
		}
		if number := strings.TrimLeft(cell, "+-"); number != cell && strings.Trim(number, "0123456789 ") == "" {
			continue // a telephone number, an amount
		}
		out[i] = "'" + cell
	}
	return out
}

func addWorkbook(add func(string, []byte) error, sheets [][][]string) error {
	f := excelize.NewFile()
	defer f.Close()
	for i, rows := range sheets {
		name := string(layouts[i].Table)
		if i == 0 {
			if err := f.SetSheetName("Sheet1", name); err != nil {
				return err
			}
		} else if _, err := f.NewSheet(name); err != nil {
			return err
		}
		w, err := f.NewStreamWriter(name)
		if err != nil {
			return err
		}
		for n, row := range rows {
			cells := make([]any, len(row))
			for j, cell := range row {
				cells[j] = cell // a string is never a formula there
			}
			if err := w.SetRow(fmt.Sprintf("A%d", n+1), cells); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return err
	}
	return add("gbt39046.xlsx", b.Bytes())
}

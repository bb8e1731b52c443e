// Package sheet carries items out of the catalogue and back in: as a workbook
// for a department's editor (xlsx), as csv, yaml and json. Every format holds
// every element, and what is written is read back just as it was.
//
// Reading finds everything that is wrong at once, each with its cell or line
// and how to mend it, and never stops at the first mistake. It must never
// publish or store anything, read a clock or a network, evaluate a formula, or
// guess: what cannot be understood is a Problem, and the caller decides.
//
// # Workbook
//
// One sheet 事项 with a row for each item, and a sheet for each repeated
// element, whose rows name their item by its code. The first header row holds
// the Chinese names, the second one, which is grey and folded away, the stable
// keys of the elements: columns may be moved, hidden and left out. A row whose
// code begins with 示例 is an example and is skipped. Short lists stand in one
// cell, one entry a line; an entry that a line cannot hold is written as a
// JSON string. A text that is longer than a cell of Excel goes on in a further
// column, whose key ends in +2, +3 and so on.
//
// # csv
//
// One file in long form: 事项编码, 要素, 要素名称, 值; a row for each element that
// has a value, named by its path (materials[2].need). Rows may stand in any
// order; entries of a list count in the order of their numbers, gaps are
// closed. A value that a spreadsheet would take for a formula, or that begins
// with an apostrophe, has an apostrophe put before it, which reading takes off.
// UTF-8 with a byte order mark; without one it is read as well, and so is
// GB18030, which is then said.
//
// # yaml and json
//
// One item or a list. An item names its key with "code", or with "ref" as the
// API shows it; what "item show --json" prints, {"item": …}, is read too. An
// element that an item does not have is a Problem.
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

// Format is a way of writing items.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
	YAML Format = "yaml"
	JSON Format = "json"
)

// FormatOf tells the format of a file by the end of its name; "" for a name
// that says none.
func FormatOf(filename string) Format {
	switch strings.ToLower(path.Ext(strings.ReplaceAll(filename, `\`, "/"))) {
	case ".xlsx":
		return XLSX
	case ".csv":
		return CSV
	case ".yaml", ".yml":
		return YAML
	case ".json":
		return JSON
	}
	return ""
}

// Bounds on a file. A file that goes beyond one is refused as a whole.
const (
	MaxBytes = 64 << 20 // of the file
	MaxItems = 20_000
	MaxRows  = 500_000 // of all sheets together

	maxRecords = 3_000_000 // rows of a csv file, which has one for each value

	maxUnzipped = 512 << 20 // bytes that a workbook may unfold to; 10,000 full items take 70 MB
	maxNodes    = 4_000_000 // values in a file
	maxAliased  = 200_000   // of them by aliases of YAML
	maxProblems = 5_000     // told in one run
	maxCell     = 32_767    // UTF-16 units in a cell, the bound of Excel

	maxSmallPart = 32 << 20 // bytes of a part of a workbook that says where the others are
)

// Errors of what cannot be read or written at all.
var (
	ErrFormat  = errors.New("want xlsx, csv, yaml or json")
	ErrContent = errors.New("cannot be written")
)

// Example begins the code of a row that is only an example.
const Example = "示例"

// Write writes items, each under its own code. What a format cannot carry is
// refused before anything is written: two items of one code, an item without
// one, control characters other than line feed and tab, text that is not
// UTF-8. The error names the item and the element.
func Write(w io.Writer, f Format, items []item.Item) error {
	if err := writable(items); err != nil {
		return refusal.New(refusal.Malformed, "export", "先改正该事项，再导出 (mend that item, then export again)", err)
	}
	switch f {
	case XLSX:
		return writeXLSX(w, items, false)
	case CSV:
		return writeCSV(w, items)
	case YAML:
		return writeYAML(w, items, false)
	case JSON:
		return writeJSON(w, items)
	}
	return unknownFormat(f)
}

// Template writes an empty form with one example, which reading skips.
func Template(w io.Writer, f Format) error {
	items := []item.Item{example()}
	switch f {
	case XLSX:
		return writeXLSX(w, items, true)
	case CSV:
		return writeCSV(w, items)
	case YAML:
		return writeYAML(w, items, true)
	case JSON:
		return writeJSON(w, items)
	}
	return unknownFormat(f)
}

// Read reads items and everything that is wrong with them, in the order of
// the file. The items are as complete as they can be read; whether they are
// used although there are problems is the caller's to decide: see Sound. Only
// a stream that cannot be read, is not of the format at all, or goes beyond a
// bound is an error.
func Read(r io.Reader, f Format) ([]item.Item, []Problem, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, nil, refusal.New(refusal.Unavailable, "read the file", "", err)
	}
	if len(data) > MaxBytes {
		return nil, nil, tooLarge("文件超过 64 MB，请分成几份 (over 64 MB; split it)")
	}
	in := &reader{cells: f == XLSX}
	var items []*node
	switch f {
	case XLSX:
		items, err = in.workbook(data)
	case CSV:
		items, err = in.csv(data)
	case YAML:
		items, err = in.yaml(data)
	case JSON:
		items, err = in.json(data)
	default:
		err = unknownFormat(f)
	}
	if err != nil {
		return nil, nil, err
	}
	if len(items) > MaxItems {
		return nil, nil, tooLarge("超过 20,000 个事项，请分成几份 (more than 20,000 items; split the file)")
	}
	return in.items(items), in.told(), nil
}

func tooLarge(what string) error {
	return refusal.Newf(refusal.TooLarge, "import", "分成几份再导入 (split it and import the parts)", "%s", what)
}

func malformed(hint, format string, args ...any) error {
	return refusal.Newf(refusal.Malformed, "import", hint, format, args...)
}

func unknownFormat(f Format) error {
	return refusal.New(refusal.Malformed, "choose a format", "xlsx, csv, yaml, json", fmt.Errorf("%q: %w", string(f), ErrFormat))
}

// writable refuses what no format carries, or not every one: an export must
// be good for every editor.
func writable(items []item.Item) error {
	seen := make(map[item.Code]int, len(items))
	for i := range items {
		it := &items[i]
		if it.Ref.Code == "" {
			return fmt.Errorf("%w: item %d (%s) has no code", ErrContent, i+1, it.Name)
		}
		if first, twice := seen[it.Ref.Code]; twice {
			return fmt.Errorf("%w: items %d and %d have the same code %s", ErrContent, first+1, i+1, it.Ref.Code)
		}
		seen[it.Ref.Code] = i
		if element, bad := firstBad(it); bad {
			return fmt.Errorf("%w: item %s, %s holds a control character or is not UTF-8", ErrContent, it.Ref.Code, element)
		}
	}
	return nil
}

// carried reports whether every format can carry a text: XML has no control
// characters but tab and line feed, and turns a carriage return into one.
func carried(s string) bool {
	for i, c := range s {
		switch {
		case c == '\n' || c == '\t':
		case c < 0x20, 0x7f <= c && c < 0xa0, c == 0xfffe, c == 0xffff:
			return false
		case c == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
	}
	return true
}

// unbreak makes the line ends of Windows and of old Macintoshes into line
// feeds: editors put them in, nobody means them.
func unbreak(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// withoutBOM takes the byte order mark off.
func withoutBOM(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) }

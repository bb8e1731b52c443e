package onboard

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tongban/intake/hall"
	"tongban/intake/hall/roster"
)

// dialled is what a telephone has in it: an office may have three digits, with
// whatever words beside them.
var dialled = regexp.MustCompile(`\d([ -]?\d){2}`)

// staff plans a roster. The hall reads it, as it reads 'staff import': here it
// only gets the form that the hall knows, each record on the line of its row.
func (o *Onboard) staff(_ context.Context, staff string, t *table) (*work, error) {
	file, err := rosterFile(t)
	if err != nil {
		return nil, err
	}
	by := hall.By{Staff: staff, Key: rand.Text()}
	before := o.cfg.Hall.Staff.Roster()
	found, problems, err := o.cfg.Hall.Staff.Import(by, file, true)
	if err != nil {
		return nil, err
	}
	w := &work{}
	for _, p := range problems {
		if t.toldOf(p.Line, t.chinese(p.Column)) {
			continue
		}
		w.problems = append(w.problems, Problem{Row: p.Line, Column: t.chinese(p.Column), Cell: cell(slices.Index(t.heads, p.Column)+1, p.Line), Code: string(roster.BadEntry), Message: p.Message, English: p.English})
	}
	for _, r := range t.records {
		one := Row{Row: r.row, Name: r.get("name"), Text: r.get("number"), Does: Adds}
		if _, known := before.Member(r.get("number")); known {
			one.Does = Same
			if slices.ContainsFunc(found.Members, func(m roster.Member) bool { return m.Number == r.get("number") }) {
				one.Does = Changes
			}
		}
		w.rows = append(w.rows, one)
		if phone := r.get("phone"); phone != "" && !dialled.MatchString(phone) {
			w.problems = append(w.problems, Problem{
				Row: r.row, Column: t.chinese("phone"), Cell: cell(slices.Index(t.heads, "phone")+1, r.row), Code: string(roster.BadEntry), Warning: true,
				Message: "“" + phone + "”里没有可以拨打的号码：请核对", English: fmt.Sprintf("%q has no number that could be dialled: compare it", phone),
			})
		}
	}
	w.apply = func(_ context.Context, out *outcome, each func(int)) error {
		_, problems, err := o.cfg.Hall.Staff.Import(by, file, false)
		if err != nil {
			return err
		}
		for _, p := range problems { // the roster changed meanwhile
			out.problems = append(out.problems, Problem{Row: p.Line, Code: string(roster.BadEntry), Message: p.Message, English: p.English})
		}
		if len(problems) == 0 {
			out.allDone(each)
		}
		return nil
	}
	return w, nil
}

// allDone is for a table that is taken in whole.
func (o *outcome) allDone(each func(int)) {
	for i := range o.rows {
		o.done(i)
	}
	each(len(o.rows))
}

// rosterFile is a table as the csv file that the hall reads.
func rosterFile(t *table) ([]byte, error) {
	var b bytes.Buffer
	var keys []string
	for _, key := range t.heads {
		if key != "" {
			keys = append(keys, key)
		}
	}
	line := 0
	w := csv.NewWriter(&b)
	write := func(row int, cells []string) error {
		for ; line < row-1; line++ { // the hall tells problems by the line
			b.WriteString("\n")
		}
		line++
		err := w.Write(cells)
		w.Flush()
		return err
	}
	if len(t.records) == 0 || len(keys) == 0 {
		return []byte("name\n"), nil
	}
	if err := write(1, keys); err != nil {
		return nil, err
	}
	for _, r := range t.records {
		cells := make([]string, len(keys))
		for i, key := range keys {
			cells[i] = strings.Join(strings.Fields(r.get(key)), " ")
		}
		if err := write(r.row, cells); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// windows plans the windows of the hall: all or none.
func (o *Onboard) windows(_ context.Context, staff string, t *table) (*work, error) {
	t.unique("number")
	all := make([]roster.Window, len(t.records))
	for i, r := range t.records {
		all[i] = roster.Window{Number: r.get("number"), Name: r.get("name"), Types: words(r.get("types"))}
		if len(all[i].Types) == 0 {
			all[i].Types = nil
		}
	}
	by := hall.By{Staff: staff, Key: rand.Text()}
	plans, err := o.cfg.Hall.Staff.SetWindows(by, all, true)
	if err != nil {
		return nil, err
	}
	w := &work{}
	for i, p := range plans {
		r := t.records[i]
		does := Changes
		switch {
		case p.Wrong != nil:
			does = Wrong
			if r.get("number") != "" { // else it was told already
				w.problems = append(w.problems, o.refused(r.row, "", p.Wrong))
			}
		case p.New:
			does = Adds
		case p.Same:
			does = Same
		}
		w.rows = append(w.rows, Row{Row: r.row, Name: all[i].Number, Text: all[i].Name, Does: does})
	}
	w.apply = func(_ context.Context, out *outcome, each func(int)) error {
		plans, err := o.cfg.Hall.Staff.SetWindows(by, all, false)
		if err != nil {
			return err
		}
		sound := true
		for i, p := range plans { // the rules changed meanwhile
			if p.Wrong != nil {
				sound = false
				out.wrong(i, o.refused(out.rows[i].Row, "", p.Wrong))
			}
		}
		if sound {
			out.allDone(each)
		}
		return nil
	}
	return w, nil
}

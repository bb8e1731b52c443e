package queue

import (
	"cmp"
	"maps"
	"slices"
)

// Figures are counts and times of a line, a window or a member of staff.
// Times are in seconds; a mean of nothing is 0.
type Figures struct {
	Of           string `json:"of"` // the type, the window or the staff number; "": all
	Taken        int    `json:"taken"`
	Waiting      int    `json:"waiting"` // now
	Called       int    `json:"called"`
	Served       int    `json:"served"`
	Closed       int    `json:"closed"` // left, or did not answer
	Moved        int    `json:"transferred"`
	Priority     int    `json:"priority"`
	Appointment  int    `json:"appointments"`
	MeanWait     int64  `json:"mean_wait_seconds"`
	LongestWait  int64  `json:"longest_wait_seconds"`
	MeanServe    int64  `json:"mean_service_seconds"`
	LongestServe int64  `json:"longest_service_seconds"`

	waits, serves       int
	waitTime, serveTime int64
}

// Stats are the figures of a day.
type Stats struct {
	Total   Figures   `json:"total"`
	Types   []Figures `json:"types"`
	Windows []Figures `json:"windows"`
	Staff   []Figures `json:"staff"`
}

// Stats counts the day. It reads every ticket.
func (d *Day) Stats() Stats {
	types, windows, staff := map[string]*Figures{}, map[string]*Figures{}, map[string]*Figures{}
	total := &Figures{}
	for _, t := range d.all {
		total.ticket(t)
		of(types, t.Type).ticket(t)
		stays := append(slices.Clone(t.Before), Stay{t.Type, t.Window, t.Staff, t.join, t.Called, t.Started, t.Ended})
		for i, s := range stays {
			moved := i < len(t.Before)
			served := s.Started != 0 && s.Ended != 0 && (moved || t.State == Done)
			for _, f := range []*Figures{total, of(types, s.Type), of(windows, s.Window), of(staff, s.Staff)} {
				f.stay(s, moved, served)
			}
		}
	}
	return Stats{*total.done(), listed(types), listed(windows), listed(staff)}
}

func of(all map[string]*Figures, key string) *Figures {
	f := all[key]
	if f == nil {
		f = &Figures{Of: key}
		all[key] = f
	}
	return f
}

// ticket counts what is said of a ticket once.
func (f *Figures) ticket(t *Ticket) {
	f.Taken++
	f.Waiting += count(t.State == Waiting || t.State == Skipped)
	f.Served += count(t.State == Done)
	f.Closed += count(t.State == Closed)
	f.Priority += count(t.Priority != "")
	f.Appointment += count(t.Appointment != "")
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// stay counts what a ticket did in one line.
func (f *Figures) stay(s Stay, moved, served bool) {
	f.Moved += count(moved)
	if s.Called != 0 {
		wait := s.Called - s.Joined
		f.Called, f.waits, f.waitTime, f.LongestWait = f.Called+1, f.waits+1, f.waitTime+wait, max(f.LongestWait, wait/1000)
	}
	if served {
		serve := s.Ended - s.Started
		f.serves, f.serveTime, f.LongestServe = f.serves+1, f.serveTime+serve, max(f.LongestServe, serve/1000)
	}
}

func (f *Figures) done() *Figures {
	f.MeanWait = f.waitTime / 1000 / max(int64(f.waits), 1)
	f.MeanServe = f.serveTime / 1000 / max(int64(f.serves), 1)
	if f.Taken == 0 {
		f.Served = f.serves // of a window or a member of staff: whom they served
	}
	return f
}

// listed are the figures by name, without those of nobody.
func listed(all map[string]*Figures) []Figures {
	out := []Figures{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if f := all[key].done(); key != "" {
			out = append(out, *f)
		}
	}
	slices.SortStableFunc(out, func(a, b Figures) int { return cmp.Compare(len(a.Of), len(b.Of)) })
	return out
}

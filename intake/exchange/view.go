package exchange

import (
	"cmp"
	"slices"
	"time"

	"tongban/catalog/area"
)

// Wake is when Tick is next worth calling; ok is false when nothing waits for
// time to pass.
func (c *Core) Wake(now time.Time) (at time.Time, ok bool) {
	sooner := func(t time.Time) {
		if !ok || t.Before(at) {
			at, ok = t, true
		}
	}
	for _, l := range c.lines {
		var first time.Time
		any := l.greet && l.state == closed
		for _, e := range l.entries {
			if e.flying > 0 || e.status == Refused {
				continue
			}
			next := e.next
			if e.status == Carried && l.state == closed {
				next = l.next
			}
			if !any || next.Before(first) {
				first, any = next, true
			}
		}
		if any && l.state == closed && l.next.After(first) {
			first = l.next
		}
		if any && (l.state == closed || l.state == open && first.After(now)) {
			sooner(first)
		}
	}
	return at, ok
}

// Rows shows what waits for a destination; for all of them when dest is "".
func (c *Core) Rows(dest area.Center) []View {
	var views []View
	for _, l := range c.lines {
		if dest != "" && l.dest != dest {
			continue
		}
		for _, e := range l.entries {
			views = append(views, l.view(e))
		}
	}
	slices.SortFunc(views, View.compare)
	return views
}

// About shows what waits of one case, its records and its papers, for whomever.
// It costs a look for each destination, however much waits.
func (c *Core) About(id string) []View {
	var views []View
	for _, l := range c.lines {
		for _, kind := range []Kind{CaseRow, BlobRow} {
			if e := l.entries[Key{l.dest, kind, id}]; e != nil {
				views = append(views, l.view(e))
			}
		}
	}
	slices.SortFunc(views, View.compare)
	return views
}

func (l *line) view(e *entry) View {
	v := View{Key: e.Key, Purpose: e.Purpose, Since: time.UnixMilli(e.Since), Status: e.status,
		Code: e.code, Reason: e.reason, Next: e.next, Tries: l.failures}
	if v.Status == Waiting && l.state == closed {
		v.Next, v.Reason = l.next, cmp.Or(v.Reason, l.reason)
	}
	return v
}

func (v View) compare(b View) int {
	return cmp.Or(cmp.Compare(v.Dest, b.Dest), v.Since.Compare(b.Since), cmp.Compare(v.Kind, b.Kind), cmp.Compare(v.ID, b.ID))
}

// backoff doubles from first with each failure up to the longest, and spreads
// it between half and the whole.
func (c *Core) backoff(first time.Duration, failures int) time.Duration {
	d := first << min(failures, 20)
	if d > c.timing.Most || d <= 0 {
		d = c.timing.Most
	}
	return d/2 + time.Duration(c.jitter()*float64(d/2))
}

func mapKeys[K comparable, V any](m map[K]V) func(yield func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

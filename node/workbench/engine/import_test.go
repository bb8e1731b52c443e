package engine

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/node/frame"
	"tongban/node/onboard"
)

// long is a table of 500 rows.
func long(state onboard.State) onboard.Import {
	one := onboard.Import{ID: "X", Kind: onboard.Cases, State: state, Rows: make([]onboard.Row, 500)}
	for i := range one.Rows {
		one.Rows[i] = onboard.Row{Row: i + 2, Name: "旧-" + strconv.Itoa(i), Does: onboard.Adds}
	}
	return one
}

func pageOf(query string) (*frame.Pages, *frame.Page) {
	pages := &frame.Pages{Set: set, Center: func() string { return "虚构区" }, Now: func() time.Time { return time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC) }}
	p := pages.Page(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/work/import/X"+query, nil))
	p.Name = "imported"
	return pages, p
}

// While a long table is taken in its page says how far that is, and has no form
// by which it could be asked for again.
func TestALongTableOnItsPage(t *testing.T) {
	for _, c := range []struct {
		state        onboard.State
		at           int
		says, hidden []string
	}{
		{onboard.Checked, 0, []string{"data-apply", "1–100 / 500"}, []string{"<progress"}},
		{onboard.Queued, 0, []string{`<progress id="bar" max="500" value="0">`, "0 / 500"}, []string{"data-apply", "data-another", "/work/import/X/list"}},
		{onboard.Running, 213, []string{`<progress id="bar" max="500" value="213">`, "213 / 500"}, []string{"data-apply", "data-another"}},
		{onboard.Done, 500, []string{"data-another"}, []string{"<progress", "data-apply"}},
	} {
		pages, p := pageOf("")
		one := long(c.state)
		one.At = c.at
		p.Data = table(p, one)
		w := httptest.NewRecorder()
		pages.Write(w, p, http.StatusOK)
		for _, want := range c.says {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: no %s", c.state, want)
			}
		}
		for _, never := range c.hidden {
			if strings.Contains(w.Body.String(), never) {
				t.Errorf("%s: %s", c.state, never)
			}
		}
		if w.Body.Len() > 200<<10 {
			t.Errorf("%s: %d kB", c.state, w.Body.Len()>>10)
		}
	}
}

// Whatever number an address has, the page is one of the table.
func TestPagesOfATable(t *testing.T) {
	for from, want := range map[string]string{
		"": "1–100", "100": "101–200", "450": "451–500", "500": "501–500", "501": "501–500", "-1": "1–100", "18446744073709551615": "501–500", "x": "1–100",
	} {
		_, p := pageOf("?from=" + from)
		d := table(p, long(onboard.Done))
		if got := strconv.Itoa(d.From) + "–" + strconv.Itoa(d.To); got != want || len(d.Lines) != d.To-d.From+1 {
			t.Errorf("from %q: %s with %d rows, want %s", from, got, len(d.Lines), want)
		}
	}
}

// All is well only where nothing is to be seen to: a node with cases that was
// never backed up says so, and one that has nothing to keep need not.
func TestHowTheNodeIs(t *testing.T) {
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	r := &room{Config: Config{Name: func(c area.Center) string { return "中心" + string(c) }}}
	_, p := pageOf("")
	for _, c := range []struct {
		v    Vitals
		kept bool
		how  string
		says string
	}{
		{Vitals{}, false, "well", "一切正常"}, {Vitals{}, true, "look", "还没有备份过"}, {Vitals{BackedUp: now.Add(-time.Hour)}, true, "well", "一切正常"},
		{Vitals{BackedUp: now.Add(-72 * time.Hour)}, true, "look", "上次备份是 3 天"}, {Vitals{Above: "320500000000"}, false, "look", "中心320500000000"}, {Vitals{Fenced: "x"}, true, "bad", "暂停写入"},
		{Vitals{LineError: "x"}, false, "look", "见下面"},
	} {
		c.v.Disk = "ample"
		if text, how := r.safe(p, c.v, now, c.kept); how != c.how || !strings.Contains(text, c.says) {
			t.Errorf("%+v: %s %s", c.v, how, text)
		}
	}
	if got := r.names(p, []area.Center{"1", "2"}); got != "中心1、中心2" {
		t.Error(got)
	}
}

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is what a run found.
type report struct {
	Machine string   `json:"machine"`
	Took    string   `json:"took"`
	Results []result `json:"results"`
	Notes   []note   `json:"notes"`
}

// result is one figure: the median of rounds, the lowest and the highest of
// them, and how it stands to others of the same run.
type result struct {
	Trial  string  `json:"trial"`
	What   string  `json:"what"`
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Unit   string  `json:"unit"`
	Rounds int     `json:"rounds"`
	Ratios []ratio `json:"ratios,omitempty"`
}

// ratio is the median, over the rounds, of one figure divided by another that
// was measured beside it.
type ratio struct {
	To    string  `json:"to"`
	Value float64 `json:"value"`
}

// note says what a trial was made of.
type note struct {
	Trial string `json:"trial"`
	Text  string `json:"text"`
}

// series is one figure over the rounds of a trial.
type series struct {
	what, unit string
	values     []float64
}

func (s *series) add(v float64) { s.values = append(s.values, v) }

// addTime adds a duration in the unit of the series, ms or s.
func (s *series) addTime(d time.Duration) {
	if s.unit == "s" {
		s.add(d.Seconds())
		return
	}
	s.add(d.Seconds() * 1000)
}

// over is the ratio of two series that were measured round by round.
func (s *series) over(o *series, name string) ratio {
	var each []float64
	for i := range min(len(s.values), len(o.values)) {
		if o.values[i] != 0 {
			each = append(each, s.values[i]/o.values[i])
		}
	}
	return ratio{name, median(each)}
}

// add enters a series into the report.
func (b *bench) add(s *series, ratios ...ratio) {
	if len(s.values) == 0 {
		return
	}
	b.report.Results = append(b.report.Results, result{
		Trial: b.trial, What: s.what, Unit: s.unit, Rounds: len(s.values), Ratios: ratios,
		Median: median(s.values), Low: slices.Min(s.values), High: slices.Max(s.values),
	})
}

// note enters what a reader of the figures has to know.
func (b *bench) note(format string, args ...any) {
	b.report.Notes = append(b.report.Notes, note{b.trial, fmt.Sprintf(format, args...)})
}

// median is the middle value, the mean of the two where there is none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
}

// quantile is the smallest value that a share q of all do not exceed.
func quantile[T cmp.Ordered](values []T, q float64) T {
	if len(values) == 0 {
		var none T
		return none
	}
	s := slices.Sorted(slices.Values(values))
	return s[min(len(s)-1, max(0, int(float64(len(s))*q+0.999999)-1))]
}

func (r *report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func (r *report) writeTable(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s; measured in %s\n\n", r.Machine, r.Took)
	fmt.Fprintln(w, "trial\twhat\tmedian\tlow … high\tratios")
	last := ""
	for _, one := range r.Results {
		name := one.Trial
		if name == last {
			name = ""
		}
		last = one.Trial
		var ratios []string
		for _, q := range one.Ratios {
			ratios = append(ratios, fmt.Sprintf("%s × %s", figure(q.Value), q.To))
		}
		fmt.Fprintf(w, "%s\t%s\t%s %s\t%s … %s\t%s\n", name, one.What,
			figure(one.Median), one.Unit, figure(one.Low), figure(one.High), strings.Join(ratios, ", "))
	}
	fmt.Fprintln(w)
	for _, n := range r.Notes {
		fmt.Fprintf(w, "%s: %s\n", n.Trial, n.Text)
	}
	return w.Flush()
}

// figure writes a number with three digits that count.
func figure(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// machine says where this was measured, as far as it matters.
func machine(dir string) string {
	text := fmt.Sprintf("%s/%s, %d processors, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	if fs := fileSystem(dir); fs != "" {
		text += ", disk " + fs
	}
	return text
}

// profileTo records where the processors' time goes, for whoever looks for
// what is needlessly slow.
func profileTo(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		f.Close()
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); f.Close() }, nil
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestMedianAndQuantile(t *testing.T) {
	for _, c := range []struct {
		values           []float64
		median, p50, p99 float64
	}{
		{nil, 0, 0, 0},
		{[]float64{3}, 3, 3, 3},
		{[]float64{4, 1, 3, 2}, 2.5, 2, 4},
		{[]float64{5, 1, 3}, 3, 3, 5},
	} {
		if m := median(c.values); m != c.median {
			t.Errorf("median of %v: %v, want %v", c.values, m, c.median)
		}
		if q := quantile(c.values, 0.5); q != c.p50 {
			t.Errorf("half of %v: %v, want %v", c.values, q, c.p50)
		}
		if q := quantile(c.values, 0.99); q != c.p99 {
			t.Errorf("p99 of %v: %v, want %v", c.values, q, c.p99)
		}
	}
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	if q := quantile(hundred, 0.99); q != 99 {
		t.Errorf("p99 of 1 to 100: %d, want 99", q)
	}
}

// TestRatioIsByRound: what a busy minute did to both sides of a round does not
// come into the ratio.
func TestRatioIsByRound(t *testing.T) {
	ours, disk := &series{values: []float64{10, 1, 10}}, &series{values: []float64{20, 2, 40}}
	if r := ours.over(disk, "disk"); r.Value != 0.5 {
		t.Errorf("ratio %v, want 0.5", r.Value)
	}
	if r := ours.over(&series{}, "nothing"); r.Value != 0 {
		t.Errorf("ratio to nothing: %v", r.Value)
	}
}

func TestReport(t *testing.T) {
	b := &bench{trial: "intake"}
	s := &series{what: "cases", unit: "/s", values: []float64{900, 1000, 1200}}
	b.add(s, ratio{"disk", 0.25})
	b.add(&series{what: "never measured"})
	b.note("one node")
	b.report.Machine = "a machine"
	var table, encoded bytes.Buffer
	if err := b.report.writeTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1000 /s", "900 … 1200", "0.25 × disk", "intake: one node", "a machine"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, table.String())
		}
	}
	if strings.Contains(table.String(), "never measured") {
		t.Error("a figure without a measurement is shown")
	}
	if err := b.report.writeJSON(&encoded); err != nil {
		t.Fatal(err)
	}
	var back report
	if err := json.Unmarshal(encoded.Bytes(), &back); err != nil || len(back.Results) != 1 || back.Results[0].Median != 1000 {
		t.Errorf("read back %+v, %v", back, err)
	}
}

func TestChoose(t *testing.T) {
	if all, err := choose(""); err != nil || len(all) != len(trials) {
		t.Errorf("all: %d, %v", len(all), err)
	}
	some, err := choose("village,intake")
	if err != nil || len(some) != 2 || some[0].name != "intake" {
		t.Errorf("two: %v, %v", some, err)
	}
	if err := run(context.Background(), []string{"-only", "nothing"}, &bytes.Buffer{}, &bytes.Buffer{}); err == nil {
		t.Error("an unknown trial was run")
	}
}

// TestJournal: the yardstick syncs once for all who wait, and every one of
// them has its bytes on the disk.
func TestJournal(t *testing.T) {
	j := &journal{record: make([]byte, 100)}
	var err error
	if j.file, err = openFile(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	defer j.close()
	var commits atomic.Int64
	perSecond, err := rate(8, 50*time.Millisecond, func(w int) error {
		commits.Add(1)
		return j.commit(w)
	})
	if err != nil || perSecond <= 0 {
		t.Fatalf("%v a second, %v", perSecond, err)
	}
	if want := commits.Load() * 100; j.at != want {
		t.Errorf("%d bytes written, want %d", j.at, want)
	}
}

// TestShortestRun really measures: two nodes, custody between them.
func TestShortestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-short", "-only", "handover", "-json", "-dir", t.TempDir()}, &out, testWriter{t}); err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || len(r.Results) == 0 {
		t.Fatalf("%v in:\n%s", err, out.String())
	}
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

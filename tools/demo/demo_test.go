package demo

import (
	"bytes"
	"strings"
	"testing"
)

func TestFiveStories(t *testing.T) {
	var out bytes.Buffer
	if err := Run(t.Context(), Options{Out: &out, Once: true, Version: "test"}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, story := range []string{"1.", "2.", "3.", "4.", "5.", "Everything holds"} {
		if !strings.Contains(out.String(), story) {
			t.Errorf("no %q in:\n%s", story, out.String())
		}
	}
	t.Log("\n" + out.String())
}

package demo

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFiveStories(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "tongban")
	if out, err := exec.Command("go", "build", "-o", bin, "tongban/tools/tongban").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	var out bytes.Buffer
	if err := Run(t.Context(), Options{Out: &out, Once: true, Program: []string{bin}}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, story := range []string{"1.", "2.", "3.", "4.", "5.", "Everything holds"} {
		if !strings.Contains(out.String(), story) {
			t.Errorf("no %q in:\n%s", story, out.String())
		}
	}
	t.Log("\n" + out.String())
}

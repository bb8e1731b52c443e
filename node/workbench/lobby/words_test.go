package lobby

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var saying = regexp.MustCompile(`\.Say "([a-z_0-9]+)"`)

// Every word that a page says is there.
func TestWords(t *testing.T) {
	names, err := filepath.Glob("pages/*.html")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range saying.FindAllStringSubmatch(string(raw), -1) {
			if !set.Has(m[1]) {
				t.Errorf("%s says %q, which is no word", name, m[1])
			}
		}
	}
}

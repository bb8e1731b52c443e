package casework

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"tongban/intake/desk"
	"tongban/node/terms"
)

var saying = regexp.MustCompile(`\.Say "([a-z_0-9]+)"`)

// Every word that a page says is there.
func TestWords(t *testing.T) {
	for _, pattern := range []string{"pages/*.html"} {
		names, err := filepath.Glob(pattern)
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
}

// Every action that the desk offers has a name and a form.
func TestEveryActionHasAForm(t *testing.T) {
	for _, a := range desk.Offerable() {
		if _, ok := deedForms[a]; !ok {
			t.Errorf("%s has no form", a)
		}
		if terms.Actions[a][0] == "" {
			t.Errorf("%s has no name", a)
		}
	}
}

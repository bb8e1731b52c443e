// Package frametest is what the tests of all pages ask of them.
//
// It must never be part of the program.
package frametest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"tongban/node/frame"
)

var saying = regexp.MustCompile(`\.Say "([a-z_0-9]+)"`)

// Words fails the test for every word that a file of the patterns says and the
// set does not have.
func Words(t *testing.T, set *frame.Set, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
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

package casework

import (
	"testing"

	"tongban/intake/desk"
	"tongban/node/frame/frametest"
	"tongban/node/terms"
)

// Every word that a page says is there, and every word is said somewhere.
func TestWords(t *testing.T) {
	frametest.Words(t, set, "pages/*.html", "*.go")
	frametest.Said(t, words, "pages/*.html", "*.go")
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

package lobby

import (
	"testing"

	"tongban/node/frame/frametest"
)

// Every word that a page says is there, and every word is said somewhere.
func TestWords(t *testing.T) {
	frametest.Words(t, set, "pages/*.html", "*.go")
	frametest.Said(t, words, "pages/*.html", "*.go")
}

package agent

import (
	"testing"

	"tongban/node/frame/frametest"
)

// Every word that the page says is there, and every word is said.
func TestWords(t *testing.T) {
	frametest.Words(t, set, "pages/*.html", "*.go")
	frametest.Said(t, words, "pages/*.html", "*.go")
}

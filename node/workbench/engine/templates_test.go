package engine

import (
	"testing"

	"tongban/node/frame/frametest"
)

// Every word that a page says is there.
func TestWords(t *testing.T) {
	frametest.Words(t, set, "pages/*.html", "*.go")
	frametest.Said(t, words, "pages/*.html", "*.go")
}

package frame

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"tongban/catalog/guide"
)

// WriteGuide shows the printed page of an item. It brings its own style sheet,
// which the policy names by its hash. An error says that nothing was written.
func (s *Pages) WriteGuide(w http.ResponseWriter, g guide.Guide) error {
	var b strings.Builder
	if err := guide.Render(&b, g); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", strings.Replace(s.Policy(), "style-src 'self'", "style-src "+styleHash(b.String()), 1))
	w.Write([]byte(b.String())) //nolint:errcheck // whoever asked has gone
	return nil
}

// styleHash is the source of the page's own style sheet as a policy names it.
func styleHash(page string) string {
	_, rest, _ := strings.Cut(page, "<style>")
	sheet, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(sheet))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

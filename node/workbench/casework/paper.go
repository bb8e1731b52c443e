package casework

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"tongban/intake/casefile"
	"tongban/node/account"
	"tongban/node/workbench"
)

// paper gives a scan out to whoever works on the case, which is in the book of
// who looked before the first byte leaves. What a browser would run is never
// given out, whoever sent it.
func (r *room) paper(c *workbench.Call) error {
	if err := c.Who.MayWork(account.Unmask); err != nil {
		return err
	}
	id := casefile.ID(c.PathValue("id"))
	name, media, content, err := r.Scan(id, c.PathValue("hash"))
	if err != nil {
		return err
	}
	if err := r.Privacy.Unmask(id, []string{"paper"}, r.asker(c, c.PostForm.Get("reason"))); err != nil {
		return err
	}
	h := c.W.Header()
	disposition := "attachment"
	if strings.HasPrefix(media, "image/") || media == "application/pdf" {
		disposition = "inline"
	}
	if strings.HasPrefix(media, "text/") {
		media += "; charset=utf-8"
	}
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	c.W.WriteHeader(http.StatusOK)
	_, err = c.W.Write(content)
	return err
}

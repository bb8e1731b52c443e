package counter

import (
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"tongban/consensus/refusal"
	"tongban/intake/attach"
	"tongban/node/workbench"
	"tongban/node/workbench/counter/draft"
)

// pageShown is one page of a scanned or photographed paper.
type pageShown struct {
	Page    string
	Number  int
	Picture bool // it can be shown small
	First   bool
}

// The fields of signatures. What is signed is one picture: another takes its
// place.
const (
	signedFor     = "sign.deliver" // what is handed out
	signedMandate = "sign.mandate" // that this center acts for the applicant
)

func signature(paper string) bool { return strings.HasPrefix(paper, "sign.") }

// pages are the pages of a paper as a page shows them, and how large they are.
func (v *view) pages(paper string) (all []pageShown, size string) {
	bytes := 0
	for i, one := range v.draft.Pages(paper) {
		all = append(all, pageShown{one.Page, i + 1, picture(one.Media), i == 0})
		bytes += one.Size
	}
	if bytes > 0 {
		size = fmt.Sprintf("%d kB", (bytes+1023)>>10)
	}
	return all, size
}

func picture(media string) bool { return strings.HasPrefix(media, "image/") }

// scanned is what was scanned of a paper, as it will be kept. nil: nothing was.
func (v *view) scanned(paper string) ([]byte, error) {
	var all [][]byte
	for _, one := range v.draft.Pages(paper) {
		content, _, err := v.r.Drafts.Content(v.c.Who.Login, v.draft.ID, paper, one.Page)
		if err != nil {
			return nil, err
		}
		all = append(all, content)
	}
	return attach.Paper(all)
}

// uploads keeps the files of a form. One that is not taken is told beside its
// paper, and the rest goes on.
func (v *view) uploads() {
	if v.c.MultipartForm == nil {
		return
	}
	for name, files := range v.c.MultipartForm.File {
		paper, ok := strings.CutPrefix(name, "scan.")
		if !ok || len(paper) > 120 {
			continue
		}
		for _, file := range files {
			if file.Size == 0 {
				continue
			}
			if err := v.upload(paper, file); err != nil {
				v.fault("p."+paper, v.c.Reason(refusal.CodeOf(err))+" "+wordsOf(err))
				break
			}
		}
	}
	if d, err := v.r.Drafts.Get(v.c.Who.Login, v.draft.ID); err == nil {
		v.draft.Scans = d.Scans
	}
}

// upload keeps a picture behind the others of its paper. A document stands
// alone: it takes the place of another, and is not mixed with pictures.
func (v *view) upload(paper string, file *multipart.FileHeader) error {
	if file.Size > attach.MaxFile {
		return refusal.Newf(refusal.TooLarge, "", "", "%d bytes, at most %d", file.Size, attach.MaxFile)
	}
	in, err := file.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	content, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	media, err := attach.Inspect(content)
	if err != nil {
		return err
	}
	d, err := v.r.Drafts.Get(v.c.Who.Login, v.draft.ID)
	if err != nil {
		return err
	}
	there := d.Pages(paper)
	mixed := slices.ContainsFunc(there, func(one draft.Scan) bool { return picture(one.Media) != picture(media) })
	switch {
	case mixed:
		return refusal.Newf(refusal.Conflict, "", "", "%s", v.c.Page.Say("mixed"))
	case signature(paper) || !picture(media):
		return v.r.Drafts.Replace(v.c.Who.Login, v.draft.ID, paper, media, content)
	}
	return v.r.Drafts.Attach(v.c.Who.Login, v.draft.ID, paper, media, content)
}

// thumbEdge is how large a page is shown in the list, in pixels.
const thumbEdge = 160

// scan shows what was scanned to whoever scanned it: a page, small where that
// is asked for, or the paper as it will be kept.
func (r *room) scan(c *workbench.Call) error {
	q := c.URL.Query()
	v, ended, err := r.load(c)
	if err != nil || ended {
		return err
	}
	var content []byte
	if page := q.Get("page"); page != "" {
		content, _, err = r.Drafts.Content(c.Who.Login, v.draft.ID, q.Get("paper"), page)
	} else {
		content, err = v.scanned(q.Get("paper"))
	}
	if err == nil && content == nil {
		err = refusal.Newf(refusal.NotFound, "", "", "no scan of that paper is kept")
	}
	media := ""
	if err == nil && q.Get("small") != "" {
		content, err = attach.Thumbnail(content, thumbEdge)
	}
	if err == nil {
		media, err = attach.Inspect(content)
	}
	if err != nil {
		return err
	}
	h := c.W.Header()
	disposition := "attachment"
	if picture(media) || media == "application/pdf" {
		disposition = "inline"
	}
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", disposition)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox")
	c.W.WriteHeader(http.StatusOK)
	_, err = c.W.Write(content)
	return err
}

// page puts a page of a paper before the one that it follows, or throws it away;
// the name of the button says which, its value the paper and the page.
func (r *room) page(c *workbench.Call) error {
	do, value := r.Drafts.Detach, c.PostForm.Get("unscan")
	if forward := c.PostForm.Get("forward"); forward != "" {
		do, value = r.Drafts.Forward, forward
	}
	v, ended, err := r.take(c)
	if err != nil || ended {
		return err
	}
	paper, page, _ := strings.Cut(value, "|")
	if paper != "" {
		if err := do(c.Who.Login, v.draft.ID, paper, page); err != nil {
			return err
		}
	}
	if c.Header.Get("HX-Request") == "" {
		return c.Go("/work/intake/"+v.draft.ID+"?at=papers", "")
	}
	if v.draft, err = r.Drafts.Get(c.Who.Login, v.draft.ID); err != nil {
		return err
	}
	return v.part("rest")
}

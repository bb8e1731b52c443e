package workbench

import (
	"cmp"
	"crypto/rand"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tongban/consensus/refusal"
	"tongban/intake/desk"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/terms/refused"
)

// Call is one request of somebody who sits at a screen. It lives as long as the
// request.
type Call struct {
	*http.Request
	W    http.ResponseWriter
	Page *frame.Page
	Who  account.Session

	room  *Room
	means meanings // what this page calls refusals, where it knows better than their codes
}

// meanings are refusals in words, by their codes.
type meanings map[refusal.Code][2]string

// maxFields is how many fields of different names a form may have.
const maxFields = 4000

// inMemory is how much of a form with files is held in memory; the rest goes to
// the disk for as long as the call lasts.
const inMemory = 8 << 20

// answer reads what was sent and has it answered; where either is refused it
// says why.
func (c *Call) answer(do func(*Call) error) {
	defer c.forget()
	var err error
	if c.Method == http.MethodPost {
		err = c.read()
	}
	if err == nil {
		err = do(c)
	}
	if err != nil {
		c.refuse(err)
	}
}

// forget takes the files of a form from the disk. The server does that only for
// a request that came to the handler as it was read: this one is a copy, which
// knows whose session it is.
func (c *Call) forget() {
	if c.MultipartForm == nil {
		return
	}
	if err := c.MultipartForm.RemoveAll(); err != nil {
		c.room.shell.Log.Error("a file of a form stays on the disk", "path", c.URL.Path, "err", err)
	}
}

// withFiles reports whether a form is of the kind that may have files.
func withFiles(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "multipart/form-data"
}

func (c *Call) read() error {
	var err error
	if withFiles(c.Request) {
		err = c.ParseMultipartForm(inMemory)
	} else {
		err = c.ParseForm()
	}
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return refusal.Newf(refusal.TooLarge, "", "", "%d bytes at most", big.Limit)
	case err != nil:
		return refusal.New(refusal.Malformed, "", "", err)
	case len(c.PostForm) > maxFields:
		return refusal.Newf(refusal.TooLarge, "", "", "%d fields at most", maxFields)
	}
	return nil
}

// By is who acts, for the desk: the person of the session, in place of whoever
// they cover for at this screen, with the key that the page's form was given,
// so that a form that is sent twice has one effect.
func (c *Call) By() desk.By {
	by := desk.By{Staff: c.Who.Staff, Key: c.PostForm.Get("key")}
	if by.Key != "" { // a key is its giver's own
		by.Key = c.Who.Login + "/" + by.Key
	}
	by.For = c.covers()
	return by
}

// covers is whose post the person at this screen covers, by number or name; "":
// nobody's.
func (c *Call) covers() string {
	cookie, err := c.Cookie(c.room.shell.coverCookie())
	if err != nil {
		return ""
	}
	of, err := url.QueryUnescape(cookie.Value)
	if err != nil {
		return ""
	}
	return of
}

// Shown is a page's data when it needs nothing of its own.
type Shown struct{}

// Show shows a page of the room.
func (c *Call) Show(name string, data any) error { return c.show(name, data, http.StatusOK) }

func (c *Call) show(name string, data any, status int) error {
	c.Page.Name, c.Page.Data = name, data
	if c.Page.Key == "" {
		c.Page.Key = rand.Text()
	}
	if c.Page.Done == "" {
		c.Page.Done = c.said()
	}
	c.room.pages.Write(c.W, c.Page, status)
	return nil
}

// Part shows one template of a page, for a page that already stands.
func (c *Call) Part(name, part string, data any) error {
	c.Page.Name, c.Page.Data = name, data
	c.room.pages.WritePart(c.W, c.Page, part)
	return nil
}

// Again shows a page once more because what was sent was refused: with what was
// typed, and why it was not taken.
func (c *Call) Again(name string, data any, err error) error {
	status := errStatus(err)
	if status == http.StatusInternalServerError {
		return err
	}
	c.Page.Trouble = c.trouble(err)
	return c.show(name, data, status)
}

// Download answers with a file that is kept, not shown. Nothing of a person may
// stand in its name.
func (c *Call) Download(name, media string, file []byte) error {
	h := c.W.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(file)))
	c.W.WriteHeader(http.StatusOK)
	_, err := c.W.Write(file)
	return err
}

// byLine is the header of a form that the page itself sends, to send it again
// where the line broke: the page goes where X-Go says.
const byLine = "X-Line"

// Go leads on to another page. done is a word of the set that says what was
// done; "" for none.
func (c *Call) Go(to, done string) error {
	if done != "" {
		joint := "?"
		if strings.Contains(to, "?") {
			joint = "&"
		}
		to += joint + "done=" + url.QueryEscape(done)
	}
	if c.Header.Get("HX-Request") != "" {
		c.W.Header().Set("HX-Redirect", to)
		c.W.WriteHeader(http.StatusNoContent)
		return nil
	}
	if c.Header.Get(byLine) != "" {
		c.W.Header().Set("X-Go", to)
		c.W.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(c.W, c.Request, to, http.StatusSeeOther)
	return nil
}

// said is what the page before did, as the address names it: only words of the
// set are said.
func (c *Call) said() string {
	word := "done_" + c.URL.Query().Get("done")
	if !c.room.pages.Set.Has(word) {
		return ""
	}
	return c.Page.Say(word)
}

// refuse says why there is no such page, or why nothing was done, in the frame
// of the others.
func (c *Call) refuse(err error) {
	status := errStatus(err)
	if status == http.StatusInternalServerError {
		c.room.shell.Log.Error("answer a page", "path", c.URL.Path, "err", err)
		err = refusal.Newf("internal", "", "", "see the node's log")
	}
	doors := c.room.shell.doors
	p := doors.Page(c.W, c.Request)
	p.Room, p.Name, p.Title = c.room.name, "refused", p.Say("refused")
	p.Trouble = c.trouble(err)
	doors.Write(c.W, p, status)
}

// trouble is a refusal in the reader's words.
func (c *Call) trouble(err error) *frame.Trouble {
	return c.speaker().Trouble(c.Page, cmp.Or(c.means[refusal.CodeOf(err)], reasons[refusal.CodeOf(err)]), err)
}

func (c *Call) speaker() refused.Speaker { return refused.Speaker{Name: c.room.shell.Name} }

// Particulars are what a refusal says beyond its code, in the reader's language
// where it can be said in it. The page marks it with {{tongue}}.
func (c *Call) Particulars(text string) string {
	if !c.Page.English() {
		if chinese, ok := c.speaker().Cause(text); ok {
			return chinese
		}
	}
	return text
}

// Reason is what a refusal's code means, in the reader's language; the code
// itself where nobody put it into words.
func (c *Call) Reason(code refusal.Code) string { return c.Page.Either(reasons[code], string(code)) }

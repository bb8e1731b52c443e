package casework

import (
	"net/http"
	"slices"
	"strings"

	"tongban/consensus/refusal"
	"tongban/intake/desk"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
	"tongban/node/workbench/casework/phrase"
)

// kept reports whether people keep phrases of their own for a field.
func (f field) kept() bool { return f.Kind == text && f.Parse == nil }

// phraseKinds are the kinds of fields for which phrases are kept, by the name of
// the field, with what it is called.
var phraseKinds = func() map[string]terms.Pair {
	all := map[string]terms.Pair{}
	var actions []desk.Action
	for a := range deedForms {
		actions = append(actions, a)
	}
	slices.Sort(actions)
	for _, a := range actions {
		for _, f := range deedForms[a].Fields {
			if _, known := all[f.Name]; f.kept() && !known {
				all[f.Name] = f.Words
			}
		}
	}
	return all
}()

// own puts the phrases of whoever asks beside the fields of a form.
func (r *room) own(c *workbench.Call, fields []filled) error {
	mine, err := r.Phrases.Of(c.Who.Login)
	if err != nil {
		return err
	}
	for i := range fields {
		f := &fields[i]
		if f.Keeps = f.kept(); f.Keeps {
			f.Own = mine[f.Name]
		}
	}
	return nil
}

// phrasing is the page of one's own phrases.
type phrasing struct {
	Kinds []phraseKind
	Kind  string // as typed
	Text  string
	Most  int
}

type phraseKind struct {
	Name, Text string
	Own        []string
	Chosen     bool
}

func (r *room) phrasing(c *workbench.Call) (*phrasing, error) {
	c.Page.Title = c.Page.Say("my_phrases")
	mine, err := r.Phrases.Of(c.Who.Login)
	d := &phrasing{Kind: c.PostForm.Get("kind"), Text: c.PostForm.Get("text"), Most: phrase.MaxLength}
	for name, words := range phraseKinds {
		d.Kinds = append(d.Kinds, phraseKind{name, c.Page.Pick(words[0], words[1]), mine[name], name == d.Kind})
	}
	slices.SortFunc(d.Kinds, func(a, b phraseKind) int { return strings.Compare(a.Name, b.Name) })
	return d, err
}

func (r *room) phrases(c *workbench.Call) error {
	d, err := r.phrasing(c)
	if err != nil {
		return err
	}
	return c.Show("phrases", d)
}

// keepPhrase keeps a phrase, or removes one. A form that stands asks it beside
// itself, and is answered in one line.
func (r *room) keepPhrase(c *workbench.Call) error {
	kind, words, done := c.PostForm.Get("kind"), c.PostForm.Get("text"), "phrase_kept"
	_, known := phraseKinds[kind]
	err := error(refusal.Newf(refusal.NotFound, "", "", "%.40q is no kind of field", kind))
	switch {
	case known && c.PostForm.Get("drop") != "":
		done, err = "phrase_dropped", r.Phrases.Drop(c.Who.Login, kind, words)
	case known:
		err = r.Phrases.Keep(c.Who.Login, kind, words)
	}
	if c.Header.Get("X-Keep") != "" {
		return answerLine(c, err, done)
	}
	if err != nil {
		d, wrong := r.phrasing(c)
		if wrong != nil {
			return wrong
		}
		return c.Again("phrases", d, err)
	}
	return c.Go("/work/me/phrases", done)
}

// answerLine answers a script: what was done, or why it was not.
func answerLine(c *workbench.Call, err error, done string) error {
	text, status := c.Page.Say("done_"+done), http.StatusOK
	if err != nil {
		if refusal.CodeOf(err) == "" {
			return err
		}
		text, status = c.Page.Say("phrase_refused")+frame.Capital(c.Particulars(err.Error())), http.StatusUnprocessableEntity
	}
	c.W.Header().Set("Content-Type", "text/plain; charset=utf-8")
	c.W.WriteHeader(status)
	_, err = c.W.Write([]byte(text))
	return err
}

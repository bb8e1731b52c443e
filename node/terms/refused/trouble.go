package refused

import (
	"cmp"
	"regexp"

	"tongban/consensus/refusal"
	"tongban/node/frame"
	"tongban/node/terms"
)

// Trouble is a refusal as a page shows it: the reason, which is its code in
// words, then its particulars. On a Chinese page what can't be said in Chinese is
// folded away, in English.
func (s Speaker) Trouble(p *frame.Page, reason terms.Pair, err error) *frame.Trouble {
	text, hint := err.Error(), refusal.HintOf(err)
	t := &frame.Trouble{Code: string(refusal.CodeOf(err))}
	if p.English() {
		t.Text, t.Detail = cmp.Or(reason[1], text), text
		if !command.MatchString(hint) {
			t.Hint = hint
		}
		return t
	}
	t.Text = cmp.Or(reason[0], "没有办成。")
	ok := false
	if t.Detail, ok = s.Cause(text); !ok {
		t.Technical = text
	}
	if t.Hint, ok = s.Hint(hint); !ok && hint != "" {
		t.Technical = text + " — " + hint
	}
	return t
}

// command are the hints for whoever works by the command line.
var command = regexp.MustCompile(`'tongban |--[a-z]`)

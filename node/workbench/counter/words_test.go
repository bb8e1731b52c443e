package counter

import (
	"slices"
	"testing"

	"tongban/intake/casefile"
	"tongban/node/frame/frametest"
	"tongban/node/terms"
)

// Every word that a page says is there, and every word is said somewhere.
func TestWords(t *testing.T) {
	frametest.Words(t, set, "pages/*.html", "*.go")
	frametest.Said(t, words, "pages/*.html", "*.go")
}

// Every state that a material may be given has a name and a digit, and no two
// outcomes have one key.
func TestStatesAndOutcomes(t *testing.T) {
	if len(states) > 9 || slices.Contains(states, casefile.MaterialState("")) {
		t.Error(states)
	}
	for _, s := range states {
		if terms.Materials[s][0] == "" {
			t.Errorf("%s has no name", s)
		}
	}
	keys := map[string]string{}
	for _, m := range all {
		if m.words[0] == "" || m.words[1] == "" || keys[m.key] != "" {
			t.Errorf("%+v", m)
		}
		keys[m.key] = m.name
	}
}

func TestSplit(t *testing.T) {
	for _, one := range []struct{ text, field, what string }{
		{"applicant.name: 未填写（must be given）", "applicant.name", "未填写（must be given）"},
		{"open a case: applicant.resident_id: 有误", "applicant.resident_id", "有误"},
		{"open a case: papers[2].by: 2026-01-01 is past", "papers[2].by", "2026-01-01 is past"},
		{"“虚构证明”: open a case: papers[0]: 身份证 may not be brought later", "papers[0]", "身份证 may not be brought later"},
		{"whose: must be given", "whose", "must be given"},
		{"nothing of the kind", "", "nothing of the kind"},
	} {
		if field, what := split(one.text); field != one.field || what != one.what {
			t.Errorf("%q: %q, %q", one.text, field, what)
		}
	}
}

package office

import (
	"slices"
	"testing"

	"tongban/intake/hall/queue"
	"tongban/intake/privacy"
	"tongban/intake/rating"
	"tongban/intake/supervise"
	"tongban/node/frame/frametest"
)

// Every word that a page says is there.
func TestWords(t *testing.T) {
	frametest.Words(t, set, "pages/*.html", "*.go")
	frametest.Said(t, words, "pages/*.html", "*.go")
}

// Every code that a page puts into words has a name.
func TestEveryCodeHasAName(t *testing.T) {
	var need []string
	for _, s := range steps {
		need = append(need, "step_"+s.kind, "hint_"+s.kind, "text_"+s.kind, "done_"+s.kind)
		if s.asks {
			need = append(need, "yes_"+s.kind, "no_"+s.kind)
		}
		if s.checks {
			need = append(need, "check_"+s.kind)
		}
	}
	for _, s := range []rating.Stage{rating.StageNone, rating.StageGiven, rating.StageVerified, rating.StageFound, rating.StageAnswered, rating.StageAppealed, rating.StageClosed} {
		need = append(need, "stage_"+string(s))
	}
	for _, k := range []string{privacy.KindRead, privacy.KindRestricted, privacy.KindUnrestricted, privacy.KindRetention, privacy.KindErased} {
		need = append(need, "kind_"+k)
	}
	for _, s := range []queue.State{queue.Called, queue.Serving} {
		need = append(need, "doing_"+string(s))
	}
	for _, t := range slices.Concat(areaTabs, ratingTabs, privacyTabs) {
		need = append(need, t.nav)
	}
	for _, word := range need {
		if !set.Has(word) {
			t.Errorf("%q is no word", word)
		}
	}
	for _, k := range supervise.Kinds() {
		if lateKinds[k][0] == "" {
			t.Errorf("%s has no name", k)
		}
	}
	for _, c := range rating.Channels {
		if channels[c][0] == "" {
			t.Errorf("%s has no name", c)
		}
	}
}

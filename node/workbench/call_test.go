package workbench

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/desk"
	"tongban/node/frame"
)

// refused is what a page says of an error.
func refusedBy(t *testing.T, err error, lang string) (status int, page string) {
	t.Helper()
	s := &Shell{Config: Config{Log: slog.New(slog.DiscardHandler), Name: func(area.Center) string { return "虚构镇便民服务中心" }}}
	s.doors = &frame.Pages{Set: doorSet, Center: func() string { return "虚构区政务服务中心" }, Now: time.Now, Scripts: true, Log: s.Log, Bar: func(*http.Request) frame.Bar { return frame.Bar{Home: "/work"} }}
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/work/x?lang="+lang, nil)
	c := &Call{Request: r, W: w, room: &Room{shell: s, pages: s.doors}, Page: s.doors.Page(w, r)}
	c.refuse(err)
	return w.Code, w.Body.String()
}

// A refusal is said in the reader's language with its facts; what nobody put
// into Chinese is folded away; what went wrong inside is not shown at all.
func TestRefuse(t *testing.T) {
	held := refusal.Newf("not_custodian", "decide 320509000000.1.1", "send the custodian a request instead", "%s is its custodian", "320509111000")
	for _, one := range []struct {
		err          error
		lang         string
		status       int
		says, hidden []string
	}{
		{held, "zh", 422, []string{"办件现在由别的中心保管。", "办件由虚构镇便民服务中心保管。", "请向保管方发来件。", "not_custodian"}, []string{"is its custodian", "request instead"}},
		{held, "en", 422, []string{"Another center holds the case.", "320509111000 is its custodian", "send the custodian a request instead"}, []string{"保管"}},
		{refusal.Newf(desk.NoStep, "", "look under 'tongban item show'", "something that nobody put into Chinese"), "zh", 422, []string{"这个事项没有这个环节", "技术说明", `lang="en">something that nobody`}, nil},
		{refusal.Newf(desk.NoStep, "", "look under 'tongban item show'", "something"), "en", 422, []string{"The item has no such step left."}, []string{"tongban item"}},
		{refusal.Newf("a_code_of_tomorrow", "", "", "never said"), "zh", 422, []string{"没有办成。"}, nil},
		{errors.New("badger: 虚构甲's row is damaged"), "zh", 500, []string{"出了意外", "详情见节点日志。", "工作台"}, []string{"badger", "虚构甲"}},
		{errors.New("badger: 虚构甲's row is damaged"), "en", 500, []string{"Something unexpected happened"}, []string{"badger", "虚构甲"}},
		{refusal.Newf(refusal.NotFound, "", "", "there is no such page"), "zh", 404, []string{"没有找到。", "没有这个页面。"}, nil},
	} {
		status, page := refusedBy(t, one.err, one.lang)
		if status != one.status || strings.Count(page, "<h1") != 1 {
			t.Errorf("%v (%s): %d", one.err, one.lang, status)
		}
		for _, want := range one.says {
			if !strings.Contains(page, want) {
				t.Errorf("%v (%s) does not say %q: %s", one.err, one.lang, want, page[strings.Index(page, "<main"):])
			}
		}
		for _, never := range one.hidden {
			if strings.Contains(page, never) {
				t.Errorf("%v (%s) says %q", one.err, one.lang, never)
			}
		}
	}
}

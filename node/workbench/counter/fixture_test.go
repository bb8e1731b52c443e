package counter_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/intake/casefile"
	"tongban/node"
)

const center area.Center = "320509000000"

const password = "a long word 4 the test"

// The numbers are obviously invented: no area begins with 99.
const someone = "999999199001010016"

var company = func() string {
	const first = "91990000MA0000000"
	for _, digit := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if item.CheckUSCC(first+string(digit)) == nil {
			return first + string(digit)
		}
	}
	panic("no digit fits")
}()

// office is a real node with a few items and a clerk.
type office struct {
	t    *testing.T
	node *node.Node
	dir  string
	url  string
	stop func()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newOffice(t *testing.T, changes ...func(*node.Config)) *office {
	t.Helper()
	o := &office{t: t, dir: filepath.Join(t.TempDir(), "node")}
	c := node.DefaultConfig(center)
	c.Profile, c.Presence.Listen, c.API.Listen, c.Enrol.Listen = "village", "", "127.0.0.1:0", "127.0.0.1:0"
	c.Peer.Listen = []string{"/ip4/127.0.0.1/tcp/0"}
	c.Disk, c.Timing.Fast = node.DiskConfig{MinFreeMiB: 16, BallastMiB: 1}, true
	for _, change := range changes {
		change(&c)
	}
	_, err := node.Create(o.dir, c, node.Founding{Name: "吴江区", Area: center.Area(), Center: "吴江区政务服务中心", Staff: "建设者"}, rand.Reader, time.Now())
	must(t, err)
	o.run()
	t.Cleanup(func() { o.stop() })
	for _, it := range items {
		o.publish(it)
	}
	o.account("yi", "虚构甲")
	return o
}

// run starts the node, again after a stop.
func (o *office) run() {
	o.t.Helper()
	log := io.Discard
	if os.Getenv("TONGBAN_TEST_LOG") != "" {
		log = os.Stderr
	}
	n, err := node.Open(o.dir, node.Options{Log: slog.New(slog.NewTextHandler(log, nil)), Version: "test"})
	must(o.t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	o.node, o.url, o.stop = n, "http://"+n.APIAddr(), func() {
		stop()
		if err := <-done; err != nil {
			o.t.Error(err)
		}
	}
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if answer, err := http.Get(o.url + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			o.t.Fatal("the node does not get ready")
		}
	}
}

func (o *office) publish(it item.Item) {
	o.t.Helper()
	it.Ref.Area, it.Ref.Version = center.Area(), 1
	it.Origin = item.Origin{Area: "吴江区", Source: "https://example.cn/guide", Date: "2026-01-01"}
	drafted, err := o.node.Propose(o.t.Context(), node.Wish{Staff: "建设者", Body: register.Draft{Item: it}})
	must(o.t, err)
	must(o.t, drafted[0].Err("draft "+it.Name))
	view, _, _ := o.node.Register().Draft(drafted[0].Index)
	published, err := o.node.Propose(o.t.Context(), node.Wish{Staff: "审核者", Body: register.Publication{Draft: drafted[0].Index, Content: view.Content}})
	must(o.t, err)
	must(o.t, published[0].Err("publish "+it.Name))
}

// api asks the node with its token.
func (o *office) api(method, path string, in, out any) {
	o.t.Helper()
	token, err := os.ReadFile(filepath.Join(o.dir, node.TokenFile))
	must(o.t, err)
	body, err := json.Marshal(in)
	must(o.t, err)
	r, err := http.NewRequest(method, o.url+path, bytes.NewReader(body))
	must(o.t, err)
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	must(o.t, err)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	must(o.t, err)
	if answer.StatusCode/100 != 2 {
		o.t.Fatalf("%s %s: %s %s", method, path, answer.Status, raw)
	}
	if out != nil {
		must(o.t, json.Unmarshal(raw, out))
	}
}

// account makes an account and chooses its password.
func (o *office) account(login, staff string, duties ...string) {
	o.t.Helper()
	if len(duties) == 0 {
		duties = []string{"clerk", "operator"}
	}
	var made struct {
		Initial string `json:"initial_password"`
	}
	o.api(http.MethodPost, "/v1/accounts", map[string]any{"staff": "建设者", "form": map[string]any{"login": login, "staff": staff, "duties": duties}}, &made)
	b := o.browser()
	b.post("/sign-in", url.Values{"login": {login}, "password": {made.Initial}})
	b.post("/work/me/password", url.Values{"old": {made.Initial}, "new": {password}, "again": {password}})
}

// browser is somebody with a browser that runs no scripts.
type browser struct {
	*office
	client *http.Client
	at     string // the address of the page
	status int
	page   string
}

func (o *office) browser() *browser {
	jar, err := cookiejar.New(nil)
	must(o.t, err)
	return &browser{office: o, client: &http.Client{Jar: jar}}
}

// clerk is signed in.
func (o *office) clerk(login string) *browser {
	o.t.Helper()
	b := o.browser()
	b.post("/sign-in", url.Values{"login": {login}, "password": {password}})
	if strings.Contains(b.at, "sign-in") {
		o.t.Fatalf("%s can't sign in: %s", login, b.page)
	}
	return b
}

func (b *browser) do(r *http.Request) *browser {
	b.t.Helper()
	answer, err := b.client.Do(r)
	must(b.t, err)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	must(b.t, err)
	b.status, b.page, b.at = answer.StatusCode, string(raw), answer.Request.URL.RequestURI()
	return b
}

func (b *browser) get(path string) *browser {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.url+path, nil)
	must(b.t, err)
	return b.do(r)
}

func (b *browser) post(path string, form url.Values) *browser {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.url+path, strings.NewReader(form.Encode()))
	must(b.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.url)
	return b.do(r)
}

// has wants all of the texts on the page.
func (b *browser) has(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(b.page, text) {
			b.t.Errorf("%s (%d) does not say %q:\n%s", b.at, b.status, text, clip(b.page))
		}
	}
}

func (b *browser) hasNot(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if strings.Contains(b.page, text) {
			b.t.Errorf("%s says %q", b.at, text)
		}
	}
}

var blank = regexp.MustCompile(`(?s)<header.*?</header>|<dialog.*?</dialog>|\s+`)

func clip(page string) string {
	page = blank.ReplaceAllString(page, " ")
	return page[:min(len(page), 6000)]
}

// begin starts an intake of an item and says where it is.
func (b *browser) begin(codes ...string) string {
	b.t.Helper()
	b.post("/work/intake", url.Values{"pick": {codes[0]}})
	base, _, _ := strings.Cut(b.at, "?")
	if !strings.HasPrefix(base, "/work/intake/") {
		b.t.Fatalf("no intake was begun: %s %s", b.at, clip(b.page))
	}
	for i := range codes[1:] {
		b.post(base, url.Values{"item": codes[:i+1], "pick": {codes[i+1]}})
	}
	return base
}

func (o *office) cases() []casefile.State {
	o.t.Helper()
	var out struct {
		Cases []struct {
			ID casefile.ID `json:"id"`
		} `json:"cases"`
	}
	o.api(http.MethodPost, "/v1/cases/search", map[string]any{"box": "all"}, &out)
	var all []casefile.State
	for _, one := range out.Cases {
		s, err := o.node.Cabinet().State(one.ID)
		must(o.t, err)
		all = append(all, s)
	}
	return all
}

// items are those of the test: one with two papers and no question, one with
// questions, one that goes by the residence, and a bundle.
var items = []item.Item{
	{
		Ref: item.Ref{Code: "PROOF"}, Name: "虚构证明开具", Alias: []string{"开证明"}, Department: "虚构部门", Authority: "吴江区虚构局", Type: item.PublicService, Level: area.District, Kind: item.Promised, Subject: item.ByCounter,
		Promise: item.Limit{Tenths: 50, Unit: item.WorkingDays}, Conditions: []string{"申请人在本区居住"},
		Materials: []item.Material{
			{ID: "card", Name: "居民身份证", Need: item.Required, Originals: 1, Copies: 1, Source: "公安机关", Standard: "在有效期内"},
			{ID: "form", Name: "申请表", Need: item.Required, Originals: 1},
		},
		Steps: []item.Step{{Name: "受理", Action: item.Accept, Level: area.District}, {Name: "审查", Action: item.Review, Level: area.District}, {Name: "决定", Action: item.Decide, Level: area.District}},
	},
	{
		Ref: item.Ref{Code: "SIGN"}, Name: "虚构店招备案", Department: "虚构部门", Authority: "吴江区虚构局", Type: item.Confirmation, Level: area.District, Kind: item.Immediate, Subject: item.ByCounter,
		Situations: []item.Situation{{ID: "matter", Question: "店招是什么样的？", Options: []item.Option{{ID: "plain", Text: "普通"}, {ID: "light", Text: "发光"}}}},
		Materials: []item.Material{
			{ID: "m1", Name: "居民身份证", Need: item.Required, Copies: 1}, {ID: "m2", Name: "场所证明", Need: item.LaterIfNeed},
			{ID: "m3", Name: "电气图", Need: item.Required, If: `matter == "light"`},
		},
		Steps: []item.Step{{Name: "受理", Action: item.Accept, Level: area.District}, {Name: "决定", Action: item.Decide, Level: area.District}},
	},
	{
		Ref: item.Ref{Code: "HOME"}, Name: "虚构居住登记", Department: "虚构部门", Authority: "吴江区虚构局", Type: item.Confirmation, Level: area.District, Kind: item.Promised, Subject: item.ByResidence, Promise: item.Limit{Tenths: 30, Unit: item.WorkingDays},
		Materials: []item.Material{{ID: "card", Name: "居民身份证", Need: item.Required}},
		Steps:     []item.Step{{Name: "受理", Action: item.Accept, Level: area.District}, {Name: "决定", Action: item.Decide, Level: area.District}},
	},
	{
		Ref: item.Ref{Code: "SHOPS"}, Name: "虚构开店一件事", Department: "虚构部门", Level: area.District, Bundle: item.LifeEvent,
		Members: []item.Member{{Code: "PROOF", Stage: 1}, {Code: "SIGN", Stage: 1}},
	},
}

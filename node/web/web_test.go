package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/search"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/node/frame"
)

const (
	district = area.Center("320509000000")
	town     = area.Center("320509111000")
)

var saying = regexp.MustCompile(`Say[ (]+(?:\(?print )?"([a-z_]+)"`)

// shelf is a catalogue in memory: published versions in order, with the day
// from which each counts.
type shelf struct {
	items  []item.Item
	since  map[item.Ref]workday.Date
	powers []register.Granted
	local  map[item.Code]item.Supplement
	list   []item.Code
	claims map[item.Code]bool
}

func (s *shelf) On(day workday.Date) register.Moment { return register.Moment{Day: day} }

func (s *shelf) current(on register.Moment) []item.Item {
	newest := map[item.Code]item.Item{}
	for _, it := range s.items {
		if s.since[it.Ref] <= on.Day && it.Ref.Version > newest[it.Ref.Code].Ref.Version {
			newest[it.Ref.Code] = it
		}
	}
	var all []item.Item
	for _, it := range newest {
		all = append(all, it)
	}
	slices.SortFunc(all, func(a, b item.Item) int { return cmp.Compare(a.Ref.Code, b.Ref.Code) })
	return all
}

func (s *shelf) Item(c item.Code, _ area.Code, on register.Moment) (*item.Item, bool) {
	for _, it := range s.current(on) {
		if it.Ref.Code == c {
			return &it, true
		}
	}
	return nil, false
}

func (s *shelf) Version(ref item.Ref) (*item.Item, bool) {
	for i := range s.items {
		if s.items[i].Ref == ref {
			return &s.items[i], true
		}
	}
	return nil, false
}

func (s *shelf) Items(f register.Filter, after item.Ref, limit int) ([]register.Summary, bool) {
	var all []register.Summary
	for _, it := range s.current(f.On) {
		if it.Ref.Code <= after.Code || f.Department != "" && it.Department != f.Department || f.Kind != "" && it.Kind != f.Kind ||
			f.Level != 0 && it.Level != f.Level || f.Bundles && it.Bundle == "" || !strings.Contains(it.Name, f.Text) {
			continue
		}
		all = append(all, register.Summary{
			Ref: it.Ref, Name: it.Name, Alias: it.Alias, Department: it.Department, Type: it.Type, Level: it.Level, Kind: it.Kind,
			Bundle: it.Bundle, Effective: s.since[it.Ref],
		})
	}
	return all[:min(limit, len(all))], len(all) > limit
}

func (s *shelf) CountItems(f register.Filter) int {
	all, _ := s.Items(f, item.Ref{}, 1<<30)
	return len(all)
}

func (s *shelf) History(c item.Code) ([]register.Published, error) {
	var all []register.Published
	for _, it := range s.items {
		if it.Ref.Code == c {
			all = append(all, register.Published{
				Ref: it.Ref, Effective: s.since[it.Ref], By: district, Staff: "王芳", Time: 1795305600000,
				Editors: []register.Editor{{Center: town, Staff: "李强"}}, Purpose: "压缩承诺时限", Erratum: it.Ref.Version == 2,
			})
		}
	}
	return all, nil
}

func (s *shelf) Powers(c item.Code, _ area.Center) ([]register.Granted, error) {
	return slices.DeleteFunc(slices.Clone(s.powers), func(g register.Granted) bool { return g.Item != c }), nil
}

func (s *shelf) Supplement(c item.Code, _ area.Center, _ register.Moment) (item.Supplement, bool) {
	l, ok := s.local[c]
	return l, ok
}

func (s *shelf) Coverage(c area.Center, on register.Moment) (register.Coverage, error) {
	l, _ := s.Center(c)
	cover := register.Coverage{Center: c, Name: l.Name, Required: len(s.list), List: 7}
	if c == district {
		return register.Coverage{Center: c, Name: l.Name}, nil
	}
	for _, code := range s.list {
		it, ok := s.Item(code, c.Area(), on)
		switch {
		case !ok:
			cover.Missing = append(cover.Missing, register.Missing{Code: code, Why: register.NotOffered})
		case !s.claims[code]:
			cover.Missing = append(cover.Missing, register.Missing{Code: code, Name: it.Name, Why: register.Unclaimed})
		default:
			cover.Covered++
		}
	}
	return cover, nil
}

var centerNames = map[area.Center]string{district: "吴江区政务服务中心", town: "黎里镇为民服务中心"}

func (s *shelf) Center(c area.Center) (register.Listing, bool) {
	return register.Listing{Center: register.Center{ID: c, Name: centerNames[c]}}, centerNames[c] != ""
}

func (s *shelf) Centers(under area.Code, after area.Center, limit int) ([]register.Listing, error) {
	var all []register.Listing
	for _, c := range []area.Center{district, town} {
		if c > after && c.Area().Under(under) {
			l, _ := s.Center(c)
			all = append(all, l)
		}
	}
	return all[:min(limit, len(all))], nil
}

// residence is an item with questions.
func residence(version item.Version) item.Item {
	return item.Item{
		Ref: item.Ref{Code: "TB-RESIDENCE", Area: "320509000000", Version: version}, Name: "居住证办理", Alias: []string{"暂住证"},
		Department: "公安", Level: area.Town, Type: item.Confirmation, Kind: item.Promised, Subject: item.ByResidence,
		Promise: item.Limit{Tenths: 50, Unit: item.WorkingDays},
		Situations: []item.Situation{
			{ID: "matter", Question: "办理类型", Options: []item.Option{{ID: "new", Text: "首次申领"}, {ID: "lost", Text: "遗失补领"}}},
			{ID: "papers", Question: "居住证明", Several: true, If: `matter == "new"`, Options: []item.Option{{ID: "lease", Text: "租赁合同"}, {ID: "deed", Text: "不动产权证"}}},
		},
		Materials: []item.Material{
			{ID: "form", Name: "申请表", Need: item.Required, Originals: 1},
			{ID: "lease", Name: "租赁合同", Need: item.LaterIfNeed, Copies: 1, If: `matter == "new" && "lease" in papers`},
			{ID: "loss", Name: "遗失声明", Need: item.Required, Originals: 1, If: `matter == "lost"`},
		},
		Steps: []item.Step{
			{Name: "受理", Action: item.Accept, Level: area.Village},
			{Name: "核查", Action: item.Assess, Level: area.Village, If: `matter == "new"`, Limit: item.Limit{Tenths: 20, Unit: item.WorkingDays}},
			{Name: "决定", Action: item.Decide, Level: area.Town, Department: "公安", Limit: item.Limit{Tenths: 30, Unit: item.WorkingDays}},
			{Name: "送达", Action: item.Serve, Level: area.Village},
		},
		Origin: item.Origin{Area: "广东省河源市", Date: "2026-11-22", Source: "办事指南"},
	}
}

func newShelf(t testing.TB) *shelf {
	t.Helper()
	all, err := starter.Items()
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{since: map[item.Ref]workday.Date{}, local: map[item.Code]item.Supplement{}, claims: map[item.Code]bool{}}
	add := func(it item.Item, day workday.Date) {
		s.items = append(s.items, it)
		s.since[it.Ref] = day
	}
	for i, it := range all {
		it.Ref.Area, it.Ref.Version = "320509000000", 1
		add(it, "2026-01-01")
		if i < 12 {
			s.list = append(s.list, it.Ref.Code)
		}
		s.claims[it.Ref.Code] = i%3 != 0
	}
	s.list = append(s.list, "TB-GONE")
	add(residence(1), "2026-01-01")
	newer := residence(2)
	newer.Promise.Tenths, newer.Materials, newer.Department = 30, newer.Materials[1:], "公安局"
	newer.Conditions = []string{"在本地居住半年以上"}
	add(newer, "2026-06-01")
	bundle := item.Item{
		Ref: item.Ref{Code: "TB-MOVE", Area: "320509000000", Version: 1}, Name: "搬到新家一件事", Bundle: item.LifeEvent, Department: "政务办",
		Level: area.District, Kind: item.Promised, Type: item.PublicService,
		Members: []item.Member{{Code: "TB-RESIDENCE", Stage: 1}, {Code: all[0].Ref.Code, Stage: 2}},
	}
	add(bundle, "2026-03-01")
	s.powers = []register.Granted{{Power: register.Power{Center: town, Item: "TB-RESIDENCE", Level: area.District, Document: "吴政发〔2026〕1 号", From: "2026-02-01"}}}
	s.local["TB-RESIDENCE"] = item.Supplement{Place: "黎里镇人民路 88 号一楼", Window: "3 号窗口", Telephone: "0512-63180000"}
	return s
}

func newServer(t testing.TB) http.Handler {
	s := newShelf(t)
	mux := http.NewServeMux()
	mux.Handle("GET /web/", frame.Assets())
	mux.Handle("/", New(Services{
		Catalogue: s,
		Self:      func() area.Center { return town },
		Now:       func() time.Time { return time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC) },
		Acts: func(_ *http.Request, ref item.Ref) []frame.Entry {
			return []frame.Entry{{Nav: "draft", Text: "起草新版本", Link: "/work/catalogue/edit?code=" + string(ref.Code)}}
		},
		Find: func(_ context.Context, q search.Query) []search.Hit {
			if q.Text == "jzz" {
				return []search.Hit{{Ref: item.Ref{Code: "TB-RESIDENCE", Area: "320509000000", Version: 2}, Alias: "暂住证"}}
			}
			return nil
		},
		Cases: func(c item.Code) ([]Case, error) {
			if c != "TB-RESIDENCE" {
				return nil, nil
			}
			return []Case{{ID: "320509111000.1.7", Ref: item.Ref{Code: c, Area: "320509000000", Version: 1}, State: [2]string{"已受理", "accepted"}, Accepted: "2026-05-20"}}, nil
		},
		Public: "https://zw.example.cn",
		Bar:    func(*http.Request) frame.Bar { return frame.Bar{Home: "/catalogue"} },
	}))
	return mux
}

func get(t *testing.T, h http.Handler, address string, cookies ...*http.Cookie) (int, string, http.Header) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body), w.Header()
}

// addresses are one of every page.
var addresses = []string{
	"/catalogue", "/catalogue?level=town&kind=promised&department=%E5%85%AC%E5%AE%89&day=2026-05-01", "/catalogue?q=jzz", "/catalogue?q=nothing",
	"/catalogue?bundles=1", "/catalogue/TB-RESIDENCE", "/catalogue/TB-RESIDENCE?s.matter=new&s.papers=lease&s.papers=deed",
	"/catalogue/TB-RESIDENCE?version=1", "/catalogue/TB-MOVE", "/catalogue/TB-RESIDENCE/diff", "/catalogue/TB-RESIDENCE/diff?to=1",
	"/catalogue/TB-RESIDENCE/guide", "/catalogue/TB-MOVE/guide?staff=1", "/coverage", "/coverage?center=320509111000",
}

func TestPagesSay(t *testing.T) {
	h := newServer(t)
	for _, c := range []struct {
		address string
		say     []string
		never   []string
	}{
		{"/catalogue", []string{"黎里镇为民服务中心", "after=", "级"}, nil},
		{"/catalogue?q=jzz", []string{"居住证办理", "暂住证", "<b>1</b>", "最匹配的"}, nil},
		{"/catalogue?q=nothing", []string{"没有符合条件的事项"}, nil},
		{"/catalogue?bundles=1", []string{"搬到新家一件事", "<b>1</b>"}, nil},
		{"/catalogue?department=%E5%85%AC%E5%AE%89&day=2026-05-01&after=TB-A&after_area=320509000000", []string{"居住证办理", "正在查看的日期", "href=\"/catalogue?day=2026-05-01\"", "第一页"}, nil},
		{"/catalogue/TB-RESIDENCE", []string{"3 个工作日", "3 号窗口", "现行", "已被取代", "勘误", "李强（黎里镇为民服务中心）", "吴政发〔2026〕1 号", "320509111000.1.7", "旧版本", "name=\"s.matter\"", "href=\"/work/catalogue/edit?code=TB-RESIDENCE\""}, []string{"id=\"answer\""}},
		{"/catalogue/TB-RESIDENCE?day=2026-05-01", []string{"5 个工作日", "待生效"}, nil},
		{"/catalogue/TB-RESIDENCE?s.matter=lost", []string{"id=\"answer\"", "遗失声明", "不需要：", "不经过："}, nil},
		{"/catalogue/TB-RESIDENCE?s.matter=bogus", []string{"没有选项"}, []string{"id=\"answer\""}},
		{"/catalogue/TB-MOVE", []string{"办理事项", "name=\"s.matter\"", "<a href=\"/catalogue/TB-RESIDENCE\" lang=\"zh-CN\">居住证办理", "合并后的材料"}, []string{"<h3>办理环节"}},
		{"/catalogue/TB-MOVE?s.matter=lost", []string{"遗失声明"}, []string{"id=\"answer\" role=\"status\">租赁合同"}},
		{"/catalogue/TB-RESIDENCE?version=1", []string{"指定的版本", "5 个工作日"}, nil},
		{"/catalogue/TB-RESIDENCE/diff", []string{"▲ 更有利", "▼ 更不利", "selected>版本 1"}, []string{"promised limit"}},
		{"/catalogue/TB-RESIDENCE/diff?lang=en", []string{"▲ better", "▼ worse", "<html lang=\"en\">"}, nil},
		{"/catalogue/TB-RESIDENCE/diff?to=1", []string{"第一个版本"}, nil},
		{"/catalogue/TB-RESIDENCE/guide", []string{"办事指南", "打印日期 2026-11-22", "https://zw.example.cn/guide/TB-RESIDENCE"}, nil},
		{"/coverage", []string{"吴江区政务服务中心", "没有基础目录"}, []string{}},
		{"/coverage?center=320509111000", []string{"尚未认领", "TB-GONE", "没有可用的发布版本"}, nil},
	} {
		if strings.HasPrefix(c.address, "/coverage") && c.never != nil {
			c.say = []string{"黎里镇为民服务中心", "61%"}
		}
		code, body, _ := get(t, h, c.address)
		if code != http.StatusOK {
			t.Errorf("%s: %d\n%s", c.address, code, body)
		}
		for _, want := range c.say {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q", c.address, want)
			}
		}
		for _, bad := range c.never {
			if strings.Contains(body, bad) {
				t.Errorf("%s says %q", c.address, bad)
			}
		}
	}
}

func TestPagesRefuse(t *testing.T) {
	h := newServer(t)
	for address, want := range map[string]int{
		"/catalogue/NONE": 404, "/catalogue/no%20code": 400, "/catalogue?day=2026-13-01": 400, "/catalogue/TB-RESIDENCE?version=9": 404,
		"/catalogue/TB-RESIDENCE?version=x": 400, "/catalogue/TB-RESIDENCE/diff?from=7": 404, "/catalogue/NONE/guide": 404, "/guide/TB-RESIDENCE": 404,
		"/coverage?center=abc": 400, "/nowhere": 404,
	} {
		if code, _, _ := get(t, h, address); code != want {
			t.Errorf("%s: %d, want %d", address, code, want)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/catalogue", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

// Nothing on a page needs more than the strict policy allows.
func TestPagesKeepThePolicy(t *testing.T) {
	h := newServer(t)
	for _, lang := range []string{"zh", "en"} {
		for _, address := range addresses {
			code, body, header := get(t, h, address, &http.Cookie{Name: "tongban-lang", Value: lang})
			if code != http.StatusOK {
				t.Fatalf("%s: %d", address, code)
			}
			for _, bad := range []string{"<script>", " style=", " onclick", "javascript:", "ZgotmplZ", "<no value>", "src=\"http"} {
				if strings.Contains(body, bad) {
					t.Errorf("%s (%s) contains %q", address, lang, bad)
				}
			}
			got := header.Get("Content-Security-Policy")
			if !strings.Contains(got, "default-src 'none'") || strings.Contains(got, "unsafe") {
				t.Errorf("%s: policy %q", address, got)
			}
			if strings.Contains(address, "/guide") != strings.Contains(got, "'sha256-") {
				t.Errorf("%s: policy %q", address, got)
			}
			if lang == "en" && !strings.Contains(body, `<html lang="en"`) {
				t.Errorf("%s is not in English", address)
			}
		}
	}
}

func TestCapital(t *testing.T) {
	for text, want := range map[string]string{"": "", "level": "Level", "ID": "ID", "必要": "必要", "02": "02"} {
		if got := frame.Capital(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Every word that a page asks for is there, in both languages, and is asked for.
func TestWords(t *testing.T) {
	asked := map[string]bool{"in_effect": true, "future": true, "superseded": true, "withdrawn": true, "called_off": true}
	read := func(name string) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range saying.FindAllStringSubmatch(string(raw), -1) {
			asked[found[1]] = true
			if !set.Has(found[1]) && !strings.HasSuffix(found[1], "_") {
				t.Errorf("%s says %q, which is no word", name, found[1])
			}
		}
	}
	for _, pattern := range []string{"pages/*.html", "*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			read(name)
		}
	}
	for key, w := range words {
		if w[0] == "" || w[1] == "" {
			t.Errorf("%s lacks a language", key)
		}
		if !asked[key] && !strings.HasPrefix(key, "gap_") && !strings.HasPrefix(key, "draft_") {
			t.Errorf("no page says %s", key)
		}
	}
}

func TestSettingsAreKept(t *testing.T) {
	h := newServer(t)
	_, body, header := get(t, h, "/catalogue?lang=en&size=large")
	cookies := strings.Join(header.Values("Set-Cookie"), "\n")
	for _, want := range []string{"tongban-lang" + "=en", "tongban-size" + "=large", "HttpOnly"} {
		if !strings.Contains(cookies, want) {
			t.Errorf("%s is not kept: %s", want, cookies)
		}
	}
	if !strings.Contains(body, `class="large"`) || !strings.Contains(body, "Find an item") {
		t.Error("the settings do not hold on the page itself")
	}
	if _, body, _ = get(t, h, "/catalogue?lang=xx"); !strings.Contains(body, "查找事项") {
		t.Error("an unknown language is not Chinese")
	}
}

func BenchmarkItem(b *testing.B) {
	h := newServer(b)
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/catalogue/TB-RESIDENCE", nil))
		if w.Code != http.StatusOK {
			b.Fatal(fmt.Errorf("status %d", w.Code))
		}
	}
}

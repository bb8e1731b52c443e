package guide

import (
	"fmt"
	"html"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/bundle"
	"tongban/catalog/item"
	"tongban/catalog/starter"
	"tongban/tools/golden"
)

func render(t *testing.T, g Guide) string {
	t.Helper()
	var b strings.Builder
	if err := Render(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func text(t *testing.T, g Guide) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// conditional is an item with questions: what a starter template has no source
// for.
func conditional() *item.Item {
	return &item.Item{
		Ref:  item.Ref{Code: "X1", Area: "320509000000", Version: 3},
		Name: "居住证办理", Department: "公安", Level: area.Town, Type: item.Confirmation, Kind: item.Promised,
		Promise: item.Limit{Tenths: 50, Unit: item.WorkingDays},
		Situations: []item.Situation{
			{ID: "matter", Question: "办理类型", Options: []item.Option{{ID: "new", Text: "首次申领"}, {ID: "lost", Text: "遗失补领"}}},
			{ID: "papers", Question: "居住证明", Several: true, If: `matter == "new"`, Options: []item.Option{{ID: "lease", Text: "租赁合同"}, {ID: "deed", Text: "不动产权证"}}},
		},
		Materials: []item.Material{
			{ID: "form", Name: "申请表", Need: item.Required, Kind: item.FormPaper, Originals: 1, Blank: &item.Attachment{Name: "申请表.docx", Hash: strings.Repeat("a", 64), Size: 20480}},
			{ID: "lease", Name: "租赁合同", Need: item.LaterIfNeed, Copies: 2, If: `matter == "new" && "lease" in papers`},
			{ID: "id", Name: "居民身份证", Need: item.Required, Exempt: true, ExemptBy: item.BySharing, Source: "公安机关"},
		},
		Steps: []item.Step{
			{Name: "受理", Action: item.Accept, Level: area.Village, Limit: item.Limit{Unit: item.OnTheSpot}},
			{Name: "公示", Action: item.Posting, Level: area.Village, Uncounted: true},
			{Name: "决定", Action: item.Decide, Level: area.Town, Department: "公安", Limit: item.Limit{Tenths: 30, Unit: item.WorkingDays}},
			{Name: "送达", Action: item.Serve, Level: area.Village},
		},
		Origin: item.Origin{Area: "广东省河源市", Date: "2026-11-22", Source: "办事指南"},
	}
}

// bundled is a bundle of it and of an item that is not offered here.
func bundled() *item.Item {
	return &item.Item{
		Ref: item.Ref{Code: "B1", Area: "320509000000", Version: 1}, Name: "新生儿一件事", Bundle: item.LifeEvent,
		Department: "政务服务管理办公室", Level: area.District, Type: item.PublicService, Kind: item.Promised,
		Members: []item.Member{{Code: "X1", Stage: 1}, {Code: "X2", Name: "社保卡", Stage: 2}},
		Shared:  []item.Shared{{Name: "身份证件", Of: []item.MaterialRef{{Code: "X1", ID: "id"}, {Code: "X2", ID: "card"}}}},
		Note:    "local composition（本地编排）",
	}
}

func TestGolden(t *testing.T) {
	supplement := item.Supplement{Place: "黎里镇人民路 88 号一楼大厅", Window: "3 号综合窗口", Hours: "工作日 9:00–11:30，13:00–17:00", Telephone: "0512-63180000"}
	plan, err := bundle.Compose(bundled(), nil, func(c item.Code) (*item.Item, bool) { return conditional(), c == "X1" })
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []Lang{Chinese, English} {
		g := Guide{
			Item: conditional(), Supplement: supplement, Center: "黎里镇为民服务中心", Home: "苏州市", AsOf: "2026-11-22",
			Effective: "2026-12-01", URL: "https://zw.example.cn/guide/X1", Files: "/file/", Lang: lang,
		}
		golden.Check(t, fmt.Sprintf("item.%s.html", lang), render(t, g))
		golden.Check(t, fmt.Sprintf("item.%s.txt", lang), text(t, g))
		g = Guide{Item: bundled(), AsOf: "2026-11-22", Lang: lang, Members: []*item.Item{conditional()}, Merged: plan.Materials}
		golden.Check(t, fmt.Sprintf("bundle.%s.html", lang), render(t, g))
	}
}

// Every shipped template has a guide in both languages; only its own words
// are Chinese in the English one.
func TestStarterItems(t *testing.T) {
	all, err := starter.Items()
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		for _, lang := range []Lang{Chinese, English} {
			g := Guide{Item: &all[i], Lang: lang}
			page := render(t, g)
			if !strings.Contains(page, html.EscapeString(all[i].Name)) || !strings.Contains(text(t, g), all[i].Name) {
				t.Errorf("%s (%s): the guide does not name its item", all[i].Record, lang)
			}
			if lang == English {
				for _, label := range regexp.MustCompile(`<(?:h2|h3|dt|th)[^>]*>(?:<span>[^<]*</span>)?([^<]*)`).FindAllStringSubmatch(page, -1) {
					if han(label[1]) && !strings.Contains(label[0], `lang="zh-CN"`) {
						t.Errorf("%s: the English guide has the label %q", all[i].Record, label[1])
					}
				}
			}
		}
	}
}

// unseen are the parts of an item that no reader looks for: keys that other
// parts are joined by.
var unseen = regexp.MustCompile(`^(situations\[\]\.(id|options\[\]\.id)|materials\[\]\.id|.*\.hash)$`)

// fill sets every element to something that can be found again, and tells what
// a reader must see of it.
func fill(t *testing.T, v reflect.Value, path string, seen map[string]string) {
	switch v.Kind() {
	case reflect.Struct:
		if l, ok := v.Addr().Interface().(*item.Limit); ok {
			*l = item.Limit{Tenths: int32(10 * (len(seen) + 1000)), Unit: item.WorkingDays}
			seen[path] = l.Chinese()
			return
		}
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			fill(t, v.Field(i), strings.TrimPrefix(path+"."+name, "."), seen)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		inner := path
		if k := v.Type().Elem().Kind(); k == reflect.Struct {
			inner += "[]"
		}
		fill(t, v.Index(0), inner, seen)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), path, seen)
	case reflect.String:
		if words := item.Words(path); len(words) > 0 {
			v.SetString(words[0].Value)
			seen[path] = words[0].Chinese
			return
		}
		v.SetString(fmt.Sprintf("〔%s〕", path))
		seen[path] = v.String()
	case reflect.Bool:
		v.SetBool(true)
		zh, _ := item.Label(path)
		seen[path] = zh
	case reflect.Uint8:
		v.SetUint(uint64(area.Town))
		seen[path] = area.Town.Chinese()
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint32:
		n := int64(len(seen) + 100)
		if path == "stars" {
			n = 5
		}
		if v.CanInt() {
			v.SetInt(n)
		} else {
			v.SetUint(uint64(n))
		}
		seen[path] = fmt.Sprint(n)
	default:
		t.Fatalf("%s: an element of kind %s: teach the test and the guide", path, v.Kind())
	}
}

func TestNoElementIsForgotten(t *testing.T) {
	var full item.Item
	var supplement item.Supplement
	seen := map[string]string{}
	fill(t, reflect.ValueOf(&full).Elem(), "", seen)
	fill(t, reflect.ValueOf(&supplement).Elem(), "supplement", seen)
	seen["materials[].exempt"], seen["situations[].several"] = "免提交", "可多选"
	seen["steps[].uncounted"], seen["steps[].outside"] = "不计入时限", "系统外办理"

	g := Guide{Item: &full, Supplement: supplement, Center: "某中心", Staff: true}
	page, lines := html.UnescapeString(render(t, g)), text(t, g)
	public, publicLines := render(t, Guide{Item: &full, Supplement: supplement}), text(t, Guide{Item: &full})
	for path, want := range seen {
		if unseen.MatchString(path) {
			continue
		}
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %s (%s)", path, want)
		}
		if !strings.Contains(lines, want) {
			t.Errorf("the text does not show %s (%s)", path, want)
		}
		if strings.HasPrefix(path, "handbook") && (strings.Contains(public, want) || strings.Contains(publicLines, want)) {
			t.Errorf("the public guide shows %s", path)
		}
	}
	if len(seen) < 150 {
		t.Errorf("only %d elements were filled", len(seen))
	}
}

func TestNothingIsShownOfWhatIsEmpty(t *testing.T) {
	page := render(t, Guide{Item: &item.Item{Ref: item.Ref{Code: "A"}, Name: "名"}})
	for _, unwanted := range []string{"<table", "<h2", "<svg", "notice\"", "<dd></dd>", "class=\"strip\""} {
		if strings.Contains(page, unwanted) {
			t.Errorf("an empty item's page has %s", unwanted)
		}
	}
}

func TestNothingIsMarkup(t *testing.T) {
	evil := `<script>alert(1)</script>"'</style>`
	it := conditional()
	it.Name, it.Alias, it.Materials[0].Name, it.Origin.Area = evil, []string{evil}, evil, evil
	it.Steps[0].Name, it.Ref.Code, it.Situations[0].Question = evil, item.Code(evil), evil
	page := render(t, Guide{Item: it, Center: evil, URL: "javascript:" + evil, Files: "javascript:alert(1)//"})
	for _, bad := range []string{"<script", "href=\"javascript", "alert(1)</script"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	if strings.Count(page, "</style>") != 1 {
		t.Error("the style sheet was ended by a name")
	}
	if got := text(t, Guide{Item: &item.Item{Name: "名\x1b[31m\n称"}}); strings.ContainsRune(got, '\x1b') {
		t.Error("the text commands the terminal")
	}
}

func TestWhen(t *testing.T) {
	s := conditional().Situations
	for _, c := range []struct{ condition, zh, en string }{
		{``, "", ""},
		{`matter == "new"`, "办理类型选“首次申领”", "办理类型 is “首次申领”"},
		{`"new" == matter`, "办理类型选“首次申领”", "办理类型 is “首次申领”"},
		{`matter != "new"`, "办理类型不选“首次申领”", "办理类型 is not “首次申领”"},
		{`matter == ""`, "办理类型未选", "办理类型 is not answered"},
		{`matter in ["new", "lost"]`, "办理类型选“首次申领”或“遗失补领”", "办理类型 is “首次申领” or “遗失补领”"},
		{`!("deed" in papers)`, "不是（居住证明选有“不动产权证”）", "not (居住证明 includes “不动产权证”)"},
		{
			`matter == "new" && ("deed" in papers || "lease" in papers)`,
			"办理类型选“首次申领”，并且（居住证明选有“不动产权证”，或者居住证明选有“租赁合同”）",
			"办理类型 is “首次申领” and (居住证明 includes “不动产权证” or 居住证明 includes “租赁合同”)",
		},
		{`matter == "other"`, "办理类型选“other”", "办理类型 is “other”"},
		{`unknown == "x"`, `unknown == "x"`, `unknown == "x"`},
		{`size(papers) > 1`, `size(papers) > 1`, `size(papers) > 1`},
		{`&& (`, `&& (`, `&& (`},
		{`matter == 1`, `matter == 1`, `matter == 1`},
	} {
		if got := When(c.condition, s, Chinese); got != c.zh {
			t.Errorf("%s: %s, want %s", c.condition, got, c.zh)
		}
		if got := When(c.condition, s, English); got != c.en {
			t.Errorf("%s: %s, want %s", c.condition, got, c.en)
		}
	}
}

func TestWrap(t *testing.T) {
	for in, want := range map[string]string{
		"1 受理":                         "1 受理",
		"4 决定（登簿）":                     "4 决定|（登簿）",
		"10 组织专家评审、现场踏勘":               "10 组织专家评|审、现场踏勘",
		"3 " + strings.Repeat("长", 20): "3 长长长长长|长长长长长…",
	} {
		got := strings.Join(wrap(in, 12), "|")
		if got != want {
			t.Errorf("wrap %s: %s, want %s", in, got, want)
		}
		for _, line := range strings.Split(got, "|") {
			if span(line) > 14 {
				t.Errorf("%s is too wide for its box", line)
			}
		}
	}
}

func TestBundle(t *testing.T) {
	b := bundled()
	got := text(t, Guide{Item: b, Members: []*item.Item{conditional()}, Merged: []bundle.Merged{{Name: "身份证件", Need: item.Required, Originals: 1, Of: b.Shared[0].Of}}})
	for _, want := range []string{"一件事 · 办事指南", "第 1 阶段 居住证办理", "第 2 阶段 社保卡", "身份证件：居住证办理（居民身份证）、社保卡（card）", "用于：居住证办理、社保卡"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

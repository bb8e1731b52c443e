package catalogue

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/sheet"
	"tongban/catalog/starter"
	"tongban/node/drafting"
	"tongban/node/frame"
	"tongban/node/frame/frametest"
	"tongban/node/web"
)

// Every word that a page says is there.
func TestWords(t *testing.T) { frametest.Words(t, set, "pages/*.html") }

func page(english bool) *frame.Page {
	pages := &frame.Pages{Set: set, Center: func() string { return "虚构区" }, Now: func() time.Time { return time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC) }}
	address := "/?lang=zh"
	if english {
		address = "/?lang=en"
	}
	return pages.Page(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, address, nil))
}

// sent is what a browser sends of a form that nobody touched.
func sent(groups []groupView) url.Values {
	post := url.Values{}
	send := func(f fieldView) {
		switch f.Kind {
		case sheet.FieldWord, sheet.FieldWords, sheet.FieldFlag:
			for _, one := range f.Choices {
				if one.Chosen {
					post.Add(f.ID, one.Value)
				}
			}
		default:
			post.Set(f.ID, strings.ReplaceAll(f.Value, "\n", "\r\n"))
		}
	}
	for _, g := range groups {
		for _, part := range g.Parts {
			if part.List != "" {
				post.Set(part.List+".n", strconv.Itoa(len(part.Rows)))
			}
			for _, f := range part.Own {
				send(f)
			}
			for _, row := range part.Rows {
				for _, f := range slices.Concat(row.Fields, row.More) {
					send(f)
				}
			}
		}
	}
	return post
}

// Whatever ships comes back from the page as it was shown, in either language:
// an editor who changes one field changes nothing else.
func TestEveryStarterItemSurvivesThePage(t *testing.T) {
	items, err := starter.Items()
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		it.Ref.Area, it.Ref.Version = "320509000000", 3
		it.Applicants = append([]item.Applicant{item.StateOrgan}, it.Applicants...) // an order of their own
		it.Applicants = slices.Compact(it.Applicants)
		it.Note = "一行\n\n  两行"
		for _, english := range []bool{false, true} {
			form, err := typed(sent(views(page(english), sheet.FormOf(&it), problems{}, nowhere)))
			if err != nil {
				t.Fatal(err)
			}
			if got := form.Read().Item; !reflect.DeepEqual(it, got) {
				t.Errorf("%s came back changed: %v", it.Ref.Code, item.Diff(it, got))
			}
		}
	}
}

// What somebody typed is shown again, whatever it is.
func TestNothingTypedIsLost(t *testing.T) {
	form := sheet.Form{"": {{"name": "甲", "kind": "随便件", "legal": "很快", "effective": "明天", "applicants": "自然人\n外星人", "stars": "3\n4"}}, "materials": {{"need": "大概"}, {}, {"copies": "两份"}}}
	back, err := typed(sent(views(page(false), form, problems{}, nowhere)))
	if err != nil {
		t.Fatal(err)
	}
	for list, rows := range form {
		for i, row := range rows {
			for name, text := range row {
				if got := strings.ReplaceAll(back[list][i][name], "\r", ""); got != text {
					t.Errorf("%s %d %s: %q became %q", list, i, name, text, got)
				}
			}
		}
	}
	if _, err := typed(url.Values{"materials.n": {"100000"}}); err == nil {
		t.Error("a form has a bound")
	}
	if back, err := typed(url.Values{"materials.n": {"-4"}}); err != nil || len(back["materials"]) != 0 || len(back[""]) != 1 {
		t.Errorf("%v %v", back, err)
	}
}

func TestRowsComeAndGo(t *testing.T) {
	form := sheet.Form{"steps": {{"name": "一"}, {"name": "二"}}}
	names := func() (all string) {
		for _, row := range form["steps"] {
			all += row["name"] + ","
		}
		return all
	}
	for _, c := range []struct {
		button, want string
		at           sheet.Spot
		ok           bool
	}{
		{"up:steps.1", "二,一,", sheet.Spot{List: "steps", Row: 0}, true}, {"up:steps.0", "二,一,", sheet.Spot{}, false}, {"add:steps", "二,一,,", sheet.Spot{List: "steps", Row: 2}, true},
		{"remove:steps.0", "一,,", sheet.Spot{List: "steps", Row: -1}, true}, {"remove:steps.9", "一,,", sheet.Spot{}, false}, {"remove:steps.-1", "一,,", sheet.Spot{}, false}, {"add:nothing", "一,,", sheet.Spot{}, false}, {"save", "一,,", sheet.Spot{}, false}, {"add:", "一,,", sheet.Spot{}, false},
	} {
		if at, ok := change(form, c.button); at != c.at || ok != c.ok || names() != c.want {
			t.Errorf("%s: %+v %v %s", c.button, at, ok, names())
		}
	}
}

// A problem stands at its field, opens the group and the row in which that is,
// and is listed with a link that leads there.
func TestProblemsStandAtTheirFields(t *testing.T) {
	form := sheet.Form{"": {{"name": "甲", "code": "TB-A", "legal": "很快"}}, "materials": {{"id": "a", "name": "甲", "need": "必要"}, {"id": "b", "name": "乙", "need": "大概"}}}
	read := form.Read()
	wrong := unreadable(page(false), read)
	groups := views(page(false), form, wrong, nowhere)
	open := map[string]bool{}
	for _, g := range groups {
		open[g.Key] = g.Open
		for _, part := range g.Parts {
			for _, row := range part.Rows {
				if want := row.At == 1; row.Open != want {
					t.Errorf("row %d of %s: open %v", row.At, part.List, row.Open)
				}
			}
		}
	}
	if !open["time"] || !open["materials"] || open["bundle"] {
		t.Error(open)
	}
	first := wrong.ordered()[0]
	if !first.Error || first.ID == "" || strings.HasPrefix(first.Text, first.Label) {
		t.Errorf("%+v", first)
	}
	found := item.Finding{Element: "steps", Code: "missing", Severity: item.Error, Message: "没有环节", English: "no steps"}
	if at := located(page(true), read, []item.Finding{found})[sheet.Spot{List: "steps", Row: -1}]; len(at) != 1 || at[0].Text != "no steps" || at[0].ID != "list-steps" {
		t.Errorf("%+v", at)
	}
}

// The pages are small enough for a village's line, and whatever somebody wrote
// is text in them.
func TestTheFormIsSmall(t *testing.T) {
	items, err := starter.Items()
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		it.Alias = append(it.Alias, "<script>alert(1)</script>")
		p := page(false)
		e := &editor{form: sheet.FormOf(&it), Areas: []choice{{"320509000000", "虚构区", true}}}
		e.Groups = views(p, e.form, problems{}, nowhere)
		p.Name, p.Data = "edit", e
		w := httptest.NewRecorder()
		(&frame.Pages{Set: set}).Write(w, p, http.StatusOK)
		if w.Code != http.StatusOK || w.Body.Len() > 200<<10 || bytes.Contains(w.Body.Bytes(), []byte("<script>alert")) {
			t.Errorf("%s: %d, %d kB, %.200s", it.Name, w.Code, w.Body.Len()>>10, w.Body)
		}
	}
}

func TestUploadsAreForgotten(t *testing.T) {
	var u uploads
	first := u.keep("甲", draftingOf("TB-A"))
	second := u.keep("甲", draftingOf("TB-B"))
	if _, ok := u.find("甲", first); ok {
		t.Error("each has one file")
	}
	if _, ok := u.find("乙", second); ok {
		t.Error("somebody else's file")
	}
	for i := range maxUploads {
		u.keep(strconv.Itoa(i), draftingOf("TB-C"))
	}
	if _, ok := u.find("甲", second); ok || len(u.files) != maxUploads {
		t.Error(len(u.files))
	}
	u.forget("3")
	if len(u.files) != maxUploads-1 {
		t.Error(len(u.files))
	}
}

const district = area.Center("320509000000")

func draftingOf(code item.Code) drafting.Drafting {
	return drafting.Drafting{Items: []item.Item{{Ref: item.Ref{Code: code, Area: district.Area()}}}}
}

// A hint says how a field of the form is filled in, not a cell of the workbook:
// a box that is ticked is told no word, what must be filled in not to stay empty.
func TestHintsAreOfTheForm(t *testing.T) {
	for _, english := range []bool{false, true} {
		p := page(english)
		for _, g := range views(p, sheet.FormOf(&item.Item{}), problems{}, nowhere) {
			for _, part := range g.Parts {
				for _, f := range part.Own {
					if f.Must && (strings.Contains(f.Hint, "留空") || strings.Contains(f.Hint, "Empty")) || strings.Contains(f.Hint, "填「是」") {
						t.Errorf("%s: %q", f.ID, f.Hint)
					}
				}
			}
		}
	}
}

// Whoever approves a draft reads its conditions in words, and each finding with
// the name of its field, in the language of the page; codes are not shown.
func TestADraftInWords(t *testing.T) {
	it := item.Item{
		Ref: item.Ref{Code: "TB-A", Area: "320509000000", Version: 2}, Name: "虚构事项",
		Situations: []item.Situation{{ID: "traits", Question: "有哪些情形", Several: true, Options: []item.Option{{ID: "minor", Text: "未成年人"}, {ID: "mental", Text: "智力残疾人"}}}},
		Materials:  []item.Material{{ID: "kin", Name: "监护人证明", Need: item.Required, If: `"minor" in traits || "mental" in traits`}},
		Laws:       []item.Law{{Title: "虚构条例", Changed: "2026-01-01"}},
	}
	base := it
	base.Ref.Version, base.Materials = 1, []item.Material{it.Materials[0]}
	base.Materials[0].If = `"minor" in traits`
	for _, english := range []bool{false, true} {
		p := page(english)
		p.Name = "draft"
		form := sheet.FormOf(&it)
		d := &detail{Item: &it, Groups: shown(p, form, form.Read(), nil), Base: 1, Findings: []said{sayFinding(p, item.Finding{Element: "laws[0].changed", Code: "law_changed", Severity: item.Error, Message: "已有变动", English: "out of date"})}}
		d.Changes, _, _ = web.Compare(p, &base, &it)
		p.Data = d
		w := httptest.NewRecorder()
		(&frame.Pages{Set: set, Center: func() string { return "虚构区" }, Now: time.Now}).Write(w, p, http.StatusOK)
		text := tags.ReplaceAllString(w.Body.String(), "")
		for _, want := range []string{"未成年人", "智力残疾人", p.Pick("法律依据 1，依据变动日期", "Legal basis 1, out of date since")} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q: %s", want, text)
			}
		}
		for _, never := range []string{"in traits", "laws[0]", "law_changed", p.Pick("condition", "材料适用条件")} {
			if strings.Contains(text, never) {
				t.Errorf("english %v: %q is shown", english, never)
			}
		}
	}
}

var tags = regexp.MustCompile(`(?s)<code>.*?</code>|<[^>]*>`) // what is folded away for who writes conditions is left out

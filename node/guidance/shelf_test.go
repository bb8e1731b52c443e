package guidance

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongban/catalog/item"
	"tongban/catalog/search"
	"tongban/node/frame"
	"tongban/node/frame/frametest"
)

var both = frame.NewSet(files, nil, frame.Shared{Files: files, Words: Shared.Words}, frame.Shared{Files: files, Words: Shelves.Words})

func TestWords(t *testing.T) {
	frametest.Words(t, both, "pages/*.html", "*.go")
	all := maps.Clone(Shared.Words)
	maps.Copy(all, Shelves.Words)
	frametest.Said(t, all, "pages/*.html", "*.go")
}

// stock is a center that takes 65 items of one theme, and some of others.
func stock() Shelf {
	var all []search.Entry
	for n := range 65 {
		all = append(all, search.Entry{Ref: item.Ref{Code: item.Code(fmt.Sprintf("M%02d", n))}, Name: fmt.Sprintf("救助%02d", n), Department: "民政", Themes: []string{"社会救助"}, Serves: search.Persons})
	}
	all = append(all,
		search.Entry{Ref: item.Ref{Code: "S1"}, Name: "营业执照", Department: "市场监管", Themes: []string{"创业 & 设立"}, Serves: search.Bodies | search.Persons},
		search.Entry{Ref: item.Ref{Code: "S2"}, Name: "食品许可", Department: "市场监管", Themes: []string{"创业 & 设立"}, Serves: search.Bodies},
		search.Entry{Ref: item.Ref{Code: "N1"}, Name: "不知给谁的"})
	x := search.New(all)
	return Shelf{
		Find:  func(_ context.Context, q search.Query) []search.Hit { return x.Find(q) },
		Count: func(_ context.Context, q search.Query) search.Counts { return x.Count(q) },
	}
}

func blank(lang string) *frame.Page {
	pages := &frame.Pages{Set: both, Center: func() string { return "虚构中心" }, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	return pages.Page(httptest.NewRecorder(), httptest.NewRequest("GET", "/guide?lang="+lang, nil))
}

func see(t *testing.T, s Shelf, address string) *Seen {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return s.See(context.Background(), blank("zh"), u.Query(), "/guide", "/guide/")
}

// Every choice leads to as many items as it says, and back again.
func TestEveryChoiceLeadsToItsItems(t *testing.T) {
	s := stock()
	first := see(t, s, "/guide")
	if !first.Often || len(first.Hits) != mostOften || len(first.Themes) != 2 || len(first.Departments) != 2 || len(first.Whom) != 2 || first.Next != "" || len(first.Chosen) != 0 {
		t.Fatalf("the first page: %+v", first)
	}
	var walk func(d *Seen, deep int)
	walk = func(d *Seen, deep int) {
		for _, c := range append(append(append([]Choice{}, d.Themes...), d.Whom...), d.Departments...) {
			there := see(t, s, c.Link)
			if len(there.Chosen) != deep {
				t.Errorf("%s: %d are chosen, want %d", c.Link, len(there.Chosen), deep)
			}
			n := 0
			for page := there; ; page = see(t, s, page.Next) {
				if n += len(page.Hits); page.Next == "" {
					break
				}
			}
			if c.Count != strconv.Itoa(n)+" 项" || n == 0 {
				t.Errorf("%s holds %d items, and says %q", c.Link, n, c.Count)
			}
			for _, back := range there.Chosen {
				if without := see(t, s, back.Link); len(without.Chosen) != deep-1 {
					t.Errorf("%s takes away more than one", back.Link)
				}
			}
			if deep < 3 {
				walk(there, deep+1)
			}
		}
	}
	walk(first, 1)
	if lone := see(t, s, "/guide?q=S2"); len(lone.Hits) != 1 || lone.Hits[0].Name != "食品许可" || len(lone.Themes)+len(lone.Whom)+len(lone.Departments) != 0 || lone.Where != "" {
		t.Errorf("found by its code: %+v", lone)
	}
}

// Pages have no gap between them, know where they are, and never end in
// nothing.
func TestPagesOfAShelf(t *testing.T) {
	s, seen := stock(), map[item.Code]bool{}
	const at = "/guide?theme=社会救助"
	d := see(t, s, at)
	for n, want := range []string{"第 1–30 项，共 65 项", "第 31–60 项，共 65 项", "第 61–65 项，共 65 项"} {
		if d.Where != want || (d.Before == "") != (n == 0) || (d.Next == "") != (n == 2) {
			t.Errorf("page %d: %q, before %q, next %q", n+1, d.Where, d.Before, d.Next)
		}
		for _, h := range d.Hits {
			seen[h.Ref.Code] = true
		}
		if d.Next != "" {
			d = see(t, s, d.Next)
		}
	}
	if len(seen) != 65 {
		t.Errorf("the pages hold %d items", len(seen))
	}
	if back := see(t, s, see(t, s, d.Before).Before); back.Where != "第 1–30 项，共 65 项" || strings.Contains(back.Asked().Encode(), "page") {
		t.Errorf("back at %q, %v", back.Where, back.Asked())
	}
	for _, far := range []string{"9", "999999999999", "-3", "x"} {
		if d := see(t, s, at+"&page="+far); d.Where != "第 1–30 项，共 65 项" {
			t.Errorf("page %s shows %q", far, d.Where)
		}
	}
}

// What an address says beside what it may say is neither shown nor kept, and
// what it says of the shelf is bounded.
func TestAddressesOfAShelf(t *testing.T) {
	s := stock()
	for address, asked := range map[string]string{
		"/guide?x=1&lang=en": "", "/guide?for=everybody": "", "/guide?q=" + strings.Repeat("x", 101): "", "/guide?theme=" + strings.Repeat("y", 101): "",
		"/guide?q=%20&for=person": "for=person", "/guide?department=无&theme=无": "department=%E6%97%A0&theme=%E6%97%A0",
	} {
		if d := see(t, s, address); d.Asked().Encode() != asked {
			t.Errorf("%s: %q counts, want %q", address, d.Asked().Encode(), asked)
		}
	}
	if lost := see(t, s, "/guide?q=飞碟&for=person"); len(lost.Hits) != 0 || len(lost.Themes) != 2 || see(t, s, lost.Themes[0].Link).Text != "" || len(lost.Whom) != 2 {
		t.Errorf("whoever found nothing has nowhere to go: %+v", lost)
	}
	if none := see(t, s, "/guide?theme=无"); len(none.Hits) != 0 || len(none.Chosen) != 1 || none.Often {
		t.Errorf("a theme that nothing has: %+v", none)
	}
	names := Shelf{Find: s.Find, Count: func(context.Context, search.Query) (c search.Counts) {
		for n := range 500 {
			c.Themes = append(c.Themes, search.Count{Name: strconv.Itoa(n), Items: 1})
		}
		return c
	}}
	if d := see(t, names, "/guide"); len(d.Themes) != mostNames {
		t.Errorf("%d themes on a page", len(d.Themes))
	}
	if en := s.See(context.Background(), blank("en"), url.Values{"for": {"body"}}, "/guide", "/guide/"); en.Chosen[0].Name != "For a company or body" || en.Themes[0].Count != "2 items" {
		t.Errorf("in English: %+v", en)
	}
}

package guidance

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"tongban/catalog/search"
	"tongban/node/frame"
)

// Shelves has the templates "seek", the box in which one types, and "shelf",
// which shows what was Seen: both are given the page as P and it as S.
var Shelves = frame.Shared{Files: files, Words: frame.Words{
	"shelf_label": {"您要办的事，拼音首字母也可以", "What you came for; pinyin initials will do"}, "shelf_find": {"查找", "Find"}, "shelf_chosen": {"已选", "Chosen"}, "shelf_without": {"，点击去掉", ", remove"},
	"shelf_whom": {"给谁办？", "Whom is it for?"}, "shelf_persons": {"个人办事", "For a person"}, "shelf_bodies": {"企业、单位办事", "For a company or body"},
	"shelf_themes": {"按主题查找", "By theme"}, "shelf_departments": {"按部门查找", "By department"}, "shelf_often": {"常办事项", "Most asked for"}, "shelf_found": {"找到的事项", "Found"}, "shelf_all": {"全部事项", "All items"},
	"shelf_none": {"没有找到。换一个说法试试，或者按主题、部门查找，也可以打电话、到窗口询问。", "Nothing was found. Try another word, look by theme or department, or ask at a counter."}, "shelf_empty": {"本中心还没有可以办的事项。", "This center offers nothing yet."},
	"shelf_before": {"上一页", "Page before"}, "shelf_next": {"下一页", "Next page"},
}}

// Shelf is what a center takes, for whoever looks through it without knowing
// what it is called. Both are set, and safe for concurrent use.
type Shelf struct {
	Find  func(ctx context.Context, q search.Query) []search.Hit
	Count func(ctx context.Context, q search.Query) search.Counts
}

// What an address says of a shelf.
const (
	textKey       = "q"
	whomKey       = "for"
	themeKey      = "theme"
	departmentKey = "department"
	pageKey       = "page"
)

// Bounds of what a page shows.
const (
	maxFind   = 100 // characters of what is looked for
	perPage   = 30  // items
	mostOften = 10  // items, where nothing is asked for
	mostNames = 100 // themes, and departments
	lastPage  = search.MaxSkip/perPage + 1
)

var (
	whoms     = map[string]search.Serves{"person": search.Persons, "body": search.Bodies}
	whomWords = map[string]string{"person": "shelf_persons", "body": "shelf_bodies"}
)

// Seen is what an address shows of a shelf.
type Seen struct {
	At, Item    string // the address of the shelf; what stands before the code in that of an item
	Text        string // that was looked for
	Chosen      []Choice
	Whom        []Choice // that are left to choose
	Themes      []Choice
	Departments []Choice
	Hits        []search.Hit
	Often       bool   // nothing was asked for: these are what people come for most
	Where       string // which of how many the hits are; "": all of them
	Before      string // the address of the page before; "": none
	Next        string

	asked url.Values
}

// Choice is something to look by. The link of one that was chosen leads to where
// it is not.
type Choice struct{ Name, Count, Link string }

// Asked is what of the address counts.
func (s *Seen) Asked() url.Values { return s.asked }

// See answers an address: what it asks for, and what is left to choose of it. at
// is the address of the shelf, item what stands before the code in that of an
// item.
func (s Shelf) See(ctx context.Context, p *frame.Page, address url.Values, at, item string) *Seen {
	d := &Seen{At: at, Item: item, asked: url.Values{}}
	for _, key := range []string{textKey, whomKey, themeKey, departmentKey} {
		text := strings.TrimSpace(address.Get(key))
		if text != "" && utf8.RuneCountInString(text) <= maxFind && (key != whomKey || whoms[text] != 0) {
			d.asked.Set(key, text)
		}
	}
	d.Text, d.Often = d.asked.Get(textKey), len(d.asked) == 0
	q := search.Query{Text: d.Text, Serves: whoms[d.asked.Get(whomKey)], Theme: d.asked.Get(themeKey), Department: d.asked.Get(departmentKey)}
	total := 0
	if d.Text == "" {
		total = d.count(p, s.Count(ctx, q))
	}
	for _, key := range []string{whomKey, themeKey, departmentKey} {
		if name := d.asked.Get(key); name != "" {
			if word, ok := whomWords[name]; ok && key == whomKey {
				name = p.Say(word)
			}
			d.Chosen = append(d.Chosen, Choice{Name: name, Link: d.with(key, "")})
		}
	}
	if d.Often {
		q.Limit = mostOften
		d.Hits = s.Find(ctx, q)
		return d
	}
	page := 1
	if n, err := strconv.Atoi(address.Get(pageKey)); err == nil {
		page = min(max(n, 1), lastPage)
	}
	if d.turn(ctx, s, p, q, page, total); len(d.Hits) == 0 && page > 1 {
		d.turn(ctx, s, p, q, 1, total)
	}
	if len(d.Hits) == 0 { // whoever found nothing may look through all there is
		all := &Seen{At: at}
		all.count(p, s.Count(ctx, search.Query{}))
		d.Whom, d.Themes, d.Departments = all.Whom, all.Themes, all.Departments
	}
	return d
}

// count fills in what is left to choose, and tells of how many.
func (d *Seen) count(p *frame.Page, c search.Counts) int {
	say := func(n int) string {
		if n == 1 {
			return p.Pick("1 项", "1 item")
		}
		return strconv.Itoa(n) + p.Pick(" 项", " items")
	}
	choose := func(key string, of []search.Count) (all []Choice) {
		if d.asked.Get(key) != "" {
			return nil
		}
		for _, one := range of[:min(len(of), mostNames)] {
			all = append(all, Choice{one.Name, say(one.Items), d.with(key, one.Name)})
		}
		return all
	}
	d.Themes, d.Departments = choose(themeKey, c.Themes), choose(departmentKey, c.Departments)
	if d.asked.Get(whomKey) == "" {
		for _, one := range []struct {
			whom string
			n    int
		}{{"person", c.Persons}, {"body", c.Bodies}} {
			if one.n > 0 {
				d.Whom = append(d.Whom, Choice{p.Say(whomWords[one.whom]), say(one.n), d.with(whomKey, one.whom)})
			}
		}
	}
	return c.All
}

// turn shows one page of the items; total is how many there are, 0 where nobody
// counted.
func (d *Seen) turn(ctx context.Context, s Shelf, p *frame.Page, q search.Query, page, total int) {
	q.Skip, q.Limit = (page-1)*perPage, perPage+1
	d.Hits = s.Find(ctx, q)
	if d.Next = ""; len(d.Hits) > perPage {
		d.Hits = d.Hits[:perPage]
		if page < lastPage {
			d.Next = d.with(pageKey, strconv.Itoa(page+1))
		}
	}
	if d.Before = ""; page > 1 {
		d.Before = d.with(pageKey, strconv.Itoa(page-1))
	}
	if d.Where = ""; d.Before+d.Next != "" && len(d.Hits) > 0 {
		first, last := strconv.Itoa(q.Skip+1), strconv.Itoa(q.Skip+len(d.Hits))
		d.Where = p.Pick("第 "+first+"–"+last+" 项", first+"–"+last)
		if total > 0 {
			d.Where += p.Pick("，共 "+strconv.Itoa(total)+" 项", " of "+strconv.Itoa(total))
		}
	}
	if page > 1 {
		d.asked.Set(pageKey, strconv.Itoa(page))
	} else {
		d.asked.Del(pageKey)
	}
}

// with is the address of the shelf with one thing asked for anew; "" asks for it
// no longer. It begins at the first page, but where the page is what changes.
func (d *Seen) with(key, value string) string {
	q := url.Values{}
	for k, v := range d.asked {
		if k != pageKey && k != key {
			q[k] = v
		}
	}
	if value != "" && (key != pageKey || value != "1") {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return d.At
	}
	return d.At + "?" + q.Encode()
}

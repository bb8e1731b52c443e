package walk

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tongban/node"
	"tongban/node/account"
)

// bare runs a district on which nothing was set up: no items, no roster, no case.
func bare(t *testing.T) *center {
	t.Helper()
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "district")
	c := &center{t: t, ctx: t.Context(), dir: dir}
	_, err := node.Create(dir, local(t, district), node.Founding{Name: "虚构区", Area: district.Area(), Center: "虚构区政务服务中心", Staff: "建设者"}, rand.Reader, time.Now())
	c.must(err)
	c.run()
	return c
}

// reachable are the pages that the menu and the tabs of the pages behind it
// lead to.
func (c *center) reachable(b *Browser) []string {
	c.t.Helper()
	const links = `[...document.querySelectorAll("header nav a, main nav.jump a")].map(a => a.pathname)`
	c.must(b.Go(c.base + "/work/me"))
	open, err := Ask[[]string](b, links)
	c.must(err)
	var pages []string
	for len(open) > 0 {
		page := open[0]
		if open = open[1:]; slices.Contains(pages, page) {
			continue
		}
		pages = append(pages, page)
		c.must(b.Go(c.base + page))
		more, err := Ask[[]string](b, links)
		c.must(err)
		open = append(open, more...)
	}
	return pages
}

// On a node without anything every page of the menu says what would stand there;
// no table stands without a row.
func TestEmptyPages(t *testing.T) {
	c, b := bare(t), browser(t)
	c.somebody(b, "all", account.All()...)
	pages := c.reachable(b)
	if len(pages) < 20 {
		t.Fatalf("the menu leads to %d pages: %v", len(pages), pages)
	}
	b.Complaints()
	for n, screen := range screens() {
		c.must(b.Size(Screens[screen.name]))
		for i, page := range pages {
			if !whole() && i%2 != n {
				continue
			}
			c.must(b.Go(c.base + page + "?" + screen.query))
			c.shot(b, fmt.Sprintf("empty%02d%s-%s", i, screen.name, strings.NewReplacer("=", "-", "&", "-").Replace(screen.query)))
			found, err := b.Look()
			c.must(err)
			hollow, err := Ask[int](b, `[...document.querySelectorAll("main table")].filter(t => !t.querySelector("tbody tr")).length`)
			c.must(err)
			if says := strings.TrimPrefix(b.Text("main"), b.Text("h1")); hollow > 0 || len(says) < 20 {
				found = append(found, fmt.Sprintf("%d tables without a row, and it says no more than %q", hollow, says))
			}
			for _, one := range found {
				t.Errorf("%s (%s %s): %s", page, screen.name, screen.query, one)
			}
		}
	}
}

// What is not there, what is not theirs and what cannot be read stands in the
// frame of all pages, with a way back.
func TestRefusedPages(t *testing.T) {
	c, b := bare(t), browser(t)
	c.somebody(b, "clerk", account.Clerk)
	b.Complaints()
	pages := []string{"/work/nothing-of-the-kind", "/work/cases/320509000000.1.99", "/work/cases/none", "/work/node/accounts", "/work/intake/none"}
	c.look(b, "refused", pages)
	for _, page := range pages {
		status, err := awaited[int](b, `fetch("`+page+`").then(r => r.status)`)
		c.must(err)
		c.must(b.Go(c.base + page + "?lang=zh"))
		if status < 400 || status >= 500 || b.Text("header .person") == "" || !strings.Contains(b.Text("main"), "工作台") {
			t.Errorf("%s is answered %d: %s", page, status, b.Text("body"))
		}
	}
}

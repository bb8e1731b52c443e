package walk

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongban/catalog/item"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/account"
)

// shot keeps a picture where SHOTS says, for whoever wants to look.
func (c *center) shot(b *Browser, name string) {
	if dir := os.Getenv("SHOTS"); dir != "" {
		c.must(b.Picture(filepath.Join(dir, name+".png")))
	}
}

// opened is a case of an item that ships, with its papers still to come.
func (c *center) opened(record string) casefile.ID {
	c.t.Helper()
	list, err := c.Items(c.ctx, record, item.Ref{}, 1)
	c.must(err)
	if len(list.Items) == 0 {
		c.t.Fatalf("no item %s", record)
	}
	form := desk.OpenForm{Item: list.Items[0].Ref.Code, Subject: town.Area(), Applicant: applicant.Applicant{Person: applicant.Person{Name: "虚构甲", Telephone: "19900000001"}}}
	done, err := c.OpenCase(c.ctx, desk.By{Staff: "建设者"}, form)
	c.must(err)
	return done.State.ID
}

// Every page of the workbench, as each sees it: nothing keeps people out, and
// the browser has nothing to complain of.
func TestPages(t *testing.T) {
	c, b := found(t), browser(t)
	id := string(c.opened("残疾"))
	c.shotDoor(b)
	c.newcomer(b, "all", account.All()...)
	b.Complaints()
	pages := []string{
		"/work/me", "/work/me/phrases", "/work/cases", "/work/cases?box=all", "/work/cases?box=sent", "/work/cases/" + id, "/work/cases/" + id + "/log", "/work/cases/" + id + "/print",
		"/work/cases/" + id + "/do/receive", "/work/cases/" + id + "/do/decline", "/work/cases/nothing", "/work/import", "/work/import?kind=cases", "/work/import/nothing", "/catalogue", "/coverage",
	}
	c.look(b, "", append(pages, c.cataloguePages()...))
}

// look opens pages in every view, and says what is wrong with them. In the short
// form each page is opened in one of the two views, the next page in the other.
func (c *center) look(b *Browser, prefix string, pages []string) {
	c.t.Helper()
	for n, screen := range screens() {
		c.must(b.Size(Screens[screen.name]))
		for i, page := range pages {
			if !whole() && i%2 != n {
				continue
			}
			joint := "?"
			if strings.Contains(page, "?") {
				joint = "&"
			}
			c.must(b.Go(c.base + page + joint + screen.query))
			c.shot(b, prefix+screen.name+"-"+strings.NewReplacer("=", "-", "&", "-").Replace(screen.query)+"-"+string(rune('a'+i)))
			found, err := b.Look()
			c.must(err)
			for _, one := range found {
				c.t.Errorf("%s (%s %s): %s", page, screen.name, screen.query, one)
			}
		}
	}
}

// view is how a page is looked at: how wide the window is, in which language,
// how large the letters.
type view struct{ name, query string }

// screens are the views in which pages are looked at: each size in each
// language, and large type. The short form has each size and each language once.
func screens() []view {
	short := []view{{"desk", "lang=zh&size=normal"}, {"phone", "lang=en&size=normal"}}
	if !whole() {
		return short
	}
	return append(short, view{"desk", "lang=en"}, view{"phone", "lang=zh"}, view{"desk", "size=large"})
}

// whole reports whether everything is looked at in every view: for whoever wants
// pictures (SHOTS), or says WALK=all, as "make walk" does.
func whole() bool { return os.Getenv("SHOTS") != "" || os.Getenv("WALK") == "all" }

func (c *center) shotDoor(b *Browser) {
	c.must(b.Go(c.base + "/work/cases"))
	if at := b.At(); !strings.HasPrefix(at, "/sign-in?to=") {
		c.t.Errorf("a stranger is at %s", at)
	}
	c.shot(b, "door")
	found, err := b.Look()
	c.must(err)
	for _, one := range found {
		c.t.Errorf("the door: %s", one)
	}
}

// Package catalogue is the room of whoever writes items and whoever publishes
// them: the drafts that wait, one draft with what the machine finds in it, the
// form on which an item is written, and items as a spreadsheet, down and up.
//
// It must never publish a text that its approver wrote, never draft a value
// that it could not read, never lose what somebody typed, and never decide what
// package drafting and the Register decide.
package catalogue

import (
	"cmp"
	"embed"
	"slices"
	"strconv"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/refusal"
	"tongban/node/account"
	"tongban/node/drafting"
	"tongban/node/frame"
	"tongban/node/web"
	"tongban/node/workbench"
)

//go:embed pages/*.html
var files embed.FS

var set = frame.NewSet(files, words, web.Differences)

// Config is what the room works with. All of it is set, and safe for concurrent
// use.
type Config struct {
	Register *register.Register
	Drafts   *drafting.Drafts
	Self     func() area.Center
	Name     func(area.Center) string // of a center; its code where it has none
	Now      func() time.Time
}

type room struct {
	Config
	*workbench.Room
	uploads uploads
}

// Who may open what: what waits is seen by everybody who works here.
var (
	writers    = account.Workers(account.DraftItem)
	publishers = account.Workers(account.PublishItem)
)

// Open hangs the room's pages into a shell.
func Open(s *workbench.Shell, c Config) {
	r := &room{Config: c, Room: s.Room("catalogue", set)}
	r.Get("/work/catalogue/drafts", nil, r.list)
	r.Post("/work/catalogue/batch", publishers, r.batch)
	r.Get("/work/catalogue/drafts/{draft}", nil, r.one)
	r.Get("/work/catalogue/drafts/{draft}/sheet", nil, r.draftSheet)
	r.Post("/work/catalogue/drafts/{draft}/publish", publishers, r.publish)
	r.Post("/work/catalogue/drafts/{draft}/close", writers, r.close)
	r.Get("/work/catalogue/edit", writers, r.edit)
	r.Post("/work/catalogue/edit", writers, r.write)
	r.Post("/work/catalogue/edit/rows", writers, r.rows)
	r.Get("/work/catalogue/import", writers, r.importing)
	r.Post("/work/catalogue/import", writers, r.upload)
	r.Post("/work/catalogue/import/draft", writers, r.draftUpload)
	r.Get("/work/catalogue/template", writers, r.template)
	r.Get("/work/catalogue/items/{code}/sheet", nil, r.itemSheet)
	r.Get("/work/catalogue/items/{code}/withdraw", publishers, r.askWithdraw)
	r.Post("/work/catalogue/items/{code}/withdraw", publishers, r.withdraw)
}

// Acts are what somebody may do with a published version, for the page of the
// item.
func Acts(d account.Duties, english bool, ref item.Ref) []frame.Entry {
	of := "code=" + string(ref.Code) + "&area=" + string(ref.Area)
	within := "/work/catalogue/items/" + string(ref.Code)
	version := "?area=" + string(ref.Area) + "&version=" + strconv.FormatUint(uint64(ref.Version), 10)
	var all []frame.Entry
	add := func(work account.Work, nav, zh, en, link string) {
		if work != "" && account.MayWork(d, work) != nil {
			return
		}
		e := frame.Entry{Nav: nav, Text: zh, Link: link}
		if english {
			e.Text = en
		}
		all = append(all, e)
	}
	add(account.DraftItem, "draft", "起草新版本", "Draft a new version", "/work/catalogue/edit?"+of)
	add(account.DraftItem, "erratum", "勘误", "Correct a mistake", "/work/catalogue/edit?"+of+"&erratum=1")
	add(account.PublishItem, "withdraw", "停办", "Withdraw", within+"/withdraw"+version)
	add("", "sheet", "下载表格", "Spreadsheet", within+"/sheet"+version)
	return all
}

// head gives a page its title and the tabs of the catalogue.
func head(c *workbench.Call, title string) {
	p := c.Page
	p.Nav, p.Title, p.Tabs = "drafts", title, web.Tabs(p)
}

// staff is who acts, as the Register knows them.
func staff(c *workbench.Call) string { return cmp.Or(c.Who.Staff, c.Who.Login) }

// area is an area by the name of its center.
func (r *room) area(a area.Code) string {
	id, err := area.ParseCenter(string(a))
	if err != nil {
		return string(a)
	}
	return r.Name(id)
}

// choice is one of several to choose from.
type choice struct {
	Value, Text string
	Chosen      bool
}

// areas are those for which somebody here may draft: this center's and those
// above it, as far as the realm goes.
func (r *room) areas(chosen area.Code) []choice {
	founding, _ := r.Register.Founding()
	var all []choice
	for _, a := range r.Self().Area().Up() {
		if a.Under(founding.Area) {
			all = append(all, choice{string(a), r.area(a), a == chosen})
		}
	}
	if chosen != "" && !slices.ContainsFunc(all, func(one choice) bool { return one.Chosen }) {
		all = append(all, choice{string(chosen), r.area(chosen), true})
	}
	return all
}

// draft is the draft that the address names.
func (r *room) draft(c *workbench.Call) (drafting.DraftDetail, error) {
	i, err := strconv.ParseUint(c.PathValue("draft"), 10, 64)
	if err != nil {
		return drafting.DraftDetail{}, refusal.Newf(refusal.NotFound, "", "", "%.40q is no number of a draft", c.PathValue("draft"))
	}
	return r.Drafts.Show(i)
}

// version is the published version that the address names: by area and number,
// else the one that counts here today.
func (r *room) version(c *workbench.Call) (*item.Item, error) {
	code, q := item.Code(c.PathValue("code")), c.URL.Query()
	ref := item.Ref{Code: code, Area: area.Code(q.Get("area"))}
	it, ok := r.Register.Item(code, r.Self().Area(), r.Register.On(c.Page.Today))
	if n, err := strconv.ParseUint(q.Get("version"), 10, 32); err == nil {
		ref.Version = item.Version(n)
		it, ok = r.Register.Version(ref)
	}
	if !ok {
		return nil, refusal.Newf(refusal.NotFound, "", "", "%.40s", code)
	}
	return it, nil
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }

func draftLink(i register.Index) string { return "/work/catalogue/drafts/" + number(i) }

package walk

import (
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/sheet"
	"tongban/catalog/workday"
	"tongban/node/account"
	"tongban/node/drafting"
)

// inForce is the version of an item that ships and counts today.
func (c *center) inForce(name string) item.Item {
	c.t.Helper()
	list, err := c.Items(c.ctx, name, item.Ref{}, 1)
	c.must(err)
	v, err := c.Item(c.ctx, list.Items[0].Ref.Code)
	c.must(err)
	return v.Item
}

// drafted is a draft of the newest version of an item, with a note of its own.
func (c *center) drafted(by, name, note string) (register.Index, item.Item) {
	c.t.Helper()
	it := c.inForce(name)
	it.Note = note
	done, err := c.Draft(c.ctx, drafting.Drafting{Items: []item.Item{it}, Staff: by, Reason: "虚构的事由"})
	c.must(err)
	if done[0].Draft == 0 {
		c.t.Fatalf("no draft: %+v", done[0])
	}
	return done[0].Draft, it
}

// An editor takes the version in force, changes a limit and a material, is told
// at the field what can't be read, mends it, and saves the draft.
func TestEditor(t *testing.T) {
	c := found(t)
	c.inEveryView("editor", []account.Duty{account.Editor}, func(p *person) {
		it := c.inForce("收养登记")
		p.open("/catalogue/" + string(it.Ref.Code))
		p.press("[data-act=draft]", "#sheet")
		p.look()
		p.can(p.Fill("#reason", "压缩时限，虚构"+p.name))
		p.press("a[href='#g-time']", "[id='i.promise_note']")
		p.can(p.Fill("[id='i.promise']", "很快"))
		p.press("a[href='#g-materials']", "[id='materials.0'] > summary")
		p.press("[id='materials.0'] > summary", "[id='materials.0.name']")
		p.can(p.Fill("[id='materials.0.name']", "申请书"+p.name))
		p.press("a[href='#g-guide']", "[value='add:faq']")
		p.press("[value='add:faq']", "[id='faq.0.question'], [id='faq.1.question']")
		p.press("[value=check]", "[id='i.promise'][aria-invalid]")
		p.look()
		if got := p.value("[id='materials.0.name']"); got != "申请书"+p.name {
			t.Errorf("what was typed is lost: %q", got)
		}
		p.can(p.Fill("[id='i.promise']", "5 个工作日"))
		p.press("[data-go-on]", ".casehead")
		p.reads(p.says("已存为草稿", "It was drafted"))
		p.reads("申请书" + p.name)
		p.look()
		p.press("[data-key=e]", "#sheet")
		p.can(p.Fill("[id='i.note']", "再改一处"))
		p.press("[data-go-on]", ".casehead")

		open, err := c.drafts(it.Ref.Code)
		c.must(err)
		last := open[len(open)-1]
		if last.Staff != "虚构"+p.name || last.Revises == 0 || last.Base != it.Ref.Version || last.Reason != "压缩时限，虚构"+p.name {
			t.Errorf("%+v", last)
		}
		d, err := c.draftOf(last.Index)
		c.must(err)
		if len(d.Changes) != 3 || d.Item.Materials[0].Name != "申请书"+p.name {
			t.Errorf("%v", d.Changes)
		}
	})
}

// A publisher may not approve what she wrote. What another wrote she publishes
// from a day on, and the catalogue shows it; several at once too, and one with
// errors stays behind.
func TestPublisher(t *testing.T) {
	c := found(t)
	c.inEveryView("publisher", []account.Duty{account.Publisher}, func(p *person) {
		own, _ := c.drafted("虚构"+p.name, "民族成份变更", "自己写的"+p.name)
		p.open(draftAt(own))
		p.can(p.See("#not-publish"))
		p.reads(p.says("四眼", "Another member of staff"))
		p.look()

		theirs, it := c.drafted("虚构起草", "残疾", "别人写的"+p.name)
		p.open("/work/catalogue/drafts")
		p.look()
		p.press("a[href='"+draftAt(theirs)+"']", "#publish")
		p.look()
		p.can(p.Fill("#effective", string(workday.DateOf(c.now()))))
		p.can(p.Fill("#note", "同意"))
		p.press("#publish [data-go-on]", ".thanks")
		p.open("/catalogue/" + string(it.Ref.Code))
		p.reads("别人写的" + p.name)
		if now := c.inForce("残疾"); now.Ref.Version != it.Ref.Version+1 || now.Note != "别人写的"+p.name {
			t.Errorf("version %d is in force: %s", now.Ref.Version, now.Note)
		}

		first, _ := c.drafted("虚构起草", "残疾", "第一份"+p.name)
		bad := c.inForce("生育登记")
		bad.Department = ""
		done, err := c.Draft(c.ctx, drafting.Drafting{Items: []item.Item{bad}, Staff: "虚构起草", Reason: p.name, Unfinished: true})
		c.must(err)
		p.open("/work/catalogue/drafts?of=others")
		p.can(p.Click("[value='" + number(first) + "']"))
		p.can(p.Click("[value='" + number(done[0].Draft) + "']"))
		p.press("[data-key=m]", "[value=publish]")
		p.reads(p.says("有错误", "It has errors"))
		p.look()
		p.press("[value=publish]", ".thanks")
		p.reads("1 / 1")
		p.open(draftAt(done[0].Draft))
		p.press("aside details > summary", "aside details textarea")
		p.can(p.Fill("aside details textarea", "主管部门没有写"))
		p.press("aside details button", ".thanks")
		p.reads("主管部门没有写")
		p.open("/catalogue/" + string(it.Ref.Code))
		p.press("[data-act=withdraw]", "#from")
		p.can(p.Fill("#from", string(workday.DateOf(c.now().Add(30*24*time.Hour)))))
		p.can(p.Fill("#reason", "并入一件事"))
		p.look()
		p.press("[data-go-on]", "main .past")
		p.open(draftAt(own)) // what it stays at
		p.reads(p.says("待审核", "Open"))
	})
}

// An editor takes a spreadsheet down, changes it, sees what each item would
// become, and drafts them all; a file with a mistake drafts none.
func TestEditorImports(t *testing.T) {
	c := found(t)
	c.inEveryView("importer", []account.Duty{account.Editor}, func(p *person) {
		one, two := c.inForce("残疾"), c.inForce("民族成份变更")
		one.Note, two.Department = "表里改的"+p.name, ""
		p.open("/work/catalogue/import")
		p.look()
		p.puts("#reason", "逐项核对")
		p.upload("#file", one, two)
		p.press("[data-go-on]", "main table")
		p.reads(p.says("有错误", "has errors"))
		p.look()
		two.Department = "虚构局"
		p.upload("#file", one, two, c.inForce("生育登记"))
		p.press("[data-go-on]", "[name=file][type=hidden] ~ p")
		p.look()
		p.press("[data-go-on]", ".thanks")
		open, err := c.drafts(one.Ref.Code)
		c.must(err)
		if last := open[len(open)-1]; last.Staff != "虚构"+p.name {
			t.Errorf("%+v", last)
		}
	})
}

func draftAt(i register.Index) string { return "/work/catalogue/drafts/" + number(i) }

func number(i register.Index) string { return strconv.FormatUint(i, 10) }

// drafts are the open drafts of an item.
func (c *center) drafts(code item.Code) ([]register.DraftView, error) {
	var list struct {
		Drafts []register.DraftView `json:"drafts"`
	}
	err := c.Do(c.ctx, "GET", "/v1/drafts", url.Values{"code": {string(code)}}, nil, &list)
	return list.Drafts, err
}

func (c *center) draftOf(i register.Index) (d drafting.DraftDetail, err error) {
	return d, c.Do(c.ctx, "GET", "/v1/drafts/"+number(i), nil, nil, &d)
}

// value is what stands in a field.
func (p *person) value(selector string) string {
	p.t.Helper()
	v, err := Ask[string](p.Browser, `document.querySelector("`+strings.ReplaceAll(selector, `"`, `\"`)+`").value`)
	p.can(err)
	return v
}

// upload chooses a workbook with these items.
func (p *person) upload(selector string, items ...item.Item) {
	p.t.Helper()
	name := filepath.Join(p.t.TempDir(), "items.xlsx")
	f, err := os.Create(name)
	p.can(err)
	p.can(sheet.Write(f, sheet.XLSX, items))
	p.can(f.Close())
	p.can(p.do(chromedp.SetUploadFiles(chromedp.CSS(selector), []string{name})))
}

// cataloguePages gives whoever writes and publishes items something to look at.
func (c *center) cataloguePages() []string {
	c.t.Helper()
	draft, it := c.drafted("虚构起草", "残疾", "虚构的备注")
	flawed := c.inForce("生育登记")
	flawed.Department, flawed.Materials = "", append(flawed.Materials, item.Material{})
	done, err := c.Draft(c.ctx, drafting.Drafting{Items: []item.Item{flawed}, Staff: "虚构起草", Reason: "虚构的事由", Unfinished: true})
	c.must(err)
	return []string{
		"/work/catalogue/drafts", "/work/catalogue/drafts?state=closed&of=mine", draftAt(draft), draftAt(done[0].Draft), "/work/catalogue/edit", "/work/catalogue/edit?draft=" + number(done[0].Draft),
		"/work/catalogue/edit?code=" + string(it.Ref.Code) + "&area=" + string(it.Ref.Area) + "&erratum=1", "/work/catalogue/import", "/work/catalogue/items/" + string(it.Ref.Code) + "/withdraw",
	}
}

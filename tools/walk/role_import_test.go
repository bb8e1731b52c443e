package walk

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tongban/catalog/item"
	"tongban/intake/desk"
	"tongban/intake/hall/roster"
	"tongban/node/account"
	"tongban/node/api"
)

// tableOf writes a table as its owner has it on the disk.
func (p *person) tableOf(name string, lines ...string) string {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), name)
	p.can(os.WriteFile(path, []byte("\ufeff"+strings.Join(lines, "\r\n")+"\r\n"), 0o644))
	return path
}

// stepOfImport looks at the page that a step of the path came to.
func (p *person) stepOfImport(n int) {
	p.t.Helper()
	p.c.shot(p.Browser, fmt.Sprintf("import-%s-%d", p.name, n))
	p.look()
}

// sendsTable chooses a kind and a file, and has it checked.
func (p *person) sendsTable(kind, path string) {
	p.t.Helper()
	p.can(p.Click("input[value='" + kind + "']"))
	p.can(p.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{path})))
	p.press("[data-check]", "[data-state]")
}

// An operator brings the staff and the cases in flight along: with a mistake
// first, which is told with its cell, then rightly; and fetches the list of new
// numbers, once.
func TestImport(t *testing.T) {
	c := found(t)
	list, err := c.Items(c.ctx, "民族成份变更", item.Ref{}, 1)
	c.must(err)
	code := string(list.Items[0].Ref.Code)
	number := 0
	everybody := []string{"工号,姓名,岗位", "320509000000-001,建设者,综合岗"}
	for i, v := range screens() { // whoever comes later is on the roster of the first
		everybody = append(everybody, fmt.Sprintf("320509000000-%03d,虚构%s,系统管理员", 2+i, nameIn("importer", v)))
	}
	c.inEveryView("importer", []account.Duty{account.Operator}, func(p *person) {
		number++
		fresh := fmt.Sprintf("虚构新人%d", number)
		rows := append(slices.Clone(everybody), fmt.Sprintf("320509000000-%03d,%s,综合岗", 100+number, fresh))
		p.open("/work/node")
		p.press(".jump a[href='/work/import']", "#file")
		p.stepOfImport(1)
		p.sendsTable("staff", p.tableOf("staff.csv", "工号,姓名,岗位", "1,虚构甲,综合岗"))
		p.stepOfImport(2)
		p.reads("A2")
		p.press("[data-another]", "#file")
		p.sendsTable("staff", p.tableOf("staff.csv", rows...))
		p.stepOfImport(3)
		p.press("[data-apply]", "[data-state=done]")
		p.stepOfImport(4)
		p.press("[data-made]", "h1")
		p.reads(fresh)
		p.can(p.do(chromedp.NavigateBack()))
		p.can(p.See("[data-another]"))
		p.imports(code)
		var staff api.RosterView
		c.must(c.Do(c.ctx, "GET", "/v1/hall/staff", nil, nil, &staff))
		if !has(staff.Staff, fresh) {
			p.t.Errorf("the roster is %+v", staff.Staff)
		}
	})
}

// imports brings the cases in flight along.
func (p *person) imports(code string) {
	p.t.Helper()
	const head = "原办件编号,事项编码,申请人,办理地区,收件时间,受理时间,材料"
	row := func(n int, accepted, papers string) string {
		return fmt.Sprintf("旧-%s-%d,%s,虚构庚,%s,2026-03-02,%s,%s", p.name, n, code, town, accepted, papers)
	}
	p.press("[data-another]", "#file")
	p.sendsTable("cases", p.tableOf("cases.csv", head, row(1, "2026-03-03", "全部=丢了"), row(2, "昨天", "")))
	p.stepOfImport(5)
	p.reads("G2")
	p.press("[data-another]", "#file")
	p.sendsTable("cases", p.tableOf("cases.csv", head, row(1, "", ""), row(2, "", ""), row(3, "", "")))
	p.press("[data-apply]", "[data-state=done]")
	p.stepOfImport(6)
	p.press("[data-fetch]", "[data-fetch]") // a file comes, the page stays
	found, err := p.c.Search(p.c.ctx, desk.Query{Text: "旧-" + p.name + "-2", Limit: 5})
	p.can(err)
	if len(found.Cases) != 1 {
		p.t.Fatalf("%d cases are found by a former number", len(found.Cases))
	}
	p.reads(found.Cases[0].Number)
}

func has(all []roster.Member, name string) bool {
	for _, m := range all {
		if m.Name == name {
			return true
		}
	}
	return false
}

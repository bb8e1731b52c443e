package walk

import (
	"fmt"
	"strings"
	"testing"

	"tongban/catalog/item"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/account"
)

// accepted is a case of proof for somebody, ready to be decided.
func (c *center) accepted(who applicant.Applicant) casefile.ID {
	c.t.Helper()
	form := desk.OpenForm{Item: proof.Ref.Code, Answers: item.Answers{"whose": {"self"}}, Subject: town.Area(), Applicant: who, Accept: true,
		Papers: []desk.Paper{{ID: "card", State: casefile.OriginalSeen}, {ID: "form", State: casefile.OriginalSeen}}}
	done, err := c.OpenCase(c.ctx, desk.By{Staff: "建设者"}, form)
	c.must(err)
	return done.State.ID
}

// Among many cases of one item somebody finds the one in question by whose it
// is, in the list, in the palette and where several are worked on at once: masked,
// and not at all where nobody may look.
func TestListSaysWhose(t *testing.T) {
	c := found(t)
	c.publish(proof)
	c.inEveryView("whose", []account.Duty{account.Approver}, func(p *person) {
		want := map[casefile.ID]string{}
		for _, name := range []string{"赵虚构", "钱虚", "孙虚构甲"} {
			id := c.accepted(applicant.Applicant{Person: applicant.Person{Name: name, Telephone: "19900000011"}})
			want[id] = applicant.MaskName(name)
		}
		firm := applicant.Applicant{Person: applicant.Person{Name: "周虚构", Telephone: "19900000011", Organisation: "虚构物业公司"}, Kind: item.Enterprise, Representative: &applicant.Person{Name: "吴虚构"}}
		want[c.accepted(firm)] = "虚构物业公司"
		hidden := c.accepted(applicant.Applicant{Person: applicant.Person{Name: "郑虚构", Telephone: "19900000012"}})
		c.must(c.Do(c.ctx, "POST", "/v1/cases/"+string(hidden)+"/restrict", nil, map[string]any{"staff": "建设者", "reason": "申请人要求停止使用"}, nil))
		want[hidden] = "–"
		full := []string{"赵虚构", "钱虚", "孙虚构甲", "周虚构", "吴虚构", "郑", "19900000"}

		whose := func() {
			p.t.Helper()
			got, err := Ask[map[string]string](p.Browser, `Object.fromEntries([...document.querySelectorAll("tr[data-row]")].map(r => [r.dataset.row, r.querySelector("[data-whose]").innerText]))`)
			p.can(err)
			for id, name := range want {
				if got[string(id)] != name {
					p.t.Errorf("%s: the row of %s says %q, want %q", p.At(), id, got[string(id)], name)
				}
			}
			p.hides(full...)
		}
		p.open("/work/cases")
		p.can(p.See("[data-row='" + string(hidden) + "']"))
		whose()
		p.look()
		c.shot(p.Browser, "whose-list-"+p.view.name+p.view.query)
		for id := range want {
			p.can(p.Click(row(id) + " input[type=checkbox]"))
		}
		p.press("form[action='/work/cases/batch'] button", "#action")
		whose()
		p.look()
		c.shot(p.Browser, "whose-batch-"+p.view.name+p.view.query)
		p.press("[data-go-on]", "form[data-main] textarea")
		p.press("[data-go-on]", ".thanks")
		whose()

		for id, name := range want { // the API says as much
			list, err := c.Search(c.ctx, desk.Query{Box: desk.All, Text: string(id)})
			c.must(err)
			if len(list.Cases) != 1 || list.Cases[0].Applicant != strings.TrimPrefix(name, "–") {
				p.t.Errorf("the API calls %s %+v", id, list.Cases)
			}
		}
		p.can(p.Press("<C-k>"))
		p.can(p.See("dialog#palette[open]"))
		p.can(p.Fill("#palette input", "赵虚构"))
		p.meets("the palette says whose", fmt.Sprintf(`document.querySelector("#palette-hits a[href^='/work/cases/'] small")?.innerText.startsWith(%q)`, "赵**"))
	})
}

package walk

import (
	"net/url"
	"strings"
	"testing"

	"tongban/catalog/item"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/account"
)

// receives lays papers of a case on the counter.
func (c *center) receives(id casefile.ID, all ...item.Material) {
	c.t.Helper()
	var papers []desk.Paper
	for _, m := range all {
		papers = append(papers, desk.Paper{ID: m.ID, State: casefile.Copy})
	}
	c.acts(id, desk.Receive, map[string]any{"papers": papers})
}

// focused is the name of the field, or the words of the button, that the keys go to.
func (b *Browser) focused() string {
	text, _ := Ask[string](b, `(document.activeElement.name || document.activeElement.innerText || "").trim()`)
	return text
}

// looks inspects the page that stands, at each size.
func (c *center) looks(b *Browser, name string) {
	c.t.Helper()
	for at, size := range Screens {
		c.must(b.Size(size))
		c.shot(b, name+"-"+at)
		wrong, err := b.Look()
		c.must(err)
		for _, one := range wrong {
			c.t.Errorf("%s %s: %s", name, at, one)
		}
	}
	c.must(b.Size(Screens["desk"]))
}

// Whoever decides sees the case beside the form, and says in so many words what
// the decision is; what is missing is told at its field, by the name it has there.
func TestDecisionIsAChoice(t *testing.T) {
	c, b := found(t), browser(t)
	id := c.acceptedFor("建设者", "虚构己")
	c.somebody(b, "pi", account.Approver)
	form := "/work/cases/" + string(id) + "/do/decide"
	c.must(b.Go(c.base + form))
	c.must(b.See("[data-go-on]"))
	for _, want := range []string{"时限", "申请人", "虚", "材料", "环节"} {
		if text := b.Text(".deed > aside"); !strings.Contains(text, want) {
			t.Errorf("beside the form nothing is said of %s: %s", want, text)
		}
	}
	if text := b.Text(".deed > aside"); strings.Contains(text, "虚构己") {
		t.Error("the applicant stands there in full")
	}
	c.until("the page listens", func() bool { return ready(b) })
	if text := b.Text("[data-go-on]"); !strings.HasPrefix(text, "决定") || !strings.Contains(text, "Ctrl Enter") {
		t.Errorf("the button says %q before anything is chosen", text)
	}
	if at := b.focused(); at != "rejected" {
		t.Errorf("the keys go to %q", at)
	}
	c.looks(b, "decide")
	if status, text, _ := b.posted(form, "key=x"); status == 200 || !strings.Contains(text, "aria-invalid") && !strings.Contains(text, "f-rejected-fault") {
		t.Errorf("decided without a choice: %d", status)
	}
	c.must(b.Press("2"))
	if text := b.Text("[data-go-on]"); !strings.HasPrefix(text, "不予批准") {
		t.Errorf("the button says %q", text)
	}
	c.must(b.Click("[data-go-on]"))
	c.must(b.See("#f-text[aria-invalid=true]"))
	if text := b.Text("#f-text-fault"); !strings.Contains(text, "必须填写") || strings.Contains(text, "内容") {
		t.Errorf("the fault at its field: %q", text)
	}
	if text := b.Text("#trouble"); strings.Contains(text, "bad_form") {
		t.Errorf("a raw code: %q", text)
	}
	c.looks(b, "decide-fault")
	c.until("the page listens", func() bool { return ready(b) })
	c.must(b.Click("#f-rejected-granted"))
	c.must(b.Click("[data-go-on]"))
	c.must(b.See("main .thanks"))
	view, err := c.Case(c.ctx, id)
	c.must(err)
	if view.Outcome != casefile.OutcomeGranted {
		t.Errorf("it came to %s", view.Outcome)
	}

	form = "/work/cases/" + string(id) + "/do/hand_out"
	b = browser(t)
	c.somebody(b, "ding", account.Deliverer)
	for field, typed := range map[string]url.Values{
		"signature": {"signed": {"electronic"}}, "courier": {"to": {"post"}}, "note": {"signed": {"refused"}},
	} {
		if _, text, _ := b.posted(form, typed.Encode()); !strings.Contains(text, `id="f-`+field+`-fault"`) {
			t.Errorf("%v: no fault at %s", typed, field)
		}
	}
	c.must(b.Go(c.base + form))
	c.must(b.See("[data-go-on]"))
	c.looks(b, "hand-out")
}

// Of what is missing each paper has a field of its own in the notice; a form
// without a field is sent by Enter; what can't be done stands behind its reason,
// once, and in Chinese; whoever may not decide is not offered to settle.
func TestFormsOfAWindow(t *testing.T) {
	c, b := found(t), browser(t)
	id := c.opened("残疾")
	page := c.base + "/work/cases/" + string(id)
	c.somebody(b, "jia", account.Clerk, account.Guide, account.Deliverer)
	c.must(b.Go(page))
	c.must(b.See(".do"))
	if text := b.Text(".casehead .lamp"); text == "已停表" {
		t.Errorf("the lamp says %q", text)
	}
	c.must(b.Click(".not > summary"))
	not := b.Text(".not")
	if strings.Contains(not, string(id)) || strings.Count(not, "您的职责不包括这件事") > 1 {
		t.Errorf("what can't be done: %s", not)
	}
	c.looks(b, "not-now")
	view, err := c.Case(c.ctx, id)
	c.must(err)
	c.receives(id, view.Outstanding[:1]...)
	lacks := view.Outstanding[1]
	c.must(b.Go(page + "/do/notice"))
	c.must(b.See("[data-go-on]"))
	if text := b.Text("label[for='f-note-" + lacks.ID + "']"); text != lacks.Name {
		t.Fatalf("the field of %s: %q", lacks.Name, text)
	}
	c.looks(b, "notice")
	c.must(b.Fill("#f-note-"+lacks.ID, "请带原件。"))
	c.must(b.Click("[data-go-on]"))
	c.must(b.See("main .thanks"))
	view, err = c.Case(c.ctx, id)
	c.must(err)
	if view.State.Phase != casefile.PhaseNoticed {
		t.Errorf("it is %s", view.State.Phase)
	}
	c.must(b.Go(page + "/do/supplement"))
	c.must(b.Click("[data-go-on]"))
	c.must(b.See("#trouble"))
	if text := b.Text("#trouble"); strings.Count(text, "材料") > 1 || strings.Contains(text, "bad_form") {
		t.Errorf("said twice, or by its code: %q", text)
	}

	if status, _, _ := b.posted("/work/cases/"+string(id)+"/do/settle", "decision.rejected=granted"); status != 403 {
		t.Errorf("a window settles what it may not decide: %d", status)
	}
}

// A list that is empty says where cases wait, and how many; a wait looks as one.
func TestEmptyListLeadsOn(t *testing.T) {
	c, b := found(t), browser(t)
	c.neighbour(town, "虚构镇便民服务中心")
	id := c.opened("残疾")
	c.acts(id, desk.HandOver, desk.HandOverForm{To: town, Purpose: "请核实"})
	c.somebody(b, "all", account.All()...)
	c.must(b.Go(c.base + "/work/cases?box=arrived"))
	c.must(b.See(".empty"))
	if text := b.Text(".boxes"); !strings.Contains(text, "已移交未接管 1") {
		t.Errorf("the boxes: %s", text)
	}
	c.looks(b, "list-else")
	c.must(b.Click(".empty a[href='/work/cases?box=sent']"))
	c.must(b.See(row(id)))
}

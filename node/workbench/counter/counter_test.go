package counter_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tongban/intake/casefile"
)

// person is what a clerk types of somebody who applies in person.
func person() url.Values {
	return url.Values{
		"applicant.id_kind": {"resident_card"}, "applicant.number": {someone}, "applicant.name": {"虚构乙"},
		"applicant.telephone": {"13800000000"}, "applicant.address": {"虚构路 1 号"},
	}
}

func with(form url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		form[pairs[i]] = append(form[pairs[i]], pairs[i+1])
	}
	return form
}

// proof is a whole form of the item with two papers.
func proof() url.Values {
	return with(person(), "item", "PROOF", "p.PROOF/card.state", "original_seen", "p.PROOF/form.state", "copy", "p.PROOF/form.copies", "1")
}

func picture(t *testing.T) []byte {
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	return b.Bytes()
}

// sends posts a form with a file.
func (b *browser) sends(path string, form url.Values, name string, content []byte) *browser {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, values := range form {
		for _, v := range values {
			must(b.t, w.WriteField(key, v))
		}
	}
	part, err := w.CreateFormFile(name, "虚构乙.png")
	must(b.t, err)
	_, err = part.Write(content)
	must(b.t, err)
	must(b.t, w.Close())
	r, err := http.NewRequest(http.MethodPost, b.url+path, &body)
	must(b.t, err)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Origin", b.url)
	return b.do(r)
}

// opened are the cases that were opened since so many were there.
func (b *browser) opened(before int) []casefile.State {
	b.t.Helper()
	if !strings.HasSuffix(b.at, "/done") {
		b.t.Fatalf("not opened: %s (%d) %s", b.at, b.status, clip(b.page))
	}
	var all []casefile.State
	for _, m := range regexp.MustCompile(`<h2><a href="/work/cases/([^"]+)"`).FindAllStringSubmatch(b.page, -1) {
		s, err := b.node.Cabinet().State(casefile.ID(m[1]))
		must(b.t, err)
		all = append(all, s)
	}
	if now := len(b.cases()); now != before+len(all) {
		b.t.Errorf("%d cases, %d before and %d on the page", now, before, len(all))
	}
	return all
}

// The window, without a line of script: each test goes on where the one before
// ended.
func TestIntake(t *testing.T) {
	o := newOffice(t)
	for _, one := range []struct {
		name string
		test func(*testing.T, *office)
	}{
		{"accept", acceptOne}, {"refused", refusedForms}, {"outcomes", outcomesAtTheWindow}, {"nothing laid", nothingLaid}, {"situation", questionsSelect},
		{"area", competenceElsewhere}, {"several", severalItems}, {"agent", anAgentActs}, {"restart", halvesOutliveARestart}, {"others", nobodyElses},
	} {
		t.Run(one.name, func(t *testing.T) {
			was := o.t
			o.t = t
			defer func() { o.t = was }()
			one.test(t, o)
		})
	}
}

var inline = regexp.MustCompile(`<script>|<style|\sstyle="|\son[a-z]+="`)

func acceptOne(t *testing.T, o *office) {
	b := o.clerk("yi")
	b.get("/work/intake")
	b.has("没有未办完的收件", `data-first`)
	b.post("/work/intake/find", url.Values{"q": {"xgzm"}})
	b.has("虚构证明开具", `value="PROOF"`)
	b.post("/work/intake", url.Values{"q": {"虚构"}}) // several fit
	b.has("虚构证明开具", "虚构店招备案", "虚构开店一件事")
	base := b.begin("PROOF")
	b.has("虚构证明开具", "居民身份证", "申请表", "5 个工作日", "必要", "必要材料还不齐")
	if len(b.page) > 200_000 {
		t.Errorf("the page weighs %d bytes", len(b.page))
	}
	if found := inline.FindString(b.page); found != "" {
		t.Errorf("the page has %q, which its policy forbids", found)
	}
	b.post(base+"/do/accept", proof())
	all := b.opened(0)
	b.has("查询密码", "虚构证明开具", "全部打印", "办理中", "受理通知书")
	if all[0].Phase != casefile.PhaseAccepted || len(all[0].Materials) != 2 || all[0].Materials[1].Copies != 1 || all[0].Filing.Secret == "" {
		t.Fatalf("%+v", all)
	}
	password := regexp.MustCompile(`name="password" value="([a-z0-9]{5}-[a-z0-9]{5})"`).FindStringSubmatch(b.page)
	b.post(base+"/do/accept", proof()) // sent twice
	b.opened(0)
	b.hasNot("查询密码", password[1])
	b.post(base+"/print", url.Values{"password": {password[1]}, "format": {"a4"}})
	b.has("受理通知书", "虚构乙", password[1])
	if b.get("/work/intake/" + strings.Repeat("A", 20)); b.status != http.StatusNotFound {
		t.Errorf("an intake that is none: %d", b.status)
	}
}

// A refusal comes back with everything typed and scanned, each fault beside its
// field.
func refusedForms(t *testing.T, o *office) {
	b := o.clerk("yi")
	before := len(o.cases())
	base := b.begin("PROOF")
	form := proof()
	form.Set("applicant.number", "999999199001010017")
	form.Del("applicant.name")
	b.sends(base+"/do/accept", form, "scan.PROOF/card", picture(t))
	b.has("公民身份号码有误", "虚构路 1 号", "999999199001010017", `value="original_seen" selected`, "查看")
	if invalid := strings.Count(b.page, `aria-invalid="true"`); b.status != http.StatusUnprocessableEntity || invalid != 2 {
		t.Errorf("%d, %d fields are marked", b.status, invalid)
	}
	b.sends(base, proof(), "scan.PROOF/form", []byte("#!/bin/sh\necho"))
	b.has("查看") // the scan from before
	if !strings.Contains(b.page, `class="faulty"`) {
		t.Error("a program was taken for a scan")
	}
	form = proof()
	form.Set("p.PROOF/form.state", "later")
	b.post(base+"/do/accept", form)
	b.has("不能容缺后补", `aria-invalid="true"`)
	form = proof()
	form.Del("p.PROOF/card.state") // scanned, and nobody says what it is
	b.post(base+"/do/receive", form)
	b.has("请选择材料状态")
	b.get(base + "/scan?paper=PROOF/card")
	if b.status != http.StatusOK || b.page != string(picture(t)) {
		t.Errorf("the scan: %d", b.status)
	}
	b.post(base+"/do/accept", proof())
	if s := b.opened(before); s[0].Materials[0].Blob == nil {
		t.Errorf("the scan is not in the case: %+v", s[0].Materials)
	}

	base = b.begin("PROOF")
	b.post(base+"/do/accept", with(proof(), "visit", "Z999"))
	b.has("Z999", "没有这个排队号", `aria-describedby="f-visit-fault"`)
	var taken struct {
		Number string `json:"number"`
		Visit  string `json:"visit"`
	}
	o.api(http.MethodPost, "/v1/hall/queue/take", map[string]any{"staff": "虚构甲", "form": map[string]any{"type": "综合"}}, &taken)
	b.post("/work/intake", url.Values{"q": {taken.Number}}) // the scan box knows a ticket
	base, _, _ = strings.Cut(b.at, "?")
	b.has("今天的号", taken.Number)
	b.post(base+"/do/accept", with(proof(), "visit", taken.Number))
	if s := b.opened(before + 1); s[0].Filing.Visit != taken.Visit || taken.Visit == "" {
		t.Errorf("%+v, %+v", s[0].Filing, taken)
	}
	before++

	// What lies there need not be brought again.
	base = b.begin("PROOF")
	b.post(base, with(person(), "item", "PROOF", "carry", "1"))
	m := regexp.MustCompile(`name="(p\.PROOF/card)\.from"[^>]*>.*?value="([^"]+\|card)"`).FindStringSubmatch(strings.ReplaceAll(b.page, "\n", ""))
	if m == nil {
		t.Fatalf("nothing is offered from the earlier case: %s", clip(b.page))
	}
	form = with(person(), "item", "PROOF", "carry", "1", m[1]+".from", m[2], "p.PROOF/form.state", "original_seen")
	b.post(base+"/do/accept", form)
	b.has("书面同意还是口头同意") // consent
	b.post(base+"/do/accept", with(form, m[1]+".consent", "spoken"))
	if s := b.opened(before + 1); s[0].Materials[0].Carried == nil || s[0].Materials[0].State != casefile.Electronic {
		t.Errorf("%+v", s[0].Materials)
	}
}

func outcomesAtTheWindow(t *testing.T, o *office) {
	b := o.clerk("yi")
	n := len(o.cases())
	base := b.begin("PROOF")
	b.post(base+"/do/receive", with(person(), "item", "PROOF", "p.PROOF/card.state", "original_seen"))
	if s := b.opened(n); s[0].Phase != casefile.PhaseOpened || len(s[0].Materials) != 1 {
		t.Errorf("%+v", s[0])
	}
	n++
	base = b.begin("PROOF")
	b.post(base+"/do/notice", with(person(), "item", "PROOF", "p.PROOF/card.state", "original_seen", "n.PROOF/form", "按样表重新填写"))
	b.has("申请表", "一次性告知")
	if s := b.opened(n); s[0].Phase != casefile.PhaseNoticed || !strings.Contains(s[0].Notice.Text, "按样表重新填写") {
		t.Errorf("%+v", s[0])
	}
	n++
	base = b.begin("PROOF")
	b.post(base+"/do/accept", with(person(), "item", "PROOF"))
	if b.status != http.StatusUnprocessableEntity {
		t.Errorf("accepted without papers: %d", b.status)
	}
	b.post(base+"/do/decline", with(person(), "item", "PROOF", "d.ground", "not_ours", "d.reason", "不属于本机关"))
	b.has(`id="f-d-whose"`, "必须填写")
	b.post(base+"/do/decline", with(person(), "item", "PROOF", "d.ground", "not_ours", "d.reason", "不属于本机关", "d.whose", "虚构市公安局"))
	if s := b.opened(n); s[0].Phase != casefile.PhaseDeclined || s[0].Ended.Whose != "虚构市公安局" {
		t.Errorf("%+v", s[0].Ended)
	}
	n++
	base = b.begin("PROOF")
	form := with(proof(), "p.PROOF/form.mended", "1")
	b.post(base+"/do/mend", form)
	b.has("已记下当场更正的材料", "当场更正</span>")
	b.post(base+"/do/accept", form)
	if s := b.opened(n); !s[0].Materials[1].Mended || s[0].Materials[0].Mended {
		t.Errorf("%+v", s[0].Materials)
	}
	n++
	base = b.begin("SIGN")
	form = with(person(), "item", "SIGN", "a.matter", "plain", "p.SIGN/m1.state", "copy", "p.SIGN/m2.state", "copy", "s.certificate", "虚-001", "s.signed", "signature")
	b.post(base+"/do/settle", form)
	b.has(`id="f-s-name-fault"`, "没有列出办理结果") // and nothing is open
	b.post(base+"/do/settle", with(form, "s.name", "虚构备案证明"))
	if s := b.opened(n); s[0].Decision == nil || s[0].HandedOut == 0 {
		t.Errorf("%+v: %s", s[0], clip(b.page))
	}
}

// A notice is given where no paper was laid at all; where it can't be, nothing is
// opened, and no page says that it was done.
func nothingLaid(t *testing.T, o *office) {
	b := o.clerk("yi")
	n := len(o.cases())
	base := b.begin("PROOF")
	bare := with(person(), "item", "PROOF", "p.PROOF/card.state", "", "n.PROOF/form", "按样表填写")
	b.post(base+"/do/notice", with(with(url.Values{}, "n.PROOF/card", strings.Repeat("长", 5000)), "item", "PROOF", "applicant.name", "虚构乙"))
	if b.status != http.StatusUnprocessableEntity || len(o.cases()) != n {
		t.Errorf("a notice that is too long: %d, %d cases", b.status, len(o.cases())-n)
	}
	b.post(base+"/do/notice", bare)
	b.has("<h1>一次性告知</h1>", "收件凭证", "会印在收件凭证上")
	s := b.opened(n)
	if s[0].Phase != casefile.PhaseNoticed || s[0].ReceivedAt == 0 || len(s[0].Notice.Missing) != 2 || !strings.Contains(s[0].Notice.Text, "按样表填写") {
		t.Errorf("%+v", s[0])
	}
	b.post(base+"/print", url.Values{"format": {"a4"}})
	b.has("按样表填写", "居民身份证")
	n++

	base = b.begin("PROOF")
	b.post(base+"/do/notice", proof()) // everything is there
	b.has(`role="alert"`)
	b.hasNot("<h1>一次性告知</h1>")
	if b.status/100 != 4 || len(o.cases()) != n {
		t.Errorf("a notice of nothing: %d, %d cases", b.status, len(o.cases())-n)
	}
	b.post(base+"/do/receive", with(person(), "item", "PROOF"))
	b.has("<h1>已登记，还没有收到材料</h1>", "请抄给申请人")
	b.opened(n)
	n++

	base = b.begin("PROOF", "SIGN")
	both := with(person(), "item", "PROOF", "item", "SIGN", "a.matter", "plain")
	b.post(base+"/do/decline", with(both, "d.ground", "not_met", "d.reason", "虚构理由")) // each is declined by itself
	if b.status/100 != 4 || len(o.cases()) != n {
		t.Errorf("several declined: %d, %d cases", b.status, len(o.cases())-n)
	}
	b.post(base+"/do/notice", both)
	for _, one := range b.opened(n) {
		if one.Phase != casefile.PhaseNoticed {
			t.Errorf("%s is %s", one.Item.Code, one.Phase)
		}
	}
}

// Only the questions that matter are put, and the answers select the papers.
func questionsSelect(t *testing.T, o *office) {
	b := o.clerk("yi")
	base := b.begin("SIGN")
	b.has("店招是什么样的？", "电气图", "请先回答办理情形")
	b.post(base+"/rest", with(person(), "item", "SIGN", "a.matter", "plain"))
	b.hasNot("电气图", "<html")
	b.has(`id="rest"`, `checked`)
	b.post(base+"/outcomes", with(person(), "item", "SIGN", "a.matter", "plain", "p.SIGN/m1.state", "copy", "p.SIGN/m2.state", "later"))
	b.has(`id="outcomes"`, "hx-swap-oob", "什么时候补交")
	b.post(base+"/number", url.Values{"applicant.id_kind": {"credit_code"}, "applicant.number": {company}})
	b.has("号码正确")
	b.post(base+"/number", url.Values{"applicant.id_kind": {"credit_code"}, "applicant.number": {company + "0"}})
	b.has("统一社会信用代码有误")
	before := len(o.cases())
	b.post(base+"/do/accept", with(person(), "item", "SIGN", "a.matter", "plain", "p.SIGN/m1.state", "copy", "p.SIGN/m2.state", "later", "p.SIGN/m2.by", "2099-12-31", "p.SIGN/m2.note", "虚构办法第一条"))
	if s := b.opened(before); s[0].Choice == nil || s[0].Materials[1].By != "2099-12-31" || s[0].Materials[1].Note != "虚构办法第一条" {
		t.Errorf("%+v", s[0])
	}
}

func competenceElsewhere(t *testing.T, o *office) {
	b := o.clerk("yi")
	before := len(o.cases())
	base := b.begin("HOME")
	b.has("按居住地确定由谁办理")
	form := with(person(), "item", "HOME", "p.HOME/card.state", "original_seen")
	b.post(base+"/do/accept", form)
	b.has(`id="f-subject-fault"`)
	b.post(base+"/do/accept", with(form, "subject", "吴江区政务服务中心", "deliver_by", "post"))
	if s := b.opened(before); s[0].Subject != center.Area() || s[0].Filing.Deliver != casefile.ByPost {
		t.Errorf("%+v", s[0])
	}
}

// Several items are opened with one set of papers; a bundle by its members.
func severalItems(t *testing.T, o *office) {
	b := o.clerk("yi")
	n := len(o.cases())
	base := b.begin("PROOF", "SIGN")
	b.has("虚构证明开具", "虚构店招备案", "店招是什么样的？")
	if got := strings.Count(b.page, `.state"`); got != 4 { // one card for both
		t.Errorf("%d papers", got)
	}
	form := with(person(), "item", "PROOF", "item", "SIGN", "a.matter", "plain", "p.PROOF/card.state", "original_seen", "p.SIGN/m2.state", "copy")
	b.post(base+"/do/notice", form)
	s := b.opened(n)
	phases := map[casefile.Phase]int{}
	for _, one := range s {
		phases[one.Phase]++
	}
	if len(s) != 2 || phases[casefile.PhaseNoticed] != 1 || phases[casefile.PhaseAccepted] != 1 || s[0].Filing.Visit != s[1].Filing.Visit {
		t.Errorf("%v", phases)
	}
	b.post(base+"/print", url.Values{"format": {"receipt"}})
	b.has("一次性告知", "受理通知书")
	base = b.begin("SHOPS")
	b.has("虚构开店一件事", "店招是什么样的？", "申请表")
	b.post(base+"/do/accept", with(person(), "item", "SHOPS", "a.matter", "plain", "p.PROOF/card.state", "original_seen", "p.PROOF/form.state", "copy", "p.SIGN/m2.state", "copy"))
	s = b.opened(n + 2)
	if len(s) != 2 || s[0].Bundle == nil || s[0].Phase != casefile.PhaseAccepted || s[1].Phase != casefile.PhaseAccepted {
		t.Errorf("%d cases: %s", len(s), clip(b.page))
	}
	base = b.begin("PROOF", "SIGN")
	b.post(base+"/remove", with(form, "code", "SIGN"))
	b.hasNot("店招")
}

func anAgentActs(t *testing.T, o *office) {
	b := o.clerk("yi")
	n := len(o.cases())
	base := b.begin("PROOF")
	form := with(proof(), "applicant.agent_basis", "letter", "applicant.agent.name", "虚构丙")
	b.post(base+"/do/accept", form)
	b.has("未填写委托权限", "委托代理须有委托书", `id="b-agent" class="tuck" open`)
	b.post(base+"/do/accept", with(form, "applicant.agent.mandate", "代为申请", "applicant.letter.scope", "办理本件"))
	if s := b.opened(n); s[0].Filing.Agent != casefile.ByLetter {
		t.Errorf("%+v", s[0].Filing)
	}
	base = b.begin("PROOF")
	form = with(proof(), "applicant.representative.name", "虚构丁")
	form["applicant.id_kind"], form["applicant.number"], form["applicant.name"] = []string{"credit_code"}, []string{company}, []string{"虚构有限公司"}
	b.post(base+"/do/accept", form)
	if s := b.opened(n + 1); s[0].Filing.Applicant != "enterprise" {
		t.Errorf("%+v", s[0].Filing)
	}
}

func halvesOutliveARestart(t *testing.T, o *office) {
	b := o.clerk("yi")
	base := b.begin("PROOF")
	b.sends(base+"/keep", proof(), "scan.PROOF/card", picture(t))
	if b.status != http.StatusNoContent {
		t.Errorf("%d", b.status)
	}
	jar := b.client.Jar
	cookies := jar.Cookies(mustURL(t, o.url))
	o.stop()
	o.run()
	b.url = o.url
	jar.SetCookies(mustURL(t, o.url), cookies)
	b.get("/work/intake")
	b.has("虚构证明开具 · 虚", "1 份扫描件")
	b.hasNot("虚构乙", someone)
	b.get(base)
	b.has(someone, "虚构路 1 号", "查看", `value="original_seen" selected`)
	b.post(base+"/drop", nil)
	b.has("已作废")
	if b.get(base); b.status != http.StatusNotFound {
		t.Errorf("%d", b.status)
	}
}

func mustURL(t *testing.T, text string) *url.URL {
	u, err := url.Parse(text)
	must(t, err)
	return u
}

// Nobody sees another's intake, and who has no duty at the window sees none.
func nobodyElses(t *testing.T, o *office) {
	o.account("bing", "虚构丙", "clerk")
	o.account("ding", "虚构丁", "approver")
	base := o.clerk("yi").begin("PROOF")
	b := o.clerk("bing")
	for _, path := range []string{"", "/scan?paper=PROOF/card", "/done"} {
		if b.get(base + path); b.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, b.status)
		}
	}
	if b.post(base+"/do/accept", proof()); b.status != http.StatusNotFound {
		t.Errorf("opened by another: %d", b.status)
	}
	b = o.clerk("ding")
	b.hasNot(`href="/work/intake"`)
	if b.get("/work/intake"); b.status != http.StatusForbidden {
		t.Errorf("an approver: %d", b.status)
	}
}

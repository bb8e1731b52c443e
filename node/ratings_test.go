package node

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/rule"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/privacy"
	"tongban/intake/rating"
	"tongban/node/api"
)

// asks sends one request to a node's API and returns the status and the body.
func (c *city) asks(n *running, method, path string, body any, token bool) (int, string) {
	c.t.Helper()
	var sent io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case url.Values:
		sent, kind = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		text, err := json.Marshal(b)
		must(c.t, err)
		sent = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(c.ctx, method, "http://"+n.APIAddr()+path, sent)
	must(c.t, err)
	req.Header.Set("Content-Type", kind)
	if token {
		secret, err := os.ReadFile(filepath.Join(n.dir, TokenFile))
		must(c.t, err)
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(secret)))
	}
	answer, err := http.DefaultClient.Do(req)
	must(c.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(c.t, err)
	return answer.StatusCode, string(text)
}

// A citizen rates by the link on the slip; the window sees a grade, the
// handler what was written, the privacy book who looked, and no log a name.
func TestRatingOverTheAPI(t *testing.T) {
	c := newCity(t, wujiang, tongli)
	n := c.nodes[tongli]
	codes := c.publish("D26")
	c.must(wujiang, register.RuleSetting{Area: wujiang.Area(), Rule: rule.Of(rule.Rating{
		Grades: []rule.Grade{{Grade: 1, Name: "非常满意"}, {Grade: 5, Name: "非常不满意", Bad: true}}, Verify: 1, Rectify: 5, Complex: 15, FollowUp: true, Anonymous: true,
	}, "演练", casefile.Day(c.now().UnixMilli()))})
	c.level()
	done, err := n.desk.Open(c.ctx, clerk(), desk.OpenForm{
		Item: codes["D26"], Subject: yejian.Area(), Accept: true,
		Applicant: applicant.Applicant{Person: applicant.Person{Name: "虚构甲", ResidentID: "999999199001010016"}},
	})
	must(t, err)
	id := done.State.ID
	const words, name, phone = "排队太久没人管", "虚构丁", "13900000001"

	code, body := c.asks(n, "POST", "/v1/ratings/links", map[string]string{"case": string(id)}, true)
	var link rating.Link
	must(t, json.Unmarshal([]byte(body), &link))
	if code != 200 || !link.Token.Valid() {
		t.Fatal(code, body)
	}
	if code, body := c.asks(n, "GET", link.Path, nil, false); code != 200 || !strings.Contains(body, "非常不满意") {
		t.Fatal(code, body)
	}
	form := url.Values{"grade": {"5"}, "words": {words}, "name": {name}, "telephone": {phone}}
	if code, body := c.asks(n, "POST", link.Path, form, false); code != 200 || !strings.Contains(body, "您的评价已收到") {
		t.Fatal(code, body)
	}
	if code, _ := c.asks(n, "POST", link.Path, form, false); code != 409 {
		t.Error("rated twice", code)
	}
	if s := c.caseAt(tongli, id); s.Grade != 5 || s.Last != casefile.Rated {
		t.Errorf("grade %d after %s", s.Grade, s.Last)
	}
	var list rating.List
	_, body = c.asks(n, "GET", "/v1/ratings?bad=true&open=true", nil, true)
	must(t, json.Unmarshal([]byte(body), &list))
	if len(list.Ratings) != 1 {
		t.Fatal(body)
	}
	mine := "/v1/ratings/" + string(list.Ratings[0].ID)
	for _, path := range []string{"/v1/ratings", mine, mine + "?role=handler&reveal=true&staff=H01",
		"/v1/cases/" + string(id), "/v1/cases/" + string(id) + "/log", "/v1/ratings/figures?from=2020-01-01&to=2099-01-01", "/v1/privacy/audit", "/v1/cases/" + string(id) + "/stored", link.Path} {
		_, body := c.asks(n, "GET", path, nil, !strings.HasPrefix(path, "/rate/"))
		for _, secret := range []string{words, name, phone} {
			if strings.Contains(body, secret) {
				t.Errorf("%s says %s: %s", path, secret, body)
			}
		}
	}
	for _, who := range []api.Revealing{{}, {Role: rating.Window, Staff: "H01"}, {Role: rating.Handler, Staff: clerk().Staff}} {
		if code, body := c.asks(n, "POST", mine+"/reveal", who, true); code == 200 || strings.Contains(body, words) {
			t.Errorf("%+v: %d %s", who, code, body)
		}
	}
	code, body = c.asks(n, "POST", mine+"/reveal", api.Revealing{Role: rating.Handler, Staff: "H01"}, true)
	if code != 200 || !strings.Contains(body, words) || !strings.Contains(body, phone) || !strings.Contains(body, string(id)) {
		t.Error(code, body)
	}
	for _, step := range []struct {
		name, form string
		code       int
	}{
		{"find", `{"text":"属实"}`, 409}, {"contact", `{}`, 200}, {"find", `{"text":"属实"}`, 200}, {"rectify", `{"text":""}`, 422}, {"rectify", `{"text":"已增设窗口"}`, 200}, {"follow-up", `{}`, 200},
	} {
		code, body := c.asks(n, "POST", mine+"/"+step.name, map[string]any{"staff": "H01", "form": json.RawMessage(step.form)}, true)
		if code != step.code {
			t.Errorf("%s: %d %s, want %d", step.name, code, body, step.code)
		}
	}
	if _, body := c.asks(n, "GET", link.Path, nil, false); !strings.Contains(body, "已增设窗口") {
		t.Error("whoever rated is not told what was put right")
	}
	_, err = n.ratings.Verify(c.ctx)
	must(t, err)
	c.unmasks(n, id)
	c.erases(n, id, codes["D26"])
	for _, secret := range []string{words, name, phone, "虚构甲", "999999199001010016"} {
		if line := c.logs[tongli].find(0, secret); line != "" {
			t.Errorf("the node's log says %s", line)
		}
	}
}

// unmasks looks at who applied, with a reason and without.
func (c *city) unmasks(n *running, id casefile.ID) {
	c.t.Helper()
	whose := "/v1/cases/" + string(id) + "/applicant"
	if code, body := c.asks(n, "GET", whose+"?unmask=true&staff=W01&reason=x", nil, true); code != 200 || strings.Contains(body, "999999199001010016") {
		c.t.Error("by its address:", code, body)
	}
	for _, one := range []struct {
		ask  api.Disclosure
		code int
		sees bool
	}{
		{api.Disclosure{}, 200, false}, {api.Disclosure{Unmask: true}, 409, false}, {api.Disclosure{Unmask: true, Staff: "W01"}, 409, false},
		{api.Disclosure{Unmask: true, Staff: "W01", Reason: "核对身份"}, 200, true},
	} {
		code, body := c.asks(n, "POST", whose, one.ask, true)
		if code != one.code || strings.Contains(body, "999999199001010016") != one.sees {
			c.t.Errorf("%+v: %d %s", one.ask, code, body)
		}
	}
	if code, body := c.asks(n, "POST", "/v1/cases/"+string(id)+"/restrict", map[string]string{"staff": "S01", "reason": "申请人要求删除"}, true); code != 200 {
		c.t.Fatal(code, body)
	}
	if code, _ := c.asks(n, "GET", whose, nil, true); code != 409 {
		c.t.Error("a restricted case is shown", code)
	}
	if code, body := c.asks(n, "POST", whose, api.Disclosure{Supervisor: true, Staff: "S01", Reason: "x"}, true); code != 200 || strings.Contains(body, "虚构甲") {
		c.t.Error("a supervisor, masked:", code, body)
	}
	var audit privacy.Audit
	_, body := c.asks(n, "GET", "/v1/privacy/audit?case="+string(id), nil, true)
	must(c.t, json.Unmarshal([]byte(body), &audit))
	if len(audit.Lines) != 3 || audit.Lines[2].Read == nil || audit.Lines[2].Read.Reason != "核对身份" || strings.Join(audit.Lines[2].Read.Fields, " ") != "name id" {
		c.t.Error(body)
	}
}

// names reports whether a file of a package says a word.
func (c *city) names(zipped []byte, folder, word string) bool {
	c.t.Helper()
	z, err := zip.NewReader(bytes.NewReader(zipped), int64(len(zipped)))
	must(c.t, err)
	for _, f := range z.File {
		in, err := f.Open()
		must(c.t, err)
		content, err := io.ReadAll(in)
		must(c.t, err)
		if strings.HasPrefix(f.Name, folder) && bytes.Contains(content, []byte(word)) {
			return true
		}
	}
	return false
}

// erases ends the case, and erases its content when its time has come.
func (c *city) erases(n *running, id casefile.ID, code item.Code) {
	c.t.Helper()
	_, err := n.desk.Settle(c.ctx, clerk(), id, desk.SettleForm{Conclude: true})
	must(c.t, err)
	pack := url.Values{"retention": {"30年"}, "basis": {"归档范围表"}, "staff": {"D01"}}
	if answer, body := c.fileOf(n, http.MethodGet, "/v1/cases/"+string(id)+"/package", pack); answer.StatusCode != 409 || !strings.Contains(string(body), "restricted") {
		c.t.Errorf("the package of a restricted case: %d %.300s", answer.StatusCode, body)
	}
	pack.Set("supervisor", "true")
	answer, zipped := c.fileOf(n, http.MethodGet, "/v1/cases/"+string(id)+"/package", pack)
	if answer.StatusCode != 200 {
		c.t.Errorf("a supervisor packs a restricted case: %d %.300s", answer.StatusCode, zipped)
	}
	if !c.names(zipped, "documents/", "虚构甲") {
		c.t.Error("the documents in the package name nobody")
	}
	pack.Del("supervisor")
	must(c.t, n.privacy.Unrestrict("S01", privacy.Restriction{Case: id, Reason: "限制期满"}))
	if answer, body := c.fileOf(n, http.MethodGet, "/v1/cases/"+string(id)+"/package", pack); answer.StatusCode != 200 {
		c.t.Errorf("the package: %d %.300s", answer.StatusCode, body)
	}
	if answer, body := c.paperOf(n, "/v1/national/export", url.Values{"staff": {"D01"}, "personal": {"true"}, "reason": {"省平台核对"}}); answer.StatusCode != 200 {
		c.t.Errorf("the national tables: %d %.300s", answer.StatusCode, body)
	}
	audit, err := n.privacy.Audit(privacy.Query{Staff: "D01"})
	must(c.t, err)
	if len(audit.Lines) != 3 || audit.Lines[0].Read.Fields[0] != "national tables" || audit.Lines[0].Read.Reason != "省平台核对" || audit.Lines[1].Read.Fields[0] != "package" ||
		audit.Lines[1].Read.Supervisor || audit.Lines[2].Read.Case != id || !audit.Lines[2].Read.Supervisor {
		c.t.Errorf("the privacy book says %+v", audit.Lines)
	}
	if line := c.logs[tongli].find(0, "省平台核对"); line != "" {
		c.t.Errorf("the node's log says %s", line)
	}
	erase := func(dry bool) (int, string) {
		return c.asks(n, "POST", "/v1/cases/"+string(id)+"/erase", map[string]any{"staff": clerk().Staff, "form": map[string]string{"reason": "保管期满"}, "dry_run": dry}, true)
	}
	if status, body := erase(false); status != 409 || !strings.Contains(body, "no_retention") {
		c.t.Error(status, body)
	}
	if status, body := c.asks(n, "POST", "/v1/privacy/retentions", map[string]any{"staff": "A01", "item": code, "years": 1, "document": "归档范围表"}, true); status != 200 {
		c.t.Fatal(status, body)
	}
	if status, body := erase(true); status != 409 || !strings.Contains(body, "not_due") {
		c.t.Error(status, body)
	}
}

package node

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"tongban/catalog/item"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

// What a counter hands out over the API, and what whoever holds it finds
// without a token: that it is genuine, and how far the case has come.
func TestDocumentsOverTheAPI(t *testing.T) {
	c := newCity(t, wujiang)
	n := c.nodes[wujiang]
	codes := c.publish("D01")
	done, err := n.desk.Open(c.ctx, clerk(), desk.OpenForm{
		Item: codes["D01"], Subject: yejian.Area(), Answers: item.Answers{"filer": {"self"}},
		Applicant: applicant.Applicant{Person: applicant.Person{Name: "虚构甲", ResidentID: "999999199001010016"}},
	})
	must(t, err)
	view, err := n.desk.Look(done.State.ID)
	must(t, err)
	_, err = n.desk.Receive(c.ctx, clerk(), done.State.ID, desk.ReceiveForm{Papers: []desk.Paper{{ID: view.Item.Materials[0].ID, State: casefile.Copy}}})
	must(t, err)
	base := "/v1/cases/" + string(done.State.ID) + "/documents"

	code, body := c.asks(n, "GET", base, nil, true)
	var list []desk.Printable
	must(t, json.Unmarshal([]byte(body), &list))
	var told desk.Printable
	for _, p := range list {
		if p.Kind == "receipt" {
			told = p
		}
	}
	if code != 200 || told.Number == "" || told.Check == "" {
		t.Fatal(code, body)
	}
	for _, one := range []struct {
		query string
		code  int
		says  string
	}{
		{"/receipt", 200, `{"text":"`}, {"/receipt?format=a4&staff=H01", 200, "<!doctype html>"}, {"/receipt?format=receipt&lang=en", 200, "Receipt of materials"},
		{"/receipt?lang=en", 200, "Receipt of materials"}, {"/decision", 409, "nothing_open"}, {"/letter", 409, "bad_form"}, {"/receipt?format=a5", 422, "format"},
		{"/receipt?number=x", 409, "nothing_open"},
	} {
		code, body := c.asks(n, "GET", base+one.query, nil, true)
		if code != one.code || !strings.Contains(body, one.says) {
			t.Errorf("%s: %d %s", one.query, code, body)
		}
		if code == 200 && !strings.Contains(body, "虚构甲") {
			t.Errorf("%s does not name the applicant", one.query)
		}
	}
	if code, body := c.asks(n, "GET", "/v1/visits/"+string(done.State.ID)+"/documents?format=a4", nil, true); code != 200 || !strings.Contains(body, "一次办理清单") {
		t.Error(code, body)
	}

	genuine := "/p/" + told.Check
	for path, want := range map[string]int{
		genuine: 200, genuine[:len(genuine)-1] + "z": 400, "/p/320509000000.1.99/1/0123456789abcdef": 404, "/progress": 200, "/web/style.css": 200,
		base: 401, "/p/../v1/status": 401, "/progress/../v1/status": 401,
	} {
		if code, body := c.asks(n, "GET", path, nil, false); code != want {
			t.Errorf("%s: %d, want %d: %s", path, code, want, body)
		}
	}
	if _, body := c.asks(n, "GET", "/catalogue", nil, false); !strings.Contains(body, `name="password"`) {
		t.Error("a stranger sees the catalogue of the staff", body)
	}
	if _, body := c.asks(n, "GET", genuine, nil, false); !strings.Contains(body, "文书与办件记录一致") || !strings.Contains(body, told.Number) || strings.Contains(body, "虚构甲") {
		t.Error(body)
	}
	if done.Password == "" {
		t.Fatal("no query password was given out")
	}
	form := url.Values{"case": {done.State.Number}, "password": {done.Password}}
	if code, body := c.asks(n, "POST", "/progress", form, false); code != 200 || !strings.Contains(body, "已收件") || strings.Contains(body, "虚构甲") {
		t.Error(code, body)
	}
	form.Set("password", "x")
	if code, body := c.asks(n, "POST", "/progress", form, false); code != 404 || strings.Contains(body, "已收件") {
		t.Error(code, body)
	}
}

package node

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongban/intake/applicant"
	"tongban/intake/attach"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/privacy"
	"tongban/node/api"
)

func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))))
	return b.Bytes()
}

// paperOf asks for the content of a paper.
func (c *city) paperOf(n *running, path string, form url.Values) (*http.Response, []byte) {
	c.t.Helper()
	return c.fileOf(n, http.MethodPost, path, form)
}

// fileOf is a file that a node gives out, asked for in the address or by a form.
func (c *city) fileOf(n *running, method, path string, query url.Values) (*http.Response, []byte) {
	c.t.Helper()
	secret, err := os.ReadFile(filepath.Join(n.dir, TokenFile))
	must(c.t, err)
	target, sent := "http://"+n.APIAddr()+path, strings.NewReader(query.Encode())
	if method == http.MethodGet {
		target, sent = target+"?"+query.Encode(), strings.NewReader("")
	}
	req, err := http.NewRequestWithContext(c.ctx, method, target, sent)
	must(c.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(secret)))
	answer, err := http.DefaultClient.Do(req)
	must(c.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(c.t, err)
	return answer, body
}

// Scans go in over the API up to the largest that is taken, are listed, and come
// out to whoever says why; the applicant's own record never does.
func TestPapersOverTheAPI(t *testing.T) {
	c := newCity(t, wujiang)
	n := c.nodes[wujiang]
	codes := c.publish("D01")
	done, err := n.desk.Open(c.ctx, clerk(), desk.OpenForm{
		Item: codes["D01"], Answers: situations["D01"], Subject: yejian.Area(),
		Applicant: applicant.Applicant{Person: applicant.Person{Name: "虚构甲", ResidentID: "999999199001010016"}},
	})
	must(t, err)
	id := done.State.ID
	view, err := n.desk.Look(id)
	must(t, err)
	if len(view.Outstanding) < 2 {
		t.Fatalf("%d papers are outstanding", len(view.Outstanding))
	}
	first, second := view.Outstanding[0].ID, view.Outstanding[1].ID
	rnd := rand.NewChaCha8([32]byte{1})
	large := make([]byte, attach.MaxSize+1)
	rnd.Read(large)
	copy(large, "%PDF-1.7\n")
	base := "/v1/cases/" + string(id)
	lay := func(paper string, content []byte) (int, string) {
		return c.asks(n, "POST", base+"/receive", map[string]any{"staff": "窗口一", "form": desk.ReceiveForm{
			Papers: []desk.Paper{{ID: paper, State: casefile.Electronic, Content: content}}}}, true)
	}
	if code, body := lay(first, large); code == 200 || !strings.Contains(body, "too_large") {
		t.Errorf("one byte too many: %d %.300s", code, body)
	}
	if code, body := lay(first, []byte("#!/bin/sh\nrm -rf /\n")); code == 200 || !strings.Contains(body, "bad_type") {
		t.Errorf("a program: %d %.300s", code, body)
	}
	if code, body := lay(first, large[:attach.MaxSize]); code != 200 {
		t.Fatalf("the largest scan: %d %.300s", code, body)
	}
	if code, body := lay(second, photo(t, 800, 400)); code != 200 {
		t.Fatalf("a photo: %d %.300s", code, body)
	}

	list := base + "/papers"
	code, body := c.asks(n, "GET", list, nil, true)
	var papers []api.PaperView
	must(t, json.Unmarshal([]byte(body), &papers))
	if code != 200 || len(papers) != 2 || papers[0].ID != first || papers[0].Type != "application/pdf" || papers[0].Where != api.PaperHere ||
		papers[0].Size != attach.MaxSize || papers[1].Type != "image/png" || papers[1].Name == "" {
		t.Fatalf("%d %s", code, body)
	}
	why := url.Values{"staff": {"窗口一"}, "reason": {"核对材料"}}
	answer, content := c.paperOf(n, list+"/"+papers[0].Hash.String(), why)
	if answer.StatusCode != 200 || !bytes.Equal(content, large[:attach.MaxSize]) || answer.Header.Get("Content-Type") != "application/pdf" ||
		answer.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "inline;") {
		t.Errorf("%d %v, %d bytes", answer.StatusCode, answer.Header, len(content))
	}
	picture := list + "/" + papers[1].Hash.String()
	answer, content = c.paperOf(n, picture, url.Values{"staff": {"窗口一"}, "reason": {"核对材料"}, "thumbnail": {"100"}})
	small, err := jpeg.DecodeConfig(bytes.NewReader(content))
	if err != nil || small.Width != 100 || small.Height != 50 || answer.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d %v: %+v, %v", answer.StatusCode, answer.Header, small, err)
	}
	for _, test := range []struct {
		path  string
		query url.Values
		code  string
	}{
		{picture, nil, "reason_needed"},
		{picture, url.Values{"staff": {"窗口一"}}, "reason_needed"},
		{picture, url.Values{"staff": {"窗口一"}, "reason": {"x"}, "thumbnail": {"9999"}}, "malformed"},
		{list + "/" + papers[0].Hash.String(), url.Values{"staff": {"窗口一"}, "reason": {"x"}, "thumbnail": {"100"}}, "not_found"},
		{list + "/" + done.State.Applicant.Hash.String(), why, "not_found"},
		{list + "/" + strings.Repeat("0", 64), why, "not_found"},
	} {
		if answer, body := c.paperOf(n, test.path, test.query); answer.StatusCode < 400 || !strings.Contains(string(body), test.code) {
			t.Errorf("%s %v: %d %.200s, want %s", test.path, test.query, answer.StatusCode, body, test.code)
		}
	}
	must(t, n.privacy.Restrict("负责人", privacy.Restriction{Case: id, Reason: "本人要求"}))
	if answer, body := c.paperOf(n, picture, why); answer.StatusCode < 400 || !strings.Contains(string(body), "restricted") {
		t.Errorf("of a restricted case: %d %.200s", answer.StatusCode, body)
	}
	audit, err := n.privacy.Audit(privacy.Query{Case: id, Staff: "窗口一"})
	must(t, err)
	if len(audit.Lines) != 2 || audit.Lines[1].Read == nil || audit.Lines[1].Read.Fields[0] != "paper "+first {
		t.Errorf("the privacy book says %+v", audit.Lines)
	}
}

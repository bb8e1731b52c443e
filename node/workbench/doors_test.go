package workbench_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What was wrong is said of the form that was sent, not of all forms that could
// be refused with the same code.
func TestRefusalsOfTheDoors(t *testing.T) {
	d := newDesk(t, false)
	b := d.browser()
	p := b.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {"not the password"}})
	if !strings.Contains(p.text, "账号或者密码不对") || strings.Contains(p.text, "PIN 不对") {
		t.Errorf("a wrong password: %s", p.text)
	}
	b.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {d.initial}})
	const chosen = "wujiang-cha-guan-42"
	for name, c := range map[string]struct {
		form url.Values
		want []string
	}{
		"not twice alike": {url.Values{"old": {d.initial}, "new": {chosen}, "again": {chosen + "3"}}, []string{"密码没有修改", "两次输入的新密码不一样"}},
		"too short":       {url.Values{"old": {d.initial}, "new": {"abc"}, "again": {"abc"}}, []string{"新密码不合要求", "密码有 3 个字符"}},
		"a wrong one":     {url.Values{"old": {"no"}, "new": {chosen}, "again": {chosen}}, []string{"现在的密码不对"}},
	} {
		p := b.send(http.MethodPost, "/work/me/password", c.form)
		for _, want := range c.want {
			if !strings.Contains(p.text, want) {
				t.Errorf("%s: no %q in %s", name, want, p.text)
			}
		}
		if strings.Contains(p.text, "填写的内容读不懂") {
			t.Errorf("%s: the headline is of another refusal", name)
		}
	}
	b.send(http.MethodPost, "/work/me/password", url.Values{"old": {d.initial}, "new": {chosen}, "again": {chosen}})
	p = b.send(http.MethodPost, "/work/me/pin", url.Values{"password": {chosen}, "pin": {"12ab"}})
	if !strings.Contains(p.text, "PIN 不合要求") || !strings.Contains(p.text, "PIN 应为 4 至 6 位数字") || strings.Contains(p.text, "密码或者 PIN") {
		t.Errorf("a PIN of letters: %s", p.text)
	}
}

// Only a form with files may be as large as an intake with its papers.
func TestAFormWithoutFilesIsBounded(t *testing.T) {
	d := newDesk(t, false)
	b := d.browser()
	b.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {d.initial}})
	p := b.send(http.MethodPost, "/work/me/password", url.Values{"old": {strings.Repeat("x", 9<<20)}})
	if p.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("9 MB of a form without files: %s", p.Status)
	}
}

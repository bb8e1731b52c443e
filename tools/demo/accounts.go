package demo

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"tongban/catalog/area"
	"tongban/node/account"
	"tongban/node/api"
)

// samplePassword is that of every account of the demo. Nobody outside this
// machine reaches its nodes.
const samplePassword = "tongban-demo-2026"

// sample is an account of the demo: who it is and what it is trusted with.
type sample struct {
	login, name string
	duties      account.Duties
}

// samples are the people of a center. A village has one, who does everything.
func samples(center area.Center) []sample {
	if center.Level() == area.Village {
		return []sample{{"village", "演示代办员", account.All()}}
	}
	return []sample{
		{"window", "演示窗口", account.Duties{account.Clerk, account.Guide, account.Deliverer}},
		{"review", "演示审批", account.Duties{account.Approver, account.Manager}},
		{"head", "演示主任", account.Duties{account.Head, account.Supervisor, account.Editor, account.Publisher, account.Operator}},
	}
}

// people makes the accounts of a center, and chooses each one's password as
// its owner would on the first day.
func (c *city) people(ctx context.Context, center area.Center) error {
	for _, one := range samples(center) {
		duties := make([]string, len(one.duties))
		for i, d := range one.duties {
			duties[i] = string(d)
		}
		var made api.AccountDone
		form := api.AccountForm{Login: one.login, Staff: one.name, Name: one.name, Duties: duties}
		if err := c.at(center).Do(ctx, http.MethodPost, "/v1/accounts", nil, api.Managing[api.AccountForm]{Staff: "系统建设", Form: form}, &made); err != nil {
			return err
		}
		if err := firstDay(ctx, c.at(center).Base(), one.login, made.Initial); err != nil {
			return fmt.Errorf("the first day of %s at %s: %w", one.login, center, err)
		}
	}
	return nil
}

// firstDay signs in with the password that was given, and chooses another.
func firstDay(ctx context.Context, base, login, given string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	browser := &http.Client{Jar: jar}
	for _, step := range []struct {
		path string
		form url.Values
	}{
		{"/sign-in", url.Values{"login": {login}, "password": {given}}},
		{"/work/me/password", url.Values{"old": {given}, "new": {samplePassword}, "again": {samplePassword}}},
	} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+step.path, strings.NewReader(step.form.Encode()))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := browser.Do(r)
		if err != nil {
			return err
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", step.path, answer.Status)
		}
	}
	return nil
}

// invite says how to look at the city while it runs.
func (c *city) invite() {
	c.line("\n城市在运行，按 Ctrl+C 停止。 The city runs on; Ctrl+C stops it.")
	c.line("在浏览器中打开 Open in a browser（密码 password：%s）:", samplePassword)
	for _, center := range everyone {
		logins := []string{}
		for _, one := range samples(center) {
			logins = append(logins, one.login)
		}
		c.line("  %s  %s  %s", pad(c.name(center), 26), c.at(center).Base(), strings.Join(logins, ", "))
	}
	c.line("  window 窗口收件、出件 · review 审批 · head 主任、目录、系统管理 · village 一人多岗")
	c.line("\n  命令行看同一座城 the same city from the command line:")
	c.line("    go run ./tools/tongban --dir %s status", c.folder(yejian))
	c.line("    go run ./tools/tongban --dir %s case list --box all", c.folder(wujiang))
}

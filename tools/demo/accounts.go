package demo

import (
	"context"
	"fmt"
	"net/http"
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
		if err := c.at(center).Do(ctx, http.MethodPost, "/v1/accounts", nil, api.Managing[api.AccountForm]{Staff: builder, Form: form}, &made); err != nil {
			return err
		}
		if _, err := c.at(center).FirstDay(ctx, one.login, made.Initial, samplePassword); err != nil {
			return fmt.Errorf("%s: %w", center, err)
		}
	}
	return nil
}

// Door is where the people of a center sign in.
type Door struct {
	Center   area.Center
	Name     string
	Address  string   // http://host:port
	Logins   []string // of the sample accounts
	Password string   // of all of them
}

func (c *city) doors() []Door {
	var all []Door
	for _, center := range everyone {
		d := Door{Center: center, Name: c.name(center), Address: c.at(center).Base(), Password: samplePassword}
		for _, one := range samples(center) {
			d.Logins = append(d.Logins, one.login)
		}
		all = append(all, d)
	}
	return all
}

// invite says how to look at the city while it runs.
func (c *city) invite() {
	c.line("\n城市在运行，按 Ctrl+C 停止。 The city runs on; Ctrl+C stops it.")
	c.line("在浏览器中打开 Open in a browser（密码 password：%s）:", samplePassword)
	for _, d := range c.doors() {
		c.line("  %s  %s  %s", pad(d.Name, 26), d.Address, strings.Join(d.Logins, ", "))
	}
	c.line("  window 窗口收件、出件 · review 审批 · head 主任、目录、系统管理 · village 一人多岗")
	c.line("\n  命令行看同一座城 the same city from the command line:")
	c.line("    go run ./tools/tongban --dir %s status", c.folder(yejian))
	c.line("    go run ./tools/tongban --dir %s case list --box all", c.folder(wujiang))
}

package onboard

import (
	"context"
	"fmt"
	"slices"

	"tongban/node/account"
)

// accounts plans accounts of the screens. One that stands already as the table
// says is left alone; its password is not given again.
func (o *Onboard) accounts(_ context.Context, staff string, t *table) (*work, error) {
	w := &work{head: []string{"账号", "工号", "姓名", "初始密码"}}
	all := make([]account.Account, len(t.records))
	seen, more := map[string]int{}, len(o.cfg.Accounts.List())
	for i, r := range t.records {
		acc, sound := o.account(t, w, r)
		one := Row{Row: r.row, Name: acc.Login, Text: acc.Name, Does: Adds}
		stands, known := o.cfg.Accounts.Get(acc.Login)
		first, twice := seen[acc.Login]
		switch {
		case !sound:
		case twice:
			t.fault(r, "login", "twice", fmt.Sprintf("与第 %d 行重复；请删去一行", first), fmt.Sprintf("the same as in row %d; delete one", first))
		case known && alike(stands, acc):
			one.Does = Same
		case known:
			t.fault(r, "login", "login_taken", "已有这个账号，而工号、姓名或职责不同；请换一个账号，或者在“账号”页修改原来的", "there is such an account, and its staff number, name or duties differ; choose another login, or edit that one")
		default:
			more++
		}
		seen[acc.Login], all[i] = r.row, acc
		w.rows = append(w.rows, one)
	}
	if more > account.MaxAccounts {
		t.tell(Problem{Code: "too_many", Message: fmt.Sprintf("一个中心最多 %d 个账号", account.MaxAccounts), English: fmt.Sprintf("a center has at most %d accounts", account.MaxAccounts)})
	}
	w.apply = func(ctx context.Context, out *outcome, each func(int)) error {
		for i := range out.rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			if out.rows[i].Does == Adds {
				initial, err := o.cfg.Accounts.Create(ctx, staff, all[i])
				if err != nil {
					out.wrong(i, o.refused(out.rows[i].Row, "", err))
				} else {
					out.done(i)
					out.lines = append(out.lines, []string{all[i].Login, all[i].Staff, all[i].Name, initial})
				}
			}
			each(i + 1)
		}
		return nil
	}
	return w, nil
}

// account is the account that a row asks for.
func (o *Onboard) account(t *table, w *work, r record) (acc account.Account, sound bool) {
	acc = account.Account{Login: r.get("login"), Staff: r.get("staff"), Name: r.get("name")}
	var unknown []string
	for _, word := range words(r.get("duties")) {
		one, err := account.ParseDuties([]string{word})
		if err != nil {
			unknown = append(unknown, clip(word))
			continue
		}
		acc.Duties = append(acc.Duties, one...)
	}
	if len(unknown) > 0 {
		t.fault(r, "duties", "no_duty", fmt.Sprintf("没有这样的职责：%q；请从模板说明里选", unknown), fmt.Sprintf("no such duty: %q; the duties are %s", unknown, account.All()))
		return acc, false
	}
	if r.get("login") == "" || r.get("staff") == "" || len(acc.Duties) == 0 { // told already
		return acc, false
	}
	proposed, err := o.cfg.Accounts.Proposed(acc)
	if err != nil {
		w.problems = append(w.problems, o.refused(r.row, "", err))
		return acc, false
	}
	return proposed, true
}

// alike reports whether an account stands as a table says.
func alike(stands, asked account.Account) bool {
	return stands.Staff == asked.Staff && stands.Name == asked.Name && slices.Equal(stands.Duties, asked.Duties)
}

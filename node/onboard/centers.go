package onboard

import (
	"context"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/node/enrol"
)

// maxCenterName bounds the name of a center, in characters, as its entry does.
const maxCenterName = 100

// centers plans the invitations of centers below this one. A ticket is written
// for each that has no node yet; who is sent the table again gets new ones.
func (o *Onboard) centers(_ context.Context, _ string, t *table) (*work, error) {
	t.unique("center")
	w := &work{head: []string{"中心编码", "名称", "邀请券", "有效至"}}
	lives := make([]time.Duration, len(t.records))
	for i, r := range t.records {
		lives[i] = o.center(t, r)
		one := Row{Row: r.row, Name: r.get("center"), Text: r.get("name"), Does: Adds}
		if o.cfg.Enrolled(area.Center(one.Name)) {
			one.Does = Same
		}
		w.rows = append(w.rows, one)
	}
	w.apply = func(ctx context.Context, out *outcome, each func(int)) error {
		for i, r := range out.rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			if r.Does == Adds {
				o.invite(i, lives[i], out)
			}
			each(i + 1)
		}
		return nil
	}
	return w, nil
}

// center checks a row, and says how long its ticket is good.
func (o *Onboard) center(t *table, r record) time.Duration {
	code := r.get("center")
	c, err := area.ParseCenter(code)
	switch {
	case code == "": // told already
	case err != nil:
		t.fault(r, "center", "bad_center", "不是中心编码；应为 12 位区划代码，或在后面加 - 和编号", "no code of a center; want 12 digits, or those with - and a site")
	case !o.cfg.Self().Over(c):
		t.fault(r, "center", "not_below", "这个中心不在本中心之下；请由它上级的中心邀请", "the center does not lie below this one; a center above it invites it")
	}
	if utf8.RuneCountInString(r.get("name")) > maxCenterName {
		t.fault(r, "name", "too_long", fmt.Sprintf("名称最多 %d 字；请改短", maxCenterName), fmt.Sprintf("a name has at most %d characters", maxCenterName))
	}
	hours := 24.0
	if text := r.get("hours"); text != "" {
		if hours, err = strconv.ParseFloat(text, 64); err != nil || !(hours >= 1 && hours <= 720) {
			t.fault(r, "hours", "bad_hours", "有效小时应为 1 至 720 的数；不填为 24", "want a number of hours from 1 to 720")
		}
	}
	return time.Duration(hours * float64(time.Hour))
}

func (o *Onboard) invite(i int, life time.Duration, out *outcome) {
	r := out.rows[i]
	ticket, err := o.cfg.Invite(area.Center(r.Name), life, false)
	if err != nil {
		out.wrong(i, o.refused(r.Row, "", err))
		return
	}
	out.done(i)
	out.lines = append(out.lines, secret(r, ticket))
}

func secret(r Row, t enrol.Ticket) []string {
	return []string{r.Name, r.Text, t.Encode(), t.Deadline().In(china).Format("2006-01-02 15:04")}
}

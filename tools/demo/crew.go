package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/workday"
	"tongban/intake/hall/roster"
	"tongban/node/api"
	"tongban/node/onboard"
)

// builder signs what is there before anybody of a center is.
const builder = "系统建设"

// post is a member of staff: who, at which post and window.
type post struct{ name, post, window string }

// crew is the roster of a center. It has everybody who acts in the demo: from
// its first entry on nobody else may.
func crew(center area.Center) []post {
	switch center.Level() {
	case area.District:
		return []post{
			{"演示窗口", "综合岗", "1"}, {"演示审批", "审批岗", ""}, {"演示主任", "中心负责人", ""}, {staff(center).Staff, "审批岗", ""},
			{"虚构小陈", "综合岗", "2"}, {"虚构小林", "出件岗", "3"}, {"虚构小何", "不动产岗", "4"},
		}
	case area.Town:
		return []post{
			{"演示窗口", "综合岗", "1"}, {"演示审批", "审批岗", ""}, {"演示主任", "中心负责人", ""}, {staff(center).Staff, "综合岗", "2"},
			{away, "出件岗", "3"}, {"虚构小吴", "公安岗", "4"},
		}
	}
	return []post{{"演示代办员", "代办岗", "1"}, {staff(center).Staff, "代办岗", ""}}
}

// away is who is not at a town's window 3 today.
const away = "虚构小周"

// windowsOf are the windows of a center, by types of the area's rule.
func windowsOf(center area.Center) []roster.Window {
	switch center.Level() {
	case area.District:
		return []roster.Window{
			{Number: "1", Name: "综合窗口", Types: []string{"综合"}}, {Number: "2", Name: "市场准入", Types: []string{"市场准入", "综合"}},
			{Number: "3", Name: "出件窗口", Types: []string{"出件窗口"}}, {Number: "4", Name: "不动产", Types: []string{"不动产"}},
		}
	case area.Town:
		return []roster.Window{
			{Number: "1", Name: "综合窗口", Types: []string{"综合"}}, {Number: "2", Name: "综合窗口", Types: []string{"综合"}},
			{Number: "3", Name: "出件窗口", Types: []string{"出件窗口"}}, {Number: "4", Name: "公安窗口", Types: []string{"公安"}},
		}
	}
	return []roster.Window{{Number: "1", Name: "综合窗口", Types: []string{"综合"}}}
}

// employ brings a center's staff and windows along, as on its first day. The
// telephones are no numbers that anybody has.
func (c *city) employ(ctx context.Context, center area.Center) error {
	var people, windows [][]string
	for i, p := range crew(center) {
		people = append(people, []string{fmt.Sprintf("%s-%03d", center, i+1), p.name, p.post, "0512-00000000", p.window})
	}
	for _, w := range windowsOf(center) {
		windows = append(windows, []string{w.Number, w.Name, strings.Join(w.Types, "、")})
	}
	_, err := c.bring(ctx, center, builder, onboard.Staff, []string{"number", "name", "post", "phone", "window"}, people)
	if err == nil {
		_, err = c.bring(ctx, center, builder, onboard.Windows, []string{"number", "name", "types"}, windows)
	}
	return err
}

// covered says who is away today, and who stands in.
func (c *city) covered(ctx context.Context, town area.Center) error {
	today := workday.DateOf(now())
	return c.do(ctx, town, "/v1/hall/covers", head, roster.Cover{A: away, B: staff(town).Staff, From: today, To: today}, nil)
}

// head is who heads a center.
const head = "演示主任"

// do asks a center's hall for a change.
func (c *city) do(ctx context.Context, center area.Center, path, staff string, form, into any) error {
	body := map[string]any{"staff": staff, "form": form}
	if err := c.at(center).Do(ctx, http.MethodPost, path, nil, body, into); err != nil {
		return fmt.Errorf("%s: %s: %w", center, path, err)
	}
	return nil
}

// bring has a table taken in at a center: checked, applied, and its list of
// passwords fetched, as its clerk would.
func (c *city) bring(ctx context.Context, center area.Center, staff string, kind onboard.Kind, heads []string, rows [][]string) (t onboard.Import, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("bring %s along to %s: %w", kind, center, err)
		}
	}()
	file, err := onboard.Text(heads, rows)
	if err != nil {
		return t, err
	}
	n := c.at(center)
	if err := n.Do(ctx, http.MethodPost, "/v1/onboard/"+string(kind)+"/check", nil, api.TableForm{Staff: staff, File: file}, &t); err != nil {
		return t, err
	}
	if !t.Sound() {
		return t, told(t)
	}
	at := "/v1/onboard/imports/" + t.ID
	if err := n.Do(ctx, http.MethodPost, at+"/apply", nil, nil, &t); err != nil {
		return t, err
	}
	waited := wait(ctx, "a table at "+string(center), func() bool {
		err = n.Do(ctx, http.MethodGet, at, nil, nil, &t)
		return err != nil || t.Over()
	})
	if err = errors.Join(err, waited); err != nil {
		return t, err
	}
	if t.State != onboard.Done || !t.Sound() {
		return t, told(t)
	}
	if t.Secrets > 0 {
		err = n.Do(ctx, http.MethodPost, at+"/list", nil, nil, nil)
	}
	return t, err
}

// told is what is wrong with a table.
func told(t onboard.Import) error {
	var all []error
	for _, p := range t.Problems {
		all = append(all, fmt.Errorf("row %d: %s: %s", p.Row, p.Code, p.English))
	}
	return fmt.Errorf("the table is %s: %w", t.State, errors.Join(all...))
}

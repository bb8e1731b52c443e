package casework

import (
	"context"
	"fmt"
	"html/template"
	"strconv"
	"time"

	"tongban/intake/casefile"
	"tongban/node/workbench"
)

// heartbeat is how often an open stream says that it lives, and looks whether
// whoever opened it still sits there.
const heartbeat = 20 * time.Second

// live tells a page that stands of what changed. A list hears that something
// did, and asks for the rest; the page of a case is told who did what.
func (r *room) live(c *workbench.Call) error {
	only := casefile.ID(c.URL.Query().Get("case"))
	seen, _ := strconv.ParseUint(c.URL.Query().Get("seen"), 10, 64)
	back := with("/work/cases/"+string(only), listOf(c.URL.Query().Get("in")))
	ids, stop := r.Cabinet.Watch(256)
	defer stop()
	return c.Stream(heartbeat, func(ctx context.Context, say func(event, data string) error) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case id, ok := <-ids:
				if !ok {
					return nil // fell behind: the browser opens it again
				}
				if id == "" || only != "" && id != only {
					continue
				}
				text := string(id)
				if only != "" {
					text = r.told(c, id, seen, back)
				}
				if err := say("changed", text); err != nil {
					return err
				}
			}
		}
	})
}

// told is the link that the page of a case shows when something was done while
// it stood.
func (r *room) told(c *workbench.Call, id casefile.ID, seen uint64, back string) string {
	text := c.Page.Say("just_changed")
	if events, err := r.since(c.Page, id, seen+1); err == nil && len(events) > 0 {
		e := events[len(events)-1]
		text = fmt.Sprintf(c.Page.Pick("%s刚刚办了“%s”，点击查看", "%s has just done: %s. Show it"), e.Staff+c.Page.Pick(" ", ""), e.Text)
	}
	return `<a href="` + template.HTMLEscapeString(back) + `">` + template.HTMLEscapeString(text) + `</a>`
}

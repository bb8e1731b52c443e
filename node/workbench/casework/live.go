package casework

import (
	"context"
	"fmt"
	"time"

	"tongban/intake/casefile"
	"tongban/node/workbench"
)

// heartbeat is how often an open stream says that it lives, and looks whether
// whoever opened it still sits there.
const heartbeat = 20 * time.Second

// live tells a page that stands of what changed: of the case that the address
// names, or how many cases changed since a list was shown. It says no more than
// that something did; the page asks for the rest.
func (r *room) live(c *workbench.Call) error {
	only := casefile.ID(c.URL.Query().Get("case"))
	ids, stop := r.Cabinet.Watch(256)
	defer stop()
	return c.Stream(heartbeat, func(ctx context.Context, say func(event, data string) error) error {
		changed := map[casefile.ID]bool{}
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
				changed[id] = true
				text := c.Page.Pick("这个办件刚刚有变化，点击刷新", "This case has just changed: reload")
				if only == "" {
					text = fmt.Sprintf(c.Page.Pick("%d 个办件有变化，点击刷新", "%d cases changed: reload"), len(changed))
				}
				link := `<a href="">` + text + `</a>`
				if err := say("changed", link); err != nil {
					return err
				}
			}
		}
	})
}

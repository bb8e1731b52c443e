package demo

import (
	"fmt"
	"strings"
	"time"

	"tongban/catalog/area"
)

// tell prints what a center did: when, who, in Chinese, then in English.
func (c *city) tell(center area.Center, chinese, english string, args ...any) {
	c.line("  %s  %s  %s  · %s", time.Now().Format("15:04:05.000"), pad(c.short(center), 8), fmt.Sprintf(chinese, args...), english)
}

func (c *city) heading(chinese, english string) {
	c.line("")
	c.line("━━ %s · %s", chinese, english)
}

// pad aligns Chinese names, whose characters are two columns wide.
func pad(s string, width int) string {
	n := 0
	for _, r := range s {
		if n++; r > 0x2e80 {
			n++
		}
	}
	return s + strings.Repeat(" ", max(0, width-n))
}

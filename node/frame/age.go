package frame

import (
	"strconv"
	"time"
)

// Age is a span of time as people say it, in its two largest units.
func (p *Page) Age(d time.Duration) string {
	say := func(n time.Duration, zh, en string) string {
		return strconv.FormatInt(int64(n), 10) + p.Pick(zh, en)
	}
	const day = 24 * time.Hour
	switch d = max(d, 0); {
	case d >= day:
		return say(d/day, " 天 ", " d ") + say(d%day/time.Hour, " 小时", " h")
	case d >= time.Hour:
		return say(d/time.Hour, " 小时 ", " h ") + say(d%time.Hour/time.Minute, " 分钟", " min")
	case d >= time.Minute:
		return say(d/time.Minute, " 分钟", " min")
	}
	return p.Pick("不到 1 分钟", "less than a minute")
}

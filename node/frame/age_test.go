package frame

import (
	"testing"
	"time"

	"tongban/catalog/guide"
)

func TestAge(t *testing.T) {
	for _, c := range []struct {
		d      time.Duration
		zh, en string
	}{
		{-time.Hour, "不到 1 分钟", "less than a minute"}, // a clock that was set back
		{59 * time.Second, "不到 1 分钟", "less than a minute"},
		{time.Minute, "1 分钟", "1 min"},
		{59*time.Minute + 59*time.Second, "59 分钟", "59 min"},
		{time.Hour, "1 小时 0 分钟", "1 h 0 min"},
		{23*time.Hour + 59*time.Minute, "23 小时 59 分钟", "23 h 59 min"},
		{24 * time.Hour, "1 天 0 小时", "1 d 0 h"},
		{49*time.Hour + 30*time.Minute, "2 天 1 小时", "2 d 1 h"},
	} {
		for lang, want := range map[guide.Lang]string{guide.Chinese: c.zh, guide.English: c.en} {
			if got := (&Page{Lang: lang}).Age(c.d); got != want {
				t.Errorf("%s: %q, want %q", c.d, got, want)
			}
		}
	}
}

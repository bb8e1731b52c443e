package supervise

import (
	"fmt"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Sign is the last sign of life of a center.
type Sign struct {
	Center area.Center
	Last   int64 // Unix milliseconds; 0: none is known, and nothing is said of the center
}

// Silent are the centers that have given no sign of life for longer than some
// time. How long that is whoever asks says: no rule sets it.
func Silent(signs []Sign, longer time.Duration, now time.Time) []Entry {
	var all []Entry
	for _, s := range signs {
		since := time.UnixMilli(s.Last).Add(longer)
		if s.Last == 0 || longer <= 0 || !now.After(since) {
			continue
		}
		day := workday.DateOf(time.UnixMilli(s.Last))
		all = append(all, Entry{
			Number: numbered(string(s.Center), string(SilentCenter), string(day)), Rule: string(SilentCenter), Kind: SilentCenter,
			Lamp: clock.Red, Since: since.UnixMilli(), Center: s.Center, Report: s.Center.Parent(),
			Result: fmt.Sprintf("自 %s 起没有收到该中心的任何消息", time.UnixMilli(s.Last).In(workday.China).Format("2006-01-02 15:04")),
		})
	}
	return all
}

// Spoke is what a log shows of its last author: who it was, and when. ok is
// false where the state does not tell.
func Spoke(s *casefile.State) (c area.Center, at int64, ok bool) {
	if s.Head.Index == 0 || s.Last == casefile.TurnedBack { // who turned it back is not its holder
		return "", 0, false
	}
	return s.Holder.Center, s.Time, true
}

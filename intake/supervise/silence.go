package supervise

import (
	"fmt"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Sign is the last sign of life of a center.
type Sign struct {
	Center area.Center
	Last   int64 // Unix milliseconds; 0: none is known, and nothing is said of the center
}

// Silent are the centers that have given no sign of life for longer than the
// rule of their area allows (中心失联时限, silent_days). longer is what whoever asks
// says instead, of all of them; 0: the rule. Where neither says anything, no
// center is silent.
func Silent(signs []Sign, rules rule.Set, longer time.Duration, cal clock.Calendar, now time.Time) []Entry {
	var all []Entry
	for _, s := range signs {
		if s.Last == 0 {
			continue
		}
		last := time.UnixMilli(s.Last)
		e := Entry{Kind: SilentCenter, Rule: string(SilentCenter), Lamp: clock.Red, Center: s.Center, Report: s.Center.Parent(), Since: last.Add(longer).UnixMilli(),
			Result: fmt.Sprintf("自 %s 起没有收到该中心的任何消息", last.In(workday.China).Format("2006-01-02 15:04"))}
		if longer <= 0 {
			day, set := clock.Quiet(rules, s.Center, s.Last, cal, now)
			if !set {
				continue
			}
			e.Rule, e.Due, e.Since = string(rule.SilentDays), day, day.Add(1).Start().UnixMilli()
		}
		if now.UnixMilli() > e.Since {
			e.Number = numbered(string(s.Center), e.Rule, string(workday.DateOf(last)))
			all = append(all, e)
		}
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

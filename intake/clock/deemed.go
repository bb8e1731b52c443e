package clock

import (
	"time"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// EarlierStage is why a part of a bundle is not accepted yet: the cases of the
// stages before it come first, as the applicant was told when all were opened.
const EarlierStage casefile.Ground = "earlier_stage"

// WaitsForStage reports whether the papers of a case were laid for a time that
// had not come: no day of notice runs against the counter meanwhile, nor one
// for a supplement against the applicant. Whether the cases before it are
// concluded by now lies in other logs.
func WaitsForStage(s *casefile.State) bool { return s.Bundle != nil && len(s.Bundle.After) > 0 }

// DeemedAccepted reports whether a case counts as accepted because everything
// missing was not told in time (视为受理; of permits 行政许可法 32): then the day of
// receipt is the day of acceptance. It is a function of the log and the
// moment given, so every node that holds the log finds the same.
func DeemedAccepted(s casefile.State, cal Calendar, l Limits, now time.Time) (on workday.Date, ok bool) {
	if !l.NoticeDeemed || l.NoticeDays <= 0 && !l.NoticeAtOnce || s.ReceivedAt == 0 || s.AcceptedOn != "" {
		return "", false
	}
	if s.Phase != casefile.PhaseOpened && s.Phase != casefile.PhaseNoticed || WaitsForStage(&s) {
		return "", false
	}
	from := DayOf(s.ReceivedAt)
	told := now.UnixMilli()
	if s.NoticedAt != 0 {
		told = s.NoticedAt
	}
	due, _ := span{from: from, days: l.NoticeDays, unit: item.WorkingDays}.due(cal)
	return from, l.Over(due, told)
}

// DeemedWithdrawn reports whether a case counts as withdrawn because what is
// missing was not brought in time (视为撤回), and the day until which it could
// be brought. It ends nothing: somebody at a counter says so, or goes on
// waiting. A case that counts as accepted waits for nothing.
func DeemedWithdrawn(s casefile.State, cal Calendar, l Limits, now time.Time) (due workday.Date, ok bool) {
	if !l.SupplementEnds || !brings(&s, l) {
		return "", false
	}
	if _, accepted := DeemedAccepted(s, cal, l, now); accepted {
		return "", false
	}
	due, _ = bringing(&s, l).due(cal)
	return due, l.Over(due, now.UnixMilli())
}

// brings reports whether an applicant has until a certain day to bring what is
// missing.
func brings(s *casefile.State, l Limits) bool {
	return s.Phase == casefile.PhaseNoticed && s.NoticedAt != 0 && l.SupplementDays > 0 && !WaitsForStage(s)
}

func bringing(s *casefile.State, l Limits) span {
	return span{from: DayOf(s.NoticedAt), days: l.SupplementDays, unit: item.WorkingDays}
}

// DeemedRenewed reports whether what was issued counts as prolonged because
// nothing was decided on the application by its last day (逾期未作决定的，视为准予延续;
// of permits 行政许可法 50), and that day. Only an application that was accepted, or counts as
// accepted, by then has that effect; one that ended before has not. Whether it
// was decided in time before it was reopened lies in no fold: such a case never
// counts.
func DeemedRenewed(s casefile.State, cal Calendar, l Limits, now time.Time) (on workday.Date, ok bool) {
	last, ok := renews(&s)
	if !ok || !l.RenewalDeemed || DayOf(now.UnixMilli()) <= last {
		return "", false
	}
	for _, done := range []int64{s.DecidedAt, s.EndedAt} {
		if done != 0 && DayOf(done) <= last {
			return "", false
		}
	}
	if s.AcceptedOn != "" {
		return last, workday.Date(s.AcceptedOn) <= last
	}
	_, accepted := DeemedAccepted(s, cal, l, last.Add(1).Start())
	return last, accepted
}

// renews is the last day of the permit that an application wants prolonged.
func renews(s *casefile.State) (last workday.Date, ok bool) {
	if s.Filing.Renews == nil || len(s.SetAside) > 0 || first(s.ReceivedAt, s.OpenedAt) == 0 {
		return "", false
	}
	last = workday.Date(s.Filing.Renews.Expires)
	return last, last.Valid()
}

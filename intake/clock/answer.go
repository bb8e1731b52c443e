package clock

import (
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// Voices are the participants of a joint case that have a day, with whether they
// kept it: an opinion that came after it was late, one that has not come by now
// is silence. The day is the one that the lead named; where it named none, the
// rule's (opinion_days), counted from when that participant was called, however
// late that was. Without either it has none. Whoever was taken out owes nothing
// any more, nor does anybody once the case is decided or over.
func Voices(in Input) []Duty {
	r := reader{in: in}
	ended := first(r.ended(), in.State.DecidedAt)
	var all []Duty
	for _, v := range in.State.Voices {
		d, owes := r.voice(v)
		if v.Removed != "" || !owes {
			continue
		}
		if v.Said != nil && v.At != 0 {
			d.Done = DayOf(v.At)
			d.Late = in.Limits.Over(d.Due, v.At)
		} else {
			d = r.duty(d, "", ended)
		}
		all = append(all, d)
	}
	return all
}

func (r *reader) voice(v casefile.Voice) (d Duty, owes bool) {
	d = Duty{What: OpinionSaid, Of: v.Matter, Center: v.Center, Due: workday.Date(v.By)}
	if v.Asked != 0 {
		d.From = DayOf(v.Asked)
	}
	if d.Due.Valid() {
		return d, true
	}
	if v.Asked == 0 {
		return d, false
	}
	lead := v.Lead.Center
	if lead == "" {
		lead = r.in.State.Holder.Center
	}
	return r.within(d, rule.OpinionDays, lead.Area())
}

// within gives a duty the day that a rule sets, counted from when it was owed;
// ok is false where the rule is not set.
func (r *reader) within(d Duty, key rule.Key, in area.Code) (_ Duty, ok bool) {
	days := ruled(r.in.Rules, key, in, d.From, typeOf(r.in.Item)).Days()
	if days <= 0 {
		return d, false
	}
	return r.after(d, key, days), true
}

func (r *reader) after(d Duty, key rule.Key, days int) Duty {
	d.Rule = key
	d.Due, d.Provisional = span{from: d.From, days: days, unit: item.WorkingDays}.due(r.in.Calendar)
	return d
}

// Answers are what another center is to do now because the case, or papers of
// it, went there: answer an offer, scan a slip. How long each may take is a rule
// where it was sent, on the day it was. Where that is not set, it is held to
// what a whole sending up may take (上报时限, forward_days): no law says less.
func Answers(in Input) []Duty {
	r := reader{in: in}
	var all []Duty
	owed := func(d Duty, at int64, key rule.Key, from area.Center) {
		d.From = DayOf(at)
		d, set := r.within(d, key, from.Area())
		if !set && in.Limits.ForwardDays <= 0 {
			return
		} else if !set {
			d = r.after(d, rule.ForwardDays, in.Limits.ForwardDays)
		}
		all = append(all, r.duty(d, "", 0))
	}
	if o := in.State.Offer; o != nil {
		owed(Duty{What: OfferAnswered, Center: o.To.Center}, o.At, rule.OfferDays, o.From.Center)
	}
	for _, p := range in.State.Slips {
		if in.State.OnItsWay(p) {
			owed(Duty{What: SlipScanned, Of: p.Slip, Center: p.To}, p.At, rule.SlipDays, p.From)
		}
	}
	return all
}

// Quiet is the last day on which a center may give its first sign of life since
// a moment (Unix milliseconds), by the rule that its area goes by now
// (silent_days): nobody was told a day that a later rule could move. ok is false
// where none is set.
func Quiet(rules rule.Set, c area.Center, since int64, cal Calendar, now time.Time) (last workday.Date, ok bool) {
	days := ruled(rules, rule.SilentDays, c.Area(), DayOf(now.UnixMilli()), "").Days()
	last, _ = span{from: DayOf(since), days: days, unit: item.WorkingDays}.due(cal)
	return last, days > 0
}

package register

import (
	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
)

func (r RuleSetting) effect(t *turn) verdict {
	from, v := t.startsOn(r.Rule.From)
	switch {
	case !r.Area.Under(t.base.Realm.Area):
		return reject(NoAuthority, "%s lies outside the realm", r.Area)
	case !t.speaksFor(r.Area) || !t.publishes() && t.center.Level() > area.District:
		return reject(NoAuthority, "%s sets no rules for %s", t.who(), r.Area)
	case v != applied:
		return v
	}
	r.Rule.From = string(from) // a clock of the day before goes on by what held then
	store(t.machine, ruleRow(r.Area, r.Rule.Key, t.index), r)
	return applied
}

func (c CalendarSetting) effect(t *turn) verdict {
	if !t.publishes() {
		return reject(NoAuthority, "the calendar is set by %s", t.base.Realm.Publisher)
	}
	store(t.machine, calendarRow(c.Year.Year, t.index), c.Year)
	return applied
}

func (p Power) effect(t *turn) verdict {
	if !t.over(p.Center) || !t.root && (t.center.Site() != "" || t.center.Level() > p.Level) {
		return reject(NoAuthority, "%s has no power of %s level to give to %s", t.who(), p.Level, p.Center)
	}
	if _, v := t.enrolled(p.Center); v != applied {
		return v
	}
	ends := p.To != "" && workday.Date(p.To) <= t.today()
	if seen, _ := t.seen(p.Item, p.Center.Area(), Moment{Day: t.today()}); seen.Type == item.Permit && p.Center.Level() == area.Village && !ends {
		return reject(NoAuthority, "a village committee may not be entrusted with a permit (Administrative Licensing Law, article 24)")
	}
	store(t.machine, powerRow(p, t.index), powerState{p, t.index})
	return applied
}

func (s Seizure) effect(t *turn) verdict {
	if !t.over(s.Lost) || !t.root && t.center.Level() > area.District {
		return reject(NoAuthority, "%s does not stand above %s at district level", t.who(), s.Lost)
	}
	if _, known := load[centerState](t.machine, centerRow(s.Lost)); !known {
		return reject(Conflict, "%s was never enrolled", s.Lost)
	}
	grantee, v := t.enrolled(s.Grantee)
	if v != applied {
		return v
	}
	row, _ := load[seizureState](t.machine, seizureRow(s.Case))
	origin, _ := opener(s.Case)
	to := s.Grantee.Area()
	switch {
	case grantee.Center.Incarnation != s.Incarnation:
		return reject(Stale, "%s writes in incarnation %d", s.Grantee, grantee.Center.Incarnation)
	case s.Epoch != row.Epoch+1:
		return reject(Stale, "the last epoch granted for the case is %d", row.Epoch)
	case !origin.Area().Under(to) && !s.Lost.Area().Under(to) && !s.Subject.Under(to):
		return reject(NoAuthority, "%s is not on the line of the case's origin, subject or lost center", s.Grantee)
	}
	row.Epoch = s.Epoch
	row.Grants = append(row.Grants, SeizureGrant{Index: t.index, Seizure: s})
	store(t.machine, seizureRow(s.Case), row)
	t.fences = append(t.fences, Fence{Case: s.Case, Epoch: s.Epoch})
	return applied
}

// SeizureGrant is a seizure that was granted, and the record that says so.
type SeizureGrant struct {
	Index   Index   `cbor:"1,keyasint" json:"index"`
	Seizure Seizure `cbor:"2,keyasint" json:"seizure"`
}

package register

import (
	"tongban/catalog/area"
	"tongban/catalog/item"
)

// Summary is what a list shows of an item's current version in one area.
type Summary struct {
	Ref        item.Ref    `cbor:"1,keyasint" json:"ref"`
	Index      Index       `cbor:"2,keyasint" json:"index"` // the record that published it
	Time       int64       `cbor:"3,keyasint" json:"time"`  // the publisher's, Unix milliseconds
	By         area.Center `cbor:"4,keyasint" json:"by"`
	Name       string      `cbor:"5,keyasint" json:"name"`
	Alias      []string    `cbor:"6,keyasint,omitempty" json:"alias,omitempty"`
	Department string      `cbor:"7,keyasint" json:"department"`
	Type       item.Type   `cbor:"8,keyasint" json:"type"`
	Level      area.Level  `cbor:"9,keyasint" json:"level"` // the level that decides
	Kind       item.Kind   `cbor:"10,keyasint" json:"kind"`
	Withdrawn  Index       `cbor:"11,keyasint,omitempty" json:"withdrawn,omitempty"` // 0: it is offered
}

func (t *turn) touch(s Summary) {
	store(t.machine, itemRow(s.Ref.Code, s.Ref.Area), s)
	t.touched = append(t.touched, s)
}

// mayPublish checks the author's authority over an item in an area.
func (t *turn) mayPublish(c item.Code, a area.Code) verdict {
	switch {
	case !a.Under(t.base.Realm.Area):
		return reject(NoAuthority, "%s lies outside the realm", a)
	case !t.speaksFor(a):
		return reject(NoAuthority, "%s does not publish for %s", t.who(), a)
	case t.publishes() || t.center.Level() <= area.District:
		return applied
	}
	for _, up := range a.Up()[1:] {
		if s, ok := load[Summary](t.machine, itemRow(c, up)); ok && s.Withdrawn == 0 {
			return reject(NoAuthority, "%s publishes this item for all below it", up)
		}
	}
	return applied
}

func (p Publication) effect(t *turn) verdict {
	ref := p.Item.Ref
	if v := t.mayPublish(ref.Code, ref.Area); v != applied {
		return v
	}
	old, _ := load[Summary](t.machine, itemRow(ref.Code, ref.Area))
	if old.Ref.Version != p.Base {
		return reject(Stale, "the current version is %d, it was written against %d", old.Ref.Version, p.Base)
	}
	t.touch(Summary{
		Ref: ref, Index: t.index, Time: t.cmd.Time, By: t.center,
		Name: p.Item.Name, Alias: p.Item.Alias, Department: p.Item.Department,
		Type: p.Item.Type, Level: p.Item.Level, Kind: p.Item.Kind,
	})
	store(t.machine, versionRow(ref), versionState{Index: t.index})
	return applied
}

func (w Withdrawal) effect(t *turn) verdict {
	if v := t.mayPublish(w.Ref.Code, w.Ref.Area); v != applied {
		return v
	}
	s, ok := load[Summary](t.machine, itemRow(w.Ref.Code, w.Ref.Area))
	switch {
	case !ok:
		return reject(Conflict, "%s has no such item of its own", w.Ref.Area)
	case s.Ref.Version != w.Ref.Version:
		return reject(Stale, "the current version is %d", s.Ref.Version)
	case s.Withdrawn != 0:
		return reject(Conflict, "it was withdrawn by record %d", s.Withdrawn)
	}
	s.Withdrawn = t.index
	t.touch(s)
	version, _ := load[versionState](t.machine, versionRow(w.Ref))
	version.Withdrawn, version.Reason = t.index, w.Reason
	store(t.machine, versionRow(w.Ref), version)
	return applied
}

func (r RuleSetting) effect(t *turn) verdict {
	switch {
	case !r.Area.Under(t.base.Realm.Area):
		return reject(NoAuthority, "%s lies outside the realm", r.Area)
	case !t.speaksFor(r.Area) || !t.publishes() && t.center.Level() > area.District:
		return reject(NoAuthority, "%s sets no rules for %s", t.who(), r.Area)
	}
	store(t.machine, ruleRow(r.Area, r.Rule.Key, t.index), r)
	return applied
}

func (c CalendarSetting) effect(t *turn) verdict {
	if !t.publishes() {
		return reject(NoAuthority, "the calendar is set by %s", t.base.Realm.Publisher)
	}
	store(t.machine, calendarRow(c.Year.Year), c.Year)
	return applied
}

func (p Power) effect(t *turn) verdict {
	if !t.over(p.Center) || !t.root && (t.center.Site() != "" || t.center.Level() > p.Level) {
		return reject(NoAuthority, "%s has no power of %s level to give to %s", t.who(), p.Level, p.Center)
	}
	if _, v := t.enrolled(p.Center); v != applied {
		return v
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

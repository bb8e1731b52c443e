package register

import (
	"iter"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
)

// Summary is what a list shows of a published version.
type Summary struct {
	Ref        item.Ref     `cbor:"1,keyasint" json:"ref"`
	Index      Index        `cbor:"2,keyasint" json:"index"` // the record that published it
	Time       int64        `cbor:"3,keyasint" json:"time"`  // of that record, Unix milliseconds
	By         area.Center  `cbor:"4,keyasint" json:"by"`    // who published it; "" for the root key
	Name       string       `cbor:"5,keyasint" json:"name"`
	Alias      []string     `cbor:"6,keyasint,omitempty" json:"alias,omitempty"`
	Department string       `cbor:"7,keyasint" json:"department"`
	Type       item.Type    `cbor:"8,keyasint" json:"type"`
	Level      area.Level   `cbor:"9,keyasint" json:"level"` // the level that decides
	Kind       item.Kind    `cbor:"10,keyasint" json:"kind"`
	Bundle     item.Bundle  `cbor:"11,keyasint,omitempty" json:"bundle,omitempty"`
	Local      bool         `cbor:"12,keyasint,omitempty" json:"local,omitempty"`
	Effective  workday.Date `cbor:"13,keyasint" json:"effective"`                     // the first day on which it counts
	Withdrawn  Index        `cbor:"14,keyasint,omitempty" json:"withdrawn,omitempty"` // the record that withdrew it; 0: none did
	Until      workday.Date `cbor:"15,keyasint,omitempty" json:"until,omitempty"`     // the first day without it, where it was withdrawn
}

// summary is what a list shows of an item that this turn drafts.
func (t *turn) summary(it *item.Item) Summary {
	return Summary{
		Ref: it.Ref, Index: t.index, Time: t.time, By: t.center,
		Name: it.Name, Alias: it.Alias, Department: it.Department, Type: it.Type,
		Level: it.Level, Kind: it.Kind, Bundle: it.Bundle, Local: it.Local,
	}
}

// keep writes a version that was published or withdrawn.
func (t *turn) keep(v versionState) {
	store(t.machine, versionRow(v.Summary.Ref), v)
	t.touched = append(t.touched, v.Summary)
}

// upcoming yields the versions of an item in one area that count on a day or
// at any time after it, as far as is known by now: the newest first, and last
// the one that is in effect on the day.
func (m *machine) upcoming(c item.Code, a area.Code, day workday.Date) iter.Seq[Summary] {
	return func(yield func(Summary) bool) {
		line, _ := load[lineState](m, itemRow(c, a))
		for n := line.Last; n > 0 && m.err == nil; n-- {
			v, _ := load[versionState](m, versionRow(item.Ref{Code: c, Area: a, Version: n}))
			s := v.Summary
			if s.calledOff() {
				continue
			}
			if !s.ended(day) && !yield(s) || s.Effective <= day {
				return
			}
		}
	}
}

// publishesIn checks whether an area's items are the author's to publish.
func (t *turn) publishesIn(a area.Code) verdict {
	switch {
	case !a.Under(t.base.Realm.Area):
		return reject(NoAuthority, "%s lies outside the realm", a)
	case !t.speaksFor(a):
		return reject(NoAuthority, "%s does not publish for %s", t.who(), a)
	}
	return applied
}

// standsAlone checks that what is to be published below district level, from a
// day on, is local: neither the item nor its name is one of an area above.
func (t *turn) standsAlone(s *Summary, from workday.Date) verdict {
	if s.Ref.Area.Level() <= area.District {
		return applied
	}
	if !s.Local {
		return reject(Malformed, "local: what a town or a village publishes is its own; what is standardized is published from district level up")
	}
	for _, up := range s.Ref.Area.Up()[1:] {
		for range t.upcoming(s.Ref.Code, up, from) {
			if t.publishes() {
				return reject(Conflict, "%s offers this item: nobody would see that of %s", up, s.Ref.Area)
			}
			return reject(NoAuthority, "%s publishes this item for all below it", up)
		}
		if c, taken := t.named(up, s.Name, from); taken {
			return reject(Conflict, "%s offers %s under this name", up, c)
		}
	}
	return applied
}

// named finds an item that an area offers under a name on a day or later.
func (m *machine) named(a area.Code, name string, day workday.Date) (item.Code, bool) {
	name = bare(name)
	next, _ := load[nameState](m, nameRow(a, name, ""))
	for next.Code != "" && m.err == nil {
		for s := range m.upcoming(next.Code, a, day) {
			if bare(s.Name) == name {
				return next.Code, true
			}
		}
		next, _ = load[nameState](m, nameRow(a, name, next.Code))
	}
	return "", false
}

// name remembers under which name an item is published in an area.
func (m *machine) name(r item.Ref, name string) {
	name = bare(name)
	if _, known := load[nameState](m, nameRow(r.Area, name, r.Code)); known {
		return
	}
	last, _ := load[nameState](m, nameRow(r.Area, name, ""))
	store(m, nameRow(r.Area, name, r.Code), last)
	store(m, nameRow(r.Area, name, ""), nameState{r.Code})
}

func (p Publication) effect(t *turn) verdict {
	d, v := t.draft(p.Draft)
	if v != applied {
		return v
	}
	s := d.Item
	if v := t.publishesIn(s.Ref.Area); v != applied {
		return v
	}
	line, _ := load[lineState](t.machine, itemRow(s.Ref.Code, s.Ref.Area))
	from, v := t.startsOn(p.Effective)
	switch {
	case p.Content != d.Content:
		return reject(Conflict, "record %d drafts another content than the one that was approved", p.Draft)
	case d.writtenBy(t.editor()):
		return reject(NoAuthority, "four eyes: %s wrote text of this draft and may not approve it", t.editor())
	case d.Lacks != "":
		return reject(Malformed, "%s", d.Lacks)
	case line.Last != d.Base:
		return reject(Stale, "the current version is %d, it was written against %d", line.Last, d.Base)
	case v != applied:
		return v
	case d.Erratum && from != t.today():
		return reject(Conflict, "an erratum takes effect on the day of its publication")
	}
	var corrects item.Version
	if d.Erratum {
		if corrects, v = t.inForce(s.Ref); v != applied {
			return v
		}
	}
	if v := t.standsAlone(&s, from); v != applied {
		return v
	}
	s.Index, s.Time, s.By, s.Effective = t.index, t.time, t.center, from
	store(t.machine, itemRow(s.Ref.Code, s.Ref.Area), lineState{s.Ref.Version})
	t.name(s.Ref, s.Name)
	t.keep(versionState{Summary: s, Draft: p.Draft, Corrects: corrects})
	d.end(t, p.Draft, PublishedDraft, "")
	return applied
}

// inForce is the version that an erratum corrects: the newest one, in effect
// today. One that was called off before it took effect does not count.
func (t *turn) inForce(r item.Ref) (item.Version, verdict) {
	for s := range t.upcoming(r.Code, r.Area, t.today()) {
		if s.Effective > t.today() {
			return 0, reject(Conflict, "version %d takes effect on %s: withdraw it, or correct it", s.Ref.Version, s.Effective)
		}
		return s.Ref.Version, applied
	}
	return 0, reject(Conflict, "an erratum corrects a version in effect, and %s has none", r.Area)
}

func (w Withdrawal) effect(t *turn) verdict {
	if v := t.publishesIn(w.Ref.Area); v != applied {
		return v
	}
	line, ok := load[lineState](t.machine, itemRow(w.Ref.Code, w.Ref.Area))
	v, known := load[versionState](t.machine, versionRow(w.Ref))
	from, wrong := t.startsOn(w.From)
	switch {
	case !ok:
		return reject(Conflict, "%s has no such item of its own", w.Ref.Area)
	case !known:
		return reject(Stale, "the current version is %d", line.Last)
	case v.Summary.Withdrawn != 0:
		return reject(Conflict, "it was withdrawn by record %d", v.Summary.Withdrawn)
	case wrong != applied:
		return wrong
	}
	for n := line.Last; n > w.Ref.Version && t.err == nil; n-- {
		later, _ := load[versionState](t.machine, versionRow(item.Ref{Code: w.Ref.Code, Area: w.Ref.Area, Version: n}))
		if s := later.Summary; !s.calledOff() && s.Effective <= max(from, v.Summary.Effective) {
			return reject(Stale, "version %d takes its place on %s", n, s.Effective)
		}
	}
	v.Summary.Withdrawn, v.Summary.Until, v.Reason = t.index, from, w.Reason
	t.keep(v)
	return applied
}

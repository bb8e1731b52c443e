package register

import (
	"cmp"
	"fmt"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/wire"
)

// Kind is SetSupplement.
func (LocalPart) Kind() Kind { return SetSupplement }

func (l LocalPart) flaw() string {
	s := l.Supplement
	return cmp.Or(center("center", l.Center), itemCode("item", l.Item),
		text("place", s.Place, 0, maxText), text("window", s.Window, 0, maxText),
		text("hours", s.Hours, 0, maxText), text("telephone", s.Telephone, 0, maxText),
		text("complaint", s.Complaint, 0, maxText), text("on_duty", s.OnDuty, 0, maxText),
		text("directions", s.Directions, 0, maxText), text("note", s.Note, 0, maxNote))
}

func (l LocalPart) effect(t *turn) verdict {
	if t.center != l.Center && !t.over(l.Center) {
		return reject(NoAuthority, "%s does not speak for the counter of %s", t.who(), l.Center)
	}
	if _, v := t.enrolled(l.Center); v != applied {
		return v
	}
	store(t.machine, localRow(l.Center, l.Item, t.index), localState{t.index, l.Supplement})
	return applied
}

// localState is a center's supplement as one record set it. Earlier ones stay:
// what a counter said on a past day can be asked for.
type localState struct {
	Index      Index           `cbor:"1,keyasint"`
	Supplement item.Supplement `cbor:"2,keyasint"`
}

const localPrefix = "g/l/"

func localsOf(c area.Center) string { return localPrefix + string(c) + "/" }
func localHistory(c area.Center, code item.Code) string {
	return localsOf(c) + string(code) + "/"
}
func localRow(c area.Center, code item.Code, i Index) string { return localHistory(c, code) + be64(i) }

// Supplement is what a center says of an item at its own counter; false where
// it says nothing.
func (r *Register) Supplement(code item.Code, c area.Center, on Moment) (item.Supplement, bool) {
	var s item.Supplement
	var fault error
	err := r.scan(localHistory(c, code), "", func(_ string, value []byte) bool {
		var row localState
		if fault = wire.Decode(value, &row); fault == nil && on.reaches(row.Index) {
			s = row.Supplement
		}
		return fault == nil
	})
	r.note(err, fault)
	return s, !s.IsZero()
}

// reaches reports whether the record at an index counts at this moment.
func (m Moment) reaches(i Index) bool { return m.At == 0 || i <= m.At }

// includes reports whether what begins on a day has begun at this moment.
func (m Moment) includes(from workday.Date) bool { return m.Day == "" || from <= m.Day }

// Supplements lists the items of which a center says something at its own
// counter, by code.
func (r *Register) Supplements(c area.Center, on Moment) (map[item.Code]item.Supplement, error) {
	all := map[item.Code]item.Supplement{}
	prefix := localsOf(c)
	var fault error
	err := r.scan(prefix, "", func(key string, value []byte) bool {
		var row localState
		if fault = wire.Decode(value, &row); fault != nil {
			return false
		}
		if on.reaches(row.Index) {
			code := item.Code(key[len(prefix) : len(key)-9]) // before the slash and the index
			all[code] = row.Supplement
			if row.Supplement.IsZero() {
				delete(all, code)
			}
		}
		return true
	})
	if err := cmp.Or(err, fault); err != nil {
		return nil, fmt.Errorf("list the supplements of %s: %w", c, err)
	}
	return all, nil
}

package register

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/wire"
)

// How many items one command names, for good.
const (
	MaxListed  = 5000
	MaxClaimed = 1000
)

// Kind is SetList.
func (List) Kind() Kind { return SetList }

// Kind is ClaimItems.
func (Claim) Kind() Kind { return ClaimItems }

// itemCodes checks a list of codes: how many, their shape, none twice.
func itemCodes(list []item.Code, least, most int) string {
	if len(list) < least || len(list) > most {
		return fmt.Sprintf("%d items, want %d to %d", len(list), least, most)
	}
	seen := make(map[item.Code]bool, len(list))
	for _, c := range list {
		if wrong := itemCode("items", c); wrong != "" {
			return wrong
		}
		if seen[c] {
			return fmt.Sprintf("%s is listed twice", c)
		}
		seen[c] = true
	}
	return ""
}

func (l List) flaw() string {
	wrong := cmp.Or(code("area", l.Area), itemCodes(l.Items, 0, MaxListed), text("source", l.Source, 0, maxText))
	switch {
	case wrong != "":
		return wrong
	case l.Purpose != BasicList && l.Purpose != CityWideList && l.Purpose != FrequentList:
		return fmt.Sprintf("purpose %+.20q is none of basic, city_wide, frequent", string(l.Purpose))
	case l.Level < area.District || !l.Level.Valid():
		return fmt.Sprintf("level %d has no counters", uint8(l.Level))
	case l.From != "" && !workday.Date(l.From).Valid():
		return "from is no day"
	}
	return ""
}

func (l List) effect(t *turn) verdict {
	from, v := t.startsOn(l.From)
	switch {
	case v != applied:
		return v
	case !l.Area.Under(t.base.Realm.Area):
		return reject(NoAuthority, "%s lies outside the realm", l.Area)
	case !t.speaksFor(l.Area) || !t.publishes() && t.center.Level() > area.District:
		return reject(NoAuthority, "%s keeps no lists for %s", t.who(), l.Area)
	}
	l.From = string(from)
	store(t.machine, listRow(l.Area, l.Purpose, l.Level, t.index), listState{t.index, l})
	return applied
}

// startsOn reads the day from which a command wants to count: today unless it
// says so, and never a day that is over.
func (t *turn) startsOn(day string) (workday.Date, verdict) {
	switch {
	case day == "":
		return t.today(), applied
	case workday.Date(day) < t.today():
		return "", reject(Conflict, "%s is over: what was said on a past day stays as it was", day)
	}
	return workday.Date(day), applied
}

func (c Claim) flaw() string {
	wrong := cmp.Or(center("center", c.Center), itemCodes(c.Items, 1, MaxClaimed), text("reason", c.Reason, 0, maxText))
	if wrong == "" && c.Drop {
		wrong = text("reason", c.Reason, 1, maxText)
	}
	return wrong
}

func (c Claim) effect(t *turn) verdict {
	if t.center != c.Center && !t.over(c.Center) {
		return reject(NoAuthority, "%s does not speak for the counter of %s", t.who(), c.Center)
	}
	if _, v := t.enrolled(c.Center); v != applied {
		return v
	}
	for _, one := range c.Items {
		store(t.machine, claimRow(c.Center, one, t.index), claimState{t.index, t.today(), c.Drop})
	}
	return applied
}

type listState struct {
	Index Index `cbor:"1,keyasint"`
	List  List  `cbor:"2,keyasint"`
}

// claimState is one turn of a claim; the last one counts.
type claimState struct {
	Index Index        `cbor:"1,keyasint"`
	Day   workday.Date `cbor:"2,keyasint"`
	Drop  bool         `cbor:"3,keyasint"`
}

const (
	listPrefix  = "g/b/"
	claimPrefix = "g/cl/"
)

func listsOf(a area.Code) string { return listPrefix + string(a) + "/" }
func listHistory(a area.Code, p ListKind, l area.Level) string {
	return listsOf(a) + string(p) + "/" + string('0'+rune(l)) + "/"
}
func listRow(a area.Code, p ListKind, l area.Level, i Index) string {
	return listHistory(a, p, l) + be64(i)
}
func claimsOf(c area.Center) string { return claimPrefix + string(c) + "/" }
func claimRow(c area.Center, code item.Code, i Index) string {
	return claimsOf(c) + string(code) + "/" + be64(i)
}

// Listed is a list with the record that set it.
type Listed struct {
	List
	Index Index `json:"index"`
}

// Lists are the lists that hold in an area: for each purpose and level its
// own, else that of the nearest area above it. They are shared: nobody writes
// into them.
func (r *Register) Lists(a area.Code, on Moment) ([]Listed, error) {
	var all []Listed
	taken := map[listPlace]bool{}
	for _, up := range a.Up() {
		own := r.lists.get(r, areaLists{up, on}, func(m *machine) found[[]Listed] {
			lists, err := r.ownLists(up, on)
			if m.err == nil {
				m.err = err
			}
			return found[[]Listed]{lists, err == nil}
		})
		if !own.ok {
			return nil, fmt.Errorf("read the lists of %s: %w", up, r.Fault())
		}
		for _, l := range own.value {
			if at := (listPlace{l.Purpose, l.Level}); !taken[at] {
				all, taken[at] = append(all, l), true
			}
		}
	}
	slices.SortFunc(all, func(x, y Listed) int {
		return cmp.Or(cmp.Compare(x.Purpose, y.Purpose), cmp.Compare(x.Level, y.Level))
	})
	return all, nil
}

// listPlace is what one list of an area is for.
type listPlace struct {
	purpose ListKind
	level   area.Level
}

// areaLists is the question which lists an area keeps itself at a moment. A
// city asks for its own once for each of its centers.
type areaLists struct {
	area area.Code
	on   Moment
}

// ownLists are those that an area keeps itself, one for each place.
func (r *Register) ownLists(a area.Code, on Moment) ([]Listed, error) {
	own := map[listPlace]Listed{}
	var fault error
	err := r.scan(listsOf(a), "", func(_ string, value []byte) bool {
		var row listState
		if fault = wire.Decode(value, &row); fault != nil {
			return false
		}
		if on.reaches(row.Index) && on.includes(workday.Date(row.List.From)) {
			at := listPlace{row.List.Purpose, row.List.Level}
			if old, has := own[at]; !has || row.List.From >= old.From {
				own[at] = Listed{row.List, row.Index}
			}
		}
		return true
	})
	return slices.Collect(maps.Values(own)), cmp.Or(err, fault)
}

// Claims are the items that a center has taken on, each with the day on which
// it did.
func (r *Register) Claims(c area.Center, on Moment) (map[item.Code]workday.Date, error) {
	all := map[item.Code]workday.Date{}
	prefix := claimsOf(c)
	var fault error
	err := r.scan(prefix, "", func(key string, value []byte) bool {
		var row claimState
		if fault = wire.Decode(value, &row); fault != nil {
			return false
		}
		if !on.reaches(row.Index) || !on.includes(row.Day) {
			return true
		}
		code := item.Code(key[len(prefix) : len(key)-9]) // before the slash and the index
		if row.Drop {
			delete(all, code)
		} else if all[code] == "" {
			all[code] = row.Day
		}
		return true
	})
	if err := cmp.Or(err, fault); err != nil {
		return nil, fmt.Errorf("read the claims of %s: %w", c, err)
	}
	return all, nil
}

// Coverage is how much of what a center must offer (应进必进) it has taken on.
type Coverage struct {
	Center   area.Center `json:"center"`
	Name     string      `json:"name"`
	Required int         `json:"required"` // in the basic catalogue of its level; 0 with no List: there is none
	Covered  int         `json:"covered"`  // of them, claimed and offered
	Missing  []Missing   `json:"missing,omitempty"`
	Beyond   int         `json:"beyond,omitempty"` // claimed beside the list
	List     Index       `json:"list,omitempty"`   // the record that set the list
}

// Missing is one item that a center must offer and does not.
type Missing struct {
	Code item.Code `json:"code"`
	Name string    `json:"name,omitempty"`
	Why  Gap       `json:"why"`
}

// Gap is why an item is missing.
type Gap string

// The gaps.
const (
	Unclaimed  Gap = "unclaimed"   // the center has not taken it on
	NotOffered Gap = "not_offered" // nobody publishes it for the center's area
)

// Coverage compares what a center has claimed with the basic catalogue of its
// level.
func (r *Register) Coverage(c area.Center, on Moment) (Coverage, error) {
	listing, _ := r.Center(c)
	cover := Coverage{Center: c, Name: listing.Name}
	lists, err := r.Lists(c.Area(), on)
	if err != nil {
		return cover, err
	}
	claims, err := r.Claims(c, on)
	if err != nil {
		return cover, err
	}
	cover.Beyond = len(claims)
	for _, l := range lists {
		if l.Purpose != BasicList || l.Level != c.Level() {
			continue
		}
		cover.Required, cover.List = len(l.Items), l.Index
		offered := r.offered(l.Items, c.Area(), on)
		for i, code := range l.Items {
			_, claimed := claims[code]
			if claimed {
				cover.Beyond--
			}
			switch {
			case offered[i] == nil:
				cover.Missing = append(cover.Missing, Missing{Code: code, Why: NotOffered})
			case !claimed:
				cover.Missing = append(cover.Missing, Missing{Code: code, Name: offered[i].Name, Why: Unclaimed})
			default:
				cover.Covered++
			}
		}
	}
	return cover, nil
}

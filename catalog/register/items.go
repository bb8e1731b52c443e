package register

import (
	"cmp"
	"slices"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/wire"
)

// Filter chooses items. Zero fields choose all.
type Filter struct {
	// Area is who looks: of each item it sees the version that counts there,
	// see Register.Item. "": every version that any area offers.
	Area       area.Code
	Text       string     // in name, alias, code or department, whatever the case
	Department string     // exactly
	Level      area.Level // the level that decides
	Kind       item.Kind
	Withdrawn  bool // also those that are no longer offered
	Bundles    bool // only bundles
	On         Moment
}

// MaxItems is the longest list that Items answers with.
const MaxItems = 1000

// Items lists the versions that count at a moment by code, then area, from the one after another
// on ("": the first); more says that there are further ones. limit is at most
// MaxItems, 0 means that.
func (r *Register) Items(f Filter, after item.Ref, limit int) (found []Summary, more bool) {
	if limit <= 0 || limit > MaxItems {
		limit = MaxItems
	}
	line, nowhere := f.ready()
	if nowhere {
		return nil, false
	}
	on := f.On.whole()
	catalogue, done := r.readCatalogue()
	defer done()
	codes := catalogue.codes
	start, _ := slices.BinarySearch(codes, after.Code)
	for _, c := range codes[start:] {
		for l := range catalogue.seen(c, line, on, f.Withdrawn) {
			past := c > after.Code || f.Area == "" && l.Ref.Area > after.Area
			if !past || !f.matches(l) {
				continue
			}
			if len(found) == limit {
				return found, true
			}
			s, _ := l.Summary.at(on.At)
			found = append(found, s)
		}
	}
	return found, false
}

// CountItems is how many items a center of that area sees.
func (r *Register) CountItems(f Filter) (n int) {
	line, nowhere := f.ready()
	if nowhere {
		return 0
	}
	on := f.On.whole()
	catalogue, done := r.readCatalogue()
	defer done()
	for _, c := range catalogue.codes {
		for l := range catalogue.seen(c, line, on, f.Withdrawn) {
			if f.matches(l) {
				n++
			}
		}
	}
	return n
}

// offered are the versions of some items that an area goes by at a moment, as
// Item finds them, but by what a list shows of them: no item is read. nil
// stands for what is not offered there.
func (r *Register) offered(codes []item.Code, by area.Code, on Moment) []*Summary {
	all := make([]*Summary, len(codes))
	line := precedence(by)
	if len(line) == 0 {
		return all
	}
	on = on.whole()
	catalogue, done := r.readCatalogue()
	defer done()
	for i, c := range codes {
		for l := range catalogue.seen(c, line, on, false) {
			all[i] = l.Summary
		}
	}
	return all
}

// ready makes the text comparable and finds the areas whose versions are seen.
func (f *Filter) ready() (line []area.Code, nowhere bool) {
	f.Text = strings.ToLower(strings.TrimSpace(f.Text))
	line = precedence(f.Area)
	return line, f.Area != "" && len(line) == 0
}

func (f *Filter) matches(l listed) bool {
	switch {
	case f.Department != "" && l.Department != f.Department,
		f.Level != 0 && l.Level != f.Level,
		f.Kind != "" && l.Kind != f.Kind,
		f.Bundles && l.Bundle == "":
		return false
	}
	return f.Text == "" || strings.Contains(l.text, f.Text)
}

// offer is the question which version of an item an area sees.
type offer struct {
	code item.Code
	by   area.Code
	on   Moment
}

// Item is the version of an item that a center of that area works by at a
// moment: of district level and above the nearest one's, else, where none of
// them offers it, that of the town, and of the village last.
func (r *Register) Item(c item.Code, by area.Code, on Moment) (*item.Item, bool) {
	seen := r.offers.get(r, offer{c, by, on}, func(m *machine) found[item.Ref] {
		s, ok := m.seen(c, by, on)
		return found[item.Ref]{s.Ref, ok}
	})
	if !seen.ok {
		return nil, false
	}
	return r.Version(seen.value)
}

// Version is one published version, withdrawn or not, in effect or not yet. The
// item is shared: nobody writes into it.
func (r *Register) Version(ref item.Ref) (*item.Item, bool) {
	version := r.versions.get(r, ref, func(m *machine) found[versionState] { return finds[versionState](m, versionRow(ref)) })
	if !version.ok {
		return nil, false
	}
	at := version.value.Draft
	if it := r.cache.get(at); it != nil {
		return it, true
	}
	d, ok := r.drafted(at)
	if !ok {
		return nil, false
	}
	r.cache.put(at, &d.Item)
	return &d.Item, true
}

// Published is one version in an item's history.
type Published struct {
	Ref       item.Ref     `json:"ref"`
	Index     Index        `json:"index"` // the record that published it
	Time      int64        `json:"time"`  // of that record, Unix milliseconds
	By        area.Center  `json:"by"`    // who approved it; "" for the root key
	Staff     string       `json:"staff,omitempty"`
	Note      string       `json:"note,omitempty"`
	Effective workday.Date `json:"effective"`          // the first day on which it counts
	Erratum   bool         `json:"erratum,omitempty"`  // it corrects a mistake
	Corrects  item.Version `json:"corrects,omitempty"` // and in which version
	Draft     Index        `json:"draft"`              // the record with its text
	Editors   []Editor     `json:"editors"`            // who wrote it
	Purpose   string       `json:"purpose,omitempty"`  // what it is for, as its draft says
	Withdrawn Index        `json:"withdrawn,omitempty"`
	Until     workday.Date `json:"until,omitempty"`  // the first day without it, where it was withdrawn
	Reason    string       `json:"reason,omitempty"` // of the withdrawal
}

// History lists every version of an item in every area, by area and version.
func (r *Register) History(c item.Code) ([]Published, error) {
	var all []Published
	var fault error
	err := r.scan(versionPrefix(c), "", func(_ string, value []byte) bool {
		var v versionState
		fault = wire.Decode(value, &v)
		s := v.Summary
		all = append(all, Published{
			Ref: s.Ref, Index: s.Index, Time: s.Time, By: s.By, Effective: s.Effective,
			Erratum: v.Corrects != 0, Corrects: v.Corrects, Draft: v.Draft,
			Withdrawn: s.Withdrawn, Until: s.Until, Reason: v.Reason,
		})
		return fault == nil
	})
	if err := cmp.Or(err, fault); err != nil {
		return nil, err
	}
	for i := range all {
		rec, err := r.Record(all[i].Index)
		if err != nil {
			return nil, err
		}
		cmd, _, err := rec.Open()
		if err != nil {
			return nil, err
		}
		var d draftState
		if err := r.look(func(m *machine) { d, _ = load[draftState](m, draftRow(all[i].Draft)) }); err != nil {
			return nil, err
		}
		all[i].Staff, all[i].Note, all[i].Editors, all[i].Purpose = cmd.Staff, cmd.Note, d.Editors, d.Reason
	}
	return all, nil
}

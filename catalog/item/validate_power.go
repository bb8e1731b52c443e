package item

import (
	"slices"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/workday"
)

// power checks by whose power an item is decided and what was brought down.
func (r *report) power(it *Item) {
	r.need("department", it.Department)
	if !it.IsBundle() {
		if it.Authority == "" {
			r.warn("authority", "missing", "没有写明文书以谁的名义发出", "nobody is named in whose name notices go out")
		}
		if it.Level == 0 {
			r.err("level", "missing", "没有写明由哪一级决定", "say which level decides")
		}
		r.need("subject", string(it.Subject))
	}
	for i, b := range it.Joint {
		r.need(at("joint", i)+".name", b.Name)
	}
	for i, b := range it.Undertaking {
		r.need(at("undertaking", i)+".name", b.Name)
	}
	r.needAll("window_types", it.WindowTypes)
	r.needAll("intermediary", it.Intermediary)
	for i, d := range it.Delegations {
		r.delegation(it, at("delegations", i), d)
	}
	if it.Type == Permit {
		r.villagePermit(it)
	}
}

func (r *report) delegation(it *Item, path string, d Delegation) {
	r.need(path+".mode", string(d.Mode))
	r.need(path+".to", string(d.To))
	if d.Level == 0 {
		r.err(path+".level", "missing", "没有写明下放到哪一级", "say to which level")
	}
	if it.Type != Permit {
		return
	}
	if (d.Mode == Entrusted || d.Mode == Authorized) && d.To != ToOrgan && d.To != "" {
		zh, en := InWords(path+".to", string(d.To))
		r.err(path+".to", "permit_entrusted", "行政许可只能委托其他行政机关实施（行政许可法第二十四条），不能委托%[1]s",
			"a permit may be entrusted only to an administrative organ (行政许可法 24), not to: %[2]s", zh, en)
	}
	if (d.Level == area.Village || d.To == ToCommittee) && slices.Contains(d.Actions, Accept) {
		r.err(path+".actions", "village_accepts_permit", "村（社区）可以代收或者代办行政许可，不能受理", "a village may receive a permit or act as agent for it, never accept it")
	}
}

// villagePermit refuses a route on which a village accepts or decides a permit.
func (r *report) villagePermit(it *Item) {
	for i, s := range it.Steps {
		if s.Level != area.Village {
			continue
		}
		switch s.Action {
		case Accept:
			r.err(at("steps", i)+".level", "village_accepts_permit", "村（社区）可以代收或者代办行政许可，不能受理", "a village may receive a permit or act as agent for it, never accept it")
		case Decide:
			r.err(at("steps", i)+".level", "village_decides_permit", "村（社区）不能作出行政许可决定", "a village can't decide a permit")
		}
	}
}

// laws checks the legal basis and on which day it was last compared.
func (r *report) laws(it *Item) {
	r.date("law_checked", it.LawChecked, false)
	if len(it.Laws) == 0 && !it.IsBundle() {
		r.warn("laws", "missing", "没有法律依据", "no legal basis is given")
	}
	if it.LawChecked == "" && !it.IsBundle() {
		r.warn("law_checked", "law_unchecked", "没有写明依据最近一次核对的日期", "nobody says when the law was last compared")
	}
	for i, l := range it.Laws {
		path := at("laws", i)
		r.need(path+".title", l.Title)
		r.date(path+".since", l.Since, false)
		if l.Changed == "" {
			continue
		}
		changed, ok := lastDay(l.Changed)
		switch {
		case !ok:
			r.err(path+".changed", "bad_date", "「%[1]s」不是日期或年份，写作 2026-03-31 或 2026", "%[1]q: want YYYY-MM-DD or YYYY", clip(l.Changed))
		case it.LawChecked < string(changed):
			r.err(path+".changed", "law_changed", "「%[1]s」自 %[2]s 起已有变动，核对后才能发布", "%[1]q is out of date since %[2]s: compare it before publishing", clip(l.Title), l.Changed)
		}
	}
}

// lastDay is a day, or the last day of a year.
func lastDay(s string) (workday.Date, bool) {
	if len(s) == 4 && strings.Trim(s, "0123456789") == "" {
		s += "-12-31"
	}
	d := workday.Date(s)
	return d, d.Valid()
}

package casetest

import (
	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/intake/casefile"
)

// The centers of the test city: a district with two towns, one with two
// villages, and a town of another district.
const (
	District area.Center = "320509000000"
	Town     area.Center = "320509111000"
	Town2    area.Center = "320509106000"
	Village  area.Center = "320509111201"
	Village2 area.Center = "320509106202"
	Far      area.Center = "320505001000"
	Over     area.Center = "320500000000" // the city: over both districts
)

// The items of the test city, all published for the whole of it.
var (
	Residence = ref("RESIDENCE") // received at any counter, accepted by the town, decided by the district
	Permit    = ref("PERMIT")    // a permit with public posting and outside step
	Birth     = ref("BIRTH")     // immediate, at the town
	Bare      = ref("BARE")      // of which no source gives a step; the district decides
	Shop      = ref("SHOP")      // a question decides on a check, a posting and a material; of a second version too
	Moving    = ref("MOVING")    // a bundle: a residence first, then a shop
)

func ref(code item.Code) item.Ref {
	return item.Ref{Code: code, Area: area.Code(Over), Version: 1}
}

// Items are the items of the test city.
func Items() []item.Item {
	step := func(action item.Action, level area.Level) item.Step {
		return item.Step{Name: string(action), Action: action, Level: level}
	}
	wait := step(item.Posting, area.Village)
	wait.Uncounted = true
	outside := step(item.Review, area.City)
	outside.Outside = true
	return []item.Item{
		{Ref: Residence, Name: "residence", Type: item.Confirmation, Level: area.District, Kind: item.Promised, Scope: item.ScopeCity,
			Materials: []item.Material{{ID: "photo", Need: item.Required}, {ID: "proof", Need: item.Required}},
			Steps: []item.Step{step(item.Receive, area.Town), step(item.Accept, area.Town), step(item.Check, area.Town),
				step(item.Decide, area.District), step(item.HandOut, area.Town)}},
		{Ref: Permit, Name: "permit", Type: item.Permit, Level: area.District, Kind: item.Promised,
			Steps: []item.Step{step(item.Receive, area.Village), step(item.Accept, area.Town), step(item.Check, area.Town),
				wait, outside, step(item.Decide, area.District), step(item.Make, area.District), step(item.Serve, area.Village)}},
		{Ref: Birth, Name: "birth", Type: item.PublicService, Level: area.Town, Kind: item.Immediate, Scope: item.ScopeDistrict,
			Steps: []item.Step{step(item.Accept, area.Town), step(item.Decide, area.Town)}},
		shop(1, step),
		shop(2, step),
		{Ref: Moving, Name: "moving", Bundle: item.LifeEvent, Members: []item.Member{{Code: Residence.Code, Stage: 1}, {Code: Shop.Code, Stage: 2}}},
		{Ref: Bare, Name: "bare", Type: item.Benefit, Level: area.District, Kind: item.Promised},
	}
}

// shop is an item whose second version has a step more in front.
func shop(version item.Version, step func(item.Action, area.Level) item.Step) item.Item {
	visit, posting := step(item.Check, area.Town), step(item.Posting, area.Town)
	visit.If, posting.If = `matter == "new"`, `matter == "new"`
	it := item.Item{Ref: Shop, Name: "shop", Type: item.Confirmation, Level: area.Town, Kind: item.Promised,
		Situations: []item.Situation{{ID: "matter", Question: "which", Options: []item.Option{{ID: "new"}, {ID: "renew"}}},
			{ID: "goods", Question: "what", Several: true, Options: []item.Option{{ID: "food"}, {ID: "drink"}}}},
		Materials: []item.Material{{ID: "form", Need: item.Required}, {ID: "plan", Need: item.Required, If: `matter == "new"`}},
		Steps:     []item.Step{step(item.Accept, area.Town), visit, posting, step(item.Decide, area.Town), step(item.HandOut, area.Town)}}
	it.Ref.Version = version
	if version > 1 {
		it.Steps = append([]item.Step{step(item.Receive, area.Village)}, it.Steps...)
	}
	return it
}

// City is a realm with those centers, in their first incarnation, and items.
func City() *Realm {
	r := New()
	for _, c := range []area.Center{Over, District, Town, Town2, Village, Village2, Far} {
		r.Enrol(c)
	}
	for _, it := range Items() {
		r.Publish(it)
	}
	return r
}

// First is a center in its first incarnation.
func First(c area.Center) casefile.Party { return casefile.Party{Center: c, Incarnation: 1} }

// Open is the draft that opens a case of an item for a subject area.
func Open(ref item.Ref, subject area.Code, deliver area.Center) casefile.Draft {
	return casefile.Draft{Kind: casefile.Opened, Staff: "Zhou", Body: casefile.OpenedBody{
		Number: "N-1", Item: ref, Subject: subject, Applied: subject, Deliver: deliver,
	}}
}

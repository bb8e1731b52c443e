package casetest

import (
	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/intake/casefile"
)

// Aid is an item with a step of every sort, received by the village and decided
// by the district. It is not published in City: publish the versions that are
// wanted with Aids.
var Aid = ref("AID")

// The steps of Aid.
const (
	AidCheck, AidAssess, AidReview = 2, 3, 4
	AidDecide, AidHandOut          = 5, 6
)

// Aids are two versions of Aid. The second may be adopted by open cases.
func Aids() []item.Item {
	step := func(action item.Action, level area.Level) item.Step {
		return item.Step{Name: string(action), Action: action, Level: level}
	}
	first := item.Item{Ref: Aid, Name: "aid", Type: item.Benefit, Level: area.District, Kind: item.Promised,
		Materials: []item.Material{{ID: "form", Need: item.Required}, {ID: "income", Need: item.Required}},
		Steps: []item.Step{step(item.Receive, area.Village), step(item.Accept, area.Town), step(item.Check, area.Town),
			step(item.Assess, area.Town), step(item.Review, area.District), step(item.Decide, area.District), step(item.HandOut, area.Village)}}
	second := first
	second.Ref.Version, second.OpenCases = 2, item.FavourableOpen
	return []item.Item{first, second}
}

// Treaty lets the centers of one of the city's districts receive what is for the
// other to decide, and accept it too where accepts says so.
func Treaty(name string, accepts rule.Side) rule.Agreement {
	return rule.Agreement{Name: name, Document: "2026-1", Parties: []area.Code{area.Code(District), Far.Area().At(area.District)}, All: true,
		Mode: rule.Mode(item.ReceivedElsewhere), Accepts: accepts, Clock: accepts, Paper: rule.Competent}
}

// Laid is the body that lays materials on the counter, as originals seen.
func Laid(materials ...string) casefile.ReceivedBody {
	var body casefile.ReceivedBody
	for _, id := range materials {
		body.Materials = append(body.Materials, casefile.MaterialEntry{ID: id, State: casefile.OriginalSeen})
	}
	return body
}

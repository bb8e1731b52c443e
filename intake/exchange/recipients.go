package exchange

import (
	"slices"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
)

// Parent is the nearest enrolled center above c, up to the district; "" when
// there is none. enrolled tells whether a center may write now.
func Parent(c area.Center, enrolled func(area.Center) bool) area.Center {
	for up := c.Parent(); up != "" && up.Level() >= area.District; up = up.Parent() {
		if enrolled(up) {
			return up
		}
	}
	return ""
}

// line is the enrolled centers above c, up to the district.
func above(c area.Center, enrolled func(area.Center) bool) []area.Center {
	var all []area.Center
	for up := Parent(c, enrolled); up != ""; up = Parent(up, enrolled) {
		all = append(all, up)
	}
	return all
}

// author is who wrote the last event of after.
func author(before, after casefile.State) casefile.Party {
	switch {
	case after.Last == casefile.HandedOver && after.Offer != nil:
		return after.Offer.From
	case after.Last == casefile.TurnedBack && before.Offer != nil:
		return before.Offer.To
	}
	return after.Holder
}

// participants are the co-handlers of a joint case as it stands.
func participants(s casefile.State) []area.Center {
	var all []area.Center
	for _, v := range s.Voices {
		if v.Removed == "" {
			all = append(all, v.Center)
		}
	}
	return all
}

// touched are the centers to which content of a case may have gone: whoever had
// custody of it, whoever lies above one of those and backed it up, whoever ever
// took part. What is erased is erased with all of them.
func touched(s casefile.State, enrolled func(area.Center) bool) []area.Center {
	var all []area.Center
	for _, leg := range s.Route {
		if enrolled(leg.Party.Center) { // nobody can tell one that was shut out
			all = append(all, leg.Party.Center)
		}
		all = append(all, above(leg.Party.Center, enrolled)...)
	}
	for _, v := range s.Voices {
		all = append(all, v.Center)
	}
	return all
}

// Recipients is who is to learn of a change that self wrote, and why: the
// addressee of an offer, the sender that waits for an answer, the origin, the
// parents of origin and custodian up to the district, the participants of a
// joint case (one that is taken out learns of that and no more), who sent papers
// that have arrived now, and of an erasure whoever may hold the content. Pure.
func Recipients(self area.Center, before, after casefile.State, enrolled func(area.Center) bool) map[area.Center]Purpose {
	to := map[area.Center]Purpose{}
	for _, c := range above(after.Origin.Center, enrolled) {
		to[c] = Copy
	}
	for _, c := range above(after.Holder.Center, enrolled) {
		to[c] = Copy
	}
	to[after.Origin.Center] = Copy
	for _, c := range append(participants(before), participants(after)...) {
		to[c] = Copy
	}
	for i, slip := range after.Slips {
		if slip.Arrived != nil && (i >= len(before.Slips) || before.Slips[i].Arrived == nil) {
			to[slip.From] = Copy
		}
	}
	if len(after.Erased) > len(before.Erased) {
		for _, c := range touched(after, enrolled) {
			to[c] = Copy
		}
	}
	if after.Holder.Center != self {
		to[after.Holder.Center] = Copy // a case that was turned back
	}
	seized := before.Epoch != after.Epoch
	if before.Offer != nil && after.Offer == nil && !seized {
		to[before.Offer.From.Center] = Answer
	}
	if seized { // whoever lost it is to know
		to[before.Holder.Center] = Copy
		if before.Offer != nil {
			to[before.Offer.To.Center] = Copy
		}
	}
	if after.Offer != nil {
		to[after.Offer.To.Center] = Offer
	}
	delete(to, self)
	delete(to, "")
	return to
}

// Concerns reports whether a center is to have a copy of a case as it stands:
// whoever wrote on it, is offered it, takes part in it, or lies above its origin
// or custodian.
func Concerns(s casefile.State, c area.Center) bool {
	if s.Origin.Center == c || s.Holder.Center == c || c.Over(s.Origin.Center) || c.Over(s.Holder.Center) {
		return true
	}
	if s.Offer != nil && (s.Offer.To.Center == c || s.Offer.From.Center == c) {
		return true
	}
	if slices.Contains(participants(s), c) {
		return true
	}
	for _, leg := range s.Route {
		if leg.Party.Center == c {
			return true
		}
	}
	return false
}

// entitled reports whether the content of a case's blobs goes from self to
// dest: to whom the case is offered, to the parent that backs it up, and to who
// takes part in it and has to judge by the papers.
func entitled(s casefile.State, self, dest area.Center, enrolled func(area.Center) bool) bool {
	if s.Offer != nil && s.Offer.To.Center == dest || s.Holder.Center == dest {
		return true
	}
	return s.Holder.Center == self && (Parent(self, enrolled) == dest || slices.Contains(participants(s), dest))
}

// blobs is what a case points at and has not been erased, each once.
func blobs(s casefile.State) []casefile.BlobRef {
	erased := map[chain.Hash]bool{{}: true}
	for _, h := range s.Erased {
		erased[h] = true
	}
	var all []casefile.BlobRef
	for _, ref := range s.Blobs() {
		if !erased[ref.Hash] {
			erased[ref.Hash] = true
			all = append(all, ref)
		}
	}
	return all
}

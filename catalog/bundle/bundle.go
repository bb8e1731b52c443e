// Package bundle composes what an applicant is asked for who does several
// things as one (一件事, 一业一证): one set of questions, one set of materials
// without duplicates, and the stages in which the cases are handled.
//
// It is pure: items and answers in, a plan out. It must never open a case, and
// never make a paper vanish that a member asks for: what is merged keeps the
// strictest of what was asked.
package bundle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

// NotABundle refuses an item without members, and a bundle among the members.
const NotABundle refusal.Code = "not_a_bundle"

// Plan is a bundle for one applicant.
type Plan struct {
	Stages    [][]item.Code `json:"stages"`              // the members that apply and are offered, in the order in which they are handled
	Materials []Merged      `json:"materials"`           // one set, in the order in which the members first ask
	Missing   []item.Code   `json:"missing,omitempty"`   // members that apply and are not offered here
	Questions []Question    `json:"questions,omitempty"` // that apply, answered or not: the bundle's own, then the members'
	Matters   []string      `json:"matters,omitempty"`   // keys of questions without an answer, on which something depends
	Parts     []Part        `json:"-"`                   // one for each member of Stages, in that order
}

// Part is one member that applies.
type Part struct {
	Member    item.Member
	Item      *item.Item
	Selection condition.Selection // of the member, by the answers that are its own
}

// Question is one question put to the applicant, under the key that its answer
// stands under. Members that ask the same under the same id (the question and
// its options are the same) are answered together, under that id. Where two
// differ under one id each is asked for itself, as CODE.id; the bundle's own
// questions always keep their ids. CODE.id is understood for every question of
// a member and goes before the common answer.
type Question struct {
	Key string `json:"key"`
	item.Situation
	Of []item.Code `json:"of,omitempty"` // the members that ask it; none: only the bundle itself
}

// Merged is one paper that the applicant brings, for all members that ask for
// it. It takes the strictest need and the most copies of those that do not
// exempt it, and is exempt only where every one of them does. Papers of one name
// within one member are different sheets: their copies add up.
type Merged struct {
	ID        string             `json:"id"` // of the first of Of, as CODE/id
	Name      string             `json:"name"`
	Need      item.Need          `json:"need"`
	Originals int                `json:"originals,omitempty"`
	Copies    int                `json:"copies,omitempty"`
	Exempt    bool               `json:"exempt,omitempty"`
	When      []string           `json:"when,omitempty"` // as the members publish it
	Of        []item.MaterialRef `json:"of"`             // by code, then id
}

// Material finds a merged material by its id, its name however it is spaced, or the
// CODE/id of any material in it.
func (p *Plan) Material(key string) (Merged, bool) {
	for _, m := range p.Materials {
		if m.ID == key || fold(m.Name) == fold(key) || slices.ContainsFunc(m.Of, func(r item.MaterialRef) bool { return idOf(r) == key }) {
			return m, true
		}
	}
	return Merged{}, false
}

func idOf(r item.MaterialRef) string { return string(r.Code) + "/" + r.ID }

// Compose works out a bundle: which members apply by the bundle's own
// questions, what each of them asks for by its own, and all of it as one.
// member gives the version of an item that is offered here. Answers stand under
// the keys of Plan.Questions; one that is none is refused
// (condition.BadAnswer). What hangs on an open question counts as asked for.
func Compose(b *item.Item, answers item.Answers, member func(item.Code) (*item.Item, bool)) (Plan, error) {
	if len(b.Members) == 0 {
		return Plan{}, refusal.Newf(NotABundle, "compose a bundle", "open the item by itself", "%s has no members", b.Name)
	}
	offered, err := look(b, member)
	if err != nil {
		return Plan{}, err
	}
	keys := keysOf(b, offered)
	own, theirs, err := keys.deal(b, offered, answers)
	if err != nil {
		return Plan{}, err
	}
	selected, err := condition.Select(b, own)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{}
	p.ask(keys, "", selected)
	members := slices.Clone(selected.Members)
	slices.SortStableFunc(members, func(x, y item.Member) int { return cmp.Compare(x.Stage, y.Stage) })
	stage := 0
	for _, m := range members {
		it := offered[m.Code]
		switch {
		case p.has(m.Code):
			continue // named twice, for different situations that both apply
		case it == nil:
			p.Missing = append(p.Missing, m.Code)
			continue
		}
		s, err := condition.Select(it, theirs[m.Code])
		if err != nil {
			return Plan{}, fmt.Errorf("member %s: %w", m.Code, err)
		}
		if len(p.Parts) == 0 || m.Stage != stage {
			p.Stages, stage = append(p.Stages, nil), m.Stage
		}
		last := len(p.Stages) - 1
		p.Stages[last] = append(p.Stages[last], m.Code)
		p.Parts = append(p.Parts, Part{m, it, s})
		p.ask(keys, m.Code, s)
	}
	p.Materials = merge(b.Shared, p.Parts)
	return p, nil
}

func (p *Plan) has(code item.Code) bool {
	return slices.Contains(p.Missing, code) || slices.ContainsFunc(p.Parts, func(one Part) bool { return one.Member.Code == code })
}

// look fetches every member that is offered, whether it applies or not: the
// keys of the questions must not change while they are answered.
func look(b *item.Item, member func(item.Code) (*item.Item, bool)) (map[item.Code]*item.Item, error) {
	offered := map[item.Code]*item.Item{}
	for _, m := range b.Members {
		it, ok := member(m.Code)
		if !ok || it == nil {
			continue
		}
		if len(it.Members) > 0 {
			return nil, refusal.Newf(NotABundle, "compose a bundle", "name its members instead", "member %s of %s is a bundle itself", m.Code, b.Name)
		}
		offered[m.Code] = it
	}
	return offered, nil
}

// ask takes the questions of the bundle ("") or a member into the plan.
func (p *Plan) ask(keys keys, code item.Code, s condition.Selection) {
	for _, q := range s.Asked {
		key := keys.of(code, q.ID)
		i := slices.IndexFunc(p.Questions, func(other Question) bool { return other.Key == key })
		if i < 0 {
			i = len(p.Questions)
			p.Questions = append(p.Questions, Question{Key: key, Situation: q})
		}
		if code != "" {
			p.Questions[i].Of = append(p.Questions[i].Of, code)
		}
		if slices.Contains(s.Matters, q.ID) && !slices.Contains(p.Matters, key) {
			p.Matters = append(p.Matters, key)
		}
	}
}

// Ask writes the named questions with their options, for a person who has to
// answer them.
func (p *Plan) Ask(names []string) string {
	var all []string
	for _, q := range p.Questions {
		if slices.Contains(names, q.Key) {
			one := q.Situation
			one.ID = q.Key
			all = append(all, condition.Questions(&item.Item{Situations: []item.Situation{one}}, []string{q.Key}))
		}
	}
	return strings.Join(all, "；")
}

package archive

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
)

// answers are what the rules of casefiles asked the Register while the log was
// verified by the node that made the package, and what it said: with them the
// very same verification runs again anywhere. What of them is proven by the
// journal's own records is the evidence's to say; the rest is that node's word.
type answers struct {
	Head        chain.Head        `json:"head"` // the furthest that the log cites
	Heads       []chain.Head      `json:"heads"`
	Keys        []keyAnswer       `json:"keys"`
	Items       []item.Ref        `json:"items"`
	Grants      []casefile.Grant  `json:"grants,omitempty"`
	Powers      []powerAnswer     `json:"powers,omitempty"`
	Responsible []standAnswer     `json:"responsible,omitempty"`
	Agreements  []agreementAnswer `json:"agreements,omitempty"`
}

// keyAnswer is who a party is.
type keyAnswer struct {
	Party  casefile.Party  `json:"party"`
	Key    chain.PublicKey `json:"key"`
	Since  uint64          `json:"since"`
	Closed uint64          `json:"closed,omitempty"`
}

type powerAnswer struct {
	Center area.Center `json:"center"`
	Item   item.Code   `json:"item"`
	Level  area.Level  `json:"level"`
	Day    string      `json:"day"`
	At     uint64      `json:"at"`
	Held   bool        `json:"held"`
}

type standAnswer struct {
	Area   area.Code   `json:"area"`
	Level  area.Level  `json:"level"`
	Center area.Center `json:"center,omitempty"`
	OK     bool        `json:"ok"`
}

type agreementAnswer struct {
	Item      item.Code       `json:"item"`
	Receiving area.Code       `json:"receiving"`
	Competent area.Code       `json:"competent"`
	Day       string          `json:"day"`
	At        uint64          `json:"at"`
	OK        bool            `json:"ok"`
	Agreement *rule.Agreement `json:"agreement,omitempty"`
}

// recorder is a Register that keeps what it is asked. Nothing that came after
// the last event is kept of an answer, so that a package made again later is
// the same.
type recorder struct {
	reg casefile.Register
	end uint64 // the furthest Register record that the log cites

	mu     sync.Mutex
	heads  map[uint64]chain.Hash
	keys   map[casefile.Party]keyAnswer
	items  map[item.Ref]*item.Item
	grants []casefile.Grant
	powers map[powerAnswer]bool
	stands map[standAnswer]standAnswer
	agreed map[agreementAnswer]agreementAnswer
}

var (
	_ casefile.Register = (*recorder)(nil)
	_ casefile.Register = (*witness)(nil)
)

func newRecorder(reg casefile.Register, end uint64) *recorder {
	return &recorder{
		reg: reg, end: end, heads: map[uint64]chain.Hash{}, keys: map[casefile.Party]keyAnswer{}, items: map[item.Ref]*item.Item{},
		powers: map[powerAnswer]bool{}, stands: map[standAnswer]standAnswer{}, agreed: map[agreementAnswer]agreementAnswer{},
	}
}

func (r *recorder) Head() chain.Head {
	h, _ := r.HeadAt(r.end)
	return chain.Head{Index: r.end, Hash: h}
}

func (r *recorder) HeadAt(index uint64) (chain.Hash, bool) {
	h, ok := r.reg.HeadAt(index)
	if ok {
		r.mu.Lock()
		r.heads[index] = h
		r.mu.Unlock()
	}
	return h, ok
}

func (r *recorder) Key(p casefile.Party) (chain.PublicKey, uint64, uint64, bool) {
	key, since, closed, ok := r.reg.Key(p)
	if closed > r.end {
		closed = 0
	}
	if ok {
		r.mu.Lock()
		r.keys[p] = keyAnswer{p, key, since, closed}
		r.mu.Unlock()
	}
	return key, since, closed, ok
}

// Current is asked of whoever writes now; nobody does here.
func (r *recorder) Current(c area.Center) (uint32, bool) { return r.reg.Current(c) }

func (r *recorder) Grants(id casefile.ID) []casefile.Grant {
	all := slices.DeleteFunc(slices.Clone(r.reg.Grants(id)), func(g casefile.Grant) bool { return g.Index > r.end })
	r.mu.Lock()
	r.grants = all
	r.mu.Unlock()
	return all
}

func (r *recorder) Item(ref item.Ref) (*item.Item, bool) {
	it, ok := r.reg.Item(ref)
	if ok {
		r.mu.Lock()
		r.items[ref] = it
		r.mu.Unlock()
	}
	return it, ok
}

func (r *recorder) HasPower(c area.Center, code item.Code, level area.Level, day string, at uint64) bool {
	held := r.reg.HasPower(c, code, level, day, at)
	r.mu.Lock()
	r.powers[powerAnswer{Center: c, Item: code, Level: level, Day: day, At: at}] = held
	r.mu.Unlock()
	return held
}

func (r *recorder) Responsible(a area.Code, level area.Level) (area.Center, bool) {
	c, ok := r.reg.Responsible(a, level)
	r.mu.Lock()
	r.stands[standAnswer{Area: a, Level: level}] = standAnswer{a, level, c, ok}
	r.mu.Unlock()
	return c, ok
}

func (r *recorder) Agreement(code item.Code, receiving, competent area.Code, day string, at uint64) (rule.Agreement, bool) {
	agreement, ok := r.reg.Agreement(code, receiving, competent, day, at)
	a := agreementAnswer{Item: code, Receiving: receiving, Competent: competent, Day: day, At: at}
	r.mu.Lock()
	defer r.mu.Unlock()
	question := a
	if a.OK = ok; ok {
		a.Agreement = &agreement
	}
	r.agreed[question] = a
	return agreement, ok
}

// answers are what was asked, in an order that does not depend on when.
func (r *recorder) answers() answers {
	a := answers{Head: r.Head(), Grants: r.grants}
	for _, i := range slices.Sorted(maps.Keys(r.heads)) {
		a.Heads = append(a.Heads, chain.Head{Index: i, Hash: r.heads[i]})
	}
	a.Keys = slices.SortedFunc(maps.Values(r.keys), func(a, b keyAnswer) int { return cmp.Compare(a.Party.String(), b.Party.String()) })
	a.Items = slices.SortedFunc(maps.Keys(r.items), func(a, b item.Ref) int { return cmp.Compare(itemName(a), itemName(b)) })
	for q, held := range r.powers {
		q.Held = held
		a.Powers = append(a.Powers, q)
	}
	slices.SortFunc(a.Powers, func(a, b powerAnswer) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	a.Responsible = slices.SortedFunc(maps.Values(r.stands), func(a, b standAnswer) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	a.Agreements = slices.SortedFunc(maps.Values(r.agreed), func(a, b agreementAnswer) int {
		a.Agreement, b.Agreement = nil, nil
		return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	return a
}

// witness is a Register that says again what the package holds.
type witness struct {
	answers
	known   map[item.Ref]*item.Item
	lacking map[string]bool // what was asked and is not answered in the package
}

func newWitness(a answers, known map[item.Ref]*item.Item) *witness {
	return &witness{a, known, map[string]bool{}}
}

func (w *witness) lacks(format string, args ...any) { w.lacking[fmt.Sprintf(format, args...)] = true }

// Head is how far the log's citations reach.
func (w *witness) Head() chain.Head { return w.answers.Head }

// HeadAt is a head that the log cites.
func (w *witness) HeadAt(index uint64) (chain.Hash, bool) {
	for _, h := range w.Heads {
		if h.Index == index {
			return h.Hash, true
		}
	}
	w.lacks("the Register's head at record %d", index)
	return chain.Hash{}, false
}

// Key is the key of a party.
func (w *witness) Key(p casefile.Party) (chain.PublicKey, uint64, uint64, bool) {
	for _, k := range w.Keys {
		if k.Party == p {
			return k.Key, k.Since, k.Closed, true
		}
	}
	w.lacks("the key of %s", p)
	return nil, 0, 0, false
}

// Current is not known: nobody writes here.
func (w *witness) Current(area.Center) (uint32, bool) { return 0, false }

// Grants are the seizures of this case.
func (w *witness) Grants(casefile.ID) []casefile.Grant { return w.answers.Grants }

// Item is one of the versions in the package.
func (w *witness) Item(ref item.Ref) (*item.Item, bool) {
	it, ok := w.known[ref]
	if !ok {
		w.lacks("item %s", itemName(ref))
	}
	return it, ok
}

// HasPower is the answer of then.
func (w *witness) HasPower(c area.Center, code item.Code, level area.Level, day string, at uint64) bool {
	for _, p := range w.Powers {
		if p.Center == c && p.Item == code && p.Level == level && p.Day == day && p.At == at {
			return p.Held
		}
	}
	w.lacks("whether %s had a power for %s at level %s on %s", c, code, level, day)
	return false
}

// Responsible is the answer of then.
func (w *witness) Responsible(a area.Code, level area.Level) (area.Center, bool) {
	for _, s := range w.answers.Responsible {
		if s.Area == a && s.Level == level {
			return s.Center, s.OK
		}
	}
	w.lacks("which center stands for %s at level %s", a, level)
	return "", false
}

// Agreement is the answer of then.
func (w *witness) Agreement(code item.Code, receiving, competent area.Code, day string, at uint64) (rule.Agreement, bool) {
	for _, a := range w.Agreements {
		if a.Item == code && a.Receiving == receiving && a.Competent == competent && a.Day == day && a.At == at {
			if a.Agreement == nil {
				return rule.Agreement{}, false
			}
			return *a.Agreement, a.OK
		}
	}
	w.lacks("the agreement of %s and %s about %s on %s", receiving, competent, code, day)
	return rule.Agreement{}, false
}

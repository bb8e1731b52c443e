package api

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/search"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/node/guidance"
)

// index is the search index of the catalogue as this center sees it today. It
// follows the Register by itself while the server serves; whoever searches
// first looks whether it has, so that what was published a moment ago is found,
// and what takes effect today is found although nothing happened overnight.
type index struct {
	// Constructor parameters.
	book  book
	cases cases
	self  func() casefile.Party
	now   func() time.Time

	// Safe for concurrent use.
	found *search.Index
	turn  chan struct{}         // held by whoever brings the index up to date
	last  atomic.Pointer[stand] // nil until it was built
}

// book is the Register as an index reads it.
type book interface {
	Head() chain.Head
	Changed() <-chan struct{}
	On(day workday.Date) register.Moment
	Items(f register.Filter, after item.Ref, limit int) ([]register.Summary, bool)
	Clues(refs ...item.Ref) []register.Clues
	Claims(c area.Center, on register.Moment) (map[item.Code]workday.Date, error)
}

// cases is the cabinet as far as an index counts what is opened here.
type cases interface {
	List(f cabinet.Filter, after casefile.ID, limit int) ([]casefile.State, error)
	State(id casefile.ID) (casefile.State, error)
	Watch(buffer int) (ids <-chan casefile.ID, stop func())
}

// stand is what an index is in step with, and what this center had claimed by
// then.
type stand struct {
	head   register.Index
	day    workday.Date
	self   area.Center
	claims map[item.Code]workday.Date
}

// How an index is kept.
const (
	patience  = 200 * time.Millisecond // how long a search waits for what is new
	breath    = 250 * time.Millisecond // between two looks at a Register that keeps moving
	portion   = 512                    // entries that are put into the index at once
	countable = 20_000                 // cases that are looked at to know what is opened here
)

func newIndex(b book, c cases, self func() casefile.Party, now func() time.Time) *index {
	return &index{book: b, cases: c, self: self, now: now, found: search.New(nil), turn: make(chan struct{}, 1)}
}

// find answers a query from the index as it is. It waits for what was published
// just now, but not for long: a clerk is typing. here leaves out what this
// center may not take.
func (x *index) find(ctx context.Context, q search.Query, here bool) []search.Hit {
	now := x.current(ctx)
	if here && now != nil {
		q.Only = now.takes
	}
	return x.found.Find(q)
}

// counts counts what find finds with here.
func (x *index) counts(ctx context.Context, q search.Query) search.Counts {
	if now := x.current(ctx); now != nil {
		q.Only = now.takes
	}
	return x.found.Count(q)
}

// shelf is what this center takes, to be looked through.
func (s *Server) shelf() guidance.Shelf {
	return guidance.Shelf{Find: func(ctx context.Context, q search.Query) []search.Hit { return s.index.find(ctx, q, true) }, Count: s.index.counts}
}

// takes reports whether the center may take an item: counters of its level
// receive or accept it, or it claimed it. Where nobody says who takes an item
// it is not left out.
func (s *stand) takes(e *search.Entry) bool {
	return e.Takes == 0 || e.Takes.Has(s.self.Level()) || s.claims[e.Ref.Code] != ""
}

// current brings the index into step and tells with what. For the first time it
// waits as long as it takes; nil when ctx ended before.
func (x *index) current(ctx context.Context) *stand {
	if now := x.last.Load(); now != nil {
		if now.same(x.wanted()) {
			return now
		}
		var done context.CancelFunc
		ctx, done = context.WithTimeout(ctx, patience)
		defer done()
	}
	select {
	case x.turn <- struct{}{}:
		x.follow()
		<-x.turn
	case <-ctx.Done():
	}
	return x.last.Load()
}

// wanted is what the index should be in step with.
func (x *index) wanted() *stand {
	return &stand{head: x.book.Head().Index, day: workday.DateOf(x.now()), self: x.self().Center}
}

// follow brings the index into step with the Register. It expects the turn. It
// reads summaries and clues, never an item, and of those that are in the index
// already nothing but their version.
func (x *index) follow() {
	before, now := x.last.Load(), x.wanted()
	if before != nil && before.same(now) {
		return
	}
	on := x.book.On(now.day)
	fresh, gone := x.compare(register.Filter{Area: now.self.Area(), On: on})
	for at := 0; at < len(fresh) || len(gone) > 0; at += portion {
		x.found.Update(x.entries(fresh[min(at, len(fresh)):min(at+portion, len(fresh))]), gone)
		gone = nil
	}
	claims, err := x.book.Claims(now.self, on)
	if err != nil && before != nil {
		claims = before.claims // the Register keeps the failure for its own report
	}
	now.claims = claims
	x.last.Store(now)
}

func (s *stand) same(o *stand) bool { return s.head == o.head && s.day == o.day && s.self == o.self }

// compare walks through what the Register offers and what the index holds, both
// in the same order: fresh is what the index lacks, gone what it holds too much.
func (x *index) compare(f register.Filter) (fresh []register.Summary, gone []item.Ref) {
	held, after := x.found.Refs(), item.Ref{}
	for more := true; more; {
		var page []register.Summary
		page, more = x.book.Items(f, after, 0)
		for _, s := range page {
			after = s.Ref
			for len(held) > 0 && compareRefs(held[0], s.Ref) < 0 {
				gone, held = append(gone, held[0]), held[1:]
			}
			if len(held) > 0 && compareRefs(held[0], s.Ref) == 0 {
				same := held[0].Version == s.Ref.Version
				if held = held[1:]; same {
					continue
				}
			}
			fresh = append(fresh, s)
		}
	}
	return fresh, append(gone, held...)
}

func compareRefs(a, b item.Ref) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Area, b.Area))
}

func (x *index) entries(of []register.Summary) []search.Entry {
	refs := make([]item.Ref, len(of))
	for i := range of {
		refs[i] = of[i].Ref
	}
	entries := make([]search.Entry, len(of))
	for i, c := range x.book.Clues(refs...) {
		s := &of[i]
		entries[i] = search.Entry{
			Ref: s.Ref, Name: s.Name, Alias: s.Alias, Department: s.Department, Kind: s.Kind, Bundle: s.Bundle,
			Codes: c.Codes, Themes: c.Themes, Takes: search.LevelsOf(c.Takes), Serves: search.ServesOf(c.Applicants), Members: c.Members,
		}
	}
	return entries
}

// keep builds the index, counts what is opened here, and keeps both up until
// ctx ends.
func (x *index) keep(ctx context.Context) {
	opened, stop := x.cases.Watch(1024)
	defer func() { stop() }()
	x.current(ctx)
	counted := x.count(ctx)
	for ctx.Err() == nil {
		moved := x.book.Changed()
		x.current(ctx)
		select {
		case <-ctx.Done():
		case <-moved:
			select {
			case <-ctx.Done():
			case <-time.After(breath):
			}
		case id, ok := <-opened:
			if !ok { // it fell behind
				opened, stop = x.cases.Watch(1024)
				counted = x.count(ctx)
				continue
			}
			if code, ok := x.isNew(counted, id); ok {
				x.found.Opened(code)
			}
		}
	}
}

// tally is up to which number the cases that this center opened are counted, by
// incarnation.
type tally map[uint32]uint64

// isNew reports a case that this center opened and that is not counted yet, and
// of which item it is.
func (x *index) isNew(t tally, id casefile.ID) (item.Code, bool) {
	party, number, err := id.Parse()
	if err != nil || party.Center != x.self().Center || number <= t[party.Incarnation] {
		return "", false
	}
	s, err := x.cases.State(id)
	if err != nil {
		return "", false
	}
	t[party.Incarnation] = number
	return s.Item.Code, true
}

// count tells the index how often each item was opened at this counter, as far
// as the cabinet has it.
func (x *index) count(ctx context.Context) tally {
	t, opened := tally{}, map[item.Code]uint32{}
	self, after := x.self().Center, casefile.ID("")
	for seen := 0; seen < countable && ctx.Err() == nil; {
		page, err := x.cases.List(cabinet.Filter{Origin: self}, after, portion)
		if err != nil || len(page) == 0 {
			break
		}
		seen += len(page)
		for i := range page {
			opened[page[i].Item.Code]++
			after = page[i].ID
			if party, number, err := after.Parse(); err == nil {
				t[party.Incarnation] = max(t[party.Incarnation], number)
			}
		}
	}
	x.found.Popularity(opened)
	return t
}

// find is the search that the pages ask too.
func (s *Server) find(ctx context.Context, q search.Query) []search.Hit {
	return s.index.find(ctx, q, false)
}

func (s *Server) search(ctx context.Context, in *struct {
	Text       string    `query:"text" maxLength:"100" doc:"characters, pinyin or initials; several words narrow it down"`
	Limit      int       `query:"limit" minimum:"1" maximum:"100" default:"20"`
	Department string    `query:"department" maxLength:"100"`
	Kind       item.Kind `query:"kind"`
	Here       bool      `query:"here" doc:"only what this center may take: by its level, or because it claimed it"`
}) ([]search.Hit, error) {
	q := search.Query{Text: in.Text, Limit: in.Limit, Department: in.Department, Kind: in.Kind}
	return s.index.find(ctx, q, in.Here), nil
}

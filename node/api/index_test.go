package api

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/search"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
)

// shelf is a Register with nothing in it but items.
type shelf struct {
	mu      sync.Mutex
	head    register.Index
	changed chan struct{}
	items   []register.Summary // by code, then version
	clues   map[item.Ref]register.Clues
	claims  map[item.Code]workday.Date
	read    int // how many clues were asked for
}

func newShelf() *shelf {
	return &shelf{changed: make(chan struct{}), clues: map[item.Ref]register.Clues{}}
}

// put publishes a version that takes effect on a day.
func (s *shelf) put(code item.Code, v item.Version, name string, from workday.Date, takes ...area.Level) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ref := item.Ref{Code: code, Area: "320509000000", Version: v}
	s.head++
	s.items = append(s.items, register.Summary{Ref: ref, Index: s.head, Name: name, Effective: from})
	slices.SortStableFunc(s.items, func(a, b register.Summary) int { return compareRefs(a.Ref, b.Ref) })
	s.clues[ref] = register.Clues{Takes: takes, Codes: []string{"R" + string(code)}}
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *shelf) Head() chain.Head {
	s.mu.Lock()
	defer s.mu.Unlock()
	return chain.Head{Index: s.head}
}

func (s *shelf) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

func (s *shelf) On(day workday.Date) register.Moment { return register.Moment{Day: day} }

func (s *shelf) Items(f register.Filter, after item.Ref, limit int) (page []register.Summary, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, one := range s.items {
		next := i+1 < len(s.items) && s.items[i+1].Ref.Code == one.Ref.Code && s.items[i+1].Effective <= f.On.Day
		if one.Effective > f.On.Day || next || one.Ref.Code <= after.Code {
			continue
		}
		if len(page) == 3 { // short pages, so that there are several
			return page, true
		}
		page = append(page, one)
	}
	return page, false
}

func (s *shelf) Clues(refs ...item.Ref) []register.Clues {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read += len(refs)
	all := make([]register.Clues, len(refs))
	for i, ref := range refs {
		all[i] = s.clues[ref]
	}
	return all
}

func (s *shelf) Claims(area.Center, register.Moment) (map[item.Code]workday.Date, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.claims, nil
}

// drawer is a cabinet of cases that were opened.
type drawer struct {
	mu    sync.Mutex
	cases []casefile.State
	ids   chan casefile.ID
}

func (d *drawer) open(by casefile.Party, code item.Code) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := casefile.State{ID: casefile.NewID(by, uint64(len(d.cases)+1)), Origin: by, Item: item.Ref{Code: code}}
	d.cases = append(d.cases, s)
	if d.ids != nil {
		d.ids <- s.ID
		d.ids <- s.ID // its next event
	}
}

func (d *drawer) List(f cabinet.Filter, after casefile.ID, limit int) (page []casefile.State, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.cases {
		if s.ID > after && s.Origin.Center == f.Origin && len(page) < limit {
			page = append(page, s)
		}
	}
	return page, nil
}

func (d *drawer) State(id casefile.ID) (casefile.State, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.cases {
		if s.ID == id {
			return s, nil
		}
	}
	return casefile.State{}, fmt.Errorf("no case %s", id)
}

func (d *drawer) Watch(buffer int) (<-chan casefile.ID, func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ids = make(chan casefile.ID, buffer)
	return d.ids, func() {}
}

var yejian = casefile.Party{Center: "320509111201", Incarnation: 1}

type indexed struct {
	*index
	shelf *shelf
	cases *drawer
	mu    sync.Mutex
	day   time.Time
}

func newIndexed() *indexed {
	x := &indexed{shelf: newShelf(), cases: &drawer{}, day: workday.Date("2026-03-02").Start()}
	x.index = newIndex(x.shelf, x.cases, func() casefile.Party { return yejian }, func() time.Time {
		x.mu.Lock()
		defer x.mu.Unlock()
		return x.day
	})
	return x
}

func (x *indexed) names(t *testing.T, text string, here bool) (names []string) {
	t.Helper()
	for _, hit := range x.find(t.Context(), search.Query{Text: text}, here) {
		names = append(names, hit.Name)
	}
	return names
}

// What is counted is what this center takes, by what the items say of
// themselves.
func TestTheIndexCountsWhatIsTakenHere(t *testing.T) {
	x := newIndexed()
	for code, takes := range map[item.Code]area.Level{"V": area.Village, "C": area.City} {
		x.shelf.put(code, 1, string(code), "2026-01-01", takes)
		ref := item.Ref{Code: code, Area: "320509000000", Version: 1}
		clues := x.shelf.clues[ref]
		clues.Themes, clues.Applicants = []string{"社会救助"}, []item.Applicant{item.NaturalPerson}
		x.shelf.clues[ref] = clues
	}
	c := x.counts(t.Context(), search.Query{})
	if c.All != 1 || c.Persons != 1 || c.Bodies != 0 || !slices.Equal(c.Themes, []search.Count{{Name: "社会救助", Items: 1}}) {
		t.Errorf("%+v", c)
	}
}

func TestTheIndexFollowsTheRegisterAndTheCalendar(t *testing.T) {
	x := newIndexed()
	want := func(text string, names ...string) {
		t.Helper()
		if got := x.names(t, text, false); !slices.Equal(got, names) {
			t.Errorf("%s: %q finds %v, want %v", x.now().Format(time.DateOnly), text, got, names)
		}
	}
	want("居住证")
	for i := range 7 {
		x.shelf.put(item.Code(fmt.Sprint("A", i)), 1, fmt.Sprint("居住证", i), "2026-01-01")
	}
	want("居住证3", "居住证3")
	want("RA5", "居住证5")
	if x.shelf.read != 7 {
		t.Errorf("read %d versions, want 7", x.shelf.read)
	}
	x.shelf.put("A3", 2, "流动人口登记", "2026-03-03") // tomorrow
	want("居住证3", "居住证3")
	want("ldrk")
	x.mu.Lock()
	x.day = x.day.AddDate(0, 0, 1) // nobody published anything
	x.mu.Unlock()
	want("居住证3")
	want("ldrk", "流动人口登记")
	if x.shelf.read != 8 {
		t.Errorf("read %d versions, want 8: only the new one again", x.shelf.read)
	}
}

func TestWhatThisCenterMayTake(t *testing.T) {
	x := newIndexed()
	x.shelf.put("A", 1, "甲登记", "2026-01-01", area.Town, area.Village)
	x.shelf.put("B", 1, "乙登记", "2026-01-01", area.District)
	x.shelf.put("C", 1, "丙登记", "2026-01-01", area.District)
	x.shelf.put("D", 1, "丁登记", "2026-01-01")
	x.shelf.claims = map[item.Code]workday.Date{"C": "2026-02-01"}
	if got := x.names(t, "登记", true); !slices.Equal(got, []string{"甲登记", "丙登记", "丁登记"}) {
		t.Errorf("here: %v", got)
	}
	if got := x.names(t, "登记", false); len(got) != 4 {
		t.Errorf("all: %v", got)
	}
}

func TestWhatIsOpenedHereComesFirst(t *testing.T) {
	x := newIndexed()
	for _, code := range []item.Code{"A", "B", "C"} {
		x.shelf.put(code, 1, string(code)+"登记", "2026-01-01")
	}
	x.cases.open(yejian, "B")
	x.cases.open(yejian, "B")
	x.cases.open(casefile.Party{Center: "320509111000", Incarnation: 1}, "C") // elsewhere
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); x.keep(ctx) }()
	opened := func(code item.Code, n uint32) {
		t.Helper()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		var got uint32
		for range 5000 {
			for _, hit := range x.find(ctx, search.Query{Text: "登记"}, false) {
				if hit.Ref.Code == code {
					got = hit.Opened
				}
			}
			if got == n {
				return
			}
			<-tick.C
		}
		t.Fatalf("%s was opened %d times, want %d", code, got, n)
	}
	opened("B", 2)
	opened("C", 0)
	for range 3 {
		x.cases.open(yejian, "A")
	}
	opened("A", 3)
	if got := x.names(t, "登记", false); !slices.Equal(got, []string{"A登记", "B登记", "C登记"}) {
		t.Errorf("order: %v", got)
	}
	stop()
	<-ended
}

func TestASearchDoesNotWaitForWhatIsBeingRead(t *testing.T) {
	x := newIndexed()
	x.shelf.put("A", 1, "甲登记", "2026-01-01")
	x.names(t, "登记", false)
	x.turn <- struct{}{} // somebody reads a great deal
	x.shelf.put("B", 1, "乙登记", "2026-01-01")
	if got := x.names(t, "登记", false); len(got) != 1 {
		t.Errorf("found %v", got)
	}
	<-x.turn
	if got := x.names(t, "登记", false); len(got) != 2 {
		t.Errorf("found %v", got)
	}
}

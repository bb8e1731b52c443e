package lookup

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"tongban/intake/casefile"
)

// records are the cases of a test: nil, its record has not come; none, it was
// erased.
type records map[casefile.ID][]Person

func (r records) Watch(int) (<-chan casefile.ID, func()) { return nil, func() {} }

func (r records) All(visit func(casefile.ID, bool) bool) {
	for id, people := range r {
		if !visit(id, people != nil && len(people) == 0) {
			return
		}
	}
}

func (r records) People(id casefile.ID) ([]Person, bool, error) { return r[id], r[id] != nil, nil }

// What was erased while nobody followed is forgotten at the next start, and a
// record that comes late, which changes no case, is found all the same.
func TestFollowWhatNoChangeTells(t *testing.T) {
	x := open(t)
	if err := x.Set(id(1), Person{Name: "虚构甲"}); err != nil {
		t.Fatal(err)
	}
	cases := records{id(1): {}, id(2): nil, id(3): {{Name: "虚构丙"}}}
	f := follower{x, cases, slog.New(slog.DiscardHandler), map[casefile.ID]bool{}}
	f.catchUp(context.Background())
	found := func(text string) int {
		t.Helper()
		ids, _, err := x.Find(text, 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(ids)
	}
	if found("虚构甲") != 0 || found("虚构丙") != 1 {
		t.Error("an erased person is found, or a new one is not")
	}
	cases[id(2)] = []Person{{Name: "虚构乙"}}
	ctx, end := context.WithCancel(context.Background())
	tick, ended := make(chan time.Time), make(chan struct{})
	go func() {
		f.follow(ctx, nil, tick)
		close(ended)
	}()
	tick <- time.Time{}
	end()
	<-ended
	if found("虚构乙") != 1 || len(f.awaited) != 0 {
		t.Errorf("a late record is not found; %d awaited", len(f.awaited))
	}
}

package lookup

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tongban/intake/casefile"
)

// Cases are the node's, as they change.
type Cases interface {
	// Watch returns the ids of cases as they change; the channel is closed when
	// the reader falls behind.
	Watch(buffer int) (ids <-chan casefile.ID, stop func())
	// All calls visit with the id of every case, and whether its people were
	// erased, until it says false.
	All(visit func(id casefile.ID, erased bool) bool)
	// People is who a case is about; here is false where its record has not
	// come, none of them where it was erased.
	People(id casefile.ID) (people []Person, here bool, err error)
}

// again is how often the cases are looked at whose record had not come: it
// travels by itself, and its arrival changes no case.
const again = time.Minute

// maxAwaited is of how many cases a record is waited for at a time. The others
// are looked at when they change, or at the next start.
const maxAwaited = 10_000

// Follow keeps the index in step with the cases until ctx ends: whatever is not
// entered yet, or was erased since, first; then each case as it changes.
func (x *Index) Follow(ctx context.Context, cases Cases, log *slog.Logger) error {
	tick := time.NewTicker(again)
	defer tick.Stop()
	f := follower{x, cases, log, map[casefile.ID]bool{}}
	for ctx.Err() == nil {
		changed, stop := cases.Watch(1024)
		f.catchUp(ctx)
		f.follow(ctx, changed, tick.C)
		stop()
	}
	return ctx.Err()
}

// follower is one run of Follow.
type follower struct {
	*Index
	cases   Cases
	log     *slog.Logger
	awaited map[casefile.ID]bool // their record has not come
}

// catchUp looks at the cases that are not entered, and at those that were erased
// while nobody followed.
func (f *follower) catchUp(ctx context.Context) {
	f.cases.All(func(id casefile.ID, erased bool) bool {
		known, err := f.Known(id)
		switch {
		case err != nil:
			f.log.Warn("a case can't be found by name", "case", string(id), "err", err)
		case !known || erased:
			f.enter(id)
		}
		return ctx.Err() == nil
	})
}

func (f *follower) follow(ctx context.Context, changed <-chan casefile.ID, tick <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			for id := range f.awaited {
				f.enter(id)
			}
		case id, ok := <-changed:
			if !ok {
				return // fell behind: look at all of them again
			}
			if id != "" {
				f.enter(id)
			}
		}
	}
}

// enter looks at one case. Who has no record of it here enters nothing, so that
// it is looked at again.
func (f *follower) enter(id casefile.ID) {
	people, here, err := f.cases.People(id)
	switch {
	case err != nil:
		err = fmt.Errorf("read who case %s is about: %w", id, err)
	case here:
		delete(f.awaited, id)
		err = f.Set(id, people...)
	case len(f.awaited) < maxAwaited:
		f.awaited[id] = true
	}
	if err != nil {
		f.log.Warn("a case can't be found by name", "case", string(id), "err", err)
	}
}

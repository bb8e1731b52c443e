package lookup

import (
	"context"
	"fmt"
	"log/slog"

	"tongban/intake/casefile"
)

// Cases are the node's, as they change.
type Cases interface {
	// Watch returns the ids of cases as they change; the channel is closed when
	// the reader falls behind.
	Watch(buffer int) (ids <-chan casefile.ID, stop func())
	// All calls visit with the id of every case, until it says false.
	All(visit func(casefile.ID) bool)
	// People is who a case is about; here is false where its record has not
	// come, none of them where it was erased.
	People(id casefile.ID) (people []Person, here bool, err error)
}

// Follow keeps the index in step with the cases until ctx ends: whatever is not
// entered yet first, then each case as it changes.
func (x *Index) Follow(ctx context.Context, cases Cases, log *slog.Logger) error {
	for ctx.Err() == nil {
		changed, stop := cases.Watch(1024)
		x.catchUp(ctx, cases, log)
		x.follow(ctx, cases, changed, log)
		stop()
	}
	return ctx.Err()
}

func (x *Index) catchUp(ctx context.Context, cases Cases, log *slog.Logger) {
	cases.All(func(id casefile.ID) bool {
		known, err := x.Known(id)
		if err == nil && !known {
			err = x.enter(cases, id)
		}
		if err != nil {
			log.Warn("a case can't be found by name", "case", string(id), "err", err)
		}
		return ctx.Err() == nil
	})
}

func (x *Index) follow(ctx context.Context, cases Cases, changed <-chan casefile.ID, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case id, ok := <-changed:
			if !ok {
				return // fell behind: look at all of them again
			}
			if id == "" {
				continue
			}
			if err := x.enter(cases, id); err != nil {
				log.Warn("a case can't be found by name", "case", string(id), "err", err)
			}
		}
	}
}

// enter looks at one case. Who has no record of it here enters nothing, so that
// it is looked at again.
func (x *Index) enter(cases Cases, id casefile.ID) error {
	people, here, err := cases.People(id)
	if err != nil {
		return fmt.Errorf("read who case %s is about: %w", id, err)
	}
	if !here {
		return nil
	}
	return x.Set(id, people...)
}

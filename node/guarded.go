package node

import (
	"context"

	"github.com/dgraph-io/badger/v4"

	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/node/store"
)

// guarded is the cabinet as the desk has it: nothing is taken in on a disk
// that is about to be full.
type guarded struct {
	*cabinet.Cabinet
	guard *store.Guard
}

func (g guarded) NewID() (casefile.ID, error) {
	if err := g.guard.Err(); err != nil {
		return "", err
	}
	return g.Cabinet.NewID()
}

func (g guarded) AppendWith(ctx context.Context, id casefile.ID, drafts func(casefile.State) ([]casefile.Draft, error), with func(*badger.Txn) error) (casefile.State, error) {
	if err := g.guard.Err(); err != nil {
		return casefile.State{}, err
	}
	return g.Cabinet.AppendWith(ctx, id, drafts, with)
}

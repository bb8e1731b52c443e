package cabinet

import (
	"errors"
	"slices"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// groups commits what several callers want on the disk in one transaction.
// The database syncs once for each transaction, however many of them wait, so
// thirty-two counters that commit by themselves wait for thirty-two syncs;
// here whoever comes while a sync is under way shares the next one. A caller
// that is alone waits for nobody.
type groups struct {
	db *badger.DB

	mu      sync.Mutex
	waiting []*member // guarded by mu
	led     bool      // guarded by mu: a caller is committing for others
}

// member is one change on its way into a transaction.
type member struct {
	write func(*badger.Txn) error
	err   error
	turn  chan bool // true: commit for all who wait; false: err is what came of it
}

// together is the most changes of one transaction: a few hundred kilobytes of
// ordinary ones. Larger ones divide.
const together = 64

// commit runs write in a transaction, with those of others, and returns when
// that is on the disk. write sets keys that nobody else sets at the time, is
// run again when the transaction has to be made again, and perhaps on the
// goroutine of another caller. An error of write is its own; one of the commit
// is that of all, and wraps errAmbiguous when nobody knows what came of it.
func (g *groups) commit(write func(*badger.Txn) error) error {
	m := &member{write: write, turn: make(chan bool, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, m)
	wait := g.led
	g.led = true
	g.mu.Unlock()
	if wait && !<-m.turn {
		return m.err
	}
	g.mu.Lock()
	n := min(len(g.waiting), together) // m is among them: it is the oldest
	group := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	g.mu.Unlock()
	g.commitAll(group)
	for _, other := range group[1:] {
		other.turn <- false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.led = len(g.waiting) > 0; g.led {
		g.waiting[0].turn <- true
	}
	return m.err
}

// commitAll commits a group and sets each member's err.
func (g *groups) commitAll(group []*member) {
	for len(group) > 0 {
		group = g.commitSome(group)
	}
}

// commitSome commits as many members as one transaction takes, the oldest
// first, and returns those that go into the next. A transaction can't take
// back what one member set, so it is made again without whoever is refused.
func (g *groups) commitSome(in []*member) (left []*member) {
	for try := 1; len(in) > 0; {
		failed, err := g.attempt(in)
		switch {
		case failed > 0 && errors.Is(err, badger.ErrTxnTooBig):
			in, left = in[:failed], slices.Concat(in[failed:], left)
		case failed >= 0:
			in[failed].err = err
			in = slices.Delete(slices.Clone(in), failed, failed+1)
		case errors.Is(err, badger.ErrConflict) && try < tries:
			try++
		default:
			for _, m := range in {
				m.err = err
			}
			return left
		}
	}
	return left
}

// attempt runs and commits a transaction. failed is the member whose write
// gave err; -1: err came of the commit.
func (g *groups) attempt(in []*member) (failed int, err error) {
	txn := g.db.NewTransaction(true)
	defer txn.Discard()
	for i, m := range in {
		if err := m.write(txn); err != nil {
			return i, err
		}
	}
	err = txn.Commit()
	if err != nil && !errors.Is(err, badger.ErrConflict) {
		err = errors.Join(errAmbiguous, err)
	}
	return -1, err
}

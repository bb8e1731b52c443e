//go:build !unix

package store

import (
	"fmt"
	"os"
)

// lock is only a note of who is there: badger's own lock of its folder keeps
// two processes apart where flock does not exist.
type lock struct{ f *os.File }

func acquire(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	fmt.Fprintf(f, "%d\n", os.Getpid())
	return &lock{f}, nil
}

func (l *lock) release() error { return l.f.Close() }

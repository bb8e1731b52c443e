//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"tongban/consensus/refusal"
)

// lock is a file that one process at a time holds with flock. The system gives
// it free when the process dies, however it dies; the file stays, and what it
// says is only for people.
type lock struct{ f *os.File }

func acquire(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		defer f.Close()
		holder := make([]byte, 20)
		n, _ := f.Read(holder) // its holder may not have written yet
		pid := strings.TrimSpace(string(holder[:n]))
		if pid == "" {
			pid = "unknown"
		}
		return nil, refusal.Newf(AlreadyOpen, "lock the data directory",
			"a directory belongs to one running node: use that one, or stop it first",
			"%s: already open by process %s", path, pid)
	}
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	return &lock{f}, nil
}

func (l *lock) release() error { return l.f.Close() }

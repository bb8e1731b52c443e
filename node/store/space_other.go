//go:build !linux

package store

import "math"

// statfs knows no limit where we have not learned to ask the system: the
// guard then never speaks. Hand in a Statfs to have it watch.
func statfs(string) (free, size uint64, err error) {
	return math.MaxUint64 / 2, math.MaxUint64 / 2, nil
}

func reserve(path string, size uint64) error { return fill(path, size) }

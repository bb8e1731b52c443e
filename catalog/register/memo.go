package register

import "sync"

// memo keeps answers until the head moves. The same few questions (who is
// this key, may that center write) are asked a dozen times for each event that
// is written, and the directory changes once in a while.
type memo[K comparable, V any] struct {
	mu   sync.Mutex
	at   *sight  // what kept was read under
	kept map[K]V // guarded by mu
}

// memoKept bounds a memo: a realm has a few thousand centers.
const memoKept = 8192

// get is the kept answer, or the one that read finds. What read could not
// find for want of a disk is not kept.
func (c *memo[K, V]) get(r *Register, k K, read func(m *machine) V) (v V) {
	now := r.sight.Load()
	c.mu.Lock()
	if c.at != now || len(c.kept) >= memoKept {
		c.at, c.kept = now, map[K]V{}
	}
	v, ok := c.kept[k]
	c.mu.Unlock()
	if ok {
		return v
	}
	if err := r.look(func(m *machine) { v = read(m) }); err != nil {
		return v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at == now { // else rows that are older than the head were read, perhaps
		c.kept[k] = v
	}
	return v
}

// found is an answer, and whether there is one.
type found[T any] struct {
	value T
	ok    bool
}

func finds[T any](m *machine, row string) found[T] {
	value, ok := load[T](m, row)
	return found[T]{value, ok}
}

package register

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/wire"
)

// catalogue is the list of all versions in memory, some 700 bytes for an item
// and 300 for each further version with the same texts: read when it is first
// asked for, then kept up with every commit.
type catalogue struct {
	mu     sync.RWMutex
	filled bool
	codes  []item.Code            // in order
	items  map[item.Code][]listed // by area, then version; what lies behind a pointer is never written again
}

// listed is a version with everything that a text is looked for in, in lower
// case.
type listed struct {
	*Summary
	text string
}

// newListed shares the texts of a version with those of the one before it.
func newListed(s Summary, before *listed) listed {
	parts := append([]string{s.Name, string(s.Ref.Code), s.Department}, s.Alias...)
	text := strings.ToLower(strings.Join(parts, "\n"))
	if before != nil && before.text == text && before.Name == s.Name && slices.Equal(before.Alias, s.Alias) && before.Department == s.Department {
		text = before.text
		s.Ref.Code, s.Ref.Area = before.Ref.Code, before.Ref.Area
		s.Name, s.Alias, s.Department = before.Name, before.Alias, before.Department
	}
	return listed{&s, text}
}

// readCatalogue holds the list, read where it is not there, until done is
// called.
func (r *Register) readCatalogue() (c *catalogue, done func()) {
	c = &r.catalogue
	for {
		c.mu.RLock()
		if c.complete() {
			return c, c.mu.RUnlock
		}
		c.mu.RUnlock()
		if !r.fillCatalogue() {
			return &catalogue{}, func() {} // Fault says why
		}
	}
}

// complete expects the lock.
func (c *catalogue) complete() bool { return c.filled && len(c.codes) == len(c.items) }

// fillCatalogue reads the list; false where that fails.
func (r *Register) fillCatalogue() bool {
	c := &r.catalogue
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.filled {
		c.items = map[item.Code][]listed{}
		err := r.db.View(func(txn *badger.Txn) error {
			return scanFault(txn, versionsPrefix, func(_ string, value []byte) error {
				var v versionState
				err := wire.Decode(value, &v)
				c.put(v.Summary)
				return err
			})
		})
		if err != nil {
			r.note(err)
			return false
		}
		c.filled = true
	}
	if len(c.codes) != len(c.items) {
		c.codes = c.codes[:0]
		for code := range c.items {
			c.codes = append(c.codes, code)
		}
		slices.Sort(c.codes)
	}
	return true
}

// update takes over what a commit changed.
func (c *catalogue) update(changed []Summary) {
	if len(changed) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.filled {
		return
	}
	for _, s := range changed {
		c.put(s)
	}
}

func (c *catalogue) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.filled, c.codes, c.items = false, nil, nil
}

// put expects the lock.
func (c *catalogue) put(s Summary) {
	list := c.items[s.Ref.Code]
	i, has := slices.BinarySearchFunc(list, s.Ref, func(o listed, r item.Ref) int {
		return cmp.Or(cmp.Compare(o.Ref.Area, r.Area), cmp.Compare(o.Ref.Version, r.Version))
	})
	var before *listed
	if i > 0 && list[i-1].Ref.Area == s.Ref.Area {
		before = &list[i-1]
	}
	l := newListed(s, before)
	if has {
		list[i] = l
		return
	}
	c.items[s.Ref.Code] = slices.Insert(list, i, l)
}

// seen is what an area sees of an item at a whole moment, given the areas whose
// versions it sees in order: at most one version, the first that is offered.
// Given none it is every one.
func (c *catalogue) seen(code item.Code, line []area.Code, on Moment, withdrawn bool) iter.Seq[listed] {
	return func(yield func(listed) bool) {
		var best listed
		nearest := 2 * len(line)
		list := c.items[code]
		for start, end := 0, 0; start < len(list); start = end {
			a := list[start].Ref.Area
			for end < len(list) && list[end].Ref.Area == a {
				end++
			}
			l, offered := newest(list[start:end], on)
			if l.Summary == nil || !offered && !withdrawn {
				continue
			}
			if line == nil {
				if !yield(l) {
					return
				}
				continue
			}
			at := slices.Index(line, a)
			if at >= 0 && !offered {
				at += len(line) // only where none is offered
			}
			if at >= 0 && at < nearest {
				best, nearest = l, at
			}
		}
		if best.Summary != nil {
			yield(best)
		}
	}
}

// newest is the one of an area's versions that counts at a whole moment; none
// where its summary is nil.
func newest(versions []listed, on Moment) (l listed, offered bool) {
	for _, l := range slices.Backward(versions) {
		if counts, offered := l.counts(on); counts {
			return l, offered
		}
	}
	return listed{}, false
}

// itemCache keeps the versions that were asked for last. A version never
// changes, and its record is its name.
type itemCache struct {
	mu    sync.Mutex
	items map[Index]*item.Item
	order []Index // a ring
	next  int
}

// cachedItems is how many versions are kept decoded, some 20 KB each.
const cachedItems = 128

func (c *itemCache) get(i Index) *item.Item {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.items[i]
}

func (c *itemCache) put(i Index, it *item.Item) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.items == nil {
		c.items, c.order = map[Index]*item.Item{}, make([]Index, cachedItems)
	}
	delete(c.items, c.order[c.next])
	c.items[i], c.order[c.next] = it, i
	c.next = (c.next + 1) % cachedItems
}

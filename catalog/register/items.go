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

// Filter chooses items. Zero fields choose all.
type Filter struct {
	// Area is who looks: of each item it sees its own version, else that of
	// the nearest area above it. "": every version that any area offers.
	Area       area.Code
	Text       string     // in name, alias, code or department, whatever the case
	Department string     // exactly
	Level      area.Level // the level that decides
	Kind       item.Kind
	Withdrawn  bool // also those that are no longer offered
}

// MaxItems is the longest list that Items answers with.
const MaxItems = 1000

// Items lists current versions by code, then area, from the one after another
// on ("": the first); more says that there are further ones. limit is at most
// MaxItems, 0 means that.
func (r *Register) Items(f Filter, after item.Ref, limit int) (found []Summary, more bool) {
	if limit <= 0 || limit > MaxItems {
		limit = MaxItems
	}
	line, nowhere := f.ready()
	if nowhere {
		return nil, false
	}
	r.fillCatalogue()
	r.catalogue.mu.RLock()
	defer r.catalogue.mu.RUnlock()
	codes := r.catalogue.codes
	start, _ := slices.BinarySearch(codes, after.Code)
	for _, c := range codes[start:] {
		for l := range r.catalogue.seen(c, line, f.Withdrawn) {
			past := c > after.Code || f.Area == "" && l.Ref.Area > after.Area
			if !past || !f.matches(l) {
				continue
			}
			if len(found) == limit {
				return found, true
			}
			found = append(found, l.Summary)
		}
	}
	return found, false
}

// CountItems is how many items a center of that area sees.
func (r *Register) CountItems(f Filter) (n int) {
	line, nowhere := f.ready()
	if nowhere {
		return 0
	}
	r.fillCatalogue()
	r.catalogue.mu.RLock()
	defer r.catalogue.mu.RUnlock()
	for _, c := range r.catalogue.codes {
		for l := range r.catalogue.seen(c, line, f.Withdrawn) {
			if f.matches(l) {
				n++
			}
		}
	}
	return n
}

// ready makes the text comparable and finds the area's line upward.
func (f *Filter) ready() (line []area.Code, nowhere bool) {
	f.Text = strings.ToLower(strings.TrimSpace(f.Text))
	line = f.Area.Up()
	return line, f.Area != "" && line == nil
}

func (f *Filter) matches(l *listed) bool {
	switch {
	case f.Department != "" && l.Department != f.Department,
		f.Level != 0 && l.Level != f.Level,
		f.Kind != "" && l.Kind != f.Kind:
		return false
	}
	return f.Text == "" || strings.Contains(l.text, f.Text)
}

// offer is the question which version of an item an area sees.
type offer struct {
	code item.Code
	by   area.Code
}

// Item is the version of an item that a center of that area works by now: its
// own, else that of the nearest area above it.
func (r *Register) Item(c item.Code, by area.Code) (*item.Item, bool) {
	seen := r.offers.get(r, offer{c, by}, func(m *machine) found[item.Ref] {
		for _, up := range by.Up() {
			if s, ok := load[Summary](m, itemRow(c, up)); ok && s.Withdrawn == 0 {
				return found[item.Ref]{s.Ref, true}
			}
		}
		return found[item.Ref]{}
	})
	if !seen.ok {
		return nil, false
	}
	return r.Version(seen.value)
}

// Version is one published version, withdrawn or not. The item is shared:
// nobody writes into it.
func (r *Register) Version(ref item.Ref) (*item.Item, bool) {
	version := r.versions.get(r, ref, func(m *machine) found[versionState] { return finds[versionState](m, versionRow(ref)) })
	if !version.ok {
		return nil, false
	}
	at := version.value
	if it := r.cache.get(at.Index); it != nil {
		return it, true
	}
	rec, err := r.Record(at.Index)
	if err != nil {
		r.fault.CompareAndSwap(nil, &err)
		return nil, false
	}
	_, body, err := rec.Open()
	p, is := body.(Publication)
	if err != nil || !is {
		return nil, false
	}
	r.cache.put(at.Index, &p.Item)
	return &p.Item, true
}

// Published is one version in an item's history.
type Published struct {
	Ref       item.Ref    `json:"ref"`
	Index     Index       `json:"index"`
	Time      int64       `json:"time"` // the publisher's, Unix milliseconds
	By        area.Center `json:"by"`   // "" for the root key
	Staff     string      `json:"staff,omitempty"`
	Note      string      `json:"note,omitempty"`
	Withdrawn Index       `json:"withdrawn,omitempty"`
	Reason    string      `json:"reason,omitempty"` // of the withdrawal
}

// History lists every version of an item in every area, by area and version.
func (r *Register) History(c item.Code) ([]Published, error) {
	var all []Published
	prefix := versionPrefix(c)
	var fault error
	err := r.scan(prefix, "", func(key string, value []byte) bool {
		var v versionState
		if fault = wire.Decode(value, &v); fault != nil {
			return false
		}
		rest := key[len(prefix):]
		version := item.Version(0)
		for _, b := range []byte(rest[len(rest)-4:]) {
			version = version<<8 | item.Version(b)
		}
		all = append(all, Published{
			Ref:   item.Ref{Code: c, Area: area.Code(rest[:len(rest)-5]), Version: version},
			Index: v.Index, Withdrawn: v.Withdrawn, Reason: v.Reason,
		})
		return true
	})
	if err := cmp.Or(err, fault); err != nil {
		return nil, err
	}
	for i := range all {
		rec, err := r.Record(all[i].Index)
		if err != nil {
			return nil, err
		}
		cmd, _, err := rec.Open()
		if err != nil {
			return nil, err
		}
		all[i].Time, all[i].By, all[i].Staff, all[i].Note = cmd.Time, cmd.ID.Center, cmd.Staff, cmd.Note
	}
	return all, nil
}

// catalogue is the list of current versions in memory, some 300 bytes each:
// read when it is first asked for, then kept up with every commit.
type catalogue struct {
	mu     sync.RWMutex
	filled bool
	codes  []item.Code             // in order
	items  map[item.Code][]*listed // of each area that has published it, by area
}

// listed is a summary with everything that a text is looked for in, in lower
// case.
type listed struct {
	Summary
	text string
}

func newListed(s Summary) *listed {
	parts := append([]string{s.Name, string(s.Ref.Code), s.Department}, s.Alias...)
	return &listed{s, strings.ToLower(strings.Join(parts, "\n"))}
}

// fillCatalogue reads the list unless it is there.
func (r *Register) fillCatalogue() {
	c := &r.catalogue
	c.mu.RLock()
	filled := c.filled && (len(c.codes) == len(c.items))
	c.mu.RUnlock()
	if filled {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.filled {
		c.items = map[item.Code][]*listed{}
		err := r.db.View(func(txn *badger.Txn) error {
			return scanFault(txn, itemPrefix, func(_ string, value []byte) error {
				var s Summary
				err := wire.Decode(value, &s)
				c.put(s)
				return err
			})
		})
		if err != nil {
			r.fault.CompareAndSwap(nil, &err)
			return
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
	i, has := slices.BinarySearchFunc(list, s.Ref.Area, func(o *listed, a area.Code) int { return cmp.Compare(o.Ref.Area, a) })
	if has {
		list[i] = newListed(s)
		return
	}
	c.items[s.Ref.Code] = slices.Insert(list, i, newListed(s))
}

// seen is what an area sees of an item, given the area and those above it: at
// most one version, the nearest that is offered. Given none it is every one.
func (c *catalogue) seen(code item.Code, line []area.Code, withdrawn bool) iter.Seq[*listed] {
	return func(yield func(*listed) bool) {
		var best *listed
		nearest := len(line)
		for _, l := range c.items[code] {
			if l.Withdrawn != 0 && !withdrawn {
				continue
			}
			if line == nil {
				if !yield(l) {
					return
				}
				continue
			}
			at := slices.Index(line, l.Ref.Area)
			if at >= 0 && l.Withdrawn != 0 {
				at += len(line) // only where none is offered
			}
			if at >= 0 && (best == nil || at < nearest) {
				best, nearest = l, at
			}
		}
		if best != nil {
			yield(best)
		}
	}
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

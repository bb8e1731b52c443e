package condition

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"

	"cel.dev/cel-go/cel"

	"tongban/catalog/item"
)

// programs are the conditions of one item that can be asked. It is never
// changed once it is made.
type programs map[at]cel.Program

// kept is how many items' conditions stay compiled: what one counter works with
// in an hour. Nothing is kept until the first is asked.
const kept = 48

// recent are the items asked last, by what their conditions say, not by their
// version: a draft has none.
var recent struct {
	sync.Mutex
	by    map[[32]byte]programs
	order [][32]byte // oldest first
}

func compiledFor(it *item.Item, all []place) programs {
	k := keyOf(it, all)
	recent.Lock()
	found, ok := recent.by[k]
	recent.Unlock()
	if ok {
		return found
	}
	made := compileAll(it, all)
	recent.Lock()
	defer recent.Unlock()
	if recent.by == nil {
		recent.by = map[[32]byte]programs{}
	}
	if _, ok := recent.by[k]; !ok {
		recent.by[k] = made
		recent.order = append(recent.order, k)
		if len(recent.order) > kept {
			delete(recent.by, recent.order[0])
			recent.order = recent.order[1:]
		}
	}
	return made
}

// compileAll leaves out what can't be read.
func compileAll(it *item.Item, all []place) programs {
	b, made := newBook(it), make(programs, len(all))
	for _, p := range all {
		if program, faults := b.compile(p); len(faults) == 0 {
			made[p.at] = program
		}
	}
	return made
}

// keyOf is the hash of everything that the programs of an item depend on.
func keyOf(it *item.Item, all []place) [32]byte {
	h := sha256.New()
	for i := range it.Situations {
		q := &it.Situations[i]
		say(h, "situation", i, q.ID)
		if q.Several {
			say(h, "several", i)
		}
		for j, o := range q.Options {
			say(h, "option", j, o.ID)
		}
	}
	for _, p := range all {
		say(h, p.list, p.index, p.text)
	}
	return [32]byte(h.Sum(nil))
}

// say writes words so that no two lists of words look alike.
func say(h hash.Hash, what string, i int, words ...string) {
	var n [8]byte
	write := func(s string) {
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	write(what)
	binary.BigEndian.PutUint64(n[:], uint64(i))
	h.Write(n[:])
	for _, s := range words {
		write(s)
	}
}

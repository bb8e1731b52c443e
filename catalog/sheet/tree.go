package sheet

import "strings"

// sort is what a node is.
type sort byte

const (
	scalar sort = iota + 1
	mapping
	sequence
)

// node is a value of a file before it is known to be an element: what every
// format is read into, with the place of each value.
type node struct {
	sort    sort
	quoted  bool // said to be no text: a number or a boolean of JSON
	blank   bool // nothing: null
	faulty  bool // its value could not be read, which was told
	text    string
	at      place
	entries []entry // of a mapping
	kids    []*node // of a sequence
	head    *head   // of a row: where an element without a cell would stand
}

// entry is one pair of a mapping.
type entry struct {
	key   string
	at    place
	value *node
}

func (n *node) put(key string, at place, value *node) {
	n.entries = append(n.entries, entry{key, at, value})
}

func (n *node) get(key string) *node {
	for i := range n.entries {
		if n.entries[i].key == key {
			return n.entries[i].value
		}
	}
	return nil
}

// inside finds or makes the mapping or sequence at a key.
func (n *node) inside(key string, s sort, at place) *node {
	if kid := n.get(key); kid != nil {
		return kid
	}
	kid := &node{sort: s, at: at}
	n.put(key, at, kid)
	return kid
}

// segments takes a path apart: "materials[2].need" is materials, 2, need. An
// index is marked by being not negative.
type segment struct {
	name  string
	index int // -1 for a name
}

// segments reads a path; not ok: it is none.
func segments(path string) (out []segment, ok bool) {
	for part := range strings.SplitSeq(path, ".") {
		name, rest, indexed := strings.Cut(part, "[")
		if name == "" {
			return nil, false
		}
		out = append(out, segment{name, -1})
		for indexed {
			var digits string
			digits, rest, indexed = strings.Cut(rest, "]")
			if !indexed || digits == "" || len(digits) > 6 || strings.Trim(digits, "0123456789") != "" {
				return nil, false
			}
			n := 0
			for _, c := range digits {
				n = n*10 + int(c-'0')
			}
			out = append(out, segment{"", n})
			if rest == "" {
				break
			}
			if !strings.HasPrefix(rest, "[") {
				return nil, false
			}
			rest = rest[1:]
		}
	}
	return out, true
}

// locate finds the place of an element of an item: its own value, else where
// its value would stand, else what holds it.
func (n *node) locate(element string) place {
	parts, ok := segments(strings.TrimPrefix(element, "ref."))
	if !ok {
		return n.at
	}
	at := n.at
	for i, part := range parts {
		if n.head != nil {
			at = n.head.place(n.at, parts[i:])
		}
		var next *node
		switch {
		case part.index < 0 && n.sort == mapping:
			next = n.get(part.name)
		case part.index >= 0 && n.sort == sequence && part.index < len(n.kids):
			next = n.kids[part.index]
		}
		if next == nil {
			return at
		}
		n, at = next, next.at
	}
	if n.head != nil {
		at = n.head.place(n.at, nil)
	}
	return at
}

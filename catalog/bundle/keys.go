package bundle

import (
	"slices"
	"strings"

	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

// name is a question of the bundle itself (code "") or of a member.
type name struct {
	code item.Code
	id   string
}

// keys is the key of every question. It depends on which members are offered,
// not on their order nor on which of them apply.
type keys map[name]string

func (k keys) of(code item.Code, id string) string { return k[name{code, id}] }

// whole is the name of a member's question that always holds.
func whole(code item.Code, id string) string { return string(code) + "." + id }

func keysOf(b *item.Item, offered map[item.Code]*item.Item) keys {
	k := keys{}
	own := map[string]*item.Situation{}
	for i := range b.Situations {
		q := &b.Situations[i]
		own[q.ID], k[name{"", q.ID}] = q, q.ID
	}
	agreed := map[string]*item.Situation{} // nil: two members differ
	for _, it := range offered {
		for i := range it.Situations {
			q := &it.Situations[i]
			if other, met := agreed[q.ID]; met && (other == nil || !same(other, q)) {
				agreed[q.ID] = nil
			} else if !met {
				agreed[q.ID] = q
			}
		}
	}
	for code, it := range offered {
		for i := range it.Situations {
			q := &it.Situations[i]
			k[name{code, q.ID}] = whole(code, q.ID)
			if mine := own[q.ID]; mine != nil && same(mine, q) || mine == nil && agreed[q.ID] != nil {
				k[name{code, q.ID}] = q.ID
			}
		}
	}
	return k
}

// same reports whether one answer serves two questions. When they are asked may
// differ: each member says so for itself.
func same(a, b *item.Situation) bool {
	return fold(a.Question) == fold(b.Question) && a.Several == b.Several &&
		slices.EqualFunc(a.Options, b.Options, func(x, y item.Option) bool { return x.ID == y.ID && fold(x.Text) == fold(y.Text) })
}

// maxUnknown is how many keys that nobody asks for are told at once.
const maxUnknown = 20

// deal gives everybody the answers that are theirs.
func (k keys) deal(b *item.Item, offered map[item.Code]*item.Item, answers item.Answers) (own item.Answers, theirs map[item.Code]item.Answers, err error) {
	own, theirs = item.Answers{}, map[item.Code]item.Answers{}
	used := map[string]bool{}
	for i := range b.Situations {
		id := b.Situations[i].ID
		if chosen, ok := answers[id]; ok {
			own[id], used[id] = chosen, true
		}
	}
	for code, it := range offered {
		theirs[code] = item.Answers{}
		for i := range it.Situations {
			id := it.Situations[i].ID
			for _, key := range []string{k.of(code, id), whole(code, id)} { // the second goes before the first
				if chosen, ok := answers[key]; ok {
					theirs[code][id], used[key] = chosen, true
				}
			}
		}
	}
	var unknown []string
	for key := range answers {
		code, _, named := strings.Cut(key, ".")
		absent := named && offered[item.Code(code)] == nil && slices.ContainsFunc(b.Members, func(m item.Member) bool { return string(m.Code) == code })
		if !used[key] && !absent { // what a member asks that is not offered is told as missing
			unknown = append(unknown, key)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		unknown = unknown[:min(len(unknown), maxUnknown)]
		return nil, nil, refusal.Newf(condition.BadAnswer, "read the answers", "answer under the keys of the questions",
			"没有标识为“%s”的办理情形", strings.Join(unknown, "”“"))
	}
	return own, theirs, nil
}

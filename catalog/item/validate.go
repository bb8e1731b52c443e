package item

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongban/consensus/wire"
)

// Severity says whether a finding stops publication.
type Severity string

// An error stops publication: no counter could work by the item, or the law
// forbids it. A warning is shown to whoever publishes: published guides are
// not always consistent, and what a source does not say stays empty.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one thing to mend or to know. Code is stable, for programs.
type Finding struct {
	Element  string   `json:"element"` // by its path, such as "steps[2].limit"; see Label
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"` // Chinese
	English  string   `json:"english"`
}

// String is one line of a report, Chinese first.
func (f Finding) String() string {
	zh, _ := Label(f.Element)
	if zh != f.Element {
		zh = f.Element + " " + zh
	}
	word := "警告"
	if f.Severity == Error {
		word = "错误"
	}
	return fmt.Sprintf("%s %s：%s / %s: %s (%s)", word, zh, f.Message, f.Severity, f.English, f.Code)
}

// Publishable reports whether no finding is an error.
func Publishable(found []Finding) bool {
	return !slices.ContainsFunc(found, func(f Finding) bool { return f.Severity == Error })
}

// MaxSize is how many bytes of CBOR an item may have, so that a command of the
// Register carries it with its seal.
const MaxSize = 200 << 10

// Validate finds everything that is wrong or odd with an item, all at once, in
// the order of its elements. The area and version of its Ref are the
// Register's to check: a template has none. Conditions are only measured here;
// catalog/condition reads them.
func Validate(it Item) []Finding {
	r := checked(&it)
	r.identity(&it)
	r.power(&it)
	r.laws(&it)
	r.situations(&it)
	r.papers(&it)
	r.limits(&it)
	r.steps(&it)
	r.service(&it)
	r.bundle(&it)
	r.origin(&it)
	return r.inOrder()
}

// ValidateDraft finds what no draft may have: a key or a code of the wrong
// shape, text that is too long or holds control characters, lists and items
// that are too large. A draft may be unfinished and contradict itself.
func ValidateDraft(it Item) []Finding {
	r := checked(&it)
	r.codes(&it)
	stops := []string{"code_shape", "code_composition", "bad_text", "too_long", "too_many", "too_large"}
	return slices.DeleteFunc(r.inOrder(), func(f Finding) bool { return !slices.Contains(stops, f.Code) })
}

// checked is a report of the form of every single value and of the whole size.
func checked(it *Item) *report {
	r := &report{}
	if n := len(wire.Encode(it)); n > MaxSize {
		r.err("item", "too_large", "共 %[1]d 字节，最多 %[2]d 字节；长文请改为附件", "%[1]d bytes; at most %[2]d, put long texts into attachments", n, MaxSize)
	}
	r.values(it)
	return r
}

// report gathers findings. Both formats of a message get the same arguments;
// words that differ between the languages are told apart by their index.
type report struct{ found []Finding }

func (r *report) err(element, code, zh, en string, args ...any) {
	r.add(element, code, Error, fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...))
}

func (r *report) warn(element, code, zh, en string, args ...any) {
	r.add(element, code, Warning, fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...))
}

func (r *report) add(element, code string, s Severity, zh, en string) {
	r.found = append(r.found, Finding{element, code, s, zh, en})
}

// blanks are what is no text. They are named here, for good: voters must agree,
// and what Unicode counts as a blank changes.
const blanks = " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

func blank(text string) bool { return strings.Trim(text, blanks) == "" }

// need demands a text.
func (r *report) need(element, value string) {
	if blank(value) {
		r.err(element, "missing", "没有填写", "not given")
	}
}

// needAll demands a text in every line of a list.
func (r *report) needAll(element string, lines []string) {
	for i, line := range lines {
		if blank(line) {
			r.err(at(element, i), "missing", "这一条是空的，请填写或删去", "an empty line: fill it in or leave it out")
		}
	}
}

// twice says that a key was used before.
func (r *report) twice(element, value, first string) {
	r.err(element, "twice", "「%[1]s」与 %[2]s 重复", "%[1]q is also %[2]s", value, first)
}

// seen remembers where each key stood first; "" is no key.
type seen map[string]string

func (s seen) before(key, element string) (first string, twice bool) {
	if key == "" {
		return "", false
	}
	first, twice = s[key]
	if !twice {
		s[key] = element
	}
	return first, twice
}

// at is the path of one entry of a list.
func at(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// inOrder sorts the findings by element and entry; what concerns one entry
// stays as it was found.
func (r *report) inOrder() []Finding {
	slices.SortStableFunc(r.found, func(a, b Finding) int {
		x, i := place(a.Element)
		y, j := place(b.Element)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(i, j))
	})
	return r.found
}

var ranks = func() map[string]int {
	ranks := map[string]int{}
	for i, e := range elements {
		ranks[e.Path] = i + 1
	}
	return ranks
}()

// place is where an element stands in an item: the rank of the element that
// it is part of, and its entry; -1 for the list as such.
func place(element string) (rank, entry int) {
	head, rest, indexed := strings.Cut(element, "[")
	head, _, _ = strings.Cut(head, ".")
	entry = -1
	if number, _, ok := strings.Cut(rest, "]"); indexed && ok {
		if n, err := strconv.Atoi(number); err == nil {
			entry = n
		}
	}
	return ranks[head], entry
}

package item

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between two versions, in words. From and To are
// the two values where the element has one; added and removed entries of a
// list leave one of them empty.
type Change struct {
	Element string `json:"element"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	Text    string `json:"text"`
}

// String is the sentence.
func (c Change) String() string { return c.Text }

// Diff says what changed from a to b, in the order of the elements: what an
// official reads before publishing and a counter reads after. Equal versions
// give nothing; the version number and the area are not elements.
func Diff(a, b Item) []Change {
	d := &differ{}
	d.value("code", "code", string(a.Ref.Code), string(b.Ref.Code))
	d.value("name", "name", a.Name, b.Name)
	d.set("alias", "also called", a.Alias, b.Alias)
	d.value("basic_code", "basic code", a.Basic, b.Basic)
	d.value("implementation_code", "implementation code", a.Implement, b.Implement)
	d.value("handling_code", "handling code", a.Handling, b.Handling)
	d.value("type", "type", string(a.Type), string(b.Type))
	d.value("department", "department", a.Department, b.Department)
	d.value("authority", "authority", a.Authority, b.Authority)
	d.value("level", "deciding level", a.Level.String(), b.Level.String())
	d.value("kind", "kind", string(a.Kind), string(b.Kind))
	d.limit("legal", "legal limit", a.Legal, b.Legal)
	d.limit("promise", "promised limit", a.Promise, b.Promise)
	d.set("conditions", "condition", a.Conditions, b.Conditions)
	d.materials(a.Materials, b.Materials)
	d.steps(a.Steps, b.Steps)
	d.special(a.Special, b.Special)
	d.value("fee", "fee", a.Fee, b.Fee)
	d.value("visits", "visits", visits(a.Visits), visits(b.Visits))
	d.value("scope", "scope", string(a.Scope), string(b.Scope))
	d.value("mode", "mode", string(a.Mode), string(b.Mode))
	d.value("subject", "what fixes competence", string(a.Subject), string(b.Subject))
	d.set("laws", "legal basis", laws(a.Laws), laws(b.Laws))
	d.value("result", "result", a.Result, b.Result)
	d.value("origin", "origin", a.Origin.String(), b.Origin.String())
	d.value("record", "record", a.Record, b.Record)
	d.value("effective", "effective from", a.Effective, b.Effective)
	d.value("note", "note", a.Note, b.Note)
	return d.changes
}

type differ struct{ changes []Change }

func (d *differ) add(element, from, to, format string, args ...any) {
	d.changes = append(d.changes, Change{element, from, to, fmt.Sprintf(format, args...)})
}

// value compares an element that has one value.
func (d *differ) value(element, label, from, to string) {
	switch {
	case from == to:
	case from == "":
		d.add(element, from, to, "%s: %s (was not given)", label, to)
	case to == "":
		d.add(element, from, to, "%s: no longer given (was %s)", label, from)
	default:
		d.add(element, from, to, "%s: %s → %s", label, from, to)
	}
}

// limit compares two limits; of one unit only the number is worth saying.
func (d *differ) limit(element, label string, from, to Limit) {
	if from == to {
		return
	}
	if from.Unit == to.Unit && from.Unit != OnTheSpot && !from.IsZero() && !to.IsZero() {
		d.add(element, from.String(), to.String(), "%s: %s → %s", label, from.number(), to)
		return
	}
	d.value(element, label, limitWord(from), limitWord(to))
}

func limitWord(l Limit) string {
	if l.IsZero() {
		return ""
	}
	return l.String()
}

// set compares two lists whose order says nothing.
func (d *differ) set(element, label string, from, to []string) {
	for _, gone := range without(from, to) {
		d.add(element, gone, "", "%s no longer: %s", label, gone)
	}
	for _, come := range without(to, from) {
		d.add(element, "", come, "%s: %s (new)", label, come)
	}
}

// without lists what occurs more often in list than in other.
func without(list, other []string) []string {
	left := slices.Clone(other)
	var rest []string
	for _, s := range list {
		if i := slices.Index(left, s); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		rest = append(rest, s)
	}
	return rest
}

func (d *differ) materials(from, to []Material) {
	find := func(list []Material, id string) int {
		return slices.IndexFunc(list, func(m Material) bool { return m.ID == id })
	}
	for _, m := range from {
		if find(to, m.ID) < 0 {
			d.add("materials."+m.ID, m.Name, "", "material %q no longer asked for (was %s)", m.Name, needWord(m.Need))
		}
	}
	for _, m := range to {
		at := "materials." + m.ID
		i := find(from, m.ID)
		if i < 0 {
			d.add(at, "", m.Name, "material %q newly asked for (%s)", m.Name, needWord(m.Need))
			continue
		}
		d.material(at, from[i], m)
	}
}

func (d *differ) material(at string, old, m Material) {
	label := fmt.Sprintf("material %q", m.Name)
	d.value(at+".name", fmt.Sprintf("material %q, name", m.ID), old.Name, m.Name)
	if old.Need != m.Need {
		text := label + ": " + needWord(old.Need) + " → " + needWord(m.Need)
		if old.Need == Required {
			text = label + " no longer required (now " + needWord(m.Need) + ")"
		}
		d.add(at+".need", string(old.Need), string(m.Need), "%s", text)
	}
	d.value(at+".originals", label+", originals", strconv.Itoa(old.Originals), strconv.Itoa(m.Originals))
	d.value(at+".copies", label+", copies", strconv.Itoa(old.Copies), strconv.Itoa(m.Copies))
	d.value(at+".source", label+", issued by", old.Source, m.Source)
	d.value(at+".when", label+", when", old.When, m.When)
	if old.Exempt != m.Exempt {
		word := "must be handed in again"
		if m.Exempt {
			word = "need not be handed in any more: the office has it"
		}
		d.add(at+".exempt", strconv.FormatBool(old.Exempt), strconv.FormatBool(m.Exempt), "%s %s", label, word)
	}
	d.value(at+".note", label+", note", old.Note, m.Note)
}

func needWord(n Need) string {
	switch n {
	case Required:
		return "required"
	case Optional:
		return "optional"
	case LaterIfNeed:
		return "may follow later"
	}
	return string(n)
}

// steps compares two routes. A step is known by its name and action; where
// the same ones stand in another order that is said once.
func (d *differ) steps(from, to []Step) {
	oldKeys, newKeys := stepKeys(from), stepKeys(to)
	for i, key := range oldKeys {
		if !slices.Contains(newKeys, key) {
			d.add(stepAt(key), describe(from[i]), "", "step %q removed (%s)", from[i].Name, describe(from[i]))
		}
	}
	for i, key := range newKeys {
		j := slices.Index(oldKeys, key)
		if j < 0 {
			d.add(stepAt(key), "", describe(to[i]), "step %q added (%s)", to[i].Name, describe(to[i]))
			continue
		}
		d.step(stepAt(key), from[j], to[i])
	}
	keep := func(keys, others []string) []string {
		return slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return !slices.Contains(others, k) })
	}
	if was, is := keep(oldKeys, newKeys), keep(newKeys, oldKeys); !slices.Equal(was, is) {
		d.add("steps", names(was), names(is), "order of the steps: %s → %s", names(was), names(is))
	}
}

// stepKeys names each step uniquely: a route may post twice under one name.
func stepKeys(steps []Step) []string {
	keys := make([]string, len(steps))
	seen := map[string]int{}
	for i, s := range steps {
		key := s.Name + "\x00" + string(s.Action)
		seen[key]++
		keys[i] = key
		if n := seen[key]; n > 1 {
			keys[i] = s.Name + " (" + strconv.Itoa(n) + ")\x00" + string(s.Action)
		}
	}
	return keys
}

func stepAt(key string) string {
	name, _, _ := strings.Cut(key, "\x00")
	return "steps." + name
}

func names(keys []string) string {
	words := make([]string, len(keys))
	for i, k := range keys {
		words[i], _, _ = strings.Cut(k, "\x00")
	}
	return strings.Join(words, ", ")
}

// describe says who does a step and how long it may take.
func describe(s Step) string {
	text := string(s.Action) + " at " + s.Level.String() + " level"
	if !s.Limit.IsZero() {
		text += ", " + s.Limit.String()
	}
	if s.Uncounted {
		text += ", not counted"
	}
	if s.Outside {
		text += ", outside"
	}
	return text
}

func (d *differ) step(at string, old, s Step) {
	label := fmt.Sprintf("step %q", s.Name)
	d.value(at+".level", label+", acting level", old.Level.String(), s.Level.String())
	d.value(at+".department", label+", department", old.Department, s.Department)
	d.value(at+".post", label+", post", old.Post, s.Post)
	d.limit(at+".limit", label+", limit", old.Limit, s.Limit)
	if old.Uncounted != s.Uncounted {
		word := "counts toward the limit from now on"
		if s.Uncounted {
			word = "no longer counts toward the limit"
		}
		d.add(at+".uncounted", strconv.FormatBool(old.Uncounted), strconv.FormatBool(s.Uncounted), "%s %s", label, word)
	}
	if old.Outside != s.Outside {
		word := "is done inside from now on"
		if s.Outside {
			word = "is done outside from now on"
		}
		d.add(at+".outside", strconv.FormatBool(old.Outside), strconv.FormatBool(s.Outside), "%s %s", label, word)
	}
	d.value(at+".note", label+", note", old.Note, s.Note)
}

func (d *differ) special(from, to []Special) {
	words := func(list []Special) []string {
		all := make([]string, len(list))
		for i, s := range list {
			all[i] = s.Name
			if !s.Limit.IsZero() {
				all[i] += ", " + s.Limit.String()
			}
			if s.Note != "" {
				all[i] += " (" + s.Note + ")"
			}
		}
		return all
	}
	d.set("special", "special procedure", words(from), words(to))
}

func visits(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func laws(list []Law) []string {
	all := make([]string, len(list))
	for i, l := range list {
		all[i] = strings.TrimSpace(l.Title + " " + l.Article)
		if l.Text != "" {
			all[i] += ": " + l.Text
		}
	}
	return all
}

// String is the origin as a screen shows it: area, date, source.
func (o Origin) String() string {
	var parts []string
	for _, p := range []string{o.Area, o.Date, o.Source} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

package item

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/workday"
)

// Severity says whether a finding stops publication.
type Severity string

// An error stops publication: no counter could work by the item. A warning is
// shown to whoever publishes: published guides are not always consistent, and
// what a source does not say stays empty.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one thing to mend or to know. Code is stable, for programs and
// translations.
type Finding struct {
	Element  string   `json:"element"` // such as "steps[2].limit"
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
}

// String is one line of a report.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s (%s)", f.Severity, f.Element, f.Message, f.Code)
}

// Publishable reports whether no finding is an error.
func Publishable(found []Finding) bool {
	return !slices.ContainsFunc(found, func(f Finding) bool { return f.Severity == Error })
}

// Bounds on one item, so that a page shows it and a command carries it.
const (
	maxName      = 200 // characters, GB/T 39046
	maxSteps     = 40
	maxMaterials = 300
	maxLines     = 300 // laws, conditions, aliases, special procedures
)

// Validate finds everything that is wrong or odd with an item, all at once,
// in the order of its elements. The area and version of its Ref are the
// Register's to check: a template has none.
func Validate(it Item) []Finding {
	r := &report{}
	r.names(&it)
	r.codes(&it)
	r.choices(&it)
	r.limits(&it)
	r.materials(&it)
	r.steps(&it)
	r.route(&it)
	r.rest(&it)
	return r.found
}

type report struct{ found []Finding }

func (r *report) err(element, code, format string, args ...any) {
	r.found = append(r.found, Finding{element, code, Error, fmt.Sprintf(format, args...)})
}

func (r *report) warn(element, code, format string, args ...any) {
	r.found = append(r.found, Finding{element, code, Warning, fmt.Sprintf(format, args...)})
}

func (r *report) need(element, value, what string) {
	if strings.TrimSpace(value) == "" {
		r.err(element, "missing", "say %s", what)
	}
}

func (r *report) most(element string, n, limit int) {
	if n > limit {
		r.err(element, "too_many", "%d entries; at most %d", n, limit)
	}
}

func (r *report) names(it *Item) {
	r.need("name", it.Name, "what the item is called")
	if n := utf8.RuneCountInString(it.Name); n > maxName {
		r.err("name", "too_long", "%d characters; at most %d", n, maxName)
	}
	r.need("department", it.Department, "whose matter it is")
	for i, a := range it.Alias {
		r.need(fmt.Sprintf("alias[%d]", i), a, "the name, or leave the line out")
	}
	if it.Authority == "" {
		r.warn("authority", "missing", "nobody is named in whose name notices go out")
	}
}

func (r *report) codes(it *Item) {
	if err := it.Ref.Code.Check(); err != nil {
		r.err("code", "code_shape", "%v", err)
	}
	for _, c := range []struct {
		element, value string
		check          func(string) error
	}{
		{"basic_code", it.Basic, CheckBasic},
		{"implementation_code", it.Implement, CheckImplement},
		{"handling_code", it.Handling, CheckHandling},
	} {
		if c.value == "" {
			continue
		}
		if err := c.check(c.value); err != nil {
			r.err(c.element, "code_shape", "%v", err)
		}
	}
	if err := CheckComposition(it.Basic, it.Implement, it.Handling); err != nil {
		r.err("handling_code", "code_composition", "%v", err)
	}
	if want := it.PublishedCode(); want != "" && it.Ref.Code != "" && it.Ref.Code != want {
		r.warn("code", "code_local", "the key is %s although %s is published", it.Ref.Code, want)
	}
}

var (
	nationalTypes = []Type{Permit, Benefit, Confirmation, Reward, Ruling, OtherPower, PublicService}
	kinds         = []Kind{Immediate, Promised}
	subjects      = []Subject{ByHousehold, ByResidence, ByBusiness, ByProperty, ByInsurance, ByCounter}
	scopes        = []Scope{ScopeCounter, ScopeTown, ScopeDistrict, ScopeCity}
	modes         = []Mode{"", Online, ReceivedElsewhere, SeveralPlaces}
	units         = []Unit{WorkingDays, CalendarDays, OnTheSpot}
	needs         = []Need{Required, Optional, LaterIfNeed}
	actions       = []Action{Receive, Accept, Check, Review, Posting, Assess, Decide, Make, Serve, HandOut}
)

// choose checks an element that is one of a list.
func choose[T ~string](r *report, element string, value T, list []T) {
	if slices.Contains(list, value) {
		return
	}
	words := make([]string, 0, len(list))
	for _, w := range list {
		if w != "" {
			words = append(words, string(w))
		}
	}
	r.err(element, "unknown_value", "%q is none of %s", string(value), strings.Join(words, ", "))
}

func (r *report) choices(it *Item) {
	switch {
	case it.Type == "":
		r.warn("type", "missing", "the source names no type")
	case !typeShape.MatchString(string(it.Type)):
		r.err("type", "unknown_value", "%q: want two digits or capitals, such as 01", string(it.Type))
	case !slices.Contains(nationalTypes, it.Type):
		r.warn("type", "local_type", "%s is not a type of the national list that the catalogue uses", it.Type)
	}
	if !it.Level.Valid() {
		r.err("level", "missing", "say which level decides")
	}
	choose(r, "kind", it.Kind, kinds)
	choose(r, "subject", it.Subject, subjects)
	choose(r, "scope", it.Scope, scopes)
	choose(r, "mode", it.Mode, modes)
	if it.Visits != nil && *it.Visits < 0 {
		r.err("visits", "negative", "%d visits", *it.Visits)
	}
}

func (r *report) limit(element string, l Limit) {
	switch {
	case l == Limit{}:
	case !slices.Contains(units, l.Unit):
		r.err(element, "unknown_value", "unit %q is none of working_days, calendar_days, on_the_spot", string(l.Unit))
	case l.Tenths < 0 || l.Tenths > maxTenths:
		r.err(element, "out_of_range", "%d tenths of a day", l.Tenths)
	case l.Unit == OnTheSpot && l.Tenths != 0:
		r.err(element, "out_of_range", "on the spot counts no days")
	case l.Unit != OnTheSpot && l.Tenths == 0:
		r.err(element, "out_of_range", "zero days; leave the limit out or say on the spot")
	}
}

// longer compares two limits of one unit; limits of different units are not
// comparable.
func longer(a, b Limit) bool { return a.Unit == b.Unit && a.Tenths > b.Tenths }

func (r *report) limits(it *Item) {
	r.limit("legal", it.Legal)
	r.limit("promise", it.Promise)
	if !it.Legal.IsZero() && longer(it.Promise, it.Legal) {
		r.warn("promise", "promise_over_legal", "%s promised, but the law gives %s", it.Promise, it.Legal)
	}
	if it.Kind == Promised && it.Promise.IsZero() && it.Legal.IsZero() {
		r.warn("promise", "no_limit", "neither a promised nor a legal limit: no clock will run for the whole case")
	}
	if it.Kind == Immediate && it.Promise.Days() > 1 {
		r.warn("promise", "immediate_with_days", "an immediate item that promises %s", it.Promise)
	}
}

func (r *report) materials(it *Item) {
	r.most("materials", len(it.Materials), maxMaterials)
	seen := map[string]int{}
	for i, m := range it.Materials {
		at := fmt.Sprintf("materials[%d]", i)
		r.need(at+".id", m.ID, "an id that stays the same between versions")
		if first, twice := seen[m.ID]; twice && m.ID != "" {
			r.err(at+".id", "twice", "%q is also materials[%d]", m.ID, first)
		} else {
			seen[m.ID] = i
		}
		r.need(at+".name", m.Name, "what to bring")
		choose(r, at+".need", m.Need, needs)
		if m.Originals < 0 || m.Copies < 0 {
			r.err(at, "negative", "%d originals, %d copies", m.Originals, m.Copies)
		}
	}
}

func (r *report) steps(it *Item) {
	r.most("steps", len(it.Steps), maxSteps)
	for i, s := range it.Steps {
		at := fmt.Sprintf("steps[%d]", i)
		r.need(at+".name", s.Name, "what the step is called")
		choose(r, at+".action", s.Action, actions)
		if !s.Level.Valid() {
			r.err(at+".level", "missing", "say which level acts")
		}
		r.limit(at+".limit", s.Limit)
		if s.Uncounted && !s.Waits() && !s.Outside {
			r.warn(at+".uncounted", "uncounted_work", "%q is work, not a wait, yet its time does not count", s.Name)
		}
	}
	for _, unit := range []Unit{WorkingDays, CalendarDays} {
		if sum := it.counted(unit); longer(sum, it.Promise) {
			r.warn("steps", "steps_over_promise", "the steps add up to %s, the promise is %s", sum, it.Promise)
		}
	}
}

// counted adds up the step limits of one unit that count toward the promise.
func (it *Item) counted(unit Unit) Limit {
	sum := Limit{Unit: unit}
	for _, s := range it.Steps {
		if s.Limit.Unit == unit && !s.Uncounted && s.Limit.Tenths > 0 {
			sum.Tenths += s.Limit.Tenths
		}
	}
	return sum
}

func (r *report) route(it *Item) {
	accept, accepts := it.StepFor(Accept)
	decide, decides := it.StepFor(Decide)
	if !accepts {
		r.warn("steps", "no_accept_step", "no step accepts: a case of it cannot be accepted")
	}
	if !decides {
		r.warn("steps", "no_decide_step", "no step decides: a case of it cannot be decided")
	}
	if accepts && decides && decide < accept {
		r.warn("steps", "decide_before_accept", "%q comes before %q", it.Steps[decide].Name, it.Steps[accept].Name)
	}
	if decides && it.Level.Valid() && it.Steps[decide].Level.Valid() && !it.Steps[decide].Outside && it.Steps[decide].Level != it.Level {
		r.warn("level", "level_differs", "the item is decided at %s level, its step %q at %s level", it.Level, it.Steps[decide].Name, it.Steps[decide].Level)
	}
	if accepts && it.Type == Permit && it.Steps[accept].Level == area.Village {
		r.warn(fmt.Sprintf("steps[%d].level", accept), "village_accepts_permit", "a village needs a dated grant to accept a permit")
	}
}

func (r *report) rest(it *Item) {
	for _, list := range []struct {
		element string
		n       int
	}{{"alias", len(it.Alias)}, {"conditions", len(it.Conditions)}, {"laws", len(it.Laws)}, {"special", len(it.Special)}} {
		r.most(list.element, list.n, maxLines)
	}
	for i, c := range it.Conditions {
		r.need(fmt.Sprintf("conditions[%d]", i), c, "the condition, or leave the line out")
	}
	for i, s := range it.Special {
		at := fmt.Sprintf("special[%d]", i)
		r.need(at+".name", s.Name, "what the procedure is called")
		r.limit(at+".limit", s.Limit)
	}
	if len(it.Laws) == 0 {
		r.warn("laws", "missing", "no legal basis is given")
	}
	for i, l := range it.Laws {
		r.need(fmt.Sprintf("laws[%d].title", i), l.Title, "the law")
	}
	r.need("origin.area", it.Origin.Area, "which area published it")
	r.need("origin.source", it.Origin.Source, "where it was taken from")
	r.date("origin.date", it.Origin.Date, true)
	r.date("effective", it.Effective, false)
}

func (r *report) date(element, value string, needed bool) {
	if value == "" && !needed {
		return
	}
	if !workday.Date(value).Valid() {
		r.err(element, "bad_date", "%q: want YYYY-MM-DD", value)
	}
}

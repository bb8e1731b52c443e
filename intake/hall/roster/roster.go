// Package roster is who works at a center: its staff, its windows, and who
// covers for whom (AB岗). It tells at which post somebody acts, which every
// event of a case carries.
//
// It must never keep, read or time anything by itself: it folds what the
// center's ledger says, and is asked about a day. It must never hold what an
// applicant told.
package roster

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// The refusals of the roster. The codes are for good.
const (
	NoStaff  refusal.Code = "no_staff"   // nobody is named, or not somebody of the roster; as the desk's
	NoCover  refusal.Code = "no_cover"   // whoever acts is not named as the B clerk of that post
	NoWindow refusal.Code = "no_window"  // the center has no such window
	BadEntry refusal.Code = "bad_roster" // a line of the roster can't be kept
)

// Bounds of a roster.
const (
	MaxStaff   = 999 // three digits
	MaxWindows = 200
	MaxCovers  = 2000
	maxTypes   = 20
)

// Member is one member of staff. What stands here is on the plate of the
// window: nothing private.
type Member struct {
	Number     string       `cbor:"1,keyasint" json:"number"` // unique in the realm: center, "-", three digits
	Name       string       `cbor:"2,keyasint" json:"name"`
	Department string       `cbor:"3,keyasint,omitempty" json:"department,omitempty"` // whose matters they handle
	Post       string       `cbor:"4,keyasint,omitempty" json:"post,omitempty"`
	Body       string       `cbor:"5,keyasint,omitempty" json:"body,omitempty"`   // unified social credit code of the body that employs them
	Phone      string       `cbor:"6,keyasint,omitempty" json:"phone,omitempty"`  // of the office
	Window     string       `cbor:"7,keyasint,omitempty" json:"window,omitempty"` // number of the window at which the post is
	From       workday.Date `cbor:"8,keyasint,omitempty" json:"from,omitempty"`   // first day; "": always
	To         workday.Date `cbor:"9,keyasint,omitempty" json:"to,omitempty"`     // last day; "": open
}

// ActiveOn reports whether they work here on a day.
func (m Member) ActiveOn(day workday.Date) bool { return within(day, m.From, m.To) }

func within(day, from, to workday.Date) bool {
	return (from == "" || day >= from) && (to == "" || day <= to)
}

// Cover says that B acts for A while A is away: on those days, or, where it has
// no first day, whenever that is. The roster file names B clerks of the latter
// kind: they may cover, which says of no day that A is away.
type Cover struct {
	A    string       `cbor:"1,keyasint" json:"a"` // staff number of whose post it is
	B    string       `cbor:"2,keyasint" json:"b"` // staff number of who covers it
	From workday.Date `cbor:"3,keyasint,omitempty" json:"from,omitempty"`
	To   workday.Date `cbor:"4,keyasint,omitempty" json:"to,omitempty"` // last day; "": open
}

// On reports whether A is away on a day, and B there for them.
func (c Cover) On(day workday.Date) bool { return c.From != "" && within(day, c.From, c.To) }

// standing: it names no day at all.
func (c Cover) standing() bool { return c.From == "" && c.To == "" }

// replaces reports whether an entry takes the place of an earlier one of the
// same two. Neither an absence ends who may cover, nor the other way round; a
// last day alone ends both.
func (c Cover) replaces(o Cover) bool {
	switch {
	case c.A != o.A || c.B != o.B:
		return false
	case c.standing():
		return o.From == ""
	case c.From != "":
		return o.From != ""
	}
	return true
}

// Window is one window of the hall.
type Window struct {
	Number string   `cbor:"1,keyasint" json:"number"` // as it hangs over it: "3"
	Name   string   `cbor:"2,keyasint,omitempty" json:"name,omitempty"`
	Types  []string `cbor:"3,keyasint,omitempty" json:"types,omitempty"` // names of the rule window_types; none: it takes all
	Closed bool     `cbor:"4,keyasint,omitempty" json:"closed,omitempty"`
	Note   string   `cbor:"5,keyasint,omitempty" json:"note,omitempty"` // why it is closed
}

// Seat is somebody whose post is at a window, and who covers for them.
type Seat struct{ Name, By string } // By: "" where nobody does

// Takes reports whether a window serves a type of window.
func (w Window) Takes(t string) bool { return len(w.Types) == 0 || slices.Contains(w.Types, t) }

// Roster is what a center's ledger says of its staff. It is a value: Apply
// returns a new one, so that whoever holds the old one may go on reading it.
// The zero Roster is that of a center that keeps none.
type Roster struct {
	center  area.Center
	members map[string]Member
	windows map[string]Window
	covers  []Cover
}

// New is the empty roster of a center.
func New(center area.Center) Roster { return Roster{center: center} }

// The kinds of entries.
const (
	StaffSet  = "staff_set"  // Member, whole
	CoverSet  = "cover_set"  // Cover; it replaces the one of the same two
	CoverVoid = "cover_void" // Cover that was a mistake: it never was
	WindowSet = "window_set" // Window, whole
)

// Apply folds one entry. It takes what an earlier check let through.
func (r Roster) Apply(kind string, read func(into any) error) (Roster, error) {
	switch kind {
	case StaffSet:
		var m Member
		if err := read(&m); err != nil {
			return r, err
		}
		r.members = put(r.members, m.Number, m)
	case WindowSet:
		var w Window
		if err := read(&w); err != nil {
			return r, err
		}
		r.windows = put(r.windows, w.Number, w)
	case CoverSet:
		var c Cover
		if err := read(&c); err != nil {
			return r, err
		}
		r.covers = append(slices.DeleteFunc(slices.Clone(r.covers), c.replaces), c)
	case CoverVoid:
		var c Cover
		if err := read(&c); err != nil {
			return r, err
		}
		r.covers = slices.DeleteFunc(slices.Clone(r.covers), func(o Cover) bool { return o == c })
	default:
		return r, fmt.Errorf("%q is no entry of a roster", kind)
	}
	return r, nil
}

func put[T any](m map[string]T, key string, v T) map[string]T {
	if m = maps.Clone(m); m == nil {
		m = map[string]T{}
	}
	m[key] = v
	return m
}

// Empty: the center keeps no roster.
func (r Roster) Empty() bool { return len(r.members) == 0 }

// Staff lists the members by number.
func (r Roster) Staff() []Member { return ordered(r.members) }

// Windows lists the windows by number: 2 before 10.
func (r Roster) Windows() []Window {
	all := ordered(r.windows)
	slices.SortStableFunc(all, func(a, b Window) int {
		return cmp.Or(cmp.Compare(len(a.Number), len(b.Number)), cmp.Compare(a.Number, b.Number))
	})
	return all
}

// Covers lists who covers for whom.
func (r Roster) Covers() []Cover {
	all := slices.Clone(r.covers)
	slices.SortFunc(all, func(a, b Cover) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return all
}

func ordered[T any](m map[string]T) []T {
	all := make([]T, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, m[k])
	}
	return all
}

// Window finds a window; ok is false for one that the center doesn't have.
func (r Roster) Window(number string) (Window, bool) {
	w, ok := r.windows[number]
	return w, ok
}

// HasWindows: the center has said which windows it has.
func (r Roster) HasWindows() bool { return len(r.windows) > 0 }

// Member finds a member of staff by number.
func (r Roster) Member(number string) (Member, bool) {
	m, ok := r.members[number]
	return m, ok
}

// Find is the member of staff of a number, or of a name that only one bears
// who works here on that day. NoStaff where there is none.
func (r Roster) Find(staff string, on workday.Date) (Member, error) {
	staff = strings.TrimSpace(staff)
	if m, ok := r.members[staff]; ok {
		if !m.ActiveOn(on) {
			return Member{}, refuse(NoStaff, "'tongban staff edit' changes the days", "%s %s does not work here on %s", m.Number, m.Name, on)
		}
		return m, nil
	}
	var found []Member
	for _, m := range r.Staff() {
		if m.Name == staff && m.ActiveOn(on) {
			found = append(found, m)
		}
	}
	switch len(found) {
	case 0:
		return Member{}, refuse(NoStaff, "'tongban staff list' shows who works here; 'tongban staff add' adds somebody", "%q is not in the roster of %s", staff, r.center)
	case 1:
		return found[0], nil
	}
	return Member{}, refuse(NoStaff, "name the number: "+found[0].Number+" or "+found[1].Number, "%d members of staff are called %s", len(found), staff)
}

// Acting is who acts, and what is said of the post.
type Acting struct {
	Staff  string // number, or a name that only one bears
	For    string // AB岗: whose post it is; "": their own
	Window string // "": the one of the post
	First  string // 首问负责: who the applicant spoke to first; "": whoever acts
	Start  int64  // when the work began, Unix milliseconds; 0: when it happened
	On     workday.Date
}

// Hand is the post at which somebody acts, and their staff number. The
// department, post and body are those of the post: A's where B covers. nil
// without an error: the center keeps no roster.
func (r Roster) Hand(a Acting) (hand *casefile.Hand, number string, err error) {
	if r.Empty() {
		return nil, a.Staff, nil
	}
	who, err := r.Find(a.Staff, a.On)
	if err != nil {
		return nil, "", err
	}
	post := who
	hand = &casefile.Hand{Name: who.Name, Start: a.Start}
	if a.For != "" {
		if post, err = r.covered(who, a); err != nil {
			return nil, "", err
		}
		if post.Number != who.Number {
			hand.For, hand.ForName = post.Number, post.Name
		}
	}
	hand.Body, hand.Department, hand.Post = post.Body, post.Department, post.Post
	if hand.Window, err = r.at(cmp.Or(strings.TrimSpace(a.Window), post.Window)); err != nil {
		return nil, "", err
	}
	if a.First != "" {
		first, err := r.Find(a.First, a.On)
		if err != nil {
			return nil, "", err
		}
		if first.Number != who.Number {
			hand.First = first.Number
		}
	}
	return hand, who.Number, nil
}

// covered is the member of staff whose post who covers.
func (r Roster) covered(who Member, a Acting) (Member, error) {
	post, err := r.Find(a.For, a.On)
	if err != nil || post.Number == who.Number {
		return post, err
	}
	for _, c := range r.covers {
		if c.A == post.Number && c.B == who.Number && within(a.On, c.From, c.To) {
			return post, nil
		}
	}
	return Member{}, refuse(NoCover, fmt.Sprintf("'tongban staff cover %s --by %s' names the B clerk", post.Number, who.Number),
		"%s %s is not named as covering for %s %s on %s", who.Number, who.Name, post.Number, post.Name, a.On)
}

// at checks a window that somebody acts at; a center that names no windows
// takes any.
func (r Roster) at(window string) (string, error) {
	if window == "" || !r.HasWindows() {
		if utf8.RuneCountInString(window) > maxNumber || !printable(window) {
			return "", refuse(NoWindow, "", "that is no number of a window")
		}
		return window, nil
	}
	if _, ok := r.windows[window]; !ok {
		return "", refuse(NoWindow, "'tongban window list' shows them", "%s has no window %q", r.center, window)
	}
	return window, nil
}

func refuse(code refusal.Code, hint, format string, args ...any) error {
	return refusal.Newf(code, "", hint, format, args...)
}

// --- what may be written ---

// NextNumber is the first staff number that was never given; "" when all are.
func (r Roster) NextNumber() string {
	for n := 1; n <= MaxStaff; n++ {
		number := fmt.Sprintf("%s-%03d", r.center, n)
		if _, taken := r.members[number]; !taken {
			return number
		}
	}
	return ""
}

const (
	maxNumber = 10
	maxText   = 60
)

// CheckMember says everything that is wrong with a member of staff, by column.
func (r Roster) CheckMember(m Member) (wrong []Wrong) {
	if digits, ok := strings.CutPrefix(m.Number, string(r.center)+"-"); !ok || len(digits) != 3 || strings.Trim(digits, "0123456789") != "" || digits == "000" {
		wrong = append(wrong, Wrong{"number", fmt.Sprintf("工号“%s”应为 %s-001 这样的形式", m.Number, r.center), fmt.Sprintf("staff number %q: want the form %s-001", m.Number, r.center)})
	}
	if m.Name == "" {
		wrong = append(wrong, Wrong{"name", "姓名没有填", "no name is given"})
	}
	for _, f := range [][2]string{{"name", m.Name}, {"department", m.Department}, {"post", m.Post}, {"phone", m.Phone}, {"window", m.Window}} {
		if why := checkText(f[1], maxText); why != nil {
			wrong = append(wrong, Wrong{f[0], why.Message, why.English})
		}
	}
	if m.Body != "" && item.CheckUSCC(m.Body) != nil {
		wrong = append(wrong, Wrong{"body", fmt.Sprintf("“%s”不是统一社会信用代码", m.Body), fmt.Sprintf("%q is no unified social credit code", m.Body)})
	}
	if _, ok := r.windows[m.Window]; m.Window != "" && r.HasWindows() && !ok {
		wrong = append(wrong, Wrong{"window", fmt.Sprintf("没有“%s”号窗口", m.Window), fmt.Sprintf("there is no window %q", m.Window)})
	}
	return append(wrong, checkSpan(m.From, m.To)...)
}

func checkSpan(from, to workday.Date) (wrong []Wrong) {
	for _, d := range []struct {
		column string
		day    workday.Date
	}{{"from", from}, {"to", to}} {
		if d.day != "" && !d.day.Valid() {
			wrong = append(wrong, Wrong{d.column, fmt.Sprintf("“%s”不是日期：应写作 2026-01-01", d.day), fmt.Sprintf("%q is no day: write it as 2026-01-01", d.day)})
		}
	}
	if len(wrong) == 0 && from != "" && to != "" && to < from {
		wrong = append(wrong, Wrong{"to", "截止日早于起始日", "the last day is before the first"})
	}
	return wrong
}

// checkText refuses what would break a list, or be a formula in a spreadsheet.
func checkText(s string, most int) *Wrong {
	switch {
	case utf8.RuneCountInString(s) > most:
		return &Wrong{"", fmt.Sprintf("太长：最多 %d 字", most), fmt.Sprintf("too long: at most %d characters", most)}
	case !printable(s):
		return &Wrong{"", "含有不可显示的字符", "it has characters that can't be shown"}
	case s != "" && strings.ContainsRune("=@", rune(s[0])):
		return &Wrong{"", "不能以 = 或 @ 开头", "it may not begin with = or @"}
	}
	return nil
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) })
}

// Seats are those whose post is at a window on a day, with who covers for them
// (AB岗).
func (r Roster) Seats(window string, day workday.Date) []Seat {
	var all []Seat
	for _, m := range r.Staff() {
		if m.Window != window || !m.ActiveOn(day) {
			continue
		}
		one := Seat{Name: m.Name}
		for _, c := range r.covers {
			if c.A == m.Number && c.On(day) {
				one.By = cmp.Or(r.members[c.B].Name, c.B)
			}
		}
		all = append(all, one)
	}
	return all
}

// CheckCover says what is wrong with a cover.
func (r Roster) CheckCover(c Cover) error {
	_, a := r.members[c.A]
	_, b := r.members[c.B]
	switch {
	case !a || !b:
		return refuse(NoStaff, "'tongban staff list' shows who works here", "%s or %s is not in the roster", c.A, c.B)
	case c.A == c.B:
		return refuse(BadEntry, "", "nobody covers for themselves")
	case len(r.covers) >= MaxCovers:
		return refuse(refusal.TooLarge, "", "at most %d covers", MaxCovers)
	}
	if wrong := checkSpan(c.From, c.To); len(wrong) > 0 {
		return refuse(BadEntry, "", "%s", wrong[0].English)
	}
	if c.From == "" || slices.ContainsFunc(r.covers, func(o Cover) bool { return o.A == c.A && o.B == c.B && o.From == c.From }) {
		return nil // nobody is away by it who was not before
	}
	for _, o := range r.covers {
		day := max(c.From, o.From)
		switch {
		case !c.On(day) || !o.On(day):
		case o.A == c.B:
			return refuse(BadEntry, "", "%s is away on %s and can't cover", r.members[c.B].Name, day)
		case o.B == c.A:
			return refuse(BadEntry, "", "%s covers for %s on %s: name somebody else for that first", r.members[c.A].Name, r.members[o.A].Name, day)
		}
	}
	return nil
}

// CheckVoid refuses what is no cover of the roster, or one that began before
// today: somebody may have acted by it.
func (r Roster) CheckVoid(c Cover, today workday.Date) error {
	switch {
	case !slices.Contains(r.covers, c):
		return refuse(refusal.NotFound, "", "there is no such cover")
	case c.From < today:
		return refuse(BadEntry, "", "it began on %s and can only be ended", c.From)
	}
	return nil
}

// CheckWindow says what is wrong with a window. known are the types of the
// rule window_types; none: the area sets none, and any name will do.
func (r Roster) CheckWindow(w Window, known []string) error {
	if w.Number == "" || utf8.RuneCountInString(w.Number) > maxNumber || strings.ContainsAny(w.Number, "/ ") || checkText(w.Number, maxNumber) != nil {
		return refuse(BadEntry, "such as 3", "%q is no number of a window", w.Number)
	}
	if _, ok := r.windows[w.Number]; !ok && len(r.windows) >= MaxWindows {
		return refuse(refusal.TooLarge, "", "at most %d windows", MaxWindows)
	}
	if len(w.Types) > maxTypes {
		return refuse(refusal.TooLarge, "", "at most %d types", maxTypes)
	}
	for _, text := range append([]string{w.Name, w.Note}, w.Types...) {
		if why := checkText(text, maxText); why != nil {
			return refuse(BadEntry, "", "window %s: %s", w.Number, why.English)
		}
	}
	for i, t := range w.Types {
		switch {
		case t == "" || slices.Contains(w.Types[:i], t):
			return refuse(BadEntry, "", "window %s: a type is empty or there twice", w.Number)
		case len(known) > 0 && !slices.Contains(known, t):
			return refuse(BadEntry, "the area's types: "+strings.Join(known, "、"), "%q is no type of window here", t)
		}
	}
	return nil
}

// Wrong is one thing that is wrong with a line.
type Wrong struct {
	Column  string
	Message string // for an official
	English string
}

// Refuse is the refusal of a line with all that is wrong with it; nil when
// nothing is.
func Refuse(wrong []Wrong) error {
	if len(wrong) == 0 {
		return nil
	}
	var all, hints []string
	for _, w := range wrong {
		all, hints = append(all, w.Column+": "+w.English), append(hints, w.Message)
	}
	return refuse(BadEntry, strings.Join(hints, "；"), "%s", strings.Join(all, "; "))
}

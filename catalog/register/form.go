package register

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
)

// The limits of what a command may hold, for good: raising one needs a
// feature level.
const (
	MaxCommand = 240 << 10 // bytes, sealed
	MaxVoters  = 7

	maxStaff   = 100 // characters
	maxNote    = 2000
	maxName    = 200
	maxText    = 500
	maxReason  = 2000 // of a draft
	maxEditors = 50   // of a draft and those that it revises
	maxAddrs   = 16
	maxAddr    = 256
	gossipKey  = 32 // bytes: AES-256
)

// Kind is Found.
func (Realm) Kind() Kind { return Found }

// Kind is EnrolCenter.
func (Enrolment) Kind() Kind { return EnrolCenter }

// Kind is UpdateCenter.
func (Center) Kind() Kind { return UpdateCenter }

// Kind is RevokeCenter.
func (Revocation) Kind() Kind { return RevokeCenter }

// Kind is GrantIncarnation.
func (Incarnation) Kind() Kind { return GrantIncarnation }

// Kind is SetVoters.
func (Voters) Kind() Kind { return SetVoters }

// Kind is DraftItem.
func (Draft) Kind() Kind { return DraftItem }

// Kind is CloseDraft.
func (Closing) Kind() Kind { return CloseDraft }

// Kind is PublishItem.
func (Publication) Kind() Kind { return PublishItem }

// Kind is WithdrawItem.
func (Withdrawal) Kind() Kind { return WithdrawItem }

// Kind is SetRule.
func (RuleSetting) Kind() Kind { return SetRule }

// Kind is SetCalendar.
func (CalendarSetting) Kind() Kind { return SetCalendar }

// Kind is GrantPower.
func (Power) Kind() Kind { return GrantPower }

// Kind is SeizeCase.
func (Seizure) Kind() Kind { return SeizeCase }

// Kind is RotateGossip.
func (GossipKey) Kind() Kind { return RotateGossip }

// Kind is RaiseFeature.
func (Feature) Kind() Kind { return RaiseFeature }

// text checks a text that a person wrote.
func text(name, s string, least, most int) string {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		return name + " is missing"
	case n > most:
		return fmt.Sprintf("%s has %d characters, at most %d", name, n, most)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' }):
		return name + " holds a control character"
	}
	return ""
}

// trim takes the blanks off a text. It knows few of them, for good: what
// Unicode counts as a blank changes.
func trim(s string) string { return strings.Trim(s, " \n\u00a0\u3000") }

// bare is a name as it is compared, so that two that look alike are one: without
// blanks and what nobody sees, the wide forms of ASCII as ASCII, capitals small.
// For good, like trim.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ', r == '\n', r == '\t', r == 0xa0, r == 0xad, r == 0x3000, r == 0xfeff,
			0x2000 <= r && r <= 0x200f, 0x2028 <= r && r <= 0x202f, 0x205f <= r && r <= 0x206f,
			0xfe00 <= r && r <= 0xfe0f, 0xe0100 <= r && r <= 0xe01ef:
			return -1
		case 0xff01 <= r && r <= 0xff5e:
			r -= 0xff01 - '!'
		}
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// date checks a day that may be left out.
func date(name, s string) string {
	if s != "" && !workday.Date(s).Valid() {
		return name + " is no day"
	}
	return ""
}

func code(name string, c area.Code) string {
	if c.Level() == 0 {
		return fmt.Sprintf("%s %+.40q is no division code", name, string(c))
	}
	return ""
}

func center(name string, c area.Center) string {
	if _, err := area.ParseCenter(string(c)); err != nil {
		return fmt.Sprintf("%s %+.40q names no center", name, string(c))
	}
	return ""
}

func key(name string, k chain.PublicKey) string {
	if _, err := k.Ed25519(); err != nil {
		return name + " is no key of a known suite"
	}
	return ""
}

func itemCode(name string, c item.Code) string {
	if c.Check() != nil {
		return fmt.Sprintf("%s %+.60q is no item code", name, string(c))
	}
	return ""
}

// flaw of the envelope, beside its author and its body.
func (c *Command) flaw() string {
	if c.Time < 0 {
		return "time lies before 1970"
	}
	return cmp.Or(text("staff", c.Staff, 0, maxStaff), text("note", c.Note, 0, maxNote))
}

func (r Realm) flaw() string {
	return cmp.Or(text("name", r.Name, 1, maxName), code("area", r.Area), key("root", r.Root),
		center("publisher", r.Publisher), r.First.flaw(), key("first.key", r.First.Key))
}

func (c Center) flaw() string {
	wrong := cmp.Or(center("id", c.ID), text("name", c.Name, 1, maxName),
		text("enrol", c.Enrol, 0, maxAddr), text("address", c.Address, 0, maxText),
		text("telephone", c.Telephone, 0, maxName), text("gossip", c.Gossip, 0, maxAddr))
	if len(c.Addrs) > maxAddrs {
		return cmp.Or(wrong, fmt.Sprintf("%d addrs, at most %d", len(c.Addrs), maxAddrs))
	}
	for _, a := range c.Addrs {
		wrong = cmp.Or(wrong, text("addrs", a, 1, maxAddr))
	}
	if len(c.Key) > 0 {
		wrong = cmp.Or(wrong, key("key", c.Key))
	}
	return wrong
}

func (e Enrolment) flaw() string { return cmp.Or(e.Center.flaw(), key("key", e.Center.Key)) }

func (r Revocation) flaw() string {
	return cmp.Or(center("center", r.Center), text("reason", r.Reason, 1, maxText))
}

func (i Incarnation) flaw() string {
	return cmp.Or(center("center", i.Center), key("key", i.Key), text("reason", i.Reason, 1, maxText))
}

func (v Voters) flaw() string {
	if len(v.Members) == 0 || len(v.Members) > MaxVoters {
		return fmt.Sprintf("%d voters, want 1 to %d", len(v.Members), MaxVoters)
	}
	seen := map[area.Center]bool{}
	for _, m := range v.Members {
		if wrong := center("member", m); wrong != "" {
			return wrong
		}
		if seen[m] {
			return fmt.Sprintf("%s is named twice", m)
		}
		seen[m] = true
	}
	return ""
}

// flaw of a draft says nothing of what is unfinished: see Draft.lacks.
func (d Draft) flaw() string {
	ref := d.Item.Ref
	wrong := cmp.Or(itemCode("code", ref.Code), code("area", ref.Area))
	for _, c := range []struct {
		element, value string
		check          func(string) error
	}{
		{"basic_code", d.Item.Basic, item.CheckBasic},
		{"implementation_code", d.Item.Implement, item.CheckImplement},
		{"handling_code", d.Item.Handling, item.CheckHandling},
	} {
		if c.value != "" && c.check(c.value) != nil {
			wrong = cmp.Or(wrong, fmt.Sprintf("%s %+.60q is none", c.element, c.value))
		}
	}
	switch {
	case wrong != "":
		return wrong
	case ref.Version != d.Base+1:
		return fmt.Sprintf("version %d does not follow base %d", ref.Version, d.Base)
	case d.Erratum && d.Base == 0:
		return "an erratum corrects a published version, base is 0"
	case d.Erratum && trim(d.Reason) == "":
		return "reason is missing: an erratum says what was wrong"
	}
	return text("reason", d.Reason, 0, maxReason)
}

// lacks lists what stops the publication of a draft, as element and code: its
// sentences may improve, these are format.
func (d Draft) lacks() string {
	var wrong []string
	for _, f := range item.Validate(d.Item) {
		if f.Severity == item.Error {
			wrong = append(wrong, f.Element+" "+f.Code)
		}
	}
	return clip(strings.Join(wrong, ", "))
}

func (c Closing) flaw() string {
	if c.Draft == 0 {
		return "draft is missing"
	}
	return text("reason", c.Reason, 1, maxReason)
}

func (p Publication) flaw() string {
	if p.Draft == 0 {
		return "draft is missing"
	}
	return date("effective", p.Effective)
}

func (w Withdrawal) flaw() string {
	return cmp.Or(itemCode("code", w.Ref.Code), code("area", w.Ref.Area), text("reason", w.Reason, 1, maxText), date("from", w.From))
}

func (r RuleSetting) flaw() string {
	wrong := code("area", r.Area)
	if err := r.Rule.Check(); err != nil {
		wrong = cmp.Or(wrong, fmt.Sprintf("rule %+.60q is unknown, out of range or wrongly dated", string(r.Rule.Key)))
	}
	return cmp.Or(wrong, text("source", r.Rule.Source, 0, maxText))
}

func (c CalendarSetting) flaw() string {
	if c.Year.Check() != nil {
		return fmt.Sprintf("the calendar of %d has a day that does not belong, or one twice", c.Year.Year)
	}
	return text("source", c.Year.Source, 0, maxText)
}

func (p Power) flaw() string {
	wrong := cmp.Or(center("center", p.Center), itemCode("item", p.Item), text("document", p.Document, 1, maxText))
	switch {
	case wrong != "":
		return wrong
	case p.Level < area.Province || !p.Level.Valid():
		return fmt.Sprintf("level %d is none of a realm", uint8(p.Level))
	case !workday.Date(p.From).Valid():
		return "from is no day"
	case p.To != "" && (!workday.Date(p.To).Valid() || p.To < p.From):
		return "to is no day after from"
	}
	return ""
}

func (s Seizure) flaw() string {
	wrong := cmp.Or(center("grantee", s.Grantee), center("lost", s.Lost), text("reason", s.Reason, 1, maxText))
	if s.Subject != "" {
		wrong = cmp.Or(wrong, code("subject", s.Subject))
	}
	if _, ok := opener(s.Case); !ok {
		wrong = cmp.Or(wrong, fmt.Sprintf("case %+.60q is no case", s.Case))
	}
	if s.Base.Index == 0 {
		wrong = cmp.Or(wrong, "base is the empty log: there is nothing to go on with")
	}
	return wrong
}

func (g GossipKey) flaw() string {
	if len(g.Key) != gossipKey {
		return fmt.Sprintf("gossip key of %d bytes, want %d", len(g.Key), gossipKey)
	}
	return code("district", g.District)
}

func (f Feature) flaw() string {
	if f.Level == 0 {
		return "level 0 is none"
	}
	return ""
}

// opener reads the center out of a case's id, "320509111201.1.42": who opened
// it, in which incarnation, its own count.
func opener(id string) (area.Center, bool) {
	parts := strings.Split(id, ".")
	if len(parts) != 3 || slices.ContainsFunc(parts[1:], func(s string) bool {
		n, err := strconv.ParseUint(s, 10, 64)
		return err != nil || n == 0 || strconv.FormatUint(n, 10) != s
	}) {
		return "", false
	}
	c, err := area.ParseCenter(parts[0])
	return c, err == nil
}

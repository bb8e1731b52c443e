// Package area is arithmetic on division codes: which level a code has, what
// it lies under, which center stands for it. There is no other hierarchy in
// the program.
//
// It must never hold data about a real place (names are data elsewhere) and
// never decide a power: prefix is only the default, dated grants overrule it.
package area

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Level is the exercising level of GB/T 39046-2020 A.2.
type Level uint8

// The levels that a realm knows.
const (
	National Level = 1
	Province Level = 2
	City     Level = 3
	District Level = 4 // 区、县、县级市
	Town     Level = 5 // 镇、乡、街道
	Village  Level = 6 // 村、社区
)

var levels = []struct {
	level   Level
	english string
	chinese string
	also    []string // what an office calls it, accepted when reading
}{
	{National, "national", "国家", nil},
	{Province, "province", "省", nil},
	{City, "city", "市", nil},
	{District, "district", "县（区）", []string{"县", "区", "县区"}},
	{Town, "town", "镇（乡、街道）", []string{"镇", "乡", "街道", "镇街", "乡镇"}},
	{Village, "village", "村（社区）", []string{"村", "社区", "村居"}},
}

// String returns the English word of the level; "" for none.
func (l Level) String() string {
	if l == 0 {
		return ""
	}
	for _, known := range levels {
		if known.level == l {
			return known.english
		}
	}
	return fmt.Sprintf("level %d", uint8(l))
}

// Chinese returns the word of GB/T 39046-2020 A.2; "" for none.
func (l Level) Chinese() string {
	for _, known := range levels {
		if known.level == l {
			return known.chinese
		}
	}
	return ""
}

// Valid reports whether l is one of the six levels.
func (l Level) Valid() bool { return National <= l && l <= Village }

// MarshalText writes the English word; nothing for no level.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the English word or a Chinese one ("town", "镇");
// nothing is no level.
func (l *Level) UnmarshalText(text []byte) error {
	word := string(text)
	if word == "" {
		*l = 0
		return nil
	}
	for _, known := range levels {
		if word == known.english || word == known.chinese || slices.Contains(known.also, word) {
			*l = known.level
			return nil
		}
	}
	return fmt.Errorf("level %q: want national, province, city, district, town or village", word)
}

// digits is how many digits of a code are its own at each level.
var digits = map[Level]int{Province: 2, City: 4, District: 6, Town: 9, Village: 12}

// Code is a 12-digit statistical division code: 2 province, 2 city, 2
// district, 3 town (GB/T 10114), 3 village; zeros below its own level. Every
// method is safe on any text: what is no code has level 0 and lies nowhere.
//
// A city without districts (东莞 441900000000) keeps two zeros where the
// district would stand. A town of it has the city for its parent, and the city
// is also what it resolves to at district level: the city holds those powers.
type Code string

// ErrCode says that a text is no division code.
var ErrCode = errors.New("not a division code")

// Parse reads a 12-digit division code.
func Parse(s string) (Code, error) {
	if len(s) != 12 || strings.Trim(s, "0123456789") != "" {
		return "", fmt.Errorf("%q: %w (want 12 digits, such as 320509111000)", s, ErrCode)
	}
	if Code(s).Level() == 0 {
		return "", fmt.Errorf("%q: %w (a level is left out)", s, ErrCode)
	}
	return Code(s), nil
}

// Level tells how deep the code reaches; 0 for what is no code.
func (c Code) Level() Level {
	if len(c) != 12 {
		return 0
	}
	for i := range len(c) {
		if c[i] < '0' || c[i] > '9' {
			return 0
		}
	}
	province, city, district := c[0:2] != "00", c[2:4] != "00", c[4:6] != "00"
	town, village := c[6:9] != "000", c[9:12] != "000"
	switch {
	case !province, !city && (district || town || village), village && !town:
		return 0
	case village:
		return Village
	case town:
		return Town
	case district:
		return District
	case city:
		return City
	}
	return Province
}

// At truncates the code to a level: the area of that level in which it lies.
// Truncated to a level below its own it is "".
func (c Code) At(l Level) Code {
	n, ok := digits[l]
	if !ok || l > c.Level() {
		return ""
	}
	return c[:n] + Code("000000000000"[n:])
}

// Parent is the area above; "" for a province and for what is no code.
func (c Code) Parent() Code {
	for l := c.Level(); l > Province; {
		l--
		if up := c.At(l); up.Level() == l {
			return up
		}
	}
	return ""
}

// Up is c and everything above it, from c to its province: the order in which
// what an area sets overrules what the area above it set.
func (c Code) Up() []Code {
	own := c.Level()
	if own == 0 {
		return nil
	}
	line := make([]Code, 1, own)
	line[0] = c
	for l := own - 1; l >= Province; l-- {
		n := digits[l]
		if up := c[:n] + Code("000000000000"[n:]); up.Level() == l {
			line = append(line, up)
		}
	}
	return line
}

// Under reports whether c lies in other or is it.
func (c Code) Under(other Code) bool {
	return other.Level() != 0 && c.At(other.Level()) == other
}

// Center names one office: a division code, and a site suffix where an office
// has several ("320509111000" or "320509111000-02"). A center is one node.
type Center string

// ErrCenter says that a text names no center.
var ErrCenter = errors.New("not a center")

// ParseCenter reads a center: a division code, or one with "-" and a site of
// one to eight lower-case letters and digits.
func ParseCenter(s string) (Center, error) {
	code, site, has := strings.Cut(s, "-")
	if _, err := Parse(code); err != nil {
		return "", fmt.Errorf("%w: %w", ErrCenter, err)
	}
	if has && (site == "" || len(site) > 8 || strings.Trim(site, "0123456789abcdefghijklmnopqrstuvwxyz") != "") {
		return "", fmt.Errorf("%q: %w (a site is one to eight letters or digits)", s, ErrCenter)
	}
	return Center(s), nil
}

// Area is the division code of the center.
func (c Center) Area() Code {
	code, _, _ := strings.Cut(string(c), "-")
	return Code(code)
}

// Site is the suffix after the code; "" for the center of the area itself.
func (c Center) Site() string {
	_, site, _ := strings.Cut(string(c), "-")
	return site
}

// Level is the level of the center's area.
func (c Center) Level() Level { return c.Area().Level() }

// Parent is the center above: of a site, the center of its area; else the
// center of the area one level up. "" above a province.
func (c Center) Parent() Center {
	if c.Site() != "" {
		return Center(c.Area())
	}
	return Center(c.Area().Parent())
}

// Over reports whether c is a strict ancestor of other.
func (c Center) Over(other Center) bool {
	for up := other.Parent(); up != ""; up = up.Parent() {
		if up == c {
			return true
		}
	}
	return false
}

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

var levelNames = map[Level]string{
	National: "national", Province: "province", City: "city",
	District: "district", Town: "town", Village: "village",
}

// String returns the English word of the level.
func (l Level) String() string {
	if name, ok := levelNames[l]; ok {
		return name
	}
	return fmt.Sprintf("level %d", uint8(l))
}

// MarshalText writes the English word.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the English word.
func (l *Level) UnmarshalText(text []byte) error {
	for level, name := range levelNames {
		if name == string(text) {
			*l = level
			return nil
		}
	}
	return fmt.Errorf("level %q: want national, province, city, district, town or village", text)
}

// digits is how many digits of a code are its own at each level.
var digits = map[Level]int{Province: 2, City: 4, District: 6, Town: 9, Village: 12}

// Code is a 12-digit statistical division code: 2 province, 2 city, 2
// district, 3 town (GB/T 10114), 3 village; zeros below its own level.
type Code string

// ErrCode says that a text is no division code.
var ErrCode = errors.New("not a division code")

// Parse reads a 12-digit division code.
func Parse(s string) (Code, error) {
	if len(s) != 12 || strings.Trim(s, "0123456789") != "" || strings.HasPrefix(s, "00") {
		return "", fmt.Errorf("%q: %w (want 12 digits, such as 320509111000)", s, ErrCode)
	}
	c := Code(s)
	if c.At(c.Level()) != c {
		return "", fmt.Errorf("%q: %w (a level is left out)", s, ErrCode)
	}
	return c, nil
}

// Level tells how deep the code reaches.
func (c Code) Level() Level {
	for l := Village; l > Province; l-- {
		own := string(c[digits[l-1]:digits[l]])
		if strings.Trim(own, "0") != "" {
			return l
		}
	}
	return Province
}

// At truncates the code to a level: the area of that level in which it lies.
// Truncated to a level below its own it is "".
func (c Code) At(l Level) Code {
	n, ok := digits[l]
	if !ok || len(c) != 12 || l > c.Level() {
		return ""
	}
	return c[:n] + Code(strings.Repeat("0", 12-n))
}

// Parent is the area one level up; "" for a province.
func (c Code) Parent() Code {
	if c.Level() == Province {
		return ""
	}
	return c.At(c.Level() - 1)
}

// Under reports whether c lies in other or is it.
func (c Code) Under(other Code) bool {
	return other != "" && c.At(other.Level()) == other
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
		return "", err
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

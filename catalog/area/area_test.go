package area

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text   string
		level  Level
		parent Code
	}{
		{"320000000000", Province, ""},
		{"320500000000", City, "320000000000"},
		{"320509000000", District, "320500000000"},
		{"320509111000", Town, "320509000000"},
		{"320509111201", Village, "320509111000"},
		{"441900003000", Town, "441900000000"},    // 东莞: a city without districts
		{"441900003001", Village, "441900003000"}, //
		{"469002000000", District, "469000000000"},
		{"", 0, ""}, {"3205", 0, ""}, {"3205090000000", 0, ""}, {"32050911120x", 0, ""}, {"３２０５０９", 0, ""},
		{"000000000000", 0, ""}, {"000509111201", 0, ""}, {"320009000000", 0, ""}, {"320509000201", 0, ""}, {"320000000001", 0, ""},
	} {
		code, err := Parse(c.text)
		if (err == nil) != (c.level != 0) || err != nil && !errors.Is(err, ErrCode) {
			t.Errorf("Parse(%q): %v", c.text, err)
		}
		if err == nil && code != Code(c.text) {
			t.Errorf("Parse(%q) = %q", c.text, code)
		}
		if got := Code(c.text); got.Level() != c.level || got.Parent() != c.parent {
			t.Errorf("%q: %v under %q; want %v under %q", c.text, got.Level(), got.Parent(), c.level, c.parent)
		}
	}
}

func TestAt(t *testing.T) {
	village := Code("320509111201")
	for l, want := range map[Level]Code{
		National: "", Province: "320000000000", City: "320500000000", District: "320509000000",
		Town: "320509111000", Village: village, 0: "", 7: "",
	} {
		if got := village.At(l); got != want {
			t.Errorf("%s at %v: %q; want %q", village, l, got, want)
		}
	}
	if got := Code("320509000000").At(Town); got != "" {
		t.Errorf("a district at town level: %q; want nothing", got)
	}
	if got := Code("441900003000").At(District); got != "441900000000" {
		t.Errorf("a town of a city without districts, at district level: %q; want the city", got)
	}
}

func TestUp(t *testing.T) {
	if got, want := fmt.Sprint(Code("320509111201").Up()), "[320509111201 320509111000 320509000000 320500000000 320000000000]"; got != want {
		t.Errorf("up from a village: %s; want %s", got, want)
	}
	if got := Code("nonsense").Up(); got != nil {
		t.Errorf("up from nonsense: %v", got)
	}
}

func TestUnder(t *testing.T) {
	for _, c := range []struct {
		code, other Code
		want        bool
	}{
		{"320509111201", "320509111000", true},
		{"320509111201", "320500000000", true},
		{"320509111000", "320509111000", true},
		{"320509111000", "320509111201", false},
		{"320509111000", "320507000000", false},
		{"441900003000", "441900000000", true},
		{"320509111000", "", false}, {"", "", false}, {"", "320500000000", false}, {"x", "x", false},
	} {
		if got := c.code.Under(c.other); got != c.want {
			t.Errorf("%q under %q: %v", c.code, c.other, got)
		}
	}
}

func TestCenter(t *testing.T) {
	for _, text := range []string{"320509111000", "320509111000-02", "320509111201-kiosk1"} {
		if c, err := ParseCenter(text); err != nil || c != Center(text) {
			t.Errorf("ParseCenter(%q) = %q, %v", text, c, err)
		}
	}
	for _, text := range []string{"", "-", "320509111000-", "320509111000-A", "320509111000-a-b", "320509111000-123456789", "3205-1", "320509111000-村"} {
		if _, err := ParseCenter(text); !errors.Is(err, ErrCenter) {
			t.Errorf("ParseCenter(%q): %v; want ErrCenter", text, err)
		}
	}
	site := Center("320509111201-02")
	if site.Area() != "320509111201" || site.Site() != "02" || site.Level() != Village || site.Parent() != "320509111201" {
		t.Errorf("%s: area %s, site %s, level %v, parent %s", site, site.Area(), site.Site(), site.Level(), site.Parent())
	}
	for _, c := range []struct {
		over, under Center
		want        bool
	}{
		{"320509111201", "320509111201-02", true},
		{"320509000000", "320509111201-02", true},
		{"320509111201-02", "320509111201", false},
		{"320509111201", "320509111201", false},
		{"320509111201-01", "320509111201-02", false},
		{"", "320509111201", false},
		{"441900000000", "441900003001", true},
	} {
		if got := c.over.Over(c.under); got != c.want {
			t.Errorf("%q over %q: %v", c.over, c.under, got)
		}
	}
}

func TestLevelText(t *testing.T) {
	for _, l := range []Level{0, National, Province, City, District, Town, Village} {
		raw, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		back := Level(9)
		if err := json.Unmarshal(raw, &back); err != nil || back != l {
			t.Errorf("%v: %s reads as %v, %v", l, raw, back, err)
		}
		if err := back.UnmarshalText([]byte(l.Chinese())); err != nil || back != l {
			t.Errorf("%v: %s reads as %v, %v", l, l.Chinese(), back, err)
		}
		if l.Valid() != (l != 0) {
			t.Errorf("%v valid: %v", l, l.Valid())
		}
	}
	for word, want := range map[string]Level{"镇": Town, "街道": Town, "社区": Village, "区": District} {
		var l Level
		if err := l.UnmarshalText([]byte(word)); err != nil || l != want {
			t.Errorf("%s reads as %v, %v", word, l, err)
		}
	}
	if err := new(Level).UnmarshalText([]byte("parish")); err == nil {
		t.Error("a parish is a level")
	}
	if got := Level(9).String(); got != "level 9" {
		t.Errorf("level 9 reads %q", got)
	}
}

// codes draws codes that are well formed as often as not.
func codes() *rapid.Generator[Code] {
	return rapid.Custom(func(t *rapid.T) Code {
		if rapid.Bool().Draw(t, "any text") {
			return Code(rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{0,14}`)).Draw(t, "text"))
		}
		return Code(rapid.StringMatching(`3[12](00|05|12)(00|09|81)(000|111|002)(000|201|001)`).Draw(t, "code"))
	})
}

func TestEveryTextIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, other := codes().Draw(t, "code"), codes().Draw(t, "other")
		level := c.Level()
		if _, err := Parse(string(c)); (err == nil) != level.Valid() {
			t.Fatalf("level %v, but Parse says %v", level, err)
		}
		for l := Level(0); l < 9; l++ {
			at := c.At(l)
			if at == "" {
				continue
			}
			if !c.Under(at) || at.Level() == 0 || at.Level() > l {
				t.Fatalf("at %v: %q, a %v", l, at, at.Level())
			}
		}
		if level != 0 && c.At(level) != c {
			t.Fatalf("at its own level it is %q", c.At(level))
		}
		if up := c.Parent(); up != "" && (up.Level() >= level || !c.Under(up)) {
			t.Fatalf("parent %q", up)
		}
		if line := c.Up(); len(line) > 5 || (level != 0) != (len(line) > 0 && line[0] == c) {
			t.Fatalf("up: %v", line)
		}
		if c.Under(other) && other.Under(c) && c != other {
			t.Fatalf("%q and %q lie in one another", c, other)
		}
		center := Center(string(c) + rapid.SampledFrom([]string{"", "-", "-02", "--"}).Draw(t, "site"))
		if center.Over(center) || center.Over(Center(other)) && Center(other).Over(center) {
			t.Fatalf("%q is over itself, or over and under %q", center, other)
		}
		center.Level()
	})
}

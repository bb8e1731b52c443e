package item

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCheckUSCC(t *testing.T) {
	for _, s := range []string{
		"11650000010183859F", "11440000MB2D0164XH", "12441500196720244T", "11370881004339781C", "11442000MB2C91058B",
		"11511301MB15537661", "11511301008778183N", "11440300MB2D097052", "114416007304623542", "111101070000678541", "11441423MB2C95737D",
		"TE4401135000001170", "TE4401120074856370", "TE410181GYTZB00001", // temporary names: no check digit
	} {
		if err := CheckUSCC(s); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []string{"11440100MB2C91000X", "11440100MB2C91004X", "11440100MB2C91005X"} {
		if err := CheckUSCC(s); !errors.Is(err, ErrDigit) {
			t.Errorf("%s, which somebody made up: %v", s, err)
		}
	}
	for _, s := range []string{"", "TE", "1165000001018385", "11650000010183859f", "1165000O010183859F", "1165000001018385 F", "TE44011350000011 0", "１１650000010183859F"} {
		if err := CheckUSCC(s); !errors.Is(err, ErrShape) {
			t.Errorf("%q: %v; want ErrShape", s, err)
		}
	}
}

func TestCheckResidentID(t *testing.T) {
	for _, s := range []string{"11010519491231002X", "440524188001010014"} {
		if err := CheckResidentID(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for s, want := range map[string]error{
		"110105194912310021": ErrDigit, "110105194912310020": ErrDigit, "440524188001010015": ErrDigit,
		"11010519491231002x": ErrShape, "110105491231002": ErrShape, "": ErrShape, "X10105194912310021": ErrShape, "11010519491231002中": ErrShape,
	} {
		err := CheckResidentID(s)
		if !errors.Is(err, want) {
			t.Errorf("%q: %v; want %v", s, err, want)
		}
		if s != "" && err != nil && strings.Contains(err.Error(), s) {
			t.Errorf("the error repeats the number: %v", err)
		}
	}
}

// A single wrong digit, and two neighbours swapped, never pass.
func TestResidentIDFindsSlipsOfTheHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[0-9]{17}`).Draw(t, "body")
		var id string
		for _, d := range idDigits {
			if CheckResidentID(body+string(d)) == nil {
				if id != "" {
					t.Fatalf("%s fits two check digits", body)
				}
				id = body + string(d)
			}
		}
		if id == "" {
			t.Fatalf("%s fits no check digit", body)
		}
		i := rapid.IntRange(0, 16).Draw(t, "place")
		slip := []byte(id)
		slip[i] = byte(rapid.IntRange('0', '9').Draw(t, "digit"))
		if string(slip) != id && CheckResidentID(string(slip)) == nil {
			t.Fatalf("%s passes for %s", slip, id)
		}
		swap := []byte(id)
		swap[i], swap[max(i-1, 0)] = swap[max(i-1, 0)], swap[i]
		if string(swap) != id && CheckResidentID(string(swap)) == nil {
			t.Fatalf("%s passes for %s", swap, id)
		}
	})
}

func TestItemCodes(t *testing.T) {
	for _, c := range []struct {
		check func(string) error
		code  string
		want  error
	}{
		{CheckBasic, "000715001005", nil},
		{CheckBasic, "511A11001000", nil}, // Sichuan puts letters into the type
		{CheckBasic, "00016421300Y", nil}, // has children
		{CheckBasic, "00071500100", ErrShape},
		{CheckBasic, "A00715001005", ErrShape},
		{CheckImplement, "1144160073046235423000715001005", nil},
		{CheckImplement, "TE44011350000011705442106041002", nil},
		{CheckImplement, "TE44010573715713405002014105001", nil},
		{CheckImplement, "TE410181GYTZB000014000708001000", nil},
		{CheckImplement, "1144160073046235429000715001005", ErrShape}, // no such level
		{CheckImplement, "1144160073046235433000715001005", ErrDigit},
		{CheckImplement, "511A0148700000-511112000000-000-35334-1-00", ErrShape},
		{CheckHandling, "114416007304623542300071500100585", nil},
		{CheckHandling, "11442000MB2C91058B344218920700302", nil},
		{CheckHandling, "111101070000678541311050809700101", nil},
		{CheckHandling, "1144160073046235423000715001005", ErrShape},
		{CheckHandling, "1144160073046235423000715001005XX", ErrShape},
	} {
		if err := c.check(c.code); !errors.Is(err, c.want) {
			t.Errorf("%s: %v; want %v", c.code, err, c.want)
		}
	}
	for _, c := range []struct {
		basic, implement, handling string
		fits                       bool
	}{
		{"000715001005", "1144160073046235423000715001005", "114416007304623542300071500100585", true},
		{"", "", "114416007304623542300071500100585", true},
		{"000715001005", "", "114416007304623542300071500100585", true},
		{"000715001006", "", "114416007304623542300071500100585", false},
		{"000715001006", "1144160073046235423000715001005", "", false},
		{"", "1144160073046235423000715001006", "114416007304623542300071500100585", false},
		{"000715001005", "", "short", true}, // its own check says what is wrong
	} {
		if err := CheckComposition(c.basic, c.implement, c.handling); (err == nil) != c.fits {
			t.Errorf("%q %q %q: %v", c.basic, c.implement, c.handling, err)
		}
	}
	for code, fits := range map[Code]bool{"TB-D26": true, "000715001005": true, "": false, "tb-d26": false, "A B": false, Code(strings.Repeat("1", 41)): false, "事项": false} {
		if err := code.Check(); (err == nil) != fits {
			t.Errorf("key %q: %v", code, err)
		}
	}
}

func TestEveryCodeIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9A-Z]{0,36}`), rapid.StringMatching(`TE[0-9]{16}[0-9A-Z]{13}[0-9]{0,2}`))
		a, b, c := text.Draw(t, "a"), text.Draw(t, "b"), text.Draw(t, "c")
		handling, implement := CheckHandling(a), CheckImplement(a)
		if handling == nil && implement == nil {
			t.Fatalf("%q is of two kinds", a)
		}
		if handling == nil && CheckComposition(a[19:31], a[:31], a) != nil {
			t.Fatalf("%q does not hold its own parts", a)
		}
		CheckUSCC(a)
		CheckResidentID(a)
		CheckBasic(a)
		CheckComposition(a, b, c)
	})
}

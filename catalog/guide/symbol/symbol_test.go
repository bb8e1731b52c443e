package symbol

import (
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/boombuler/barcode/code128"
	"github.com/skip2/go-qrcode"
)

var stroke = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)z`)

// modules reads a drawing back: which modules of each row are dark.
func modules(t *testing.T, d *Symbol, height int) map[[2]int]bool {
	t.Helper()
	dark := map[[2]int]bool{}
	rest := d.Path
	for _, m := range stroke.FindAllStringSubmatch(d.Path, -1) {
		var n [5]int
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+1])
		}
		if n[2] != n[4] || n[3] != height || n[1]%height != 0 {
			t.Fatalf("stroke %q", m[0])
		}
		for x := n[0]; x < n[0]+n[2]; x++ {
			dark[[2]int{x, n[1] / height}] = true
		}
		rest = strings.Replace(rest, m[0], "", 1)
	}
	if rest != "" {
		t.Fatalf("what is this: %q", rest)
	}
	return dark
}

func TestTheSquareIsTheCode(t *testing.T) {
	const text = "https://banshi.example.cn/p/320509111201.1.42/12/0123456789abcdef"
	d := QR(text)
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil || d == nil {
		t.Fatal(err)
	}
	dark := modules(t, d, 1)
	for y, row := range code.Bitmap() {
		for x, want := range row {
			if dark[[2]int{x, y}] != want {
				t.Fatalf("module %d, %d is %v", x, y, !want)
			}
		}
	}
	if QR("") != nil || QR(strings.Repeat("x", 301)) != nil {
		t.Error("a code of nothing, or one that nobody reads")
	}
}

// The bars are those of Code 128: each sign is 11 modules wide (the last 13),
// of three bars and three gaps, and the check sign fits.
func TestTheBarsAreTheCode(t *testing.T) {
	for _, text := range []string{"320509111201-2026-000042", "SLIP1", "1234567890"} {
		d := Bars(text)
		code, err := code128.Encode(text)
		if err != nil || d == nil {
			t.Fatal(err)
		}
		width := d.Width - 2*quiet
		if (width-13)%11 != 0 || width != code.Bounds().Dx() {
			t.Errorf("%q: %d modules", text, width)
		}
		dark := modules(t, d, 40)
		for x := range code.Bounds().Dx() {
			want := color.GrayModel.Convert(code.At(x, 0)).(color.Gray).Y == 0
			if dark[[2]int{x + quiet, 0}] != want {
				t.Fatalf("%q: module %d is %v", text, x, !want)
			}
		}
		for x := range quiet {
			if dark[[2]int{x, 0}] || dark[[2]int{d.Width - 1 - x, 0}] {
				t.Errorf("%q: the quiet zone is not quiet", text)
			}
		}
		turns := 0
		for x := quiet; x < d.Width-quiet; x++ {
			if dark[[2]int{x, 0}] != dark[[2]int{x - 1, 0}] {
				turns++
			}
		}
		if signs := (width-13)/11 + 1; turns != 6*signs+1 { // three bars each begin and end; the stop has a fourth bar
			t.Errorf("%q: %d edges for %d signs", text, turns, signs)
		}
	}
	if Bars("") != nil || Bars("流转") != nil {
		t.Error("bars of nothing, or of what the code does not have")
	}
}

package attach

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"tongban/consensus/refusal"
)

// photographed is a picture as a telephone takes it; noisy, it hardly shrinks.
func photographed(t *testing.T, w, h int, noisy bool) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, w, h))
	draw := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(i)
		if noisy {
			m.Pix[i] = byte(draw.Uint32())
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func transparent(t *testing.T) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 300, 100))
	m.Set(5, 5, color.Black)
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var (
	pageObject = regexp.MustCompile(`/Type /Page\b`)
	pageBox    = regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`)
)

func TestJoin(t *testing.T) {
	tall, wide := photographed(t, 900, 1200, false), photographed(t, 1600, 900, false)
	with := append(append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, 20}, "Exif\x00\x00GPS 31.1 N\x00\x00"...), tall[2:]...) // where it was taken
	joined, err := Join([][]byte{with, wide, transparent(t)})
	if err != nil {
		t.Fatal(err)
	}
	if kind, err := Inspect(joined); kind != "application/pdf" || err != nil {
		t.Errorf("it is %s: %v", kind, err)
	}
	if n := len(pageObject.FindAll(joined, -1)); n != 3 || !bytes.Contains(joined, []byte("/Count 3")) {
		t.Errorf("%d pages", n)
	}
	for _, private := range []string{"GPS", "Exif", "/Author", "/Title"} {
		if bytes.Contains(joined, []byte(private)) {
			t.Errorf("the PDF says %s", private)
		}
	}
	again, err := Join([][]byte{with, wide, transparent(t)})
	if err != nil || !bytes.Equal(joined, again) {
		t.Errorf("the same pictures give another PDF: %v", err)
	}
	if turned := pageBox.FindAllSubmatch(joined, -1); len(turned) < 2 {
		t.Errorf("no page lies on its side: %q", turned)
	}
}

func TestJoinRefuses(t *testing.T) {
	good := photographed(t, 100, 100, false)
	cut := photographed(t, 400, 400, true)
	many := make([][]byte, MaxPages+1)
	for i := range many {
		many[i] = good
	}
	for name, c := range map[string]struct {
		pictures [][]byte
		code     refusal.Code
		says     string
	}{
		"none":                 {nil, BadType, "there is none"},
		"too many":             {many, refusal.TooLarge, "21 pictures, at most 20"},
		"the second is cut":    {[][]byte{good, cut[:len(cut)/2], good}, BadType, "picture 2 of 3"},
		"the last is no image": {[][]byte{good, []byte("%PDF-1.4")}, BadType, "picture 2 of 2"},
	} {
		_, err := Join(c.pictures)
		if refusal.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Many large pictures are drawn less finely until they fit, and are refused
// where they never do.
func TestJoinFits(t *testing.T) {
	page := photographed(t, 2000, 400, true)
	pictures := [][]byte{page}
	fine, err := join(pictures, MaxSize)
	if err != nil {
		t.Fatal(err)
	}
	less := len(fine) * 3 / 4
	if coarse, err := join(pictures, less); err != nil || len(coarse) > less {
		t.Errorf("%d bytes of %d: %v", len(coarse), less, err)
	}
	if _, err := join(pictures, 100<<10); refusal.CodeOf(err) != refusal.TooLarge || !strings.Contains(err.Error(), "at most 102400") {
		t.Errorf("too large: %v", err)
	}
}

// One file that may be kept is taken as it is; a document is never drawn.
func TestPaper(t *testing.T) {
	picture := photographed(t, 300, 400, false)
	large := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("x"), MaxSize)...)
	for name, c := range map[string]struct {
		files [][]byte
		want  []byte // nil: a PDF of them
	}{
		"a picture":               {[][]byte{picture}, picture},
		"a document":              {[][]byte{large[:100]}, large[:100]},
		"a document, and too big": {[][]byte{large}, large},
		"two pictures":            {[][]byte{picture, picture}, nil},
	} {
		got, err := Paper(c.files)
		if err != nil || c.want != nil && !bytes.Equal(got, c.want) || c.want == nil && !bytes.HasPrefix(got, []byte("%PDF")) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	if got, err := Paper(nil); got != nil || err != nil {
		t.Errorf("of nothing: %d bytes, %v", len(got), err)
	}
}

// Package symbol draws codes for paper, a QR code or a Code 128, as one path of
// whole modules: a printer draws it as sharp as it can.
//
// It must never say what a code leads to: it is given the text.
package symbol

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/code128"
	"github.com/skip2/go-qrcode"
)

// Symbol is a code as it is drawn. Path is what an SVG path takes, in modules.
type Symbol struct {
	Width, Height int // modules, the quiet zone included
	Path          string
	Text          string // what it holds
}

const (
	// readable is the longest text, in bytes, that a telephone reads off paper.
	readable = 300
	// quiet is the empty space that a scanner needs on both sides of a barcode,
	// in modules.
	quiet = 10
	// tall is how high a barcode is, in modules.
	tall = 40
)

// QR draws a text as a QR code; nil for none and for one that is too long to be
// read off paper.
func QR(text string) *Symbol {
	if text == "" || len(text) > readable {
		return nil
	}
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil
	}
	return draw(text, code.Bitmap(), 1)
}

// Bars draws a text as Code 128; nil for none and for one that the code can't
// hold.
func Bars(text string) *Symbol {
	if text == "" {
		return nil
	}
	code, err := code128.Encode(text)
	if err != nil {
		return nil
	}
	row := make([]bool, code.Bounds().Dx()+2*quiet)
	for x := range code.Bounds().Dx() {
		r, _, _, _ := code.At(x, 0).RGBA()
		row[x+quiet] = r == 0
	}
	return draw(text, [][]bool{row}, tall)
}

// draw joins the dark modules of each row, height modules high.
func draw(text string, rows [][]bool, height int) *Symbol {
	var path strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			start := x
			for x < len(row) && row[x] {
				x++
			}
			fmt.Fprintf(&path, "M%d %dh%dv%dh-%dz", start, y*height, x-start, height, x-start)
		}
	}
	return &Symbol{Width: len(rows[0]), Height: len(rows) * height, Path: path.String(), Text: text}
}

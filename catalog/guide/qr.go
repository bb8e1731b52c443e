package guide

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// square is a QR code as one path: a printer draws it as sharp as it can.
type square struct {
	Size int // modules, the quiet zone included
	Path string
	Text string
}

// qr draws a text; nil where it is too long for a code that a telephone reads
// off paper.
func qr(text string) *square {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil
	}
	rows := code.Bitmap()
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
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", start, y, x-start, x-start)
		}
	}
	return &square{Size: len(rows), Path: path.String(), Text: text}
}

package attach

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/draw"

	"tongban/consensus/refusal"
)

// Bounds of what is brought of one paper.
const (
	MaxPages = 20       // pictures that are joined
	MaxFile  = 24 << 20 // bytes of one file: a photograph of the largest telephone, before it is drawn anew
)

// The page of a joined paper: A4 with a margin, in millimetres.
const (
	paperShort, paperLong = 210.0, 297.0
	paperMargin           = 8.0
)

// drawings are how finely a page is drawn, the finest first: its longest edge in
// pixels, and the quality of its JPEG. At the last a page of small print can
// still be read.
var drawings = []struct{ edge, quality int }{{2000, 80}, {1800, 65}, {1500, 55}}

// fpdf writes an empty list of embedded files, which Inspect takes for one. An
// empty list of named places is as long, so that every object stays where it is.
var noFiles, noPlaces = []byte("/Names <<\n/EmbeddedFiles "), []byte("/Names <<\n/Dests         ")

// Paper is one paper of the files that were brought of it: a file that may be
// kept is taken as it is, several pictures, or one that is too large, are
// joined. A document that is too large stays too large, and is refused when it is kept. nil:
// there are no files. It refuses what Join refuses.
func Paper(files [][]byte) ([]byte, error) {
	switch {
	case len(files) == 0:
		return nil, nil
	case len(files) == 1 && (len(files[0]) <= MaxSize || !isPicture(files[0])):
		return files[0], nil
	}
	return Join(files)
}

func isPicture(content []byte) bool {
	media, err := Inspect(content)
	return err == nil && strings.HasPrefix(media, "image/")
}

// Join makes one PDF of pictures in their order, each on a page of its own, as
// it lies: whoever took it turned it upright. Of the pictures nothing comes along
// but what is seen (no place, no camera, no time), and the same pictures give the
// same PDF. Where they would be larger than MaxSize they are drawn less finely.
//
// It refuses with BadType, and the number of the picture, what is no picture,
// and with TooLarge what is too many, too many pixels, or too large even then.
func Join(pictures [][]byte) ([]byte, error) { return join(pictures, MaxSize) }

func join(pictures [][]byte, limit int) ([]byte, error) {
	const op = "join the pictures of a paper"
	switch n := len(pictures); {
	case n == 0:
		return nil, refusal.Newf(BadType, op, "take a picture", "there is none")
	case n > MaxPages:
		return nil, refusal.Newf(refusal.TooLarge, op, "bring it as a PDF", "%d pictures, at most %d", n, MaxPages)
	}
	pdf := fpdf.New("P", "mm", "A4", "")
	when := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // it says nothing of when
	pdf.SetCreationDate(when)
	pdf.SetModificationDate(when)
	pdf.SetCatalogSort(true)
	pdf.SetProducer("tongban", true)
	pdf.SetCompression(false) // pictures are small already
	pdf.SetAutoPageBreak(false, 0)
	room := limit/len(pictures) - 1<<10
	for i, content := range pictures {
		page, shape, err := drawn(content, room)
		if err != nil {
			return nil, refusal.New(refusal.CodeOf(err), op, "take the picture again", fmt.Errorf("picture %d of %d: %w", i+1, len(pictures), err))
		}
		lay(pdf, strconv.Itoa(i+1), page, shape)
	}
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if out.Len() > limit {
		return nil, refusal.Newf(refusal.TooLarge, op, "take fewer pictures, or scan it with less resolution", "%d bytes, at most %d", out.Len(), limit)
	}
	return bytes.Replace(out.Bytes(), noFiles, noPlaces, 1), nil
}

// lay puts a picture on a page of its own, as large as fits.
func lay(pdf *fpdf.Fpdf, name string, page []byte, shape image.Point) {
	turn, w, h := "P", paperShort, paperLong
	if shape.X > shape.Y {
		turn, w, h = "L", paperLong, paperShort
	}
	pdf.AddPageFormat(turn, fpdf.SizeType{Wd: paperShort, Ht: paperLong})
	options := fpdf.ImageOptions{ImageType: "JPG"}
	pdf.RegisterImageOptionsReader(name, options, bytes.NewReader(page))
	scale := min((w-2*paperMargin)/float64(shape.X), (h-2*paperMargin)/float64(shape.Y))
	wide, high := float64(shape.X)*scale, float64(shape.Y)*scale
	pdf.ImageOptions(name, (w-wide)/2, (h-high)/2, wide, high, false, options, 0, "")
}

// drawn is a picture as a JPEG of at most room bytes: opened and drawn anew, so
// that it is whole, and nothing comes along with it. Where it does not fit, the
// smallest that there is: together they may still fit.
func drawn(content []byte, room int) ([]byte, image.Point, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, image.Point{}, refusal.Newf(BadType, "", "", "it is no picture, or is damaged: %w", err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > maxPixels/config.Height {
		return nil, image.Point{}, refusal.Newf(refusal.TooLarge, "", "", "%d by %d pixels", config.Width, config.Height)
	}
	picture, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, image.Point{}, refusal.Newf(BadType, "", "", "it is no picture, or is damaged: %w", err)
	}
	var out bytes.Buffer
	var size image.Point
	for _, d := range drawings {
		paper := scaled(picture, d.edge)
		size = paper.Bounds().Size()
		out.Reset()
		if err := jpeg.Encode(&out, paper, &jpeg.Options{Quality: d.quality}); err != nil {
			return nil, size, err
		}
		if out.Len() <= room {
			break
		}
	}
	return out.Bytes(), size, nil
}

// scaled is a picture on white, at most edge pixels wide and high.
func scaled(picture image.Image, edge int) image.Image {
	size := picture.Bounds().Size()
	scale := min(1, float64(edge)/float64(max(size.X, size.Y)))
	to := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(size.X)*scale)), max(1, int(float64(size.Y)*scale))))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src) // what is transparent is paper
	draw.ApproxBiLinear.Scale(to, to.Bounds(), picture, picture.Bounds(), draw.Over, nil)
	return to
}

package attach

import (
	"archive/zip"
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"tongban/consensus/refusal"
)

func zipped(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("<x/>")); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		img.Set(x, x%h, color.RGBA{200, 0, 0, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestInspect(t *testing.T) {
	docx := []string{"[Content_Types].xml", "_rels/.rels", "word/document.xml"}
	for _, c := range []struct {
		what    string
		content []byte
		want    string // "": refused
	}{
		{"a photo", picture(t, 30, 20), "image/png"},
		{"a PDF", []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"), "application/pdf"},
		{"a text", []byte("情况说明：属实。\n"), "text/plain"},
		{"an OFD", zipped(t, "OFD.xml", "Doc_0/Document.xml"), "application/ofd"},
		{"a docx", zipped(t, docx...), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"a docx with macros", zipped(t, append(docx, "word/vbaProject.bin")...), ""},
		{"an OFD with a program", zipped(t, "OFD.xml", "Doc_0/run.EXE"), ""},
		{"a PDF that runs", []byte("%PDF-1.7\n<</S/JavaScript/JS(app.alert(1))>>"), ""},
		{"any zip", zipped(t, "a.txt"), ""},
		{"a cut zip", zipped(t, "OFD.xml")[:40], ""},
		{"a page with scripts", []byte("<!DOCTYPE html><script>alert(1)</script>"), ""},
		{"a drawing with scripts", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), ""},
		{"a shell script", []byte("#!/bin/sh\nrm -rf /\n"), ""},
		{"a Windows program", append([]byte("MZ\x90\x00"), make([]byte, 200)...), ""},
		{"an ELF program", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 200)...), ""},
		{"noise", []byte{0, 1, 2, 3, 0xfe, 0xff, 0x80, 7}, ""},
		{"nothing", nil, ""},
	} {
		got, err := Inspect(c.content)
		if got != c.want || c.want == "" && refusal.CodeOf(err) != BadType || c.want != "" && err != nil {
			t.Errorf("%s: %q, %v; want %q", c.what, got, err, c.want)
		}
	}
}

func TestThumbnail(t *testing.T) {
	small, err := Thumbnail(picture(t, 1200, 300), 160)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(small))
	if err != nil || img.Bounds().Dx() != 160 || img.Bounds().Dy() != 40 {
		t.Errorf("%v, %v", img.Bounds(), err)
	}
	if same, err := Thumbnail(picture(t, 20, 10), 160); err != nil {
		t.Error(err)
	} else if img, err := jpeg.Decode(bytes.NewReader(same)); err != nil || img.Bounds().Dx() != 20 {
		t.Errorf("a small picture grew: %v, %v", img.Bounds(), err)
	}
	if _, err := Thumbnail([]byte("%PDF-1.7"), 160); refusal.CodeOf(err) != refusal.NotFound {
		t.Errorf("a PDF: %v", err)
	}
	bomb := picture(t, 10, 10)
	copy(bomb[16:24], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff}) // it says 65535 by 65535
	if _, err := Thumbnail(bomb, 160); err == nil || !strings.Contains(err.Error(), "65535 by 65535") && refusal.CodeOf(err) != refusal.NotFound {
		t.Errorf("a bomb: %v", err)
	}
}

package attach

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // the formats that a thumbnail is made of
	"image/jpeg"
	_ "image/png"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"tongban/consensus/refusal"
)

// BadType is the code for content that no counter takes in: what it is can't be
// told, or it could run when it is opened.
const BadType refusal.Code = "bad_type"

// taken are the types of what people bring: scans, photos, documents.
var taken = []string{
	"image/jpeg", "image/png", "image/tiff", "image/bmp", "image/webp", "image/gif",
	"application/pdf", "text/plain", "text/csv",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// ofd is the national format of fixed documents (GB/T 33190): a zip file with
// an entry of that name.
const (
	ofd      = "application/ofd"
	ofdEntry = "OFD.xml"
)

// Inspect tells the media type of content by what it holds, whatever it is
// called, and refuses with BadType what is of none of the types that a counter
// takes in, or holds a program: a macro, a script, another file.
func Inspect(content []byte) (string, error) {
	bad := func(format string, args ...any) error {
		return refusal.Newf(BadType, "look at an attachment", "bring it as a picture (jpg, png, tiff), a PDF, an OFD, a text, or a docx or xlsx without macros", format, args...)
	}
	if len(content) == 0 {
		return "", bad("it is empty")
	}
	kind, _, _ := strings.Cut(mimetype.Detect(content).String(), ";")
	switch {
	case strings.HasPrefix(kind, "application/zip") || strings.Contains(kind, "openxmlformats"):
		names, err := entries(content)
		if err != nil {
			return "", bad("it looks like a document and can't be opened: %v", err)
		}
		if i := slices.IndexFunc(names, runs); i >= 0 {
			return "", bad("it holds a program: %.80q", names[i])
		}
		if slices.Contains(names, ofdEntry) {
			return ofd, nil
		}
	case kind == "application/pdf":
		for _, mark := range []string{"/JavaScript", "/Launch", "/EmbeddedFile"} {
			if bytes.Contains(content, []byte(mark)) {
				return "", bad("the PDF holds a program or another file (%s)", mark)
			}
		}
	}
	if !slices.Contains(taken, kind) {
		return "", bad("it is of type %s", kind)
	}
	return kind, nil
}

// maxEntries bounds how many files a document is made of.
const maxEntries = 10_000

func entries(content []byte) ([]string, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("%d files in it", len(z.File))
	}
	names := make([]string, len(z.File))
	for i, f := range z.File {
		names[i] = f.Name
	}
	return names, nil
}

// runs reports whether a file inside a document is a program.
func runs(name string) bool {
	name = strings.ToLower(name)
	if strings.Contains(name, "vbaproject") || strings.Contains(name, "activex") || strings.Contains(name, "oleobject") {
		return true
	}
	for _, end := range []string{".exe", ".dll", ".js", ".vbs", ".bat", ".cmd", ".ps1", ".jar", ".sh", ".msi", ".scr", ".com"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// maxPixels bounds the picture that a thumbnail is made of: a small file can
// unfold into more memory than a village's PC has.
const maxPixels = 40_000_000

// Thumbnail makes a small JPEG of a picture, at most edge pixels wide and high
// (16 to 1024). refusal.NotFound where the content is no picture.
func Thumbnail(content []byte, edge int) ([]byte, error) {
	const op = "make a thumbnail"
	edge = max(16, min(edge, 1024))
	shape, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, refusal.New(refusal.NotFound, op, "open the paper itself", fmt.Errorf("it is no picture: %w", err))
	}
	if shape.Width <= 0 || shape.Height <= 0 || shape.Width > maxPixels/shape.Height {
		return nil, refusal.Newf(refusal.TooLarge, op, "open the paper itself", "%d by %d pixels", shape.Width, shape.Height)
	}
	picture, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, refusal.New(refusal.NotFound, op, "open the paper itself", err)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, scaled(picture, edge), &jpeg.Options{Quality: 80}); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return out.Bytes(), nil
}

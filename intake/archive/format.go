package archive

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"tongban/consensus/wire"
)

// format is what a piece of content is, by its bytes.
type format struct {
	media  string
	ending string
	fit    fitness
}

// fitness is whether a format can be kept for long.
type fitness int

const (
	fit     fitness = iota // a long-term format
	today                  // can be read today, and is no long-term format
	unknown                // nobody can say how it is to be opened
	runs                   // a program
	locked                 // encrypted
)

// formats are those that content outside the log may have. Anything else is
// unknown.
var formats = map[string]format{
	"image/jpeg":               {"image/jpeg", "jpg", fit},
	"image/png":                {"image/png", "png", fit},
	"image/tiff":               {"image/tiff", "tif", fit},
	"application/pdf":          {"application/pdf", "pdf", fit},
	"text/plain":               {"text/plain", "txt", fit},
	"text/xml":                 {"text/xml", "xml", fit},
	"application/json":         {"application/json", "json", fit},
	"text/csv":                 {"text/csv", "csv", fit},
	"image/gif":                {"image/gif", "gif", today},
	"image/bmp":                {"image/bmp", "bmp", today},
	"image/webp":               {"image/webp", "webp", today},
	"image/heic":               {"image/heic", "heic", today},
	"text/html":                {"text/html", "html", today},
	"application/rtf":          {"application/rtf", "rtf", today},
	"text/rtf":                 {"text/rtf", "rtf", today},
	"application/zip":          {"application/zip", "zip", today}, // OFD among them
	"application/msword":       {"application/msword", "doc", today},
	"application/vnd.ms-excel": {"application/vnd.ms-excel", "xls", today},
	"audio/mpeg":               {"audio/mpeg", "mp3", today},
	"video/mp4":                {"video/mp4", "mp4", today},
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", today},
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", today},
}

// programs are what runs when somebody opens it.
var programs = []string{
	"application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-mach-binary", "application/x-executable",
	"application/x-sharedlib", "application/x-object", "application/x-coredump", "application/jar", "application/java-archive",
	"application/x-java-applet", "application/vnd.android.package-archive", "application/wasm", "application/x-msi", "application/x-ms-installer",
	"application/x-ms-shortcut", "application/x-shellscript", "text/x-shellscript", "text/x-python", "text/x-perl", "text/x-php", "text/x-ruby",
	"text/x-lua", "text/x-tcl", "text/javascript", "application/javascript", "application/x-bat", "text/x-msdos-batch", "application/vnd.debian.binary-package",
	"application/x-rpm", "application/x-chrome-extension",
}

// detect finds what content is by its bytes, never by a name. kind is what the
// log calls it.
func detect(content []byte, kind string) format {
	if kind == "applicant" && record(content) {
		return format{"application/cbor", "cbor", fit}
	}
	for m := mimetype.Detect(content); m != nil; m = m.Parent() {
		name := bareMedia(m.String())
		for _, p := range programs {
			if m.Is(p) {
				return format{name, "bin", runs}
			}
		}
		if f, ok := formats[name]; ok && (name != "text/plain" || utf8.Valid(content)) {
			if encrypted(name, content) {
				f.fit = locked
			}
			return f
		}
		if name == "application/x-ole-storage" && bytes.Contains(content, utf16le("EncryptedPackage")) {
			return format{name, "bin", locked}
		}
	}
	return format{"application/octet-stream", "bin", unknown}
}

func bareMedia(s string) string {
	s, _, _ = strings.Cut(s, ";")
	return s
}

// record is a CBOR map, as package wire writes them.
func record(content []byte) bool {
	var fields map[any]any
	return wire.Decode(content, &fields) == nil
}

// encrypted finds what can't be opened without a secret.
func encrypted(media string, content []byte) bool {
	switch media {
	case "application/pdf":
		return bytes.Contains(content, []byte("/Encrypt"))
	case "application/zip":
		return len(content) > 7 && content[6]&1 != 0 // the first entry's flags
	}
	return false
}

func utf16le(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}

// opens reports whether a file that this package wrote can still be read.
func opens(name string, content []byte) bool {
	switch formatOf(name) {
	case "application/json":
		return json.Valid(content)
	case "application/cbor":
		var any wire.Raw
		return wire.Decode(content, &any) == nil
	case "text/html", "text/plain":
		return utf8.Valid(content)
	}
	return true
}

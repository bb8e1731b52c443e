package frame

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"tongban/catalog/guide"
)

//go:embed pages
var own embed.FS

// The scripts of others are as npm gives them, byte for byte, with their
// licences beside them:
//
//	htmx.min.js      htmx.org 2.0.11       0BSD
//	htmx-sse.min.js  htmx-ext-sse 2.2.4    0BSD
//	echarts.min.js   echarts 6.1.0 (dist/echarts.simple.min.js)   Apache-2.0
//
//go:embed assets
var files embed.FS

// asset is one file as it is served.
type asset struct {
	content []byte
	hash    string
}

// assets are all of them by name. The style sheet is made of several files and
// of what the printed guide adds.
var assets = sync.OnceValue(func() map[string]asset {
	all := map[string]asset{}
	add := func(name string, content []byte) {
		sum := sha256.Sum256(content)
		all[name] = asset{content, hex.EncodeToString(sum[:6])}
	}
	var style []byte
	err := fs.WalkDir(files, "assets", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		switch path.Ext(name) {
		case ".css":
			style = append(style, content...)
		case ".js", ".svg":
			add(path.Base(name), content)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	add("style.css", append(style, guide.Style()...))
	return all
})

// Asset is the address of a file of the frame. It changes with the content, so
// that a browser may keep the file for good.
func Asset(name string) string { return "/web/" + name + "?v=" + assets()[name].hash }

// types are named here: what the machine believes of an extension differs.
var types = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// Assets serves what is under /web/.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/web/")
		a, ok := assets()[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", types[path.Ext(name)])
		if r.URL.RawQuery == "v="+a.hash {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		w.Write(a.content)
	})
}

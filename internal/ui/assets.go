package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed static
var static embed.FS

// asset is one file, ready to leave.
type asset struct {
	ctype string
	plain []byte
	zip   func() []byte // made when first asked for; nil when it does not shrink
}

// assets are the static files under one name that changes with any of them:
// the style sheets and modules refer to each other by relative names, and a
// browser may keep them for ever.
type assets struct {
	hash  string
	files map[string]asset
}

var files = load(static)

// ctypes does not depend on the machine's mime table.
var ctypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8", ".png": "image/png", ".webmanifest": "application/manifest+json",
}

func load(from fs.FS) *assets {
	a := &assets{files: map[string]asset{}}
	sum := sha256.New()
	err := fs.WalkDir(from, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(from, p)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(p, "static/")
		sum.Write([]byte(name + "\x00" + strconv.Itoa(len(b)) + "\x00"))
		sum.Write(b)
		f := asset{ctype: ctypes[path.Ext(name)], plain: b}
		if f.ctype == "" {
			f.ctype = mime.TypeByExtension(path.Ext(name))
		}
		if path.Ext(name) != ".woff2" && path.Ext(name) != ".png" {
			f.zip = sync.OnceValue(func() []byte { return shrunk(b) })
		}
		a.files[name] = f
		return nil
	})
	if err != nil {
		panic("ui: embedded files: " + err.Error())
	}
	a.hash = hex.EncodeToString(sum.Sum(nil)[:6])
	return a
}

// shrunk is b compressed, nil when that does not make it smaller.
func shrunk(b []byte) []byte {
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
	_, _ = w.Write(b) // into memory
	_ = w.Close()
	if z.Len() >= len(b) {
		return nil
	}
	return bytes.Clone(z.Bytes())
}

// Asset is the address of a static file; it panics on a name that is not
// embedded, so that a wrong name shows in the first test of its page.
func Asset(name string) string {
	if _, ok := files.files[name]; !ok {
		panic("ui: no static file " + name)
	}
	return "/static/" + files.hash + "/" + name
}

func (a *assets) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest := strings.TrimPrefix(r.URL.Path, "/static/")
		hash, name, _ := strings.Cut(rest, "/")
		f, ok := a.files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.ctype)
		h.Set("Vary", "Accept-Encoding")
		h.Set("ETag", `"`+a.hash+`"`)
		if hash == a.hash {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else { // a page kept from before an update: the new file, for a moment
			h.Set("Cache-Control", "public, max-age=60")
		}
		if r.Header.Get("If-None-Match") == `"`+a.hash+`"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		body := f.plain
		if f.zip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			if zip := f.zip(); zip != nil {
				h.Set("Content-Encoding", "gzip")
				body = zip
			}
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // the reader has left
		}
	})
}

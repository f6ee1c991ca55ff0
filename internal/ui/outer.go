package ui

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	pathpkg "path"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/fault"
)

// policy is the Content-Security-Policy of every answer: our own files only,
// no inline script; custom properties in style attributes are how the design
// passes data (--now, --brand).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; " +
	"img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; " +
	"worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"

// outer is what stands around every request.
func (m *Mux) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := newNumber()
		r = r.WithContext(context.WithValue(r.Context(), numberKey{}, n))
		h := w.Header()
		h.Set("X-Request-Id", n)
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		if m.cfg.HTTPS {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		o := &writer{ResponseWriter: w, gzip: strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Method != http.MethodHead}
		start := time.Now()
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				m.cfg.Log.Error("panic", "request", n, "method", r.Method, "path", m.logged(r.URL.Path), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if o.status == 0 {
					req := &Request{Request: r, Number: n, mux: m}
					_ = m.admit(o, req, Public) // fills what it can; the page of the error needs no more
					m.fail(o, req, fault.New(fault.Internal, "").Becausef("panic: %v", p))
				}
			}
			o.close()
			level := slog.LevelInfo
			switch {
			case o.status >= 500:
				level = slog.LevelError
			case strings.HasPrefix(r.URL.Path, "/static/"):
				level = slog.LevelDebug
			}
			// The query may hold what somebody searched for, or a private link.
			m.cfg.Log.Log(r.Context(), level, "http", "request", n, "method", r.Method, "path", m.logged(r.URL.Path), "status", o.status,
				"ms", float64(time.Since(start).Microseconds())/1000)
		}()
		next.ServeHTTP(o, r)
	})
}

var zippers = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed+2); return z }}

// writer remembers the status and compresses what is text.
type writer struct {
	http.ResponseWriter
	status int
	gzip   bool
	zip    *gzip.Writer
}

func (w *writer) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status = status
	h := w.Header()
	ctype := h.Get("Content-Type")
	text := strings.HasPrefix(ctype, "text/html") || strings.HasPrefix(ctype, "application/json") || strings.HasPrefix(ctype, "application/problem+json")
	if text {
		h.Add("Vary", "Accept-Encoding")
	}
	if w.gzip && text && h.Get("Content-Encoding") == "" && status != http.StatusNoContent && status != http.StatusNotModified {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		w.zip = zippers.Get().(*gzip.Writer)
		w.zip.Reset(w.ResponseWriter)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(b []byte) (int, error) {
	if w.status == 0 {
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", http.DetectContentType(b))
		}
		w.WriteHeader(http.StatusOK)
	}
	if w.zip != nil {
		return w.zip.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// Flush lets streams through.
func (w *writer) Flush() {
	if w.zip != nil {
		_ = w.zip.Flush() // an error shows at the next write
	}
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap is for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *writer) close() {
	if w.zip != nil {
		_ = w.zip.Close() // the reader has left
		zippers.Put(w.zip)
		w.zip = nil
	}
	if w.status == 0 {
		w.status = http.StatusOK
	}
}

// secrets lists where the addresses begin that let in whoever holds them: the
// public routes with a part that changes (a private link, an invitation, a new
// password, a calendar's feed). It is read from the routes, so that a face that
// adds one more has nothing to remember here.
func secrets(routes []Route) []string {
	var out []string
	for _, r := range routes {
		before, _, ok := strings.Cut(r.Path, "{")
		if r.Guard == Public && ok && strings.Count(before, "/") > 1 && !slices.Contains(out, before) {
			out = append(out, before)
		}
	}
	return out
}

// logged is a path as the log has it, without the secret of such an address.
func (m *Mux) logged(path string) string {
	clean := pathpkg.Clean(path) // "//v/…" is sent to where it leads, and is logged too
	for _, before := range m.secrets {
		rest, ok := strings.CutPrefix(clean, before)
		if !ok {
			continue
		}
		if _, after, ok := strings.Cut(rest, "/"); ok {
			return before + "…/" + after
		}
		return before + "…"
	}
	return path
}

// PrivatePath begins the addresses of private links; a secret follows.
const PrivatePath = "/v/"

// tooLarge recognises a body over the route's bound.
func tooLarge(err error) bool {
	var e *http.MaxBytesError
	return errors.As(err, &e)
}

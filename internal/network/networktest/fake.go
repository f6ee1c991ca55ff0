package networktest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Fake is a strict stand-in for a network's server: a route, a query, form or
// JSON field that it does not know, or a header that is missing, fails the
// test. What it does not check, it does not let through.
type Fake struct {
	URL string

	t       testing.TB
	mux     *http.ServeMux
	release chan struct{}
	mu      sync.Mutex
	breaks  map[string][]Break
	seen    map[string]int
}

// Want says what a route accepts. A name that ends with "!" must come.
type Want struct {
	// Header: what must come, with its value; "*" is any that is not empty.
	Header map[string]string
	Query  []string
	// Form are the fields of a form or of a multipart body, files included.
	Form []string
	// JSON are the paths of the leaves: "record.text!", "record.langs[]",
	// "embed.images[].alt". A path that ends with ".*" lets all below it in.
	JSON []string
}

// Asked is a request that was checked, with its body read.
type Asked struct {
	*http.Request
	Body  []byte
	JSON  any               // of a JSON body
	Form  url.Values        // of a form or multipart body
	Files map[string][]byte // of a multipart body
}

// Break is what happens to one call of a route in place of its answer.
type Break struct {
	// Taken: the route does its work first; its own answer is lost.
	Taken bool
	// One of these: an answer,
	Status int
	Header http.Header
	Body   string
	// or none: the connection is cut, or nothing comes until the caller or
	// the test ends,
	Cut, Hang bool
	// or so many bytes of spaces.
	Huge int64
}

// NewFake starts a server on the loopback; it ends with the test.
func NewFake(t testing.TB) *Fake {
	f := &Fake{t: t, mux: http.NewServeMux(), release: make(chan struct{}), breaks: map[string][]Break{}, seen: map[string]int{}}
	f.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the fake has no route for %s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	s := httptest.NewServer(f.mux)
	f.URL = s.URL
	t.Cleanup(func() {
		close(f.release)
		s.CloseClientConnections()
		s.Close()
	})
	return f
}

// Handle adds a route: a ServeMux pattern with its method, what it accepts,
// and its answer, which is only called with what was accepted.
func (f *Fake) Handle(pattern string, want Want, answer func(w http.ResponseWriter, r *Asked)) {
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.seen[pattern]++
		var b *Break
		if q := f.breaks[pattern]; len(q) > 0 {
			b, f.breaks[pattern] = &q[0], q[1:]
		}
		f.mu.Unlock()
		a, ok := f.check(pattern, want, r)
		if !ok {
			http.Error(w, "the fake does not know this", http.StatusBadRequest)
			return
		}
		if b == nil {
			answer(w, a)
			return
		}
		if b.Taken {
			answer(httptest.NewRecorder(), a)
		}
		f.play(w, r, *b)
	})
}

// Break queues what happens to the next calls of a route, one each.
func (f *Fake) Break(pattern string, breaks ...Break) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.breaks[pattern] = append(f.breaks[pattern], breaks...)
}

// Seen returns how often a route was called.
func (f *Fake) Seen(pattern string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen[pattern]
}

// JSON answers with a value.
func JSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (f *Fake) play(w http.ResponseWriter, r *http.Request, b Break) {
	switch {
	case b.Cut:
		cut(w)
	case b.Hang:
		select {
		case <-r.Context().Done():
		case <-f.release:
		}
		cut(w)
	default:
		for k, v := range b.Header {
			w.Header()[http.CanonicalHeaderKey(k)] = v
		}
		w.WriteHeader(max(b.Status, 200))
		_, err := io.WriteString(w, b.Body)
		chunk := []byte(strings.Repeat(" ", 64<<10))
		for left := b.Huge; left > 0 && err == nil; left -= int64(len(chunk)) {
			_, err = w.Write(chunk)
		}
	}
}

func (f *Fake) check(pattern string, want Want, r *http.Request) (*Asked, bool) {
	ok := true
	wrong := func(format string, args ...any) {
		ok = false
		f.t.Errorf("fake "+pattern+": "+format, args...)
	}
	for k, v := range want.Header {
		if got := r.Header.Get(k); got == "" || v != "*" && got != v {
			wrong("header %s is %q, want %q", k, got, v)
		}
	}
	a := &Asked{Request: r}
	f.fields(wrong, "query", want.Query, r.URL.Query())
	var err error
	if a.Body, err = io.ReadAll(r.Body); err != nil {
		wrong("body: %v", err)
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind == "application/x-www-form-urlencoded":
		if a.Form, err = url.ParseQuery(string(a.Body)); err != nil {
			wrong("form: %v", err)
		}
	case kind == "multipart/form-data":
		a.Form, a.Files = url.Values{}, map[string][]byte{}
		for parts := multipart.NewReader(bytes.NewReader(a.Body), params["boundary"]); ; {
			p, err := parts.NextPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				wrong("multipart: %v", err)
				break
			}
			b, _ := io.ReadAll(p)
			if p.FileName() != "" {
				a.Files[p.FormName()] = b
			}
			a.Form.Add(p.FormName(), string(b))
		}
	case strings.HasSuffix(kind, "json"):
		if err := json.Unmarshal(a.Body, &a.JSON); err != nil {
			wrong("JSON: %v", err)
		}
	}
	f.fields(wrong, "form", want.Form, a.Form)
	got := url.Values{}
	leaves("", a.JSON, got)
	f.fields(wrong, "JSON", want.JSON, got)
	return a, ok
}

func (f *Fake) fields(wrong func(string, ...any), what string, want []string, got url.Values) {
	for name := range got {
		if !slices.ContainsFunc(want, func(w string) bool {
			w = strings.TrimSuffix(w, "!")
			under, all := strings.CutSuffix(w, ".*")
			return w == name || all && strings.HasPrefix(name, under+".")
		}) {
			wrong("unknown %s field %q", what, name)
		}
	}
	for _, w := range want {
		if name, must := strings.CutSuffix(w, "!"); must && !got.Has(name) {
			wrong("%s field %q is missing", what, name)
		}
	}
}

// leaves writes the paths of everything in v that is no object or list.
func leaves(path string, v any, out url.Values) {
	switch v := v.(type) {
	case nil:
		if path != "" {
			out.Set(path, "")
		}
	case map[string]any:
		for k, x := range v {
			leaves(strings.TrimPrefix(path+"."+k, "."), x, out)
		}
	case []any:
		for _, x := range v {
			leaves(path+"[]", x, out)
		}
	default:
		out.Set(path, "")
	}
}

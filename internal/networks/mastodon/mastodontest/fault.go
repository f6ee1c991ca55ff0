package mastodontest

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault spoils requests. The zero value of each knob leaves that part alone;
// a fault with no knob but Reached only watches.
type Fault struct {
	// Times is how many requests it spoils; 0: one; below 0: every one.
	Times int
	// After lets the request take effect first: the post is taken, only the
	// answer goes wrong.
	After bool

	// Status, Body, Type and Header replace the answer.
	Status int
	Body   string
	Type   string // Content-Type; empty: application/json
	Header map[string]string
	// Keep, with After, keeps the true body and status and changes only Type
	// and Header: a lying content type.
	Keep bool
	// Huge streams so many bytes of one JSON string as the answer.
	Huge int64
	// Redirect answers 307 to this address.
	Redirect string

	// Cut closes the connection in place of an answer.
	Cut bool
	// CutBody reads so many bytes of the request's body, then cuts.
	CutBody int64

	// Delay waits this long (before the effect, or after it with After); the
	// wait goes on when the caller has left, as in a server's queue.
	Delay time.Duration
	// Hold waits until the channel is closed, in the same place as Delay. The
	// request then goes on as if nothing had been, unless other knobs say.
	Hold <-chan struct{} `json:"-"`
	// Reached, when not nil, is called once the fault has caught a request,
	// before it waits (with After: when the effect has been taken).
	Reached func() `json:"-"`
	// Done, when not nil, is called when the server is through with the request.
	Done func() `json:"-"`
}

type armed struct {
	method, path string
	f            Fault
	left         int
}

// Spoil arms a fault for a method and a path ("/api/v1/statuses"; a path that
// ends in * is a prefix). Faults are used in the order they were armed.
func (s *Server) Spoil(method, path string, f Fault) {
	n := f.Times
	if n == 0 {
		n = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &armed{method, path, f, n})
}

// Heal disarms every fault.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Release ends every wait, so that none outlives its test.
func (s *Server) Release() { s.once.Do(func() { close(s.quit) }) }

func (s *Server) fault(r *http.Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.faults {
		if a.left == 0 || a.method != r.Method && a.method != "*" {
			continue
		}
		if p, ok := strings.CutSuffix(a.path, "*"); a.path == r.URL.Path || ok && strings.HasPrefix(r.URL.Path, p) {
			if a.left > 0 {
				a.left--
			}
			f := a.f
			return &f
		}
	}
	return nil
}

func (f *Fault) wait(s *Server) {
	if f.Reached != nil {
		f.Reached()
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-s.quit:
		}
	}
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-s.quit:
		}
	}
}

// spoils reports whether the fault answers in place of the server.
func (f *Fault) spoils() bool {
	return f.Status > 0 || f.Huge > 0 || f.Redirect != "" || f.Cut || f.CutBody > 0 || f.Keep
}

func (f *Fault) answer(w http.ResponseWriter, r *http.Request, truth *recorder) {
	if f.CutBody > 0 {
		_, _ = io.CopyN(io.Discard, r.Body, f.CutBody)
		panic(http.ErrAbortHandler)
	}
	if f.Cut {
		panic(http.ErrAbortHandler)
	}
	ctype := f.Type
	if ctype == "" {
		ctype = "application/json; charset=utf-8"
	}
	w.Header().Set("Content-Type", ctype)
	for k, v := range f.Header {
		w.Header().Set(k, v)
	}
	switch {
	case f.Keep && truth != nil:
		w.WriteHeader(truth.status)
		_, _ = w.Write(truth.body.Bytes())
	case f.Redirect != "":
		w.Header().Set("Location", f.Redirect)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case f.Huge > 0:
		huge(w, r, f)
	default:
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, f.Body)
	}
}

func huge(w http.ResponseWriter, r *http.Request, f *Fault) {
	w.Header().Set("Content-Length", strconv.FormatInt(f.Huge, 10))
	if f.Status > 0 {
		w.WriteHeader(f.Status)
	}
	chunk := []byte(strings.Repeat("a", 64<<10))
	_, _ = io.WriteString(w, `{"id":"`)
	for n := int64(7); n < f.Huge && r.Context().Err() == nil; {
		c, err := w.Write(chunk[:min(int64(len(chunk)), f.Huge-n)])
		n += int64(c)
		if err != nil {
			return
		}
	}
}

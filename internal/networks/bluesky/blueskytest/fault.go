package blueskytest

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Fault spoils calls. The zero value of each knob leaves that part alone.
type Fault struct {
	// Times is how many calls it spoils; 0: one; below 0: every one.
	Times int
	// After lets the call take effect first: only the answer goes wrong.
	After bool

	// Status, Body, Type and Header replace the answer.
	Status int
	Body   string
	Type   string // Content-Type; empty: application/json
	Header map[string]string
	// Huge streams so many bytes as the answer.
	Huge int64
	// Cut closes the connection in place of an answer.
	Cut bool
	// CutBody reads so many bytes of the request, then cuts.
	CutBody int64
	// Hold waits until the channel is closed or the caller leaves.
	Hold <-chan struct{}
	// Reached, when not nil, is called once the fault has caught a call.
	Reached func()
}

type armed struct {
	method string
	f      Fault
	left   int
}

// Spoil arms a fault for a method ("com.atproto.repo.putRecord"; "*" is all).
func (s *Server) Spoil(method string, f Fault) {
	n := f.Times
	if n == 0 {
		n = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &armed{method, f, n})
}

// Heal disarms every fault.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Server) fault(method string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.faults {
		if a.left != 0 && (a.method == method || a.method == "*") {
			a.left--
			return &a.f
		}
	}
	return nil
}

func (f *Fault) spoils() bool { return f.Status > 0 || f.Cut || f.CutBody > 0 || f.Huge > 0 }

func (f *Fault) wait(s *Server, r *http.Request) {
	if f.Reached != nil {
		f.Reached()
	}
	if f.Hold == nil {
		return
	}
	select {
	case <-f.Hold:
	case <-r.Context().Done():
	case <-s.quit:
	}
}

func (f *Fault) answer(w http.ResponseWriter, r *http.Request) {
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
	if f.Huge > 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(f.Huge, 10))
		chunk := []byte(strings.Repeat("a", 64<<10))
		for n := int64(0); n < f.Huge; {
			c, err := w.Write(chunk[:min(int64(len(chunk)), f.Huge-n)])
			if n += int64(c); err != nil {
				return
			}
		}
		return
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body)
}

package blueskytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Person is one account of the server.
type Person struct{ DID, Handle, Password string }

// Record is one record as it stands.
type Record struct {
	URI, CID string
	Value    map[string]any
	n        int // in the order of arrival
}

// Server is the fake; make it with Start.
type Server struct {
	URL string

	mu         sync.Mutex
	people     map[string]*Person // by DID
	access     map[string]string  // live access token → DID
	ended      map[string]bool    // access tokens that ran out
	refresh    map[string]string  // refresh token → DID
	blobs      map[string]int64   // link → size
	records    map[string]*Record // by at-uri
	calls      map[string]int     // by method, only those that reached the server
	complaints []string
	faults     []*armed
	n          int
	quit       chan struct{}
	// BlobLimit is what describeServer says and uploadBlob keeps to.
	BlobLimit int64
}

// Start runs a server on loopback for a test, and fails the test at its end for
// every complaint.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		people: map[string]*Person{}, access: map[string]string{}, ended: map[string]bool{},
		refresh: map[string]string{}, blobs: map[string]int64{}, records: map[string]*Record{},
		calls: map[string]int{}, quit: make(chan struct{}), BlobLimit: 5 << 20,
	}
	h := httptest.NewServer(s)
	s.URL = h.URL
	t.Cleanup(func() {
		close(s.quit)
		h.CloseClientConnections()
		h.Close()
		for _, c := range s.Complaints() {
			t.Errorf("the strict Bluesky complains: %s", c)
		}
	})
	return s
}

// Join adds a person; her app password is "abcd-efgh-ijkl-" and her number.
func (s *Server) Join(handle string) Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	p := &Person{
		DID:    fmt.Sprintf("did:plc:%024d", s.n),
		Handle: handle, Password: fmt.Sprintf("abcd-efgh-ijkl-%04d", s.n),
	}
	s.people[p.DID] = p
	return *p
}

// Expire ends every access token; sessions may be renewed.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.access {
		s.ended[t] = true
	}
	clear(s.access)
}

// End ends every session for good, as when the app password is taken back.
func (s *Server) End() {
	s.Expire()
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.refresh)
}

// Records are what stands in the repositories, oldest first.
func (s *Server) Records() []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Record
	for r := range maps.Values(s.records) {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Record) int { return a.n - b.n })
	return out
}

// Calls is how often a method was called, failed calls included.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Complaints are what a strict server found wrong so far.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

func (s *Server) complain(f string, v ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(f, v...))
}

// xrpc is an error answer.
type xrpc struct {
	status       int
	name, reason string
}

func refuse(status int, name, reason string) *xrpc { return &xrpc{status, name, reason} }

// ServeHTTP answers one call, or spoils it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/xrpc/")
	f := s.fault(name)
	if f != nil && !f.After {
		f.wait(s, r)
		if f.spoils() {
			s.mu.Lock()
			s.calls[name]++
			s.mu.Unlock()
			f.answer(w, r)
			return
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // cut in the middle: nothing was taken
	}
	s.mu.Lock()
	s.calls[name]++
	out, bad := s.handle(name, r, body)
	s.mu.Unlock()
	if f != nil && f.After {
		f.wait(s, r)
		if f.spoils() {
			f.answer(w, r)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	status := http.StatusOK
	if bad != nil {
		status, out = bad.status, map[string]any{"error": bad.name, "message": bad.reason}
	}
	b, _ := json.Marshal(out)
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// strict decodes a body and complains of fields that the method does not know.
func (s *Server) strict(name string, r *http.Request, body []byte, into any) *xrpc {
	if t := r.Header.Get("Content-Type"); t != "application/json" {
		s.complain("%s: Content-Type %q", name, t)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		s.complain("%s: %v in %.200s", name, err, body)
		return refuse(400, "InvalidRequest", err.Error())
	}
	return nil
}

var headers = []string{"Accept", "Accept-Encoding", "Authorization", "Content-Length", "Content-Type", "User-Agent"}

func (s *Server) manners(name string, r *http.Request, m method) {
	if r.Method != m.verb {
		s.complain("%s: %s", name, r.Method)
	}
	if ua := r.UserAgent(); ua == "" || strings.HasPrefix(ua, "Go-http-client") {
		s.complain("%s: no User-Agent", name)
	}
	for h := range r.Header {
		if !slices.Contains(headers, h) {
			s.complain("%s: header %s", name, h)
		}
	}
	q := r.URL.Query()
	for k, v := range q {
		if !slices.Contains(m.query, k) && !slices.Contains(m.maybe, k) || len(v) != 1 && !m.many || v[0] == "" {
			s.complain("%s: parameter %s=%q", name, k, v)
		}
	}
	for _, k := range m.query {
		if !q.Has(k) {
			s.complain("%s: no parameter %s", name, k)
		}
	}
	if has := r.Header.Get("Authorization") != ""; has != m.auth {
		s.complain("%s: Authorization sent: %v", name, has)
	}
}

// Rename gives a person another handle, as people do on the network.
func (s *Server) Rename(from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.people {
		if p.Handle == from {
			p.Handle = to
		}
	}
}

// First is the first person who joined.
func (s *Server) First() Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	var first *Person
	for _, p := range s.people {
		if first == nil || p.DID < first.DID {
			first = p
		}
	}
	return *first
}

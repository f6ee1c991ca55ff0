package networktest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Wire is the transport between a driver and its network, with a hand on it.
// It counts the calls, and turns the writing call after Arm over to a hostile
// server of its own (over real connections, so that the driver sees what it
// would see), after passing it to the network when the fault takes it.
type Wire struct {
	t       testing.TB
	base    http.RoundTripper
	hostile *httptest.Server
	private *httptest.Server // where a redirect points: nobody may go there

	mu       sync.Mutex
	armed    Fault
	fault    Fault  // what the hostile server does with its next call
	answer   string // what the network really said to a call whose answer gets lost
	sticky   bool
	reading  bool // the fault is for reading calls
	calls    int
	writes   int
	visits   int
	sent     int64         // bytes of the huge answer that left
	arrived  chan struct{} // a hanging call is at the server
	released chan struct{} // the end of the test
}

func newWire(t testing.TB) *Wire {
	w := &Wire{t: t, base: &http.Transport{Proxy: nil}, arrived: make(chan struct{}, 1), released: make(chan struct{})}
	w.hostile = httptest.NewServer(http.HandlerFunc(w.serve))
	w.hostile.Config.ErrorLog = nil
	w.private = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.visits++
		w.mu.Unlock()
		rw.Header().Set("Content-Type", "application/json")
		io.WriteString(rw, "{}")
	}))
	t.Cleanup(func() {
		close(w.released)
		w.base.(*http.Transport).CloseIdleConnections()
		w.hostile.CloseClientConnections()
		w.hostile.Close()
		w.private.Close()
	})
	return w
}

// Client returns an HTTP client over the wire.
func (w *Wire) Client() *http.Client { return &http.Client{Transport: w} }

// Calls returns how many requests the driver made so far.
func (w *Wire) Calls() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls
}

// Arm prepares the fault for the next writing call (POST, PUT, PATCH, DELETE).
// The statuses below 500 stay until Calm.
func (w *Wire) Arm(f Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.armed = f
	w.sticky = strings.HasPrefix(string(f), "status 4")
}

// ArmReading prepares the fault for the next reading call (GET).
func (w *Wire) ArmReading(f Fault) {
	w.Arm(f)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reading = true
}

// Calm takes the fault away.
func (w *Wire) Calm() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.armed, w.sticky, w.reading = "", false, false
}

// Arrived says that a call hangs at the network. A stage with faults of its own
// calls it; the case then cancels the call, as a timeout would.
func (w *Wire) Arrived() {
	select {
	case w.arrived <- struct{}{}:
	default:
	}
}

// RoundTrip is http.RoundTripper's.
func (w *Wire) RoundTrip(r *http.Request) (*http.Response, error) {
	writes := r.Method != http.MethodGet && r.Method != http.MethodHead
	w.mu.Lock()
	w.calls++
	if writes {
		w.writes++
	}
	var f Fault
	if writes != w.reading {
		f = w.armed
		if !w.sticky {
			w.armed = ""
		}
	}
	w.mu.Unlock()
	if f == "" {
		return w.base.RoundTrip(r)
	}
	if f == Unreachable {
		return nil, w.refused(r)
	}
	if f.Taken() {
		var err error
		if r, err = w.pass(r); err != nil {
			return nil, err
		}
	}
	w.mu.Lock()
	w.fault = f
	w.mu.Unlock()
	to, _ := url.Parse(w.hostile.URL)
	lost := r.Clone(r.Context())
	lost.URL.Scheme, lost.URL.Host = to.Scheme, to.Host
	res, err := w.base.RoundTrip(lost)
	if res != nil {
		res.Request = r
	}
	return res, err
}

// pass hands a copy of the request to the network and returns the original,
// to be sent again to where it is lost.
func (w *Wire) pass(r *http.Request) (*http.Request, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	first := r.Clone(context.WithoutCancel(r.Context()))
	first.Body = io.NopCloser(bytes.NewReader(body))
	res, err := w.base.RoundTrip(first)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	if res.StatusCode >= 300 {
		w.t.Errorf("the network refused the call that should have been taken: %s %s: %d %.300s", r.Method, r.URL.Path, res.StatusCode, answer)
	}
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	w.answer = string(answer)
	w.mu.Unlock()
	return again, nil
}

// refused dials a port where nobody listens.
func (w *Wire) refused(r *http.Request) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := l.Addr().String()
	l.Close()
	dead := r.Clone(r.Context())
	dead.URL.Scheme, dead.URL.Host = "http", addr
	res, err := w.base.RoundTrip(dead)
	if err == nil {
		res.Body.Close()
		return fmt.Errorf("somebody answered at %s", addr)
	}
	return err
}

func (w *Wire) serve(rw http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	w.mu.Lock()
	f, answer := w.fault, w.answer
	w.mu.Unlock()
	status := func(code int) {
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(code)
		io.WriteString(rw, `{"error":"Refused","message":"no","error_description":"no"}`)
	}
	switch f {
	case CutBefore, CutAfter:
		cut(rw)
	case HangBefore, HangAfter:
		w.Arrived()
		select {
		case <-r.Context().Done():
		case <-w.released:
		}
		cut(rw)
	case CutBody:
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("Content-Length", fmt.Sprint(len(answer)+100))
		io.WriteString(rw, answer[:len(answer)/2])
		http.NewResponseController(rw).Flush()
		cut(rw)
	case HTML:
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(rw, "<!doctype html><title>One moment</title><p>Checking your browser")
	case WrongType:
		rw.Header().Set("Content-Type", "image/png")
		io.WriteString(rw, answer)
	case Huge:
		rw.Header().Set("Content-Type", "application/json")
		chunk := []byte(strings.Repeat(" ", 64<<10))
		for range 200 << 20 / len(chunk) {
			n, err := rw.Write(chunk)
			w.mu.Lock()
			w.sent += int64(n)
			w.mu.Unlock()
			if err != nil {
				return
			}
		}
	case Redirect:
		http.Redirect(rw, r, w.private.URL+"/latest/meta-data/", http.StatusTemporaryRedirect)
	case Status429:
		rw.Header().Set("Retry-After", "7")
		status(429)
	case Status429Bare:
		status(429)
	case Status401, Status403, Status404, Status409, Status413, Status422, Status500, Status502:
		var code int
		fmt.Sscanf(string(f), "status %d", &code)
		status(code)
	default:
		w.t.Errorf("the hostile server has no fault %q", f)
	}
}

func cut(rw http.ResponseWriter) {
	if c, _, err := http.NewResponseController(rw).Hijack(); err == nil {
		c.Close()
	}
}

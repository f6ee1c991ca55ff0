package live

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"vigie/internal/base/fault"
)

// page is a browser in a bubble of synctest, where no real socket may be.
type page struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	head http.Header
	code int
	done chan struct{}
	gate chan struct{} // when not nil, each write waits for it
}

func (p *page) Header() http.Header { return p.head }
func (p *page) WriteHeader(c int)   { p.code = c }
func (p *page) Flush()              {}
func (p *page) Write(b []byte) (int, error) {
	if p.gate != nil {
		<-p.gate
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Write(b)
}

// take gives what came since the last time.
func (p *page) take() string {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.buf.String()
	p.buf.Reset()
	return s
}

func (p *page) ended() bool {
	synctest.Wait()
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func open(ctx context.Context, h *Hub, last string, allow Allow) *page {
	return openPage(ctx, h, last, allow, &page{head: http.Header{}, done: make(chan struct{})})
}

func openPage(ctx context.Context, h *Hub, last string, allow Allow, p *page) *page {
	r := httptest.NewRequestWithContext(ctx, "GET", "/live", nil)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	go func() {
		defer close(p.done)
		h.Handler(allow).ServeHTTP(p, r)
	}()
	return p
}

func may(topics ...string) Allow {
	return func(*http.Request) ([]string, error) { return topics, nil }
}

func TestAStreamCarriesEventsAndBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hub(t, Config{})
		ctx, cancel := context.WithCancel(t.Context())
		p := open(ctx, h, "", may("brand:1"))
		if got := p.take(); !strings.HasPrefix(got, "retry: 2000\n") {
			t.Errorf("%q", got)
		}
		if p.head.Get("Content-Type") != "text/event-stream" || p.head.Get("X-Accel-Buffering") != "no" || p.head.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", p.head)
		}
		h.Tell("brand:1", "post.changed", map[string]string{"post": "a\nb"})
		want := "id: " + h.node + "-1\nevent: post.changed\ndata: {\"topic\":\"brand:1\",\"data\":{\"post\":\"a\\nb\"}}\n\n"
		if got := p.take(); got != want {
			t.Errorf("%q", got)
		}
		h.Tell("brand:1", "x\nevent: forged\n\n", nil)
		if got := p.take(); strings.Count(got, "\n") != 4 {
			t.Errorf("a kind with line breaks: %q", got)
		}
		h.Tell("brand:2", "secret", nil)
		time.Sleep(14 * time.Second)
		if got := p.take(); got != "" {
			t.Errorf("%q", got)
		}
		time.Sleep(time.Second)
		if got := p.take(); got != ": beat\n\n" {
			t.Errorf("after 15 s: %q", got)
		}
		cancel()
		if !p.ended() {
			t.Error("ends with its request")
		}
		q := open(t.Context(), h, "", may("brand:1"))
		synctest.Wait()
		if err := h.Stop(t.Context()); err != nil || !q.ended() {
			t.Errorf("ends with the hub: %v", err)
		}
	})
}

func TestABrowserThatComesBackGoesOnWhereItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hub(t, Config{})
		for _, kind := range []string{"one", "two", "three"} {
			h.Tell("brand:1", kind, nil)
			h.Tell("brand:2", "hidden", nil)
		}
		at := func(last string) string {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			return open(ctx, h, last, may("brand:1")).take()
		}
		got := at(h.node + "-1")
		if strings.Contains(got, "event: one") || !strings.Contains(got, "event: two\n") || !strings.Contains(got, "event: three\n") || strings.Contains(got, "hidden") || strings.Contains(got, Resync) {
			t.Errorf("after the first: %q", got)
		}
		if got := at(h.node + "-6"); strings.Contains(got, "event:") {
			t.Errorf("nothing was missed: %q", got)
		}
		for _, last := range []string{"othernode-2", h.node + "-99", "garbage", h.node + "-", h.node + "--1"} {
			if got := at(last); !strings.Contains(got, "event: "+Resync+"\n") || strings.Contains(got, "event: two") {
				t.Errorf("%s: %q", last, got)
			}
		}
		for range 2 * memory {
			h.Tell("brand:2", "x", nil)
		}
		if got := at(h.node + "-1"); !strings.Contains(got, "event: "+Resync+"\n") {
			t.Errorf("too long ago: %q", got)
		}
		if len(h.recent) > memory || h.floor+uint64(len(h.recent)) != h.seq {
			t.Errorf("%d kept, floor %d, seq %d", len(h.recent), h.floor, h.seq)
		}
		h.Tell("brand:1", "now", nil)
		if got := at(h.recent[len(h.recent)-2].ID); !strings.Contains(got, "event: now\n") || strings.Contains(got, Resync) {
			t.Errorf("after forgetting the oldest: %q", got)
		}
	})
}

// What happens after a page was asked for and before its stream is open is told
// to it: the page hands in the position of before its reading.
func TestNothingIsLostBetweenAPageAndItsStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hub(t, Config{})
		for _, early := range []int{0, 3} {
			for range early {
				h.Tell("brand:1", "read", nil) // the page shows it
			}
			asked := h.Position()
			h.Tell("brand:1", "missed", nil)
			ctx, cancel := context.WithCancel(t.Context())
			if got := open(ctx, h, asked, may("brand:1")).take(); strings.Count(got, "event:") != 1 || !strings.Contains(got, "event: missed\n") {
				t.Errorf("after %d: %q", early, got)
			}
			cancel()
		}
	})
}

func TestARoleWithdrawnEndsTheStreamOfAnOpenPage(t *testing.T) {
	for name, c := range map[string]struct {
		topics []string
		err    error
		ends   bool
	}{
		"nothing changed":       {[]string{"brand:2", "brand:1"}, nil, false},
		"one brand less":        {[]string{"brand:1"}, nil, true},
		"one brand more":        {[]string{"brand:1", "brand:2", "brand:3"}, nil, true},
		"signed out":            {nil, fault.New(fault.SignedOut, ""), true},
		"suspended":             {nil, fault.New(fault.NotFound, ""), true},
		"database away a while": {nil, fault.New(fault.Transient, "db.gone"), false},
	} {
		for _, how := range []string{"at once", "at the beat"} {
			t.Run(name+" "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := hub(t, Config{})
					var withdrawn atomic.Bool
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					p := open(ctx, h, "", func(*http.Request) ([]string, error) {
						if withdrawn.Load() {
							return c.topics, c.err
						}
						return []string{"brand:1", "brand:2"}, nil
					})
					p.take()
					withdrawn.Store(true)
					if how == "at once" {
						h.Recheck()
						h.Tell("brand:2", "secret", nil) // right after the commit
					} else {
						time.Sleep(15 * time.Second)
					}
					got := p.take()
					if p.ended() != c.ends {
						t.Errorf("ended %v", p.ended())
					}
					if c.ends && strings.Contains(got, "secret") {
						t.Errorf("slipped out: %q", got)
					}
				})
			})
		}
	}
}

func TestWhatWaitsBehindASlowBrowserStaysWithinWhenTheRoleGoes(t *testing.T) {
	for range 20 { // the news and the question are ready at the same moment
		synctest.Test(t, func(t *testing.T) {
			h := hub(t, Config{})
			var withdrawn atomic.Bool
			gate := make(chan struct{})
			p := openPage(t.Context(), h, "", func(*http.Request) ([]string, error) {
				if withdrawn.Load() {
					return nil, fault.New(fault.NotFound, "")
				}
				return []string{"brand:1"}, nil
			}, &page{head: http.Header{}, done: make(chan struct{}), gate: gate})
			synctest.Wait() // it writes its first line, slowly
			withdrawn.Store(true)
			h.Tell("brand:1", "secret", nil)
			h.Recheck()
			close(gate)
			if got := p.take(); strings.Contains(got, "secret") || !p.ended() {
				t.Fatalf("slipped out: %q", got)
			}
		})
	}
}

func TestWhoMayNotHearIsRefused(t *testing.T) {
	h := hub(t, Config{MaxStreams: 1})
	for kind, status := range map[fault.Kind]int{fault.SignedOut: 401, fault.NotFound: 404} {
		rec := httptest.NewRecorder()
		h.Handler(func(*http.Request) ([]string, error) { return nil, fault.New(kind, "") }).
			ServeHTTP(rec, httptest.NewRequest("GET", "/live", nil))
		if rec.Code != status {
			t.Errorf("%s: %d", kind, rec.Code)
		}
	}
	if len(h.streams) != 0 {
		t.Error("a refused stream takes no place")
	}
	srv := httptest.NewServer(h.Handler(may("a")))
	defer srv.Close()
	defer srv.CloseClientConnections()
	defer http.DefaultClient.CloseIdleConnections()
	first, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Body.Close()
	second, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	second.Body.Close()
	if first.StatusCode != 200 || second.StatusCode != 503 || second.Header.Get("Retry-After") == "" {
		t.Errorf("%d, then %d", first.StatusCode, second.StatusCode)
	}
	// Over a real socket an event leaves at once, flushed.
	lines := bufio.NewScanner(first.Body)
	for lines.Scan() && lines.Text() != "" {
	}
	h.Tell("a", "hello", 1)
	for lines.Scan() && lines.Text() != "event: hello" {
	}
	if lines.Text() != "event: hello" {
		t.Error("not heard")
	}
}

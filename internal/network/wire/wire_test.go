package wire_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/networktest"
	"vigie/internal/network/wire"
)

const route = "POST /x"

func stage(t *testing.T) (*networktest.Fake, *wire.Client) {
	f := networktest.NewFake(t)
	f.Handle(route, networktest.Want{JSON: []string{"a"}}, func(w http.ResponseWriter, _ *networktest.Asked) {
		w.Header().Set("X-Request-Id", "req-1")
		networktest.JSON(w, 200, map[string]int{"n": 7})
	})
	f.Handle("GET /x", networktest.Want{}, func(w http.ResponseWriter, _ *networktest.Asked) {
		networktest.JSON(w, 200, map[string]int{"n": 7})
	})
	h := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(h.CloseIdleConnections)
	return f, &wire.Client{HTTP: h, Base: f.URL, RequestID: "X-Request-Id", Header: http.Header{"Authorization": {"Bearer tok-secret"}}}
}

func post(ctx context.Context, c *wire.Client, into any) (wire.Answer, error) {
	return c.Do(ctx, wire.Call{Method: "POST", Path: "/x", JSON: map[string]int{"a": 1}, Writes: true, Into: into})
}

func TestAnAnswerIsRead(t *testing.T) {
	_, c := stage(t)
	var got struct{ N int }
	a, err := post(t.Context(), c, &got)
	if err != nil || got.N != 7 || a.Request != "req-1" || a.Status != 200 {
		t.Errorf("%+v %+v %v", a, got, err)
	}
}

// T4: whether a post was taken is never guessed.
func TestEveryFaultHasItsOutcomeAndKind(t *testing.T) {
	later := http.Header{"Retry-After": {"30"}}
	page := http.Header{"Content-Type": {"text/html"}}
	for _, c := range []struct {
		name string
		b    networktest.Break
		out  network.Outcome // of a call that writes
		kind fault.Kind
	}{
		{"cut", networktest.Break{Cut: true}, network.Unknown, fault.Transient},
		{"page", networktest.Break{Header: page, Body: "<p>hello"}, network.Unknown, fault.Transient},
		{"no JSON", networktest.Break{Body: "hello"}, network.Unknown, fault.Transient},
		{"huge", networktest.Break{Huge: wire.MaxAnswer * 2}, network.Unknown, fault.Transient},
		{"400", networktest.Break{Status: 400}, network.Refused, fault.Invalid},
		{"401", networktest.Break{Status: 401}, network.Refused, fault.SignedOut},
		{"403", networktest.Break{Status: 403}, network.Refused, fault.Forbidden},
		{"404", networktest.Break{Status: 404}, network.Refused, fault.NotFound},
		{"408", networktest.Break{Status: 408}, network.Unknown, fault.Transient},
		{"409", networktest.Break{Status: 409}, network.Refused, fault.Conflict},
		{"410", networktest.Break{Status: 410}, network.Refused, fault.NotFound},
		{"413", networktest.Break{Status: 413}, network.Refused, fault.Invalid},
		{"422", networktest.Break{Status: 422}, network.Refused, fault.Invalid},
		{"429", networktest.Break{Status: 429, Header: later}, network.Refused, fault.TooMany},
		{"500", networktest.Break{Status: 500}, network.Unknown, fault.Transient},
		{"502", networktest.Break{Status: 502}, network.Unknown, fault.Transient},
		{"503", networktest.Break{Status: 503, Header: later}, network.Unknown, fault.Transient},
		{"307", networktest.Break{Status: 307, Header: http.Header{"Location": {"http://169.254.169.254/"}}}, network.Refused, fault.Invalid},
	} {
		f, cl := stage(t)
		f.Break(route, c.b)
		var into map[string]int
		_, err := post(t.Context(), cl, &into)
		var e *network.Error
		if !errors.As(err, &e) || e.Outcome != c.out || fault.Of(err) != c.kind {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if c.b.Header.Get("Retry-After") != "" && fault.As(err).RetryAfter != 30*time.Second {
			t.Errorf("%s: wait %s", c.name, fault.As(err).RetryAfter)
		}
		if strings.Contains(err.Error(), "tok-secret") {
			t.Errorf("%s: the error repeats the token", c.name)
		}
		if f.Seen(route) != 1 {
			t.Errorf("%s: %d attempts", c.name, f.Seen(route))
		}
		// The same for a call that only reads leaves nothing open.
		f.Break("GET /x", c.b)
		if _, err := cl.Do(t.Context(), wire.Call{Method: "GET", Path: "/x", Into: &into}); network.OutcomeOf(err) == network.Unknown || err == nil && c.name != "307" {
			t.Errorf("%s, reading: %v", c.name, err)
		}
	}
}

func TestWhatNeverLeftIsNotSent(t *testing.T) {
	f, c := stage(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := post(ctx, c, nil); network.OutcomeOf(err) != network.NotSent || f.Seen(route) != 0 {
		t.Errorf("cancelled: %v", err)
	}
	c.Base = "http://127.0.0.1:1"
	if _, err := post(t.Context(), c, nil); network.OutcomeOf(err) != network.NotSent || fault.MessageKey(err) != "network.unreachable" {
		t.Errorf("nobody listens: %v", err)
	}
	c.Base = "http://nowhere.invalid\x7f"
	if _, err := post(t.Context(), c, nil); network.OutcomeOf(err) != network.NotSent || !fault.Is(err, fault.Invalid) {
		t.Errorf("no address: %v", err)
	}
}

func TestTheServersOwnWordsCount(t *testing.T) {
	f, c := stage(t)
	c.Explain = func(status int, body []byte) (*fault.Error, bool) {
		if strings.Contains(string(body), "duplicate") {
			return fault.New(fault.Conflict, "network.conflict"), true
		}
		return nil, false
	}
	f.Break(route, networktest.Break{Status: 500, Body: "duplicate"}, networktest.Break{Status: 500, Body: "other"})
	if _, err := post(t.Context(), c, nil); network.OutcomeOf(err) != network.Refused || !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	_, err := post(t.Context(), c, nil)
	var e *network.Error
	if !errors.As(err, &e) || e.Outcome != network.Unknown || e.Answer != "other" {
		t.Errorf("%v", err)
	}
}

func TestRetryAfterIsReadInEveryForm(t *testing.T) {
	for _, c := range []struct {
		header, value string
		least, most   time.Duration
	}{
		{"Retry-After", "12", 12 * time.Second, 12 * time.Second},
		{"Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), 50 * time.Second, time.Minute},
		{"X-RateLimit-Reset", time.Now().Add(time.Minute).UTC().Format(time.RFC3339Nano), 50 * time.Second, time.Minute},
		{"RateLimit-Reset", "99999999999", 24 * time.Hour, 24 * time.Hour},
		{"Retry-After", "soon", 0, 0},
		{"Retry-After", "-5", 0, 0},
	} {
		f, cl := stage(t)
		f.Break(route, networktest.Break{Status: 429, Header: http.Header{c.header: {c.value}}})
		_, err := post(t.Context(), cl, nil)
		if d := fault.As(err).RetryAfter; d < c.least || d > c.most {
			t.Errorf("%s: %s: %s", c.header, c.value, d)
		}
	}
}

// Package wire is the transport under every network: one call, one attempt,
// and an honest account of what an error leaves open.
//
// It owns the classification of what goes wrong on the way (could the server
// have taken it?), the caps on what is read back, and the reading of
// Retry-After. It never retries, never sleeps, never follows a redirect of a
// call that writes, and keeps no secret in an error.
package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// MaxAnswer bounds what is read of an answer: a server that sends 200 MB is
// broken or hostile.
const MaxAnswer = 8 << 20

// Client speaks to one server.
type Client struct {
	HTTP *http.Client // from platform/fetch, with its guard against private addresses
	Base string       // "https://mastodon.example", without a trailing slash
	// Header is sent with every call (User-Agent, Authorization).
	Header http.Header
	// Explain reads the server's own error body: a message key, or "" for the
	// general one, and whether this status is surely a refusal although its
	// class (5xx) would leave it open. nil means no words of its own.
	Explain func(status int, body []byte) (e *fault.Error, refused bool)
	// RequestID names the header with the server's number for a call.
	RequestID string
}

// Call is one request.
type Call struct {
	Method string
	Path   string // joined to Base; an absolute URL is taken as it is
	Query  url.Values
	Header http.Header
	JSON   any        // sent as the body, or
	Form   url.Values // sent as a form, or
	Body   io.Reader  // sent as it is, with Type and Length
	Type   string
	Length int64
	// Writes says that the call changes something: once its request left, an
	// error that is no clear answer is network.Unknown.
	Writes bool
	// Into receives the JSON of a 2xx answer; nil discards it.
	Into any
}

// Answer is what came back with a 2xx.
type Answer struct {
	Status  int
	Header  http.Header
	Request string
	Body    []byte
}

var (
	errUnreachable = fault.New(fault.Transient, "network.unreachable")
	errCut         = fault.New(fault.Transient, "network.cut")
	errNonsense    = fault.New(fault.Transient, "network.nonsense")
	errHuge        = fault.New(fault.Transient, "network.huge")
	errRedirect    = fault.New(fault.Invalid, "network.redirect")
	errServer      = fault.New(fault.Transient, "network.server")
	errTooMany     = fault.New(fault.TooMany, "network.too_many")
	errSignedOut   = fault.New(fault.SignedOut, "network.signed_out")
	errForbidden   = fault.New(fault.Forbidden, "network.forbidden")
	errGone        = fault.New(fault.NotFound, "network.not_found")
	errConflict    = fault.New(fault.Conflict, "network.conflict")
	errTooLarge    = fault.New(fault.Invalid, "network.too_large")
	errRefused     = fault.New(fault.Invalid, "network.refused")
)

// Do makes the call once. Every error is a *network.Error with its outcome.
func (c *Client) Do(ctx context.Context, call Call) (Answer, error) {
	req, err := c.request(ctx, call)
	if err != nil {
		return Answer{}, &network.Error{Fault: fault.As(err), Outcome: network.NotSent}
	}
	var left atomic.Bool // headers written: the server may have begun to act
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		WroteHeaders: func() { left.Store(true) },
	}))
	client := *c.HTTP
	redirected := false
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		if call.Writes || len(via) > 3 || next.URL.Host != via[0].URL.Host && via[0].Header.Get("Authorization") != "" {
			redirected = true
			return http.ErrUseLastResponse
		}
		return nil
	}
	res, err := client.Do(req)
	if err != nil {
		return Answer{}, unanswered(err, call.Writes && left.Load())
	}
	defer res.Body.Close()
	a := Answer{Status: res.StatusCode, Header: res.Header}
	if c.RequestID != "" {
		a.Request = res.Header.Get(c.RequestID)
	}
	body, readErr := io.ReadAll(io.LimitReader(res.Body, MaxAnswer+1))
	switch {
	case redirected || res.StatusCode >= 300 && res.StatusCode < 400:
		// The server did not act: it pointed elsewhere, and nobody went.
		return a, c.wrong(errRedirect.With("to", res.Header.Get("Location")), network.Refused, a, body)
	case res.StatusCode >= 400:
		return a, c.refusal(call, a, body)
	case len(body) > MaxAnswer:
		return a, c.wrong(errHuge, after(call), a, body)
	case readErr != nil:
		return a, c.wrong(errCut.Because(readErr), after(call), a, body)
	}
	a.Body = body
	if call.Into != nil {
		if t, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); t != "" && !strings.HasSuffix(t, "json") {
			return a, c.wrong(errNonsense.With("type", t), after(call), a, body)
		}
		if err := json.Unmarshal(body, call.Into); err != nil {
			return a, c.wrong(errNonsense.Because(err), after(call), a, body)
		}
	}
	return a, nil
}

// after is the outcome of a call that the server answered with success in
// words that cannot be read.
func after(call Call) network.Outcome {
	if call.Writes {
		return network.Unknown
	}
	return network.NotSent
}

func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	to := call.Path
	if !strings.Contains(to, "://") {
		to = c.Base + call.Path
	}
	if call.Query != nil {
		to += "?" + call.Query.Encode()
	}
	body, ctype, length := call.Body, call.Type, call.Length
	switch {
	case call.JSON != nil:
		b, err := json.Marshal(call.JSON)
		if err != nil {
			return nil, fault.New(fault.Internal, "").Because(err)
		}
		body, ctype, length = bytes.NewReader(b), "application/json", int64(len(b))
	case call.Form != nil:
		s := call.Form.Encode()
		body, ctype, length = strings.NewReader(s), "application/x-www-form-urlencoded", int64(len(s))
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, to, body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "network.address").Because(err)
	}
	for _, from := range []http.Header{c.Header, call.Header} {
		for k, v := range from {
			req.Header[http.CanonicalHeaderKey(k)] = v
		}
	}
	if ctype != "" {
		req.Header.Set("Content-Type", ctype)
	}
	if length > 0 {
		req.ContentLength = length
	}
	// A retry by the transport itself would be a second attempt behind our back.
	req.GetBody = nil
	if call.Writes && body == nil {
		req.Body = io.NopCloser(bytes.NewReader(nil))
	}
	return req, nil
}

// unanswered classifies an error without an answer. left says that a writing
// request had begun to leave.
func unanswered(err error, left bool) error {
	out := network.NotSent
	if left {
		out = network.Unknown
	}
	f := errCut
	var op *net.OpError
	var dns *net.DNSError
	if errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" {
		f, out = errUnreachable, network.NotSent
	}
	// url.Error repeats the address, which may carry a token in its query.
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return &network.Error{Fault: f.Because(err), Outcome: out}
}

func (c *Client) refusal(call Call, a Answer, body []byte) error {
	out := network.Refused
	var f *fault.Error
	switch s := a.Status; {
	case s == 401:
		f = errSignedOut
	case s == 403:
		f = errForbidden
	case s == 404 || s == 410:
		f = errGone
	case s == 409:
		f = errConflict
	case s == 413:
		f = errTooLarge
	case s == 429:
		f = errTooMany.After(retryAfter(a.Header, time.Now()))
	case s == 408 || s >= 500:
		// It may have acted before it failed; a bad gateway surely may.
		// Only its own Retry-After: the counters that Mastodon and Bluesky put on
		// every answer say nothing about when a broken server is back.
		f = errServer.After(retryAfter(http.Header{"Retry-After": a.Header.Values("Retry-After")}, time.Now()))
		if call.Writes {
			out = network.Unknown
		}
	default:
		f = errRefused
	}
	if c.Explain != nil {
		own, refused := c.Explain(a.Status, body)
		if own != nil {
			own = own.After(max(own.RetryAfter, f.RetryAfter))
			f = own
		}
		if refused {
			out = network.Refused
		}
	}
	return c.wrong(f.Because(fmt.Errorf("HTTP %d", a.Status)), out, a, body)
}

func (c *Client) wrong(f *fault.Error, out network.Outcome, a Answer, body []byte) error {
	return &network.Error{Fault: f, Outcome: out, Status: a.Status, Request: a.Request, Answer: excerpt(body)}
}

// excerpt keeps what a person can read of an answer.
func excerpt(b []byte) string {
	if len(b) > 2000 {
		b = b[:2000]
	}
	return strings.ToValidUTF8(strings.ReplaceAll(string(b), "\x00", ""), "\uFFFD")
}

// retryAfter reads Retry-After in seconds or as a date, and the reset headers
// of the Mastodon family (a timestamp) and of Bluesky (Unix seconds). 0 when
// the server says nothing; never more than a day.
func retryAfter(h http.Header, now time.Time) time.Duration {
	var d time.Duration
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset", "RateLimit-Reset"} {
		v := strings.TrimSpace(h.Get(name))
		if v == "" {
			continue
		}
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			if n > 1_000_000_000 {
				d = time.Unix(n, 0).Sub(now)
			} else {
				d = time.Duration(n) * time.Second
			}
		} else if t, err := http.ParseTime(v); err == nil {
			d = t.Sub(now)
		} else if t, err := time.Parse(time.RFC3339, v); err == nil {
			d = t.Sub(now)
		}
		if d > 0 {
			return min(d, 24*time.Hour)
		}
	}
	return 0
}

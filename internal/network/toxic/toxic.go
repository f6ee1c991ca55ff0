// Package toxic puts a bad line between a test and a server: latency, resets,
// half answers, silence. It is what the networks and the crash storms are
// tried through; the product never imports it.
//
// It owns an in-process toxiproxy per line, ended with the test. It knows no
// network and never decides what an error means.
package toxic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"sync"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Line is one proxied way to a server, on loopback.
type Line struct {
	// Addr is host:port to dial instead of the server.
	Addr  string
	proxy *toxiproxy.Proxy
	mu    sync.Mutex
	n     int
}

// Direction of the bytes that a toxic spoils.
type Direction string

const (
	Up   Direction = "upstream"   // what the client sends
	Down Direction = "downstream" // what the server answers
)

// To opens a line to upstream (host:port, or an http address whose host is
// taken). The line is closed with the test.
func To(t testing.TB, upstream string) *Line {
	t.Helper()
	l, stop, err := Open(upstream)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return l
}

// Open is To outside of a test: the caller calls stop.
func Open(upstream string) (l *Line, stop func(), err error) {
	if u, err := url.Parse(upstream); err == nil && u.Host != "" {
		upstream = u.Host
	}
	zerolog.SetGlobalLevel(zerolog.Disabled) // some toxics log past the logger they are given
	s := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := toxiproxy.NewProxy(s, "line", "127.0.0.1:0", upstream)
	if err := p.Start(); err != nil {
		return nil, nil, err
	}
	return &Line{Addr: p.Listen, proxy: p}, p.Stop, nil
}

// Latency holds every chunk back by ms, plus or minus jitter.
func (l *Line) Latency(d Direction, ms, jitter int) (name string, err error) {
	return l.Add("latency", d, map[string]any{"latency": ms, "jitter": jitter})
}

// Reset answers the first bytes with a TCP reset.
func (l *Line) Reset(d Direction) (name string, err error) {
	return l.Add("reset_peer", d, map[string]any{"timeout": 0})
}

// LimitData closes the connection after so many bytes.
func (l *Line) LimitData(d Direction, n int64) (name string, err error) {
	return l.Add("limit_data", d, map[string]any{"bytes": n})
}

// Silence lets nothing through and, after ms, closes; 0 never closes.
func (l *Line) Silence(d Direction, ms int) (name string, err error) {
	return l.Add("timeout", d, map[string]any{"timeout": ms})
}

// Bandwidth lets so many kilobytes a second through.
func (l *Line) Bandwidth(d Direction, kb int64) (name string, err error) {
	return l.Add("bandwidth", d, map[string]any{"rate": kb})
}

// Add puts a toxic of toxiproxy's own kinds on the line and gives the name to
// remove it by.
func (l *Line) Add(kind string, d Direction, attributes map[string]any) (string, error) {
	l.mu.Lock()
	l.n++
	name := fmt.Sprintf("%s_%d", kind, l.n)
	l.mu.Unlock()
	b, err := json.Marshal(map[string]any{"name": name, "type": kind, "stream": d, "toxicity": 1.0, "attributes": attributes})
	if err != nil {
		return "", err
	}
	_, err = l.proxy.Toxics.AddToxicJson(bytes.NewReader(b))
	return name, err
}

// Remove takes one toxic away.
func (l *Line) Remove(ctx context.Context, name string) error {
	return l.proxy.Toxics.RemoveToxic(ctx, name)
}

// Heal takes every toxic away.
func (l *Line) Heal(ctx context.Context) { l.proxy.Toxics.ResetToxics(ctx) }

// Cut ends every connection; dials are refused until Mend.
func (l *Line) Cut() { l.proxy.Stop() }

// Mend listens again on the same address after Cut.
func (l *Line) Mend() error { return l.proxy.Start() }

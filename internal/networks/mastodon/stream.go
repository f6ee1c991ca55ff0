package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

func asError(err error) *network.Error {
	var e *network.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// linesMax is how many sockets go to one server: they take from the connections
// that all calls to it share.
const linesMax = 16

var errLines = fault.New(fault.TooMany, "network.mastodon.lines")

// lines counts the sockets to each server.
type lines struct {
	mu sync.Mutex
	n  map[string]int
}

func (l *lines) take(server string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n[server] >= linesMax {
		return false
	}
	if l.n == nil {
		l.n = map[string]int{}
	}
	l.n[server]++
	return true
}

func (l *lines) leave(server string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n[server]--
}

// Stream is network.Streamer's, over the WebSocket of the API, the one way that
// all servers of this family have. It tells what notifications tell, the edits
// of what was said to us, our own answers from other programs, and what is
// deleted (of anybody we follow too: an unknown reference is to be ignored).
// Source: docs.joinmastodon.org/methods/streaming
func (a *account) Stream(ctx context.Context, deliver func(network.Batch) error) (err error) {
	defer fault.Wrap(&err, "stream")
	self, err := a.self(ctx)
	if err != nil {
		return err
	}
	if !a.d.lines.take(a.server) {
		return &network.Error{Fault: errLines, Outcome: network.NotSent}
	}
	defer a.d.lines.leave(a.server)
	// With the token in the header, not in an address that logs would keep.
	line, err := a.wire.Socket(ctx, a.pushes(ctx)+"/api/v1/streaming", url.Values{"stream": {"user"}})
	if err != nil {
		return err
	}
	defer line.Close()
	if err := deliver(network.Batch{}); err != nil {
		return err
	}
	// The line stands before the server has tied it to what happens: what falls
	// in between is received a moment later.
	settled := time.NewTimer(settles)
	defer settled.Stop()
	words, broken := make(chan []byte), make(chan error, 1)
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			raw, err := line.Read()
			if err != nil {
				broken <- err
				return
			}
			select {
			case words <- raw:
			case <-over:
				return
			}
		}
	}()
	for {
		var b network.Batch
		ok := true
		select {
		case <-ctx.Done():
			return &network.Error{Fault: fault.As(ctx.Err()), Outcome: network.NotSent}
		case err := <-broken:
			if ctx.Err() != nil {
				return &network.Error{Fault: fault.As(ctx.Err()), Outcome: network.NotSent}
			}
			return err
		case raw := <-words:
			b, ok = a.event(self, raw)
		case <-settled.C:
		}
		if ok {
			if err := deliver(b); err != nil {
				return err
			}
		}
	}
}

// settles is how long a server may take to tie a line that stands.
const settles = 3 * time.Second

// pushes is the address of the server's stream, which may be another host.
func (a *account) pushes(ctx context.Context) string {
	var i struct {
		URLs struct {
			Streaming string `json:"streaming_api"`
		} `json:"urls"` // v1
		Configuration struct {
			URLs struct {
				Streaming string `json:"streaming"`
			} `json:"urls"`
		} `json:"configuration"`
	}
	for _, path := range []string{"/api/v2/instance", "/api/v1/instance"} {
		if _, err := a.wire.Do(ctx, wire.Call{Method: http.MethodGet, Path: path, Into: &i}); err == nil {
			for _, s := range []string{i.Configuration.URLs.Streaming, i.URLs.Streaming} {
				if u, err := url.Parse(s); err == nil && u.Host != "" {
					// The token never goes by an open line to a server that has a closed one.
					if own, _ := url.Parse(a.server); own != nil && own.Scheme == "https" {
						return "wss://" + u.Host
					}
					return "ws://" + u.Host
				}
			}
		}
	}
	return a.server
}

// event reads one message: {"stream":[…],"event":…,"payload":…}, whose payload
// is JSON inside of a string.
func (a *account) event(self string, raw []byte) (b network.Batch, ok bool) {
	var m struct{ Event, Payload string }
	if json.Unmarshal(raw, &m) != nil {
		return b, false // an event of tomorrow: its payload is no string
	}
	switch m.Event {
	case "notification":
		var n notification
		if json.Unmarshal([]byte(m.Payload), &n) == nil {
			a.hear(self, []notification{n}, &b)
		}
	case "notifications_merged":
		return b, true // some were let through: receive
	case "update", "status.update":
		var s spoken
		if json.Unmarshal([]byte(m.Payload), &s) == nil && s.ID != "" && s.Reblog == nil {
			it := a.item(self, s)
			answers := it.Own && deref(s.InReplyToAccount) != "" && deref(s.InReplyToAccount) != self
			if answers || m.Event == "status.update" && !it.Own && it.Kind != network.Context {
				b.Items = []network.Item{it}
			}
		}
	case "delete":
		if m.Payload != "" {
			b.Items = []network.Item{{Ref: network.Ref(m.Payload), Version: "gone", Gone: true}}
		}
	}
	return b, len(b.Items)+len(b.Counts) > 0
}

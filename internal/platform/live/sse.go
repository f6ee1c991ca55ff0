package live

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
)

// Allow says which topics a request may hear. An error refuses the stream with
// the error's status. It is asked again at every heartbeat and at every
// Recheck, with the request that opened the stream, so it must look at the
// session and the roles of now and not at what it once put into the request's
// context.
type Allow func(r *http.Request) (topics []string, err error)

type stream struct{ again chan struct{} }

// Recheck makes every open stream, on all nodes, ask again what it may hear.
// Call it after the commit that withdraws a role or ends a session.
func (h *Hub) Recheck() {
	h.recheck()
	h.forward(note{Recheck: true})
}

func (h *Hub) recheck() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		select {
		case s.again <- struct{}{}:
		default: // it was told already
		}
	}
}

// writeTimeout is how long a browser may take no byte before it is let go.
const writeTimeout = 20 * time.Second

// Handler serves a stream of server-sent events: `event` is the kind, `data`
// is {"topic": …, "data": …}, `id` lets a browser that comes back go on where
// it was, or hear a Resync. The stream ends when the request does, when the
// hub stops, and as soon as its listener may hear less than at its start: the
// browser then comes back and gets what is left, or its refusal.
func (h *Hub) Handler(allow Allow) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Known to Recheck before the question, so that a role withdrawn in
		// between is asked for again.
		s, err := h.enter()
		if err != nil {
			refuse(w, err)
			return
		}
		defer h.exit(s)
		topics, err := allow(r)
		if err != nil {
			refuse(w, err)
			return
		}
		l := h.listen(topics, r.Header.Get("Last-Event-ID"))
		defer h.leave(l)
		h.serve(w, r, l, s, allow)
	})
}

func refuse(w http.ResponseWriter, err error) {
	status := fault.HTTPStatus(err)
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	http.Error(w, http.StatusText(status), status)
}

func (h *Hub) enter() (*stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped || len(h.streams) >= h.config.MaxStreams {
		return nil, fault.New(fault.Transient, "live.full")
	}
	s := &stream{again: make(chan struct{}, 1)}
	h.streams[s] = struct{}{}
	h.open.Add(1)
	return s, nil
}

func (h *Hub) exit(s *stream) {
	h.mu.Lock()
	delete(h.streams, s)
	h.mu.Unlock()
	h.open.Done()
}

func (h *Hub) serve(w http.ResponseWriter, r *http.Request, l *listener, s *stream, allow Allow) {
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // a server's ReadTimeout is for requests that end
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no") // nginx would keep events to itself
	head.Set("X-Content-Type-Options", "nosniff")
	write := func(b []byte) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := w.Write(b); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	// A first line at once, so that proxies and browsers know it is open.
	if !write([]byte("retry: 2000\n: open\n\n")) {
		return
	}
	beat := time.NewTicker(h.config.Heartbeat)
	defer beat.Stop()
	for {
		// Rights go before news: what came after a role was withdrawn must
		// not slip out because both were ready.
		select {
		case <-s.again:
			if !stillMay(allow, r, l.topics) {
				return
			}
			continue
		default:
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.again:
			if !stillMay(allow, r, l.topics) {
				return
			}
		case <-beat.C:
			if !stillMay(allow, r, l.topics) || !write([]byte(": beat\n\n")) {
				return
			}
		case e, ok := <-l.ch:
			if !ok || !write(frame(e)) {
				return
			}
		}
	}
}

// stillMay also ends a stream that may hear more by now: it comes back at once
// and hears it.
func stillMay(allow Allow, r *http.Request, topics []string) bool {
	now, err := allow(r)
	if err != nil {
		// The database may be away for a moment; the rights are not withdrawn
		// by that, and the next beat asks again.
		return fault.Is(err, fault.Transient)
	}
	a, b := slices.Clone(now), slices.Clone(topics)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// frame spells an event for the wire. JSON of encoding/json has no line break,
// and line breaks in a kind or a topic would be somebody's trick.
func frame(e Event) []byte {
	data, err := json.Marshal(struct {
		Topic string          `json:"topic"`
		Data  json.RawMessage `json:"data"`
	}{e.Topic, e.Data})
	if err != nil {
		data = []byte("{}")
	}
	var b bytes.Buffer
	b.WriteString("id: " + oneLine(e.ID) + "\nevent: " + oneLine(e.Kind) + "\ndata: ")
	b.Write(data)
	b.WriteString("\n\n")
	return b.Bytes()
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == 0 {
			return -1
		}
		return r
	}, s)
}

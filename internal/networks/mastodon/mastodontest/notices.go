package mastodontest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/websocket"
)

// Notice is one notification, as it was made.
type Notice struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	To      string    `json:"to"`   // account
	From    string    `json:"from"` // account
	Status  string    `json:"status"`
	Created time.Time `json:"created"`
}

// event is what a stream tells: what happened, to whom.
type event struct {
	name   string
	status *Status
	notice *Notice
}

// tell lets the people of a new post know. The caller holds s.mu.
func (s *Server) tell(st *Status) {
	s.push("update", st, st.Account)
	if st.Reblog != "" {
		return
	}
	for _, id := range s.named(st) {
		s.notify("mention", id, st.Account, st)
	}
	if q := s.byID[st.Quotes]; q != nil {
		s.notify("quote", q.Account, st.Account, st)
	}
}

// notify makes a notification. The caller holds s.mu.
func (s *Server) notify(kind, to, from string, st *Status) {
	if to == from {
		return
	}
	n := &Notice{ID: s.nextID(), Type: kind, To: to, From: from, Status: st.ID, Created: s.now()}
	if s.holding {
		s.held = append(s.held, n)
		return
	}
	s.notices = append(s.notices, n)
	s.write("notice", n)
	s.send(event{"notification", st, n}, to)
}

func (s *Server) push(name string, st *Status, to ...string) { s.send(event{name, st, nil}, to...) }

func (s *Server) send(e event, to ...string) {
	for ch, who := range s.listeners {
		if slices.Contains(to, who) {
			select {
			case ch <- e:
			default: // a listener that does not read misses it, as there
			}
		}
	}
}

// named are the people of this server that a post mentions.
func (s *Server) named(st *Status) (ids []string) {
	for _, m := range mentionRE.FindAllStringSubmatch(st.Text, -1) {
		for _, a := range s.accounts {
			if strings.EqualFold(a.Username, m[2]) && a.ID != st.Account && !slices.Contains(ids, a.ID) {
				ids = append(ids, a.ID)
			}
		}
	}
	return ids
}

func (s *Server) count(is func(*Status) bool) (n int) {
	for _, st := range s.statuses {
		if !st.Gone && is(st) {
			n++
		}
	}
	return n
}

func (q *request) mentions(st *Status) []any {
	out := []any{}
	for _, id := range q.s.named(st) {
		a := q.s.accounts[id]
		out = append(out, map[string]any{"id": a.ID, "username": a.Username, "acct": a.Username, "url": q.base() + "/@" + a.Username})
	}
	return out
}

func (q *request) quote(st *Status) any {
	if p := q.s.byID[st.Quotes]; p != nil && !p.Gone {
		return map[string]any{"state": "accepted", "quoted_status": q.showLocked(p)}
	}
	return nil
}

func (q *request) notice(n *Notice) map[string]any {
	return map[string]any{
		"id": n.ID, "type": n.Type, "created_at": stamp(n.Created), "group_key": "ungrouped-" + n.ID,
		"account": q.person(q.s.accounts[n.From]), "status": q.showLocked(q.s.byID[n.Status]),
	}
}

func (q *request) pageLimit(most int) (int, error) {
	l := q.str("limit")
	if l == "" {
		return min(40, most), nil
	}
	n, err := strconv.Atoi(l)
	if err != nil || n < 1 {
		return 0, no(400, "bad limit")
	}
	return min(n, most), nil
}

func (q *request) notifications() (any, error) {
	limit, err := q.pageLimit(80)
	if err != nil {
		return nil, err
	}
	types, not := q.list("types"), q.list("exclude_types")
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	var all []*Notice
	for _, n := range q.s.notices {
		if n.To == q.who.ID && !q.s.byID[n.Status].Gone && (len(types) == 0 || slices.Contains(types, n.Type)) && !slices.Contains(not, n.Type) {
			all = append(all, n)
		}
	}
	out := []any{}
	for _, n := range paged(q, all, limit, func(n *Notice) string { return n.ID }) {
		out = append(out, q.notice(n))
	}
	return out, nil
}

// conversations are the private ones, by their last word.
func (q *request) conversations() (any, error) {
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	root := func(st *Status) *Status {
		for q.s.byID[st.InReplyTo] != nil {
			st = q.s.byID[st.InReplyTo]
		}
		return st
	}
	last := map[string]*Status{}
	for _, st := range q.s.statuses {
		if st.Visibility == "direct" && !st.Gone && q.sees(st) {
			last[root(st).ID] = st
		}
	}
	out := []any{}
	for id, st := range last {
		people := []any{}
		for _, m := range append(q.s.named(st), st.Account) {
			if m != q.who.ID {
				people = append(people, q.person(q.s.accounts[m]))
			}
		}
		out = append(out, map[string]any{"id": id, "unread": false, "accounts": people, "last_status": q.showLocked(st)})
	}
	return out, nil
}

func (q *request) stream() string { return strings.Replace(q.base(), "http", "ws", 1) }

func (q *request) streamHealth() (any, error) {
	q.w.Header().Set("Content-Type", "text/plain")
	_, _ = q.w.Write([]byte("OK"))
	return nil, nil
}

// payload is what a stream says of an event.
func (q *request) payload(e event) string {
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	var v any
	switch {
	case e.name == "delete":
		return e.status.ID
	case e.notice != nil:
		v = q.notice(e.notice)
	default:
		v = q.showLocked(e.status)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// hears registers the caller for what happens to her from now on.
func (q *request) hears() (ch chan event, leave func()) {
	ch = make(chan event, 256)
	q.s.mu.Lock()
	q.s.listeners[ch] = q.who.ID
	q.s.mu.Unlock()
	return ch, func() {
		q.s.mu.Lock()
		delete(q.s.listeners, ch)
		q.s.mu.Unlock()
	}
}

// listen calls each for what comes until the stream ends.
func (q *request) listen(ch chan event, done <-chan struct{}, each func(name, payload string) bool) {
	for {
		select {
		case e := <-ch:
			if !each(e.name, q.payload(e)) {
				return
			}
		case <-done:
			return
		case <-q.s.quit:
			return
		}
	}
}

// streaming checks who wants to hear.
func (s *Server) streaming(w http.ResponseWriter, r *http.Request) (*request, bool) {
	q := &request{s: s, w: w, r: r, params: map[string]any{}}
	s.mu.Lock()
	s.calls = append(s.calls, Call{r.Method, r.URL.Path, r.URL.Query(), r.Header.Clone(), nil})
	s.mu.Unlock()
	if r.UserAgent() == "" {
		s.complain(r, "no User-Agent")
	}
	if err := q.authorize("read:statuses"); err != nil {
		reply(w, 401, map[string]any{"error": err.Error()})
		return nil, false
	}
	return q, true
}

// stream tells by server-sent events.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	q, ok := s.streaming(w, r)
	if !ok {
		return
	}
	flush := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	ch, leave := q.hears()
	defer leave()
	_, _ = w.Write([]byte(":)\n"))
	if flush.Flush() != nil {
		return
	}
	q.listen(ch, r.Context().Done(), func(name, payload string) bool {
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, payload)
		return flush.Flush() == nil
	})
}

// socket tells by WebSocket, strict about how it is opened.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	for k, v := range r.URL.Query() {
		if k != "stream" || len(v) != 1 || v[0] != "user" && v[0] != "user:notification" {
			s.complain(r, "unknown parameter %s=%q", k, v)
		}
	}
	for k := range r.Header {
		if !slices.Contains(headers, k) && !slices.Contains([]string{"Upgrade", "Sec-Websocket-Key", "Sec-Websocket-Version", "Sec-Websocket-Extensions", "Origin"}, k) {
			s.complain(r, "unknown header %s", k)
		}
	}
	q, ok := s.streaming(w, r)
	if !ok {
		return
	}
	only := r.URL.Query().Get("stream")
	ch, leave := q.hears() // before the line stands: nothing is missed from then on
	defer leave()
	websocket.Server{Handler: func(c *websocket.Conn) {
		gone := make(chan struct{})
		go func() { // the library answers pings while it reads
			defer close(gone)
			var heard string
			for websocket.Message.Receive(c, &heard) == nil {
			}
		}()
		q.listen(ch, gone, func(name, payload string) bool {
			if only == "user:notification" && name != "notification" {
				return true
			}
			return websocket.JSON.Send(c, map[string]any{"stream": []string{only}, "event": name, "payload": payload}) == nil
		})
	}}.ServeHTTP(w, r)
}

// Listening tells how many streams are open.
func (s *Server) Listening() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.listeners)
}

// Change edits a person's post, and Erase deletes it, as their own clients would.
func (s *Server) Change(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byID[id]
	st.Text, st.Edited = text, s.now()
	s.write("status", st)
	s.push("status.update", st, append(s.named(st), st.Account)...)
}

// Erase deletes a post, as its author would.
func (s *Server) Erase(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byID[id]
	st.Gone = true
	s.write("status", st)
	s.push("delete", st, append(s.named(st), st.Account)...)
}

// Hold keeps back the notifications of what do does, with their numbers, until
// release: as when a server writes two at once and the second is there first.
func (s *Server) Hold(do func()) (release func()) {
	s.mu.Lock()
	s.holding = true
	s.mu.Unlock()
	do()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holding = false
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.notices, s.held = append(s.notices, s.held...), nil
	}
}

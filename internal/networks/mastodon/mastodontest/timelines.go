package mastodontest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func (q *request) show(st *Status) map[string]any {
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	return q.showLocked(st)
}

func (q *request) showLocked(st *Status) map[string]any {
	s, acc := q.s, q.s.accounts[st.Account]
	media := []any{}
	for _, id := range st.Media {
		if m := s.media[id]; m != nil {
			media = append(media, q.attachment(m))
		}
	}
	content := st.ContentHTML
	if content == "" && st.Reblog == "" {
		content = q.render(st.Text)
	}
	v := map[string]any{
		"id": st.ID, "created_at": stamp(st.Created), "edited_at": nil, "in_reply_to_id": nullable(st.InReplyTo), "in_reply_to_account_id": nil,
		"sensitive": st.Sensitive, "spoiler_text": st.Spoiler, "visibility": st.Visibility, "language": nullable(st.Language),
		"uri": fmt.Sprintf("%s/users/%s/statuses/%s", q.base(), acc.Username, st.ID), "url": fmt.Sprintf("%s/@%s/%s", q.base(), acc.Username, st.ID),
		"content": content, "reblog": nil, "account": q.person(acc), "media_attachments": media, "mentions": []any{}, "tags": []any{}, "emojis": []any{},
		"replies_count": 0, "reblogs_count": 0, "favourites_count": st.Favourites, "favourited": st.Favourites > 0, "reblogged": false,
		"muted": false, "bookmarked": false, "pinned": false, "card": nil, "poll": nil, "filtered": []any{},
	}
	if p := s.byID[st.InReplyTo]; p != nil {
		v["in_reply_to_account_id"] = p.Account
	}
	if !st.Edited.IsZero() {
		v["edited_at"] = stamp(st.Edited)
	}
	if st.App != "" {
		v["application"] = map[string]any{"name": st.App, "website": nil}
	}
	if b := s.byID[st.Reblog]; b != nil {
		v["reblog"] = q.showLocked(b)
	}
	return v
}

// page answers a page: newest first, at most 40, with its Link.
func (q *request) page(keep func(*Status) bool) (any, error) {
	limit := 20
	if l := q.str("limit"); l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 1 {
			return nil, no(400, "bad limit")
		}
		limit = min(n, 40)
	}
	num := func(k string) int64 {
		n, _ := strconv.ParseInt(q.str(k), 10, 64)
		return n
	}
	top, since, low := num("max_id"), num("since_id"), num("min_id")
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	var got []*Status
	for _, st := range q.s.statuses {
		id, _ := strconv.ParseInt(st.ID, 10, 64)
		if st.Gone || top > 0 && id >= top || id <= since || id <= low || !keep(st) {
			continue
		}
		got = append(got, st)
	}
	slices.SortFunc(got, func(a, b *Status) int { return strings.Compare(b.ID, a.ID) })
	if len(got) > limit {
		if low > 0 {
			got = got[len(got)-limit:]
		} else {
			got = got[:limit]
		}
	}
	out := make([]any, len(got))
	for i, st := range got {
		out[i] = q.showLocked(st)
	}
	if len(got) > 0 {
		u := q.r.URL.Query()
		at := func(k, v string) string {
			c := url.Values{}
			for n, vs := range u {
				if n != "max_id" && n != "since_id" && n != "min_id" {
					c[n] = vs
				}
			}
			c[k] = []string{v}
			return "<" + q.base() + q.r.URL.Path + "?" + c.Encode() + `>; rel="`
		}
		q.w.Header().Set("Link", at("max_id", got[len(got)-1].ID)+`next", `+at("min_id", got[0].ID)+`prev"`)
	}
	return out, nil
}

func (q *request) accountStatuses() (any, error) {
	id := q.r.PathValue("id")
	q.s.mu.Lock()
	acc := q.s.accounts[id]
	q.s.mu.Unlock()
	if acc == nil {
		return nil, no(404, "Record not found")
	}
	if q.truth("pinned") {
		return []any{}, nil
	}
	return q.page(func(st *Status) bool {
		switch {
		case st.Account != id || !q.sees(st):
			return false
		case q.truth("exclude_reblogs") && st.Reblog != "", q.truth("exclude_replies") && st.InReplyTo != "", q.truth("only_media") && len(st.Media) == 0:
			return false
		}
		return true
	})
}

func (q *request) home() (any, error) {
	return q.page(func(st *Status) bool { return st.Account == q.who.ID })
}

func (q *request) public() (any, error) {
	return q.page(func(st *Status) bool { return st.Visibility == "public" && st.Reblog == "" })
}

func (q *request) notifications() (any, error) { return []any{}, nil }

func (q *request) streamHealth() (any, error) {
	q.w.Header().Set("Content-Type", "text/plain")
	_, _ = q.w.Write([]byte("OK"))
	return nil, nil
}

// stream tells a person's own new posts by server-sent events.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	q := &request{s: s, w: w, r: r, params: map[string]any{}}
	if err := q.authorize("read:statuses"); err != nil {
		reply(w, 401, map[string]any{"error": err.Error()})
		return
	}
	ch := make(chan *Status, 64)
	s.mu.Lock()
	s.listeners[ch] = q.who.ID
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, ch)
		s.mu.Unlock()
	}()
	flush := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = w.Write([]byte(":)\n"))
	_ = flush.Flush()
	for {
		select {
		case st := <-ch:
			if st.Account != q.who.ID {
				continue
			}
			b, _ := json.Marshal(q.show(st))
			fmt.Fprintf(w, "event: update\ndata: %s\n\n", b)
			_ = flush.Flush()
		case <-r.Context().Done():
			return
		case <-s.quit:
			return
		}
	}
}

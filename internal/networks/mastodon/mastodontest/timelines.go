package mastodontest

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
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
		"content": content, "reblog": nil, "account": q.person(acc), "media_attachments": media, "mentions": q.mentions(st), "tags": []any{}, "emojis": []any{},
		"replies_count": s.count(func(c *Status) bool { return c.InReplyTo == st.ID }), "reblogs_count": s.count(func(c *Status) bool { return c.Reblog == st.ID }),
		"quotes_count": s.count(func(c *Status) bool { return c.Quotes == st.ID }), "quote": q.quote(st),
		"favourites_count": len(st.Favourites), "favourited": q.who != nil && slices.Contains(st.Favourites, q.who.ID), "reblogged": false,
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
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	var got []*Status
	for _, st := range q.s.statuses {
		if !st.Gone && keep(st) {
			got = append(got, st)
		}
	}
	got = paged(q, got, limit, func(st *Status) string { return st.ID })
	out := make([]any, len(got))
	for i, st := range got {
		out[i] = q.showLocked(st)
	}
	return out, nil
}

// paged cuts a list, oldest first, to the page that is asked for, newest first,
// with its Link.
func paged[T any](q *request, all []T, limit int, id func(T) string) []T {
	num := func(s string) int64 {
		n, _ := strconv.ParseInt(s, 10, 64)
		return n
	}
	top, since, low := num(q.str("max_id")), num(q.str("since_id")), num(q.str("min_id"))
	up := q.params["min_id"] != nil
	var got []T
	for _, x := range all {
		if n := num(id(x)); !(top > 0 && n >= top || n <= since || n <= low) {
			got = append(got, x)
		}
	}
	slices.SortFunc(got, func(a, b T) int { return cmp.Compare(num(id(b)), num(id(a))) })
	if len(got) > limit {
		if up {
			got = got[len(got)-limit:]
		} else {
			got = got[:limit]
		}
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
		q.w.Header().Set("Link", at("max_id", id(got[len(got)-1]))+`next", `+at("min_id", id(got[0]))+`prev"`)
	}
	return got
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

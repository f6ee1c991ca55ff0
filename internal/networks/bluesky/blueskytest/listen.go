package blueskytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What people say to each other, and how the network tells it: a page of the
// list ends between two milliseconds, as there, and what shares the last one is
// on no page.

const stampForm = "2006-01-02T15:04:05.000Z"

// Says makes a post of a person as her own client would, and gives its record.
// more are fields of the record beside the text.
func (s *Server) Says(handle, text string, at time.Time, more map[string]any) Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	who := s.called(handle)
	v := map[string]any{"$type": "app.bsky.feed.post", "text": text, "createdAt": at.UTC().Format(stampForm)}
	for k, x := range more {
		v[k] = x
	}
	raw, _ := json.Marshal(v)
	_ = json.Unmarshal(raw, &v)
	s.n++
	uri := fmt.Sprintf("at://%s/app.bsky.feed.post/3k%011d", who.DID, s.n)
	r := &Record{URI: uri, CID: "bafyrei" + digest(append(raw, uri...)), Value: v, n: s.n}
	s.records[uri] = r
	return *r
}

// Erases deletes a record.
func (s *Server) Erases(uri string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.records, uri)
}

func (s *Server) called(handle string) *Person {
	for _, p := range s.people {
		if p.Handle == handle {
			return p
		}
	}
	return &Person{DID: "did:plc:nobody", Handle: handle}
}

// part reads a string deep in a record.
func (r *Record) part(path ...string) string {
	var v any = r.Value
	for _, k := range path {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	s, _ := v.(string)
	return s
}

func (r *Record) author() string {
	did, _, _ := strings.Cut(strings.TrimPrefix(r.URI, "at://"), "/")
	return did
}

func (r *Record) is(collection string) bool { return strings.Contains(r.URI, "/"+collection+"/") }

func by(uri, did string) bool { return strings.HasPrefix(uri, "at://"+did+"/") }

type told struct {
	r               *Record
	reason, subject string
	at              string
}

// toldTo is what a person is told, newest first.
func (s *Server) toldTo(did string) (out []told) {
	for _, r := range s.records {
		if r.author() == did {
			continue
		}
		t := told{r: r, at: r.part("createdAt")}
		subject := r.part("subject", "uri")
		switch quoted := r.part("embed", "record", "uri"); {
		case r.is("app.bsky.feed.like") && by(subject, did):
			t.reason, t.subject = "like", subject
		case r.is("app.bsky.feed.post") && mentions(r, did):
			t.reason = "mention"
		case by(quoted, did):
			t.reason, t.subject = "quote", quoted
		case s.above(r, did) != "":
			t.reason, t.subject = "reply", s.above(r, did)
		default:
			continue
		}
		if t.subject != "" && s.records[t.subject] == nil {
			continue
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b told) int {
		if c := strings.Compare(b.at, a.at); c != 0 {
			return c
		}
		return b.r.n - a.r.n
	})
	return out
}

// above is the nearest post of a person that a reply hangs under.
func (s *Server) above(r *Record, did string) string {
	for uri := r.part("reply", "parent", "uri"); uri != ""; {
		if by(uri, did) {
			return uri
		}
		p := s.records[uri]
		if p == nil {
			return ""
		}
		uri = p.part("reply", "parent", "uri")
	}
	return ""
}

func mentions(r *Record, did string) bool {
	raw, _ := json.Marshal(r.Value["facets"])
	return bytes.Contains(raw, []byte(`"did":"`+did+`"`))
}

func (s *Server) actor(did string) map[string]any {
	p := s.people[did]
	if p == nil {
		p = &Person{DID: did, Handle: "handle.invalid"}
	}
	return map[string]any{"did": p.DID, "handle": p.Handle, "displayName": "Name of " + p.Handle, "labels": []any{}}
}

func (s *Server) listNotifications(r *http.Request, _ []byte, who *Person) (any, *xrpc) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		return nil, refuse(400, "InvalidRequest", "Error: limit can not be greater than 100")
	}
	cursor := q.Get("cursor")
	if _, err := time.Parse(time.RFC3339Nano, cursor); err != nil && cursor != "" {
		return nil, refuse(400, "InvalidRequest", "Malformed cursor")
	}
	list := []any{}
	answer := map[string]any{"notifications": list, "priority": false}
	for _, t := range s.toldTo(who.DID) {
		if cursor != "" && t.at >= cursor {
			continue
		}
		if len(list) == limit {
			answer["cursor"] = list[limit-1].(map[string]any)["indexedAt"]
			break
		}
		n := map[string]any{"uri": t.r.URI, "cid": t.r.CID, "author": s.actor(t.r.author()), "reason": t.reason, "record": t.r.Value, "isRead": false, "indexedAt": t.at, "labels": []any{}}
		if t.subject != "" {
			n["reasonSubject"] = t.subject
		}
		list = append(list, n)
	}
	answer["notifications"] = list
	return answer, nil
}

// view is a post as it is shown.
func (s *Server) view(r *Record, who *Person) map[string]any {
	count := func(is func(*Record) bool) (n int) {
		for _, x := range s.records {
			if is(x) {
				n++
			}
		}
		return n
	}
	viewer := map[string]any{"threadMuted": false}
	for _, x := range s.records {
		if x.is("app.bsky.feed.like") && x.author() == who.DID && x.part("subject", "uri") == r.URI {
			viewer["like"] = x.URI
		}
	}
	return map[string]any{
		"uri": r.URI, "cid": r.CID, "author": s.actor(r.author()), "record": r.Value, "indexedAt": r.part("createdAt"), "viewer": viewer, "labels": []any{},
		"likeCount":   count(func(x *Record) bool { return x.is("app.bsky.feed.like") && x.part("subject", "uri") == r.URI }),
		"repostCount": 0,
		"replyCount":  count(func(x *Record) bool { return x.part("reply", "parent", "uri") == r.URI }),
		"quoteCount":  count(func(x *Record) bool { return x.part("embed", "record", "uri") == r.URI }),
	}
}

func (s *Server) getPosts(r *http.Request, _ []byte, who *Person) (any, *xrpc) {
	uris := r.URL.Query()["uris"]
	if len(uris) > 25 {
		return nil, refuse(400, "InvalidRequest", "Error: uris must not have more than 25 elements")
	}
	posts := []any{}
	for _, uri := range uris {
		if rec := s.records[uri]; rec != nil {
			posts = append(posts, s.view(rec, who))
		}
	}
	return map[string]any{"posts": posts}, nil
}

func (s *Server) getPostThread(r *http.Request, _ []byte, who *Person) (any, *xrpc) {
	rec := s.records[r.URL.Query().Get("uri")]
	if rec == nil {
		return nil, refuse(400, "NotFound", "Post not found: "+r.URL.Query().Get("uri"))
	}
	const kind = "app.bsky.feed.defs#threadViewPost"
	var down func(r *Record) map[string]any
	down = func(r *Record) map[string]any {
		replies := []*Record{}
		for _, x := range s.records {
			if x.part("reply", "parent", "uri") == r.URI {
				replies = append(replies, x)
			}
		}
		slices.SortFunc(replies, func(a, b *Record) int { return a.n - b.n })
		list := []any{}
		for _, x := range replies {
			list = append(list, down(x))
		}
		return map[string]any{"$type": kind, "post": s.view(r, who), "replies": list}
	}
	thread := down(rec)
	at, below := rec, thread
	for uri := at.part("reply", "parent", "uri"); uri != ""; uri = at.part("reply", "parent", "uri") {
		p := s.records[uri]
		if p == nil {
			below["parent"] = map[string]any{"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": true}
			break
		}
		up := map[string]any{"$type": kind, "post": s.view(p, who)}
		below["parent"] = up
		at, below = p, up
	}
	return map[string]any{"thread": thread}, nil
}

// like is the lexicon of a like, as far as Vigie writes it.
func (s *Server) like(raw []byte) string {
	var l struct {
		Type      string `json:"$type"`
		Subject   struct{ URI, CID string }
		CreatedAt string
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		s.complain("putRecord: %v in %.300s", err, raw)
		return err.Error()
	}
	if l.Type != "app.bsky.feed.like" || l.Subject.URI == "" || l.Subject.CID == "" || !timeForm.MatchString(l.CreatedAt) {
		return "no like: " + string(raw)
	}
	return ""
}

package blueskytest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"vigie/internal/base/textkit"
)

type method struct {
	verb  string
	auth  bool
	query []string
	maybe []string // may be missing
	many  bool     // a parameter may come more than once
	do    func(s *Server, r *http.Request, body []byte, who *Person) (any, *xrpc)
}

var methods = map[string]method{
	"com.atproto.server.describeServer":       {verb: "GET", do: (*Server).describe},
	"com.atproto.server.createSession":        {verb: "POST", do: (*Server).createSession},
	"com.atproto.server.refreshSession":       {verb: "POST", auth: true, do: nil},
	"com.atproto.server.getSession":           {verb: "GET", auth: true, do: (*Server).getSession},
	"com.atproto.identity.resolveHandle":      {verb: "GET", query: []string{"handle"}, do: (*Server).resolve},
	"app.bsky.actor.getProfile":               {verb: "GET", auth: true, query: []string{"actor"}, do: (*Server).profile},
	"com.atproto.repo.uploadBlob":             {verb: "POST", auth: true, do: (*Server).upload},
	"com.atproto.repo.putRecord":              {verb: "POST", auth: true, do: (*Server).put},
	"com.atproto.repo.deleteRecord":           {verb: "POST", auth: true, do: (*Server).remove},
	"app.bsky.feed.getPosts":                  {verb: "GET", auth: true, query: []string{"uris"}, many: true, do: (*Server).getPosts},
	"app.bsky.feed.getPostThread":             {verb: "GET", auth: true, query: []string{"uri", "depth", "parentHeight"}, do: (*Server).getPostThread},
	"app.bsky.notification.listNotifications": {verb: "GET", auth: true, query: []string{"limit", "priority"}, maybe: []string{"cursor"}, do: (*Server).listNotifications},
	"com.atproto.repo.getRecord":              {verb: "GET", auth: true, query: []string{"repo", "collection", "rkey"}, do: (*Server).get},
}

// handle runs with s.mu held.
func (s *Server) handle(name string, r *http.Request, body []byte) (any, *xrpc) {
	m, ok := methods[name]
	if !ok {
		s.complain("unknown method %s %s", r.Method, r.URL.Path)
		return nil, refuse(501, "MethodNotImplemented", "Method Not Implemented")
	}
	s.manners(name, r, m)
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if name == "com.atproto.server.refreshSession" {
		return s.refreshSession(token, body)
	}
	var who *Person
	if m.auth {
		switch did, live := s.access[token]; {
		case live:
			who = s.people[did]
		case s.ended[token]:
			return nil, refuse(400, "ExpiredToken", "Token has expired")
		default:
			return nil, refuse(400, "InvalidToken", "Token could not be verified")
		}
	}
	return m.do(s, r, body, who)
}

func (s *Server) session(p *Person) any {
	s.n++
	a, f := fmt.Sprintf("access-%d", s.n), fmt.Sprintf("refresh-%d", s.n)
	s.access[a], s.refresh[f] = p.DID, p.DID
	return map[string]any{"did": p.DID, "handle": p.Handle, "accessJwt": a, "refreshJwt": f, "active": true}
}

func (s *Server) describe(*http.Request, []byte, *Person) (any, *xrpc) {
	return map[string]any{"did": "did:web:localhost", "availableUserDomains": []string{".test"}, "blobUploadLimit": s.BlobLimit}, nil
}

func (s *Server) createSession(r *http.Request, body []byte, _ *Person) (any, *xrpc) {
	var in struct{ Identifier, Password string }
	if bad := s.strict("createSession", r, body, &in); bad != nil {
		return nil, bad
	}
	for _, p := range s.people {
		if (p.Handle == in.Identifier || p.DID == in.Identifier) && p.Password == in.Password {
			return s.session(p), nil
		}
	}
	return nil, refuse(401, "AuthenticationRequired", "Invalid identifier or password")
}

func (s *Server) refreshSession(token string, body []byte) (any, *xrpc) {
	if len(body) != 0 {
		s.complain("refreshSession: a body of %d bytes", len(body))
	}
	did, ok := s.refresh[token]
	if !ok {
		return nil, refuse(400, "ExpiredToken", "Token has been revoked")
	}
	delete(s.refresh, token) // stricter than the real one, which is patient for two hours
	return s.session(s.people[did]), nil
}

func (s *Server) getSession(_ *http.Request, _ []byte, who *Person) (any, *xrpc) {
	return map[string]any{"did": who.DID, "handle": who.Handle, "active": true}, nil
}

func (s *Server) resolve(r *http.Request, _ []byte, _ *Person) (any, *xrpc) {
	for _, p := range s.people {
		if p.Handle == r.URL.Query().Get("handle") {
			return map[string]any{"did": p.DID}, nil
		}
	}
	return nil, refuse(400, "HandleNotFound", "Unable to resolve handle")
}

func (s *Server) profile(r *http.Request, _ []byte, _ *Person) (any, *xrpc) {
	p := s.people[r.URL.Query().Get("actor")]
	if p == nil {
		return nil, refuse(400, "InvalidRequest", "Profile not found")
	}
	return map[string]any{"did": p.DID, "handle": p.Handle, "displayName": "Name of " + p.Handle}, nil
}

func (s *Server) upload(r *http.Request, body []byte, _ *Person) (any, *xrpc) {
	if t := r.Header.Get("Content-Type"); !strings.HasPrefix(t, "image/") {
		s.complain("uploadBlob: Content-Type %q", t)
	}
	if r.ContentLength != int64(len(body)) {
		s.complain("uploadBlob: Content-Length %d for %d bytes", r.ContentLength, len(body))
	}
	if int64(len(body)) > s.BlobLimit {
		return nil, refuse(413, "PayloadTooLarge", "request entity too large")
	}
	link := "bafkrei" + digest(body)
	s.blobs[link] = int64(len(body))
	return map[string]any{"blob": map[string]any{
		"$type": "blob", "ref": map[string]any{"$link": link},
		"mimeType": r.Header.Get("Content-Type"), "size": len(body),
	}}, nil
}

var (
	tidForm  = regexp.MustCompile(`^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$`)
	timeForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
)

func (s *Server) put(r *http.Request, body []byte, who *Person) (any, *xrpc) {
	var in struct {
		Repo, Collection, Rkey string
		Record                 json.RawMessage
		SwapRecord             *string
	}
	if bad := s.strict("putRecord", r, body, &in); bad != nil {
		return nil, bad
	}
	if !bytes.Contains(body, []byte(`"swapRecord":null`)) {
		s.complain("putRecord: may replace what stands there")
	}
	if in.Repo != who.DID || in.Collection != "app.bsky.feed.post" && in.Collection != "app.bsky.feed.like" || !tidForm.MatchString(in.Rkey) {
		s.complain("putRecord: repo %q collection %q rkey %q", in.Repo, in.Collection, in.Rkey)
	}
	check := s.check
	if in.Collection == "app.bsky.feed.like" {
		check = s.like
	}
	if reason := check(in.Record); reason != "" {
		return nil, refuse(400, "InvalidRequest", "Invalid "+in.Collection+" record: "+reason)
	}
	uri, cid := "at://"+who.DID+"/"+in.Collection+"/"+in.Rkey, "bafyrei"+digest(in.Record)
	if old := s.records[uri]; old != nil {
		if old.CID != cid {
			return nil, refuse(400, "InvalidSwap", "Record was at "+old.CID)
		}
		return map[string]any{"uri": uri, "cid": cid}, nil
	}
	v := map[string]any{}
	_ = json.Unmarshal(in.Record, &v)
	s.n++
	s.records[uri] = &Record{URI: uri, CID: cid, Value: v, n: s.n}
	return map[string]any{"uri": uri, "cid": cid, "validationStatus": "valid"}, nil
}

func (s *Server) remove(r *http.Request, body []byte, who *Person) (any, *xrpc) {
	var in struct{ Repo, Collection, Rkey string }
	if bad := s.strict("deleteRecord", r, body, &in); bad != nil {
		return nil, bad
	}
	if in.Repo != who.DID {
		s.complain("deleteRecord: repo %q", in.Repo)
	}
	delete(s.records, "at://"+in.Repo+"/"+in.Collection+"/"+in.Rkey)
	return map[string]any{}, nil // the same for what was not there, as the real one
}

func (s *Server) get(r *http.Request, _ []byte, _ *Person) (any, *xrpc) {
	q := r.URL.Query()
	uri := "at://" + q.Get("repo") + "/" + q.Get("collection") + "/" + q.Get("rkey")
	rec := s.records[uri]
	if rec == nil {
		return nil, refuse(400, "RecordNotFound", "Could not locate record: "+uri)
	}
	return map[string]any{"uri": rec.URI, "cid": rec.CID, "value": rec.Value}, nil
}

// check is the lexicon of a post, as far as Vigie writes it.
func (s *Server) check(raw []byte) string {
	type strong struct{ URI, CID string }
	var p struct {
		Type      string `json:"$type"`
		Text      string
		CreatedAt string
		Langs     []string
		Facets    []struct {
			Index    struct{ ByteStart, ByteEnd int }
			Features []struct {
				Type          string `json:"$type"`
				URI, DID, Tag string
			}
		}
		Embed *struct {
			Type   string `json:"$type"`
			Images []struct {
				Image struct {
					Type string `json:"$type"`
					Ref  struct {
						Link string `json:"$link"`
					}
					MimeType string
					Size     int64
				}
				Alt         *string
				AspectRatio *struct{ Width, Height int }
			}
		}
		Reply  *struct{ Root, Parent strong }
		Labels *struct {
			Type   string `json:"$type"`
			Values []struct{ Val string }
		}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		s.complain("putRecord: %v in %.300s", err, raw)
		return err.Error()
	}
	switch {
	case p.Type != "app.bsky.feed.post":
		return "bad $type"
	case len(p.Text) > 3000:
		return "Record/text must not be longer than 3000 characters"
	case textkit.Graphemes(p.Text) > 300:
		return "Record/text must not be longer than 300 graphemes"
	case !timeForm.MatchString(p.CreatedAt):
		return "Record/createdAt must be a valid atproto datetime"
	case len(p.Langs) > 3:
		return "Record/langs must not have more than 3 elements"
	}
	for _, f := range p.Facets {
		a, b := f.Index.ByteStart, f.Index.ByteEnd
		if a < 0 || b <= a || b > len(p.Text) || len(f.Features) != 1 || !utf8.ValidString(p.Text[a:b]) {
			s.complain("putRecord: facet %d-%d of %q", a, b, p.Text)
		}
	}
	if e := p.Embed; e != nil {
		if e.Type != "app.bsky.embed.images" || len(e.Images) == 0 || len(e.Images) > 4 {
			return "Record/embed/images must not have more than 4 elements"
		}
		for _, i := range e.Images {
			if size, ok := s.blobs[i.Image.Ref.Link]; !ok || size != i.Image.Size {
				return "Could not find blob: " + i.Image.Ref.Link
			}
			if i.Image.Size > 2_000_000 {
				return "Record/embed/images/0/image blob is too big"
			}
			if i.Alt == nil {
				return "Record/embed/images/0 must have the property alt"
			}
		}
	}
	if p.Reply != nil {
		for _, x := range []strong{p.Reply.Root, p.Reply.Parent} {
			if rec := s.records[x.URI]; rec == nil || rec.CID != x.CID {
				s.complain("putRecord: reply to %q which is not there", x.URI)
			}
		}
	}
	return ""
}

func digest(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:20])
}

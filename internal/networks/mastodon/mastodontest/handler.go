package mastodontest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// headers that a client of the API may send; anything else is a complaint.
var headers = []string{
	"Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Connection", "Content-Length",
	"Content-Type", "Idempotency-Key", "Transfer-Encoding", "User-Agent",
}

// request is a call being answered.
type request struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	params map[string]any // string, []string, bool, number
	file   []byte
	ftype  string
	fname  string
	who    *Account
	app    *app
}

// refusal is an answer with an error, in the API's form.
type refusal struct {
	status int
	text   string
	detail string // error_description
}

func (e *refusal) Error() string { return e.text }

func no(status int, format string, args ...any) error {
	return &refusal{status: status, text: fmt.Sprintf(format, args...)}
}

// recorder keeps an answer until the fault has had its turn.
type recorder struct {
	h      http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.h }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
func (r *recorder) WriteHeader(n int)           { r.status = n }

// ServeHTTP answers one call, spoiled if a fault is armed for it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Rails takes a path with or without a last slash for the same.
	if len(r.URL.Path) > 1 {
		r.URL.Path = strings.TrimSuffix(r.URL.Path, "/")
	}
	if strings.HasPrefix(r.URL.Path, "/_fake/") {
		s.mux.ServeHTTP(w, r)
		return
	}
	f := s.fault(r)
	if f != nil && f.Done != nil {
		defer f.Done()
	}
	if f != nil && f.CutBody > 0 {
		f.wait(s)
		f.answer(w, r, nil)
		return
	}
	if streams := strings.HasPrefix(r.URL.Path, "/api/v1/streaming"); !streams {
		body, err := io.ReadAll(io.LimitReader(r.Body, 128<<20))
		if err != nil {
			return // cut on its way: nothing was taken
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	switch {
	case f == nil:
		s.mux.ServeHTTP(w, r)
	case !f.After:
		f.wait(s)
		if f.spoils() {
			f.answer(w, r, nil)
			return
		}
		s.mux.ServeHTTP(w, r)
	default:
		rec := &recorder{h: http.Header{}, status: 200}
		s.mux.ServeHTTP(rec, r)
		f.wait(s)
		if f.spoils() {
			f.answer(w, r, rec)
			return
		}
		for k, v := range rec.h {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.status)
		_, _ = w.Write(rec.body.Bytes())
	}
}

// api wraps a handler of the API: strictness, parameters, token, errors.
// scope is "" for anybody, "token" for any token, else what the token needs.
func (s *Server) api(scope string, allowed string, h func(*request) (any, error)) http.HandlerFunc {
	names := strings.Fields(allowed)
	return func(w http.ResponseWriter, r *http.Request) {
		q := &request{s: s, w: w, r: r}
		q.limits()
		answer, err := func() (any, error) {
			if r.UserAgent() == "" {
				s.complain(r, "no User-Agent")
				return nil, no(http.StatusTeapot, "I'm a teapot: no user-agent sent with request")
			}
			for k := range r.Header {
				if !slices.Contains(headers, k) {
					s.complain(r, "unknown header %s", k)
				}
			}
			if err := q.parse(); err != nil {
				return nil, err
			}
			for k := range q.params {
				if !slices.Contains(names, k) {
					s.complain(r, "unknown parameter %s", k)
				}
			}
			s.mu.Lock()
			s.calls = append(s.calls, Call{r.Method, r.URL.Path, r.URL.Query(), r.Header.Clone(), q.params})
			s.mu.Unlock()
			if err := q.authorize(scope); err != nil {
				return nil, err
			}
			return h(q)
		}()
		var no *refusal
		if errors.As(err, &no) {
			body := map[string]any{"error": no.text}
			if no.detail != "" {
				body["error_description"] = no.detail
			}
			reply(w, no.status, body)
			return
		}
		if answer != nil {
			reply(w, 200, answer)
		}
	}
}

// status is an answer with another number than 200.
type status struct {
	code int
	body any
}

func reply(w http.ResponseWriter, code int, v any) {
	if st, ok := v.(status); ok {
		code, v = st.code, st.body
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}

// limits says what is left, as every answer of a Mastodon does.
func (q *request) limits() {
	h := q.w.Header()
	h.Set("X-Request-Id", secretWord()[:16])
	h.Set("X-RateLimit-Limit", "300")
	h.Set("X-RateLimit-Remaining", "299")
	h.Set("X-RateLimit-Reset", q.s.now().Add(5*time.Minute).Format("2006-01-02T15:04:05.000000Z"))
	h.Set("Date", q.s.now().Format(http.TimeFormat))
}

func (q *request) parse() error {
	q.params = map[string]any{}
	put := func(k string, vs []string) {
		// Rails' names: media_ids[] is a list, poll[options][] belongs to poll.
		name, rest, list := strings.Cut(k, "[")
		switch {
		case list && rest == "]":
			old, _ := q.params[name].([]string)
			q.params[name] = append(old, vs...)
		case list:
			q.params[name] = true
		default:
			q.params[name] = vs[len(vs)-1]
		}
	}
	for k, vs := range q.r.URL.Query() {
		put(k, vs)
	}
	t, _, _ := mime.ParseMediaType(q.r.Header.Get("Content-Type"))
	switch t {
	case "":
	case "application/json":
		body := map[string]any{}
		d := json.NewDecoder(q.r.Body)
		d.UseNumber()
		if err := d.Decode(&body); err != nil {
			q.s.complain(q.r, "the body is no JSON object: %v", err)
			return no(400, "There was a problem in the JSON you submitted: %v", err)
		}
		for k, v := range body {
			if l, ok := v.([]any); ok {
				strs := make([]string, len(l))
				for i, e := range l {
					strs[i] = fmt.Sprint(e)
				}
				v = strs
			}
			q.params[k] = v
		}
	case "application/x-www-form-urlencoded":
		b, _ := io.ReadAll(q.r.Body)
		vs, err := url.ParseQuery(string(b))
		if err != nil {
			q.s.complain(q.r, "the form cannot be read: %v", err)
			return no(400, "Bad Request")
		}
		for k, v := range vs {
			put(k, v)
		}
	case "multipart/form-data":
		return q.multipart(put)
	default:
		q.s.complain(q.r, "content type %s", t)
		return no(http.StatusUnsupportedMediaType, "Unsupported Media Type")
	}
	return nil
}

func (q *request) multipart(put func(string, []string)) error {
	mr, err := q.r.MultipartReader()
	if err != nil {
		q.s.complain(q.r, "the multipart body cannot be read: %v", err)
		return no(400, "Bad Request")
	}
	for {
		p, err := mr.NextPart()
		if err == io.EOF {
			return nil
		}
		var b []byte
		if err == nil {
			b, err = io.ReadAll(p)
		}
		if err != nil {
			return no(400, "bad content body")
		}
		if p.FileName() != "" {
			q.file, q.ftype, q.fname = b, p.Header.Get("Content-Type"), p.FileName()
			q.params[p.FormName()] = "(file)"
			continue
		}
		put(p.FormName(), []string{string(b)})
	}
}

func (q *request) authorize(scope string) error {
	v, ok := strings.CutPrefix(q.r.Header.Get("Authorization"), "Bearer ")
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	t := q.s.tokens[v]
	if ok && t != nil && !t.Ended {
		q.who = q.s.accounts[t.Account]
		q.app = q.s.apps[t.App]
		if scope == "" || scope == "token" {
			return nil
		}
		if q.who == nil {
			return no(422, "This method requires an authenticated user")
		}
		have := strings.FieldsFunc(t.Scopes, func(r rune) bool { return r == ' ' || r == '+' })
		root, _, _ := strings.Cut(scope, ":")
		if slices.Contains(have, scope) || slices.Contains(have, root) {
			return nil
		}
		return no(403, "This action is outside the authorized scopes")
	}
	if scope == "" && !ok {
		return nil
	}
	return no(401, "The access token is invalid")
}

func (q *request) str(k string) string {
	switch v := q.params[k].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

func (q *request) list(k string) []string {
	switch v := q.params[k].(type) {
	case nil:
		return nil
	case []string:
		return v
	default:
		q.s.complain(q.r, "%s is no list", k)
		return nil
	}
}

// truth is what Rails takes for true.
func (q *request) truth(k string) bool {
	v := q.str(k)
	return v != "" && !slices.Contains([]string{"0", "f", "F", "false", "FALSE", "off", "OFF", "False"}, v)
}

func (q *request) base() string { return "http://" + q.r.Host }

func (q *request) domain() string {
	if q.s.o.Domain != "" {
		return q.s.o.Domain
	}
	return q.r.Host
}

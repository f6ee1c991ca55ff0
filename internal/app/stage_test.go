package app_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/app"
	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

const password = "trois goélands au large"

// house is a whole instance: every room wired, a database of its own.
type house struct {
	*testing.T
	*app.App
	config app.Config
	web    *app.Web
}

// each runs the test on a whole instance over each engine.
func each(t *testing.T, test func(h *house)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) { test(build(t, configFor(t, d))) })
	}
}

// configFor is the configuration of an instance on a fresh, migrated database.
func configFor(t *testing.T, d sqldb.Dialect) app.Config {
	t.Helper()
	db := sqldbtest.Open(t, d, app.Schemas(), sqldbtest.Prepared("jobs", jobs.Migrate))
	return app.Config{Data: t.TempDir(), Database: db.URL(), Addr: "127.0.0.1:0", Grace: time.Hour, Practice: -1}
}

// build opens an instance until the end of the test.
func build(t *testing.T, c app.Config) *house {
	t.Helper()
	a, err := app.Build(t.Context(), c, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &house{T: t, App: a, config: c}
	h.serve()
	return h
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// serve makes the handler anew: with it the API's budget of requests is fresh.
func (h *house) serve() {
	h.Helper()
	var err error
	h.web, err = h.Web()
	h.ok(err)
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// person is somebody with a browser and a token.
type person struct {
	id      id.Person
	actor   team.Actor
	session string
	key     string // of an API token with every permission
}

// join makes a person with a role in each brand, signs her in and gives her a
// token.
func (h *house) join(name string, admin bool, roles map[id.Brand]team.Role) *person {
	h.Helper()
	ctx, email := h.Context(), strings.ToLower(strings.ReplaceAll(name, " ", "."))+"@agence.test"
	p, err := h.Team.AddPerson(ctx, team.Program("test"), team.NewPerson{Name: name, Email: email, Password: password, Language: "fr"}, admin)
	h.ok(err)
	for b, role := range roles {
		_, token, err := h.Team.InviteTo(ctx, team.Program("test"), b, team.Invite{Role: role})
		h.ok(err)
		actor, err := h.Team.ActorOf(ctx, p.ID)
		h.ok(err)
		_, err = h.Team.Accept(ctx, actor, token)
		h.ok(err)
	}
	out := &person{id: p.ID}
	out.actor, err = h.Team.ActorOf(ctx, p.ID)
	h.ok(err)
	e, err := h.Team.SignIn(ctx, email, password, team.From{IP: netip.MustParseAddr("198.51.100.7"), Agent: "Firefox"}, "")
	h.ok(err)
	out.session = e.Session
	_, out.key, err = h.Team.MakeToken(ctx, out.actor, team.NewToken{Name: "Tableur de " + name, Scopes: team.Permissions(), Ends: h.DB.Now().AddDate(0, 1, 0)})
	h.ok(err)
	return out
}

// brand makes a brand with nobody in it.
func (h *house) brand(name, about string) id.Brand {
	h.Helper()
	b, err := h.Brands.Make(h.Context(), team.Program("test"), brand.Input{Name: name, About: about, Zone: "Europe/Paris", Language: "fr", Week: time.Monday})
	h.ok(err)
	return b.ID
}

// channel connects an account of the practice network.
func (h *house) channel(a team.Actor, b id.Brand, handle, name string) channel.Channel {
	h.Helper()
	in, err := h.Channels.Begin(h.Context(), a, b, "practice", "")
	h.ok(err)
	in, err = h.Channels.Answer(h.Context(), a, b, in.ID, map[string]string{"handle": handle, "name": name})
	h.ok(err)
	return in.Channel
}

// draft writes a post for the channels.
func (h *house) draft(a team.Actor, b id.Brand, title, text string, channels ...id.Channel) publishing.Post {
	h.Helper()
	var variants []publishing.Variant
	for _, c := range channels {
		variants = append(variants, publishing.Variant{Channel: c})
	}
	p, err := h.Publishing.Create(h.Context(), a, b, publishing.Edit{Title: &title, Text: &text, Variants: &variants})
	h.ok(err)
	return p
}

// plan schedules a post as it stands.
func (h *house) plan(a team.Actor, p publishing.Post, when publishing.When) publishing.Post {
	h.Helper()
	out, err := h.Publishing.Schedule(h.Context(), a, p.Brand, p.ID, p.Version, when)
	h.ok(err)
	return out.Post
}

// tomorrow is an hour on the wall of Paris that never falls into the change of
// the clocks.
func (h *house) tomorrow() publishing.When {
	at := h.DB.Now().AddDate(0, 0, 1)
	return publishing.When{Wall: clock.Wall{Local: at.Format("2006-01-02") + "T12:00", Zone: "Europe/Paris"}}
}

// picture is a small PNG.
func picture(t testing.TB, shade uint8) io.Reader {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 32, 32))
	for i := range 32 * 32 {
		m.Set(i%32, i/32, color.RGBA{shade, uint8(i), 90, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return &b
}

// ask is one request as the handler gets it.
type ask struct {
	method, path string
	form         url.Values
	json         []byte
	language     string // "fr" by default
	htmx, gzip   bool
}

// answer is what came back.
type answer struct {
	status int
	head   http.Header
	body   string
}

// as asks with a session ("" for nobody).
func (h *house) as(session string, q ask) answer {
	h.Helper()
	r := q.request(h)
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "vigie_session", Value: session})
	}
	return h.do(r)
}

// by asks with an API token.
func (h *house) by(key string, q ask) answer {
	h.Helper()
	r := q.request(h)
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	return h.do(r)
}

func (q ask) request(h *house) *http.Request {
	h.Helper()
	var body io.Reader
	switch {
	case q.json != nil:
		body = bytes.NewReader(q.json)
	case len(q.form) == 1 && q.form.Has("file"): // an operation that takes a file
		body = strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\n\r\n%PDF-1.7\r\n--b--\r\n")
	case q.form != nil:
		body = strings.NewReader(q.form.Encode())
	}
	r := httptest.NewRequestWithContext(h.Context(), q.method, q.path, body)
	r.RemoteAddr = "198.51.100.7:4321"
	r.Header.Set("Accept-Language", "fr")
	if q.language != "" {
		r.Header.Set("Accept-Language", q.language)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	switch {
	case q.json != nil:
		r.Header.Set("Content-Type", "application/json")
	case len(q.form) == 1 && q.form.Has("file"):
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	case q.form != nil:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Upload-Offset", "0")
	if q.htmx {
		r.Header.Set("HX-Request", "true")
	}
	if q.gzip {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	return r
}

func (h *house) do(r *http.Request) answer {
	h.Helper()
	for {
		w := httptest.NewRecorder()
		h.web.Mux.ServeHTTP(w, r)
		res := w.Result()
		b, err := io.ReadAll(res.Body)
		h.ok(err)
		if res.StatusCode == http.StatusTooManyRequests && strings.HasPrefix(r.URL.Path, "/api/") {
			h.serve() // the budget per person is not what these tests are about; nothing was read yet
			continue
		}
		return answer{res.StatusCode, res.Header, string(b)}
	}
}

// rows reads the number of rows of a query.
func (h *house) rows(query string, args ...any) int64 {
	h.Helper()
	n, err := sqldb.Value[int64](h.Context(), h.DB, query, args...)
	h.ok(err)
	return n
}

// dump is every row of the tables named in the query, as text.
func (h *house) dump(columns []string, query string, args ...any) string {
	h.Helper()
	lines, err := sqldb.List(h.Context(), h.DB, func(s sqldb.Scanner) (string, error) {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		err := s.Scan(cells...)
		var b strings.Builder
		for i, c := range cells {
			v := *c.(*any)
			if raw, ok := v.([]byte); ok {
				v = string(raw)
			}
			fmt.Fprintf(&b, "%s=%v ", columns[i], v)
		}
		return b.String(), err
	}, query, args...)
	h.ok(err)
	return strings.Join(lines, "\n")
}

// start begins the work, until the end of the test.
func (h *house) start() {
	h.Helper()
	h.ok(h.Start(h.Context()))
	h.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := h.Stop(ctx); err != nil {
			h.Error(err)
		}
	})
}

// patience bounds every wait; a test that passes never waits it out.
const patience = 60 * time.Second

// until waits for what is told on the topics until ready says yes. It looks
// first, and again after each event.
func (h *house) until(what string, ready func() bool, topics ...string) {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), patience)
	defer cancel()
	events := h.Hub.Subscribe(ctx, topics...)
	for !ready() {
		if _, open := <-events; !open {
			h.Fatalf("never came: %s", what)
		}
	}
}

// sent waits until the post's only publication has left.
func (h *house) sent(b id.Brand, p id.Post) publishing.Publication {
	h.Helper()
	var pub publishing.Publication
	h.until("the post leaves", func() bool {
		all, err := h.Publishing.Publications(h.Context(), team.Program("test"), b, p)
		h.ok(err)
		if len(all) == 1 {
			pub = all[0]
		}
		return pub.State == publishing.Sent && pub.URL != ""
	}, "post:"+string(p), "brand:"+string(b))
	return pub
}

var inviteClient = team.Invite{Role: team.Client}

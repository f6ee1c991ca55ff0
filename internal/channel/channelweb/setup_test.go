package channelweb_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/api"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/channel/channelweb"
	"vigie/internal/network"
	"vigie/internal/networks/all"
	"vigie/internal/networks/mastodon"
	"vigie/internal/networks/mastodon/mastodontest"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
	"vigie/internal/ui"
	"vigie/internal/ui/uitest"
)

const public = "http://vigie.test"

// house is the face on a mux, with a strict Mastodon, a practice world and a
// clock. Who asks is a header.
type house struct {
	*testing.T
	db     *sqldb.DB
	room   *channel.Service
	world  *practice.World
	server *mastodontest.Server
	mux    *ui.Mux
	reg    *api.Registry
	routes []ui.Route
	brand  brand.Brand
	other  brand.Brand
	people map[string]team.Actor
	lang   string
	waits  int

	mu sync.Mutex
	at time.Time
}

func (h *house) now() time.Time       { h.mu.Lock(); defer h.mu.Unlock(); return h.at }
func (h *house) pass(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.at = h.at.Add(d) }

// Authenticate implements ui.Authenticator.
func (h *house) Authenticate(_ http.ResponseWriter, r *http.Request) (team.Actor, ui.Person, error) {
	a := h.people[r.Header.Get("X-Who")]
	return a, ui.Person{ID: a.Person, Name: r.Header.Get("X-Who"), Language: h.lang}, nil
}

// AuthenticateAPI implements api.Authenticator.
func (h *house) AuthenticateAPI(r *http.Request) (team.Actor, string, error) {
	return h.people[r.Header.Get("X-Who")], h.lang, nil
}

// Brand implements ui.Brands.
func (h *house) Brand(_ context.Context, a team.Actor, b id.Brand) (brand.Brand, error) {
	for _, br := range []brand.Brand{h.brand, h.other} {
		if br.ID == b && a.May(b, team.SeeBrand) {
			return br, nil
		}
	}
	return brand.Brand{}, fault.New(fault.NotFound, "")
}

// Brands implements ui.Brands.
func (h *house) Brands(ctx context.Context, a team.Actor) (out []brand.Brand, _ error) {
	for _, b := range []brand.Brand{h.brand, h.other} {
		if found, err := h.Brand(ctx, a, b.ID); err == nil {
			out = append(out, found)
		}
	}
	return out, nil
}

func each(t *testing.T, test func(h *house)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) { test(build(t, d)) })
	}
}

func newBrand(name, letters string) brand.Brand {
	return brand.Brand{ID: id.New[id.Brand](), Name: name, Monogram: letters, Colour: brand.Palette()[0], Language: "fr", Zone: "Europe/Paris", Week: time.Monday}
}

func build(t *testing.T, d sqldb.Dialect) *house {
	h := &house{T: t, at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), lang: "fr", brand: newBrand("Biscuiterie Kerlann", "BK"), other: newBrand("Studio Nord", "SN")}
	h.db = sqldbtest.Open(t, d, []sqldb.Schema{logbook.Schema, api.Schema, channel.Schema}, sqldbtest.Now(h.now))
	h.people = map[string]team.Actor{}
	for name, role := range map[string]team.Role{"claire": team.Owner, "yann": team.Manager, "ines": team.Community, "leo": team.Analyst, "mme.legrand": team.Client} {
		h.people[name] = team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{h.brand.ID: role}}
	}
	h.people["stranger"] = team.Actor{Person: id.New[id.Person](), Admin: true, Roles: map[id.Brand]team.Role{h.other.ID: team.Owner}}

	h.server = mastodontest.Start(t, mastodontest.Options{Domain: "mastodon.example"})
	h.server.Person("kerlann", "the-token")
	h.server.Person("somebody", "another-token")
	world, err := practice.NewWorld(t.Context(), practice.Config{Latency: -1, Now: h.now})
	h.ok(err)
	h.world = world
	h.room = channel.New(channel.Needs{DB: h.db, Seal: secret.New(), Book: logbook.New(h.db), Log: slog.New(slog.DiscardHandler),
		Drivers: []network.Driver{mastodon.New(mastodon.Config{HTTP: http.DefaultClient, UserAgent: "Vigie/test", AppName: "Vigie", Now: h.now}), practice.New(world)},
		Wrap: func(k network.Kind, a network.Account, c network.PresenceConfig) *network.Presence {
			return network.NewPresence(k, a, c)
		},
	})
	face := channelweb.New(channelweb.Config{Room: h.room, World: world, Callback: public + channelweb.CallbackPath,
		Waiting: func(_ context.Context, a team.Actor, b id.Brand, _ id.Channel) (int, error) {
			return h.waits, a.Require(b, team.SeePlanning)
		}})
	words := i18n.Must(append(all.Messages(), ui.Messages(), api.Messages(), channelweb.Messages())...)
	quiet := slog.New(slog.DiscardHandler)
	h.reg = api.New(api.Config{Catalog: words, Auth: h, Keys: api.NewKeys(h.db), Version: "test", Log: quiet, Now: h.now})
	face.API(h.reg)
	h.routes = face.Routes()
	h.mux, err = ui.New(ui.Config{Catalog: words, Auth: h, Brands: h, Log: quiet, Now: h.now,
		Settings: []ui.SettingsTab{{Key: "channels", Path: "/settings/channels", Needs: team.SeePlanning}, {Key: "people", Path: "/people", Needs: team.SeePeople}},
	}, h.routes...)
	h.ok(err)
	handler, err := h.reg.Handler()
	h.ok(err)
	h.ok(h.mux.Mount("/api/", handler))
	return h
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

type page struct {
	h      *house
	status int
	body   string
	to     string // where a redirect leads
	head   http.Header
}

func (h *house) do(who, method, path, body string, head ...string) page {
	h.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("X-Who", who)
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	res := w.Result()
	b, err := io.ReadAll(res.Body)
	h.ok(err)
	p := page{h: h, status: res.StatusCode, body: string(b), to: res.Header.Get("Location"), head: res.Header}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") && p.status != http.StatusSeeOther {
		uitest.HTML(h, p.body)
	}
	return p
}

func (h *house) get(who, path string) page { h.Helper(); return h.do(who, "GET", path, "") }

func (h *house) post(who, path string, pairs ...string) page {
	h.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return h.do(who, "POST", path, form.Encode())
}

// call uses the API and reads its answer into out.
func (h *house) call(who, method, path string, in, out any) page {
	h.Helper()
	body := ""
	if in != nil {
		b, err := json.Marshal(in)
		h.ok(err)
		body = string(b)
	}
	p := h.do(who, method, path, body, "Content-Type", "application/json")
	if out != nil && p.status < 300 {
		if err := json.Unmarshal([]byte(p.body), out); err != nil {
			h.Fatalf("%v: %s", err, p.body)
		}
	}
	return p
}

func (p page) want(status int, texts ...string) page {
	p.h.Helper()
	if p.status != status {
		p.h.Fatalf("status %d (to %q), want %d: %s", p.status, p.to, status, p.body)
	}
	for _, s := range texts {
		if !strings.Contains(p.body, s) {
			p.h.Fatalf("%q is not on the page: %s", s, p.body)
		}
	}
	return p
}

func (p page) without(texts ...string) page {
	p.h.Helper()
	for _, s := range texts {
		if strings.Contains(p.body, s) {
			p.h.Fatalf("%q is on the page: %s", s, p.body)
		}
	}
	return p
}

// follow checks a redirect to an address with this beginning and goes there.
func (p page) follow(who, begins string) page {
	p.h.Helper()
	if p.status != http.StatusSeeOther || !strings.HasPrefix(p.to, begins) {
		p.h.Fatalf("status %d to %q, want %q: %s", p.status, p.to, begins, p.body)
	}
	q := p.h.get(who, p.to)
	q.to = p.to
	return q
}

func (h *house) home() string { return "/b/" + string(h.brand.ID) + "/settings/channels" }

// practise connects an account of the practice network by the pages.
func (h *house) practise(who, handle string) channel.Channel {
	h.Helper()
	at := h.post(who, h.home()+"/new", "network", "practice").want(303).to
	to := h.post(who, at, "step", "handle", "handle", handle, "name", "Les gens de "+handle).want(303).to
	c := id.Channel(strings.TrimSuffix(strings.TrimPrefix(to, h.home()+"/"), "?new=1"))
	ch, err := h.room.Get(h.Context(), h.people[who], h.brand.ID, c)
	h.ok(err)
	return ch
}

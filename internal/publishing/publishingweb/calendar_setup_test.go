package publishingweb_test

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/api"
	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/publishing"
	"vigie/internal/publishing/publishingweb"
	"vigie/internal/team"
	"vigie/internal/ui"
	"vigie/internal/ui/uitest"
)

// agencyNow is the moment of these tests: a Tuesday, five days before the
// clocks go back in Paris.
var agencyNow = time.Date(2026, 10, 20, 8, 42, 0, 0, time.UTC) // 10:42 in Paris

// agency is the calendar served over HTTP, with one brand and two channels.
type agency struct {
	testing.TB
	db       *sqldb.DB
	room     *publishing.Service
	channels *channel.Service
	brands   *brand.Service
	mux      *ui.Mux
	reg      *api.Registry
	claire   team.Actor
	brand    id.Brand
	chans    []id.Channel
	toldMu   sync.Mutex // the ledger tells too
	told     []string
}

// door lets a test be whoever it says in a header: signing in has its own
// tests.
type door struct{ a *agency }

func (d door) actor(r *http.Request) (team.Actor, ui.Person) {
	p := ui.Person{ID: "p", Name: "Claire Morel", Language: r.Header.Get("X-Language"), Zone: r.Header.Get("X-Zone")}
	switch who := r.Header.Get("X-Who"); who {
	case "":
		p.ID = d.a.claire.Person
		return d.a.claire, p
	case "nobody":
		return team.Actor{}, ui.Person{}
	case "stranger":
		p.ID = id.New[id.Person]()
		return team.Actor{Person: p.ID, Roles: map[id.Brand]team.Role{id.New[id.Brand](): team.Owner}}, p
	default:
		p.ID = id.New[id.Person]()
		return team.Actor{Person: p.ID, Roles: map[id.Brand]team.Role{d.a.brand: team.Role(who)}}, p
	}
}

func (d door) Authenticate(_ http.ResponseWriter, r *http.Request) (team.Actor, ui.Person, error) {
	a, p := d.actor(r)
	return a, p, nil
}

func (d door) AuthenticateAPI(r *http.Request) (team.Actor, string, error) {
	a, _ := d.actor(r)
	return a, "", nil
}

// hall reads the brand of the test.
type hall struct{ *brand.Service }

func (h hall) Brand(ctx context.Context, a team.Actor, b id.Brand) (brand.Brand, error) {
	return h.Get(ctx, a, b)
}
func (h hall) Brands(ctx context.Context, a team.Actor) ([]brand.Brand, error) { return h.List(ctx, a) }

// noMedia is an empty library.
type noMedia struct{}

func (noMedia) Describe(context.Context, id.Brand, []id.Media) (map[id.Media]publishing.MediaInfo, error) {
	return nil, nil
}
func (noMedia) Fit(context.Context, id.Brand, id.Media, network.ImageRule) (network.Upload, error) {
	return network.Upload{}, nil
}

func (noMedia) Prepare(context.Context, *sqldb.Tx, id.Brand, []id.Media, ...network.ImageRule) error {
	return nil
}

func eachAgency(t *testing.T, test func(t *testing.T, a *agency)) {
	t.Helper()
	schemas := []sqldb.Schema{logbook.Schema, search.Schema, api.Schema, brand.Schema, team.Schema, channel.Schema, publishing.Schema}
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) { test(t, newAgency(t, db)) }, sqldbtest.Now(func() time.Time { return agencyNow }))
}

func newAgency(t testing.TB, db *sqldb.DB) *agency {
	t.Helper()
	ctx := t.Context()
	a := &agency{TB: t, db: db}
	a.claire = team.Actor{Person: id.New[id.Person](), Admin: true, Roles: map[id.Brand]team.Role{}}
	book, box, words := logbook.New(db), secret.New(), i18n.Must(append([]fs.FS{ui.Messages(), api.Messages(), network.Messages(), practice.Messages()}, publishingweb.Messages()...)...)
	people := team.New(team.Config{DB: db, Book: book, Box: box, Words: words, Cost: team.Cost{Memory: 64, Passes: 1, Lanes: 1},
		Later: func(context.Context, *sqldb.Tx, string, any) error { return nil }})
	a.brands = brand.New(brand.Config{DB: db, Book: book, People: people})
	made, err := a.brands.Make(ctx, team.Program("test"), brand.Input{Name: "Kerlann", Colour: "#b4512b", Zone: "Europe/Paris", Week: time.Monday})
	if err != nil {
		t.Fatal(err)
	}
	a.brand = made.ID
	a.claire.Roles[a.brand] = team.Owner
	world, err := practice.NewWorld(ctx, practice.Config{})
	if err != nil {
		t.Fatal(err)
	}
	a.channels = channel.New(channel.Needs{DB: db, Drivers: []network.Driver{practice.New(world)}, Seal: box, Book: book,
		Wrap: func(kind network.Kind, acc network.Account, c network.PresenceConfig) *network.Presence {
			return network.NewPresence(kind, acc, c)
		},
		Removed: func(context.Context, *sqldb.Tx, channel.Channel) error { return nil }})
	for _, handle := range []string{"kerlann", "biscuits"} {
		a.chans = append(a.chans, a.connect(handle))
	}
	a.room = publishing.New(publishing.Needs{DB: db, Book: book, Channels: a.channels, Media: noMedia{},
		Zone: func(ctx context.Context, q sqldb.Q, b id.Brand) (string, error) {
			br, err := brand.Load(ctx, q, b)
			return br.Zone, err
		}, Tell: func(topic, kind string, _ any) {
			a.toldMu.Lock()
			defer a.toldMu.Unlock()
			a.told = append(a.told, topic+" "+kind)
		}})
	face := publishingweb.New(publishingweb.Config{Room: a.room, Channels: a.channels, Brand: a.brands.Get,
		Names: func(context.Context, team.Actor, id.Brand) (map[id.Person]string, error) {
			return map[id.Person]string{a.claire.Person: "Claire Morel"}, nil
		}, Tell: func(string, string, any) {}})
	quiet := slog.New(slog.DiscardHandler)
	now := clock.Now(func() time.Time { return agencyNow })
	a.reg = api.New(api.Config{Catalog: words, Auth: door{a}, Keys: api.NewKeys(db), Version: "test", Log: quiet, Now: now})
	face.API(a.reg)
	if a.mux, err = ui.New(ui.Config{Catalog: words, Auth: door{a}, Brands: hall{a.brands}, Log: quiet, Now: now}, face.Routes()...); err != nil {
		t.Fatal(err)
	}
	h, err := a.reg.Handler()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.mux.Mount("/api/", h); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *agency) connect(handle string) id.Channel {
	a.Helper()
	ctx := a.Context()
	in, err := a.channels.Begin(ctx, team.Program("test"), a.brand, practice.Kind, "")
	for err == nil && in.Step.ID != network.Done {
		answers := map[string]string{}
		for _, f := range in.Step.Fields {
			answers[f.Name] = f.Default
		}
		answers["handle"] = handle
		in, err = a.channels.Answer(ctx, team.Program("test"), a.brand, in.ID, answers)
	}
	if err != nil {
		a.Fatal(err)
	}
	return in.Channel.ID
}

// draft makes a draft that wishes an hour; an empty hour leaves it without.
func (a *agency) draft(title, local string) publishing.Post {
	a.Helper()
	variants := []publishing.Variant{{Channel: a.chans[0]}}
	p, err := a.room.Create(a.Context(), a.claire, a.brand, publishing.Edit{Title: &title, Text: &title, Variants: &variants})
	if err == nil && local != "" {
		_, err = a.room.PlanDraft(a.Context(), a.claire, a.brand, p.ID, clock.Wall{Local: local})
	}
	if err != nil {
		a.Fatal(err)
	}
	return a.post(p.ID)
}

func (a *agency) post(p id.Post) publishing.Post {
	a.Helper()
	out, err := a.room.Get(a.Context(), a.claire, a.brand, p)
	if err != nil {
		a.Fatal(err)
	}
	return out
}

// scheduled is a post on the calendar.
func (a *agency) scheduled(title, local string) publishing.Post {
	a.Helper()
	p := a.draft(title, "")
	out, err := a.room.Schedule(a.Context(), a.claire, a.brand, p.ID, p.Version, publishing.When{Wall: clock.Wall{Local: local}})
	if err != nil {
		a.Fatal(err)
	}
	return out.Post
}

// state sets a publication's state by hand: what a network did is no matter
// here.
func (a *agency) state(p id.Post, state publishing.State, badge publishing.Badge, problem string) {
	a.Helper()
	err := a.db.Write(a.Context(), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(a.Context(), `UPDATE publication SET state = ?, problem = ? WHERE post = ?`, state, problem, p); err != nil {
			return err
		}
		_, err := tx.Exec(a.Context(), `UPDATE post SET badge = ? WHERE id = ?`, badge, p)
		return err
	})
	if err != nil {
		a.Fatal(err)
	}
}

type reply struct {
	status int
	body   string
	head   http.Header
}

// ask sends a request as Claire, or as whom the header X-Who names.
func (a *agency) ask(method, path, body string, head ...string) reply {
	a.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept-Language", "fr")
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	a.mux.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Result().Body)
	if err != nil {
		a.Fatal(err)
	}
	out := reply{w.Code, string(b), w.Result().Header}
	if strings.HasPrefix(out.head.Get("Content-Type"), "text/html") && out.status != http.StatusSeeOther {
		uitest.HTML(a, out.body)
	}
	return out
}

func (a *agency) path(rest string) string { return "/b/" + string(a.brand) + rest }

// see opens a page.
func (a *agency) see(rest string, head ...string) string {
	a.Helper()
	out := a.ask("GET", a.path(rest), "", head...)
	if out.status != http.StatusOK {
		a.Fatalf("%s: status %d: %.300s", rest, out.status, out.body)
	}
	return out.body
}

// press sends a gesture as the script does and reads its answer.
func (a *agency) press(rest string, form url.Values) (map[string]any, int) {
	a.Helper()
	out := a.ask("POST", rest, form.Encode(), "Accept", "application/json", "Content-Type", "application/x-www-form-urlencoded")
	var d map[string]any
	if err := json.Unmarshal([]byte(out.body), &d); err != nil {
		a.Fatalf("%s: status %d: %s", rest, out.status, out.body)
	}
	return d, out.status
}

func has(t testing.TB, page string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(page, s) {
			t.Errorf("%q is not on the page", s)
		}
	}
}

func hasNot(t testing.TB, page string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if strings.Contains(page, s) {
			t.Errorf("%q is on the page", s)
		}
	}
}

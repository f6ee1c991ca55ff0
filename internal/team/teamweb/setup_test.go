package teamweb_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/brand/brandweb"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
	"vigie/internal/team/teamweb"
	"vigie/internal/ui"
	"vigie/internal/ui/uitest"
)

const password = "trois goélands au large"

// house is an instance served over HTTP, with its mails in a list.
type house struct {
	*testing.T
	people  *team.Service
	brands  *brand.Service
	mux     *ui.Mux
	reg     *api.Registry
	mu      sync.Mutex
	letters []mail.Message
}

type sender func(mail.Message) error

func (s sender) Send(_ context.Context, m mail.Message) error { return s(m) }

// agency is a stand-in for the example: one brand.
type agency struct{ h *house }

func (a agency) Start(ctx context.Context, actor team.Actor, _ string) error {
	_, err := a.h.brands.MakeExample(ctx, team.Program("example"), actor.Person, brand.Input{Name: "Biscuiterie Kerlann", About: "biscuiterie"})
	return err
}

func (a agency) Remove(ctx context.Context, actor team.Actor) error {
	list, err := a.h.brands.List(ctx, actor)
	for _, b := range list {
		if b.Example && err == nil {
			err = a.h.brands.Archive(ctx, actor, b.ID, b.Name)
		}
	}
	return err
}

func each(t *testing.T, https bool, test func(h *house)) {
	t.Helper()
	schemas := []sqldb.Schema{logbook.Schema, brand.Schema, team.Schema, api.Schema}
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) { test(build(t, db, https)) })
}

func build(t *testing.T, db *sqldb.DB, https bool) *house {
	h := &house{T: t}
	words := i18n.Must(ui.Messages(), api.Messages(), teamweb.Messages(), brandweb.Messages())
	h.people = team.New(team.Config{DB: db, Book: logbook.New(db), Box: secret.New(), Words: words, Address: "https://vigie.test", BrandName: brand.Name,
		Cost: team.Cost{Memory: 64, Passes: 1, Lanes: 1},
		Later: func(_ context.Context, tx *sqldb.Tx, _ string, args any) error { // the job runs at once
			tx.AfterCommit(func() {
				if err := h.people.SendMail(context.Background(), args.(team.MailJob)); err != nil {
					t.Error(err)
				}
			})
			return nil
		},
		Post: sender(func(m mail.Message) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.letters = append(h.letters, m)
			return nil
		})})
	h.brands = brand.New(brand.Config{DB: db, Book: logbook.New(db), People: h.people})
	face := teamweb.New(teamweb.Config{People: h.people, Brands: h.brands, Example: agency{h}, HTTPS: https})
	brands := brandweb.New(h.brands)
	quiet := slog.New(slog.DiscardHandler)
	h.reg = api.New(api.Config{Catalog: words, Auth: face, Keys: api.NewKeys(db), Version: "test", Log: quiet})
	face.API(h.reg)
	brands.API(h.reg)
	mux, err := ui.New(ui.Config{Catalog: words, Auth: face, Brands: brands, SignOut: "/sign-out", Profile: "/profile", BrandsPath: "/brands", HTTPS: https, Log: quiet,
		Sections: []ui.Section{{Key: "settings", Icon: "reglages", Foot: true, Path: func(b brand.Brand) string { return "/b/" + string(b.ID) + "/settings" }}},
	}, append(face.Routes(), brands.Routes()...)...)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := h.reg.Handler()
	if err != nil {
		t.Fatal(err)
	}
	if err := mux.Mount("/api/", handler); err != nil {
		t.Fatal(err)
	}
	h.mux = mux
	return h
}

// visitor is a browser with its cookies.
type visitor struct {
	h       *house
	ip      string
	lang    string
	cookies map[string]*http.Cookie
}

func (h *house) visitor(ip string) *visitor {
	return &visitor{h: h, ip: ip, lang: "fr", cookies: map[string]*http.Cookie{}}
}

type page struct {
	status int
	body   string
	head   http.Header
	set    map[string]*http.Cookie
}

func (v *visitor) do(method, path, body string, head ...string) page {
	v.h.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = v.ip + ":1234"
	r.Header.Set("Accept-Language", v.lang)
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	v.h.mux.ServeHTTP(w, r)
	res := w.Result()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.h.Fatal(err)
	}
	p := page{status: res.StatusCode, body: string(b), head: res.Header, set: map[string]*http.Cookie{}}
	for _, c := range res.Cookies() {
		p.set[c.Name] = c
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c
		}
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") && p.status != http.StatusSeeOther {
		uitest.HTML(v.h, p.body)
	}
	return p
}

func (v *visitor) get(path string) page { v.h.Helper(); return v.do("GET", path, "") }

func (v *visitor) post(path string, pairs ...string) page {
	v.h.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.do("POST", path, form.Encode())
}

// json calls the API and reads its answer into out, if any.
func (v *visitor) json(method, path string, in, out any, head ...string) page {
	v.h.Helper()
	body := ""
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			v.h.Fatal(err)
		}
		body = string(b)
	}
	p := v.do(method, path, body, append([]string{"Content-Type", "application/json"}, head...)...)
	if out != nil && p.status < 300 {
		if err := json.Unmarshal([]byte(p.body), out); err != nil {
			v.h.Fatalf("%v: %s", err, p.body)
		}
	}
	return p
}

func (p page) want(t testing.TB, status int, texts ...string) page {
	t.Helper()
	if p.status != status {
		t.Fatalf("status %d, want %d: %s", p.status, status, p.body)
	}
	for _, s := range texts {
		if !strings.Contains(p.body, s) {
			t.Fatalf("%q is not on the page: %s", s, p.body)
		}
	}
	return p
}

// goes checks a redirect.
func (p page) goes(t testing.TB, to string) page {
	t.Helper()
	if p.status != http.StatusSeeOther || p.head.Get("Location") != to {
		t.Fatalf("status %d to %q, want %q: %s", p.status, p.head.Get("Location"), to, p.body)
	}
	return p
}

// claire makes the first account and a brand.
func (h *house) claire() (*visitor, id.Brand) {
	h.Helper()
	v := h.visitor("198.51.100.7")
	v.post("/welcome", "name", "Claire Morel", "email", "claire@agence.test", "password", password, "zone", "Europe/Paris").goes(h, "/brands")
	v.post("/brands/new", "name", "Maison Legrand", "about", "biscuiterie", "week", "1", "zone", "Europe/Paris", "language", "fr").want(h, http.StatusSeeOther)
	var list api.List[brand.Brand]
	v.json("GET", "/api/v1/brands", nil, &list).want(h, 200)
	return v, list.Items[0].ID
}

// member makes an account with a role by invitation, in its own browser.
func (h *house) member(owner *visitor, b id.Brand, name, role string) *visitor {
	h.Helper()
	p := owner.post("/b/"+string(b)+"/people/invite", "role", role).want(h, 200)
	v := h.visitor("198.51.100.20")
	v.post(linkIn(h, p.body), "name", name, "email", strings.ReplaceAll(name, " ", ".")+"@agence.test", "password", password, "zone", "Europe/Paris").goes(h, "/")
	return v
}

var invitationLink = regexp.MustCompile(`(/(?:invitation|reset)/[\w-]{40,})`)

func linkIn(t testing.TB, text string) string {
	t.Helper()
	m := invitationLink.FindString(text)
	if m == "" {
		t.Fatalf("no link in %s", text)
	}
	return m
}

func (h *house) lastLetter() mail.Message {
	h.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.letters) == 0 {
		h.Fatal("no letter")
	}
	return h.letters[len(h.letters)-1]
}

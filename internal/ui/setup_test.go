package ui

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
)

const (
	kerlann = id.Brand("01931c1e-0000-7000-8000-000000000001")
	sobo    = id.Brand("01931c1e-0000-7000-8000-000000000002")
)

var house = map[id.Brand]brand.Brand{
	kerlann: {ID: kerlann, Name: "Kerlann", About: "biscuiterie", Monogram: "BK", Colour: "oklch(.53 .135 42)", Zone: "Europe/Paris"},
	sobo:    {ID: sobo, Name: "Ombrefeu", About: "studio", Monogram: "SO", Colour: "#6b3fb5", Zone: "Asia/Tokyo"},
}

// who is signed in is said by a header, so that a test can be anybody.
type byHeader struct{}

func (byHeader) Authenticate(_ http.ResponseWriter, r *http.Request) (team.Actor, Person, error) {
	role := map[id.Brand]team.Role{}
	p := Person{ID: "claire", Name: "Inès Carvalho", Zone: "Europe/Paris", Theme: r.Header.Get("Test-Theme"), Private: r.Header.Get("Test-Private") != ""}
	switch who := r.Header.Get("Test-Who"); who {
	case "":
		return team.Actor{}, Person{}, nil
	case "broken":
		return team.Actor{}, Person{}, fault.New(fault.Transient, "db.gone")
	case "admin":
		return team.Actor{Person: "admin", Admin: true}, p, nil
	case "stranger":
	case "two":
		role[kerlann], role[sobo] = team.Community, team.Manager
	default:
		role[kerlann] = team.Role(who)
	}
	return team.Actor{Person: p.ID, Roles: role}, p, nil
}

type brands struct{}

func (brands) Brand(_ context.Context, a team.Actor, b id.Brand) (brand.Brand, error) {
	if err := a.Require(b, team.SeeBrand); err != nil {
		return brand.Brand{}, err
	}
	return house[b], nil
}

func (brands) Brands(_ context.Context, a team.Actor) (out []brand.Brand, _ error) {
	for _, b := range []id.Brand{kerlann, sobo} {
		if a.May(b, team.SeeBrand) {
			out = append(out, house[b])
		}
	}
	return out, nil
}

func at() time.Time { return time.Date(2026, 11, 10, 9, 42, 0, 0, time.UTC) }

func testConfig() Config {
	in := func(s string) func(brand.Brand) string {
		return func(b brand.Brand) string { return "/b/" + string(b.ID) + "/" + s }
	}
	return Config{
		Catalog: i18n.Must(Messages()), Auth: byHeader{}, Brands: brands{}, Now: at,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Sections: []Section{
			{Key: "today", Icon: "jour", Letter: "J", Path: in("today"), Count: func(context.Context, team.Actor, brand.Brand) int { return 7 }},
			{Key: "calendar", Icon: "calendrier", Letter: "C", Path: in("calendar"), Needs: team.SeePlanning},
			{Key: "media", Icon: "media", Letter: "M", Path: in("media"), Needs: team.SeeMedia},
			{Key: "settings", Icon: "reglages", Letter: "R", Path: in("settings"), Needs: team.EditBrand, Foot: true},
		},
		Profile: "/profile", SignOut: "/sign-out", BrandsPath: "/brands", Live: "/live", Dev: true,
	}
}

// words is a component without markup of its own.
func words(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<p>"+s+"</p>")
		return err
	})
}

func newMux(t *testing.T, c Config, routes ...Route) *Mux {
	t.Helper()
	m, err := New(c, routes...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ask sends a request; head is pairs of names and values.
func ask(m http.Handler, method, path, who string, head ...string) *httptest.ResponseRecorder {
	var body io.Reader
	if method == "POST" {
		body = strings.NewReader("name=x")
	}
	r := httptest.NewRequest(method, path, body)
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Test-Who", who)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

package ui

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/i18n"
)

// Mux serves the routes of all faces behind their guards, the static files and
// what is mounted beside them.
type Mux struct {
	cfg     Config
	mux     *http.ServeMux
	routes  []Route
	secrets []string // where the addresses begin that the log does not tell
	handler http.Handler
}

// maxBody bounds a request's body unless its route says otherwise.
const maxBody = 1 << 20

// New builds the handler of the whole program. Errors: a route without a
// guard, a path given twice, a guard that does not fit its path.
func New(cfg Config, routes ...Route) (m *Mux, err error) {
	if cfg.Now == nil {
		cfg.Now = clock.System
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.SignIn == "" {
		cfg.SignIn = "/sign-in"
	}
	m = &Mux{cfg: cfg, mux: http.NewServeMux()}
	routes = append(m.own(), routes...)
	seen := map[string]bool{}
	for _, route := range routes {
		if err := route.check(); err != nil {
			return nil, err
		}
		if seen[route.String()] {
			return nil, fmt.Errorf("ui: route %s is given twice", route)
		}
		seen[route.String()] = true
		if err := m.handle(route.Method+" "+route.Path, m.guarded(route)); err != nil {
			return nil, err
		}
	}
	m.routes, m.secrets = routes, secrets(routes)
	m.mux.Handle("GET /static/", files.handler())
	m.mux.Handle("/", m.guarded(Route{Method: "GET", Path: "/", Guard: Public, Handle: func(http.ResponseWriter, *Request) error {
		return fault.New(fault.NotFound, "")
	}}))
	var h http.Handler = m.mux
	if cfg.Sessions != nil {
		h = cfg.Sessions(h)
	}
	cross := http.NewCrossOriginProtection()
	for _, o := range cfg.Origins {
		if err := cross.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("ui: origin %q: %w", o, err)
		}
	}
	cross.SetDenyHandler(m.guarded(Route{Method: "POST", Path: "/", Guard: Public, Handle: func(http.ResponseWriter, *Request) error {
		return fault.New(fault.Forbidden, "ui.cross_origin")
	}}))
	m.handler = m.outer(cross.Handler(h))
	return m, nil
}

// handle registers a pattern; a pattern that conflicts is an error, not a panic.
func (m *Mux) handle(pattern string, h http.Handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("ui: route %s: %v", pattern, p)
		}
	}()
	m.mux.Handle(pattern, h)
	return nil
}

// Mount serves h below a path ("/api/", "/live") inside the same outer walls:
// request number, panic recovery, security headers, cross-origin check,
// session. h does its own guarding.
func (m *Mux) Mount(path string, h http.Handler) error { return m.handle(path, h) }

// Routes lists every guarded route, for the tests that walk them all.
func (m *Mux) Routes() []Route { return slices.Clone(m.routes) }

// ServeHTTP implements http.Handler.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.handler.ServeHTTP(w, r) }

type numberKey struct{}

func number(ctx context.Context) string { s, _ := ctx.Value(numberKey{}).(string); return s }

func newNumber() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails on the systems we build for
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// guarded builds the request, asks the guard, runs the handler and answers its
// error.
func (m *Mux) guarded(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		if limit := route.MaxBody; limit >= 0 {
			if limit == 0 {
				limit = maxBody
			}
			hr.Body = http.MaxBytesReader(w, hr.Body, limit)
		}
		r := &Request{Request: hr, Number: number(hr.Context()), mux: m}
		if m.cfg.LiveAt != nil {
			r.since = m.cfg.LiveAt()
		}
		err := m.admit(w, r, route.Guard)
		if err == nil {
			err = route.Handle(w, r)
		}
		if err != nil {
			m.fail(w, r, err)
		}
	})
}

// admit fills the request and asks the guard.
func (m *Mux) admit(w http.ResponseWriter, r *Request, g Guard) error {
	r.Loc = m.cfg.Catalog.For(i18n.Choose("", r.Header.Get("Accept-Language"))).At(m.cfg.Now)
	if m.cfg.Auth != nil {
		actor, person, err := m.cfg.Auth.Authenticate(w, r.Request)
		if err != nil {
			return err
		}
		r.Actor, r.Person = actor, person
	}
	r.Loc = m.cfg.Catalog.For(i18n.Choose(r.Person.Language, r.Header.Get("Accept-Language"))).At(m.cfg.Now).In(r.Person.Zone)
	if g.kind != "public" && !r.SignedIn() {
		return errSignedOut
	}
	switch g.kind {
	case "public", "signed in":
		return nil
	case "admin":
		if !r.Actor.Admin {
			return fault.New(fault.Forbidden, "ui.admin_only")
		}
		return nil
	case "in brand":
		b, err := id.Parse[id.Brand](r.PathValue("brand"))
		if err != nil {
			return err
		}
		if err := r.Actor.Require(b, g.permission); err != nil {
			return err
		}
		found, err := m.cfg.Brands.Brand(r.Context(), r.Actor, b)
		if err != nil {
			return err
		}
		r.Brand = found
		// The calendar of a brand is in the brand's zone, whoever looks.
		r.Loc = r.Loc.In(found.Zone)
		rememberBrand(w, r)
		return nil
	}
	return fault.New(fault.Internal, "").Becausef("no guard")
}

const brandCookie = "vigie_brand"

func rememberBrand(w http.ResponseWriter, r *Request) {
	if c, err := r.Cookie(brandCookie); err == nil && c.Value == string(r.Brand.ID) || r.Method != http.MethodGet {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: brandCookie, Value: string(r.Brand.ID), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.mux.cfg.HTTPS})
}

// brands lists the person's brands, once per request.
func (r *Request) brands() []brand.Brand {
	if r.all == nil && r.SignedIn() && r.mux.cfg.Brands != nil {
		list, err := r.mux.cfg.Brands.Brands(r.Context(), r.Actor)
		if err != nil {
			// The frame stands without its switcher; the page's own reading
			// will say what is wrong.
			r.mux.cfg.Log.Error("brands of the rail", "request", r.Number, "err", err)
			return nil
		}
		r.all = list
	}
	return r.all
}

// Shown is the brand of the rail: the page's own, else the last one visited,
// else the first; zero when the person has none.
func (r *Request) Shown() brand.Brand {
	if r.Brand.ID != "" {
		return r.Brand
	}
	if r.shown != nil {
		return *r.shown
	}
	var b brand.Brand
	if list := r.brands(); len(list) > 0 {
		b = list[0]
		if c, err := r.Cookie(brandCookie); err == nil {
			if i := slices.IndexFunc(list, func(b brand.Brand) bool { return string(b.ID) == c.Value }); i >= 0 {
				b = list[i]
			}
		}
	}
	r.shown = &b
	return b
}

// Next is where the person wanted to go before she signed in: a path of ours
// given as ?next=, or "/".
func Next(r *http.Request) string {
	to := r.FormValue("next")
	if u, err := url.Parse(to); err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(to, "//") || strings.Contains(to, "\\") {
		return "/"
	}
	return to
}

// now is the fraction of the day that has gone by in the locale's zone.
func dayGone(l *i18n.Loc) float64 {
	t := l.Now().In(l.Zone)
	start := clock.Midnight(t, l.Zone)
	return float64(t.Sub(start)) / float64(start.AddDate(0, 0, 1).Sub(start))
}

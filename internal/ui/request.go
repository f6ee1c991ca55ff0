package ui

import (
	"context"
	"net/http"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
)

// Person is what the pages know of who is looking.
type Person struct {
	ID       id.Person
	Name     string // "Inès Carvalho"
	Email    string
	Language string // "fr", "en", or empty: as the browser asks
	Zone     string // IANA; empty: the brand's
	Theme    string // "light", "dark", or empty: as the system
	// NoKeys turns single-key shortcuts off (WCAG 2.1.4).
	NoKeys bool
	// Private stops the measuring of time.
	Private bool
}

// Request is a request that passed its route's guard.
type Request struct {
	*http.Request
	// Actor is who asks, as the verbs take it; zero when nobody is signed in.
	Actor  team.Actor
	Person Person
	// Brand is the brand of the path, for routes behind In; zero otherwise.
	Brand brand.Brand
	// Loc speaks the person's language in the hours of the brand, or hers.
	Loc *i18n.Loc
	// Number names this request in the log and on the page of an error.
	Number string

	since string // what the live stream had told before anything was read
	mux   *Mux
	toast *Toast
	shown *brand.Brand  // the brand of the rail, when the page is of none
	all   []brand.Brand // the switcher's brands, read once
}

// Context carries the locale, for the templates.
func (r *Request) Context() context.Context { return i18n.With(r.Request.Context(), r.Loc) }

// T is r.Loc.T.
func (r *Request) T(key string, pairs ...any) string { return r.Loc.T(key, pairs...) }

// SignedIn tells whether somebody is.
func (r *Request) SignedIn() bool { return r.Actor.Person != "" }

// May tells whether the person may do p in the brand of the path.
func (r *Request) May(p team.Permission) bool { return r.Actor.May(r.Brand.ID, p) }

// Fragment tells whether htmx asks for a part of the page rather than all of
// it.
func (r *Request) Fragment() bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") != "true" &&
		r.Header.Get("HX-History-Restore-Request") != "true" && r.Header.Get("HX-Request-Type") != "full"
}

// htmx tells whether a script asks, which follows no ordinary redirect.
func (r *Request) htmx() bool { return r.Header.Get("HX-Request") == "true" }

// wantsJSON tells whether one of our modules asks with fetch.
func (r *Request) wantsJSON() bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// PathID reads an identifier from the path; what is none is not_found.
func PathID[T ~string](r *Request, name string) (T, error) { return id.Parse[T](r.PathValue(name)) }

// errSignedOut is what a guard says to somebody without a session.
var errSignedOut = fault.New(fault.SignedOut, "")

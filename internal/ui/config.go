package ui

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/live"
	"vigie/internal/team"
)

// Authenticator tells who asks. It is satisfied by the people's room.
type Authenticator interface {
	// Authenticate reads the session of a request: a zero Actor and no error
	// when nobody is signed in.
	Authenticate(w http.ResponseWriter, r *http.Request) (team.Actor, Person, error)
}

// Brands reads brands. It is satisfied by the brand's service.
type Brands interface {
	// Brand returns a brand the actor has a role in; not_found otherwise.
	Brand(ctx context.Context, actor team.Actor, b id.Brand) (brand.Brand, error)
	// Brands lists the brands the actor has a role in, by name.
	Brands(ctx context.Context, actor team.Actor) ([]brand.Brand, error)
}

// Section is a room as the rail shows it. Its label is the message
// "ui.section.<Key>".
type Section struct {
	Key  string // "calendar"
	Icon string // of icons.svg: "calendrier"
	// Letter goes there after G: "C".
	Letter string
	// Path is the section's first page in a brand.
	Path func(brand.Brand) string
	// Needs hides the section from those who may not; empty hides it from none.
	Needs team.Permission
	// Count is what waits there; 0 shows nothing. nil: never a count.
	Count func(ctx context.Context, actor team.Actor, b brand.Brand) int
	// Foot puts it at the bottom of the rail: settings.
	Foot bool
}

// Notice is a band across the top: a crisis, a freeze.
type Notice struct {
	Text  string
	Link  string // its words
	Href  string
	Topic string // live topic that refreshes it
}

// Hit is one line of the palette.
type Hit struct {
	Group string `json:"group"` // heading: "Publications"
	Text  string `json:"text"`
	Note  string `json:"note,omitempty"`
	Icon  string `json:"icon,omitempty"`
	Href  string `json:"href"`
	Key   string `json:"key,omitempty"`
}

// Config is what app gives the hall.
type Config struct {
	Catalog  *i18n.Catalog
	Auth     Authenticator
	Brands   Brands
	Sections []Section
	// Settings are the tabs of a brand's settings.
	Settings []SettingsTab
	Now      clock.Now    // nil: clock.System
	Log      *slog.Logger // nil: slog.Default
	// SignIn is the page for those without a session; empty means "/sign-in".
	SignIn string
	// SignOut takes a POST; empty shows no button.
	SignOut string
	// Profile is the person's own page, linked at the bottom of the rail and
	// on the phone's page "More"; empty shows nothing.
	Profile string
	// BrandsPath is the page that lists and makes brands; empty shows nothing.
	BrandsPath string
	// HTTPS says that people reach the instance by https: cookies are Secure
	// and HSTS is sent.
	HTTPS bool
	// Origins are the other origins whose forms are trusted, if any.
	Origins []string
	// Sessions wraps the whole: the session middleware.
	Sessions func(http.Handler) http.Handler
	// Notices gives the bands of a brand.
	Notices func(ctx context.Context, actor team.Actor, b brand.Brand) []Notice
	// Find gives the palette's hits in a brand for what was typed; an empty
	// text asks for the most recent.
	Find func(ctx context.Context, actor team.Actor, b brand.Brand, text string) []Hit
	// Live is the address of the event stream ("/live"); empty: no live pages.
	Live string
	// LiveAt names what the stream told last. It is asked before a page is
	// read, and the page's stream goes on from there; nil: from when it opens.
	LiveAt func() string
	// Took keeps the focused time spent on a subject ("post:<id>"); nil
	// measures nothing.
	Took func(ctx context.Context, actor team.Actor, b brand.Brand, subject string, d time.Duration) error
	// Here keeps that the person is on a topic ("post:<id>"), or no longer, and
	// returns who is; it must check that she may see it. nil: nobody is shown
	// present.
	Here func(r *Request, topic string, gone bool) ([]live.Person, error)
	// Dev serves /_components.
	Dev bool
}

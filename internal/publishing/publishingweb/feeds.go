package publishingweb

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/publishing/exchange"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// feedPath is where calendars are read from.
const feedPath = "/calendar/"

func (f *Face) feedRoutes() []ui.Route {
	export := ui.In(team.Export)
	const feeds = "/b/{brand}/settings/feeds"
	return []ui.Route{
		{Method: "GET", Path: feeds, Guard: export, Handle: f.feeds},
		{Method: "POST", Path: feeds, Guard: export, Handle: f.makeFeed},
		{Method: "POST", Path: feeds + "/{feed}/renew", Guard: export, Handle: f.renewFeed},
		{Method: "POST", Path: feeds + "/{feed}/revoke", Guard: export, Handle: f.revokeFeed},
		{Method: "GET", Path: feedPath + "{token}", Guard: ui.Public, Handle: f.readFeed},
	}
}

// feedsView is the addresses of a brand's calendar.
type feedsView struct {
	base  string
	tabs  []ui.Choice
	form  *ui.Form
	list  []publishing.Feed
	fresh string // an address just made: shown once
}

func (f *Face) feeds(w http.ResponseWriter, r *ui.Request) error { return f.feedsPage(w, r, nil, "") }

func (f *Face) feedsPage(w http.ResponseWriter, r *ui.Request, form *ui.Form, token string) error {
	list, err := f.Room.Feeds(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	v := feedsView{base: "/b/" + string(r.Brand.ID) + "/settings/feeds", tabs: r.SettingsTabs("feeds"), form: form, list: list}
	if token != "" {
		v.fresh = f.feedAddress(token)
		w.Header().Set("Cache-Control", "no-store")
	}
	fr := ui.Frame{Title: r.T("feed.title"), Sub: r.Brand.Name, Active: "settings"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, feedsShow(v))
}

// feedAddress is where a calendar is read from.
func (f *Face) feedAddress(token string) string {
	if token == "" {
		return ""
	}
	return strings.TrimRight(f.URL, "/") + feedPath + token + ".ics"
}

func (f *Face) makeFeed(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	_, token, err := f.Room.MakeFeed(r.Context(), r.Actor, r.Brand.ID, form.Get("name"), form.Get("detail"))
	if err != nil && form.Refused(r, err) {
		return f.feedsPage(w, r, form, "")
	}
	if err != nil {
		return err
	}
	return f.feedsPage(w, r, nil, token)
}

func (f *Face) renewFeed(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.FeedID](r, "feed")
	if err != nil {
		return err
	}
	token, err := f.Room.RenewFeed(r.Context(), r.Actor, r.Brand.ID, key)
	if err != nil {
		return err
	}
	return f.feedsPage(w, r, nil, token)
}

func (f *Face) revokeFeed(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.FeedID](r, "feed")
	if err != nil {
		return err
	}
	if err := f.Room.RevokeFeed(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("feed.revoked")})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/settings/feeds")
}

// feedLength is how long a post stands in a calendar: long enough to be seen.
const feedLength = 15 * time.Minute

// readFeed answers calendar programs. Whoever has the address reads; nobody
// else learns whether there is one.
func (f *Face) readFeed(w http.ResponseWriter, r *ui.Request) error {
	token, ok := strings.CutSuffix(r.PathValue("token"), ".ics")
	if !ok {
		return fault.New(fault.NotFound, "")
	}
	b, feed, posts, err := f.Room.ReadFeed(r.Context(), token)
	if err != nil {
		return err
	}
	br, err := f.Brand(r.Context(), team.Program("calendar"), b)
	if err != nil {
		return err
	}
	events := make([]exchange.Event, 0, len(posts))
	for _, p := range posts {
		events = append(events, f.event(r.Loc, feed, string(b), p))
	}
	var body bytes.Buffer
	if err := exchange.WriteCalendar(&body, br.Name, events); err != nil {
		return err
	}
	sum := sha256.Sum256(body.Bytes())
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("X-Robots-Tag", "noindex")
	for _, known := range strings.Split(r.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(known), "W/") == tag {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	h.Set("Content-Type", exchange.CalendarMIME)
	h.Set("Content-Disposition", `inline; filename="vigie.ics"`)
	_, err = w.Write(body.Bytes())
	return err
}

func (f *Face) event(l *i18n.Loc, feed publishing.Feed, b string, p publishing.FeedPost) exchange.Event {
	e := exchange.Event{UID: string(p.ID) + "@vigie", At: p.At, Length: feedLength, Summary: l.T("feed.a_post"), Edited: p.Edited, Version: p.Version,
		Sure: p.Badge == publishing.Scheduled || p.Badge == publishing.Published || p.Badge == publishing.InProgress || p.Badge == publishing.WithPerson}
	if feed.Detail == publishing.FeedFull {
		e.Summary, e.Text = p.Title, textkit.Excerpt(p.Text, 1000)
		if f.URL != "" {
			e.URL = strings.TrimRight(f.URL, "/") + "/b/" + b + "/posts/" + string(p.ID)
		}
	}
	return e
}

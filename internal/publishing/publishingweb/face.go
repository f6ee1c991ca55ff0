// Package publishingweb is how people meet publishing: the composer, the
// calendar in its four views, the page of a publication, the list of what left,
// slots, campaigns and the freeze, in the browser and through the API.
//
// It owns the pages, their words and their scripts. It decides nothing: every
// gesture ends in a verb of publishing, and what a person may do is asked there
// again whatever the page showed.
package publishingweb

import (
	"context"
	"embed"
	"io/fs"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

//go:embed words
var words embed.FS

// Messages are the words of this face: one folder a page, fr.json and en.json
// in each.
func Messages() []fs.FS {
	var out []fs.FS
	for _, part := range []string{"composer", "calendar", "ledger", "recall", "exchange", "recur", "queue", "hand", "ideas"} {
		f, err := fs.Sub(words, "words/"+part)
		if err != nil {
			panic(err)
		}
		out = append(out, f)
	}
	return out
}

// Config is what the face needs.
type Config struct {
	Room     *publishing.Service
	Channels *channel.Service
	// Brand reads a brand, for its zone and its colour.
	Brand func(ctx context.Context, actor team.Actor, b id.Brand) (brand.Brand, error)
	// Names tells what people of a brand are called, for "enregistré par".
	Names func(ctx context.Context, actor team.Actor, b id.Brand) (map[id.Person]string, error)
	// URL is the address by which people reach the program, for addresses that
	// other programs read.
	URL string
	// Reads tells whether somebody reads what goes to a channel before it
	// leaves; nil: nobody does.
	Reads func(ctx context.Context, b id.Brand) func(id.Channel) bool
	// WasRead tells whether anybody was ever asked to read a post: what left
	// before the brand had readers has no reading to show. Nil: nobody was.
	WasRead func(ctx context.Context, b id.Brand, post id.Post) bool
	// Choosing tells whether versions of a post are offered to be chosen from;
	// nil: never.
	Choosing func(ctx context.Context, b id.Brand, post id.Post) bool
	// Silent reads the brand's own days of silence, and answers for any day
	// ("2026-11-13"); nil: brands have none.
	Silent func(ctx context.Context, actor team.Actor, b id.Brand) (func(day string) []SilentDay, error)
	// Tell lets open pages know (presence, drafts being typed).
	Tell func(topic, kind string, data any)
}

// Face is the pages and the API of publishing.
type Face struct{ Config }

// New makes the face.
func New(c Config) *Face { return &Face{c} }

// Routes lists the pages.
func (f *Face) Routes() []ui.Route {
	var out []ui.Route
	for _, part := range [][]ui.Route{f.composerRoutes(), f.calendarRoutes(), f.ledgerRoutes(), f.handRoutes(), f.recallRoutes(), f.exchangeRoutes(), f.recurRoutes(), f.feedRoutes(), f.queueRoutes(), f.ideasRoutes(), f.templatesRoutes(), f.bulkRoutes()} {
		out = append(out, part...)
	}
	return out
}

// API registers the operations.
func (f *Face) API(r *api.Registry) {
	f.postsAPI(r)
	f.planningAPI(r)
	f.ledgerAPI(r)
	f.handAPI(r)
	f.recallAPI(r)
	f.exchangeAPI(r)
	f.recurAPI(r)
	f.queueAPI(r)
	f.ideasAPI(r)
	f.bulkAPI(r)
}

// Package assetsweb is the media library as people and programs meet it: the
// grid, the page of one media, the picker that the composer opens, and the API.
//
// It owns the pages, the words of the room's errors and the shape of a media in
// JSON. It never decodes a picture and never serves the file that was sent:
// only the renditions the room made. Pages work without JavaScript; with it
// (static/js/media.js) files are sent in pieces and go on after a tunnel.
package assetsweb

import (
	"context"
	"embed"
	"io/fs"

	"vigie/internal/assets"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/team"
	"vigie/internal/ui"
)

//go:embed fr.json en.json
var messages embed.FS

// Messages are the words of this face and of the errors of assets.
func Messages() fs.FS { return messages }

// Config is what the face needs.
type Config struct {
	Room *assets.Service
	// Who names a person, for "added by"; nil or an empty answer names nobody.
	Who func(ctx context.Context, p id.Person) string
	// Networks are those a licence can name, in the order of pages.
	Networks []network.Facts
	// Channels lists the brand's, which may be read in different countries; nil:
	// there are none.
	Channels func(ctx context.Context, a team.Actor, b id.Brand) ([]channel.Channel, error)
	// History reads what the logbook has of a media; nil: nothing.
	History func(ctx context.Context, b id.Brand, m id.Media) ([]logbook.Record, error)
	// Brand names a brand in a sentence; nil: "the brand".
	Brand func(ctx context.Context, a team.Actor, b id.Brand) string
	// Recall is the page that takes back or corrects a post, or all that show a
	// media (post empty); nil: the page of each publication does.
	Recall func(b id.Brand, p id.Post, m id.Media) string
}

// Face is the pages and the API of the library.
type Face struct{ Config }

// New returns the face.
func New(c Config) *Face {
	if c.Who == nil {
		c.Who = func(context.Context, id.Person) string { return "" }
	}
	return &Face{c}
}

// Routes lists the pages. Uploads have a path of their own beside /media/.
func (f *Face) Routes() []ui.Route {
	see, add := ui.In(team.SeeMedia), ui.In(team.AddMedia)
	return []ui.Route{
		{Method: "GET", Path: "/b/{brand}/media", Guard: see, Handle: f.library},
		{Method: "POST", Path: "/b/{brand}/media", Guard: add, Handle: f.receive, MaxBody: maxForm},
		{Method: "GET", Path: "/b/{brand}/media/pick", Guard: see, Handle: f.pick},
		{Method: "GET", Path: "/b/{brand}/media/{media}", Guard: see, Handle: f.show},
		{Method: "POST", Path: "/b/{brand}/media/{media}", Guard: add, Handle: f.save},
		{Method: "GET", Path: "/b/{brand}/media/{media}/state", Guard: see, Handle: f.state},
		{Method: "GET", Path: "/b/{brand}/media/{media}/thumb", Guard: see, Handle: f.serve(assets.Thumb), Stream: true},
		{Method: "GET", Path: "/b/{brand}/media/{media}/view", Guard: see, Handle: f.serve(assets.View), Stream: true},
		{Method: "GET", Path: "/b/{brand}/media/rights", Guard: see, Handle: f.board},
		{Method: "GET", Path: "/b/{brand}/media/rights.csv", Guard: ui.In(team.Export), Handle: f.register},
		{Method: "POST", Path: "/b/{brand}/media/rights/audience", Guard: add, Handle: f.audience},
		{Method: "GET", Path: "/b/{brand}/media/duplicates", Guard: see, Handle: f.duplicates},
		{Method: "GET", Path: "/b/{brand}/media/many", Guard: add, Handle: f.many},
		{Method: "POST", Path: "/b/{brand}/media/many", Guard: add, Handle: f.changeMany},
		{Method: "GET", Path: "/b/{brand}/media/{media}/rights", Guard: see, Handle: f.rights},
		{Method: "POST", Path: "/b/{brand}/media/{media}/rights", Guard: add, Handle: f.saveLicence},
		{Method: "POST", Path: "/b/{brand}/media/{media}/consents", Guard: add, Handle: f.saveConsent},
		{Method: "POST", Path: "/b/{brand}/media/{media}/consents/{consent}", Guard: add, Handle: f.saveConsent},
		{Method: "POST", Path: "/b/{brand}/media/{media}/consents/{consent}/withdraw", Guard: add, Handle: f.withdrawConsent},
		{Method: "POST", Path: "/b/{brand}/media/{media}/consents/{consent}/remove", Guard: add, Handle: f.removeConsent},
		{Method: "POST", Path: "/b/{brand}/media/{media}/documents", Guard: add, Handle: f.addDocument, MaxBody: assets.MaxDocument + 1<<20},
		{Method: "GET", Path: "/b/{brand}/media/{media}/documents/{document}", Guard: add, Handle: f.document, Stream: true},
		{Method: "POST", Path: "/b/{brand}/media/{media}/documents/{document}/remove", Guard: add, Handle: f.removeDocument},
		{Method: "POST", Path: "/b/{brand}/media/{media}/crop", Guard: add, Handle: f.crop},
		{Method: "POST", Path: "/b/{brand}/media/{media}/renew", Guard: add, Handle: f.renew, MaxBody: assets.MaxBytes + 1<<20},
		{Method: "POST", Path: "/b/{brand}/media/{media}/apart", Guard: add, Handle: f.apart},
		{Method: "POST", Path: "/b/{brand}/media/{media}/bin", Guard: add, Handle: f.bin},
		{Method: "POST", Path: "/b/{brand}/media/{media}/unbin", Guard: add, Handle: f.unbin},

		{Method: "POST", Path: "/b/{brand}/uploads", Guard: add, Handle: f.begin},
		{Method: "GET", Path: "/b/{brand}/uploads/{upload}", Guard: add, Handle: f.where},
		{Method: "PATCH", Path: "/b/{brand}/uploads/{upload}", Guard: add, Handle: f.append, MaxBody: assets.MaxChunk + 1},
		{Method: "POST", Path: "/b/{brand}/uploads/{upload}/finish", Guard: add, Handle: f.finish},
		{Method: "DELETE", Path: "/b/{brand}/uploads/{upload}", Guard: add, Handle: f.abandon},
	}
}

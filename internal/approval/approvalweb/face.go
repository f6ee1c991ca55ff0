// Package approvalweb is how a brand's words are read before they leave: the
// list of what waits, the reading of one post, the rules in the settings, and
// the client's own page by private link.
//
// It owns pages, operations and words; it decides nothing. The client's page has
// no other host and needs no script: it works in a phone's mail reader, and
// nothing on it is decided by following a link.
package approvalweb

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"time"

	"vigie/internal/api"
	"vigie/internal/approval"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
	"vigie/internal/ui"
)

//go:embed fr.json en.json
var messages embed.FS

// Messages are the words of this face, of its letters and of its errors.
func Messages() fs.FS { return messages }

// Picture is a media as a page shows it.
type Picture struct {
	Type string
	Name string
	ETag string
	Body io.ReadSeekCloser
}

// Config is what the face needs.
type Config struct {
	Room     *approval.Service
	Channels *channel.Service
	Brand    func(ctx context.Context, a team.Actor, b id.Brand) (brand.Brand, error)
	// Names tells what the people of a brand are called.
	Names func(ctx context.Context, a team.Actor, b id.Brand) (map[id.Person]string, error)
	// People lists who has a role in a brand.
	People func(ctx context.Context, a team.Actor, b id.Brand) ([]team.Member, error)
	// Picture opens a media for the client's page; the caller closes Body.
	Picture func(ctx context.Context, b id.Brand, m id.Media) (Picture, error)
	// Library lists pictures to choose from for another version, the latest
	// first; nil: none but the post's own.
	Library func(ctx context.Context, a team.Actor, b id.Brand) ([]Thumb, error)
	// Examine says what stands against exactly what a reader has before her, the
	// gravest first; nil: nobody looks.
	Examine func(ctx context.Context, a team.Actor, b id.Brand, post id.Post, at time.Time, items []approval.Item) ([]Finding, error)
	Words   *i18n.Catalog
	HTTPS   bool
}

// Finding is what stands against a content, or should be known of it.
type Finding struct {
	Channels []id.Channel
	Blocks   bool
	Words    string // it is about; empty: the whole
	Key      string // of the sentence
	Values   map[string]any
	Why      string // as the brand's people wrote it
}

// Face is the pages and the API of approval.
type Face struct{ Config }

// New makes the face.
func New(c Config) *Face { return &Face{c} }

// Routes lists the pages.
func (f *Face) Routes() []ui.Route {
	const review = "/b/{brand}/review"
	const rules = "/b/{brand}/settings/approval"
	read, write, rule, plan := ui.In(team.Review), ui.In(team.WritePosts), ui.In(team.EditBrand), ui.In(team.PublishPosts)
	return []ui.Route{
		{Method: "GET", Path: review, Guard: read, Handle: f.queue},
		{Method: "POST", Path: review, Guard: read, Handle: f.approveMany},
		{Method: "GET", Path: review + "/{post}", Guard: read, Handle: f.review},
		{Method: "POST", Path: review + "/{post}", Guard: read, Handle: f.decide},
		{Method: "POST", Path: review + "/{post}/choice", Guard: read, Handle: f.choose},
		{Method: "POST", Path: review + "/{post}/remarks", Guard: read, Handle: f.remark},
		{Method: "GET", Path: review + "/{post}/versions", Guard: plan, Handle: f.offer},
		{Method: "POST", Path: review + "/{post}/versions", Guard: plan, Handle: f.propose},
		{Method: "POST", Path: review + "/{post}/versions/withdraw", Guard: plan, Handle: f.withdraw},
		{Method: "POST", Path: review + "/{post}/remarks/{remark}", Guard: write, Handle: f.settle},

		{Method: "GET", Path: rules, Guard: ui.In(team.SeeDrafts), Handle: f.rules},
		{Method: "POST", Path: rules, Guard: rule, Handle: f.setRules},
		{Method: "POST", Path: rules + "/links", Guard: plan, Handle: f.makeLink},
		{Method: "POST", Path: rules + "/links/{link}/renew", Guard: plan, Handle: f.renewLink},
		{Method: "POST", Path: rules + "/links/{link}/revoke", Guard: plan, Handle: f.revokeLink},

		{Method: "GET", Path: "/v/{token}", Guard: ui.Public, Handle: f.client},
		{Method: "POST", Path: "/v/{token}", Guard: ui.Public, Handle: f.clientEnter},
		{Method: "GET", Path: "/v/{token}/all", Guard: ui.Public, Handle: f.clientAll},
		{Method: "POST", Path: "/v/{token}/all", Guard: ui.Public, Handle: f.clientApproveAll},
		{Method: "GET", Path: "/v/{token}/p/{post}", Guard: ui.Public, Handle: f.clientPost},
		{Method: "POST", Path: "/v/{token}/p/{post}", Guard: ui.Public, Handle: f.clientDecide},
		{Method: "POST", Path: "/v/{token}/p/{post}/choice", Guard: ui.Public, Handle: f.clientChoose},
		{Method: "POST", Path: "/v/{token}/p/{post}/remarks", Guard: ui.Public, Handle: f.clientRemark},
		{Method: "GET", Path: "/v/{token}/p/{post}/media/{media}", Guard: ui.Public, Handle: f.clientPicture},
	}
}

// API registers the operations.
func (f *Face) API(r *api.Registry) { f.approvalAPI(r) }

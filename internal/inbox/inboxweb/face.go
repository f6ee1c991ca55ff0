// Package inboxweb is how people meet the Boîte: the list of conversations, one
// of them with the post it stands under, who is speaking, and the box to answer
// in, in the browser and through the API.
//
// It owns the pages and their words. It decides nothing: every gesture ends in a
// verb of inbox. What somebody wrote is text here and never markup, and nothing
// of hers is loaded by the page: no picture, no avatar, no preview of a link.
package inboxweb

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/inbox"
	"vigie/internal/team"
	"vigie/internal/ui"
)

//go:embed fr.json en.json
var words embed.FS

// Messages are the words of this face.
func Messages() fs.FS { return words }

// Channels lists the channels of a brand; *channel.Service is one.
type Channels interface {
	List(ctx context.Context, a team.Actor, b id.Brand) ([]channel.Channel, error)
	Get(ctx context.Context, a team.Actor, b id.Brand, c id.Channel) (channel.Channel, error)
}

// Config is what the face needs.
type Config struct {
	Room     *inbox.Service
	Channels Channels
	// Names tells what people of a brand are called.
	Names func(ctx context.Context, actor team.Actor, b id.Brand) (map[id.Person]string, error)
	// Answerable are those to whom a conversation can be given.
	Answerable func(ctx context.Context, b id.Brand) ([]id.Person, error)
}

// Face is the pages and the API of the inbox.
type Face struct{ Config }

// New makes the face.
func New(c Config) *Face { return &Face{c} }

// Routes lists the pages.
func (f *Face) Routes() []ui.Route {
	see, answer := ui.In(team.SeeInbox), ui.In(team.AnswerPeople)
	const at, one = "/b/{brand}/inbox", "/b/{brand}/inbox/{conversation}"
	return []ui.Route{
		{Method: "GET", Path: at, Guard: see, Handle: f.list},
		{Method: "POST", Path: at + "/do", Guard: answer, Handle: f.many},
		{Method: "POST", Path: at + "/read", Guard: see, Handle: f.readMany},
		{Method: "POST", Path: at + "/changes/{change}/undo", Guard: answer, Handle: f.undo},
		{Method: "POST", Path: at + "/views", Guard: see, Handle: f.saveView},
		{Method: "POST", Path: at + "/views/{view}/remove", Guard: see, Handle: f.removeView},
		{Method: "GET", Path: one, Guard: see, Handle: f.talk},
		{Method: "POST", Path: one + "/do", Guard: answer, Handle: f.do},
		{Method: "POST", Path: one + "/read", Guard: see, Handle: f.read},
		{Method: "POST", Path: one + "/notes", Guard: answer, Handle: f.note},
		{Method: "POST", Path: one + "/notes/{note}/remove", Guard: answer, Handle: f.unnote},
		{Method: "POST", Path: one + "/draft", Guard: answer, Handle: f.draft},
		{Method: "POST", Path: one + "/answer", Guard: answer, Handle: f.answer},
		{Method: "POST", Path: one + "/answers/{reply}/take-back", Guard: answer, Handle: f.takeBack},
	}
}

func base(b id.Brand) string { return "/b/" + string(b) + "/inbox" }

func pathOf(b id.Brand, c inbox.ConversationID) string { return base(b) + "/" + string(c) }

// scripted tells whether a script asks and wants JSON back.
func scripted(r *ui.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// done is what a script is told of a gesture.
type done struct {
	Text string `json:"text,omitempty"`
	Undo string `json:"undo,omitempty"`
	Next string `json:"next,omitempty"`
}

// said answers a gesture: in JSON to a script, else with a toast on the page
// where she was.
func said(w http.ResponseWriter, r *ui.Request, d done, back string) error {
	if scripted(r) {
		return asJSON(w, http.StatusOK, d)
	}
	if d.Text != "" {
		ui.Say(r, ui.Toast{Text: d.Text, Undo: d.Undo})
	}
	return ui.Redirect(w, r, back)
}

func asJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(v)
}

// here is the list as it was looked at, of which a form keeps the filters.
func here(r *ui.Request) string {
	q, err := url.ParseQuery(r.FormValue("list"))
	if err != nil {
		q = nil
	}
	return filterOf(q).link(r.Brand.ID, "")
}

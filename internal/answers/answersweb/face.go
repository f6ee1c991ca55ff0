// Package answersweb is how people meet saved answers and positions: a list
// with its reading pane, the form of each, what rests on a position, versions
// with what changed, a bench on which a message is tried, in the browser and
// through the API.
//
// It owns these pages and the words of the room's findings. It decides nothing:
// every gesture ends in a verb of answers.
package answersweb

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"slices"

	"vigie/internal/answers"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/team"
	"vigie/internal/ui"
)

//go:embed fr.json en.json
var words embed.FS

// Messages are the words of this face.
func Messages() fs.FS { return words }

// Config is what the face needs.
type Config struct {
	Room *answers.Service
	// Networks lists the networks there are.
	Networks func() []network.Facts
	// Names tells what people of a brand are called.
	Names func(ctx context.Context, actor team.Actor, b id.Brand) (map[id.Person]string, error)
}

// Face is the pages and the API of saved answers and positions.
type Face struct{ Config }

// New makes the face.
func New(c Config) *Face { return &Face{c} }

// maxForm bounds a form, maxFile one with a file.
const (
	maxForm = 1 << 20
	maxFile = answers.MaxFile + 1<<20
)

// Routes lists the pages.
func (f *Face) Routes() []ui.Route {
	read, write, manage := ui.In(team.AnswerPeople), ui.In(team.WritePosts), ui.In(team.EditBrand)
	const all, one = "/b/{brand}/answers", "/b/{brand}/answers/{answer}"
	const positions, position = "/b/{brand}/positions", "/b/{brand}/positions/{position}"
	return []ui.Route{
		{Method: "GET", Path: all, Guard: read, Handle: f.list},
		{Method: "POST", Path: all, Guard: write, Handle: f.create, MaxBody: maxForm},
		{Method: "GET", Path: all + "/new", Guard: write, Handle: f.blank},
		{Method: "GET", Path: all + "/suggest", Guard: read, Handle: f.suggest},
		{Method: "GET", Path: all + "/settings", Guard: read, Handle: f.settings},
		{Method: "POST", Path: all + "/settings", Guard: manage, Handle: f.set, MaxBody: maxForm},
		{Method: "GET", Path: all + "/export", Guard: read, Handle: f.export},
		{Method: "POST", Path: all + "/import", Guard: write, Handle: f.bring, MaxBody: maxFile},
		{Method: "GET", Path: one, Guard: read, Handle: f.show},
		{Method: "GET", Path: one + "/edit", Guard: write, Handle: f.edit},
		{Method: "POST", Path: one, Guard: write, Handle: f.save, MaxBody: maxForm},
		{Method: "POST", Path: one + "/reviewed", Guard: write, Handle: f.reviewed},
		{Method: "POST", Path: one + "/archive", Guard: manage, Handle: f.archive},
		{Method: "POST", Path: one + "/restore", Guard: manage, Handle: f.restore},
		{Method: "GET", Path: positions, Guard: read, Handle: f.positions},
		{Method: "POST", Path: positions, Guard: write, Handle: f.createPosition, MaxBody: maxForm},
		{Method: "GET", Path: positions + "/new", Guard: write, Handle: f.blankPosition},
		{Method: "GET", Path: position, Guard: read, Handle: f.position},
		{Method: "GET", Path: position + "/edit", Guard: write, Handle: f.editPosition},
		{Method: "POST", Path: position, Guard: write, Handle: f.savePosition, MaxBody: maxForm},
		{Method: "POST", Path: position + "/approve", Guard: ui.In(team.Review), Handle: f.approve},
		{Method: "POST", Path: position + "/withdraw", Guard: manage, Handle: f.withdraw},
		{Method: "POST", Path: position + "/reopen", Guard: manage, Handle: f.reopen},
	}
}

func base(b id.Brand) string      { return "/b/" + string(b) + "/answers" }
func positions(b id.Brand) string { return "/b/" + string(b) + "/positions" }

// head is what stands on top of every page of this face.
type head struct {
	r     *ui.Request
	base  string // of saved answers
	posts string // of positions
	seg   []ui.Choice
	place string
	form  *ui.Form
	write bool
	away  bool // may archive and withdraw
}

func (f *Face) head(r *ui.Request, place string, form *ui.Form) head {
	h := head{r: r, base: base(r.Brand.ID), posts: positions(r.Brand.ID), place: place, form: form, write: r.May(team.WritePosts), away: r.May(team.EditBrand)}
	for _, p := range []struct{ key, href string }{{"answers", h.base}, {"positions", h.posts}, {"suggest", h.base + "/suggest"}} {
		h.seg = append(h.seg, ui.Choice{Label: r.T("answers.place." + p.key), Href: p.href, Current: p.key == place})
	}
	return h
}

// frame is the frame of all pages of this face.
func frame(r *ui.Request, title string, form *ui.Form) ui.Frame {
	fr := ui.Frame{Title: title, Sub: r.Brand.Name, Active: "settings"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return fr
}

// networks are the networks there are, named in the person's language.
func (f *Face) networks(r *ui.Request) []network.Facts {
	all := slices.Clone(f.Networks())
	for i := range all {
		all[i].Title = all[i].In(r.Loc.Lang)
	}
	return all
}

// named tells what people are called; names are a courtesy.
func (f *Face) named(r *ui.Request) func(id.Person) string {
	names, _ := f.Names(r.Context(), r.Actor, r.Brand.ID)
	return func(p id.Person) string {
		if n := names[p]; n != "" {
			return n
		}
		return r.T("answers.somebody")
	}
}

// languages are what a text may be in, the brand's first.
func languages(r *ui.Request, more ...string) []string {
	out := []string{r.Brand.Language}
	for _, l := range append(more, "fr", "en", "br", "de", "es", "it", "nl", "pt") {
		if l != "" && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

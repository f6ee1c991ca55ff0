// Package charterweb is how people meet the charter: its rules on a page with a
// switch each, the form of a rule, the bench on which a text or the past quarter
// is tried, the brand's silent days and its dictionary, in the browser and
// through the API.
//
// It owns the pages and the words of all findings of the charter. It decides
// nothing: every gesture ends in a verb of charter.
package charterweb

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"slices"

	"vigie/internal/base/id"
	"vigie/internal/charter"
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
	Room *charter.Service
	// Networks lists the networks there are.
	Networks func() []network.Facts
	// Names tells what people of a brand are called.
	Names func(ctx context.Context, actor team.Actor, b id.Brand) (map[id.Person]string, error)
}

// Face is the pages and the API of the charter.
type Face struct{ Config }

// New makes the face.
func New(c Config) *Face { return &Face{c} }

// Routes lists the pages.
func (f *Face) Routes() []ui.Route {
	see, write, edit := ui.In(team.SeePlanning), ui.In(team.WritePosts), ui.In(team.EditBrand)
	const at = "/b/{brand}/charter"
	return []ui.Route{
		{Method: "GET", Path: at, Guard: see, Handle: f.list},
		{Method: "POST", Path: at, Guard: edit, Handle: f.create, MaxBody: maxForm},
		{Method: "GET", Path: at + "/new", Guard: edit, Handle: f.blank},
		{Method: "POST", Path: at + "/start", Guard: edit, Handle: f.begin},
		{Method: "POST", Path: at + "/import", Guard: edit, Handle: f.bring, MaxBody: maxForm},
		{Method: "GET", Path: at + "/export", Guard: see, Handle: f.export},
		{Method: "GET", Path: at + "/bench", Guard: see, Handle: f.bench},
		{Method: "POST", Path: at + "/bench", Guard: see, Handle: f.tried, MaxBody: maxForm},
		{Method: "POST", Path: at + "/past", Guard: edit, Handle: f.past, MaxBody: maxForm},
		{Method: "GET", Path: at + "/days", Guard: see, Handle: f.days},
		{Method: "POST", Path: at + "/days", Guard: edit, Handle: f.addDay},
		{Method: "POST", Path: at + "/days/{silent}/remove", Guard: edit, Handle: f.removeDay},
		{Method: "GET", Path: at + "/words", Guard: see, Handle: f.words},
		{Method: "POST", Path: at + "/words", Guard: write, Handle: f.learn, MaxBody: maxForm},
		{Method: "POST", Path: at + "/words/remove", Guard: write, Handle: f.unlearn},
		{Method: "GET", Path: at + "/versions", Guard: see, Handle: f.versions},
		{Method: "POST", Path: at + "/restore", Guard: edit, Handle: f.restore},
		{Method: "GET", Path: at + "/{rule}", Guard: see, Handle: f.rule},
		{Method: "POST", Path: at + "/{rule}", Guard: edit, Handle: f.save, MaxBody: maxForm},
		{Method: "POST", Path: at + "/{rule}/switch", Guard: edit, Handle: f.toggle},
		{Method: "POST", Path: at + "/{rule}/remove", Guard: edit, Handle: f.remove},
	}
}

// maxForm bounds a form: twenty thousand words and a file.
const maxForm = charter.MaxFile + 1<<20

// networks are the networks there are, named in the person's language.
func (f *Face) networks(r *ui.Request) []network.Facts {
	all := slices.Clone(f.Networks())
	for i := range all {
		all[i].Title = all[i].In(r.Loc.Lang)
	}
	return all
}

func base(b id.Brand) string { return "/b/" + string(b) + "/charter" }

// frame is the frame of all pages of the charter.
func frame(r *ui.Request, title string) ui.Frame {
	return ui.Frame{Title: title, Sub: r.Brand.Name, Active: "settings"}
}

// places are the pages of the charter, for its line of choices.
func places(r *ui.Request, current string) []ui.Choice {
	var out []ui.Choice
	for _, p := range []string{"", "/bench", "/days", "/words", "/versions"} {
		key := "rules"
		if p != "" {
			key = p[1:]
		}
		out = append(out, ui.Choice{Label: r.T("charter.place." + key), Href: base(r.Brand.ID) + p, Current: key == current})
	}
	return out
}

// head is what stands on top of every page of the charter.
type head struct {
	base string
	tabs []ui.Choice
	seg  []ui.Choice
	form *ui.Form
	edit bool
}

func (f *Face) head(r *ui.Request, place string, form *ui.Form) head {
	return head{base: base(r.Brand.ID), tabs: r.SettingsTabs("charter"), seg: places(r, place), form: form, edit: r.May(team.EditBrand)}
}

// refusedStatus is the status of a page with a form that was refused.
func refusedStatus(form *ui.Form) int {
	if form != nil {
		return http.StatusUnprocessableEntity
	}
	return 0
}

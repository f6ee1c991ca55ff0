// Package todayweb is how people meet the day: one page over a brand or over
// all of theirs, and one operation of the API.
//
// It owns the page, its words and the sentence at its top. Every button on it
// is a verb of another face, reached by its address.
package todayweb

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"vigie/internal/api"
	"vigie/internal/team"
	"vigie/internal/today"
	"vigie/internal/ui"
)

//go:embed fr.json en.json
var messages embed.FS

// Messages are the words of this face.
func Messages() fs.FS { return messages }

// Face is the page and the API of the day.
type Face struct{ room *today.Service }

// New makes the face.
func New(s *today.Service) *Face { return &Face{s} }

// Routes lists the pages.
func (f *Face) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/b/{brand}/today", Guard: ui.In(team.SeePlanning), Handle: f.show},
		{Method: "GET", Path: "/today", Guard: ui.SignedIn, Handle: f.whole},
	}
}

// whole sends to the day over all brands, in the frame of the one last shown.
func (f *Face) whole(w http.ResponseWriter, r *ui.Request) error {
	b := r.Shown()
	if b.ID == "" {
		return ui.Redirect(w, r, "/brands")
	}
	return ui.Redirect(w, r, "/b/"+string(b.ID)+"/today?all=1")
}

func (f *Face) show(w http.ResponseWriter, r *ui.Request) error {
	here := "/b/" + string(r.Brand.ID) + "/today"
	mine, err := f.room.Brands(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	all := r.URL.Query().Get("all") == "1" && len(mine) > 1
	var d today.Day
	if all {
		d, err = f.room.All(r.Context(), r.Actor, r.Loc.Zone.String())
	} else {
		d, err = f.room.Of(r.Context(), r.Actor, r.Brand)
	}
	if err != nil {
		return err
	}
	fr := ui.Frame{Title: capital(r.Loc.Date(d.Now)), Active: "today"}
	v := view{Day: d, r: r, all: all}
	if len(mine) > 1 {
		v.over = []ui.Choice{{Label: r.Brand.Name, Href: here, Current: !all}, {Label: r.T("today.all"), Href: here + "?all=1", Current: all}}
	}
	if r.May(team.WritePosts) {
		fr.Main = &ui.Action{Label: r.T("today.new"), Href: "/b/" + string(r.Brand.ID) + "/posts/new", Icon: "plus", Key: "N"}
	}
	for _, b := range d.Brands {
		fr.Live = append(fr.Live, "brand:"+string(b.ID))
	}
	return ui.Page(w, r, fr, page(v))
}

// API registers the operation.
func (f *Face) API(r *api.Registry) {
	type out struct {
		Sentence string `json:"sentence" doc:"The day in one or two sentences, in the caller's language"`
		today.Day
	}
	api.Register(r, api.Op{ID: "read-today", Method: "GET", Path: "/api/v1/brands/{brand}/today", Guard: api.In(team.SeePlanning), Group: "Today",
		Summary: "Read the day", Description: "What leaves today, what failed or must be checked, accesses in danger, drafts that wait, what moved in the night."},
		func(ctx context.Context, c api.Call, _ *struct{ api.InBrand }) (*api.Out[out], error) {
			all, err := f.room.Brands(ctx, c.Actor)
			if err != nil {
				return nil, err
			}
			for _, b := range all {
				if b.ID == c.Brand {
					d, err := f.room.Of(ctx, c.Actor, b)
					return &api.Out[out]{Body: out{sentence(c.Loc, d), d}}, err
				}
			}
			return nil, errGone
		})
}

package publishingweb

import (
	"net/http"
	"slices"
	"strings"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// maxForm bounds the composer's form: a pasted megabyte must reach us, to be
// refused in words.
const maxForm = 8 << 20

func (f *Face) composerRoutes() []ui.Route {
	see, write, publish := ui.In(team.SeePlanning), ui.In(team.WritePosts), ui.In(team.PublishPosts)
	const post = "/b/{brand}/posts/{post}"
	return append(f.findingsRoutes(), []ui.Route{
		{Method: "GET", Path: "/b/{brand}/posts", Guard: see, Handle: f.posts},
		{Method: "POST", Path: "/b/{brand}/posts", Guard: write, Handle: f.create, MaxBody: maxForm},
		{Method: "GET", Path: "/b/{brand}/posts/new", Guard: write, Handle: f.blank},
		{Method: "GET", Path: post, Guard: see, Handle: f.compose},
		{Method: "POST", Path: post, Guard: write, Handle: f.save, MaxBody: maxForm},
		{Method: "GET", Path: post + "/state", Guard: see, Handle: f.state},
		{Method: "POST", Path: post + "/preview", Guard: see, Handle: f.previewed, MaxBody: maxForm},
		{Method: "POST", Path: post + "/duplicate", Guard: write, Handle: f.duplicate},
		{Method: "POST", Path: post + "/bin", Guard: write, Handle: f.bin},
		{Method: "POST", Path: post + "/unbin", Guard: write, Handle: f.unbin},
		{Method: "POST", Path: post + "/unschedule", Guard: publish, Handle: f.unschedule},
		{Method: "POST", Path: post + "/clear-hour", Guard: write, Handle: f.clearHour},
	}...)
}

func postPath(b id.Brand, p id.Post) string { return "/b/" + string(b) + "/posts/" + string(p) }

// blank is the composer before anything is written. Nothing is created until
// the first save: a page opened and closed leaves no trace.
func (f *Face) blank(w http.ResponseWriter, r *ui.Request) error {
	q := r.URL.Query()
	p := publishing.Post{Brand: r.Brand.ID, Validation: publishing.Draft, Campaign: id.Campaign(q.Get("campaign")), Category: publishing.CategoryID(q.Get("category"))}
	p.Planned.Zone = r.Brand.Zone
	if at := (clock.Wall{Local: q.Get("at"), Zone: r.Brand.Zone}); at.Local != "" {
		if t, _, err := at.Instant(); err == nil {
			p.Planned, p.At = at, t
		}
	}
	chosen := q["channel"]
	known, err := f.Channels.List(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	for _, c := range channel.ForPosts(known) {
		// All of them, unless the calendar named some: most posts go everywhere.
		if len(chosen) == 0 || slices.Contains(chosen, string(c.ID)) {
			p.Variants = append(p.Variants, publishing.Variant{Channel: c.ID})
		}
	}
	return f.page(w, r, p, shown{})
}

func (f *Face) compose(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.post(r)
	if err != nil {
		return err
	}
	return f.page(w, r, p, shown{})
}

// post reads the post of the path.
func (f *Face) post(r *ui.Request) (publishing.Post, error) {
	key, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return publishing.Post{}, err
	}
	return f.Room.Get(r.Context(), r.Actor, r.Brand.ID, key)
}

// shown is what a page of the composer says besides the post.
type shown struct {
	// draft is what was entered and not kept; nil: the post as it is kept.
	draft  *publishing.Post
	when   when
	fault  error
	theirs *publishing.Post // what somebody else saved in between
}

func (f *Face) page(w http.ResponseWriter, r *ui.Request, p publishing.Post, s shown) error {
	v, err := f.view(r, p, s)
	if err != nil {
		return err
	}
	fr := ui.Frame{Title: v.title(), Active: "calendar", Wide: true, Tools: v.tools()}
	if v.fresh() {
		fr.Title = r.T("composer.new")
	} else {
		fr.Live = []string{"post:" + string(p.ID)}
		if !v.write {
			fr.Subject = "post:" + string(p.ID) // who writes sends her time with each save
		}
	}
	if v.write {
		fr.Keys = []ui.Key{{Keys: "Ctrl Enter", Label: r.T("composer.key.go")}, {Keys: "Ctrl S", Label: r.T("composer.key.save")},
			{Keys: "N", Label: r.T("composer.new"), Href: "/b/" + string(r.Brand.ID) + "/posts/new"}}
	}
	if s.fault != nil {
		fr.Status = fault.HTTPStatus(s.fault)
	}
	return ui.Page(w, r, fr, composerPage(v))
}

// back leads to the page a gesture was made on: the post's own, or the list.
func (f *Face) back(r *ui.Request, p id.Post) string {
	if to := r.FormValue("back"); strings.HasPrefix(to, "/b/"+string(r.Brand.ID)+"/") {
		return to
	}
	return postPath(r.Brand.ID, p)
}

func (f *Face) duplicate(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	p, err := f.Room.Duplicate(r.Context(), r.Actor, r.Brand.ID, key)
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("composer.duplicated")})
	return ui.Redirect(w, r, postPath(r.Brand.ID, p.ID))
}

func (f *Face) bin(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	if err := f.Room.Bin(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("composer.binned"), Undo: postPath(r.Brand.ID, key) + "/unbin"})
	return ui.Redirect(w, r, f.back(r, key))
}

func (f *Face) unbin(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	if err := f.Room.Unbin(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("composer.unbinned")})
	return ui.Redirect(w, r, f.back(r, key))
}

func (f *Face) clearHour(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	if err := f.Room.ClearHour(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("composer.hour_cleared")})
	return ui.Redirect(w, r, f.back(r, key))
}

func (f *Face) unschedule(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	if err := f.Room.Unschedule(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("composer.unscheduled")})
	return ui.Redirect(w, r, f.back(r, key))
}

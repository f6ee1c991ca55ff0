package assetsweb

import (
	"net/http"
	"net/url"

	"vigie/internal/assets"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// perPage is how many media a page of the grid shows.
const perPage = 60

// query is the filter as the address holds it.
type query struct {
	brand              id.Brand
	q, show, kind, cur string
	right, shape       string
	folder, tag        string
}

// The values of ?show=.
const (
	showNoAlt  = "alt"
	showUnused = "unused"
	showUsed   = "used"
	showBin    = "bin"
)

func readQuery(r *ui.Request) query {
	v := r.URL.Query()
	return query{brand: r.Brand.ID, q: v.Get("q"), show: v.Get("show"), kind: v.Get("type"), cur: v.Get("cursor"), right: v.Get("right"), shape: v.Get("shape"),
		folder: v.Get("folder"), tag: v.Get("tag")}
}

func (q query) filter() assets.Filter {
	return assets.Filter{Text: q.q, Type: q.kind, NoAlt: q.show == showNoAlt, Unused: q.show == showUnused, Used: q.show == showUsed,
		Right: assets.RightState(q.right), Shape: assets.Shape(q.shape), Folder: q.folder, Tag: q.tag, Binned: q.show == showBin}
}

// narrow tells whether anything is left out.
func (q query) narrow() bool { return q.q != "" || q.show != "" || q.sieved() }

// sieved tells whether one of the choices under Filters is made.
func (q query) sieved() bool { return q.kind+q.right+q.shape+q.folder+q.tag != "" }

// with is the address with another choice, from the first page on.
func (q query) with(show string) string { q.show, q.cur = show, ""; return q.href() }

func (q query) href() string {
	v := url.Values{}
	for name, s := range map[string]string{"q": q.q, "show": q.show, "type": q.kind, "cursor": q.cur, "right": q.right, "shape": q.shape, "folder": q.folder, "tag": q.tag} {
		if s != "" {
			v.Set(name, s)
		}
	}
	if len(v) == 0 {
		return page(q.brand)
	}
	return page(q.brand) + "?" + v.Encode()
}

func (q query) next(cursor string) string {
	if cursor == "" {
		return ""
	}
	q.cur = cursor
	return q.href()
}

type libraryView struct {
	query
	page          assets.Page
	mayAdd        bool
	tabs          []ui.Choice
	states        map[id.Media]assets.RightState
	folders, tags []assets.Counted
}

func (f *Face) library(w http.ResponseWriter, r *ui.Request) error {
	v := libraryView{query: readQuery(r), mayAdd: r.May(team.AddMedia)}
	var err error
	if v.page, err = f.Room.List(r.Context(), r.Actor, r.Brand.ID, v.filter(), v.cur, perPage); err != nil {
		return err
	}
	if v.states, err = f.Room.States(r.Context(), r.Actor, r.Brand.ID, v.page.Media); err != nil {
		return err
	}
	if v.folders, v.tags, err = f.Room.Shelves(r.Context(), r.Actor, r.Brand.ID); err != nil {
		return err
	}
	v.tabs = f.tabs(r, "")
	frame := ui.Frame{Title: r.T("assets.title"), Sub: r.Brand.Name, Active: "media"}
	if v.mayAdd {
		frame.Main = &ui.Action{Label: r.T("assets.add"), Href: "#media-add", Icon: "plus", Key: "N"}
		frame.Keys = []ui.Key{{Keys: "N", Label: r.T("assets.add"), Click: `a[href="#media-add"]`},
			{Keys: "X", Label: r.T("assets.many.key")}}
	}
	return ui.Page(w, r, frame, libraryPage(v))
}

// pick is the fragment that the composer opens (htmx): a grid one chooses from.
func (f *Face) pick(w http.ResponseWriter, r *ui.Request) error {
	v := libraryView{query: readQuery(r), mayAdd: r.May(team.AddMedia)}
	v.show = "" // the bin is not offered
	only := v.filter()
	only.Usable = true
	var err error
	if v.page, err = f.Room.List(r.Context(), r.Actor, r.Brand.ID, only, v.cur, perPage); err != nil {
		return err
	}
	if v.states, err = f.Room.States(r.Context(), r.Actor, r.Brand.ID, v.page.Media); err != nil {
		return err
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("assets.pick"), Active: "media"}, picker(v))
}

type mediaView struct {
	m      assets.Media
	uses   []assets.Use
	who    string
	mayAdd bool
	form   *ui.Form

	rights   assets.Rights
	state    assets.RightState
	sentence string
	versions []assets.Media
	twins    []assets.Media
	networks []network.Facts
}

func (f *Face) show(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	return f.draw(w, r, m, nil)
}

// find reads the media of the path.
func (f *Face) find(r *ui.Request) (assets.Media, error) {
	m, err := ui.PathID[id.Media](r, "media")
	if err != nil {
		return assets.Media{}, err
	}
	return f.Room.Get(r.Context(), r.Actor, r.Brand.ID, m)
}

func (f *Face) draw(w http.ResponseWriter, r *ui.Request, m assets.Media, form *ui.Form) error {
	uses, err := f.Room.Uses(r.Context(), r.Actor, r.Brand.ID, m.ID)
	if err != nil {
		return err
	}
	v := mediaView{m: m, uses: uses, mayAdd: r.May(team.AddMedia), form: form}
	if err := f.withRights(r, &v); err != nil {
		return err
	}
	if m.Author != "" {
		v.who = f.Who(r.Context(), m.Author)
	}
	frame := ui.Frame{Title: m.Name, Active: "media", Subject: "media:" + string(m.ID)}
	if form != nil {
		frame.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, frame, mediaPage(v))
}

// withRights adds to the page of a media what is known of its right, its other
// versions and what looks like it.
func (f *Face) withRights(r *ui.Request, v *mediaView) (err error) {
	ctx, b, now := r.Context(), r.Brand.ID, f.Room.DB.Now()
	if v.rights, err = f.Room.Rights(ctx, r.Actor, b, v.m.ID); err != nil {
		return err
	}
	v.state, v.networks = v.rights.StateAt(now), f.Networks
	v.sentence = f.mayUse(r.Loc, r.Brand.Name, v.m, v.rights, now)
	if v.versions, err = f.Room.Versions(ctx, r.Actor, b, v.m.ID); err != nil {
		return err
	}
	v.twins, err = f.Room.TwinsOf(ctx, r.Actor, b, v.m.ID)
	return err
}

func (f *Face) save(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	version, err := form.Int("version")
	if err != nil {
		return err
	}
	saved, err := f.Room.EditMeta(r.Context(), r.Actor, r.Brand.ID, m.ID, int64(version), assets.Meta{Name: form.Get("name"), Alt: form.Get("alt"), Focus: m.Focus})
	if len(form.All("tags")) > 0 && err == nil {
		saved, err = f.fileOne(r, m.ID, form)
	}
	if wantsJSON(r) {
		if err != nil {
			return err
		}
		return answer(w, http.StatusOK, item(r.Loc, saved))
	}
	if err != nil && form.Refused(r, err) {
		return f.draw(w, r, m, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("assets.saved")})
	return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID))
}

// fileOne puts one media where its form says.
func (f *Face) fileOne(r *ui.Request, m id.Media, form *ui.Form) (assets.Media, error) {
	tags, err := assets.ReadTags(form.Get("tags"))
	if err != nil {
		return assets.Media{}, err
	}
	folder := form.Get("folder")
	if err := f.Room.File(r.Context(), r.Actor, r.Brand.ID, []id.Media{m}, assets.Filing{Folder: &folder, Tags: &tags}); err != nil {
		return assets.Media{}, err
	}
	return f.Room.Get(r.Context(), r.Actor, r.Brand.ID, m)
}

func (f *Face) bin(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	if m, err = f.Room.Bin(r.Context(), r.Actor, r.Brand.ID, m.ID); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("assets.binned", "name", m.Name), Undo: page(r.Brand.ID) + "/" + string(m.ID) + "/unbin"})
	return ui.Redirect(w, r, page(r.Brand.ID))
}

func (f *Face) unbin(w http.ResponseWriter, r *ui.Request) error {
	m, err := f.find(r)
	if err != nil {
		return err
	}
	if m, err = f.Room.Unbin(r.Context(), r.Actor, r.Brand.ID, m.ID); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("assets.unbinned", "name", m.Name)})
	return ui.Redirect(w, r, page(r.Brand.ID)+"/"+string(m.ID))
}

// kinds are the types offered as a filter, with their words.
func kinds(l *i18n.Loc) []ui.Option {
	out := []ui.Option{{Value: "", Label: l.T("assets.every_type")}}
	for _, t := range assets.Types() {
		out = append(out, ui.Option{Value: t, Label: typeName(t)})
	}
	return out
}

// typeName is how people call a type.
func typeName(t string) string {
	switch t {
	case "image/jpeg":
		return "JPEG"
	case "image/png":
		return "PNG"
	case "image/gif":
		return "GIF"
	case "image/webp":
		return "WebP"
	}
	return t
}

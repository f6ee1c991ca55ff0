package brandweb

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/team"
	"vigie/internal/ui"
)

//go:embed fr.json en.json
var messages embed.FS

// Messages are the words of this face and of brand's errors.
func Messages() fs.FS { return messages }

// Face is the pages and the API of brand.
type Face struct{ brands *brand.Service }

// New returns the face.
func New(s *brand.Service) *Face { return &Face{s} }

var _ ui.Brands = (*Face)(nil)

// Brand implements ui.Brands.
func (f *Face) Brand(ctx context.Context, actor team.Actor, b id.Brand) (brand.Brand, error) {
	return f.brands.Get(ctx, actor, b)
}

// Brands implements ui.Brands.
func (f *Face) Brands(ctx context.Context, actor team.Actor) ([]brand.Brand, error) {
	return f.brands.List(ctx, actor)
}

// Routes lists the pages.
func (f *Face) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/brands", Guard: ui.SignedIn, Handle: f.list},
		{Method: "GET", Path: "/brands/new", Guard: ui.Admin, Handle: f.newPage},
		{Method: "POST", Path: "/brands/new", Guard: ui.Admin, Handle: f.make},
		{Method: "POST", Path: "/brands/{archived}/restore", Guard: ui.SignedIn, Handle: f.restore},
		{Method: "GET", Path: "/b/{brand}/settings", Guard: ui.In(team.SeeBrand), Handle: f.settings},
		{Method: "POST", Path: "/b/{brand}/settings", Guard: ui.In(team.EditBrand), Handle: f.edit},
		{Method: "POST", Path: "/b/{brand}/archive", Guard: ui.In(team.RemoveBrand), Handle: f.archive},
	}
}

func (f *Face) list(w http.ResponseWriter, r *ui.Request) error {
	brands, err := f.brands.List(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	archived, err := f.brands.Archived(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	fr := ui.Frame{Title: r.T("brand.list.title")}
	if r.Actor.Admin {
		fr.Main = &ui.Action{Label: r.T("brand.new.title"), Href: "/brands/new", Icon: "plus", Key: "N"}
	}
	return ui.Page(w, r, fr, listPage(brands, archived, r.Actor))
}

func read(form *ui.Form) brand.Input {
	week, err := strconv.Atoi(form.Get("week"))
	if err != nil {
		week = -1 // refused by name
	}
	colour := form.Get("colour")
	if colour == "other" {
		colour = form.Get("own_colour")
	}
	return brand.Input{Name: form.Get("name"), About: form.Get("about"), Monogram: form.Get("monogram"), Colour: colour,
		Language: form.Get("language"), Zone: form.Get("zone"), Week: time.Weekday(week)}
}

func (f *Face) newPage(w http.ResponseWriter, r *ui.Request) error {
	return ui.Page(w, r, ui.Frame{Title: r.T("brand.new.title")}, newPage(nil, fresh(r)))
}

// fresh is a brand before anything is known of it.
func fresh(r *ui.Request) brand.Brand {
	zone := r.Person.Zone
	if zone == "" {
		zone = "Europe/Paris"
	}
	return brand.Brand{Language: r.Loc.Lang, Zone: zone, Week: time.Monday}
}

func (f *Face) make(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	b, err := f.brands.Make(r.Context(), r.Actor, read(form))
	if err != nil && form.Refused(r, err) {
		return ui.Page(w, r, ui.Frame{Title: r.T("brand.new.title"), Status: http.StatusUnprocessableEntity}, newPage(form, fresh(r)))
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("brand.made", "name", b.Name)})
	return ui.Redirect(w, r, "/b/"+string(b.ID)+"/settings/channels")
}

func (f *Face) settings(w http.ResponseWriter, r *ui.Request) error {
	return f.settingsPage(w, r, nil, nil)
}

// settingsPage shows the settings; form is a refused edit, gone a refused
// archiving.
func (f *Face) settingsPage(w http.ResponseWriter, r *ui.Request, form, gone *ui.Form) error {
	fr := ui.Frame{Title: r.T("brand.settings.title"), Sub: r.Brand.Name, Active: "settings"}
	if form != nil || gone != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, settingsPage(settingsView{brand: r.Brand, form: form, gone: gone, tabs: r.SettingsTabs("settings"),
		edit: r.May(team.EditBrand), remove: r.May(team.RemoveBrand)}))
}

func (f *Face) edit(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(form.Get("version"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "").Because(err)
	}
	_, err = f.brands.Edit(r.Context(), r.Actor, r.Brand.ID, version, read(form))
	if err != nil && form.Refused(r, err) {
		// r.Brand was read by this request: who reads the warning and saves
		// again means it.
		return f.settingsPage(w, r, form, nil)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("brand.saved")})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/settings")
}

func (f *Face) archive(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	err = f.brands.Archive(r.Context(), r.Actor, r.Brand.ID, form.Get("name"))
	if err != nil && form.Refused(r, err) {
		return f.settingsPage(w, r, nil, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("brand.archived", "name", r.Brand.Name), Undo: "/brands/" + string(r.Brand.ID) + "/restore"})
	return ui.Redirect(w, r, "/brands")
}

func (f *Face) restore(w http.ResponseWriter, r *ui.Request) error {
	b, err := ui.PathID[id.Brand](r, "archived")
	if err != nil {
		return err
	}
	if err := f.brands.Restore(r.Context(), r.Actor, b); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("brand.restored")})
	return ui.Redirect(w, r, "/brands")
}

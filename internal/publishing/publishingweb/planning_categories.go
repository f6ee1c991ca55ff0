package publishingweb

import (
	"net/http"
	"strconv"

	"vigie/internal/base/fault"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// categoriesView is the list of categories with the form of a new one, or the
// form of one.
type categoriesView struct {
	base   string
	tabs   []ui.Choice
	form   *ui.Form
	again  *ui.Form // of the evergreen
	list   []categoryLine
	one    publishing.Category // being edited; zero for a new one
	edit   bool
	colour string // the brand's
}

type categoryLine struct {
	publishing.Category
	Share string // "40 %" of the open hours; empty when it has none
	Slots int    // of its own, in a week
}

func (f *Face) categories(w http.ResponseWriter, r *ui.Request) error {
	return f.categoriesPage(w, r, nil)
}

func (f *Face) categoriesPage(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	all, err := f.Room.Categories(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	slots, err := f.Room.Slots(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return err
	}
	v := f.categoriesView(r, form)
	v.one.Weight = 1
	sum := 0
	for _, k := range all {
		if !k.Paused {
			sum += k.Weight
		}
	}
	for _, k := range all {
		l := categoryLine{Category: k}
		if !k.Paused && k.Weight > 0 {
			l.Share = r.Loc.Percent(float64(k.Weight)/float64(sum), 0)
		}
		for _, s := range slots {
			if s.Category == k.ID {
				l.Slots++
			}
		}
		v.list = append(v.list, l)
	}
	fr := ui.Frame{Title: r.T("queue.categories"), Sub: r.Brand.Name, Active: "settings"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, categoriesPage(v))
}

func (f *Face) categoriesView(r *ui.Request, form *ui.Form) categoriesView {
	return categoriesView{base: "/b/" + string(r.Brand.ID), tabs: r.SettingsTabs("slots"), form: form, edit: r.May(team.PublishPosts), colour: r.Brand.Colour}
}

// category is the form of one.
func (f *Face) category(w http.ResponseWriter, r *ui.Request) error {
	k, err := f.categoryOf(r)
	if err != nil {
		return err
	}
	return f.categoryPage(w, r, k, nil, nil)
}

func (f *Face) categoryPage(w http.ResponseWriter, r *ui.Request, k publishing.Category, form, again *ui.Form) error {
	v := f.categoriesView(r, form)
	v.one, v.again = k, again
	fr := ui.Frame{Title: k.Name, Sub: r.T("queue.categories"), Active: "settings"}
	if form != nil || again != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, categoryPage(v))
}

// categoryOf is the category of the path.
func (f *Face) categoryOf(r *ui.Request) (publishing.Category, error) {
	want, err := ui.PathID[publishing.CategoryID](r, "category")
	if err != nil {
		return publishing.Category{}, err
	}
	all, err := f.Room.Categories(r.Context(), r.Actor, r.Brand.ID)
	if err != nil {
		return publishing.Category{}, err
	}
	for _, k := range all {
		if k.ID == want {
			return k, nil
		}
	}
	return publishing.Category{}, fault.New(fault.NotFound, "")
}

// saveCategory makes a category, or changes the one of the path.
func (f *Face) saveCategory(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	k := publishing.Category{}
	if r.PathValue("category") != "" {
		if k, err = f.categoryOf(r); err != nil {
			return err
		}
	}
	before := k
	k.Name, k.Colour = form.Get("name"), form.Get("colour")
	if k.Weight, err = strconv.Atoi(form.Get("weight")); err != nil {
		k.Weight = -1 // no number: refused at its field
	}
	saved, err := f.Room.SaveCategory(r.Context(), r.Actor, r.Brand.ID, k)
	if err != nil && form.Refused(r, err) {
		if k.ID != "" {
			return f.categoryPage(w, r, before, form, nil)
		}
		return f.categoriesPage(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("queue.saved", "name", saved.Name)})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/settings/categories")
}

func (f *Face) removeCategory(w http.ResponseWriter, r *ui.Request) error {
	k, err := f.categoryOf(r)
	if err != nil {
		return err
	}
	if err := f.Room.RemoveCategory(r.Context(), r.Actor, r.Brand.ID, k.ID); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("queue.removed", "name", k.Name)})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/settings/categories")
}

package publishingweb

import (
	"net/http"
	"strconv"

	"vigie/internal/base/fault"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// pauseRoutes are the pause of a category, what it holds, and its evergreen.
func (f *Face) pauseRoutes() []ui.Route {
	const one = "/b/{brand}/settings/categories/{category}"
	publish := ui.In(team.PublishPosts)
	return []ui.Route{
		{Method: "GET", Path: one + "/pause", Guard: publish, Handle: f.pausePage},
		{Method: "POST", Path: one + "/pause", Guard: publish, Handle: f.pauseCategory},
		{Method: "POST", Path: one + "/evergreen", Guard: publish, Handle: f.saveEvergreen},
	}
}

// pauseView asks what becomes of what is planned, or of what missed its hour.
type pauseView struct {
	base string
	cat  publishing.Category
	hold publishing.Hold
}

func (f *Face) pausePage(w http.ResponseWriter, r *ui.Request) error {
	k, err := f.categoryOf(r)
	if err != nil {
		return err
	}
	hold, err := f.Room.HoldOf(r.Context(), r.Actor, r.Brand.ID, k.ID)
	if err != nil {
		return err
	}
	title := r.T("queue.pause_name", "name", k.Name)
	if k.Paused {
		title = r.T("queue.resume_name", "name", k.Name)
	}
	return ui.Page(w, r, ui.Frame{Title: title, Sub: r.T("queue.title"), Active: "calendar"}, queuePausePage(pauseView{base: "/b/" + string(r.Brand.ID), cat: k, hold: hold}))
}

// pauseCategory pauses a category or lets it go on. Where something is planned,
// or missed its hour, it is asked once what becomes of it.
func (f *Face) pauseCategory(w http.ResponseWriter, r *ui.Request) error {
	ctx, b := r.Context(), r.Brand.ID
	k, err := f.categoryOf(r)
	if err != nil {
		return err
	}
	at := "/b/" + string(b) + "/settings/categories/" + string(k.ID) + "/pause"
	hold := r.FormValue("hold")
	if r.FormValue("paused") != "1" {
		done, err := f.Room.ResumeCategory(ctx, r.Actor, b, k.ID, publishing.Late(r.FormValue("late")))
		if fault.Is(err, fault.Invalid) && r.FormValue("late") == "" {
			return ui.Redirect(w, r, at) // some missed their hour: what becomes of them?
		}
		if err != nil {
			return err
		}
		text := r.T("queue.resumed", "name", k.Name)
		for _, s := range []struct {
			key string
			n   int
		}{{"queue.resumed_freed", done.Freed}, {"queue.resumed_moved", done.Moved}, {"queue.resumed_drafts", done.Drafts}} {
			if s.n > 0 {
				text += " " + r.T(s.key, "n", s.n)
			}
		}
		ui.Say(r, ui.Toast{Text: text, Undo: at + "?paused=1&hold=" + undoHold(done)})
		return ui.Redirect(w, r, "/b/"+string(b)+"/queue")
	}
	if hold == "" {
		h, err := f.Room.HoldOf(ctx, r.Actor, b, k.ID)
		if err != nil {
			return err
		}
		if h.Planned > 0 {
			return ui.Redirect(w, r, at)
		}
	}
	held, err := f.Room.PauseCategory(ctx, r.Actor, b, k.ID, hold == "1")
	if err != nil {
		return err
	}
	text := r.T("queue.paused_now", "name", k.Name)
	if held > 0 {
		text = r.T("queue.paused_held", "name", k.Name, "n", held)
	}
	ui.Say(r, ui.Toast{Text: text, Undo: at + "?paused=0"})
	return ui.Redirect(w, r, "/b/"+string(b)+"/queue")
}

// undoHold says whether the undo of a resumption holds posts again.
func undoHold(done publishing.Resumed) string {
	if done.Freed+done.Moved > 0 {
		return "1"
	}
	return "0"
}

// saveEvergreen says whether the category begins again when its queue is empty.
func (f *Face) saveEvergreen(w http.ResponseWriter, r *ui.Request) error {
	k, err := f.categoryOf(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	e := publishing.Evergreen{On: form.Get("on") == "1"}
	for name, into := range map[string]*int{"after": &e.After, "times": &e.Times} {
		if *into, err = strconv.Atoi(form.Get(name)); err != nil {
			*into = -1 // no number: refused at its field
		}
	}
	if _, err = f.Room.SetEvergreen(r.Context(), r.Actor, r.Brand.ID, k.ID, e); err != nil && form.Refused(r, err) {
		return f.categoryPage(w, r, k, nil, form)
	}
	if err != nil {
		return err
	}
	say := "queue.evergreen_off"
	if e.On {
		say = "queue.evergreen_on"
	}
	ui.Say(r, ui.Toast{Text: r.T(say, "name", k.Name)})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/queue")
}

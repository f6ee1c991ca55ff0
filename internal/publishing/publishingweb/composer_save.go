package publishingweb

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// when is the hour as the form says it.
type when struct {
	Mode       string // date, slot, now
	Date, Time string
}

func whenOf(v url.Values) when {
	w := when{Mode: v.Get("when"), Date: v.Get("date"), Time: v.Get("time")}
	if w.Mode != "slot" && w.Mode != "now" {
		w.Mode = "date"
	}
	return w
}

// wall is the hour on the brand's wall; empty while it is not whole.
func (w when) wall() clock.Wall {
	if w.Date == "" || w.Time == "" {
		return clock.Wall{}
	}
	return clock.Wall{Local: w.Date + "T" + w.Time[:min(5, len(w.Time))]}
}

// scripted tells whether our script asks: it wants JSON.
func scripted(r *ui.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// create makes the draft at the first save.
func (f *Face) create(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	d := fixed(draftOf(r.Form), form.Get("fix"))
	p, err := f.Room.Create(r.Context(), r.Actor, r.Brand.ID, editOf(d, f.took(r)))
	if err != nil {
		blank := publishing.Post{Brand: r.Brand.ID, Validation: publishing.Draft}
		return f.refused(w, r, blank, d, err)
	}
	return f.saved(w, r, p, d)
}

// save keeps what the form says and then does what its button asks.
func (f *Face) save(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := f.post(r)
	if err != nil {
		return err
	}
	d := fixed(draftOf(r.Form), form.Get("fix"))
	version, err := strconv.ParseInt(form.Get("version"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "").Because(err)
	}
	if !same(p, d) {
		// A save of what is already there is none, whatever its version.
		kept, err := f.Room.Save(r.Context(), r.Actor, r.Brand.ID, p.ID, version, editOf(d, f.took(r)))
		if err != nil {
			return f.refused(w, r, p, d, err)
		}
		p = kept
	}
	return f.saved(w, r, p, d)
}

// took is the time spent writing; nothing when the person has asked not to be
// measured.
func (f *Face) took(r *ui.Request) time.Duration {
	if r.Person.Private {
		return 0
	}
	return tookOf(r.Form)
}

// saved goes on after the words are kept: the wish for an hour, or the button.
func (f *Face) saved(w http.ResponseWriter, r *ui.Request, p publishing.Post, d publishing.Post) error {
	hour := whenOf(r.Form)
	var err error
	switch r.FormValue("do") {
	case "schedule":
		return f.scheduled(w, r, p, d, hour)
	case "now":
		return f.scheduled(w, r, p, d, when{Mode: "now"})
	}
	if r.FormValue("clear") == "1" && p.Badge == publishing.NoBadge && p.Planned.Local != "" {
		if err = f.Room.ClearHour(r.Context(), r.Actor, r.Brand.ID, p.ID); err == nil {
			p, err = f.Room.Get(r.Context(), r.Actor, r.Brand.ID, p.ID)
		}
		if err != nil {
			return f.refused(w, r, p, d, err)
		}
	}
	if to := hour.wall(); hour.Mode == "date" && to.Local != "" && to.Local != p.Planned.Local && p.Badge == publishing.NoBadge {
		if p, err = f.wish(r, p, to); err != nil {
			return f.refused(w, r, p, d, err)
		}
	}
	if scripted(r) {
		return f.answer(w, r, p, shown{when: hour})
	}
	if r.FormValue("fix") == "" {
		ui.Say(r, ui.Toast{Text: r.T("composer.kept")})
	}
	return ui.Redirect(w, r, postPath(r.Brand.ID, p.ID))
}

// wish puts a draft's hour on the calendar. A past hour is not an error while
// one still writes: the page says it beside the field.
func (f *Face) wish(r *ui.Request, p publishing.Post, to clock.Wall) (publishing.Post, error) {
	_, err := f.Room.PlanDraft(r.Context(), r.Actor, r.Brand.ID, p.ID, to)
	if fault.Is(err, fault.Invalid) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	return f.Room.Get(r.Context(), r.Actor, r.Brand.ID, p.ID)
}

func (f *Face) scheduled(w http.ResponseWriter, r *ui.Request, p, d publishing.Post, hour when) error {
	to := publishing.When{Wall: hour.wall(), Now: hour.Mode == "now"}
	if err := r.Actor.Require(r.Brand.ID, team.PublishPosts); err != nil {
		return err
	}
	if hour.Mode == "date" && to.Wall.Local == "" {
		return f.refused(w, r, p, d, fault.New(fault.Invalid, "publishing.no_hour").At("when"))
	}
	var done publishing.Planning
	var err error
	if hour.Mode == "slot" {
		done, err = f.Room.Enqueue(r.Context(), r.Actor, r.Brand.ID, p.ID, p.Version)
		if fault.Is(err, fault.NotFound) && fault.As(err).Key != "" {
			err = fault.New(fault.Invalid, fault.As(err).Key).At("when") // no free slot: something to correct on the page
		}
	} else {
		done, err = f.Room.Schedule(r.Context(), r.Actor, r.Brand.ID, p.ID, p.Version, to)
	}
	if err != nil {
		return f.refused(w, r, p, d, err)
	}
	undo := postPath(r.Brand.ID, p.ID) + "/unschedule"
	say := ui.Toast{Text: r.T("composer.scheduled", "when", r.Loc.DateTime(done.Post.At)), Undo: undo}
	if done.Post.Validation != publishing.Approved {
		say.Text = r.T("composer.submitted", "when", r.Loc.DateTime(done.Post.At))
	}
	switch {
	case hour.Mode == "now":
		say = ui.Toast{Text: r.T("composer.leaving")}
	case done.Fit == clock.Gap:
		say.Text = r.T("composer.scheduled_gap", "when", r.Loc.DateTime(done.Post.At))
	case done.Fit == clock.Twice:
		say.Text = r.T("composer.scheduled_twice", "when", r.Loc.DateTime(done.Post.At))
	}
	ui.Say(r, say)
	return ui.Redirect(w, r, postPath(r.Brand.ID, p.ID))
}

func channelsOf(p publishing.Post) []id.Channel {
	out := make([]id.Channel, len(p.Variants))
	for i, v := range p.Variants {
		out[i] = v.Channel
	}
	return out
}

// refused shows the form again with what was entered and why it was not kept.
// Nothing typed is ever lost to a refusal.
func (f *Face) refused(w http.ResponseWriter, r *ui.Request, p, d publishing.Post, err error) error {
	e := fault.As(err)
	if e.Kind != fault.Invalid && e.Kind != fault.Conflict && e.Kind != fault.Unsupported {
		return err
	}
	s := shown{draft: &d, when: whenOf(r.Form), fault: err}
	if e.Kind == fault.Conflict && p.ID != "" {
		now, rerr := f.Room.Get(r.Context(), r.Actor, r.Brand.ID, p.ID)
		if rerr != nil {
			return rerr
		}
		if now.Version != p.Version || r.FormValue("version") != strconv.FormatInt(now.Version, 10) {
			s.theirs = &now
		}
		p = now
	}
	if scripted(r) {
		return f.answer(w, r, p, s)
	}
	return f.page(w, r, p, s)
}

// answer is what our script gets: the version and the words as they are kept,
// and the parts of the page that follow from them.
func (f *Face) answer(w http.ResponseWriter, r *ui.Request, p publishing.Post, s shown) error {
	v, err := f.view(r, p, s)
	if err != nil {
		return err
	}
	html, err := v.fragments(r.Context())
	if err != nil {
		return err
	}
	out := map[string]any{"id": p.ID, "version": p.Version, "values": formOf(p), "html": html, "saved": v.savedText(), "who": v.names[p.Editor],
		"mine": p.Editor == r.Actor.Person, "url": postPath(r.Brand.ID, p.ID), "title": v.title()}
	status := http.StatusOK
	if s.fault != nil {
		status = fault.HTTPStatus(s.fault)
		out["title"], out["number"], out["status"] = r.Loc.Fault(s.fault), fault.Number(s.fault), status
		out["conflict"] = s.theirs != nil
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(out)
}

// state is what somebody else's save made of the post.
func (f *Face) state(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.post(r)
	if err != nil {
		return err
	}
	return f.answer(w, r, p, shown{})
}

// previewed shows what a form would look like, and keeps nothing.
func (f *Face) previewed(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := f.post(r)
	if err != nil {
		return err
	}
	d := fixed(draftOf(r.Form), form.Get("fix"))
	v, err := f.view(r, p, shown{draft: &d, when: whenOf(r.Form)})
	if err != nil {
		return err
	}
	return ui.Fragment(w, r, 0, previews(v))
}

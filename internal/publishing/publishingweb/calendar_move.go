package publishingweb

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/ui"
)

// maxTogether bounds the posts of one gesture: its undo travels in an address.
const maxTogether = 200

var (
	errTogether = fault.New(fault.Invalid, "publishing.calendar.together").At("post").With("max", maxTogether)
	errNothing  = fault.New(fault.Invalid, "publishing.calendar.nothing").At("post")
	errNoHour   = fault.New(fault.Invalid, "publishing.calendar.needs_hour").At("to")
	errDo       = fault.New(fault.Invalid, "publishing.calendar.nothing").At("do")
)

// done is what a gesture on the calendar answers to the script.
type done struct {
	Text  string             `json:"text"` // the toast
	Undo  string             `json:"undo,omitempty"`
	Moved []publishing.Moved `json:"moved,omitempty"`
}

// calendarMove gives posts other hours, all or none. post and to come in pairs;
// one to serves every post. A to of only a day keeps each post's hour.
func (f *Face) calendarMove(w http.ResponseWriter, r *ui.Request) error {
	posts, err := chosenPosts(r)
	if err != nil {
		return err
	}
	to := r.PostForm["to"]
	if len(to) != 1 && len(to) != len(posts) {
		return errNoHour
	}
	moves := make([]publishing.Move, len(posts))
	for i, p := range posts {
		moves[i] = publishing.Move{Post: p, To: clock.Wall{Local: to[min(i, len(to)-1)]}}
		if len(moves[i].To.Local) == len(dayLayout) {
			if moves[i].To.Local, err = f.keepHour(r, p, moves[i].To.Local); err != nil {
				return err
			}
		}
	}
	moved, err := f.Room.MoveTo(r.Context(), r.Actor, r.Brand.ID, moves...)
	if err != nil {
		return err
	}
	return answer(w, r, f.sayMoved(r, moved))
}

// keepHour is a post's hour on another day.
func (f *Face) keepHour(r *ui.Request, p id.Post, day string) (string, error) {
	seen, err := f.Room.Get(r.Context(), r.Actor, r.Brand.ID, p)
	if err != nil {
		return "", err
	}
	if len(seen.Planned.Local) != len(clock.WallLayout) {
		return "", errNoHour
	}
	return day + seen.Planned.Local[len(dayLayout):], nil
}

func (f *Face) sayMoved(r *ui.Request, moved []publishing.Moved) done {
	d := done{Moved: moved}
	var back undo
	for _, m := range moved {
		if m.From.Local != "" {
			back.Move = append(back.Move, undoMove{m.Post, m.From.Local, m.From.Zone})
		}
	}
	d.Undo = back.address(r)
	if len(moved) != 1 {
		d.Text = r.T("publishing.calendar.moved_n", "n", len(moved))
	} else {
		d.Text = r.T("publishing.calendar.moved", "when", f.whenWords(r, moved[0].To))
	}
	// What the clocks do that night is said with the first hour it touches.
	for _, m := range moved {
		if words := fitWords(r, m.To, m.Fit); words != "" {
			d.Text += " " + words
			break
		}
	}
	return d
}

func (f *Face) whenWords(r *ui.Request, w clock.Wall) string {
	at, _, err := w.Instant()
	if err != nil {
		return w.Local
	}
	return r.Loc.In(w.Zone).DateTime(at)
}

// fitWords says how an hour of the night on which the clocks change is meant;
// empty on all others.
func fitWords(r *ui.Request, w clock.Wall, fit clock.Fit) string {
	at, _, err := w.Instant()
	if err != nil || len(w.Local) != len(clock.WallLayout) {
		return ""
	}
	switch fit {
	case clock.Gap:
		return r.T("publishing.calendar.fit_gap", "hour", w.Local[len(dayLayout)+1:], "real", r.Loc.In(w.Zone).Time(at))
	case clock.Twice:
		return r.T("publishing.calendar.fit_twice", "hour", w.Local[len(dayLayout)+1:])
	}
	return ""
}

// calendarDo bins posts, takes them back to drafts or schedules them at the
// hour they wish.
func (f *Face) calendarDo(w http.ResponseWriter, r *ui.Request) error {
	posts, err := chosenPosts(r)
	if err != nil {
		return err
	}
	ctx, b := r.Context(), r.Brand.ID
	var before []publishing.Post
	for _, p := range posts {
		seen, err := f.Room.Get(ctx, r.Actor, b, p)
		if err != nil {
			return err
		}
		before = append(before, seen)
	}
	var d done
	var back undo
	for _, p := range before {
		if p.Badge == publishing.Scheduled || p.Badge == publishing.OnHold {
			back.Schedule = append(back.Schedule, undoMove{p.ID, p.Planned.Local, p.Planned.Zone})
		}
	}
	switch r.PostForm.Get("do") {
	case "bin":
		if err := f.Room.Bin(ctx, r.Actor, b, posts...); err != nil {
			return err
		}
		back.Unbin = posts
		d.Text = r.T("publishing.calendar.binned", "n", len(posts))
	case "unschedule":
		if err := f.Room.Unschedule(ctx, r.Actor, b, posts...); err != nil {
			return err
		}
		d.Text = r.T("publishing.calendar.unscheduled", "n", len(posts))
	case "schedule":
		back = undo{}
		for _, p := range before {
			if p.Planned.Local == "" {
				return errNoHour
			}
		}
		for _, p := range before {
			if p.Badge != publishing.NoBadge {
				continue
			}
			if _, err := f.Room.Schedule(ctx, r.Actor, b, p.ID, p.Version, publishing.When{Wall: p.Planned}); err != nil {
				return err
			}
			back.Draft = append(back.Draft, p.ID)
		}
		d.Text = r.T("publishing.calendar.scheduled", "n", len(back.Draft))
	default:
		return errDo
	}
	d.Undo = back.address(r)
	return answer(w, r, d)
}

// chosenPosts are the posts of a form.
func chosenPosts(r *ui.Request) ([]id.Post, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fault.New(fault.Invalid, "").Because(err)
	}
	list := r.PostForm["post"]
	switch {
	case len(list) == 0:
		return nil, errNothing
	case len(list) > maxTogether:
		return nil, errTogether
	}
	out := make([]id.Post, len(list))
	for i, s := range list {
		p, err := id.Parse[id.Post](s)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}

// answer speaks JSON to the script; without one, the toast is shown on the
// calendar.
func answer(w http.ResponseWriter, r *ui.Request, d done) error {
	if r.Header.Get("Accept") != "application/json" {
		ui.Say(r, ui.Toast{Text: d.Text, Undo: d.Undo})
		return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/calendar")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	return json.NewEncoder(w).Encode(d)
}

// undo is the way back from a gesture. It travels in the address of the undo
// and proves nothing: every verb asks again what the person may do.
type undo struct {
	Unbin    []id.Post  `json:"u,omitempty"`
	Schedule []undoMove `json:"s,omitempty"`
	Move     []undoMove `json:"m,omitempty"`
	Draft    []id.Post  `json:"d,omitempty"`
}

type undoMove struct {
	Post  id.Post `json:"p"`
	Local string  `json:"l"`
	Zone  string  `json:"z"`
}

func (u undo) address(r *ui.Request) string {
	if len(u.Unbin)+len(u.Schedule)+len(u.Move)+len(u.Draft) == 0 {
		return ""
	}
	b, err := json.Marshal(u)
	if err != nil {
		return ""
	}
	return "/b/" + string(r.Brand.ID) + "/calendar/undo?" + url.Values{"back": {base64.RawURLEncoding.EncodeToString(b)}}.Encode()
}

// calendarUndo takes a gesture back.
func (f *Face) calendarUndo(w http.ResponseWriter, r *ui.Request) error {
	var u undo
	raw, err := base64.RawURLEncoding.DecodeString(r.URL.Query().Get("back"))
	if err != nil || json.Unmarshal(raw, &u) != nil || len(u.Unbin) > maxTogether || len(u.Schedule) > maxTogether || len(u.Move) > maxTogether || len(u.Draft) > maxTogether {
		return fault.New(fault.Invalid, "").At("back").Because(err)
	}
	ctx, b := r.Context(), r.Brand.ID
	if len(u.Unbin) > 0 {
		if err := f.Room.Unbin(ctx, r.Actor, b, u.Unbin...); err != nil {
			return err
		}
	}
	for _, m := range u.Schedule {
		p, err := f.Room.Get(ctx, r.Actor, b, m.Post)
		if err != nil {
			return err
		}
		if _, err := f.Room.Schedule(ctx, r.Actor, b, m.Post, p.Version, publishing.When{Wall: clock.Wall{Local: m.Local, Zone: m.Zone}}); err != nil {
			return err
		}
	}
	if len(u.Move) > 0 {
		var moves []publishing.Move
		for _, m := range u.Move {
			moves = append(moves, publishing.Move{Post: m.Post, To: clock.Wall{Local: m.Local, Zone: m.Zone}})
		}
		if _, err := f.Room.MoveTo(ctx, r.Actor, b, moves...); err != nil {
			return err
		}
	}
	if len(u.Draft) > 0 {
		if err := f.Room.Unschedule(ctx, r.Actor, b, u.Draft...); err != nil {
			return err
		}
	}
	return answer(w, r, done{Text: r.T("publishing.calendar.undone")})
}

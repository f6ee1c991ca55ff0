package inboxweb

import (
	"net/http"
	"strconv"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/inbox"
	"vigie/internal/ui"
)

func (f *Face) note(w http.ResponseWriter, r *ui.Request) error {
	c, err := conversation(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = f.Room.AddNote(r.Context(), r.Actor, r.Brand.ID, c, form.Get("note"))
	if err != nil && form.Refused(r, err) {
		return f.talkPage(w, r, func(v *view) { v.note = form })
	}
	if err != nil {
		return err
	}
	return said(w, r, done{Text: r.T("inbox.noted")}, filterBack(r, c)+"#fiche")
}

func (f *Face) unnote(w http.ResponseWriter, r *ui.Request) error {
	c, err := conversation(r)
	if err != nil {
		return err
	}
	n, err := ui.PathID[inbox.NoteID](r, "note")
	if err != nil {
		return err
	}
	if err := f.Room.There(r.Context(), r.Actor, r.Brand.ID, c); err != nil {
		return err
	}
	if err := f.Room.RemoveNote(r.Context(), r.Actor, r.Brand.ID, n); err != nil {
		return err
	}
	return said(w, r, done{Text: r.T("inbox.unnoted")}, filterBack(r, c)+"#fiche")
}

// replyOf reads an answer from its form.
func replyOf(r *ui.Request, form *ui.Form) inbox.Reply {
	in := inbox.Reply{Text: form.Get("text"), Private: form.On("private"), Saved: form.Get("saved"), Anyway: form.On("anyway")}
	if to := form.Get("to"); id.Valid(to) {
		in.To = inbox.MessageID(to)
	}
	if key := form.Get("answer"); id.Valid(key) {
		in.ID = id.Post(key)
	}
	if ms, err := strconv.ParseInt(form.Get("seen"), 10, 64); err == nil {
		in.Seen = time.UnixMilli(ms)
	}
	if form.Get("then") == string(inbox.Waiting) {
		in.Then = inbox.Waiting
	}
	return in
}

// written is what the box is told when its words are kept.
type written struct {
	Saved    bool    `json:"saved"`
	Count    int     `json:"count"`
	Most     int     `json:"most"`
	Text     string  `json:"text,omitempty"`
	Problems []wrong `json:"problems"`
}

type wrong struct {
	Text  string `json:"text"`
	Stops bool   `json:"stops"`
}

// draft keeps what she is writing, and says how long it is and what stands in
// its way.
func (f *Face) draft(w http.ResponseWriter, r *ui.Request) error {
	c, err := conversation(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	if _, err := f.Room.KeepDraft(r.Context(), r.Actor, r.Brand.ID, c, form.Get("text")); err != nil {
		return err
	}
	out := written{Saved: true, Problems: []wrong{}}
	seen, err := f.Room.Preview(r.Context(), r.Actor, r.Brand.ID, c, replyOf(r, form))
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Unsupported), fault.Is(err, fault.Conflict):
		if form.Get("text") != "" {
			out.Problems = append(out.Problems, wrong{r.Loc.Fault(err), true})
		}
	case err != nil:
		return err
	default:
		out.Count, out.Most = seen.Count, seen.Most
		if seen.Text != form.Get("text") {
			out.Text = seen.Text
		}
		out.Problems = troubles(r, seen)
	}
	if !scripted(r) {
		return ui.Redirect(w, r, filterBack(r, c))
	}
	return asJSON(w, http.StatusOK, out)
}

func troubles(r *ui.Request, seen inbox.Seen) []wrong {
	out := []wrong{}
	for _, p := range seen.Problems {
		var pairs []any
		for k, v := range p.Values {
			pairs = append(pairs, k, v)
		}
		text := r.T(p.Key, pairs...)
		if p.Why != "" {
			text += " " + p.Why
		}
		out = append(out, wrong{text, p.Stops})
	}
	return out
}

func (f *Face) answer(w http.ResponseWriter, r *ui.Request) error {
	c, err := conversation(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	in := replyOf(r, form)
	answer, err := f.Room.Reply(r.Context(), r.Actor, r.Brand.ID, c, in)
	if e := fault.As(err); err != nil && e.Kind == fault.Conflict && e.Field == "anyway" {
		h := collision(f, r, e)
		return f.talkPage(w, r, func(v *view) { v.form, v.hit = form, h })
	}
	if err != nil && form.Refused(r, err) {
		return f.talkPage(w, r, func(v *view) { v.form = form })
	}
	if err != nil {
		return err
	}
	if err := f.Room.MarkRead(r.Context(), r.Actor, r.Brand.ID, []inbox.ConversationID{c}, r.Loc.Now()); err != nil {
		return err
	}
	return said(w, r, done{Text: r.T("inbox.leaves"), Undo: pathOf(r.Brand.ID, c) + "/answers/" + string(answer) + "/take-back"}, filterBack(r, c))
}

// collision says who answered meanwhile.
func collision(f *Face, r *ui.Request, e *fault.Error) *hit {
	h := &hit{Who: r.T("inbox.someone")}
	who, _ := e.Values["who"].(string)
	if who == "" {
		h.Who = r.T("inbox.other_tool")
	} else if names, _ := f.Names(r.Context(), r.Actor, r.Brand.ID); names[id.Person(who)] != "" {
		h.Who = names[id.Person(who)]
	}
	if ms, ok := e.Values["at"].(int64); ok {
		h.At = time.UnixMilli(ms)
	}
	return h
}

func (f *Face) takeBack(w http.ResponseWriter, r *ui.Request) error {
	c, err := conversation(r)
	if err != nil {
		return err
	}
	post, err := ui.PathID[id.Post](r, "reply")
	if err != nil {
		return err
	}
	if err := f.Room.TakeBack(r.Context(), r.Actor, r.Brand.ID, c, post); err != nil {
		return err
	}
	return said(w, r, done{Text: r.T("inbox.taken_back")}, filterBack(r, c))
}

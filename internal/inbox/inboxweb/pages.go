package inboxweb

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/inbox"
	"vigie/internal/ui"
)

func (f *Face) list(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.view(r)
	if err != nil {
		return err
	}
	return ui.Page(w, r, v.frame(), inboxPage(v))
}

// conversation is that of the path.
func conversation(r *ui.Request) (inbox.ConversationID, error) {
	return ui.PathID[inbox.ConversationID](r, "conversation")
}

func (f *Face) talk(w http.ResponseWriter, r *ui.Request) error { return f.talkPage(w, r, nil) }

// talkPage shows a conversation beside the list; change, with what a refused
// form holds.
func (f *Face) talkPage(w http.ResponseWriter, r *ui.Request, change func(*view)) error {
	c, err := conversation(r)
	if err != nil {
		return err
	}
	var until time.Time
	if ms, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64); err == nil {
		until = time.UnixMilli(ms)
	}
	seen := r.Loc.Now() // before it is read: who answers in between is seen as new
	t, err := f.Room.Read(r.Context(), r.Actor, r.Brand.ID, c, until)
	if err != nil {
		return err
	}
	v, err := f.view(r)
	if err != nil {
		return err
	}
	v.talk, v.now = &t, seen
	if t.Earlier && len(t.Messages) > 0 {
		first := t.Messages[0].At
		for _, m := range t.Messages {
			if m.At.Before(first) {
				first = m.At
			}
		}
		v.older = pathOf(r.Brand.ID, t.ID) + "?before=" + strconv.FormatInt(first.UnixMilli(), 10)
	}
	if err := f.propose(r, v); err != nil {
		return err
	}
	fr := v.frame()
	if change != nil {
		change(v)
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, inboxPage(v))
}

// deedOf reads what is to be done.
func deedOf(r *ui.Request) (inbox.Deed, error) {
	var d inbox.Deed
	switch what := r.FormValue("do"); what {
	case "open", "waiting", "done":
		d.State = inbox.State(what)
	case "snooze":
		at, err := time.Parse(time.RFC3339, r.FormValue("until"))
		if err != nil {
			return d, fault.New(fault.Invalid, "inbox.until_past").At("until")
		}
		d.State, d.Until = inbox.Snoozed, at
	case "assign":
		d.Assign = id.Person(r.FormValue("to"))
		if d.Assign == "me" {
			d.Assign = r.Actor.Person
		}
		if d.Assign == "" {
			d.Assign = inbox.Nobody
		}
	default:
		return d, fault.New(fault.Invalid, "inbox.state_unknown").At("do")
	}
	return d, nil
}

// told says what was done, in the person's words.
func (f *Face) told(r *ui.Request, d inbox.Deed, c inbox.Change) done {
	if c.ID == "" {
		return done{}
	}
	key := "inbox.did." + string(d.State)
	pairs := []any{"n", c.N}
	if d.Assign != "" {
		key = "inbox.did.assigned"
		names, _ := f.Names(r.Context(), r.Actor, r.Brand.ID)
		if d.Assign == inbox.Nobody {
			key = "inbox.did.unassigned"
		}
		pairs = append(pairs, "who", names[d.Assign])
	}
	if d.State == inbox.Snoozed {
		pairs = append(pairs, "when", r.Loc.In(r.Brand.Zone).When(d.Until))
	}
	return done{Text: r.T(key, pairs...), Undo: base(r.Brand.ID) + "/changes/" + string(c.ID) + "/undo"}
}

func (f *Face) do(w http.ResponseWriter, r *ui.Request) error {
	c, err := conversation(r)
	if err != nil {
		return err
	}
	if err := f.Room.There(r.Context(), r.Actor, r.Brand.ID, c); err != nil {
		return err
	}
	return f.apply(w, r, []inbox.ConversationID{c}, func() string { return filterBack(r, c) })
}

// filterBack is the conversation in the list it was opened from.
func filterBack(r *ui.Request, c inbox.ConversationID) string {
	at := here(r)
	_, q, _ := strings.Cut(at, "?")
	out := pathOf(r.Brand.ID, c)
	if q != "" {
		out += "?" + q
	}
	return out
}

func (f *Face) many(w http.ResponseWriter, r *ui.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "").Because(err)
	}
	ids, err := chosen(r)
	if err != nil {
		return err
	}
	return f.apply(w, r, ids, func() string { return here(r) })
}

// chosen are the conversations of a form.
func chosen(r *ui.Request) ([]inbox.ConversationID, error) {
	var out []inbox.ConversationID
	for _, c := range r.Form["conversation"] {
		one, err := id.Parse[inbox.ConversationID](c)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func (f *Face) apply(w http.ResponseWriter, r *ui.Request, ids []inbox.ConversationID, back func() string) error {
	if r.FormValue("do") == "unread" {
		if err := f.Room.MarkRead(r.Context(), r.Actor, r.Brand.ID, ids, time.Time{}); err != nil {
			return err
		}
		return said(w, r, done{Text: r.T("inbox.did.unread", "n", len(ids))}, here(r))
	}
	d, err := deedOf(r)
	if err != nil {
		return err
	}
	c, err := f.Room.Do(r.Context(), r.Actor, r.Brand.ID, ids, d)
	if err != nil {
		return err
	}
	if d.State == inbox.Done {
		// Who says that it is done has seen it.
		if err := f.Room.MarkRead(r.Context(), r.Actor, r.Brand.ID, ids, r.Loc.Now()); err != nil {
			return err
		}
	}
	return said(w, r, f.told(r, d, c), back())
}

func (f *Face) undo(w http.ResponseWriter, r *ui.Request) error {
	change, err := ui.PathID[inbox.ChangeID](r, "change")
	if err != nil {
		return err
	}
	n, err := f.Room.Undo(r.Context(), r.Actor, r.Brand.ID, change)
	if err != nil {
		return err
	}
	return said(w, r, done{Text: r.T("inbox.undone", "n", n)}, here(r))
}

func (f *Face) read(w http.ResponseWriter, r *ui.Request) error {
	c, err := conversation(r)
	if err != nil {
		return err
	}
	return f.mark(w, r, []inbox.ConversationID{c})
}

func (f *Face) readMany(w http.ResponseWriter, r *ui.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "").Because(err)
	}
	ids, err := chosen(r)
	if err != nil {
		return err
	}
	return f.mark(w, r, ids)
}

// mark keeps that she has read until an hour that the page names: what came
// since is still new.
func (f *Face) mark(w http.ResponseWriter, r *ui.Request, ids []inbox.ConversationID) error {
	until := r.Loc.Now()
	if ms, err := strconv.ParseInt(r.FormValue("until"), 10, 64); err == nil && time.UnixMilli(ms).Before(until) {
		until = time.UnixMilli(ms)
	}
	if err := f.Room.MarkRead(r.Context(), r.Actor, r.Brand.ID, ids, until); err != nil {
		return err
	}
	return said(w, r, done{}, here(r))
}

func (f *Face) saveView(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.Room.SaveView(r.Context(), r.Actor, r.Brand.ID, r.FormValue("name"), r.FormValue("list"))
	if err != nil {
		return err
	}
	return said(w, r, done{Text: r.T("inbox.view_saved", "name", v.Name)}, here(r))
}

func (f *Face) removeView(w http.ResponseWriter, r *ui.Request) error {
	v, err := ui.PathID[inbox.ViewID](r, "view")
	if err != nil {
		return err
	}
	if err := f.Room.RemoveView(r.Context(), r.Actor, r.Brand.ID, v); err != nil {
		return err
	}
	return said(w, r, done{Text: r.T("inbox.view_removed")}, here(r))
}

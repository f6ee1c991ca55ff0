package mastodontest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
)

var langRE = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)

// createStatus checks in the order of PostStatusService: parent, idempotency,
// media, then text.
func (q *request) createStatus() (any, error) {
	s := q.s
	if q.params["poll"] != nil || q.str("scheduled_at") != "" {
		s.complain(q.r, "polls and scheduled posts are not in this fake")
		return nil, no(422, "Unsupported by the fake")
	}
	s.mu.Lock()
	parent := q.str("in_reply_to_id")
	if p := s.byID[parent]; parent != "" && (p == nil || p.Gone || !q.sees(p)) {
		s.mu.Unlock()
		return nil, no(404, "The post you are trying to reply to does not appear to exist.")
	}
	key := q.r.Header.Get("Idempotency-Key")
	if old, ok := s.keys[q.who.ID+"\x00"+key]; ok && key != "" && !s.o.GoToSocial && s.now().Sub(old.at) < time.Hour {
		st := s.byID[old.status]
		s.mu.Unlock()
		return q.show(st), nil
	}
	s.mu.Unlock()

	st := &Status{
		Account: q.who.ID, Text: q.str("status"), Spoiler: q.str("spoiler_text"), InReplyTo: parent, Key: key,
		Visibility: cmp.Or(q.str("visibility"), q.who.Privacy), Language: q.str("language"), Media: q.list("media_ids"),
	}
	st.Sensitive = q.truth("sensitive") || st.Spoiler != ""
	if q.app != nil {
		st.App = q.app.Name
	}
	if err := q.check(st, ""); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// Checked again under the lock: two calls may have come together.
	if err := q.mediaFit(st, ""); err != nil {
		return nil, err
	}
	s.add(st)
	for _, id := range st.Media {
		m := s.media[id]
		m.Status = st.ID
		s.write("media", m)
	}
	if key != "" {
		s.keys[q.who.ID+"\x00"+key] = idem{st.ID, s.now()}
	}
	return q.showLocked(st), nil
}

func (q *request) check(st *Status, editing string) error {
	s := q.s
	if !slices.Contains([]string{"public", "unlisted", "private", "direct"}, st.Visibility) {
		return no(422, "Validation failed: Visibility is not included in the list")
	}
	if st.Language != "" && !langRE.MatchString(st.Language) {
		s.complain(q.r, "language %q is no ISO 639 code", st.Language)
	}
	if len(st.Media) > s.o.MaxMedia {
		return no(422, "Cannot attach more than %d files", s.o.MaxMedia)
	}
	s.mu.Lock()
	err := q.mediaFit(st, editing)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if strings.TrimSpace(st.Text) == "" && st.Spoiler != "" {
		st.Text, st.Spoiler = st.Spoiler, ""
	}
	if strings.TrimSpace(st.Text) == "" && len(st.Media) == 0 {
		return no(422, "Validation failed: Text can't be blank")
	}
	if n := s.countable(st.Text, st.Spoiler); n > s.o.MaxChars {
		return no(422, "Validation failed: Text character limit of %d exceeded", s.o.MaxChars)
	}
	return nil
}

// mediaFit wants every media to be the author's, free, and ready.
func (q *request) mediaFit(st *Status, editing string) error {
	var missing []string
	ready := true
	for _, id := range st.Media {
		m := q.s.media[id]
		if m == nil || m.Account != q.who.ID || m.Status != "" && m.Status != editing {
			missing = append(missing, id)
			continue
		}
		ready = ready && m.Polls == 0
	}
	switch {
	case len(missing) > 0 && q.s.o.GoToSocial:
		return no(400, "Bad Request: media with id %s already attached to a status", missing[0])
	case len(missing) > 0:
		return no(422, "Media %s not found or already attached to another post", strings.Join(missing, ", "))
	case !ready:
		return no(422, "Cannot attach files that have not finished processing. Try again in a moment!")
	}
	return nil
}

// sees is true when the caller may read the post. The caller holds s.mu.
func (q *request) sees(st *Status) bool {
	if q.who != nil && st.Account == q.who.ID {
		return true
	}
	if q.who != nil && slices.Contains(q.s.named(st), q.who.ID) {
		return true
	}
	return st.Visibility == "public" || st.Visibility == "unlisted"
}

// found is the post the path names, when the caller may see it.
func (q *request) found(own bool) (*Status, error) {
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	st := q.s.byID[q.r.PathValue("id")]
	if st == nil || st.Gone || !q.sees(st) || own && st.Account != q.who.ID {
		return nil, no(404, "Record not found")
	}
	return st, nil
}

func (q *request) getStatus() (any, error) {
	st, err := q.found(false)
	if err != nil {
		return nil, err
	}
	return q.show(st), nil
}

func (q *request) editStatus() (any, error) {
	st, err := q.found(true)
	if err != nil {
		return nil, err
	}
	next := *st
	next.Text, next.Spoiler = q.str("status"), q.str("spoiler_text")
	next.Sensitive = q.truth("sensitive") || next.Spoiler != ""
	next.Media = q.list("media_ids")
	next.Language = cmp.Or(q.str("language"), st.Language)
	if err := q.check(&next, st.ID); err != nil {
		return nil, err
	}
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	next.Edited = q.s.now()
	*st = next
	q.s.write("status", st)
	q.s.push("status.update", st, append(q.s.named(st), st.Account)...)
	return q.showLocked(st), nil
}

func (q *request) deleteStatus() (any, error) {
	st, err := q.found(true)
	if err != nil {
		return nil, err
	}
	answer := q.show(st)
	answer["text"] = st.Text // for "delete and redraft"
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	st.Gone = true
	for _, id := range st.Media {
		q.s.media[id].Status = "" // free again for the redraft
		q.s.write("media", q.s.media[id])
	}
	q.s.write("status", st)
	q.s.push("delete", st, append(q.s.named(st), st.Account)...)
	return answer, nil
}

func (q *request) source() (any, error) {
	st, err := q.found(true)
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": st.ID, "text": st.Text, "spoiler_text": st.Spoiler}, nil
}

func (q *request) context() (any, error) {
	st, err := q.found(false)
	if err != nil {
		return nil, err
	}
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	up, down := []any{}, []any{}
	for p := q.s.byID[st.InReplyTo]; p != nil; p = q.s.byID[p.InReplyTo] {
		if !p.Gone && q.sees(p) {
			up = append([]any{q.showLocked(p)}, up...)
		}
	}
	family := map[string]bool{st.ID: true}
	for _, c := range q.s.statuses {
		if family[c.InReplyTo] && !c.Gone && q.sees(c) {
			family[c.ID] = true
			down = append(down, q.showLocked(c))
		}
	}
	return map[string]any{"ancestors": up, "descendants": down}, nil
}

func (q *request) favourite() (any, error)   { return q.like(true) }
func (q *request) unfavourite() (any, error) { return q.like(false) }

func (q *request) like(on bool) (any, error) {
	st, err := q.found(false)
	if err != nil {
		return nil, err
	}
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	have := slices.Contains(st.Favourites, q.who.ID)
	if on && !have {
		st.Favourites = append(st.Favourites, q.who.ID)
		q.s.notify("favourite", st.Account, q.who.ID, st)
	}
	if !on {
		st.Favourites = slices.DeleteFunc(st.Favourites, func(id string) bool { return id == q.who.ID })
	}
	q.s.write("status", st)
	return q.showLocked(st), nil
}

func (q *request) reblog() (any, error) {
	st, err := q.found(false)
	if err != nil {
		return nil, err
	}
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	b := &Status{Account: q.who.ID, Visibility: "public", Reblog: st.ID}
	q.s.add(b)
	q.s.notify("reblog", st.Account, q.who.ID, st)
	return q.showLocked(b), nil
}

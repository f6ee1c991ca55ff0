package practice

import (
	"fmt"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// What an account is told is a list that only grows, one entry for each thing
// that happened. It follows from the story alone, so that a cursor, which is a
// place in it, means the same after a restart and in every process.
type entry struct {
	id   string // of a post or of something said, in the account
	what change
}

type change byte

const (
	utterance change = iota
	changed          // edited or deleted
	counted          // somebody liked or shared a post of the account
)

func (a *account) tell(id string, what change) {
	a.feed = append(a.feed, entry{id, what})
	if a.told != nil {
		close(a.told)
		a.told = nil
	}
}

// hear keeps what somebody said.
func (a *account) hear(s *said) {
	if a.said[s.ID] != nil {
		return // two processes said it at once
	}
	a.said[s.ID] = s
	a.under[s.Root] = append(a.under[s.Root], s.ID)
	if s.Private && a.talk[s.Person.Handle] == "" {
		a.talk[s.Person.Handle] = s.Root
	}
	if s.Quote != "" {
		a.quote[s.Quote] = append(a.quote[s.Quote], s.ID)
	}
	a.tell(s.ID, utterance)
	a.recount(s)
}

// recount says that the posts that s answers or quotes count otherwise now.
func (a *account) recount(s *said) {
	for _, post := range []string{s.Parent, s.Quote} {
		if a.byID[post] != nil {
			a.tell(post, counted)
		}
	}
}

// happened lets the public's events into the account's story, in their order.
func (w *World) happened(events []Event) {
	slices.SortFunc(events, earlier)
	for _, e := range events {
		a := w.accounts[e.Account]
		if e.Text == "" {
			a.tell(e.Post, counted)
			continue
		}
		p := a.byID[e.Post]
		_, id, _ := strings.Cut(e.ID, "/")
		s := &said{ID: id, Kind: network.Comment, Person: e.Person, Parent: e.Post, Root: rootOf(p), Private: p.Private, Text: e.Text, At: e.At}
		if p.answers != nil {
			s.Kind = network.Reply
		}
		if p.Private {
			s.Kind = network.Direct
		}
		a.hear(s)
	}
}

// applySaid is apply for what people say.
func (w *World) applySaid(a *account, r record) {
	s := a.said[r.Key]
	switch {
	case r.Do == "say":
		a.hear(r.Said)
	case s == nil || s.gone:
	case r.Do == "reword" && s.Text != r.Text:
		s.Text, s.edited = r.Text, r.At
		s.edits++
		a.tell(s.ID, changed)
	case r.Do == "unsay":
		s.gone = true
		a.tell(s.ID, changed)
		a.recount(s)
	}
}

// item is something of the account as it stands now.
func (a *account) item(id string) network.Item {
	ref := func(id string) network.Ref {
		if id == "" {
			return ""
		}
		return network.Ref(a.Handle + "/" + id)
	}
	if s := a.said[id]; s != nil {
		if s.gone {
			return network.Item{Ref: ref(id), Gone: true, Version: "gone", Kind: s.Kind, Private: s.Private}
		}
		it := network.Item{
			Ref: ref(id), Kind: s.Kind, Parent: ref(s.Parent), Root: ref(s.Root), Quoted: ref(s.Quote), Version: fmt.Sprint(s.edits), Held: s.Held, Private: s.Private,
			Author: network.Author{Ref: network.Ref("public/" + s.Person.Handle), Handle: s.Person.Handle, Name: s.Person.Name, Bot: s.Automatic},
			Text:   s.Text, Media: s.Media, Language: s.Person.Lang, At: s.At, Edited: s.edited, Automatic: s.Automatic,
		}
		if p := a.byID[s.Root]; p != nil && !s.Private {
			it.URL = p.URL()
		}
		return it
	}
	p := a.byID[id]
	if !p.Deleted.IsZero() {
		return network.Item{Ref: p.Ref(), Own: true, Gone: true, Version: "gone", Kind: p.kind(), Private: p.Private}
	}
	it := network.Item{
		Ref: p.Ref(), Kind: p.kind(), Parent: ref(p.Parent), Root: ref(rootOf(p)), Version: fmt.Sprint(p.edits), Private: p.Private, Own: true,
		Author: network.Author{Ref: network.Ref(a.Handle), Handle: a.Handle, Name: profile(a.Profile).Name, URL: profile(a.Profile).URL},
		Text:   p.Text, URL: p.URL(), At: p.At, Edited: p.Edited,
	}
	if len(p.Options.Languages) > 0 {
		it.Language = p.Options.Languages[0]
	}
	for _, m := range p.Media {
		it.Media = append(it.Media, network.Attachment{Type: m.Type, Ref: network.Ref(m.Key), URL: "/practice/" + a.Handle + "/media/" + m.Key, Alt: m.Alt, Width: m.Width, Height: m.Height})
	}
	return it
}

// kind is what an own post is in a thread.
func (p *Post) kind() network.ItemKind {
	switch {
	case p.Private:
		return network.Direct
	case p.answers != nil:
		return network.Reply
	}
	return network.Context
}

func (a *account) counts(p *Post) network.Counts {
	c := network.Counts{Ref: p.Ref()}
	for _, e := range p.Events {
		switch e.Kind {
		case Like:
			c.Likes++
		case Share:
			c.Shares++
		}
	}
	for _, id := range a.under[rootOf(p)] {
		if s := a.said[id]; s.Parent == p.ID && !s.gone {
			c.Replies++
		}
	}
	for _, id := range a.quote[p.ID] {
		if !a.said[id].gone {
			c.Quotes++
		}
	}
	return c
}

// shown is a post as its page shows it: with what was said under it, in public,
// as it stands now.
func (a *account) shown(p *Post) Post {
	out := *p
	out.Events = nil
	told := map[string]bool{}
	for _, e := range p.Events {
		_, id, _ := strings.Cut(e.ID, "/")
		if s := a.said[id]; e.Text != "" && s != nil {
			told[id] = true
			if s.gone {
				continue
			}
			e.Text = s.Text
		}
		out.Events = append(out.Events, e)
	}
	if p.Private {
		return out
	}
	for _, id := range a.under[rootOf(p)] {
		s := a.said[id]
		if !told[id] && !s.gone && !s.Private && s.Held == "" && a.postAbove(s) == p.ID {
			out.Events = append(out.Events, Event{ID: a.Handle + "/" + id, At: s.At, Kind: Answer, Person: s.Person, Account: a.Handle, Post: p.ID, Text: s.Text})
		}
	}
	slices.SortStableFunc(out.Events, earlier)
	return out
}

// postAbove is the first of our posts above something said.
func (a *account) postAbove(s *said) string {
	for s != nil && a.byID[s.Parent] == nil {
		s = a.said[s.Parent]
	}
	if s == nil {
		return ""
	}
	return s.Parent
}

// A cursor says of which account's life it is: one that was forgotten and made
// again has another feed.
func (a *account) cursor(letter string, n int) network.Cursor {
	return network.Cursor(fmt.Sprintf("%s%d.%d", letter, a.Since.UnixMilli(), n))
}

func (a *account) place(letter string, c network.Cursor) (int, error) {
	var since int64
	var n int
	if _, err := fmt.Sscanf(string(c), letter+"%d.%d", &since, &n); err != nil || a.cursor(letter, n) != c || n < 0 || n > len(a.feed) {
		return 0, refusal(fault.New(fault.Invalid, "network.cursor").At("cursor"), network.Refused)
	}
	return n, nil
}

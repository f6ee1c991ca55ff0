package inboxweb

import (
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/inbox"
	"vigie/internal/network"
	"vigie/internal/ui"
)

// scripts are the words that the page's script shows.
func (v *view) scripts() templ.Attributes {
	a := templ.Attributes{"data-w-one": v.T("inbox.came", "n", 1), "data-w-many": v.T("inbox.came", "n", 99), "data-w-chosen": v.T("inbox.chosen", "n", 99), "data-w-chosen-one": v.T("inbox.chosen", "n", 1),
		"data-w-to": v.T("inbox.answers_who", "who", "{who}"), "data-list": v.filter.query().Encode()}
	if v.talk != nil {
		a["data-open-talk"] = string(v.talk.ID)
	}
	return a
}

// current marks the conversation that is open.
func (v *view) current(c inbox.Conversation) templ.Attributes {
	if v.talk != nil && v.talk.ID == c.ID {
		return templ.Attributes{"aria-current": "true"}
	}
	return templ.Attributes{}
}

// called is what who wrote a message is called.
func called(m inbox.Message) string {
	if m.Name != "" {
		return m.Name
	}
	if m.Handle != "" {
		return m.Handle
	}
	return "–"
}

// facts are what stands on the right of a message.
func (v *view) facts(m inbox.Message) string {
	var out []string
	switch {
	case m.Own:
		out = append(out, v.whose(m))
	case m.Kind == network.Context:
		out = append(out, v.T("inbox.context"))
	}
	if m.Private {
		out = append(out, v.T("inbox.private"))
	} else if !m.Own {
		out = append(out, v.T("inbox.public"))
	}
	if !m.Edited.IsZero() && m.Gone.IsZero() {
		out = append(out, v.T("inbox.edited", "when", v.when(m.Edited)))
	}
	if m.Held != "" {
		out = append(out, v.T("inbox.held"))
	}
	if m.Automatic {
		out = append(out, v.T("inbox.automatic"))
	}
	return strings.Join(out, ", ")
}

// attachment says what is shown with a message; nothing of it is loaded.
func attachment(v *view, a network.Attachment) string {
	what := v.T("inbox.file")
	if strings.HasPrefix(a.Type, "image") {
		what = v.T("inbox.image")
	}
	for _, s := range []string{a.Alt, a.Name} {
		if s != "" {
			return v.T("inbox.attachment", "what", what, "name", s)
		}
	}
	return what
}

// lang tells a reader aloud in which language somebody wrote.
func lang(m inbox.Message) templ.Attributes {
	if m.Language == "" || len(m.Language) > 12 || strings.ContainsAny(m.Language, "\"<> ") {
		return templ.Attributes{}
	}
	return templ.Attributes{"lang": m.Language}
}

// safe is an address that a link may lead to.
func safe(u string) string {
	if strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") {
		return u
	}
	return "#"
}

// privately tells whether an answer to a public message can reach its author
// alone.
func (v *view) privately() bool {
	c, ok := v.channel(v.talk.Channel)
	return ok && c.Capabilities.Answer.Private != ""
}

// tongue is what any language is called.
func (v *view) tongue(tag string) string {
	short, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if key := "inbox.lang." + short; v.loc.Has(key) {
		return v.T(key)
	}
	return tag
}

func (v *view) stateOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("inbox.seg.open")}}
	for _, s := range []string{"waiting", "snoozed", "done", "all"} {
		out = append(out, ui.Option{Value: s, Label: v.T("inbox.seg." + s)})
	}
	return out
}

func (v *view) channelOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("inbox.any_channel")}}
	for _, c := range v.channels {
		out = append(out, ui.Option{Value: string(c.ID), Label: c.Title + " · " + c.Handle})
	}
	return out
}

func (v *view) kindOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("inbox.any_kind")}}
	for _, k := range network.ItemKinds() {
		if k != network.Context {
			out = append(out, ui.Option{Value: string(k), Label: v.T("inbox.kind." + string(k))})
		}
	}
	return out
}

func (v *view) whoOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("inbox.anybody")}, {Value: "me", Label: v.T("inbox.to_me")}, {Value: "none", Label: v.T("inbox.to_nobody")}}
	for _, p := range v.can {
		if p != v.r.Actor.Person {
			out = append(out, ui.Option{Value: string(p), Label: v.name(p)})
		}
	}
	return out
}

func (v *view) languageOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("inbox.any_language")}}
	for _, l := range []string{"fr", "en", "br", "de", "es", "it", "nl", "pt"} {
		out = append(out, ui.Option{Value: l, Label: v.T("inbox.lang." + l)})
	}
	return out
}

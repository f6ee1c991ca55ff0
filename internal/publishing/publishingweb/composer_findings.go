package publishingweb

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"vigie/internal/api"
	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/platform/spell"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func (f *Face) findingsRoutes() []ui.Route {
	see, write := ui.In(team.SeePlanning), ui.In(team.WritePosts)
	return []ui.Route{
		{Method: "POST", Path: "/b/{brand}/posts/examine", Guard: write, Handle: f.examined, MaxBody: maxForm},
		{Method: "POST", Path: "/b/{brand}/posts/{post}/examine", Guard: see, Handle: f.examined, MaxBody: maxForm},
		{Method: "POST", Path: "/b/{brand}/posts/typography", Guard: write, Handle: f.typography, MaxBody: maxForm},
	}
}

var errLongText = fault.New(fault.Invalid, "publishing.too_long").At("text").With("max", publishing.MaxText)

// noticed is a finding as the composer shows it: said once for all the channels
// that follow the same words.
type noticed struct {
	publishing.Finding
	// Name is of the field whose words it is about: "text", "text.<channel>".
	Name string
	// From and To are its place in that field, in UTF-16 units; both 0: none.
	From, To int
	Words    string
	Channels []string
	Mark     string // what is let stand in this post, if it may be
}

// findings are what the examiners say of a post, the gravest first, then in the
// order of the text.
func (v *view) findings() []noticed {
	var out []noticed
	for _, one := range v.found {
		name, source := "text", v.draft.Text
		for _, o := range v.draft.Variants {
			if o.Channel == one.ID && o.Text != nil {
				name, source = "text."+string(one.ID), *o.Text
			}
		}
		at := partsIn(source, one.Content.Parts)
		for _, f := range one.Findings {
			t := noticed{Finding: f, Name: name}
			if f.Start < f.End && f.Part < len(one.Content.Parts) && f.End <= len(one.Content.Parts[f.Part].Text) {
				t.Words = one.Content.Parts[f.Part].Text[f.Start:f.End]
				if from := at[f.Part]; from >= 0 {
					t.From = textkit.UTF16(source[:from+f.Start])
					t.To = t.From + textkit.UTF16(t.Words)
				}
			}
			_, t.Mark = f.Mark(one.Content)
			same := func(o noticed) bool {
				return o.Rule == t.Rule && o.Key == t.Key && o.Name == t.Name && o.From == t.From && o.To == t.To && o.Mark == t.Mark && o.Severity == t.Severity && o.Why == t.Why
			}
			if i := slices.IndexFunc(out, same); i >= 0 {
				out[i].Channels = append(out[i].Channels, v.called(one.Channel))
				continue
			}
			t.Channels = []string{v.called(one.Channel)}
			out = append(out, t)
		}
	}
	rank := func(t noticed) int {
		switch {
		case t.Severity == network.Block:
			return 0
		case spelling(t.Finding):
			return 2
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b noticed) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		if d := strings.Compare(a.Name, b.Name); d != 0 {
			return d
		}
		return a.From - b.From
	})
	return out
}

// spelling tells whether a finding is a fault of the pen, which is underlined
// in another way than a rule of the brand.
func spelling(f publishing.Finding) bool {
	return strings.HasPrefix(f.Rule, "spell")
}

// partsIn finds where each part of a thread begins in the text it was cut from;
// -1 for what the cut changed.
func partsIn(source string, parts []publishing.Part) []int {
	out, from := make([]int, len(parts)), 0
	for i, p := range parts {
		out[i] = -1
		if at := strings.Index(source[from:], p.Text); at >= 0 && p.Text != "" {
			out[i] = from + at
			from += at + len(p.Text)
		}
	}
	return out
}

// found has the examiners look at the post as the page shows it, at the hour it
// shows.
func (f *Face) found(ctx context.Context, v *view) ([]publishing.Examined, error) {
	p := v.draft
	if len(p.Variants) == 0 {
		return nil, nil
	}
	p.Planned.Zone = v.r.Brand.Zone
	switch at, _, ok := v.hour(); {
	case v.when.Mode == "now":
		p.At = v.r.Loc.Now()
	case v.when.Mode == "slot" && v.free != nil:
		p.At = v.free.At
	case ok:
		p.At = at
	}
	return f.Room.Examine(ctx, v.r.Actor, p)
}

// examined answers the script: the list as it is drawn, and where to underline.
func (f *Face) examined(w http.ResponseWriter, r *ui.Request) error {
	if _, err := ui.ReadForm(r); err != nil {
		return err
	}
	p := publishing.Post{Brand: r.Brand.ID, Validation: publishing.Draft}
	if r.PathValue("post") != "" {
		var err error
		if p, err = f.post(r); err != nil {
			return err
		}
	}
	d := draftOf(r.Form)
	if err := tooMuch(d); err != nil {
		return err
	}
	v, err := f.view(r, p, shown{draft: &d, when: whenOf(r.Form)})
	if err != nil {
		return err
	}
	all := v.findings()
	var html bytes.Buffer
	if err := findingsList(v, all).Render(r.Context(), &html); err != nil {
		return err
	}
	type place struct {
		Name string `json:"name"`
		From int    `json:"from"`
		To   int    `json:"to"`
		How  string `json:"how"`
	}
	marks := make([]place, 0, len(all))
	for _, t := range all {
		marks = append(marks, place{t.Name, t.From, t.To, how(t)})
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	return json.NewEncoder(w).Encode(map[string]any{"html": html.String(), "marks": marks, "say": v.summary(all)})
}

// tooMuch refuses what no save would take either, before any work on it.
func tooMuch(d publishing.Post) error {
	long := len(d.Text) > publishing.MaxText
	for _, o := range d.Variants {
		long = long || o.Text != nil && len(*o.Text) > publishing.MaxText
	}
	if long {
		return errLongText
	}
	return nil
}

// how is the class of an underline.
func how(t noticed) string {
	switch {
	case t.Severity == network.Block:
		return "find find--block"
	case spelling(t.Finding):
		return "find find--typo"
	}
	return "find"
}

// summary counts what was found.
func (v *view) summary(all []noticed) string {
	block := 0
	for _, t := range all {
		if t.Severity == network.Block {
			block++
		}
	}
	switch {
	case len(all) == 0:
		return v.r.T("composer.find.none")
	case block == 0:
		return v.r.T("composer.find.warn", "n", len(all))
	case block == len(all):
		return v.r.T("composer.find.block", "n", block)
	}
	return v.r.T("composer.find.both", "block", v.r.T("composer.find.block", "n", block), "warn", v.r.T("composer.find.warn", "n", len(all)-block))
}

// sentence says a finding, its rule's reason after it.
func (v *view) sentence(t noticed) string {
	s := v.r.T(t.Key, pairs(t.Values)...)
	if len(v.on()) > 1 && len(t.Channels) < len(v.on()) {
		s = v.r.T("composer.find.on", "channels", v.r.Loc.List(slices.Compact(t.Channels)...), "what", s)
	}
	return s
}

// cut is the sentence of a finding, with the quotation of its words before it:
// from the sentence itself when it begins with one.
func (v *view) cut(t noticed) (quoted, rest string) {
	rest = v.sentence(t)
	if strings.TrimSpace(t.Words) == "" {
		return "", rest // a space says nothing between quotes
	}
	words := shortWords(t)
	if own, ok := t.Values["words"].(string); ok {
		words = own
	}
	for _, w := range []string{words, t.Words} {
		quoted = v.r.T("composer.find.quoted", "words", w)
		if after, ok := strings.CutPrefix(rest, quoted); ok {
			return quoted, strings.TrimSpace(after)
		}
	}
	return v.r.T("composer.find.quoted", "words", shortWords(t)), rest
}

// shortWords are the words of a finding, fit for a line.
func shortWords(t noticed) string {
	if utf8.RuneCountInString(t.Words) > 60 {
		return textkit.Excerpt(t.Words, 60)
	}
	return t.Words
}

func findSignal(t noticed) string {
	switch {
	case t.Severity == network.Block:
		return "alert"
	case spelling(t.Finding):
		return "info"
	}
	return "watch"
}

func findIcon(t noticed) string {
	switch {
	case t.Severity == network.Block:
		return "attention"
	case spelling(t.Finding):
		return "stylo"
	}
	return "livre"
}

// choices are at most three texts that could stand there instead.
func choices(r *publishing.Remedy) []string { return r.With[:min(len(r.With), 3)] }

// typography corrects spaces, quotes and accents of a text, and nothing else.
func (f *Face) typography(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	text := lines(form.Get("text"))
	if len(text) > publishing.MaxText {
		return errLongText
	}
	fixed, changes := spell.Fix(r.Brand.Language, text)
	say := r.T("composer.find.typo_none")
	if len(changes) > 0 {
		say = r.T("composer.find.typo_done", "n", len(changes))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	return json.NewEncoder(w).Encode(map[string]any{"text": fixed, "n": len(changes), "say": say})
}

// findingCheck is the line of the findings in the list of what was looked at.
func (v *view) findingCheck() check {
	all := v.findings()
	c := check{Signal: ui.Calm, Text: v.r.T("composer.find.check"), Detail: ""}
	if len(all) == 0 {
		return c
	}
	c.Signal, c.Detail = ui.Watch, v.summary(all)
	if all[0].Severity == network.Block {
		c.Signal = ui.Alert
	}
	return c
}

// findingsAPI registers the operations of the examiners.
func (f *Face) findingsAPI(r *api.Registry) {
	api.Register(r, api.Op{ID: "examine-post", Method: "POST", Path: "/api/v1/brands/{brand}/posts/{post}/examine", Guard: api.In(team.SeePlanning), Group: "Posts", MaxBody: maxForm,
		Summary:     "What the charter, the spelling, the rights and the checks say of a post, channel by channel",
		Description: "With a body, as the post would be with those words; nothing is kept. Places are bytes of a part's text; a finding of severity `block` refuses the schedule and stops a departure."},
		func(ctx context.Context, c api.Call, in *previewIn) (*api.Out[api.List[publishing.Examined]], error) {
			p, err := f.Room.Get(ctx, c.Actor, c.Brand, in.Post)
			if err != nil {
				return nil, err
			}
			if in.Body != nil {
				p = in.Body.over(p)
			}
			if err := tooMuch(p); err != nil {
				return nil, err
			}
			all, err := f.Room.Examine(ctx, c.Actor, p)
			return &api.Out[api.List[publishing.Examined]]{Body: api.ListOf(all, "")}, err
		})
}

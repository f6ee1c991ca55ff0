package approvalweb

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/approval"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// letter names a version as a page does: A, B, C.
func letter(n int) string { return string(rune('A' + n - 1)) }

// card is one version as a page shows it.
type card struct {
	approval.Candidate
	groups []group
	// diffs compare it with the first version, once for channels that say alike.
	diffs []contrast
	found []Finding
}

// contrast is what tells a version from the first, on some channels.
type contrast struct {
	group
	other    bool // the words are too far apart to be compared
	pictured bool // the pictures are the same
}

// cards are the versions of an open choice, with what tells each from the first.
func cards(f approval.File, channels map[id.Channel]channel.Channel) []card {
	if f.Choice == nil {
		return nil
	}
	var out []card
	for _, c := range f.Choice.Candidates {
		x := card{Candidate: c, groups: groups(approval.File{Entry: approval.Entry{Round: approval.Round{Items: c.Items}}}, channels)}
		for _, g := range x.groups {
			first, d := f.Choice.Candidates[0], contrast{group: g}
			d.Diff, d.other = c.Diff(first, g.Items[0])
			d.pictured = c.Pictured(first, g.Items[0])
			if len(d.Diff) > 0 || !d.pictured {
				x.diffs = append(x.diffs, d)
			}
		}
		out = append(out, x)
	}
	return out
}

// common takes out of the cards what was found of every one of them.
func common(all []card) (out []Finding) {
	if len(all) == 0 {
		return nil
	}
	same := func(x Finding) func(Finding) bool {
		return func(o Finding) bool {
			return o.Key == x.Key && o.Words == x.Words && o.Why == x.Why && o.Blocks == x.Blocks && reflect.DeepEqual(o.Values, x.Values)
		}
	}
	for _, x := range all[0].found {
		if !slices.ContainsFunc(all, func(c card) bool { return !slices.ContainsFunc(c.found, same(x)) }) {
			out = append(out, x)
		}
	}
	for i := range all {
		all[i].found = slices.DeleteFunc(slices.Clone(all[i].found), func(x Finding) bool { return slices.ContainsFunc(out, same(x)) })
	}
	return out
}

// pick reads a choice out of a form.
func pick(post id.Post, form *ui.Form) approval.Pick {
	return approval.Pick{Post: post, Round: approval.RoundID(form.Get("round")), Candidate: max(0, number(form.Get("candidate")))}
}

// choose takes the choice of somebody of the house.
func (f *Face) choose(w http.ResponseWriter, r *ui.Request) error {
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	p := pick(post, form)
	err = f.Room.Choose(r.Context(), approval.Reader{Actor: r.Actor}, r.Brand.ID, p)
	if err != nil && form.Refused(r, err) {
		status := http.StatusUnprocessableEntity
		if fault.Is(err, fault.Conflict) {
			status = http.StatusConflict
		}
		return f.reviewPage(w, r, form, status)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("approval.choice.you", "letter", letter(p.Candidate))})
	return ui.Redirect(w, r, f.next(r, post))
}

// withdraw ends a choice, for who offered it.
func (f *Face) withdraw(w http.ResponseWriter, r *ui.Request) error {
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	err = f.Room.Withdraw(r.Context(), r.Actor, r.Brand.ID, post)
	if err != nil && form.Refused(r, err) {
		return f.reviewPage(w, r, form, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("approval.choice.withdrawn")})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/posts/"+string(post))
}

// offerView is the page on which an author writes several versions.
type offerView struct {
	desk
	post approval.Offering
	of   id.Post
	// more is how many versions stand beside the post's own words.
	more     int
	pictures []Thumb
	// wrong is the version that does not fit, 0 when none is named.
	wrong   int
	problem string
}

// Thumb is a picture of the library to choose from.
type Thumb struct {
	ID   id.Media
	Name string
	Alt  string
}

func (f *Face) offer(w http.ResponseWriter, r *ui.Request) error {
	return f.offerPage(w, r, nil, nil, 0)
}

func (f *Face) offerPage(w http.ResponseWriter, r *ui.Request, form *ui.Form, refused error, status int) error {
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	d, err := f.desk(r)
	if err != nil {
		return err
	}
	d.form = form
	v := offerView{desk: d, of: post, more: 1}
	if v.post, err = f.Room.Offering(r.Context(), r.Actor, r.Brand.ID, post); err != nil {
		return err
	}
	if v.post.Open != nil && form == nil {
		v.more = len(v.post.Open.Candidates) - 1
	}
	if n, err := strconv.Atoi(form.Get("more")); err == nil {
		v.more = n
	}
	switch form.Get("do") {
	case "more":
		v.more++
	case "less":
		v.more--
	}
	v.more = min(max(v.more, 1), approval.MaxCandidates-1)
	if e := fault.As(refused); refused != nil && e.Key == "approval.candidate_unfit" {
		v.wrong, _ = e.Values["n"].(int)
		key, _ := e.Values["problem"].(string)
		values, _ := e.Values["values"].(map[string]any)
		v.problem = r.T("approval.offer.unfit", "letter", letter(v.wrong), "channel", e.Values["channel"], "why", r.T(key, pairs(values)...))
	}
	if f.Library != nil {
		if v.pictures, err = f.Library(r.Context(), r.Actor, r.Brand.ID); err != nil {
			return err
		}
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("approval.offer.title"), Sub: r.Brand.Name, Active: "review", Status: status}, offerPage(v))
}

// propose takes the versions, or draws the page again with one more or less.
func (f *Face) propose(w http.ResponseWriter, r *ui.Request) error {
	post, err := ui.PathID[id.Post](r, "post")
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	if do := form.Get("do"); do == "more" || do == "less" {
		return f.offerPage(w, r, form, nil, 0)
	}
	now, err := f.Room.Offering(r.Context(), r.Actor, r.Brand.ID, post)
	if err != nil {
		return err
	}
	alts := map[id.Media]string{}
	if f.Library != nil {
		all, err := f.Library(r.Context(), r.Actor, r.Brand.ID)
		if err != nil {
			return err
		}
		for _, t := range all {
			alts[t.ID] = t.Alt
		}
	}
	for _, m := range now.Saying.Media {
		alts[m.ID] = m.Alt
	}
	o := approval.Offer{Post: post, Version: int64(number(form.Get("version"))), Local: other(form), Words: form.Get("words")}
	n, _ := strconv.Atoi(form.Get("more"))
	for i := 2; i < 2+min(max(n, 1), approval.MaxCandidates-1); i++ {
		o.Others = append(o.Others, sayingFrom(form, i, now.Saying, alts))
	}
	_, err = f.Room.Propose(r.Context(), r.Actor, r.Brand.ID, o)
	if err != nil && form.Refused(r, err) {
		status := http.StatusUnprocessableEntity
		if fault.Is(err, fault.Conflict) {
			status = http.StatusConflict
		}
		return f.offerPage(w, r, form, err, status)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("approval.offer.done", "n", len(o.Others)+1)})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/review/"+string(post))
}

// sayingFrom is the version n of the form: its words, those of channels that
// have their own, and the pictures ticked, in the order of the page.
func sayingFrom(form *ui.Form, n int, own approval.Saying, alts map[id.Media]string) approval.Saying {
	at := "." + strconv.Itoa(n)
	out := approval.Saying{Text: lines(form.Get("text" + at))}
	for _, m := range form.All("media" + at) {
		if alt, ok := alts[id.Media(m)]; ok {
			out.Media = append(out.Media, approval.Media{ID: id.Media(m), Alt: alt})
		}
	}
	for _, o := range own.Own {
		x := approval.OwnWords{Channel: o.Channel, Media: o.Media}
		if o.Text != nil {
			text := lines(form.Get("text" + at + "." + string(o.Channel)))
			x.Text = &text
		}
		out.Own = append(out.Own, x)
	}
	return out
}

// lines are what a form sends, with the ends of lines as posts keep them.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// said is what stood in a version: what was entered, else what the open choice
// says there, else what the post does.
func (v offerView) text(n int, c id.Channel) string {
	name := "text." + strconv.Itoa(n)
	if c != "" {
		name += "." + string(c)
	}
	before := v.post.Saying
	if x, ok := v.post.Open.Candidate(n); ok {
		before = x.Saying()
	}
	text := before.Text
	if c != "" {
		text = ""
		for _, o := range append(slices.Clone(before.Own), v.post.Saying.Own...) {
			if o.Channel == c && o.Text != nil {
				text = *o.Text
				break
			}
		}
	}
	return v.form.Value(name, text)
}

// ticked tells whether a picture stands in a version.
func (v offerView) ticked(n int, m id.Media) bool {
	if v.form != nil && v.form.Get("text."+strconv.Itoa(n)) != "" {
		return slices.Contains(v.form.All("media."+strconv.Itoa(n)), string(m))
	}
	before := v.post.Saying
	if x, ok := v.post.Open.Candidate(n); ok {
		before = x.Saying()
	}
	return slices.ContainsFunc(before.Media, func(p approval.Media) bool { return p.ID == m })
}

// thumbs are the post's pictures, then those of the library.
func (v offerView) thumbs() []Thumb {
	var out []Thumb
	for _, m := range v.post.Saying.Media {
		out = append(out, Thumb{ID: m.ID, Alt: m.Alt})
	}
	for _, t := range v.pictures {
		if i := slices.IndexFunc(out, func(o Thumb) bool { return o.ID == t.ID }); i >= 0 {
			out[i].Name = t.Name
			continue
		}
		out = append(out, t)
	}
	return out
}

// own are the channels that have words of their own.
func (v offerView) own() []channel.Channel {
	var out []channel.Channel
	for _, o := range v.post.Saying.Own {
		if c, ok := v.channels[o.Channel]; ok && o.Text != nil {
			out = append(out, c)
		}
	}
	return out
}

func (v offerView) day() string  { return v.wall(0, 10) }
func (v offerView) hour() string { return v.wall(11, 16) }

func (v offerView) wall(from, to int) string {
	if l := v.post.Planned.Local; len(l) >= to {
		return l[from:to]
	}
	w, err := clock.At(v.r.Loc.Now().AddDate(0, 0, 1), v.r.Brand.Zone)
	if err != nil || len(w.Local) < 16 {
		return ""
	}
	return (w.Local[:11] + "09:00")[from:to]
}

// mayOffer tells whether versions of this post may be proposed by who looks.
func (v reviewView) mayOffer() bool { return v.r.May(team.PublishPosts) }

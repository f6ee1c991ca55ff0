package publishingweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func (f *Face) bulkRoutes() []ui.Route {
	write := ui.In(team.WritePosts)
	const all, one = "/b/{brand}/bulk", "/b/{brand}/bulk/{bulk}"
	return []ui.Route{
		{Method: "GET", Path: all, Guard: write, Handle: f.bulkAsk},
		{Method: "POST", Path: all, Guard: write, Handle: f.bulkDo},
		{Method: "GET", Path: one, Guard: write, Handle: f.bulkOne},
		{Method: "POST", Path: one + "/undo", Guard: write, Handle: f.bulkUndo},
	}
}

func bulkPath(b id.Brand) string { return "/b/" + string(b) + "/bulk" }

// bulkView is the form of a change to many posts, with what it would do once it
// was asked, or the change that was made.
type bulkView struct {
	r         *ui.Request
	form      *ui.Form
	posts     []publishing.Post
	plan      []publishing.BulkItem // nil: not asked yet
	change    publishing.Bulk
	by        map[id.Channel]channel.Channel
	channels  []channel.Channel
	campaigns []publishing.Campaign
	labels    []string // of the chosen posts
	asks      func(id.Channel) bool
	done      publishing.BulkDone
}

func (f *Face) bulkView(r *ui.Request) (v *bulkView, err error) {
	v = &bulkView{r: r}
	if v.channels, v.by, err = f.known(r); err != nil {
		return nil, err
	}
	if f.Reads != nil {
		v.asks = f.Reads(r.Context(), r.Brand.ID)
	}
	v.campaigns, err = f.Room.Campaigns(r.Context(), r.Actor, r.Brand.ID)
	return v, err
}

// bulkAsk is the form, for the posts of the address.
func (f *Face) bulkAsk(w http.ResponseWriter, r *ui.Request) error {
	return f.bulkPage(w, r, r.URL.Query()["post"], nil, nil)
}

func (f *Face) bulkPage(w http.ResponseWriter, r *ui.Request, posts []string, form *ui.Form, plan []publishing.BulkItem) error {
	v, err := f.bulkView(r)
	if err != nil {
		return err
	}
	v.form, v.plan = form, plan
	if len(posts) > publishing.MaxBulk {
		return errTogether
	}
	for _, s := range posts {
		key, err := id.Parse[id.Post](s)
		if err != nil {
			return err
		}
		p, err := f.Room.Get(r.Context(), r.Actor, r.Brand.ID, key)
		if err != nil {
			return err
		}
		v.posts = append(v.posts, p)
		v.labels = append(v.labels, p.Labels...)
	}
	slices.Sort(v.labels)
	v.labels = slices.Compact(v.labels)
	if form != nil {
		v.change = bulkOf(form)
	}
	fr := ui.Frame{Title: r.T("bulk.title"), Sub: r.Brand.Name, Active: "calendar"}
	if form != nil && plan == nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, bulkForm(v))
}

// bulkOf reads what is to change.
func bulkOf(form *ui.Form) publishing.Bulk {
	c := publishing.Bulk{Find: form.Get("find"), With: form.Get("with"), Exact: form.On("exact"), Whole: form.On("whole"), Titles: form.On("titles"), Alts: form.On("alts"),
		AddLabels: labelsOf(form.All("add")), DropLabels: form.All("drop")}
	if k := form.Get("campaign"); k != "keep" && k != "" {
		to := id.Campaign(k)
		if k == "none" {
			to = ""
		}
		c.Campaign = &to
	}
	for _, ch := range form.All("join") {
		c.AddChannels = append(c.AddChannels, id.Channel(ch))
	}
	for _, ch := range form.All("part") {
		c.DropChannels = append(c.DropChannels, id.Channel(ch))
	}
	return c
}

// bulkDo shows what a change would do or, asked to, makes it.
func (f *Face) bulkDo(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	posts, err := chosenPosts(r)
	if err != nil {
		return err
	}
	c := bulkOf(form)
	if form.Get("do") != "apply" {
		plan, err := f.Room.PlanBulk(r.Context(), r.Actor, r.Brand.ID, posts, c)
		if err != nil && form.Refused(r, err) {
			return f.bulkPage(w, r, form.All("post"), form, nil)
		}
		if err != nil {
			return err
		}
		return f.bulkPage(w, r, form.All("post"), form, plan)
	}
	// What is done is what was looked at: a version that moved on is left.
	seen := map[id.Post]int64{}
	for _, s := range form.All("seen") {
		post, version, _ := strings.Cut(s, ":")
		n, err := strconv.ParseInt(version, 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "").Because(err)
		}
		seen[id.Post(post)] = n
	}
	made, err := f.Room.EditMany(r.Context(), r.Actor, r.Brand.ID, posts, c, seen)
	if err != nil && form.Refused(r, err) {
		return f.bulkPage(w, r, form.All("post"), form, nil)
	}
	if err != nil {
		return err
	}
	if made.ID == "" {
		ui.Say(r, ui.Toast{Text: r.T("bulk.none_changed")})
		return ui.Redirect(w, r, bulkPath(r.Brand.ID)+"?"+url.Values{"post": form.All("post")}.Encode())
	}
	to := bulkPath(r.Brand.ID) + "/" + string(made.ID)
	ui.Say(r, ui.Toast{Text: r.T("bulk.changed", "n", len(made.Posts)), Undo: to + "/undo"})
	return ui.Redirect(w, r, to)
}

// bulkOne is what a change did, with its undo.
func (f *Face) bulkOne(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.bulkView(r)
	if err != nil {
		return err
	}
	key, err := ui.PathID[publishing.BulkID](r, "bulk")
	if err != nil {
		return err
	}
	if v.done, err = f.Room.BulkEdit(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("bulk.title"), Sub: r.Brand.Name, Active: "calendar"}, bulkDonePage(v))
}

func (f *Face) bulkUndo(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.BulkID](r, "bulk")
	if err != nil {
		return err
	}
	out, err := f.Room.UndoBulk(r.Context(), r.Actor, r.Brand.ID, key)
	if err != nil {
		return err
	}
	d := done{Text: r.T("bulk.undone_none")}
	if n := len(out.Posts) - len(out.Kept); n > 0 {
		d.Text = r.T("bulk.undone", "n", n)
	}
	if n := len(out.Kept); n > 0 {
		var titles []string
		for _, k := range out.Kept[:min(n, 5)] {
			titles = append(titles, r.T("bulk.quoted", "title", k.Title))
		}
		d.Text += " " + r.T("bulk.undone_kept", "n", n, "titles", r.Loc.List(titles...))
	}
	if scripted(r) {
		return answer(w, r, d)
	}
	ui.Say(r, ui.Toast{Text: d.Text})
	return ui.Redirect(w, r, bulkPath(r.Brand.ID)+"/"+string(key))
}

// changes counts the posts of the plan that change.
func (v *bulkView) changes() (n int) {
	for _, it := range v.plan {
		if it.Left == "" {
			n++
		}
	}
	return n
}

// lede says in sentences what the button will do, approvals first.
func (v *bulkView) lede() []string {
	var renewed, waits, approved, reading int
	for _, it := range v.plan {
		if it.Left != "" {
			continue
		}
		if it.Renews {
			renewed++
		}
		if it.Waits {
			waits++
		}
		if !it.Content || it.Badge == publishing.NoBadge || v.asks == nil || !slices.ContainsFunc(it.Channels, v.asks) {
			continue
		}
		switch it.Validation {
		case publishing.Approved:
			approved++
		case publishing.ToReview, publishing.AtClient:
			reading++
		}
	}
	var out []string
	for _, s := range []struct {
		key string
		n   int
	}{{"bulk.lede.approved", approved}, {"bulk.lede.reading", reading}, {"bulk.lede.renewed", renewed}, {"bulk.lede.waits", waits}} {
		if s.n > 0 {
			out = append(out, v.r.T(s.key, "n", s.n))
		}
	}
	return out
}

// left says why a post stays as it is.
func (v *bulkView) left(key string, values map[string]any) string {
	if key == "publishing.blocked" {
		problem, _ := values["problem"].(string)
		inner, _ := values["values"].(map[string]any)
		return v.r.T("composer.blocked", "channel", values["channel"], "why", v.r.T(problem, pairs(inner)...))
	}
	return v.r.T(key, pairs(values)...)
}

// place names where words change.
func (v *bulkView) place(t publishing.BulkText) string {
	if c, ok := v.by[t.Channel]; ok && t.Place == "alt" {
		return v.r.T("bulk.place.alt_of", "channel", channelName(c))
	} else if ok {
		return channelName(c)
	}
	return v.r.T("bulk.place." + t.Place)
}

// hidden is the change as it was asked, for the button that makes it.
func (v *bulkView) hidden() [][2]string {
	var out [][2]string
	for _, name := range []string{"find", "with", "exact", "whole", "titles", "alts", "campaign", "add", "drop", "join", "part", "post"} {
		for _, value := range v.form.All(name) {
			out = append(out, [2]string{name, value})
		}
	}
	for _, it := range v.plan {
		out = append(out, [2]string{"seen", string(it.Post) + ":" + strconv.FormatInt(it.Version, 10)})
	}
	return out
}

func (v *bulkView) checked(name, value string) bool {
	return v.form != nil && slices.Contains(v.form.All(name), value)
}

func (v *bulkView) campaignOptions() []ui.Option {
	out := []ui.Option{{Value: "keep", Label: v.r.T("bulk.campaign_keep")}, {Value: "none", Label: v.r.T("ideas.no_campaign")}}
	for _, k := range v.campaigns {
		out = append(out, ui.Option{Value: string(k.ID), Label: k.Name})
	}
	return out
}

func (v *bulkView) campaignName(c id.Campaign) string {
	for _, k := range v.campaigns {
		if k.ID == c {
			return k.Name
		}
	}
	return v.r.T("ideas.no_campaign")
}

func (v *bulkView) channelNames(list []id.Channel) string {
	var out []string
	for _, c := range list {
		if known, ok := v.by[c]; ok {
			out = append(out, channelName(known))
		}
	}
	return v.r.Loc.List(out...)
}

// when is the hour of a post, in words.
func (v *bulkView) when(p publishing.BulkItem) string {
	if p.At.IsZero() {
		return v.r.T("composer.no_hour")
	}
	return v.r.Loc.DateTime(p.At)
}

// cutsAround shortens what stays the same between two changes.
func cutsAround(cuts []publishing.Cut) []publishing.Cut {
	const most = 90
	out := slices.Clone(cuts)
	for i, c := range out {
		r := []rune(c.Same)
		switch {
		case c.Same == "" || len(r) <= most:
		case i == 0:
			out[i].Same = "…" + string(r[len(r)-most/2:])
		case i == len(out)-1:
			out[i].Same = string(r[:most/2]) + "…"
		default:
			out[i].Same = string(r[:most/2]) + " … " + string(r[len(r)-most/2:])
		}
	}
	return out
}

package publishingweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func (f *Face) ideasRoutes() []ui.Route {
	drafts, write := ui.In(team.SeeDrafts), ui.In(team.WritePosts)
	const all, one = "/b/{brand}/ideas", "/b/{brand}/ideas/{idea}"
	return []ui.Route{
		{Method: "GET", Path: all, Guard: drafts, Handle: f.ideas},
		{Method: "POST", Path: all, Guard: write, Handle: f.addIdea},
		{Method: "GET", Path: one, Guard: drafts, Handle: f.idea},
		{Method: "POST", Path: one, Guard: write, Handle: f.changeIdea},
		{Method: "POST", Path: one + "/move", Guard: write, Handle: f.moveIdea},
		{Method: "POST", Path: one + "/remove", Guard: write, Handle: f.removeIdea},
		{Method: "POST", Path: one + "/restore", Guard: write, Handle: f.restoreIdea},
		{Method: "POST", Path: one + "/write", Guard: write, Handle: f.writeIdea},
		{Method: "POST", Path: one + "/unwrite", Guard: write, Handle: f.unwriteIdea},
	}
}

func ideasPath(b id.Brand) string { return "/b/" + string(b) + "/ideas" }

// ideasView is the board of ideas, or the page of one.
type ideasView struct {
	r         *ui.Request
	q         url.Values
	form      *ui.Form
	cols      []ideaCol
	one       publishing.Idea
	total     int // with those that the filters hide
	write     bool
	names     map[id.Person]string
	campaigns []publishing.Campaign
	labels    []string
	templates []publishing.Template
}

// ideaCol is one column of the board.
type ideaCol struct {
	State publishing.IdeaState
	Ideas []publishing.Idea
	N     int    // with those not drawn
	More  string // where all of them stand
}

const (
	maxIdeaColumn = 60 // ideas drawn of a column, unless it is looked at alone
	maxWritten    = 12
)

func (f *Face) ideas(w http.ResponseWriter, r *ui.Request) error { return f.ideasPage(w, r, nil) }

func (f *Face) ideasPage(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	v, err := f.ideasView(r)
	if err != nil {
		return err
	}
	v.form = form
	all, err := f.Room.Ideas(r.Context(), r.Actor, r.Brand.ID, publishing.IdeaFilter{})
	if err != nil {
		return err
	}
	v.total = len(all)
	for _, i := range all {
		v.labels = append(v.labels, i.Labels...)
	}
	slices.Sort(v.labels)
	v.labels = slices.Compact(v.labels)
	filter := publishing.IdeaFilter{Text: cutRunes(v.q.Get("q"), 200), Label: v.q.Get("label"), Campaign: id.Campaign(v.q.Get("campaign"))}
	if all, err = f.Room.Ideas(r.Context(), r.Actor, r.Brand.ID, filter); err != nil {
		return err
	}
	v.fill(all)
	fr := ui.Frame{Title: r.T("ideas.title"), Sub: r.Brand.Name, Active: "calendar", Wide: true, Keys: v.keys()}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, ideasBoard(v))
}

func (f *Face) ideasView(r *ui.Request) (v *ideasView, err error) {
	ctx, b := r.Context(), r.Brand.ID
	v = &ideasView{r: r, q: r.URL.Query(), write: r.May(team.WritePosts)}
	if v.campaigns, err = f.Room.Campaigns(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	if v.templates, err = f.Room.Templates(ctx, r.Actor, b); err != nil {
		return nil, err
	}
	v.names, _ = f.Names(ctx, r.Actor, b) // a courtesy
	return v, nil
}

// fill puts ideas into their columns.
func (v *ideasView) fill(all []publishing.Idea) {
	alone := publishing.IdeaState(v.q.Get("state"))
	for _, s := range publishing.IdeaStates() {
		c := ideaCol{State: s}
		for _, i := range all {
			if i.State == s {
				c.Ideas = append(c.Ideas, i)
			}
		}
		c.N = len(c.Ideas)
		most := maxIdeaColumn
		if s == publishing.IdeaWritten {
			most = maxWritten
		}
		if c.N > most && alone != s {
			c.Ideas, c.More = c.Ideas[:most], with(ideasPath(v.r.Brand.ID), v.q, "state", string(s))
		}
		v.cols = append(v.cols, c)
	}
}

// board are the columns one moves ideas in; last is what became posts.
func (v *ideasView) board() []ideaCol { return v.cols[:len(v.cols)-1] }
func (v *ideasView) last() ideaCol    { return v.cols[len(v.cols)-1] }

func (v *ideasView) keys() []ui.Key {
	if !v.write {
		return []ui.Key{{Keys: "J", Label: v.r.T("composer.key.down")}, {Keys: "K", Label: v.r.T("composer.key.up")}}
	}
	return []ui.Key{{Keys: "N", Label: v.r.T("ideas.key.new")}, {Keys: "↑ ↓ ← →", Label: v.r.T("ideas.key.arrows")}, {Keys: "Enter", Label: v.r.T("ideas.key.open")},
		{Keys: "Alt ↑ ↓ ← →", Label: v.r.T("ideas.key.move")}}
}

func (v *ideasView) filtered() bool {
	return v.q.Get("q") != "" || v.q.Get("label") != "" || v.q.Get("campaign") != ""
}

func (v *ideasView) path(i publishing.Idea) string {
	return ideasPath(v.r.Brand.ID) + "/" + string(i.ID)
}

// here is the board as it is looked at, for a gesture to come back to.
func (v *ideasView) here() string { return with(ideasPath(v.r.Brand.ID), v.q, "", "") }

// line says who had an idea, and when.
func (v *ideasView) line(i publishing.Idea) string {
	when := v.r.Loc.Ago(i.Made)
	if n := v.names[i.Person]; n != "" {
		return n + " · " + when
	}
	return when
}

func (v *ideasView) campaign(c id.Campaign) *publishing.Campaign {
	if i := slices.IndexFunc(v.campaigns, func(k publishing.Campaign) bool { return k.ID == c }); i >= 0 {
		return &v.campaigns[i]
	}
	return nil
}

func (v *ideasView) campaignOptions() []ui.Option { return campaignChoices(v.r, v.campaigns) }

func campaignChoices(r *ui.Request, all []publishing.Campaign) []ui.Option {
	out := []ui.Option{{Value: "", Label: r.T("ideas.no_campaign")}}
	for _, k := range all {
		out = append(out, ui.Option{Value: string(k.ID), Label: k.Name})
	}
	return out
}

// others are the columns an idea can go to.
func (v *ideasView) others(i publishing.Idea) []publishing.IdeaState {
	return slices.DeleteFunc(publishing.IdeaStates(), func(s publishing.IdeaState) bool { return s == i.State || s == publishing.IdeaWritten })
}

// firstTemplates are those that the menu of an idea offers.
func (v *ideasView) firstTemplates() []publishing.Template {
	return v.templates[:min(len(v.templates), 8)]
}

// host is the short form of a link.
func host(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	return strings.TrimPrefix(u.Host, "www.")
}

func ideaEdit(form *ui.Form) publishing.IdeaEdit {
	words, note, link, labels, campaign := form.Get("words"), form.Get("note"), form.Get("link"), labelsOf(form.All("labels")), id.Campaign(form.Get("campaign"))
	return publishing.IdeaEdit{Words: &words, Note: &note, Link: &link, Labels: &labels, Campaign: &campaign}
}

func (f *Face) addIdea(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = f.Room.AddIdea(r.Context(), r.Actor, r.Brand.ID, publishing.IdeaState(form.Get("state")), ideaEdit(form))
	if err != nil && form.Refused(r, err) {
		return f.ideasPage(w, r, form)
	}
	if err != nil {
		return err
	}
	return ui.Redirect(w, r, ideasPath(r.Brand.ID)+"?added=1")
}

// ideaOf is the idea of the path. One that was removed is not found.
func (f *Face) ideaOf(r *ui.Request) (publishing.Idea, error) {
	key, err := ui.PathID[publishing.IdeaID](r, "idea")
	if err != nil {
		return publishing.Idea{}, err
	}
	i, err := f.Room.Idea(r.Context(), r.Actor, r.Brand.ID, key)
	if err == nil && !i.Removed.IsZero() {
		return i, fault.New(fault.NotFound, "")
	}
	return i, err
}

func (f *Face) idea(w http.ResponseWriter, r *ui.Request) error {
	i, err := f.ideaOf(r)
	if err != nil {
		return err
	}
	return f.ideaPage(w, r, i, nil)
}

func (f *Face) ideaPage(w http.ResponseWriter, r *ui.Request, i publishing.Idea, form *ui.Form) error {
	v, err := f.ideasView(r)
	if err != nil {
		return err
	}
	v.one, v.form = i, form
	fr := ui.Frame{Title: r.T("ideas.one"), Sub: r.Brand.Name, Active: "calendar"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, ideaPage(v))
}

func (f *Face) changeIdea(w http.ResponseWriter, r *ui.Request) error {
	i, err := f.ideaOf(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(form.Get("version"), 10, 64)
	_, err = f.Room.ChangeIdea(r.Context(), r.Actor, r.Brand.ID, i.ID, version, ideaEdit(form))
	if to := publishing.IdeaState(form.Get("state")); err == nil && to != "" && to != i.State {
		_, err = f.Room.MoveIdea(r.Context(), r.Actor, r.Brand.ID, i.ID, to, "")
	}
	if err != nil && form.Refused(r, err) {
		return f.ideaPage(w, r, i, form)
	}
	if err != nil {
		return err
	}
	if form.Get("do") == "write" {
		return f.writeNow(w, r, i.ID, "")
	}
	ui.Say(r, ui.Toast{Text: r.T("ideas.saved")})
	return ui.Redirect(w, r, ideasPath(r.Brand.ID))
}

// moveIdea puts an idea elsewhere: to another column, above another, or a step
// up or down its own.
func (f *Face) moveIdea(w http.ResponseWriter, r *ui.Request) error {
	i, err := f.ideaOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "").Because(err)
	}
	all, err := f.Room.Ideas(r.Context(), r.Actor, r.Brand.ID, publishing.IdeaFilter{State: i.State})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(o publishing.Idea) bool { return o.ID == i.ID })
	next := func(n int) publishing.IdeaID {
		if n < 0 || n >= len(all) {
			return ""
		}
		return all[n].ID
	}
	to, above := publishing.IdeaState(r.FormValue("to")), asID[publishing.IdeaID](r.FormValue("above"))
	switch r.FormValue("step") {
	case "up":
		to, above = i.State, next(max(0, at-1))
		if at == 0 {
			above = next(1)
		}
	case "down":
		to, above = i.State, next(at+2)
	}
	if _, err := f.Room.MoveIdea(r.Context(), r.Actor, r.Brand.ID, i.ID, to, above); err != nil {
		return err
	}
	var d done
	if to != i.State {
		d.Text = r.T("ideas.moved", "column", r.T("ideas.state."+string(to)))
		d.Undo = ideasPath(r.Brand.ID) + "/" + string(i.ID) + "/move?" + url.Values{"to": {string(i.State)}, "above": {string(next(at + 1))}}.Encode()
	}
	return f.ideaDone(w, r, d)
}

// ideaDone answers the script, or goes back to the board.
func (f *Face) ideaDone(w http.ResponseWriter, r *ui.Request, d done) error {
	if scripted(r) {
		return answer(w, r, d)
	}
	if d.Text != "" {
		ui.Say(r, ui.Toast{Text: d.Text, Undo: d.Undo})
	}
	to := ideasPath(r.Brand.ID)
	if back := r.FormValue("back"); strings.HasPrefix(back, to) {
		to = back
	}
	return ui.Redirect(w, r, to)
}

func (f *Face) removeIdea(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.IdeaID](r, "idea")
	if err != nil {
		return err
	}
	if err := f.Room.RemoveIdea(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	return f.ideaDone(w, r, done{Text: r.T("ideas.removed"), Undo: ideasPath(r.Brand.ID) + "/" + string(key) + "/restore"})
}

func (f *Face) restoreIdea(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.IdeaID](r, "idea")
	if err != nil {
		return err
	}
	if err := f.Room.RestoreIdea(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	return f.ideaDone(w, r, done{Text: r.T("ideas.restored")})
}

func (f *Face) writeIdea(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.IdeaID](r, "idea")
	if err != nil {
		return err
	}
	return f.writeNow(w, r, key, asID[publishing.TemplateID](r.FormValue("template")))
}

// writeNow opens the composer with a draft made of an idea.
func (f *Face) writeNow(w http.ResponseWriter, r *ui.Request, i publishing.IdeaID, with publishing.TemplateID) error {
	p, err := f.Room.WriteIdea(r.Context(), r.Actor, r.Brand.ID, i, with)
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("ideas.written"), Undo: ideasPath(r.Brand.ID) + "/" + string(i) + "/unwrite?post=" + string(p.ID)})
	return ui.Redirect(w, r, postPath(r.Brand.ID, p.ID))
}

func (f *Face) unwriteIdea(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.IdeaID](r, "idea")
	if err != nil {
		return err
	}
	post, err := id.Parse[id.Post](r.FormValue("post"))
	if err != nil {
		return err
	}
	if err := f.Room.UnwriteIdea(r.Context(), r.Actor, r.Brand.ID, key, post); err != nil {
		return err
	}
	return f.ideaDone(w, r, done{Text: r.T("ideas.unwritten")})
}

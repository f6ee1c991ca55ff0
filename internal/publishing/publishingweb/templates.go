package publishingweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/channel"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func (f *Face) templatesRoutes() []ui.Route {
	drafts, write := ui.In(team.SeeDrafts), ui.In(team.WritePosts)
	const all, one, post = "/b/{brand}/templates", "/b/{brand}/templates/{template}", "/b/{brand}/posts/{post}/template"
	return []ui.Route{
		{Method: "GET", Path: post, Guard: write, Handle: f.templateOfPost},
		{Method: "POST", Path: post, Guard: write, Handle: f.makeTemplate},
		{Method: "GET", Path: all, Guard: drafts, Handle: f.templates},
		{Method: "GET", Path: one, Guard: write, Handle: f.template},
		{Method: "POST", Path: one, Guard: write, Handle: f.changeTemplate, MaxBody: maxForm},
		{Method: "POST", Path: one + "/use", Guard: write, Handle: f.useTemplate},
		{Method: "POST", Path: one + "/remove", Guard: write, Handle: f.removeTemplate},
		{Method: "POST", Path: one + "/restore", Guard: write, Handle: f.restoreTemplate},
	}
}

func templatesPath(b id.Brand) string { return "/b/" + string(b) + "/templates" }

// templatesView is the list of templates, the page of one, or the question
// before one is made of a post.
type templatesView struct {
	r         *ui.Request
	form      *ui.Form
	list      []publishing.Template
	one       publishing.Template
	post      publishing.Post
	channels  []channel.Channel
	by        map[id.Channel]channel.Channel
	campaigns []publishing.Campaign
	write     bool
}

func (f *Face) templatesView(r *ui.Request) (v *templatesView, err error) {
	v = &templatesView{r: r, write: r.May(team.WritePosts)}
	if v.channels, v.by, err = f.known(r); err != nil {
		return nil, err
	}
	v.campaigns, err = f.Room.Campaigns(r.Context(), r.Actor, r.Brand.ID)
	return v, err
}

func (v *templatesView) path(t publishing.Template) string {
	return templatesPath(v.r.Brand.ID) + "/" + string(t.ID)
}

// excerpt is the line under a template's name.
func (v *templatesView) excerpt(m publishing.Model) string {
	return textkit.Excerpt(strings.TrimSpace(m.Text), 160)
}

// nets are the channels of a template that the brand still has.
func (v *templatesView) nets(m publishing.Model) []channel.Channel {
	var out []channel.Channel
	for _, one := range m.Variants {
		if c, ok := v.by[one.Channel]; ok {
			out = append(out, c)
		}
	}
	return out
}

// own are the words of one channel: on tells whether a post goes there.
func (v *templatesView) own(c id.Channel) (on bool, text string) {
	i := slices.IndexFunc(v.one.Model.Variants, func(o publishing.Variant) bool { return o.Channel == c })
	if i >= 0 {
		on = true
		if t := v.one.Model.Variants[i].Text; t != nil {
			text = *t
		}
	}
	if v.form != nil {
		on = slices.Contains(v.form.All("channel"), string(c))
	}
	return on, v.form.Value("own."+string(c), text)
}

func (f *Face) templates(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.templatesView(r)
	if err != nil {
		return err
	}
	if v.list, err = f.Room.Templates(r.Context(), r.Actor, r.Brand.ID); err != nil {
		return err
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("templates.title"), Sub: r.Brand.Name, Active: "calendar", Keys: []ui.Key{{Keys: "J", Label: r.T("composer.key.down")}, {Keys: "K", Label: r.T("composer.key.up")}}}, templatesPage(v))
}

func (f *Face) templateOf(r *ui.Request) (publishing.Template, error) {
	key, err := ui.PathID[publishing.TemplateID](r, "template")
	if err != nil {
		return publishing.Template{}, err
	}
	return f.Room.Template(r.Context(), r.Actor, r.Brand.ID, key)
}

func (f *Face) template(w http.ResponseWriter, r *ui.Request) error {
	t, err := f.templateOf(r)
	if err != nil {
		return err
	}
	return f.templatePage(w, r, t, nil)
}

func (f *Face) templatePage(w http.ResponseWriter, r *ui.Request, t publishing.Template, form *ui.Form) error {
	v, err := f.templatesView(r)
	if err != nil {
		return err
	}
	v.one, v.form = t, form
	fr := ui.Frame{Title: t.Name, Sub: r.T("templates.title"), Active: "calendar"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, templatePage(v))
}

// templateEdit reads the form of a template: what the form does not show of it
// (options, pictures of one channel, cuts) stays.
func templateEdit(form *ui.Form, t publishing.Template) publishing.Edit {
	text, labels, campaign := form.Get("text"), labelsOf(form.All("labels")), id.Campaign(form.Get("campaign"))
	variants := []publishing.Variant{}
	for _, c := range form.All("channel") {
		v := publishing.Variant{Channel: id.Channel(c)}
		if i := slices.IndexFunc(t.Model.Variants, func(o publishing.Variant) bool { return o.Channel == v.Channel }); i >= 0 {
			v = t.Model.Variants[i]
		}
		v.Text = nil
		if own := form.Get("own." + c); strings.TrimSpace(own) != "" {
			v.Text = &own
		}
		variants = append(variants, v)
	}
	e := publishing.Edit{Text: &text, Labels: &labels, Campaign: &campaign, Variants: &variants}
	if form.On("no_media") {
		e.Media = &[]publishing.MediaRef{}
	}
	return e
}

func (f *Face) changeTemplate(w http.ResponseWriter, r *ui.Request) error {
	t, err := f.templateOf(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(form.Get("version"), 10, 64)
	_, err = f.Room.ChangeTemplate(r.Context(), r.Actor, r.Brand.ID, t.ID, version, form.Get("name"), templateEdit(form, t))
	if err != nil && form.Refused(r, err) {
		return f.templatePage(w, r, t, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("templates.saved")})
	return ui.Redirect(w, r, templatesPath(r.Brand.ID))
}

// templateOfPost asks for the name of a template made of a post.
func (f *Face) templateOfPost(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.post(r)
	if err != nil {
		return err
	}
	return f.templateAsk(w, r, p, nil)
}

func (f *Face) templateAsk(w http.ResponseWriter, r *ui.Request, p publishing.Post, form *ui.Form) error {
	v, err := f.templatesView(r)
	if err != nil {
		return err
	}
	v.post, v.form = p, form
	v.one.Model = publishing.Model{Text: p.Text, Variants: p.Variants}
	fr := ui.Frame{Title: r.T("templates.make"), Sub: p.Title, Active: "calendar"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, templateAskPage(v))
}

func (f *Face) makeTemplate(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.post(r)
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	t, err := f.Room.MakeTemplate(r.Context(), r.Actor, r.Brand.ID, p.ID, form.Get("name"))
	if err != nil && form.Refused(r, err) {
		return f.templateAsk(w, r, p, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("templates.made", "name", t.Name), Undo: templatesPath(r.Brand.ID) + "/" + string(t.ID) + "/remove"})
	return ui.Redirect(w, r, templatesPath(r.Brand.ID))
}

func (f *Face) useTemplate(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[publishing.TemplateID](r, "template")
	if err != nil {
		return err
	}
	p, err := f.Room.UseTemplate(r.Context(), r.Actor, r.Brand.ID, key)
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("templates.used"), Undo: postPath(r.Brand.ID, p.ID) + "/bin"})
	return ui.Redirect(w, r, postPath(r.Brand.ID, p.ID))
}

func (f *Face) removeTemplate(w http.ResponseWriter, r *ui.Request) error {
	return f.templateGesture(w, r, f.Room.RemoveTemplate, "templates.removed", "/restore")
}

func (f *Face) restoreTemplate(w http.ResponseWriter, r *ui.Request) error {
	return f.templateGesture(w, r, f.Room.RestoreTemplate, "templates.restored", "")
}

// templateGesture takes a template away, or back.
func (f *Face) templateGesture(w http.ResponseWriter, r *ui.Request, verb func(context.Context, team.Actor, id.Brand, publishing.TemplateID) error, said, undo string) error {
	key, err := ui.PathID[publishing.TemplateID](r, "template")
	if err != nil {
		return err
	}
	if err := verb(r.Context(), r.Actor, r.Brand.ID, key); err != nil {
		return err
	}
	d := done{Text: r.T(said)}
	if undo != "" {
		d.Undo = templatesPath(r.Brand.ID) + "/" + string(key) + undo
	}
	if scripted(r) {
		return answer(w, r, d)
	}
	ui.Say(r, ui.Toast{Text: d.Text, Undo: d.Undo})
	return ui.Redirect(w, r, templatesPath(r.Brand.ID))
}

package answersweb

import (
	"net/http"
	"net/url"
	"strings"

	"vigie/internal/answers"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/ui"
)

// onPage is how many saved answers a list shows at once.
const onPage = 50

type listView struct {
	head
	q       url.Values
	shelf   answers.Shelf
	rows    []answers.Saved
	more    string // address of what follows
	one     *oneView
	chosen  bool // somebody asked for this answer; else it is the first
	nothing bool // the brand has no answer at all
}

// oneView is an answer in the reading pane.
type oneView struct {
	head
	answers.Saved
	lengths  []answers.Fit
	nets     []network.Facts
	position *answers.Stood
	versions []answers.Edition
	name     func(id.Person) string
	missing  []string
}

func (f *Face) list(w http.ResponseWriter, r *ui.Request) error { return f.panes(w, r, "") }

func (f *Face) show(w http.ResponseWriter, r *ui.Request) error {
	key, err := ui.PathID[answers.AnswerID](r, "answer")
	if err != nil {
		return err
	}
	return f.panes(w, r, key)
}

func (f *Face) panes(w http.ResponseWriter, r *ui.Request, key answers.AnswerID) error {
	ctx, b := r.Context(), r.Brand.ID
	v := listView{head: f.head(r, "answers", nil), q: r.URL.Query(), chosen: key != ""}
	var err error
	if v.shelf, err = f.Room.Shelf(ctx, r.Actor, b); err != nil {
		return err
	}
	v.nothing = v.shelf.All+v.shelf.Archived == 0
	filter := answers.Filter{Text: cut(v.q.Get("q"), 200), Folder: v.q.Get("folder"), Label: v.q.Get("label"), Language: v.q.Get("language"), Only: v.q.Get("only")}
	rows, more, err := f.Room.List(ctx, r.Actor, b, filter, answers.AnswerID(v.q.Get("after")), onPage)
	if err != nil {
		return err
	}
	if v.rows = rows; more {
		v.more = v.link(v.base, "after", string(rows[len(rows)-1].ID))
	}
	if key == "" && len(rows) > 0 {
		key = rows[0].ID
	}
	if key != "" {
		if v.one, err = f.one(r, key); err != nil {
			return err
		}
	}
	fr := frame(r, r.T("answers.title"), nil)
	fr.Wide = true
	if v.chosen {
		fr.Title = v.one.Title
	}
	fr.Keys = []ui.Key{{Keys: "J", Label: r.T("answers.key.down")}, {Keys: "K", Label: r.T("answers.key.up")}}
	if v.write {
		fr.Main = &ui.Action{Label: r.T("answers.new"), Href: v.base + "/new", Icon: "plus", Key: "N"}
		if v.one != nil {
			fr.Keys = append(fr.Keys, ui.Key{Keys: "M", Label: r.T("answers.edit"), Href: v.base + "/" + string(key) + "/edit"})
			if v.away && v.one.Archived.IsZero() {
				fr.Keys = append(fr.Keys, ui.Key{Keys: "E", Label: r.T("answers.archive"), Click: "#answer-archive"})
			}
		}
	}
	return ui.Page(w, r, fr, panes(v))
}

func (f *Face) one(r *ui.Request, key answers.AnswerID) (*oneView, error) {
	ctx, b := r.Context(), r.Brand.ID
	row, err := f.Room.Get(ctx, r.Actor, b, key)
	if err != nil {
		return nil, err
	}
	v := &oneView{head: f.head(r, "answers", nil), Saved: row, name: f.named(r), nets: f.networks(r)}
	if v.lengths, err = f.Room.Lengths(ctx, r.Actor, b, row.Answer); err != nil {
		return nil, err
	}
	if v.versions, err = f.Room.Versions(ctx, r.Actor, b, key); err != nil {
		return nil, err
	}
	if row.Position != "" {
		p, err := f.Room.Position(ctx, r.Actor, b, row.Position)
		if err != nil {
			return nil, err
		}
		v.position = &p
	}
	filled, err := f.Room.Fill(ctx, r.Actor, b, key, answers.Want{Values: map[string]string{answers.FirstName: "–", answers.Name: "–", answers.Signature: "–"}})
	v.missing = filled.Missing
	return v, err
}

// over lists the channels on which a text is too long.
func (v *oneView) over(t answers.Text) (out []answers.Fit) {
	for _, l := range v.lengths {
		if l.Over && l.Language == t.Language && v.text(l) == t {
			out = append(out, l)
		}
	}
	return out
}

// text is the text that a length is of.
func (v *oneView) text(l answers.Fit) answers.Text {
	t, _ := v.In(l.Language, l.Network)
	return t
}

// link is the list's address with one value of its filter changed.
func (v listView) link(path, name, value string) string {
	q := url.Values{}
	for k := range v.q {
		if k == "q" || k == "folder" || k == "label" || k == "language" || k == "only" {
			if s := v.q.Get(k); s != "" {
				q.Set(k, s)
			}
		}
	}
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (v listView) filtered() bool {
	return v.q.Get("q")+v.q.Get("folder")+v.q.Get("label")+v.q.Get("language")+v.q.Get("only") != ""
}

func (v listView) folders() []ui.Option {
	out := []ui.Option{{Label: v.r.T("answers.all_folders")}}
	for _, f := range v.shelf.Folders {
		out = append(out, ui.Option{Value: f.Name, Label: v.r.T("answers.folder_n", "name", f.Name, "n", f.N)})
	}
	return out
}

func (v listView) onlys() []ui.Option {
	out := []ui.Option{{Label: v.r.T("answers.only.all", "n", v.shelf.All)}}
	for _, o := range []struct {
		key string
		n   int
	}{{"stale", v.shelf.Stale}, {"review", v.shelf.Due}, {"archived", v.shelf.Archived}} {
		out = append(out, ui.Option{Value: o.key, Label: v.r.T("answers.only."+o.key, "n", o.n)})
	}
	return out
}

// editView is the form of a saved answer.
type editView struct {
	head
	answer    answers.Answer
	texts     []answers.Text
	nets      []network.Facts
	positions []answers.Stood
	folders   []answers.Folder
	labels    []string
}

func (f *Face) blank(w http.ResponseWriter, r *ui.Request) error {
	q := r.URL.Query()
	return f.editPage(w, r, nil, answers.Answer{Title: cut(q.Get("title"), 120), Question: cut(q.Get("question"), 500), Folder: q.Get("folder"), Position: answers.PositionID(q.Get("position"))})
}

func (f *Face) edit(w http.ResponseWriter, r *ui.Request) error {
	a, err := f.of(r)
	if err != nil {
		return err
	}
	return f.editPage(w, r, nil, a)
}

func (f *Face) of(r *ui.Request) (answers.Answer, error) {
	key, err := ui.PathID[answers.AnswerID](r, "answer")
	if err != nil {
		return answers.Answer{}, err
	}
	row, err := f.Room.Get(r.Context(), r.Actor, r.Brand.ID, key)
	return row.Answer, err
}

func (f *Face) editPage(w http.ResponseWriter, r *ui.Request, form *ui.Form, a answers.Answer) error {
	ctx, b := r.Context(), r.Brand.ID
	v := editView{head: f.head(r, "answers", form), answer: a, texts: a.Texts, nets: f.networks(r)}
	var err error
	if v.positions, err = f.Room.Positions(ctx, r.Actor, b, ""); err != nil {
		return err
	}
	shelf, err := f.Room.Shelf(ctx, r.Actor, b)
	if err != nil {
		return err
	}
	v.folders = shelf.Folders
	v.labels = a.Labels
	v.texts = append(v.texts, answers.Text{Language: r.Brand.Language}) // one more to write
	if len(v.texts) > 1 {
		v.texts[len(v.texts)-1].Language = other(v.texts, languages(r))
	}
	title := a.Title
	if a.ID == "" {
		title = r.T("answers.new")
	}
	return ui.Page(w, r, frame(r, title, form), editPage(v))
}

// other is the first language that no text is in yet.
func other(texts []answers.Text, all []string) string {
	for _, l := range all {
		used := false
		for _, t := range texts[:len(texts)-1] {
			used = used || t.Language == l
		}
		if !used {
			return l
		}
	}
	return all[0]
}

func (v editView) action() string {
	if v.answer.ID == "" {
		return v.base
	}
	return v.base + "/" + string(v.answer.ID)
}

func (v editView) positionOptions() []ui.Option {
	out := []ui.Option{{Label: v.r.T("answers.position_any")}}
	for _, p := range v.positions {
		if p.Standing != answers.Ended || p.ID == v.answer.Position {
			out = append(out, ui.Option{Value: string(p.ID), Label: p.Subject + " · " + v.r.T("positions.standing."+string(p.Standing))})
		}
	}
	return out
}

func (f *Face) create(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	return f.keep(w, r, form, answers.Answer{})
}

func (f *Face) save(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	a, err := f.of(r)
	if err != nil {
		return err
	}
	if n, err := form.Int("version"); err == nil {
		a.Version = int64(n)
	}
	return f.keep(w, r, form, a)
}

func (f *Face) keep(w http.ResponseWriter, r *ui.Request, form *ui.Form, was answers.Answer) error {
	a := read(form, was)
	saved, err := f.Room.Save(r.Context(), r.Actor, r.Brand.ID, a)
	if err != nil && form.Refused(r, err) {
		return f.editPage(w, r, form, a)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("answers.saved", "title", saved.Title)})
	return ui.Redirect(w, r, base(r.Brand.ID)+"/"+string(saved.ID))
}

// read is the answer that a form describes.
func read(form *ui.Form, was answers.Answer) answers.Answer {
	a := was
	a.Title, a.Question, a.Folder = form.Get("title"), form.Get("question"), form.Get("folder")
	a.Labels = strings.FieldsFunc(form.Get("labels"), func(r rune) bool { return r == ',' || r == ';' || r == '\n' })
	a.Position = answers.PositionID(form.Get("position"))
	a.Texts, a.Media = nil, nil
	languages, nets := form.All("language"), form.All("network")
	for i, text := range form.All("text") {
		t := answers.Text{Text: text}
		if i < len(languages) {
			t.Language = strings.TrimSpace(languages[i])
		}
		if i < len(nets) {
			t.Network = network.Kind(nets[i])
		}
		if strings.TrimSpace(t.Text) != "" {
			a.Texts = append(a.Texts, t)
		}
	}
	for _, m := range form.All("media") {
		a.Media = append(a.Media, id.Media(m))
	}
	return a
}

// act does something to the answer of the path and goes to a page.
func (f *Face) act(w http.ResponseWriter, r *ui.Request, said, undo string, to func(answers.Answer) string, do func(answers.AnswerID) error) error {
	a, err := f.of(r)
	if err != nil {
		return err
	}
	if err := do(a.ID); err != nil {
		return err
	}
	t := ui.Toast{Text: r.T(said, "title", a.Title)}
	if undo != "" {
		t.Undo = base(r.Brand.ID) + "/" + string(a.ID) + "/" + undo
	}
	ui.Say(r, t)
	return ui.Redirect(w, r, to(a))
}

func (f *Face) itself(r *ui.Request) func(answers.Answer) string {
	return func(a answers.Answer) string { return base(r.Brand.ID) + "/" + string(a.ID) }
}

func (f *Face) reviewed(w http.ResponseWriter, r *ui.Request) error {
	return f.act(w, r, "answers.said.reviewed", "", f.itself(r), func(a answers.AnswerID) error { return f.Room.Reviewed(r.Context(), r.Actor, r.Brand.ID, a) })
}

func (f *Face) archive(w http.ResponseWriter, r *ui.Request) error {
	return f.act(w, r, "answers.said.archived", "restore", func(answers.Answer) string { return base(r.Brand.ID) }, func(a answers.AnswerID) error { return f.Room.Archive(r.Context(), r.Actor, r.Brand.ID, a) })
}

func (f *Face) restore(w http.ResponseWriter, r *ui.Request) error {
	return f.act(w, r, "answers.said.restored", "", f.itself(r), func(a answers.AnswerID) error { return f.Room.Restore(r.Context(), r.Actor, r.Brand.ID, a) })
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

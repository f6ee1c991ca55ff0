package answersweb

import (
	"net/http"
	"strings"
	"time"

	"vigie/internal/answers"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/team"
	"vigie/internal/ui"
)

type positionsView struct {
	head
	q      string
	groups []group
	none   bool
}

// group is the positions of one standing.
type group struct {
	Standing answers.Standing
	All      []answers.Stood
}

func (f *Face) positions(w http.ResponseWriter, r *ui.Request) error {
	v := positionsView{head: f.head(r, "positions", nil), q: cut(r.URL.Query().Get("q"), 200)}
	all, err := f.Room.Positions(r.Context(), r.Actor, r.Brand.ID, v.q)
	if err != nil {
		return err
	}
	v.none = len(all) == 0
	for _, s := range answers.Standings() {
		g := group{Standing: s}
		for _, p := range all {
			if p.Standing == s {
				g.All = append(g.All, p)
			}
		}
		if len(g.All) > 0 {
			v.groups = append(v.groups, g)
		}
	}
	fr := frame(r, r.T("positions.title"), nil)
	if v.write {
		fr.Main = &ui.Action{Label: r.T("positions.new"), Href: v.posts + "/new", Icon: "plus", Key: "N"}
	}
	return ui.Page(w, r, fr, positionsPage(v))
}

// when says from when until when a position stands.
func when(r *ui.Request, p answers.Stood) string {
	w := p.Now
	if w == nil {
		w = p.Then
	}
	switch {
	case !p.Withdrawn.IsZero():
		return r.T("positions.when.withdrawn", "at", p.Withdrawn)
	case p.Standing == answers.Ended:
		return r.T("positions.when.ended", "until", p.Until)
	case w == nil:
		return r.T("positions.when.draft")
	}
	return days(r, *w)
}

func days(r *ui.Request, w answers.Wording) string {
	if w.Until == "" {
		return r.T("positions.when.from", "from", w.From)
	}
	return r.T("positions.when.both", "from", w.From, "until", w.Until)
}

func signal(s answers.Standing) ui.Signal {
	return map[answers.Standing]ui.Signal{answers.InForce: ui.Calm, answers.Coming: ui.Info, answers.Drafted: ui.Watch}[s]
}

type positionView struct {
	head
	answers.Stood
	draft   *answers.Wording // that waits for a yes
	resting answers.Resting
	name    func(id.Person) string
	review  bool
}

func (f *Face) positionOf(r *ui.Request) (answers.Stood, error) {
	key, err := ui.PathID[answers.PositionID](r, "position")
	if err != nil {
		return answers.Stood{}, err
	}
	return f.Room.Position(r.Context(), r.Actor, r.Brand.ID, key)
}

func (f *Face) position(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.positionOf(r)
	if err != nil {
		return err
	}
	return f.positionPage(w, r, nil, p)
}

func (f *Face) positionPage(w http.ResponseWriter, r *ui.Request, form *ui.Form, p answers.Stood) error {
	v := positionView{head: f.head(r, "positions", form), Stood: p, name: f.named(r), review: r.May(team.Review)}
	if last := p.Last(); last.Draft() {
		v.draft = last
	}
	var err error
	if v.resting, err = f.Room.RestsOn(r.Context(), r.Actor, r.Brand.ID, p.ID); err != nil {
		return err
	}
	fr := frame(r, p.Subject, form)
	if form != nil {
		fr.Status = http.StatusConflict
	}
	if v.write {
		fr.Keys = []ui.Key{{Keys: "M", Label: r.T("positions.edit"), Href: v.posts + "/" + string(p.ID) + "/edit"}}
	}
	return ui.Page(w, r, fr, positionPage(v))
}

// shown is the wording that the top of the page shows.
func (v positionView) shown() *answers.Wording {
	switch {
	case v.Now != nil:
		return v.Now
	case v.Then != nil:
		return v.Then
	case v.draft != nil && len(v.Wordings) == 1:
		return nil
	}
	for i := range v.Wordings {
		if !v.Wordings[i].Draft() {
			return &v.Wordings[i]
		}
	}
	return nil
}

// before is the wording under another in the list of versions.
func (v positionView) before(i int) *answers.Wording {
	if i+1 < len(v.Wordings) {
		return &v.Wordings[i+1]
	}
	return nil
}

type positionForm struct {
	head
	id     answers.PositionID
	number int64 // of the version it will be
	ver    int64
	draft  answers.NewWording
	texts  []answers.Saying
}

func (f *Face) blankPosition(w http.ResponseWriter, r *ui.Request) error {
	return f.positionFormPage(w, r, nil, answers.Stood{}, answers.NewWording{From: today(r), Subject: cut(r.URL.Query().Get("subject"), 120)})
}

// today is the day in the brand's zone.
func today(r *ui.Request) string {
	loc, err := clock.Zone(r.Brand.Zone)
	if err != nil {
		loc = time.UTC
	}
	return r.Loc.Now().In(loc).Format(time.DateOnly)
}

func (f *Face) editPosition(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.positionOf(r)
	if err != nil {
		return err
	}
	last := p.Last()
	d := answers.NewWording{Subject: p.Subject, Texts: last.Texts, Phrases: last.Phrases, From: last.From, Until: last.Until}
	if !last.Draft() { // a new version begins today, with words of its own
		d.From, d.Until, d.Phrases = max(today(r), last.From), "", nil
	}
	return f.positionFormPage(w, r, nil, p, d)
}

func (f *Face) positionFormPage(w http.ResponseWriter, r *ui.Request, form *ui.Form, p answers.Stood, d answers.NewWording) error {
	v := positionForm{head: f.head(r, "positions", form), id: p.ID, number: 1, ver: p.Version, draft: d}
	title := r.T("positions.new")
	if p.ID != "" {
		title = p.Subject
		if v.number = p.Last().Number; !p.Last().Draft() {
			v.number++
		}
	}
	v.texts = append(append(v.texts, d.Texts...), answers.Saying{Language: r.Brand.Language})
	if len(d.Texts) > 0 {
		used := make([]answers.Text, len(v.texts))
		for i, t := range v.texts {
			used[i].Language = t.Language
		}
		v.texts[len(v.texts)-1].Language = other(used, languages(r))
	}
	return ui.Page(w, r, frame(r, title, form), positionFormPage(v))
}

func (v positionForm) action() string {
	if v.id == "" {
		return v.posts
	}
	return v.posts + "/" + string(v.id)
}

func (f *Face) createPosition(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	return f.write(w, r, form, answers.Stood{})
}

func (f *Face) savePosition(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := f.positionOf(r)
	if err != nil {
		return err
	}
	return f.write(w, r, form, p)
}

func (f *Face) write(w http.ResponseWriter, r *ui.Request, form *ui.Form, p answers.Stood) error {
	d := answers.NewWording{Subject: form.Get("subject"), From: form.Get("from"), Until: form.Get("until"), Phrases: lines(form.Get("phrases"))}
	says, avoids := form.All("say"), form.All("avoid")
	for i, l := range form.All("language") {
		t := answers.Saying{Language: strings.TrimSpace(l)}
		if i < len(says) {
			t.Say = says[i]
		}
		if i < len(avoids) {
			t.Avoid = avoids[i]
		}
		if strings.TrimSpace(t.Say+t.Avoid) != "" {
			d.Texts = append(d.Texts, t)
		}
	}
	version := p.Version
	if n, err := form.Int("version"); err == nil && p.ID != "" {
		version = int64(n)
	}
	saved, err := f.Room.Write(r.Context(), r.Actor, r.Brand.ID, p.ID, version, d)
	if err != nil && form.Refused(r, err) {
		return f.positionFormPage(w, r, form, p, d)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("positions.said.written", "subject", saved.Subject)})
	return ui.Redirect(w, r, positions(r.Brand.ID)+"/"+string(saved.ID))
}

func (f *Face) approve(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := f.positionOf(r)
	if err != nil {
		return err
	}
	number, err := form.Int("number")
	if err != nil {
		return err
	}
	version, err := form.Int("version")
	if err != nil || version < 1 {
		return fault.New(fault.Invalid, "ui.number").At("version")
	}
	_, err = f.Room.Approve(r.Context(), r.Actor, r.Brand.ID, p.ID, int64(number), int64(version))
	if err != nil && form.Refused(r, err) {
		return f.positionPage(w, r, form, p)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("positions.said.approved", "subject", p.Subject)})
	return ui.Redirect(w, r, positions(r.Brand.ID)+"/"+string(p.ID))
}

func (f *Face) withdraw(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.positionOf(r)
	if err != nil {
		return err
	}
	if err := f.Room.Withdraw(r.Context(), r.Actor, r.Brand.ID, p.ID); err != nil {
		return err
	}
	at := positions(r.Brand.ID) + "/" + string(p.ID)
	ui.Say(r, ui.Toast{Text: r.T("positions.said.withdrawn", "subject", p.Subject), Undo: at + "/reopen"})
	return ui.Redirect(w, r, at)
}

func (f *Face) reopen(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.positionOf(r)
	if err != nil {
		return err
	}
	if err := f.Room.Reopen(r.Context(), r.Actor, r.Brand.ID, p.ID); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("positions.said.reopened", "subject", p.Subject)})
	return ui.Redirect(w, r, positions(r.Brand.ID)+"/"+string(p.ID))
}

func lines(s string) []string {
	var out []string
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

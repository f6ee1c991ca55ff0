package publishingweb

import (
	"net/http"

	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// FreezeNotice is the sentence of the band across the pages of a frozen brand:
// since when, by whom, why. names are those of the brand's people; somebody who
// is none of them is not named.
func FreezeNotice(loc *i18n.Loc, f publishing.Freeze, names map[id.Person]string) string {
	key := "publishing.frozen.notice"
	if f.Brand == publishing.AllBrands {
		key = "publishing.frozen.notice_all"
	}
	who := names[f.By]
	if who == "" {
		who = loc.T("publishing.frozen.somebody")
	}
	text := loc.T(key, "since", loc.When(f.Since), "who", who)
	if f.Reason != "" {
		text += " " + loc.T("publishing.frozen.notice_reason", "reason", f.Reason)
	}
	return text
}

// freezeView is the switch and what it holds.
type freezeView struct {
	base, action string
	all          bool // of every brand
	tabs         []ui.Choice
	form         *ui.Form
	name         string             // the brand's
	own          *publishing.Freeze // the one this page lifts
	over         *publishing.Freeze // the one for all brands, on a brand's page
	words        string             // of own
	overWords    string
	may, admin   bool
	waiting      int // would be held
	more         bool
	held         []heldLine
	missed       []heldLine
	leaving      []heldLine
	restHeld     bool
}

// heldLine is a publication as the freeze found it.
type heldLine struct {
	publishing.PublicationRow
	Href, When, Channel, Short string
}

// doWords is the button in words that name the consequence: "Geler 12
// publications de Kerlann".
func (v freezeView) doWords(loc *i18n.Loc) string {
	switch {
	case v.more:
		return loc.T("publishing.frozen.do_more", "n", v.waiting, "name", v.name)
	case v.waiting == 0:
		return loc.T("publishing.frozen.do_none", "name", v.name)
	}
	return loc.T("publishing.frozen.do", "n", v.waiting, "name", v.name)
}

// leavingShown are those under way, told only while something is frozen.
func (v freezeView) leavingShown() []heldLine {
	if v.own == nil && v.over == nil {
		return nil
	}
	return v.leaving
}

func (f *Face) freezePage(w http.ResponseWriter, r *ui.Request) error {
	return f.freezePageOf(w, r, nil)
}

func (f *Face) freezePageOf(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	ctx, b := r.Context(), r.Brand.ID
	v := freezeView{base: "/b/" + string(b), name: r.Brand.Name, tabs: r.SettingsTabs("freeze"), form: form, may: r.May(team.Freeze), admin: r.Actor.MayAdminister()}
	v.action = v.base + "/settings/freeze"
	frozen, err := f.Room.Freezes(ctx, r.Actor, b)
	if err != nil {
		return err
	}
	names := map[id.Person]string{}
	if r.May(team.SeePeople) {
		if names, err = f.Names(ctx, r.Actor, b); err != nil {
			return err
		}
	}
	for _, z := range frozen {
		if z.Brand == publishing.AllBrands {
			v.over, v.overWords = &z, FreezeNotice(r.Loc, z, names)
		} else {
			v.own, v.words = &z, FreezeNotice(r.Loc, z, names)
		}
	}
	if err := f.freezeLists(r, &v); err != nil {
		return err
	}
	fr := ui.Frame{Title: r.T("publishing.frozen.title"), Sub: r.Brand.Name, Active: "settings"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, freezePage(v))
}

// maxHeld bounds each list of the page; the ledger's own page has them all.
const maxHeld = 100

func (f *Face) freezeLists(r *ui.Request, v *freezeView) error {
	ctx, b := r.Context(), r.Brand.ID
	all, err := f.Channels.List(ctx, r.Actor, b)
	if err != nil {
		return err
	}
	read := func(limit int, states ...publishing.State) (out []heldLine, more bool, _ error) {
		page, err := f.Room.Ledger(ctx, r.Actor, b, publishing.PublicationFilter{States: states}, "", limit)
		if err != nil {
			return nil, false, err
		}
		for _, p := range page.Items {
			l := heldLine{PublicationRow: p, Href: v.base + "/posts/" + string(p.Post), When: r.Loc.When(p.DueAt)}
			for _, ch := range all {
				if ch.ID == p.Channel {
					l.Short, l.Channel = ch.Short, channelName(ch)
				}
			}
			if l.Title == "" {
				l.Title = r.T("publishing.calendar.untitled")
			}
			out = append(out, l)
		}
		return out, page.Next != "", nil
	}
	held, more, err := read(maxHeld, publishing.Frozen)
	if err != nil {
		return err
	}
	v.restHeld = more
	for _, l := range held {
		if l.Problem == "" {
			v.held = append(v.held, l)
		} else {
			v.missed = append(v.missed, l)
		}
	}
	if v.leaving, _, err = read(maxHeld, publishing.Sending); err != nil {
		return err
	}
	waiting, more, err := read(publishing.MaxPage, publishing.Planned, publishing.Due)
	v.waiting, v.more = len(waiting), more
	return err
}

func (f *Face) freeze(w http.ResponseWriter, r *ui.Request) error {
	return f.freezeOf(w, r, r.Brand.ID, "/b/"+string(r.Brand.ID)+"/settings/freeze", f.freezePageOf)
}

func (f *Face) freezeAll(w http.ResponseWriter, r *ui.Request) error {
	return f.freezeOf(w, r, publishing.AllBrands, "/freeze", f.freezeAllOf)
}

func (f *Face) freezeOf(w http.ResponseWriter, r *ui.Request, b id.Brand, back string, again func(http.ResponseWriter, *ui.Request, *ui.Form) error) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	frost, err := f.Room.Freeze(r.Context(), r.Actor, b, form.Get("reason"))
	if err != nil && form.Refused(r, err) {
		return again(w, r, form)
	}
	if err != nil {
		return err
	}
	text := r.T("publishing.frozen.done", "n", frost.Held)
	if n := len(frost.Leaving); n > 0 {
		text += " " + r.T("publishing.frozen.done_leaving", "n", n)
	}
	ui.Say(r, ui.Toast{Text: text})
	return ui.Redirect(w, r, back)
}

func (f *Face) thaw(w http.ResponseWriter, r *ui.Request) error {
	return f.thawOf(w, r, r.Brand.ID, "/b/"+string(r.Brand.ID)+"/settings/freeze")
}

func (f *Face) thawAll(w http.ResponseWriter, r *ui.Request) error {
	return f.thawOf(w, r, publishing.AllBrands, "/freeze")
}

func (f *Face) thawOf(w http.ResponseWriter, r *ui.Request, b id.Brand, back string) error {
	out, err := f.Room.Thaw(r.Context(), r.Actor, b)
	if err != nil {
		return err
	}
	text := r.T("publishing.frozen.lifted", "n", out.Freed)
	if n := len(out.Missed); n > 0 {
		text += " " + r.T("publishing.frozen.lifted_missed", "n", n)
	}
	ui.Say(r, ui.Toast{Text: text})
	return ui.Redirect(w, r, back)
}

// freezeAllPage is the switch for every brand, for those who run the instance.
// It names no brand: administrators see none but their own.
func (f *Face) freezeAllPage(w http.ResponseWriter, r *ui.Request) error {
	return f.freezeAllOf(w, r, nil)
}

func (f *Face) freezeAllOf(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	v := freezeView{all: true, action: "/freeze", form: form, may: true, admin: true}
	frozen, err := f.Room.Freezes(r.Context(), r.Actor, publishing.AllBrands)
	if err != nil {
		return err
	}
	for _, z := range frozen {
		names := map[id.Person]string{r.Person.ID: r.Person.Name}
		v.own, v.words = &z, FreezeNotice(r.Loc, z, names)
	}
	fr := ui.Frame{Title: r.T("publishing.frozen.title_all"), Active: "settings"}
	if form != nil {
		fr.Status = http.StatusUnprocessableEntity
	}
	return ui.Page(w, r, fr, freezePage(v))
}

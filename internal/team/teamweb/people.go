package teamweb

import (
	"net/http"

	"vigie/internal/base/id"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func (f *Face) people(w http.ResponseWriter, r *ui.Request) error {
	return f.peoplePage(w, r, nil, "")
}

// peoplePage shows a brand's people; link is the one just made, shown this
// once.
func (f *Face) peoplePage(w http.ResponseWriter, r *ui.Request, form *ui.Form, link string) error {
	v := peopleView{brand: r.Brand, me: r.Actor.Person, mine: r.Actor.Roles[r.Brand.ID], form: form, link: link, mails: f.People.SendsMail(), tabs: r.SettingsTabs("people")}
	var err error
	if v.members, err = f.People.People(r.Context(), r.Actor, r.Brand.ID); err != nil {
		return err
	}
	if v.mine.May(team.ManagePeople) {
		if v.open, err = f.People.Invitations(r.Context(), r.Actor, r.Brand.ID); err != nil {
			return err
		}
	}
	fr := frame(r, "team.people.title", form)
	fr.Sub, fr.Active = r.Brand.Name, "settings"
	return ui.Page(w, r, fr, peoplePage(v))
}

// grants lists the roles a person may give, narrowest last.
func grants(mine team.Role) []team.Role {
	var out []team.Role
	for _, r := range team.Roles() {
		if mine.MayGrant(r) {
			out = append(out, r)
		}
	}
	return out
}

// linkTo is the whole address of an invitation, as the inviter hands it over.
func (f *Face) linkTo(r *ui.Request, token string) string {
	scheme := "http://"
	if f.HTTPS {
		scheme = "https://"
	}
	return scheme + r.Host + "/invitation/" + token
}

func readInvite(r *ui.Request, form *ui.Form) team.Invite {
	lang := form.Get("language")
	if lang == "" {
		lang = r.Loc.Lang
	}
	return team.Invite{Role: team.Role(form.Get("role")), Email: form.Get("email"), Language: lang, Admin: form.On("admin")}
}

func (f *Face) invite(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	inv, token, err := f.People.InviteTo(r.Context(), r.Actor, r.Brand.ID, readInvite(r, form))
	if err != nil && form.Refused(r, err) {
		return f.peoplePage(w, r, form, "")
	}
	if err != nil {
		return err
	}
	if inv.Email != "" && f.People.SendsMail() {
		ui.Say(r, ui.Toast{Text: r.T("team.invite.sent", "email", inv.Email)})
		return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/people")
	}
	return f.peoplePage(w, r, nil, f.linkTo(r, token))
}

func (f *Face) withdraw(w http.ResponseWriter, r *ui.Request) error {
	inv, err := ui.PathID[team.InvitationID](r, "invitation")
	if err != nil {
		return err
	}
	if err := f.People.Withdraw(r.Context(), r.Actor, r.Brand.ID, inv); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("team.invite.withdrawn")})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/people")
}

func (f *Face) setRole(w http.ResponseWriter, r *ui.Request) error {
	return f.withPerson(w, r, func(p id.Person, form *ui.Form) (string, error) {
		return r.T("team.role.changed"), f.People.SetRole(r.Context(), r.Actor, r.Brand.ID, p, team.Role(form.Get("role")))
	})
}

func (f *Face) remove(w http.ResponseWriter, r *ui.Request) error {
	return f.withPerson(w, r, func(p id.Person, _ *ui.Form) (string, error) {
		return r.T("team.role.removed"), f.People.RemoveMember(r.Context(), r.Actor, r.Brand.ID, p)
	})
}

func (f *Face) withPerson(w http.ResponseWriter, r *ui.Request, do func(id.Person, *ui.Form) (string, error)) error {
	p, err := ui.PathID[id.Person](r, "person")
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	said, err := do(p, form)
	if err != nil && form.Refused(r, err) {
		return f.peoplePage(w, r, form, "")
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: said})
	return ui.Redirect(w, r, "/b/"+string(r.Brand.ID)+"/people")
}

func (f *Face) leave(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	err = f.People.RemoveMember(r.Context(), r.Actor, r.Brand.ID, r.Actor.Person)
	if err != nil && r.May(team.SeePeople) && form.Refused(r, err) {
		return f.peoplePage(w, r, form, "")
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("team.left", "brand", r.Brand.Name)})
	return ui.Redirect(w, r, "/brands")
}

// persons is the page of those who run the instance.
func (f *Face) persons(w http.ResponseWriter, r *ui.Request) error {
	return f.personsPage(w, r, nil, "")
}

func (f *Face) personsPage(w http.ResponseWriter, r *ui.Request, form *ui.Form, link string) error {
	list, err := f.People.Persons(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	return ui.Page(w, r, frame(r, "team.persons.title", form), personsPage(list, r.Actor.Person, form, link, f.People.SendsMail()))
}

func (f *Face) inviteIn(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	inv, token, err := f.People.InviteIn(r.Context(), r.Actor, readInvite(r, form))
	if err != nil && form.Refused(r, err) {
		return f.personsPage(w, r, form, "")
	}
	if err != nil {
		return err
	}
	if inv.Email != "" && f.People.SendsMail() {
		ui.Say(r, ui.Toast{Text: r.T("team.invite.sent", "email", inv.Email)})
		return ui.Redirect(w, r, "/people")
	}
	return f.personsPage(w, r, nil, f.linkTo(r, token))
}

func (f *Face) disable(w http.ResponseWriter, r *ui.Request) error {
	return f.switchPerson(w, r, "team.person.disabled", func(p id.Person, _ *ui.Form) error { return f.People.Disable(r.Context(), r.Actor, p) })
}

func (f *Face) enable(w http.ResponseWriter, r *ui.Request) error {
	return f.switchPerson(w, r, "team.person.enabled", func(p id.Person, _ *ui.Form) error { return f.People.Enable(r.Context(), r.Actor, p) })
}

func (f *Face) setAdmin(w http.ResponseWriter, r *ui.Request) error {
	return f.switchPerson(w, r, "team.person.admin_changed", func(p id.Person, form *ui.Form) error {
		return f.People.SetAdmin(r.Context(), r.Actor, p, form.On("admin"))
	})
}

func (f *Face) switchPerson(w http.ResponseWriter, r *ui.Request, said string, do func(id.Person, *ui.Form) error) error {
	p, err := ui.PathID[id.Person](r, "person")
	if err != nil {
		return err
	}
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	err = do(p, form)
	if err != nil && form.Refused(r, err) {
		return f.personsPage(w, r, form, "")
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T(said)})
	return ui.Redirect(w, r, "/people")
}

package teamweb

import (
	"net/http"
	"strconv"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/team"
	"vigie/internal/ui"
)

func profileTabs(r *ui.Request, current string) []ui.Choice {
	return []ui.Choice{
		{Label: r.T("team.profile.tab"), Href: "/profile", Current: current == "profile"},
		{Label: r.T("team.security.tab"), Href: "/profile/security", Current: current == "security"},
		{Label: r.T("team.tokens.tab"), Href: "/profile/tokens", Current: current == "tokens"},
	}
}

func frame(r *ui.Request, key string, form *ui.Form) ui.Frame {
	f := ui.Frame{Title: r.T(key)}
	if form != nil {
		f.Status = http.StatusUnprocessableEntity
	}
	return f
}

func (f *Face) profile(w http.ResponseWriter, r *ui.Request) error {
	p, err := f.People.Profile(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	return ui.Page(w, r, frame(r, "team.profile.title", nil), profilePage(p, nil, profileTabs(r, "profile")))
}

func (f *Face) saveProfile(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(form.Get("version"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "").Because(err)
	}
	_, err = f.People.EditProfile(r.Context(), r.Actor, version, team.Profile{Name: form.Get("name"), Language: form.Get("language"), Zone: form.Get("zone"),
		Theme: team.Theme(form.Get("theme")), Keyboard: form.On("keyboard"), Measure: form.On("measure")})
	if err != nil && form.Refused(r, err) {
		// With the version of now: who read the warning and saves again means it.
		p, err := f.People.Profile(r.Context(), r.Actor)
		if err != nil {
			return err
		}
		return ui.Page(w, r, frame(r, "team.profile.title", form), profilePage(p, form, profileTabs(r, "profile")))
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("team.profile.saved")})
	return ui.Redirect(w, r, "/profile")
}

func (f *Face) security(w http.ResponseWriter, r *ui.Request) error {
	return f.securityPage(w, r, nil)
}

func (f *Face) securityPage(w http.ResponseWriter, r *ui.Request, form *ui.Form) error {
	p, err := f.People.Profile(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	list, err := f.People.Sessions(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	here, err := f.here(r)
	if err != nil {
		return err
	}
	return ui.Page(w, r, frame(r, "team.profile.title", form), securityPage(p, list, here, form, profileTabs(r, "security")))
}

// here is the session the request came with.
func (f *Face) here(r *ui.Request) (team.SessionID, error) {
	v, err := f.People.Recognise(r.Context(), f.session(r.Request))
	return v.Session, err
}

func (f *Face) changePassword(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	here, err := f.here(r)
	if err != nil {
		return err
	}
	err = f.People.ChangePassword(r.Context(), r.Actor, here, form.Get("old"), form.Get("password"), f.From(r.Request))
	if err != nil && form.Refused(r, err) {
		return f.securityPage(w, r, form)
	}
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("team.password.changed")})
	return ui.Redirect(w, r, "/profile/security")
}

func (f *Face) endSession(w http.ResponseWriter, r *ui.Request) error {
	s, err := ui.PathID[team.SessionID](r, "session")
	if err != nil {
		return err
	}
	if err := f.People.EndSession(r.Context(), r.Actor, s); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("team.session.ended")})
	return ui.Redirect(w, r, "/profile/security")
}

func (f *Face) endOthers(w http.ResponseWriter, r *ui.Request) error {
	here, err := f.here(r)
	if err != nil {
		return err
	}
	n, err := f.People.EndOtherSessions(r.Context(), r.Actor, here)
	if err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("team.session.others_ended", "n", n)})
	return ui.Redirect(w, r, "/profile/security")
}

func (f *Face) tokens(w http.ResponseWriter, r *ui.Request) error {
	return f.tokensPage(w, r, nil, "")
}

// tokensPage shows the tokens; key is the one just made, shown this once.
func (f *Face) tokensPage(w http.ResponseWriter, r *ui.Request, form *ui.Form, key string) error {
	list, err := f.People.Tokens(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	brands, err := f.Brands.List(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	fr := frame(r, "team.profile.title", form)
	if key != "" {
		fr.Status = http.StatusCreated
	}
	return ui.Page(w, r, fr, tokensPage(list, brands, key, form, r.Actor.Admin, r.Loc.Now(), profileTabs(r, "tokens")))
}

func (f *Face) makeToken(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	in := team.NewToken{Name: form.Get("name"), Brand: id.Brand(form.Get("brand"))}
	for _, s := range form.All("scopes") {
		in.Scopes = append(in.Scopes, team.Permission(s))
	}
	// The day named is the last one on which the token opens.
	if end, err := time.ParseInLocation(time.DateOnly, form.Get("ends"), r.Loc.Zone); err == nil {
		in.Ends = end.AddDate(0, 0, 1)
	}
	_, key, err := f.People.MakeToken(r.Context(), r.Actor, in)
	if err != nil && form.Refused(r, err) {
		return f.tokensPage(w, r, form, "")
	}
	if err != nil {
		return err
	}
	return f.tokensPage(w, r, nil, key)
}

func (f *Face) revokeToken(w http.ResponseWriter, r *ui.Request) error {
	t, err := ui.PathID[id.Token](r, "token")
	if err != nil {
		return err
	}
	if err := f.People.RevokeToken(r.Context(), r.Actor, t); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("team.token.revoked")})
	return ui.Redirect(w, r, "/profile/tokens")
}

func brandName(brands []brand.Brand, b id.Brand) string {
	for _, x := range brands {
		if x.ID == b {
			return x.Name
		}
	}
	return ""
}

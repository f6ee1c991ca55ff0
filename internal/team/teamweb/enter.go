package teamweb

import (
	"net/http"

	"github.com/a-h/templ"

	"vigie/internal/base/fault"
	"vigie/internal/platform/i18n"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// bare answers with a page without rail: nobody is signed in yet.
func bare(w http.ResponseWriter, r *ui.Request, title string, form *ui.Form, body templ.Component) error {
	f := ui.Frame{Title: title, Bare: true}
	if form != nil {
		f.Status = http.StatusUnprocessableEntity
	}
	// A link in the address is a key: it must not travel on in a Referer.
	w.Header().Set("Referrer-Policy", "no-referrer")
	return ui.Page(w, r, f, body)
}

func (f *Face) language(r *ui.Request) string {
	return i18n.Choose(r.Person.Language, r.Header.Get("Accept-Language"))
}

func (f *Face) newPerson(r *ui.Request, form *ui.Form) team.NewPerson {
	return team.NewPerson{Name: form.Get("name"), Email: form.Get("email"), Password: form.Get("password"), Language: f.language(r), Zone: form.Get("zone")}
}

func (f *Face) welcome(w http.ResponseWriter, r *ui.Request) error {
	first, err := f.People.FirstRun(r.Context())
	if err != nil {
		return err
	}
	if !first {
		return ui.Redirect(w, r, "/sign-in")
	}
	return bare(w, r, r.T("team.welcome.title"), nil, welcomePage(nil, f.Example != nil && !r.SignedIn()))
}

func (f *Face) makeFirst(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	e, err := f.People.First(r.Context(), f.newPerson(r, form), r.Actor, f.From(r.Request))
	if err != nil && form.Refused(r, err) {
		return bare(w, r, r.T("team.welcome.title"), form, welcomePage(form, f.Example != nil && !r.SignedIn()))
	}
	if err != nil {
		return err
	}
	f.entered(w, e)
	ui.Say(r, ui.Toast{Text: r.T("team.welcome.done", "name", e.Person.Name)})
	return ui.Redirect(w, r, "/brands")
}

// lookRound lets a guest into the example agency.
func (f *Face) lookRound(w http.ResponseWriter, r *ui.Request) error {
	if f.Example == nil {
		return fault.New(fault.NotFound, "")
	}
	lang := f.language(r)
	e, err := f.People.Guest(r.Context(), r.T("team.guest.name"), lang, "Europe/Paris", f.From(r.Request))
	if err != nil {
		return err
	}
	actor, err := f.People.ActorOf(r.Context(), e.Person.ID)
	if err != nil {
		return err
	}
	if err := f.Example.Start(r.Context(), actor, lang); err != nil {
		return err
	}
	f.entered(w, e)
	return ui.Redirect(w, r, "/example")
}

func (f *Face) example(w http.ResponseWriter, r *ui.Request) error {
	if f.Example == nil {
		return fault.New(fault.NotFound, "")
	}
	p, err := f.People.Profile(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	brands, err := f.Brands.List(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	examples := brands[:0:0]
	for _, b := range brands {
		if b.Example {
			examples = append(examples, b)
		}
	}
	return ui.Page(w, r, ui.Frame{Title: r.T("team.example.title")}, examplePage(p, examples))
}

func (f *Face) removeExample(w http.ResponseWriter, r *ui.Request) error {
	if f.Example == nil {
		return fault.New(fault.NotFound, "")
	}
	if err := f.Example.Remove(r.Context(), r.Actor); err != nil {
		return err
	}
	ui.Say(r, ui.Toast{Text: r.T("team.example.removed")})
	p, err := f.People.Profile(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	if p.Guest { // a guest came for the example alone
		if err := f.People.SignOut(r.Context(), f.session(r.Request)); err != nil {
			return err
		}
		f.forget(w)
		return ui.Redirect(w, r, "/welcome")
	}
	return ui.Redirect(w, r, "/brands")
}

func (f *Face) signInPage(w http.ResponseWriter, r *ui.Request) error {
	if r.SignedIn() {
		return ui.Redirect(w, r, ui.Next(r.Request))
	}
	first, err := f.People.FirstRun(r.Context())
	if err != nil {
		return err
	}
	if first {
		return ui.Redirect(w, r, "/welcome")
	}
	return bare(w, r, r.T("team.sign_in.title"), nil, signInForm(nil, ui.Next(r.Request)))
}

func (f *Face) signIn(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	e, err := f.People.SignIn(r.Context(), form.Get("email"), form.Get("password"), f.From(r.Request), f.session(r.Request))
	if fault.Is(err, fault.SignedOut) { // said in the form, not by another sign-in page
		err = fault.New(fault.Invalid, "team.wrong").Because(err)
	}
	if err != nil && form.Refused(r, err) {
		return bare(w, r, r.T("team.sign_in.title"), form, signInForm(form, ui.Next(r.Request)))
	}
	if err != nil {
		return err
	}
	f.entered(w, e)
	return ui.Redirect(w, r, ui.Next(r.Request))
}

func (f *Face) signOut(w http.ResponseWriter, r *ui.Request) error {
	if err := f.People.SignOut(r.Context(), f.session(r.Request)); err != nil {
		return err
	}
	f.forget(w)
	ui.Say(r, ui.Toast{Text: r.T("team.signed_out")})
	return ui.Redirect(w, r, "/sign-in")
}

func (f *Face) forgottenPage(w http.ResponseWriter, r *ui.Request) error {
	return bare(w, r, r.T("team.forgotten.title"), nil, forgottenForm(nil, f.People.SendsMail()))
}

// forgotten answers the same words whether or not the address is somebody's.
func (f *Face) forgotten(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	err = f.People.AskReset(r.Context(), form.Get("email"), f.From(r.Request))
	if err != nil && form.Refused(r, err) {
		return bare(w, r, r.T("team.forgotten.title"), form, forgottenForm(form, f.People.SendsMail()))
	}
	if err != nil {
		return err
	}
	return bare(w, r, r.T("team.forgotten.title"), nil, forgottenDone())
}

func (f *Face) resetPage(w http.ResponseWriter, r *ui.Request) error {
	if err := f.People.CheckReset(r.Context(), r.PathValue("token")); err != nil {
		return f.gone(w, r, err, "team.reset.title", "/forgotten", "team.reset.again")
	}
	return bare(w, r, r.T("team.reset.title"), nil, resetForm(nil, r.PathValue("token")))
}

func (f *Face) reset(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	device, err := f.People.Reset(r.Context(), r.PathValue("token"), form.Get("password"), f.From(r.Request))
	if err != nil && form.Refused(r, err) {
		return bare(w, r, r.T("team.reset.title"), form, resetForm(form, r.PathValue("token")))
	}
	if err != nil {
		return f.gone(w, r, err, "team.reset.title", "/forgotten", "team.reset.again")
	}
	f.remember(w, device)
	f.forget(w)
	ui.Say(r, ui.Toast{Text: r.T("team.reset.done")})
	return ui.Redirect(w, r, "/sign-in")
}

// gone is the page of a link that opens no more, with the way on.
func (f *Face) gone(w http.ResponseWriter, r *ui.Request, err error, title, href, label string) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return ui.Page(w, r, ui.Frame{Title: r.T(title), Bare: true, Status: http.StatusNotFound}, gonePage(err, href, r.T(label)))
}

func (f *Face) invitationPage(w http.ResponseWriter, r *ui.Request) error {
	inv, err := f.People.ReadInvitation(r.Context(), r.PathValue("token"))
	if err != nil {
		return f.gone(w, r, err, "team.invitation.title", "/", "team.home")
	}
	return bare(w, r, r.T("team.invitation.title"), nil, invitationForm(nil, inv, r.PathValue("token"), f.me(r)))
}

// me is who is signed in, for the pages that stand outside of the frame. A
// guest is not: she has no way back in.
func (f *Face) me(r *ui.Request) ui.Person {
	if r.Person.Email == "" {
		return ui.Person{}
	}
	return r.Person
}

func (f *Face) acceptAsNew(w http.ResponseWriter, r *ui.Request) error {
	form, err := ui.ReadForm(r)
	if err != nil {
		return err
	}
	token := r.PathValue("token")
	e, err := f.People.AcceptAsNew(r.Context(), token, f.newPerson(r, form), f.From(r.Request))
	if err != nil && form.Refused(r, err) {
		inv, gone := f.People.ReadInvitation(r.Context(), token)
		if gone != nil {
			return f.gone(w, r, gone, "team.invitation.title", "/", "team.home")
		}
		return bare(w, r, r.T("team.invitation.title"), form, invitationForm(form, inv, token, f.me(r)))
	}
	if err != nil {
		return f.gone(w, r, err, "team.invitation.title", "/", "team.home")
	}
	if old := f.session(r.Request); old != "" {
		if err := f.People.SignOut(r.Context(), old); err != nil {
			return err
		}
	}
	f.entered(w, e)
	ui.Say(r, ui.Toast{Text: r.T("team.welcome.done", "name", e.Person.Name)})
	return ui.Redirect(w, r, "/")
}

func (f *Face) accept(w http.ResponseWriter, r *ui.Request) error {
	_, err := f.People.Accept(r.Context(), r.Actor, r.PathValue("token"))
	if err != nil {
		return f.gone(w, r, err, "team.invitation.title", "/", "team.home")
	}
	ui.Say(r, ui.Toast{Text: r.T("team.invitation.done")})
	return ui.Redirect(w, r, "/brands")
}

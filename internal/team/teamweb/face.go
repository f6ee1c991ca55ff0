package teamweb

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"net/netip"

	"vigie/internal/base/fault"
	"vigie/internal/brand"
	"vigie/internal/team"
	"vigie/internal/ui"
)

//go:embed fr.json en.json
var messages embed.FS

// Messages are the words of this face and of team's mails and errors.
func Messages() fs.FS { return messages }

// Example is the example agency that a guest looks round. app gives it.
type Example interface {
	// Start makes the example's brands for the actor, who owns them; safe to
	// repeat.
	Start(ctx context.Context, actor team.Actor, language string) error
	// Remove takes away, whole, what Start made for the actor.
	Remove(ctx context.Context, actor team.Actor) error
}

// Config is what the face needs.
type Config struct {
	People *team.Service
	Brands *brand.Service
	// Example may be nil: then the first page offers an account only.
	Example Example
	// HTTPS says that people reach the instance by https: cookies are Secure
	// and carry the __Host- prefix.
	HTTPS bool
	// Proxies are the reverse proxies whose X-Forwarded-For is believed; nil
	// means those of this machine.
	Proxies []netip.Prefix
}

// Face is the pages and the API of team.
type Face struct {
	Config
}

// New returns the face.
func New(c Config) *Face {
	if c.Proxies == nil {
		c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	return &Face{c}
}

var _ ui.Authenticator = (*Face)(nil)

// Routes lists the pages.
func (f *Face) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/welcome", Guard: ui.Public, Handle: f.welcome},
		{Method: "POST", Path: "/welcome", Guard: ui.Public, Handle: f.makeFirst},
		{Method: "POST", Path: "/welcome/example", Guard: ui.Public, Handle: f.lookRound},
		{Method: "GET", Path: "/example", Guard: ui.SignedIn, Handle: f.example},
		{Method: "POST", Path: "/example/remove", Guard: ui.SignedIn, Handle: f.removeExample},

		{Method: "GET", Path: "/sign-in", Guard: ui.Public, Handle: f.signInPage},
		{Method: "POST", Path: "/sign-in", Guard: ui.Public, Handle: f.signIn},
		{Method: "POST", Path: "/sign-out", Guard: ui.Public, Handle: f.signOut},
		{Method: "GET", Path: "/forgotten", Guard: ui.Public, Handle: f.forgottenPage},
		{Method: "POST", Path: "/forgotten", Guard: ui.Public, Handle: f.forgotten},
		{Method: "GET", Path: "/reset/{token}", Guard: ui.Public, Handle: f.resetPage},
		{Method: "POST", Path: "/reset/{token}", Guard: ui.Public, Handle: f.reset},
		{Method: "GET", Path: "/invitation/{token}", Guard: ui.Public, Handle: f.invitationPage},
		{Method: "POST", Path: "/invitation/{token}", Guard: ui.Public, Handle: f.acceptAsNew},
		{Method: "POST", Path: "/invitation/{token}/accept", Guard: ui.SignedIn, Handle: f.accept},

		{Method: "GET", Path: "/profile", Guard: ui.SignedIn, Handle: f.profile},
		{Method: "POST", Path: "/profile", Guard: ui.SignedIn, Handle: f.saveProfile},
		{Method: "GET", Path: "/profile/security", Guard: ui.SignedIn, Handle: f.security},
		{Method: "POST", Path: "/profile/password", Guard: ui.SignedIn, Handle: f.changePassword},
		{Method: "POST", Path: "/profile/sessions/others/end", Guard: ui.SignedIn, Handle: f.endOthers},
		{Method: "POST", Path: "/profile/sessions/{session}/end", Guard: ui.SignedIn, Handle: f.endSession},
		{Method: "GET", Path: "/profile/tokens", Guard: ui.SignedIn, Handle: f.tokens},
		{Method: "POST", Path: "/profile/tokens", Guard: ui.SignedIn, Handle: f.makeToken},
		{Method: "POST", Path: "/profile/tokens/{token}/revoke", Guard: ui.SignedIn, Handle: f.revokeToken},

		{Method: "GET", Path: "/b/{brand}/people", Guard: ui.In(team.SeePeople), Handle: f.people},
		{Method: "POST", Path: "/b/{brand}/people/invite", Guard: ui.In(team.ManagePeople), Handle: f.invite},
		{Method: "POST", Path: "/b/{brand}/people/leave", Guard: ui.In(team.SeeBrand), Handle: f.leave},
		{Method: "POST", Path: "/b/{brand}/people/{person}/role", Guard: ui.In(team.ManagePeople), Handle: f.setRole},
		{Method: "POST", Path: "/b/{brand}/people/{person}/remove", Guard: ui.In(team.ManagePeople), Handle: f.remove},
		{Method: "POST", Path: "/b/{brand}/invitations/{invitation}/withdraw", Guard: ui.In(team.ManagePeople), Handle: f.withdraw},

		{Method: "GET", Path: "/people", Guard: ui.Admin, Handle: f.persons},
		{Method: "POST", Path: "/people/invite", Guard: ui.Admin, Handle: f.inviteIn},
		{Method: "POST", Path: "/people/{person}/disable", Guard: ui.Admin, Handle: f.disable},
		{Method: "POST", Path: "/people/{person}/enable", Guard: ui.Admin, Handle: f.enable},
		{Method: "POST", Path: "/people/{person}/admin", Guard: ui.Admin, Handle: f.setAdmin},
	}
}

// Authenticate implements ui.Authenticator by the session cookie. A cookie that
// opens nothing is nobody, and is taken back.
func (f *Face) Authenticate(w http.ResponseWriter, r *http.Request) (team.Actor, ui.Person, error) {
	session := f.session(r)
	if session == "" {
		return team.Actor{}, ui.Person{}, nil
	}
	v, err := f.People.Recognise(r.Context(), session)
	if fault.Is(err, fault.SignedOut) {
		f.forget(w)
		return team.Actor{}, ui.Person{}, nil
	}
	if err != nil {
		return team.Actor{}, ui.Person{}, err
	}
	return v.Actor, Shown(v.Person), nil
}

// Shown is a person as the pages know her.
func Shown(p team.Person) ui.Person {
	s := ui.Person{ID: p.ID, Name: p.Name, Email: p.Email, Language: p.Language, Zone: p.Zone, NoKeys: !p.Keyboard, Private: !p.Measure}
	if p.Theme != team.System {
		s.Theme = string(p.Theme)
	}
	return s
}

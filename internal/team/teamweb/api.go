package teamweb

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/team"
)

// AuthenticateAPI implements api.Authenticator: the bearer of a token, or the
// session of a browser on the same site.
func (f *Face) AuthenticateAPI(r *http.Request) (team.Actor, string, error) {
	if head := r.Header.Get("Authorization"); head != "" {
		scheme, key, _ := strings.Cut(head, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return team.Actor{}, "", fault.New(fault.SignedOut, "")
		}
		v, err := f.People.RecogniseToken(r.Context(), strings.TrimSpace(key))
		return v.Actor, v.Person.Language, err
	}
	session := f.session(r)
	if session == "" {
		return team.Actor{}, "", nil
	}
	v, err := f.People.Recognise(r.Context(), session)
	if fault.Is(err, fault.SignedOut) {
		err = nil
	}
	return v.Actor, v.Person.Language, err
}

var _ api.Authenticator = (*Face)(nil)

type (
	me struct {
		team.Person
		Roles  map[id.Brand]team.Role `json:"roles" doc:"Her role in each brand, within this token's limits"`
		Scopes []team.Permission      `json:"scopes,omitempty" doc:"Bounds of the token that asks; absent for a browser"`
	}
	profileIn struct {
		api.IfMatch
		Body struct {
			Name     string     `json:"name" maxLength:"200"`
			Language string     `json:"language" enum:"fr,en"`
			Zone     string     `json:"zone" example:"Europe/Paris" doc:"IANA"`
			Theme    team.Theme `json:"theme" enum:"system,light,dark"`
			Keyboard bool       `json:"keyboard" doc:"Single-key commands are on"`
			Measure  bool       `json:"measure" doc:"The time she spends is measured, for her alone"`
		}
	}
	passwordIn struct {
		Session string `header:"Vigie-Session" doc:"Id of a session to leave open"`
		Body    struct {
			Old      string `json:"old"`
			Password string `json:"password" doc:"At least ten characters"`
		}
	}
	sessionPath struct {
		Session team.SessionID `path:"session" format:"uuid"`
	}
	tokenPath struct {
		Token id.Token `path:"token" format:"uuid"`
	}
	tokenIn struct {
		Body struct {
			Name   string            `json:"name" example:"Sales sheet" maxLength:"200"`
			Brand  id.Brand          `json:"brand,omitempty" doc:"Limits the token to one brand"`
			Scopes []team.Permission `json:"scopes" minItems:"1" example:"[\"planning.see\"]"`
			Ends   time.Time         `json:"ends" doc:"A year from now at most"`
		}
	}
	madeToken struct {
		team.Token
		Key string `json:"key" doc:"Shown this once: vg_…"`
	}
	memberPath struct {
		api.InBrand
		Person id.Person `path:"person" format:"uuid"`
	}
	roleIn struct {
		memberPath
		Body struct {
			Role team.Role `json:"role" enum:"owner,manager,community,moderator,analyst,client"`
		}
	}
	inviteIn struct {
		api.InBrand
		Body struct {
			Role     team.Role `json:"role" enum:"owner,manager,community,moderator,analyst,client"`
			Email    string    `json:"email,omitempty" doc:"Empty: only a link"`
			Language string    `json:"language,omitempty" enum:"fr,en" doc:"Of the mail"`
			Days     int       `json:"days,omitempty" minimum:"1" maximum:"31" doc:"Seven when left out"`
		}
	}
	inviteInstance struct {
		Body struct {
			Admin    bool   `json:"admin,omitempty"`
			Email    string `json:"email,omitempty"`
			Language string `json:"language,omitempty" enum:"fr,en"`
		}
	}
	madeInvitation struct {
		team.Invitation
		Token string `json:"token" doc:"Secret part of the link /invitation/{token}, shown this once"`
	}
	invitationPath struct {
		api.InBrand
		Invitation team.InvitationID `path:"invitation" format:"uuid"`
	}
	acceptIn struct {
		Body struct {
			Token string `json:"token" maxLength:"200"`
		}
	}
	accepted struct {
		Brand id.Brand `json:"brand,omitempty"`
	}
	personPath struct {
		Person id.Person `path:"person" format:"uuid"`
	}
	adminIn struct {
		personPath
		Body struct {
			Admin bool `json:"admin"`
		}
	}
	ended struct {
		Ended int64 `json:"ended" doc:"How many sessions"`
	}
)

// API registers the operations.
func (f *Face) API(r *api.Registry) {
	f.apiMe(r)
	f.apiTokens(r)
	f.apiPeople(r)
	f.apiPersons(r)
}

func (f *Face) apiMe(r *api.Registry) {
	const group = "You"
	api.Register(r, api.Op{ID: "get-me", Method: "GET", Path: "/api/v1/me", Guard: api.SignedIn, Group: group, Summary: "Who this token or session speaks for"},
		func(ctx context.Context, c api.Call, _ *struct{}) (*api.OutVersioned[me], error) {
			p, err := f.People.Profile(ctx, c.Actor)
			if err != nil {
				return nil, err
			}
			return api.Versioned(me{p, c.Actor.Roles, c.Actor.Scopes}, p.Version), nil
		})
	api.Register(r, api.Op{ID: "edit-me", Method: "PUT", Path: "/api/v1/me", Guard: api.SignedIn, Group: group, Summary: "Change your profile", Description: "Browsers only. Needs If-Match: the later save never silently wins."},
		func(ctx context.Context, c api.Call, in *profileIn) (*api.OutVersioned[team.Person], error) {
			v, err := in.Version()
			if err != nil {
				return nil, err
			}
			p, err := f.People.EditProfile(ctx, c.Actor, v, team.Profile{Name: in.Body.Name, Language: in.Body.Language, Zone: in.Body.Zone, Theme: in.Body.Theme, Keyboard: in.Body.Keyboard, Measure: in.Body.Measure})
			if err != nil {
				return nil, err
			}
			return api.Versioned(p, p.Version), nil
		})
	// PUT, not POST: the answer to a repeated POST is found by a plain hash of
	// its body, which must never be made of a password.
	api.Register(r, api.Op{ID: "change-password", Method: "PUT", Path: "/api/v1/me/password", Guard: api.SignedIn, Group: group, Summary: "Change your password and end your other sessions", Description: "Browsers only."},
		func(ctx context.Context, c api.Call, in *passwordIn) (*struct{}, error) {
			return nil, f.People.ChangePassword(ctx, c.Actor, team.SessionID(in.Session), in.Body.Old, in.Body.Password, team.From{IP: netip.Addr{}})
		})
	api.Register(r, api.Op{ID: "list-sessions", Method: "GET", Path: "/api/v1/me/sessions", Guard: api.SignedIn, Group: group, Summary: "The browsers where you are signed in"},
		func(ctx context.Context, c api.Call, _ *struct{}) (*api.Out[api.List[team.Session]], error) {
			list, err := f.People.Sessions(ctx, c.Actor)
			return &api.Out[api.List[team.Session]]{Body: api.ListOf(list, "")}, err
		})
	api.Register(r, api.Op{ID: "end-session", Method: "DELETE", Path: "/api/v1/me/sessions/{session}", Guard: api.SignedIn, Group: group, Summary: "End one of your sessions"},
		func(ctx context.Context, c api.Call, in *sessionPath) (*struct{}, error) {
			return nil, f.People.EndSession(ctx, c.Actor, in.Session)
		})
	api.Register(r, api.Op{ID: "end-other-sessions", Method: "POST", Path: "/api/v1/me/sessions/{session}/end-others", Guard: api.SignedIn, Group: group, Summary: "End all your sessions but this one"},
		func(ctx context.Context, c api.Call, in *sessionPath) (*api.Out[ended], error) {
			n, err := f.People.EndOtherSessions(ctx, c.Actor, in.Session)
			return &api.Out[ended]{Body: ended{n}}, err
		})
	api.Register(r, api.Op{ID: "accept-invitation", Method: "POST", Path: "/api/v1/invitations/accept", Guard: api.SignedIn, Group: group, Summary: "Accept an invitation as the account you are signed in with"},
		func(ctx context.Context, c api.Call, in *acceptIn) (*api.Out[accepted], error) {
			b, err := f.People.Accept(ctx, c.Actor, in.Body.Token)
			return &api.Out[accepted]{Body: accepted{b}}, err
		})
}

func (f *Face) apiTokens(r *api.Registry) {
	const group = "Tokens"
	api.Register(r, api.Op{ID: "list-tokens", Method: "GET", Path: "/api/v1/me/tokens", Guard: api.SignedIn, Group: group, Summary: "Your API tokens", Description: "Browsers only: a token sees no tokens."},
		func(ctx context.Context, c api.Call, _ *struct{}) (*api.Out[api.List[team.Token]], error) {
			list, err := f.People.Tokens(ctx, c.Actor)
			return &api.Out[api.List[team.Token]]{Body: api.ListOf(list, "")}, err
		})
	api.Register(r, api.Op{ID: "make-token", Method: "POST", Path: "/api/v1/me/tokens", Guard: api.SignedIn, Group: group, Status: 201, Summary: "Make an API token", Description: "Browsers only. The key is in this answer and nowhere else."},
		func(ctx context.Context, c api.Call, in *tokenIn) (*api.OutSecret[madeToken], error) {
			t, key, err := f.People.MakeToken(ctx, c.Actor, team.NewToken{Name: in.Body.Name, Brand: in.Body.Brand, Scopes: in.Body.Scopes, Ends: in.Body.Ends})
			if err != nil {
				return nil, err
			}
			return api.Secret(madeToken{t, key}), nil
		})
	api.Register(r, api.Op{ID: "revoke-token", Method: "DELETE", Path: "/api/v1/me/tokens/{token}", Guard: api.SignedIn, Group: group, Summary: "Revoke one of your API tokens"},
		func(ctx context.Context, c api.Call, in *tokenPath) (*struct{}, error) {
			return nil, f.People.RevokeToken(ctx, c.Actor, in.Token)
		})
}

func (f *Face) apiPeople(r *api.Registry) {
	const group = "People"
	api.Register(r, api.Op{ID: "list-people", Method: "GET", Path: "/api/v1/brands/{brand}/people", Guard: api.In(team.SeePeople), Group: group, Summary: "Who has a role in the brand"},
		func(ctx context.Context, c api.Call, in *api.InBrand) (*api.Out[api.List[team.Member]], error) {
			list, err := f.People.People(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[team.Member]]{Body: api.ListOf(list, "")}, err
		})
	api.Register(r, api.Op{ID: "set-role", Method: "PUT", Path: "/api/v1/brands/{brand}/people/{person}", Guard: api.In(team.ManagePeople), Group: group, Summary: "Change a member's role", Description: "Nobody gives or changes a role above her own; the last owner stays."},
		func(ctx context.Context, c api.Call, in *roleIn) (*struct{}, error) {
			return nil, f.People.SetRole(ctx, c.Actor, c.Brand, in.Person, in.Body.Role)
		})
	api.Register(r, api.Op{ID: "remove-member", Method: "DELETE", Path: "/api/v1/brands/{brand}/people/{person}", Guard: api.In(team.SeeBrand), Group: group, Summary: "Take a member's role away, or leave", Description: "Needs people.manage, except for oneself."},
		func(ctx context.Context, c api.Call, in *memberPath) (*struct{}, error) {
			return nil, f.People.RemoveMember(ctx, c.Actor, c.Brand, in.Person)
		})
	api.Register(r, api.Op{ID: "list-invitations", Method: "GET", Path: "/api/v1/brands/{brand}/invitations", Guard: api.In(team.ManagePeople), Group: group, Summary: "Open invitations"},
		func(ctx context.Context, c api.Call, in *api.InBrand) (*api.Out[api.List[team.Invitation]], error) {
			list, err := f.People.Invitations(ctx, c.Actor, c.Brand)
			return &api.Out[api.List[team.Invitation]]{Body: api.ListOf(list, "")}, err
		})
	api.Register(r, api.Op{ID: "invite", Method: "POST", Path: "/api/v1/brands/{brand}/invitations", Guard: api.In(team.ManagePeople), Group: group, Status: 201, Summary: "Invite somebody by mail or link"},
		func(ctx context.Context, c api.Call, in *inviteIn) (*api.OutSecret[madeInvitation], error) {
			inv, token, err := f.People.InviteTo(ctx, c.Actor, c.Brand, team.Invite{Role: in.Body.Role, Email: in.Body.Email, Language: in.Body.Language, Life: time.Duration(in.Body.Days) * 24 * time.Hour})
			if err != nil {
				return nil, err
			}
			return api.Secret(madeInvitation{inv, token}), nil
		})
	api.Register(r, api.Op{ID: "withdraw-invitation", Method: "DELETE", Path: "/api/v1/brands/{brand}/invitations/{invitation}", Guard: api.In(team.ManagePeople), Group: group, Summary: "Withdraw an open invitation"},
		func(ctx context.Context, c api.Call, in *invitationPath) (*struct{}, error) {
			return nil, f.People.Withdraw(ctx, c.Actor, c.Brand, in.Invitation)
		})
}

func (f *Face) apiPersons(r *api.Registry) {
	const group = "Instance"
	api.Register(r, api.Op{ID: "list-persons", Method: "GET", Path: "/api/v1/persons", Guard: api.Admin, Group: group, Summary: "Everybody of the instance"},
		func(ctx context.Context, c api.Call, _ *struct{}) (*api.Out[api.List[team.Person]], error) {
			list, err := f.People.Persons(ctx, c.Actor)
			return &api.Out[api.List[team.Person]]{Body: api.ListOf(list, "")}, err
		})
	api.Register(r, api.Op{ID: "invite-into-instance", Method: "POST", Path: "/api/v1/invitations", Guard: api.Admin, Group: group, Status: 201, Summary: "Invite somebody into the instance, without a brand"},
		func(ctx context.Context, c api.Call, in *inviteInstance) (*api.OutSecret[madeInvitation], error) {
			inv, token, err := f.People.InviteIn(ctx, c.Actor, team.Invite{Admin: in.Body.Admin, Email: in.Body.Email, Language: in.Body.Language})
			if err != nil {
				return nil, err
			}
			return api.Secret(madeInvitation{inv, token}), nil
		})
	api.Register(r, api.Op{ID: "disable-person", Method: "POST", Path: "/api/v1/persons/{person}/disable", Guard: api.Admin, Group: group, Summary: "Switch a person off: her sessions and tokens end"},
		func(ctx context.Context, c api.Call, in *personPath) (*struct{}, error) {
			return nil, f.People.Disable(ctx, c.Actor, in.Person)
		})
	api.Register(r, api.Op{ID: "enable-person", Method: "POST", Path: "/api/v1/persons/{person}/enable", Guard: api.Admin, Group: group, Summary: "Switch a person on again"},
		func(ctx context.Context, c api.Call, in *personPath) (*struct{}, error) {
			return nil, f.People.Enable(ctx, c.Actor, in.Person)
		})
	api.Register(r, api.Op{ID: "set-admin", Method: "PUT", Path: "/api/v1/persons/{person}/admin", Guard: api.Admin, Group: group, Summary: "Let a person run the instance, or no longer"},
		func(ctx context.Context, c api.Call, in *adminIn) (*struct{}, error) {
			return nil, f.People.SetAdmin(ctx, c.Actor, in.Person, in.Body.Admin)
		})
}

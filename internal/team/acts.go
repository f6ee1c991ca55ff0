package team

import (
	"context"

	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
)

// The acts of team and their JSON. Both are API: a field is added, never
// renamed. Names and addresses go into Personal, beside the chain.
type (
	// person.joined
	joinedAct struct {
		Admin bool `json:"admin,omitempty"`
		Guest bool `json:"guest,omitempty"`
		First bool `json:"first,omitempty"`
	}
	// the Personal of acts that name somebody
	whoAct struct {
		Name  string `json:"name,omitempty"`
		Email string `json:"email,omitempty"`
	}
	// person.signed_in, person.signed_out, person.session_ended; others is how
	// many other sessions ended with it
	sessionAct struct {
		Session string `json:"session,omitempty"`
		Others  int64  `json:"others,omitempty"`
	}
	// person.edited
	editedAct struct {
		Changed []string `json:"changed"`
	}
	// person.password_changed
	passwordAct struct {
		By string `json:"by"` // "herself", "mail", "program"
	}
	// role.given, role.changed, role.withdrawn
	roleAct struct {
		Person id.Person `json:"person"`
		Role   Role      `json:"role,omitempty"`
		Was    Role      `json:"was,omitempty"`
	}
	// invitation.made, invitation.withdrawn, invitation.accepted
	invitationAct struct {
		Role   Role      `json:"role,omitempty"`
		Admin  bool      `json:"admin,omitempty"`
		Mail   bool      `json:"mail,omitempty"`
		Person id.Person `json:"person,omitempty"`
	}
	// token.made, token.revoked
	tokenAct struct {
		Brand  id.Brand     `json:"brand,omitempty"`
		Scopes []Permission `json:"scopes,omitempty"`
		Ends   string       `json:"ends,omitempty"` // RFC 3339
	}
	// person.disabled, person.enabled, person.reset_asked carry {}.
	// person.admin_changed
	adminAct struct {
		Admin bool `json:"admin"`
	}
)

func (s *Service) recordPerson(ctx context.Context, tx *sqldb.Tx, actor logbook.Actor, p id.Person, act string, data, personal any) error {
	e := logbook.Entry{Actor: actor, Act: act, Subject: logbook.Subject{Kind: "person", ID: string(p)}, Data: data}
	if personal != nil {
		e.Personal, e.About = personal, string(p)
	}
	return s.book.Record(ctx, tx, e)
}

func (s *Service) recordIn(ctx context.Context, tx *sqldb.Tx, actor Actor, b id.Brand, subject logbook.Subject, act string, data any, personal *whoAct) error {
	e := logbook.Entry{Brand: b, Actor: actor.Signs(), Act: act, Subject: subject, Data: data}
	if personal != nil {
		e.Personal = *personal
		if subject.Kind == "person" {
			e.About = subject.ID
		}
	}
	return s.book.Record(ctx, tx, e)
}

func as(p id.Person) logbook.Actor { return logbook.Actor{Kind: logbook.Person, ID: string(p)} }

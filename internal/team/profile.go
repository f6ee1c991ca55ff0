package team

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
)

// Profile is what a person may change of herself.
type Profile struct {
	Name     string
	Language string
	Zone     string
	Theme    Theme
	Keyboard bool
	Measure  bool
}

// Profile reads the actor's own person.
func (s *Service) Profile(ctx context.Context, actor Actor) (_ Person, err error) {
	defer fault.Wrap(&err, "read profile")
	if actor.Person == "" {
		return Person{}, fault.New(fault.SignedOut, "")
	}
	return s.personByID(ctx, s.db, actor.Person)
}

// EditProfile changes the actor's own profile as read at the version. When it
// was changed elsewhere since, the answer is conflict with the current
// "version" and the fields on which both differ ("changed"). Other errors are
// invalid.
func (s *Service) EditProfile(ctx context.Context, actor Actor, version int64, in Profile) (_ Person, err error) {
	defer fault.Wrap(&err, "edit profile")
	me, err := self(actor)
	if err != nil {
		return Person{}, err
	}
	if in.Name, err = cleanName(in.Name); err != nil {
		return Person{}, err
	}
	if in.Language, err = cleanLanguage(in.Language); err != nil {
		return Person{}, err
	}
	if in.Zone, err = cleanZone(in.Zone); err != nil {
		return Person{}, err
	}
	if in.Theme, err = cleanTheme(in.Theme); err != nil {
		return Person{}, err
	}
	var p Person
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		old, err := s.personByID(ctx, tx, me)
		if err != nil {
			return err
		}
		p = old.with(in)
		what := p.differs(old)
		if len(what) == 0 {
			return nil
		}
		n, err := tx.Exec(ctx, `UPDATE person SET name = ?, language = ?, zone = ?, theme = ?, keyboard = ?, measure = ?, version = version + 1 WHERE id = ? AND version = ?`,
			p.Name, p.Language, p.Zone, string(p.Theme), p.Keyboard, p.Measure, string(me), version)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "team.changed").With("changed", what).With("version", old.Version)
		}
		p.Version = version + 1
		tx.AfterCommit(func() { s.tell(personTopic(me), "person.edited", nil) })
		return s.recordPerson(ctx, tx, actor.Signs(), me, "person.edited", editedAct{what}, nil)
	})
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

func (p Person) with(in Profile) Person {
	p.Name, p.Language, p.Zone, p.Theme, p.Keyboard, p.Measure = in.Name, in.Language, in.Zone, in.Theme, in.Keyboard, in.Measure
	return p
}

func (p Person) differs(old Person) []string {
	var out []string
	for _, f := range []struct {
		name string
		same bool
	}{{"name", p.Name == old.Name}, {"language", p.Language == old.Language}, {"zone", p.Zone == old.Zone}, {"theme", p.Theme == old.Theme},
		{"keyboard", p.Keyboard == old.Keyboard}, {"measure", p.Measure == old.Measure}} {
		if !f.same {
			out = append(out, f.name)
		}
	}
	return out
}

// ChangePassword replaces the actor's password after checking the old one, and
// ends every session but the one she speaks from. Tries at the old one have
// the budget of sign-ins. Errors are invalid at "old" or "password", and
// too_many.
func (s *Service) ChangePassword(ctx context.Context, actor Actor, keep SessionID, old, password string, from From) (err error) {
	defer fault.Wrap(&err, "change password")
	me, err := self(actor)
	if err != nil {
		return err
	}
	p, err := secretByID(ctx, s.db, me)
	if err != nil {
		return err
	}
	// The session is known, so her own budget counts and not that of strangers.
	from.Device = "session " + string(keep)
	try, err := s.guard.admitSignIn(string(me), from, true)
	if err != nil {
		return err
	}
	same, _, err := s.vault.check(ctx, true, old, p.hash)
	if err != nil {
		return err
	}
	if !same {
		return fault.New(fault.Invalid, "team.password_wrong").At("old")
	}
	try.succeeded()
	if err := checkNew(password, p.Name, foldEmail(p.Email)); err != nil {
		return err
	}
	hash, err := s.vault.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := s.endSessions(ctx, tx, me, keep); err != nil {
			return err
		}
		return s.changePassword(ctx, tx, me, hash, actor.Signs(), "herself")
	})
}

// SetPassword gives somebody a new password from the machine's own command
// line, and ends all her sessions. Only the program may.
func (s *Service) SetPassword(ctx context.Context, actor Actor, email, password string) (err error) {
	defer fault.Wrap(&err, "set password")
	if actor.Person != "" || actor.Part == "" {
		return fault.New(fault.Forbidden, "team.admin_only")
	}
	p, err := personByKey(ctx, s.db, foldEmail(email))
	if err != nil {
		return err
	}
	if err := checkNew(password, p.Name, foldEmail(p.Email)); err != nil {
		return err
	}
	hash, err := s.vault.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := s.endSessions(ctx, tx, p.ID, ""); err != nil {
			return err
		}
		return s.changePassword(ctx, tx, p.ID, hash, actor.Signs(), "program")
	})
}

// changePassword writes the hash, closes the links that are still open, and
// tells the person by mail.
func (s *Service) changePassword(ctx context.Context, tx *sqldb.Tx, p id.Person, hash string, signs logbook.Actor, by string) error {
	if err := setPassword(ctx, tx, p, hash); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE person_reset SET used_at = ?, sealed = '' WHERE person = ? AND used_at IS NULL`, sqldb.At(tx.Now), string(p)); err != nil {
		return err
	}
	if err := s.later(ctx, tx, MailKind, MailJob{Changed: p}); err != nil {
		return err
	}
	return s.recordPerson(ctx, tx, signs, p, "person.password_changed", passwordAct{By: by}, nil)
}

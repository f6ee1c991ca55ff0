package team

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

var (
	errAdminOnly = fault.New(fault.Forbidden, "team.admin_only")
	errLastAdmin = fault.New(fault.Conflict, "team.last_admin")
)

// Persons lists everybody of the instance, by name. Only administrators may:
// they see who is there, and nothing of what anybody's brands hold.
func (s *Service) Persons(ctx context.Context, actor Actor) (_ []Person, err error) {
	defer fault.Wrap(&err, "list persons")
	if !actor.MayAdminister() {
		return nil, errAdminOnly
	}
	return sqldb.List(ctx, s.db, onePerson, `SELECT `+personColumns+` FROM person p ORDER BY LOWER(p.name), p.id`)
}

// AddPerson makes an account without invitation, for the machine's own command
// line. Only the program may. Errors are invalid and conflict (the address has
// an account).
func (s *Service) AddPerson(ctx context.Context, actor Actor, in NewPerson, admin bool) (_ Person, err error) {
	defer fault.Wrap(&err, "add person")
	if actor.Person != "" || actor.Part == "" {
		return Person{}, errAdminOnly
	}
	p, key, hash, err := s.clean(ctx, in)
	if err != nil {
		return Person{}, err
	}
	p.Admin = admin
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		p.Made = tx.Now
		if err := insertPerson(ctx, tx, p, key, hash); err != nil {
			return taken(err)
		}
		if admin { // whoever has the machine has made the first account
			if _, err := tx.Exec(ctx, `INSERT INTO person_first (one, person) VALUES (1, ?) ON CONFLICT (one) DO NOTHING`, string(p.ID)); err != nil {
				return err
			}
		}
		return s.recordPerson(ctx, tx, actor.Signs(), p.ID, "person.joined", joinedAct{Admin: admin}, whoAct{p.Name, p.Email})
	})
	return p, err
}

// PersonByEmail finds a person for the machine's own command line. Only the
// program may.
func (s *Service) PersonByEmail(ctx context.Context, actor Actor, email string) (_ Person, err error) {
	defer fault.Wrap(&err, "find person")
	if actor.Person != "" || actor.Part == "" {
		return Person{}, errAdminOnly
	}
	p, err := personByKey(ctx, s.db, foldEmail(email))
	return p.Person, err
}

// Disable shuts a person out at once: her sessions end, her tokens open
// nothing, what she did stays hers. The last administrator stays (conflict).
// Safe to repeat.
func (s *Service) Disable(ctx context.Context, actor Actor, person id.Person) (err error) {
	defer fault.Wrap(&err, "disable person")
	return s.switchPerson(ctx, actor, person, func(tx *sqldb.Tx, p Person) error {
		if p.Disabled {
			return nil
		}
		if err := s.keepAnAdmin(ctx, tx, p); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE person SET disabled_at = ? WHERE id = ?`, sqldb.At(tx.Now), string(person)); err != nil {
			return err
		}
		if _, err := s.endSessions(ctx, tx, person, ""); err != nil {
			return err
		}
		return s.recordPerson(ctx, tx, actor.Signs(), person, "person.disabled", struct{}{}, nil)
	})
}

// Enable lets a disabled person in again, with the roles she had.
func (s *Service) Enable(ctx context.Context, actor Actor, person id.Person) (err error) {
	defer fault.Wrap(&err, "enable person")
	return s.switchPerson(ctx, actor, person, func(tx *sqldb.Tx, p Person) error {
		if !p.Disabled {
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE person SET disabled_at = NULL WHERE id = ?`, string(person)); err != nil {
			return err
		}
		return s.recordPerson(ctx, tx, actor.Signs(), person, "person.enabled", struct{}{}, nil)
	})
}

// SetAdmin makes somebody an administrator, or no longer one; the last stays.
func (s *Service) SetAdmin(ctx context.Context, actor Actor, person id.Person, admin bool) (err error) {
	defer fault.Wrap(&err, "set administrator")
	return s.switchPerson(ctx, actor, person, func(tx *sqldb.Tx, p Person) error {
		if p.Admin == admin {
			return nil
		}
		if p.Guest {
			return fault.New(fault.Forbidden, "team.guest_may_not")
		}
		if !admin {
			if err := s.keepAnAdmin(ctx, tx, p); err != nil {
				return err
			}
		}
		return s.setAdmin(ctx, tx, actor, person, admin)
	})
}

func (s *Service) setAdmin(ctx context.Context, tx *sqldb.Tx, actor Actor, person id.Person, admin bool) error {
	if _, err := tx.Exec(ctx, `UPDATE person SET admin = ? WHERE id = ?`, admin, string(person)); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.tell(personTopic(person), "role.changed", "") })
	return s.recordPerson(ctx, tx, actor.Signs(), person, "person.admin_changed", adminAct{admin}, nil)
}

// switchPerson runs do on a person, with everybody else who would change the
// administrators waiting.
func (s *Service) switchPerson(ctx context.Context, actor Actor, person id.Person, do func(*sqldb.Tx, Person) error) error {
	if !actor.MayAdminister() {
		return errAdminOnly
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE person SET version = version WHERE admin = ?`, true); err != nil {
			return err
		}
		p, err := s.personByID(ctx, tx, person)
		if err != nil {
			return err
		}
		return do(tx, p)
	})
}

func (s *Service) keepAnAdmin(ctx context.Context, tx *sqldb.Tx, p Person) error {
	if !p.Admin {
		return nil
	}
	n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM person WHERE admin = ? AND disabled_at IS NULL AND id <> ?`, true, string(p.ID))
	if err == nil && n == 0 {
		err = errLastAdmin
	}
	return err
}

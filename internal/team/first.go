package team

import (
	"context"
	"errors"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// NewPerson is what somebody says of herself when she joins.
type NewPerson struct {
	Name     string
	Email    string
	Password string
	Language string // empty: "fr"
	Zone     string // empty: "Europe/Paris"
}

var (
	errFirstDone  = fault.New(fault.Conflict, "team.first_done")
	errEmailTaken = fault.New(fault.Conflict, "team.email_taken").At("email")
)

// FirstRun tells whether nobody has made the first account yet. Guests of the
// example do not count: she who looked round may still begin for real.
func (s *Service) FirstRun(ctx context.Context) (_ bool, err error) {
	defer fault.Wrap(&err, "look for the first account")
	n, err := sqldb.Value[int64](ctx, s.db, `SELECT COUNT(*) FROM person_first`)
	return n == 0, err
}

// clean checks what somebody says of herself; the password is hashed.
func (s *Service) clean(ctx context.Context, in NewPerson) (p Person, key, hash string, err error) {
	if in.Language == "" {
		in.Language = "fr"
	}
	if in.Zone == "" {
		in.Zone = "Europe/Paris"
	}
	p = Person{ID: id.New[id.Person](), Theme: System, Keyboard: true, Measure: true, Version: 1}
	if p.Name, err = cleanName(in.Name); err != nil {
		return p, "", "", err
	}
	if p.Email, key, err = cleanEmail(in.Email); err != nil {
		return p, "", "", err
	}
	if p.Language, err = cleanLanguage(in.Language); err != nil {
		return p, "", "", err
	}
	if p.Zone, err = cleanZone(in.Zone); err != nil {
		return p, "", "", err
	}
	if err = checkNew(in.Password, p.Name, key); err != nil {
		return p, "", "", err
	}
	hash, err = s.vault.hash(ctx, in.Password)
	return p, key, hash, err
}

// First makes the first account of the instance: an administrator, signed in
// at once. When two ask at the same moment one wins and the other gets
// conflict. A guest who asks (guest, may be empty) becomes that account and
// keeps the example's brands; her guest sessions end. Other errors are invalid.
func (s *Service) First(ctx context.Context, in NewPerson, guest Actor, from From) (_ Entry, err error) {
	defer fault.Wrap(&err, "make the first account")
	if first, err := s.FirstRun(ctx); err != nil || !first {
		if err == nil {
			err = errFirstDone
		}
		return Entry{}, err
	}
	p, key, hash, err := s.clean(ctx, in)
	if err != nil {
		return Entry{}, err
	}
	p.Admin = true
	defer func() { // there was nobody: whoever took the address was first
		if errors.Is(err, errEmailTaken) {
			err = errFirstDone.Because(err)
		}
	}()
	return s.enter(ctx, from, func(tx *sqldb.Tx) (id.Person, error) {
		was := Person{}
		if guest.Person != "" {
			if was, err = s.personByID(ctx, tx, guest.Person); err != nil && !fault.Is(err, fault.NotFound) {
				return "", err
			}
		}
		p.Made = tx.Now
		if was.Guest {
			p.ID = was.ID
			if _, err := tx.Exec(ctx, `UPDATE person SET name = ?, email = ?, email_key = ?, password = ?, language = ?, zone = ?, admin = ?, guest = ?, version = version + 1
				WHERE id = ?`, p.Name, p.Email, key, hash, p.Language, p.Zone, true, false, string(p.ID)); err != nil {
				return "", err
			}
			if _, err := tx.Exec(ctx, `DELETE FROM person_session WHERE person = ?`, string(p.ID)); err != nil {
				return "", err
			}
		} else if err := insertPerson(ctx, tx, p, key, hash); err != nil {
			return "", err
		}
		n, err := tx.Exec(ctx, `INSERT INTO person_first (one, person) VALUES (1, ?) ON CONFLICT (one) DO NOTHING`, string(p.ID))
		if err != nil {
			return "", err
		}
		if n == 0 {
			return "", errFirstDone
		}
		return p.ID, s.recordPerson(ctx, tx, as(p.ID), p.ID, "person.joined", joinedAct{Admin: true, First: true}, whoAct{p.Name, p.Email})
	})
}

// Guest makes somebody who looks round the example, signed in and without
// password, as long as the instance has no first account. After that it is
// conflict.
func (s *Service) Guest(ctx context.Context, name, language, zone string, from From) (_ Entry, err error) {
	defer fault.Wrap(&err, "let a guest in")
	if first, err := s.FirstRun(ctx); err != nil || !first {
		if err == nil {
			err = errFirstDone
		}
		return Entry{}, err
	}
	if err := s.guard.admit("guest", from, askRule); err != nil {
		return Entry{}, err
	}
	p := Person{ID: id.New[id.Person](), Theme: System, Keyboard: true, Measure: true, Version: 1, Guest: true}
	if p.Name, err = cleanName(name); err != nil {
		return Entry{}, err
	}
	if p.Language, err = cleanLanguage(language); err != nil {
		return Entry{}, err
	}
	if p.Zone, err = cleanZone(zone); err != nil {
		return Entry{}, err
	}
	return s.enter(ctx, from, func(tx *sqldb.Tx) (id.Person, error) {
		p.Made = tx.Now
		if err := insertPerson(ctx, tx, p, "", ""); err != nil {
			return "", err
		}
		return p.ID, s.recordPerson(ctx, tx, as(p.ID), p.ID, "person.joined", joinedAct{Guest: true}, whoAct{Name: p.Name})
	})
}

// taken turns the database's "exists" into words about the address.
func taken(err error) error {
	if fault.Is(err, fault.Conflict) && fault.As(err).Key == "db.exists" {
		return errEmailTaken.Because(err)
	}
	return err
}

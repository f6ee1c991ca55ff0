package team

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
)

// Member is a person in a brand.
type Member struct {
	Person   id.Person `json:"person"`
	Name     string    `json:"name"`
	Email    string    `json:"email"`
	Role     Role      `json:"role"`
	Since    time.Time `json:"since"`
	Disabled bool      `json:"disabled"`
}

var (
	errLastOwner  = fault.New(fault.Conflict, "team.last_owner")
	errGrantAbove = fault.New(fault.Forbidden, "team.grant_above").At("role")
	errRole       = fault.New(fault.Invalid, "team.role").At("role")
)

func scanMember(s sqldb.Scanner) (m Member, err error) {
	var since, disabled sqldb.Time
	err = s.Scan(&m.Person, &m.Name, &m.Email, &m.Role, &since, &disabled)
	m.Since, m.Disabled = since.Time, !disabled.IsZero()
	return m, err
}

const memberQuery = `SELECT p.id, p.name, p.email, r.role, r.since, p.disabled_at FROM person_role r JOIN person p ON p.id = r.person
	WHERE r.brand = ? AND r.closed_at IS NULL`

// People lists who has a role in the brand, by name. Strangers get not_found.
func (s *Service) People(ctx context.Context, actor Actor, brand id.Brand) (_ []Member, err error) {
	defer fault.Wrap(&err, "list people")
	if err := actor.Require(brand, SeePeople); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.db, scanMember, memberQuery+` ORDER BY LOWER(p.name), p.id`, string(brand))
}

func member(ctx context.Context, q sqldb.Q, brand id.Brand, p id.Person) (Member, error) {
	return sqldb.One(ctx, q, scanMember, memberQuery+` AND r.person = ?`, string(brand), string(p))
}

// granter is the role with which the actor gives and takes roles, read inside
// the transaction: what she could when her page was opened may be over.
func granter(ctx context.Context, tx *sqldb.Tx, actor Actor, brand id.Brand) (Role, error) {
	if actor.Person == "" {
		return Owner, nil
	}
	m, err := member(ctx, tx, brand, actor.Person)
	return m.Role, err
}

// SetRole changes what a member is in the brand. Nobody gives, changes or
// takes away a role above her own (forbidden); the last owner stays one
// (conflict). Somebody who is no member is not_found: people come by
// invitation.
func (s *Service) SetRole(ctx context.Context, actor Actor, brand id.Brand, person id.Person, role Role) (err error) {
	defer fault.Wrap(&err, "set role")
	if err := actor.Require(brand, ManagePeople); err != nil {
		return err
	}
	if !role.Valid() {
		return errRole
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		mine, m, err := s.lockMember(ctx, tx, actor, brand, person)
		if err != nil || m.Role == role {
			return err
		}
		if !mine.MayGrant(role) || !mine.MayGrant(m.Role) {
			return errGrantAbove
		}
		if err := s.keepAnOwner(ctx, tx, brand, m); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE person_role SET role = ? WHERE brand = ? AND person = ?`, string(role), string(brand), string(person)); err != nil {
			return err
		}
		s.tellRole(tx, brand, person)
		return s.recordIn(ctx, tx, actor, brand, logbook.Subject{Kind: "person", ID: string(person)}, "role.changed",
			roleAct{Person: person, Role: role, Was: m.Role}, &whoAct{Name: m.Name})
	})
}

// RemoveMember takes a person's role in the brand away; anybody may so leave
// by herself. Errors are as those of SetRole.
func (s *Service) RemoveMember(ctx context.Context, actor Actor, brand id.Brand, person id.Person) (err error) {
	defer fault.Wrap(&err, "remove member")
	permission := ManagePeople
	leaving := person == actor.Person && person != ""
	if leaving {
		permission = SeeBrand
		if _, err := self(actor); err != nil {
			return err
		}
	}
	if err := actor.Require(brand, permission); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		mine, m, err := s.lockMember(ctx, tx, actor, brand, person)
		if err != nil {
			return err
		}
		if !leaving && !mine.MayGrant(m.Role) {
			return errGrantAbove
		}
		if err := s.keepAnOwner(ctx, tx, brand, m); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM person_role WHERE brand = ? AND person = ?`, string(brand), string(person)); err != nil {
			return err
		}
		s.tellRole(tx, brand, person)
		return s.recordIn(ctx, tx, actor, brand, logbook.Subject{Kind: "person", ID: string(person)}, "role.withdrawn",
			roleAct{Person: person, Was: m.Role}, &whoAct{Name: m.Name})
	})
}

// lockMember reads what both are in the brand, after making every other change
// of its owners wait: two owners who leave at once must not both succeed.
func (s *Service) lockMember(ctx context.Context, tx *sqldb.Tx, actor Actor, brand id.Brand, person id.Person) (mine Role, m Member, err error) {
	if _, err = tx.Exec(ctx, `UPDATE person_role SET since = since WHERE brand = ? AND role = ?`, string(brand), string(Owner)); err != nil {
		return "", m, err
	}
	if mine, err = granter(ctx, tx, actor, brand); err != nil {
		return "", m, err
	}
	m, err = member(ctx, tx, brand, person)
	return mine, m, err
}

func (s *Service) keepAnOwner(ctx context.Context, tx *sqldb.Tx, brand id.Brand, m Member) error {
	if m.Role != Owner {
		return nil
	}
	n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM person_role r JOIN person p ON p.id = r.person
		WHERE r.brand = ? AND r.role = ? AND p.disabled_at IS NULL AND p.id <> ?`, string(brand), string(Owner), string(m.Person))
	if err == nil && n == 0 {
		err = errLastOwner
	}
	return err
}

// tellRole says to the person's open pages that what she may do has changed.
func (s *Service) tellRole(tx *sqldb.Tx, brand id.Brand, person id.Person) {
	tx.AfterCommit(func() {
		s.tell(personTopic(person), "role.changed", string(brand))
		s.tell(brandTopic(brand), "people.changed", nil)
	})
}

func (s *Service) give(ctx context.Context, tx *sqldb.Tx, actor Actor, brand id.Brand, p Person, role Role) error {
	if _, err := tx.Exec(ctx, `INSERT INTO person_role (brand, person, role, since) VALUES (?,?,?,?)`,
		string(brand), string(p.ID), string(role), sqldb.At(tx.Now)); err != nil {
		return err
	}
	s.tellRole(tx, brand, p.ID)
	return s.recordIn(ctx, tx, actor, brand, logbook.Subject{Kind: "person", ID: string(p.ID)}, "role.given",
		roleAct{Person: p.ID, Role: role}, &whoAct{Name: p.Name})
}

// Found makes a person the owner of the brand that the transaction has just
// made. It asks nobody: brand does.
func (s *Service) Found(ctx context.Context, tx *sqldb.Tx, actor Actor, brand id.Brand, owner id.Person) error {
	p, err := s.personByID(ctx, tx, owner)
	if err != nil {
		return err
	}
	return s.give(ctx, tx, actor, brand, p, Owner)
}

// Close puts away every role in a brand that the transaction archives.
func (s *Service) Close(ctx context.Context, tx *sqldb.Tx, brand id.Brand) error {
	people, err := sqldb.Values[id.Person](ctx, tx, `SELECT person FROM person_role WHERE brand = ? AND closed_at IS NULL`, string(brand))
	if err != nil {
		return err
	}
	for _, p := range people {
		s.tellRole(tx, brand, p)
	}
	_, err = tx.Exec(ctx, `UPDATE person_role SET closed_at = ? WHERE brand = ? AND closed_at IS NULL`, sqldb.At(tx.Now), string(brand))
	return err
}

// Closed lists the archived brands of which the actor was an owner.
func (s *Service) Closed(ctx context.Context, actor Actor) (_ []id.Brand, err error) {
	defer fault.Wrap(&err, "list archived roles")
	if actor.Person == "" {
		return sqldb.Values[id.Brand](ctx, s.db, `SELECT DISTINCT brand FROM person_role WHERE closed_at IS NOT NULL`)
	}
	if _, err := self(actor); err != nil {
		return nil, nil //nolint:nilerr // a token sees no archive
	}
	return sqldb.Values[id.Brand](ctx, s.db, `SELECT brand FROM person_role WHERE person = ? AND role = ? AND closed_at IS NOT NULL`,
		string(actor.Person), string(Owner))
}

// Reopen gives every role of an archived brand back, if the actor owned it;
// not_found otherwise.
func (s *Service) Reopen(ctx context.Context, tx *sqldb.Tx, actor Actor, brand id.Brand) error {
	if actor.Person != "" || actor.Part == "" {
		me, err := self(actor)
		if err != nil {
			return err
		}
		n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM person_role r JOIN person p ON p.id = r.person
			WHERE r.brand = ? AND r.person = ? AND r.role = ? AND p.disabled_at IS NULL`, string(brand), string(me), string(Owner))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "")
		}
	}
	_, err := tx.Exec(ctx, `UPDATE person_role SET closed_at = NULL WHERE brand = ?`, string(brand))
	return err
}

package team

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
)

// InvitationID names an invitation in lists; it opens nothing.
type InvitationID string

// Invitation is a door held open for one person, once.
type Invitation struct {
	ID          InvitationID `json:"id"`
	Brand       id.Brand     `json:"brand,omitempty"` // empty: into the instance only
	Role        Role         `json:"role,omitempty"`
	Admin       bool         `json:"admin,omitempty"`
	Email       string       `json:"email"` // empty: handed over as a link
	InviterName string       `json:"inviter"`
	Made        time.Time    `json:"made"`
	Ends        time.Time    `json:"ends"`

	inviter id.Person
}

// Invite is what an inviter says.
type Invite struct {
	Role     Role
	Email    string        // empty: only a link
	Language string        // of the mail; empty: the inviter's choice is French
	Life     time.Duration // zero: seven days; a month at most
	Admin    bool          // only into the instance
}

const (
	inviteLife    = 7 * day
	maxInviteLife = 31 * day
)

var errInvitationGone = fault.New(fault.NotFound, "team.invitation_gone")

const inviteColumns = `i.id, COALESCE(i.brand, ''), i.role, i.admin, i.email, COALESCE(i.inviter, ''), COALESCE(p.name, ''), i.made_at, i.expires_at`

func scanInvitation(s sqldb.Scanner) (i Invitation, err error) {
	var made, ends sqldb.Time
	err = s.Scan(&i.ID, &i.Brand, &i.Role, &i.Admin, &i.Email, &i.inviter, &i.InviterName, &made, &ends)
	i.Made, i.Ends = made.Time, ends.Time
	return i, err
}

// InviteTo invites somebody into a brand. It returns the secret part of the
// link, shown to the inviter once; with an address, the same link leaves by
// mail. Nobody invites above her own role (forbidden). Other errors are
// not_found for strangers and invalid.
func (s *Service) InviteTo(ctx context.Context, actor Actor, brand id.Brand, in Invite) (_ Invitation, token string, err error) {
	defer fault.Wrap(&err, "invite")
	if err := actor.Require(brand, ManagePeople); err != nil {
		return Invitation{}, "", err
	}
	if !in.Role.Valid() {
		return Invitation{}, "", errRole
	}
	in.Admin = false
	return s.invite(ctx, actor, brand, in)
}

// InviteIn invites somebody into the instance, without a brand. Only
// administrators may.
func (s *Service) InviteIn(ctx context.Context, actor Actor, in Invite) (_ Invitation, token string, err error) {
	defer fault.Wrap(&err, "invite into the instance")
	if !actor.MayAdminister() {
		return Invitation{}, "", fault.New(fault.Forbidden, "team.admin_only")
	}
	in.Role = ""
	return s.invite(ctx, actor, "", in)
}

func (s *Service) invite(ctx context.Context, actor Actor, brand id.Brand, in Invite) (Invitation, string, error) {
	inv := Invitation{ID: id.New[InvitationID](), Brand: brand, Role: in.Role, Admin: in.Admin, inviter: actor.Person}
	var err error
	if in.Email != "" {
		if inv.Email, _, err = cleanEmail(in.Email); err != nil {
			return inv, "", err
		}
	}
	if in.Language == "" {
		in.Language = "fr"
	}
	if in.Language, err = cleanLanguage(in.Language); err != nil {
		return inv, "", err
	}
	if in.Life <= 0 {
		in.Life = inviteLife
	}
	token := secret.Token("")
	sealed, err := s.box.Seal("team.invitation", string(inv.ID), []byte(token))
	if err != nil {
		return inv, "", err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if brand != "" {
			mine, err := granter(ctx, tx, actor, brand)
			if err != nil {
				return err
			}
			if !mine.MayGrant(in.Role) {
				return errGrantAbove
			}
		}
		if actor.Person != "" {
			p, err := s.personByID(ctx, tx, actor.Person)
			if err != nil {
				return err
			}
			inv.InviterName = p.Name
		}
		inv.Made, inv.Ends = tx.Now, tx.Now.Add(min(in.Life, maxInviteLife))
		if _, err := tx.Exec(ctx, `INSERT INTO invitation (id, hash, sealed, brand, role, admin, email, language, inviter, made_at, expires_at)
			VALUES (?,?,?,?,?,?,?,?,?,?,?)`, string(inv.ID), secret.Hash(token), sealed, null(brand), string(inv.Role), inv.Admin, inv.Email, in.Language,
			null(actor.Person), sqldb.At(inv.Made), sqldb.At(inv.Ends)); err != nil {
			return err
		}
		if inv.Email != "" {
			if err := s.later(ctx, tx, MailKind, MailJob{Invitation: inv.ID}); err != nil {
				return err
			}
		}
		tx.AfterCommit(func() { s.tell(brandTopic(brand), "people.changed", nil) })
		var who *whoAct
		if inv.Email != "" {
			who = &whoAct{Email: inv.Email}
		}
		return s.recordIn(ctx, tx, actor, brand, subjectOf(inv), "invitation.made", invitationAct{Role: inv.Role, Admin: inv.Admin, Mail: inv.Email != ""}, who)
	})
	return inv, token, err
}

func subjectOf(i Invitation) logbook.Subject {
	return logbook.Subject{Kind: "invitation", ID: string(i.ID)}
}

func null[T ~string](v T) any {
	if v == "" {
		return nil
	}
	return string(v)
}

const openInvitation = ` FROM invitation i LEFT JOIN person p ON p.id = i.inviter
	WHERE i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > ?`

// Invitations lists the open invitations of a brand, the latest first.
func (s *Service) Invitations(ctx context.Context, actor Actor, brand id.Brand) (_ []Invitation, err error) {
	defer fault.Wrap(&err, "list invitations")
	if err := actor.Require(brand, ManagePeople); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.db, scanInvitation, `SELECT `+inviteColumns+openInvitation+` AND i.brand = ? ORDER BY i.id DESC`, sqldb.At(s.now()), string(brand))
}

// Withdraw ends an open invitation of the brand. One that is not there, used
// or of another brand is not_found.
func (s *Service) Withdraw(ctx context.Context, actor Actor, brand id.Brand, invitation InvitationID) (err error) {
	defer fault.Wrap(&err, "withdraw invitation")
	if err := actor.Require(brand, ManagePeople); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE invitation SET revoked_at = ?, sealed = '' WHERE id = ? AND brand = ? AND accepted_at IS NULL AND revoked_at IS NULL`,
			sqldb.At(tx.Now), string(invitation), string(brand))
		if err != nil {
			return err
		}
		if n == 0 {
			return errInvitationGone
		}
		tx.AfterCommit(func() { s.tell(brandTopic(brand), "people.changed", nil) })
		return s.recordIn(ctx, tx, actor, brand, logbook.Subject{Kind: "invitation", ID: string(invitation)}, "invitation.withdrawn", invitationAct{}, nil)
	})
}

// Invited is what the holder of a link may read before she accepts.
type Invited struct {
	Invitation
	BrandName string `json:"brand_name"`
}

// ReadInvitation reads what a link offers. Used, withdrawn, ended and made-up
// links are all not_found.
func (s *Service) ReadInvitation(ctx context.Context, token string) (_ Invited, err error) {
	defer fault.Wrap(&err, "read invitation")
	return s.readInvitation(ctx, s.db, token)
}

func (s *Service) readInvitation(ctx context.Context, q sqldb.Q, token string) (i Invited, err error) {
	i.Invitation, err = sqldb.One(ctx, q, scanInvitation, `SELECT `+inviteColumns+openInvitation+` AND i.hash = ?`, sqldb.At(s.now()), secret.Hash(token))
	if sqldb.IsNoRow(err) {
		return i, errInvitationGone
	}
	if err != nil || i.Brand == "" {
		return i, err
	}
	i.BrandName, err = s.brandName(ctx, q, i.Brand)
	if fault.Is(err, fault.NotFound) { // archived since
		return i, errInvitationGone
	}
	return i, err
}

// AcceptAsNew uses an invitation to join with a new account, signed in at
// once. An invitation that came by mail makes the account of that address,
// whatever in says: whoever holds the link has read the mail. Errors are
// not_found, invalid, and conflict at "email" when the address has an account
// already: then one signs in and accepts.
func (s *Service) AcceptAsNew(ctx context.Context, token string, in NewPerson, from From) (_ Entry, err error) {
	defer fault.Wrap(&err, "accept invitation")
	if err := s.guard.admit("accept", from, addressRule); err != nil {
		return Entry{}, err
	}
	inv, err := s.readInvitation(ctx, s.db, token)
	if err != nil {
		return Entry{}, err
	}
	if inv.Email != "" {
		in.Email = inv.Email
	}
	p, key, hash, err := s.clean(ctx, in)
	if err != nil {
		return Entry{}, err
	}
	p.Admin = inv.Admin
	return s.enter(ctx, from, func(tx *sqldb.Tx) (id.Person, error) {
		p.Made = tx.Now
		if err := insertPerson(ctx, tx, p, key, hash); err != nil {
			return "", err
		}
		if err := s.recordPerson(ctx, tx, as(p.ID), p.ID, "person.joined", joinedAct{Admin: p.Admin}, whoAct{p.Name, p.Email}); err != nil {
			return "", err
		}
		return p.ID, s.use(ctx, tx, token, p)
	})
}

// Accept uses an invitation for somebody who is signed in. If she has a role in
// the brand already the wider one stays. Returns the brand.
func (s *Service) Accept(ctx context.Context, actor Actor, token string) (_ id.Brand, err error) {
	defer fault.Wrap(&err, "accept invitation")
	me, err := self(actor)
	if err != nil {
		return "", err
	}
	var brand id.Brand
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		inv, err := s.readInvitation(ctx, tx, token)
		if err != nil {
			return err
		}
		p, err := s.personByID(ctx, tx, me)
		if err != nil {
			return err
		}
		if p.Guest { // a guest has no way back in: she makes an account
			return fault.New(fault.Forbidden, "team.guest_may_not")
		}
		brand = inv.Brand
		if inv.Admin && !p.Admin {
			if err := s.setAdmin(ctx, tx, Program("invitation"), p.ID, true); err != nil {
				return err
			}
		}
		return s.use(ctx, tx, token, p)
	})
	return brand, err
}

// use spends the invitation and gives its role. The inviter must still be able
// to give it: what she offered ends with what she was.
func (s *Service) use(ctx context.Context, tx *sqldb.Tx, token string, p Person) error {
	inv, err := s.readInvitation(ctx, tx, token)
	if err != nil {
		return err
	}
	if err := s.inviterStill(ctx, tx, inv.Invitation); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE invitation SET accepted_at = ?, accepted_by = ?, sealed = '' WHERE id = ? AND accepted_at IS NULL AND revoked_at IS NULL`,
		sqldb.At(tx.Now), string(p.ID), string(inv.ID))
	if err != nil {
		return err
	}
	if n == 0 {
		return errInvitationGone
	}
	actor := Actor{Person: p.ID}
	if err := s.recordIn(ctx, tx, actor, inv.Brand, subjectOf(inv.Invitation), "invitation.accepted", invitationAct{Role: inv.Role, Person: p.ID}, &whoAct{Name: p.Name}); err != nil {
		return err
	}
	if inv.Brand == "" {
		return nil
	}
	has, err := member(ctx, tx, inv.Brand, p.ID)
	switch {
	case sqldb.IsNoRow(err):
		return s.give(ctx, tx, actor, inv.Brand, p, inv.Role)
	case err != nil || has.Role.wider(inv.Role):
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE person_role SET role = ? WHERE brand = ? AND person = ?`, string(inv.Role), string(inv.Brand), string(p.ID)); err != nil {
		return err
	}
	s.tellRole(tx, inv.Brand, p.ID)
	return s.recordIn(ctx, tx, actor, inv.Brand, logbook.Subject{Kind: "person", ID: string(p.ID)}, "role.changed",
		roleAct{Person: p.ID, Role: inv.Role, Was: has.Role}, &whoAct{Name: p.Name})
}

func (s *Service) inviterStill(ctx context.Context, tx *sqldb.Tx, inv Invitation) error {
	if inv.inviter == "" {
		return nil
	}
	p, err := s.personByID(ctx, tx, inv.inviter)
	if err != nil {
		return err
	}
	may := !p.Disabled && p.Admin
	if inv.Brand != "" {
		m, err := member(ctx, tx, inv.Brand, inv.inviter)
		if err != nil && !sqldb.IsNoRow(err) {
			return err
		}
		may = !p.Disabled && m.Role.MayGrant(inv.Role)
	}
	if !may {
		return errInvitationGone
	}
	return nil
}

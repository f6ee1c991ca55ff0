package team

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
)

// ResetID names a request for a new password; it opens nothing.
type ResetID string

const (
	resetLife    = time.Hour
	resetsAnHour = 3 // mails to one person; more would only fill her mailbox
)

var errResetGone = fault.New(fault.NotFound, "team.reset_gone")

// AskReset sends a link for a new password to the address, if somebody has it.
// The answer and the work are the same if nobody does. Errors are too_many
// (one address asks a lot) or the database's.
func (s *Service) AskReset(ctx context.Context, email string, from From) (err error) {
	defer fault.Wrap(&err, "ask for a reset")
	if err := s.guard.admit("reset", from, askRule); err != nil {
		return err
	}
	key := foldEmail(email)
	if len(key) > maxEmail {
		key = ""
	}
	reset, token := id.New[ResetID](), secret.Token("")
	sealed, err := s.box.Seal("team.reset", string(reset), []byte(token))
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		p, err := personByKey(ctx, tx, key)
		if err != nil && !sqldb.IsNoRow(err) {
			return err
		}
		n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM person_reset WHERE person = ? AND asked_at > ?`, string(p.ID), sqldb.At(tx.Now.Add(-time.Hour)))
		if err != nil {
			return err
		}
		person := p.ID
		if p.Disabled || n >= resetsAnHour {
			person = ""
		}
		if _, err := tx.Exec(ctx, `DELETE FROM person_reset WHERE expires_at < ?`, sqldb.At(tx.Now.Add(-day))); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO person_reset (id, hash, sealed, person, asked_at, expires_at) VALUES (?,?,?,?,?,?)`,
			string(reset), secret.Hash(token), sealed, null(person), sqldb.At(tx.Now), sqldb.At(tx.Now.Add(resetLife))); err != nil {
			return err
		}
		return s.later(ctx, tx, MailKind, MailJob{Reset: reset})
	})
}

// CheckReset tells whether a link still opens; not_found otherwise.
func (s *Service) CheckReset(ctx context.Context, token string) (err error) {
	defer fault.Wrap(&err, "check reset")
	_, err = s.readReset(ctx, s.db, token)
	return err
}

func (s *Service) readReset(ctx context.Context, q sqldb.Q, token string) (Person, error) {
	p, err := sqldb.One(ctx, q, onePerson, `SELECT `+personColumns+` FROM person_reset r JOIN person p ON p.id = r.person
		WHERE r.hash = ? AND r.used_at IS NULL AND r.expires_at > ? AND p.disabled_at IS NULL`, secret.Hash(token), sqldb.At(s.now()))
	if sqldb.IsNoRow(err) {
		err = errResetGone
	}
	return p, err
}

// Reset sets a new password with the link of a mail, ends all sessions, and
// lets no other link of the person open. It returns what the browser keeps to
// be known at the sign-in that follows. Errors are not_found (used, ended or
// made-up link) and invalid.
func (s *Service) Reset(ctx context.Context, token, password string, from From) (device string, err error) {
	defer fault.Wrap(&err, "reset password")
	if err := s.guard.admit("use reset", from, addressRule); err != nil {
		return "", err
	}
	p, err := s.readReset(ctx, s.db, token)
	if err != nil {
		return "", err
	}
	if err := checkNew(password, p.Name, foldEmail(p.Email)); err != nil {
		return "", err
	}
	hash, err := s.vault.hash(ctx, password)
	if err != nil {
		return "", err
	}
	device = secret.Token("")
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE person_reset SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ?`,
			sqldb.At(tx.Now), secret.Hash(token), sqldb.At(tx.Now))
		if err != nil {
			return err
		}
		if n == 0 {
			return errResetGone
		}
		// Browsers known so far may be whose the mail was asked against.
		if _, err := tx.Exec(ctx, `DELETE FROM person_device WHERE person = ?`, string(p.ID)); err != nil {
			return err
		}
		if err := s.remember(ctx, tx, p.ID, device); err != nil {
			return err
		}
		if _, err := s.endSessions(ctx, tx, p.ID, ""); err != nil {
			return err
		}
		return s.changePassword(ctx, tx, p.ID, hash, as(p.ID), "mail")
	})
	if err != nil {
		return "", err
	}
	return device, nil
}

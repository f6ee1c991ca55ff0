package team

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
)

const (
	sessionLife = 30 * day
	sessionIdle = 10 * day
	seenEvery   = 5 * time.Minute // last seen is this exact; a write per request would be waste
	deviceLife  = 365 * day
	maxDevices  = 20 // per person; the one unseen longest leaves
	maxSessions = 50
)

// Entry is what a browser gets when somebody signs in. Session and Device go
// into cookies and are kept nowhere else in the clear.
type Entry struct {
	Person  Person
	Session string
	Ends    time.Time
	// Device recognises the browser at its next sign-in; it opens nothing.
	Device string
}

// Visit is a request that was recognised.
type Visit struct {
	Person  Person
	Actor   Actor
	Session SessionID // empty for an API token
}

var errWrong = fault.New(fault.SignedOut, "team.wrong")

// SignIn checks an address and a password and opens a session; the session
// that the browser had before (previous, may be empty) ends, so that one
// planted in it is worth nothing. Errors are signed_out with one answer and one
// work for a wrong password, an unknown address and a disabled person, and
// too_many with the wait (see guard).
func (s *Service) SignIn(ctx context.Context, email, password string, from From, previous string) (_ Entry, err error) {
	defer fault.Wrap(&err, "sign in")
	key := foldEmail(email)
	if len(key) > maxEmail {
		key = key[:maxEmail]
	}
	p, err := personByKey(ctx, s.db, key)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Entry{}, err
	}
	known := false
	if p.ID != "" && from.Device != "" {
		if known, err = s.knowsDevice(ctx, p.ID, from.Device); err != nil {
			return Entry{}, err
		}
	}
	try, err := s.guard.admitSignIn(key, from, known)
	if err != nil {
		return Entry{}, err
	}
	same, stale, err := s.vault.check(ctx, known, password, p.hash)
	if err != nil {
		return Entry{}, err
	}
	if !same || p.Disabled {
		return Entry{}, errWrong
	}
	try.succeeded()
	fresh := ""
	if stale {
		if fresh, err = s.vault.hash(ctx, password); err != nil {
			return Entry{}, err
		}
	}
	return s.enter(ctx, from, func(tx *sqldb.Tx) (id.Person, error) {
		if previous != "" {
			if _, err := tx.Exec(ctx, `DELETE FROM person_session WHERE hash = ?`, secret.Hash(previous)); err != nil {
				return "", err
			}
		}
		if fresh != "" {
			return p.ID, setPassword(ctx, tx, p.ID, fresh)
		}
		return p.ID, nil
	})
}

// enter opens a session for the person that do names, in its transaction.
func (s *Service) enter(ctx context.Context, from From, do func(*sqldb.Tx) (id.Person, error)) (Entry, error) {
	e := Entry{Session: secret.Token(""), Device: from.Device}
	if e.Device == "" || len(e.Device) > 100 {
		e.Device = secret.Token("")
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		person, err := do(tx)
		if err != nil {
			return taken(err)
		}
		if e.Person, err = s.personByID(ctx, tx, person); err != nil {
			return err
		}
		if e.Person.Disabled {
			return errWrong
		}
		return s.open(ctx, tx, &e, from)
	})
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

func (s *Service) open(ctx context.Context, tx *sqldb.Tx, e *Entry, from From) error {
	e.Ends = tx.Now.Add(sessionLife)
	sid := id.New[SessionID]()
	agent := from.Agent
	if len(agent) > 300 {
		agent = agent[:300]
	}
	if _, err := tx.Exec(ctx, `INSERT INTO person_session (id, hash, person, agent, network, made_at, seen_at, expires_at) VALUES (?,?,?,?,?,?,?,?)`,
		string(sid), secret.Hash(e.Session), string(e.Person.ID), text(agent), from.network(), sqldb.At(tx.Now), sqldb.At(tx.Now), sqldb.At(e.Ends)); err != nil {
		return err
	}
	if err := s.remember(ctx, tx, e.Person.ID, e.Device); err != nil {
		return err
	}
	// What ended by itself goes, and so do the oldest of a heap.
	if _, err := tx.Exec(ctx, `DELETE FROM person_session WHERE person = ? AND (expires_at <= ? OR seen_at <= ? OR id NOT IN
		(SELECT id FROM person_session WHERE person = ? ORDER BY id DESC LIMIT ?))`,
		string(e.Person.ID), sqldb.At(tx.Now), sqldb.At(tx.Now.Add(-sessionIdle)), string(e.Person.ID), maxSessions); err != nil {
		return err
	}
	return s.recordPerson(ctx, tx, as(e.Person.ID), e.Person.ID, "person.signed_in", sessionAct{Session: string(sid)}, nil)
}

// SignOut ends the session a cookie holds; one that is no session is fine.
func (s *Service) SignOut(ctx context.Context, session string) (err error) {
	defer fault.Wrap(&err, "sign out")
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		v, err := sqldb.One(ctx, tx, scanVisit, visitQuery, secret.Hash(session))
		if sqldb.IsNoRow(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM person_session WHERE hash = ?`, secret.Hash(session)); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.tell(personTopic(v.person.ID), "session.ended", string(v.session)) })
		return s.recordPerson(ctx, tx, as(v.person.ID), v.person.ID, "person.signed_out", sessionAct{Session: string(v.session)}, nil)
	})
}

type visit struct {
	person  Person
	session SessionID
	seen    time.Time
	ends    time.Time
}

const visitQuery = `SELECT ` + personColumns + `, s.id, s.seen_at, s.expires_at FROM person_session s JOIN person p ON p.id = s.person WHERE s.hash = ?`

func scanVisit(s sqldb.Scanner) (v visit, err error) {
	var seen, ends sqldb.Time
	v.person, err = scanPerson(s, &v.session, &seen, &ends)
	v.seen, v.ends = seen.Time, ends.Time
	return v, err
}

// Recognise tells who a session cookie speaks for, with her roles as they are
// now: one withdrawn while a page is open counts at the next request. Errors
// are signed_out (no such session, ended, unused for ten days, or a disabled
// person) or transient.
func (s *Service) Recognise(ctx context.Context, session string) (_ Visit, err error) {
	defer fault.Wrap(&err, "recognise session")
	if session == "" || len(session) > 100 {
		return Visit{}, signedOut(nil)
	}
	v, err := sqldb.One(ctx, s.db, scanVisit, visitQuery, secret.Hash(session))
	if err != nil {
		return Visit{}, signedOut(err)
	}
	now := s.now()
	if v.person.Disabled || !now.Before(v.ends) || now.Sub(v.seen) > sessionIdle {
		return Visit{}, signedOut(nil)
	}
	if now.Sub(v.seen) >= seenEvery {
		// A full disk must not keep people from reading: what cannot be noted
		// now is noted later.
		if _, err := s.db.Exec(ctx, `UPDATE person_session SET seen_at = ? WHERE id = ? AND seen_at < ?`, sqldb.At(now), string(v.session), sqldb.At(now)); err != nil && !fault.Is(err, fault.Transient) {
			return Visit{}, err
		}
	}
	actor, err := s.actor(ctx, v.person)
	return Visit{Person: v.person, Actor: actor, Session: v.session}, err
}

func (s *Service) knowsDevice(ctx context.Context, p id.Person, device string) (bool, error) {
	n, err := sqldb.Value[int64](ctx, s.db, `SELECT COUNT(*) FROM person_device WHERE hash = ? AND person = ? AND seen_at > ?`,
		secret.Hash(device), string(p), sqldb.At(s.now().Add(-deviceLife)))
	return n > 0, err
}

func (s *Service) remember(ctx context.Context, tx *sqldb.Tx, p id.Person, device string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO person_device (hash, person, made_at, seen_at) VALUES (?,?,?,?)
		ON CONFLICT (hash, person) DO UPDATE SET seen_at = excluded.seen_at`, secret.Hash(device), string(p), sqldb.At(tx.Now), sqldb.At(tx.Now)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM person_device WHERE person = ? AND hash NOT IN
		(SELECT hash FROM person_device WHERE person = ? ORDER BY seen_at DESC, hash LIMIT ?)`, string(p), string(p), maxDevices)
	return err
}

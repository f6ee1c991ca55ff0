package team

import (
	"context"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// SessionID names a session in lists; it opens nothing.
type SessionID string

// Session is a browser that is signed in.
type Session struct {
	ID      SessionID `json:"id"`
	Agent   string    `json:"agent"`   // the browser's own words
	Network string    `json:"network"` // the network it came from, cut: "203.0.113.0/24"
	Made    time.Time `json:"made"`
	Seen    time.Time `json:"seen"` // to five minutes
	Ends    time.Time `json:"ends"`
}

// Sessions lists the actor's own sessions, the last seen first.
func (s *Service) Sessions(ctx context.Context, actor Actor) (_ []Session, err error) {
	defer fault.Wrap(&err, "list sessions")
	me, err := self(actor)
	if err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.db, func(r sqldb.Scanner) (v Session, err error) {
		var made, seen, ends sqldb.Time
		err = r.Scan(&v.ID, &v.Agent, &v.Network, &made, &seen, &ends)
		v.Made, v.Seen, v.Ends = made.Time, seen.Time, ends.Time
		return v, err
	}, `SELECT id, agent, network, made_at, seen_at, expires_at FROM person_session WHERE person = ? AND expires_at > ? AND seen_at > ?
		ORDER BY seen_at DESC, id DESC`, string(me), sqldb.At(s.now()), sqldb.At(s.now().Add(-sessionIdle)))
}

// EndSession ends one of the actor's own sessions; anybody else's is
// not_found.
func (s *Service) EndSession(ctx context.Context, actor Actor, session SessionID) (err error) {
	defer fault.Wrap(&err, "end session")
	me, err := self(actor)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM person_session WHERE id = ? AND person = ?`, string(session), string(me))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "")
		}
		tx.AfterCommit(func() { s.tell(personTopic(me), "session.ended", string(session)) })
		return s.recordPerson(ctx, tx, actor.Signs(), me, "person.session_ended", sessionAct{Session: string(session)}, nil)
	})
}

// EndOtherSessions ends all of the actor's sessions but the one she speaks
// from and says how many. Safe to repeat. A session to keep that is not hers is
// not_found, and nothing ends.
func (s *Service) EndOtherSessions(ctx context.Context, actor Actor, keep SessionID) (n int64, err error) {
	defer fault.Wrap(&err, "end other sessions")
	me, err := self(actor)
	if err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		mine, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM person_session WHERE id = ? AND person = ?`, string(keep), string(me))
		if err != nil {
			return err
		}
		if mine == 0 {
			return fault.New(fault.NotFound, "")
		}
		if n, err = s.endSessions(ctx, tx, me, keep); err != nil || n == 0 {
			return err
		}
		return s.recordPerson(ctx, tx, actor.Signs(), me, "person.session_ended", sessionAct{Others: n}, nil)
	})
	return n, err
}

func (s *Service) endSessions(ctx context.Context, tx *sqldb.Tx, p id.Person, keep SessionID) (int64, error) {
	tx.AfterCommit(func() { s.tell(personTopic(p), "session.ended", "") })
	return tx.Exec(ctx, `DELETE FROM person_session WHERE person = ? AND id <> ?`, string(p), string(keep))
}

// text makes a text of the outside fit for a row: valid, without NUL.
func text(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }

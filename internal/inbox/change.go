package inbox

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Deed is what is done to conversations; zero fields leave what is.
type Deed struct {
	State State
	Until time.Time // of Snoozed
	// Assign gives them to somebody; Nobody takes them back.
	Assign id.Person
}

// Change is a gesture that was made, and can be taken back for an hour.
type Change struct {
	ID ChangeID `json:"id"`
	// N is how many conversations are not as they were.
	N int `json:"n"`
}

// MaxMany is how many conversations one gesture changes.
const MaxMany = 200

// changeKept is for how long a gesture can be taken back.
const changeKept = time.Hour

// before is a conversation as it was, and the version that the gesture gave it.
type before struct {
	ID       ConversationID `json:"id"`
	State    State          `json:"state"`
	Until    time.Time      `json:"until,omitzero"`
	Assignee id.Person      `json:"assignee,omitempty"`
	DoneBy   id.Person      `json:"done_by,omitempty"`
	DoneAt   time.Time      `json:"done_at,omitzero"`
	Version  int64          `json:"version"`
}

var (
	errUntil    = fault.New(fault.Invalid, "inbox.until_past").At("until")
	errAssignee = fault.New(fault.Invalid, "inbox.assignee_unknown").At("assignee")
	errMany     = fault.New(fault.Invalid, "inbox.many").At("conversations")
)

// Do changes conversations together, all or none. What is as asked already
// stays; a change without any effect has no id. Errors: not_found (one of them),
// invalid, forbidden.
func (s *Service) Do(ctx context.Context, a team.Actor, b id.Brand, ids []ConversationID, d Deed) (out Change, err error) {
	defer fault.Wrap(&err, "change conversations")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return out, err
	}
	if len(ids) == 0 || len(ids) > MaxMany {
		return out, errMany.With("most", MaxMany)
	}
	for _, one := range ids {
		if _, err := conversationOf(ctx, s.DB, b, one); err != nil {
			return out, err // a stranger learns nothing from what else is wrong
		}
	}
	if d.State != "" && !slices.Contains(States(), d.State) {
		return out, fault.New(fault.Invalid, "inbox.state_unknown").At("state")
	}
	if d.State == Snoozed && !d.Until.After(s.DB.Now()) {
		return out, errUntil
	}
	if d.Assign != "" && d.Assign != Nobody {
		if s.Answerable != nil {
			who, err := s.Answerable(ctx, b)
			if err != nil {
				return out, err
			}
			if !slices.Contains(who, d.Assign) {
				return out, errAssignee
			}
		}
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		out = Change{}
		var was []before
		var touched []ConversationID
		for _, one := range ids {
			c, err := conversationOf(ctx, tx, b, one)
			if err != nil {
				return err
			}
			if slices.Contains(touched, c.ID) {
				continue
			}
			old := before{c.ID, c.State, c.Until, c.Assignee, c.DoneBy, c.DoneAt, c.Version + 1}
			if !d.apply(&c, a, tx.Now) {
				continue
			}
			if err := s.put(ctx, tx, c); err != nil {
				return err
			}
			if err := s.recordChange(ctx, tx, a, old, c); err != nil {
				return err
			}
			was, touched = append(was, old), append(touched, c.ID)
		}
		if len(was) == 0 {
			return nil
		}
		out = Change{ID: id.New[ChangeID](), N: len(was)}
		s.changed(tx, b, 0, touched)
		_, err := tx.Exec(ctx, `INSERT INTO inbox_change (id, brand, person, at, before) VALUES (?, ?, ?, ?, ?)`, out.ID, b, a.Person, sqldb.At(tx.Now), sqldb.JSON[[]before]{V: was})
		return err
	})
	return out, err
}

// apply changes c, and tells whether it did.
func (d Deed) apply(c *Conversation, a team.Actor, now time.Time) bool {
	was := *c
	if d.State != "" && (slices.Contains(moves[c.State], d.State)) {
		c.State, c.Until = d.State, time.Time{}
		switch d.State {
		case Done:
			c.DoneBy, c.DoneAt = a.Person, now
		case Snoozed:
			c.Until = d.Until.UTC().Truncate(time.Millisecond)
		}
	}
	switch d.Assign {
	case "":
	case Nobody:
		c.Assignee = ""
	default:
		c.Assignee = d.Assign
	}
	return c.State != was.State || !c.Until.Equal(was.Until) || c.Assignee != was.Assignee
}

func (s *Service) put(ctx context.Context, tx *sqldb.Tx, c Conversation) error {
	_, err := tx.Exec(ctx, `UPDATE conversation SET state = ?, until = ?, assignee = ?, done_by = ?, done_at = ?, version = version + 1 WHERE brand = ? AND id = ?`,
		c.State, sqldb.At(c.Until), c.Assignee, c.DoneBy, sqldb.At(c.DoneAt), c.Brand, c.ID)
	return err
}

func (s *Service) recordChange(ctx context.Context, tx *sqldb.Tx, a team.Actor, was before, c Conversation) error {
	subject := logbook.Subject{Kind: "conversation", ID: string(c.ID)}
	if was.State != c.State || !was.Until.Equal(c.Until) {
		data := map[string]any{"from": was.State, "to": c.State, "until": ""}
		if !c.Until.IsZero() {
			data["until"] = c.Until
		}
		if err := s.Book.Record(ctx, tx, logbook.Entry{Brand: c.Brand, Actor: a.Signs(), Act: ActState, Subject: subject, Data: data}); err != nil {
			return err
		}
	}
	if was.Assignee != c.Assignee {
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: c.Brand, Actor: a.Signs(), Act: ActAssigned, Subject: subject, Data: map[string]any{"from": was.Assignee, "to": c.Assignee}})
	}
	return nil
}

// Undo takes a gesture of the person herself back. What somebody changed since
// stays as it is by now. Safe to repeat. Errors: not_found (too late, or
// somebody else's).
func (s *Service) Undo(ctx context.Context, a team.Actor, b id.Brand, change ChangeID) (n int, err error) {
	defer fault.Wrap(&err, "take back")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n = 0
		all, err := sqldb.Value[sqldb.JSON[[]before]](ctx, tx, `DELETE FROM inbox_change WHERE brand = ? AND id = ? AND person = ? AND at >= ? RETURNING before`, b, change, a.Person, sqldb.At(tx.Now.Add(-changeKept)))
		if err != nil {
			return err
		}
		var touched []ConversationID
		for _, was := range all.V {
			c, err := conversationOf(ctx, tx, b, was.ID)
			if fault.Is(err, fault.NotFound) || err == nil && c.Version != was.Version {
				continue
			}
			if err != nil {
				return err
			}
			now := before{c.ID, c.State, c.Until, c.Assignee, c.DoneBy, c.DoneAt, 0}
			c.State, c.Until, c.Assignee, c.DoneBy, c.DoneAt = was.State, was.Until, was.Assignee, was.DoneBy, was.DoneAt
			if err := s.put(ctx, tx, c); err != nil {
				return err
			}
			if err := s.recordChange(ctx, tx, a, now, c); err != nil {
				return err
			}
			touched = append(touched, c.ID)
		}
		n = len(touched)
		s.changed(tx, b, 0, touched)
		return nil
	})
	return n, err
}

// MarkRead keeps how far the person has read conversations: until an hour, or,
// with the zero time, not at all. It is hers alone and stands in no logbook.
func (s *Service) MarkRead(ctx context.Context, a team.Actor, b id.Brand, ids []ConversationID, until time.Time) (err error) {
	defer fault.Wrap(&err, "mark read")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return err
	}
	if a.Person == "" || len(ids) == 0 {
		return nil
	}
	if len(ids) > MaxMany {
		return errMany.With("most", MaxMany)
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for _, one := range ids {
			c, err := conversationOf(ctx, tx, b, one)
			if err != nil {
				return err
			}
			if until.IsZero() {
				_, err = tx.Exec(ctx, `DELETE FROM conversation_read WHERE brand = ? AND person = ? AND conversation = ?`, b, a.Person, c.ID)
			} else {
				_, err = tx.Exec(ctx, `INSERT INTO conversation_read (person, conversation, brand, at) VALUES (?, ?, ?, ?) ON CONFLICT (person, conversation) DO UPDATE SET at = excluded.at WHERE conversation_read.at < excluded.at`,
					a.Person, c.ID, b, sqldb.At(until))
			}
			if err != nil {
				return err
			}
		}
		tx.AfterCommit(func() { s.Tell("person:"+string(a.Person), "inbox-read", nil) })
		return nil
	})
}

// Wake opens what was put off until now. Safe to repeat, on several nodes at
// once.
func (s *Service) Wake(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "wake conversations")
	now := s.DB.Now()
	some, err := sqldb.Values[ConversationID](ctx, s.DB, `SELECT id FROM conversation WHERE state = 'snoozed' AND until <= ? ORDER BY until LIMIT 200`, sqldb.At(now))
	if err != nil || len(some) == 0 {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for _, c := range some {
			brands, err := sqldb.Values[id.Brand](ctx, tx, `UPDATE conversation SET state = 'open', until = NULL, version = version + 1 WHERE id = ? AND state = 'snoozed' AND until <= ? RETURNING brand`, c, sqldb.At(now))
			if err != nil {
				return err
			}
			for _, b := range brands {
				s.changed(tx, b, 0, []ConversationID{c})
				err := s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: program.Signs(), Act: ActState, Subject: logbook.Subject{Kind: "conversation", ID: string(c)},
					Data: map[string]any{"from": Snoozed, "to": Open, "until": ""}})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Tidy forgets gestures that can no more be taken back. The hourly job calls it.
func (s *Service) Tidy(ctx context.Context) error {
	_, err := s.DB.Exec(ctx, `DELETE FROM inbox_change WHERE at < ?`, sqldb.At(s.DB.Now().Add(-changeKept)))
	return err
}

package inbox

import (
	"context"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// UndoFor is how long an answer waits before it leaves.
const UndoFor = 10 * time.Second

// Reply is what a person wants said.
type Reply struct {
	// ID is chosen by who asks, so that a second press of the button is the same
	// answer; empty: a new one.
	ID id.Post
	// To is the message answered; empty: the last that was said to us.
	To      MessageID
	Text    string
	Media   []id.Media
	Private bool
	// Saved is the saved answer it began from; empty: none.
	Saved string
	// Seen is until when she has seen what was said: somebody else's answer
	// after it is a collision, unless Anyway.
	Seen   time.Time
	Anyway bool
	// Then is what becomes of the conversation; empty: done.
	Then State
}

var (
	errNoAnswers = fault.New(fault.Unsupported, "inbox.no_answers")
	errEmpty     = fault.New(fault.Invalid, "inbox.answer_empty").At("text")
	errNothing   = fault.New(fault.Conflict, "inbox.nothing_to_answer")
	errCollision = fault.New(fault.Conflict, "inbox.collision").At("anyway")
)

// Reply answers a message of a conversation, through publishing's ledger. The
// conversation is done with, unless Then says otherwise; both stand or fall
// together. Errors: not_found, invalid (empty, too long, charter), conflict
// (field "anyway": somebody answered since Seen; Values "who", a person's id,
// empty when it was said from another tool, and "at" in milliseconds),
// unsupported (the network has no answers).
func (s *Service) Reply(ctx context.Context, a team.Actor, b id.Brand, c ConversationID, in Reply) (answer id.Post, err error) {
	defer fault.Wrap(&err, "answer")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return "", err
	}
	if strings.TrimSpace(in.Text) == "" && len(in.Media) == 0 {
		return "", errEmpty
	}
	out, to, err := s.prepare(ctx, a, b, c, in)
	if err != nil {
		return "", err
	}
	then := in.Then
	if then == "" {
		then = Done
	}
	out.Still = func(ctx context.Context, tx *sqldb.Tx, post id.Post) error {
		// The conversation's row first: who answers at the same moment waits.
		if _, err := tx.Exec(ctx, `UPDATE conversation SET version = version + 1 WHERE brand = ? AND id = ?`, b, out.Conversation); err != nil {
			return err
		}
		k, err := conversationOf(ctx, tx, b, out.Conversation)
		if err != nil {
			return err
		}
		if err := s.collides(ctx, tx, a, k, in); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO conversation_answer (answer, brand, conversation, message, person, private, at, taken_back) VALUES (?, ?, ?, ?, ?, ?, ?, FALSE)`,
			post, b, k.ID, to.ID, a.Person, out.Private, sqldb.At(tx.Now)); err != nil {
			return err
		}
		was := before{k.ID, k.State, k.Until, k.Assignee, k.DoneBy, k.DoneAt, 0}
		if (Deed{State: then}).apply(&k, a, tx.Now) {
			if err := s.put(ctx, tx, k); err != nil {
				return err
			}
			if err := s.recordChange(ctx, tx, a, was, k); err != nil {
				return err
			}
		}
		if err := draft(ctx, tx, a.Person, k, ""); err != nil {
			return err
		}
		if err := s.used(ctx, tx, a, k, in.Saved); err != nil {
			return err
		}
		s.changed(tx, b, 0, []ConversationID{k.ID})
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActAnswered, Subject: logbook.Subject{Kind: "conversation", ID: string(k.ID)},
			Data: map[string]any{"message": to.ID, "answer": post, "private": out.Private}})
	}
	return s.Answers.Answer(ctx, a, b, out)
}

// Preview shows an answer as it would leave: its length, what stands in its
// way. Nothing is kept. Errors: as Reply, collisions aside.
func (s *Service) Preview(ctx context.Context, a team.Actor, b id.Brand, c ConversationID, in Reply) (_ Seen, err error) {
	defer fault.Wrap(&err, "preview answer")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return Seen{}, err
	}
	out, _, err := s.prepare(ctx, a, b, c, in)
	if err != nil {
		return Seen{}, err
	}
	return s.Answers.Look(ctx, a, b, out)
}

// prepare finds whom a reply answers, and where.
func (s *Service) prepare(ctx context.Context, a team.Actor, b id.Brand, c ConversationID, in Reply) (out Answer, to Message, err error) {
	if s.Answers == nil {
		return out, to, errNoAnswers
	}
	k, err := conversationOf(ctx, s.DB, b, c)
	if err != nil {
		return out, to, err
	}
	t := Thread{Conversation: k}
	if err := s.messages(ctx, &t, time.Time{}); err != nil {
		return out, to, err
	}
	m := t.answered(in.To)
	if m == nil {
		return out, to, errNothing
	}
	return Answer{ID: in.ID, Conversation: k.ID, Channel: k.Channel, Parent: m.Ref, Root: rootOf(t, *m), Whom: m.Handle, Language: m.Language, Text: in.Text, Media: in.Media,
		Private: in.Private || m.Private, Undo: UndoFor}, *m, nil
}

// collides tells who said something after what a person has seen.
func (s *Service) collides(ctx context.Context, tx *sqldb.Tx, a team.Actor, k Conversation, in Reply) error {
	if in.Anyway || in.Seen.IsZero() {
		return nil
	}
	var who id.Person
	var at sqldb.Time
	hit := false
	scan := func(r sqldb.Scanner) error { hit = true; return r.Scan(&who, &at) }
	err := sqldb.Each(ctx, tx, scan, `SELECT person, at FROM conversation_answer WHERE brand = ? AND conversation = ? AND at >= ? AND person <> ? AND NOT taken_back ORDER BY at DESC LIMIT 1`, k.Brand, k.ID, sqldb.At(in.Seen), a.Person)
	if err != nil {
		return err
	}
	if !hit && k.LastOut.After(in.Seen) {
		// Said on the network since: by one of us, who stands above, or from
		// another tool.
		n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM conversation_answer WHERE brand = ? AND conversation = ? AND at > ?`, k.Brand, k.ID, sqldb.At(in.Seen.Add(-time.Hour)))
		if err != nil {
			return err
		}
		hit, at = n == 0, sqldb.At(k.LastOut)
	}
	if hit {
		return errCollision.With("who", string(who)).With("at", at.UnixMilli())
	}
	return nil
}

// TakeBack stops an answer that has not left, opens the conversation again and
// gives the words back as a draft. Errors: conflict (it left), not_found.
func (s *Service) TakeBack(ctx context.Context, a team.Actor, b id.Brand, c ConversationID, answer id.Post) (err error) {
	defer fault.Wrap(&err, "take an answer back")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return err
	}
	if s.Answers == nil {
		return errNoAnswers
	}
	k, err := conversationOf(ctx, s.DB, b, c)
	if err != nil {
		return err
	}
	if _, err := sqldb.Value[id.Post](ctx, s.DB, `SELECT answer FROM conversation_answer WHERE brand = ? AND conversation = ? AND answer = ?`, b, k.ID, answer); err != nil {
		return err
	}
	words, err := s.Answers.TakeBack(ctx, a, b, answer)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		k, err := conversationOf(ctx, tx, b, k.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE conversation_answer SET taken_back = TRUE WHERE brand = ? AND answer = ?`, b, answer); err != nil {
			return err
		}
		if err := draft(ctx, tx, a.Person, k, words); err != nil {
			return err
		}
		was := before{k.ID, k.State, k.Until, k.Assignee, k.DoneBy, k.DoneAt, 0}
		if (Deed{State: Open}).apply(&k, a, tx.Now) {
			if err := s.put(ctx, tx, k); err != nil {
				return err
			}
			if err := s.recordChange(ctx, tx, a, was, k); err != nil {
				return err
			}
		}
		s.changed(tx, b, 0, []ConversationID{k.ID})
		return nil
	})
}

// answered is the message that an answer goes to.
func (t Thread) answered(to MessageID) *Message {
	var last *Message
	for i := range t.Messages {
		m := &t.Messages[i]
		if !m.Gone.IsZero() || m.Held == "spam" || m.Held == "trash" {
			continue
		}
		if m.ID == to {
			return m
		}
		if to == "" && !m.Own && m.Kind != network.Context && (last == nil || m.At.After(last.At)) {
			last = m
		}
	}
	return last
}

// rootOf is the first of a message's thread.
func rootOf(t Thread, m Message) network.Ref {
	switch {
	case m.Root != "":
		return m.Root
	case t.under != "":
		return t.under
	}
	return m.Ref
}

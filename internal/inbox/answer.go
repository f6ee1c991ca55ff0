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
	// To is the message answered; empty: the last that was said to us.
	To      MessageID
	Text    string
	Media   []id.Media
	Private bool
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
	// ErrCollision says that somebody else answered meanwhile; its values are
	// "who" and "at".
	ErrCollision = fault.New(fault.Conflict, "inbox.collision").At("text")
)

// Reply answers a message of a conversation, through publishing's ledger. The
// conversation is done with, unless Then says otherwise. Errors: not_found,
// invalid (empty, too long, charter), conflict (a colleague answered; the
// message was deleted), unsupported (the network has no answers).
func (s *Service) Reply(ctx context.Context, a team.Actor, b id.Brand, c ConversationID, in Reply) (answer id.Post, err error) {
	defer fault.Wrap(&err, "answer")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return "", err
	}
	if s.Answers == nil {
		return "", errNoAnswers
	}
	if strings.TrimSpace(in.Text) == "" && len(in.Media) == 0 {
		return "", errEmpty
	}
	t, err := s.Read(ctx, a, b, c, time.Time{})
	if err != nil {
		return "", err
	}
	to := t.answers(in.To)
	if to == nil {
		return "", errNothing
	}
	if !in.Anyway && !in.Seen.IsZero() {
		if who, at, hit := t.collides(a.Person, in.Seen); hit {
			return "", ErrCollision.With("who", string(who)).With("at", at.UnixMilli())
		}
	}
	answer, err = s.Answers.Answer(ctx, a, b, Answer{Conversation: t.ID, Channel: t.Channel, Parent: to.Ref, Root: rootOf(t, *to), Whom: to.Handle,
		Text: in.Text, Media: in.Media, Private: in.Private || to.Private && t.Private, Undo: UndoFor})
	if err != nil {
		return "", err
	}
	then := in.Then
	if then == "" {
		then = Done
	}
	// The answer stands in the ledger by now: what follows may be done again.
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		k, err := conversationOf(ctx, tx, b, t.ID)
		if err != nil {
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
		s.changed(tx, b, 0, []ConversationID{k.ID})
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActAnswered, Subject: logbook.Subject{Kind: "conversation", ID: string(k.ID)},
			Data: map[string]any{"message": to.ID, "answer": answer, "private": in.Private}})
	})
	return answer, err
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
	t, err := s.Read(ctx, a, b, c, time.Time{})
	if err != nil {
		return err
	}
	for _, x := range t.Said {
		if x.ID != answer {
			continue
		}
		if err := s.Answers.TakeBack(ctx, a, b, answer); err != nil {
			return err
		}
		if _, err := s.KeepDraft(ctx, a, b, t.ID, x.Text); err != nil {
			return err
		}
		_, err := s.Do(ctx, a, b, []ConversationID{t.ID}, Deed{State: Open})
		return err
	}
	return fault.New(fault.NotFound, "")
}

// answers is the message that an answer goes to.
func (t Thread) answers(to MessageID) *Message {
	var last *Message
	for i := range t.Messages {
		m := &t.Messages[i]
		if !m.Gone.IsZero() || m.Kind == network.Context && m.ID != to {
			continue
		}
		if m.ID == to {
			return m
		}
		if to == "" && !m.Own && (last == nil || m.At.After(last.At)) {
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

// collides tells who answered, and when, after what a person has seen.
func (t Thread) collides(me id.Person, seen time.Time) (who id.Person, at time.Time, hit bool) {
	ours := map[network.Ref]bool{}
	for _, x := range t.Said {
		for _, r := range x.Refs {
			ours[r] = true
		}
		if x.Person != me && x.At.After(seen) && x.State != "withdrawn" {
			who, at, hit = x.Person, x.At, true
		}
	}
	for _, m := range t.Messages {
		// From another tool: nobody of us.
		if m.Own && !ours[m.Ref] && m.At.After(seen) && m.At.After(at) {
			who, at, hit = "", m.At, true
		}
	}
	return who, at, hit
}

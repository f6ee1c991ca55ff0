package inbox

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

var (
	errNoteEmpty = fault.New(fault.Invalid, "inbox.note_empty").At("note")
	errNoteLong  = fault.New(fault.Invalid, "inbox.note_long").At("note")
)

// notesOf lists the notes on a conversation and on who speaks in it, oldest
// first.
func (s *Service) notesOf(ctx context.Context, c Conversation) ([]Note, error) {
	scan := func(r sqldb.Scanner) (n Note, err error) {
		var at sqldb.Time
		var in ConversationID
		err = r.Scan(&n.ID, &in, &n.Person, &n.Text, &at)
		n.At, n.Here = at.Time, in == c.ID
		return n, err
	}
	if c.Speaker == "" {
		return sqldb.List(ctx, s.DB, scan, `SELECT id, conversation, person, words, at FROM conversation_note WHERE brand = ? AND conversation = ? ORDER BY at, id LIMIT ?`, c.Brand, c.ID, maxNotes)
	}
	return sqldb.List(ctx, s.DB, scan, `SELECT id, conversation, person, words, at FROM conversation_note WHERE brand = ? AND (conversation = ? OR speaker = ?) ORDER BY at, id LIMIT ?`, c.Brand, c.ID, c.Speaker, maxNotes)
}

// AddNote writes a note for the team. Errors: not_found, invalid.
func (s *Service) AddNote(ctx context.Context, a team.Actor, b id.Brand, c ConversationID, text string) (n Note, err error) {
	defer fault.Wrap(&err, "write note")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return n, err
	}
	text = strings.TrimSpace(plain(text, 10*MaxNote))
	switch {
	case text == "":
		return n, errNoteEmpty
	case utf8.RuneCountInString(text) > MaxNote:
		return n, errNoteLong.With("most", MaxNote)
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		k, err := conversationOf(ctx, tx, b, c)
		if err != nil {
			return err
		}
		n = Note{ID: id.New[NoteID](), Person: a.Person, Text: text, At: tx.Now, Here: true}
		if _, err := tx.Exec(ctx, `INSERT INTO conversation_note (id, brand, conversation, speaker, person, words, at) VALUES (?, ?, ?, ?, ?, ?, ?)`, n.ID, b, k.ID, k.Speaker, a.Person, text, sqldb.At(n.At)); err != nil {
			return err
		}
		s.changed(tx, b, 0, []ConversationID{k.ID})
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActNoted, Subject: logbook.Subject{Kind: "conversation", ID: string(k.ID)}, Data: map[string]any{"note": n.ID}})
	})
	return n, err
}

// RemoveNote takes a note away; her own, for whoever may manage people anybody's.
// Errors: not_found, forbidden.
func (s *Service) RemoveNote(ctx context.Context, a team.Actor, b id.Brand, n NoteID) (err error) {
	defer fault.Wrap(&err, "remove note")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		var c ConversationID
		var who id.Person
		var at sqldb.Time
		_, err := sqldb.One(ctx, tx, func(r sqldb.Scanner) (bool, error) { return true, r.Scan(&c, &who, &at) },
			`SELECT conversation, person, at FROM conversation_note WHERE brand = ? AND id = ?`, b, n)
		if err != nil {
			return err
		}
		if who != a.Person && !a.May(b, team.ManagePeople) {
			return fault.New(fault.Forbidden, "inbox.note_theirs")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM conversation_note WHERE brand = ? AND id = ?`, b, n); err != nil {
			return err
		}
		s.changed(tx, b, 0, []ConversationID{c})
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActUnnoted, Subject: logbook.Subject{Kind: "conversation", ID: string(c)}, Data: map[string]any{"note": n}})
	})
}

// maxDraft bounds what is kept of an answer being written, in runes.
const maxDraft = 20_000

// KeepDraft keeps what the person is writing in a conversation, for herself;
// empty words forget it. Errors: not_found.
func (s *Service) KeepDraft(ctx context.Context, a team.Actor, b id.Brand, c ConversationID, words string) (at time.Time, err error) {
	defer fault.Wrap(&err, "keep draft")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return at, err
	}
	if a.Person == "" {
		return at, nil
	}
	words = plain(words, maxDraft)
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		k, err := conversationOf(ctx, tx, b, c)
		if err != nil {
			return err
		}
		at = tx.Now
		return draft(ctx, tx, a.Person, k, words)
	})
	return at, err
}

func draft(ctx context.Context, tx *sqldb.Tx, p id.Person, k Conversation, words string) (err error) {
	if strings.TrimSpace(words) == "" {
		_, err = tx.Exec(ctx, `DELETE FROM conversation_draft WHERE brand = ? AND person = ? AND conversation = ?`, k.Brand, p, k.ID)
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO conversation_draft (person, conversation, brand, words, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (person, conversation) DO UPDATE SET words = excluded.words, at = excluded.at`,
		p, k.ID, k.Brand, words, sqldb.At(tx.Now))
	return err
}

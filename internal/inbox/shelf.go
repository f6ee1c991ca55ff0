package inbox

import (
	"context"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Wish is what a saved answer is looked for by.
type Wish struct {
	Text     string // what somebody wrote, or the words a person searches
	Language string // of the message; empty: nobody knows
	Network  network.Kind
	Name     string // of who is answered
}

// Proposal is a saved answer that may serve, filled for who is answered.
type Proposal struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
	// Missing are the blanks left, to be filled by hand.
	Missing []string `json:"missing"`
	// Words of the message by which it was found, the weightiest first.
	Words []string `json:"words"`
	// Old says that what it rests on is over; Blocked, that it must not be used.
	Old     bool `json:"old"`
	Blocked bool `json:"blocked"`
}

// Shelf is what this room needs of whoever keeps the saved answers.
type Shelf interface {
	// Propose lists the nearest, best first, a handful.
	Propose(ctx context.Context, a team.Actor, b id.Brand, w Wish) ([]Proposal, error)
	// Used counts one as used in a conversation. Errors: not_found.
	Used(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, saved string, c ConversationID) error
}

// Propose lists saved answers for a conversation: nearest to what was last said
// to us or, with find, to the words searched. Without a shelf there is none.
// Errors: not_found.
func (s *Service) Propose(ctx context.Context, a team.Actor, b id.Brand, c ConversationID, find string) (_ []Proposal, err error) {
	defer fault.Wrap(&err, "propose answers")
	if err := a.Require(b, team.AnswerPeople); err != nil {
		return nil, err
	}
	k, err := conversationOf(ctx, s.DB, b, c)
	if err != nil || s.Shelf == nil {
		return []Proposal{}, err
	}
	t := Thread{Conversation: k}
	if err := s.messages(ctx, &t, time.Time{}); err != nil {
		return nil, err
	}
	return s.ProposeIn(ctx, a, b, t, find)
}

// ProposeIn is Propose for who has read the conversation already.
func (s *Service) ProposeIn(ctx context.Context, a team.Actor, b id.Brand, t Thread, find string) ([]Proposal, error) {
	w := Wish{Text: strings.TrimSpace(find), Network: t.Network, Language: t.Language, Name: t.Name}
	if m := t.answered(""); m != nil {
		if w.Language, w.Name = m.Language, m.Name; w.Text == "" {
			w.Text = m.Text
		}
	}
	if s.Shelf == nil || w.Text == "" {
		return []Proposal{}, nil
	}
	return s.Shelf.Propose(ctx, a, b, w)
}

// used counts the saved answer that an answer began from, in its transaction;
// one that was removed meanwhile stops nobody.
func (s *Service) used(ctx context.Context, tx *sqldb.Tx, a team.Actor, k Conversation, saved string) error {
	if saved == "" || s.Shelf == nil {
		return nil
	}
	if err := s.Shelf.Used(ctx, tx, a, k.Brand, saved, k.ID); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
		return err
	}
	return nil
}

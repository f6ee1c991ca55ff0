package app

import (
	"context"
	"strings"

	"vigie/internal/answers"
	"vigie/internal/base/id"
	"vigie/internal/inbox"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// inboxShelf is the saved answers as the inbox asks for them.
type inboxShelf struct{ *App }

// proposed is how many saved answers are offered at once.
const proposed = 5

// Propose implements inbox.Shelf.
func (s inboxShelf) Propose(ctx context.Context, a team.Actor, b id.Brand, w inbox.Wish) ([]inbox.Proposal, error) {
	near, err := s.Answers.Suggest(ctx, a, b, w.Text, w.Language, w.Network, proposed)
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(strings.TrimSpace(w.Name), " ")
	want := answers.Want{Language: w.Language, Network: w.Network, Values: map[string]string{}}
	if first != "" {
		want.Values[answers.FirstName] = first
	}
	out := make([]inbox.Proposal, 0, len(near))
	for _, n := range near {
		f, err := s.Answers.Fill(ctx, a, b, n.ID, want)
		if err != nil {
			return nil, err
		}
		p := inbox.Proposal{ID: string(n.ID), Title: n.Title, Text: f.Text, Missing: f.Missing, Words: n.Words}
		if f.Stale != nil {
			p.Old, p.Blocked = true, f.Stale.Severity == network.Block
		}
		out = append(out, p)
	}
	return out, nil
}

// Used implements inbox.Shelf.
func (s inboxShelf) Used(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, saved string, c inbox.ConversationID) error {
	_, err := s.Answers.Used(ctx, tx, a, b, answers.AnswerID(saved), string(c))
	return err
}

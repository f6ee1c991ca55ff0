// Package reading stands between what leaves and who reads it first: it shows
// the approval room to publishing as its gate, and publishing to the approval
// room as the posts that wait.
//
// It owns the translation and nothing else: no row, no rule, no word. Its tests
// own the promise of both rooms together: nothing is sent whose exact content
// has no standing decision.
package reading

import (
	"context"
	"strings"

	"vigie/internal/approval"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

var (
	_ publishing.Gate = Gate{}
	_ approval.Posts  = Posts{}
)

// Gate is the approval room as publishing asks it. The two rooms need each
// other: this one is made first and pointed at once it stands.
type Gate struct{ Room **approval.Service }

// Ask implements publishing.Gate.
func (g Gate) Ask(ctx context.Context, tx *sqldb.Tx, a team.Actor, q publishing.Question) (publishing.Answer, error) {
	if q.Answer {
		return answers(q), nil
	}
	in := approval.Question{Brand: q.Brand, Post: q.Post, Title: q.Title, Author: q.Author, Editor: q.Editor}
	for _, it := range q.Items {
		in.Items = append(in.Items, approval.Asked{Channel: it.Channel, Content: asRead(it.Content), Hash: it.Hash, Planned: it.Planned, At: it.At, Stale: it.Stale, Picture: it.Picture, Leaving: it.Leaving})
	}
	out, err := (*g.Room).Ask(ctx, tx, a, in)
	return publishing.Answer{Cleared: out.Cleared, Validation: publishing.Validation(out.State)}, err
}

// answers lets every answer to somebody leave: the policy of a brand is about
// what it says by itself.
func answers(q publishing.Question) publishing.Answer {
	out := publishing.Answer{Cleared: map[id.Channel]bool{}, Validation: publishing.Approved}
	for _, it := range q.Items {
		out.Cleared[it.Channel] = true
	}
	return out
}

// asRead is a content as its readers see it.
func asRead(c publishing.Content) approval.Content {
	out := approval.Content{Options: c.Options}
	for _, p := range c.Parts {
		part := approval.Part{Text: p.Text}
		for _, m := range p.Media {
			part.Media = append(part.Media, approval.Media{ID: m.ID, Alt: m.Alt, Cut: m.Cut})
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}

// Posts is publishing as the approval room asks it.
type Posts struct{ Room *publishing.Service }

// HoldPost implements approval.Posts.
func (p Posts) HoldPost(ctx context.Context, tx *sqldb.Tx, b id.Brand, post id.Post) error {
	return p.Room.HoldPost(ctx, tx, b, post)
}

// HoldBrand implements approval.Posts.
func (p Posts) HoldBrand(ctx context.Context, tx *sqldb.Tx, b id.Brand) error {
	return p.Room.HoldBrand(ctx, tx, b)
}

// Recheck implements approval.Posts.
func (p Posts) Recheck(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, posts ...id.Post) error {
	return p.Room.Recheck(ctx, tx, a, b, posts...)
}

// Waiting implements approval.Posts.
func (p Posts) Waiting(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) ([]id.Channel, error) {
	return p.Room.WaitingOf(ctx, q, b, post)
}

var errLost = fault.New(fault.Conflict, "approval.suggestion_lost")

// Replace accepts a suggestion: the passage must stand once in what the post
// says there, in the channel's own words or in those for all.
func (p Posts) Replace(ctx context.Context, a team.Actor, b id.Brand, post id.Post, c id.Channel, quote, with string) error {
	now, err := p.Room.Get(ctx, a, b, post)
	if err != nil {
		return err
	}
	var edit publishing.Edit
	found := 0
	put := func(text string) (string, bool) {
		if quote == "" || strings.Count(text, quote) != 1 {
			return text, false
		}
		found++
		return strings.Replace(text, quote, with, 1), true
	}
	variants := append([]publishing.Variant(nil), now.Variants...)
	own := false
	for i, v := range variants {
		if v.Text == nil || c != "" && v.Channel != c {
			continue
		}
		own = own || v.Channel == c
		if text, ok := put(*v.Text); ok {
			variants[i].Text, edit.Variants = &text, &variants
		}
	}
	if !own {
		if text, ok := put(now.Text); ok {
			edit.Text = &text
		}
	}
	if found == 0 {
		return errLost.With("quote", quote)
	}
	_, err = p.Room.Save(ctx, a, b, post, now.Version, edit)
	return err
}

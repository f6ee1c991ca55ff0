package publishing

import (
	"context"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// WriteIdea makes a post of an idea: a draft that says its words, or those of a
// template under its words, for the channels of the template or for all of the
// brand. The idea leaves the board and names the post. Errors: not_found,
// invalid.
func (s *Service) WriteIdea(ctx context.Context, a team.Actor, b id.Brand, i IdeaID, with TemplateID) (_ Post, err error) {
	defer fault.Wrap(&err, "write idea")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Post{}, err
	}
	v, err := s.Idea(ctx, a, b, i)
	if err != nil {
		return Post{}, err
	}
	known, err := s.Channels.List(ctx, a, b)
	if err != nil {
		return Post{}, err
	}
	m := Model{}
	if with != "" {
		if m, err = s.usable(ctx, a, b, with, known); err != nil {
			return Post{}, err
		}
	} else {
		for _, c := range channel.ForPosts(known) {
			m.Variants = append(m.Variants, Variant{Channel: c.ID})
		}
	}
	m.Title = cut(v.Words, MaxTitle)
	m.Text = join(v.Words, m.Text, v.Link)
	m.Labels = mergeLabels(v.Labels, m.Labels)
	if v.Campaign != "" {
		m.Campaign = v.Campaign
	}
	p := Post{ID: id.New[id.Post](), Brand: b, Validation: Draft, Author: a.Person, Editor: a.Person, Version: 1}
	err = s.ideas(ctx, a, b, func(tx *sqldb.Tx) error {
		v, err := liveIdea(ctx, tx, b, i)
		if err != nil {
			return err
		}
		if err := campaignStands(ctx, tx, b, m.Campaign); err != nil {
			m.Campaign = "" // it was ended since
		}
		if err := s.createIn(ctx, tx, a, &p, m, map[string]any{"idea": i}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO idea_post (idea, post, brand) VALUES (?,?,?)`, i, p.ID, b); err != nil {
			return err
		}
		v.State = IdeaWritten
		if v.place, err = placeIn(ctx, tx, b, IdeaWritten, i); err != nil {
			return err
		}
		if err := updateIdea(ctx, tx, &v); err != nil {
			return err
		}
		return s.recordIdea(ctx, tx, a, v, ActIdeaWritten, map[string]any{"post": p.ID})
	})
	return p, err
}

// UnwriteIdea takes WriteIdea back: the post goes into the bin and the idea to
// the top of the column of what is to write. A post that began to leave is a
// conflict. Safe to repeat.
func (s *Service) UnwriteIdea(ctx context.Context, a team.Actor, b id.Brand, i IdeaID, post id.Post) (err error) {
	defer fault.Wrap(&err, "unwrite idea")
	return s.ideas(ctx, a, b, func(tx *sqldb.Tx) error {
		v, err := liveIdea(ctx, tx, b, i)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM idea_post WHERE brand = ? AND idea = ? AND post = ?`, b, i, post)
		if err != nil || n == 0 {
			return err
		}
		if err := enter(ctx, tx, b, post); err != nil {
			return err
		}
		p, err := loadPost(ctx, tx, b, post)
		if err != nil {
			return err
		}
		if p.Binned.IsZero() {
			if err := s.takeOff(ctx, tx, a, &p); err != nil {
				return err
			}
			p.Binned = tx.Now
			if err := s.put(ctx, tx, a, p, ActBinned); err != nil {
				return err
			}
		}
		left, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM idea_post WHERE brand = ? AND idea = ?`, b, i)
		if err != nil {
			return err
		}
		if v.State == IdeaWritten && left == 0 {
			v.State = IdeaToWrite
			if v.place, err = placeIn(ctx, tx, b, IdeaToWrite, i); err != nil {
				return err
			}
			if err := updateIdea(ctx, tx, &v); err != nil {
				return err
			}
		}
		tx.AfterCommit(s.wake)
		return s.recordIdea(ctx, tx, a, v, ActIdeaTakenUp, map[string]any{"post": post})
	})
}

// createIn makes a draft of a model, in a transaction. Its channels were looked
// at before.
func (s *Service) createIn(ctx context.Context, tx *sqldb.Tx, a team.Actor, p *Post, m Model, data map[string]any) (err error) {
	if m.Text, err = clean(m.Text, MaxText, "text"); err != nil {
		return err
	}
	m.onto(p)
	p.Made, p.Edited = tx.Now, tx.Now
	p.At = time.Time{}
	if p.Planned.Zone, err = s.Zone(ctx, tx, p.Brand); err != nil {
		return err
	}
	if err := insertPost(ctx, tx, *p); err != nil {
		return err
	}
	if err := index(ctx, tx, *p); err != nil {
		return err
	}
	s.changed(tx, p.Brand, p.ID)
	return s.record(ctx, tx, a, *p, ActCreated, data, 0)
}

// join puts what is not empty into paragraphs.
func join(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n\n")
}

// cut keeps whole runes within max bytes.
func cut(s string, max int) string {
	for len(s) > max {
		r := []rune(s)
		s = string(r[:len(r)-1])
	}
	return s
}

// mergeLabels joins two lists as far as a post takes them.
func mergeLabels(a, b []string) []string {
	out, err := cleanLabels(append(append([]string{}, a...), b...))
	if err != nil {
		return a
	}
	return out
}

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
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/approval"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
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

// Outdated implements approval.Posts.
func (p Posts) Outdated(ctx context.Context, q sqldb.Q, b id.Brand, posts []id.Post) ([]id.Post, error) {
	return p.Room.OutdatedOf(ctx, q, b, posts)
}

// Found is what stands against a content, or should be known of it.
type Found struct {
	Channels []id.Channel
	Blocks   bool
	// Words are those it is about; empty: the whole.
	Words  string
	Key    string // of the sentence
	Values map[string]any
	Why    string // as the brand's people wrote it
}

// Examine looks at exactly what a post's readers have before them: the same
// finding on several channels is one.
func (p Posts) Examine(ctx context.Context, a team.Actor, b id.Brand, post id.Post, at time.Time, items []approval.Item) ([]Found, error) {
	contents := map[id.Channel]publishing.Content{}
	for _, it := range items {
		contents[it.Channel] = asLeaves(it.Content)
	}
	all, err := p.Room.ExamineContents(ctx, a, b, post, at, contents)
	if err != nil {
		return nil, err
	}
	var out []Found
	same := map[string]int{}
	for _, one := range all {
		for _, f := range one.Findings {
			x := Found{Blocks: f.Severity == network.Block, Key: f.Key, Values: f.Values, Why: f.Why}
			if f.Start < f.End && f.Part < len(one.Content.Parts) && f.End <= len(one.Content.Parts[f.Part].Text) {
				x.Words = one.Content.Parts[f.Part].Text[f.Start:f.End]
			}
			key := fmt.Sprint(f.Rule, "\x00", f.Key, "\x00", x.Words, "\x00", f.Media, "\x00", x.Blocks, "\x00", f.Why)
			i, ok := same[key]
			if !ok {
				i = len(out)
				same[key], out = i, append(out, x)
			}
			if !slices.Contains(out[i].Channels, one.ID) {
				out[i].Channels = append(out[i].Channels, one.ID)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Found) int {
		switch {
		case a.Blocks == b.Blocks:
			return 0
		case a.Blocks:
			return -1
		}
		return 1
	})
	return out, nil
}

// asLeaves is asRead the other way.
func asLeaves(c approval.Content) publishing.Content {
	out := publishing.Content{Options: c.Options}
	for _, p := range c.Parts {
		part := publishing.Part{Text: p.Text}
		for _, m := range p.Media {
			part.Media = append(part.Media, publishing.MediaRef{ID: m.ID, Alt: m.Alt, Cut: m.Cut})
		}
		out.Parts = append(out.Parts, part)
	}
	return out
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

// Word implements approval.Posts.
func (p Posts) Word(ctx context.Context, a team.Actor, b id.Brand, post id.Post, others ...approval.Saying) (approval.Own, []approval.Worded, error) {
	now, err := p.Room.Get(ctx, a, b, post)
	if err != nil {
		return approval.Own{}, nil, err
	}
	own := approval.Own{Version: now.Version, Planned: now.Planned, Saying: sayingOf(now)}
	var out []approval.Worded
	for i := range len(others) + 1 {
		var e publishing.Edit
		if i > 0 {
			e = editOf(now, others[i-1])
		}
		_, made, err := p.Room.Reworded(ctx, a, now, e)
		if err != nil {
			return own, nil, err
		}
		var w approval.Worded
		for _, r := range made {
			w.Items = append(w.Items, approval.Item{Channel: r.Channel.ID, Hash: r.Hash, Content: asRead(r.Content), Asked: true})
			if f := network.Blocking(r.Problems); f != nil && w.Problem == "" {
				w.Problem, w.Values, w.Handle = f.Key, f.Values, r.Channel.Handle
			}
		}
		out = append(out, w)
	}
	return own, out, nil
}

// Adopt implements approval.Posts.
func (p Posts) Adopt(ctx context.Context, a team.Actor, b id.Brand, ad approval.Adoption) error {
	in := publishing.Adoption{Post: ad.Post, Version: ad.Version, Editor: ad.Editor, Keep: ad.Local == "", Want: ad.Want, Before: ad.Before, After: ad.After,
		When: publishing.When{Wall: clock.Wall{Local: ad.Local}}}
	if ad.Saying != nil {
		now, err := p.Room.Get(ctx, a, b, ad.Post)
		if err != nil {
			return err
		}
		words := editOf(now, *ad.Saying)
		in.Words = &words
		if in.Version == 0 {
			in.Version = now.Version
		}
	}
	return p.Room.Adopt(ctx, a, b, in)
}

// sayingOf is what a post says, channel by channel.
func sayingOf(p publishing.Post) approval.Saying {
	out := approval.Saying{Text: p.Text, Media: mediaAsRead(p.Media)}
	for _, v := range p.Variants {
		if v.Text == nil && v.Media == nil {
			continue
		}
		own := approval.OwnWords{Channel: v.Channel, Text: v.Text}
		if v.Media != nil {
			m := mediaAsRead(*v.Media)
			own.Media = &m
		}
		out.Own = append(out.Own, own)
	}
	return out
}

// editOf is a version as a save of the post: its channels stay, with their
// options.
func editOf(p publishing.Post, s approval.Saying) publishing.Edit {
	media := mediaOf(s.Media)
	variants := slices.Clone(p.Variants)
	for i := range variants {
		variants[i].Text, variants[i].Media = nil, nil
		for _, o := range s.Own {
			if o.Channel != variants[i].Channel {
				continue
			}
			variants[i].Text = o.Text
			if o.Media != nil {
				m := mediaOf(*o.Media)
				variants[i].Media = &m
			}
		}
	}
	return publishing.Edit{Text: &s.Text, Media: &media, Variants: &variants}
}

func mediaAsRead(list []publishing.MediaRef) (out []approval.Media) {
	for _, m := range list {
		out = append(out, approval.Media{ID: m.ID, Alt: m.Alt})
	}
	return out
}

func mediaOf(list []approval.Media) []publishing.MediaRef {
	out := []publishing.MediaRef{}
	for _, m := range list {
		out = append(out, publishing.MediaRef{ID: m.ID, Alt: m.Alt})
	}
	return out
}

package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// RecallDoes is what a recall will do to one publication.
type RecallDoes string

const (
	DoesDelete RecallDoes = "delete" // off the network
	DoesEdit   RecallDoes = "edit"   // the new words in place of the old
	DoesStop   RecallDoes = "stop"   // it has not left, and will not
	DoesWait   RecallDoes = "wait"   // its departure is in doubt or under way: known first, then deleted
	DoesCannot RecallDoes = "cannot" // a person must: Why says what
	DoesNone   RecallDoes = "none"   // nothing to do: Why says why
)

// RecallItem is one publication as a recall would treat it.
type RecallItem struct {
	Post        id.Post         `json:"post"`
	Title       string          `json:"title"`
	Publication id.Publication  `json:"publication"`
	Channel     channel.Channel `json:"channel"`
	State       State           `json:"state"`
	URL         string          `json:"url,omitempty"`
	Parts       int             `json:"parts"` // that stand on the network
	Does        RecallDoes      `json:"does"`
	Why         string          `json:"why,omitempty"` // message key
	// Before and After are the words, for a correction.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`

	post    Post
	content *Content // of a correction
}

// RecallPlan says, before anybody decides, what a recall would do to each
// publication of the posts. It writes nothing and calls no network. Errors:
// invalid, not_found (a post of another brand).
func (s *Service) RecallPlan(ctx context.Context, a team.Actor, b id.Brand, o RecallOrder) (_ []RecallItem, err error) {
	defer fault.Wrap(&err, "plan recall")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return nil, err
	}
	if o.Kind != TakeBack && o.Kind != Correct {
		return nil, errRecallKind
	}
	posts := slices.Compact(slices.Sorted(slices.Values(o.Posts)))
	if o.Media != "" {
		shown, err := sqldb.Values[id.Post](ctx, s.DB, `SELECT DISTINCT p.post FROM publication_media m JOIN publication p ON p.id = m.publication WHERE m.brand = ? AND p.brand = ? AND m.media = ? ORDER BY p.post LIMIT ?`, b, b, o.Media, MaxRecall+1)
		if err != nil {
			return nil, err
		}
		posts = slices.Compact(slices.Sorted(slices.Values(append(posts, shown...))))
	}
	if len(posts) > MaxRecall {
		return nil, errRecallMany
	}
	out := []RecallItem{}
	doors := map[id.Channel]door0{}
	for _, post := range posts {
		p, err := loadPost(ctx, s.DB, b, post)
		if err != nil {
			return nil, err
		}
		pubs, err := loadPublications(ctx, s.DB, b, post)
		if err != nil {
			return nil, err
		}
		for _, pub := range pubs {
			if o.Media != "" && !slices.Contains(o.Posts, post) && !carries(pub.Content, o.Media) {
				continue
			}
			if _, known := doors[pub.Channel]; !known {
				presence, ch, err := s.Channels.Presence(ctx, b, pub.Channel)
				doors[pub.Channel] = door0{presence, ch, err}
			}
			item, err := s.planOne(ctx, o.Kind, p, pub, doors[pub.Channel])
			if err != nil {
				return nil, err
			}
			out = append(out, item)
		}
	}
	return out, nil
}

// door0 is the way to a channel, as far as it opens.
type door0 struct {
	presence *network.Presence
	channel  channel.Channel
	err      error
}

func carries(c Content, m id.Media) bool {
	return slices.ContainsFunc(c.Media(), func(r MediaRef) bool { return r.ID == m })
}

func (s *Service) planOne(ctx context.Context, kind RecallKind, p Post, pub Publication, d door0) (RecallItem, error) {
	it := RecallItem{Post: p.ID, Title: titleOf(p.Title, p.Text), Publication: pub.ID, Channel: d.channel, State: pub.State, URL: pub.URL, Parts: len(pub.Sent), post: p}
	held, err := openLegOf(ctx, s.DB, p.Brand, pub.ID)
	if err != nil {
		return it, err
	}
	it.Does, it.Why = doesTo(kind, pub, d)
	if held {
		it.Does, it.Why = DoesNone, "publishing.recall.already"
	}
	if kind == Correct && it.Does == DoesEdit {
		v := Variant{Channel: pub.Channel}
		if i := slices.IndexFunc(p.Variants, func(v Variant) bool { return v.Channel == pub.Channel }); i >= 0 {
			v = p.Variants[i]
		}
		c := Render(p, v, d.channel.Capabilities)
		it.Before, it.After = pub.Content.Text(), c.Text()
		switch {
		case len(c.Parts) != len(pub.Content.Parts):
			it.Does, it.Why = DoesCannot, "publishing.recall.cannot.parts"
		case it.Before == it.After && c.Options.ContentWarning == pub.Content.Options.ContentWarning:
			it.Does, it.Why = DoesNone, "publishing.recall.same"
		default:
			for i := range c.Parts {
				c.Parts[i].Media = pub.Content.Parts[i].Media // pictures stay as they are
			}
			it.content = &c
		}
	}
	return it, nil
}

// doesTo decides from the row and the network's abilities alone.
func doesTo(kind RecallKind, pub Publication, d door0) (RecallDoes, string) {
	there := len(pub.Sent) > 0
	if kind == Correct {
		switch {
		case pub.State != Sent:
			return DoesNone, "publishing.recall.not_there"
		case d.err != nil:
			return DoesCannot, cannotOpen(d)
		case !d.presence.Can(network.Editing) || !d.channel.Capabilities.Edit:
			return DoesCannot, "publishing.recall.cannot.edit"
		case unnamed(pub.Sent):
			return DoesCannot, "publishing.recall.cannot.unnamed"
		}
		return DoesEdit, ""
	}
	switch {
	case pub.State == Withdrawn:
		return DoesNone, "publishing.recall.withdrawn"
	case pub.State == Failed && !there:
		return DoesNone, "publishing.recall.not_there"
	case pub.State == Sending || pub.State == Unknown:
		return DoesWait, "publishing.recall.in_doubt"
	case !there:
		return DoesStop, ""
	case d.err != nil:
		return DoesCannot, cannotOpen(d)
	case !d.presence.Can(network.Deleting):
		return DoesCannot, "publishing.recall.cannot.delete"
	case unnamed(pub.Sent):
		return DoesCannot, "publishing.recall.cannot.unnamed"
	}
	return DoesDelete, ""
}

// unnamed tells whether the network's own name of some part is not known: a
// person said that it stands there.
func unnamed(parts []SentPart) bool {
	return slices.ContainsFunc(parts, func(p SentPart) bool { return p.Ref == "" })
}

func cannotOpen(d door0) string {
	if d.channel.ID != "" && !d.channel.Removed.IsZero() || fault.Is(d.err, fault.NotFound) {
		return "publishing.recall.cannot.channel"
	}
	return "publishing.recall.cannot.open"
}

// examineCorrections holds new words against the limits of their network and
// against the brand's own rules, as if they were to leave.
func (s *Service) examineCorrections(ctx context.Context, a team.Actor, plan []RecallItem) error {
	for _, it := range plan {
		if it.content == nil {
			continue
		}
		sub := s.subject(it.post, it.Channel, *it.content, a.Brands())
		sub.At = s.DB.Now()
		found, err := s.examine(ctx, sub)
		if err != nil {
			return err
		}
		if f := Stopping(found); f != nil {
			e := fault.New(fault.Invalid, f.Key).At("text")
			for k, v := range f.Values {
				e = e.With(k, v)
			}
			return e
		}
	}
	return nil
}

// clearCorrections asks the gate about new words: they need the same decision
// as the first. What it does not clear undoes the whole recall.
func (s *Service) clearCorrections(ctx context.Context, tx *sqldb.Tx, a team.Actor, c Recall) error {
	if c.Kind != Correct || s.Gate == nil {
		return nil
	}
	for _, post := range postsOf(c.Legs) {
		if err := enter(ctx, tx, c.Brand, post); err != nil {
			return err
		}
		p, err := loadPost(ctx, tx, c.Brand, post)
		if err != nil {
			return err
		}
		q := Question{Brand: c.Brand, Post: post, Title: titleOf(p.Title, p.Text), Author: p.Author, Editor: p.Editor}
		for _, l := range c.Legs {
			if l.Post == post && l.Content != nil && !l.State.Ended() {
				q.Items = append(q.Items, Item{Channel: l.Channel, Content: *l.Content, Hash: l.Content.Hash(), Planned: p.Planned, At: tx.Now.Truncate(time.Minute)})
			}
		}
		if len(q.Items) == 0 {
			continue
		}
		answer, err := s.Gate.Ask(ctx, tx, a, q)
		if err != nil {
			return err
		}
		for _, it := range q.Items {
			if !answer.Cleared[it.Channel] {
				return errUncleared
			}
		}
		if err := s.regateStored(ctx, tx, a, p); err != nil { // the gate hears again of what waits alone
			return err
		}
	}
	return nil
}

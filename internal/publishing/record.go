package publishing

import (
	"context"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Past is a post of before Vigie, or sent by another tool, with what became of
// it. Nothing of it leaves from here.
type Past struct {
	Edit
	At     time.Time
	Places []Place
}

// Place is what became of a past post on one channel.
type Place struct {
	Channel id.Channel
	// State is Sent, Failed, Unknown (nobody knows, and this program has no
	// intent of its own to look for: a person settles it) or Frozen (its hour
	// was missed). Empty means Sent.
	State State
	// Sent lists the parts that the network has, in order; for Sent one for
	// each part of the content.
	Sent []SentPart
	// Problem is the message key of what went wrong, Detail its values.
	Problem string
	Detail  map[string]any
}

var (
	errNotPast  = fault.New(fault.Invalid, "publishing.not_past").At("at")
	errOutcome  = fault.New(fault.Invalid, "publishing.outcome").At("places")
	recordSteps = map[State]StepKind{Sent: StepTaken, Failed: StepRefused, Unknown: StepUnclear, Frozen: StepMissed}
	recordActs  = map[State]string{Sent: ActSent, Failed: ActFailed, Unknown: ActDoubt, Frozen: ActMissed}
)

// Record writes down what was published elsewhere or earlier, all of it or
// none: the posts, their publications as they ended, and acts that carry
// {"imported": true, "at"}, so that no reader takes them for something that
// just happened. It is for those who manage the brand and for imports. It is
// not safe to repeat: the same post twice is two. Errors: invalid.
func (s *Service) Record(ctx context.Context, a team.Actor, b id.Brand, all ...Past) (_ []Post, err error) {
	defer fault.Wrap(&err, "record past posts")
	if err := a.Require(b, team.ManageChannels); err != nil {
		return nil, err
	}
	known, err := s.Channels.List(ctx, a, b)
	if err != nil {
		return nil, err
	}
	byID := map[id.Channel]channel.Channel{}
	for _, c := range known {
		byID[c.ID] = c
	}
	var out []Post
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		zone, err := s.Zone(ctx, tx, b)
		if err != nil {
			return err
		}
		for _, past := range all {
			p, err := s.recordOne(ctx, tx, a, b, zone, byID, past)
			if err != nil {
				return err
			}
			out = append(out, p)
		}
		tx.AfterCommit(func() { s.Tell("brand:"+string(b), "post", nil) })
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Service) recordOne(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, zone string, channels map[id.Channel]channel.Channel, past Past) (Post, error) {
	p := Post{ID: id.New[id.Post](), Brand: b, Validation: Approved, Author: a.Person, Editor: a.Person, Version: 1,
		At: past.At.UTC().Truncate(time.Millisecond), Made: past.At, Edited: past.At}
	if past.At.IsZero() || past.At.After(tx.Now) || len(past.Places) == 0 {
		return p, errNotPast
	}
	var err error
	if p.Planned, err = clock.At(past.At, zone); err != nil {
		return p, err
	}
	if past.Variants == nil {
		var v []Variant
		for _, pl := range past.Places {
			v = append(v, Variant{Channel: pl.Channel})
		}
		past.Variants = &v
	}
	var ids []id.Channel
	for c := range channels {
		ids = append(ids, c)
	}
	if err := s.apply(ctx, tx, &p, past.Edit, ids); err != nil {
		return p, err
	}
	var pubs []Publication
	var states []State
	for _, pl := range past.Places {
		pub, err := p.ended(pl, channels)
		if err != nil {
			return p, err
		}
		pubs, states = append(pubs, pub), append(states, pub.State)
	}
	p.Badge = BadgeOf(states)
	if err := insertPost(ctx, tx, p); err != nil {
		return p, err
	}
	if err := index(ctx, tx, p); err != nil {
		return p, err
	}
	if err := s.record(ctx, tx, a, p, ActCreated, map[string]any{"imported": true, "at": p.At}, past.Took); err != nil {
		return p, err
	}
	for _, pub := range pubs {
		if err := s.recordPublication(ctx, tx, a, pub, channels[pub.Channel]); err != nil {
			return p, err
		}
	}
	return p, nil
}

// ended is a publication as it came to its end.
func (p Post) ended(pl Place, channels map[id.Channel]channel.Channel) (Publication, error) {
	if pl.State == "" {
		pl.State = Sent
	}
	var v *Variant
	for i := range p.Variants {
		if p.Variants[i].Channel == pl.Channel {
			v = &p.Variants[i]
		}
	}
	if v == nil || recordSteps[pl.State] == "" {
		return Publication{}, errOutcome
	}
	pub := Publication{ID: id.New[id.Publication](), Brand: p.Brand, Post: p.ID, Channel: pl.Channel, State: pl.State, Content: Render(p, *v, channels[pl.Channel].Capabilities),
		Planned: p.Planned, DueAt: p.At, Attempts: 1, Attempted: p.At, Sent: pl.Sent, Problem: pl.Problem, Detail: pl.Detail, Version: 1}
	pub.Hash = pub.Content.Hash()
	pub.Cleared = pub.Hash
	switch {
	case pl.State == Frozen:
		pub.Attempts, pub.Attempted = 0, time.Time{}
	case pl.State == Sent && len(pl.Sent) != len(pub.Content.Parts):
		return pub, errOutcome.With("parts", len(pub.Content.Parts))
	}
	if len(pl.Sent) > 0 {
		pub.URL = pl.Sent[0].URL
	}
	if pl.State == Sent {
		if pub.SentAt = pl.Sent[0].At; pub.SentAt.IsZero() {
			pub.SentAt = p.At
		}
	}
	return pub, nil
}

func (s *Service) recordPublication(ctx context.Context, tx *sqldb.Tx, a team.Actor, pub Publication, ch channel.Channel) error {
	if err := insertPublication(ctx, tx, pub); err != nil {
		return err
	}
	end := pub.SentAt
	if end.IsZero() {
		end = pub.DueAt
	}
	steps := []Step{{What: StepScheduled, At: pub.DueAt, Who: string(a.Person), Detail: map[string]any{"local": pub.Planned.Local, "zone": pub.Planned.Zone, "imported": true}},
		{What: recordSteps[pub.State], At: end, Attempt: pub.Attempts, Problem: pub.Problem, Detail: pub.Detail}}
	if err := addSteps(ctx, tx, pub.ID, steps...); err != nil {
		return err
	}
	data := map[string]any{"imported": true, "at": end, "post": pub.Post, "channel": pub.Channel}
	switch pub.State {
	case Sent:
		data["network"], data["parts"], data["url"], data["hash"] = ch.Network, len(pub.Content.Parts), pub.URL, pub.Hash
	case Frozen:
		data["due_at"] = pub.DueAt
	default:
		data["problem"] = pub.Problem
	}
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: pub.Brand, Actor: a.Signs(), Act: recordActs[pub.State],
		Subject: logbook.Subject{Kind: "publication", ID: string(pub.ID)}, Data: data})
}

package today

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/team"
)

// How far the page looks, and how much of it one can read.
const (
	troubleFor  = 14 * 24 * time.Hour
	maxLeaves   = 200
	maxTroubles = 50
	// MaxDrafts bounds the drafts that are looked at.
	MaxDrafts = 200
	// ShownDrafts are those that the page lists.
	ShownDrafts = 6
	// ShownAskers are those who wait for an answer that the page lists, of a brand.
	ShownAskers = 4
)

// Service reads the day. It is safe for use by many goroutines.
type Service struct{ Needs }

// New makes the room.
func New(n Needs) *Service {
	if n.Now == nil {
		n.Now = clock.System
	}
	if n.Log == nil {
		n.Log = slog.Default()
	}
	return &Service{n}
}

// Of reads the day of one brand, in the brand's zone. Errors: not_found for
// strangers.
func (s *Service) Of(ctx context.Context, a team.Actor, b brand.Brand) (_ Day, err error) {
	defer fault.Wrap(&err, "read the day")
	d, err := s.read(ctx, a, b.Zone, []brand.Brand{b})
	if err != nil {
		return d, err
	}
	return d, s.first(ctx, a, b.ID, &d)
}

// All reads the day over every brand of the actor, in a zone of hers.
func (s *Service) All(ctx context.Context, a team.Actor, zone string) (_ Day, err error) {
	defer fault.Wrap(&err, "read the day")
	all, err := s.Brands(ctx, a)
	if err != nil {
		return Day{}, err
	}
	all = slices.DeleteFunc(all, func(b brand.Brand) bool { return !a.May(b.ID, team.SeePlanning) })
	return s.read(ctx, a, zone, all)
}

// Count is how much of a brand waits for a person's hand, for the rail.
func (s *Service) Count(ctx context.Context, a team.Actor, b brand.Brand) (_ int, err error) {
	defer fault.Wrap(&err, "count the day")
	d, err := s.frame(b.Zone, []brand.Brand{b})
	if err != nil {
		return 0, err
	}
	if err := s.duties(ctx, a, b, &d); err != nil {
		return 0, err
	}
	return d.needs(a), nil
}

// frame is the day without anything in it.
func (s *Service) frame(zone string, brands []brand.Brand) (Day, error) {
	loc, err := clock.Zone(zone)
	if err != nil {
		return Day{}, err
	}
	d := Day{Now: s.Now(), Zone: zone, Brands: brands, Channels: map[id.Channel]channel.Channel{}, Names: map[id.Person]string{},
		Leaves: []Post{}, Troubles: []Trouble{}, Hands: []Hand{}, Accesses: []channel.Channel{}, Past: []Past{}, Asked: []Asked{}, Drafts: []Post{}, Freezes: []Frozen{}, Night: []Happening{}}
	d.From = clock.Midnight(d.Now, loc)
	d.To = d.From.AddDate(0, 0, 1)
	y, m, day := d.From.Date()
	d.NightFrom, d.NightTo = time.Date(y, m, day-1, 20, 0, 0, 0, loc), time.Date(y, m, day, 7, 0, 0, 0, loc)
	if d.NightTo.After(d.Now) {
		d.NightTo = d.Now
	}
	return d, nil
}

func (s *Service) read(ctx context.Context, a team.Actor, zone string, brands []brand.Brand) (Day, error) {
	d, err := s.frame(zone, brands)
	if err != nil {
		return d, err
	}
	for _, b := range brands {
		if err := a.Require(b.ID, team.SeePlanning); err != nil {
			return d, err
		}
		leaves, err := s.Posts.Between(ctx, a, b.ID, d.From, d.To, maxLeaves)
		if err != nil {
			return d, err
		}
		d.Leaves = append(d.Leaves, slices.DeleteFunc(leaves, func(p Post) bool { return p.Badge == "" })...)
		if err := s.duties(ctx, a, b, &d); err != nil {
			return d, err
		}
		freezes, err := s.Posts.Freezes(ctx, a, b.ID)
		if err != nil {
			return d, err
		}
		for _, f := range freezes {
			d.Freezes = append(d.Freezes, Frozen{b.ID, f})
		}
		if err := s.night(ctx, a, b, &d); err != nil {
			return d, err
		}
		if a.May(b.ID, team.SeePeople) {
			names, err := s.Names(ctx, a, b.ID)
			if err != nil {
				return d, err
			}
			for p, n := range names {
				d.Names[p] = n
			}
		}
	}
	d.sort()
	d.Needs = d.needs(a)
	return d, nil
}

// duties adds what waits for somebody in a brand: troubles, accesses, drafts.
func (s *Service) duties(ctx context.Context, a team.Actor, b brand.Brand, d *Day) error {
	channels, err := s.Channels.List(ctx, a, b.ID)
	if err != nil {
		return err
	}
	for _, c := range channels {
		d.Channels[c.ID] = c
		if c.Health == channel.SignedOut || c.Health == channel.Expiring {
			d.Accesses = append(d.Accesses, c)
		}
	}
	if !a.May(b.ID, team.SeeDrafts) {
		return nil // a client is not asked to mend anything
	}
	troubles, err := s.Posts.Troubles(ctx, a, b.ID, d.Now.Add(-troubleFor), maxTroubles)
	if err != nil {
		return err
	}
	d.Troubles = append(d.Troubles, troubles...)
	if a.May(b.ID, team.PublishPosts) {
		hands, err := s.Posts.Hands(ctx, a, b.ID, maxTroubles)
		if err != nil {
			return err
		}
		d.Hands = append(d.Hands, hands...)
	}
	if s.PastRights != nil {
		n, err := s.PastRights(ctx, a, b.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			d.Past = append(d.Past, Past{b.ID, n})
		}
	}
	if s.Endings != nil {
		e, err := s.Endings(ctx, a, b.ID)
		if err != nil {
			return err
		}
		if e.N > 0 {
			d.Endings = append(d.Endings, e)
		}
	}
	if s.Asked != nil && a.May(b.ID, team.SeeInbox) {
		first, n, err := s.Asked(ctx, a, b.ID, ShownAskers)
		if err != nil {
			return err
		}
		if n > 0 {
			d.Asked = append(d.Asked, Asked{b.ID, n, first})
		}
	}
	drafts, err := s.Posts.Drafts(ctx, a, b.ID, MaxDrafts)
	d.Drafts = append(d.Drafts, drafts...)
	return err
}

// sort puts the lists of several brands in one order, and each trouble beside
// its post.
func (d *Day) sort() {
	slices.SortStableFunc(d.Leaves, func(x, y Post) int { return x.At.Compare(y.At) })
	slices.SortStableFunc(d.Troubles, func(x, y Trouble) int { return y.DueAt.Compare(x.DueAt) })
	slices.SortStableFunc(d.Hands, func(x, y Hand) int { return x.DueAt.Compare(y.DueAt) })
	slices.SortStableFunc(d.Night, func(x, y Happening) int { return x.At.Compare(y.At) })
	slices.SortStableFunc(d.Accesses, func(x, y channel.Channel) int {
		if x.Health != y.Health {
			return cmp.Compare(pressing(x), pressing(y))
		}
		return x.Expires.Compare(y.Expires)
	})
	slices.SortStableFunc(d.Drafts, func(x, y Post) int {
		switch {
		case x.At.IsZero() != y.At.IsZero():
			if x.At.IsZero() {
				return 1
			}
			return -1
		case !x.At.IsZero():
			return x.At.Compare(y.At)
		}
		return x.Edited.Compare(y.Edited)
	})
	d.Waiting = len(d.Drafts)
	d.Drafts = d.Drafts[:min(len(d.Drafts), ShownDrafts)]
	for i := range d.Leaves {
		k := slices.IndexFunc(d.Troubles, func(t Trouble) bool { return t.Post == d.Leaves[i].ID })
		if k >= 0 {
			d.Leaves[i].Trouble = &d.Troubles[k]
		}
	}
}

func pressing(c channel.Channel) int {
	if c.Health == channel.SignedOut {
		return 0
	}
	return 1
}

// needs counts posts in trouble, accesses in danger and drafts that were wished
// for today: what somebody must put a hand to before the evening.
func (d *Day) needs(a team.Actor) int {
	n := 0
	seen := map[id.Post]bool{}
	for _, t := range d.Troubles {
		if !seen[t.Post] {
			seen[t.Post] = true
			n++
		}
	}
	n += len(d.Hands)
	for _, c := range d.Accesses {
		if a.May(c.Brand, team.ManageChannels) {
			n++
		}
	}
	n += len(d.Past)
	for _, p := range d.Drafts {
		if d.WishedToday(p) {
			n++
		}
	}
	return n
}

// WishedToday tells whether a draft was to leave before tomorrow.
func (d *Day) WishedToday(p Post) bool { return p.Badge == "" && !p.At.IsZero() && p.At.Before(d.To) }

// Coming counts the posts of the day that have not left yet.
func (d *Day) Coming() int {
	n := 0
	for _, p := range d.Leaves {
		if p.Badge == "scheduled" || p.Badge == "sending" {
			n++
		}
	}
	return n
}

// first reads what a new brand still misses.
func (s *Service) first(ctx context.Context, a team.Actor, b id.Brand, d *Day) error {
	if !a.May(b, team.WritePosts) {
		return nil
	}
	any, err := s.Posts.Any(ctx, a, b)
	if err != nil {
		return err
	}
	f := First{Channel: len(d.Channels) > 0, Post: any, Team: len(d.Names) > 1}
	// A brand that works and is one person's is no beginner.
	if !f.Done() && !(f.Channel && f.Post) {
		d.First = &f
	}
	return nil
}

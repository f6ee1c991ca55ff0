package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Queue is what leaves next of one category, and the hours that wait for it.
type Queue struct {
	// Category is zero for what is of none.
	Category Category     `json:"category"`
	Entries  []QueueEntry `json:"entries"`
	Planned  int          `json:"planned"` // posts, of the days asked for
	Gaps     int          `json:"gaps"`    // hours at which nothing of it is planned yet
	Held     int          `json:"held"`    // posts that its pause holds, whenever their hour
	// Share is its part of the hours open to all, from 0 to 1.
	Share float64 `json:"share"`
}

// QueueEntry is a post, or an hour without one.
type QueueEntry struct {
	At       time.Time    `json:"at"`
	Wall     clock.Wall   `json:"wall"`
	Post     *Row         `json:"post,omitempty"` // nil: the hour is free
	Channels []id.Channel `json:"channels"`
	// Own: the free hour is one of its own, and not its turn among all.
	Own bool `json:"own,omitempty"`
	// Up and Down are the posts with which it may change hours; empty: none.
	Up   id.Post `json:"up,omitempty"`
	Down id.Post `json:"down,omitempty"`
}

// MaxQueueDays bounds how far queues are read.
const MaxQueueDays = 182

var (
	errOrder = fault.New(fault.Invalid, "queue.order").At("posts")
	errMixed = fault.New(fault.Invalid, "queue.mixed").At("posts")
)

// Queues reads what is planned of each category, and the free hours whose turn
// it is, from now on for some days; the last one is of no category.
func (s *Service) Queues(ctx context.Context, a team.Actor, b id.Brand, days int) (_ []Queue, err error) {
	defer fault.Wrap(&err, "read queues")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return nil, err
	}
	days = min(max(days, 1), MaxQueueDays)
	now := s.DB.Now()
	to := now.AddDate(0, 0, days)
	cats, err := categories(ctx, s.DB, b)
	if err != nil {
		return nil, err
	}
	rows, _, err := s.Calendar(ctx, a, b, now, to, Filter{})
	if err != nil {
		return nil, err
	}
	turns, _, err := s.turns(ctx, s.DB, b, "", now, now.Add(queueLead), to)
	if err != nil {
		return nil, err
	}
	held := map[CategoryID]int{}
	err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var c CategoryID
		var n int
		err := r.Scan(&c, &n)
		held[c] = n
		return err
	}, `SELECT h.category, COUNT(DISTINCT h.post) FROM category_held h JOIN publication p ON p.post = h.post WHERE h.brand = ? AND p.state = 'frozen' AND p.problem = ? GROUP BY h.category`, b, HeldByCategory)
	if err != nil {
		return nil, err
	}
	sum := 0
	for _, c := range cats {
		if !c.Paused {
			sum += c.Weight
		}
	}
	out := make([]Queue, 0, len(cats)+1)
	for _, c := range append(cats, Category{}) {
		q := Queue{Category: c, Entries: []QueueEntry{}, Held: held[c.ID]}
		if !c.Paused && sum > 0 {
			q.Share = float64(c.Weight) / float64(sum)
		}
		q.fill(rows, turns)
		out = append(out, q)
	}
	return out, nil
}

// fill puts a category's posts and free hours in order of time.
func (q *Queue) fill(rows []Row, turns []turn) {
	for _, p := range rows {
		if p.Category == q.Category.ID {
			q.Entries = append(q.Entries, QueueEntry{At: p.At, Wall: p.Planned, Post: &p, Channels: p.Channels})
			q.Planned++
		}
	}
	last := -1
	for _, t := range turns {
		if t.taken || t.For != q.Category.ID || t.For == "" && t.Slot.Category != "" {
			continue // taken, another's, or of a category that is paused
		}
		if own := t.Slot.Category != ""; last >= 0 && q.Entries[last].At.Equal(t.At) && q.Entries[last].Own == own {
			q.Entries[last].Channels = append(q.Entries[last].Channels, t.Slot.Channel)
		} else {
			last = len(q.Entries)
			q.Entries = append(q.Entries, QueueEntry{At: t.At, Wall: t.Wall, Channels: []id.Channel{t.Slot.Channel}, Own: own})
			q.Gaps++
		}
	}
	slices.SortStableFunc(q.Entries, func(a, b QueueEntry) int { return a.At.Compare(b.At) })
	// Each may change hours with the nearest that goes to the same channels.
	for i := range q.Entries {
		for j := i - 1; q.Entries[i].movable() && j >= 0; j-- {
			if o := &q.Entries[j]; o.movable() && sameChannels(o.Channels, q.Entries[i].Channels) {
				q.Entries[i].Up, o.Down = o.Post.ID, q.Entries[i].Post.ID
				break
			}
		}
	}
}

// movable tells whether it is a post that has not begun to leave.
func (e QueueEntry) movable() bool {
	return e.Post != nil && slices.Contains([]Badge{NoBadge, Scheduled, Awaiting, OnHold}, e.Post.Badge)
}

func sameChannels(a, b []id.Channel) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(c id.Channel) bool { return !slices.Contains(b, c) })
}

// Reorder gives posts of one category, that go to the same channels, each
// other's hours: the first named takes the first of their hours, and so on.
// They move as by hand (MoveTo): all or none, nothing that has begun to leave,
// and each with the approval its new hour needs. Errors: invalid (not of one
// category, without an hour to come, other channels), conflict.
func (s *Service) Reorder(ctx context.Context, a team.Actor, b id.Brand, order []id.Post) (_ []Moved, err error) {
	defer fault.Wrap(&err, "reorder queue")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return nil, err
	}
	if len(order) < 2 || len(order) > 200 {
		return nil, errOrder
	}
	var posts []Post
	for i, key := range order {
		p, err := loadPost(ctx, s.DB, b, key)
		if err != nil {
			return nil, err
		}
		if slices.Contains(order[:i], key) || !p.Binned.IsZero() || p.Planned.Local == "" || !p.At.After(s.DB.Now()) || p.Category != first(posts, p).Category {
			return nil, errOrder
		}
		if !sameChannels(p.channels(), first(posts, p).channels()) {
			return nil, errMixed
		}
		posts = append(posts, p)
	}
	hours := slices.Clone(posts)
	slices.SortStableFunc(hours, func(a, b Post) int { return a.At.Compare(b.At) })
	var moves []Move
	for i, p := range posts {
		if to := hours[i].Planned; to != p.Planned {
			moves = append(moves, Move{Post: p.ID, To: to, from: p.Planned.Local})
		}
	}
	if len(moves) == 0 {
		return []Moved{}, nil
	}
	return s.MoveTo(ctx, a, b, moves...)
}

func first(list []Post, or Post) Post {
	if len(list) == 0 {
		return or
	}
	return list[0]
}

// Categorise puts posts in a category, or in none, without touching what they
// say or when. Errors: invalid (no such category), not_found.
func (s *Service) Categorise(ctx context.Context, a team.Actor, b id.Brand, c CategoryID, posts ...id.Post) (err error) {
	defer fault.Wrap(&err, "categorise")
	return s.each(ctx, a, b, posts, func(tx *sqldb.Tx, p Post) error {
		if p.Category == c {
			return nil
		}
		if err := knownCategory(ctx, tx, b, c); err != nil {
			return err
		}
		p.Category = c
		return s.put(ctx, tx, a, p, ActSaved)
	})
}

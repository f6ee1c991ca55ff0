package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/logbook"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/today"
)

// day is the room of the day over the rooms it reads.
func (a *App) day() *today.Service {
	return today.New(today.Needs{Posts: dayPosts{a.Publishing}, Channels: a.Channels, Logbook: dayBook{a}, Brands: a.Brands.List, Names: a.names, PastRights: a.pastRights, Endings: a.endingRights, Asked: a.asked, Now: a.DB.Now, Log: a.Log})
}

// dayPosts is publishing as the day asks it.
type dayPosts struct{ *publishing.Service }

func dayPost(r publishing.Row) today.Post {
	return today.Post{ID: r.ID, Brand: r.Brand, Title: r.Title, At: r.At, Validation: string(r.Validation), Badge: string(r.Badge), Changed: r.Changed,
		Channels: r.Channels, Edited: r.Edited}
}

func dayList(rows []publishing.Row, limit int) []today.Post {
	out := make([]today.Post, 0, min(len(rows), limit))
	for _, r := range rows[:min(len(rows), limit)] {
		out = append(out, dayPost(r))
	}
	return out
}

func (p dayPosts) Between(ctx context.Context, a team.Actor, b id.Brand, from, to time.Time, limit int) ([]today.Post, error) {
	rows, _, err := p.Calendar(ctx, a, b, from, to, publishing.Filter{})
	return dayList(rows, limit), err
}

func (p dayPosts) Drafts(ctx context.Context, a team.Actor, b id.Brand, limit int) ([]today.Post, error) {
	page, err := p.Posts(ctx, a, b, publishing.Filter{Validation: []publishing.Validation{publishing.Draft}, Badges: []publishing.Badge{publishing.NoBadge}}, "", limit)
	return dayList(page.Items, limit), err
}

func (p dayPosts) Any(ctx context.Context, a team.Actor, b id.Brand) (bool, error) {
	page, err := p.Posts(ctx, a, b, publishing.Filter{}, "", 1)
	return len(page.Items) > 0, err
}

func (p dayPosts) Troubles(ctx context.Context, a team.Actor, b id.Brand, since time.Time, limit int) ([]today.Trouble, error) {
	// One state at a time: each has an index of its own, and this is asked for
	// the rail of every page.
	var rows []publishing.PublicationRow
	for _, state := range []publishing.State{publishing.Failed, publishing.Unknown, publishing.Frozen} {
		page, err := p.Ledger(ctx, a, b, publishing.PublicationFilter{From: since, States: []publishing.State{state}}, "", limit)
		if err != nil {
			return nil, err
		}
		rows = append(rows, page.Items...)
	}
	slices.SortStableFunc(rows, func(x, y publishing.PublicationRow) int { return y.DueAt.Compare(x.DueAt) })
	var out []today.Trouble
	for _, x := range rows[:min(len(rows), limit)] {
		if x.State == publishing.Frozen && x.Problem == "" || x.Problem == "publishing.taken_off" || x.Problem == publishing.HeldByCategory {
			continue // held by a freeze that stands, or given up by a person
		}
		out = append(out, today.Trouble{Publication: x.ID, Brand: x.Brand, Post: x.Post, Title: x.Title, Channel: x.Channel, State: string(x.State),
			DueAt: x.DueAt, Problem: x.Problem, Detail: x.Detail})
	}
	open, err := p.OpenRecalls(ctx, a, b, limit)
	if err != nil {
		return nil, err
	}
	for _, x := range open {
		if x.State == publishing.RecallCannot || x.Problem != "" && x.Attempts > 2 {
			out = append(out, today.Trouble{Publication: x.Publication, Brand: x.Brand, Post: x.Post, Title: x.Title, Channel: x.Channel, State: "recall", DueAt: recallAt(x)})
		}
	}
	// What nobody approved in time does not leave, and must not be silent about it.
	unread, err := p.Ledger(ctx, a, b, publishing.PublicationFilter{From: since, To: p.DB.Now().Add(-publishing.OverdueAfter), States: []publishing.State{publishing.Pending}}, "", limit)
	if err != nil {
		return nil, err
	}
	for _, x := range unread.Items {
		out = append(out, today.Trouble{Publication: x.ID, Brand: x.Brand, Post: x.Post, Title: x.Title, Channel: x.Channel, State: "pending", DueAt: x.DueAt})
	}
	late, err := p.Overdue(ctx, a, b, limit)
	for _, x := range late {
		out = append(out, today.Trouble{Publication: x.ID, Brand: x.Brand, Post: x.Post, Title: x.Title, Channel: x.Channel, State: "overdue", DueAt: x.DueAt})
	}
	return out, err
}

// recallAt is when a recall's leg came to its end, or tries again.
func recallAt(l publishing.RecallLeg) time.Time {
	if !l.Ended.IsZero() {
		return l.Ended
	}
	return l.NextAt
}

func (p dayPosts) Hands(ctx context.Context, a team.Actor, b id.Brand, limit int) ([]today.Hand, error) {
	all, err := p.InHands(ctx, a, b, limit)
	var out []today.Hand
	for _, x := range all {
		out = append(out, today.Hand{Publication: x.ID, Brand: x.Brand, Post: x.Post, Title: x.Title, Channel: x.Channel, DueAt: x.DueAt, Late: x.Late})
	}
	return out, err
}

func (p dayPosts) Sent(ctx context.Context, a team.Actor, b id.Brand, from, to time.Time, limit int) ([]today.Sent, error) {
	// Late ones have an hour of before.
	page, err := p.Ledger(ctx, a, b, publishing.PublicationFilter{From: from.Add(-6 * time.Hour), To: to, States: []publishing.State{publishing.Sent}}, "", publishing.MaxPage)
	var out []today.Sent
	for _, x := range page.Items {
		if !x.SentAt.Before(from) && x.SentAt.Before(to) && len(out) < limit {
			out = append(out, today.Sent{Post: x.Post, Title: x.Title, Channel: x.Channel, DueAt: x.DueAt, At: x.SentAt})
		}
	}
	return out, err
}

func (p dayPosts) Freezes(ctx context.Context, a team.Actor, b id.Brand) ([]today.Freeze, error) {
	all, err := p.Service.Freezes(ctx, a, b)
	var out []today.Freeze
	for _, f := range all {
		out = append(out, today.Freeze{Reason: f.Reason, By: f.By, Since: f.Since, All: f.Brand == publishing.AllBrands})
	}
	return out, err
}

// dayBook is the logbook as the day asks it.
type dayBook struct{ *App }

// Acts reads back from now: entries stand in their order, so that the night is
// found without an index of hours. A day with more than two thousand acts since
// hides its night.
func (d dayBook) Acts(ctx context.Context, b id.Brand, from, to time.Time, begins []string, limit int) ([]logbook.Record, error) {
	var out []logbook.Record
	cursor := ""
	for range 10 {
		list, next, err := d.Book.List(ctx, d.DB, b, logbook.Filter{}, cursor, logbook.MaxPage)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			if r.At.Before(from) || len(out) == limit {
				next = ""
				break
			}
			if r.At.Before(to) && beginsWith(r.Act, begins) {
				out = append([]logbook.Record{r}, out...)
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	return out, nil
}

func beginsWith(act string, begins []string) bool {
	for _, b := range begins {
		if strings.HasPrefix(act, b) {
			return true
		}
	}
	return false
}

// dueToday is the count of the rail.
func (a *App) dueToday(day *today.Service) func(ctx context.Context, actor team.Actor, b brand.Brand) int {
	return func(ctx context.Context, actor team.Actor, b brand.Brand) int {
		n, err := day.Count(ctx, actor, b)
		if err != nil {
			return 0 // the page itself says what is wrong
		}
		return n
	}
}

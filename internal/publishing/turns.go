package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// turn is an hour of a channel's week on one day, and whose it is.
type turn struct {
	Free
	taken bool       // a post of the channel stands there
	by    CategoryID // of that post
	past  bool
	For   CategoryID // whose it is; empty: nobody's in particular
}

// sharedSince is how far back what left is counted: a category that had more
// than its share lately gives way.
const sharedSince = 8 * 7 * 24 * time.Hour

// share says whose turn each hour of one channel is: that of the slot's own
// category; or, where a slot is open to all, of the category that the weights
// call for, counted over what is planned there already.
//
// It is a smooth weighted round-robin: at each open hour every category gains
// its weight, and the one that has most takes the hour and pays the sum of the
// weights. An hour at which a post stands was paid for by that post's category;
// one without a post that has passed, or with a post of no category, counts for
// nobody. A debt made by hand is never more than one round, so that a category
// that is new, or was paused, is not owed the whole past.
//
// The same hours and posts always give the same turns. turns are one channel's,
// in order of time.
func share(all []Category, turns []turn) {
	var cats []Category
	sum := 0
	for _, c := range all {
		if !c.Paused && c.Weight > 0 {
			cats, sum = append(cats, c), sum+c.Weight
		}
	}
	paused := map[CategoryID]bool{}
	for _, c := range all {
		paused[c.ID] = c.Paused
	}
	has := make([]int, len(cats))
	for i := range turns {
		t := &turns[i]
		if own := t.Slot.Category; own != "" {
			if t.For = own; paused[own] {
				t.For = ""
			}
			continue
		}
		if len(cats) == 0 || t.past && !t.taken {
			continue
		}
		at := -1
		if t.taken {
			if at = slices.IndexFunc(cats, func(c Category) bool { return c.ID == t.by }); at < 0 {
				continue
			}
		}
		most := 0
		for j := range cats {
			if has[j] += cats[j].Weight; has[j] > has[most] {
				most = j
			}
		}
		if at < 0 {
			at = most
		}
		has[at] -= sum
		if at != most { // out of its turn, by hand
			for j := range has {
				has[j] = min(max(has[j], -sum), sum)
			}
		}
		t.For = cats[at].ID
	}
}

// turns are the hours of a brand's slots in [from, to), in order of time, with
// whose they are. The post named does not count: it looks for an hour itself.
func (s *Service) turns(ctx context.Context, q sqldb.Q, b id.Brand, but id.Post, now, from, to time.Time) ([]turn, map[hourOf]hold, error) {
	slots, err := s.slots(ctx, q, b)
	if err != nil || len(slots) == 0 {
		return nil, nil, err
	}
	cats, err := categories(ctx, q, b)
	if err != nil {
		return nil, nil, err
	}
	zone, err := s.Zone(ctx, q, b)
	if err != nil {
		return nil, nil, err
	}
	loc, err := clock.Zone(zone)
	if err != nil {
		return nil, nil, err
	}
	since := from
	if len(cats) > 0 {
		// By whole weeks, so that the turns do not shift from one hour to the next.
		since = clock.Monday(now.Add(-sharedSince), loc)
	}
	used, err := takenHours(ctx, q, b, but, since, to)
	if err != nil {
		return nil, nil, err
	}
	hours, err := hoursOf(slots, zone, since, to)
	if err != nil {
		return nil, nil, err
	}
	return turnsOf(cats, hours, used, now, from), used, nil
}

// turnsOf shares hours, which are in order of time, and leaves those before from
// out.
func turnsOf(cats []Category, hours []Free, used map[hourOf]hold, now, from time.Time) []turn {
	byChannel := map[id.Channel][]turn{}
	var order []id.Channel
	for _, f := range hours {
		c := f.Slot.Channel
		if _, seen := byChannel[c]; !seen {
			order = append(order, c)
		}
		h, taken := used[hourOf{c, f.At.UnixMilli()}]
		byChannel[c] = append(byChannel[c], turn{Free: f, taken: taken, by: h.by, past: f.At.Before(now)})
	}
	var out []turn
	for _, c := range order {
		share(cats, byChannel[c])
		for _, t := range byChannel[c] {
			if !t.At.Before(from) {
				out = append(out, t)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b turn) int { return a.At.Compare(b.At) })
	return out
}

package app

import (
	"context"
	"sync"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/live"
	"vigie/internal/team"
)

// counted keeps the counts of the rail, which every page shows, for as long as
// nothing is told that could change them: whoever changes something tells it
// after the commit. What changes by the clock alone is at most countLife old.
type counted struct {
	hub *live.Hub
	now func() time.Time

	mu   sync.Mutex
	kept map[countKey]count
}

type countKey struct {
	person  id.Person
	brand   id.Brand
	section string
}

type count struct {
	n     int
	since string // what was told last when it was counted
	at    time.Time
}

const (
	countLife = 5 * time.Second
	countMost = 10_000 // kept; beyond, all are counted anew
)

// of wraps the count of a section.
func (c *counted) of(section string, fresh func(context.Context, team.Actor, brand.Brand) int) func(context.Context, team.Actor, brand.Brand) int {
	return func(ctx context.Context, a team.Actor, b brand.Brand) int {
		key := countKey{a.Person, b.ID, section}
		// Read before counting: what is told while we count makes this one old.
		since, at := c.hub.Position(), c.now()
		c.mu.Lock()
		k, ok := c.kept[key]
		c.mu.Unlock()
		if ok && k.since == since && at.Sub(k.at) < countLife {
			return k.n
		}
		n := fresh(ctx, a, b)
		if ctx.Err() != nil {
			return n
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.kept) >= countMost {
			clear(c.kept)
		}
		c.kept[key] = count{n, since, at}
		return n
	}
}

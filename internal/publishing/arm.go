package publishing

import (
	"context"
	"runtime"
	"sync"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

// armory holds the next few seconds' posts ready: the row as it was read, its
// content, its intent checked against the network's limits, and the open doors
// of their channels. At the hour only the claim and the call are left to do. A
// claim names the version it found, so what changed meanwhile is not used.
type armory struct {
	mu    sync.Mutex
	of    map[id.Publication]claimed
	ways  map[id.Channel]*way
	until time.Time // everything due until then was looked at
}

const (
	// armAhead is how long before their hour posts are made ready.
	armAhead = 5 * time.Second
	// manyArmed is when an hour is full.
	manyArmed = 1000
	// maxArmed bounds what is held ready; the rest is read at the hour.
	maxArmed = 20_000
)

const upcoming = `SELECT ` + publicationColumns + `, intent_at FROM publication WHERE state IN ('planned', 'due') AND next_at > ? AND next_at <= ? ORDER BY next_at LIMIT ?`

// armer is apart from the clock: a network that does not answer must not keep
// the hour of the others.
func (l *Ledger) armer(ctx context.Context) {
	many := false
	for ctx.Err() == nil {
		n := l.arm(ctx)
		l.readyHands(ctx, n)
		if n < manyArmed {
			many = false
		} else if !many {
			// A collection in the middle of a full hour costs a third of it: every
			// stack is looked at. Made now, the next one is some time away.
			many = true
			runtime.GC()
		}
		pause(ctx, 500*time.Millisecond)
	}
}

// arm makes ready what is due soon, and says how much is. It is an aid: its
// errors are the claim's to meet again.
func (l *Ledger) arm(ctx context.Context) int {
	a, now := &l.armed, l.DB.Now()
	a.mu.Lock()
	from := a.until
	if from.Before(now) {
		// What was armed before has left, or lies in other hands.
		from, a.of, a.ways = now, map[id.Publication]claimed{}, map[id.Channel]*way{}
	}
	full := len(a.of) >= maxArmed
	a.mu.Unlock()
	until := now.Add(armAhead)
	if full || !until.After(from) {
		return maxArmed
	}
	soon, err := sqldb.List(ctx, l.DB, scanClaimed, upcoming, sqldb.At(from), sqldb.At(until), maxArmed)
	if err != nil || readContent(ctx, l.DB, soon) != nil {
		return 0
	}
	for i := range soon {
		c := &soon[i]
		c.way = a.door(c.Channel)
		if c.way == nil {
			w := &way{}
			w.open(ctx, l, c.Brand, c.Channel)
			if w.err == nil { // a door that did not open is tried again at the hour
				c.way = a.opened(c.Channel, w)
			}
		}
		c.ready = vetted(ctx, c)
	}
	l.examineSoon(ctx, soon)
	for i := range soon {
		c := &soon[i]
		a.mu.Lock()
		a.of[c.ID] = *c
		a.mu.Unlock()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = until
	return len(a.of)
}

func (a *armory) door(c id.Channel) *way {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ways[c]
}

func (a *armory) opened(c id.Channel, w *way) *way {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ways[c] = w
	return w
}

// vetted makes the next part's intent and has it checked, nil if it cannot be
// before the hour: pictures are handed over then, and what would be refused is
// refused then, where it is written down.
func vetted(ctx context.Context, c *claimed) *network.Intent {
	part := len(c.Sent)
	if c.way == nil || part >= len(c.Content.Parts) || len(c.Content.Parts[part].Media) > 0 {
		return nil
	}
	in := c.Publication.intent(part, time.Time{})
	if c.way.presence.Vet(ctx, &in) != nil {
		return nil
	}
	return &in
}

// disarm forgets what is ready: the plan changed.
func (a *armory) disarm() {
	a.mu.Lock()
	a.until = time.Time{}
	a.mu.Unlock()
}

// take brings what was ready of the rows of a claim made at now, and says which
// have to be read.
func (a *armory) take(rows []claim, now time.Time) (out []claimed, rest []id.Publication) {
	a.mu.Lock()
	defer a.mu.Unlock()
	out = make([]claimed, 0, len(rows))
	for _, r := range rows {
		c, ok := a.of[r.id]
		delete(a.of, r.id)
		if !ok || c.Version+1 != r.version {
			rest = append(rest, r.id)
			continue
		}
		// As the claim wrote it. No moment is finer than a row's millisecond.
		now := sqldb.At(now).Time
		c.State, c.Attempts, c.Attempted, c.NextAt, c.Version = Sending, c.Attempts+1, now, time.Time{}, r.version
		if c.intent.IsZero() {
			c.intent = now
		}
		out = append(out, c)
	}
	return out, rest
}

// readMissing completes a claimed batch with what was not ready.
func (l *Ledger) readMissing(ctx context.Context, batch []claimed) error {
	var rest []claimed
	var at []int
	l.armed.mu.Lock()
	for i := range batch {
		c := &batch[i]
		if c.way == nil {
			c.way = l.armed.ways[c.Channel]
		}
		if len(c.Content.Parts) == 0 {
			rest, at = append(rest, *c), append(at, i)
		}
	}
	l.armed.mu.Unlock()
	if err := readContent(ctx, l.DB, rest); err != nil {
		return err
	}
	for i, n := range at {
		batch[n] = rest[i]
	}
	return nil
}

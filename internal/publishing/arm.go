package publishing

import (
	"context"
	"sync"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// armory holds, for the next few seconds' posts, what sending them needs: their
// content and the open doors of their channels. At the hour only the claim is
// left to do. A claim names the hash of what it sends, so an armed content that
// is not that one any more is not used.
type armory struct {
	mu    sync.Mutex
	of    map[id.Publication]load
	ways  map[id.Channel]*way
	until time.Time // everything due until then was looked at
}

type load struct {
	hash    string
	content Content
}

const (
	// armAhead is how long before their hour posts are made ready.
	armAhead = 5 * time.Second
	// maxArmed bounds what is held ready; the rest is read at the hour.
	maxArmed = 20_000
)

const upcoming = `SELECT id, brand, channel, hash FROM publication WHERE state IN ('planned', 'due') AND next_at > ? AND next_at <= ? ORDER BY next_at LIMIT ?`

// armer is apart from the clock: a network that does not answer must not keep
// the hour of the others.
func (l *Ledger) armer(ctx context.Context) {
	for ctx.Err() == nil {
		l.arm(ctx)
		pause(ctx, 500*time.Millisecond)
	}
}

// arm makes ready what is due soon. It is an aid: its errors are the claim's to
// meet again.
func (l *Ledger) arm(ctx context.Context) {
	a, now := &l.armed, l.DB.Now()
	a.mu.Lock()
	from := a.until
	if from.Before(now) {
		// What was armed before has left, or lies in other hands.
		from, a.of, a.ways = now, map[id.Publication]load{}, map[id.Channel]*way{}
	}
	full := len(a.of) >= maxArmed
	a.mu.Unlock()
	until := now.Add(armAhead)
	if full || !until.After(from) {
		return
	}
	soon, err := sqldb.List(ctx, l.DB, func(r sqldb.Scanner) (p Publication, err error) {
		return p, r.Scan(&p.ID, &p.Brand, &p.Channel, &p.Hash)
	}, upcoming, sqldb.At(from), sqldb.At(until), maxArmed)
	if err != nil || withContent(ctx, l.DB, soon) != nil {
		return
	}
	for _, p := range soon {
		a.mu.Lock()
		a.of[p.ID] = load{p.Hash, p.Content}
		known := a.ways[p.Channel] != nil
		a.mu.Unlock()
		if known {
			continue
		}
		w := &way{}
		w.open(ctx, l, p)
		if w.err == nil { // a door that did not open is tried again at the hour
			a.mu.Lock()
			a.ways[p.Channel] = w
			a.mu.Unlock()
		}
	}
	a.mu.Lock()
	a.until = until
	a.mu.Unlock()
}

// disarm forgets what is ready: the plan changed.
func (a *armory) disarm() {
	a.mu.Lock()
	a.until = time.Time{}
	a.mu.Unlock()
}

// take gives a claimed batch what is ready for it, and returns the indexes of
// what has to be read.
func (a *armory) take(batch []claimed) (missing []int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range batch {
		c := &batch[i]
		c.way = a.ways[c.Channel]
		if l, ok := a.of[c.ID]; ok && l.hash == c.Hash {
			c.Content = l.content
			delete(a.of, c.ID)
			continue
		}
		missing = append(missing, i)
	}
	return missing
}

// readMissing completes a claimed batch with what was not ready.
func (l *Ledger) readMissing(ctx context.Context, batch []claimed, missing []int) error {
	if len(missing) == 0 {
		return nil
	}
	rest := make([]claimed, len(missing))
	for i, m := range missing {
		rest[i] = batch[m]
	}
	if err := readContent(ctx, l.DB, rest); err != nil {
		return err
	}
	for i, m := range missing {
		batch[m] = rest[i]
	}
	return nil
}

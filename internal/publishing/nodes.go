package publishing

import (
	"context"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// A node proves that it lives by moving a counter. Others judge by how long,
// on their own steady clock, the counter has not moved: no two machines'
// clocks are ever compared, and a clock set back kills nobody.
type peer struct {
	beat int64
	seen time.Time
}

const beatEvery = 5 * time.Second

// join makes this node known. Alone, it also takes over what died.
func (l *Ledger) join(ctx context.Context) error {
	err := l.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if l.cfg.Alone {
			if _, err := tx.Exec(ctx, `DELETE FROM node`); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO node (id, started_at, beat) VALUES (?, ?, 1)`, l.node, sqldb.At(tx.Now))
		return err
	})
	if err != nil {
		return err
	}
	l.leaseAt.Store(int64(time.Since(l.epoch)))
	return l.orphans(ctx)
}

// leaseHolds tells whether the others surely still believe in this node: half
// of DeadAfter is left for a call that takes its time.
func (l *Ledger) leaseHolds() bool {
	return time.Since(l.epoch)-time.Duration(l.leaseAt.Load()) < l.cfg.DeadAfter/2
}

// heart beats, and buries the dead.
func (l *Ledger) heart(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, beatEvery)
		if ctx.Err() != nil {
			return
		}
		began := time.Since(l.epoch)
		n, err := l.DB.Exec(ctx, `UPDATE node SET beat = beat + 1 WHERE id = ?`, l.node)
		switch {
		case err != nil:
			l.Log.Error("heartbeat", "error", err)
			continue
		case n == 0: // given up for dead while this process was stopped
			if _, err := l.DB.Exec(ctx, `INSERT INTO node (id, started_at, beat) VALUES (?, ?, 1)`, l.node, sqldb.At(l.DB.Now())); err != nil {
				continue
			}
		}
		l.leaseAt.Store(int64(began))
		if err := l.bury(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("nodes", "error", err)
		}
		if err := l.orphans(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("orphans", "error", err)
		}
		if err := l.forgotten(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("forgotten", "error", err)
		}
	}
}

func (l *Ledger) bury(ctx context.Context) error {
	type row struct {
		id   string
		beat int64
	}
	rows, err := sqldb.List(ctx, l.DB, func(r sqldb.Scanner) (n row, err error) { return n, r.Scan(&n.id, &n.beat) }, `SELECT id, beat FROM node`)
	if err != nil {
		return err
	}
	now := time.Now()
	alive := map[string]peer{}
	for _, n := range rows {
		p, known := l.peers[n.id]
		if !known || p.beat != n.beat {
			p = peer{beat: n.beat, seen: now}
		}
		if n.id != l.node && now.Sub(p.seen) > l.cfg.DeadAfter {
			if _, err := l.DB.Exec(ctx, `DELETE FROM node WHERE id = ? AND beat = ?`, n.id, n.beat); err != nil {
				return err
			}
			continue
		}
		alive[n.id] = p
	}
	l.peers = alive
	return nil
}

const orphaned = `state = 'sending' AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = publication.node)`

// orphans finds what was being sent by a node that is no more. Nobody knows
// how its call ended: it is looked up, never repeated.
func (l *Ledger) orphans(ctx context.Context) error {
	n, err := sqldb.Value[int64](ctx, l.DB, `SELECT COUNT(*) FROM publication WHERE `+orphaned)
	if err != nil || n == 0 {
		return err
	}
	return l.adopt(ctx, orphaned, nil)
}

// adopt puts what nobody vouches for among the doubts.
func (l *Ledger) adopt(ctx context.Context, where string, args []any) error {
	return l.DB.Write(ctx, func(tx *sqldb.Tx) error {
		found, err := moveMany(ctx, tx, "", where, args, `state = 'unknown', problem = ?, next_at = ?, doubt_at = ?, looks = 0`,
			[]any{"publishing.interrupted", sqldb.At(tx.Now), sqldb.At(tx.Now)}, Step{What: StepUnclear, Problem: "publishing.interrupted", Node: l.node})
		if err != nil {
			return err
		}
		for _, p := range found.ids {
			l.flights.doubt(p, tx.Now)
			if err := l.Book.Record(ctx, tx, logbook.Entry{Brand: found.brandOf(p), Actor: team.Program("clock").Signs(), Act: ActDoubt,
				Subject: logbook.Subject{Kind: "publication", ID: string(p)}, Data: map[string]any{"post": found.postOf[p], "channel": found.channelOf[p], "problem": "publishing.interrupted"}}); err != nil {
				return err
			}
		}
		return l.touched(ctx, tx, found)
	})
}

// Watch is what the watchdog sees, for /healthz and the page.
type Watch struct {
	// Overdue counts posts two minutes past their hour without an attempt.
	Overdue int64 `json:"overdue"`
	Flying  int64 `json:"flying"`
}

// Watch returns the latest look of the watchdog.
func (l *Ledger) Watch() Watch {
	return Watch{Overdue: l.overdue.Load(), Flying: l.flying.Load()}
}

// WatchEvery and OverdueAfter are the watchdog's rhythm and its limit.
const (
	WatchEvery   = 15 * time.Second
	OverdueAfter = 2 * time.Minute
)

// watchdog is apart from the clock it watches: any post two minutes overdue
// without an attempt raises an alarm, whatever the reason.
func (l *Ledger) watchdog(ctx context.Context) {
	for ctx.Err() == nil {
		if err := l.watch(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("watchdog", "error", err)
		}
		if err := l.lateHands(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("late by hand", "error", err)
		}
		pause(ctx, WatchEvery)
	}
}

const overdueCount = `SELECT COUNT(*) FROM publication WHERE state IN ('planned', 'due') AND next_at < ?`

func (l *Ledger) watch(ctx context.Context) error {
	limit := sqldb.At(l.DB.Now().Add(-OverdueAfter))
	n, err := sqldb.Value[int64](ctx, l.DB, overdueCount, limit)
	if err != nil {
		return err
	}
	l.overdue.Store(n)
	if n == 0 {
		l.alarmed.Store(false)
		return nil
	}
	l.Log.Error("overdue publications without an attempt", "count", n)
	if l.alarmed.Swap(true) {
		return nil
	}
	err = l.DB.Write(ctx, func(tx *sqldb.Tx) error {
		brands, err := sqldb.Values[id.Brand](ctx, tx, `SELECT DISTINCT brand FROM publication WHERE state IN ('planned', 'due') AND next_at < ?`, limit)
		if err != nil {
			return err
		}
		for _, b := range brands {
			if err := l.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: team.Program("watchdog").Signs(), Act: ActOverdue,
				Subject: logbook.Subject{Kind: "instance", ID: l.node}, Data: map[string]any{"count": n}}); err != nil {
				return err
			}
			tx.AfterCommit(func() { l.Tell("brand:"+string(b), "overdue", nil) })
		}
		return nil
	})
	if err != nil {
		l.alarmed.Store(false) // nobody heard it: said again at the next look
	}
	return err
}

package publishing

import (
	"context"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Hand is a publication that a person is to publish, for those who tell her.
type Hand struct {
	Brand       id.Brand
	Publication id.Publication
	Post        id.Post
	Channel     id.Channel
	Attempt     int
	// Late says that she was told before, and has not answered.
	Late bool
}

// handAfter is how long a person has where the channel does not say.
const handAfter = 30 * time.Minute

// handOver puts a claimed publication into a person's hands: the row and the
// order to tell her are one transaction, so that she is told if, and only if,
// the row is hers. Whatever dies before it leaves a row in "sending", which is
// looked up, found on no network, and handed over by another claim; the look
// can be believed, since nothing but this transaction hands over. The freeze is
// read in it once more.
func (l *Ledger) handOver(ctx context.Context, c *claimed) {
	p, rule := c.Publication, c.way.caps.Hand
	after := handAfter
	if rule != nil && rule.After > 0 {
		after = rule.After
	}
	werr := l.write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		if err := passGate(ctx, tx); err != nil {
			return err
		}
		frozen, err := frozenNow(ctx, tx, p.Brand)
		if err != nil {
			return err
		}
		if frozen {
			return l.settle(ctx, tx, p, Frozen, outcome{step: Step{What: StepFrozen}})
		}
		n, err := tx.Exec(ctx, `UPDATE publication SET state = 'handed', next_at = ?, problem = '', detail = 'null', looks = 0, doubt_at = NULL, version = version + 1
			WHERE brand = ? AND id = ? AND state = 'sending' AND node = ? AND attempts = ?`, sqldb.At(tx.Now.Add(after)), p.Brand, p.ID, l.node, p.Attempts)
		if err != nil || n == 0 {
			return err
		}
		if err := addSteps(ctx, tx, p.ID, Step{What: StepHanded, Attempt: p.Attempts, Node: l.node}); err != nil {
			return err
		}
		if err := l.tellHands(ctx, tx, p, false); err != nil {
			return err
		}
		return l.after(ctx, tx, p, ActHanded, map[string]any{"post": p.Post, "channel": p.Channel, "network": c.way.channel.Network})
	})
	if werr != nil { // found as forgotten, and looked up
		l.Log.Error("not handed over", "publication", p.ID, "error", werr)
	}
}

func (l *Ledger) tellHands(ctx context.Context, tx *sqldb.Tx, p Publication, late bool) error {
	if l.Handed == nil {
		return nil
	}
	return l.Handed(ctx, tx, Hand{Brand: p.Brand, Publication: p.ID, Post: p.Post, Channel: p.Channel, Attempt: p.Attempts, Late: late})
}

// A row in "handed" with a next_at has not been reminded of; without one, it is
// overdue and somebody was told so.
const lateByHand = `state = 'handed' AND next_at <= ?`

// lateHands tells people a second time, once, of what they have not answered.
// What a freeze holds is not asked for: it is asked for after it.
func (l *Ledger) lateHands(ctx context.Context) error {
	now := sqldb.At(l.DB.Now())
	n, err := sqldb.Value[int64](ctx, l.DB, `SELECT COUNT(*) FROM (SELECT 1 FROM publication WHERE `+lateByHand+` LIMIT 1) AS late`, now)
	if err != nil || n == 0 {
		return err // the usual case costs no write
	}
	return l.DB.Write(ctx, func(tx *sqldb.Tx) error {
		late, err := sqldb.List(ctx, tx, scanPublication, `UPDATE publication SET next_at = NULL, version = version + 1
			WHERE id IN (SELECT id FROM publication WHERE `+lateByHand+` AND NOT `+frozenHere+` ORDER BY next_at LIMIT 200`+tx.SkipLocked()+`)
			RETURNING `+publicationColumns, now)
		if err != nil {
			return err
		}
		for _, p := range late {
			if err := addSteps(ctx, tx, p.ID, Step{What: StepHandLate, Attempt: p.Attempts, Node: l.node}); err != nil {
				return err
			}
			if err := l.tellHands(ctx, tx, p, true); err != nil {
				return err
			}
			l.changed(tx, p.Brand, p.Post)
			if err := l.Book.Record(ctx, tx, logbook.Entry{Brand: p.Brand, Actor: team.Program("watchdog").Signs(), Act: ActHandLate,
				Subject: logbook.Subject{Kind: "publication", ID: string(p.ID)}, Data: map[string]any{"post": p.Post, "channel": p.Channel}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// OverdueByHand tells whether a person had her time and has not answered.
func (p Publication) OverdueByHand(now time.Time) bool {
	return p.State == Handed && (p.NextAt.IsZero() || !p.NextAt.After(now))
}

package publishing

import (
	"context"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// claimed is a publication this node is about to send, with the time of the
// intent of its next part.
type claimed struct {
	Publication
	intent  time.Time
	at      time.Time       // when the claim was made, on the steady clock
	way     *way            // shared by the claims of one channel; nil: its own
	ready   *network.Intent // of the next part, made and checked before the hour; nil: not ready
	verdict verdict         // of the examiners, given before the hour
	frosts  int64           // freezes opened by this process until then
	begins  chan struct{}   // gives its place back when the first call begins; nil: has none
	doubt   time.Time       // since when nobody knows, of what is looked up
}

// calls says that the call begins, or will not: the place among those that
// prepare theirs goes to the next one. Only the sender calls it.
func (c *claimed) calls() {
	if c.begins != nil {
		<-c.begins
		c.begins = nil
	}
}

const claimable = `state IN ('planned', 'due') AND next_at <= ?`

// frozenHere finds, inside a statement on publication, what a freeze holds.
const frozenHere = `EXISTS (SELECT 1 FROM brand_freeze f WHERE f.lifted_at IS NULL AND (f.brand = '' OR f.brand = publication.brand))`

// claim writes down, in one transaction for the whole batch, that this node is
// about to try: state, attempt, time of the intent. A row is taken only if the
// content cleared to leave is its own. Nothing is sent before that
// transaction is durable. The freeze is read in it; what is too late to leave by
// itself is set aside in it.
func (l *Ledger) claim(ctx context.Context, limit int) ([]claimed, error) {
	var out []claimed
	frosts := l.frosts.Load()
	err := l.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := passGate(ctx, tx); err != nil {
			return err
		}
		now, free := sqldb.At(tx.Now), ""
		if frozen, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM brand_freeze WHERE lifted_at IS NULL`); err != nil {
			return err
		} else if frozen > 0 {
			// What is committed between these two statements must not slip by.
			free = ` AND NOT ` + frozenHere
			held, err := moveMany(ctx, tx, "", claimable+` AND `+frozenHere, []any{now}, `state = 'frozen'`, nil, Step{What: StepFrozen, Node: l.node})
			if err != nil {
				return err
			}
			if err := l.touched(ctx, tx, held); err != nil {
				return err
			}
		}
		if err := l.setAside(ctx, tx); err != nil {
			return err
		}
		key := "id"
		if tx.Dialect() == sqldb.SQLite {
			key = "rowid" // one tree less to go down, for each row
		}
		rows, err := sqldb.List(ctx, tx, func(r sqldb.Scanner) (c claim, err error) { return c, r.Scan(&c.id, &c.version) },
			`UPDATE publication SET state = 'sending', node = ?, attempts = attempts + 1, attempted_at = ?, intent_at = COALESCE(intent_at, ?),
			next_at = NULL, version = version + 1
			WHERE `+key+` IN (SELECT `+key+` FROM publication WHERE `+claimable+free+` ORDER BY next_at LIMIT ?`+tx.SkipLocked()+`) AND cleared = hash AND NOT recalled
			RETURNING id, version`, l.node, now, now, now, limit)
		if err != nil {
			return err
		}
		if len(rows) < limit {
			if err := l.unclearAtTheHour(ctx, tx, now); err != nil {
				return err
			}
		}
		var rest []id.Publication
		out, rest = l.armed.take(rows, tx.Now)
		for part := range sqldb.Chunks(rest, 500) {
			more, err := sqldb.List(ctx, tx, scanClaimed, `SELECT `+publicationColumns+`, intent_at FROM publication WHERE id IN `+sqldb.Marks(len(part)), sqldb.Args(part)...)
			if err != nil {
				return err
			}
			out = append(out, more...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	made := time.Now()
	for i := range out {
		out[i].at, out[i].frosts = made, frosts
	}
	return out, nil
}

// passGate lets a transaction that makes something leave, or lets it be claimed,
// stand on one side of every freeze. It is shared: they do not wait for each
// other, a freeze waits for them. SQLite has one writer anyway.
func passGate(ctx context.Context, tx *sqldb.Tx) error {
	if tx.Dialect() != sqldb.Postgres {
		return nil
	}
	_, err := sqldb.Value[int64](ctx, tx, `SELECT moved FROM gate WHERE id = 1 FOR SHARE`)
	return err
}

// claim is a row as the claim leaves it. Every change of what a row would send
// moves its version on, so the two name what was read of it before.
type claim struct {
	id      id.Publication
	version int64
}

func scanClaimed(r sqldb.Scanner) (c claimed, err error) {
	var intent sqldb.Time
	c.Publication, err = scanPublicationMore(r, &intent)
	c.intent = intent.Time
	return c, err
}

// setAside holds what may not leave by itself any more: its hour passed while
// nobody could send, or every try for Grace failed.
func (l *Ledger) setAside(ctx context.Context, tx *sqldb.Tx) error {
	// next_at is the hour of what is planned and the turn of what is due: either
	// way nobody could send for all that time. It stands in the index.
	missed, err := moveMany(ctx, tx, "", claimable, []any{sqldb.At(tx.Now.Add(-l.cfg.Grace))},
		`state = 'failed', problem = ?, next_at = NULL`, []any{"publishing.missed"}, Step{What: StepMissed, Problem: "publishing.missed", Node: l.node})
	if err != nil {
		return err
	}
	for i, p := range missed.ids {
		if i == 1000 {
			break // the list of failures shows the others; the logbook has the first
		}
		if err := l.Book.Record(ctx, tx, logbook.Entry{Brand: missed.brandOf(p), Actor: team.Program("clock").Signs(), Act: ActMissed,
			Subject: logbook.Subject{Kind: "publication", ID: string(p)},
			Data:    map[string]any{"post": missed.postOf[p], "channel": missed.channelOf[p]}}); err != nil {
			return err
		}
	}
	return l.touched(ctx, tx, missed)
}

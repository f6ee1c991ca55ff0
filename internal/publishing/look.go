package publishing

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// lookAfter is how long to wait before the next look at something unknown.
func lookAfter(looks int) time.Duration {
	steps := []time.Duration{2 * time.Second, 5 * time.Second, 15 * time.Second, 45 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute}
	return steps[min(looks, len(steps)-1)]
}

// looker resolves what is unknown by looking at the network. It never gives up:
// a doubt that no look resolves stays shown as "à vérifier" until a person
// settles it.
func (l *Ledger) looker(ctx context.Context) {
	for ctx.Err() == nil {
		got, err := l.claimLooks(ctx, 32)
		if err != nil && ctx.Err() == nil {
			l.Log.Error("looks", "error", err)
		}
		for _, c := range got {
			l.running.Go(func() { l.look(context.WithoutCancel(ctx), c) })
		}
		if len(got) < 32 {
			pause(ctx, 500*time.Millisecond)
		}
	}
}

// lookTakes is how long a look may take; one that died with its node is made
// again after this and Settle.
const lookTakes = 30 * time.Second

const lookable = `state = 'unknown' AND next_at <= ?`

// claimLooks takes the looks that are due and moves their next one on, so that
// no other node makes them too.
func (l *Ledger) claimLooks(ctx context.Context, limit int) (out []claimed, err error) {
	n, err := sqldb.Value[int64](ctx, l.DB, `SELECT COUNT(*) FROM (SELECT 1 FROM publication WHERE `+lookable+` LIMIT 1) AS due`, sqldb.At(l.DB.Now()))
	if err != nil || n == 0 {
		return nil, err // the usual case costs no write
	}
	err = l.DB.Write(ctx, func(tx *sqldb.Tx) error {
		out, err = sqldb.List(ctx, tx, func(r sqldb.Scanner) (c claimed, err error) {
			var intent, doubt sqldb.Time
			c.Publication, err = scanPublicationMore(r, &intent, &doubt)
			c.intent, c.doubt = intent.Time, doubt.Time
			if c.doubt.IsZero() {
				c.doubt = c.Attempted
			}
			return c, err
		}, `UPDATE publication SET looks = looks + 1, next_at = ?, version = version + 1
			WHERE id IN (SELECT id FROM publication WHERE `+lookable+` ORDER BY next_at LIMIT ?`+tx.SkipLocked()+`)
			RETURNING `+publicationColumns+`, intent_at, doubt_at`, sqldb.At(tx.Now.Add(l.cfg.Settle+lookTakes)), sqldb.At(tx.Now), limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, readContent(ctx, l.DB, out)
}

// look asks the network about one doubt and writes down what it saw.
func (l *Ledger) look(ctx context.Context, c claimed) {
	p := c.Publication
	part := len(p.Sent)
	if part >= len(p.Content.Parts) {
		return
	}
	presence, ch, err := l.Channels.Presence(ctx, p.Brand, p.Channel)
	var f network.Finding
	began := time.Now()
	if err == nil {
		f, err = presence.Find(ctx, p.intent(part, c.intent))
	}
	took := time.Since(began)
	step := Step{Part: part, Took: took, Attempt: p.Attempts, Node: l.node}
	werr := l.write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		f := f
		if err == nil && f.Taken {
			// Where a network is read by its words, twins look alike: what is
			// another publication's proof proves nothing here.
			if other, err := l.ownedByAnother(ctx, tx, p, f.Receipt.Ref); err != nil {
				return err
			} else if other {
				f = network.Finding{}
			}
		}
		settled := tx.Now.Sub(c.doubt) >= l.cfg.Settle
		if wondered, ok := l.flights.doubted(p.ID, c.doubt); ok {
			settled = wondered >= l.cfg.Settle // the steady clock knows better
		}
		switch {
		case err == nil && f.Taken:
			step.What, step.Detail = StepFound, map[string]any{"url": f.Receipt.URL}
			p := p
			p.Sent = append(p.Sent[:part:part], partOf(f.Receipt, p.Attempted))
			if n, err := l.gained(ctx, tx, p, ch, part, step, false); err != nil || n == 0 {
				return err // a person settled it meanwhile
			}
			tx.AfterCommit(func() { l.flights.sure(p.ID) })
			return l.record(ctx, tx, p, ActResolved, map[string]any{"taken": true})
		case err == nil && (f.Safe || f.Sure && settled):
			step.What = StepNotFound
			return l.again(ctx, tx, p, step)
		default:
			step.What = StepDoubt
			if err != nil {
				step.Problem, step.Detail = fault.MessageKey(err), fault.As(err).Values
			}
			if fault.Is(err, fault.SignedOut) && ch.ID != "" {
				if err := l.Channels.MarkSignedOut(ctx, tx, ch, fault.MessageKey(err)); err != nil {
					return err
				}
			}
			next := tx.Now.Add(lookAfter(p.Looks))
			if wait := c.doubt.Add(l.cfg.Settle); err == nil && f.Sure && next.After(wait) && tx.Now.Before(wait) {
				next = wait.Add(time.Second) // the next look can be believed
			}
			n, err := tx.Exec(ctx, `UPDATE publication SET next_at = ? WHERE brand = ? AND id = ? AND state = 'unknown'`, sqldb.At(next), p.Brand, p.ID)
			if err != nil || n == 0 {
				return err
			}
			if p.Looks > 12 {
				return nil // the story has enough lines that say the same
			}
			return addSteps(ctx, tx, p.ID, step)
		}
	})
	if werr != nil {
		l.Log.Error("look", "publication", p.ID, "error", werr)
	}
}

// ownedByAnother tells whether another publication already holds a reference as
// its own: of this channel, or of another brand's channel on the same account.
// Nothing of that other one is told but that it exists.
func (l *Ledger) ownedByAnother(ctx context.Context, tx *sqldb.Tx, p Publication, ref network.Ref) (bool, error) {
	for _, part := range p.Sent {
		if part.Ref == ref {
			return true, nil // an earlier part of the same thread, in the same words
		}
	}
	if ref == "" {
		return true, nil // nobody's: a finding that names nothing proves nothing
	}
	twins := []id.Channel{p.Channel}
	if l.Twins != nil {
		all, err := l.Twins(ctx, tx, p.Brand, p.Channel)
		if err != nil {
			return false, err
		}
		if len(all) > 0 {
			twins = all
		}
	}
	if tx.Dialect() == sqldb.Postgres {
		// Two nodes may find the same post for two twins: one after the other.
		if _, err := sqldb.Values[*string](ctx, tx, `SELECT pg_advisory_xact_lock(hashtext(?))::text`, string(twins[0])); err != nil {
			return false, err
		}
	}
	found := false
	err := sqldb.Each(ctx, tx, func(r sqldb.Scanner) error {
		var sent sqldb.JSON[[]SentPart]
		if err := r.Scan(&sent); err != nil {
			return err
		}
		for _, part := range sent.V {
			found = found || part.Ref == ref
		}
		return nil
	}, `SELECT sent FROM publication WHERE channel IN `+sqldb.Marks(len(twins))+` AND id <> ? AND due_at > ? AND due_at < ? AND sent <> '[]'`,
		sqldb.Args(twins, p.ID, sqldb.At(p.DueAt.Add(-48*time.Hour)), sqldb.At(p.DueAt.Add(48*time.Hour)))...)
	return found, err
}

// maxAttempts ends tries that each leave a doubt and prove not to be there: a
// network in that state needs a person.
const maxAttempts = 12

// again puts back what a look proved not to have left.
func (l *Ledger) again(ctx context.Context, tx *sqldb.Tx, p Publication, step Step) error {
	next, problem, at := Due, "", sqldb.At(tx.Now)
	if p.Attempts >= maxAttempts {
		next, problem, at = Failed, "publishing.gave_up", sqldb.Time{}
	} else if tx.Now.After(p.DueAt.Add(l.cfg.Grace)) {
		next, problem, at = Failed, "publishing.missed", sqldb.Time{}
	}
	n, err := tx.Exec(ctx, `UPDATE publication SET state = ?, next_at = ?, problem = ?, detail = 'null', looks = 0, version = version + 1 WHERE brand = ? AND id = ? AND state = 'unknown'`,
		next, at, problem, p.Brand, p.ID)
	if err != nil || n == 0 {
		return err
	}
	if err := addSteps(ctx, tx, p.ID, step); err != nil {
		return err
	}
	tx.AfterCommit(func() { l.flights.sure(p.ID); l.poke() })
	act := ActResolved
	if next == Failed {
		act = ActFailed
	}
	return l.after(ctx, tx, p, act, map[string]any{"post": p.Post, "channel": p.Channel, "taken": false, "problem": problem})
}

func (l *Ledger) record(ctx context.Context, tx *sqldb.Tx, p Publication, act string, data map[string]any) error {
	data["post"], data["channel"] = p.Post, p.Channel
	return l.Book.Record(ctx, tx, logbook.Entry{Brand: p.Brand, Actor: team.Program("clock").Signs(), Act: act,
		Subject: logbook.Subject{Kind: "publication", ID: string(p.ID)}, Data: data})
}

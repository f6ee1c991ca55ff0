package inbox

import (
	"context"
	"math/rand/v2"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

func fair() float64 { return rand.Float64() }

// longestWait is the most that is waited after failures.
const longestWait = 10 * time.Minute

// follow reads one channel until it ends: page after page while there is more,
// then ever more slowly while nobody speaks. A network that pushes is listened
// to beside it.
func (r *Readers) follow(ctx context.Context, ch channel.Channel, f *follower) {
	quiet := r.cfg.Quick
	pushes := r.listen(ctx, ch, f)
	for ctx.Err() == nil {
		came, more, err := r.readPage(ctx, ch)
		var wait time.Duration
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && more:
			continue
		case err == nil && pushes:
			wait = r.cfg.Net
		case err == nil:
			if quiet = min(quiet*3/2, r.cfg.Slow); came > 0 {
				quiet = r.cfg.Quick
			}
			wait = quiet
		case fault.Is(err, fault.Conflict), fault.Is(err, fault.NotFound), fault.Is(err, fault.SignedOut), fault.Is(err, fault.Unsupported):
			return // another node reads it, or nobody can
		default:
			if wait, err = r.failed(ctx, ch, err); err != nil {
				r.log(ch).Warn("inbox: a failure is not kept", "error", err)
			}
		}
		wait = time.Duration(float64(wait) * (0.85 + 0.3*r.cfg.Chance()))
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-f.poke:
			t.Stop()
		case <-t.C:
		}
	}
}

// readPage reads one page from the kept place and keeps it.
func (r *Readers) readPage(ctx context.Context, ch channel.Channel) (came int, more bool, err error) {
	p, now, err := r.Channels.Presence(ctx, ch.Brand, ch.ID)
	if err != nil {
		return 0, false, err
	}
	from, err := sqldb.Value[network.Cursor](ctx, r.DB, `SELECT place FROM inbox_reader WHERE brand = ? AND channel = ?`, ch.Brand, ch.ID)
	if err != nil {
		return 0, false, err
	}
	page, err := p.Receive(ctx, from)
	switch e := fault.As(err); {
	case err == nil:
	case e.Kind == fault.Invalid && e.Field == "cursor" && from != "":
		return 0, true, r.lost(ctx, ch, p.Can(network.Recalling))
	case e.Kind == fault.SignedOut:
		return 0, false, r.signedOut(ctx, now, err)
	default:
		return 0, false, err
	}
	came, err = r.Take(ctx, now, page, Live, Hold{Node: r.cfg.Node})
	// A network that says "more" and does not move on would be read for ever.
	return came, page.More && page.Next != from, err
}

// lost starts anew where the network forgot the place: from now on, with the
// past for what is between.
func (r *Readers) lost(ctx context.Context, ch channel.Channel, recalls bool) error {
	r.log(ch).Warn("inbox: the network forgot the place; its past is read again")
	return r.DB.Write(ctx, func(tx *sqldb.Tx) error {
		past := pastNone
		if recalls {
			past = pastReading
		}
		if _, err := tx.Exec(ctx, `UPDATE inbox_reader SET place = '', past = ?, past_place = '', past_items = 0 WHERE brand = ? AND channel = ?`, past, ch.Brand, ch.ID); err != nil {
			return err
		}
		if recalls && r.Later != nil {
			return r.Later(ctx, tx, PastKind, PastArgs{Brand: ch.Brand, Channel: ch.ID})
		}
		return nil
	})
}

// signedOut shows that the channel can no longer be read; it is read again when
// somebody connected it again.
func (r *Readers) signedOut(ctx context.Context, ch channel.Channel, cause error) error {
	err := r.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE inbox_reader SET problem = ? WHERE brand = ? AND channel = ?`, fault.MessageKey(cause), ch.Brand, ch.ID); err != nil {
			return err
		}
		return r.Channels.MarkSignedOut(ctx, tx, ch, fault.MessageKey(cause))
	})
	if err != nil {
		return err
	}
	return cause
}

// failed keeps a failure and says how long to wait.
func (r *Readers) failed(ctx context.Context, ch channel.Channel, cause error) (time.Duration, error) {
	n, err := int64(1), error(nil)
	err = r.DB.Write(ctx, func(tx *sqldb.Tx) (err error) {
		n, err = sqldb.Value[int64](ctx, tx, `UPDATE inbox_reader SET failures = failures + 1, problem = ? WHERE brand = ? AND channel = ? RETURNING failures`, fault.MessageKey(cause), ch.Brand, ch.ID)
		return err
	})
	wait := min(longestWait, r.cfg.Quick<<min(n, 10))
	if n == 1 {
		r.log(ch).Info("inbox: cannot be read for now", "error", cause)
	}
	return max(wait, fault.As(cause).RetryAfter), err
}

// listen hears what the network pushes, where it does. What it says is kept at
// once; the place moves only when it is read, so that a broken line loses
// nothing.
func (r *Readers) listen(ctx context.Context, ch channel.Channel, f *follower) bool {
	p, _, err := r.Channels.Presence(ctx, ch.Brand, ch.ID)
	if err != nil || !p.Can(network.Streaming) {
		return false
	}
	r.done.Go(func() {
		for n := int64(0); ctx.Err() == nil; n++ {
			p, now, err := r.Channels.Presence(ctx, ch.Brand, ch.ID)
			if err != nil {
				return
			}
			began := time.Now()
			err = p.Stream(ctx, func(page network.Batch) error {
				n = 0
				_, err := r.Take(ctx, now, page, Hint, Hold{Node: r.cfg.Node})
				if fault.Is(err, fault.Conflict) {
					return err
				}
				if err != nil || len(page.Items) == 0 {
					f.knock() // it is read from the kept place instead
				}
				return nil
			})
			if fault.Is(err, fault.SignedOut) || fault.Is(err, fault.Unsupported) || fault.Is(err, fault.Conflict) {
				return
			}
			if time.Since(began) > time.Minute {
				n = 0
			}
			f.knock() // what the broken line did not bring
			wait := max(min(longestWait, time.Second<<min(n, 10)), fault.As(err).RetryAfter)
			t := time.NewTimer(time.Duration(float64(wait) * (0.85 + 0.3*r.cfg.Chance())))
			select {
			case <-ctx.Done():
				t.Stop()
				return
			case <-t.C:
			}
		}
	})
	return true
}

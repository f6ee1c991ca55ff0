package logbook

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/platform/sqldb"
)

// Reader follows the logbook from its first entry on, once, across restarts
// and nodes: its place is kept in the database, in the transaction of its own
// effects.
type Reader struct {
	// Name is where its place is kept; changing it starts over.
	Name string
	// Acts are the beginnings of the acts it wants ("publication."); none is all.
	Acts []string
	// Handle takes entries in order. Its error rolls its effects back and the
	// same entries come again: effects outside of tx happen at least once.
	Handle func(ctx context.Context, tx *sqldb.Tx, r []Record) error
}

const (
	batch        = 200
	defaultPoll  = 2 * time.Second
	gapPoll      = 50 * time.Millisecond
	longestPause = time.Minute
	// A reader that wants nothing of what it sees still notes its place every
	// so many entries, so that a restart does not read the year again.
	noteEvery = 2000
)

type reader struct {
	Reader
	tail  tail
	ring  chan struct{}
	seen  int64 // read so far; ahead of noted when nothing was wanted
	noted int64 // in the database; -1 until known
}

// Read registers a reader. It must be called before Start, with a name of its
// own.
func (b *Book) Read(r Reader) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.Name == "" || r.Name == sealerName || r.Handle == nil || slices.ContainsFunc(b.readers, func(o *reader) bool { return o.Name == r.Name }) {
		panic("logbook: reader " + r.Name + " is registered twice or incomplete") // a mistake in app's list, seen at the first start
	}
	b.readers = append(b.readers, &reader{Reader: r, ring: make(chan struct{}, 1), noted: -1})
}

func (b *Book) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.readers {
		select {
		case r.ring <- struct{}{}:
		default:
		}
	}
}

// Start runs the readers and the sealer in the background until Stop.
func (b *Book) Start(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stop != nil {
		return fault.New(fault.Internal, "").Becausef("logbook started twice")
	}
	ctx, b.stop = context.WithCancel(context.WithoutCancel(ctx))
	for _, r := range b.readers {
		b.done.Go(func() { b.follow(ctx, r) })
	}
	b.done.Go(func() { b.sealAlong(ctx) })
	return nil
}

// Stop ends what Start began and waits for it, or for ctx. It is safe to call
// without Start.
func (b *Book) Stop(ctx context.Context) error {
	b.mu.Lock()
	stop := b.stop
	b.stop = nil
	b.mu.Unlock()
	if stop == nil {
		return nil
	}
	stop()
	ended := make(chan struct{})
	go func() { b.done.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// follow runs one reader. A handler that fails is asked again after a pause
// that doubles: entries are never passed over.
func (b *Book) follow(ctx context.Context, r *reader) {
	pause := time.Second
	for ctx.Err() == nil {
		more, waits, err := b.step(ctx, r)
		wait := cmpOr(b.PollEvery, defaultPoll)
		switch {
		case err != nil && ctx.Err() == nil:
			b.Log.ErrorContext(ctx, "a reader of the logbook failed", slog.String("reader", r.Name), slog.Int64("after", r.seen), slog.Any("error", err))
			wait, pause = max(pause, fault.As(err).RetryAfter), min(2*pause, longestPause)
		case more:
			pause = time.Second
			continue
		case waits:
			wait = gapPoll
		}
		t := time.NewTimer(wait)
		if err != nil { // the ring does not shorten the pause
			select {
			case <-ctx.Done():
			case <-t.C:
			}
		} else {
			select {
			case <-ctx.Done():
			case <-r.ring:
			case <-t.C:
			}
		}
		t.Stop()
	}
}

func cmpOr(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// step reads one batch and hands over what the reader wants of it. more says
// that there may be further entries, waits that some are behind a gap.
func (b *Book) step(ctx context.Context, r *reader) (more, waits bool, err error) {
	if r.noted < 0 {
		if r.noted, err = b.place(ctx, b.db, r.Name); err != nil {
			return false, false, err
		}
		r.seen = r.noted
	}
	list, _, upto, waits, err := r.tail.next(ctx, b.db, r.seen, batch)
	if err != nil || upto == r.seen {
		return false, waits, err
	}
	more = len(list) == batch
	wanted := slices.DeleteFunc(list, func(e Record) bool { return !r.wants(e.Act) })
	if len(wanted) == 0 && upto-r.noted < noteEvery {
		r.seen = upto
		return more, waits, nil
	}
	moved := false
	err = b.db.Write(ctx, func(tx *sqldb.Tx) error {
		// Changing the place is also the lock: another node that runs the same
		// reader waits here, then finds it moved.
		n, err := tx.Exec(ctx, `UPDATE act_cursor SET seq = ? WHERE reader = ? AND seq = ?`, upto, r.Name, r.noted)
		if err != nil {
			return err
		}
		if moved = n == 0; moved {
			return nil
		}
		if len(wanted) == 0 {
			return nil
		}
		return r.call(ctx, tx, wanted)
	})
	if err != nil {
		return false, false, err
	}
	if moved {
		r.noted = -1
		return true, waits, nil
	}
	r.seen, r.noted = upto, upto
	return more, waits, nil
}

func (r *reader) wants(act string) bool {
	return len(r.Acts) == 0 || slices.ContainsFunc(r.Acts, func(p string) bool { return strings.HasPrefix(act, p) })
}

func (r *reader) call(ctx context.Context, tx *sqldb.Tx, list []Record) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fault.New(fault.Internal, "").Because(fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}
	}()
	return r.Handle(ctx, tx, list)
}

// place returns where a reader stands, and makes its row at its first start.
func (b *Book) place(ctx context.Context, q sqldb.Q, name string) (int64, error) {
	seq, err := sqldb.Value[int64](ctx, q, `SELECT seq FROM act_cursor WHERE reader = ?`, name)
	if !sqldb.IsNoRow(err) {
		return seq, err
	}
	_, err = b.db.Exec(ctx, `INSERT INTO act_cursor (reader, seq) VALUES (?, 0) ON CONFLICT (reader) DO NOTHING`, name)
	return 0, err
}

// Drain runs every reader in the caller's goroutine until nothing committed is
// left to read; for tests and for commands that end. Not together with Start.
func (b *Book) Drain(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "drain logbook")
	for again := true; again; {
		again = false
		for _, r := range b.readers {
			for more := true; more; {
				before := r.seen
				if more, _, err = b.step(ctx, r); err != nil {
					return fmt.Errorf("%s: %w", r.Name, err)
				}
				// A reader may record entries that an earlier one wants.
				again = again || r.seen != before
			}
		}
	}
	return nil
}

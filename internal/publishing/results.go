package publishing

import (
	"context"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// outcome is what a settled attempt leaves on the row.
type outcome struct {
	problem   string
	detail    map[string]any
	next      time.Time
	step      Step
	act       string
	uncounted bool // the attempt made no call and does not count
}

// settle writes the end of an attempt without a receipt. It only touches a row
// that still belongs to this attempt of this node.
func (l *Ledger) settle(ctx context.Context, tx *sqldb.Tx, p Publication, next State, o outcome) error {
	var at sqldb.Time
	if next == Due || next == Unknown {
		at = sqldb.At(o.next)
	}
	var doubt sqldb.Time
	if next == Unknown {
		doubt = sqldb.At(tx.Now)
		l.flights.doubt(p.ID, tx.Now)
	}
	less := 0
	if o.uncounted {
		less = 1
	}
	n, err := tx.Exec(ctx, `UPDATE publication SET state = ?, next_at = ?, problem = ?, detail = ?, looks = 0, attempts = attempts - ?, doubt_at = ?, version = version + 1
		WHERE brand = ? AND id = ? AND state = 'sending' AND node = ? AND attempts = ?`,
		next, at, o.problem, sqldb.JSON[map[string]any]{V: o.detail}, less, doubt, p.Brand, p.ID, l.node, p.Attempts)
	if err != nil || n == 0 {
		return err
	}
	o.step.Node, o.step.Attempt = l.node, p.Attempts
	steps := []Step{{What: StepAttempt, At: p.Attempted, Part: o.step.Part, Attempt: p.Attempts, Node: l.node}, o.step}
	if o.uncounted || next == Frozen {
		steps = steps[1:]
	}
	if err := addSteps(ctx, tx, p.ID, steps...); err != nil {
		return err
	}
	return l.after(ctx, tx, p, o.act, map[string]any{"post": p.Post, "channel": p.Channel, "problem": o.problem})
}

// gained writes a receipt and tells whether it found its row. The network's word
// is the best there is: it wins over every state in which somebody still wonders
// about this part, and the one who made the call wins over all but the end, as
// long as the words are those it sent.
func (l *Ledger) gained(ctx context.Context, tx *sqldb.Tx, p Publication, ch channel.Channel, part int, step Step, mine bool) (int64, error) {
	last := part == len(p.Content.Parts)-1
	confirm := open(p.Sent)
	where := `state IN ('sending', 'unknown', 'due')`
	if mine {
		where = `(` + where + ` OR state IN ('failed', 'frozen', 'planned', 'pending') AND hash = ?)`
	}
	state, next, sentAt := Sending, sqldb.Time{}, sqldb.Time{}
	if last {
		state, sentAt = Sent, sqldb.At(p.Sent[0].At)
		if confirm {
			next = sqldb.At(tx.Now.Add(confirmAfter))
		}
	} else if !mine {
		state, next = Due, sqldb.At(tx.Now) // the rest of the thread goes on
	}
	args := []any{state, sqldb.JSON[[]SentPart]{V: p.Sent}, sentAt, p.Sent[0].URL, next, sqldb.At(tx.Now), last && confirm, p.Brand, p.ID, sqldb.JSON[[]SentPart]{V: p.Sent}}
	if mine {
		args = append(args, p.Hash)
	}
	n, err := tx.Exec(ctx, `UPDATE publication SET state = ?, sent = ?, sent_at = ?, url = ?, next_at = ?, intent_at = ?, confirm = ?, problem = '', detail = 'null', looks = 0, version = version + 1
		WHERE brand = ? AND id = ? AND sent <> ? AND `+where, args...)
	if err != nil || n == 0 {
		return n, err
	}
	step.Node, step.Attempt = l.node, p.Attempts
	steps := []Step{step}
	if mine {
		steps = []Step{{What: StepAttempt, At: p.Attempted, Part: part, Attempt: p.Attempts, Node: l.node}, step}
	}
	if err := addSteps(ctx, tx, p.ID, steps...); err != nil {
		return n, err
	}
	act := ""
	if last {
		act = ActSent
	}
	return n, l.after(ctx, tx, p, act, map[string]any{"post": p.Post, "channel": p.Channel, "network": ch.Network, "parts": len(p.Content.Parts),
		"url": p.Sent[0].URL, "hash": p.Hash, "late_ms": p.Attempted.Sub(p.DueAt).Milliseconds()})
}

func (l *Ledger) after(ctx context.Context, tx *sqldb.Tx, p Publication, act string, data map[string]any) error {
	if err := refreshBadge(ctx, tx, p.Brand, p.Post); err != nil {
		return err
	}
	l.changed(tx, p.Brand, p.Post)
	if act == "" {
		return nil
	}
	return l.Book.Record(ctx, tx, logbook.Entry{Brand: p.Brand, Actor: team.Program("clock").Signs(), Act: act,
		Subject: logbook.Subject{Kind: "publication", ID: string(p.ID)}, Data: data})
}

func (s swept) brandOf(p id.Publication) id.Brand { return s.brands[p] }

// results writes what attempts bring back, many in one transaction: ten
// thousand answers in a second are a few commits.
type results struct {
	l    *Ledger
	in   chan result
	quit chan struct{}
	done sync.WaitGroup
}

type result struct {
	apply func(context.Context, *sqldb.Tx) error
	err   chan error
}

func newResults(l *Ledger) *results {
	return &results{l: l, in: make(chan result, 1024), quit: make(chan struct{})}
}

func (r *results) start() { r.done.Go(r.loop) }

func (r *results) stopAll() { close(r.quit); r.done.Wait() }

// write hands a change over and waits until it is durable. A database that
// cannot write (full, locked, away) is waited for: the answer of a network is
// kept in memory and not lost to a full disk. Only Stop gives up.
func (l *Ledger) write(ctx context.Context, apply func(context.Context, *sqldb.Tx) error) error {
	res := result{apply: apply, err: make(chan error, 1)}
	select {
	case l.results.in <- res:
	case <-l.results.quit:
		return errLease
	}
	select {
	case err := <-res.err:
		return err
	case <-l.results.quit:
		select {
		case err := <-res.err:
			return err
		case <-time.After(2 * time.Second):
			return errLease
		}
	}
}

func (r *results) loop() {
	ctx := context.Background()
	for {
		var batch []result
		select {
		case one := <-r.in:
			batch = append(batch, one)
		case <-r.quit:
			select {
			case one := <-r.in:
				batch = append(batch, one)
			default:
				return
			}
		}
	gather:
		for len(batch) < 500 {
			select {
			case one := <-r.in:
				batch = append(batch, one)
			default:
				break gather
			}
		}
		r.giveWay()
		r.commit(ctx, batch)
	}
}

// giveWay lets the claims of a full hour go first: a result can wait a moment
// in memory, a post that is due cannot. Bounded, so that endless claims do not
// hold results for ever.
func (r *results) giveWay() {
	for range 500 {
		if !r.l.claiming.Load() {
			return
		}
		select {
		case <-r.quit:
			return
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// commit writes a batch in one transaction; if one of it spoils the others,
// each gets its own.
func (r *results) commit(ctx context.Context, batch []result) {
	err := r.patiently(ctx, func(tx *sqldb.Tx) error {
		for _, b := range batch {
			if err := b.apply(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || len(batch) == 1 {
		for _, b := range batch {
			b.err <- err
		}
		return
	}
	for _, b := range batch {
		b.err <- r.patiently(ctx, func(tx *sqldb.Tx) error { return b.apply(ctx, tx) })
	}
}

// patiently repeats a transaction for as long as the database says it may pass.
func (r *results) patiently(ctx context.Context, fn func(*sqldb.Tx) error) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := r.l.DB.Write(ctx, fn)
		if !fault.Is(err, fault.Transient) {
			return err
		}
		r.l.Log.Error("results wait for the database", "error", err)
		select {
		case <-r.quit:
			return err
		case <-time.After(wait):
		}
	}
}

package publishing

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

// key names one part's intent on one account, the same at every attempt.
func (p *Publication) key(part int) string { return string(p.ID) + "/" + strconv.Itoa(part) }

// intent is what is about to be sent, or looked for: the same words, the same
// key, the same time.
func (p *Publication) intent(part int, made time.Time) network.Intent {
	in := network.Intent{Key: p.key(part), Made: made, Text: p.Content.Parts[part].Text, Options: p.Content.Options}
	if to := p.Content.To; to != nil {
		in.Parent, in.Root, in.Answer = to.Parent, to.Root, true
	}
	if part > 0 && len(p.Sent) >= part {
		in.Parent = p.Sent[part-1].Ref
		if in.Root == "" {
			in.Root = p.Sent[0].Ref
		}
		if r := p.Sent[0].Root; r != "" {
			in.Root = r
		}
	}
	for _, m := range p.Content.Parts[part].Media {
		in.Media = append(in.Media, network.Media{Alt: m.Alt})
	}
	return in
}

// send makes the one attempt of a claimed publication, part after part. It
// always ends in a result: what cannot be written down is found again as an
// orphan, and looked up.
//
// Ten thousand of these stand at once in a full hour, each on a stack of its
// own: what is large goes by pointer, so that the stacks stay small.
func (l *Ledger) send(ctx context.Context, c *claimed) {
	if c.way == nil {
		c.way = &way{}
	}
	defer l.survive(ctx, c)
	if !l.ready(ctx, c) {
		return
	}
	for part := len(c.Sent); part < len(c.Content.Parts); part++ {
		if !l.sendPart(ctx, c, part) {
			return
		}
	}
}

// survive, deferred, ends a send that broke: one post that breaks the program
// must not break it for the others, nor again at every start. It is in doubt,
// and looked up.
func (l *Ledger) survive(ctx context.Context, c *claimed) {
	if v := recover(); v != nil {
		l.failed(ctx, c, 0, &network.Error{Outcome: network.Unknown,
			Fault: fault.New(fault.Internal, "network.broken").Becausef("panic: %v\n%s", v, debug.Stack())})
	}
}

// ready opens the door and tells whether there is something to send through it.
func (l *Ledger) ready(ctx context.Context, c *claimed) bool {
	w := c.way
	w.open(ctx, l, c.Brand, c.Channel)
	if w.away {
		l.held(ctx, c, true, nil)
		return false
	}
	err := w.err
	if err == nil && len(c.Sent) >= len(c.Content.Parts) {
		err = fault.New(fault.NotFound, "network.broken").Becausef("nothing to send: %d parts, %d sent", len(c.Content.Parts), len(c.Sent))
	}
	var stop *Finding
	if err == nil {
		stop, err = l.examined(ctx, c)
	}
	if err != nil {
		l.failed(ctx, c, 0, notCalled(err))
		return false
	}
	if stop != nil {
		l.stopped(ctx, c, stop)
		return false
	}
	return true
}

// sendPart makes the call for one part and tells whether the next may follow.
func (l *Ledger) sendPart(ctx context.Context, c *claimed, part int) bool {
	in, err := l.prepare(ctx, c, part)
	if err != nil {
		l.failed(ctx, c, 0, notCalled(err))
		return false
	}
	if held, err := l.mayCall(ctx, c); err != nil || held {
		l.held(ctx, c, held, err)
		return false
	}
	if part == 0 {
		l.cfg.Started(l.DB.Now().Sub(c.DueAt))
	}
	c.calls()
	began := time.Now()
	receipt, err := c.way.presence.Publish(ctx, *in)
	took := time.Since(began)
	if err != nil {
		l.failed(ctx, c, took, err)
		return false
	}
	if receipt.ByHand {
		l.handOver(ctx, c)
		return false
	}
	c.Sent = append(c.Sent[:part:part], partOf(receipt, l.DB.Now()))
	// Durable before the next part's call: it is that part's intent too.
	made, err := l.taken(ctx, c, part, took, receipt.Request)
	if err != nil {
		return false // the node was given up for dead; others look
	}
	c.intent, c.at = made, time.Time{}
	return true
}

// prepare makes the intent of a part, its media handed over.
func (l *Ledger) prepare(ctx context.Context, c *claimed, part int) (*network.Intent, error) {
	if in := c.ready; in != nil && in.Key == c.key(part) {
		in.Made = c.intent
		return in, nil
	}
	in := c.Publication.intent(part, c.intent)
	return &in, l.upload(ctx, c, part, &in)
}

// way is the open door to a channel, found once for all of a batch that goes
// there.
type way struct {
	once     sync.Once
	presence *network.Presence
	channel  channel.Channel
	caps     network.Capabilities
	away     bool // its brand was archived
	err      error
}

func (w *way) open(ctx context.Context, l *Ledger, b id.Brand, c id.Channel) {
	w.once.Do(func() {
		if w.presence, w.channel, w.err = l.Channels.Presence(ctx, b, c); w.err == nil {
			w.caps, w.err = w.presence.Capabilities(ctx)
		}
		if w.err == nil {
			w.away, w.err = l.away(ctx, b)
		}
	})
}

// notCalled says of an error from before the call that nothing was sent,
// whatever the step that failed left open on the network: an upload that no
// post shows is forgotten there.
func notCalled(err error) error {
	var e *network.Error
	if errors.As(err, &e) {
		c := *e
		if c.Outcome == network.Unknown {
			c.Outcome = network.NotSent
		}
		return &c
	}
	out := network.NotSent
	switch fault.Of(err) {
	case fault.Invalid, fault.Unsupported, fault.NotFound, fault.Forbidden:
		out = network.Refused // trying again would not help
	}
	return &network.Error{Fault: fault.As(err), Outcome: out}
}

// upload hands over the media of a part.
func (l *Ledger) upload(ctx context.Context, c *claimed, part int, in *network.Intent) error {
	for i, m := range c.Content.Parts[part].Media {
		rule := c.way.caps.Images
		rule.Cut = m.Cut
		up, err := l.fit(ctx, c.Brand, m.ID, rule)
		if err != nil {
			return err
		}
		up.Alt = m.Alt
		ref, err := c.way.presence.Upload(ctx, up)
		if c, ok := up.Body.(io.Closer); ok {
			c.Close()
		}
		if err != nil {
			return err
		}
		in.Media[i] = network.Media{Ref: ref, Alt: m.Alt, Width: up.Width, Height: up.Height, Type: up.Type}
	}
	return nil
}

// fit has the library prepare a picture; one that breaks its decoder surely did
// not leave.
func (l *Ledger) fit(ctx context.Context, b id.Brand, m id.Media, rule network.ImageRule) (up network.Upload, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fault.New(fault.Invalid, "publishing.media_gone").At("media").Becausef("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return l.Media.Fit(ctx, b, m, rule)
}

// away tells whether a brand was archived.
func (s *Service) away(ctx context.Context, b id.Brand) (bool, error) {
	if s.Away == nil {
		return false, nil
	}
	return s.Away(ctx, s.DB, b)
}

// mayCall is the last look before the call: this node must still be believed
// alive by the others, and no freeze may have been opened since the claim,
// which read the freezes in its own transaction.
func (l *Ledger) mayCall(ctx context.Context, c *claimed) (held bool, err error) {
	select {
	case <-l.results.quit:
		return false, errLease // stopped: nobody would write down what comes back
	default:
	}
	if !l.leaseHolds() {
		return false, errLease
	}
	if !c.at.IsZero() && time.Since(c.at) < fresh && l.frosts.Load() == c.frosts {
		return false, nil
	}
	return l.frostSeen.in(ctx, l, c.Brand)
}

// frostCache spares ten thousand posts of the same second the same question:
// an answer of the last few milliseconds holds, unless this process opened a
// freeze since.
type frostCache struct {
	mu   sync.Mutex
	seen map[id.Brand]frostSeen
}

type frostSeen struct {
	frozen bool
	at     time.Time
	frosts int64
}

const frostHolds = 20 * time.Millisecond

func (f *frostCache) in(ctx context.Context, l *Ledger, b id.Brand) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock() // the others of this moment wait for one answer
	frosts := l.frosts.Load()
	if s, ok := f.seen[b]; ok && s.frosts == frosts && time.Since(s.at) < frostHolds {
		return s.frozen, nil
	}
	began := time.Now()
	frozen, err := frozenIn(ctx, l.DB, b)
	if err == nil && !frozen {
		frozen, err = l.away(ctx, b)
	}
	if err != nil {
		return false, err
	}
	if f.seen == nil || len(f.seen) > 1000 {
		f.seen = map[id.Brand]frostSeen{}
	}
	f.seen[b] = frostSeen{frozen, began, frosts}
	return frozen, nil
}

// fresh is how long a claim's own look at the freezes is believed, unless this
// process opened one since. Another node's freeze lists what was claimed in
// that moment as leaving.
const fresh = 50 * time.Millisecond

var errLease = fault.New(fault.Transient, "publishing.lease")

// held gives a claimed publication back without a call.
func (l *Ledger) held(ctx context.Context, c *claimed, frozen bool, err error) {
	next, o := Due, outcome{step: Step{What: StepNotSent, Problem: fault.MessageKey(err)}}
	if frozen {
		next, o.step = Frozen, Step{What: StepFrozen}
		if gone, err := l.away(ctx, c.Brand); err == nil && gone {
			// No thaw frees it: somebody gives it another hour.
			o.problem, o.step = "publishing.brand_archived", Step{What: StepStopped, Problem: "publishing.brand_archived"}
		}
	}
	werr := l.write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		o.next = tx.Now.Add(time.Second)
		return l.settle(ctx, tx, c.Publication, next, o)
	})
	if werr != nil {
		l.Log.Error("held, not written", "publication", c.ID, "error", werr)
	}
}

// failed writes down what an attempt without a receipt leaves.
func (l *Ledger) failed(ctx context.Context, c *claimed, took time.Duration, err error) {
	p, ch := c.Publication, &c.way.channel
	f := fault.As(err)
	var ne *network.Error
	if !errors.As(err, &ne) {
		ne = &network.Error{Fault: f, Outcome: network.OutcomeOf(err)}
	}
	step := Step{Part: len(p.Sent), Took: took, Request: ne.Request, Status: ne.Status, Answer: ne.Answer, Problem: fault.MessageKey(err), Detail: f.Values}
	o := outcome{problem: fault.MessageKey(err), detail: f.Values}
	var next State
	switch {
	case ne.Outcome == network.Unknown:
		next, step.What = Unknown, StepUnclear
		o.act = ActDoubt
		o.next = l.DB.Now().Add(lookAfter(0))
	case ne.Outcome == network.NotSent || f.Kind == fault.TooMany:
		step.What = StepNotSent
		if f.Kind == fault.TooMany && ne.Outcome == network.Refused {
			step.What = StepRefused
		}
		next = Due
		o.next = l.DB.Now().Add(max(f.RetryAfter, tryAfter(p.Attempts)))
		if o.next.After(p.DueAt.Add(l.cfg.Grace)) && o.next.After(l.DB.Now().Add(10*time.Second)) {
			next, o.act = Failed, ActFailed
		}
		if f.Kind == fault.TooMany && f.Key == "network.pace" {
			// Our own pace is not an attempt: it may wait as long as it takes.
			next, o.act, o.uncounted = Due, "", true
		}
	default:
		next, step.What, o.act = Failed, StepRefused, ActFailed
	}
	o.step = step
	l.Log.Info("publication", "brand", p.Brand, "publication", p.ID, "channel", p.Channel, "state", next, "outcome", ne.Outcome, "error", err)
	werr := l.write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		if f.Kind == fault.SignedOut && ch.ID != "" {
			if err := l.Channels.MarkSignedOut(ctx, tx, *ch, fault.MessageKey(err)); err != nil {
				return err
			}
		}
		return l.settle(ctx, tx, p, next, o)
	})
	if werr != nil { // found as forgotten, and looked up
		l.Log.Error("result not written", "publication", p.ID, "error", werr)
	}
}

// taken writes down a receipt and, when parts remain, the next part's intent.
func (l *Ledger) taken(ctx context.Context, c *claimed, part int, took time.Duration, request string) (made time.Time, err error) {
	kept := false
	err = l.write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		p := c.Publication
		made, kept = tx.Now, true
		step := Step{What: StepTaken, Part: part, Took: took, Request: request, Detail: map[string]any{"url": p.Sent[part].URL}}
		n, err := l.gained(ctx, tx, p, c.way.channel, part, step, true)
		if err == nil && n == 0 {
			kept, err = l.stray(ctx, tx, p, part, step)
		}
		return err
	})
	if err == nil && !kept {
		err = errLeaving
	}
	return made, err
}

// stray is a receipt that does not find its row as it left it. Either it was
// written already (the answer to a commit was lost), or the row came to its end
// another way; then the story keeps it, because it stands on the network.
func (l *Ledger) stray(ctx context.Context, tx *sqldb.Tx, p Publication, part int, step Step) (written bool, err error) {
	now, err := sqldb.One(ctx, tx, scanPublication, `SELECT `+publicationColumns+` FROM publication WHERE brand = ? AND id = ?`, p.Brand, p.ID)
	if err != nil {
		return false, err
	}
	if len(now.Sent) > part && now.Sent[part].Ref == p.Sent[part].Ref {
		return now.State == Sending, nil
	}
	l.Log.Error("a receipt came after the end", "publication", p.ID, "state", now.State, "ref", p.Sent[part].Ref)
	step.Node, step.Attempt = l.node, p.Attempts
	return false, addSteps(ctx, tx, p.ID, step)
}

// tryAfter is how long to wait before trying again what surely did not leave.
func tryAfter(attempts int) time.Duration {
	steps := []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}
	return steps[min(max(attempts, 1), len(steps))-1]
}

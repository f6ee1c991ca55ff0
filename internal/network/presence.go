package network

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
)

// Feature is what an account may or may not be able to do.
type Feature string

const (
	Publishing Feature = "publish"
	Uploading  Feature = "upload"
	Looking    Feature = "find"
	Confirming Feature = "confirm"
	Editing    Feature = "edit"
	Deleting   Feature = "delete"
	Receiving  Feature = "receive"
	Recalling  Feature = "history"
	Streaming  Feature = "stream"
	Threading  Feature = "thread"
	Reacting   Feature = "react"
	Loading    Feature = "load"
)

// Features lists them all.
func Features() []Feature {
	return []Feature{Publishing, Uploading, Looking, Confirming, Editing, Deleting, Receiving, Recalling, Streaming, Threading, Reacting, Loading}
}

// Timeouts bound one call of each verb; 0 takes the default.
type Timeouts struct {
	Publish, Upload, Find, Confirm, Edit, Delete, Ask time.Duration
}

// PresenceConfig is what a Presence works with; the zero value works.
type PresenceConfig struct {
	// Account names the account to the pace and to the log: its channel's id,
	// never a handle.
	Account  string
	Pace     Pacer        // nil: a window of its own
	Log      *slog.Logger // nil: silent
	Measure  func(Measure)
	Timeouts Timeouts
	Now      clock.Now // nil: clock.System
	// Known are capabilities read earlier, with AsOf; they save the first call.
	Known *Capabilities
	// Learned is told what the network answered when it was asked again, for
	// whoever keeps Known. It is called without a lock, outside of any call.
	Learned func(context.Context, Capabilities)
	// TTL is how long capabilities are believed; 0: an hour. Older ones serve
	// for a day when the network does not answer.
	TTL time.Duration
}

// Measure is one call, for the metrics.
type Measure struct {
	Kind    Kind
	Verb    string // a Feature, whoami or capabilities
	Result  string // "ok" or the outcome
	Fault   fault.Kind
	Refused bool // by us, before any call: capability, limit or pace
	Took    time.Duration
}

// Presence stands in front of an Account: it checks capability and limits,
// keeps the pace, times out, gives every error its outcome, logs and measures.
// It never sleeps and never tries twice. Safe for use from several goroutines
// if the Account is.
type Presence struct {
	kind    Kind
	account Account
	cfg     PresenceConfig
	mu      sync.Mutex
	known   *Capabilities
}

// NewPresence puts a Presence in front of an account. It makes no call.
func NewPresence(kind Kind, account Account, cfg PresenceConfig) *Presence {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Pace == nil {
		cfg.Pace = NewPaces()
	}
	if cfg.Now == nil {
		cfg.Now = clock.System
	}
	if cfg.TTL == 0 {
		cfg.TTL = time.Hour
	}
	if cfg.Measure == nil {
		cfg.Measure = func(Measure) {}
	}
	t, d := &cfg.Timeouts, func(v *time.Duration, by time.Duration) {
		if *v == 0 {
			*v = by
		}
	}
	d(&t.Publish, time.Minute)
	d(&t.Upload, 5*time.Minute)
	d(&t.Find, 30*time.Second)
	d(&t.Confirm, 30*time.Second)
	d(&t.Edit, time.Minute)
	d(&t.Delete, 30*time.Second)
	d(&t.Ask, 20*time.Second)
	return &Presence{kind: kind, account: account, cfg: cfg, known: cfg.Known}
}

// Kind is the network's.
func (p *Presence) Kind() Kind { return p.kind }

// Can tells, without a call, whether the account's network can do it.
func (p *Presence) Can(f Feature) bool {
	var ok bool
	switch f {
	case Publishing:
		_, ok = p.account.(Publisher)
	case Uploading:
		_, ok = p.account.(Uploader)
	case Looking:
		_, ok = p.account.(Finder)
	case Confirming:
		_, ok = p.account.(Confirmer)
	case Editing:
		_, ok = p.account.(Editor)
	case Deleting:
		_, ok = p.account.(Deleter)
	case Receiving:
		_, ok = p.account.(Receiver)
	case Recalling:
		_, ok = p.account.(Historian)
	case Streaming:
		_, ok = p.account.(Streamer)
	case Threading:
		_, ok = p.account.(Threader)
	case Reacting:
		_, ok = p.account.(Reactor)
	case Loading:
		_, ok = p.account.(Loader)
	}
	return ok
}

// WhoAmI asks the network whose account this is. Safe to repeat.
func (p *Presence) WhoAmI(ctx context.Context) (who Profile, err error) {
	err = p.call(ctx, "whoami", p.cfg.Timeouts.Ask, false, nil, func(ctx context.Context) (err error) {
		who, err = p.account.WhoAmI(ctx)
		return err
	})
	return who, err
}

// Capabilities returns what the account can do: from the network, or as read
// less than TTL ago. When the network does not answer, what it said within the
// last day still holds. Safe to repeat.
func (p *Presence) Capabilities(ctx context.Context) (Capabilities, error) {
	c, err := p.capabilities(ctx)
	if err != nil {
		return Capabilities{}, err
	}
	return *c, nil
}

// capabilities gives what nobody may write to: thousands of calls of the same
// second share it.
func (p *Presence) capabilities(ctx context.Context) (*Capabilities, error) {
	now := p.cfg.Now()
	p.mu.Lock()
	known := p.known
	p.mu.Unlock()
	if known != nil && now.Sub(known.AsOf) < p.cfg.TTL {
		return known, nil
	}
	fresh := new(Capabilities)
	err := p.call(ctx, "capabilities", p.cfg.Timeouts.Ask, false, nil, func(ctx context.Context) (err error) {
		*fresh, err = p.account.Capabilities(ctx)
		return err
	})
	if err != nil {
		if known != nil && fault.Retry(err) && now.Sub(known.AsOf) < 24*time.Hour {
			return known, nil
		}
		return nil, err
	}
	fresh.AsOf = now
	p.mu.Lock()
	p.known = fresh
	p.mu.Unlock()
	if p.cfg.Learned != nil {
		p.cfg.Learned(ctx, *fresh)
	}
	return fresh, nil
}

// Publish sends one utterance, once. A text over the limits, an option or a
// picture that the network does not know (invalid, unsupported) and a pace
// that would be broken (too_many, with RetryAfter) come back with the outcome
// not_sent, without any call. After unknown, look (Find) before anything else.
func (p *Presence) Publish(ctx context.Context, in Intent) (r Receipt, err error) {
	a, ok := p.account.(Publisher)
	if !ok {
		return r, p.lacks(ctx, Publishing)
	}
	now, err := p.admit(ctx, &in)
	if err != nil {
		return r, err
	}
	err = p.call(ctx, "publish", p.cfg.Timeouts.Publish, true, &r, func(ctx context.Context) (err error) {
		r, err = a.Publish(ctx, in)
		if err == nil && r.Ref == "" {
			err = &Error{Fault: fault.New(fault.Transient, "network.nonsense").Becausef("a receipt without a reference"), Outcome: Unknown, Request: r.Request}
		}
		return err
	})
	if OutcomeOf(err) == NotSent {
		p.cfg.Pace.Return(p.cfg.Account, now)
	}
	return r, err
}

// admit cleans what is to be published, holds it against the limits, and takes
// its turn in the pace, at the time it returns.
func (p *Presence) admit(ctx context.Context, in *Intent) (now time.Time, err error) {
	c, err := p.capabilities(ctx)
	if err != nil {
		return now, notSent(err)
	}
	if in.vetted != c || in.words != in.Text || len(in.Media) > 0 || in.Article != nil {
		if err := p.within(ctx, "publish", in, c); err != nil {
			return now, err
		}
	}
	if in.Parent != "" && !in.Answer && c.Thread.Max <= 1 {
		return now, p.refuse(ctx, "publish", fault.New(fault.Unsupported, "network.check.no_thread").At("thread"))
	}
	now = p.cfg.Now()
	if wait := p.cfg.Pace.Take(p.cfg.Account, c.Pace, now); wait > 0 {
		return now, p.refuse(ctx, "publish", fault.New(fault.TooMany, "network.pace").After(wait))
	}
	return now, nil
}

// Vet cleans an intent and holds it against the limits ahead of its hour, as
// Publish would: the same errors, no call but the one for capabilities not known
// yet. Publish does not do it again, as long as neither the limits nor the text
// changed and there is no picture.
func (p *Presence) Vet(ctx context.Context, in *Intent) error {
	c, err := p.capabilities(ctx)
	if err != nil {
		return notSent(err)
	}
	if err := p.within(ctx, "publish", in, c); err != nil {
		return err
	}
	in.vetted, in.words = c, in.Text
	return nil
}

// within cleans an intent and refuses what breaks the limits.
func (p *Presence) within(ctx context.Context, verb string, in *Intent, c *Capabilities) error {
	in.Text, _ = textkit.Clean(in.Text)
	in.Options.ContentWarning, _ = textkit.Clean(in.Options.ContentWarning)
	if f := Blocking(Check(draftOf(in), *c)); f != nil {
		return p.refuse(ctx, verb, f)
	}
	return nil
}

// Upload hands a picture over. What breaks the limits is refused without a
// call. Safe to repeat with a fresh Body.
func (p *Presence) Upload(ctx context.Context, m Upload) (ref Ref, err error) {
	a, ok := p.account.(Uploader)
	if !ok {
		return "", p.lacks(ctx, Uploading)
	}
	c, err := p.Capabilities(ctx)
	if err != nil {
		return "", notSent(err)
	}
	var ps []Problem
	checkMedia([]DraftMedia{{Type: m.Type, Bytes: m.Bytes, Width: m.Width, Height: m.Height, Alt: m.Alt}}, c.Images,
		func(s Severity, key, field string, values ...any) {
			q := Problem{Severity: s, Key: "network.check." + key, Field: field, Values: map[string]any{}}
			for i := 0; i+1 < len(values); i += 2 {
				q.Values[values[i].(string)] = values[i+1]
			}
			ps = append(ps, q)
		})
	if f := Blocking(ps); f != nil {
		return "", p.refuse(ctx, "upload", f)
	}
	err = p.call(ctx, "upload", p.cfg.Timeouts.Upload, true, nil, func(ctx context.Context) (err error) {
		ref, err = a.Upload(ctx, m)
		return err
	})
	return ref, err
}

// Find looks whether an intent was taken. Safe to repeat.
func (p *Presence) Find(ctx context.Context, in Intent) (f Finding, err error) {
	a, ok := p.account.(Finder)
	if !ok {
		return f, p.lacks(ctx, Looking)
	}
	in.Text, _ = textkit.Clean(in.Text)
	in.Options.ContentWarning, _ = textkit.Clean(in.Options.ContentWarning)
	err = p.call(ctx, "find", p.cfg.Timeouts.Find, false, &f.Receipt, func(ctx context.Context) (err error) {
		f, err = a.Find(ctx, in)
		return err
	})
	return f, err
}

// Confirm follows a receipt that was not final; a final one comes back as it
// is, without a call. Safe to repeat.
func (p *Presence) Confirm(ctx context.Context, r Receipt) (out Receipt, err error) {
	if r.Final {
		return r, nil
	}
	a, ok := p.account.(Confirmer)
	if !ok {
		return r, p.lacks(ctx, Confirming)
	}
	out = r
	err = p.call(ctx, "confirm", p.cfg.Timeouts.Confirm, false, &out, func(ctx context.Context) error {
		got, err := a.Confirm(ctx, r)
		if err == nil {
			out = got
		}
		return err
	})
	return out, err
}

// Edit changes the text of a post in place, within the same limits as Publish.
func (p *Presence) Edit(ctx context.Context, ref Ref, in Intent) (r Receipt, err error) {
	a, ok := p.account.(Editor)
	if !ok {
		return r, p.lacks(ctx, Editing)
	}
	c, err := p.capabilities(ctx)
	if err != nil {
		return r, notSent(err)
	}
	if err := p.within(ctx, "edit", &in, c); err != nil {
		return r, err
	}
	err = p.call(ctx, "edit", p.cfg.Timeouts.Edit, true, &r, func(ctx context.Context) (err error) {
		r, err = a.Edit(ctx, ref, in)
		return err
	})
	return r, err
}

// Delete withdraws a post; one that is already gone is success.
func (p *Presence) Delete(ctx context.Context, ref Ref) error {
	a, ok := p.account.(Deleter)
	if !ok {
		return p.lacks(ctx, Deleting)
	}
	return p.call(ctx, "delete", p.cfg.Timeouts.Delete, true, &Receipt{Ref: ref}, func(ctx context.Context) error {
		return a.Delete(ctx, ref)
	})
}

func draftOf(in *Intent) Draft {
	d := Draft{Parts: []string{in.Text}, Options: in.Options, Answer: in.Answer, Article: in.Article}
	for _, m := range in.Media {
		d.Media = append(d.Media, DraftMedia{Type: m.Type, Width: m.Width, Height: m.Height, Alt: m.Alt})
	}
	return d
}

// call makes one call with its timeout, names what its error leaves open, and
// writes the one line and the one measure about it.
func (p *Presence) call(ctx context.Context, verb string, timeout time.Duration, writes bool, r *Receipt, do func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return &Error{Fault: fault.As(err), Outcome: NotSent}
	}
	began := time.Now() // how long the network took, whatever time a test says it is
	inner, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := classify(guarded(inner, do), writes)
	p.tell(ctx, verb, err, r, time.Since(began), false)
	return err
}

// guarded turns a panic of a driver into an error: one broken answer of a
// network must not take the others' posts down.
func guarded(ctx context.Context, do func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fault.New(fault.Internal, "network.broken").Because(fmt.Errorf("panic: %v", v))
		}
	}()
	return do(ctx)
}

// classify makes sure that an error is a *Error with an outcome. Reading never
// changes anything, so its errors are not_sent.
func classify(err error, writes bool) error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		if known.Outcome == "" {
			c := *known
			c.Outcome = Unknown
			known = &c
		} else if error(known) == err {
			return err
		}
		return known
	}
	out := NotSent
	if writes {
		out = OutcomeOf(err)
	}
	return &Error{Fault: fault.As(err), Outcome: out}
}

func notSent(err error) error {
	var known *Error
	if errors.As(err, &known) {
		c := *known
		c.Outcome = NotSent
		return &c
	}
	return &Error{Fault: fault.As(err), Outcome: NotSent}
}

func (p *Presence) lacks(ctx context.Context, f Feature) error {
	return p.refuse(ctx, string(f), fault.New(fault.Unsupported, "network.unsupported").With("network", string(p.kind)).With("verb", string(f)))
}

func (p *Presence) refuse(ctx context.Context, verb string, f *fault.Error) error {
	err := &Error{Fault: f, Outcome: NotSent}
	p.tell(ctx, verb, err, nil, 0, true)
	return err
}

// tell writes the measure and the line of a call.
func (p *Presence) tell(ctx context.Context, verb string, err error, r *Receipt, took time.Duration, refused bool) {
	m := Measure{Kind: p.kind, Verb: verb, Result: "ok", Took: took, Refused: refused}
	level := slog.LevelInfo
	if err != nil {
		level = slog.LevelWarn
		var e *Error
		errors.As(err, &e)
		m.Result, m.Fault = string(e.Outcome), e.Fault.Kind
	} else if verb == "whoami" || verb == "capabilities" || verb == "find" || verb == "confirm" || verb == "receive" || verb == "history" || verb == "thread" {
		level = slog.LevelDebug
	}
	if p.cfg.Log.Enabled(ctx, level) {
		p.line(ctx, level, m, err, r)
	}
	p.cfg.Measure(m)
}

// line never repeats a text, a secret or the network's answer: only names,
// numbers and references.
func (p *Presence) line(ctx context.Context, level slog.Level, m Measure, err error, r *Receipt) {
	attrs := []slog.Attr{slog.String("network", string(p.kind)), slog.String("verb", m.Verb), slog.Duration("took", m.Took)}
	if p.cfg.Account != "" {
		attrs = append(attrs, slog.String("channel", p.cfg.Account))
	}
	if r != nil && r.Ref != "" {
		attrs = append(attrs, slog.String("ref", string(r.Ref)))
	}
	if r != nil && r.Request != "" {
		attrs = append(attrs, slog.String("request", r.Request))
	}
	if err != nil {
		var e *Error
		errors.As(err, &e)
		attrs = append(attrs, slog.String("outcome", m.Result), slog.String("fault", string(m.Fault)), slog.String("key", e.Fault.Key))
		if e.Status != 0 {
			attrs = append(attrs, slog.Int("status", e.Status))
		}
		if e.Request != "" {
			attrs = append(attrs, slog.String("request", e.Request))
		}
		if d := e.Fault.RetryAfter; d > 0 {
			attrs = append(attrs, slog.Duration("retry_after", d))
		}
	}
	p.cfg.Log.LogAttrs(ctx, level, "network call", attrs...)
}

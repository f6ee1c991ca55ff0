package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
)

// bare can say who it is and nothing else.
type bare struct{}

func (bare) WhoAmI(context.Context) (Profile, error)            { return Profile{Handle: "x"}, nil }
func (bare) Capabilities(context.Context) (Capabilities, error) { return Capabilities{}, nil }

// scripted does what its functions say, and counts.
type scripted struct {
	caps      func() (Capabilities, error)
	publish   func(context.Context, Intent) (Receipt, error)
	calls     int
	capsCalls int
}

func (s *scripted) WhoAmI(context.Context) (Profile, error) { return Profile{}, nil }
func (s *scripted) Capabilities(context.Context) (Capabilities, error) {
	s.capsCalls++
	return s.caps()
}
func (s *scripted) Publish(ctx context.Context, in Intent) (Receipt, error) {
	s.calls++
	return s.publish(ctx, in)
}
func (s *scripted) Find(context.Context, Intent) (Finding, error) {
	return Finding{}, errors.New("no answer")
}

func ten() (Capabilities, error) {
	return Capabilities{Text: TextRule{Max: 10, Unit: Graphemes}, Thread: ThreadRule{Max: 3}, Visibilities: []string{"public"}}, nil
}

func taken(context.Context, Intent) (Receipt, error) { return Receipt{Ref: "r", Final: true}, nil }

type at struct{ now time.Time }

func (a *at) Now() time.Time { return a.now }

func front(a Account, cfg PresenceConfig) *Presence {
	if cfg.Account == "" {
		cfg.Account = "c1"
	}
	return NewPresence("test", a, cfg)
}

func TestAMissingCapabilityIsUnsupported(t *testing.T) {
	p := front(bare{}, PresenceConfig{})
	_, e1 := p.Publish(t.Context(), Intent{})
	_, e2 := p.Upload(t.Context(), Upload{})
	_, e3 := p.Find(t.Context(), Intent{})
	_, e4 := p.Confirm(t.Context(), Receipt{})
	_, e5 := p.Edit(t.Context(), "r", Intent{})
	e6 := p.Delete(t.Context(), "r")
	for i, err := range []error{e1, e2, e3, e4, e5, e6} {
		if !fault.Is(err, fault.Unsupported) || OutcomeOf(err) != NotSent || p.Can(Features()[i]) {
			t.Errorf("%s: %v", Features()[i], err)
		}
	}
	if r, err := p.Confirm(t.Context(), Receipt{Ref: "r", Final: true}); err != nil || r.Ref != "r" {
		t.Errorf("a final receipt needs nothing: %v", err)
	}
}

// P2: every limit is checked again before sending.
func TestNothingOverALimitLeaves(t *testing.T) {
	s := &scripted{caps: ten, publish: taken}
	p := front(s, PresenceConfig{})
	for _, c := range []struct {
		in   Intent
		kind fault.Kind
		key  string
	}{
		{Intent{Text: strings.Repeat("é", 11)}, fault.Invalid, "network.check.text_too_long"},
		{Intent{Text: " \n"}, fault.Invalid, "network.check.empty"},
		{Intent{Text: "x", Media: []Media{{Ref: "m"}}}, fault.Unsupported, "network.check.no_images"},
		{Intent{Text: "x", Options: Options{Visibility: "direct"}}, fault.Unsupported, "network.check.visibility"},
		{Intent{Text: "x", Options: Options{ContentWarning: "cw"}}, fault.Unsupported, "network.check.no_warning"},
		{Intent{Text: "x", Options: Options{Languages: []string{"fr"}}}, fault.Unsupported, "network.check.no_languages"},
	} {
		_, err := p.Publish(t.Context(), c.in)
		if fault.Of(err) != c.kind || fault.MessageKey(err) != c.key || OutcomeOf(err) != NotSent {
			t.Errorf("%+v: %v", c.in, err)
		}
	}
	if s.calls != 0 {
		t.Errorf("%d calls were made", s.calls)
	}
	// Ten letters, each written in two code points, fit: the text is cleaned first.
	if _, err := p.Publish(t.Context(), Intent{Text: strings.Repeat("e\u0301", 10)}); err != nil || s.calls != 1 {
		t.Errorf("n was refused: %v", err)
	}
}

func TestWhatLeavesIsWhatWasCounted(t *testing.T) {
	var got Intent
	s := &scripted{caps: ten, publish: func(_ context.Context, in Intent) (Receipt, error) { got = in; return Receipt{Ref: "r"}, nil }}
	if _, err := front(s, PresenceConfig{}).Publish(t.Context(), Intent{Text: "e\u0301\r\n\x00b"}); err != nil || got.Text != "é\nb" {
		t.Errorf("%q %v", got.Text, err)
	}
}

func TestThePaceIsKeptWithoutSleeping(t *testing.T) {
	clk := &at{time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	s := &scripted{publish: taken, caps: func() (Capabilities, error) {
		c, _ := ten()
		c.Pace = PaceRule{Posts: 2, Per: time.Minute, MinGap: 5 * time.Second}
		return c, nil
	}}
	p := front(s, PresenceConfig{Now: clk.Now})
	send := func() time.Duration {
		t.Helper()
		_, err := p.Publish(t.Context(), Intent{Text: "x"})
		if err == nil {
			return 0
		}
		if !fault.Is(err, fault.TooMany) || OutcomeOf(err) != NotSent {
			t.Fatal(err)
		}
		return fault.As(err).RetryAfter
	}
	for i, step := range []struct {
		after, wait time.Duration
	}{
		{0, 0}, {0, 5 * time.Second}, {5 * time.Second, 0}, {10 * time.Second, 45 * time.Second}, {45 * time.Second, 0}, {time.Second, 4 * time.Second}, {4 * time.Second, 0},
	} {
		clk.now = clk.now.Add(step.after)
		if got := send(); got != step.wait {
			t.Fatalf("step %d: wait %s, want %s", i, got, step.wait)
		}
	}
	if s.calls != 4 {
		t.Errorf("%d calls", s.calls)
	}
	// What never reached the network is given back.
	clk.now = clk.now.Add(time.Hour)
	s.publish = func(context.Context, Intent) (Receipt, error) {
		return Receipt{}, &Error{Fault: fault.New(fault.Transient, "network.unreachable"), Outcome: NotSent}
	}
	p.Publish(t.Context(), Intent{Text: "x"})
	s.publish = taken
	if wait := send(); wait != 0 {
		t.Errorf("an unsent post counted: wait %s", wait)
	}
}

func TestAccountsHaveTheirOwnPace(t *testing.T) {
	paces, now := NewPaces(), time.Now()
	rule := PaceRule{Posts: 1, Per: time.Minute}
	if paces.Take("a", rule, now) != 0 || paces.Take("b", rule, now) != 0 || paces.Take("a", rule, now) != time.Minute {
		t.Error("one account's pace touched another's")
	}
	for range 2 {
		if paces.Take("c", PaceRule{}, now) != 0 {
			t.Error("no rule, and it waits")
		}
	}
	if len(paces.sent) != 2 {
		t.Error("no rule keeps nothing")
	}
}

func TestEveryErrorHasItsOutcome(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Outcome
		kind fault.Kind
	}{
		{errors.New("plain"), Unknown, fault.Internal},
		{fault.New(fault.Invalid, "x"), NotSent, fault.Invalid},
		{&Error{Fault: fault.New(fault.Forbidden, "x"), Outcome: Refused}, Refused, fault.Forbidden},
		{fmt.Errorf("driver: %w", &Error{Fault: fault.New(fault.Forbidden, "x"), Outcome: Refused}), Refused, fault.Forbidden},
		{&Error{Fault: fault.New(fault.Transient, "x")}, Unknown, fault.Transient},
		{context.DeadlineExceeded, Unknown, fault.Transient},
	} {
		s := &scripted{caps: ten, publish: func(context.Context, Intent) (Receipt, error) { return Receipt{}, c.err }}
		_, err := front(s, PresenceConfig{}).Publish(t.Context(), Intent{Text: "x"})
		var e *Error
		if !errors.As(err, &e) || e.Outcome != c.want || fault.Of(err) != c.kind {
			t.Errorf("%v: %v", c.err, err)
		}
	}
	s := &scripted{caps: ten, publish: func(context.Context, Intent) (Receipt, error) { panic("broken answer") }}
	if _, err := front(s, PresenceConfig{}).Publish(t.Context(), Intent{Text: "x"}); OutcomeOf(err) != Unknown {
		t.Errorf("panic: %v", err)
	}
	s.publish = func(context.Context, Intent) (Receipt, error) { return Receipt{}, nil }
	if _, err := front(s, PresenceConfig{}).Publish(t.Context(), Intent{Text: "x"}); OutcomeOf(err) != Unknown {
		t.Errorf("a receipt without a reference: %v", err)
	}
	if _, err := front(s, PresenceConfig{}).Find(t.Context(), Intent{}); OutcomeOf(err) != NotSent {
		t.Errorf("a look changes nothing: %v", err)
	}
}

func TestAHangingAccountIsCutAndACancelledCallNeverMade(t *testing.T) {
	s := &scripted{caps: ten, publish: func(ctx context.Context, _ Intent) (Receipt, error) {
		<-ctx.Done()
		return Receipt{}, ctx.Err()
	}}
	p := front(s, PresenceConfig{Timeouts: Timeouts{Publish: time.Millisecond}})
	if _, err := p.Publish(t.Context(), Intent{Text: "x"}); OutcomeOf(err) != Unknown || !fault.Is(err, fault.Transient) {
		t.Errorf("timeout: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Publish(ctx, Intent{Text: "x"}); OutcomeOf(err) != NotSent || s.calls != 1 {
		t.Errorf("cancelled: %v, %d calls", err, s.calls)
	}
}

func TestCapabilitiesAreKeptAnHourAndServeADayWhenTheNetworkIsDown(t *testing.T) {
	clk := &at{time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	s := &scripted{caps: ten, publish: taken}
	p := front(s, PresenceConfig{Now: clock.Now(clk.Now)})
	ask := func() error { _, err := p.Capabilities(t.Context()); return err }
	for range 3 {
		ask()
	}
	if s.capsCalls != 1 {
		t.Errorf("%d calls", s.capsCalls)
	}
	clk.now = clk.now.Add(2 * time.Hour)
	s.caps = func() (Capabilities, error) {
		return Capabilities{}, &Error{Fault: fault.New(fault.Transient, "network.server"), Outcome: NotSent}
	}
	if err := ask(); err != nil || s.capsCalls != 2 {
		t.Errorf("two hours old: %v", err)
	}
	clk.now = clk.now.Add(23 * time.Hour)
	if err := ask(); err == nil {
		t.Error("a day old ones were believed")
	}
	if _, err := p.Publish(t.Context(), Intent{Text: "x"}); OutcomeOf(err) != NotSent || s.calls != 0 {
		t.Errorf("without capabilities nothing leaves: %v", err)
	}
}

func TestTheLogHasOneLineAFactAndNeverTheText(t *testing.T) {
	var log bytes.Buffer
	var measures []Measure
	s := &scripted{caps: ten, publish: func(context.Context, Intent) (Receipt, error) {
		return Receipt{}, &Error{Fault: fault.New(fault.TooMany, "network.too_many").After(time.Minute).Becausef("HTTP 429"), Outcome: Refused, Status: 429, Request: "req-7", Answer: "galette"}
	}}
	p := front(s, PresenceConfig{Account: "channel-1", Log: slog.New(slog.NewTextHandler(&log, nil)), Measure: func(m Measure) { measures = append(measures, m) }})
	p.Publish(t.Context(), Intent{Text: "galette"})
	line := log.String()
	for _, want := range []string{"channel=channel-1", "verb=publish", "outcome=refused", "fault=too_many", "status=429", "request=req-7", "retry_after=1m0s"} {
		if !strings.Contains(line, want) {
			t.Errorf("%s is missing in %s", want, line)
		}
	}
	if strings.Contains(line, "galette") || strings.Count(line, "\n") != 1 {
		t.Errorf("log: %s", line)
	}
	if len(measures) != 2 || measures[1].Verb != "publish" || measures[1].Result != "refused" || measures[1].Fault != fault.TooMany {
		t.Errorf("measures: %+v", measures)
	}
}

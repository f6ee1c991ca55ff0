package mastodon_test

import (
	"context"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/toxic"
	"vigie/internal/networks/mastodon/mastodontest"
)

// The same account, reached over a line that can be spoiled. GoToSocial's
// temper, so that no key hides a second attempt.
func overALine(t *testing.T) (desk, *toxic.Line) {
	t.Helper()
	s := mastodontest.Start(t, mastodontest.Options{GoToSocial: true})
	s.Person("claire", secret)
	l := toxic.To(t, s.URL)
	return desk{s, t, account(t, "http://"+l.Addr)}, l
}

func spoiled(t *testing.T) func(string, error) string {
	return func(name string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
}

// P2 on a bad line: what the outcome leaves open, the look settles, and one
// post stands at the end.
func TestAPostOverABadLine(t *testing.T) {
	for name, c := range map[string]struct {
		spoil   func(*toxic.Line) (string, error)
		outcome network.Outcome // "" : it goes through
		taken   bool
	}{
		"slow":                               {func(l *toxic.Line) (string, error) { return l.Latency(toxic.Down, 30, 10) }, "", true},
		"narrow":                             {func(l *toxic.Line) (string, error) { return l.Bandwidth(toxic.Down, 64) }, "", true},
		"reset as the request leaves":        {func(l *toxic.Line) (string, error) { return l.Reset(toxic.Up) }, network.Unknown, false},
		"reset as the answer comes":          {func(l *toxic.Line) (string, error) { return l.Reset(toxic.Down) }, network.Unknown, true},
		"cut in the middle of the request":   {func(l *toxic.Line) (string, error) { return l.LimitData(toxic.Up, 200) }, network.Unknown, false},
		"cut in the middle of the answer":    {func(l *toxic.Line) (string, error) { return l.LimitData(toxic.Down, 300) }, network.Unknown, true},
		"cut before the first answered byte": {func(l *toxic.Line) (string, error) { return l.LimitData(toxic.Down, 0) }, network.Unknown, true},
		"closed after a silence":             {func(l *toxic.Line) (string, error) { return l.Silence(toxic.Down, 20) }, network.Unknown, true},
	} {
		t.Run(name, func(t *testing.T) {
			d, line := overALine(t)
			in := intent("Sur une mauvaise ligne")
			spoiled(t)(c.spoil(line))
			_, err := d.publish(t.Context(), in)
			if network.OutcomeOf(err) != c.outcome || err != nil && !fault.Is(err, fault.Transient) {
				t.Fatalf("outcome %q, want %q: %v", network.OutcomeOf(err), c.outcome, err)
			}
			line.Heal(t.Context())
			d.settled(in, c.taken)
		})
	}
}

func TestASilentLineIsGivenUp(t *testing.T) {
	d, line := overALine(t)
	in := intent("Personne ne répond")
	spoiled(t)(line.Silence(toxic.Down, 0))
	ctx, cancel := context.WithCancel(t.Context())
	// The deadline comes once the post was taken, and its answer is lost.
	d.Spoil("POST", statuses, mastodontest.Fault{After: true, Reached: cancel})
	if _, err := d.publish(ctx, in); network.OutcomeOf(err) != network.Unknown {
		t.Fatalf("outcome %q: %v", network.OutcomeOf(err), err)
	}
	line.Heal(t.Context())
	d.settled(in, true)
}

func TestALineThatIsDownSentNothing(t *testing.T) {
	d, line := overALine(t)
	in := intent("Rien n’est parti")
	line.Cut()
	_, err := d.publish(t.Context(), in)
	// The old connection may still stand in the pool: a request written into
	// it is unknown; one that had to dial was surely not sent.
	if o := network.OutcomeOf(err); o != network.NotSent && o != network.Unknown {
		t.Fatalf("outcome %q: %v", o, err)
	}
	if _, err := d.publish(t.Context(), in); network.OutcomeOf(err) != network.NotSent || !fault.Is(err, fault.Transient) {
		t.Errorf("nobody listens: outcome %q: %v", network.OutcomeOf(err), err)
	}
	if err := line.Mend(); err != nil {
		t.Fatal(err)
	}
	d.settled(in, false)
}

func TestAnUploadCutInTheMiddleIsRepeatedWhole(t *testing.T) {
	d, line := overALine(t)
	spoiled(t)(line.LimitData(toxic.Up, 250))
	if _, err := d.upload(t.Context(), "Une galette", pixels(t)); network.OutcomeOf(err) != network.NotSent || !fault.Is(err, fault.Transient) {
		t.Fatalf("outcome %q: %v", network.OutcomeOf(err), err)
	}
	line.Heal(t.Context())
	ref, err := d.upload(t.Context(), "Une galette", pixels(t))
	if err != nil {
		t.Fatal(err)
	}
	if m, b := d.MediaOf(string(ref)); m.Alt != "Une galette" || len(b) != len(pixels(t)) {
		t.Errorf("%+v, %d bytes", m, len(b))
	}
}

func TestALookOverABadLineNeverSaysAbsent(t *testing.T) {
	d, line := overALine(t)
	in := intent("Où est-il")
	if _, err := d.publish(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	spoiled(t)(line.LimitData(toxic.Down, 100))
	f, err := d.acc.(network.Finder).Find(t.Context(), in)
	if err == nil || f.Sure || f.Taken {
		t.Errorf("%+v %v", f, err)
	}
	line.Heal(t.Context())
	if f := d.find(in); !f.Taken {
		t.Errorf("%+v", f)
	}
}

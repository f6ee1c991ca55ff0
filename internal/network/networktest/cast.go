package networktest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/internal/network"
)

// cast is who plays a case: the stage, the wire, and the log that is searched
// for what must never stand in it.
type cast struct {
	Stage
	wire *Wire
	log  logBuffer
	p    *network.Presence
	acc  network.Account
}

type unpaced struct{}

func (unpaced) Take(string, network.PaceRule, time.Time) time.Duration { return 0 }
func (unpaced) Return(string, time.Time)                               {}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// signIn walks through the sign-in with the stage's answers.
func (c *cast) signIn(t testing.TB) (network.Credentials, network.Profile) {
	t.Helper()
	step, err := c.Driver.Begin(t.Context())
	for n := 0; err == nil && step.ID != network.Done; n++ {
		if n == 10 {
			t.Fatal("the sign-in has no end")
		}
		answers, ok := c.Answers[step.ID]
		if !ok {
			t.Fatalf("the stage has no answers to step %q", step.ID)
		}
		step, err = c.Driver.Next(t.Context(), step, answers)
	}
	if err != nil {
		t.Fatalf("sign-in: %v", err)
	}
	return step.Credentials, step.Profile
}

// presence signs in and opens, once a case. Credentials go through their
// stored form, as in the product.
func (c *cast) presence(t testing.TB) *network.Presence {
	t.Helper()
	if c.p != nil {
		return c.p
	}
	var cred network.Credentials
	if c.Credentials != nil {
		cred = *c.Credentials
	} else {
		cred, _ = c.signIn(t)
	}
	raw, err := json.Marshal(cred)
	if err != nil {
		t.Fatal(err)
	}
	var stored network.Credentials
	if err := json.Unmarshal(raw, &stored); err != nil {
		t.Fatal(err)
	}
	c.acc, err = c.Driver.Open(stored, func(context.Context, network.Credentials) error { return nil })
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	c.p = network.NewPresence(c.Driver.Facts().Kind, c.acc, network.PresenceConfig{
		Account: "channel-under-test",
		Pace:    unpaced{}, // the pace has its own tests, with its own clock
		Log:     slog.New(slog.NewJSONHandler(&c.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		// A stuck case ends; none waits for it.
		Timeouts: network.Timeouts{Publish: 30 * time.Second, Upload: 30 * time.Second},
	})
	// Sessions are begun here, so that the next writing call is the post.
	if _, err := c.p.WhoAmI(t.Context()); err != nil {
		t.Fatalf("who am I: %v", err)
	}
	return c.p
}

func (c *cast) capabilities(t testing.TB) network.Capabilities {
	t.Helper()
	can, err := c.presence(t).Capabilities(t.Context())
	if err != nil {
		t.Fatalf("capabilities: %v", err)
	}
	return can
}

var intents atomic.Int64

// intent is a post that no other case makes.
func intent(text string) network.Intent {
	n := intents.Add(1)
	made := time.Now().UTC().Truncate(time.Millisecond)
	return network.Intent{Key: fmt.Sprintf("networktest-%d-%d", made.UnixNano(), n), Made: made, Text: text}
}

func (c *cast) publish(t testing.TB, in network.Intent) network.Receipt {
	t.Helper()
	r, err := c.presence(t).Publish(t.Context(), in)
	if err != nil {
		t.Fatalf("publish: %v", explain(err))
	}
	return c.confirmed(t, r)
}

// confirmed follows a receipt to its end. Fakes need few looks; a network that
// needs a clock to go on takes it from its stage.
func (c *cast) confirmed(t testing.TB, r network.Receipt) network.Receipt {
	t.Helper()
	for n := 0; !r.Final; n++ {
		if n == 50 {
			t.Fatalf("never final: %+v", r)
		}
		var err error
		if r, err = c.presence(t).Confirm(t.Context(), r); err != nil {
			t.Fatalf("confirm: %v", explain(err))
		}
	}
	if r.URL == "" || r.Ref == "" || r.At.IsZero() {
		t.Errorf("a final receipt lacks something: %+v", r)
	}
	return r
}

// deliver does what publishing does: one attempt, and after "unknown" a look;
// again only when "not taken" can be believed or cannot double.
func (c *cast) deliver(t testing.TB, ctx context.Context, in network.Intent) (r network.Receipt, sent bool) {
	t.Helper()
	p := c.presence(t)
	r, err := p.Publish(ctx, in)
	if err == nil {
		return r, true
	}
	if network.OutcomeOf(err) == network.Unknown {
		found, err := p.Find(t.Context(), in)
		if err != nil {
			t.Fatalf("find: %v", explain(err))
		}
		if found.Taken {
			return found.Receipt, true
		}
		if !found.Sure && !found.Safe {
			return r, false // left "to be checked"
		}
	}
	if r, err = p.Publish(t.Context(), in); err != nil {
		t.Fatalf("second attempt: %v", explain(err))
	}
	return r, true
}

func (c *cast) only(t testing.TB, text string) Standing {
	t.Helper()
	all := c.Standing(t)
	if len(all) != 1 || all[0].Text != text {
		t.Fatalf("on the network stand %d posts, want one %q: %+v", len(all), text, all)
	}
	return all[0]
}

func (c *cast) arm(t testing.TB, f Fault) {
	t.Helper()
	if c.Break == nil {
		c.wire.Arm(f)
	} else if !c.Break(t, f) {
		t.Skipf("this network cannot be broken by %q", f)
	}
}

func (c *cast) quiet(t testing.TB, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if len(s) >= 4 && strings.Contains(c.log.String(), s) {
			t.Errorf("the log repeats %q: %s", s, c.log.String())
		}
	}
}

func explain(err error) string {
	var e *network.Error
	if errors.As(err, &e) {
		return fmt.Sprintf("%v; it said %.300q", err, e.Answer)
	}
	return err.Error()
}

// picture makes a small one of a type; ok is false when nobody here can.
func picture(kind string, width, height int) (body []byte, ok bool) {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			img.Set(x, y, color.RGBA{uint8(x * 3), uint8(y * 5), 120, 255})
		}
	}
	var b bytes.Buffer
	switch kind {
	case "image/jpeg":
		ok = jpeg.Encode(&b, img, nil) == nil
	case "image/png":
		ok = png.Encode(&b, img) == nil
	}
	return b.Bytes(), ok
}

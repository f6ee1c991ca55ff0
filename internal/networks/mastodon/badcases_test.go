package mastodon_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/networks/mastodon"
	"vigie/internal/networks/mastodon/mastodontest"
)

const statuses = "/api/v1/statuses"

// desk is an account in use on a fake.
type desk struct {
	*mastodontest.Server
	t   *testing.T
	acc network.Account
}

func open(t *testing.T, o mastodontest.Options, change ...func(*mastodon.Config)) desk {
	t.Helper()
	s := mastodontest.Start(t, o)
	s.Person("claire", secret)
	return desk{s, t, account(t, s.URL, change...)}
}

func account(t *testing.T, base string, change ...func(*mastodon.Config)) network.Account {
	t.Helper()
	tr := &http.Transport{Proxy: nil}
	t.Cleanup(tr.CloseIdleConnections)
	c := config(&http.Client{Transport: tr})
	for _, f := range change {
		f(&c)
	}
	acc, err := mastodon.New(c).Open(network.Credentials{Server: base, Data: map[string]string{"token": secret}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Learn the account's id now: later calls are then the one under test.
	if _, err := acc.WhoAmI(t.Context()); err != nil {
		t.Fatal(err)
	}
	return acc
}

func intent(text string) network.Intent {
	return network.Intent{Key: fmt.Sprintf("%x", sha256.Sum256([]byte(text))), Made: time.Now().UTC(), Text: text}
}

func (d desk) publish(ctx context.Context, in network.Intent) (network.Receipt, error) {
	return d.acc.(network.Publisher).Publish(ctx, in)
}

func (d desk) find(in network.Intent) network.Finding {
	d.t.Helper()
	f, err := d.acc.(network.Finder).Find(d.t.Context(), in)
	if err != nil {
		d.t.Fatalf("find: %v", err)
	}
	return f
}

func (d desk) upload(ctx context.Context, alt string, body []byte) (network.Ref, error) {
	return d.acc.(network.Uploader).Upload(ctx, network.Upload{
		Type: "image/png", Bytes: int64(len(body)), Width: 40, Height: 30, Alt: alt, Body: bytes.NewReader(body),
	})
}

func pixels(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// P2: whatever goes wrong, the outcome tells the truth: the post that was
// taken is found, the one that was not is known not to be there.
func TestEveryBadAnswerToAPostEndsWell(t *testing.T) {
	private := "http://169.254.169.254/latest/meta-data/"
	for name, c := range map[string]struct {
		f       mastodontest.Fault
		outcome network.Outcome
		kind    fault.Kind
		wait    time.Duration
	}{
		"401":                                {mastodontest.Fault{Status: 401, Body: `{"error":"The access token was revoked"}`}, network.Refused, fault.SignedOut, 0},
		"403":                                {mastodontest.Fault{Status: 403, Body: `{"error":"Your login is currently disabled"}`}, network.Refused, fault.Forbidden, 0},
		"404":                                {mastodontest.Fault{Status: 404, Body: `{"error":"Record not found"}`}, network.Refused, fault.NotFound, 0},
		"409":                                {mastodontest.Fault{Status: 409, Body: `{"error":"Conflict"}`}, network.Refused, fault.Conflict, 0},
		"413 from the proxy in front":        {mastodontest.Fault{Status: 413, Body: "<html>413</html>", Type: "text/html"}, network.Refused, fault.Invalid, 0},
		"418 of GoToSocial":                  {mastodontest.Fault{Status: 418, Body: `{"error":"I'm a teapot"}`}, network.Refused, fault.Internal, 0},
		"422":                                {mastodontest.Fault{Status: 422, Body: `{"error":"Validation failed: Text character limit of 500 exceeded"}`}, network.Refused, fault.Invalid, 0},
		"429 with Retry-After":               {mastodontest.Fault{Status: 429, Body: `{"error":"Too many requests"}`, Header: map[string]string{"Retry-After": "77"}}, network.Refused, fault.TooMany, 77 * time.Second},
		"429 with a reset hour":              {mastodontest.Fault{Status: 429, Body: `{"error":"Throttled"}`, Header: map[string]string{"X-RateLimit-Reset": time.Now().UTC().Add(10 * time.Minute).Format("2006-01-02T15:04:05.000000Z")}}, network.Refused, fault.TooMany, 10 * time.Minute},
		"429 without":                        {mastodontest.Fault{Status: 429, Body: `{"error":"Too many requests"}`}, network.Refused, fault.TooMany, 0},
		"500, not taken":                     {mastodontest.Fault{Status: 500, Body: `{"error":"Something went wrong"}`}, network.Unknown, fault.Transient, 0},
		"500, taken":                         {mastodontest.Fault{Status: 500, Body: `{"error":"Something went wrong"}`, After: true}, network.Unknown, fault.Transient, 0},
		"502, taken":                         {mastodontest.Fault{Status: 502, Body: "<html>Bad Gateway</html>", Type: "text/html", After: true}, network.Unknown, fault.Transient, 0},
		"503 with Retry-After":               {mastodontest.Fault{Status: 503, Header: map[string]string{"Retry-After": "30"}}, network.Unknown, fault.Transient, 30 * time.Second},
		"HTML in place of JSON, not taken":   {mastodontest.Fault{Status: 200, Body: "<!doctype html><title>Wait</title>", Type: "text/html"}, network.Unknown, fault.Transient, 0},
		"HTML in place of JSON, taken":       {mastodontest.Fault{Status: 200, Body: "<!doctype html><title>Wait</title>", Type: "text/html", After: true}, network.Unknown, fault.Transient, 0},
		"HTML that says it is JSON":          {mastodontest.Fault{Status: 200, Body: "<!doctype html>", After: true}, network.Unknown, fault.Transient, 0},
		"JSON that is no post":               {mastodontest.Fault{Status: 200, Body: "{}", After: true}, network.Unknown, fault.Transient, 0},
		"an answer of 200 MB, taken":         {mastodontest.Fault{Huge: 200 << 20, After: true}, network.Unknown, fault.Transient, 0},
		"a redirect to a private address":    {mastodontest.Fault{Redirect: private}, network.Refused, fault.Invalid, 0},
		"a lying content type, taken":        {mastodontest.Fault{Keep: true, Type: "image/png", After: true}, network.Unknown, fault.Transient, 0},
		"cut before it was taken":            {mastodontest.Fault{Cut: true}, network.Unknown, fault.Transient, 0},
		"cut after it was taken":             {mastodontest.Fault{Cut: true, After: true}, network.Unknown, fault.Transient, 0},
		"cut in the middle of what we write": {mastodontest.Fault{CutBody: 5}, network.Unknown, fault.Transient, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, mastodontest.Options{GoToSocial: true})
			in := intent("Tempête : " + name)
			d.Spoil("POST", statuses, c.f)
			_, err := d.publish(t.Context(), in)
			var e *network.Error
			if !errors.As(err, &e) || e.Outcome != c.outcome || fault.Of(err) != c.kind {
				t.Fatalf("outcome %q kind %q, want %s %s: %v", network.OutcomeOf(err), fault.Of(err), c.outcome, c.kind, err)
			}
			if got := fault.As(err).RetryAfter; got < c.wait-5*time.Second || got > c.wait {
				t.Errorf("wait %s, want %s", got, c.wait)
			}
			if name == "422" && (fault.MessageKey(err) != "network.mastodon.refused" || !strings.Contains(fmt.Sprint(fault.As(err).Values["said"]), "limit of 500")) {
				t.Errorf("what the server said is not told: %v", err)
			}
			if strings.Contains(err.Error()+e.Answer, secret) {
				t.Error("the error repeats the token")
			}
			d.settled(in, c.f.After)
		})
	}
}

// settled looks, compares with what stands, and sends again when that is safe.
func (d desk) settled(in network.Intent, taken bool) {
	d.t.Helper()
	f := d.find(in)
	if f.Taken != taken || !f.Taken && !f.Sure || f.Safe {
		d.t.Errorf("the look says %+v, taken is %v", f, taken)
	}
	if !f.Taken {
		if _, err := d.publish(d.t.Context(), in); err != nil {
			d.t.Fatalf("again: %v", err)
		}
	}
	if got := d.Statuses("claire"); len(got) != 1 || got[0].Text != in.Text {
		d.t.Errorf("stands: %+v", got)
	}
}

// The three moments of a timeout. No clock: the call is given up when the fake
// says where the request is.
func TestATimeoutBeforeDuringAndAfterThePostWasTaken(t *testing.T) {
	t.Run("before: the request waits and is never taken", func(t *testing.T) {
		d := open(t, mastodontest.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		d.Spoil("POST", statuses, mastodontest.Fault{Cut: true, Reached: cancel})
		in := intent("avant")
		if _, err := d.publish(ctx, in); network.OutcomeOf(err) != network.Unknown {
			t.Fatalf("outcome %q: %v", network.OutcomeOf(err), err)
		}
		d.settled(in, false)
	})
	t.Run("during: it waits in the server's queue and lands after the look", func(t *testing.T) {
		now := time.Now()
		d := open(t, mastodontest.Options{}, func(c *mastodon.Config) {
			c.Settle = time.Minute
			c.Now = func() time.Time { return now }
		})
		ctx, cancel := context.WithCancel(t.Context())
		lands, landed := make(chan struct{}), make(chan struct{})
		d.Spoil("POST", statuses, mastodontest.Fault{Hold: lands, Reached: cancel, Done: func() { close(landed) }})
		in := intent("pendant")
		if _, err := d.publish(ctx, in); network.OutcomeOf(err) != network.Unknown {
			t.Fatalf("outcome %q: %v", network.OutcomeOf(err), err)
		}
		if f := d.find(in); f.Taken || f.Sure {
			t.Fatalf("the look believes too early: %+v", f)
		}
		close(lands)
		<-landed
		if f := d.find(in); !f.Taken {
			t.Fatalf("the post that landed late was not found: %+v", f)
		}
	})
	t.Run("during: once the server had its time, the absence is believed", func(t *testing.T) {
		now := time.Now()
		d := open(t, mastodontest.Options{}, func(c *mastodon.Config) {
			c.Settle = time.Minute
			c.Now = func() time.Time { return now }
		})
		in := intent("pendant")
		now = now.Add(59 * time.Second)
		if f := d.find(in); f.Sure {
			t.Errorf("sure after 59 s: %+v", f)
		}
		now = now.Add(2 * time.Second)
		if f := d.find(in); !f.Sure || f.Taken {
			t.Errorf("not sure after 61 s: %+v", f)
		}
	})
	t.Run("after: it was taken and the answer never came", func(t *testing.T) {
		d := open(t, mastodontest.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		d.Spoil("POST", statuses, mastodontest.Fault{After: true, Cut: true, Reached: cancel})
		in := intent("après")
		if _, err := d.publish(ctx, in); network.OutcomeOf(err) != network.Unknown {
			t.Fatalf("outcome %q: %v", network.OutcomeOf(err), err)
		}
		d.settled(in, true)
	})
}

func TestEveryBadAnswerToAnUploadMayBeRepeated(t *testing.T) {
	for name, c := range map[string]struct {
		f    mastodontest.Fault
		kind fault.Kind
	}{
		"cut in the middle of the upload": {mastodontest.Fault{CutBody: 60}, fault.Transient},
		"cut after it was taken":          {mastodontest.Fault{Cut: true, After: true}, fault.Transient},
		"401":                             {mastodontest.Fault{Status: 401, Body: `{"error":"revoked"}`}, fault.SignedOut},
		"413":                             {mastodontest.Fault{Status: 413, Body: "<html>", Type: "text/html"}, fault.Invalid},
		"422":                             {mastodontest.Fault{Status: 422, Body: `{"error":"Validation failed: File has contents that are not what they are reported to be"}`}, fault.Invalid},
		"429":                             {mastodontest.Fault{Status: 429, Header: map[string]string{"Retry-After": "9"}}, fault.TooMany},
		"500":                             {mastodontest.Fault{Status: 500, Body: `{"error":"Error processing thumbnail for uploaded media"}`}, fault.Transient},
		"HTML in place of JSON":           {mastodontest.Fault{Status: 200, Body: "<html>", Type: "text/html"}, fault.Transient},
		"an answer of 200 MB":             {mastodontest.Fault{Huge: 200 << 20}, fault.Transient},
		"a redirect to a private address": {mastodontest.Fault{Redirect: "http://127.0.0.1:1/"}, fault.Invalid},
		"a server without v2":             {mastodontest.Fault{Status: 404, Body: `{"error":"Not found"}`}, fault.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, mastodontest.Options{MediaPolls: 2})
			d.Spoil("POST", "/api/v2/media", c.f)
			_, err := d.upload(t.Context(), "alt", pixels(t))
			if fault.Of(err) != c.kind || network.OutcomeOf(err) == network.Unknown || network.OutcomeOf(err) == "" {
				t.Fatalf("kind %q outcome %q: %v", fault.Of(err), network.OutcomeOf(err), err)
			}
			ref, err := d.upload(t.Context(), "Une galette", pixels(t))
			if err != nil {
				t.Fatalf("again: %v", err)
			}
			if m, b := d.MediaOf(string(ref)); m.Alt != "Une galette" || !bytes.Equal(b, pixels(t)) {
				t.Errorf("arrived: %+v, %d bytes", m, len(b))
			}
		})
	}
}

func TestAMediaThatIsNeverReadyIsGivenUp(t *testing.T) {
	d := open(t, mastodontest.Options{MediaPolls: 1000})
	_, err := d.upload(t.Context(), "", pixels(t))
	if !fault.Is(err, fault.Transient) || network.OutcomeOf(err) != network.NotSent || fault.As(err).RetryAfter == 0 {
		t.Errorf("%v", err)
	}
}

func TestABadAnswerWhileAMediaIsProcessedChangesNothing(t *testing.T) {
	d := open(t, mastodontest.Options{MediaPolls: 3})
	d.Spoil("GET", "/api/v1/media/*", mastodontest.Fault{Status: 502, Times: 2})
	if _, err := d.upload(t.Context(), "", pixels(t)); err != nil {
		t.Error(err)
	}
}

// A look that cannot read must not say "not there".
func TestALookThatCannotReadSaysSo(t *testing.T) {
	for name, f := range map[string]mastodontest.Fault{
		"401":           {Status: 401, Times: -1, Body: `{"error":"revoked"}`},
		"500":           {Status: 500, Times: -1},
		"HTML":          {Status: 200, Times: -1, Body: "<html>", Type: "text/html"},
		"another JSON":  {Status: 200, Times: -1, Body: `{"maintenance":true}`},
		"cut":           {Cut: true, Times: -1},
		"200 MB":        {Huge: 200 << 20, Times: -1},
		"to elsewhere":  {Redirect: "http://169.254.169.254/", Times: -1},
		"429 no header": {Status: 429, Times: -1},
	} {
		d := open(t, mastodontest.Options{})
		d.Spoil("GET", "/api/v1/accounts/*", f)
		got, err := d.acc.(network.Finder).Find(t.Context(), intent("où"))
		if err == nil || got.Sure || got.Taken || got.Safe {
			t.Errorf("%s: %+v %v", name, got, err)
		}
		d.Heal()
	}
}

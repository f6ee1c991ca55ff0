package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// patience bounds each gesture; a page that is there is found at once.
const patience = 30 * time.Second

// Person is somebody in front of one window, with her own cookies. Her verbs
// end the test with a picture of what she saw when they cannot be done.
type Person struct {
	// Name is how the test calls her: claire, client, troll.
	Name string

	tb   testing.TB
	ctx  context.Context
	base string

	width, height int64 // of the window
	phone         bool
	waiting       bool // inside until: what it asks may be asked again

	shared   *Person // whose console this is, for a person inside a test; nil: her own
	mu       sync.Mutex
	said     []string // what the console said that it should not have
	tolerate []string
}

// root is the person whose window this is.
func (p *Person) root() *Person {
	if p.shared != nil {
		return p.shared
	}
	return p
}

// Someone opens a window on the site at base. Everything a page writes to
// the console as an error, an exception or a breach of the content security
// policy fails the test when it ends.
func Someone(tb testing.TB, base, name string) *Person {
	tb.Helper()
	chrome.Do(startChrome)
	if chrome.err != nil {
		tb.Fatal(chrome.err)
	}
	ctx, cancel := chromedp.NewContext(chrome.ctx, chromedp.WithNewBrowserContext())
	p := &Person{Name: name, tb: tb, ctx: ctx, base: strings.TrimSuffix(base, "/")}
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		tb.Fatalf("%s cannot open a window: %v", name, err)
	}
	heard := make(chan struct{})
	console := chromedp.Console(ctx)
	go func() {
		defer close(heard)
		for m, err := range console {
			if err != nil {
				return
			}
			p.hear(m)
		}
	}()
	tb.Cleanup(func() {
		for _, line := range p.Said() {
			tb.Errorf("%s's console: %s", name, line)
		}
		cancel()
		<-heard
	})
	p.Wide()
	p.Speaks("fr")
	return p
}

// hear keeps what a page must not say. A refusal the page handles itself (422
// for a form to correct, 409 for a later save) is no fault of the page, though
// Chromium logs it.
func (p *Person) hear(m chromedp.ConsoleMessage) {
	if !m.IsException() && m.Type != chromedp.ConsoleError && m.Source != "security" {
		return
	}
	if m.Source == "network" && (strings.Contains(m.Text, "status of 422") || strings.Contains(m.Text, "status of 409")) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	line := fmt.Sprintf("%s (%s:%d)", m.Text, m.URL, m.Line+1)
	if !slices.ContainsFunc(p.tolerate, func(s string) bool { return strings.Contains(line, s) }) {
		p.said = append(p.said, line)
	}
}

// Said is what the console said until now that it should not have.
func (p *Person) Said() []string {
	p = p.root()
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.said)
}

// Tolerate lets lines of the console pass that contain the text, for pages
// that are meant to fail ("status of 404").
func (p *Person) Tolerate(text ...string) {
	p = p.root()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tolerate = append(p.tolerate, text...)
}

// forget drops what the console said and what was tolerated, once it is told.
func (p *Person) forget() {
	p = p.root()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said, p.tolerate = nil, nil
}

// Status is the status the page was answered with.
func (p *Person) Status() int {
	p.tb.Helper()
	return value(p, "read the status", chromedp.Evaluate[int](`performance.getEntriesByType("navigation")[0].responseStatus`))
}

// Go opens a path of the site and waits until the page stands.
func (p *Person) Go(path string) {
	p.tb.Helper()
	p.must("open "+path, chromedp.Navigate(p.base+path))
	p.Settle()
}

// Reload asks for the page again.
func (p *Person) Reload() {
	p.tb.Helper()
	p.must("reload", chromedp.Reload())
	p.Settle()
}

// Path is where she is, query included.
func (p *Person) Path() string {
	p.tb.Helper()
	where := value(p, "read the address", chromedp.Location())
	u, err := url.Parse(where)
	if err != nil {
		p.tb.Fatal(err)
	}
	return u.RequestURI()
}

// Arrive waits until the path starts with one of the prefixes.
func (p *Person) Arrive(prefix ...string) {
	p.tb.Helper()
	p.until("arrive at "+strings.Join(prefix, " or "), func() bool {
		at := p.Path()
		return slices.ContainsFunc(prefix, func(s string) bool { return strings.HasPrefix(at, s) })
	})
	p.Settle()
}

// Settle waits until the page is loaded, its fonts are there and no request
// of htmx is in flight.
func (p *Person) Settle() {
	p.tb.Helper()
	p.until("see the page settle", func() bool {
		return value(p, "look at the page", chromedp.Evaluate[bool](
			`document.readyState === "complete" && document.fonts.status === "loaded" && !document.querySelector(".htmx-request")`))
	})
}

// Wide gives her a desk (1440 × 900), Narrow a phone (390 × 844).
func (p *Person) Wide() { p.size(1440, 900, false) }

// Narrow gives her a phone: 390 × 844, with touch.
func (p *Person) Narrow() { p.size(390, 844, true) }

func (p *Person) size(w, h int64, phone bool) {
	p.tb.Helper()
	p.width, p.height, p.phone = w, h, phone
	_, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: w, Height: h, DeviceScaleFactor: 1, Mobile: phone,
	})
	if err != nil {
		p.tb.Fatal(err)
	}
}

// Prefers sets the theme her system asks for: "light" or "dark", with motion
// reduced so that pictures do not depend on the moment.
func (p *Person) Prefers(theme string) {
	p.tb.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: theme},
			{Name: "prefers-reduced-motion", Value: "reduce"},
		},
	})
	if err != nil {
		p.tb.Fatal(err)
	}
}

// Speaks sets the language her browser asks for: "fr" or "en".
func (p *Person) Speaks(language string) {
	p.tb.Helper()
	p.must("set the language", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		var none chromedp.Void
		if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
			return none, err
		}
		_, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": language},
		})
		return none, err
	})
}

// must does one gesture within patience.
func (p *Person) must(what string, action chromedp.Action[chromedp.Void]) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, action); err != nil {
		p.fail(what, err)
	}
}

func value[T any](p *Person, what string, action chromedp.Action[T]) T {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	// A page may leave for another while it is looked at (an undo reads the page
	// again). A look is asked again; a gesture is not, it may have been done.
	for err != nil && p.waiting && left(err) && ctx.Err() == nil {
		v, err = chromedp.Run(ctx, action)
	}
	if err != nil {
		p.fail(what, err)
	}
	return v
}

// left reports whether the page went away under a question.
func left(err error) bool {
	for _, s := range []string{"navigated or closed", "Cannot find context", "context was destroyed"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

// until asks again and again, as an eye does, and gives up after patience.
func (p *Person) until(what string, done func() bool) {
	p.tb.Helper()
	p.waiting = true
	defer func() { p.waiting = false }()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline.C:
			p.fail(what, fmt.Errorf("not within %s", patience))
		case <-tick.C:
		}
	}
}

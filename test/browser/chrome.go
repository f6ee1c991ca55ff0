// Package browser looks at Vigie the way a person does: in Chromium, by role
// and name, with the keyboard, at two widths, in two themes and two languages.
//
// It owns the browser, the list of pages (pages.go) and what every page must
// keep everywhere: no error in the console, nothing against the content
// security policy, no sideways scrolling on a phone, nothing axe finds. It
// never asserts on CSS classes: a page may be redrawn, its words and roles are
// what people and screen readers use.
//
// The tests run with VIGIE_BROWSER=1 (./check sets it); VIGIE_CHROMIUM names
// the browser, VIGIE_AXE the axe.min.js to use.
package browser

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// Wanted skips the test unless browser tests were asked for.
func Wanted(tb testing.TB) {
	tb.Helper()
	if os.Getenv("VIGIE_BROWSER") == "" {
		tb.Skip("browser tests run with VIGIE_BROWSER=1 (./check does)")
	}
}

// One browser serves the whole test binary: starting one costs half a second,
// a person in a context of her own only a few milliseconds.
var chrome struct {
	sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func startChrome() {
	dir, err := os.MkdirTemp("", "vigie-chromium-")
	if err != nil {
		chrome.err = err
		return
	}
	path := os.Getenv("VIGIE_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		chrome.err = errors.New("no Chromium: ./check setup installs it, VIGIE_CHROMIUM names another")
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(dir),
		chromedp.WindowSize(1440, 900),
		chromedp.NoSandbox, // build machines are root, and Chromium refuses its sandbox to root
		chromedp.DisableGPU,
		chromedp.Flag("headless", "new"),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-proxy-server", true),
	)
	alloc, freeAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	chrome.err = chromedp.Do(ctx)
	chrome.ctx = ctx
	chrome.stop = func() {
		_ = chromedp.Cancel(ctx)
		cancel()
		freeAlloc()
		os.RemoveAll(dir)
	}
}

// CloseBrowser ends the browser. Call it from TestMain, after m.Run.
func CloseBrowser() {
	if chrome.stop != nil {
		chrome.stop()
	}
}

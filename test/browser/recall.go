package browser

import (
	"strings"

	"github.com/chromedp/chromedp"
)

// recallAsked goes from the page that asks what to recall, which names nothing,
// to the question about a post that is on its networks.
func recallAsked(p *Person) {
	p.tb.Helper()
	base, _, _ := strings.Cut(p.Path(), "/recalls")
	p.Go(value(p, "find a published post", chromedp.Evaluate[string](`(async () => {
		const r = await fetch("/api/v1" + "`+base+`".replace("/b/", "/brands/") + "/posts?badge=sent&limit=1")
		return "`+base+`/recalls/new?post=" + (await r.json()).items[0].id
	})()`, chromedp.EvalAwaitPromise)))
}

// recalled recalls such a post and looks at its receipts.
func recalled(p *Person) {
	p.tb.Helper()
	recallAsked(p)
	base, _, _ := strings.Cut(p.Path(), "/recalls")
	p.Submit(base+"/recalls", map[string]string{"reason": "Le prix du coffret est faux"})
	p.until("see every receipt", func() bool {
		return value(p, "look", chromedp.Evaluate[bool](`!document.querySelector("#recall .sig[data-s=watch]")`))
	})
}

package browser

import "github.com/chromedp/chromedp"

// everythingIsRead makes a rule by which somebody reads what leaves, in the brand
// that the page is of, and shows what then waits.
func everythingIsRead(p *Person) {
	p.tb.Helper()
	p.must("make a rule", chromedp.Evaluate[chromedp.Void](`(async () => {
		const brand = location.pathname.split("/")[2]
		const r = await fetch("/api/v1/brands/" + brand + "/approval/policies", {method: "PUT", headers: {"Content-Type": "application/json"},
			body: JSON.stringify({steps: [{}, {client: true}], own: true, tolerance_min: 1440, deadline_min: 0, past: "hold", quiet_from: "20:00", quiet_to: "08:00"})})
		if (!r.ok) throw new Error(await r.text())
	})()`, chromedp.EvalAwaitPromise))
	p.Reload()
}

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

// choice finds the choice that the example agency has open, as JavaScript that
// leaves its brand's address and its entry in brand and found.
const choice = `
	const ask = async (method, path, body) => {
		const r = await fetch("/api/v1" + path, {method, headers: {"Content-Type": "application/json"}, body: body && JSON.stringify(body)})
		if (!r.ok) throw new Error(method + " " + path + ": " + await r.text())
		return r.status === 204 ? null : r.json()
	}
	let brand, found
	for (const b of (await ask("GET", "/brands")).items) {
		found = (await ask("GET", "/brands/" + b.id + "/approval/queue")).items.find(e => e.choice)
		if (found) { brand = "/brands/" + b.id; break }
	}
	if (!found) throw new Error("no choice is open")
`

// versionsAsked opens the reading of a post of which versions are to be chosen
// from, by somebody inside.
func versionsAsked(p *Person) {
	p.tb.Helper()
	p.Go(value(p, "find a choice", chromedp.Evaluate[string](`(async () => {`+choice+`
		return brand.replace("/brands/", "/b/") + "/review/" + found.post
	})()`, chromedp.EvalAwaitPromise)))
}

// versionsAtTheClient lets the client choose, and opens her page.
func versionsAtTheClient(p *Person) {
	p.tb.Helper()
	p.Go(value(p, "make a link", chromedp.Evaluate[string](`(async () => {`+choice+`
		if (found.state === "waiting") await ask("POST", brand + "/approval/posts/" + found.post + "/decision", {round: found.id, verdict: "approve"})
		const link = await ask("POST", brand + "/approval/links", {name: "Maud Kerlann", language: document.documentElement.lang})
		return new URL(link.address).pathname + "/p/" + found.post
	})()`, chromedp.EvalAwaitPromise)))
}

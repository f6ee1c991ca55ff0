package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// offered proposes versions of the newest post of a brand, and gives its id.
func (p *Person) offered(base, words string, others ...string) (post string) {
	p.tb.Helper()
	return value(p, "propose versions", chromedp.Evaluate[string](fmt.Sprintf(`(async () => {
		const api = "/api/v1" + %q.replace("/b/", "/brands/")
		const post = (await (await fetch(api + "/posts")).json()).items[0].id
		const r = await fetch(api + "/approval/posts/" + post + "/versions", {method: "POST", headers: {"Content-Type": "application/json"},
			body: JSON.stringify({words: %q, others: %s.map(text => ({text}))})})
		if (!r.ok) throw new Error(await r.text())
		return post
	})()`, base, words, jsonOf(others)), chromedp.EvalAwaitPromise))
}

// P5: the client chooses one of three versions on a phone whose browser runs no
// script, and that one leaves.
func TestTheClientChoosesAVersionOnAPhoneWithoutScript(t *testing.T) {
	Wanted(t)
	p := Enter(t, "fr", Empty)
	base, link := p.submitted("Les sablés sont là.")
	post := p.offered(base, "Laquelle vous ressemble ?", "Les galettes sont là.", "Il reste du kouign.")
	client := onAPhone(t, p)
	client.Go(link)
	client.See("Laquelle vous ressemble ?")
	client.See("Voici 3 versions de la même publication")
	client.See("Ce qui diffère de la version A")
	client.See("Le texte est tout autre")
	if over := client.Overflow(); len(over) > 0 {
		t.Errorf("wider than the phone: %v", over)
	}
	client.DontSee("Valider")
	client.Click("button", "Choisir la version C")
	client.See("Votre choix pour « Les sablés sont là. » est noté et validé.")
	client.See("C’est tout, merci")

	// It is the post's now, and leaves on the practice network when it is told to.
	p.Go(base + "/review/" + post)
	p.See("Paul a choisi la version C parmi 3")
	p.See("Il reste du kouign.")
	p.See("Validé")
	p.do(fmt.Sprintf(`(async () => {
		const api = "/api/v1" + %q.replace("/b/", "/brands/") + "/posts/" + %q
		const rule = {steps: [{client: true}], own: false, tolerance_min: 10080, deadline_min: 0, past: "hold", quiet_from: "20:00", quiet_to: "08:00"}
		let r = await fetch(api.replace(/[/]posts.*/, "/approval/policies"), {method: "PUT", headers: {"Content-Type": "application/json"}, body: JSON.stringify(rule)})
		if (!r.ok) throw new Error(await r.text())
		r = await fetch(api + "/schedule", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({now: true})})
		if (!r.ok) throw new Error(await r.text())
	})()`, base, post))
	p.until("see it leave", func() bool {
		return value(p, "read the post", chromedp.Evaluate[string](fmt.Sprintf(`(async () => {
			const x = (await (await fetch("/api/v1" + %q.replace("/b/", "/brands/") + "/posts/" + %q + "/publications")).json()).items[0]
			return x.state + ": " + x.content.parts[0].text 
		})()`, base, post), chromedp.EvalAwaitPromise)) == "sent: Il reste du kouign."
	})
}

// P5: without script, the client remarks on one paragraph from beside it, and
// those inside find the remark on its words.
func TestTheClientRemarksOnAPassageWithoutScript(t *testing.T) {
	Wanted(t)
	p := Enter(t, "fr", Empty)
	base, link := p.submitted("Les sablés sont là.\n\nOuverts jusqu’à midi.")
	client := onAPhone(t, p)
	client.Go(link)
	client.Click("DisclosureTriangle", "Remarquer ce passage « Ouverts jusqu’à midi. »")
	client.Fill("Remarque", "Plutôt treize heures.")
	client.Click("button", "Envoyer la remarque")
	client.See("Votre remarque est envoyée.")
	client.See("Plutôt treize heures.")
	client.See("Ouverts jusqu’à midi.")
	p.Go(base + "/review")
	p.Click("link", "Les sablés sont là.")
	p.See("Plutôt treize heures.")
	if got := value(p, "the marked words", chromedp.Evaluate[string](`document.querySelector("mark[data-n]")?.textContent ?? ""`)); got != "Ouverts jusqu’à midi." {
		t.Errorf("marked: %q", got)
	}
}

package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// submitted makes a brand with a channel, posts that wait for the client, and a
// private link; it returns the brand's address and the link's path.
func (p *Person) submitted(texts ...string) (base, link string) {
	p.tb.Helper()
	got := value(p, "submit posts", chromedp.Evaluate[[]string](fmt.Sprintf(`(async () => {
		const ask = async (method, path, body) => {
			const r = await fetch(path, {method, headers: {"Content-Type": "application/json"}, body: body && JSON.stringify(body)})
			if (!r.ok) throw new Error(method + " " + path + ": " + await r.text())
			return r.status === 204 ? null : r.json()
		}
		const brand = (await ask("GET", "/api/v1/brands")).items[0].id
		const base = "/api/v1/brands/" + brand
		let step = await ask("POST", base + "/channels/sign-in", {network: "practice"})
		for (let i = 0; i < 5 && step.step?.id !== "done"; i++) {
			const answers = {}
			for (const f of step.step.fields ?? []) answers[f.name] = f.default || ""
			answers.handle = "kerlann"
			step = await ask("POST", base + "/channels/sign-in/" + step.id + "/answers", {answers})
		}
		await ask("PUT", base + "/approval/policies", {steps: [{client: true}], own: false, tolerance_min: 1440, deadline_min: 0, past: "hold", quiet_from: "20:00", quiet_to: "08:00"})
		const channel = (await ask("GET", base + "/channels")).items[0].id
		const day = new Date(Date.now() + 3 * 864e5).toISOString().slice(0, 10)
		const texts = %s
		for (let i = 0; i < texts.length; i++) {
			const post = await ask("POST", base + "/posts", {text: texts[i], variants: [{channel}]})
			await ask("POST", base + "/posts/" + post.id + "/schedule", {local: day + "T" + String(9 + i).padStart(2, "0") + ":00"})
		}
		const link = await ask("POST", base + "/approval/links", {name: "Paul"})
		return ["/b/" + brand, new URL(link.address).pathname]
	})()`, jsonOf(texts)), chromedp.EvalAwaitPromise))
	return got[0], got[1]
}

func jsonOf(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = fmt.Sprintf("%q", t)
	}
	return "[" + strings.Join(quoted, ",") + "]"
}

// onAPhone is somebody with a phone whose browser runs no script.
func onAPhone(t *testing.T, p *Person) *Person {
	t.Helper()
	client := Someone(t, p.base, "client")
	client.Narrow()
	if _, err := chromedp.Call(client.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	return client
}

// P5: the client approves on a phone whose browser runs no script, ten posts in
// under a minute, and who only follows the link decides nothing.
func TestTheClientApprovesTenPostsOnAPhoneWithoutScript(t *testing.T) {
	Wanted(t)
	p := Enter(t, "fr", Empty)
	var texts []string
	for i := range 10 {
		texts = append(texts, fmt.Sprintf("Publication numéro %d, toute chaude.", i+1))
	}
	base, link := p.submitted(texts...)
	// A mail scanner follows every link before the client does.
	for _, path := range []string{"", "/all"} {
		r, err := http.Get(p.base + link + path)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusOK {
			t.Fatalf("%s answers %d", path, r.StatusCode)
		}
	}
	client := onAPhone(t, p)
	client.Go(link)
	client.See("0 sur 10")
	client.See("Publication numéro 1,")
	if over := client.Overflow(); len(over) > 0 {
		t.Errorf("wider than the phone: %v", over)
	}
	began := time.Now()
	for i := range 8 {
		client.See(fmt.Sprintf("%d sur 10", i))
		client.Click("button", "Valider")
	}
	client.See("8 sur 10")
	client.Click("link", "Valider les 2 restantes")
	client.See("Publication numéro 9,")
	client.Click("button", "Valider ce qui est coché")
	client.See("C’est tout, merci")
	if took := time.Since(began); took > time.Minute {
		t.Errorf("ten posts took %s", took)
	}
	client.See("10 sur 10")
	p.Go(base + "/review?all=1")
	p.DontSee("Chez le client")
	p.See("Validé")
}

// Bad case: the post changes while the client reads it. What she says then is
// not taken, and she is shown what changed.
func TestAPostThatChangesWhileTheClientReadsIsShownAnew(t *testing.T) {
	Wanted(t)
	p := Enter(t, "fr", Empty)
	base, link := p.submitted("Les sablés sont là.")
	client := onAPhone(t, p)
	client.Go(link)
	client.See("Les sablés sont là.")
	p.do(fmt.Sprintf(`(async () => {
		const api = "/api/v1" + %q.replace("/b/", "/brands/")
		const post = (await (await fetch(api + "/posts")).json()).items[0].id
		let r = await fetch(api + "/posts/" + post, {method: "PATCH", headers: {"Content-Type": "application/json"}, body: JSON.stringify({text: "Les galettes sont là."})})
		if (!r.ok) throw new Error(await r.text())
		const day = new Date(Date.now() + 3 * 864e5).toISOString().slice(0, 10)
		r = await fetch(api + "/posts/" + post + "/schedule", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({local: day + "T09:00"})})
		if (!r.ok) throw new Error(await r.text())
	})()`, base))
	client.Tolerate("status of 409")
	client.Click("button", "Valider")
	client.See("Cette publication a changé pendant votre lecture.")
	client.See("Votre réponse n’a pas été enregistrée")
	client.See("Ce qui a changé depuis votre dernière lecture")
	client.See("galettes")
	client.Click("button", "Valider")
	client.See("C’est tout, merci")
	// She changes her mind before it leaves.
	for _, l := range client.Links() {
		if strings.Contains(l, "/p/") {
			client.Go(l + "#modif") // a browser opens what the place is in
		}
	}
	client.Fill("Que faut-il changer ?", "Finalement, non.")
	client.Click("button", "Refuser cette publication")
	p.Go(base + "/review")
	p.See("Refusé")
}

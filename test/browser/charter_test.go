package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// P6: a forbidden word is underlined as one types, with its reason, and blocks
// scheduling in words; corrected with one click, it may be scheduled. In both
// languages.
func TestAForbiddenWordIsUnderlinedAndBlocksScheduling(t *testing.T) {
	Wanted(t)
	for _, c := range []struct{ lang, field, schedule, find, refused string }{
		{"fr", "Texte commun", "Programmer", "« sans gluten » est à éviter", "« sans gluten » est à éviter"},
		{"en", "Common text", "Schedule", "“sans gluten” is to avoid", "“sans gluten” is to avoid"},
	} {
		t.Run(c.lang, func(t *testing.T) {
			p := Enter(t, c.lang, Empty)
			base := value(p, "make a charter", chromedp.Evaluate[string](`(async () => {
				const ask = async (method, path, body) => {
					const r = await fetch(path, {method, headers: {"Content-Type": "application/json"}, body: body && JSON.stringify(body)})
					if (!r.ok) throw new Error(path + ": " + await r.text())
					return r.json()
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
				await ask("POST", base + "/charter/rules", {name: "Allégations", why: "Il faut la pièce du laboratoire.", kind: "avoid", severity: "block", on: true, spec: {terms: [{text: "sans gluten", say: "au sarrasin"}]}})
				return "/b/" + brand
			})()`, chromedp.EvalAwaitPromise))
			p.Go(base + "/posts/new")
			p.Type(c.field, "Nos biscuits sans gluten sortent du four.")
			p.is("see the words underlined, and they alone", `[...document.querySelectorAll(".edit-marks .find--block")].map(x => x.textContent).join() === "sans gluten"`)
			p.See(c.find)
			p.See("Il faut la pièce du laboratoire.")
			p.is("see the underline under the words themselves", `(() => {
				const area = document.getElementById("text"), back = area.previousElementSibling
				const a = area.getBoundingClientRect(), b = back.getBoundingClientRect(), s = getComputedStyle
				return a.left === b.left && a.top === b.top && a.width === b.width && s(area).font === s(back).font && s(area).lineHeight === s(back).lineHeight && s(area).letterSpacing === s(back).letterSpacing
			})()`)
			p.do(`(() => { const d = new Date(Date.now() + 3 * 864e5).toISOString().slice(0, 10); for (const [n, v] of [["date", d], ["time", "10:00"]]) { const f = document.getElementById("composer").elements[n]; f.value = v; f.dispatchEvent(new Event("change", {bubbles: true})) } })()`)
			p.is("see it kept", `!location.pathname.endsWith("/new")`)
			p.Tolerate("status of 4")
			p.Click("button", c.schedule)
			p.is("see why it is refused", `document.getElementById("composer-fault")?.textContent.replace(/\s/g, " ").includes(`+"`"+c.refused+"`"+`)`)
			p.is("see it underlined again", `document.querySelectorAll(".edit-marks .find--block").length === 1`)
			p.do(`document.querySelector("[data-find-with]").click()`)
			p.is("see the words replaced", `document.getElementById("text").value === "Nos biscuits au sarrasin sortent du four."`)
			p.is("see no underline", `document.querySelectorAll(".edit-marks .find--block").length === 0`)
			p.do(`document.execCommand("undo")`)
			p.is("take the replacement back", `document.getElementById("text").value.includes("sans gluten")`)
			p.do(`document.execCommand("redo")`)
			p.is("see it replaced for good", `document.getElementById("text").value.includes("au sarrasin") && document.querySelectorAll(".edit-marks .find--block").length === 0`)
			p.Click("button", c.schedule)
			p.is("see it scheduled", `!document.getElementById("composer-fault") && document.querySelector("#badges .badge--pub")`)
			if at := p.Path(); !strings.Contains(at, "/posts/") {
				t.Errorf("scheduled, and now at %s", at)
			}
		})
	}
}

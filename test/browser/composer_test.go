package browser

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// writing brings Claire in front of an empty composer, in a brand with one
// practice channel.
func writing(t *testing.T) (*Person, string) {
	t.Helper()
	p, week, _ := planned(t, nil)
	base, _, _ := strings.Cut(week, "/calendar")
	p.Go(base + "/posts/new")
	return p, base
}

// is waits until an expression of the page is true.
func (p *Person) is(what, expression string) {
	p.tb.Helper()
	p.until(what, func() bool { return value(p, what, chromedp.Evaluate[bool]("!!("+expression+")")) })
}

func (p *Person) do(script string) {
	p.tb.Helper()
	p.must("do "+script, chromedp.Evaluate[chromedp.Void](script, chromedp.EvalAwaitPromise))
}

// saved waits until the server has what is in the page.
func (p *Person) saved() {
	p.tb.Helper()
	p.is("see it saved", `document.getElementById("saved").textContent.startsWith("enregistré") && !Object.keys(localStorage).some(k => k.startsWith("vigie:post:"))`)
}

func picture(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for x := range 320 {
		for y := range 200 {
			img.Set(x, y, color.RGBA{R: uint8(x / 2), G: uint8(y), B: 120, A: 255})
		}
	}
	path := filepath.Join(t.TempDir(), "sables.png")
	f, err := os.Create(path)
	if err == nil {
		err = png.Encode(f, img)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// P1, P4, P5: from the first letter to the address on the network.
func TestAPostIsWrittenPicturedAndPublished(t *testing.T) {
	Wanted(t)
	p, _ := writing(t)
	p.Type("Texte commun", "Les sablés sortent du four. https://kerlann.example/saint-martin")
	p.is("see it counted while typing", `document.querySelector("[data-preview] .count").textContent === "51 / 500"`)
	p.saved()
	if at := p.Path(); strings.HasSuffix(at, "/new") {
		t.Fatalf("the draft has no address: %s", at)
	}
	p.Upload(`[data-media=""] [data-file]`, picture(t))
	p.is("see the picture in the list", `document.querySelector("[data-media-item] img")?.naturalWidth > 0`)
	p.See("Sans texte de remplacement")
	p.Fill("Texte de remplacement", "Des sablés dorés")
	p.is("see the picture in the preview", `document.querySelector("[data-preview] img")?.alt === "Des sablés dorés"`)
	p.saved()
	p.Reload()
	p.See("Les sablés sortent du four.")
	p.do(`document.querySelector("[name=when][value=now]").click()`)
	p.Click("button", "Publier maintenant")
	p.See("Part tout de suite sur Exercice (@kerlann)")
	p.Click("button", "Publier maintenant")
	p.is("see its address", `document.querySelector("#sending a[target]")?.getAttribute("href").startsWith("/practice/kerlann/")`)
	p.See("Tout est parti")
	p.do(`document.querySelector("#sending .go").click()`)
	p.Arrive("/b/")
	p.See("Exercice l’a prise")
}

// P11: neither a lost connection nor a closed window loses a word.
func TestWordsSurviveALostConnectionAndAReload(t *testing.T) {
	Wanted(t)
	p, _ := writing(t)
	p.Type("Texte commun", "Avant le tunnel.")
	p.saved()
	p.do(`window.fetch = () => Promise.reject(new TypeError("offline"))`)
	p.Type("Texte commun", " Dans le tunnel.")
	p.See("hors ligne, gardé dans ce navigateur")
	p.Reload()
	p.See("Ce que vous aviez écrit sans connexion est revenu")
	p.saved()
	p.Reload()
	p.is("see both sentences", `document.getElementById("text").value === "Avant le tunnel. Dans le tunnel."`)
}

// P11: two people, one field: both versions are shown, and one chooses.
func TestTwoVersionsAreShownAndNoneIsLost(t *testing.T) {
	Wanted(t)
	p, _ := writing(t)
	p.Type("Texte commun", "Ensemble.")
	p.saved()
	p.do(`(async () => {
		const f = document.getElementById("composer")
		const d = new URLSearchParams([...new FormData(f)].filter(([, v]) => typeof v === "string"))
		d.set("text", "La version de Yann.")
		d.set("title", "Un titre de Yann")
		document.getElementById("text").value = "La version de Claire."
		await fetch(f.action, {method: "POST", body: d, headers: {Accept: "application/json"}})
		document.getElementById("text").dispatchEvent(new Event("input", {bubbles: true}))
	})()`)
	p.See("Deux versions")
	p.See("La version de Yann.")
	p.Click("button", "Garder la mienne")
	p.saved()
	p.Reload()
	p.is("see her text and his title", `document.getElementById("text").value === "La version de Claire." && document.getElementById("title").value === "Un titre de Yann"`)
}

// P5: the counter in this browser agrees with the one that decides.
func TestTheCounterOfThePageAgreesWithTheServer(t *testing.T) {
	Wanted(t)
	p, _ := writing(t)
	b, err := os.ReadFile("../../internal/network/testdata/count.json")
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b) {
		t.Fatal("count.json")
	}
	wrong := value(p, "count", chromedp.Evaluate[string](fmt.Sprintf(`(async () => {
		const { count } = await import(document.querySelector("script[src$='js/composer.js']").src.replace("composer.js", "count.js"))
		const out = []
		for (const c of %s) {
			const got = count(c.text, c.warning || "", c.rule)
			for (const k of ["used", "bytes", "over"]) if (got[k] !== c.want[k]) out.push(c.name + ": " + k + " " + got[k] + ", want " + c.want[k])
		}
		return out.join("\n")
	})()`, b), chromedp.EvalAwaitPromise))
	if wrong != "" {
		t.Error(wrong)
	}
}

func TestTheKeyboardSchedulesAndMovesAmongTabs(t *testing.T) {
	Wanted(t)
	p, _ := writing(t)
	p.Type("Texte commun", "Au clavier.")
	p.saved()
	at := p.Path()
	p.Type("Titre pour l’équipe", "Un titre")
	p.Press("\r")
	p.saved()
	if p.Path() != at {
		t.Fatalf("Enter in the title led from %s to %s", at, p.Path())
	}
	p.do(`document.querySelector("[role=tab]").focus()`)
	p.do(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}))`)
	p.is("see the channel's tab", `document.activeElement.textContent.includes("Exercice") && document.activeElement.getAttribute("aria-selected") === "true"`)
	p.Fill("Date", "2030-01-15")
	p.Fill("Heure", "09:00")
	p.saved()
	p.do(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", ctrlKey: true, bubbles: true}))`)
	p.See("Programmée")
	p.See("Mettre à jour la programmation")
}

// P5: nothing was left to save when the button was pressed, and the press counts.
func TestADraftAlreadySavedIsScheduledByOnePress(t *testing.T) {
	Wanted(t)
	p, _ := writing(t)
	p.Type("Texte commun", "Le four est chaud.")
	p.do(`const day = new Date(Date.now() + 7 * 864e5).toISOString().slice(0, 10);
		for (const [name, v] of [["date", day], ["time", "09:15"]]) {
			const el = document.getElementById(name);
			el.value = v;
			el.dispatchEvent(new Event("input", { bubbles: true }));
			el.dispatchEvent(new Event("change", { bubbles: true }));
		}`)
	p.saved()
	p.Click("button", "Programmer")
	p.See("Mettre à jour la programmation")
}

// P11: whoever opens a draft that was just begun is seen by who began it, and
// seen there, without a reload.
func TestADraftJustBegunShowsWhoIsHere(t *testing.T) {
	Wanted(t)
	p, _ := writing(t)
	p.Type("Texte commun", "À deux.")
	p.saved()
	p.is("be known to be on her draft", `document.querySelector("[data-presence]").dataset.presence === "post:" + location.pathname.split("/").pop()`)
	p.is("tell the server", `performance.getEntriesByType("resource").some((e) => e.name.endsWith("/here"))`)
}

// P1: an emptied hour leaves the calendar.
func TestAnEmptiedHourLeavesTheCalendar(t *testing.T) {
	Wanted(t)
	p, _ := writing(t)
	p.Type("Texte commun", "Un jour.")
	p.Fill("Date", "2030-01-15")
	p.Fill("Heure", "09:00")
	p.saved()
	p.See("Sans heure")
	p.do(`for (const name of ["date", "time"]) {
		const el = document.getElementById(name);
		el.value = "";
		el.dispatchEvent(new Event("input", { bubbles: true }));
		el.dispatchEvent(new Event("change", { bubbles: true }));
	}`)
	p.is("see the hour gone", `!document.querySelector("[formaction$='/clear-hour']")`)
	p.Reload()
	p.is("see no date", `document.getElementById("date").value === ""`)
}

package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// P3: an idea is noted with a key, moved with the arrows, and becomes a draft
// in the composer; undone, it is back among what is to write.
func TestAnIdeaBecomesAPost(t *testing.T) {
	Wanted(t)
	p, week, _ := planned(t, nil)
	base, _, _ := strings.Cut(week, "/calendar")
	p.Go(base + "/ideas")
	p.See("Aucune idée pour le moment")
	p.Press("n")
	p.until("have the focus in the field", func() bool {
		return value(p, "look", chromedp.Evaluate[bool](`document.activeElement.id === "idea-words"`))
	})
	p.Fill("L’idée, en une ligne", "Le beurre salé, et pourquoi ici")
	p.Press("\r")
	p.See("Le beurre salé, et pourquoi ici")
	p.Settle()
	p.must("leave the field", chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	column := func() string {
		return value(p, "look for the idea", chromedp.Evaluate[string](`document.querySelector("[data-idea]")?.closest("[data-state]").dataset.state || ""`))
	}
	p.Press(kb.ArrowDown)
	p.is("have the focus on the idea", `document.activeElement.closest("[data-idea]")`)
	p.Press(kb.ArrowRight, chromedp.ModifierAlt)
	p.until("see the idea in the next column", func() bool { return column() == "write" })
	p.See("L’idée est dans « À écrire ».")
	p.Click("button", "Écrire : Le beurre salé, et pourquoi ici")
	p.See("L’idée est devenue un brouillon.")
	p.See("D’une idée : Le beurre salé, et pourquoi ici")
	p.until("see its words in the composer", func() bool {
		return value(p, "read the text", chromedp.Evaluate[string](`document.querySelector("textarea[name=text]")?.value || ""`)) == "Le beurre salé, et pourquoi ici"
	})
	p.Click("button", "Annuler Z")
	p.See("Le brouillon est à la corbeille, l’idée est à écrire.")
	p.Go(base + "/ideas")
	p.until("see the idea among what is to write", func() bool { return column() == "write" })
}

// P3: a post becomes a template, and the template another post.
func TestATemplateBecomesAPost(t *testing.T) {
	Wanted(t)
	p, week, _ := planned(t, map[string]string{"Le mot du lundi": "0 09:00"})
	base, _, _ := strings.Cut(week, "/calendar")
	p.Go(week)
	p.must("open the post", chromedp.Evaluate[chromedp.Void](`document.querySelector("#cal a[data-post]").click()`))
	p.Settle()
	p.See("Aperçus")
	first := value(p, "where", chromedp.Evaluate[string](`location.pathname`))
	p.Go(first + "/template")
	p.Fill("Nom du modèle", "Lundi")
	p.Click("button", "Enregistrer le modèle")
	p.See("Le modèle « Lundi » est enregistré.")
	p.Go(base + "/templates")
	p.Click("button", "Écrire avec « Lundi »")
	p.See("Un brouillon est fait du modèle.")
	if at := value(p, "where", chromedp.Evaluate[string](`location.pathname`)); at == first {
		t.Error("it is the first post again")
	}
	if text := value(p, "read the text", chromedp.Evaluate[string](`document.querySelector("textarea[name=text]").value`)); text != "Le mot du lundi" {
		t.Error(text)
	}
}

// P3: two posts are chosen in the calendar, shown before and after, changed
// together, and given back by one undo.
func TestManyPostsAreChangedTogether(t *testing.T) {
	Wanted(t)
	p, week, _ := planned(t, map[string]string{"Foire de printemps, jour 1": "1 09:00", "Foire de printemps, jour 2": "2 09:00"})
	p.Go(strings.Replace(week, "view=week", "view=list", 1))
	p.must("choose both", chromedp.Evaluate[chromedp.Void](`(() => {
		for (const a of document.querySelectorAll("#cal [data-post]")) (a.matches("a") ? a : a.querySelector("a")).dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, ctrlKey: true}))
	})()`))
	p.Click("button", "Modifier…")
	p.See("2 publications choisies")
	p.Fill("Chercher dans les textes", "foire de printemps")
	p.Fill("Remplacer par", "Fête des galettes")
	p.Click("button", "Voir ce qui changerait")
	p.See("2 publications changeraient")
	texts := func() string {
		return value(p, "read both", chromedp.Evaluate[string](`(async () => {
			const base = "/api/v1/brands/" + document.body.dataset.brand + "/posts"
			const all = (await (await fetch(base)).json()).items
			const out = []
			for (const p of all) out.push((await (await fetch(base + "/" + p.id)).json()).text)
			return out.sort().join(" | ")
		})()`, chromedp.EvalAwaitPromise))
	}
	const before = "Foire de printemps, jour 1 | Foire de printemps, jour 2"
	if got := texts(); got != before {
		t.Fatal("a look changed posts: ", got)
	}
	if n := value(p, "count", chromedp.Evaluate[int](`document.querySelectorAll("[data-bulk] del + ins").length`)); n != 2 {
		t.Error(fmt.Sprint(n, " changes are shown"))
	}
	p.Click("button", "Modifier 2 publications")
	p.See("2 publications modifiées")
	if got := texts(); got != "Fête des galettes, jour 1 | Fête des galettes, jour 2" {
		t.Error(got)
	}
	p.Click("button", "Tout annuler")
	p.See("Cette modification a été annulée")
	if got := texts(); got != before {
		t.Error(got)
	}
}

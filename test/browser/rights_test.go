package browser

import (
	"strings"
	"testing"
	"time"
)

// A1: a picture whose right ends before the post's hour cannot be scheduled,
// and the page says why; another licence frees it.
func TestAPictureWhoseRightEndedIsHeldUntilItsLicenceIsChanged(t *testing.T) {
	Wanted(t)
	p, base := writing(t)
	p.Type("Texte commun", "Les sablés sortent du four.")
	p.Upload(`[data-media=""] [data-file]`, picture(t))
	p.is("see the picture in the list", `document.querySelector("[data-media-item] img")?.naturalWidth > 0`)
	p.Fill("Texte de remplacement", "Des sablés dorés")
	p.saved()
	post := p.Path()

	licence := func(until time.Time) {
		t.Helper()
		p.Go(base + "/media")
		p.do(`document.querySelector(".media-tile .go").click()`)
		p.Arrive(base + "/media/")
		p.Click("link", "Voir les droits")
		p.See("Enregistrer la licence")
		p.Fill("Titulaire", "Agence Ouest")
		p.Fill("Jusqu’au", until.Format(time.DateOnly))
		p.Click("button", "Enregistrer la licence")
		p.See("Droits enregistrés.")
	}
	licence(time.Now().AddDate(0, 0, -2))
	p.See("Plus personne")
	p.Go(post)
	p.See("Le droit d’utiliser « sables.png » prend fin le")
	p.do(`document.querySelector("[name=when][value=now]").click()`)
	p.Click("button", "Publier maintenant")
	p.See("Part tout de suite sur Exercice (@kerlann)")
	p.Click("button", "Publier maintenant")
	p.is("see it refused, with its reason", `/kerlann\s: Le droit d’utiliser « sables\.png » prend fin/u.test((document.body?.innerText || "").replaceAll("\u00a0", " ").replaceAll("\u202f", " "))`)

	licence(time.Now().AddDate(1, 0, 0))
	if p.See("peut l’utiliser sur tous les réseaux"); !strings.HasSuffix(p.Path(), "/rights") {
		t.Error(p.Path())
	}
	p.Go(post)
	p.DontSee("prend fin le")
	p.do(`document.querySelector("[name=when][value=now]").click()`)
	p.Click("button", "Publier maintenant")
	p.See("Part tout de suite sur Exercice (@kerlann)")
	p.Click("button", "Publier maintenant")
	p.See("Tout est parti")
}

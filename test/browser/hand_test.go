package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// P10, on a phone: Today says that something is to be published by hand; copy,
// publish elsewhere, come back with the link.
func TestAPostIsPublishedByHandOnAPhone(t *testing.T) {
	Wanted(t)
	p := Enter(t, "fr", Empty)
	p.Narrow()
	base := value(p, "find the brand", chromedp.Evaluate[string](`fetch("/api/v1/brands").then((r) => r.json()).then((all) => "/b/" + all.items[0].id)`, chromedp.EvalAwaitPromise))
	p.Go(base + "/today")
	here := p.handed("Les galettes du marché sont là, tout juste sorties du four.")
	p.Go(base + "/today")
	p.See("À publier à la main")
	p.Click("link", "Publier")
	p.Arrive(here)
	p.See("C’est l’heure")
	p.See("tout juste sorties du four")
	if over := p.Overflow(); len(over) > 0 {
		t.Errorf("wider than the phone: %v", over)
	}
	p.Click("button", "Copier le texte")
	p.See("Copié.")
	p.Tolerate("status of 422")
	p.Fill("Lien de la publication facultatif, mais c’est la preuve", "http://")
	if p.Sees("C’est noté") {
		t.Error("a link that is none was taken")
	}
	p.Fill("Lien de la publication facultatif, mais c’est la preuve", "https://forum.example/posts/12")
	p.Click("button", "C’est publié")
	p.See("Publiée par")
	p.See("https://forum.example/posts/12")
	p.DontSee("C’est l’heure")
	p.Go(base + "/today")
	p.DontSee("À publier à la main")
}

// She does not publish it: her reason stands there, and it can be taken up again.
func TestWhatIsNotPublishedByHandSaysWhy(t *testing.T) {
	Wanted(t)
	p := Enter(t, "en", Empty)
	p.Narrow()
	base := value(p, "find the brand", chromedp.Evaluate[string](`fetch("/api/v1/brands").then((r) => r.json()).then((all) => "/b/" + all.items[0].id)`, chromedp.EvalAwaitPromise))
	p.Go(base + "/today")
	here := p.handed("The galettes are here.")
	p.Go(here)
	p.do(`document.querySelector(".hand-not").open = true`)
	p.Fill("Why?", "The forum is closed.")
	p.Click("button", "Say that it is not published")
	p.See("Not published, says")
	p.See("The forum is closed.")
	p.Click("button", "Hand it over again")
	p.See("Tried again by")
	p.handed("") // it waits to be in somebody's hands
	p.Go(here)
	p.See("It is time")
}

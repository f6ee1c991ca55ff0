package publishingweb_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"vigie/internal/publishing"
)

// P3: an idea is noted, completed, moved and made a post of, without a script.
func TestAnIdeaIsNotedAndBecomesAPost(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		has(t, a.see("/ideas"), "Aucune idée pour le moment")
		post := func(path string, form url.Values) reply { return a.ask("POST", a.path(path), form.Encode()) }
		for _, words := range []string{"Le beurre salé", "La tempête"} {
			if out := post("/ideas", url.Values{"words": {words}}); out.status != http.StatusSeeOther {
				t.Fatal(out.status, out.body)
			}
		}
		if out := post("/ideas", url.Values{"words": {" "}}); out.status != http.StatusUnprocessableEntity {
			t.Error(out.status)
		}
		page := a.see("/ideas")
		has(t, page, "Le beurre salé", "Claire Morel", "À écrire", "Mises de côté")
		one := regexp.MustCompile(`/ideas/([0-9a-f-]{36})"[^>]*>Le beurre salé`).FindStringSubmatch(page)[1]
		at := "/ideas/" + one
		has(t, a.see(at), "Note", `value="Le beurre salé"`)
		form := url.Values{"words": {"Le beurre salé"}, "note": {"voir Yann"}, "link": {"https://kerlann.example/beurre"}, "labels": {"coulisses, beurre"}, "version": {"1"}, "state": {"write"}}
		if out := post(at, form); out.status != http.StatusSeeOther {
			t.Fatal(out.status, out.body)
		}
		if out := post(at, form); out.status != http.StatusUnprocessableEntity {
			t.Error("a later change silently won", out.status)
		}
		has(t, a.see("/ideas"), "kerlann.example", "coulisses", "voir Yann")
		has(t, a.see("/ideas?q=TEMPETE"), "La tempête")
		hasNot(t, a.see("/ideas?q=TEMPETE"), "Le beurre salé")
		moved := a.ask("POST", a.path(at+"/move"), "to=aside", "Accept", "application/json")
		has(t, moved.body, "L’idée est dans", "/move?")
		removed := a.ask("POST", a.path(at+"/remove"), "x=1", "Accept", "application/json")
		has(t, removed.body, "/restore")
		hasNot(t, a.see("/ideas"), "Le beurre salé")
		if out := a.ask("GET", a.path(at), ""); out.status != http.StatusNotFound {
			t.Error(out.status)
		}
		post(at+"/restore", url.Values{"x": {"1"}})
		written := post(at+"/write", url.Values{"x": {"1"}})
		if written.status != http.StatusSeeOther || !strings.Contains(written.head.Get("Location"), "/posts/") {
			t.Fatal(written.status, written.body)
		}
		composer := a.ask("GET", written.head.Get("Location"), "").body
		has(t, composer, "Le beurre salé", "https://kerlann.example/beurre", "D’une idée", "voir Yann")
		has(t, a.see("/ideas"), "Devenues des publications")
		if out := a.ask("GET", a.path("/ideas"), "", "X-Who", "client"); out.status != http.StatusForbidden {
			t.Error("a client reads the ideas", out.status)
		}
		has(t, a.ask("GET", a.path("/ideas"), "", "X-Who", "analyst").body, "La tempête")
		hasNot(t, a.ask("GET", a.path("/ideas"), "", "X-Who", "analyst").body, `id="idea-words"`)
		// The API tells the same.
		api := "/api/v1/brands/" + string(a.brand) + "/ideas"
		made := a.ask("POST", api, `{"words":"Par l'API","state":"write","labels":["api"]}`, "Content-Type", "application/json")
		if made.status != http.StatusCreated {
			t.Fatal(made.status, made.body)
		}
		has(t, a.ask("GET", api+"?state=written", "").body, "Le beurre salé")
		hasNot(t, a.ask("GET", api+"?state=written", "").body, "Par l'API")
	})
}

// P3: a post becomes a template, the template a post; both ways can be undone.
func TestAPostBecomesATemplateAndATemplateAPost(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.draft("Le mot du lundi", "2026-10-26T09:00")
		has(t, a.see("/posts/"+string(p.ID)), "Enregistrer comme modèle")
		has(t, a.see("/posts/"+string(p.ID)+"/template"), "Nom du modèle", "Le mot du lundi")
		if out := a.ask("POST", a.path("/posts/"+string(p.ID)+"/template"), "name=+"); out.status != http.StatusUnprocessableEntity {
			t.Error(out.status)
		}
		if out := a.ask("POST", a.path("/posts/"+string(p.ID)+"/template"), "name=Lundi"); out.status != http.StatusSeeOther {
			t.Fatal(out.status, out.body)
		}
		page := a.see("/templates")
		one := "/templates/" + regexp.MustCompile(`/templates/([0-9a-f-]{36})"`).FindStringSubmatch(page)[1]
		has(t, page, "Lundi", "Écrire avec")
		form := url.Values{"version": {"1"}, "name": {"Mardi"}, "text": {"Le mot du mardi"}, "labels": {"rendez-vous"}, "channel": {string(a.chans[1])}, "own." + string(a.chans[1]): {"Court"}}
		if out := a.ask("POST", a.path(one), form.Encode()); out.status != http.StatusSeeOther {
			t.Fatal(out.status, out.body)
		}
		has(t, a.see(one), "Le mot du mardi", "Court", "rendez-vous")
		used := a.ask("POST", a.path(one+"/use"), "x=1")
		has(t, a.ask("GET", used.head.Get("Location"), "").body, "Le mot du mardi", "Court")
		if got := a.post(p.ID); got.Text != "Le mot du lundi" {
			t.Error("the post follows its template", got.Text)
		}
		a.ask("POST", a.path(one+"/remove"), "x=1")
		has(t, a.see("/templates"), "Aucun modèle")
		a.ask("POST", a.path(one+"/restore"), "x=1")
		has(t, a.see("/templates"), "Mardi")
		if out := a.ask("POST", a.path(one+"/use"), "x=1", "X-Who", "stranger"); out.status != http.StatusNotFound {
			t.Error(out.status)
		}
	})
}

// P3: many posts are looked at, changed and given back; what is done is what
// was looked at.
func TestManyPostsAreLookedAtThenChanged(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p, q := a.scheduled("Foire de printemps, jour 1", "2026-10-26T09:00"), a.draft("Foire de printemps", "")
		gone := a.scheduled("Foire de printemps, déjà", "2026-10-27T09:00")
		a.state(gone.ID, publishing.Sent, publishing.Published, "")
		posts := url.Values{"post": {string(p.ID), string(q.ID), string(gone.ID)}}
		has(t, a.see("/bulk?"+posts.Encode()), "3 publications choisies", "Voir ce qui changerait")
		if out := a.ask("POST", a.path("/bulk"), posts.Encode()); out.status != http.StatusUnprocessableEntity {
			t.Error(out.status)
		}
		form := url.Values{"post": posts["post"], "find": {"foire de printemps"}, "with": {"Fête des galettes"}, "add": {"fête"}, "campaign": {"keep"}}
		seen := a.ask("POST", a.path("/bulk"), form.Encode())
		has(t, seen.body, "<del>Foire de printemps</del>", "<ins>Fête des galettes</ins>", "déjà partie", "2 publications changeraient", "Modifier 2 publications", "partira à son heure")
		if a.post(p.ID).Text != "Foire de printemps, jour 1" {
			t.Fatal("a look changed a post")
		}
		for _, m := range regexp.MustCompile(`name="seen" value="([^"]+)"`).FindAllStringSubmatch(seen.body, -1) {
			form.Add("seen", m[1])
		}
		// Somebody saves one in between.
		other := "Foire de printemps, autrement"
		if _, err := a.room.Save(a.Context(), a.claire, a.brand, q.ID, q.Version, publishing.Edit{Text: &other}); err != nil {
			t.Fatal(err)
		}
		form.Set("do", "apply")
		out := a.ask("POST", a.path("/bulk"), form.Encode())
		if out.status != http.StatusSeeOther {
			t.Fatal(out.status, out.body)
		}
		at := strings.TrimPrefix(out.head.Get("Location"), "/b/"+string(a.brand))
		has(t, a.see(at), "1 publication modifiée", "Tout annuler", "entre-temps", "programmée de nouveau")
		if a.post(p.ID).Text != "Fête des galettes, jour 1" || a.post(q.ID).Text != other {
			t.Error(a.post(p.ID).Text, a.post(q.ID).Text)
		}
		a.ask("POST", a.path(at+"/undo"), "x=1")
		has(t, a.see(at), "a été annulée")
		if got := a.post(p.ID); got.Text != "Foire de printemps, jour 1" || got.Badge != publishing.Scheduled {
			t.Error(got.Text, got.Badge)
		}
		api := "/api/v1/brands/" + string(a.brand) + "/bulk"
		look := a.ask("POST", api, `{"posts":["`+string(p.ID)+`"],"change":{"find":"foire","with":"fête"},"look":true}`, "Content-Type", "application/json")
		has(t, look.body, `"plan"`, `fête de printemps, jour 1`, `"renews":true`)
	})
}

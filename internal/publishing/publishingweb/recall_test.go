package publishingweb_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/networks/mastodon"
	"vigie/internal/networks/mastodon/mastodontest"
	"vigie/internal/publishing"
)

// sends has a ledger work until the test ends.
func (a *agency) sends() {
	a.Helper()
	l := publishing.NewLedger(a.room, publishing.LedgerConfig{Alone: true})
	if err := l.Start(a.Context()); err != nil {
		a.Fatal(err)
	}
	a.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		if err := l.Stop(ctx); err != nil {
			a.Error(err)
		}
	})
}

func (a *agency) until(what string, ok func() bool) {
	a.Helper()
	for end := time.After(20 * time.Second); !ok(); {
		select {
		case <-end:
			a.Fatalf("never: %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// published sends a post at once on the channels, and waits until it is there.
func (a *agency) published(text string, channels ...id.Channel) publishing.Post {
	a.Helper()
	var vs []publishing.Variant
	for _, c := range channels {
		vs = append(vs, publishing.Variant{Channel: c})
	}
	p, err := a.room.Create(a.Context(), a.claire, a.brand, publishing.Edit{Title: &text, Text: &text, Variants: &vs})
	if err == nil {
		_, err = a.room.Schedule(a.Context(), a.claire, a.brand, p.ID, p.Version, publishing.When{Now: true})
	}
	if err != nil {
		a.Fatal(err)
	}
	a.until("it is published", func() bool { return a.post(p.ID).Badge == publishing.Published })
	return a.post(p.ID)
}

// onMastodon connects a channel of the strict imitation.
func (a *agency) onMastodon() (*mastodontest.Server, id.Channel) {
	a.Helper()
	server := mastodontest.Start(a, mastodontest.Options{Domain: "mastodon.example"})
	server.Person("kerlann", "the-token")
	a.channels.Drivers = append(a.channels.Drivers, mastodon.New(mastodon.Config{HTTP: http.DefaultClient, UserAgent: "Vigie/test", AppName: "Vigie"}))
	in, err := a.channels.Begin(a.Context(), a.claire, a.brand, "mastodon", "")
	for _, answers := range []map[string]string{{"server": server.URL}, {"how": "token"}, {"token": "the-token"}} {
		if err == nil {
			in, err = a.channels.Answer(a.Context(), a.claire, a.brand, in.ID, answers)
		}
	}
	if err != nil || in.Step.ID != network.Done {
		a.Fatalf("%+v %v", in.Step, err)
	}
	return server, in.Channel.ID
}

// P8: from the question to the receipts, on the practice network and on the
// strict imitation of Mastodon at once.
func TestAPostIsTakenOffPracticeAndMastodonAtOnce(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		server, there := a.onMastodon()
		a.sends()
		p := a.published("Le prix est faux", a.chans[0], there)
		if n := len(server.Statuses("kerlann")); n != 1 {
			t.Fatalf("%d posts on Mastodon", n)
		}
		ask := "/recalls/new?post=" + string(p.ID)
		has(t, a.see("/posts/"+string(p.ID)), `href="`+a.path(ask)+`"`, "Retirer ou corriger partout")
		has(t, a.see(ask), "Le prix est faux", "@kerlann", "Mastodon", "2 publications quittent leur réseau", "Sera supprimée du réseau", "Retirer des réseaux")
		form := url.Values{"kind": {"withdraw"}, "post": {string(p.ID)}, "reason": {" "}}
		out := a.ask("POST", a.path("/recalls"), form.Encode())
		if out.status == http.StatusSeeOther {
			t.Error("recalled without a reason")
		}
		has(t, out.body, "Dites pourquoi")
		form.Set("reason", "Le prix était de l’an dernier")
		out = a.ask("POST", a.path("/recalls"), form.Encode())
		at := out.head.Get("Location")
		if out.status != http.StatusSeeOther || !strings.HasPrefix(at, a.path("/recalls/")) {
			t.Fatalf("%d %s %s", out.status, at, out.body)
		}
		rest := strings.TrimPrefix(at, a.path(""))
		a.until("the receipts are there", func() bool { return strings.Contains(a.see(rest), "Terminé") })
		page := a.see(rest)
		has(t, page, "Le prix était de l’an dernier", "Claire Morel", "Le texte d’origine", "Le prix est faux")
		if strings.Count(page, "Supprimée") != 2 {
			t.Errorf("%d receipts of a deletion", strings.Count(page, "Supprimée"))
		}
		if n := len(server.Statuses("kerlann")); n != 0 {
			t.Errorf("%d posts are left on Mastodon", n)
		}
		if b := a.post(p.ID).Badge; b != publishing.TakenBack {
			t.Errorf("badge %q", b)
		}
		// Nothing is left to take off.
		if page := a.see("/posts/" + string(p.ID)); strings.Contains(page, a.path(ask)) || !strings.Contains(page, "Tout a été retiré des réseaux") {
			t.Error("the post still offers to be recalled")
		}
		has(t, a.see("/recalls"), "Le prix est faux", "Retirer, par Claire Morel", "terminé")
		has(t, a.see(ask), "Il n’y a rien à rappeler", "Déjà retirée")
		has(t, a.see("/publications/"+string(a.publication(p.ID).ID)), "Rappelée par Claire Morel", "Retirée du réseau par Claire Morel")
		has(t, a.see(rest, "X-Language", "en"), "Deleted", "The first words")
	})
}

// P8: words are corrected where they stand, and the page shows the old and the
// new.
func TestACorrectionIsMadeOnPracticeAndMastodonAtOnce(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		server, there := a.onMastodon()
		a.sends()
		p := a.published("À 12 euros", a.chans[0], there)
		ask := "/recalls/new?kind=correct&post=" + string(p.ID)
		has(t, a.see(ask), "changez d’abord le texte")
		text := "À 14 euros"
		if _, err := a.room.Save(a.Context(), a.claire, a.brand, p.ID, p.Version, publishing.Edit{Text: &text}); err != nil {
			t.Fatal(err)
		}
		has(t, a.see(ask), "<del>À 12 euros</del>", "<ins>À 14 euros</ins>", "Corriger sur les réseaux", "Sera corrigée sur place")
		out := a.ask("POST", a.path("/recalls"), url.Values{"kind": {"correct"}, "post": {string(p.ID)}, "reason": {"le prix"}}.Encode())
		rest := strings.TrimPrefix(out.head.Get("Location"), a.path(""))
		a.until("the receipts are there", func() bool { return strings.Contains(a.see(rest), "Terminé") })
		if page := a.see(rest); strings.Count(page, "Corrigée") != 2 {
			t.Error("two receipts of a correction are not on the page")
		}
		has(t, a.see("/publications/"+string(a.publication(p.ID).ID)), "À 14 euros", "montre le texte corrigé")
		if all := server.Statuses("kerlann"); len(all) != 1 || all[0].Text != "À 14 euros" || all[0].Edited.IsZero() {
			t.Errorf("on Mastodon: %+v", all)
		}
	})
}

// P8: programs recall as people do.
func TestTheAPIRecalls(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		a.sends()
		p := a.published("Par l’API", a.chans...)
		base := "/api/v1/brands/" + string(a.brand)
		call := func(method, path, body string, want int) (out map[string]any) {
			t.Helper()
			got := a.ask(method, path, body, "Content-Type", "application/json")
			if got.status != want {
				t.Fatalf("%s %s: %d %s", method, path, got.status, got.body)
			}
			if got.body != "" {
				if err := json.Unmarshal([]byte(got.body), &out); err != nil {
					t.Fatal(err)
				}
			}
			return out
		}
		plan := call("GET", base+"/recall-plan?post="+string(p.ID), "", 200)["items"].([]any)
		if len(plan) != 2 || plan[0].(map[string]any)["does"] != "delete" {
			t.Errorf("%v", plan)
		}
		call("POST", base+"/recalls", `{"kind": "withdraw", "reason": "", "posts": ["`+string(p.ID)+`"]}`, 422)
		made := call("POST", base+"/recalls", `{"kind": "withdraw", "reason": "une erreur", "posts": ["`+string(p.ID)+`"]}`, 200)
		at := base + "/recalls/" + made["id"].(string)
		a.until("it has ended", func() bool { return call("GET", at, "", 200)["ended"] != nil })
		for _, l := range call("GET", at, "", 200)["legs"].([]any) {
			if l.(map[string]any)["state"] != "deleted" {
				t.Errorf("%v", l)
			}
		}
		if list := call("GET", base+"/recalls?post="+string(p.ID), "", 200)["items"].([]any); len(list) != 1 {
			t.Errorf("%v", list)
		}
		call("POST", base+"/recalls", `{"kind": "withdraw", "reason": "encore", "posts": ["`+string(p.ID)+`"]}`, 409)
		call("POST", base+"/recalls", `{"kind": "withdraw", "reason": "x", "posts": ["`+string(id.New[id.Post]())+`"]}`, 404)
	})
}

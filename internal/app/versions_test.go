package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"vigie/internal/approval"
	"vigie/internal/base/id"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui/uitest"
)

// P5, pre-flight at approval: what blocks is said to who reads, before she
// approves; the client learns that something is left to do, not what the
// charter says.
func TestWhatBlocksIsSaidBeforeOneApproves(t *testing.T) {
	each(t, func(h *house) {
		b := h.brand("Kerlann", "biscuiterie")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		c := h.channel(claire.actor, b, "kerlann", "Kerlann")
		rule := approval.Default(b)
		rule.Steps, rule.Own = []approval.Step{{Client: true}}, true
		h.ok(h.Approval.SetPolicy(h.Context(), claire.actor, rule))
		_, address, err := h.Approval.MakeLink(h.Context(), claire.actor, b, approval.NewLink{Name: "Maud"})
		h.ok(err)
		post := h.plan(claire.actor, h.draft(claire.actor, b, "Sablés", "Des sablés gratuits.", c.ID), h.tomorrow())
		link, err := url.Parse(address)
		h.ok(err)
		inside := func() string {
			return h.as(claire.session, ask{method: "GET", path: "/b/" + string(b) + "/review/" + string(post.ID), language: "fr"}).body
		}
		client := func() string { return h.as("", ask{method: "GET", path: link.Path, language: "fr"}).body }
		const blocks, left = "Ceci ne pourra pas partir tel quel", "L’équipe doit encore corriger un point"
		if strings.Contains(inside(), blocks) || strings.Contains(client(), left) {
			t.Fatal("something blocks before there is a rule")
		}
		_, err = h.Charter.Save(h.Context(), claire.actor, b, charter.Rule{Name: "Rien de gratuit", Why: "Le juriste a dit non.", Kind: charter.Avoid, Severity: network.Block, On: true,
			Spec: charter.Spec{Terms: []charter.Term{{Text: "gratuits"}}}})
		h.ok(err)
		page := inside()
		uitest.HTML(t, page)
		for _, want := range []string{blocks, "gratuits", "Le juriste a dit non."} {
			if !strings.Contains(page, want) {
				t.Errorf("the reading does not say %q", want)
			}
		}
		page = client()
		uitest.HTML(t, page)
		if !strings.Contains(page, left) || strings.Contains(page, "Le juriste a dit non.") {
			t.Error("the client is told too little, or too much")
		}
	})
}

// An approved post that nobody changed has nothing to submit again; one that was
// edited since stands in the list of what is to be submitted again.
func TestOnlyWhatChangedIsSubmittedAgain(t *testing.T) {
	each(t, func(h *house) {
		b := h.brand("Kerlann", "biscuiterie")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		anne := h.join("Anne Caradec", false, map[id.Brand]team.Role{b: team.Client})
		c := h.channel(claire.actor, b, "kerlann", "Kerlann")
		rule := approval.Default(b)
		rule.Steps, rule.Own = []approval.Step{{}}, true
		h.ok(h.Approval.SetPolicy(h.Context(), claire.actor, rule))
		post := h.plan(claire.actor, h.draft(claire.actor, b, "Sablés", "Des sablés.", c.ID), h.tomorrow())
		me := approval.Reader{Actor: claire.actor}
		file, err := h.Approval.Read(h.Context(), me, b, post.ID, false)
		h.ok(err)
		h.ok(h.Approval.Decide(h.Context(), me, b, approval.Say{Post: post.ID, Round: file.ID, Verdict: approval.Approve}))
		get := func(who *person, path string) string {
			return h.as(who.session, ask{method: "GET", path: "/b/" + string(b) + path, language: "fr"}).body
		}
		const again, list = "Soumettre de nouveau", "À soumettre de nouveau"
		if page := get(claire, "/posts/"+string(post.ID)); strings.Contains(page, again) || !strings.Contains(page, "Changer l’heure") {
			t.Error("an approved post that nobody changed is to be submitted again")
		}
		if strings.Contains(get(claire, "/review"), list) {
			t.Error("it stands among what is to be submitted again")
		}
		post, err = h.Publishing.Get(h.Context(), claire.actor, b, post.ID)
		h.ok(err)
		text := "Des sablés !"
		_, err = h.Publishing.Save(h.Context(), claire.actor, b, post.ID, post.Version, publishing.Edit{Text: &text})
		h.ok(err)
		if !strings.Contains(get(claire, "/posts/"+string(post.ID)), again) || !strings.Contains(get(claire, "/review"), list) {
			t.Error("an edited post is not to be submitted again")
		}
		if strings.Contains(get(anne, "/review"), "Sablés") {
			t.Error("the client sees what the house still works on")
		}
		post, err = h.Publishing.Get(h.Context(), claire.actor, b, post.ID)
		h.ok(err)
		h.plan(claire.actor, post, h.tomorrow())
		if strings.Contains(get(claire, "/review"), list) {
			t.Error("submitted, it still stands there")
		}
	})
}

// P5: versions are written on a page, refused with what is wrong, and chosen on
// another, without a script.
func TestVersionsAreProposedAndChosenOnPages(t *testing.T) {
	each(t, func(h *house) {
		b := h.brand("Kerlann", "biscuiterie")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		c := h.channel(claire.actor, b, "kerlann", "Kerlann")
		draft := h.draft(claire.actor, b, "Sablés", "Des sablés.", c.ID)
		at := "/b/" + string(b) + "/review/" + string(draft.ID)
		day := h.DB.Now().AddDate(0, 0, 2).Format("2006-01-02")
		send := func(path string, form url.Values) answer {
			return h.as(claire.session, ask{method: "POST", path: path, form: form, language: "fr"})
		}
		form := url.Values{"more": {"1"}, "version": {"0"}, "day": {day}, "hour": {"09:00"}, "text.2": {"Des sablés."}}
		if got := send(at+"/versions", form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "disent la même chose") {
			t.Fatal(got.status)
		}
		form.Set("do", "more")
		form.Set("text.2", "Du kouign.")
		if got := send(at+"/versions", form); got.status != http.StatusOK || !strings.Contains(got.body, `name="text.3"`) || !strings.Contains(got.body, "Du kouign.") {
			t.Fatal("one version more is not drawn, or what was entered is lost", got.status)
		}
		form.Del("do")
		form.Set("more", "2")
		form.Set("text.3", "Des galettes.")
		if got := send(at+"/versions", form); got.status != http.StatusSeeOther {
			t.Fatal(got.status, got.body)
		}
		page := h.as(claire.session, ask{method: "GET", path: at, language: "fr"}).body
		uitest.HTML(t, page)
		file, err := h.Approval.Read(h.Context(), approval.Reader{Actor: claire.actor}, b, draft.ID, false)
		h.ok(err)
		if got := send(at, url.Values{"round": {string(file.ID)}, "verdict": {"approve"}}); got.status != http.StatusConflict || !strings.Contains(got.body, "choisissez-en une") {
			t.Error("a yes to all of them is taken", got.status)
		}
		if got := send(at+"/choice", url.Values{"round": {string(file.ID)}, "candidate": {"3"}}); got.status != http.StatusSeeOther {
			t.Fatal(got.status, got.body)
		}
		now, err := h.Publishing.Get(h.Context(), claire.actor, b, draft.ID)
		h.ok(err)
		if now.Text != "Des galettes." || now.Validation != publishing.Approved || now.Badge != publishing.Scheduled {
			t.Errorf("%q, %s, %s", now.Text, now.Validation, now.Badge)
		}
		if got := send(at+"/versions/withdraw", url.Values{}); got.status != http.StatusConflict {
			t.Error(got.status)
		}
	})
}

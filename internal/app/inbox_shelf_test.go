package app_test

import (
	"testing"

	"vigie/internal/answers"
	"vigie/internal/base/id"
	"vigie/internal/inbox"
	"vigie/internal/network"
	"vigie/internal/team"
)

// I3: what somebody asks finds the saved answer, filled for her; it counts as
// used when the answer is sent, and one removed meanwhile stops nobody.
func TestASavedAnswerServesAConversation(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b := h.brand("Kerlann", "")
		me := h.join("Claire", false, map[id.Brand]team.Role{b: team.Owner}).actor
		ch := h.channel(me, b, "kerlann", "Kerlann")
		saved, err := h.Answers.Save(ctx, me, b, answers.Answer{Title: "Horaires", Question: "Êtes-vous ouverts le dimanche ?",
			Texts: []answers.Text{{Language: "fr", Text: "Bonjour {prénom}, oui, le dimanche de 9 h à 12 h."}}})
		h.ok(err)
		_, err = h.Answers.Save(ctx, me, b, answers.Answer{Title: "Colis abîmé", Question: "Mon colis est arrivé cassé", Texts: []answers.Text{{Language: "fr", Text: "Nous le remplaçons."}}})
		h.ok(err)
		at := h.DB.Now()
		_, err = h.Inbox.Take(ctx, ch, network.Batch{Items: []network.Item{{Ref: "x/1", Version: "1", Kind: network.Mention, Language: "fr",
			Author: network.Author{Ref: "public/lise", Handle: "lise", Name: "Lise Martin"}, Text: "Bonjour, c’est ouvert dimanche matin ?", At: at}}}, inbox.Live, inbox.Hold{})
		h.ok(err)
		all, err := h.Inbox.List(ctx, me, b, inbox.Filter{}, "", 10)
		h.ok(err)
		talk := all.Items[0].ID

		near, err := h.Inbox.Propose(ctx, me, b, talk, "")
		h.ok(err)
		if len(near) == 0 || near[0].ID != string(saved.ID) || near[0].Text != "Bonjour Lise, oui, le dimanche de 9 h à 12 h." || len(near[0].Missing) != 0 {
			h.Fatalf("proposed: %+v", near)
		}
		near, err = h.Inbox.Propose(ctx, me, b, talk, "cassé")
		h.ok(err)
		if len(near) == 0 || near[0].Title != "Colis abîmé" {
			h.Errorf("searched: %+v", near)
		}
		stranger := h.join("Yann", false, map[id.Brand]team.Role{h.brand("Autre", ""): team.Owner}).actor
		if _, err := h.Inbox.Propose(ctx, stranger, b, talk, ""); err == nil {
			h.Error("a stranger was answered")
		}

		_, err = h.Inbox.Reply(ctx, me, b, talk, inbox.Reply{Text: "Bonjour Lise, oui, le dimanche de 9 h à 12 h.", Saved: string(saved.ID)})
		h.ok(err)
		got, err := h.Answers.Get(ctx, me, b, saved.ID)
		h.ok(err)
		if got.Uses != 1 {
			h.Errorf("used %d times", got.Uses)
		}
		_, err = h.Inbox.Reply(ctx, me, b, talk, inbox.Reply{Text: "Et à bientôt.", Saved: string(id.New[id.Post]())})
		h.ok(err)
	})
}

package answers

import (
	"slices"
	"strings"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/team"
)

// I3: white today, black tomorrow: a new wording takes the place of the old one
// at its date, not before, in the brand's zone.
func TestANewWordingTakesThePlaceOfTheOldAtItsDate(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		p := h.position("", NewWording{Subject: "Emballage", From: "2026-11-01", Phrases: []string{"carton simple"}, Texts: []Saying{{Language: "fr", Say: "Nous gardons le carton simple."}}})
		a := h.save(Answer{Title: "Colis", Position: p.ID, Texts: []Text{{Language: "fr", Text: "Il est solide."}}})
		p, err := h.room.Write(ctx, h.claire, h.a, p.ID, p.Version, NewWording{Subject: "Emballage", From: "2026-11-21", Texts: []Saying{{Language: "fr", Say: "Nous testons un carton renforcé."}}})
		h.ok(err)
		look := func() (n int) {
			f, err := h.room.Look(ctx, h.db, h.a, h.now, "fr", []string{"Notre CARTON-SIMPLE suffit."}, false)
			h.ok(err)
			return len(f)
		}
		h.now = h.now.AddDate(0, 0, 3)
		if now, err := h.room.Position(ctx, h.malo, h.a, p.ID); err != nil || now.Now == nil || now.Now.Number != 1 || look() != 0 {
			h.Errorf("a draft took the place of what was approved: %+v %v", now, err)
		}
		h.now = h.now.AddDate(0, 0, -3)
		p, err = h.room.Approve(ctx, h.maud, h.a, p.ID, 2, p.Version)
		h.ok(err)
		if p.Now.Number != 1 || p.Then.Number != 2 || look() != 0 {
			h.Errorf("the day before: %+v", p)
		}
		if st, err := h.room.Stale(ctx, h.a); err != nil || len(st) != 0 {
			h.Errorf("the day before, stale: %v %v", st, err)
		}
		h.now = h.now.Add(14*3600*1e9 + 1e9) // 23:00:01 UTC: the 21st in Paris
		now, err := h.room.Position(ctx, h.malo, h.a, p.ID)
		h.ok(err)
		if now.Now.Number != 2 || now.Standing != InForce {
			h.Errorf("on its day: %+v", now)
		}
		st, err := h.room.Stale(ctx, h.a, a.ID)
		h.ok(err)
		if s := st[a.ID]; s.Why != "superseded" || s.Until != "2026-11-20" || !strings.Contains(s.Say, "renforcé") {
			h.Errorf("stale: %+v", st)
		}
		f, err := h.room.Look(ctx, h.db, h.a, h.now, "fr", []string{"Notre CARTON-SIMPLE suffit."}, false)
		h.ok(err)
		if len(f) != 1 || f[0].Words != "CARTON-SIMPLE" || f[0].Key != "answers.find.superseded" || f[0].Say != "Nous testons un carton renforcé." {
			h.Errorf("found %+v", f)
		}
		h.ok(h.room.Reviewed(ctx, h.claire, h.a, a.ID))
		if st, err = h.room.Stale(ctx, h.a, a.ID); err != nil || len(st) != 0 {
			h.Errorf("read again and still stale: %v", st)
		}
	})
}

// I3: the old one cannot be used, where the brand says so.
func TestWhatRestsOnAnEndedPositionIsRefusedWhereTheBrandSaysSo(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		p := h.position("", NewWording{Subject: "Rappel", From: "2026-11-01", Until: "2026-11-19", Phrases: []string{"aucun lot concerné"}})
		a := h.save(Answer{Title: "Rappel", Position: p.ID, Texts: []Text{{Language: "fr", Text: "Rien à craindre."}}})
		says := h.save(plain("Autre", "Il n’y a aucun lot concerné."))
		st, err := h.room.Stale(ctx, h.a)
		h.ok(err)
		if st[a.ID].Why != "ended" || st[a.ID].Until != "2026-11-19" || st[says.ID].Why != "words" || st[says.ID].Words != "aucun lot concerné" {
			h.Errorf("stale %+v", st)
		}
		f, err := h.room.Use(ctx, h.malo, h.a, a.ID, Want{})
		if err != nil || f.Stale == nil {
			h.Errorf("where it warns: %+v %v", f, err)
		}
		_, err = h.room.Set(ctx, h.maud, h.a, AnswerSetting{Stale: network.Block})
		h.ok(err)
		for _, key := range []AnswerID{a.ID, says.ID} {
			_, err = h.room.Use(ctx, h.malo, h.a, key, Want{})
			h.refused(err, fault.Conflict, "answers.blocked")
		}
		found, err := h.room.Look(ctx, h.db, h.a, h.now, "", []string{"ok", "Aucun lot concerne"}, true)
		h.ok(err)
		if len(found) != 1 || found[0].Severity != network.Block || found[0].Part != 1 || found[0].Key != "answers.find.ended" || found[0].Until != "2026-11-19" {
			h.Errorf("found %+v", found)
		}
		r, err := h.room.Get(ctx, h.malo, h.a, a.ID)
		h.ok(err)
		if r.Uses != 1 {
			h.Errorf("%d uses: a refused one counts", r.Uses)
		}
	})
}

func TestNobodyApprovesHerOwnWordsUnlessSheIsAlone(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		p, err := h.room.Write(ctx, h.claire, h.a, "", 0, NewWording{Subject: "Prix", From: "2026-11-01", Texts: []Saying{{Language: "fr", Say: "Un"}}})
		h.ok(err)
		p, err = h.room.Write(ctx, h.yann, h.a, p.ID, p.Version, NewWording{Subject: "Prix", From: "2026-11-01", Texts: []Saying{{Language: "fr", Say: "Deux"}}})
		h.ok(err)
		_, err = h.room.Approve(ctx, h.claire, h.a, p.ID, 1, p.Version)
		h.refused(err, fault.Conflict, "answers.own")
		_, err = h.room.Approve(ctx, h.malo, h.a, p.ID, 1, p.Version)
		h.refused(err, fault.Forbidden, "")
		_, err = h.room.Approve(ctx, h.maud, h.a, p.ID, 1, 1)
		h.refused(err, fault.Conflict, "answers.changed")
		h.people = slices.DeleteFunc(h.people, func(m team.Member) bool { return m.Person == h.maud.Person })
		p, err = h.room.Approve(ctx, h.claire, h.a, p.ID, 1, p.Version)
		h.ok(err)
		_, err = h.room.Approve(ctx, h.maud, h.a, p.ID, 1, p.Version)
		h.refused(err, fault.Conflict, "answers.approved_already")
		if p.Standing != InForce || p.Now.Approver != h.claire.Person {
			h.Errorf("%+v", p)
		}
	})
}

func TestAWithdrawnPositionIsOverAtOnceAndCanBeTakenBack(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		p := h.position("", NewWording{Subject: "Prix", From: "2026-11-01", Phrases: []string{"prix inchangés"}})
		a := h.save(Answer{Title: "Prix", Position: p.ID, Texts: []Text{{Language: "fr", Text: "Nos prix inchangés."}}})
		h.refused(h.room.Withdraw(ctx, h.claire, h.a, p.ID), fault.Forbidden, "")
		h.ok(h.room.Withdraw(ctx, h.maud, h.a, p.ID))
		st, err := h.room.Stale(ctx, h.a)
		h.ok(err)
		if st[a.ID].Why != "withdrawn" {
			h.Errorf("withdrawn: %+v", st)
		}
		f, err := h.room.Look(ctx, h.db, h.a, h.now, "fr", []string{"Prix inchangés"}, false)
		h.ok(err)
		if len(f) != 1 || f[0].Key != "answers.find.withdrawn" {
			h.Errorf("found %+v", f)
		}
		h.ok(h.room.Reopen(ctx, h.maud, h.a, p.ID))
		if st, err = h.room.Stale(ctx, h.a); err != nil || len(st) != 0 {
			h.Errorf("reopened: %v %v", st, err)
		}
	})
}

// When a position changes, what rests on it is listed: answers, and posts that
// say its words.
func TestWhatRestsOnAPositionIsListed(t *testing.T) {
	each(t, func(h *hall) {
		p := h.position("", NewWording{Subject: "Prix", From: "2026-11-01", Until: "2026-11-30", Phrases: []string{"prix inchangés"}})
		h.save(Answer{Title: "Tarif", Position: p.ID, Texts: []Text{{Language: "fr", Text: "x"}}})
		h.posts = []Post{{ID: "1", Texts: []string{"Nos prix inchangés"}}, {ID: "2", At: h.now.AddDate(0, 0, 20), Texts: []string{"prix inchangés !"}}, {ID: "3", Texts: []string{"des prix. Inchangés"}}}
		got, err := h.room.RestsOn(h.Context(), h.malo, h.a, p.ID)
		h.ok(err)
		if len(got.Answers) != 1 || len(got.Posts) != 2 || got.Posts[0].Old || !got.Posts[1].Old {
			h.Errorf("%+v", got)
		}
	})
}

func TestPhrasesAreFoundAsWholeWordsOfOneSentence(t *testing.T) {
	f := finder{}
	f.add(phrase{words: phraseOf("l’œuf du jour")})
	f.add(phrase{words: phraseOf("l’œuf")})
	for text, want := range map[string]string{
		"Voici L'OEUF DU JOUR !": "L'OEUF DU JOUR", "l’œuf, du jour": "l’œuf, du jour", "l’œuf. Du jour": "l’œuf", "loeuf du jour": "", "l’œufs": "", "l’œuf du\njour": "l’œuf du\njour", "l’œuf du\n\njour": "l’œuf",
	} {
		got := ""
		for _, h := range f.find(text, 9) {
			got += text[h.start:h.end]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

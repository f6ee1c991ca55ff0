package app_test

import (
	"strings"
	"testing"
	"time"

	"vigie/internal/answers"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// I3: a draft that says the words of a position that is over is underlined with
// what is said now, listed on the position's page, and not scheduled where the
// brand says so.
func TestADraftThatUsesAnOldPositionIsFlaggedAndBlocked(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b := h.brand("Kerlann", "")
		me := h.join("Claire", false, map[id.Brand]team.Role{b: team.Owner}).actor
		ch := h.channel(me, b, "kerlann", "Kerlann")
		day := func(n int) string { return h.DB.Now().AddDate(0, 0, n).Format(time.DateOnly) }
		say := func(key answers.PositionID, from int, words string, phrases ...string) answers.PositionID {
			p, err := h.Answers.Write(ctx, me, b, key, 0, answers.NewWording{Subject: "Emballage", From: day(from), Phrases: phrases, Texts: []answers.Saying{{Language: "fr", Say: words}}})
			h.ok(err)
			p, err = h.Answers.Approve(ctx, me, b, p.ID, p.Last().Number, p.Version) // she is alone
			h.ok(err)
			return p.ID
		}
		key := say("", -30, "Le carton simple suffit.", "carton simple")
		draft := h.draft(me, b, "Colis", "Notre Carton simple suffit bien.", ch.ID)
		find := func() (out []string) {
			all, err := h.Publishing.Examine(ctx, me, draft)
			h.ok(err)
			for _, f := range all[0].Findings {
				if f.Rule == "position.old" {
					out = append(out, all[0].Content.Parts[f.Part].Text[f.Start:f.End]+" "+string(f.Severity)+" "+strings.Join(f.Remedy.With, ""))
				}
			}
			return out
		}
		if got := find(); len(got) != 0 {
			h.Errorf("in force, and found: %q", got)
		}
		say(key, -2, "Nous testons un carton renforcé.")
		if got := find(); len(got) != 1 || got[0] != "Carton simple warn Nous testons un carton renforcé." {
			h.Errorf("superseded: %q", got)
		}
		rests, err := h.Answers.RestsOn(ctx, me, b, key)
		h.ok(err)
		if len(rests.Posts) != 1 || rests.Posts[0].ID != draft.ID || !rests.Posts[0].Old {
			h.Errorf("rests: %+v", rests)
		}
		_, err = h.Answers.Set(ctx, me, b, answers.AnswerSetting{Months: 6, Stale: network.Block})
		h.ok(err)
		_, err = h.Publishing.Schedule(ctx, me, b, draft.ID, draft.Version, h.tomorrow())
		if f := fault.As(err); f == nil || f.Values["problem"] != "answers.find.superseded" {
			h.Errorf("scheduled all the same: %v", err)
		}
	})
}

// I3: an answer in which a blank is left does not leave; one that is filled
// does, and the same braces in a post are the writer's own.
func TestAnAnswerWithABlankLeftDoesNotLeave(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b := h.brand("Kerlann", "")
		me := h.join("Claire", false, map[id.Brand]team.Role{b: team.Owner}).actor
		ch := h.channel(me, b, "kerlann", "Kerlann")
		for text, want := range map[string]string{"Bonjour {prénom}, merci !": "{prénom}", "Bonjour Lise, merci !": ""} {
			r := publishing.Reply{Channel: ch.ID, Thread: publishing.Thread{About: "c1", Parent: "p1"}, Text: text}
			_, found, err := h.Publishing.PreviewReply(ctx, me, b, r)
			h.ok(err)
			got := ""
			if f := publishing.Stopping(found); f != nil {
				got = text[f.Start:f.End]
			}
			if got != want {
				h.Errorf("%q: stopped by %q, want %q", text, got, want)
			}
			if _, err := h.Publishing.Reply(ctx, me, b, r); want != "" && !fault.Is(err, fault.Invalid) {
				h.Errorf("%q: sent: %v", text, err)
			}
		}
		all, err := h.Publishing.Examine(ctx, me, h.draft(me, b, "", "Le code {prénom}", ch.ID))
		h.ok(err)
		if f := publishing.Stopping(all[0].Findings); f != nil {
			h.Errorf("a post: %+v", f)
		}
	})
}

// P6: a rule that is for answers reads answers, and lets posts be; it stops them
// when it blocks.
func TestARuleForAnswersReadsThemAlone(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b := h.brand("Kerlann", "")
		me := h.join("Claire", false, map[id.Brand]team.Role{b: team.Owner}).actor
		ch := h.channel(me, b, "kerlann", "Kerlann")
		_, err := h.Charter.Save(ctx, me, b, charter.Rule{Kind: charter.Avoid, Name: "Pas de promesse", On: true, Severity: network.Block, Scope: charter.Answers,
			Spec: charter.Spec{Terms: []charter.Term{{Text: "remboursé"}}}})
		h.ok(err)
		r := publishing.Reply{Channel: ch.ID, Thread: publishing.Thread{About: "c1", Parent: "p1"}, Text: "Vous serez remboursé demain."}
		_, found, err := h.Publishing.PreviewReply(ctx, me, b, r)
		h.ok(err)
		if f := publishing.Stopping(found); f == nil || r.Text[f.Start:f.End] != "remboursé" {
			h.Errorf("found: %+v", found)
		}
		if _, err := h.Publishing.Reply(ctx, me, b, r); !fault.Is(err, fault.Invalid) {
			h.Errorf("sent: %v", err)
		}
		all, err := h.Publishing.Examine(ctx, me, h.draft(me, b, "", r.Text, ch.ID))
		h.ok(err)
		if f := publishing.Stopping(all[0].Findings); f != nil {
			h.Errorf("a post: %+v", f)
		}
	})
}

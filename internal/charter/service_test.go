package charter

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

type past []Said

func (p past) Said(context.Context, team.Actor, id.Brand, time.Time, time.Time, int) ([]Said, error) {
	return p, nil
}

// hall is two brands, each with its manager, and a community manager of the
// first.
type hall struct {
	*testing.T
	db                  *sqldb.DB
	room                *Service
	a, b                id.Brand
	maud, claire, bruno team.Actor
}

func each(t *testing.T, fn func(h *hall)) {
	sqldbtest.Each(t, []sqldb.Schema{logbook.Schema, search.Schema, Schema}, func(t *testing.T, db *sqldb.DB) {
		h := &hall{T: t, db: db, a: id.New[id.Brand](), b: id.New[id.Brand]()}
		who := func(b id.Brand, r team.Role) team.Actor {
			return team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{b: r}}
		}
		h.maud, h.claire, h.bruno = who(h.a, team.Manager), who(h.a, team.Community), who(h.b, team.Owner)
		h.room = New(Needs{DB: db, Book: logbook.New(db), Past: past{{Title: "Vieux", Parts: []string{"Un goût authentique"}}, {Title: "Autre", Parts: []string{"Rien"}}},
			Zone: func(context.Context, sqldb.Q, id.Brand) (string, error) { return "Europe/Paris", nil }})
		fn(h)
	})
}

func (h *hall) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *hall) avoid(word string) Rule {
	h.Helper()
	r := rule(Avoid, Spec{Terms: []Term{{Text: word}}})
	r.ID, r.Severity = "", network.Block
	r, err := h.room.Save(h.Context(), h.maud, h.a, r)
	h.ok(err)
	return r
}

func (h *hall) look(b id.Brand, text string) int {
	h.Helper()
	f, err := h.room.Look(h.Context(), h.db, b, Text{Parts: []string{text}}, false)
	h.ok(err)
	return len(f)
}

func TestARuleHoldsAtOnceAndInItsBrandAlone(t *testing.T) {
	each(t, func(h *hall) {
		if h.look(h.a, "authentique") != 0 {
			h.Fatal("a charter without a rule finds something")
		}
		r := h.avoid("authentique")
		if h.look(h.a, "authentique") != 1 || h.look(h.b, "authentique") != 0 {
			h.Fatal("the rule does not hold in its brand alone")
		}
		_, err := h.room.Switch(h.Context(), h.maud, h.a, r.ID, false)
		h.ok(err)
		if h.look(h.a, "authentique") != 0 {
			h.Fatal("a rule that is off finds something")
		}
	})
}

func TestOnlyWhoEditsTheBrandEditsItsCharter(t *testing.T) {
	each(t, func(h *hall) {
		ctx, r := h.Context(), h.avoid("authentique")
		for name, do := range map[string]func(a team.Actor) error{
			"save":    func(a team.Actor) error { _, err := h.room.Save(ctx, a, h.a, rule(Tone, Spec{})); return err },
			"switch":  func(a team.Actor) error { _, err := h.room.Switch(ctx, a, h.a, r.ID, false); return err },
			"remove":  func(a team.Actor) error { return h.room.Remove(ctx, a, h.a, r.ID) },
			"restore": func(a team.Actor) error { return h.room.Restore(ctx, a, h.a, 1) },
			"bring":   func(a team.Actor) error { return h.room.Bring(ctx, a, h.a, StartVous.Rules(), true) },
			"day": func(a team.Actor) error {
				_, err := h.room.SaveDay(ctx, a, h.a, Day{Name: "x", From: "2026-11-13", Severity: network.Warn})
				return err
			},
		} {
			if err := do(h.claire); !fault.Is(err, fault.Forbidden) {
				h.Errorf("%s by a community manager: %v", name, err)
			}
			if err := do(h.bruno); !fault.Is(err, fault.NotFound) {
				h.Errorf("%s by a stranger: %v", name, err)
			}
		}
		h.ok(h.room.Learn(ctx, h.claire, h.a, "Kergoat"))
		if err := h.room.Learn(ctx, h.bruno, h.a, "Kergoat"); !fault.Is(err, fault.NotFound) {
			h.Errorf("a stranger teaches a word: %v", err)
		}
		if _, err := h.room.Rule(ctx, h.bruno, h.b, r.ID); !fault.Is(err, fault.NotFound) {
			h.Errorf("another brand's rule is read: %v", err)
		}
	})
}

func TestTheLaterSaveOfARuleNeverSilentlyWins(t *testing.T) {
	each(t, func(h *hall) {
		r := h.avoid("authentique")
		_, err := h.room.Save(h.Context(), h.maud, h.a, r)
		h.ok(err)
		if _, err = h.room.Save(h.Context(), h.maud, h.a, r); !fault.Is(err, fault.Conflict) {
			h.Errorf("an old version was written over a newer one: %v", err)
		}
	})
}

func TestEachChangeIsAVersionThatCanBeBroughtBack(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		r := h.avoid("authentique")
		h.ok(h.room.Bring(ctx, h.maud, h.a, StartTu.Rules(), false))
		h.ok(h.room.Remove(ctx, h.maud, h.a, r.ID))
		if h.look(h.a, "authentique") != 1 { // the starter's own worn words
			h.Fatal("the starter does not hold")
		}
		all, err := h.room.Versions(ctx, h.maud, h.a)
		h.ok(err)
		var acts []string
		for _, v := range all {
			acts = append(acts, v.Act)
		}
		if want := []string{ActRuleRemoved, ActImported, ActRuleSaved}; !cmp.Equal(acts, want) {
			h.Fatalf("versions: %v", acts)
		}
		h.ok(h.room.Restore(ctx, h.maud, h.a, 1))
		rules, version, err := h.room.Rules(ctx, h.maud, h.a)
		h.ok(err)
		if len(rules) != 1 || rules[0].ID != r.ID || version != 4 {
			h.Fatalf("brought back %d rules at version %d", len(rules), version)
		}
		n, err := sqldb.Value[int](ctx, h.db, `SELECT COUNT(*) FROM act WHERE brand = ?`, h.a)
		h.ok(err)
		if n != 4 {
			h.Errorf("%d acts of 4 changes", n)
		}
	})
}

func TestAFileWithABadRuleBringsNothing(t *testing.T) {
	each(t, func(h *hall) {
		bad := append(StartVous.Rules(), Rule{Name: "Cassée", Kind: Pattern, Severity: network.Warn, Spec: Spec{Pattern: "("}})
		err := h.room.Bring(h.Context(), h.maud, h.a, bad, true)
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || f.Values["rule"] != "Cassée" {
			h.Fatalf("brought: %v", err)
		}
		if rules, _, err := h.room.Rules(h.Context(), h.maud, h.a); err != nil || len(rules) != 0 {
			h.Fatalf("%d rules of a refused file, %v", len(rules), err)
		}
	})
}

func TestWordsAndMarksAreTheBrandsOwn(t *testing.T) {
	each(t, func(h *hall) {
		ctx, post := h.Context(), id.New[id.Post]()
		h.ok(h.room.Learn(ctx, h.claire, h.a, "Kergoat"))
		h.ok(h.room.Learn(ctx, h.claire, h.a, "Kergoat"))
		for b, want := range map[id.Brand]bool{h.a: true, h.b: false} {
			known, err := h.room.Known(ctx, h.db, b)
			h.ok(err)
			if known("Kergoat") != want {
				h.Errorf("known in %s: %v", b, !want)
			}
		}
		h.ok(h.room.Unlearn(ctx, h.claire, h.a, "Kergoat"))
		if known, err := h.room.Known(ctx, h.db, h.a); err != nil || known("Kergoat") {
			h.Errorf("a word taken out is still known: %v", err)
		}
		h.ok(h.room.Ignore(ctx, h.claire, h.a, post, "spelling", "Kergoat", false))
		marks, err := h.room.Ignored(ctx, h.db, h.a, post)
		h.ok(err)
		if !marks[Mark("spelling", "KERGOAT")] || len(marks) != 1 {
			h.Errorf("marks: %v", marks)
		}
		h.ok(h.room.Ignore(ctx, h.claire, h.a, post, "spelling", "kergoat", true))
		if marks, err = h.room.Ignored(ctx, h.db, h.a, post); err != nil || len(marks) != 0 {
			h.Errorf("marks after taking it back: %v, %v", marks, err)
		}
	})
}

// P6: a new rule is tried on what was already said before anybody is bound by it.
func TestARuleIsTriedOnThePast(t *testing.T) {
	each(t, func(h *hall) {
		hits, read, err := h.room.OverPast(h.Context(), h.claire, h.a, rule(Avoid, Spec{Terms: []Term{{Text: "authentique"}}}), time.Time{}, time.Now())
		h.ok(err)
		if read != 2 || len(hits) != 1 || hits[0].Title != "Vieux" || hits[0].Findings[0].Words != "authentique" {
			h.Errorf("read %d, hits %+v", read, hits)
		}
		if h.look(h.a, "authentique") != 0 {
			h.Error("trying a rule made it hold")
		}
	})
}

func TestForgetLeavesNothing(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		h.avoid("x")
		h.ok(h.room.Learn(ctx, h.claire, h.a, "mot"))
		_, err := h.room.SaveDay(ctx, h.maud, h.a, Day{Name: "Deuil", From: "2026-11-13", Severity: network.Block})
		h.ok(err)
		h.ok(h.db.Write(ctx, func(tx *sqldb.Tx) error { return h.room.Forget(ctx, tx, h.a) }))
		for _, table := range []string{"charter", "charter_rule", "charter_version", "charter_word", "charter_ignored", "charter_day"} {
			n, err := sqldb.Value[int](ctx, h.db, `SELECT COUNT(*) FROM `+table+` WHERE brand = ?`, h.a)
			h.ok(err)
			if n != 0 {
				h.Errorf("%s keeps %d rows", table, n)
			}
		}
	})
}

package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// P8: the owners and managers of the brand get a letter about a recall, with its
// reason and the way to the receipts; whoever asked for it, and others, do not.
func TestThoseWhoAnswerForABrandAreToldOfARecall(t *testing.T) {
	each(t, func(h *house) {
		b := h.brand("Kerlann", "biscuiterie")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		boss := h.join("Maud Le Bris", false, map[id.Brand]team.Role{b: team.Manager})
		h.join("Paul Rivoal", false, map[id.Brand]team.Role{b: team.Analyst})
		c := h.channel(claire.actor, b, "kerlann", "Kerlann")
		text := "Prix faux"
		past, err := h.Publishing.Record(h.Context(), claire.actor, b, publishing.Past{Edit: publishing.Edit{Text: &text}, At: h.DB.Now().Add(-time.Hour),
			Places: []publishing.Place{{Channel: c.ID, Sent: []publishing.SentPart{{Ref: "kerlann/x", URL: "/practice/kerlann/x"}}}}})
		h.ok(err)
		r, err := h.Publishing.Recall(h.Context(), claire.actor, b, publishing.RecallOrder{Kind: publishing.TakeBack, Reason: "le prix de l’an dernier", Posts: []id.Post{past[0].ID}})
		h.ok(err)
		if len(r.Told) != 1 || r.Told[0] != boss.id {
			t.Errorf("told: %v", r.Told)
		}
		h.ok(h.Jobs.Drain(h.Context()))
		letters, err := filepath.Glob(filepath.Join(h.Config.Data, "mail", "*"))
		h.ok(err)
		n := 0
		for _, l := range letters {
			raw, err := os.ReadFile(l)
			h.ok(err)
			if strings.Contains(string(raw), string(r.ID)) {
				n++
				if !strings.Contains(string(raw), "maud") && !strings.Contains(string(raw), "Maud") {
					t.Errorf("to somebody else: %.300s", raw)
				}
			}
		}
		if n != 1 {
			t.Errorf("%d letters of %d", n, len(letters))
		}
	})
}

package app_test

import (
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
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

// P8: the second letter, about what is left to a hand, goes to whoever asked for
// the recall too; what was closed meanwhile is not written about.
func TestASecondLetterIsOnlyAboutWhatIsStillOpen(t *testing.T) {
	each(t, func(h *house) {
		b := h.brand("Kerlann", "biscuiterie")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		h.join("Maud Le Bris", false, map[id.Brand]team.Role{b: team.Manager})
		c := h.channel(claire.actor, b, "kerlann", "Kerlann")
		legs := map[string]publishing.RecallLeg{}
		recall := func(text string) publishing.Recall {
			past, err := h.Publishing.Record(h.Context(), claire.actor, b, publishing.Past{Edit: publishing.Edit{Text: &text}, At: h.DB.Now().Add(-time.Hour),
				Places: []publishing.Place{{Channel: c.ID, Sent: []publishing.SentPart{{URL: "https://ailleurs.example/" + text}}}}})
			h.ok(err)
			r, err := h.Publishing.Recall(h.Context(), claire.actor, b, publishing.RecallOrder{Kind: publishing.TakeBack, Reason: "le prix de l’an dernier", Posts: []id.Post{past[0].ID}})
			h.ok(err)
			legs[text] = r.Legs[0]
			return r
		}
		one, two := recall("Ouvert"), recall("Ferme")
		if legs["Ouvert"].State != publishing.RecallCannot {
			t.Fatalf("%+v", legs["Ouvert"])
		}
		h.ok(h.Jobs.Drain(h.Context()))
		old := sqldb.At(h.DB.Now().Add(-25 * time.Hour))
		_, err := h.DB.Exec(h.Context(), `UPDATE recall_leg SET ended_at = ?`, old)
		h.ok(err)
		_, err = h.DB.Exec(h.Context(), `UPDATE brand SET zone = ? WHERE id = ?`, noonNow(h.DB.Now()), b)
		h.ok(err)
		h.ok(h.Publishing.RemindRecalls(h.Context()))
		h.ok(h.Publishing.DoneByHand(h.Context(), claire.actor, b, two.ID, legs["Ferme"].ID))
		h.ok(h.Jobs.Drain(h.Context()))
		h.ok(h.Publishing.RemindRecalls(h.Context()))
		h.ok(h.Jobs.Drain(h.Context()))
		got := h.lettersWith("toujours")
		if len(got) != 2 || !strings.Contains(got[0], string(one.ID)) || strings.Contains(strings.Join(got, ""), string(two.ID)) {
			t.Errorf("%d letters: %s", len(got), got)
		}
		for _, who := range []string{"claire", "maud"} {
			if !strings.Contains(strings.ToLower(strings.Join(got, "")), who) {
				t.Errorf("%s has no letter", who)
			}
		}
	})
}

// lettersWith are those in the folder of which a line holds the word.
func (h *house) lettersWith(word string) (out []string) {
	h.Helper()
	all, err := filepath.Glob(filepath.Join(h.Config.Data, "mail", "*"))
	h.ok(err)
	for _, l := range all {
		raw, err := os.ReadFile(l)
		h.ok(err)
		m, err := mail.ReadMessage(strings.NewReader(string(raw)))
		h.ok(err)
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		h.ok(err)
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		h.ok(err)
		if text := m.Header.Get("To") + "\n" + subject + "\n" + string(body); strings.Contains(text, word) {
			out = append(out, text)
		}
	}
	return out
}

// noonNow is a zone in which it is between noon and one now, so that letters
// may be sent whenever the tests run.
func noonNow(now time.Time) string {
	off := now.UTC().Hour() - 12 // Etc/GMT+3 is three hours behind
	if off == 0 {
		return "UTC"
	}
	return fmt.Sprintf("Etc/GMT%+d", off)
}

package team_test

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/team"
)

var update = flag.Bool("update", false, "write the golden file of acts")

var changing = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// Names and JSON of acts are API: programs read them. A field may be added to
// the golden file, never renamed.
func TestActsKeepTheirNamesAndJSON(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		e := h.first()
		claire := e.Person.ID
		b := h.brand(claire, "Maison Legrand")
		me := h.actor(claire)
		yann := h.add("yann", map[id.Brand]team.Role{b: team.Community})
		h.ok(h.people.SetRole(ctx, me, b, yann.Person, team.Manager))
		inv, _, err := h.people.InviteTo(ctx, me, b, team.Invite{Role: team.Client, Email: "c@legrand.test"})
		h.ok(err)
		h.ok(h.people.Withdraw(ctx, me, b, inv.ID))
		h.ok(h.people.RemoveMember(ctx, me, b, yann.Person))
		h.ok(h.people.Disable(ctx, me, yann.Person))
		h.ok(h.people.Enable(ctx, me, yann.Person))
		h.ok(h.people.SetAdmin(ctx, me, yann.Person, true))
		tok, _, err := h.people.MakeToken(ctx, me, team.NewToken{Name: "x", Brand: b, Scopes: []team.Permission{team.SeePlanning}, Ends: h.now().Add(time.Hour)})
		h.ok(err)
		h.ok(h.people.RevokeToken(ctx, me, tok.ID))
		_, err = h.people.EditProfile(ctx, me, 1, team.Profile{Name: "C", Language: "fr", Zone: "Europe/Paris", Theme: team.Dark})
		h.ok(err)
		v, err := h.people.Recognise(ctx, e.Session)
		h.ok(err)
		_, err = h.people.SignIn(ctx, "claire@agence.test", password, home, "")
		h.ok(err)
		_, err = h.people.EndOtherSessions(ctx, me, v.Session)
		h.ok(err)
		h.ok(h.people.ChangePassword(ctx, me, v.Session, password, "quatre goélands au large", home))
		h.ok(h.people.SignOut(ctx, e.Session))
		_, err = h.brands.Edit(ctx, me, b, 1, brand.Input{Name: "Legrand"})
		h.ok(err)
		h.ok(h.brands.Archive(ctx, me, b, "Legrand"))
		h.ok(h.brands.Restore(ctx, me, b))

		var lines []string
		for _, e := range h.entries {
			data, err := json.Marshal(e.Data)
			h.ok(err)
			personal, err := json.Marshal(e.Personal)
			h.ok(err)
			line := e.Act + " " + e.Subject.Kind + " " + changing.ReplaceAllString(string(data), "ID") + " " + string(personal)
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
		slices.Sort(lines)
		got := strings.Join(lines, "\n") + "\n"
		if *update {
			h.ok(os.MkdirAll("testdata", 0o755))
			h.ok(os.WriteFile("testdata/acts.golden", []byte(got), 0o644))
		}
		want, err := os.ReadFile("testdata/acts.golden")
		h.ok(err)
		if d := cmp.Diff(string(want), got); d != "" {
			h.Error(d)
		}
	})
}

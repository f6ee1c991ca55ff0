package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/approval"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui/uitest"
)

// T1: the page of the day, on each engine, full and empty, for those of the
// brand alone.
func TestTheDayShowsWhatIsThereToThoseOfTheBrand(t *testing.T) {
	each(t, func(h *house) {
		b, other := h.brand("Kerlann", "biscuiterie"), h.brand("Rives", "presse")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		reader := h.join("Paul Rivoal", false, map[id.Brand]team.Role{b: team.Client})
		stranger := h.join("Inès Carvalho", true, map[id.Brand]team.Role{other: team.Owner})
		page := ask{method: "GET", path: "/b/" + string(b) + "/today"}

		empty := h.as(claire.session, page)
		uitest.HTML(t, empty.body)
		for _, want := range []string{"Trois pas pour commencer", "/settings/channels/new", "/posts/new", `aria-current="page"`} {
			if !strings.Contains(empty.body, want) {
				t.Errorf("a new brand is not told of %s", want)
			}
		}

		c := h.channel(claire.actor, b, "kerlann", "Kerlann")
		now := publishing.When{Now: true}
		p := h.plan(claire.actor, h.draft(claire.actor, b, "Les sablés de midi", "Midi et quart.", c.ID), now)
		h.draft(claire.actor, b, "Portrait de Maud", "Trente ans de ruban.", c.ID)
		text := "Raté"
		_, err := h.Publishing.Record(h.Context(), claire.actor, b, publishing.Past{Edit: publishing.Edit{Text: &text}, At: h.DB.Now().Add(-26 * time.Hour),
			Places: []publishing.Place{{Channel: c.ID, State: publishing.Failed, Problem: "network.refused"}}})
		h.ok(err)

		full := h.as(claire.session, page)
		uitest.HTML(t, full.body)
		for _, want := range []string{"Les sablés de midi", "/posts/" + string(p.ID), "Portrait de Maud", "Raté", "Renvoyer", "Le reste est tenu."} {
			if !strings.Contains(full.body, want) {
				t.Errorf("%s is not there", want)
			}
		}
		seen := h.as(reader.session, page)
		if seen.status != 200 || strings.Contains(seen.body, "Portrait de Maud") || strings.Contains(seen.body, "Renvoyer") || !strings.Contains(seen.body, "Les sablés de midi") {
			t.Errorf("the client sees %d, and what is not hers", seen.status)
		}
		for _, who := range []*person{stranger} {
			for _, q := range []ask{page, {method: "GET", path: page.path + "?all=1"}} {
				if got := h.as(who.session, q); got.status != http.StatusNotFound || strings.Contains(got.body, "Kerlann") {
					t.Errorf("a stranger gets %d of %s", got.status, q.path)
				}
			}
			if got := h.by(who.key, ask{method: "GET", path: "/api/v1/brands/" + string(b) + "/today"}); got.status != http.StatusNotFound {
				t.Errorf("a stranger's program gets %d", got.status)
			}
		}
		var read struct {
			Sentence string
			Leaves   []struct{ Title string }
			Drafts   []struct{ Title string }
			Needs    int
		}
		got := h.by(claire.key, ask{method: "GET", path: "/api/v1/brands/" + string(b) + "/today"})
		if err := json.Unmarshal([]byte(got.body), &read); err != nil || got.status != 200 || len(read.Leaves) != 1 || len(read.Drafts) != 1 || read.Needs != 1 || read.Sentence == "" {
			t.Errorf("%d %v %s", got.status, err, got.body)
		}
		if got := h.as(claire.session, ask{method: "GET", path: "/today"}); got.status != http.StatusSeeOther || !strings.Contains(got.head.Get("Location"), "/today?all=1") {
			t.Errorf("%d to %s", got.status, got.head.Get("Location"))
		}
	})
}

// P3: the guide says that a post two minutes late without an attempt is shown on
// the page of the day; one that only waits for its hour is not.
func TestAPostTwoMinutesLateIsShownOnTheDay(t *testing.T) {
	each(t, func(h *house) {
		b := h.brand("Kerlann", "biscuiterie")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		c := h.channel(claire.actor, b, "kerlann", "Kerlann")
		p := h.plan(claire.actor, h.draft(claire.actor, b, "Les sablés de midi", "Midi et quart.", c.ID), h.tomorrow())
		page := func(lang string) string {
			return h.as(claire.session, ask{method: "GET", path: "/b/" + string(b) + "/today", language: lang}).body
		}
		if strings.Contains(page("fr"), "plus de deux minutes") {
			t.Error("what waits for its hour is called late")
		}
		late := h.DB.Now().Add(-publishing.OverdueAfter - time.Second).UnixMilli()
		_, err := h.DB.Exec(h.Context(), `UPDATE publication SET due_at = ?, next_at = ? WHERE brand = ? AND post = ?`, late, late, b, p.ID)
		h.ok(err)
		got := page("fr")
		uitest.HTML(t, got)
		if !strings.Contains(got, "sans qu’elle parte") || !strings.Contains(got, "Les sablés de midi") {
			t.Error("what is two minutes late is not shown")
		}
	})
}

// P5: what was not approved by its hour, or was changed after it was, does not
// leave, and the page of the day says so and why.
func TestAPostThatNobodyApprovedInTimeIsShownOnTheDay(t *testing.T) {
	each(t, func(h *house) {
		b := h.brand("Kerlann", "biscuiterie")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		c := h.channel(claire.actor, b, "kerlann", "Kerlann")
		rule := approval.Default(b)
		rule.Steps = []approval.Step{{Client: true}}
		h.ok(h.Approval.SetPolicy(h.Context(), claire.actor, rule))
		p := h.plan(claire.actor, h.draft(claire.actor, b, "Les sablés de midi", "Midi et quart.", c.ID), h.tomorrow())
		page := func(lang string) string {
			return h.as(claire.session, ask{method: "GET", path: "/b/" + string(b) + "/today", language: lang}).body
		}
		if strings.Contains(page("fr"), "sans que ce texte exact soit validé") {
			t.Error("what waits for its readers before its hour is called late")
		}
		late := h.DB.Now().Add(-publishing.OverdueAfter - time.Second).UnixMilli()
		_, err := h.DB.Exec(h.Context(), `UPDATE publication SET due_at = ? WHERE brand = ? AND post = ?`, late, b, p.ID)
		h.ok(err)
		got := page("fr")
		uitest.HTML(t, got)
		for _, want := range []string{"sans que ce texte exact soit validé", "Les sablés de midi", "/review/" + string(p.ID)} {
			if !strings.Contains(got, want) {
				t.Errorf("the day does not say %q", want)
			}
		}
	})
}

// A post that left before the brand had readers has no reading, and its page
// leads to none; one that they are asked about does.
func TestAPostThatNobodyWasAskedAboutLeadsToNoReading(t *testing.T) {
	each(t, func(h *house) {
		b := h.brand("Kerlann", "biscuiterie")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		c := h.channel(claire.actor, b, "kerlann", "Kerlann")
		text := "Le four de 4 h 12."
		past, err := h.Publishing.Record(h.Context(), claire.actor, b, publishing.Past{Edit: publishing.Edit{Text: &text}, At: h.DB.Now().Add(-26 * time.Hour),
			Places: []publishing.Place{{Channel: c.ID, State: publishing.Failed, Problem: "network.refused"}}})
		h.ok(err)
		rule := approval.Default(b)
		rule.Steps = []approval.Step{{Client: true}}
		h.ok(h.Approval.SetPolicy(h.Context(), claire.actor, rule))
		asked := h.plan(claire.actor, h.draft(claire.actor, b, "Les sablés de midi", "Midi et quart.", c.ID), h.tomorrow())
		for post, want := range map[id.Post]int{past[0].ID: http.StatusNotFound, asked.ID: http.StatusOK} {
			reading := "/b/" + string(b) + "/review/" + string(post)
			page := h.as(claire.session, ask{method: "GET", path: "/b/" + string(b) + "/posts/" + string(post)})
			if got := h.as(claire.session, ask{method: "GET", path: reading}).status; got != want || strings.Contains(page.body, reading+`"`) != (want == http.StatusOK) {
				t.Errorf("the reading answers %d, and the page leads there: %v", got, strings.Contains(page.body, reading+`"`))
			}
		}
	})
}

// U1: the seconds on a post are kept once, privately, for whoever wants them
// measured, and only on what she may see.
func TestTimeIsKeptForHerAloneAndOnlyIfSheWantsIt(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		b, other := h.brand("Kerlann", ""), h.brand("Rives", "")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Community})
		stranger := h.join("Inès Carvalho", false, map[id.Brand]team.Role{other: team.Owner})
		p := h.draft(claire.actor, b, "Un", "Un")
		body, err := json.Marshal(map[string]any{"subject": "post:" + string(p.ID), "seconds": 30})
		h.ok(err)
		took := ask{method: "POST", path: "/took", json: body}
		for range 3 {
			if got := h.as(claire.session, took); got.status != http.StatusNoContent {
				t.Fatal(got.status, got.body)
			}
		}
		if got := h.as(stranger.session, took); got.status != http.StatusNotFound {
			t.Errorf("a stranger: %d", got.status)
		}
		h.ok(h.KeepTime(ctx))
		h.ok(h.KeepTime(ctx)) // once written it is gone
		spent, err := h.Book.TimeOf(ctx, claire.id, h.DB.Now().Add(-time.Hour), h.DB.Now().Add(time.Hour))
		var sum time.Duration
		for _, s := range spent {
			if s.Act == publishing.ActWorked {
				sum += s.Took
			}
		}
		if sum != 90*time.Second || err != nil {
			t.Errorf("%v of %+v, %v", sum, spent, err)
		}
		acts, _, err := h.Book.List(ctx, h.DB, b, logbook.Filter{Act: publishing.ActWorked}, "", 10)
		if err != nil || len(acts) != 1 || string(acts[0].Data) != "{}" {
			t.Errorf("%+v %v", acts, err)
		}
	})
}

func TestPresenceIsToldToThoseWhoMayHearIt(t *testing.T) {
	each(t, func(h *house) {
		b, other := h.brand("Kerlann", ""), h.brand("Rives", "")
		claire := h.join("Claire Le Goff", false, map[id.Brand]team.Role{b: team.Owner})
		yann := h.join("Yann Le Bihan", false, map[id.Brand]team.Role{b: team.Community})
		stranger := h.join("Inès Carvalho", false, map[id.Brand]team.Role{other: team.Owner})
		p := h.draft(claire.actor, b, "Un", "Un")
		for _, topic := range []string{"post:" + string(p.ID), "brand:" + string(b)} {
			here := func(gone string) ask {
				return ask{method: "POST", path: "/here", form: url.Values{"topic": {topic}, "gone": {gone}}}
			}
			h.as(claire.session, here(""))
			if got := h.as(yann.session, here("")); got.status != 200 || !strings.Contains(got.body, "Claire") || !strings.Contains(got.body, "Yann") {
				t.Errorf("%s: %d %s", topic, got.status, got.body)
			}
			if got := h.as(claire.session, here("1")); strings.Contains(got.body, "Claire") {
				t.Errorf("%s: she left and is there: %s", topic, got.body)
			}
			if got := h.as(stranger.session, here("")); got.status != http.StatusNotFound || strings.Contains(got.body, "Yann") {
				t.Errorf("%s: a stranger gets %d %s", topic, got.status, got.body)
			}
		}
		if _, err := h.Publishing.Get(h.Context(), stranger.actor, b, p.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

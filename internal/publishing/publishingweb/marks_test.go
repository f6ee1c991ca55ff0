package publishingweb_test

import (
	"net/url"
	"strings"
	"testing"

	"vigie/internal/publishing"
)

// plain is a page with ordinary spaces, as a test writes them.
func plain(page string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(page)), " ")
}

// P8: holidays stand on the calendar in words, in every view that has days, and
// the school holidays say which zones and where what is known ends.
func TestTheCalendarMarksHolidays(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		month := a.see("/calendar?view=month&date=2026-11-11")
		has(t, plain(month), "Jour férié : Armistice de 1918", "Jour sensible : Attentats du 13", "n’ont pas été comparées")
		hasNot(t, plain(month), "Jour sensible : Armistice", "Vendredi saint")
		has(t, plain(a.see("/calendar?view=week&date=2026-11-11")), "Armistice de 1918")
		list := a.see("/calendar?view=list&date=2026-10-20")
		has(t, plain(list), "Vacances de la Toussaint, zones A, B, C", "17 – 31 octobre 2026", "Samuel Paty")
		winter := a.see("/calendar?view=month&date=2027-02-15")
		has(t, plain(winter), "Vacances C", "Vacances A, C", "Vacances A, B", "Vacances d’hiver, zones A, C")
		for _, view := range []string{"month", "week", "list"} {
			has(t, plain(a.see("/calendar?view="+view+"&date=2027-07-14")), "n’en connaît pas les dates après le 3")
		}
		has(t, plain(a.see("/calendar?view=month&date=2024-02-14")), "n’en connaît pas les dates avant le 1")
		has(t, plain(a.see("/calendar?view=week&date=2026-11-11", "X-Language", "en", "Accept-Language", "en")), "Public holiday: Armistice of 1918")
	})
}

func TestWhoPlansChoosesTheMarkedDays(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		out := a.ask("POST", a.path("/calendar/marks?view=month&date=2027-02-15"), url.Values{"own": {"1"}, "zone": {"B"}}.Encode())
		if out.status != 303 || !strings.Contains(out.head.Get("Location"), "date=2027-02-15") {
			t.Fatalf("%d %s", out.status, out.head.Get("Location"))
		}
		page := a.see("/calendar?view=month&date=2027-02-15")
		has(t, plain(page), "Vacances d’hiver, zone B")
		hasNot(t, plain(page), "zones A, B", "Vacances C")
		hasNot(t, plain(a.see("/calendar?view=month&date=2026-11-11")), "Jour férié", "Jour sensible")
		if out := a.ask("POST", a.path("/calendar/marks"), "public=1", "X-Who", "analyst"); out.status != 403 {
			t.Errorf("an analyst chooses: %d", out.status)
		}
	})
}

// P3: the page of the queue, with its categories, its gaps and its gestures.
func TestTheQueuePage(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		out := a.ask("POST", a.path("/settings/categories"), url.Values{"name": {"Conseils"}, "weight": {"2"}, "colour": {"#1f6f8b"}}.Encode())
		if out.status != 303 {
			t.Fatalf("%d %s", out.status, out.body)
		}
		if out := a.ask("POST", a.path("/settings/categories"), url.Values{"name": {""}, "weight": {"beaucoup"}}.Encode()); out.status != 422 {
			t.Errorf("without a name: %d", out.status)
		}
		cats, err := a.room.Categories(a.Context(), a.claire, a.brand)
		if err != nil || len(cats) != 1 {
			t.Fatalf("%v %v", cats, err)
		}
		tips := cats[0].ID
		for _, day := range []string{"3", "4", "5"} {
			a.ask("POST", a.path("/settings/slots"), url.Values{"channel": {string(a.chans[0])}, "day": {day}, "local": {"09:00"}, "category": {string(tips)}}.Encode())
		}
		has(t, plain(a.see("/settings/slots")), "slot-of", "Conseils")
		one, two := a.draft("Premier conseil", ""), a.draft("Deuxième conseil", "")
		for _, p := range []publishing.Post{one, two} {
			if err := a.room.Categorise(a.Context(), a.claire, a.brand, tips, p.ID); err != nil {
				t.Fatal(err)
			}
			has(t, plain(a.see("/queue")), "Ajouter à la file « "+p.Title+" »")
			if out := a.ask("POST", a.path("/queue/"+string(p.ID)+"/add"), "x=1"); out.status != 303 {
				t.Fatalf("%d %s", out.status, out.body)
			}
		}
		if got := a.post(two.ID).Planned.Local; got != "2026-10-22T09:00" {
			t.Errorf("%s", got)
		}
		has(t, plain(a.see("/queue")), "2 publications prévues", "Libre, réservé", "category="+string(tips))
		if out := a.ask("POST", a.path("/queue/"+string(two.ID)+"/swap"), "with="+string(one.ID)); out.status != 303 {
			t.Fatalf("%d %s", out.status, out.body)
		}
		if got := a.post(two.ID).Planned.Local; got != "2026-10-21T09:00" {
			t.Errorf("%s", got)
		}
		a.ask("POST", a.path("/settings/categories/"+string(tips)+"/pause"), "paused=1")
		has(t, plain(a.see("/queue")), "en pause", "Ce qui est déjà programmé part à son heure")
		has(t, plain(a.see("/posts/"+string(one.ID))), "Conseils · en pause")
	})
}

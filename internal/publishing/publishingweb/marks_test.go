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

// P3: a pause asks once what becomes of what is planned, with its number; its
// end asks the same of what missed its hour; both are undone.
func TestThePauseOfACategoryAsksOnce(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		cat, err := a.room.SaveCategory(t.Context(), a.claire, a.brand, publishing.Category{Name: "Conseils", Weight: 1})
		if err != nil {
			t.Fatal(err)
		}
		p := a.scheduled("Un conseil", "2026-11-20T09:00")
		if err := a.room.Categorise(t.Context(), a.claire, a.brand, cat.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		one := "/settings/categories/" + string(cat.ID)
		out := a.ask("POST", a.path(one+"/pause"), "paused=1")
		if out.status != 303 || !strings.HasSuffix(out.head.Get("Location"), one+"/pause") {
			t.Fatalf("%d %s", out.status, out.head.Get("Location"))
		}
		has(t, plain(a.see(one+"/pause")), "1 publication de cette catégorie est prévue", "La retenir jusqu’à la reprise", "La laisser partir")
		if out := a.ask("POST", a.path(one+"/pause"), "paused=1&hold=1"); out.status != 303 || !strings.HasSuffix(out.head.Get("Location"), "/queue") {
			t.Fatalf("%d %s", out.status, out.head.Get("Location"))
		}
		has(t, plain(a.see("/queue")), "La pause retient 1 publication")
		has(t, plain(a.see(one+"/pause", "X-Language", "en", "Accept-Language", "en")), "1 post that the pause holds leaves at its hour")
		if out := a.ask("POST", a.path(one+"/pause?paused=0"), ""); out.status != 303 { // as the undo does
			t.Fatalf("%d %s", out.status, out.body)
		}
		hasNot(t, plain(a.see("/queue")), "Reprendre « Conseils »", "La pause retient")
		// The evergreen, and what it refuses.
		if out := a.ask("POST", a.path(one+"/evergreen"), "on=1&after=0&times=3"); out.status != 422 || !strings.Contains(plain(string(out.body)), "Le délai va de 1 à 3 650 jours") || !strings.Contains(string(out.body), `value="Conseils"`) {
			t.Errorf("%d %.300s", out.status, out.body)
		}
		if out := a.ask("POST", a.path(one+"/evergreen"), "on=1&after=60&times=2"); out.status != 303 {
			t.Errorf("%d %s", out.status, out.body)
		}
		has(t, plain(a.see("/queue")), "Vide, elle recommence par ses publications les plus anciennes : après 60 jours, 2 fois au plus")
		if out := a.ask("POST", a.path(one+"/pause"), "paused=1&hold=1", "X-Who", "analyst"); out.status != 403 {
			t.Errorf("an analyst pauses: %d", out.status)
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
		a.ask("POST", a.path("/settings/categories/"+string(tips)+"/pause"), "paused=1&hold=0")
		has(t, plain(a.see("/queue")), "en pause", "Ce qui est déjà programmé part à son heure")
		has(t, plain(a.see("/posts/"+string(one.ID))), "Conseils · en pause")
	})
}

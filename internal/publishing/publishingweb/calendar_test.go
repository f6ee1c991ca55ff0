package publishingweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/publishing"
	"vigie/internal/publishing/publishingweb"
	"vigie/internal/team"
)

// The week is the view one opens on; the one chosen last is remembered.
func TestTheViewIsRemembered(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		has(t, a.see("/calendar"), `data-cal="week"`, "19\u00a0– 25 octobre 2026", "semaine 43")
		out := a.ask("GET", a.path("/calendar?view=month"), "")
		has(t, out.body, `data-cal="month"`, "Octobre 2026")
		cookie := ""
		for _, c := range out.head.Values("Set-Cookie") {
			if strings.HasPrefix(c, "vigie_calendar=") {
				cookie = c
			}
		}
		if !strings.HasPrefix(cookie, "vigie_calendar=month.") {
			t.Fatalf("no cookie: %q", cookie)
		}
		cookie, _, _ = strings.Cut(cookie, ";")
		has(t, a.see("/calendar", "Cookie", cookie), `data-cal="month"`)
		has(t, a.see("/calendar", "Cookie", "vigie_calendar=month.somebody"), `data-cal="week"`)
		has(t, a.see("/calendar?view=nonsense&date=nonsense&channel=x&badge=y"), `data-cal="week"`)
	})
}

// M is the month, and on a post it moves the post: the list of keys says which
// is when, and promises no move to somebody who may not.
func TestTheListOfKeysSaysWhatMDoes(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		has(t, a.see("/calendar"), "vue Mois, hors d’une publication", "sur une publication, la déplacer")
		has(t, a.see("/calendar", "X-Language", "en"), "Month view, when no post has the focus", "on a post, move it")
	})
}

// P2: every view shows the hour, the title and the two states of a post.
func TestEveryViewShowsTheHourAndTheTwoStates(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.scheduled("Les sablés", "2026-10-22T12:15")
		wish := a.draft("Crumble", "2026-10-23T18:00")
		idea := a.draft("Une idée sans heure", "")
		for _, view := range []string{"day", "week", "month", "list", "kanban"} {
			page := a.see("/calendar?view=" + view + "&date=2026-10-22")
			has(t, page, "Les sablés", "12:15", "Validé", "Programmé", a.path("/posts/"+string(p.ID)))
			if view == "day" {
				hasNot(t, page, "Crumble")
			} else {
				has(t, page, "Crumble", "Brouillon", "on programmé", a.path("/posts/"+string(wish.ID)))
			}
			if view == "kanban" {
				has(t, page, "Une idée sans heure", a.path("/posts/"+string(idea.ID)))
			}
		}
		// In English, too.
		has(t, a.see("/calendar?date=2026-10-22", "X-Language", "en"), "Calendar", "Scheduled", "Approved", "Not scheduled")
	})
}

func TestTheAddressHoldsTheFilters(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		a.scheduled("Les sablés", "2026-10-22T12:15")
		a.draft("Crumble", "2026-10-23T18:00")
		camp, err := a.room.SaveCampaign(a.Context(), a.claire, a.brand, publishing.Campaign{Name: "Coffret de Noël", From: "2026-10-21", To: "2026-10-30"})
		if err != nil {
			t.Fatal(err)
		}
		has(t, a.see("/calendar?date=2026-10-22"), "Coffret de Noël · 21\u00a0– 30 octobre 2026")
		for query, want := range map[string][2]string{
			"badge=none":                        {"Crumble", "Les sablés"},
			"badge=scheduled":                   {"Les sablés", "Crumble"},
			"validation=draft":                  {"Crumble", "Les sablés"},
			"channel=" + string(a.chans[0]):     {"Crumble", "Rien ne répond"},
			"author=" + string(a.claire.Person): {"Crumble", "Rien ne répond"},
		} {
			page := a.see("/calendar?date=2026-10-22&" + query)
			has(t, page, want[0])
			hasNot(t, page, want[1])
			// The way to other days, views and out of the filter keeps the rest.
			if n := strings.Count(page, strings.ReplaceAll(query, "&", "&amp;")+"&amp;"); n < 5 {
				t.Errorf("%s is in %d links", query, n)
			}
		}
		for _, none := range []string{"channel=" + string(a.chans[1]), "campaign=" + string(camp.ID), "label=recette", "author=" + string(id.New[id.Person]())} {
			has(t, a.see("/calendar?date=2026-10-22&"+none), "Rien ne répond à ces filtres")
		}
	})
}

// A day of a month shows four posts; the others are one click away.
func TestADayOfAMonthCountsWhatItDoesNotShow(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		for i := range 7 {
			a.scheduled(fmt.Sprintf("Annonce %d", i), fmt.Sprintf("2026-10-22T%02d:00", 9+i))
		}
		page := a.see("/calendar?view=month&date=2026-10-20")
		has(t, page, "Annonce 0", "Annonce 3", "et 3 autres", "Jeudi 22 octobre, 7 publications", "/calendar?date=2026-10-22&amp;view=day")
		hasNot(t, page, "Annonce 4")
		// On the phone, the chosen day is a list below.
		has(t, a.see("/calendar?view=month&date=2026-10-22"), "Annonce 6", "7 publications")
	})
}

func TestCardsThatMeetStandSideBySide(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		for i, hour := range []string{"09:00", "10:00", "10:30", "14:00"} {
			a.scheduled(fmt.Sprintf("Annonce %d", i), "2026-10-22T"+hour)
		}
		page := a.see("/calendar?date=2026-10-22")
		has(t, page, "--r:9;--n:8;--l:0;--w:2", "--r:13;--n:8;--l:1;--w:2", "--r:29;--n:8", "et 1 autre")
		day := a.see("/calendar?view=day&date=2026-10-22")
		has(t, day, "--l:2;--w:3")
		hasNot(t, day, "et 1 autre")
	})
}

// The night is one row until it is unfolded.
func TestTheNightFolds(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		a.scheduled("Mise à jour", "2026-10-22T02:30")
		has(t, a.see("/calendar?date=2026-10-22"), "Nuit", "Mise à jour", "night=1", `data-begin="420"`)
		has(t, a.see("/calendar?date=2026-10-22&night=1"), "Replier la nuit", `data-begin="0"`, "--r:11;--n:8")
	})
}

// P4: a gesture saves at once, and its undo puts things back.
func TestAMoveIsSavedAndUndone(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p, wish := a.scheduled("Les sablés", "2026-10-22T12:15"), a.draft("Crumble", "2026-10-23T18:00")
		d, status := a.press(a.path("/calendar/move"), url.Values{"post": {string(p.ID)}, "to": {"2026-10-24T09:45"}})
		if status != 200 || a.post(p.ID).Planned.Local != "2026-10-24T09:45" {
			t.Fatalf("%d %v: stands at %v", status, d, a.post(p.ID).Planned)
		}
		has(t, d["text"].(string), "samedi 24 octobre à 09:45")
		if _, status = a.press(d["undo"].(string), nil); status != 200 || a.post(p.ID).Planned.Local != "2026-10-22T12:15" {
			t.Errorf("undone: %d, stands at %v", status, a.post(p.ID).Planned)
		}
		// A day alone keeps the hour of each; one undo for both.
		d, status = a.press(a.path("/calendar/move"), url.Values{"post": {string(p.ID), string(wish.ID)}, "to": {"2026-10-30"}})
		if status != 200 || a.post(p.ID).Planned.Local != "2026-10-30T12:15" || a.post(wish.ID).Planned.Local != "2026-10-30T18:00" {
			t.Fatalf("%d %v", status, d)
		}
		has(t, d["text"].(string), "2 publications déplacées")
		a.press(d["undo"].(string), nil)
		if a.post(p.ID).Planned.Local != "2026-10-22T12:15" || a.post(wish.ID).Planned.Local != "2026-10-23T18:00" {
			t.Error("one undo does not bring both back")
		}
		a.toldMu.Lock()
		got := strings.Join(a.told, "\n")
		a.toldMu.Unlock()
		if !strings.Contains(got, "brand:"+string(a.brand)+" post") {
			t.Errorf("other pages are not told: %s", got)
		}
		// Without the script, the same form leads back to the calendar.
		out := a.ask("POST", a.path("/calendar/move"), url.Values{"post": {string(p.ID)}, "to": {"2026-10-24T09:45"}}.Encode())
		if out.status != http.StatusSeeOther || out.head.Get("Location") != a.path("/calendar") {
			t.Errorf("%d to %s", out.status, out.head.Get("Location"))
		}
	})
}

// P4: a past hour, a post that has left, a post of nobody: nothing moves.
func TestWhatCannotMoveStays(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p, sent := a.scheduled("Les sablés", "2026-10-22T12:15"), a.scheduled("Partie", "2026-10-21T12:15")
		a.state(sent.ID, publishing.Sent, publishing.Published, "")
		move := func(to string, posts ...id.Post) (map[string]any, int) {
			form := url.Values{"to": {to}}
			for _, x := range posts {
				form.Add("post", string(x))
			}
			return a.press(a.path("/calendar/move"), form)
		}
		if d, status := move("2026-10-20T09:00", p.ID); status != 422 {
			t.Errorf("into the past: %d %v", status, d)
		}
		if d, status := move("2026-10-25T09:00", p.ID, sent.ID); status != 409 {
			t.Errorf("what has left: %d %v", status, d)
		}
		if d, status := move("2026-10-25T09:00", id.New[id.Post]()); status != 404 {
			t.Errorf("nobody's: %d %v", status, d)
		}
		if d, status := move("2026-10-25T09:00"); status != 422 {
			t.Errorf("none: %d %v", status, d)
		}
		if d, status := move("tomorrow", p.ID); status != 422 {
			t.Errorf("no hour: %d %v", status, d)
		}
		if d, status := move("2026-10-25", a.draft("Sans heure", "").ID); status != 422 {
			t.Errorf("no hour to keep: %d %v", status, d)
		}
		if got := a.post(p.ID).Planned.Local; got != "2026-10-22T12:15" {
			t.Errorf("it moved to %s all the same", got)
		}
		page := a.see("/calendar?date=2026-10-22")
		if !strings.Contains(card(t, page, p.ID), "data-movable") || strings.Contains(card(t, page, sent.ID), "data-movable") {
			t.Error("what has left can be picked up, or what has not cannot")
		}
	})
}

// card is the tag of a post's card.
func card(t testing.TB, page string, p id.Post) string {
	t.Helper()
	m := regexp.MustCompile(`<a id="p-` + string(p) + `"[^>]*>`).FindString(page)
	if m == "" {
		t.Fatalf("no card of %s", p)
	}
	return m
}

func TestTheBinAndTheDraftsAreUndone(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p, q := a.scheduled("Les sablés", "2026-10-22T12:15"), a.draft("Crumble", "2026-10-23T18:00")
		both := url.Values{"do": {"bin"}, "post": {string(p.ID), string(q.ID)}}
		d, status := a.press(a.path("/calendar/do"), both)
		if status != 200 || a.post(p.ID).Binned.IsZero() || a.post(q.ID).Binned.IsZero() {
			t.Fatalf("bin: %d %v", status, d)
		}
		hasNot(t, a.see("/calendar?date=2026-10-22"), "Les sablés", "Crumble")
		a.press(d["undo"].(string), nil)
		if got := a.post(p.ID); !got.Binned.IsZero() || got.Badge != publishing.Scheduled || got.Planned.Local != "2026-10-22T12:15" {
			t.Errorf("out of the bin it is %+v", got)
		}
		if got := a.post(q.ID); !got.Binned.IsZero() || got.Badge != publishing.NoBadge {
			t.Errorf("a draft came back as %q", got.Badge)
		}
		d, _ = a.press(a.path("/calendar/do"), url.Values{"do": {"unschedule"}, "post": {string(p.ID)}})
		if a.post(p.ID).Badge != publishing.NoBadge {
			t.Fatalf("still scheduled: %v", d)
		}
		a.press(d["undo"].(string), nil)
		if a.post(p.ID).Badge != publishing.Scheduled {
			t.Error("the undo does not schedule it again")
		}
		d, _ = a.press(a.path("/calendar/do"), url.Values{"do": {"schedule"}, "post": {string(q.ID)}})
		if a.post(q.ID).Badge != publishing.Scheduled {
			t.Fatalf("not scheduled: %v", d)
		}
		a.press(d["undo"].(string), nil)
		if a.post(q.ID).Badge != publishing.NoBadge {
			t.Error("the undo leaves it scheduled")
		}
		if _, status = a.press(a.path("/calendar/do"), url.Values{"do": {"schedule"}, "post": {string(a.draft("Sans heure", "").ID)}}); status != 422 {
			t.Errorf("without an hour: %d", status)
		}
		if _, status = a.press(a.path("/calendar/do"), url.Values{"do": {"publish"}, "post": {string(p.ID)}}); status != 422 {
			t.Errorf("a gesture that is none: %d", status)
		}
		if _, status = a.press(a.path("/calendar/undo?back=AAAA"), nil); status != 422 {
			t.Errorf("an undo that is none: %d", status)
		}
	})
}

// P3: the nights on which the clocks change are marked, explained, and said
// when a post is put into them.
func TestTheNightsTheClocksChangeAreSaid(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.scheduled("Les sablés", "2026-10-22T12:15")
		for _, view := range []string{"day", "week", "month"} {
			has(t, a.see("/calendar?view="+view+"&date=2026-10-25"), "heure d’hiver", "de 02:00 à 03:00")
			has(t, a.see("/calendar?view="+view+"&date=2027-03-28"), "heure d’été", "entre 02:00 et 03:00")
			hasNot(t, a.see("/calendar?view="+view+"&date=2026-11-25"), "heure d’hiver", "heure d’été")
		}
		move := func(to string) string {
			d, status := a.press(a.path("/calendar/move"), url.Values{"post": {string(p.ID)}, "to": {to}})
			if status != 200 {
				t.Fatalf("%d %v", status, d)
			}
			return d["text"].(string)
		}
		has(t, move("2026-10-25T02:30"), "02:30 revient deux fois")
		has(t, move("2027-03-28T02:30"), "02:30 n’existe pas", "partira à 03:30")
		has(t, a.see("/calendar?view=list&date=2027-03-28"), "03:30", "heure d’été")
		hasNot(t, move("2027-03-29T02:30"), "02:30 n’existe pas")
	})
}

// The calendar is in the brand's hours; hers stand beside them.
func TestTheHoursAreTheBrands(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		a.scheduled("Les sablés", "2026-10-22T12:15")
		page := a.see("/calendar?date=2026-10-22", "X-Zone", "Asia/Tokyo")
		has(t, page, "Europe/Paris, 10:42", "chez vous 17:42", "19:15 chez vous (Asia/Tokyo)", "<time datetime=\"2026-10-22T12:15\">12:15</time>")
		hasNot(t, a.see("/calendar?date=2026-10-22", "X-Zone", "Europe/Madrid"), "chez vous")
	})
}

// Free slots are links to the composer at that hour, on those channels.
func TestFreeSlotsLeadToTheComposer(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		for _, ch := range a.chans {
			if _, err := a.room.AddSlot(a.Context(), a.claire, a.brand, ch, time.Thursday, "09:00"); err != nil {
				t.Fatal(err)
			}
		}
		page := a.see("/calendar?date=2026-10-22")
		has(t, page, `class="slot"`, "libre", "/posts/new?at=2026-10-22T09%3A00&amp;channel="+string(a.chans[0])+"&amp;channel="+string(a.chans[1]))
		hasNot(t, a.see("/calendar?date=2026-10-15"), `class="slot"`)
		a.scheduled("Les sablés", "2026-10-22T09:00") // on the first channel
		page = a.see("/calendar?date=2026-10-22")
		has(t, page, `class="slot narrow"`, "/posts/new?at=2026-10-22T09%3A00&amp;channel="+string(a.chans[1]))
		has(t, a.see("/settings/slots"), "jeu. 22 oct. 09:00", "/posts/new?at=2026-10-29T09%3A00&amp;channel="+string(a.chans[0]))
	})
}

// S1: a stranger meets 404 on every route and operation of the face, and a
// client changes nothing.
func TestStrangersAndReaders(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		fill := strings.NewReplacer("{brand}", string(a.brand), "{post}", string(a.scheduled("Les sablés", "2026-10-22T12:15").ID),
			"{slot}", string(id.New[id.Token]()), "{campaign}", string(id.New[id.Campaign]()), "{publication}", string(id.New[id.Publication]()))
		for _, r := range publishingweb.New(publishingweb.Config{}).Routes() {
			path := fill.Replace(r.Path)
			if !strings.HasPrefix(path, "/b/") {
				continue
			}
			if out := a.ask(r.Method, path, "", "X-Who", "stranger"); out.status != 404 {
				t.Errorf("a stranger at %s: %d", r, out.status)
			}
			if out := a.ask(r.Method, path, "", "X-Who", "client"); r.Guard.Permission() != team.SeePlanning && out.status != 403 {
				t.Errorf("a client at %s: %d", r, out.status)
			}
		}
		for _, op := range a.reg.Ops() {
			if path := fill.Replace(op.Path); strings.Contains(op.Path, "{brand}") {
				if out := a.ask(op.Method, path+"?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z", "", "X-Who", "stranger"); out.status != 404 {
					t.Errorf("a stranger at %s %s: %d", op.Method, op.Path, out.status)
				}
			}
		}
		a.draft("Crumble", "2026-10-23T18:00")
		page := a.see("/calendar?date=2026-10-22", "X-Who", "client")
		has(t, page, "Les sablés")
		hasNot(t, page, "Crumble", "data-new", "data-movable", `class="slot"`, "/posts/new")
		for _, path := range []string{"/freeze"} {
			if out := a.ask("GET", path, "", "X-Who", "owner"); out.status != 403 {
				t.Errorf("%s for somebody who does not run the instance: %d", path, out.status)
			}
		}
	})
}

// P3: in Cairo the clocks jump at midnight: the day has no first hour, and
// stands on the calendar all the same.
func TestADayWithoutAMidnight(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		b, err := a.brands.Get(a.Context(), a.claire, a.brand)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = a.brands.Edit(a.Context(), a.claire, a.brand, b.Version, brand.Input{Name: b.Name, Zone: "Africa/Cairo", Week: time.Saturday}); err != nil {
			t.Fatal(err)
		}
		a.scheduled("Les sablés", "2027-04-30T00:30")
		a.scheduled("La veille", "2027-04-29T23:30")
		page := a.see("/calendar?view=day&date=2027-04-30")
		has(t, page, "Les sablés", "Vendredi 30 avril 2027", "entre 00:00 et 01:00", ">01:30<")
		hasNot(t, page, "La veille")
		page = a.see("/calendar?view=day&date=2027-04-29")
		has(t, page, "La veille")
		hasNot(t, page, "Les sablés", "heure d’été")
		// And the week begins when the brand says.
		has(t, a.see("/calendar?view=week&date=2027-04-30"), "24\u00a0– 30 avril 2027")
	})
}

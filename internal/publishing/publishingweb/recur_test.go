package publishingweb_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	ics "github.com/arran4/golang-ical"
)

// P3: from the post's page to its series and to its end.
func TestAPostIsMadeToComeBack(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.scheduled("Le mot du lundi", "2026-10-26T09:00")
		at := "/posts/" + string(p.ID) + "/repeat"
		has(t, a.see("/posts/"+string(p.ID)), "/repeat")
		has(t, a.see(at), "lundi 26 octobre 2026", `value="make"`)
		form := url.Values{"freq": {"WEEKLY"}, "interval": {"1"}, "day": {"1", "4"}, "end": {"count"}, "count": {"5"}, "schedule": {"1"}, "do": {"preview"}}
		seen := a.ask("POST", a.path(at), form.Encode())
		has(t, seen.body, "jeudi 29 octobre 2026", "lundi 9 novembre 2026")
		if n := len(a.posts()); n != 1 {
			t.Fatalf("a look made %d posts", n)
		}
		form.Set("do", "make")
		if out := a.ask("POST", a.path(at), form.Encode()); out.status != http.StatusSeeOther {
			t.Fatal(out.status, out.body)
		}
		if n := len(a.posts()); n != 5 {
			t.Fatalf("%d posts", n)
		}
		has(t, a.see(at), "Chaque semaine les lundi et jeudi à 09:00, 5 fois")
		has(t, a.see("/series"), "Le mot du lundi", "finie")
		bad := url.Values{"freq": {"WEEKLY"}, "interval": {"0"}, "do": {"make"}}
		q := a.scheduled("Autre", "2026-10-27T09:00")
		if out := a.ask("POST", a.path("/posts/"+string(q.ID)+"/repeat"), bad.Encode()); out.status != http.StatusUnprocessableEntity {
			t.Error(out.status)
		}
		r := a.ask("POST", "/api/v1/brands/"+string(a.brand)+"/posts/"+string(q.ID)+"/series", `{"rule":"FREQ=MONTHLY;BYDAY=-1FR","schedule":true}`, "Content-Type", "application/json")
		if r.status != http.StatusCreated || !strings.Contains(r.body, `"running"`) {
			t.Error(r.status, r.body)
		}
		has(t, a.see("/series"), "Chaque mois le dernier vendredi à 09:00", "en cours")
		series := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(r.body)[1]
		if out := a.ask("POST", a.path("/series/"+series+"/end"), "do=bin"); out.status != http.StatusSeeOther {
			t.Error(out.status)
		}
		if out := a.ask("POST", a.path("/series/"+series+"/end"), "do=bin", "X-Who", "stranger"); out.status != http.StatusNotFound {
			t.Error(out.status)
		}
	})
}

// P3: a calendar program reads the brand's calendar by a secret address, until
// the address is withdrawn.
func TestACalendarProgramFollowsTheBrand(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		a.scheduled("Sablés, beurre; salé", "2026-10-25T02:30") // the night the clocks go back
		a.draft("Un brouillon", "2026-10-27T09:00")
		address := func(page string) string {
			m := regexp.MustCompile(`value="[^"]*(/calendar/[^"]+\.ics)"`).FindStringSubmatch(page)
			if m == nil {
				t.Fatal("no address on the page")
			}
			return m[1]
		}
		made := a.ask("POST", a.path("/settings/feeds"), "name=Camille&detail=full")
		at := address(made.body)
		hasNot(t, a.see("/settings/feeds"), at)
		got := a.ask("GET", at, "", "X-Who", "nobody")
		if got.status != http.StatusOK || !strings.HasPrefix(got.head.Get("Content-Type"), "text/calendar") {
			t.Fatal(got.status, got.head)
		}
		cal, err := ics.ParseCalendar(strings.NewReader(got.body))
		if err != nil || len(cal.Events()) != 1 {
			t.Fatal(err, got.body)
		}
		start, err := cal.Events()[0].GetStartAt()
		if err != nil || start.Format("2006-01-02T15:04Z07:00") != "2026-10-25T00:30Z" {
			t.Error(start, err)
		}
		if s := ics.FromText(cal.Events()[0].GetProperty(ics.ComponentPropertySummary).Value); s != "Sablés, beurre; salé" {
			t.Error(s)
		}
		if again := a.ask("GET", at, "", "If-None-Match", got.head.Get("ETag")); again.status != http.StatusNotModified || again.body != "" {
			t.Error(again.status)
		}
		if post := a.ask("POST", at, "x=1"); post.status == http.StatusOK {
			t.Error("a feed was posted to")
		}
		private := address(a.ask("POST", a.path("/settings/feeds"), "name=Mur&detail=private").body)
		if p := a.ask("GET", private, ""); strings.Contains(p.body, "beurre") || !strings.Contains(p.body, "SUMMARY:Publication") {
			t.Error(p.body)
		}
		feed := regexp.MustCompile(`/settings/feeds/([0-9a-f-]{36})/renew`).FindAllStringSubmatch(a.see("/settings/feeds"), -1)
		renewed := address(a.ask("POST", a.path("/settings/feeds/"+feed[1][1]+"/renew"), "x=1").body)
		if old := a.ask("GET", at, ""); old.status != http.StatusNotFound {
			t.Error("the old address answers", old.status)
		}
		if now := a.ask("GET", renewed, ""); now.status != http.StatusOK {
			t.Error(now.status)
		}
		a.ask("POST", a.path("/settings/feeds/"+feed[1][1]+"/revoke"), "x=1")
		for _, gone := range []string{renewed, "/calendar/x.ics", "/calendar/" + strings.Repeat("v", 60) + ".ics", strings.TrimSuffix(private, ".ics")} {
			if r := a.ask("GET", gone, ""); r.status != http.StatusNotFound {
				t.Errorf("%s: %d", gone, r.status)
			}
		}
		if r := a.ask("GET", a.path("/settings/feeds"), "", "X-Who", "client"); r.status != http.StatusForbidden {
			t.Error(r.status)
		}
	})
}

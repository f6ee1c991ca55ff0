package publishingweb_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"vigie/internal/base/id"
	"vigie/internal/publishing"
)

// words is a composer's form with one channel.
func (a *agency) words(text string, more ...string) url.Values {
	v := url.Values{"text": {text}, "channel": {string(a.chans[0])}, "when": {"date"}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Add(more[i], more[i+1])
	}
	return v
}

func (a *agency) posts() []publishing.Row {
	a.Helper()
	page, err := a.room.Posts(a.Context(), a.claire, a.brand, publishing.Filter{}, "", 100)
	if err != nil {
		a.Fatal(err)
	}
	return page.Items
}

func TestAPageOpenedAndClosedLeavesNoDraft(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		page := a.see("/posts/new?at=2026-10-21T09:00&channel=" + string(a.chans[1]))
		has(t, page, `value="2026-10-21"`, `value="09:00"`, "mercredi 21 octobre à 09:00")
		if !regexp.MustCompile(`name="channel" value="` + string(a.chans[1]) + `" checked`).MatchString(page) {
			t.Error("the channel of the calendar is not chosen")
		}
		if n := len(a.posts()); n != 0 {
			t.Fatalf("%d posts were made", n)
		}
	})
}

func TestTheFirstSaveMakesTheDraftAndTheNextOnesChangeIt(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		made, status := a.press(a.path("/posts"), a.words("Bonjour", "title", "Pain", "labels", "four, froment", "date", "2026-10-21", "time", "09:00"))
		if status != http.StatusOK {
			t.Fatal(status, made)
		}
		p := a.post(id.Post(made["id"].(string)))
		if p.Text != "Bonjour" || p.Title != "Pain" || p.Planned.Local != "2026-10-21T09:00" || len(p.Labels) != 2 {
			t.Fatalf("%+v", p)
		}
		form := a.words("Bonsoir", "title", "Pain", "version", strconv.FormatInt(p.Version, 10))
		again, status := a.press(a.path("/posts/"+string(p.ID)), form)
		if status != http.StatusOK || again["values"].(map[string]any)["text"].([]any)[0] != "Bonsoir" {
			t.Fatal(status, again)
		}
		has(t, again["html"].(map[string]any)["previews"].(string), "Bonsoir", "7 / 500")
		// Once more, unchanged: nothing is written.
		before := a.post(p.ID).Version
		form.Set("version", strconv.FormatInt(before, 10))
		a.press(a.path("/posts/"+string(p.ID)), form)
		if now := a.post(p.ID).Version; now != before {
			t.Fatalf("a save of the same words moved the version from %d to %d", before, now)
		}
	})
}

// Enter in a field presses the first button of the form, wherever it stands.
func TestEnterInAFieldSavesAndDoesNothingElse(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		made, _ := a.press(a.path("/posts"), a.words(strings.Repeat("Trop long. ", 80)))
		page := a.see("/posts/" + made["id"].(string))
		if first := regexp.MustCompile(`<button[^>]*(?:form="composer"|name="(?:fix|do)")[^>]*>`).FindString(page); !strings.Contains(first, `value="save"`) {
			t.Errorf("Enter would press %s", first)
		}
	})
}

// P4, P11: the later save never silently wins, and keeps what was typed.
func TestTwoPeopleWhoWriteAtOnceLoseNothing(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.draft("Le texte de tous", "")
		version := strconv.FormatInt(p.Version, 10)
		at := a.path("/posts/" + string(p.ID))
		if _, status := a.press(at, a.words("Le texte de Yann", "version", version)); status != http.StatusOK {
			t.Fatal(status)
		}
		answer, status := a.press(at, a.words("Le texte de Claire", "version", version))
		if status != http.StatusConflict || answer["conflict"] != true {
			t.Fatalf("%d %v", status, answer)
		}
		if theirs := answer["values"].(map[string]any)["text"].([]any)[0]; theirs != "Le texte de Yann" {
			t.Errorf("the other version is shown as %q", theirs)
		}
		if kept := a.post(p.ID).Text; kept != "Le texte de Yann" {
			t.Errorf("kept %q", kept)
		}
		// Without JavaScript both stand on the page, and saving again means it.
		out := a.ask("POST", at, a.words("Le texte de Claire", "version", version).Encode())
		if out.status != http.StatusConflict {
			t.Fatal(out.status)
		}
		has(t, out.body, "Le texte de Claire", "Le texte de Yann", "Deux versions")
		form := a.words("Le texte de Claire", "version", regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(out.body)[1])
		if out = a.ask("POST", at, form.Encode()); out.status != http.StatusSeeOther {
			t.Fatal(out.status)
		}
		if kept := a.post(p.ID).Text; kept != "Le texte de Claire" {
			t.Errorf("kept %q", kept)
		}
	})
}

func TestAMegabyteIsRefusedInWordsAndStaysOnThePage(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.draft("Court", "")
		form := a.words(strings.Repeat("un mot ", 150_000), "version", "1")
		answer, status := a.press(a.path("/posts/"+string(p.ID)), form)
		if status != http.StatusUnprocessableEntity && status != http.StatusBadRequest {
			t.Fatal(status)
		}
		has(t, answer["title"].(string), "trop lourd")
		out := a.ask("POST", a.path("/posts/"+string(p.ID)), form.Encode())
		has(t, out.body, strings.Repeat("un mot ", 1000), "trop lourd")
	})
}

func TestEveryWordSurvivesTheForm(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		c := string(a.chans[1])
		media := string(id.New[id.Media]())
		form := url.Values{"title": {"T"}, "text": {"Un\r\ndeux"}, "channel": {string(a.chans[0]), c}, "own." + c: {"1"}, "text." + c: {"  à part <b> "}, "split." + c: {"1"},
			"ownoptions." + c: {"1"}, "warning." + c: {"Noix"}, "languages." + c: {"fr, br"}, "sensitive." + c: {"1"}, "visibility": {"followers"},
			"media": {media}, "alt." + media: {"Deux sablés"}, "labels": {"four"}}
		made, status := a.press(a.path("/posts"), form)
		if status != http.StatusOK {
			t.Fatal(status, made)
		}
		p := a.post(id.Post(made["id"].(string)))
		v := p.Variants[1]
		if p.Text != "Un\ndeux" || *v.Text != "  à part <b> " || !v.Split || v.Options.ContentWarning != "Noix" || !v.Options.Sensitive || len(v.Options.Languages) != 2 ||
			p.Options.Visibility != "followers" || p.Media[0].Alt != "Deux sablés" || p.Variants[0].Text != nil {
			b, _ := json.Marshal(p)
			t.Fatalf("%s", b)
		}
		has(t, a.see("/posts/"+string(p.ID)), "  à part &lt;b&gt; ", "Noix", "Deux sablés")
	})
}

func TestWhatIsTooLongIsMarkedAndHasThreeWaysOut(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		made, _ := a.press(a.path("/posts"), a.words(strings.Repeat("Une phrase de sablés. ", 30)))
		p := id.Post(made["id"].(string))
		c := string(a.chans[0])
		seen := a.ask("POST", a.path("/posts/"+string(p)+"/preview"), a.words("Tout autre chose").Encode())
		has(t, seen.body, "Tout autre chose", "16 / 500")
		if strings.HasPrefix(a.post(p).Text, "Tout autre") {
			t.Error("a preview was kept")
		}
		page := a.see("/posts/" + string(p))
		has(t, page, "hit hit--alert", "graphèmes de trop", "Couper en un fil de 2", `value="own:`+c+`"`, `value="drop:`+c+`"`)
		form := func(fix string) url.Values {
			now := a.post(p)
			return a.words(now.Text, "version", strconv.FormatInt(now.Version, 10), "fix", fix+":"+c)
		}
		for _, fix := range []string{"split", "own", "drop"} {
			if out := a.ask("POST", a.path("/posts/"+string(p)), form(fix).Encode()); out.status != http.StatusSeeOther {
				t.Fatalf("%s: %d", fix, out.status)
			}
			now := a.post(p)
			switch fix {
			case "split":
				if !now.Variants[0].Split {
					t.Error("not split")
				}
			case "own":
				if now.Variants[0].Text == nil {
					t.Error("no words of its own")
				}
			case "drop":
				if len(now.Variants) != 0 {
					t.Error("the channel is still there")
				}
			}
		}
	})
}

func TestAPostIsScheduledFromItsPageAndTakenBack(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.draft("À l'heure", "")
		at := a.path("/posts/" + string(p.ID))
		form := a.words("À l'heure", "title", "À l'heure", "version", "1", "do", "schedule")
		out := a.ask("POST", at, form.Encode())
		has(t, out.body, "Choisissez une date et une heure")
		form.Set("date", "2026-10-19")
		form.Set("time", "09:00")
		has(t, a.ask("POST", at, form.Encode()).body, "Cette heure est passée")
		form.Set("date", "2026-10-21")
		if out = a.ask("POST", at, form.Encode()); out.status != http.StatusSeeOther {
			t.Fatalf("%d %s", out.status, out.body)
		}
		if p = a.post(p.ID); p.Badge != publishing.Scheduled || p.Planned.Local != "2026-10-21T09:00" {
			t.Fatalf("%+v", p)
		}
		has(t, a.see("/posts/"+string(p.ID)), "Mettre à jour la programmation", "Repasser en brouillon", "Programmé")
		// Words written afterwards do not leave by themselves, and the page says so.
		form = a.words("Autre chose", "title", "À l'heure", "version", strconv.FormatInt(p.Version, 10))
		if _, status := a.press(at, form); status != http.StatusOK {
			t.Fatal(status)
		}
		has(t, a.see("/posts/"+string(p.ID)), "Modifiée depuis sa programmation")
		if out = a.ask("POST", at+"/unschedule", ""); out.status != http.StatusSeeOther {
			t.Fatal(out.status)
		}
		if p = a.post(p.ID); p.Badge != publishing.NoBadge || p.Validation != publishing.Draft {
			t.Fatalf("%+v", p)
		}
	})
}

// P1: the composer takes an hour away again, by its button and by emptied
// fields; fields that say nothing of the hour leave it alone.
func TestTheComposerTakesAnHourAway(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.draft("À l'heure", "2026-10-21T09:00")
		at := a.path("/posts/" + string(p.ID))
		has(t, a.see("/posts/"+string(p.ID)), `formaction="`+at+`/clear-hour"`, "Sans heure")
		form := a.words("À l'heure, plus tard", "version", strconv.FormatInt(p.Version, 10), "date", "", "time", "")
		if _, status := a.press(at, form); status != http.StatusOK || a.post(p.ID).Planned.Local == "" {
			t.Fatalf("%d: another window's empty fields took the hour away", status)
		}
		form.Set("version", strconv.FormatInt(a.post(p.ID).Version, 10))
		form.Set("clear", "1")
		if _, status := a.press(at, form); status != http.StatusOK || a.post(p.ID).Planned.Local != "" {
			t.Fatalf("%d: %+v", status, a.post(p.ID).Planned)
		}
		if page := a.see("/posts/" + string(p.ID)); strings.Contains(page, "clear-hour") {
			t.Error("there is no hour to take away")
		}
		q := a.draft("Programmée", "2026-10-21T09:00")
		form = a.words("Programmée", "title", "Programmée", "version", strconv.FormatInt(q.Version, 10), "do", "schedule", "date", "2026-10-21", "time", "09:00")
		if out := a.ask("POST", a.path("/posts/"+string(q.ID)), form.Encode()); out.status != http.StatusSeeOther {
			t.Fatal(out.status, out.body)
		}
		if out := a.ask("POST", a.path("/posts/"+string(q.ID)+"/clear-hour"), ""); out.status != http.StatusSeeOther {
			t.Fatal(out.status)
		}
		if q = a.post(q.ID); q.Badge != publishing.NoBadge || q.Planned.Local != "" {
			t.Fatalf("%+v", q)
		}
	})
}

// P7: on the nights the clocks change the page says what will happen.
func TestTheNightTheClocksChangeIsSaid(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		has(t, a.see("/posts/new?at=2026-10-25T02:30"), "deux fois")
		has(t, a.see("/posts/new?at=2027-03-28T02:30"), "saute 02:30", "03:30")
		has(t, a.see("/posts/new?at=2026-10-21T09:00", "X-Zone", "America/New_York"), "chez vous (New York)", "03:00")
	})
}

func TestAPostGoesToTheBinAndComesBack(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.draft("Sablés du nord", "")
		at := a.path("/posts/" + string(p.ID))
		if out := a.ask("POST", at+"/bin", url.Values{"back": {a.path("/posts")}}.Encode()); out.status != http.StatusSeeOther || out.head.Get("Location") != a.path("/posts") {
			t.Fatal(out.status, out.head)
		}
		hasNot(t, a.see("/posts"), "Sablés du nord")
		has(t, a.see("/posts?view=bin"), "Sablés du nord")
		has(t, a.see("/posts/"+string(p.ID)), "Dans la corbeille jusqu’au")
		a.ask("POST", at+"/unbin", "")
		has(t, a.see("/posts?q=sables"), "Sablés du nord")
		out := a.ask("POST", at+"/duplicate", "")
		if copied := a.posts(); out.status != http.StatusSeeOther || len(copied) != 2 {
			t.Fatal(out.status, len(copied))
		}
		// A way back that leads elsewhere is not followed.
		if out := a.ask("POST", at+"/bin", url.Values{"back": {"https://evil.example/"}}.Encode()); out.head.Get("Location") != at {
			t.Fatal(out.head)
		}
	})
}

func TestTheListIsReadPageByPageAndFiltered(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		for i := range 53 {
			a.draft("Numéro "+strconv.Itoa(i), "")
		}
		first := a.see("/posts")
		next := regexp.MustCompile(`href="([^"]*cursor=[^"]*)" rel="next"`).FindStringSubmatch(first)
		if next == nil {
			t.Fatal("no way to the next page")
		}
		has(t, first, "Numéro 52")
		second := a.ask("GET", strings.ReplaceAll(next[1], "&amp;", "&"), "")
		has(t, second.body, "Numéro 0<", "Numéro 2<")
		hasNot(t, second.body, "Numéro 52")
		has(t, a.see("/posts?channel="+string(a.chans[1])), "Rien à ce nom")
	})
}

// Nothing is dropped silently: a post still names the channel that was removed.
func TestAPostOutlivesItsChannel(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.scheduled("Orpheline", "2026-10-21T09:00")
		if err := a.channels.Remove(t.Context(), a.claire, a.brand, a.chans[0]); err != nil {
			t.Fatal(err)
		}
		has(t, a.see("/posts/"+string(p.ID)), "Orpheline", "Ce canal a été retiré de la marque")
		has(t, a.see("/publications"), "Orpheline", ">kerlann<")
		has(t, a.see("/publications/"+string(a.publication(p.ID).ID)), "Orpheline")
	})
}

// Walls: who has no role in the brand learns nothing from any route here.
func TestAStrangerFindsNothingAnywhere(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.scheduled("Secret de Kerlann", "2026-10-21T09:00")
		pubs, err := a.room.Publications(t.Context(), a.claire, a.brand, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		fill := strings.NewReplacer("{brand}", string(a.brand), "{post}", string(p.ID), "{publication}", string(pubs[0].ID))
		seen := 0
		for _, r := range a.mux.Routes() {
			if !strings.Contains(r.Path, "/posts") && !strings.Contains(r.Path, "/publications") {
				continue
			}
			seen++
			if out := a.ask(r.Method, fill.Replace(r.Path), "", "X-Who", "stranger"); out.status != http.StatusNotFound || strings.Contains(out.body, "Secret") {
				t.Errorf("%s: %d", r, out.status)
			}
		}
		for _, op := range a.reg.Ops() {
			if !strings.Contains(op.Path, "/posts") && !strings.Contains(op.Path, "/publications") {
				continue
			}
			seen++
			if out := a.ask(op.Method, fill.Replace(op.Path), "", "X-Who", "stranger"); out.status != http.StatusNotFound || strings.Contains(out.body, "Secret") {
				t.Errorf("%s %s: %d %s", op.Method, op.Path, out.status, out.body)
			}
		}
		if seen < 30 {
			t.Fatalf("only %d routes were tried", seen)
		}
		// A post of one brand is not found through another's address.
		if out := a.ask("GET", "/b/"+string(id.New[id.Brand]())+"/posts/"+string(p.ID), ""); out.status != http.StatusNotFound {
			t.Error(out.status)
		}
	})
}

func TestWhoOnlyReadsCannotWriteAndAClientSeesNoDraft(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.draft("Brouillon", "2026-10-21T09:00")
		at := a.path("/posts/" + string(p.ID))
		if out := a.ask("GET", at, "", "X-Who", "client"); out.status != http.StatusNotFound {
			t.Error(out.status)
		}
		out := a.ask("GET", at, "", "X-Who", "analyst")
		has(t, out.body, "Brouillon")
		hasNot(t, out.body, "<textarea", `name="do"`)
		if out = a.ask("POST", at, a.words("x", "version", "1").Encode(), "X-Who", "analyst"); out.status != http.StatusForbidden {
			t.Error(out.status)
		}
		// What is scheduled she sees, with its previews and without the team's names.
		a.scheduled("Bientôt", "2026-10-22T09:00")
		for _, who := range []string{"client", "moderator"} {
			shown := a.posts()[0]
			out = a.ask("GET", a.path("/posts/"+string(shown.ID)), "", "X-Who", who)
			has(t, out.body, "Bientôt", "22 octobre", "Aperçus")
			hasNot(t, out.body, "<textarea")
			if out = a.ask("GET", a.path("/publications"), "", "X-Who", who); out.status != http.StatusOK {
				t.Error(who, out.status)
			}
		}
		if out = a.ask("GET", a.path("/posts/new"), "", "X-Who", "client"); out.status != http.StatusForbidden {
			t.Error(out.status)
		}
	})
}

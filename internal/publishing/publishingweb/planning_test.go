package publishingweb_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/publishing/publishingweb"
)

// C3: hours of the week are added to one channel or to all, taken away, and
// given back.
func TestSlotsAreAddedAndRemoved(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		at := a.path("/settings/slots")
		out := a.ask("POST", at, url.Values{"channel": {""}, "day": {"1", "4"}, "local": {"09:00"}}.Encode())
		if out.status != 303 {
			t.Fatalf("%d: %.300s", out.status, out.body)
		}
		all, err := a.room.Slots(a.Context(), a.claire, a.brand)
		if err != nil || len(all) != 4 {
			t.Fatalf("%v, %v", all, err)
		}
		page := a.see("/settings/slots")
		has(t, page, "Retirer lundi 09:00 de Exercice kerlann", "Retirer jeudi 09:00 de Exercice biscuits")
		if out = a.ask("POST", at, "local=09:00"); out.status != 422 {
			t.Errorf("no day: %d", out.status)
		}
		has(t, out.body, "au moins un jour")
		if out = a.ask("POST", at, "local=9h&day=1"); out.status != 422 {
			t.Errorf("no hour: %d", out.status)
		}
		has(t, out.body, "Écrivez-la comme 09:00")
		if out = a.ask("POST", at+"/"+all[0].ID+"/remove", ""); out.status != 303 {
			t.Fatalf("remove: %d", out.status)
		}
		if left, _ := a.room.Slots(a.Context(), a.claire, a.brand); len(left) != 3 {
			t.Errorf("%d slots left", len(left))
		}
		if out = a.ask("POST", at+"/"+all[0].ID+"/remove", ""); out.status != 404 {
			t.Errorf("twice: %d", out.status)
		}
		back := url.Values{"channel": {string(all[0].Channel)}, "day": {string(rune('0' + all[0].Weekday))}, "local": {all[0].Local}}
		if a.ask("POST", at+"?"+back.Encode(), ""); len(slotsOf(a)) != 4 {
			t.Error("the undo's address does not give the hour back")
		}
	})
}

func slotsOf(a *agency) []publishing.Slot {
	all, err := a.room.Slots(a.Context(), a.claire, a.brand)
	if err != nil {
		a.Fatal(err)
	}
	return all
}

// C2: campaigns are bands on the calendar.
func TestCampaignsAreMadeChangedAndEnded(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		at := a.path("/settings/campaigns")
		if out := a.ask("POST", at, url.Values{"name": {"Coffret de Noël"}, "from": {"2026-10-21"}, "to": {"2026-10-30"}, "colour": {"#5b3f94"}}.Encode()); out.status != 303 {
			t.Fatalf("%d: %.300s", out.status, out.body)
		}
		page := a.see("/settings/campaigns")
		has(t, page, "Coffret de Noël", "21\u00a0– 30 octobre 2026", "#5b3f94")
		has(t, a.see("/calendar?view=month&date=2026-10-22"), "mband--a", "Coffret de Noël, suite", "--brand:#5b3f94")
		all, _ := a.room.Campaigns(a.Context(), a.claire, a.brand)
		one := at + "/" + string(all[0].ID)
		has(t, a.see("/settings/campaigns/"+string(all[0].ID)), "Retirer Coffret de Noël", `value="2026-10-30"`)
		out := a.ask("POST", one, url.Values{"name": {"Coffret"}, "from": {"2026-10-21"}, "to": {"2026-10-01"}}.Encode())
		if out.status != 422 {
			t.Fatalf("upside down: %d", out.status)
		}
		has(t, out.body, "Le dernier jour vient après le premier", `value="2026-10-01"`)
		if out = a.ask("POST", at, "name=&from=2026-10-21"); out.status != 422 {
			t.Errorf("no name: %d", out.status)
		}
		if out = a.ask("POST", one, url.Values{"name": {"Coffret"}, "from": {"2026-10-21"}}.Encode()); out.status != 303 {
			t.Fatalf("one day: %d %.300s", out.status, out.body)
		}
		if out = a.ask("POST", one+"/remove", ""); out.status != 303 {
			t.Fatalf("end: %d", out.status)
		}
		hasNot(t, a.see("/calendar?date=2026-10-22"), "Coffret")
		if out = a.ask("POST", one+"/remove", ""); out.status != 404 {
			t.Errorf("what is no more: %d", out.status)
		}
	})
}

// P6: one gesture holds everything; the thaw lists what was missed.
func TestTheFreezeHoldsAndTheThawTells(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		a.scheduled("Les sablés", "2026-10-22T12:15")
		missed := a.scheduled("Manquée", "2026-10-21T12:15")
		has(t, a.see("/settings/freeze"), "Geler 2 publications de Kerlann", "data-confirm")
		if out := a.ask("POST", a.path("/settings/freeze"), url.Values{"reason": {"Accident à l’usine"}}.Encode()); out.status != 303 {
			t.Fatalf("%d %.300s", out.status, out.body)
		}
		page := a.see("/settings/freeze")
		has(t, page, "Gelé depuis 10:42 par Claire Morel.", "Motif\u00a0: Accident à l’usine", "Dégeler Kerlann", "Les sablés", "Retenues")
		has(t, a.see("/calendar?date=2026-10-22"), "Gelé", "pcard--held")
		if out := a.ask("POST", a.path("/settings/freeze"), "reason=encore"); out.status != 422 && out.status != 409 {
			t.Errorf("twice: %d", out.status)
		}
		a.state(missed.ID, publishing.Frozen, publishing.OnHold, "publishing.missed_frozen")
		if out := a.ask("POST", a.path("/settings/freeze/lift"), ""); out.status != 303 {
			t.Fatalf("lift: %d", out.status)
		}
		page = a.see("/settings/freeze")
		has(t, page, "Manquées pendant le gel", "Manquée", a.path("/posts/"+string(missed.ID)))
		hasNot(t, page, "Gelé depuis", "Retenues")
		// Every brand at once, for those who run the instance.
		if out := a.ask("POST", "/freeze", "reason=Panne"); out.status != 303 {
			t.Fatalf("all: %d %.300s", out.status, out.body)
		}
		has(t, a.see("/settings/freeze"), "Toutes les marques sont gelées depuis 10:42 par Claire Morel.")
		out := a.ask("GET", "/freeze", "")
		has(t, out.body, "Dégeler toutes les marques")
		_, inside, _ := strings.Cut(out.body, "<main")
		hasNot(t, inside, "Kerlann") // administrators see no brand through it
		if out = a.ask("POST", "/freeze/lift", ""); out.status != 303 {
			t.Errorf("lift all: %d", out.status)
		}
		hasNot(t, a.see("/settings/freeze"), "Toutes les marques")
	})
}

func TestTheNoticeNamesWhoFroze(t *testing.T) {
	loc := i18n.Must(publishingweb.Messages()...).For("fr").At(func() time.Time { return agencyNow }).In("Europe/Paris")
	who := id.New[id.Person]()
	f := publishing.Freeze{Brand: id.New[id.Brand](), By: who, Since: agencyNow.Add(-time.Hour)}
	has(t, publishingweb.FreezeNotice(loc, f, map[id.Person]string{who: "Yann"}), "Gelé depuis 09:42 par Yann.")
	f.Brand, f.Reason = publishing.AllBrands, "Panne"
	has(t, publishingweb.FreezeNotice(loc, f, nil), "Toutes les marques", "une personne qui tient l’instance", "Panne")
}

// call speaks to the API and reads its answer.
func call[T any](a *agency, method, path, body string, want int) (out T) {
	a.Helper()
	r := a.ask(method, path, body, "Content-Type", "application/json", "Accept", "application/json")
	if r.status != want {
		a.Fatalf("%s %s: %d, want %d: %s", method, path, r.status, want, r.body)
	}
	if r.body != "" {
		if err := json.Unmarshal([]byte(r.body), &out); err != nil {
			a.Fatalf("%v: %s", err, r.body)
		}
	}
	return out
}

// The same verbs through the API.
func TestPlanningThroughTheAPI(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.scheduled("Les sablés", "2026-10-22T12:15")
		base := "/api/v1/brands/" + string(a.brand)
		type calendar struct {
			Items []publishing.Row
			More  bool
		}
		q := "?from=2026-10-19T00:00:00Z&to=2026-10-26T00:00:00Z"
		if got := call[calendar](a, "GET", base+"/calendar"+q, "", 200); len(got.Items) != 1 || got.Items[0].ID != p.ID {
			t.Errorf("calendar: %+v", got)
		}
		if got := call[calendar](a, "GET", base+"/calendar"+q+"&badge=none", "", 200); len(got.Items) != 0 {
			t.Errorf("filtered: %+v", got)
		}
		moved := call[api.List[publishing.Moved]](a, "POST", base+"/moves", `{"moves":[{"post":"`+string(p.ID)+`","to":"2026-10-25T02:30"}]}`, 200)
		if len(moved.Items) != 1 || moved.Items[0].Fit != "twice" || moved.Items[0].From.Local != "2026-10-22T12:15" {
			t.Errorf("moved: %+v", moved)
		}
		call[any](a, "POST", base+"/moves", `{"moves":[{"post":"`+string(p.ID)+`","to":"2020-10-25T02:30"}]}`, 422)
		slot := call[publishing.Slot](a, "POST", base+"/slots", `{"channel":"`+string(a.chans[0])+`","weekday":4,"local":"09:00"}`, 201)
		if got := call[api.List[publishing.Slot]](a, "GET", base+"/slots?channel="+string(a.chans[0]), "", 200); len(got.Items) != 1 {
			t.Errorf("slots: %+v", got)
		}
		if got := call[api.List[publishing.Free]](a, "GET", base+"/slots/free"+q, "", 200); len(got.Items) != 1 || got.Items[0].Wall.Local != "2026-10-22T09:00" {
			t.Errorf("free: %+v", got)
		}
		call[any](a, "DELETE", base+"/slots/"+slot.ID, "", 204)
		camp := call[publishing.Campaign](a, "POST", base+"/campaigns", `{"name":"Noël","from":"2026-12-01","to":"2026-12-24"}`, 201)
		camp = call[publishing.Campaign](a, "PUT", base+"/campaigns/"+string(camp.ID), `{"name":"Noël","from":"2026-12-01","to":"2026-12-26"}`, 200)
		if got := call[api.List[publishing.Campaign]](a, "GET", base+"/campaigns", "", 200); len(got.Items) != 1 || got.Items[0].To != "2026-12-26" {
			t.Errorf("campaigns: %+v", got)
		}
		call[any](a, "PUT", base+"/campaigns/"+string(id.New[id.Campaign]()), `{"name":"Noël","from":"2026-12-01","to":"2026-12-26"}`, 404)
		call[any](a, "DELETE", base+"/campaigns/"+string(camp.ID), "", 204)
		call[api.List[string]](a, "GET", base+"/labels", "", 200)
		for _, at := range []string{base + "/freeze", "/api/v1/freeze"} {
			frost := call[publishing.Frost](a, "POST", at, `{"reason":"Accident"}`, 200)
			if frost.Held != 1 || frost.Leaving == nil {
				t.Errorf("%s: %+v", at, frost)
			}
			call[any](a, "POST", at, `{"reason":"Accident"}`, 409)
			if got := call[api.List[publishing.Freeze]](a, "GET", at, "", 200); len(got.Items) != 1 || got.Items[0].Reason != "Accident" {
				t.Errorf("%s: %+v", at, got)
			}
			if got := call[publishing.Thawed](a, "DELETE", at, "", 200); got.Freed != 1 || got.Missed == nil {
				t.Errorf("%s: %+v", at, got)
			}
		}
		if out := a.ask("POST", "/api/v1/freeze", `{"reason":"x"}`, "Content-Type", "application/json", "X-Who", "owner"); out.status != 403 {
			t.Errorf("an owner freezes all brands: %d", out.status)
		}
		if strings.Contains(a.ask("GET", base+"/freeze", "").body, "null") {
			t.Error("an empty list says null")
		}
	})
}

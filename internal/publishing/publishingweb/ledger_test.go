package publishingweb_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"vigie/internal/base/id"
	"vigie/internal/publishing"
)

func (a *agency) publication(p id.Post) publishing.Publication {
	a.Helper()
	all, err := a.room.Publications(a.Context(), a.claire, a.brand, p)
	if err != nil {
		a.Fatal(err)
	}
	return all[0]
}

func TestWhatFailedSaysWhyAndIsTriedAgain(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.scheduled("Manquée", "2026-10-21T09:00")
		a.state(p.ID, publishing.Failed, publishing.AllFailed, "publishing.missed")
		pub := a.publication(p.ID)
		at := "/publications/" + string(pub.ID)
		has(t, a.see("/publications?state=failed"), "Manquée", "Renvoyer ce qui est coché", "Son heure est passée")
		has(t, a.see(at), "Renvoyer", "Son heure est passée", "Programmée par Claire Morel")
		out := a.ask("POST", a.path("/publications/retry"), url.Values{"publication": {string(pub.ID), string(id.New[id.Publication]())}}.Encode())
		if out.status != http.StatusSeeOther || a.publication(p.ID).State != publishing.Due {
			t.Fatal(out.status, a.publication(p.ID).State)
		}
		// Twice is once: it is no longer failed.
		has(t, a.ask("POST", a.path(at+"/retry"), "").body, "n’est plus en échec")
	})
}

// P2: a doubt is for a person to settle, never blindly sent again.
func TestADoubtIsSettledByAPerson(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.scheduled("Douteuse", "2026-10-21T09:00")
		a.state(p.ID, publishing.Unknown, publishing.ToCheck, "")
		pub := a.publication(p.ID)
		at := "/publications/" + string(pub.ID)
		has(t, a.see(at), "Elle est en ligne", "Elle n’est pas partie", "ne renvoie rien à l’aveugle")
		out := a.ask("POST", a.path(at+"/settle"), url.Values{"sent": {"1"}, "url": {"ftp://net.example/1"}}.Encode())
		has(t, out.body, "Cette adresse n’en est pas une", `value="ftp://net.example/1"`)
		out = a.ask("POST", a.path(at+"/settle"), url.Values{"sent": {"1"}, "url": {"https://net.example/1"}}.Encode())
		if out.status != http.StatusSeeOther || a.publication(p.ID).State != publishing.Sent {
			t.Fatal(out.status, out.body)
		}
		has(t, a.see(at), `href="https://net.example/1"`, "Claire Morel dit qu’elle est en ligne")
	})
}

func TestEveryStateHasItsSentenceInBothLanguages(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		p := a.scheduled("Partout", "2026-10-21T09:00")
		pub := a.publication(p.ID)
		for _, s := range publishing.States() {
			a.state(p.ID, s, publishing.Scheduled, "")
			for _, lang := range []string{"fr", "en"} {
				for _, path := range []string{"/publications/" + string(pub.ID), "/publications", "/posts/" + string(p.ID)} {
					page := a.see(path, "X-Language", lang)
					for _, leak := range []string{">ledger.", ">composer.", ">publishing.", "{network}", "{when}"} {
						if strings.Contains(page, leak) {
							t.Errorf("%s of %s in %s shows %s", path, s, lang, leak)
						}
					}
				}
			}
		}
	})
}

func TestProgramsDoWhatPagesDo(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		call := func(method, path, body string, want int, head ...string) (map[string]any, http.Header) {
			t.Helper()
			out := a.ask(method, "/api/v1/brands/"+string(a.brand)+path, body, append([]string{"Content-Type", "application/json"}, head...)...)
			if out.status != want {
				t.Fatalf("%s %s: %d %s", method, path, out.status, out.body)
			}
			var d map[string]any
			if out.body != "" {
				if err := json.Unmarshal([]byte(out.body), &d); err != nil {
					t.Fatal(err)
				}
			}
			return d, out.head
		}
		body := `{"title":"API","text":"Bonjour","variants":[{"channel":"` + string(a.chans[0]) + `"}]}`
		made, head := call("POST", "/posts", body, 201, "Idempotency-Key", "deux fois la même")
		again, _ := call("POST", "/posts", body, 201, "Idempotency-Key", "deux fois la même")
		post := made["id"].(string)
		if again["id"] != post || head.Get("ETag") != `"1"` {
			t.Fatalf("%v %v", again["id"], head)
		}
		at := "/posts/" + post
		call("PATCH", at, `{"text":"Bonsoir"}`, 200, "If-Match", `"1"`)
		call("PATCH", at, `{"text":"Trop tard"}`, 409, "If-Match", `"1"`)
		got, _ := call("GET", at, "", 200)
		if got["text"] != "Bonsoir" || got["title"] != "API" {
			t.Fatal(got)
		}
		seen, _ := call("POST", at+"/preview", `{"text":"`+strings.Repeat("x", 501)+`"}`, 200)
		problems := seen["items"].([]any)[0].(map[string]any)["problems"].([]any)
		if problems[0].(map[string]any)["key"] != "network.check.text_too_long" {
			t.Fatal(problems)
		}
		call("POST", at+"/preview", "", 200)
		call("POST", at+"/schedule", `{}`, 422)
		done, _ := call("POST", at+"/schedule", `{"local":"2026-10-25T02:30"}`, 200)
		if done["fit"] != "twice" {
			t.Fatal(done["fit"])
		}
		list, _ := call("GET", at+"/publications", "", 200)
		pub := list["items"].([]any)[0].(map[string]any)["id"].(string)
		call("GET", "/publications?state=planned", "", 200)
		told, _ := call("GET", "/publications/"+pub, "", 200)
		if told["steps"].([]any)[0].(map[string]any)["what"] != "scheduled" {
			t.Fatal(told)
		}
		call("POST", "/publications/"+pub+"/retry", "", 409)
		a.state(id.Post(post), publishing.Unknown, publishing.ToCheck, "")
		call("POST", "/publications/"+pub+"/settle", `{"sent":true,"url":"nowhere"}`, 422)
		call("POST", "/publications/"+pub+"/settle", `{"sent":false}`, 204)
		call("POST", "/publications/"+pub+"/withdraw", "", 409)
		call("POST", at+"/unschedule", "", 204)
		copied, _ := call("POST", at+"/duplicate", "", 201)
		call("DELETE", "/posts/"+copied["id"].(string), "", 204)
		bin, _ := call("GET", "/posts?binned=true", "", 200)
		if len(bin["items"].([]any)) != 1 {
			t.Fatal(bin)
		}
		call("POST", "/posts/"+copied["id"].(string)+"/restore", "", 204)
		call("GET", "/posts?cursor=nonsense", "", 422)
	})
}

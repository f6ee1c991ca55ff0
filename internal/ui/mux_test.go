package ui

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/team"
)

func ok(w http.ResponseWriter, r *Request) error {
	return Page(w, r, Frame{Title: "Titre"}, words("ici"))
}

func guarded() []Route {
	return []Route{
		{Method: "GET", Path: "/open", Guard: Public, Handle: ok},
		{Method: "GET", Path: "/mine", Guard: SignedIn, Handle: ok},
		{Method: "GET", Path: "/instance", Guard: Admin, Handle: ok},
		{Method: "GET", Path: "/b/{brand}/read", Guard: In(team.SeePlanning), Handle: ok},
		{Method: "GET", Path: "/b/{brand}/write", Guard: In(team.WritePosts), Handle: ok},
		{Method: "POST", Path: "/b/{brand}/write", Guard: In(team.WritePosts), Handle: func(w http.ResponseWriter, r *Request) error {
			return Redirect(w, r, "/b/"+string(r.Brand.ID)+"/read")
		}},
	}
}

func TestGuards(t *testing.T) {
	m := newMux(t, testConfig(), guarded()...)
	b := "/b/" + string(kerlann)
	for _, c := range []struct {
		method, path, who string
		want              int
	}{
		{"GET", "/open", "", 200}, {"GET", "/open", "client", 200},
		{"GET", "/mine", "", 303}, {"GET", "/mine", "stranger", 200},
		{"GET", "/instance", "", 303}, {"GET", "/instance", "owner", 403}, {"GET", "/instance", "admin", 200},
		{"GET", b + "/read", "", 303}, {"GET", b + "/read", "stranger", 404}, {"GET", b + "/read", "client", 200},
		{"GET", b + "/write", "client", 403}, {"GET", b + "/write", "community", 200},
		{"POST", b + "/write", "client", 403}, {"POST", b + "/write", "stranger", 404}, {"POST", b + "/write", "community", 303},
		{"POST", b + "/write", "", 401},
		{"GET", "/b/" + string(sobo) + "/read", "community", 404}, // brands are walls (P1)
		{"GET", b + "/read", "admin", 404},                        // for administrators too
		{"GET", "/b/nonsense/read", "community", 404},
		{"GET", "/nowhere", "community", 404}, {"GET", "/nowhere", "", 404},
		{"GET", "/mine", "broken", 503},
	} {
		if w := ask(m, c.method, c.path, c.who); w.Code != c.want {
			t.Errorf("%s %s as %q: %d, want %d", c.method, c.path, c.who, w.Code, c.want)
		}
	}
}

func TestAStrangerLearnsNoName(t *testing.T) {
	m := newMux(t, testConfig(), guarded()...)
	for _, who := range []string{"stranger", "admin", ""} {
		if w := ask(m, "GET", "/b/"+string(kerlann)+"/read", who); strings.Contains(w.Body.String(), "Kerlann") {
			t.Errorf("%q reads the brand's name", who)
		}
	}
}

func TestARouteWithoutGuardIsRefusedAtStart(t *testing.T) {
	for _, r := range []Route{
		{Method: "GET", Path: "/x", Handle: ok},
		{Method: "GET", Path: "/b/{brand}/x", Guard: SignedIn, Handle: ok},
		{Method: "GET", Path: "/x", Guard: In(team.SeeBrand), Handle: ok},
		{Method: "GET", Path: "/b/{brand}/x", Guard: In(""), Handle: ok},
		{Method: "FETCH", Path: "/x", Guard: Public, Handle: ok},
		{Method: "GET", Path: "/x", Guard: Public},
		{Method: "GET", Path: "/more", Guard: SignedIn, Handle: ok}, // ours already
	} {
		if _, err := New(testConfig(), r); err == nil {
			t.Errorf("%s with %q was taken", r, r.Guard)
		}
	}
	for _, r := range newMux(t, testConfig(), guarded()...).Routes() {
		if r.Guard.kind == "" {
			t.Errorf("%s has no guard", r)
		}
	}
}

func TestEveryAnswerCarriesTheWalls(t *testing.T) {
	c := testConfig()
	c.HTTPS = true
	m := newMux(t, c, guarded()...)
	for _, path := range []string{"/open", "/nowhere", "/mine", Asset("app.css")} {
		h := ask(m, "GET", path, "").Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: %q is not in %q", path, want, csp)
			}
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" || h.Get("X-Request-Id") == "" || h.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	if ask(newMux(t, testConfig()), "GET", "/nowhere", "").Header().Get("Strict-Transport-Security") != "" {
		t.Error("HSTS on plain http locks people out")
	}
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	m := newMux(t, testConfig(), guarded()...)
	w := ask(m, "POST", "/b/"+string(kerlann)+"/write", "community", "Sec-Fetch-Site", "cross-site")
	if w.Code != 403 || !strings.Contains(w.Body.String(), "autre site") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func failing(err error) Route {
	return Route{Method: "GET", Path: "/fails", Guard: SignedIn, Handle: func(http.ResponseWriter, *Request) error {
		if err == nil {
			panic("boom")
		}
		return err
	}}
}

func TestErrorsAreSaidInThePersonsWords(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{errors.New("secret cause"), 500, "Vigie s’est trompée"},
		{nil, 500, "Vigie s’est trompée"},
		{fault.New(fault.Forbidden, "team.may_not"), 403, "Votre rôle"},
		{fault.New(fault.Transient, "db.gone"), 503, "ne répond plus"},
	} {
		m := newMux(t, testConfig(), failing(c.err))
		w := ask(m, "GET", "/fails", "community")
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.text) || strings.Contains(w.Body.String(), "secret cause") {
			t.Errorf("%v: %d %s", c.err, w.Code, w.Body)
		}
		if c.status >= 500 && !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
			t.Errorf("%v: the page does not say the request's number", c.err)
		}
		if w = ask(m, "GET", "/fails", "community", "HX-Request", "true"); w.Code != c.status || w.Header().Get("HX-Reswap") != "none" ||
			!strings.Contains(w.Header().Get("HX-Trigger"), `"signal":"alert"`) {
			t.Errorf("%v to htmx: %d %v", c.err, w.Code, w.Header())
		}
		w = ask(m, "GET", "/fails", "community", "Accept", "application/json", "Accept-Language", "en")
		var p struct{ Title string }
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Title == "" || w.Code != c.status {
			t.Errorf("%v to a module: %v %s", c.err, err, w.Body)
		}
	}
}

func TestSignedOutPeopleComeBackWhereTheyWere(t *testing.T) {
	m := newMux(t, testConfig(), guarded()...)
	if to := ask(m, "GET", "/mine?a=1", "").Header().Get("Location"); to != "/sign-in?next=%2Fmine%3Fa%3D1" {
		t.Error(to)
	}
	w := ask(m, "GET", "/mine", "", "HX-Request", "true", "Referer", "http://example.com/b/x/read")
	if to := w.Header().Get("HX-Redirect"); w.Code != 401 || to != "/sign-in?next=%2Fb%2Fx%2Fread" {
		t.Error(w.Code, to)
	}
	for next, want := range map[string]string{"/mine?a=1": "/mine?a=1", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "": "/"} {
		r, _ := http.NewRequest("GET", "/sign-in", nil)
		r.Form = map[string][]string{"next": {next}}
		if g := Next(r); g != want {
			t.Errorf("%q leads to %q", next, g)
		}
	}
}

func TestABodyOverTheBoundIsRefused(t *testing.T) {
	m := newMux(t, testConfig(), Route{Method: "POST", Path: "/small", Guard: Public, MaxBody: 3, Handle: func(w http.ResponseWriter, r *Request) error {
		if _, err := ReadForm(r); err != nil {
			return err
		}
		return Redirect(w, r, "/")
	}})
	if w := ask(m, "POST", "/small", ""); w.Code != 422 || !strings.Contains(w.Body.String(), "trop lourd") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAToastFollowsARedirectOnce(t *testing.T) {
	m := newMux(t, testConfig(), append(guarded(), Route{Method: "POST", Path: "/archive", Guard: SignedIn, Handle: func(w http.ResponseWriter, r *Request) error {
		Say(r, Toast{Text: "Rangé.", Undo: "/unarchive"})
		return Redirect(w, r, "/mine")
	}})...)
	w := ask(m, "POST", "/archive", "community")
	if w.Code != 303 {
		t.Fatal(w.Code)
	}
	cookie := w.Header().Get("Set-Cookie")
	w = ask(m, "GET", "/mine", "community", "Cookie", strings.Split(cookie, ";")[0])
	if !strings.Contains(w.Body.String(), "Rangé.") || !strings.Contains(w.Body.String(), `action="/unarchive"`) {
		t.Error("the toast is lost")
	}
	if !strings.Contains(strings.Join(w.Header().Values("Set-Cookie"), " "), "Max-Age=0") {
		t.Error("the toast would come back")
	}
}

func TestHtmxGetsThePartOnly(t *testing.T) {
	m := newMux(t, testConfig(), guarded()...)
	if b := ask(m, "GET", "/mine", "community", "HX-Request", "true").Body.String(); b != "<p>ici</p>" {
		t.Error(b)
	}
	if b := ask(m, "GET", "/mine", "community", "HX-Request", "true", "HX-Request-Type", "full").Body.String(); !strings.Contains(b, "<html") {
		t.Error("a boosted link wants the whole page")
	}
}

package teamweb_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"vigie/internal/api"
	"vigie/internal/brand"
	"vigie/internal/brand/brandweb"
	"vigie/internal/team"
	"vigie/internal/team/teamweb"
	"vigie/internal/ui/uitest"
)

func TestMessagesAreCompleteInBothLanguages(t *testing.T) {
	uitest.Messages(t, "..", teamweb.Messages())
	uitest.Messages(t, "../../brand", brandweb.Messages())
}

// The cookie flags: HttpOnly and Lax always; Secure and __Host- with https.
func TestCookiesAreNarrow(t *testing.T) {
	for _, https := range []bool{false, true} {
		each(t, https, func(h *house) {
			v := h.visitor("198.51.100.7")
			p := v.post("/welcome", "name", "Claire", "email", "claire@agence.test", "password", password, "zone", "Europe/Paris").goes(h, "/brands")
			prefix := "vigie_"
			if https {
				prefix = "__Host-vigie_"
			}
			for _, name := range []string{prefix + "session", prefix + "device"} {
				c := p.set[name]
				if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != https || c.Path != "/" || c.Domain != "" || len(c.Value) < 40 {
					h.Errorf("%s: %+v", name, c)
				}
			}
			if p.head.Get("Cache-Control") == "" {
				h.Error("an answer with a session may be cached")
			}
		})
	}
}

func TestTheFirstPageMakesTheAccountThatRunsTheInstanceOnce(t *testing.T) {
	each(t, false, func(h *house) {
		v := h.visitor("198.51.100.7")
		v.get("/sign-in").goes(h, "/welcome")
		v.get("/welcome").want(h, 200, "Créer mon compte", "Visiter l’agence d’exemple")
		p := v.post("/welcome", "name", "Claire <b>", "email", "nonsense", "password", password, "zone", "Europe/Paris").want(h, 422, "Cette adresse n’est pas lisible", "Claire &lt;b&gt;")
		if strings.Contains(p.body, password) {
			h.Error("the password came back in the page")
		}
		v.post("/welcome", "name", "Claire", "email", "claire@agence.test", "password", "court", "zone", "Europe/Paris").want(h, 422, "Trop court")
		v.post("/welcome", "name", "Claire", "email", "claire@agence.test", "password", password, "zone", "Europe/Paris").goes(h, "/brands")
		v.get("/brands").want(h, 200, "Aucune marque pour le moment", "Bienvenue, Claire")
		other := h.visitor("203.0.113.5")
		other.get("/welcome").goes(h, "/sign-in")
		other.post("/welcome", "name", "X", "email", "x@x.test", "password", password, "zone", "Europe/Paris").want(h, 422, "existe déjà")
		if len(other.cookies) != 0 {
			h.Error("the second one got cookies")
		}
	})
}

func TestSignInRenewsTheSessionAndGoesWhereOneWanted(t *testing.T) {
	each(t, false, func(h *house) {
		v, _ := h.claire()
		v.get("/profile").want(h, 200, "Claire Morel")
		old := v.cookies["vigie_session"].Value
		v.post("/sign-out").goes(h, "/sign-in")
		v.get("/profile").goes(h, "/sign-in?next=%2Fprofile")
		v.get("/sign-in").want(h, 200, "Se connecter")
		// Somebody planted a session of his own choice: it is not taken over.
		v.cookies["vigie_session"] = &http.Cookie{Name: "vigie_session", Value: old}
		p := v.post("/sign-in", "email", "Claire@agence.test", "password", password, "next", "/profile").goes(h, "/profile")
		if got := p.set["vigie_session"].Value; got == old || len(got) < 40 {
			h.Errorf("session %q", got)
		}
		thief := h.visitor("203.0.113.5")
		thief.cookies["vigie_session"] = &http.Cookie{Name: "vigie_session", Value: old}
		if p := thief.get("/profile").goes(h, "/sign-in?next=%2Fprofile"); p.set["vigie_session"] == nil || p.set["vigie_session"].MaxAge >= 0 {
			h.Error("a dead cookie is taken back")
		}
		for _, next := range []string{"//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)"} {
			h.visitor("198.51.100.9").post("/sign-in", "email", "claire@agence.test", "password", password, "next", next).goes(h, "/")
		}
	})
}

var number = regexp.MustCompile(`value="[^"]*@agence.test"`)

// Enumeration: the same status, the same words, the same cookies.
func TestKnownAndUnknownAddressesGetTheSameAnswers(t *testing.T) {
	each(t, false, func(h *house) {
		h.claire()
		answer := func(path, email string, i int) string {
			p := h.visitor(fmt.Sprintf("203.0.113.%d", i)).post(path, "email", email, "password", "not the one at all")
			return fmt.Sprint(p.status, len(p.set), number.ReplaceAllString(p.body, "value"))
		}
		for i, path := range []string{"/sign-in", "/forgotten"} {
			known, unknown := answer(path, "claire@agence.test", 10+2*i), answer(path, "nobody@agence.test", 11+2*i)
			if known != unknown {
				h.Errorf("%s tells: %s\n\n%s", path, known, unknown)
			}
		}
	})
}

func TestTooManyTriesAreToldToWaitAndTheKnownBrowserIsNot(t *testing.T) {
	each(t, false, func(h *house) {
		v, _ := h.claire()
		v.post("/sign-out")
		var p page
		for range 12 {
			p = h.visitor("198.51.100.7").post("/sign-in", "email", "claire@agence.test", "password", "guess")
		}
		p.want(h, 422, "Votre compte n’est pas bloqué")
		v.post("/sign-in", "email", "claire@agence.test", "password", password).goes(h, "/")
	})
}

// Behind a proxy of this machine visitors are told apart by what the proxy
// saw, never by what they wrote themselves.
func TestForwardedAddressesAreBelievedFromTheProxyOnly(t *testing.T) {
	each(t, false, func(h *house) {
		h.claire()
		guess := func(ip, forwarded string) int {
			v := h.visitor(ip)
			return v.do("POST", "/sign-in", "email=claire%40agence.test&password=guess", "X-Forwarded-For", forwarded).status
		}
		body := func(ip, forwarded string) string {
			v := h.visitor(ip)
			return v.do("POST", "/sign-in", "email=claire%40agence.test&password=guess", "X-Forwarded-For", forwarded).body
		}
		for i := range 8 {
			guess("127.0.0.1", fmt.Sprintf("9.9.9.%d, 203.0.113.50", i))
		}
		if !strings.Contains(body("127.0.0.1", "1.2.3.4, 203.0.113.50"), "Trop d’essais") {
			h.Error("a made-up first hop gave a fresh budget")
		}
		if strings.Contains(body("127.0.0.1", "203.0.113.51"), "Trop d’essais") {
			h.Error("another visitor pays")
		}
		for i := range 8 {
			guess("203.0.113.60", fmt.Sprintf("9.9.9.%d", i))
		}
		if !strings.Contains(body("203.0.113.60", "9.9.9.99"), "Trop d’essais") {
			h.Error("a visitor's own header was believed")
		}
	})
}

// CSRF: a form of another site does nothing.
func TestFormsOfOtherSitesDoNothing(t *testing.T) {
	each(t, false, func(h *house) {
		v, b := h.claire()
		for _, path := range []string{"/sign-out", "/profile", "/b/" + string(b) + "/people/invite", "/b/" + string(b) + "/archive", "/api/v1/me/tokens"} {
			v.do("POST", path, "name=Maison+Legrand&role=owner", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test").want(h, 403)
		}
		v.get("/profile").want(h, 200)
	})
}

func TestAForgottenPasswordIsResetByMail(t *testing.T) {
	each(t, false, func(h *house) {
		v, _ := h.claire()
		w := h.visitor("198.51.100.9")
		w.get("/forgotten").want(h, 200)
		w.post("/forgotten", "email", "claire@agence.test").want(h, 200, "Si un compte a cette adresse")
		l := h.lastLetter()
		if l.To.Email != "claire@agence.test" || l.Language != "fr" || !strings.Contains(l.Text, "https://vigie.test/reset/") || !strings.HasPrefix(l.Text, "Bonjour Claire Morel,") {
			h.Errorf("%+v", l)
		}
		path := linkIn(h, l.Text)
		p := w.get(path).want(h, 200)
		if p.head.Get("Referrer-Policy") != "no-referrer" {
			h.Error("the link may leak in a Referer")
		}
		w.post(path, "password", "court").want(h, 422, "Trop court")
		w.post(path, "password", "quatre goélands au large").goes(h, "/sign-in")
		w.get(path).want(h, 404, "Ce lien a déjà servi")
		v.get("/profile").goes(h, "/sign-in?next=%2Fprofile")
		w.post("/sign-in", "email", "claire@agence.test", "password", "quatre goélands au large").goes(h, "/")
	})
}

func TestPeopleComeByMailOrByLink(t *testing.T) {
	each(t, false, func(h *house) {
		v, b := h.claire()
		people := "/b/" + string(b) + "/people"
		v.get(people).want(h, 200, "Claire Morel", "Inviter quelqu’un")
		v.post(people+"/invite", "role", "community", "email", "yann@x.test", "language", "en").goes(h, people)
		v.get(people).want(h, 200, "yann@x.test", "Invitation envoyée")
		l := h.lastLetter()
		if !strings.HasPrefix(l.Subject, "Claire Morel invites you to Maison Legrand") || l.Language != "en" {
			h.Errorf("%+v", l)
		}
		path := linkIn(h, l.Text)
		y := h.visitor("198.51.100.20")
		y.lang = "en"
		y.get(path).want(h, 200, "Maison Legrand", "Community manager", `value="yann@x.test"`)
		y.post(path, "name", "Yann", "email", "other@x.test", "password", password, "zone", "Europe/London").goes(h, "/")
		y.get(people).want(h, 200, "yann@x.test")
		y.get(path).want(h, 404, "already used")

		p := v.post(people+"/invite", "role", "client").want(h, 200, "Copiez ce lien maintenant")
		path = linkIn(h, p.body)
		v.get(people).want(h, 200, "Par lien")
		// Somebody who has an account already signs in and comes back.
		out := h.visitor("198.51.100.21")
		out.get(path).want(h, 200, "/sign-in?next=/invitation/")
		out.post("/sign-in", "email", "yann@x.test", "password", password, "next", path).goes(h, path)
		out.get(path).want(h, 200, "Accept the invitation")
		out.post(path+"/accept").goes(h, "/brands")
		out.get("/brands").want(h, 200, "Maison Legrand", "Community manager") // the wider role stays

		v.post(people+"/invite", "role", "client", "email", "bad").want(h, 422, "Cette adresse n’est pas lisible")
		v.post(people+"/leave").want(h, 422, "dernier propriétaire")
		out.post(people+"/leave").goes(h, "/brands")
		y.get(people).want(h, 404)
	})
}

func TestRolesAreChangedAndWithdrawnWhileAPageIsOpen(t *testing.T) {
	each(t, false, func(h *house) {
		v, b := h.claire()
		y := h.member(v, b, "yann", "community")
		people := "/b/" + string(b) + "/people"
		yann := regexp.MustCompile(`people/([0-9a-f-]{36})/role`).FindStringSubmatch(v.get(people).body)[1]
		y.get(people).want(h, 200)
		y.post(people+"/"+yann+"/role", "role", "owner").want(h, 403)
		v.post(people+"/"+yann+"/role", "role", "client").goes(h, people)
		y.get(people).want(h, 403)
		y.get("/b/"+string(b)+"/settings").want(h, 200, "Maison Legrand")
		v.post(people+"/"+yann+"/remove").goes(h, people)
		for _, path := range []string{people, "/b/" + string(b) + "/settings"} {
			p := y.get(path).want(h, 404)
			if strings.Contains(p.body, "Legrand") {
				h.Errorf("%s names the brand", path)
			}
		}
		y.json("GET", "/api/v1/brands/"+string(b), nil, nil).want(h, 404)
	})
}

func TestTheProfileIsSavedAndTheLaterSaveAsks(t *testing.T) {
	each(t, false, func(h *house) {
		v, _ := h.claire()
		save := func(version, name string) page {
			return v.post("/profile", "version", version, "name", name, "language", "en", "zone", "Europe/London", "theme", "dark", "keyboard", "1")
		}
		save("1", "Claire M.").goes(h, "/profile")
		v.get("/profile").want(h, 200, `data-theme="dark"`, `lang="en"`, "Your profile", `value="Claire M."`)
		save("1", "Claire").want(h, 422, "changed elsewhere", `name="version" value="2"`)
		save("2", "Claire").goes(h, "/profile")
	})
}

func TestSessionsAndPasswordInTheProfile(t *testing.T) {
	each(t, false, func(h *house) {
		v, _ := h.claire()
		w := h.visitor("203.0.113.77")
		w.post("/sign-in", "email", "claire@agence.test", "password", password).goes(h, "/")
		p := v.get("/profile/security").want(h, 200, "Firefox sur Linux", "cette session", "203.0.113.0/24")
		other := regexp.MustCompile(`/profile/sessions/([0-9a-f-]{36})/end`).FindStringSubmatch(p.body)[1]
		v.post("/profile/sessions/"+other+"/end").goes(h, "/profile/security")
		w.get("/profile").goes(h, "/sign-in?next=%2Fprofile")
		w.post("/sign-in", "email", "claire@agence.test", "password", password)
		v.post("/profile/password", "old", "no", "password", "quatre goélands au large").want(h, 422, "pas votre mot de passe actuel")
		v.post("/profile/password", "old", password, "password", "quatre goélands au large").goes(h, "/profile/security")
		w.get("/profile").goes(h, "/sign-in?next=%2Fprofile")
		v.get("/profile").want(h, 200)
		if l := h.lastLetter(); l.Subject != "Votre mot de passe Vigie a changé" {
			h.Errorf("%+v", l)
		}
		w.post("/sign-in", "email", "claire@agence.test", "password", "quatre goélands au large").goes(h, "/")
		v.post("/profile/sessions/others/end").goes(h, "/profile/security")
		w.get("/profile").goes(h, "/sign-in?next=%2Fprofile")
	})
}

func TestTokensAreShownOnceAndSpeakThroughTheAPI(t *testing.T) {
	each(t, false, func(h *house) {
		v, b := h.claire()
		ends := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
		p := v.post("/profile/tokens", "name", "Tableur", "brand", string(b), "ends", ends, "scopes", "people.see").want(h, 201, "vg_", "Copiez ce jeton maintenant")
		key := regexp.MustCompile(`vg_[\w-]{40,}`).FindString(p.body)
		if strings.Contains(v.get("/profile/tokens").want(h, 200, "Tableur").body, key) {
			h.Error("shown twice")
		}
		v.post("/profile/tokens", "name", "", "ends", "2020-01-01").want(h, 422)
		robot := h.visitor("192.0.2.1")
		bearer := []string{"Authorization", "Bearer " + key}
		var people api.List[team.Member]
		robot.json("GET", "/api/v1/brands/"+string(b)+"/people", nil, &people, bearer...).want(h, 200)
		if len(people.Items) != 1 || people.Items[0].Role != team.Owner {
			h.Errorf("%+v", people)
		}
		robot.json("POST", "/api/v1/brands/"+string(b)+"/invitations", map[string]any{"role": "owner"}, nil, bearer...).want(h, 403)
		robot.json("GET", "/api/v1/me/tokens", nil, nil, bearer...).want(h, 403)
		robot.json("POST", "/api/v1/brands", map[string]any{"name": "X"}, nil, bearer...).want(h, 403)
		robot.json("GET", "/api/v1/me", nil, nil).want(h, 401)
		robot.json("GET", "/api/v1/me", nil, nil, "Authorization", "Bearer vg_nonsense").want(h, 401)
		robot.json("GET", "/api/v1/me", nil, nil, "Authorization", "Basic "+key).want(h, 401)
		token := regexp.MustCompile(`/profile/tokens/([0-9a-f-]{36})/revoke`).FindStringSubmatch(p.body)[1]
		v.post("/profile/tokens/"+token+"/revoke").goes(h, "/profile/tokens")
		robot.json("GET", "/api/v1/me", nil, nil, bearer...).want(h, 401)
	})
}

// A key shown once must not stand in the table of repeated requests.
func TestARepeatedRequestDoesNotShowAKeyAgain(t *testing.T) {
	each(t, false, func(h *house) {
		v, b := h.claire()
		in := map[string]any{"name": "x", "scopes": []string{"people.see"}, "ends": time.Now().Add(time.Hour)}
		head := []string{"Idempotency-Key", "12345678"}
		if p := v.json("POST", "/api/v1/me/tokens", in, nil, head...).want(h, 201); !strings.Contains(p.body, "vg_") {
			h.Error(p.body)
		}
		if p := v.json("POST", "/api/v1/me/tokens", in, nil, head...).want(h, 201); strings.Contains(p.body, "vg_") {
			h.Error(p.body)
		}
		var made struct{ Token string }
		v.json("POST", "/api/v1/brands/"+string(b)+"/invitations", map[string]any{"role": "client"}, &made).want(h, 201)
		y := h.visitor("198.51.100.20")
		y.post("/invitation/"+made.Token, "name", "Y", "email", "y@x.test", "password", password, "zone", "Europe/Paris").goes(h, "/")
	})
}

func TestLookingRoundNeedsNoAccountAndSaysWhatIsSimulated(t *testing.T) {
	each(t, false, func(h *house) {
		v := h.visitor("198.51.100.7")
		v.post("/welcome/example").goes(h, "/example")
		v.get("/example").want(h, 200, "Tout est simulé", "Biscuiterie Kerlann", "Créer mon compte", "Retirer l’agence d’exemple")
		v.get("/profile/security").want(h, 200)
		v.get("/welcome").want(h, 200, "Créer mon compte")
		v.post("/welcome", "name", "Inès", "email", "ines@x.test", "password", password, "zone", "Europe/Paris").goes(h, "/brands")
		v.get("/brands").want(h, 200, "Biscuiterie Kerlann", "exemple")
		v.post("/example/remove").goes(h, "/brands")
		v.get("/example").want(h, 200, "n’est pas ici")
		h.visitor("203.0.113.1").post("/welcome/example").want(h, 409)
	})
}

func TestAGuestWhoRemovesTheExampleIsAtTheBeginningAgain(t *testing.T) {
	each(t, false, func(h *house) {
		v := h.visitor("198.51.100.7")
		v.post("/welcome/example").goes(h, "/example")
		v.post("/example/remove").goes(h, "/welcome")
		v.get("/welcome").want(h, 200, "Visiter l’agence d’exemple")
	})
}

func TestThoseWhoRunTheInstanceSwitchPeopleOff(t *testing.T) {
	each(t, false, func(h *house) {
		v, b := h.claire()
		y := h.member(v, b, "yann", "community")
		y.get("/people").want(h, 403)
		p := v.get("/people").want(h, 200, "yann@agence.test")
		yann := regexp.MustCompile(`/people/([0-9a-f-]{36})/disable`).FindStringSubmatch(p.body)[1]
		y.post("/people/"+yann+"/admin", "admin", "1").want(h, 403)
		v.post("/people/"+yann+"/disable").goes(h, "/people")
		y.get("/brands").goes(h, "/sign-in?next=%2Fbrands")
		v.get("/people").want(h, 200, "accès coupé")
		v.post("/people/"+yann+"/enable").goes(h, "/people")
		v.post("/people/"+yann+"/admin", "admin", "1").goes(h, "/people")
		v.get("/people").want(h, 200, "Retirer l’instance")
		v.post("/people/invite", "email", "").want(h, 200, "Copiez ce lien")
	})
}

func TestABrandIsEditedArchivedAndBroughtBackInItsPages(t *testing.T) {
	each(t, false, func(h *house) {
		v, b := h.claire()
		at := "/b/" + string(b)
		save := func(version, name, colour string) page {
			return v.post(at+"/settings", "version", version, "name", name, "colour", colour, "own_colour", "#123456", "language", "fr", "zone", "Europe/Paris", "week", "1")
		}
		v.get(at+"/settings").want(h, 200, "Maison Legrand", "biscuiterie")
		save("1", "Legrand", "other").goes(h, at+"/settings")
		v.get(at+"/settings").want(h, 200, `value="#123456"`, "Réglages enregistrés")
		save("1", "Autre", "#b4512b").want(h, 422, "Rien n’a été écrasé", `value="Autre"`)
		save("2", "", "#b4512b").want(h, 422, "Donnez un nom")
		v.post(at+"/archive", "name", "nope").want(h, 422, "Ce n’est pas le nom")
		v.post(at+"/archive", "name", "Legrand").goes(h, "/brands")
		v.get(at+"/settings").want(h, 404)
		v.get("/brands").want(h, 200, "Archivées", "Rétablir")
		h.member2(v).post("/brands/"+string(b)+"/restore").want(h, 404)
		v.post("/brands/"+string(b)+"/restore").goes(h, "/brands")
		v.get(at+"/settings").want(h, 200)
	})
}

// member2 is somebody without any role.
func (h *house) member2(admin *visitor) *visitor {
	h.Helper()
	path := linkIn(h, admin.post("/people/invite").want(h, 200).body)
	v := h.visitor("198.51.100.30")
	v.post(path, "name", "Troll", "email", "troll@x.test", "password", password, "zone", "Europe/Paris").goes(h, "/")
	return v
}

// P1: every page and operation of both faces, as a stranger to the brand: 404,
// and never its name; without a session: sign-in or 401.
func TestEveryRouteIsAWall(t *testing.T) {
	each(t, false, func(h *house) {
		v, b := h.claire()
		h.member(v, b, "yann", "community")
		troll := h.member2(v)
		nobody := h.visitor("203.0.113.9")
		fill := strings.NewReplacer("{brand}", string(b), "{person}", string(b), "{invitation}", string(b), "{token}", string(b), "{session}", string(b), "{archived}", string(b))
		for _, route := range h.mux.Routes() {
			path := fill.Replace(route.Path)
			if !strings.HasPrefix(path, "/b/") {
				continue
			}
			p := troll.do(route.Method, path, "name=Maison+Legrand&role=owner").want(h, 404)
			if strings.Contains(p.body, "Legrand") {
				h.Errorf("%s names the brand", route)
			}
			if p := nobody.do(route.Method, path, ""); p.status != 303 && p.status != 401 {
				h.Errorf("%s without a session: %d", route, p.status)
			}
		}
		for _, op := range h.reg.Ops() {
			path := fill.Replace(op.Path)
			p := troll.json(op.Method, path, map[string]any{}, nil)
			if strings.Contains(op.Path, "{brand}") && p.status != 404 {
				h.Errorf("%s %s as a stranger: %d %s", op.Method, path, p.status, p.body)
			}
			if strings.Contains(p.body, "Legrand") || strings.Contains(p.body, "yann") {
				h.Errorf("%s %s tells: %s", op.Method, path, p.body)
			}
			if p := nobody.json(op.Method, path, map[string]any{}, nil); p.status != 401 {
				h.Errorf("%s %s without a session: %d", op.Method, path, p.status)
			}
		}
	})
}

func TestTheAPIDoesWhatThePagesDo(t *testing.T) {
	each(t, false, func(h *house) {
		v, _ := h.claire()
		var b brand.Brand
		p := v.json("POST", "/api/v1/brands", map[string]any{"name": "Hublot"}, &b).want(h, 201)
		if b.Monogram != "HU" || b.Week != time.Monday || p.head.Get("ETag") != `"1"` {
			h.Errorf("%+v %v", b, p.head)
		}
		at := "/api/v1/brands/" + string(b.ID)
		v.json("PUT", at, map[string]any{"name": "Hublot !"}, &b, "If-Match", `"1"`).want(h, 200)
		v.json("PUT", at, map[string]any{"name": "Autre"}, nil, "If-Match", `"1"`).want(h, 409)
		v.json("PUT", at, map[string]any{"name": "Autre", "colour": "red"}, nil, "If-Match", `"2"`).want(h, 422, "colour")
		v.json("POST", at+"/archive", map[string]any{"name": "Hublot !"}, nil).want(h, 204)
		v.json("GET", at, nil, nil).want(h, 404)
		v.json("POST", "/api/v1/archived-brands/"+string(b.ID)+"/restore", nil, nil).want(h, 204)
		v.json("GET", at, nil, nil).want(h, 200)
		var me struct {
			Email string
			Roles map[string]string
		}
		v.json("GET", "/api/v1/me", nil, &me).want(h, 200)
		if me.Email != "claire@agence.test" || me.Roles[string(b.ID)] != "owner" {
			h.Errorf("%+v", me)
		}
		v.json("PUT", "/api/v1/me", map[string]any{"name": "C", "language": "en", "zone": "Europe/Paris", "theme": "dark", "keyboard": true, "measure": false}, nil, "If-Match", `"1"`).want(h, 200)
		v.json("PUT", "/api/v1/me/password", map[string]any{"old": "x", "password": "quatre goélands au large"}, nil).want(h, 422)
		var list api.List[team.Session]
		v.json("GET", "/api/v1/me/sessions", nil, &list).want(h, 200)
		v.json("POST", "/api/v1/me/sessions/"+string(list.Items[0].ID)+"/end-others", nil, nil).want(h, 200)
	})
}

package channelweb_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/api"
	"vigie/internal/channel"
	"vigie/internal/channel/channelweb"
	"vigie/internal/network"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
	"vigie/internal/ui/uitest"
)

func TestMessagesAreCompleteInBothLanguages(t *testing.T) {
	uitest.Messages(t, "..", channelweb.Messages())
}

func TestAnEmptyListOffersTheFirstStepToThoseWhoMayTakeIt(t *testing.T) {
	each(t, func(h *house) {
		h.get("claire", h.home()).want(200, "Aucun canal pour le moment", `href="`+h.home()+`/new"`, "Personnes")
		h.get("leo", h.home()).want(200, "Une personne responsable").without(h.home() + "/new")
		h.get("mme.legrand", h.home()).want(200, `aria-current`).without("Personnes") // her role has no people
		h.lang = "en"
		h.get("claire", h.home()).want(200, "No channel yet", "Connect a channel")
	})
}

func TestThePracticeNetworkIsConnectedInThePages(t *testing.T) {
	each(t, func(h *house) {
		h.get("claire", h.home()+"/new").want(200, "Mastodon", "Exercice", "simulé", "essayé contre une imitation stricte", "Gratuit")
		p := h.post("claire", h.home()+"/new", "network", "practice").follow("claire", "/b/"+string(h.brand.ID)+"/settings/sign-in/")
		at := p.to
		p.want(200, "Nom du compte", "Rien ne sort de Vigie", "simulé")
		// What is wrong stands under its field, what was typed stays.
		h.post("claire", at, "step", "handle", "handle", "Été <i>", "name", "Kerlann").want(422, "Un nom de compte s’écrit", `value="Été &lt;i&gt;"`, `aria-invalid="true"`, `value="Kerlann"`)
		p = h.post("claire", at, "step", "handle", "handle", "kerlann", "name", "Biscuiterie Kerlann").follow("claire", h.home()+"/")
		p.want(200, "Exercice @kerlann est relié", "Biscuiterie Kerlann", "500 caractères", "/posts/new", "simulé")
		h.get("claire", h.home()).want(200, "@kerlann", "relié", "500 caractères · 4 images · fils", "Essayer maintenant", "Retirer…", "vérifié")
		h.get("leo", h.home()).want(200, "@kerlann").without("Essayer maintenant", "Retirer", "/new")
		h.get("ines", h.home()).want(200, "Essayer maintenant").without("Retirer", "Reconnecter")
		// The sign-in is over.
		h.get("claire", at).want(404, "Cette connexion est terminée")
		h.post("claire", h.home()+"/new", "network", "nothing").want(404, "nothing")
	})
}

// atMastodon goes to the step at which one chooses how to sign in.
func (h *house) atMastodon(who string, start page) string {
	h.Helper()
	at := start.want(303).to
	h.get(who, at).want(200, "Votre serveur")
	h.post(who, at, "step", "server", "server", h.server.URL).follow(who, at).want(200, "Autoriser Vigie sur mon serveur", "Coller un jeton")
	return at
}

func TestMastodonIsConnectedByToken(t *testing.T) {
	each(t, func(h *house) {
		at := h.atMastodon("claire", h.post("claire", h.home()+"/new", "network", "mastodon"))
		h.post("claire", at, "step", "how", "how", "token").follow("claire", at).want(200, `type="password"`, "Jeton d’accès")
		p := h.post("claire", at, "step", "token", "token", "wrong-token").want(422, "Le serveur ne reconnaît pas ce jeton")
		p.without("wrong-token")
		h.post("claire", at, "step", "token", "token", "the-token").follow("claire", h.home()+"/").want(200, "Mastodon @kerlann@mastodon.example est relié", "mastodon.example")
		for _, line := range []string{"", h.home()} {
			h.get("claire", h.home()+strings.TrimPrefix(line, h.home())).want(200).without("the-token")
		}
	})
}

func TestAServerThatDoesNotAnswerKeepsWhatWasTyped(t *testing.T) {
	each(t, func(h *house) {
		dead := httptest.NewServer(http.NotFoundHandler())
		dead.Close()
		at := h.post("claire", h.home()+"/new", "network", "mastodon").want(303).to
		h.post("claire", at, "step", "server", "server", dead.URL).want(422, `value="`+dead.URL+`"`, `data-s="alert"`)
		h.post("claire", at, "step", "server", "server", "pas une adresse").want(422, "n’est pas une adresse de serveur")
		// A page of an earlier step, left open in another tab, answers nothing.
		h.post("claire", at, "step", "server", "server", h.server.URL).follow("claire", at)
		h.post("claire", at, "step", "server", "server", "other.example").follow("claire", at).want(200, "Autoriser Vigie sur mon serveur")
	})
}

// yes is the person who agrees on her server's page; it returns the address
// that the server sends her back to.
func (h *house) yes(page, username string) string {
	h.Helper()
	u, err := url.Parse(page)
	h.ok(err)
	form := u.Query()
	form.Set("username", username)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(u.Scheme+"://"+u.Host+u.Path, form)
	h.ok(err)
	res.Body.Close()
	return strings.TrimPrefix(res.Header.Get("Location"), public)
}

// authorise goes to the server's page and returns its address.
func (h *house) authorise(who, at string) string {
	h.Helper()
	p := h.post(who, at, "step", "how", "how", "code").follow(who, at+"/go").want(200, "Vous continuez sur", "Vous reviendrez")
	_, rest, ok := strings.Cut(p.body, `content="0;url=`)
	if !ok {
		h.Fatalf("no address: %s", p.body)
	}
	address, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(address)
}

func TestMastodonIsConnectedByItsOwnPageAndComesBack(t *testing.T) {
	each(t, func(h *house) {
		at := h.atMastodon("claire", h.post("claire", h.home()+"/new", "network", "mastodon"))
		address := h.authorise("claire", at)
		// The step also stands as a page: back by hand, or without the redirect.
		h.get("claire", at).want(200, at+"/go", "Le réseau vous a montré un code")
		back := h.yes(address, "kerlann")
		if !strings.HasPrefix(back, channelweb.CallbackPath+"?") {
			h.Fatalf("sent back to %q", back)
		}
		// It is hers: nobody else can use the address, signed in or not.
		h.get("yann", back).want(404, "Cette connexion est terminée")
		h.get("stranger", back).want(404)
		if p := h.get("", back); p.status != 303 || !strings.HasPrefix(p.to, "/sign-in?next=") {
			h.Errorf("%d to %q", p.status, p.to)
		}
		state, _ := url.Parse(address)
		st := url.QueryEscape(state.Query().Get("state"))
		h.get("claire", channelweb.CallbackPath+"?error=access_denied&state="+st).want(422, "L’autorisation n’a pas été donnée", at+"/go")
		h.get("claire", channelweb.CallbackPath+"?code=wrong&state="+st).want(422, "ne reconnaît pas ce code").without(`value="wrong"`)
		h.get("claire", channelweb.CallbackPath+"?code=x&state=invented").want(404)
		h.get("claire", back).follow("claire", h.home()+"/").want(200, "@kerlann@mastodon.example est relié")
		h.get("claire", back).want(404) // a code serves once
	})
}

func TestReconnectingRefusesAnotherAccount(t *testing.T) {
	each(t, func(h *house) {
		at := h.atMastodon("claire", h.post("claire", h.home()+"/new", "network", "mastodon"))
		h.post("claire", at, "step", "how", "how", "token")
		c := strings.TrimSuffix(h.post("claire", at, "step", "token", "token", "the-token").want(303).to, "?new=1")
		h.server.EndToken("the-token")
		h.post("claire", c+"/probe").follow("claire", h.home()).want(200, "à reconnecter", "rien ne partira par ce canal")
		h.get("claire", c).want(200, "rien ne partira par ce canal", "Reconnecter")
		at = h.post("claire", c+"/reconnect").want(303).to
		h.get("claire", at).want(200, "Il faut le même compte", `value="`+h.server.URL+`"`)
		h.post("claire", at, "step", "server", "server", h.server.URL)
		h.post("claire", at, "step", "how", "how", "token")
		h.post("claire", at, "step", "token", "token", "another-token").want(422, "C’est un autre compte", "@somebody@mastodon.example")
		h.server.Person("kerlann", "new-token")
		h.post("claire", at, "step", "token", "token", "new-token").follow("claire", c).want(200, "relié")
	})
}

func TestRemovingNamesTheConsequence(t *testing.T) {
	each(t, func(h *house) {
		c := h.practise("claire", "kerlann")
		h.waits = 3
		p := h.get("claire", h.home()).want(200, "Retirer Exercice @kerlann", "3 publications programmées seront retenues", "<dialog")
		p.want(200, `data-open="#remove-`+string(c.ID)+`"`)
		// Without JavaScript the same words stand on a page.
		h.get("claire", h.home()+"/"+string(c.ID)+"/remove").want(200, "3 publications programmées seront retenues", "Garder")
		h.waits = 0
		h.get("claire", h.home()+"/"+string(c.ID)).want(200, "Aucune publication n’attend ce canal")
		h.post("claire", h.home()+"/"+string(c.ID)+"/remove").follow("claire", h.home()).want(200, "Aucun canal pour le moment")
		h.get("claire", h.home()+"/"+string(c.ID)).want(200, "retiré", "@kerlann").without("Reconnecter", "Essayer")
		h.post("claire", h.home()+"/"+string(c.ID)+"/remove").want(303) // safe to repeat
		h.post("claire", h.home()+"/"+string(c.ID)+"/probe").want(404)
	})
}

func TestHealthIsSaidInWords(t *testing.T) {
	each(t, func(h *house) {
		c := h.practise("claire", "kerlann")
		set := func(health channel.Health, ends time.Duration, problem string) {
			var end any
			if ends != 0 {
				end = sqldb.At(h.now().Add(ends))
			}
			_, err := h.db.Exec(h.Context(), `UPDATE channel SET health = ?, expires_at = ?, problem = ? WHERE id = ?`, health, end, problem, c.ID)
			h.ok(err)
		}
		for _, l := range []struct {
			health  channel.Health
			ends    time.Duration
			problem string
			fr, en  string
		}{
			{channel.Working, 0, "", "relié", "linked"},
			{channel.Expiring, 9*24*time.Hour + time.Hour, "", "expire dans 9 jours", "ends in 9 days"},
			{channel.Expiring, 25 * time.Hour, "", "expire dans un jour", "ends in one day"},
			{channel.Expiring, time.Hour, "", "expire aujourd’hui", "ends today"},
			{channel.SignedOut, 0, "network.bluesky.suspended", "à reconnecter", "to be reconnected"},
			{channel.Doubtful, 0, "network.unknown_key", "pas de réponse", "no answer"},
		} {
			set(l.health, l.ends, l.problem)
			for lang, words := range map[string]string{"fr": l.fr, "en": l.en} {
				h.lang = lang
				h.get("claire", h.home()).want(200, words)
				h.get("claire", h.home()+"/"+string(c.ID)).want(200, words).without("{said}", "network.unknown_key")
			}
		}
	})
}

// Brands are walls, page by page: every route that the face has.
func TestNoRouteOpensToThoseOutside(t *testing.T) {
	each(t, func(h *house) {
		c := h.practise("claire", "kerlann")
		in, err := h.room.Begin(h.Context(), h.people["claire"], h.brand.ID, "practice", "")
		h.ok(err)
		p, _, err := h.room.Presence(h.Context(), h.brand.ID, c.ID)
		h.ok(err)
		ref, err := p.Upload(h.Context(), network.Upload{Type: "image/png", Bytes: 3, Width: 1, Height: 1, Body: strings.NewReader("png")})
		h.ok(err)
		rec, err := p.Publish(h.Context(), network.Intent{Key: "1", Made: h.now(), Text: "Bonjour", Media: []network.Media{{Ref: ref, Type: "image/png", Width: 1, Height: 1}}})
		h.ok(err)
		fill := strings.NewReplacer("{brand}", string(h.brand.ID), "{channel}", string(c.ID), "{signin}", in.ID, "{account}", "kerlann",
			"{post}", strings.TrimPrefix(rec.URL, "/practice/kerlann/"), "{key}", string(ref))
		for _, r := range h.routes {
			path := fill.Replace(r.Path)
			if q := h.do("stranger", r.Method, path, ""); q.status != 404 {
				h.Errorf("%s: a stranger gets %d", r, q.status)
			} else {
				q.without("kerlann", "Kerlann")
			}
			if q := h.do("", r.Method, path, ""); r.Method == "GET" && (q.status != 303 || !strings.HasPrefix(q.to, "/sign-in")) || r.Method == "POST" && q.status != 401 {
				h.Errorf("%s: nobody gets %d", r, q.status)
			}
			if perm := r.Guard.Permission(); perm != "" && !team.Client.May(perm) {
				if q := h.do("mme.legrand", r.Method, path, ""); q.status != 403 {
					h.Errorf("%s: a client gets %d", r, q.status)
				}
			}
		}
		for _, op := range h.reg.Ops() {
			path := fill.Replace(op.Path)
			body := map[string]any{"answers": map[string]string{}}
			if strings.HasSuffix(path, "/sign-in") {
				body = map[string]any{"network": "practice"}
			}
			call := func(who string) int {
				if op.Method == "GET" || op.Method == "DELETE" || strings.HasSuffix(path, "/probe") {
					return h.call(who, op.Method, path, nil, nil).status
				}
				return h.call(who, op.Method, path, body, nil).status
			}
			if op.Path == "/api/v1/networks" {
				if s := call(""); s != 401 {
					h.Errorf("%s: nobody gets %d", op.ID, s)
				}
				continue
			}
			if s := call("stranger"); s != 404 {
				h.Errorf("%s: a stranger gets %d", op.ID, s)
			}
			if s := call(""); s != 401 {
				h.Errorf("%s: nobody gets %d", op.ID, s)
			}
			if !team.Client.May(op.Guard.Permission()) {
				if s := call("mme.legrand"); s != 403 {
					h.Errorf("%s: a client gets %d", op.ID, s)
				}
			}
		}
		// Through her own brand the stranger reaches nothing of this one.
		mine := "/b/" + string(h.other.ID) + "/settings"
		for _, path := range []string{"/channels/" + string(c.ID), "/channels/" + string(c.ID) + "/remove", "/sign-in/" + in.ID} {
			h.get("stranger", mine+path).want(404).without("kerlann")
		}
		for _, path := range []string{"/probe", "/reconnect", "/remove"} {
			h.post("stranger", mine+"/channels/"+string(c.ID)+path).want(404)
		}
		if got, _ := h.room.Get(h.Context(), h.people["claire"], h.brand.ID, c.ID); !got.Removed.IsZero() {
			h.Error("it was removed")
		}
	})
}

func TestTheSameStepsGoThroughTheAPI(t *testing.T) {
	each(t, func(h *house) {
		in := "/api/v1/brands/" + string(h.brand.ID) + "/channels"
		var nets api.List[map[string]any]
		h.call("leo", "GET", "/api/v1/networks", nil, &nets).want(200)
		if len(nets.Items) != 2 || nets.Items[0]["kind"] != "mastodon" || nets.Items[1]["simulated"] != true {
			h.Errorf("%+v", nets)
		}
		var s channel.SignIn
		h.call("claire", "POST", in+"/sign-in", map[string]any{"network": "mastodon"}, &s).want(201)
		answer := func(pairs map[string]string) page {
			return h.call("claire", "POST", in+"/sign-in/"+s.ID+"/answers", map[string]any{"answers": pairs}, &s)
		}
		answer(map[string]string{"server": h.server.URL}).want(200)
		answer(map[string]string{"how": "token"}).want(200, `"type":"password"`)
		answer(map[string]string{"token": "wrong"}).want(422, "network.mastodon.bad_token", "token")
		h.call("claire", "GET", in+"/sign-in/"+s.ID, nil, &s).want(200, `"id":"token"`).without("client_secret")
		h.call("yann", "GET", in+"/sign-in/"+s.ID, nil, nil).want(404)
		answer(map[string]string{"token": "the-token"}).want(200, `"done"`, "kerlann@mastodon.example").without("the-token")
		var list api.List[channel.Channel]
		h.call("mme.legrand", "GET", in, nil, &list).want(200).without("the-token", "credentials")
		if len(list.Items) != 1 || list.Items[0].ID != s.Channel.ID {
			h.Fatalf("%+v", list)
		}
		c := in + "/" + string(s.Channel.ID)
		h.call("mme.legrand", "GET", c, nil, nil).want(200, "working")
		h.server.EndToken("the-token")
		h.call("ines", "POST", c+"/probe", nil, nil).want(200, "signed_out")
		for range 2 {
			h.call("claire", "DELETE", c, nil, nil).want(204)
		}
		h.call("claire", "GET", c, nil, nil).want(200, `"removed"`)
		h.call("claire", "POST", c+"/probe", nil, nil).want(404)
		// Without an address to come back to, the page of the network shows a code.
		h.call("claire", "POST", in+"/sign-in", map[string]any{"network": "mastodon"}, &s).want(201)
		answer(map[string]string{"server": h.server.URL}).want(200)
		answer(map[string]string{"how": "code"}).want(200, "urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob")
		code := h.server.Consent(query(s.Step.Open, "client_id"), "kerlann", query(s.Step.Open, "redirect_uri"), query(s.Step.Open, "scope"))
		answer(map[string]string{"code": code}).want(200, `"done"`)
	})
}

func query(address, name string) string {
	u, _ := url.Parse(address)
	return u.Query().Get(name)
}

func (h *house) publish(c channel.Channel, in network.Intent) network.Receipt {
	h.Helper()
	p, _, err := h.room.Presence(h.Context(), c.Brand, c.ID)
	h.ok(err)
	in.Made = h.now()
	r, err := p.Publish(h.Context(), in)
	h.ok(err)
	return r
}

func TestThePracticeNetworkShowsWhatStandsOnIt(t *testing.T) {
	each(t, func(h *house) {
		c := h.practise("claire", "kerlann")
		h.get("claire", "/practice/kerlann").want(200, "Rien n’a encore été publié", "Simulé.")
		p, _, err := h.room.Presence(h.Context(), h.brand.ID, c.ID)
		h.ok(err)
		const pixels = "\x89PNG…"
		ref, err := p.Upload(h.Context(), network.Upload{Type: "image/png", Bytes: int64(len(pixels)), Width: 4, Height: 3, Body: strings.NewReader(pixels)})
		h.ok(err)
		first := h.publish(c, network.Intent{Key: "1", Text: "Un <b>sablé</b>\net un autre", Media: []network.Media{{Ref: ref, Alt: "Deux sablés", Type: "image/png", Width: 4, Height: 3}}, Options: network.Options{Languages: []string{"fr"}}})
		h.publish(c, network.Intent{Key: "2", Text: "La suite", Parent: first.Ref, Root: first.Ref})
		warned := h.publish(c, network.Intent{Key: "3", Text: "Au beurre", Options: network.Options{ContentWarning: "Gourmandise"}})
		h.pass(27 * time.Hour)
		events, err := h.world.Pulse(h.Context(), h.now())
		h.ok(err)
		for _, who := range []string{"claire", "leo", "mme.legrand"} {
			h.get(who, "/practice/kerlann").want(200, "Un &lt;b&gt;sablé&lt;/b&gt;", "Lire le fil (2)", `href="`+first.URL+`"`, `href="`+warned.URL+`"`).without("La suite")
		}
		post := h.get("claire", first.URL).want(200, "La suite", `alt="Deux sablés"`, `lang="fr"`, "Simulé.")
		said := 0
		for _, e := range events {
			if e.Text != "" && !strings.Contains(warned.URL, e.Post) {
				said++
				post.want(200, html.EscapeString(e.Text), e.Person.Name)
			}
		}
		if said == 0 {
			h.Error("the public said nothing: the test shows nothing")
		}
		h.get("claire", warned.URL).want(200, "<summary>Gourmandise</summary>")
		pic := h.get("claire", "/practice/kerlann/media/"+string(ref)).want(200)
		if pic.body != pixels || pic.head.Get("Content-Type") != "image/png" || pic.head.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(pic.head.Get("Cache-Control"), "private") {
			h.Errorf("%q %v", pic.body, pic.head)
		}
		h.get("claire", "/practice/kerlann/nothing").want(404)
		h.get("claire", "/practice/nobody").want(404)
		h.lang = "en"
		h.get("claire", first.URL).want(200, "Simulated.", "What people say")
	})
}

// The past of a channel that was let go stays its brand's; what the next holder
// of the account posts does not.
func TestAPracticeAccountThatChangedHandsShowsEachItsOwn(t *testing.T) {
	each(t, func(h *house) {
		c := h.practise("claire", "kerlann")
		before := h.publish(c, network.Intent{Key: "1", Text: "Avant"})
		h.pass(time.Hour)
		h.post("claire", h.home()+"/"+string(c.ID)+"/remove").want(303)
		h.ok(h.world.SignOut(h.Context(), "kerlann"))
		h.pass(time.Hour)
		in, err := h.room.Begin(h.Context(), h.people["stranger"], h.other.ID, practice.Kind, "")
		h.ok(err)
		in, err = h.room.Answer(h.Context(), h.people["stranger"], h.other.ID, in.ID, map[string]string{"handle": "kerlann"})
		h.ok(err)
		after := h.publish(in.Channel, network.Intent{Key: "2", Text: "Après"})
		h.get("claire", before.URL).want(200, "Avant")
		h.get("claire", "/practice/kerlann").want(200, "Avant").without("Après")
		h.get("claire", after.URL).want(404)
		h.get("stranger", after.URL).want(200, "Après")
	})
}

func TestALongAccountIsReadPageByPage(t *testing.T) {
	h := build(t, sqldb.SQLite)
	c := h.practise("claire", "kerlann")
	for i := range 35 {
		h.publish(c, network.Intent{Key: fmt.Sprint(i), Text: fmt.Sprintf("Publication %02d.", i)})
	}
	h.get("claire", "/practice/kerlann").want(200, "Publication 34.", "Publication 05.", "?page=2").without("Publication 04.")
	h.get("claire", "/practice/kerlann?page=2").want(200, "Publication 04.", "?page=1").without("Publication 05.", "?page=3")
	h.get("claire", "/practice/kerlann?page=99").want(200, "Publication 00.")
}

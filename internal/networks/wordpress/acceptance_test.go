package wordpress_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/networktest"
	"vigie/internal/networks/wordpress"
	"vigie/internal/networks/wordpress/wordpresstest"
)

// fake is the strict stand-in, with the hands of its administrator.
type fake struct{ *wordpresstest.Site }

func (f fake) ask(t testing.TB, method, route string, q url.Values, in, out any) int {
	t.Helper()
	var body map[string]any
	b, _ := json.Marshal(in)
	if err := json.Unmarshal(b, &body); err != nil {
		t.Fatal(err)
	}
	code, got, _ := f.Do(method, route, q, body)
	if out != nil {
		b, _ := json.Marshal(got)
		if err := json.Unmarshal(b, out); err != nil {
			t.Fatal(err)
		}
	}
	return code
}

func (f fake) says(_ testing.TB, post, parent int, name, text string) int {
	return f.Says(post, parent, name, text)
}

func (f fake) answers() map[string]map[string]string {
	return map[string]map[string]string{"site": {"site": f.URL, "user": wordpresstest.User, "password": wordpresstest.Password}}
}

// The one acceptance suite of the door, against the strict fake.
func TestAcceptanceOnTheStrictFake(t *testing.T) {
	networktest.Run(t, func(t testing.TB, w *networktest.Wire) networktest.Stage {
		s := fake{wordpresstest.Start(t)}
		wrong := s.answers()
		wrong["site"]["password"] = "wrong wrong wrong"
		return networktest.Stage{
			Driver: wordpress.New(config(w.Client())), Answers: s.answers(), Wrong: wrong,
			Standing: func(t testing.TB) []networktest.Standing {
				var all []standingPost
				s.ask(t, "GET", "/wp/v2/posts", url.Values{"per_page": {"100"}, "order": {"asc"}}, nil, &all)
				var out []networktest.Standing
				for _, p := range all {
					out = append(out, p.standing())
				}
				return append(out, s.answered(t)...)
			},
			Public:  s.public(),
			SignOut: func(testing.TB) { s.SignOut() },
		}
	})
}

func faked(t *testing.T) (opened, fake) {
	s := fake{wordpresstest.Start(t)}
	return signIn(t, s, s.answers()), s
}

func TestAnArticleOnTheStrictFake(t *testing.T) { o, _ := faked(t); anArticle(t, o) }
func TestAnEditKeepsThePicturesOnTheStrictFake(t *testing.T) {
	o, _ := faked(t)
	anEditKeepsThePictures(t, o)
}
func TestAConversationOnTheStrictFake(t *testing.T) { o, _ := faked(t); aConversation(t, o) }

// A long silence, then a deletion among many: nothing missed, nothing doubled.
func TestALongSilenceOnTheStrictFake(t *testing.T) {
	o, s := faked(t)
	r := o.publish(t, o.intent("Trois cents voix"))
	post, _ := strconv.Atoi(strings.TrimPrefix(string(r.Ref), "post/"))
	first := s.says(t, post, 0, "Voix", "La première")
	b, err := o.p.Receive(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var said []int
	for i := range 330 {
		said = append(said, s.says(t, post, 0, "Voix", fmt.Sprint("Voix ", i)))
	}
	var got []string
	for more := true; more; {
		if b, err = o.p.Receive(t.Context(), b.Next); err != nil {
			t.Fatal(err)
		}
		for _, it := range b.Items {
			got = append(got, it.Text)
		}
		more = b.More
	}
	for i, text := range got {
		if text != fmt.Sprint("Voix ", i) {
			t.Fatalf("item %d is %q", i, text)
		}
	}
	if len(got) != 330 {
		t.Errorf("%d arrived", len(got))
	}
	s.ask(t, "DELETE", fmt.Sprint("/wp/v2/comments/", said[300]), url.Values{"force": {"true"}}, nil, nil)
	s.says(t, post, first, "Voix", "Une de plus")
	if b, err = o.p.Receive(t.Context(), b.Next); err != nil {
		t.Fatal(err)
	}
	if len(b.Items) != 2 || b.Items[0].Text != "Une de plus" || !b.Items[1].Gone || b.Items[1].Ref != network.Ref(fmt.Sprint("comment/", said[300])) {
		t.Errorf("%+v", b.Items)
	}
	n := 0
	for at, more := network.Cursor(""), true; more; {
		h, err := o.p.History(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		at, more, n = h.Next, h.More, n+len(h.Items)
	}
	if n != 331 {
		t.Errorf("history told %d of 331", n)
	}
}

// Each refusal of a site becomes a sentence that says what to do.
func TestWhatSitesAnswerIsExplained(t *testing.T) {
	o, s := faked(t)
	const posts = "POST /wp-json/wp/v2/posts"
	for _, c := range []struct {
		b       networktest.Break
		key     string
		outcome network.Outcome
	}{
		{networktest.Break{Status: 403, Body: "<html>Wordfence</html>"}, "network.wordpress.blocked", network.Refused},
		{networktest.Break{Status: 404, Body: `{"code":"rest_no_route","message":"x"}`}, "network.wordpress.rest_off", network.Refused},
		{networktest.Break{Status: 401, Body: `{"code":"rest_cannot_create","message":"x"}`}, "network.wordpress.signed_out", network.Refused},
		{networktest.Break{Status: 401, Body: `{"code":"application_passwords_disabled","message":"x"}`}, "network.wordpress.passwords_off", network.Refused},
		{networktest.Break{Status: 403, Body: `{"code":"rest_cannot_publish","message":"<b>Sorry</b>"}`}, "network.wordpress.role", network.Refused},
		{networktest.Break{Status: 400, Body: `{"code":"rest_invalid_param","message":"x"}`}, "network.wordpress.refused", network.Refused},
		{networktest.Break{Status: 500, Body: `{"code":"internal_server_error","message":"x"}`}, "network.server", network.Unknown},
		{networktest.Break{Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html>"}, "network.nonsense", network.Unknown},
	} {
		s.Break(posts, c.b)
		_, err := o.p.Publish(t.Context(), o.intent("x"))
		if f := fault.As(err); f == nil || f.Key != c.key || network.OutcomeOf(err) != c.outcome {
			t.Errorf("%d %s: %v, %s", c.b.Status, c.b.Body, err, network.OutcomeOf(err))
		}
	}
	s.Demote("moderate_comments")
	if _, err := o.p.Receive(t.Context(), ""); fault.As(err).Key != "network.wordpress.may_not_moderate" {
		t.Errorf("comments without the role: %v", err)
	}
	s.Demote("publish_posts")
	d := wordpress.New(config(http.DefaultClient))
	step, _ := d.Begin(t.Context())
	if _, err := d.Next(t.Context(), step, s.answers()["site"]); fault.As(err).Key != "network.wordpress.may_not_publish" {
		t.Errorf("sign-in without the role: %v", err)
	}
}

// The sign-in says what is wrong with the address.
func TestAWrongAddressIsExplained(t *testing.T) {
	d := wordpress.New(config(http.DefaultClient))
	try := func(answers map[string]string) error {
		step, _ := d.Begin(t.Context())
		_, err := d.Next(t.Context(), step, answers)
		return err
	}
	serve := func(home, root http.HandlerFunc) string {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Has("rest_route") {
				root(w, r)
				return
			}
			home(w, r)
		})
		mux.HandleFunc("GET /wp-json/", root)
		return start(t, mux)
	}
	page := func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<!doctype html><title>x</title>")) }
	for name, c := range map[string]struct{ site, user, password, key, field string }{
		"nothing":          {"", "a", "b", "network.wordpress.site.missing", "site"},
		"plain http":       {"http://kerlann.example", "a", "b", "network.wordpress.site.bad", "site"},
		"a password in it": {"https://a:b@kerlann.example", "a", "b", "network.wordpress.site.bad", "site"},
		"no user":          {"kerlann.example", " ", "b", "network.wordpress.user.missing", "user"},
		"no password":      {"kerlann.example", "a", " ", "network.wordpress.password.missing", "password"},
		"nobody there":     {"http://127.0.0.1:1", "a", "b", "network.wordpress.unreachable", "site"},
		"another site":     {serve(page, page), "a", "b", "network.wordpress.not_wordpress", "site"},
		"REST kept for some": {serve(page, func(w http.ResponseWriter, _ *http.Request) {
			networktest.JSON(w, 401, map[string]any{"code": "rest_login_required", "message": "x"})
		}), "a", "b", "network.wordpress.rest_off", "site"},
		"a firewall": {serve(page, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403); page(w, nil) }), "a", "b", "network.wordpress.rest_off", "site"},
		"application passwords off": {serve(page, func(w http.ResponseWriter, r *http.Request) {
			networktest.JSON(w, 200, map[string]any{"home": "https://x.example", "namespaces": []string{"wp/v2"}, "authentication": []any{}})
		}), "a", "b", "network.wordpress.passwords_off", "password"},
	} {
		err := try(map[string]string{"site": c.site, "user": c.user, "password": c.password})
		if f := fault.As(err); f == nil || f.Key != c.key || f.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := fake{wordpresstest.Start(t)}
	a := s.answers()["site"]
	a["password"] = "nope"
	if err := try(a); fault.As(err).Key != "network.wordpress.wrong_password" || fault.As(err).Field != "password" {
		t.Errorf("a wrong password: %v", err)
	}
}

package mastodon_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/networks/mastodon"
	"vigie/internal/networks/mastodon/mastodontest"
)

func next(t *testing.T, d network.Driver, s network.Step, answers ...string) (network.Step, error) {
	t.Helper()
	m := map[string]string{}
	for i := 0; i < len(answers); i += 2 {
		m[answers[i]] = answers[i+1]
	}
	return d.Next(t.Context(), s, m)
}

func must(t *testing.T) func(network.Step, error) network.Step {
	return func(s network.Step, err error) network.Step {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func TestSignInByCode(t *testing.T) {
	for name, callback := range map[string]string{"copied from the page": "", "brought by the callback": "https://vigie.example/connect/mastodon"} {
		t.Run(name, func(t *testing.T) {
			s := mastodontest.Start(t, mastodontest.Options{Domain: "mastodon.example"})
			s.Person("claire", "")
			d := mastodon.New(config(http.DefaultClient))
			first := must(t)(d.Begin(t.Context()))
			how := must(t)(next(t, d, first, "server", s.URL, "callback", callback))
			if how.ID != "how" || len(how.Fields[0].Choices) != 2 {
				t.Fatalf("%+v", how)
			}
			if len(s.Calls("POST", "/api/v1/apps")) != 0 {
				t.Error("an app was registered before anybody asked for one")
			}
			ask := must(t)(next(t, d, how, "how", "code"))
			u, err := url.Parse(ask.Open)
			if err != nil || u.Query().Get("scope") != "read write" || u.Query().Get("state") == "" {
				t.Fatalf("%s %v", ask.Open, err)
			}
			code := consent(t, ask.Open)
			if callback != "" {
				if _, err := next(t, d, ask, "code", code, "state", "of somebody else"); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "code" {
					t.Errorf("a foreign state: %v", err)
				}
			}
			if _, err := next(t, d, ask, "code", "wrong"); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "code" {
				t.Errorf("a wrong code: %v", err)
			}
			done := must(t)(next(t, d, ask, "code", code, "state", map[bool]string{true: "", false: u.Query().Get("state")}[callback == ""]))
			if done.ID != network.Done || done.Profile.Handle != "claire@mastodon.example" || done.Credentials.Server != s.URL {
				t.Errorf("%+v", done)
			}
			acc, err := d.Open(done.Credentials, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := acc.(network.Publisher).Publish(t.Context(), intent("Bonjour")); err != nil {
				t.Error(err)
			}
			if got := s.Statuses("claire"); got[0].App != "Vigie" {
				t.Errorf("posted by %q", got[0].App)
			}
			if _, err := next(t, d, ask, "code", code); !fault.Is(err, fault.Invalid) {
				t.Errorf("a code served twice: %v", err)
			}
		})
	}
}

// consent is the person at her server's page.
func consent(t *testing.T, page string) string {
	t.Helper()
	u, _ := url.Parse(page)
	form := u.Query()
	form.Set("username", "claire")
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.PostForm(page, form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if to := res.Header.Get("Location"); to != "" {
		back, _ := url.Parse(to)
		return back.Query().Get("code")
	}
	b := make([]byte, 4096)
	n, _ := res.Body.Read(b)
	_, rest, _ := strings.Cut(string(b[:n]), `<code id="code">`)
	code, _, _ := strings.Cut(rest, "<")
	return code
}

func TestATokenWithTooFewRightsIsToldApart(t *testing.T) {
	s := mastodontest.Start(t, mastodontest.Options{})
	s.Person("claire", secret)
	s.Narrow(secret, "write:statuses")
	d := mastodon.New(config(http.DefaultClient))
	step := network.Step{ID: "token", State: map[string]string{"server": s.URL}}
	if _, err := next(t, d, step, "token", secret); !fault.Is(err, fault.Forbidden) || fault.As(err).Field != "token" || strings.Contains(err.Error(), secret) {
		t.Errorf("%v", err)
	}
	s.Narrow(secret, "read write")
	if done := must(t)(next(t, d, step, "token", "Bearer "+secret+"\n")); done.ID != network.Done {
		t.Errorf("%+v", done)
	}
}

func TestWhatPeopleTypeForTheirServer(t *testing.T) {
	s := mastodontest.Start(t, mastodontest.Options{})
	s.Person("claire", secret)
	host := strings.TrimPrefix(s.URL, "http://")
	var asked string
	d := mastodon.New(config(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.Scheme + "://" + r.URL.Host
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host = "http", host
		return http.DefaultTransport.RoundTrip(r)
	})}))
	for given, want := range map[string]string{
		"mastodon.example":                       "https://mastodon.example",
		"  Mastodon.Example/ ":                   "https://mastodon.example",
		"https://mastodon.example/@kerlann":      "https://mastodon.example",
		"https://mastodon.example/deck/home?x=1": "https://mastodon.example",
		"kerlann@mastodon.example":               "https://mastodon.example",
		"@kerlann@mastodon.example":              "https://mastodon.example",
		"mastodon.example:443":                   "https://mastodon.example",
		"mastodon.example:8443":                  "https://mastodon.example:8443",
		"http://127.0.0.1:3000":                  "http://127.0.0.1:3000",
		"http://gotosocial:8080":                 "http://gotosocial:8080",
		"http://social.internal":                 "http://social.internal",
		"http://[::1]:3000/":                     "http://[::1]:3000",
	} {
		asked = ""
		if _, err := next(t, d, network.Step{ID: "server"}, "server", given); err != nil || asked != want {
			t.Errorf("%q asked %q, want %q: %v", given, asked, want, err)
		}
	}
	for _, given := range []string{"", "mastodon", "bonjour à tous", "http://mastodon.example", "ftp://mastodon.example", "https://user:pw@mastodon.example", "@kerlann", "javascript://x.y", "https://"} {
		asked = ""
		if _, err := next(t, d, network.Step{ID: "server"}, "server", given); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "server" || asked != "" {
			t.Errorf("%q was taken, asked %q: %v", given, asked, err)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAServerThatIsNoMastodonIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		key  string
		with map[string]any
	}{
		"a web site": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>Kerlann"))
		}, "network.mastodon.not_a_server", nil},
		"another software": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			switch r.URL.Path {
			case "/.well-known/nodeinfo":
				_, _ = w.Write([]byte(`{"links":[{"href":"http://` + r.Host + `/ni"}]}`))
			case "/ni":
				_, _ = w.Write([]byte(`{"software":{"name":"writefreely"}}`))
			default:
				w.WriteHeader(404)
			}
		}, "network.mastodon.other_software", map[string]any{"software": "writefreely"}},
		"an instance without a version": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{}`))
		}, "network.mastodon.not_a_server", nil},
	} {
		s := httptest.NewServer(c.h)
		d := mastodon.New(config(s.Client()))
		_, err := next(t, d, network.Step{ID: "server"}, "server", s.URL)
		f := fault.As(err)
		if f == nil || f.Key != c.key || f.Field != "server" || f.Values["server"] != s.URL || c.with != nil && f.Values["software"] != c.with["software"] {
			t.Errorf("%s: %v %v", name, err, f)
		}
		s.Close()
	}
}

// A server in limited federation mode answers 401 to strangers.
func TestAClosedServerIsTakenAtItsNodeInfo(t *testing.T) {
	s := mastodontest.Start(t, mastodontest.Options{})
	s.Person("claire", secret)
	for range 2 {
		s.Spoil("GET", "/api/v2/instance", mastodontest.Fault{Status: 401, Body: `{"error":"This API requires an authenticated user"}`})
		s.Spoil("GET", "/api/v1/instance", mastodontest.Fault{Status: 401, Body: `{"error":"This API requires an authenticated user"}`})
	}
	d := mastodon.New(config(http.DefaultClient))
	step := must(t)(next(t, d, network.Step{ID: "server"}, "server", s.URL))
	if step.ID != "how" {
		t.Errorf("%+v", step)
	}
	s.Heal()
	step = must(t)(next(t, d, step, "how", "token"))
	if done := must(t)(next(t, d, step, "token", secret)); done.ID != network.Done {
		t.Errorf("%+v", done)
	}
}

func TestAServerThatIsDownIsNotBlamedOnTheAddress(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	d := mastodon.New(config(http.DefaultClient))
	_, err := next(t, d, network.Step{ID: "server"}, "server", s.URL)
	var e *network.Error
	if !errors.As(err, &e) || fault.Of(err) != fault.Transient || fault.As(err).Field != "server" {
		t.Errorf("%v", err)
	}
}

// A name's domain and its server may differ: WebFinger tells.
func TestANameOnAnotherDomainThanItsServer(t *testing.T) {
	s := mastodontest.Start(t, mastodontest.Options{})
	s.Person("claire", secret)
	real := strings.TrimPrefix(s.URL, "http://")
	d := mastodon.New(config(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "kerlann.example" && r.URL.Path != "/.well-known/webfinger" {
			w := httptest.NewRecorder()
			w.WriteHeader(404)
			return w.Result(), nil
		}
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host = "http", real
		r.Host = real
		return http.DefaultTransport.RoundTrip(r)
	})}))
	step := must(t)(next(t, d, network.Step{ID: "server"}, "server", "claire@kerlann.example"))
	if step.State["server"] != s.URL {
		t.Errorf("%+v", step.State)
	}
}

func TestOpenWithoutATokenAsksToSignIn(t *testing.T) {
	d := mastodon.New(config(http.DefaultClient))
	_, err := d.Open(network.Credentials{Server: "https://mastodon.example"}, func(context.Context, network.Credentials) error { return nil })
	if !fault.Is(err, fault.SignedOut) {
		t.Error(err)
	}
}

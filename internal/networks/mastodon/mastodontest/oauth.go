package mastodontest

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const oob = "urn:ietf:wg:oauth:2.0:oob"

func (q *request) createApp() (any, error) {
	name, redirects := q.str("client_name"), q.str("redirect_uris")
	if l, ok := q.params["redirect_uris"].([]string); ok {
		redirects = strings.Join(l, "\n")
	}
	if name == "" || redirects == "" {
		return nil, no(422, "Validation failed: Name can't be blank, Redirect URI can't be blank")
	}
	for u := range strings.FieldsSeq(redirects) {
		if p, err := url.Parse(u); err != nil || p.Scheme == "" {
			return nil, no(422, "Validation failed: Redirect URI must be an absolute URI.")
		}
	}
	if w := q.str("website"); w != "" {
		if p, err := url.Parse(w); err != nil || p.Scheme != "http" && p.Scheme != "https" {
			return nil, no(422, "Validation failed: Website is not a valid URL")
		}
	}
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	a := &app{
		ID: q.s.nextID(), Name: name, Website: q.str("website"), Client: secretWord(), Secret: secretWord(),
		Redirects: redirects, Scopes: cmp.Or(q.str("scopes"), "read"),
	}
	q.s.apps[a.Client] = a
	q.s.write("app", a)
	return map[string]any{
		"id": a.ID, "name": a.Name, "website": nullable(a.Website), "redirect_uri": a.Redirects,
		"client_id": a.Client, "client_secret": a.Secret, "vapid_key": "",
		"scopes": strings.Fields(a.Scopes), "redirect_uris": strings.Fields(a.Redirects),
	}, nil
}

func (q *request) verifyApp() (any, error) {
	if q.app == nil {
		return map[string]any{"name": "mastodontest", "website": nil}, nil
	}
	return map[string]any{"name": q.app.Name, "website": nullable(q.app.Website)}, nil
}

func (q *request) giveToken() (any, error) {
	s := q.s
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.apps[q.str("client_id")]
	if a == nil || a.Secret != q.str("client_secret") {
		return nil, &refusal{401, "invalid_client", "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."}
	}
	t := &token{Token: secretWord(), App: a.Client, Scopes: cmp.Or(q.str("scope"), "read")}
	grant := &refusal{400, "invalid_grant", "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}
	switch q.str("grant_type") {
	case "authorization_code":
		c, ok := s.codes[q.str("code")]
		if !ok || c.app != a || c.redirect != q.str("redirect_uri") {
			return nil, grant
		}
		delete(s.codes, q.str("code")) // once
		t.Account, t.Scopes = c.account, c.scopes
	case "password":
		// Any password does for a person who exists; Mastodon dropped this
		// grant in 4.4, older clients still use it.
		for _, p := range s.accounts {
			if name, _, _ := strings.Cut(q.str("username"), "@"); p.Username == name {
				t.Account = p.ID
			}
		}
		if t.Account == "" {
			return nil, grant
		}
	case "client_credentials":
	default:
		return nil, &refusal{400, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server."}
	}
	for sc := range strings.FieldsSeq(t.Scopes) {
		root, _, _ := strings.Cut(sc, ":")
		if have := strings.Fields(a.Scopes); !slices.Contains(have, sc) && !slices.Contains(have, root) {
			return nil, &refusal{400, "invalid_scope", "The requested scope is invalid, unknown, or malformed."}
		}
	}
	s.tokens[t.Token] = t
	s.write("token", t)
	return map[string]any{"access_token": t.Token, "token_type": "Bearer", "scope": t.Scopes, "created_at": s.now().Unix()}, nil
}

func (q *request) revoke() (any, error) {
	q.s.EndToken(q.str("token"))
	return map[string]any{}, nil
}

var consent = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Authorize {{.App}}</title>
<h1>Authorization required</h1><p>{{.App}} would like to access your account: {{.Scopes}}</p>
<form method="post"><label>Account <select name="username">{{range .People}}<option>{{.}}</option>{{end}}</select></label>
{{range $k, $v := .Hidden}}<input type="hidden" name="{{$k}}" value="{{$v}}">{{end}}<button name="yes" value="1">Authorize</button></form>`))

var shown = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Authorization code</title>
<h1>Copy this authorization code and paste it to the application.</h1><p><code id="code">{{.}}</code></p>`))

func (s *Server) ask(q url.Values) (*app, string) {
	s.mu.Lock()
	a := s.apps[q.Get("client_id")]
	s.mu.Unlock()
	switch {
	case a == nil:
		return nil, "unknown client_id"
	case q.Get("response_type") != "code":
		return nil, "response_type is not code"
	case !slices.Contains(strings.Fields(a.Redirects), q.Get("redirect_uri")):
		return nil, "redirect_uri was not registered: " + q.Get("redirect_uri")
	}
	for sc := range strings.FieldsSeq(q.Get("scope")) {
		root, _, _ := strings.Cut(sc, ":")
		if have := strings.Fields(a.Scopes); !slices.Contains(have, sc) && !slices.Contains(have, root) {
			return nil, "scope was not registered: " + sc
		}
	}
	return a, ""
}

func (s *Server) authorizePage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a, wrong := s.ask(q)
	for k := range q {
		if !slices.Contains(strings.Fields("response_type client_id redirect_uri scope state force_login lang code_challenge code_challenge_method"), k) {
			s.complain(r, "unknown parameter %s", k)
		}
	}
	if wrong != "" {
		s.complain(r, "%s", wrong)
		http.Error(w, wrong, 400)
		return
	}
	hidden := map[string]string{}
	for k := range q {
		hidden[k] = q.Get(k)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = consent.Execute(w, map[string]any{"App": a.Name, "Scopes": q.Get("scope"), "People": s.people(), "Hidden": hidden})
}

func (s *Server) authorizeYes(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	a, wrong := s.ask(r.Form)
	if wrong != "" {
		http.Error(w, wrong, 400)
		return
	}
	c := s.Consent(a.Client, r.Form.Get("username"), r.Form.Get("redirect_uri"), r.Form.Get("scope"))
	if to := r.Form.Get("redirect_uri"); to != oob {
		u, _ := url.Parse(to)
		back := u.Query()
		back.Set("code", c)
		if st := r.Form.Get("state"); st != "" {
			back.Set("state", st)
		}
		u.RawQuery = back.Encode()
		http.Redirect(w, r, u.String(), http.StatusFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = shown.Execute(w, c)
}

// Consent is a person saying yes on the authorisation page; it gives the code.
func (s *Server) Consent(client, username, redirect, scopes string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := secretWord()
	for _, p := range s.accounts {
		if p.Username == username {
			s.codes[c] = code{s.apps[client], p.ID, redirect, cmp.Or(scopes, "read")}
		}
	}
	return c
}

func (s *Server) people() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, a := range s.accounts {
		out = append(out, a.Username)
	}
	slices.Sort(out)
	return out
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

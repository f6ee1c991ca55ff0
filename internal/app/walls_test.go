package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/ui"
)

// beside are the routes and operations that ask for no role in a brand, each
// with the reason why it may. Everything else is behind In. A new one fails
// the test until its reason stands here.
var beside = map[string]string{
	"GET /{$}":                                        "sends everybody to her first page",
	"GET /manifest.webmanifest":                       "holds nothing of anybody",
	"GET /favicon.ico":                                "holds nothing of anybody",
	"GET /sw.js":                                      "holds nothing of anybody",
	"GET /offline":                                    "holds nothing of anybody",
	"GET /welcome":                                    "before there is anybody",
	"POST /welcome":                                   "before there is anybody",
	"POST /welcome/example":                           "a guest of her own example",
	"GET /sign-in":                                    "the door",
	"POST /sign-in":                                   "the door",
	"POST /sign-out":                                  "one's own session",
	"GET /forgotten":                                  "the door",
	"POST /forgotten":                                 "the door; the same answer for everybody",
	"GET /reset/{token}":                              "whoever holds the link of a mail",
	"POST /reset/{token}":                             "whoever holds the link of a mail",
	"GET /invitation/{token}":                         "whoever holds the link",
	"POST /invitation/{token}":                        "whoever holds the link",
	"POST /invitation/{token}/accept":                 "whoever holds the link",
	"GET /more":                                       "one's own rail",
	"GET /search":                                     "searches one's own brand",
	"GET /palette.json":                               "searches one's own brand",
	"POST /took":                                      "one's own time",
	"POST /here":                                      "asks for a role in the topic's brand",
	"GET /example":                                    "one's own example",
	"POST /example/remove":                            "one's own example",
	"GET /profile":                                    "oneself",
	"POST /profile":                                   "oneself",
	"GET /profile/security":                           "oneself",
	"POST /profile/password":                          "oneself",
	"POST /profile/sessions/others/end":               "one's own sessions",
	"POST /profile/sessions/{session}/end":            "one's own sessions",
	"GET /profile/tokens":                             "one's own tokens",
	"POST /profile/tokens":                            "one's own tokens, in one's own brands",
	"POST /profile/tokens/{token}/revoke":             "one's own tokens",
	"GET /brands":                                     "lists one's own brands",
	"GET /today":                                      "sends to the day of one's own brand",
	"POST /brands/{archived}/restore":                 "its owner only, asked in the verb",
	"GET /channels/callback":                          "finds one's own sign-in by its state",
	"GET /practice/{account}":                         "asks for a role in a brand of the account",
	"GET /practice/{account}/{post}":                  "asks for a role in a brand of the account",
	"GET /practice/{account}/media/{key}":             "asks for a role in a brand of the account",
	"GET /calendar/{token}":                           "whoever holds the address; shows what it was made for",
	"GET /v/{token}":                                  "whoever holds the link; shows what it was made for",
	"POST /v/{token}":                                 "whoever holds the link, and its code",
	"GET /v/{token}/all":                              "whoever holds the link",
	"POST /v/{token}/all":                             "whoever holds the link",
	"GET /v/{token}/p/{post}":                         "whoever holds the link, for what it shows",
	"POST /v/{token}/p/{post}":                        "whoever holds the link, for what it shows",
	"POST /v/{token}/p/{post}/choice":                 "whoever holds the link, for what it shows",
	"POST /v/{token}/p/{post}/remarks":                "whoever holds the link, for what it shows",
	"GET /v/{token}/p/{post}/media/{media}":           "whoever holds the link, for what it shows",
	"GET /api/v1/me":                                  "oneself",
	"PUT /api/v1/me":                                  "oneself",
	"PUT /api/v1/me/password":                         "oneself",
	"GET /api/v1/me/sessions":                         "one's own sessions",
	"DELETE /api/v1/me/sessions/{session}":            "one's own sessions",
	"POST /api/v1/me/sessions/{session}/end-others":   "one's own sessions",
	"POST /api/v1/invitations/accept":                 "whoever holds the link",
	"GET /api/v1/me/tokens":                           "one's own tokens",
	"POST /api/v1/me/tokens":                          "one's own tokens, in one's own brands",
	"DELETE /api/v1/me/tokens/{token}":                "one's own tokens",
	"GET /api/v1/brands":                              "lists one's own brands",
	"GET /api/v1/archived-brands":                     "lists one's own brands",
	"POST /api/v1/archived-brands/{archived}/restore": "its owner only, asked in the verb",
	"GET /api/v1/networks":                            "what the program knows of networks",
}

// removes are those for which "is not there" is success, by their contract:
// for another brand's id they answer as for one that never was, and that they
// do nothing is checked like everything else.
var removes = []string{
	"DELETE /b/{brand}/uploads/{upload}", "DELETE /api/v1/brands/{brand}/uploads/{upload}",
	"DELETE /api/v1/brands/{brand}/slots/{slot}", "DELETE /api/v1/brands/{brand}/campaigns/{campaign}",
	"DELETE /api/v1/brands/{brand}/approval/policies/{channel}",
	"POST /b/{brand}/settings/slots/{slot}/remove", "POST /b/{brand}/settings/campaigns/{campaign}/remove",
}

// door is a route or an operation as this test sees it.
type door struct {
	method, path, guard string
	body                func(ids map[string]string) (url.Values, []byte) // nil: none
}

func (d door) String() string { return d.method + " " + d.path }

var param = regexp.MustCompile(`\{([a-zA-Z_]+)(\.\.\.)?\}`)

// doors lists everything that can be asked for over HTTP.
func (s *street) doors() []door {
	s.Helper()
	var out []door
	for _, r := range s.web.Mux.Routes() {
		d := door{method: r.Method, path: r.Path, guard: r.Guard.String()}
		if r.Method != http.MethodGet {
			d.body = func(ids map[string]string) (url.Values, []byte) { return formOf(ids), nil }
		}
		out = append(out, d)
	}
	for _, op := range s.web.API.Ops() {
		out = append(out, door{method: op.Method, path: op.Path, guard: op.Guard.String(), body: s.bodyOf(op)})
	}
	for _, d := range out {
		for _, p := range param.FindAllStringSubmatch(d.path, -1) {
			if s.ids[p[1]] == "" {
				s.Fatalf("%s: this test does not know {%s}: give it an id of brand a in buildStreet", d, p[1])
			}
		}
		if d.guard == "" {
			s.Errorf("%s has no guard", d)
		}
		if !strings.HasPrefix(d.guard, "in brand") && d.guard != "admin" && beside[d.String()] == "" {
			s.Errorf("%s asks for no role in a brand (%s): say in beside why it may", d, d.guard)
		}
	}
	return out
}

func (d door) at(ids map[string]string) string {
	return strings.ReplaceAll(param.ReplaceAllStringFunc(d.path, func(p string) string { return ids[strings.Trim(p, "{}.")] }), "{$}", "")
}

// formOf is one form for every page: each takes what it reads and leaves the
// rest.
func formOf(ids map[string]string) url.Values {
	f := url.Values{
		"name": {"Nouveau"}, "title": {"Titre"}, "text": {"Des mots."}, "version": {"1"}, "role": {"owner"}, "email": {"x@exemple.test"}, "language": {"fr"},
		"zone": {"Europe/Paris"}, "week": {"1"}, "about": {"x"}, "colour": {"#223344"}, "reason": {"une raison"}, "password": {"quatre goélands au large"},
		"old": {password}, "at": {"2027-03-02T09:00"}, "local": {"2027-03-02T09:00"}, "to": {"2027-03-02T09:00"}, "day": {"2"}, "days": {"2"}, "weekday": {"2"}, "hour": {"09:00"},
		"time": {"09:00"}, "from": {"2027-03-01"}, "alt": {"Une image"}, "theme": {"dark"}, "ends": {"2027-03-02"}, "scopes": {"posts.write"}, "admin": {"1"},
		"network": {"practice"}, "handle": {"nouveau"}, "bytes": {"10"}, "offset": {"0"}, "do": {"bin"}, "what": {"bin"}, "action": {"bin"}, "seconds": {"3"},
		"topic": {"post:" + ids["post"]}, "gone": {""}, "state": {ids["signin"]}, "link": {"https://exemple.test/1"}, "url": {"https://exemple.test/1"}, "confirm": {"yes"},
	}
	for name, v := range ids {
		for _, n := range []string{name, name + "s", "id", "ids"} {
			if n == name || n == name+"s" || name == "post" {
				f.Add(n, v)
			}
		}
	}
	f.Set("key", "x")
	return f
}

// bodyOf makes valid JSON for an operation from its own description.
func (s *street) bodyOf(op api.Op) func(map[string]string) (url.Values, []byte) {
	o := operation(s.web.API.OpenAPI(), op)
	if o == nil || o.RequestBody == nil {
		return nil
	}
	media := o.RequestBody.Content["application/json"]
	if media == nil { // a file
		return func(map[string]string) (url.Values, []byte) { return url.Values{"file": {"x"}}, nil }
	}
	return func(ids map[string]string) (url.Values, []byte) {
		b, err := json.Marshal(sample(s.web.API.OpenAPI(), media.Schema, "", ids))
		s.ok(err)
		return nil, b
	}
}

func operation(all *huma.OpenAPI, op api.Op) *huma.Operation {
	item := all.Paths[op.Path]
	if item == nil {
		return nil
	}
	return map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete}[op.Method]
}

// sample is a value that a schema takes; fields named like an id hold that id.
func sample(all *huma.OpenAPI, sc *huma.Schema, name string, ids map[string]string) any {
	if sc == nil {
		return "x"
	}
	if sc.Ref != "" {
		sc = all.Components.Schemas.SchemaFromRef(sc.Ref)
	}
	switch {
	case len(sc.Enum) > 0:
		return sc.Enum[0]
	case sc.Type == huma.TypeObject:
		out := map[string]any{}
		for field, f := range sc.Properties {
			if !f.ReadOnly {
				out[field] = sample(all, f, field, ids)
			}
		}
		if out["from"] != nil && out["to"] != nil { // days, in that order
			out["from"], out["to"] = "2027-03-01", "2027-03-09"
		}
		return out
	case sc.Type == huma.TypeArray:
		list := []any{}
		for range max(1, deref(sc.MinItems, 1)) {
			list = append(list, sample(all, sc.Items, strings.TrimSuffix(name, "s"), ids))
		}
		return list
	case sc.Type == huma.TypeInteger:
		return 1
	case sc.Type == huma.TypeNumber:
		return 0.5
	case sc.Type == huma.TypeBoolean:
		return true
	case ids[alias[name]] != "":
		return ids[alias[name]]
	case ids[name] != "":
		return ids[name]
	case sc.Format == "date-time":
		return "2027-03-02T09:00:00Z"
	}
	if v := formOf(ids)[name]; len(v) > 0 {
		if name == "scope" {
			return "posts.write"
		}
		return v[0]
	}
	return "posts.write"[:max(1, min(11, deref(sc.MaxLength, 11)))] + strings.Repeat("x", max(0, deref(sc.MinLength, 0)-11))
}

// alias are fields that hold an id under another name.
var alias = map[string]string{"reconnects": "channel", "other": "media"}

func deref(p *int, or int) int {
	if p == nil {
		return or
	}
	return *p
}

// ask fills a door with ids.
func (d door) ask(ids map[string]string, asked *[]string) ask {
	q := ask{method: d.method, path: d.at(ids)}
	if d.body != nil {
		q.form, q.json = d.body(ids)
	}
	if d.method == http.MethodGet && !strings.HasPrefix(d.path, "/api/") {
		q.path += "?q=" + lure + "&post=" + ids["post"] + "&channel=" + ids["channel"] + "&media=" + ids["media"] + "&campaign=" + ids["campaign"] + "&state=" + ids["signin"]
	}
	*asked = []string{q.path, q.form.Encode(), string(q.json)}
	return q
}

// P1: brands are walls. Whoever has no role in a brand gets the answer of a
// brand that does not exist, reads nothing of it and changes nothing in it:
// the owner of another brand, in her browser and by token, whoever runs the
// instance, and nobody.
func TestNobodySeesOrTouchesABrandSheHasNoRoleIn(t *testing.T) {
	each(t, func(h *house) {
		s := buildStreet(h)
		doors := s.doors()
		before := s.state()
		// Reading everything is slow: it is done once a door, for all who knocked.
		changed := func(d door) {
			s.Helper()
			if d.method == http.MethodGet {
				return
			}
			if after := s.state(); !cmp.Equal(before, after) {
				s.Errorf("%s by a stranger changed the brand:\n%s", d, cmp.Diff(before, after))
				before = after
			}
		}
		for _, d := range doors {
			if !strings.HasPrefix(d.guard, "in brand") {
				continue
			}
			var asked []string
			q := d.ask(s.ids, &asked)
			isAPI := strings.HasPrefix(d.path, "/api/")
			for who, got := range map[string]answer{
				"nobody":                   s.as("", q),
				"another brand's owner":    s.as(s.bruno.session, q),
				"the owner by token":       s.by(s.bruno.key, q),
				"the owner, in a fragment": s.as(s.bruno.session, ask{q.method, q.path, q.form, q.json, "", true, false}),
				"who runs the instance":    s.as(s.rosa.session, q),
				"who runs it, by token":    s.by(s.rosa.key, q),
			} {
				closed := got.status == http.StatusNotFound
				// Nobody, and a token where pages ask for a session, are sent to sign in.
				if who == "nobody" || !isAPI && strings.Contains(who, "by token") {
					closed = got.status == http.StatusUnauthorized || got.status == http.StatusSeeOther && strings.HasPrefix(got.head.Get("Location"), "/sign-in")
				}
				if !closed {
					s.Errorf("%s by %s: %d %s", d, who, got.status, got.head.Get("Location"))
				}
				if l := s.leaks(got, asked...); len(l) > 0 {
					s.Errorf("%s by %s tells %q", d, who, l)
				}
			}
			changed(d)
		}
		if after := s.state(); !cmp.Equal(before, after) {
			s.Errorf("reading changed the brand:\n%s", cmp.Diff(before, after))
		}
	})
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,64}`)

// P1, the other way round: in her own brand, and where no brand is asked for,
// the id of another brand's thing is worth no more than one that never was.
func TestAnotherBrandsIDIsWorthNoMoreThanAnInventedOne(t *testing.T) {
	each(t, func(h *house) {
		s := buildStreet(h)
		mine, invented := map[string]string{}, map[string]string{}
		for name, v := range s.ids {
			mine[name] = v
			invented[name] = anyID.ReplaceAllStringFunc(v, func(v string) string {
				if len(v) != 36 {
					return strings.Repeat("f", len(v))
				}
				return string(id.New[id.Post]())
			})
		}
		invented["account"] = "jamais_vu_42"
		mine["brand"], invented["brand"] = string(s.b), string(s.b)
		doors := s.doors()
		before := s.state()
		for _, d := range doors {
			// What ends one's own session or account would end the test.
			if d.guard == "public" || d.guard == "admin" || strings.Contains(d.path, "password") || strings.HasSuffix(d.path, "/archive") {
				continue
			}
			own := slices.DeleteFunc(param.FindAllString(d.path, -1), func(p string) bool { return p == "{brand}" })
			var asked []string
			q := d.ask(mine, &asked)
			got := s.as(s.bruno.session, q)
			if strings.HasPrefix(d.path, "/api/") {
				if byToken := s.by(s.bruno.key, q); len(s.leaks(byToken, asked...)) > 0 {
					s.Errorf("%s by token tells %q", d, s.leaks(byToken, asked...))
				}
			}
			if l := s.leaks(got, asked...); len(l) > 0 {
				s.Errorf("%s tells %q", d, l)
			}
			if got.status == http.StatusUnprocessableEntity && q.json != nil && strings.Contains(got.body, `"field":"body`) {
				s.Errorf("%s refuses this test's body, so nothing was tried: %s", d, got.body)
			}
			if len(own) > 0 {
				gone := slices.Contains(removes, d.String())
				if got.status != http.StatusNotFound && !gone {
					s.Errorf("%s with another brand's id: %d, want 404: %.300s", d, got.status, got.body)
				}
				var ignored []string
				never := s.as(s.bruno.session, d.ask(invented, &ignored))
				if plain(got, mine) != plain(never, invented) {
					s.Errorf("%s tells an id of another brand from one that never was:\n%s", d, cmp.Diff(plain(never, invented), plain(got, mine)))
				}
			}
			if d.method != http.MethodGet {
				if after := s.state(); !cmp.Equal(before, after) {
					s.Errorf("%s changed another brand:\n%s", d, cmp.Diff(before, after))
					before = after
				}
			}
		}
		// Were bruno out of his brand by now, the walk would have proved little.
		if got := s.as(s.bruno.session, ask{method: "GET", path: "/b/" + string(s.b) + "/settings"}); got.status != http.StatusOK {
			s.Errorf("bruno lost his own brand on the way: %d", got.status)
		}
	})
}

// plain is an answer without what differs at every request.
func plain(a answer, ids map[string]string) string {
	body := strings.ReplaceAll(a.body, a.head.Get("X-Request-Id"), "N")
	for name, v := range ids {
		body = strings.ReplaceAll(body, v, name)
	}
	return fmt.Sprint(a.status, " ", a.head.Get("Location"), " ", anyID.ReplaceAllString(body, "ID"))
}

// A client reads what is planned, never what is still a draft.
func TestAClientReadsNoDraftByAnyRoad(t *testing.T) {
	each(t, func(h *house) {
		s := buildStreet(h)
		seen := 0
		for _, d := range s.doors() {
			if d.method != http.MethodGet {
				continue
			}
			var asked []string
			q := d.ask(s.ids, &asked)
			got := s.as(s.ondine.session, q)
			if got.status == http.StatusOK && strings.HasPrefix(d.guard, "in brand") {
				seen++
			}
			if strings.Contains(got.body, "encore secret") || strings.Contains(got.body, "Brouillon zinnober") {
				s.Errorf("%s shows a client the draft", d)
			}
		}
		if seen == 0 {
			s.Error("the client sees nothing at all: this test looks at nothing")
		}
	})
}

// The guards hold in the pages' own table too.
func TestEveryRouteUnderABrandAsksForAPermission(t *testing.T) {
	h := build(t, configFor(t, "sqlite"))
	for _, r := range h.web.Mux.Routes() {
		if strings.HasPrefix(r.Path, "/b/") && r.Guard.Permission() == "" {
			t.Errorf("%s: %s", r, r.Guard)
		}
		if r.Guard == (ui.Guard{}) {
			t.Errorf("%s has no guard", r)
		}
	}
	for _, op := range h.web.API.Ops() {
		if strings.Contains(op.Path, "{brand}") && op.Guard.Permission() == "" || op.Guard == (api.Guard{}) {
			t.Errorf("%s %s: %s", op.Method, op.Path, op.Guard)
		}
	}
}

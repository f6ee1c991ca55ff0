package wordpresstest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/network/markup"
	"vigie/internal/network/networktest"
)

// User and Password get in.
const (
	User     = "claire"
	Password = "abcd efgh ijkl mnop qrst uvwx"
)

// Site is the blog.
type Site struct {
	*networktest.Fake

	mu       sync.Mutex
	password string
	role     map[string]bool
	next     int
	posts    map[int]map[string]any
	comments map[int]map[string]any
	media    map[int]map[string]any
	terms    map[string]map[int]string
}

// Start opens an empty blog, whose person is an editor.
func Start(t testing.TB) *Site {
	s := &Site{
		Fake: networktest.NewFake(t), password: strings.ReplaceAll(Password, " ", ""), next: 10,
		role:  map[string]bool{"publish_posts": true, "upload_files": true, "manage_categories": true, "edit_others_posts": true, "moderate_comments": true},
		posts: map[int]map[string]any{}, comments: map[int]map[string]any{}, media: map[int]map[string]any{},
		terms: map[string]map[int]string{"categories": {1: "Non classé"}, "tags": {}},
	}
	s.Handle("GET /{$}", networktest.Want{}, func(w http.ResponseWriter, _ *networktest.Asked) {
		w.Header().Set("Link", "<"+s.URL+`/wp-json/>; rel="https://api.w.org/"`)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>Un blog</title>")
	})
	s.Handle("GET /wp-json/{$}", networktest.Want{}, func(w http.ResponseWriter, _ *networktest.Asked) {
		networktest.JSON(w, 200, map[string]any{
			"name": "Un blog", "home": s.URL, "namespaces": []string{"wp/v2"},
			"authentication": map[string]any{"application-passwords": map[string]any{"endpoints": map[string]any{}}},
		})
	})
	auth := map[string]string{"Authorization": "*", "User-Agent": "*"}
	json := map[string]string{"Authorization": "*", "User-Agent": "*", "Content-Type": "application/json"}
	comment := []string{"context!", "status!", "_fields!", "_embed", "orderby", "order", "per_page!", "page", "offset", "post", "parent", "author"}
	post := []string{"title!", "content!", "status", "excerpt", "slug", "author", "featured_media", "categories[]", "tags[]"}
	for pattern, want := range map[string]networktest.Want{
		"GET /users/me":         {Header: auth, Query: []string{"context!", "_fields!"}},
		"GET /users":            {Header: auth, Query: []string{"per_page!", "orderby!", "who!", "_fields!"}},
		"GET /categories":       {Header: auth, Query: []string{"per_page!", "orderby", "order", "search", "_fields!"}},
		"GET /tags":             {Header: auth, Query: []string{"per_page!", "orderby", "order", "search", "_fields!"}},
		"POST /categories":      {Header: json, Query: []string{"_fields!"}, JSON: []string{"name!"}},
		"POST /tags":            {Header: json, Query: []string{"_fields!"}, JSON: []string{"name!"}},
		"GET /posts":            {Header: auth, Query: []string{"context!", "status!", "orderby!", "order!", "per_page!", "page!", "_fields!"}},
		"POST /posts":           {Header: json, Query: []string{"_fields!"}, JSON: post},
		"GET /posts/{id}":       {Header: auth, Query: []string{"context!", "_fields!"}},
		"POST /posts/{id}":      {Header: json, Query: []string{"_fields!"}, JSON: post},
		"DELETE /posts/{id}":    {Header: auth, Query: []string{"_fields!"}},
		"POST /media":           {Header: auth, Query: []string{"_fields!"}, Form: []string{"alt_text", "file!"}},
		"GET /comments":         {Header: auth, Query: comment},
		"POST /comments":        {Header: json, Query: []string{"_fields!"}, JSON: []string{"post!", "content!", "parent"}},
		"GET /comments/{id}":    {Header: auth, Query: []string{"_fields!"}},
		"POST /comments/{id}":   {Header: json, Query: []string{"_fields!"}, JSON: []string{"content!"}},
		"DELETE /comments/{id}": {Header: auth, Query: []string{"_fields!"}},
	} {
		verb, path, _ := strings.Cut(pattern, " ")
		s.Handle(verb+" /wp-json/wp/v2"+path, want, func(w http.ResponseWriter, r *networktest.Asked) { s.route(w, r) })
	}
	return s
}

// SignOut revokes the application password.
func (s *Site) SignOut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.password = "revoked"
}

// Demote takes a capability from the person.
func (s *Site) Demote(capability string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.role, capability)
}

func (s *Site) route(w http.ResponseWriter, r *networktest.Asked) {
	s.mu.Lock()
	known := r.Header.Get("Authorization") == "Basic "+base64.StdEncoding.EncodeToString([]byte(User+":"+s.password))
	s.mu.Unlock()
	if !known {
		networktest.JSON(w, 401, refusal(401, "rest_not_logged_in"))
		return
	}
	in, _ := r.JSON.(map[string]any)
	if r.Form != nil {
		in = map[string]any{"alt_text": r.Form.Get("alt_text")}
	}
	code, out, total := s.Do(r.Method, strings.TrimPrefix(r.URL.Path, "/wp-json"), r.URL.Query(), in)
	if total >= 0 {
		per, _ := strconv.Atoi(cmp.Or(r.URL.Query().Get("per_page"), "10"))
		w.Header().Set("X-WP-Total", strconv.Itoa(total))
		w.Header().Set("X-WP-TotalPages", strconv.Itoa((total+per-1)/per))
	}
	networktest.JSON(w, code, out)
}

func refusal(status int, code string) map[string]any {
	return map[string]any{"code": code, "message": "Refused: " + code, "data": map[string]any{"status": status}}
}

// Do is a call of the site's administrator, by route ("/wp/v2/posts/12"): its
// status, its answer, and how many there are in all of a list (-1: no list).
func (s *Site) Do(method, route string, q url.Values, in map[string]any) (int, any, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := strings.Split(strings.TrimPrefix(route, "/wp/v2/"), "/")
	id := 0
	if len(parts) == 2 {
		id, _ = strconv.Atoi(parts[1])
	}
	switch what := parts[0]; what {
	case "users":
		me := map[string]any{"id": 3, "name": "Claire", "username": User, "link": s.URL + "/author/claire/", "avatar_urls": []any{}, "capabilities": s.role}
		if len(parts) == 2 {
			return 200, me, -1
		}
		return 200, []any{me}, 1
	case "categories", "tags":
		return s.term(method, what, q, in)
	case "media":
		if method == "GET" {
			return 200, s.media[id], -1
		}
		s.next++
		m := map[string]any{"id": s.next, "source_url": fmt.Sprintf("%s/wp-content/uploads/image-%d.png", s.URL, s.next), "alt_text": in["alt_text"]}
		s.media[s.next] = m
		return 201, m, -1
	case "posts":
		return s.post(method, id, q, in)
	case "comments":
		return s.comment(method, id, q, in)
	}
	return 404, refusal(404, "rest_no_route"), -1
}

func (s *Site) term(method, taxonomy string, q url.Values, in map[string]any) (int, any, int) {
	if method == "GET" {
		all := []any{}
		for id, name := range s.terms[taxonomy] {
			if strings.Contains(strings.ToLower(name), strings.ToLower(q.Get("search"))) {
				all = append(all, map[string]any{"id": id, "name": markup.Escape(name)})
			}
		}
		return 200, all, len(all)
	}
	name := in["name"].(string)
	for id, have := range s.terms[taxonomy] {
		if strings.EqualFold(have, name) {
			x := refusal(400, "term_exists")
			x["data"].(map[string]any)["term_id"] = id
			return 400, x, -1
		}
	}
	s.next++
	s.terms[taxonomy][s.next] = name
	return 201, map[string]any{"id": s.next, "name": markup.Escape(name)}, -1
}

func now() string { return time.Now().UTC().Format("2006-01-02T15:04:05") }

func (s *Site) post(method string, id int, q url.Values, in map[string]any) (int, any, int) {
	p := s.posts[id]
	switch {
	case id != 0 && p == nil:
		return 404, refusal(404, "rest_post_invalid_id"), -1
	case method == "GET" && id != 0:
		return 200, p, -1
	case method == "GET":
		status := strings.Split(cmp.Or(q.Get("status"), "publish"), ",")
		all := ordered(s.posts, func(p map[string]any) bool { return slices.Contains(status, p["status"].(string)) })
		if q.Get("orderby") == "modified" {
			slices.SortStableFunc(all, func(a, b map[string]any) int {
				return strings.Compare(a["modified_gmt"].(string), b["modified_gmt"].(string))
			})
		}
		return 200, page(all, q), len(all)
	case method == "DELETE":
		if p["status"] == "trash" {
			return 410, refusal(410, "rest_already_trashed"), -1
		}
		p["status"], p["slug"], p["modified_gmt"] = "trash", p["slug"].(string)+"__trashed", now()
		return 200, p, -1
	}
	code := 200
	if p == nil {
		code = 201
		s.next++
		p = map[string]any{
			"id": s.next, "date_gmt": now(), "status": "draft", "slug": fmt.Sprint("article-", s.next), "author": 3, "excerpt": rendered(""), "title": rendered(""),
			"featured_media": 0, "categories": []any{1.0}, "tags": []any{}, "comment_status": "open",
		}
		s.posts[s.next] = p
	}
	for k, v := range in {
		if k == "title" || k == "content" || k == "excerpt" {
			v = rendered(v.(string))
		}
		p[k] = v
	}
	p["modified_gmt"] = now()
	p["link"] = s.URL + "/" + p["slug"].(string) + "/"
	return code, p, -1
}

func rendered(raw string) map[string]any {
	shown := strings.NewReplacer("<!-- wp:html -->\n", "", "\n<!-- /wp:html -->", "").Replace(raw)
	return map[string]any{"raw": raw, "rendered": shown}
}

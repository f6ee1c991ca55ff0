package ghosttest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/network/networktest"
)

// Key gets in; Mail is that of the member who answers.
const (
	Key  = "6b0000000000000000000001:" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	Mail = "kerlann@kerlann.example"
)

// Blog is the blog.
type Blog struct {
	*networktest.Fake
	t testing.TB

	mu       sync.Mutex
	secret   string
	next     int
	posts    map[string]map[string]any
	comments map[string]map[string]any
	changed  map[string]time.Time // of comments
	members  map[string]map[string]any
}

// Start opens an empty blog with one author and one member.
func Start(t testing.TB) *Blog {
	b := &Blog{Fake: networktest.NewFake(t), t: t, posts: map[string]map[string]any{}, comments: map[string]map[string]any{}, changed: map[string]time.Time{}, members: map[string]map[string]any{}}
	_, b.secret, _ = strings.Cut(Key, ":")
	b.Join("Kerlann", Mail)
	head := map[string]string{"Authorization": "*", "User-Agent": "*", "Accept-Version": "v6.0"}
	sent := map[string]string{"Authorization": "*", "User-Agent": "*", "Accept-Version": "v6.0", "Content-Type": "application/json"}
	fields := []string{"title", "html", "status", "custom_excerpt", "slug", "feature_image", "feature_image_alt", "canonical_url", "meta_title", "meta_description", "codeinjection_foot", "tags[].name", "authors[].id", "updated_at"}
	var post []string
	for _, f := range fields {
		post = append(post, "posts[]."+f)
	}
	for pattern, want := range map[string]networktest.Want{
		"GET /site/":           {Header: head},
		"GET /users/":          {Header: head, Query: []string{"limit!", "fields!"}},
		"GET /tags/":           {Header: head, Query: []string{"limit!", "fields!", "filter!"}},
		"GET /members/":        {Header: head, Query: []string{"limit!", "filter!"}},
		"GET /posts/":          {Header: head, Query: []string{"filter!", "limit!", "formats!", "order!"}},
		"POST /posts/":         {Header: sent, Query: []string{"source!", "formats!"}, JSON: post},
		"GET /posts/{id}/":     {Header: head, Query: []string{"formats!"}},
		"PUT /posts/{id}/":     {Header: sent, Query: []string{"source", "formats"}, JSON: append(slices.Clone(post), "posts[].updated_at!")},
		"POST /images/upload/": {Header: head, Form: []string{"purpose!", "file!"}},
		"GET /comments/":       {Header: head, Query: []string{"include_nested!", "order!", "limit!", "page!", "filter"}},
		"GET /comments/{id}/":  {Header: head},
		"POST /comments/": {Header: sent, Query: []string{"include!"}, JSON: []string{
			"comments[].member_id!", "comments[].html!", "comments[].created_at!", "comments[].post_id", "comments[].parent_id", "comments[].in_reply_to_id",
		}},
		"PUT /comments/{id}/": {Header: sent, JSON: []string{"comments[].id!", "comments[].status!"}},
	} {
		verb, path, _ := strings.Cut(pattern, " ")
		b.Handle(verb+" /ghost/api/admin"+path, want, func(w http.ResponseWriter, r *networktest.Asked) {
			if path != "/site/" && !b.known(r.Header.Get("Authorization")) {
				networktest.JSON(w, 401, refusal("UnauthorizedError", "INVALID_JWT", "Invalid token"))
				return
			}
			in, _ := r.JSON.(map[string]any)
			code, out := b.Do(r.Method, strings.TrimPrefix(r.URL.Path, "/ghost/api/admin"), r.URL.Query(), in)
			networktest.JSON(w, code, out)
		})
	}
	return b
}

// SignOut renews the key.
func (b *Blog) SignOut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.secret = strings.Repeat("ee", 32)
}

// known reads a token as Ghost does: signature, audience, and five minutes.
func (b *Blog) known(auth string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	token, ok := strings.CutPrefix(auth, "Ghost ")
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 {
		return false
	}
	secret, _ := hex.DecodeString(b.secret)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(parts[0] + "." + parts[1]))
	sig, _ := base64.RawURLEncoding.DecodeString(parts[2])
	var head struct{ Alg, Kid string }
	var body struct {
		Iat, Exp int64
		Aud      string
	}
	h, _ := base64.RawURLEncoding.DecodeString(parts[0])
	p, _ := base64.RawURLEncoding.DecodeString(parts[1])
	id, _, _ := strings.Cut(Key, ":")
	return hmac.Equal(sig, mac.Sum(nil)) && json.Unmarshal(h, &head) == nil && json.Unmarshal(p, &body) == nil &&
		head.Alg == "HS256" && head.Kid == id && body.Aud == "/admin/" && body.Exp-body.Iat <= 300 && time.Now().Unix() < body.Exp
}

func refusal(kind, code, said string) map[string]any {
	return map[string]any{"errors": []any{map[string]any{"type": kind, "code": code, "message": said, "context": said}}}
}

func (b *Blog) id() string {
	b.next++
	return fmt.Sprintf("6b%022x", b.next)
}

func now() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

// Do is a call of the Admin API, by path ("/posts/6b…/"): status and answer.
func (b *Blog) Do(method, path string, q url.Values, in map[string]any) (int, any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	parts := strings.Split(strings.Trim(path, "/"), "/")
	id := ""
	if len(parts) == 2 {
		id = parts[1]
	}
	switch parts[0] {
	case "site":
		return 200, map[string]any{"site": map[string]any{"title": "Kerlann", "url": b.URL + "/", "version": "6.65"}}
	case "users":
		return 200, map[string]any{"users": []any{map[string]any{"id": "6a0000000000000000000001", "name": "Claire"}}}
	case "tags":
		return 200, map[string]any{"tags": []any{}}
	case "images":
		return 201, map[string]any{"images": []any{map[string]any{"url": fmt.Sprintf("%s/content/images/image-%s.png", b.URL, b.id())}}}
	case "members":
		all := []any{}
		for _, m := range b.members {
			if q.Get("filter") == "email:'"+m["email"].(string)+"'" {
				all = append(all, m)
			}
		}
		return 200, map[string]any{"members": all}
	case "posts":
		return b.post(method, id, q, in)
	}
	return b.comment(method, id, q, in)
}

var footed = regexp.MustCompile(`^codeinjection_foot:~'([^']+)'\+status:\[[a-z,]+\]$`)

func (b *Blog) post(method, id string, q url.Values, in map[string]any) (int, any) {
	p := b.posts[id]
	one := func(code int) (int, any) { return code, map[string]any{"posts": []any{maps.Clone(p)}} }
	switch {
	case id != "" && p == nil:
		return 404, refusal("NotFoundError", "", "Post not found.")
	case method == "GET" && id != "":
		return one(200)
	case method == "GET":
		m := footed.FindStringSubmatch(q.Get("filter"))
		all := []any{}
		for _, id := range slices.Sorted(maps.Keys(b.posts)) {
			p := b.posts[id]
			foot, _ := p["codeinjection_foot"].(string)
			if m != nil && strings.Contains(foot, m[1]) || q.Get("filter") == "status:published" && p["status"] == "published" {
				all = append(all, maps.Clone(p))
			}
		}
		return 200, map[string]any{"posts": all}
	}
	given := in["posts"].([]any)[0].(map[string]any)
	if title, _ := given["title"].(string); len([]rune(title)) > 255 {
		return 422, refusal("ValidationError", "", "Value in [posts.title] exceeds maximum length of 255 characters.")
	}
	if p != nil && given["updated_at"] != p["updated_at"] {
		return 409, refusal("UpdateCollisionError", "UPDATE_COLLISION", "Someone else is editing this post.")
	}
	code := 200
	if p == nil {
		code = 201
		id = b.id()
		p = map[string]any{"id": id, "slug": id, "status": "draft", "created_at": now(), "published_at": nil, "tags": []any{}}
		b.posts[id] = p
	}
	maps.Copy(p, given)
	if html, ok := given["html"].(string); ok {
		p["html"] = strings.NewReplacer("<!--kg-card-begin: html-->", "", "<!--kg-card-end: html-->", "", "<figure>", `<figure class="kg-card">`).Replace(html)
	}
	if p["status"] == "published" && p["published_at"] == nil {
		p["published_at"] = now()
	}
	p["updated_at"] = now()
	p["url"] = b.URL + "/" + p["slug"].(string) + "/"
	return one(code)
}

// number reads a query's number.
func number(q url.Values, name string) int { n, _ := strconv.Atoi(q.Get(name)); return n }

package ghost_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/networktest"
	"vigie/internal/networks/ghost"
)

// site is a real Ghost (test/peers/ghost/start), and the eyes and hands of the
// tests on it: its Admin API, and its members with their own browser.
type site struct{ url, key string }

func realSite(t testing.TB) site {
	t.Helper()
	s := site{os.Getenv("VIGIE_PEER_GHOST_URL"), os.Getenv("VIGIE_PEER_GHOST_KEY")}
	if s.url == "" || s.key == "" {
		t.Skip("no VIGIE_PEER_GHOST_URL and _KEY: the real Ghost is not tried (test/peers/ghost/start brings one up; VIGIE_CHECK_GHOST=1 ./check does)")
	}
	return s
}

func (s site) token(t testing.TB) string {
	id, hexed, _ := strings.Cut(s.key, ":")
	secret, err := hex.DecodeString(hexed)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	now := time.Now().Unix()
	said := b64([]byte(`{"alg":"HS256","typ":"JWT","kid":"`+id+`"}`)) + "." + b64(fmt.Appendf(nil, `{"iat":%d,"exp":%d,"aud":"/admin/"}`, now, now+200))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(said))
	return said + "." + b64(mac.Sum(nil))
}

// ask is a call of the Admin API, outside of the driver; it returns the status.
func (s site) ask(t testing.TB, method, path string, q url.Values, in, out any) int {
	t.Helper()
	body := io.Reader(nil)
	if in != nil {
		b, _ := json.Marshal(in)
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+"/ghost/api/admin"+path+"?"+q.Encode(), body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Ghost "+s.token(t))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			t.Fatalf("%s %s: %d %.300s", method, path, res.StatusCode, b)
		}
	}
	return res.StatusCode
}

var people atomic.Int64

func (s site) join(t testing.TB, name string) (id, mail string) {
	t.Helper()
	mail = strings.ToLower(name) + strconv.FormatInt(time.Now().UnixNano(), 36) + strconv.FormatInt(people.Add(1), 36) + "@public.example"
	var got struct{ Members []struct{ ID string } }
	if code := s.ask(t, "POST", "/members/", nil, map[string]any{"members": []any{map[string]any{"name": name, "email": mail}}}, &got); code != 201 {
		t.Fatalf("no new member: %d", code)
	}
	return got.Members[0].ID, mail
}

// says is a reader who becomes a member and comments with her own browser; the
// number of her comment. Where the blog's mail is down, Ghost answers an error
// and keeps the comment all the same.
func (s site) says(t testing.TB, post, parent, name, text string) string {
	t.Helper()
	id, _ := s.join(t, name)
	var urls struct {
		In []struct{ URL string } `json:"member_signin_urls"`
	}
	s.ask(t, "GET", "/members/"+id+"/signin_urls/", nil, nil, &urls)
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar}
	res, err := browser.Get(urls.In[0].URL)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	c := map[string]any{"post_id": post, "html": text}
	if parent != "" {
		c["parent_id"] = parent
	}
	b, _ := json.Marshal(map[string]any{"comments": []any{c}})
	r, _ := http.NewRequestWithContext(t.Context(), "POST", s.url+"/members/api/comments/", bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	if res, err = browser.Do(r); err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != 201 && !strings.Contains(string(said), "EmailError") {
		t.Fatalf("the blog refused %q: %d %.300s", text, res.StatusCode, said)
	}
	var got struct{ Comments []struct{ ID string } }
	s.ask(t, "GET", "/comments/", url.Values{"filter": {"member_id:'" + id + "'"}, "include_nested": {"true"}}, nil, &got)
	if len(got.Comments) != 1 {
		t.Fatalf("%d comments stand, said once (HTTP %d)", len(got.Comments), res.StatusCode)
	}
	return got.Comments[0].ID
}

// erase is a member who deletes her comment, or the blog that does.
func (s site) set(t testing.TB, comment, status string) {
	t.Helper()
	if code := s.ask(t, "PUT", "/comments/"+comment+"/", nil, map[string]any{"comments": []any{map[string]any{"id": comment, "status": status}}}, nil); code != 200 {
		t.Fatalf("HTTP %d", code)
	}
}

func (s site) posts(t testing.TB) (all []standingPost) {
	t.Helper()
	var got struct{ Posts []standingPost }
	s.ask(t, "GET", "/posts/", url.Values{"limit": {"100"}, "formats": {"html"}, "order": {"created_at desc,id desc"}, "filter": {"status:published"}}, nil, &got)
	slices.Reverse(got.Posts)
	return got.Posts
}

// The one acceptance suite of the door, against the real Ghost.
func TestAcceptanceOnTheRealGhost(t *testing.T) {
	s := realSite(t)
	networktest.Run(t, func(t testing.TB, w *networktest.Wire) networktest.Stage {
		before := map[string]bool{}
		for _, p := range s.posts(t) {
			before[p.ID] = true
		}
		id, _, _ := strings.Cut(s.key, ":")
		return networktest.Stage{
			Driver:  ghost.New(config(w.Client())),
			Answers: map[string]map[string]string{"site": {"site": s.url, "key": s.key}},
			Wrong:   map[string]map[string]string{"site": {"site": s.url, "key": id + ":" + strings.Repeat("0a", 32)}},
			Standing: func(t testing.TB) (out []networktest.Standing) {
				for _, p := range s.posts(t) {
					if !before[p.ID] {
						out = append(out, p.standing())
					}
				}
				return out
			},
			Skip: map[string]string{"a forgotten token says signed out": "only the blog's owner can renew its key, and the tests have none of her password; a wrong key is tried at the sign-in"},
		}
	})
}

func real(t *testing.T) opened {
	s := realSite(t)
	_, mail := s.join(t, "Kerlann")
	return signIn(t, s, map[string]string{"site": s.url + "/ghost/#/posts", "key": s.key, "member": mail})
}

func TestAnArticleOnTheRealGhost(t *testing.T)              { anArticle(t, real(t)) }
func TestAnEditKeepsThePicturesOnTheRealGhost(t *testing.T) { anEditKeepsThePictures(t, real(t)) }
func TestAConversationOnTheRealGhost(t *testing.T)          { aConversation(t, real(t)) }

// A storm, all in few seconds: nothing missed, and more than a page comes whole.
func TestAStormOnTheRealGhost(t *testing.T) {
	s := realSite(t)
	o := real(t)
	r := o.publish(t, o.intent("Cent vingt voix"))
	from, err := o.p.Receive(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	member, _ := s.join(t, "Voix")
	want := map[string]bool{}
	for i := range 120 {
		text := fmt.Sprint("Voix ", i)
		if code := s.ask(t, "POST", "/comments/", nil, map[string]any{"comments": []any{map[string]any{
			"post_id": strings.TrimPrefix(string(r.Ref), "post/"), "member_id": member, "html": "<p>" + text + "</p>",
		}}}, nil); code != 201 {
			t.Fatalf("HTTP %d", code)
		}
		want[text] = true
	}
	for at, more := from.Next, true; more; {
		b, err := o.p.Receive(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range b.Items {
			delete(want, it.Text)
		}
		at, more = b.Next, b.More
	}
	if len(want) > 0 {
		t.Errorf("%d never arrived", len(want))
	}
}

// What Ghost itself refuses while we were reading: its own 409.
func TestTheLimitsOfTheRealGhost(t *testing.T) {
	o := real(t)
	p := func(change func(*network.Article)) network.Intent {
		in := o.intent("")
		in.Article = &network.Article{Title: strings.Repeat("é", 255), HTML: "<p>x</p>", Excerpt: strings.Repeat("e", 300), SEOTitle: strings.Repeat("t", 300), SEODescription: strings.Repeat("d", 500)}
		change(in.Article)
		return in
	}
	o.publish(t, p(func(*network.Article) {}))
	for name, change := range map[string]func(*network.Article){
		"title":           func(a *network.Article) { a.Title += "é" },
		"excerpt":         func(a *network.Article) { a.Excerpt += "e" },
		"SEO title":       func(a *network.Article) { a.SEOTitle += "t" },
		"SEO description": func(a *network.Article) { a.SEODescription += "d" },
	} {
		if _, err := o.p.Publish(t.Context(), p(change)); !fault.Is(err, fault.Invalid) || network.OutcomeOf(err) != network.NotSent {
			t.Errorf("%s, one over, by Presence: %v", name, err)
		}
		if _, err := o.acc.(network.Publisher).Publish(t.Context(), p(change)); fault.As(err).Key != "network.ghost.refused" || network.OutcomeOf(err) != network.Refused {
			t.Errorf("%s, one over, by Ghost: %v", name, err)
		}
	}
}

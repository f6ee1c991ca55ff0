package wordpress_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vigie/internal/network/networktest"
	"vigie/internal/networks/wordpress"
)

// site is a real WordPress (test/peers/wordpress/start), and the eyes and hands
// of the tests on it: its administrator over the API, and its public over the
// form under an article.
type site struct{ url, user, password string }

func realSite(t testing.TB) site {
	t.Helper()
	s := site{os.Getenv("VIGIE_PEER_WORDPRESS_URL"), os.Getenv("VIGIE_PEER_WORDPRESS_USER"), os.Getenv("VIGIE_PEER_WORDPRESS_PASSWORD")}
	if s.url == "" || s.user == "" || s.password == "" {
		t.Skip("no VIGIE_PEER_WORDPRESS_URL, _USER and _PASSWORD: the real WordPress is not tried (test/peers/wordpress/start brings one up)")
	}
	return s
}

// ask is the administrator's call, outside of the driver; it returns the status.
func (s site) ask(t testing.TB, method, route string, q url.Values, in, out any) int {
	t.Helper()
	body := io.Reader(nil)
	if in != nil {
		b, _ := json.Marshal(in)
		body = bytes.NewReader(b)
	}
	if q == nil {
		q = url.Values{}
	}
	q.Set("rest_route", route)
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+"/?"+q.Encode(), body)
	if err != nil {
		t.Fatal(err)
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.SetBasicAuth(s.user, s.password)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			t.Fatalf("%s %s: %d %.300s", method, route, res.StatusCode, b)
		}
	}
	return res.StatusCode
}

type writer struct {
	id             int
	name, password string
}

var people atomic.Int64

// hire makes a person of her own with a role and an application password.
func (s site) hire(t testing.TB, role string) writer {
	t.Helper()
	name := "claire" + strconv.FormatInt(time.Now().UnixNano()/1000, 36) + strconv.FormatInt(people.Add(1), 36)
	var made struct{ ID int }
	if code := s.ask(t, "POST", "/wp/v2/users", nil, map[string]any{
		"username": name, "email": name + "@kerlann.example", "password": "never used " + name, "roles": []string{role},
	}, &made); code != 201 {
		t.Fatalf("no new person: %d", code)
	}
	var pass struct{ Password string }
	s.ask(t, "POST", "/wp/v2/users/"+strconv.Itoa(made.ID)+"/application-passwords", nil, map[string]any{"name": "Vigie"}, &pass)
	if pass.Password == "" {
		t.Fatal("no application password")
	}
	return writer{made.ID, name, pass.Password}
}

// says is somebody of the public with the form under an article; the number of
// her comment.
func (s site) says(t testing.TB, post, parent int, name, text string) int {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for try := 0; ; try++ {
		res, err := client.PostForm(s.url+"/wp-comments-post.php", url.Values{
			"comment_post_ID": {strconv.Itoa(post)}, "comment_parent": {strconv.Itoa(parent)}, "comment": {text},
			// One address each: WordPress slows down who speaks twice in fifteen seconds.
			"author": {name}, "email": {strconv.FormatInt(people.Add(1), 36) + "@public.example"},
		})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		_, frag, _ := strings.Cut(res.Header.Get("Location"), "#comment-")
		if id, err := strconv.Atoi(frag); err == nil {
			return id
		}
		t.Fatalf("the form refused %q: %d %s", text, res.StatusCode, res.Header.Get("Location"))
	}
}

func (s site) answers(w writer) map[string]map[string]string {
	return map[string]map[string]string{"site": {"site": s.url, "user": w.name, "password": w.password}}
}

func config(c *http.Client) wordpress.Config {
	return wordpress.Config{HTTP: c, UserAgent: "Vigie-test/1", Settle: -1}
}

// The one acceptance suite of the door, against the real WordPress.
func TestAcceptanceOnTheRealWordPress(t *testing.T) {
	s := realSite(t)
	networktest.Run(t, func(t testing.TB, w *networktest.Wire) networktest.Stage {
		claire := s.hire(t, "editor")
		wrong := claire
		wrong.password = "wrong wrong wrong"
		return networktest.Stage{
			Driver: wordpress.New(config(w.Client())), Answers: s.answers(claire), Wrong: s.answers(wrong),
			Standing: func(t testing.TB) []networktest.Standing {
				var all []standingPost
				s.ask(t, "GET", "/wp/v2/posts", url.Values{"author": {strconv.Itoa(claire.id)}, "context": {"edit"}, "per_page": {"100"}, "orderby": {"id"}, "order": {"asc"}}, nil, &all)
				var out []networktest.Standing
				for _, p := range all {
					out = append(out, p.standing())
				}
				return out
			},
			SignOut: func(t testing.TB) {
				s.ask(t, "DELETE", "/wp/v2/users/"+strconv.Itoa(claire.id)+"/application-passwords", nil, nil, nil)
			},
		}
	})
}

package mastodon_test

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"vigie/internal/network"
	"vigie/internal/network/networktest"
	"vigie/internal/networks/mastodon"
	"vigie/internal/networks/mastodon/mastodontest"
)

const secret = "s3cr3t-t0ken-of-claire"

// config is the driver as tests want it: nothing waits.
func config(c *http.Client) mastodon.Config {
	return mastodon.Config{HTTP: c, UserAgent: "Vigie/test", AppURL: "https://vigie.example", Settle: -1, Poll: time.Millisecond}
}

func stage(o mastodontest.Options) networktest.Open {
	return func(t testing.TB, w *networktest.Wire) networktest.Stage {
		s := mastodontest.Start(t, o)
		s.Person("claire", secret)
		return networktest.Stage{
			Driver: mastodon.New(config(w.Client())),
			Answers: map[string]map[string]string{
				"server": {"server": s.URL}, "how": {"how": "token"}, "token": {"token": secret},
			},
			Wrong: map[string]map[string]string{
				"server": {"server": "not an address"}, "token": {"token": "wrong-token-of-nobody"},
			},
			Standing: func(t testing.TB) []networktest.Standing { return standing(s) },
			SignOut:  func(testing.TB) { s.EndToken(secret) },
			Public:   public(s),
		}
	}
}

// public is Yann, at his own client.
func public(s *mastodontest.Server) *networktest.Public {
	s.Person("yann", "")
	return &networktest.Public{
		Private: true,
		Turns:   30, // edits and deletions are looked for by turns
		Say: func(t testing.TB, x networktest.Saying) network.Ref {
			st := mastodontest.Status{Text: "@claire " + x.Text, InReplyTo: string(x.Under)}
			if x.Private {
				st.Visibility = "direct"
			}
			return network.Ref(s.Post("yann", st).ID)
		},
		Edit:  func(t testing.TB, ref network.Ref, text string) { s.Change(string(ref), "@claire "+text) },
		Erase: func(t testing.TB, ref network.Ref) { s.Erase(string(ref)) },
	}
}

func standing(s *mastodontest.Server) (out []networktest.Standing) {
	for _, st := range s.Statuses("claire") {
		v := networktest.Standing{Ref: network.Ref(st.ID), Text: st.Text, Parent: network.Ref(st.InReplyTo)}
		for _, id := range st.Media {
			m, _ := s.MediaOf(id)
			v.Alts = append(v.Alts, m.Alt)
		}
		out = append(out, v)
	}
	return out
}

// The one suite of all networks, on a server of each temper.
func TestAcceptanceOnTheStrictFake(t *testing.T) {
	t.Run("Mastodon", func(t *testing.T) { networktest.Run(t, stage(mastodontest.Options{})) })
	t.Run("GoToSocial", func(t *testing.T) {
		networktest.Run(t, stage(mastodontest.Options{GoToSocial: true, Privacy: "unlisted", MediaPolls: 3}))
	})
	t.Run("before 2022", func(t *testing.T) {
		networktest.Run(t, stage(mastodontest.Options{NoV2: true, MaxChars: 777, MediaPolls: 1}))
	})
}

// The same suite on a real server. Its posts are deleted afterwards.
func TestAcceptanceOnARealServer(t *testing.T) {
	base, tok := os.Getenv("VIGIE_PEER_MASTODON_URL"), os.Getenv("VIGIE_PEER_MASTODON_TOKEN")
	if base == "" || tok == "" {
		t.Skip("no real Mastodon-API server was given: set VIGIE_PEER_MASTODON_URL and VIGIE_PEER_MASTODON_TOKEN")
	}
	// Signed in once: a real server counts its callers' requests.
	d := mastodon.New(config(http.DefaultClient))
	step, err := d.Begin(t.Context())
	answers := map[string]map[string]string{"server": {"server": base}, "how": {"how": "token"}, "token": {"token": tok}}
	for err == nil && step.ID != network.Done {
		step, err = d.Next(t.Context(), step, answers[step.ID])
	}
	if err != nil {
		t.Fatalf("sign-in: %v", err)
	}
	networktest.Run(t, func(t testing.TB, w *networktest.Wire) networktest.Stage {
		real := &realServer{base: strings.TrimRight(base, "/"), token: tok, self: string(step.Profile.Ref), began: time.Now().Add(-2 * time.Second)}
		real.clear(t) // the suite counts what stands: each case begins with none
		t.Cleanup(func() { real.clear(t) })
		c := config(w.Client())
		c.Poll = time.Second
		return networktest.Stage{
			Driver: mastodon.New(c), Answers: answers, Credentials: &step.Credentials,
			Wrong:    map[string]map[string]string{"token": {"token": "wrong-token-of-nobody"}},
			Standing: real.standing, Public: real.public(t, os.Getenv("VIGIE_PEER_MASTODON_TOKEN_2"), step.Profile.Handle),
			Skip: map[string]string{"a page that is full, and one more": "283 posts are more than a server lets one person write"},
		}
	})
}

// realServer looks at the account from outside of the driver, only at what
// was posted since the test began: an account with a history can be used.
type realServer struct {
	base, token, self string
	began             time.Time
}

// public is a second person of the real server; nil without her token.
func (r *realServer) public(t testing.TB, token, us string) *networktest.Public {
	if token == "" {
		t.Log("no VIGIE_PEER_MASTODON_TOKEN_2: nobody speaks to the account, receiving is not tried on the real server")
		return nil
	}
	ask := func(t testing.TB, method, path string, form url.Values, into any) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, r.base+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("User-Agent", "Vigie/test")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		if res.StatusCode >= 300 {
			t.Fatalf("%s %s: %d %.300s", method, path, res.StatusCode, b)
		}
		if into != nil {
			if err := json.Unmarshal(b, into); err != nil {
				t.Fatal(err)
			}
		}
	}
	name, _, _ := strings.Cut(us, "@")
	return &networktest.Public{
		Private: true, Turns: 30,
		Say: func(t testing.TB, x networktest.Saying) network.Ref {
			form := url.Values{"status": {"@" + name + " " + strings.ReplaceAll(x.Text, "\x00", "")}, "visibility": {"public"}}
			if x.Private {
				form.Set("visibility", "direct")
			}
			if x.Under != "" {
				form.Set("in_reply_to_id", string(x.Under))
			}
			var made realStatus
			ask(t, "POST", "/api/v1/statuses", form, &made)
			// Servers tell from a queue: wait until it is told.
			tick := time.NewTicker(100 * time.Millisecond)
			defer tick.Stop()
			for late := time.After(time.Minute); ; {
				var told []struct{ Status *realStatus }
				r.get(t, "GET", "/api/v1/notifications?limit=20", &told)
				if slices.ContainsFunc(told, func(n struct{ Status *realStatus }) bool { return n.Status != nil && n.Status.ID == made.ID }) {
					return network.Ref(made.ID)
				}
				select {
				case <-tick.C:
				case <-late:
					t.Fatal("the server told nobody in a minute")
				}
			}
		},
		Edit: func(t testing.TB, ref network.Ref, text string) {
			ask(t, "PUT", "/api/v1/statuses/"+string(ref), url.Values{"status": {"@" + name + " " + text}}, nil)
		},
		Erase: func(t testing.TB, ref network.Ref) { ask(t, "DELETE", "/api/v1/statuses/"+string(ref), nil, nil) },
	}
}

type realStatus struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Content   string    `json:"content"`
	Parent    *string   `json:"in_reply_to_id"`
	Media     []struct {
		Description string `json:"description"`
	} `json:"media_attachments"`
}

// get reports false for what is not there.
func (r *realServer) get(t testing.TB, method, path string, into any) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.base+path, nil)
	if t.Context().Err() != nil { // in a Cleanup
		req, err = http.NewRequest(method, r.base+path, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("User-Agent", "Vigie/test")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	switch {
	case res.StatusCode == http.StatusNotFound && method == "GET":
		return false
	case res.StatusCode >= 300:
		t.Fatalf("%s %s: %d %.300s", method, path, res.StatusCode, b)
	}
	if into != nil {
		if err := json.Unmarshal(b, into); err != nil {
			t.Fatal(err)
		}
	}
	// The one wait of these tests: a real server lets 300 requests through in
	// five minutes, and a case that meets its 429 half way would prove nothing.
	left, err := strconv.Atoi(res.Header.Get("X-RateLimit-Remaining"))
	reset, err2 := time.Parse(time.RFC3339, res.Header.Get("X-RateLimit-Reset"))
	if err == nil && err2 == nil && left < 40 {
		if wait := time.Until(reset); wait > 0 && wait < 6*time.Minute {
			t.Logf("%d requests are left: waiting %s for the server's next window", left, wait.Round(time.Second))
			time.Sleep(wait + time.Second)
		}
	}
	return true
}

func (r *realServer) posts(t testing.TB) (out []realStatus) {
	var all []realStatus
	r.get(t, "GET", "/api/v1/accounts/"+r.self+"/statuses?exclude_reblogs=true&limit=40", &all)
	for _, s := range all {
		if s.CreatedAt.After(r.began) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b realStatus) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (r *realServer) clear(t testing.TB) {
	for _, s := range r.posts(t) {
		r.get(t, "DELETE", "/api/v1/statuses/"+s.ID, nil)
	}
}

func (r *realServer) standing(t testing.TB) (out []networktest.Standing) {
	for _, s := range r.posts(t) {
		v := networktest.Standing{Ref: network.Ref(s.ID), Text: plain(s.Content)}
		var src struct {
			Text string `json:"text"`
		}
		if r.get(t, "GET", "/api/v1/statuses/"+s.ID+"/source", &src) {
			v.Text = src.Text // as it was written
		}
		if s.Parent != nil {
			v.Parent = network.Ref(*s.Parent)
		}
		for _, m := range s.Media {
			v.Alts = append(v.Alts, m.Description)
		}
		out = append(out, v)
	}
	return out
}

// plain reads a post's HTML by itself, not with the driver's code.
func plain(content string) string {
	content = strings.NewReplacer("<br>", "\n", "<br/>", "\n", "<br />", "\n", "</p><p>", "\n\n").Replace(content)
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(content))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			b.WriteString(z.Token().Data)
		}
	}
}

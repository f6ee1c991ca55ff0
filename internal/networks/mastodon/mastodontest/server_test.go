package mastodontest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/networks/mastodon/mastodontest"
)

type caller struct {
	t     *testing.T
	h     http.Handler
	token string
}

func (c caller) do(method, path, body string, header ...string) (int, map[string]any) {
	c.t.Helper()
	r := httptest.NewRequest(method, "http://fake.example"+path, strings.NewReader(body))
	r.Header.Set("User-Agent", "test")
	r.Header.Set("Authorization", "Bearer "+c.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	b, _ := io.ReadAll(w.Body)
	var v map[string]any
	_ = json.Unmarshal(b, &v)
	return w.Code, v
}

func fake(t *testing.T, o mastodontest.Options) (*mastodontest.Server, caller) {
	t.Helper()
	s, err := mastodontest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.Person("claire", "tok")
	return s, caller{t, s, "tok"}
}

func TestStrictnessIsAComplaint(t *testing.T) {
	for name, call := range map[string]func(caller){
		"unknown route":     func(c caller) { c.do("GET", "/api/v1/trends/tags", "") },
		"unknown method":    func(c caller) { c.do("PATCH", "/api/v1/statuses/1", "") },
		"unknown parameter": func(c caller) { c.do("POST", "/api/v1/statuses", `{"status":"a","stauts":"b"}`) },
		"unknown query":     func(c caller) { c.do("GET", "/api/v1/timelines/home?maxid=3", "") },
		"no User-Agent":     func(c caller) { c.do("GET", "/api/v1/timelines/home", "", "User-Agent", "") },
		"unknown header":    func(c caller) { c.do("GET", "/api/v1/timelines/home", "", "X-Surprise", "1") },
		"broken JSON":       func(c caller) { c.do("POST", "/api/v1/statuses", `{"status":`) },
		"media as a word":   func(c caller) { c.do("POST", "/api/v1/statuses", `{"status":"a","media_ids":"3"}`) },
		"odd language":      func(c caller) { c.do("POST", "/api/v1/statuses", `{"status":"a","language":"french"}`) },
	} {
		s, c := fake(t, mastodontest.Options{})
		if call(c); len(s.Complaints()) == 0 {
			t.Errorf("%s: no complaint", name)
		}
	}
	s, c := fake(t, mastodontest.Options{})
	if code, _ := c.do("POST", "/api/v1/statuses", `{"status":"a"}`); code != 200 || len(s.Complaints()) != 0 {
		t.Errorf("an ordinary post: %d %v", code, s.Complaints())
	}
}

// Length as docs.joinmastodon.org/user/posting says: a link 23, a mention
// without its server, a family emoji one, the warning with the text.
func TestLengthIsCountedAsMastodonCounts(t *testing.T) {
	long := "https://example.com/" + strings.Repeat("a", 200)
	for _, c := range []struct {
		text, warning string
		max           int
	}{
		{strings.Repeat("é", 10), "", 10},
		{"a " + long, "", 25},
		{"(" + long + ").", "", 26},
		{"@claire@mastodon.example bonjour", "", 15},
		{"👨‍👩‍👧‍👦", "", 1},
		{"abc", "def", 6},
	} {
		body, _ := json.Marshal(map[string]any{"status": c.text, "spoiler_text": c.warning})
		_, at := fake(t, mastodontest.Options{MaxChars: c.max})
		if code, v := at.do("POST", "/api/v1/statuses", string(body)); code != 200 {
			t.Errorf("%.40q at %d: %d %v", c.text, c.max, code, v)
		}
		_, over := fake(t, mastodontest.Options{MaxChars: c.max - 1})
		if c.max == 1 {
			continue // 0 means the default
		}
		if code, v := over.do("POST", "/api/v1/statuses", string(body)); code != 422 || !strings.Contains(v["error"].(string), "character limit") {
			t.Errorf("%.40q over %d: %d %v", c.text, c.max-1, code, v)
		}
	}
}

func TestAPostIsValidated(t *testing.T) {
	_, c := fake(t, mastodontest.Options{})
	for body, want := range map[string]int{
		`{"status":""}`:                               422,
		`{"status":"   "}`:                            422,
		`{"status":"a","visibility":"friends"}`:       422,
		`{"status":"a","in_reply_to_id":"404"}`:       404,
		`{"status":"a","media_ids":["404"]}`:          422,
		`{"status":"a","media_ids":[1,2,3,4,5]}`:      422,
		`{"spoiler_text":"only a warning"}`:           200,
		`{"status":"à la fin","visibility":"direct"}`: 200,
	} {
		if code, v := c.do("POST", "/api/v1/statuses", body); code != want {
			t.Errorf("%s: %d %v, want %d", body, code, v, want)
		}
	}
	c.token = "nobody"
	if code, _ := c.do("POST", "/api/v1/statuses", `{"status":"a"}`); code != 401 {
		t.Errorf("a stranger: %d", code)
	}
}

func TestIdempotencyIsKeptAnHourOrIgnored(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	s, c := fake(t, mastodontest.Options{Now: func() time.Time { return now }})
	post := func() { c.do("POST", "/api/v1/statuses", `{"status":"a"}`, "Idempotency-Key", "k") }
	post()
	post()
	if n := len(s.Statuses("claire")); n != 1 {
		t.Errorf("%d posts within the hour", n)
	}
	now = now.Add(61 * time.Minute)
	if post(); len(s.Statuses("claire")) != 2 {
		t.Error("the key outlived its hour")
	}
	g, c := fake(t, mastodontest.Options{GoToSocial: true})
	post()
	if post(); len(g.Statuses("claire")) != 2 {
		t.Error("GoToSocial honoured the key")
	}
}

// What was taken stays taken when the process is killed: the file is all.
func TestADurableFakeKeepsItsWord(t *testing.T) {
	dir := t.TempDir()
	s, c := fake(t, mastodontest.Options{Dir: dir})
	_, kept := c.do("POST", "/api/v1/statuses", `{"status":"gardé"}`, "Idempotency-Key", "k")
	_, gone := c.do("POST", "/api/v1/statuses", `{"status":"retiré"}`)
	c.do("DELETE", "/api/v1/statuses/"+gone["id"].(string), "")
	_ = s.Close() // nothing is flushed here that was not before

	// A line cut by the kill harms nothing.
	f, err := os.OpenFile(filepath.Join(dir, "journal.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteString(`{"kind":"status","data":{"id":"1`)
	_ = f.Close()

	again, c := fake(t, mastodontest.Options{Dir: dir})
	got := again.Statuses("claire")
	if len(got) != 1 || got[0].ID != kept["id"] || got[0].Text != "gardé" {
		t.Fatalf("after the kill: %+v", got)
	}
	_, same := c.do("POST", "/api/v1/statuses", `{"status":"gardé"}`, "Idempotency-Key", "k")
	if same["id"] != kept["id"] {
		t.Error("the key was forgotten")
	}
	if _, next := c.do("POST", "/api/v1/statuses", `{"status":"neuf"}`); next["id"].(string) <= kept["id"].(string) {
		t.Error("ids went back")
	}
}

package feedcomments

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/platform/fetch"
)

// blog is a strict fake: a header that it does not expect fails the test.
type blog struct {
	mu     sync.Mutex
	status int
	header map[string]string
	body   string
	tag    string
	asked  int
	whole  int // how often all of it was sent
}

func (b *blog) set(body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.body, b.tag = body, fmt.Sprintf(`"%s"`, digest(body)[:8])
}

func newBlog(t *testing.T) (*blog, *account) {
	b := &blog{status: http.StatusOK, header: map[string]string{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.asked++
		if r.Method != http.MethodGet || r.URL.Path != "/comments/feed/" || r.UserAgent() != "Vigie-test" {
			t.Errorf("%s %s by %q", r.Method, r.URL, r.UserAgent())
		}
		for k, v := range b.header {
			w.Header().Set(k, v)
		}
		w.Header().Set("ETag", b.tag)
		if b.status == http.StatusOK && r.Header.Get("If-None-Match") == b.tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		b.whole++
		w.WriteHeader(b.status)
		fmt.Fprint(w, b.body)
	}))
	t.Cleanup(s.Close)
	client := fetch.New(fetch.Config{AllowPrivate: fetch.Loopback})
	t.Cleanup(client.CloseIdleConnections)
	d := New(Config{HTTP: client, UserAgent: "Vigie-test"}).(*driver)
	return b, &account{d: d, feed: s.URL + "/comments/feed/", ref: "x"}
}

func rss(items ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:thr="http://purl.org/syndication/thread/1.0"><channel><title>Commentaires pour Le quai</title><link>https://quai.example</link>` + strings.Join(items, "") + `</channel></rss>`
}

func comment(n int, text string) string {
	return fmt.Sprintf(`<item><title>Sur Le salon par Maëlle</title><link>https://quai.example/salon#comment-%d</link><dc:creator>Maëlle</dc:creator><pubDate>Fri, 20 Nov 2026 10:%02d:00 +0000</pubDate><guid isPermaLink="false">https://quai.example/?p=1#comment-%d</guid><content:encoded><![CDATA[%s]]></content:encoded></item>`, n, n, n, text)
}

// I1: a comment is told once, its edit too, and an unchanged feed costs a 304.
func TestACommentIsToldOnceAndItsEdit(t *testing.T) {
	b, a := newBlog(t)
	b.set(rss(comment(2, "deux"), comment(1, "un")))
	first, err := a.Receive(t.Context(), "")
	if err != nil || len(first.Items) != 0 || first.Next == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	b.set(rss(comment(4, "<p>quatre</p>"), comment(3, `<p>trois <script>x()</script><a href="https://a.example">ici</a></p>`), comment(2, "deux"), comment(1, "un, corrigé")))
	second, err := a.Receive(t.Context(), first.Next)
	if err != nil || len(second.Items) != 3 {
		t.Fatalf("%+v, %v", second, err)
	}
	it := second.Items[1]
	if it.Kind != network.Comment || it.Ref != "https://quai.example/?p=1#comment-3" || it.Text != "trois ici (https://a.example)" || it.URL != "https://quai.example/salon#comment-3" || it.Author.Name != "Maëlle" || it.Author.Ref == "" || it.HTML != "" || it.At.IsZero() {
		t.Errorf("%+v", it)
	}
	if second.Items[0].Text != "un, corrigé" || second.Items[2].Text != "quatre" {
		t.Errorf("%+v", second.Items)
	}
	whole := b.whole
	third, err := a.Receive(t.Context(), second.Next)
	if err != nil || len(third.Items) != 0 || third.Next != second.Next || b.whole != whole {
		t.Errorf("%+v, %v, sent whole %d times", third, err, b.whole-whole)
	}
	again, err := a.Receive(t.Context(), first.Next)
	if err != nil || len(again.Items) != 3 || again.Items[1].Ref != it.Ref || again.Items[1].Version != it.Version {
		t.Errorf("read again: %+v, %v", again, err)
	}
	// What fell out at the end was not deleted.
	b.set(rss(comment(4, "<p>quatre</p>")))
	fourth, err := a.Receive(t.Context(), second.Next)
	if err != nil || len(fourth.Items) != 0 {
		t.Errorf("%+v, %v", fourth, err)
	}
	past, err := a.History(t.Context(), "")
	if err != nil || len(past.Items) != 1 || past.More {
		t.Errorf("%+v, %v", past, err)
	}
	if end, err := a.History(t.Context(), past.Next); err != nil || len(end.Items) != 0 || end.More {
		t.Errorf("%+v, %v", end, err)
	}
	for _, c := range []network.Cursor{"x", "f1.!", "f1.e30x"} {
		if _, err := a.Receive(t.Context(), c); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "cursor" {
			t.Errorf("%s: %v", c, err)
		}
	}
}

// What a blog answers in place of its feed is understood.
func TestAFeedThatIsNotThere(t *testing.T) {
	b, a := newBlog(t)
	b.set(rss())
	for _, c := range []struct {
		status int
		header map[string]string
		kind   fault.Kind
		wait   time.Duration
	}{
		{410, nil, fault.SignedOut, 0},
		{404, nil, fault.NotFound, 0},
		{403, nil, fault.SignedOut, 0},
		{429, map[string]string{"Retry-After": "120"}, fault.TooMany, 2 * time.Minute},
		{429, nil, fault.TooMany, 10 * time.Minute},
		{429, map[string]string{"Retry-After": "99999999"}, fault.TooMany, 24 * time.Hour},
		{503, map[string]string{"Retry-After": "30"}, fault.Transient, 30 * time.Second},
	} {
		b.status, b.header = c.status, c.header
		_, err := a.Receive(t.Context(), "")
		if e := fault.As(err); e == nil || e.Kind != c.kind || e.RetryAfter != c.wait {
			t.Errorf("%d: %v", c.status, err)
		}
		b.header = map[string]string{}
	}
	b.status = http.StatusOK
	for _, body := range []string{"", "<html><p>une page</p></html>", "{", "<rss"} {
		b.set(body)
		if _, err := a.Receive(t.Context(), ""); fault.As(err) == nil || fault.As(err).Key != "network.feedcomments.no_feed" {
			t.Errorf("%q: %v", body, err)
		}
	}
	b.set(strings.Repeat(" ", maxFeed+10))
	if _, err := a.Receive(t.Context(), ""); fault.As(err) == nil || fault.As(err).Key != "network.huge" {
		t.Errorf("%v", err)
	}
	if _, err := (&account{d: New(Config{HTTP: fetch.New(fetch.Config{})}).(*driver), feed: a.feed}).Receive(t.Context(), ""); fault.As(err).Key != "network.feedcomments.private" {
		t.Errorf("a private address: %v", err)
	}
}

// Feeds as they are: Atom, other charsets, no guid, control characters.
func TestFeedsAsTheyAre(t *testing.T) {
	b, a := newBlog(t)
	for name, c := range map[string]struct{ body, text, ref string }{
		"Atom":             {`<feed xmlns="http://www.w3.org/2005/Atom"><title>c</title><entry><id>tag:x,1</id><title>t</title><author><name>A</name></author><updated>2026-11-20T10:00:00Z</updated><content type="html">&lt;b&gt;gras&lt;/b&gt;</content></entry></feed>`, "gras", "tag:x,1"},
		"Latin-1":          {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss version=\"2.0\"><channel><title>c</title><item><guid>g</guid><description>\xe9t\xe9</description></item></channel></rss>", "été", "g"},
		"no guid":          {rss(`<item><link>/p#c1</link><description>sans</description></item>`), "sans", strings.TrimSuffix(a.feed, "/comments/feed/") + "/p#c1"},
		"controls":         {rss("<item><guid>g</guid><description>a\x00b\x0bc</description></item>"), "abc", "g"},
		"a link that runs": {rss(`<item><guid>g</guid><link>javascript:alert(1)</link><description>x</description></item>`), "x", "g"},
	} {
		b.set(c.body)
		got, err := a.History(t.Context(), "")
		if err != nil || len(got.Items) != 1 || got.Items[0].Text != c.text || string(got.Items[0].Ref) != c.ref || strings.HasPrefix(got.Items[0].URL, "javascript") {
			t.Errorf("%s: %+v, %v", name, got.Items, err)
		}
	}
	b.set(rss(`<item><description>ni nom ni lien</description></item>`))
	if got, err := a.History(t.Context(), ""); err != nil || len(got.Items) != 0 && !strings.HasPrefix(string(got.Items[0].Ref), "sha256:") {
		t.Errorf("%+v, %v", got.Items, err)
	}
}

// A feed cannot be written to, and says so before any call.
func TestAFeedTakesNothing(t *testing.T) {
	b, a := newBlog(t)
	b.set(rss())
	p := network.NewPresence(Kind, a, network.PresenceConfig{})
	for _, in := range []network.Intent{{Key: "a", Text: "x"}, {Key: "b", Text: "x", Answer: true, Parent: "y"}} {
		if _, err := p.Publish(t.Context(), in); !fault.Is(err, fault.Unsupported) || network.OutcomeOf(err) != network.NotSent {
			t.Errorf("%v", err)
		}
	}
	c, _ := a.Capabilities(t.Context())
	if ps := network.Check(network.Draft{Parts: []string{"x"}, Answer: true}, c); len(ps) != 1 || ps[0].Key != "network.check.no_answer" {
		t.Errorf("%+v", ps)
	}
	// Signed in with what a person pastes; a blog that moved is the same channel.
	d := a.d
	s, _ := d.Begin(t.Context())
	done, err := d.Next(t.Context(), s, map[string]string{fieldFeed: " feed:" + a.feed + "#x "})
	if err != nil || done.Profile.Name != "Commentaires pour Le quai" || done.Profile.URL != "https://quai.example" {
		t.Fatalf("%+v, %v", done.Profile, err)
	}
	again, _ := d.Revise(t.Context(), done.Credentials)
	if end, err := d.Next(t.Context(), again, map[string]string{fieldFeed: a.feed}); err != nil || end.Profile.Ref != done.Profile.Ref {
		t.Errorf("%+v, %v", end.Profile, err)
	}
	for _, bad := range []string{"", "ftp://x.example/f", "https://u:p@x.example", "javascript:x"} {
		if _, err := d.Next(t.Context(), s, map[string]string{fieldFeed: bad}); !fault.Is(err, fault.Invalid) || fault.As(err).Field != fieldFeed {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

package bluesky_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// peer is the real network of test/peers/bluesky/start, and the eyes of the
// tests on it: the PDS for what stands in a repository, the AppView for what
// people see.
type peer struct{ url, bsky, domain string }

func realPeer(t testing.TB) peer {
	t.Helper()
	p := peer{os.Getenv("VIGIE_PEER_BLUESKY_URL"), os.Getenv("VIGIE_PEER_BLUESKY_BSKY"), os.Getenv("VIGIE_PEER_BLUESKY_DOMAIN")}
	if p.url == "" {
		t.Skip("no VIGIE_PEER_BLUESKY_URL: the real Bluesky is not tried (test/peers/bluesky/start brings one up)")
	}
	if p.domain == "" {
		p.domain = ".test"
	}
	return p
}

func (p peer) wantsAppView(t testing.TB) {
	t.Helper()
	if p.bsky == "" {
		t.Skip("no VIGIE_PEER_BLUESKY_BSKY: the peer has no AppView, what people see is not tried")
	}
}

// xrpc asks and returns the status; out may be nil.
func (p peer) xrpc(t testing.TB, base, method string, q url.Values, token string, in, out any) int {
	t.Helper()
	verb, body := http.MethodGet, io.Reader(nil)
	if in != nil {
		b, _ := json.Marshal(in)
		verb, body = http.MethodPost, bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(t.Context(), verb, base+"/xrpc/"+method+"?"+q.Encode(), body)
	if err != nil {
		t.Fatal(err)
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	if res.StatusCode == 200 && out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			t.Fatalf("%s: %v in %.300s", method, err, b)
		}
	}
	if in != nil && res.StatusCode != 200 {
		t.Fatalf("%s: %d %s", method, res.StatusCode, b)
	}
	return res.StatusCode
}

type person struct{ did, handle, password, access string }

var seat struct {
	sync.Mutex
	n int
}

// join makes a person with an app password, as people sign in to other programs.
func (p peer) join(t testing.TB, name string) person {
	t.Helper()
	seat.Lock()
	seat.n++
	name = fmt.Sprintf("%s%d%05d", name, seat.n, time.Now().UnixMilli()%100000)
	seat.Unlock()
	var s struct{ DID, Handle, AccessJwt string }
	p.xrpc(t, p.url, "com.atproto.server.createAccount", nil, "", map[string]string{
		"handle": name + p.domain, "email": name + "@example.com", "password": "a long main password",
	}, &s)
	var app struct{ Password string }
	p.xrpc(t, p.url, "com.atproto.server.createAppPassword", nil, s.AccessJwt, map[string]string{"name": "vigie"}, &app)
	return person{s.DID, s.Handle, app.Password, s.AccessJwt}
}

type record struct {
	URI, CID string
	Value    struct {
		Text, CreatedAt string
		Langs           []string
		Facets          []struct {
			Index    struct{ ByteStart, ByteEnd int }
			Features []struct {
				Type          string `json:"$type"`
				URI, DID, Tag string
			}
		}
		Embed struct {
			Images []struct {
				Alt         string
				AspectRatio struct{ Width, Height int }
			}
		}
		Reply  *struct{ Root, Parent struct{ URI, CID string } }
		Labels struct{ Values []struct{ Val string } }
	}
}

// standing is every post of a repository, oldest first.
func (p peer) standing(t testing.TB, did string) []record {
	t.Helper()
	var got struct{ Records []record }
	p.xrpc(t, p.url, "com.atproto.repo.listRecords", url.Values{
		"repo": {did}, "collection": {"app.bsky.feed.post"}, "limit": {"100"}, "reverse": {"true"},
	}, "", nil, &got)
	return byAge(got.Records)
}

type threadView struct {
	Post struct {
		URI, CID string
		Author   struct{ DID, Handle string }
		Record   struct{ Text string }
		Embed    struct {
			Type   string `json:"$type"`
			Images []struct {
				Alt, Thumb, Fullsize string
				AspectRatio          struct{ Width, Height int }
			}
		}
		Labels     []struct{ Val, Src string }
		ReplyCount int
	}
	Parent  *threadView
	Replies []threadView
}

// seen polls the AppView until it shows the post as ok wants it.
func (p peer) seen(t testing.TB, r network.Receipt, ok func(threadView) bool) threadView {
	t.Helper()
	uri, _, _ := strings.Cut(string(r.Ref), "|")
	var last threadView
	p.until(t, "the AppView to show "+uri, func() bool {
		var got struct{ Thread threadView }
		if p.xrpc(t, p.bsky, "app.bsky.feed.getPostThread", url.Values{"uri": {uri}, "depth": {"10"}}, "", nil, &got) != 200 {
			return false
		}
		last = got.Thread
		return ok == nil || ok(last)
	})
	return last
}

func (p peer) until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(2 * time.Minute); !ok(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited two minutes for %s", what)
		}
	}
}

func TestRealTextShowsItsLinkItsMentionAndItsTag(t *testing.T) {
	p := realPeer(t)
	claire, yann := p.join(t, "claire"), p.join(t, "yann")
	d := driver(newWire())
	me, k := signIn(t, d, p.url, "@"+strings.ToUpper(claire.handle), claire.password)
	if me.Handle != claire.handle || string(me.Ref) != claire.did || me.Server != p.url {
		t.Errorf("profile: %+v", me)
	}
	if left := time.Until(me.Expires); left < 30*24*time.Hour || left > 400*24*time.Hour {
		t.Errorf("the session ends %s", me.Expires)
	}
	a := open(t, d, k)
	text := "Été 🥞 chez @" + yann.handle + ", pas chez @personne.test : https://kerlann.example/galettes?a=é (et kerlann.fr/blé) #Crêpes 👨‍👩‍👧‍👦"
	in := intent(text)
	in.Options.Languages = []string{"fr", "br"}
	r := publish(t, a, in)
	if want := "https://bsky.app/profile/" + claire.handle + "/post/"; !strings.HasPrefix(r.URL, want) {
		t.Errorf("permalink %s", r.URL)
	}
	got := p.standing(t, claire.did)
	if len(got) != 1 || got[0].Value.Text != text || strings.Join(got[0].Value.Langs, " ") != "fr br" {
		t.Fatalf("standing: %+v", got)
	}
	var shown []string
	for _, f := range got[0].Value.Facets {
		x := f.Features[0]
		shown = append(shown, text[f.Index.ByteStart:f.Index.ByteEnd]+" → "+x.URI+x.DID+x.Tag)
	}
	want := []string{
		"@" + yann.handle + " → " + yann.did,
		"https://kerlann.example/galettes?a=é → https://kerlann.example/galettes?a=é",
		"kerlann.fr/blé → https://kerlann.fr/blé",
		"#Crêpes → Crêpes",
	}
	if strings.Join(shown, "\n") != strings.Join(want, "\n") {
		t.Errorf("facets:\n%s\nwant\n%s", strings.Join(shown, "\n"), strings.Join(want, "\n"))
	}
	p.wantsAppView(t)
	v := p.seen(t, r, nil)
	if v.Post.Record.Text != text || v.Post.Author.Handle != claire.handle {
		t.Errorf("seen: %+v", v.Post)
	}
	p.notified(t, yann, "mention", 1)
}

// notified waits until a person has n notifications, and wants them all to be
// of the reason.
func (p peer) notified(t testing.TB, who person, reason string, n int) {
	t.Helper()
	var got struct {
		Notifications []struct{ Reason, URI string }
	}
	p.until(t, who.handle+" to be told", func() bool {
		got.Notifications = nil
		p.xrpc(t, p.url, "app.bsky.notification.listNotifications", nil, who.access, nil, &got)
		return len(got.Notifications) >= n
	})
	if len(got.Notifications) != n || got.Notifications[0].Reason != reason {
		t.Errorf("%s was told %+v, want %d %s", who.handle, got.Notifications, n, reason)
	}
}

func TestRealPicturesKeepTheirAltTextAndTheirShape(t *testing.T) {
	p := realPeer(t)
	claire := p.join(t, "claire")
	d := driver(newWire())
	_, k := signIn(t, d, p.url, claire.handle, claire.password)
	a := open(t, d, k)
	in := intent("Deux images")
	in.Options.Sensitive = true
	in.Media = []network.Media{
		upload(t, a, picture(t, 320, 200), "Un phare, vu de la mer", 320, 200),
		upload(t, a, picture(t, 90, 160), "", 90, 160),
	}
	r := publish(t, a, in)
	got := p.standing(t, claire.did)[0].Value
	if len(got.Embed.Images) != 2 || got.Embed.Images[0].Alt != "Un phare, vu de la mer" || len(got.Labels.Values) != 1 {
		t.Errorf("record: %+v", got)
	}
	p.wantsAppView(t)
	v := p.seen(t, r, func(v threadView) bool { return len(v.Post.Embed.Images) > 0 })
	i := v.Post.Embed.Images
	if len(i) != 2 || i[0].Alt != "Un phare, vu de la mer" || i[0].AspectRatio.Width != 320 || i[0].AspectRatio.Height != 200 ||
		i[1].AspectRatio.Height != 160 || i[0].Fullsize == "" || v.Post.Embed.Type != "app.bsky.embed.images#view" {
		t.Errorf("seen: %+v", v.Post.Embed)
	}
	if len(v.Post.Labels) != 1 || v.Post.Labels[0].Val != "graphic-media" || v.Post.Labels[0].Src != claire.did {
		t.Errorf("labels: %+v", v.Post.Labels)
	}
}

func TestRealThreadOfThreeHangsTogether(t *testing.T) {
	p := realPeer(t)
	claire := p.join(t, "claire")
	d := driver(newWire())
	_, k := signIn(t, d, p.url, claire.handle, claire.password)
	a := open(t, d, k)
	one := publish(t, a, intent("Un"))
	in := intent("Deux")
	in.Parent, in.Root = one.Ref, one.Ref
	two := publish(t, a, in)
	in = intent("Trois")
	in.Parent, in.Root = two.Ref, one.Ref
	three := publish(t, a, in)
	if two.Root != one.Ref || three.Root != one.Ref {
		t.Errorf("roots: %q, %q", two.Root, three.Root)
	}
	p.wantsAppView(t)
	v := p.seen(t, one, func(v threadView) bool { return len(v.Replies) == 1 && len(v.Replies[0].Replies) == 1 })
	if v.Replies[0].Post.Record.Text != "Deux" || v.Replies[0].Replies[0].Post.Record.Text != "Trois" {
		t.Errorf("thread: %+v", v)
	}
}

func TestRealAnswerFindsTheBeginningOfSomebodysThreadAndMentionsHer(t *testing.T) {
	p := realPeer(t)
	claire, yann := p.join(t, "claire"), p.join(t, "yann")
	d := driver(newWire())
	_, ky := signIn(t, d, p.url, yann.handle, yann.password)
	ya := open(t, d, ky)
	first := publish(t, ya, intent("Une question"))
	in := intent("et sa suite")
	in.Parent, in.Root = first.Ref, first.Ref
	second := publish(t, ya, in)

	_, kc := signIn(t, d, p.url, claire.handle, claire.password)
	in = intent("Bonjour @" + yann.handle + " ! Voici.")
	in.Parent = second.Ref // the root is not known to the one who answers
	r := publish(t, open(t, d, kc), in)
	if r.Root != first.Ref {
		t.Errorf("root %q, want %q", r.Root, first.Ref)
	}
	p.wantsAppView(t)
	v := p.seen(t, r, func(v threadView) bool { return v.Parent != nil && v.Parent.Parent != nil })
	if v.Parent.Post.Record.Text != "et sa suite" || v.Parent.Parent.Post.Record.Text != "Une question" {
		t.Errorf("seen: %+v", v)
	}
	p.notified(t, yann, "mention", 1) // once, not as an answer too
}

func TestRealIntentSentTwiceIsOneRecord(t *testing.T) {
	p := realPeer(t)
	claire := p.join(t, "claire")
	d := driver(newWire())
	_, k := signIn(t, d, p.url, claire.handle, claire.password)
	in := intent("Une seule fois, avec @" + claire.handle)
	one := publish(t, open(t, d, k), in)
	two := publish(t, open(t, d, k), in)
	if one.Ref != two.Ref || one.URL != two.URL || len(p.standing(t, claire.did)) != 1 {
		t.Errorf("doubled: %+v, %+v", one, two)
	}
	// What stands under the key is never replaced, whatever is sent there.
	in.Text = "autre chose"
	three, err := open(t, d, k).Publish(t.Context(), in)
	if err != nil || three.Ref != one.Ref || p.standing(t, claire.did)[0].Value.Text == in.Text {
		t.Errorf("replaced: %+v, %v", three, err)
	}
}

func TestRealKillBetweenSendingAndHearingIsFoundNotDoubled(t *testing.T) {
	p := realPeer(t)
	claire := p.join(t, "claire")
	w := newWire()
	_, k := signIn(t, driver(w), p.url, claire.handle, claire.password)
	for _, when := range []string{"before", "after"} {
		in := intent("Tué " + when)
		n := len(p.standing(t, claire.did))
		w.loseNext("com.atproto.repo.putRecord", when)
		if _, err := open(t, driver(w), k).Publish(t.Context(), in); err == nil {
			t.Fatal("the answer should have been lost")
		}
		next := open(t, driver(w), k) // the process that starts again
		f, err := next.Find(t.Context(), in)
		if err != nil || f.Taken != (when == "after") || !f.Sure || !f.Safe {
			t.Fatalf("%s: %+v, %v", when, f, err)
		}
		r := publish(t, next, in)
		if f.Taken && (r.Ref != f.Receipt.Ref || r.URL != f.Receipt.URL) {
			t.Errorf("two receipts: %+v, %+v", f.Receipt, r)
		}
		if got := len(p.standing(t, claire.did)); got != n+1 {
			t.Errorf("%s: %d records, want %d", when, got, n+1)
		}
	}
}

func TestRealNetworkRefusesOneGraphemeAndOneByteTooMany(t *testing.T) {
	p := realPeer(t)
	claire := p.join(t, "claire")
	d := driver(newWire())
	_, k := signIn(t, d, p.url, claire.handle, claire.password)
	a := open(t, d, k)
	family := "👨‍👩‍👧‍👦" // 25 bytes, one grapheme
	for text, fits := range map[string]bool{
		strings.Repeat("é", 300):                                  true,
		strings.Repeat("é", 301):                                  false,
		strings.Repeat(family, 120):                               true, // 3,000 bytes
		strings.Repeat(family, 120) + "a":                         false,
		strings.Repeat("e\u0301", 150) + strings.Repeat("a", 150): true,
	} {
		c, err := a.Capabilities(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if over := network.Count(text, "", c.Text).Over; over == fits {
			t.Errorf("we count %.20q… otherwise than the network", text)
		}
		_, err = a.Publish(t.Context(), intent(text))
		if fits && err != nil {
			t.Errorf("%.20q…: %v", text, err)
		}
		if !fits {
			wants(t, err, network.Refused, fault.Invalid)
		}
	}
	if n := len(p.standing(t, claire.did)); n != 3 {
		t.Errorf("%d records", n)
	}
}

func TestRealDeletedPostIsGoneAndStaysGone(t *testing.T) {
	p := realPeer(t)
	claire := p.join(t, "claire")
	d := driver(newWire())
	_, k := signIn(t, d, p.url, claire.handle, claire.password)
	a := open(t, d, k)
	in := intent("À retirer")
	r := publish(t, a, in)
	if p.bsky != "" {
		p.seen(t, r, nil)
	}
	for range 2 {
		if err := a.Delete(t.Context(), r.Ref); err != nil {
			t.Fatal(err)
		}
	}
	if f, err := a.Find(t.Context(), in); err != nil || f.Taken || !f.Sure {
		t.Errorf("found: %+v, %v", f, err)
	}
	p.wantsAppView(t)
	uri, _, _ := strings.Cut(string(r.Ref), "|")
	p.until(t, "the AppView to forget it", func() bool {
		return p.xrpc(t, p.bsky, "app.bsky.feed.getPostThread", url.Values{"uri": {uri}}, "", nil, nil) != 200
	})
}

func TestRealSessionIsMadeOnceAndRenewedOnce(t *testing.T) {
	p := realPeer(t)
	claire := p.join(t, "claire")
	w := newWire()
	d := driver(w)
	_, k := signIn(t, d, p.url, claire.handle, claire.password)
	for range 5 {
		publish(t, open(t, d, k), intent("encore"))
	}
	if n := w.calls("com.atproto.server.createSession"); n != 1 || w.calls("com.atproto.server.refreshSession") != 0 || k.saves != 0 {
		t.Errorf("%d sessions made, %d saves", n, k.saves)
	}
	// A token that the server does not know, and many posts at once: one renewal.
	k.c.Data["access_jwt"] += "x"
	a := open(t, d, k)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			if _, err := a.Publish(t.Context(), intent(fmt.Sprint("ensemble ", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.calls("com.atproto.server.refreshSession"); n != 1 || k.saves != 1 {
		t.Errorf("%d renewals, %d saves", n, k.saves)
	}
	if w.calls("com.atproto.server.createSession") != 1 || len(p.standing(t, claire.did)) != 11 {
		t.Error("a session was made for a post, or a post is missing")
	}
	// What was saved opens in the next process.
	publish(t, open(t, d, k), intent("demain"))

	// Both tokens bad: signed out, nothing sent.
	k.c.Data["access_jwt"] += "x"
	k.c.Data["refresh_jwt"] += "x"
	_, err := open(t, d, k).Publish(t.Context(), intent("jamais"))
	wants(t, err, network.NotSent, fault.SignedOut)
	_, err = open(t, d, k).WhoAmI(t.Context())
	wants(t, err, network.NotSent, fault.SignedOut)
}

func TestRealWrongPasswordAndWrongServerAreSaidWhereTheyAre(t *testing.T) {
	p := realPeer(t)
	claire := p.join(t, "claire")
	d := driver(newWire())
	s, _ := d.Begin(t.Context())
	_, err := d.Next(t.Context(), s, map[string]string{"server": p.url, "handle": claire.handle, "password": "nope"})
	if fault.Of(err) != fault.SignedOut || fault.As(err).Field != "password" {
		t.Errorf("%v", err)
	}
}

func TestRealLimitsAreReadFromTheServer(t *testing.T) {
	p := realPeer(t)
	claire := p.join(t, "claire")
	d := driver(newWire())
	_, k := signIn(t, d, p.url, claire.handle, claire.password)
	c, err := open(t, d, k).Capabilities(t.Context())
	if err != nil || c.Read != "live" || c.AsOf.IsZero() || c.Images.MaxBytes != 2_000_000 || c.Text.Max != 300 {
		t.Errorf("%+v, %v", c, err)
	}
}

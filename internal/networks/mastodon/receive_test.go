package mastodon_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/networks/mastodon/mastodontest"
)

const notifications = "/api/v1/notifications"

// now is the place from which a desk receives.
func (d desk) now() network.Cursor {
	d.t.Helper()
	b, err := d.acc.(network.Receiver).Receive(d.t.Context(), "")
	if err != nil || len(b.Items) != 0 || b.Next == "" {
		d.t.Fatalf("%+v, %v", b, err)
	}
	return b.Next
}

// receives reads on until there is no more.
func (d desk) receives(from network.Cursor) (items []network.Item, counts []network.Counts, next network.Cursor) {
	d.t.Helper()
	for next = from; ; {
		b, err := d.acc.(network.Receiver).Receive(d.t.Context(), next)
		if err != nil {
			d.t.Fatalf("receive: %v", err)
		}
		items, counts, next = append(items, b.Items...), append(counts, b.Counts...), b.Next
		if !b.More {
			return items, counts, next
		}
	}
}

func (d desk) ours(text, visibility string) network.Receipt {
	d.t.Helper()
	in := intent(text)
	in.Options.Visibility = visibility
	r, err := d.publish(d.t.Context(), in)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func TestPeopleAreHeardOnceWithWhoTheyAre(t *testing.T) {
	d := open(t, mastodontest.Options{})
	d.Person("yann", "")
	post := d.ours("Les galettes sont là", "")
	from := d.now()
	reply := d.Post("yann", mastodontest.Status{Text: "@claire Jusqu’à quand ? https://kerlann.example/une/adresse/vraiment/tres/longue", InReplyTo: string(post.Ref), Language: "fr"})
	mention := d.Post("yann", mastodontest.Status{Text: "Voyez @claire", Spoiler: "Gourmand"})
	quote := d.Post("yann", mastodontest.Status{Text: "Regardez", Quotes: string(post.Ref)})
	direct := d.Post("yann", mastodontest.Status{Text: "@claire ma commande", Visibility: "direct"})
	d.Post("yann", mastodontest.Status{Text: "Rien à voir"})

	items, _, next := d.receives(from)
	if len(items) != 4 {
		t.Fatalf("%d items: %+v", len(items), items)
	}
	for i, w := range []struct {
		id   string
		kind network.ItemKind
		text string
	}{
		{reply.ID, network.Reply, "@claire Jusqu’à quand ? https://kerlann.example/une/adresse/vraiment/tres/longue"},
		{mention.ID, network.Mention, "Gourmand\n\nVoyez @claire"},
		{quote.ID, network.Quote, "Regardez"},
		{direct.ID, network.Direct, "@claire ma commande"},
	} {
		it := items[i]
		if string(it.Ref) != w.id || it.Kind != w.kind || it.Text != w.text || it.Own || it.Private != (w.kind == network.Direct) || it.URL == "" || it.At.IsZero() || !strings.HasPrefix(it.Author.Handle, "yann@") {
			t.Errorf("%d: %+v", i, it)
		}
	}
	if items[0].Parent != post.Ref || items[0].Language != "fr" || items[2].Quoted != post.Ref || items[1].Root != items[1].Ref {
		t.Errorf("%+v", items)
	}
	if again, _, _ := d.receives(next); len(again) != 0 {
		t.Errorf("told again: %+v", again)
	}
	if again, _, _ := d.receives(from); len(again) != 4 {
		t.Errorf("a cursor that was kept tells %d", len(again))
	}
}

// I1: a number may appear below one that was read already.
func TestANotificationThatComesLateIsNotMissed(t *testing.T) {
	d := open(t, mastodontest.Options{})
	d.Person("yann", "")
	from := d.now()
	late := d.Hold(func() { d.Post("yann", mastodontest.Status{Text: "@claire un"}) })
	d.Post("yann", mastodontest.Status{Text: "@claire deux"})
	items, _, next := d.receives(from)
	if len(items) != 1 || items[0].Text != "@claire deux" {
		t.Fatalf("%+v", items)
	}
	late()
	if items, _, next = d.receives(next); len(items) != 1 || items[0].Text != "@claire un" {
		t.Errorf("%+v", items)
	}
	if items, _, _ = d.receives(next); len(items) != 0 {
		t.Errorf("told again: %+v", items)
	}
}

func TestReactionsAreCountedNotTold(t *testing.T) {
	d := open(t, mastodontest.Options{})
	d.Person("yann", "tok-yann")
	post := d.ours("Les galettes sont là", "")
	from := d.now()
	d.as("tok-yann", "POST", statuses+"/"+string(post.Ref)+"/favourite")
	d.as("tok-yann", "POST", statuses+"/"+string(post.Ref)+"/reblog")
	items, counts, _ := d.receives(from)
	if len(items) != 0 || len(counts) != 1 || counts[0] != (network.Counts{Ref: post.Ref, Likes: 1, Shares: 1}) {
		t.Errorf("%+v %+v", items, counts)
	}
}

func (d desk) as(token, method, path string) {
	d.t.Helper()
	r, _ := http.NewRequestWithContext(d.t.Context(), method, d.URL+path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("User-Agent", "test")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 200 {
		d.t.Fatalf("%s %s: %d", method, path, res.StatusCode)
	}
}

// An edit after the answer was drafted, a deletion while it is written.
func TestEditsAndDeletionsAreFollowedWithFewCalls(t *testing.T) {
	d := open(t, mastodontest.Options{})
	d.Person("yann", "")
	from := d.now()
	one := d.Post("yann", mastodontest.Status{Text: "@claire un"})
	two := d.Post("yann", mastodontest.Status{Text: "@claire deux"})
	_, _, next := d.receives(from)
	d.Change(one.ID, "@claire un, corrigé")
	d.Erase(two.ID)
	items, _, next := d.receives(next)
	if len(items) != 2 || items[0].Text != "@claire un, corrigé" || items[0].Version == "0" || items[0].Edited.IsZero() || !items[1].Gone || string(items[1].Ref) != two.ID {
		t.Errorf("%+v", items)
	}
	before := len(d.Calls("GET", notifications))
	if items, _, _ := d.receives(next); len(items) != 0 {
		t.Errorf("told again: %+v", items)
	}
	if n := len(d.Calls("GET", notifications)) - before; n != 1 {
		t.Errorf("%d calls for nothing", n)
	}
	if n := len(d.Calls("GET", statuses+"/"+two.ID)); n != 1 {
		t.Errorf("what is gone was asked for %d times", n)
	}
}

// I2: an answer is seen by no more people than what it answers, and its author
// is told.
func TestAnAnswerKeepsItsPrivacyAndNamesItsAuthor(t *testing.T) {
	d := open(t, mastodontest.Options{})
	d.Person("yann", "")
	for _, c := range []struct{ theirs, asked, want string }{
		{"public", "", "public"}, {"unlisted", "", "unlisted"}, {"direct", "", "direct"}, {"direct", "public", "direct"}, {"public", "direct", "direct"}, {"unlisted", "public", "unlisted"},
	} {
		said := d.Post("yann", mastodontest.Status{Text: "@claire bonjour", Visibility: c.theirs})
		in := intent(fmt.Sprintf("Bonjour, voici. %v", c))
		in.Parent, in.Options.Visibility = network.Ref(said.ID), c.asked
		r, err := d.publish(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		stands := d.Statuses("claire")
		st := stands[len(stands)-1]
		if st.Visibility != c.want || st.Text != "@yann "+in.Text || st.InReplyTo != said.ID {
			t.Errorf("%+v: %+v", c, st)
		}
		if f := d.find(in); !f.Taken || f.Receipt.Ref != r.Ref {
			t.Errorf("%+v: not found again: %+v", c, f)
		}
		// What goes on goes to the same people.
		more := intent(fmt.Sprintf("Et la suite. %v", c))
		more.Parent, more.Root = r.Ref, r.Ref
		if _, err := d.publish(t.Context(), more); err != nil {
			t.Fatal(err)
		}
		stands = d.Statuses("claire")
		if st := stands[len(stands)-1]; (c.want == "direct") != (st.Visibility == "direct") || (c.want == "direct") != strings.HasPrefix(st.Text, "@yann ") {
			t.Errorf("%+v, the second part: %+v", c, st)
		}
	}
	said := d.Post("yann", mastodontest.Status{Text: "@claire et moi ?"})
	in := intent("Oui @yann, vous aussi.")
	in.Parent = network.Ref(said.ID)
	if _, err := d.publish(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if stands := d.Statuses("claire"); stands[len(stands)-1].Text != in.Text {
		t.Errorf("named twice: %q", stands[len(stands)-1].Text)
	}
}

func TestAThreadIsWholeWithItsBranches(t *testing.T) {
	d := open(t, mastodontest.Options{})
	d.Person("yann", "")
	d.Person("ines", "")
	post := d.ours("Les galettes sont là", "")
	one := d.Post("yann", mastodontest.Status{Text: "@claire jusqu’à quand ?", InReplyTo: string(post.Ref)})
	in := intent("Jusqu’à dimanche.")
	in.Parent = network.Ref(one.ID)
	answer, err := d.publish(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	two := d.Post("ines", mastodontest.Status{Text: "@claire miam", InReplyTo: string(post.Ref)})
	three := d.Post("yann", mastodontest.Status{Text: "@claire merci", InReplyTo: string(answer.Ref)})
	items, err := d.acc.(network.Threader).Thread(t.Context(), answer.Ref, 50)
	if err != nil || len(items) != 5 {
		t.Fatalf("%v %+v", err, items)
	}
	for i, want := range []network.Ref{post.Ref, network.Ref(one.ID), answer.Ref, network.Ref(three.ID), network.Ref(two.ID)} {
		if it := items[i]; it.Ref != want || it.Root != post.Ref || it.Own != (want == post.Ref || want == answer.Ref) {
			t.Errorf("%d: %+v", i, it)
		}
	}
	if items, _ := d.acc.(network.Threader).Thread(t.Context(), answer.Ref, 2); len(items) != 2 {
		t.Errorf("at most 2: %d", len(items))
	}
	if _, err := d.acc.(network.Threader).Thread(t.Context(), "404404", 9); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func (d desk) listens() (chan network.Batch, func() error) {
	d.t.Helper()
	got, done := make(chan network.Batch, 64), make(chan error, 1)
	ctx, cancel := context.WithCancel(d.t.Context())
	go func() {
		done <- d.acc.(network.Streamer).Stream(ctx, func(b network.Batch) error { got <- b; return nil })
	}()
	stop := func() error { cancel(); return <-done }
	select {
	case b := <-got: // the line stands
		if len(b.Items) != 0 {
			d.t.Fatalf("%+v", b)
		}
	case err := <-done:
		d.t.Fatalf("no stream: %v", err)
	}
	return got, stop
}

func TestAStreamTellsWhatHappens(t *testing.T) {
	d := open(t, mastodontest.Options{})
	d.Person("yann", "tok-yann")
	post := d.ours("Les galettes sont là", "")
	got, stop := d.listens()
	until := func(ok func(network.Batch) bool) network.Batch {
		t.Helper()
		for {
			if b := <-got; ok(b) {
				return b
			}
		}
	}
	one := func(b network.Batch) bool { return len(b.Items) == 1 }
	said := d.Post("yann", mastodontest.Status{Text: "@claire en privé", Visibility: "direct"})
	if b := until(one); string(b.Items[0].Ref) != said.ID || b.Items[0].Kind != network.Direct || b.Next != "" {
		t.Errorf("%+v", b)
	}
	d.Change(said.ID, "@claire en privé, mieux")
	if b := until(one); b.Items[0].Text != "@claire en privé, mieux" || b.Items[0].Version == "0" {
		t.Errorf("%+v", b)
	}
	d.Erase(said.ID)
	if b := until(one); string(b.Items[0].Ref) != said.ID || !b.Items[0].Gone {
		t.Errorf("%+v", b)
	}
	d.as("tok-yann", "POST", statuses+"/"+string(post.Ref)+"/favourite")
	if b := until(func(b network.Batch) bool { return len(b.Counts) == 1 }); b.Counts[0].Likes != 1 {
		t.Errorf("%+v", b)
	}
	// An answer of ours from another program.
	said = d.Post("yann", mastodontest.Status{Text: "@claire ?"})
	until(one)
	own := d.Post("claire", mastodontest.Status{Text: "@yann !", InReplyTo: said.ID})
	if b := until(one); string(b.Items[0].Ref) != own.ID || !b.Items[0].Own {
		t.Errorf("%+v", b)
	}
	if err := stop(); err == nil {
		t.Error("it ended without a reason")
	}
	if c := d.Calls("GET", "/api/v1/streaming"); len(c) != 1 || strings.Contains(fmt.Sprint(c[0].Query), secret) {
		t.Errorf("the token stands in the address: %v", c)
	}
	d.EndToken(secret)
	if err := d.acc.(network.Streamer).Stream(t.Context(), func(network.Batch) error { return nil }); !fault.Is(err, fault.SignedOut) {
		t.Errorf("signed out: %v", err)
	}
}

// A text of strangers is words, whatever their server sends.
func TestHTMLBecomesPlainWords(t *testing.T) {
	d := open(t, mastodontest.Options{})
	d.Person("yann", "")
	from := d.now()
	for html, want := range map[string]string{
		`<p>Un</p><p>Deux<br>trois</p>`: "Un\n\nDeux\ntrois",
		`<p>Voir <a href="https://kerlann.example/a/b?c=1&amp;d=2"><span class="invisible">https://</span><span class="ellipsis">kerlann.example/a</span><span class="invisible">/b?c=1&amp;d=2</span></a></p>`: "Voir https://kerlann.example/a/b?c=1&d=2",
		`<p><a href="https://evil.example/">kerlann.example</a></p>`:                                               "kerlann.example (https://evil.example/)",
		`<p>Hé<script>alert(1)</script><style>p{}</style><img src=x onerror=alert(1) alt=":galette:"></p>`:         "Hé:galette:",
		`<p><a href="javascript:alert(1)">ici</a></p>`:                                                             "ici",
		`<ul><li>un</li><li>deux</li></ul>`:                                                                        "- un\n- deux",
		`<p>1 &lt; 2 &amp;&amp; 3</p>`:                                                                             "1 < 2 && 3",
		`<p><a href="https://loin.example/tags/noel" class="mention hashtag" rel="tag">#<span>noel</span></a></p>`: "#noel",
		strings.Repeat("<div>", 5000) + "profond":                                                                  "profond",
		`pas de balise`: "pas de balise",
		`<p>a</p>` + strings.Repeat("<p></p>", 9) + `<p>b</p>`: "a\n\nb",
	} {
		st := d.Post("yann", mastodontest.Status{Text: "@claire " + fmt.Sprint(len(html)), ContentHTML: html})
		items, _, next := d.receives(from)
		from = next
		if len(items) != 1 || string(items[0].Ref) != st.ID || items[0].Text != want {
			t.Errorf("%.80q is %.100q, want %q", html, items[0].Text, want)
		}
	}
}

func TestTheServersOwnPacesAreKeptByTheCaller(t *testing.T) {
	d := open(t, mastodontest.Options{})
	from := d.now()
	d.Spoil("GET", notifications, mastodontest.Fault{Status: 429, Body: `{"error":"Too many requests"}`})
	_, err := d.acc.(network.Receiver).Receive(t.Context(), from)
	if !fault.Is(err, fault.TooMany) {
		t.Error(err)
	}
}

// The public answers by somebody else's client, and reads our answer there.
func TestTootIsHeardAndReadsTheAnswer(t *testing.T) {
	path, err := exec.LookPath("toot")
	if err != nil {
		t.Skip("toot is not installed (Debian: toot): the public of this test is missing")
	}
	d := open(t, mastodontest.Options{})
	d.Person("yann", "tok-yann")
	public := toot(t, path, d.URL, "yann", "tok-yann")
	post := d.ours("Les galettes sont là", "")
	from := d.now()
	public("post", "@claire jusqu’à quand ?", "--reply-to", string(post.Ref))
	public("favourite", string(post.Ref))
	items, counts, next := d.receives(from)
	if len(items) != 1 || items[0].Kind != network.Reply || items[0].Parent != post.Ref || len(counts) != 1 || counts[0].Likes != 1 {
		t.Fatalf("%+v %+v", items, counts)
	}
	in := intent("Jusqu’à dimanche.")
	in.Parent = items[0].Ref
	answer, err := d.publish(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if out := public("notifications"); !strings.Contains(out, "Jusqu’à dimanche.") {
		t.Errorf("toot is not told: %s", out)
	}
	if out := public("thread", string(answer.Ref)); !strings.Contains(out, "jusqu’à quand") || !strings.Contains(out, "Jusqu’à dimanche.") {
		t.Errorf("toot's thread: %s", out)
	}
	public("post", "@claire en privé", "--visibility", "direct")
	if items, _, _ = d.receives(next); len(items) != 1 || items[0].Kind != network.Direct {
		t.Errorf("%+v", items)
	}
}

// toot is Debian's client, signed in as somebody, with a home of its own.
func toot(t *testing.T, path, base, name, token string) func(args ...string) string {
	t.Helper()
	home, host := t.TempDir(), strings.TrimPrefix(base, "http://")
	if err := os.Mkdir(filepath.Join(home, "toot"), 0o700); err != nil {
		t.Fatal(err)
	}
	config, _ := json.Marshal(map[string]any{
		"active_user": name + "@" + host,
		"apps":        map[string]any{host: map[string]string{"instance": host, "base_url": base, "client_id": "x", "client_secret": "x"}},
		"users":       map[string]any{name + "@" + host: map[string]string{"instance": host, "username": name, "access_token": token}},
	})
	if err := os.WriteFile(filepath.Join(home, "toot", "config.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	return func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), path, args...)
		cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+home, "HOME="+home, "PYTHONUNBUFFERED=1", "PYTHONIOENCODING=utf-8", "NO_COLOR=1")
		cmd.WaitDelay = 10 * time.Second
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("toot %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
}

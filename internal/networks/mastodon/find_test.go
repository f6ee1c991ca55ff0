package mastodon_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/networks/mastodon"
	"vigie/internal/networks/mastodon/mastodontest"
)

func at(made time.Time, text string) network.Intent {
	in := intent(text)
	in.Made = made
	return in
}

func TestALookReadsBackThroughManyPosts(t *testing.T) {
	d := open(t, mastodontest.Options{})
	in := intent("Le premier")
	first := d.Post("claire", mastodontest.Status{Text: in.Text})
	for i := range 130 {
		d.Post("claire", mastodontest.Status{Text: fmt.Sprint("Un autre ", i)})
	}
	if f := d.find(in); !f.Taken || string(f.Receipt.Ref) != first.ID {
		t.Errorf("%+v", f)
	}
	if f := d.find(at(in.Made, "Jamais envoyé")); f.Taken || !f.Sure {
		t.Errorf("never sent: %+v", f)
	}
}

// Beyond 400 posts the look gives up, and says that it is not sure.
func TestALookThatDidNotReachTheIntentIsNotSure(t *testing.T) {
	d := open(t, mastodontest.Options{})
	in := intent("Perdu dans la foule")
	for i := range 420 {
		d.Post("claire", mastodontest.Status{Text: fmt.Sprint("Un autre ", i)})
	}
	if f := d.find(in); f.Taken || f.Sure {
		t.Errorf("%+v", f)
	}
}

func TestALookStopsAtTheIntent(t *testing.T) {
	d := open(t, mastodontest.Options{})
	old := time.Now().Add(-time.Hour)
	for i := range 200 {
		d.Post("claire", mastodontest.Status{Text: fmt.Sprint("Vieux ", i), Created: old})
	}
	in := intent("Neuf")
	before := len(d.lists())
	if f := d.find(in); !f.Sure {
		t.Errorf("%+v", f)
	}
	if n := len(d.lists()) - before; n != 1 {
		t.Errorf("%d pages were read to see one hour back", n)
	}
}

func (d desk) lists() []mastodontest.Call {
	who, _ := d.acc.WhoAmI(d.t.Context())
	account, _, _ := strings.Cut(string(who.Ref), "@")
	return d.Calls("GET", "/api/v1/accounts/"+account+"/statuses")
}

// Several posts that say the same: the hour and the parent tell them apart.
func TestEqualTextsAreToldApartByHourAndParent(t *testing.T) {
	d := open(t, mastodontest.Options{})
	now := time.Now().UTC()
	morning := d.Post("claire", mastodontest.Status{Text: "Bonjour", Created: now.Add(-6 * time.Hour)})
	if f := d.find(at(now, "Bonjour")); f.Taken || !f.Sure {
		t.Errorf("this morning's was taken for this one: %+v", f)
	}
	reply := d.Post("claire", mastodontest.Status{Text: "Bonjour", InReplyTo: morning.ID, Created: now})
	if f := d.find(at(now, "Bonjour")); f.Taken {
		t.Errorf("an answer was taken for a first post: %+v", f)
	}
	in := at(now, "Bonjour")
	in.Parent = network.Ref(morning.ID)
	if f := d.find(in); !f.Taken || string(f.Receipt.Ref) != reply.ID {
		t.Errorf("the answer: %+v", f)
	}
	d.Post("claire", mastodontest.Status{Text: "Bonsoir", Spoiler: "Sombre"})
	for warning, want := range map[string]bool{"": false, "Gourmand": false, "Sombre": true} {
		warned := at(now, "Bonsoir")
		warned.Options.ContentWarning = warning
		if f := d.find(warned); f.Taken != want {
			t.Errorf("under %q: %+v", warning, f)
		}
	}
	if f := d.find(at(now.Add(-7*time.Hour), "Bonjour")); string(f.Receipt.Ref) != morning.ID {
		t.Errorf("the oldest after the intent is its own: %+v", f)
	}
}

func TestABoostIsNotAPost(t *testing.T) {
	d := open(t, mastodontest.Options{})
	now := time.Now()
	st := d.Post("claire", mastodontest.Status{Text: "Bonjour", Created: now.Add(-time.Hour)})
	d.Post("claire", mastodontest.Status{Reblog: st.ID})
	if f := d.find(at(now, "Bonjour")); f.Taken || !f.Sure {
		t.Errorf("%+v", f)
	}
}

// Clocks: the intent's hour is ours, the post's is the server's.
func TestClocksThatDisagreeNeverDouble(t *testing.T) {
	for name, c := range map[string]struct {
		server, later time.Duration // the server's clock against ours; ours at the look against the intent's
		sure, found   bool
	}{
		"the same":                              {0, time.Minute, true, true},
		"the server is ten minutes behind":      {-10 * time.Minute, time.Minute, true, true},
		"the server is ten minutes ahead":       {10 * time.Minute, time.Minute, true, true},
		"our clock went an hour back since":     {0, -time.Hour, false, true},
		"our clock went an hour ahead since":    {0, time.Hour, true, true},
		"it went back, the server is behind us": {-5 * time.Minute, -time.Hour, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			made := time.Now().UTC().Truncate(time.Millisecond)
			local, server := made, made.Add(c.server)
			d := open(t, mastodontest.Options{Now: func() time.Time { return server }},
				func(cfg *mastodon.Config) { cfg.Now = func() time.Time { return local } })
			if _, err := d.publish(t.Context(), at(made, "Bonjour")); err != nil {
				t.Fatal(err)
			}
			local, server = made.Add(c.later), server.Add(time.Minute)
			// Found, or else left to a person; never believed absent.
			if f := d.find(at(made, "Bonjour")); f.Taken != c.found || f.Sure {
				t.Errorf("the post that stands: %+v, found should be %v", f, c.found)
			}
			if f := d.find(at(made, "Jamais envoyé")); f.Taken || f.Sure != c.sure {
				t.Errorf("never sent: %+v, sure should be %v", f, c.sure)
			}
		})
	}
}

// Any mixture of what posts are made of is recognised in the server's HTML,
// and its look-alikes are not.
func TestAnyPostIsRecognised(t *testing.T) {
	d := open(t, mastodontest.Options{MaxChars: 5000})
	piece := rapid.SampledFrom([]string{
		" ", "\n", "\n\n", "bonjour", "l’été", "a < b & c", "https://example.com/a?b=c&d=e#f", "http://www.exemple.bzh/un/chemin/bien/trop/long/pour/etre/vu",
		"@kerlann", "@kerlann@autre.example", "#galette", "👩🏽‍🚀", "(", ")", ".", ", ", "«\u00a0", "\u202f!", "🇫🇷", "e\u0301",
	})
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		text := fmt.Sprint(n, " ", strings.Join(rapid.SliceOfN(piece, 1, 12).Draw(rt, "pieces"), ""))
		in := intent(text)
		r, err := d.publish(t.Context(), in)
		if err != nil {
			rt.Fatalf("%q: %v", text, err)
		}
		if f := d.find(in); !f.Taken || f.Receipt.Ref != r.Ref {
			rt.Fatalf("not recognised: %q shown as %q", text, d.shown(string(r.Ref)))
		}
		if err := d.acc.(network.Deleter).Delete(t.Context(), r.Ref); err != nil {
			rt.Fatal(err)
		}
		if f := d.find(in); f.Taken || !f.Sure {
			rt.Fatalf("deleted, and still: %+v", f)
		}
	})
}

func (d desk) shown(id string) string {
	res, err := http.Get(d.URL + "/api/v1/statuses/" + id)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return string(b)
}

// What servers make of a text must still be recognised.
func TestAPostIsRecognisedInWhatTheServerMadeOfIt(t *testing.T) {
	for _, text := range []string{
		"Simple",
		"Deux lignes\nici\n\net un paragraphe",
		"Lien https://example.com/une/adresse/tres/longue/avec?des=parametres&et=autres#ancre.",
		"(voir https://www.example.com/) et http://exemple.bzh",
		"@kerlann@autre.example et @local, merci #breton #été2026 !",
		"<script>alert(1)</script> & \"guillemets\" l’apostrophe 'droite'",
		"Famille 👨‍👩‍👧‍👦, drapeau 🏴󠁧󠁢󠁥󠁮󠁧󠁿, cœur ❤️",
		"  des espaces  autour\tet dedans  ",
		"Espaces « insécables » : oui !",
		"écrit avec des accents décomposés",
		"من اليمين إلى اليسار مع https://example.com",
		"mail claire@kerlann.example et prix 1/2",
	} {
		d := open(t, mastodontest.Options{})
		in := intent(text)
		r, err := d.publish(t.Context(), in)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if f := d.find(in); !f.Taken || f.Receipt.Ref != r.Ref {
			t.Errorf("not recognised: %q", text)
		}
		if f := d.find(at(in.Made, text+" bis")); f.Taken {
			t.Errorf("another was taken for %q", text)
		}
	}
}

func TestAPostWhoseMarkdownWasReadIsRecognisedByItsSource(t *testing.T) {
	d := open(t, mastodontest.Options{GoToSocial: true})
	in := intent("Une *galette* au [beurre](https://example.com)")
	r, err := d.publish(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	d.Rewrite(string(r.Ref), `<p>Une <em>galette</em> au <a href="https://example.com">beurre</a></p>`)
	if f := d.find(in); !f.Taken || f.Receipt.Ref != r.Ref {
		t.Errorf("%+v", f)
	}
}

func TestLinksShownByOtherServersAreRecognised(t *testing.T) {
	d := open(t, mastodontest.Options{})
	in := intent("Voir https://example.com/a/b et @kerlann@autre.example #pain")
	r, err := d.publish(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for name, html := range map[string]string{
		"GoToSocial": `<p>Voir <a href="https://example.com/a/b" rel="nofollow noreferrer noopener" target="_blank">https://example.com/a/b</a> et <span class="h-card"><a href="https://autre.example/@kerlann" class="u-url mention" rel="nofollow noreferrer noopener" target="_blank">@<span>kerlann</span></a></span> <a href="https://x.example/tags/pain" class="mention hashtag" rel="tag nofollow noreferrer noopener" target="_blank">#<span>pain</span></a></p>`,
		"Pleroma":    `Voir <a href="https://example.com/a/b">example.com/a/b</a> et <span class="h-card"><a class="u-url mention" href="https://autre.example/users/kerlann">@<span>kerlann</span></a></span> <a class="hashtag" data-tag="pain" href="https://x.example/tag/pain">#pain</a>`,
		"shortened":  `<p>Voir <a href="https://example.com/a/b">example.com…</a> et <a class="mention" href="x">@kerlann@autre.example</a> #pain</p>`,
	} {
		d.Rewrite(string(r.Ref), html)
		if f := d.find(in); !f.Taken {
			t.Errorf("%s: not recognised", name)
		}
	}
}

// A media hangs on one post only: the post that shows ours is ours.
func TestAPostIsRecognisedByItsMedia(t *testing.T) {
	d := open(t, mastodontest.Options{GoToSocial: true})
	in := intent("Avec une image")
	ref, err := d.upload(t.Context(), "Une galette", pixels(t))
	if err != nil {
		t.Fatal(err)
	}
	in.Media = []network.Media{{Ref: ref, Alt: "Une galette"}}
	r, err := d.publish(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	d.Rewrite(string(r.Ref), "<p>quelque chose de tout autre</p>")
	d.Spoil("GET", statuses+"/*", mastodontest.Fault{Status: 404, Times: -1}) // no source to ask
	if f := d.find(in); !f.Taken || f.Receipt.Ref != r.Ref {
		t.Errorf("%+v", f)
	}
	d.Heal()
	none := intent("Avec une image")
	if f := d.find(none); f.Taken {
		t.Errorf("a post without a media: %+v", f)
	}
}

// A blind second attempt with a media is refused by GoToSocial (400) and by
// Mastodon (422) since the first one took it: that is not a refusal.
func TestAMediaAlreadyAttachedMeansLook(t *testing.T) {
	for name, o := range map[string]mastodontest.Options{"GoToSocial": {GoToSocial: true}, "Mastodon": {}} {
		d := open(t, o)
		ref, err := d.upload(t.Context(), "", pixels(t))
		if err != nil {
			t.Fatal(err)
		}
		in := intent("Une image")
		in.Media = []network.Media{{Ref: ref}}
		d.Spoil("POST", statuses, mastodontest.Fault{Cut: true, After: true})
		if _, err := d.publish(t.Context(), in); network.OutcomeOf(err) != network.Unknown {
			t.Fatal(err)
		}
		again := in
		again.Key = "another" // past the hour, or ignored
		_, err = d.publish(t.Context(), again)
		if network.OutcomeOf(err) != network.Unknown || fault.Of(err) != fault.Conflict {
			t.Errorf("%s: %q %v", name, network.OutcomeOf(err), err)
		}
		if f := d.find(in); !f.Taken {
			t.Errorf("%s: %+v", name, f)
		}
		if n := len(d.Statuses("claire")); n != 1 {
			t.Errorf("%s: %d posts stand", name, n)
		}
	}
}

func TestWhatAPostSaysToTheServer(t *testing.T) {
	d := open(t, mastodontest.Options{})
	parent := d.Post("claire", mastodontest.Status{Text: "Un"})
	ref, err := d.upload(t.Context(), "Une galette", pixels(t))
	if err != nil {
		t.Fatal(err)
	}
	in := network.Intent{
		Key: "the key", Made: time.Now(), Text: "Deux", Parent: network.Ref(parent.ID), Media: []network.Media{{Ref: ref}},
		Options: network.Options{ContentWarning: "Gourmand", Sensitive: true, Visibility: "unlisted", Languages: []string{"fr-FR", "br"}},
	}
	r, err := d.publish(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	got := d.Statuses("claire")[1]
	if got.Text != "Deux" || got.Spoiler != "Gourmand" || !got.Sensitive || got.Visibility != "unlisted" || got.Language != "fr" || got.InReplyTo != parent.ID || got.Key != "the key" {
		t.Errorf("%+v", got)
	}
	if string(r.Ref) != got.ID || !strings.HasSuffix(r.URL, "/@claire/"+got.ID) || !r.Final || r.At.IsZero() || r.Request == "" {
		t.Errorf("%+v", r)
	}
	c := d.Calls("POST", statuses)[0]
	if c.Header.Get("User-Agent") != "Vigie/test" || c.Header.Get("Idempotency-Key") != "the key" {
		t.Errorf("%v", c.Header)
	}
}

func TestAnAnswerToADeletedPostSaysWhatIsMissing(t *testing.T) {
	d := open(t, mastodontest.Options{})
	in := intent("Suite")
	in.Parent = "404404"
	_, err := d.publish(t.Context(), in)
	if network.OutcomeOf(err) != network.Refused || fault.MessageKey(err) != "network.mastodon.no_parent" {
		t.Error(err)
	}
}

func TestAPostWithoutAPermalinkIsFollowed(t *testing.T) {
	d := open(t, mastodontest.Options{})
	st := d.Post("claire", mastodontest.Status{Text: "Bonjour"})
	r, err := d.acc.(network.Confirmer).Confirm(t.Context(), network.Receipt{Ref: network.Ref(st.ID), Request: "first"})
	if err != nil || !r.Final || r.URL == "" || r.Request != "first" {
		t.Errorf("%+v %v", r, err)
	}
	if _, err := d.acc.(network.Confirmer).Confirm(t.Context(), network.Receipt{Ref: "404404"}); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestLimitsAreTheServersOwn(t *testing.T) {
	ask := func(o mastodontest.Options) network.Capabilities {
		d := open(t, o)
		c, err := d.acc.Capabilities(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c.Read != "live" || c.AsOf.IsZero() || !strings.HasPrefix(c.Source, d.URL) {
			t.Errorf("source: %+v", c)
		}
		before := len(d.Calls("GET", "/api/v2/instance"))
		if _, err := d.acc.Capabilities(t.Context()); err != nil || len(d.Calls("GET", "/api/v2/instance")) != before {
			t.Errorf("limits were asked twice: %v", err)
		}
		return c
	}
	m := ask(mastodontest.Options{MaxChars: 1234, MaxMedia: 6, ImageBytes: 99})
	if m.Text.Max != 1234 || m.Text.URL != 23 || !m.Text.MentionLocal || m.Text.Unit != network.Graphemes || !m.Text.WarningCounts ||
		m.Images.Max != 6 || m.Images.MaxBytes != 99 || m.Images.MaxPixels != 33177600 || m.Images.AltMax != 1500 || len(m.Images.Types) != 4 {
		t.Errorf("Mastodon: %+v", m)
	}
	g := ask(mastodontest.Options{GoToSocial: true, Privacy: "private"})
	if g.Text.Unit != network.Runes || g.Text.URL != 0 || g.Visibilities[0] != "private" || len(g.Visibilities) != 4 {
		t.Errorf("GoToSocial: %+v", g)
	}
	if o := ask(mastodontest.Options{NoV2: true, MaxChars: 777}); o.Text.Max != 777 || !strings.HasSuffix(o.Source, "/api/v1/instance") {
		t.Errorf("before 2022: %+v", o)
	}
}

func TestLimitsThatCannotBeReadAreNotInvented(t *testing.T) {
	d := open(t, mastodontest.Options{})
	d.Spoil("GET", "/api/v2/instance", mastodontest.Fault{Status: 503})
	if c, err := d.acc.Capabilities(t.Context()); !fault.Is(err, fault.Transient) {
		t.Errorf("%+v %v", c, err)
	}
}

var _ http.Handler = (*mastodontest.Server)(nil)

// P1: servers count their accounts each for itself; the same number on two of
// them is two accounts, and two channels of a brand.
func TestAnAccountIsNamedWithItsServer(t *testing.T) {
	d := open(t, mastodontest.Options{})
	who, err := d.acc.WhoAmI(t.Context())
	if number, server, _ := strings.Cut(string(who.Ref), "@"); err != nil || number == "" || !strings.HasSuffix(d.URL, "://"+server) {
		t.Errorf("%q of %s: %v", who.Ref, d.URL, err)
	}
}

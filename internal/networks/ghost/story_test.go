package ghost_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/networks/ghost"
)

// blog is what the stories need of a Ghost, the real one or the strict fake.
type blog interface {
	ask(t testing.TB, method, path string, q url.Values, in, out any) int
	says(t testing.TB, post, parent, name, text string) string
	set(t testing.TB, comment, status string)
}

// opened is a channel, connected.
type opened struct {
	blog
	p   *network.Presence
	acc network.Account
	one string // makes names that no other test makes
}

func signIn(t testing.TB, b blog, answers map[string]string) opened {
	t.Helper()
	d := ghost.New(config(http.DefaultClient))
	step, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if step, err = d.Next(t.Context(), step, answers); err != nil || step.ID != network.Done {
		t.Fatalf("sign-in: %+v, %v %s", step, err, heard(err))
	}
	a, err := d.Open(step.Credentials, nil)
	if err != nil {
		t.Fatal(err)
	}
	return opened{b, network.NewPresence(ghost.Kind, a, network.PresenceConfig{}), a, strconv.FormatInt(people.Add(1), 36) + strconv.FormatInt(time.Now().UnixNano(), 36)}
}

func (o opened) intent(text string) network.Intent {
	return network.Intent{Key: fmt.Sprintf("story-%s-%d", o.one, people.Add(1)), Made: time.Now(), Text: text}
}

func (o opened) publish(t testing.TB, in network.Intent) network.Receipt {
	t.Helper()
	r, err := o.p.Publish(t.Context(), in)
	if err != nil {
		t.Fatalf("publish: %v %s", err, heard(err))
	}
	return r
}

func asError(err error) *network.Error {
	var e *network.Error
	errors.As(err, &e)
	return e
}

func heard(err error) string {
	if e := asError(err); e != nil {
		return e.Answer
	}
	return ""
}

func dot(t testing.TB) network.Upload {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return network.Upload{Type: "image/png", Bytes: int64(b.Len()), Width: 40, Height: 30, Alt: "Une boîte “vue d’en haut”", Body: &b}
}

type shownPost struct {
	Title, Slug, Status, HTML string
	Excerpt                   string `json:"custom_excerpt"`
	Cover                     string `json:"feature_image"`
	CoverAlt                  string `json:"feature_image_alt"`
	Canonical                 string `json:"canonical_url"`
	SEO                       string `json:"meta_title"`
	Updated                   string `json:"updated_at"`
	Tags                      []struct{ Name string }
}

func (o opened) look(t testing.TB, r network.Ref) shownPost {
	t.Helper()
	var got struct{ Posts []shownPost }
	if code := o.ask(t, "GET", "/posts/"+strings.TrimPrefix(string(r), "post/")+"/", url.Values{"formats": {"html"}}, nil, &got); code != 200 {
		t.Fatalf("HTTP %d", code)
	}
	return got.Posts[0]
}

// P9: an article arrives whole, is found again, changed, and taken back.
func anArticle(t *testing.T, o opened) {
	c, err := o.p.Capabilities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !c.Article.Able || !c.Article.NeedsTitle || len(c.Article.Authors) == 0 || !c.Answer.Able || c.Read != "live" {
		t.Errorf("capabilities: %+v", c.Article)
	}
	m := dot(t)
	cover, err := o.p.Upload(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	in := o.intent("")
	in.Article = &network.Article{
		Title: "Sel & beurre <demi>", HTML: "<h2>Le beurre</h2>\n<p>Une <strong>ligne</strong>.</p>\n<table><tr><td>12 €</td></tr></table>", Markdown: "## Le beurre",
		Excerpt: "En deux mots & plus", Slug: "sel-beurre-" + o.one, Cover: &network.Media{Ref: cover, Alt: m.Alt},
		Tags: []string{"Recettes", "Sel & poivre " + o.one}, Canonical: "https://kerlann.example/sel", SEOTitle: "Le sel",
		Author: c.Article.Authors[0].ID,
	}
	r := o.publish(t, in)
	if !strings.Contains(r.URL, "sel-beurre-"+o.one) || r.Version == "" || !r.Final || time.Since(r.At) > time.Hour {
		t.Errorf("receipt %+v", r)
	}
	p := o.look(t, r.Ref)
	if p.Title != in.Article.Title || !strings.Contains(p.HTML, "<td>12 €</td>") || !strings.Contains(p.HTML, "<strong>ligne</strong>") || p.Status != "published" {
		t.Errorf("stands %+v", p)
	}
	if p.Excerpt != in.Article.Excerpt || p.Cover != string(cover) || p.CoverAlt != m.Alt || p.Canonical != in.Article.Canonical || p.SEO != "Le sel" || len(p.Tags) != 2 || p.Tags[0].Name != "Recettes" {
		t.Errorf("stands %+v", p)
	}

	edit := in
	edit.Key, edit.Version = in.Key+"-edit", r.Version
	art := *in.Article
	art.Title, art.HTML, art.Tags, art.Canonical = "Beurre", "<p>Tout neuf</p>", art.Tags[:1], ""
	edit.Article = &art
	again, err := o.p.Edit(t.Context(), r.Ref, edit)
	if err != nil {
		t.Fatal(err, heard(err))
	}
	if p = o.look(t, r.Ref); p.Title != "Beurre" || !strings.Contains(p.HTML, "Tout neuf") || len(p.Tags) != 1 || p.Canonical != "" || p.Cover == "" || again.Version == r.Version {
		t.Errorf("after the edit %+v", p)
	}
	found, err := o.p.Find(t.Context(), in)
	if err != nil || !found.Taken || found.Receipt.Ref != r.Ref {
		t.Errorf("after an edit the intent is not known: %+v %v", found, err)
	}

	// Somebody changes it on the blog: a stale edit meets what stands.
	if code := o.ask(t, "PUT", "/posts/"+strings.TrimPrefix(string(r.Ref), "post/")+"/", url.Values{"source": {"html"}}, map[string]any{"posts": []any{
		map[string]any{"title": "De Karim", "html": "<p>De la main de Karim</p>", "updated_at": p.Updated},
	}}, nil); code != 200 {
		t.Fatalf("HTTP %d", code)
	}
	edit.Version, art.Title = again.Version, "Le mien"
	_, err = o.p.Edit(t.Context(), r.Ref, edit)
	var e *network.Error
	if !errors.As(err, &e) || e.Fault.Kind != fault.Conflict || e.Outcome != network.Refused || e.Theirs == nil {
		t.Fatalf("a stale edit: %v", err)
	}
	if e.Theirs.Article.Title != "De Karim" || !strings.Contains(e.Theirs.Article.HTML, "De la main de Karim") {
		t.Errorf("theirs: %+v", e.Theirs)
	}
	if p = o.look(t, r.Ref); p.Title != "De Karim" {
		t.Errorf("the stale edit was written: %s", p.Title)
	}
	edit.Version = e.Theirs.Version
	if _, err = o.p.Edit(t.Context(), r.Ref, edit); err != nil {
		t.Errorf("an edit that rests on what stands: %v %s", err, heard(err))
	}

	for range 2 {
		if err := o.p.Delete(t.Context(), r.Ref); err != nil {
			t.Fatal(err, heard(err))
		}
	}
	if p = o.look(t, r.Ref); p.Status != "draft" || p.Title != "Le mien" {
		t.Errorf("taken back, it is %+v", p)
	}
	// An edit of what was taken back does not put it on line again.
	edit.Version = ""
	if _, err := o.p.Edit(t.Context(), r.Ref, edit); err != nil || o.look(t, r.Ref).Status != "draft" {
		t.Errorf("an edit published it again: %v", err)
	}
	if found, err := o.p.Find(t.Context(), in); err != nil || !found.Taken {
		t.Errorf("as a draft it is forgotten: %+v %v", found, err)
	}
	draft := o.intent("")
	draft.Article = &network.Article{Title: "Brouillon", HTML: "<p>x</p>", Status: network.StatusDraft}
	if r := o.publish(t, draft); r.URL == "" || r.At.IsZero() || o.look(t, r.Ref).Status != "draft" {
		t.Errorf("a draft: %+v", r)
	}
	if err := o.p.Delete(t.Context(), "post/0123456789abcdef01234567"); err != nil {
		t.Errorf("what is gone already: %v", err)
	}
}

// P8: other words, the same pictures.
func anEditKeepsThePictures(t *testing.T, o opened) {
	up, err := o.p.Upload(t.Context(), dot(t))
	if err != nil {
		t.Fatal(err)
	}
	in := o.intent("À 12 euros")
	in.Media = []network.Media{{Ref: up, Alt: "un bol", Type: "image/png"}}
	r := o.publish(t, in)
	in.Text, in.Media = "À 14 euros", nil
	if _, err := o.p.Edit(t.Context(), r.Ref, in); err != nil {
		t.Fatal(err, heard(err))
	}
	if s := (standingPost{HTML: o.look(t, r.Ref).HTML}).standing(); s.Text != "À 14 euros" || len(s.Alts) != 1 || s.Alts[0] != "un bol" {
		t.Errorf("%+v", s)
	}
}

// I1, P9: comments come home, are followed, answered once, in their thread.
func aConversation(t *testing.T, o opened) {
	r := o.publish(t, o.intent("Les galettes sont arrivées"))
	post := strings.TrimPrefix(string(r.Ref), "post/")
	start, err := o.p.Receive(t.Context(), "")
	if err != nil || len(start.Items) != 0 || start.Next == "" {
		t.Fatalf("the first reading: %+v %v", start, err)
	}
	asked := o.says(t, post, "", "Maëlle", "<p>Jusqu’à quand ? &lt;demain&gt;</p><p>Merci</p>")
	rude := o.says(t, post, "", "Robot", "<p>Achetez des montres</p>")
	oops := o.says(t, post, "", "Malo", "<p>Oups</p>")
	at := start.Next
	told := map[network.Ref]string{} // as the inbox keeps: one version is told once
	read := func() map[network.Ref]network.Item {
		t.Helper()
		out := map[network.Ref]network.Item{}
		for more := true; more; {
			b, err := o.p.Receive(t.Context(), at)
			if err != nil {
				t.Fatal(err, heard(err))
			}
			for _, it := range b.Items {
				if (it.Root == r.Ref || it.Gone) && told[it.Ref] != it.Version {
					out[it.Ref], told[it.Ref] = it, it.Version
				}
			}
			at, more = b.Next, b.More
		}
		return out
	}
	comment := func(id string) network.Ref { return network.Ref("comment/" + id) }
	got := read()
	it := got[comment(asked)]
	if it.Text != "Jusqu’à quand ? <demain>\n\nMerci" || it.Kind != network.Comment || it.Parent != r.Ref || it.Root != r.Ref || it.Held != "" ||
		it.Author.Name != "Maëlle" || !strings.HasPrefix(string(it.Author.Ref), "member/") || it.Own || it.URL == "" || it.Subject != "Les galettes sont arrivées" || time.Since(it.At) > time.Hour {
		t.Errorf("the comment: %+v", it)
	}
	if len(got) != 3 {
		t.Errorf("%d comments arrived, want 3: %+v", len(got), got)
	}
	if again := read(); len(again) != 0 {
		t.Errorf("told twice: %+v", again)
	}

	// The answer, once, in its place.
	in := o.intent("Jusqu’à dimanche <midi> & pas après.\nVoir https://kerlann.example/heures")
	in.Answer, in.Parent = true, comment(asked)
	if f, err := o.p.Find(t.Context(), in); err != nil || f.Taken || !f.Sure {
		t.Errorf("a look before: %+v %v", f, err)
	}
	said := o.publish(t, in)
	if f, err := o.p.Find(t.Context(), in); err != nil || !f.Taken || f.Receipt.Ref != said.Ref || f.Receipt.Root != r.Ref {
		t.Errorf("a look after: %+v %v", f, err)
	}
	other := in
	other.Text = "Autre chose"
	if f, err := o.p.Find(t.Context(), other); err != nil || f.Taken {
		t.Errorf("other words: %+v %v", f, err)
	}
	if said.Root != r.Ref || said.URL == "" {
		t.Errorf("receipt: %+v", said)
	}

	// What the blog and its members do afterwards is told.
	o.set(t, rude, "hidden")
	o.set(t, oops, "deleted")
	got = read()
	if it := got[comment(rude)]; it.Held == "" {
		t.Errorf("hidden: %+v", it)
	}
	if it := got[comment(oops)]; !it.Gone {
		t.Errorf("deleted: %+v", it)
	}
	if it := got[said.Ref]; !it.Own || it.Parent != comment(asked) || it.Text != in.Text {
		t.Errorf("our answer: %+v", it)
	}
	o.set(t, rude, "published")
	if it := read()[comment(rude)]; it.Held != "" || it.Ref == "" {
		t.Errorf("shown again: %+v", it)
	}

	// An answer to an answer says whom it answers.
	thanks := o.says(t, post, asked, "Maëlle", "<p>Merci</p>")
	in2 := o.intent("Avec plaisir")
	in2.Answer, in2.Parent = true, comment(thanks)
	second := o.publish(t, in2)
	items, err := o.p.Thread(t.Context(), second.Ref, 50)
	if err != nil || len(items) < 5 || items[0].Ref != r.Ref || items[0].Kind != network.Context || items[1].Ref != comment(asked) || items[2].Ref != comment(thanks) || items[3].Ref != second.Ref {
		t.Errorf("the thread: %v %+v", err, items)
	}
	if few, err := o.p.Thread(t.Context(), comment(thanks), 2); err != nil || len(few) != 2 {
		t.Errorf("two of the thread: %v %+v", err, few)
	}

	seen := map[network.Ref]bool{}
	for c, more := network.Cursor(""), true; more; {
		b, err := o.p.History(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range b.Items {
			seen[it.Ref] = true
		}
		c, more = b.Next, b.More
	}
	for _, id := range []string{asked, rude, thanks} {
		if !seen[comment(id)] {
			t.Errorf("history lacks %s", id)
		}
	}

	// Our own answer is taken back; twice is fine; it cannot be corrected.
	if _, err := o.p.Edit(t.Context(), second.Ref, o.intent("x")); !fault.Is(err, fault.Unsupported) || network.OutcomeOf(err) != network.NotSent {
		t.Errorf("correcting an answer: %v", err)
	}
	read()
	for range 2 {
		if err := o.p.Delete(t.Context(), second.Ref); err != nil {
			t.Error(err, heard(err))
		}
	}
	if it := read()[second.Ref]; !it.Gone {
		t.Errorf("our answer, taken back: %+v", it)
	}
	late := o.intent("Trop tard")
	late.Answer, late.Parent = true, comment(oops)
	if _, err := o.p.Publish(t.Context(), late); !fault.Is(err, fault.NotFound) || network.OutcomeOf(err) != network.Refused {
		t.Errorf("under what is gone: %v", err)
	}
	for _, c := range []network.Cursor{"g1", "x", "g1 a", "g1 4 5", "h1 -3"} {
		if _, err := o.p.Receive(t.Context(), c); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "cursor" {
			t.Errorf("cursor %q: %v", c, err)
		}
	}
}

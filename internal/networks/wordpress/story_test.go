package wordpress_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/networks/wordpress"
)

// blog is what the stories need of a site, the real one or the strict fake.
type blog interface {
	// hands is the administrator's call, outside of the driver.
	ask(t testing.TB, method, route string, q url.Values, in, out any) int
	says(t testing.TB, post, parent int, name, text string) int
}

// opened is somebody signed in.
type opened struct {
	blog
	p   *network.Presence
	me  network.Profile
	one string // makes names that no other test makes
}

func signIn(t testing.TB, b blog, answers map[string]map[string]string) opened {
	t.Helper()
	d := wordpress.New(config(http.DefaultClient))
	step, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if step, err = d.Next(t.Context(), step, answers[step.ID]); err != nil || step.ID != network.Done {
		t.Fatalf("sign-in: %+v, %v", step, err)
	}
	a, err := d.Open(step.Credentials, nil)
	if err != nil {
		t.Fatal(err)
	}
	return opened{b, network.NewPresence(wordpress.Kind, a, network.PresenceConfig{}), step.Profile, strconv.FormatInt(people.Add(1), 36) + strconv.FormatInt(time.Now().UnixNano(), 36)}
}

func real(t testing.TB, role string) opened {
	s := realSite(t)
	return signIn(t, s, s.answers(s.hire(t, role)))
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

func heard(err error) string {
	var e *network.Error
	if errors.As(err, &e) {
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

// P9: an article arrives whole, with what it is filed under, is found again,
// changed, and taken back.
func anArticle(t *testing.T, o opened) {
	c, err := o.p.Capabilities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !c.Article.Able || !c.Article.NeedsTitle || !c.Article.MakesCategories || len(c.Article.Categories) == 0 || len(c.Article.Authors) == 0 || c.Read != "live" {
		t.Errorf("capabilities: %+v", c.Article)
	}
	m := dot(t)
	cover, err := o.p.Upload(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	in := o.intent("")
	in.Article = &network.Article{
		Title: "Sel & beurre <demi> [sel]", HTML: "<h2>Le beurre</h2>\n<p>Une ligne\nencore la même.</p>", Markdown: "## Le beurre",
		Excerpt: "En deux mots & plus", Slug: "sel-beurre-" + o.one, Cover: &network.Media{Ref: cover},
		Categories: []string{"Recettes " + o.one, c.Article.Categories[0].Name}, Tags: []string{"Sel & poivre " + o.one, "beurre " + o.one},
	}
	r := o.publish(t, in)
	if !strings.Contains(r.URL, "sel-beurre-"+o.one) || r.Version == "" || !r.Final {
		t.Errorf("receipt %+v", r)
	}
	n := strings.TrimPrefix(string(r.Ref), "post/")
	var p struct {
		Title   struct{ Rendered string }
		Excerpt struct{ Raw string }
		Content struct{ Raw, Rendered string }
		Cover   int `json:"featured_media"`

		Categories, Tags []int
	}
	look := func() {
		t.Helper()
		if code := o.ask(t, "GET", "/wp/v2/posts/"+n, url.Values{"context": {"edit"}}, nil, &p); code != 200 {
			t.Fatalf("HTTP %d", code)
		}
	}
	look()
	if !strings.Contains(p.Content.Rendered, "<p>Une ligne\nencore la même.</p>") || strings.Contains(p.Content.Rendered, "<br") {
		t.Errorf("the site rewrote the article: %q", p.Content.Rendered)
	}
	if p.Excerpt.Raw != "En deux mots &amp; plus" || p.Cover == 0 || len(p.Categories) != 2 || len(p.Tags) != 2 {
		t.Errorf("stands %+v", p)
	}
	var pic struct {
		Alt string `json:"alt_text"`
	}
	o.ask(t, "GET", "/wp/v2/media/"+strconv.Itoa(p.Cover), nil, nil, &pic)
	if pic.Alt != m.Alt {
		t.Errorf("alt text %q", pic.Alt)
	}

	// What exists is not made twice.
	cats, tags := p.Categories, p.Tags
	twin := o.intent("")
	art := *in.Article
	art.Slug, art.Cover = "", nil
	twin.Article = &art
	o.publish(t, twin)
	edit := in
	edit.Key, edit.Version = in.Key+"-edit", r.Version
	art = *in.Article
	art.Title, art.HTML, art.Tags = "Beurre", "<p>Tout neuf</p>", art.Tags[:1]
	edit.Article = &art
	again, err := o.p.Edit(t.Context(), r.Ref, edit)
	if err != nil {
		t.Fatal(err, heard(err))
	}
	look()
	slices.Sort(cats)
	slices.Sort(p.Categories)
	if p.Title.Rendered != "Beurre" || !slices.Equal(p.Categories, cats) || len(p.Tags) != 1 || p.Tags[0] != tags[0] || p.Cover == 0 || again.Version == r.Version {
		t.Errorf("after the edit %+v (was %v %v)", p, cats, tags)
	}
	found, err := o.p.Find(t.Context(), in)
	if err != nil || !found.Taken || found.Receipt.Ref != r.Ref {
		t.Errorf("after an edit the intent is not known: %+v %v", found, err)
	}

	// Somebody changes it on the blog: a stale edit meets what stands.
	o.ask(t, "POST", "/wp/v2/posts/"+n, nil, map[string]any{"content": p.Content.Raw + "\n<p>De la main de Karim</p>", "title": "De Karim"}, nil)
	edit.Version, art.Title = again.Version, "Le mien"
	_, err = o.p.Edit(t.Context(), r.Ref, edit)
	var e *network.Error
	if !errors.As(err, &e) || e.Fault.Kind != fault.Conflict || e.Outcome != network.Refused || e.Theirs == nil {
		t.Fatalf("a stale edit: %v", err)
	}
	if e.Theirs.Article.Title != "De Karim" || !strings.Contains(e.Theirs.Article.HTML, "De la main de Karim") || strings.Contains(e.Theirs.Article.HTML, "vigie:") {
		t.Errorf("theirs: %+v", e.Theirs)
	}
	if look(); p.Title.Rendered != "De Karim" {
		t.Errorf("the stale edit was written: %s", p.Title.Rendered)
	}
	edit.Version = e.Theirs.Version
	if _, err = o.p.Edit(t.Context(), r.Ref, edit); err != nil {
		t.Errorf("an edit that rests on what stands: %v", err)
	}

	if err := o.p.Delete(t.Context(), r.Ref); err != nil {
		t.Fatal(err)
	}
	var gone struct{ Status string }
	o.ask(t, "GET", "/wp/v2/posts/"+n, url.Values{"context": {"edit"}}, nil, &gone)
	if gone.Status != "trash" {
		t.Errorf("deleted, its status is %q", gone.Status)
	}
	// Taken, though trashed since: it must not be sent again behind whoever trashed it.
	if found, err := o.p.Find(t.Context(), in); err != nil || !found.Taken {
		t.Errorf("in the trash it is forgotten: %+v %v", found, err)
	}
	if _, err := o.p.Edit(t.Context(), r.Ref, edit); !fault.Is(err, fault.NotFound) {
		t.Errorf("an edit of what is in the trash: %v", err)
	}
	draft := o.intent("")
	draft.Article = &network.Article{Title: "Brouillon", HTML: "<p>x</p>", Status: network.StatusDraft}
	if r := o.publish(t, draft); r.URL == "" || r.At.IsZero() {
		t.Errorf("a draft: %+v", r)
	}
}

func TestAnArticleOnTheRealWordPress(t *testing.T) { anArticle(t, real(t, "editor")) }

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
	var p standingPost
	o.ask(t, "GET", "/wp/v2/"+strings.Replace(string(r.Ref), "post/", "posts/", 1), url.Values{"context": {"edit"}}, nil, &p)
	if s := p.standing(); s.Text != "À 14 euros" || len(s.Alts) != 1 || s.Alts[0] != "un bol" {
		t.Errorf("%+v", s)
	}
}

func TestAnEditKeepsThePicturesOnTheRealWordPress(t *testing.T) {
	anEditKeepsThePictures(t, real(t, "editor"))
}

// I1, P9: comments come home with their state, are followed, answered once, and
// stand in their thread.
func aConversation(t *testing.T, o opened) {
	r := o.publish(t, o.intent("Les galettes sont arrivées"))
	post, _ := strconv.Atoi(strings.TrimPrefix(string(r.Ref), "post/"))
	other := o.publish(t, o.intent("Un autre article"))
	otherPost, _ := strconv.Atoi(strings.TrimPrefix(string(other.Ref), "post/"))
	start, err := o.p.Receive(t.Context(), "")
	if err != nil || len(start.Items) != 0 || start.Next == "" {
		t.Fatalf("the first reading: %+v %v", start, err)
	}
	asked := o.says(t, post, 0, "Maëlle", "Jusqu’à quand ? <b>Merci</b> & à bientôt")
	spam := o.says(t, post, 0, "Robot", "Achetez des montres "+o.one)
	oops := o.says(t, otherPost, 0, "Malo", "Oups")
	at := network.Cursor(start.Next)
	// read gathers what concerns these two articles: a real site has other tests on it.
	read := func() map[network.Ref]network.Item {
		t.Helper()
		out := map[network.Ref]network.Item{}
		for more := true; more; {
			b, err := o.p.Receive(t.Context(), at)
			if err != nil {
				t.Fatal(err, heard(err))
			}
			for _, it := range b.Items {
				if it.Root == r.Ref || it.Root == other.Ref || it.Gone {
					out[it.Ref] = it
				}
			}
			at, more = b.Next, b.More
		}
		return out
	}
	got := read()
	comment := func(n int) network.Ref { return network.Ref("comment/" + strconv.Itoa(n)) }
	it := got[comment(asked)]
	if it.Text != "Jusqu’à quand ? Merci & à bientôt" || it.Kind != network.Comment || it.Parent != r.Ref || it.Root != r.Ref || it.Held != "" ||
		it.Author.Name != "Maëlle" || !strings.HasPrefix(string(it.Author.Ref), "guest/") || it.Own || it.URL == "" || it.Subject != "Les galettes sont arrivées" || time.Since(it.At) > time.Hour {
		t.Errorf("the comment: %+v", it)
	}
	if len(got) != 3 {
		t.Errorf("%d comments arrived, want 3: %+v", len(got), got)
	}
	if again := read(); len(again) != 0 {
		t.Errorf("told twice: %+v", again)
	}

	// The answer, once, in its place.
	in := o.intent("Jusqu’à dimanche <midi> & pas après.")
	in.Answer, in.Parent = true, comment(asked)
	if f, err := o.p.Find(t.Context(), in); err != nil || f.Taken || !f.Sure {
		t.Errorf("a look before: %+v %v", f, err)
	}
	said := o.publish(t, in)
	if f, err := o.p.Find(t.Context(), in); err != nil || !f.Taken || f.Receipt.Ref != said.Ref {
		t.Errorf("a look after: %+v %v", f, err)
	}
	if said.Root != r.Ref || said.URL == "" {
		t.Errorf("receipt: %+v", said)
	}
	if _, err := o.p.Publish(t.Context(), in); !fault.Is(err, fault.Conflict) || network.OutcomeOf(err) != network.Refused {
		t.Errorf("the same answer again: %v", err)
	}

	// What moderators and authors do afterwards is told.
	o.ask(t, "POST", "/wp/v2/comments/"+strconv.Itoa(spam), nil, map[string]any{"status": "spam"}, nil)
	o.ask(t, "POST", "/wp/v2/comments/"+strconv.Itoa(asked), nil, map[string]any{"content": "Jusqu’à quand, s’il vous plaît ?"}, nil)
	o.ask(t, "DELETE", "/wp/v2/comments/"+strconv.Itoa(oops), url.Values{"force": {"true"}}, nil, nil)
	got = read()
	if it := got[comment(spam)]; it.Held != "spam" {
		t.Errorf("spam: %+v", it)
	}
	if it := got[comment(asked)]; it.Text != "Jusqu’à quand, s’il vous plaît ?" {
		t.Errorf("edited: %+v", it)
	}
	if it := got[comment(oops)]; !it.Gone {
		t.Errorf("deleted: %+v", it)
	}
	if it := got[said.Ref]; !it.Own || it.Parent != comment(asked) || it.Text != in.Text {
		t.Errorf("our answer: %+v", it)
	}

	thanks := o.says(t, post, asked, "Maëlle", "Merci "+o.one)
	items, err := o.p.Thread(t.Context(), comment(thanks), 50)
	if err != nil || len(items) < 4 || items[0].Ref != r.Ref || items[0].Kind != network.Context || items[1].Ref != comment(asked) || items[2].Ref != comment(thanks) || items[2].Parent != comment(asked) {
		t.Errorf("the thread: %v %+v", err, items)
	}
	if few, err := o.p.Thread(t.Context(), comment(thanks), 2); err != nil || len(few) != 2 {
		t.Errorf("two of the thread: %v %+v", err, few)
	}

	// What was said before, newest first, every one once.
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
	for _, n := range []int{asked, spam, thanks} {
		if !seen[comment(n)] {
			t.Errorf("history lacks %d", n)
		}
	}

	// Our own answer is changed and taken back; twice is fine.
	if _, err := o.p.Edit(t.Context(), said.Ref, o.intent("Jusqu’à lundi.")); err != nil {
		t.Error(err, heard(err))
	}
	for range 2 {
		if err := o.p.Delete(t.Context(), said.Ref); err != nil {
			t.Error(err)
		}
	}
	if it := read()[said.Ref]; it.Held != "trash" || it.Text != "Jusqu’à lundi." {
		t.Errorf("our answer, taken back: %+v", it)
	}

	// Closed comments are said so.
	o.ask(t, "POST", "/wp/v2/posts/"+strconv.Itoa(otherPost), nil, map[string]any{"comment_status": "closed"}, nil)
	late := o.intent("Trop tard")
	late.Answer, late.Parent = true, other.Ref
	if _, err := o.p.Publish(t.Context(), late); fault.As(err).Key != "network.wordpress.comments_closed" {
		t.Errorf("on closed comments: %v", err)
	}
	late.Parent = comment(oops)
	if _, err := o.p.Publish(t.Context(), late); !fault.Is(err, fault.NotFound) || network.OutcomeOf(err) != network.Refused {
		t.Errorf("under what is gone: %v", err)
	}
	for _, c := range []network.Cursor{"w1", "x", "w1 a", "w1 4 5", "h1 -3"} {
		if _, err := o.p.Receive(t.Context(), c); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "cursor" {
			t.Errorf("cursor %q: %v", c, err)
		}
	}
}

func TestAConversationOnTheRealWordPress(t *testing.T) { aConversation(t, real(t, "editor")) }

// A long silence: nothing missed, nothing doubled, in order.
func TestALongSilenceOnTheRealWordPress(t *testing.T) {
	o := real(t, "editor")
	r := o.publish(t, o.intent("Deux cents voix"))
	start, err := o.p.Receive(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(string(r.Ref), "post/"))
	for i := range 105 {
		code := o.ask(t, "POST", "/wp/v2/comments", nil, map[string]any{
			"post": n, "content": fmt.Sprint("Voix ", i), "author_name": "Voix", "author_email": fmt.Sprint("v", i, "@public.example"),
		}, nil)
		if code != 201 {
			t.Fatalf("HTTP %d", code)
		}
	}
	i := 0
	for at, more := start.Next, true; more; {
		b, err := o.p.Receive(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range b.Items {
			if it.Root != r.Ref {
				continue
			}
			if it.Text != fmt.Sprint("Voix ", i) {
				t.Fatalf("item %d is %q", i, it.Text)
			}
			i++
		}
		at, more = b.Next, b.More
	}
	if i != 105 {
		t.Errorf("%d arrived", i)
	}
}

// Who may what is the site's business, and is said.
func TestRolesOnTheRealWordPress(t *testing.T) {
	s := realSite(t)
	d := wordpress.New(config(http.DefaultClient))
	try := func(w writer) error {
		step, _ := d.Begin(t.Context())
		_, err := d.Next(t.Context(), step, s.answers(w)["site"])
		return err
	}
	if err := try(s.hire(t, "contributor")); fault.As(err).Key != "network.wordpress.may_not_publish" {
		t.Errorf("a contributor: %v", err)
	}
	o := signIn(t, s, s.answers(s.hire(t, "author")))
	if _, err := o.p.Receive(t.Context(), ""); fault.As(err).Key != "network.wordpress.may_not_moderate" {
		t.Errorf("an author reads comments: %v", err)
	}
	in := o.intent("")
	in.Article = &network.Article{Title: "x", HTML: "<p>x</p>", Categories: []string{"Neuve " + o.one}}
	if _, err := o.p.Publish(t.Context(), in); fault.As(err).Key != "network.check.article_category" || network.OutcomeOf(err) != network.NotSent {
		t.Errorf("an author makes a category: %v", err)
	}
}

// The address as people give it, with and without pretty links.
func TestTheSiteIsFoundFromWhatPeopleType(t *testing.T) {
	s := realSite(t)
	w := s.hire(t, "editor")
	d := wordpress.New(config(http.DefaultClient))
	for _, address := range []string{s.url, s.url + "/", s.url + "/wp-admin/profile.php", s.url + "/wp-json/"} {
		step, _ := d.Begin(t.Context())
		step, err := d.Next(t.Context(), step, map[string]string{"site": address, "user": w.name, "password": w.password})
		if err != nil || step.ID != network.Done || step.Credentials.Server != s.url {
			t.Errorf("%s: %+v %v", address, step, err)
		}
		step.Credentials.Data["root"] = s.url + "/?rest_route=/"
		a, err := d.Open(step.Credentials, nil)
		if err != nil {
			t.Fatal(err)
		}
		if me, err := a.WhoAmI(t.Context()); err != nil || me.Ref != step.Profile.Ref {
			t.Errorf("by ?rest_route=: %+v %v", me, err)
		}
	}
}

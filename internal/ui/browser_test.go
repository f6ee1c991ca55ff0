package ui

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vigie/internal/brand"
	"vigie/internal/platform/live"
	"vigie/internal/team"
	"vigie/test/browser"
)

func TestMain(m *testing.M) {
	code := m.Run()
	browser.CloseBrowser()
	os.Exit(code)
}

// desk is a hall with one page on which everything the scripts do can happen.
type desk struct {
	hub *live.Hub
	mu  sync.Mutex

	title  string
	hold   chan struct{} // the next reading of the page is answered once this is closed
	slow   bool          // the page has a script of its own, long on its way
	after  string        // a title that somebody gives right after the page was read
	undone int
	took   time.Duration
}

func (d *desk) page(w http.ResponseWriter, r *Request) error {
	d.mu.Lock()
	title, hold, script := d.title, d.hold, ""
	d.hold = nil
	if d.slow {
		script = `<p id="heard">rien</p><script type="module" src="/slow.js"></script>`
	}
	if d.after != "" {
		d.title, d.after = d.after, ""
		d.hub.Tell("post:1", "post.changed", nil)
	}
	d.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return Page(w, r, Frame{Title: "Bureau", Active: "today", Subject: "post:1", Live: []string{"post:1"},
		Main: &Action{Label: "Publication", Href: "/new", Icon: "plus", Key: "N"},
		Keys: []Key{{Keys: "E", Label: "ranger", Click: "#archive"}}},
		words(`<div id="list" data-live="post.changed"><p>Titre : `+title+`</p></div>
<span data-presence="post:1"></span>
<form method="post" action="/archive"><button id="archive" data-hx-post="/archive" data-hx-target="#state">Ranger</button></form>
<p id="state">en place</p>
<form method="post" action="/remove"><button data-confirm="Supprimer 3 commentaires ?" data-confirm-text="Une copie reste." data-confirm-yes="Supprimer 3 commentaires">Supprimer</button></form>
<form data-autosave="/save" method="post" action="/save"><label for="t">Texte</label><textarea id="t" name="text"></textarea><input type="hidden" name="version" value="1"></form>
`+script+`<ul><li data-row><a class="go" href="/first">premier</a></li><li data-row><a class="go" href="/second">second</a></li></ul>`))
}

func startDesk(t *testing.T) (*desk, string) {
	t.Helper()
	hub, err := live.New(live.Config{})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{hub: hub, title: "les sablés"}
	c := testConfig()
	c.Live, c.LiveAt = "/live", hub.Position
	c.Took = func(_ context.Context, _ team.Actor, _ brand.Brand, _ string, took time.Duration) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.took += took
		return nil
	}
	c.Here = func(r *Request, topic string, gone bool) ([]live.Person, error) {
		hub.Here(topic, string(r.Actor.Person), r.Person.Name, time.Minute)
		return hub.Who(topic), nil
	}
	said := func(text string) func(http.ResponseWriter, *Request) error {
		return func(w http.ResponseWriter, r *Request) error {
			return Page(w, r, Frame{Title: text}, words("Vous êtes ici : "+text))
		}
	}
	post := func(path string, h func(http.ResponseWriter, *Request) error) Route {
		return Route{Method: "POST", Path: path, Guard: SignedIn, Handle: h}
	}
	m := newMux(t, c,
		Route{Method: "GET", Path: "/desk", Guard: SignedIn, Handle: d.page},
		Route{Method: "GET", Path: "/new", Guard: SignedIn, Handle: said("nouveau")},
		Route{Method: "GET", Path: "/second", Guard: SignedIn, Handle: said("second")},
		Route{Method: "GET", Path: "/b/{brand}/calendar", Guard: In(team.SeePlanning), Handle: said("calendrier")},
		post("/archive", func(w http.ResponseWriter, r *Request) error {
			Say(r, Toast{Text: "Rangé à l’été « déjà ».", Undo: "/undo"})
			return Fragment(w, r, 0, words("rangé"))
		}),
		post("/undo", func(w http.ResponseWriter, r *Request) error {
			d.mu.Lock()
			d.undone++
			d.mu.Unlock()
			Say(r, Toast{Text: "Remis en place."})
			return Redirect(w, r, "/desk")
		}),
		post("/remove", func(w http.ResponseWriter, r *Request) error { return Redirect(w, r, "/second") }),
		post("/save", func(w http.ResponseWriter, r *Request) error {
			f, err := ReadForm(r)
			if err != nil {
				return err
			}
			d.mu.Lock()
			d.title = f.Get("text")
			d.mu.Unlock()
			d.hub.Tell("post:1", "post.changed", nil)
			w.Header().Set("Content-Type", "application/json")
			_, err = w.Write([]byte(`{"version": 2}`))
			return err
		}),
	)
	if err := m.Mount("GET /live", hub.Handler(func(*http.Request) ([]string, error) { return []string{"post:1", "person:claire"}, nil })); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow.js" {
			time.Sleep(time.Second)
			w.Header().Set("Content-Type", "text/javascript")
			io.WriteString(w, `document.addEventListener("vigie:event", (e) => (document.getElementById("heard").textContent += ", puis " + e.detail.kind))`)
			return
		}
		r.Header.Set("Test-Who", "two")
		m.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		_ = hub.Stop(context.Background())
		srv.Close()
	})
	return d, srv.URL
}

func TestThePageLivesInABrowser(t *testing.T) {
	browser.Wanted(t)
	d, url := startDesk(t)
	p := browser.Someone(t, url, "claire")
	p.Speaks("fr")
	p.Go("/desk")

	// Another person changes the title, and is here.
	d.mu.Lock()
	d.title = "les palets"
	d.mu.Unlock()
	d.hub.Tell("post:1", "post.changed", nil)
	p.See("les palets")
	d.hub.Here("post:1", "yann", "Yann Le Bihan", time.Minute)
	p.See("YB")
	if !p.Has("image", "Yann Le Bihan est aussi sur cette page") {
		t.Error("presence has no name")
	}
	p.Reload()
	p.See("YB")

	// E archives by htmx; the toast offers to take it back, Z does.
	p.Press("e")
	p.See("rangé")
	p.See("Rangé à l’été « déjà ».")
	p.Press("z")
	p.See("Remis en place.")
	d.mu.Lock()
	if d.undone != 1 {
		t.Errorf("undone %d times", d.undone)
	}
	d.mu.Unlock()

	// What one types is saved, and keys do nothing meanwhile.
	p.Type("Texte", "nez ?")
	p.Press("\t")
	p.See("Titre : nez ?")
	p.Arrive("/desk")

	// Removing asks once, in words.
	p.Go("/desk")
	p.Click("button", "Supprimer")
	p.See("Supprimer 3 commentaires ?")
	p.Click("button", "Annuler")
	p.Arrive("/desk")
	p.Click("button", "Supprimer")
	p.Click("button", "Supprimer 3 commentaires")
	p.Arrive("/second")

	// The palette goes places; ? lists the page's keys; G C goes there too; J J Enter opens.
	p.Press("k", chromedp.ModifierCtrl)
	p.See("Médiathèque G M")
	p.Type("Chercher, commander", "calend")
	p.Press("\r") // faster than the list
	p.Arrive("/b/")
	p.See("Vous êtes ici : calendrier")
	p.Go("/desk")
	p.Press("?")
	p.See("Les touches de cette page")
	p.See("ranger")
	p.Press("\u001b")
	p.Press("j")
	p.Press("j")
	p.Press("\r")
	p.Arrive("/second")
	p.Press("g")
	p.Press("c")
	p.Arrive("/b/")
	p.Go("/desk")
	p.Press("n")
	p.Arrive("/new")
}

// What happens between the reading of a page and its stream is not lost.
func TestWhatHappensBeforeTheStreamIsOpenIsShown(t *testing.T) {
	browser.Wanted(t)
	d, url := startDesk(t)
	p := browser.Someone(t, url, "claire")
	p.Speaks("fr")
	d.mu.Lock()
	d.after = "les palets"
	d.mu.Unlock()
	p.Go("/desk")
	p.See("les palets")
}

// A script of the page that arrives late hears what was told while it was on
// its way: the composer once stayed at “on its way” for a post that had left.
func TestALateScriptHearsWhatWasToldBeforeIt(t *testing.T) {
	browser.Wanted(t)
	d, url := startDesk(t)
	p := browser.Someone(t, url, "claire")
	p.Speaks("fr")
	d.mu.Lock()
	d.slow, d.after = true, "les palets"
	d.mu.Unlock()
	p.Go("/desk")
	p.See("puis post.changed")
}

// Two things happen close together: the page that was read after the first, and
// arrives late, does not cover what was read after the second.
func TestAnOlderReadingNeverCoversANewerOne(t *testing.T) {
	browser.Wanted(t)
	d, url := startDesk(t)
	p := browser.Someone(t, url, "claire")
	p.Speaks("fr")
	p.Go("/desk")
	p.See("les sablés")
	hold := make(chan struct{})
	tell := func(title string, hold chan struct{}) {
		d.mu.Lock()
		d.title, d.hold = title, hold
		d.mu.Unlock()
		d.hub.Tell("post:1", "post.changed", nil)
	}
	tell("les palets", hold)
	for held := false; !held; time.Sleep(10 * time.Millisecond) {
		d.mu.Lock()
		held = d.hold == nil
		d.mu.Unlock()
	}
	tell("les kouignettes", nil)
	time.Sleep(time.Second) // far more than the pause before a reading
	close(hold)
	p.See("les kouignettes")
	time.Sleep(time.Second)
	p.See("les kouignettes")
}

func TestTheHallHasNothingAxeFinds(t *testing.T) {
	browser.Wanted(t)
	_, url := startDesk(t)
	for _, theme := range []string{"light", "dark"} {
		for _, size := range []string{"wide", "narrow"} {
			t.Run(theme+" "+size, func(t *testing.T) {
				p := browser.Someone(t, url, "claire")
				p.Speaks("fr")
				p.Prefers(theme)
				p.Wide()
				if size == "narrow" {
					p.Narrow()
				}
				p.Tolerate("404")
				for _, path := range []string{"/_components", "/more", "/nowhere", "/search?q=cal"} {
					p.Go(path)
					for _, v := range p.Axe() {
						t.Errorf("%s: %v", path, v)
					}
					for _, o := range p.Overflow() {
						t.Errorf("%s: sticks out: %s", path, o)
					}
					if dir := os.Getenv("VIGIE_PICTURES"); dir != "" {
						p.Picture(dir + "/ui-" + strings.Trim(path[1:], "?=_") + "-" + theme + "-" + size + ".png")
					}
				}
			})
		}
	}
}

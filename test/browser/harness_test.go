package browser

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// site serves one page, with the policy Vigie has.
func site(t *testing.T, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" {
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src-attr 'unsafe-inline'")
		io.WriteString(w, `<!doctype html><html lang="fr"><head><title>Essai</title><meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>Essai</h1>`+
			strings.NewReplacer("{path}", r.URL.Path, "{query}", r.URL.RawQuery, "{language}", r.Header.Get("Accept-Language")).Replace(body)+`</main></body></html>`)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestAPersonFindsControlsByRoleAndName(t *testing.T) {
	Wanted(t)
	p := Someone(t, site(t, `<form action="/merci"><label>Nom du canal <input name="nom"></label>
		<label for="h">Heure</label><input id="h" name="h" type="time">
		<label>Réseau <select name="r"><option value="m">Mastodon<option value="b">Bluesky</select></label>
		<button>Publier&nbsp;!</button></form><p>Vous êtes à {path}?{query}, en {language}</p>`), "claire")
	p.Go("/")
	p.See("en fr")
	p.Fill("Nom du canal", "La Vigie")
	p.Fill("Nom du canal", "Vigie")
	p.Type("Nom du canal", " 2")
	p.Fill("Heure", "14:30")
	p.Choose("Réseau", "Bluesky")
	p.Click("button", "Publier !")
	p.Arrive("/merci")
	p.See("nom=Vigie+2&h=14%3A30&r=b")
	if !p.Has("button", "Publier !") || p.Has("button", "Supprimer") {
		t.Error("Has does not tell what is there from what is not")
	}
}

func TestAnErrorOfThePageIsHeard(t *testing.T) {
	Wanted(t)
	for name, body := range map[string]string{
		"a script the policy refuses": `<script>document.title = "no"</script>`,
		"a picture that is not there": `<img alt="" src="data:text/plain,no"><img alt="" src="http://127.0.0.1:1/x.png">`,
	} {
		t.Run(name, func(t *testing.T) {
			p := Someone(t, site(t, body), "claire")
			p.Go("/")
			p.until("hear it", func() bool { return len(p.Said()) > 0 })
			p.forget() // heard, and meant
		})
	}
}

func TestWhatSticksOutOfAPhoneIsNamed(t *testing.T) {
	Wanted(t)
	p := Someone(t, site(t, `<table id="wide" style="width: 700px"><tr><td>x</td></tr></table>`), "claire")
	p.Go("/")
	if out := p.Overflow(); len(out) > 0 {
		t.Errorf("it fits at 1440, yet: %q", out)
	}
	p.Narrow()
	if out := p.Overflow(); !slices.ContainsFunc(out, func(s string) bool { return strings.HasPrefix(s, "table#wide") }) {
		t.Errorf("the wide table is not named: %q", out)
	}
}

func TestAxeSeesAPictureWithoutAText(t *testing.T) {
	Wanted(t)
	p := Someone(t, site(t, `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="10">`), "claire")
	p.Tolerate("data:image") // the policy refuses it, which is not the point here
	p.Go("/")
	if found := p.Axe(); !slices.ContainsFunc(found, func(v Violation) bool { return v.ID == "image-alt" }) {
		t.Errorf("axe found %v", found)
	}
}

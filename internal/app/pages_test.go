package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"vigie/internal/app"
	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing"
	"vigie/internal/team"
	"vigie/internal/ui"
	"vigie/internal/ui/uitest"
)

// otherwise are the GET routes that do not answer 200 in this house, with the
// reason.
var otherwise = map[string]struct {
	status int
	why    string
}{
	"GET /{$}":                              {http.StatusSeeOther, "sends to the first page"},
	"GET /today":                            {http.StatusSeeOther, "goes to the day of one brand, or of all"},
	"GET /favicon.ico":                      {http.StatusFound, "the drawing stands among the static files"},
	"GET /welcome":                          {http.StatusSeeOther, "the first account exists"},
	"GET /reset/{token}":                    {http.StatusNotFound, "nobody asked for a reset"},
	"GET /calendar/{token}":                 {http.StatusNotFound, "no calendar has this address"},
	"GET /v/{token}":                        {http.StatusNotFound, "nobody was sent this link; the client's story is test/browser's"},
	"GET /v/{token}/all":                    {http.StatusNotFound, "nobody was sent this link"},
	"GET /v/{token}/p/{post}":               {http.StatusNotFound, "nobody was sent this link"},
	"GET /v/{token}/p/{post}/media/{media}": {http.StatusNotFound, "nobody was sent this link"},
	"GET /b/{brand}/review/{post}":          {http.StatusNotFound, "nobody was asked about it: the brand has carte blanche"},
	"GET /b/{brand}/media/many":             {http.StatusSeeOther, "no media is chosen"},
	"GET /b/{brand}/by-hand/{publication}":  {http.StatusNotFound, "nothing waits for a hand: see TestAPostIsPublishedByHandOnANetworkWithoutAnAPI"},
	"GET /b/{brand}/by-hand/{publication}/media/{media}": {http.StatusNotFound, "nothing waits for a hand"},
	"GET /channels/callback":                             {http.StatusNotFound, "no authorisation page sent her here"},
	"GET /practice/{account}/{post}":                     {http.StatusNotFound, "nothing has left yet"},
	"GET /practice/{account}/media/{key}":                {http.StatusNotFound, "nothing has left yet"},
	"GET /b/{brand}/settings/sign-in/{signin}/go":        {http.StatusSeeOther, "the practice network has no authorisation page"},
}

// maxPage bounds one page's own HTML on the wire; the budget of a first visit,
// with what it loads, is measured apart.
const maxPage = 40 << 10

// Every page stands, in both languages, on both databases: it has a title, is
// sound HTML, obeys the security policy, and says nothing untranslated.
func TestEveryPageStandsInBothLanguages(t *testing.T) {
	each(t, func(h *house) {
		s := buildStreet(h)
		_, link, err := h.Team.InviteTo(h.Context(), s.claire.actor, s.a, inviteClient)
		h.ok(err)
		for _, language := range i18n.Langs() {
			_, err := h.DB.Exec(h.Context(), `UPDATE person SET language = ?, version = version + 1`, language)
			h.ok(err)
			for _, r := range h.web.Mux.Routes() {
				if r.Method != http.MethodGet {
					continue
				}
				session := s.claire.session
				switch r.Guard {
				case ui.Public:
					session = ""
				case ui.Admin:
					session = s.rosa.session
				}
				ids := s.ids
				if strings.HasPrefix(r.Path, "/invitation/") {
					ids = map[string]string{"token": link}
				}
				path := door{method: r.Method, path: r.Path}.at(ids)
				want, wantStatus := otherwise[r.String()], http.StatusOK
				if want.status != 0 {
					wantStatus = want.status
				}
				got := h.as(session, ask{method: r.Method, path: path, language: language})
				if got.status != wantStatus {
					h.Errorf("%s in %s: %d, want %d: %.400s", r, language, got.status, wantStatus, got.body)
					continue
				}
				if strings.HasPrefix(got.head.Get("Content-Type"), "text/html") && got.body != "" && got.status != http.StatusSeeOther && got.status != http.StatusFound {
					h.Run(language+" "+r.String(), func(t *testing.T) { checkPage(t, got.body, language) })
					zipped := h.as(session, ask{method: r.Method, path: path, language: language, gzip: true})
					if len(zipped.body) > maxPage {
						h.Errorf("%s: %d bytes on the wire, more than %d", r, len(zipped.body), maxPage)
					}
				}
			}
		}
	})
}

// untranslated is a message key that came through.
var untranslated = regexp.MustCompile(`\b(app|ui|team|brand|channel|network|publishing|assets|today|api|fault|mail|live|db|search|secret|post|calendar|composer|ledger|media)\.[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\b`)

func checkPage(t *testing.T, page, language string) {
	t.Helper()
	uitest.HTML(t, page)
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	titled, whole := false, strings.Contains(page, "<html")
	var walk func(*html.Node, bool)
	walk = func(n *html.Node, quiet bool) {
		switch n.Type {
		case html.ElementNode:
			quiet = quiet || n.Data == "script" || n.Data == "style" || n.Data == "code" || n.Data == "pre"
			for _, a := range n.Attr {
				switch a.Key {
				case "title", "aria-label", "placeholder", "alt":
					said(t, a.Val)
				case "lang":
					if n.Data == "html" && a.Val != language {
						t.Errorf("the page is in %q", a.Val)
					}
				}
			}
			if n.Data == "title" && n.FirstChild != nil && n.Parent != nil && n.Parent.Data == "head" {
				titled = strings.TrimSpace(n.FirstChild.Data) != ""
			}
		case html.TextNode:
			if !quiet {
				said(t, n.Data)
			}
		}
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			walk(k, quiet)
		}
	}
	walk(doc, false)
	if whole && !titled {
		t.Error("no title")
	}
}

func said(t *testing.T, text string) {
	t.Helper()
	if key := untranslated.FindString(text); key != "" {
		t.Errorf("a key came through untranslated: %q in %q", key, strings.TrimSpace(text))
	}
	for _, bad := range []string{"%!", "<nil>", "0001-01-01", "{name}", "{n}"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q in %q", bad, strings.TrimSpace(text))
		}
	}
}

var loads = regexp.MustCompile(`(?:href|src)="(/static/[^"#]+)[^"]*"`)
var imports = regexp.MustCompile(`(?:from|import)\s*\(?\s*["'](\.{0,2}/[^"']+)["']`)

// The budget of the first page: under 100 kB compressed, styles, scripts and
// font included.
func TestAFirstVisitWeighsLessThanAHundredKilobytes(t *testing.T) {
	h := build(t, configFor(t, "sqlite"))
	first := h.as("", ask{method: "GET", path: "/welcome", gzip: true})
	plain := h.as("", ask{method: "GET", path: "/welcome"})
	total, seen := len(first.body), map[string]bool{}
	var load func(path string)
	load = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		zipped := h.as("", ask{method: "GET", path: path, gzip: true})
		if zipped.status != http.StatusOK {
			t.Errorf("%s: %d", path, zipped.status)
		}
		total += len(zipped.body)
		if strings.HasSuffix(path, ".js") {
			source := h.as("", ask{method: "GET", path: path}).body
			for _, m := range imports.FindAllStringSubmatch(source, -1) {
				if !strings.Contains(m[0], "(") { // a dynamic import is loaded when it is used
					load(join(path, m[1]))
				}
			}
		}
	}
	for _, m := range loads.FindAllStringSubmatch(plain.body, -1) {
		load(m[1])
	}
	if total > 100_000 {
		t.Errorf("%d bytes in %d files", total, len(seen)+1)
	}
	t.Logf("%d bytes in %d files", total, len(seen)+1)
}

func join(from, to string) string {
	if strings.HasPrefix(to, "/") {
		return to
	}
	parts := strings.Split(from[:strings.LastIndex(from, "/")], "/")
	for _, p := range strings.Split(to, "/") {
		switch p {
		case ".":
		case "..":
			parts = parts[:len(parts)-1]
		default:
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "/")
}

// Every word the program says exists in both languages, with the same places,
// and is said somewhere; every word that the sources ask for exists.
func TestTheWordsAreCompleteAndAllUsed(t *testing.T) {
	i18n.CheckCatalog(t, i18n.Check{Dir: "../..", Own: app.Messages()})
}

// P3: what left can be seen where it arrived, by the address it has there.
func TestThePageOfWhatLeftStands(t *testing.T) {
	each(t, func(h *house) {
		b := h.brand("Kerlann", "")
		claire := h.join("Claire", false, map[id.Brand]team.Role{b: team.Owner})
		bruno := h.join("Bruno", false, nil)
		ch := h.channel(claire.actor, b, "kerlann", "Kerlann")
		h.start()
		p := h.plan(claire.actor, h.draft(claire.actor, b, "", "Les galettes sont chaudes.", ch.ID), publishing.When{Now: true})
		pub := h.sent(b, p.ID)
		if got := h.as(claire.session, ask{method: "GET", path: pub.URL}); got.status != http.StatusOK || !strings.Contains(got.body, "Les galettes sont chaudes.") {
			h.Errorf("%s: %d", pub.URL, got.status)
		}
		if got := h.as(bruno.session, ask{method: "GET", path: pub.URL}); got.status != http.StatusNotFound || strings.Contains(got.body, "galettes") {
			h.Errorf("a stranger at %s: %d", pub.URL, got.status)
		}
	})
}

package ui

import (
	"compress/gzip"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// pages draws what stands on the hall alone; the external test parses it too.
func pages(t *testing.T, lang string) map[string]string {
	t.Helper()
	m := newMux(t, testConfig(), guarded()...)
	out := map[string]string{}
	for _, p := range [][2]string{{"/_components", "two"}, {"/_components", ""}, {"/more", "two"}, {"/search?q=cal", "two"}, {"/nowhere", "owner"}, {"/nowhere", ""}, {"/more", "stranger"}, {"/offline", ""}} {
		out[p[0]+" as "+p[1]] = ask(m, "GET", p[0], p[1], "Accept-Language", lang).Body.String()
	}
	return out
}

func TestTheFrameShowsOnlyWhatExists(t *testing.T) {
	m := newMux(t, testConfig(), guarded()...)
	owner := ask(m, "GET", "/b/"+string(kerlann)+"/read", "owner").Body.String()
	for _, want := range []string{`<html lang="fr"`, "Kerlann", "biscuiterie", "Aujourd’hui", "Calendrier", "Réglages", `href="#contenu"`, `id="contenu"`, "--now:0.4458", "--brand:oklch(.53 .135 42)", `action="/sign-out"`} {
		if !strings.Contains(owner, want) {
			t.Errorf("the owner misses %q", want)
		}
	}
	if strings.Contains(owner, "Boîte") {
		t.Error("a section without a room is shown")
	}
	if client := ask(m, "GET", "/b/"+string(kerlann)+"/read", "client").Body.String(); strings.Contains(client, "Réglages") {
		t.Error("a client sees settings")
	}
	if en := ask(m, "GET", "/b/"+string(kerlann)+"/read", "owner", "Accept-Language", "en"); !strings.Contains(en.Body.String(), `<html lang="en"`) || !strings.Contains(en.Body.String(), "Calendar") {
		t.Error("English is not spoken")
	}
	if dark := ask(m, "GET", "/mine", "owner", "Test-Theme", "dark").Body.String(); !strings.Contains(dark, `data-theme="dark"`) {
		t.Error("the theme is not set")
	}
}

func TestTheLineOfTheDayIsInTheBrandsZone(t *testing.T) {
	m := newMux(t, testConfig(), guarded()...)
	if b := ask(m, "GET", "/b/"+string(sobo)+"/read", "two").Body.String(); !strings.Contains(b, "--now:0.7792") { // 18:42 in Tokyo
		t.Error("not in the brand's zone")
	}
}

func TestTheSwitcherListsOwnBrandsAndRemembersTheLast(t *testing.T) {
	m := newMux(t, testConfig(), guarded()...)
	two := ask(m, "GET", "/mine", "two", "Cookie", "vigie_brand="+string(sobo)).Body.String()
	if !strings.Contains(two, "/b/"+string(sobo)+"/calendar") || !strings.Contains(two, "/b/"+string(kerlann)+"/today") {
		t.Error("the last brand is forgotten, or the other not offered")
	}
	if one := ask(m, "GET", "/mine", "community", "Cookie", "vigie_brand="+string(sobo)).Body.String(); strings.Contains(one, "Ombrefeu") {
		t.Error("a cookie opened a wall (P1)")
	}
}

func TestColoursOfBrandsCannotCarryStyles(t *testing.T) {
	for _, c := range []string{"red;position:fixed", "url(x)", "", "#12"} {
		if len(BrandStyle(c)) != 0 {
			t.Errorf("%q was taken", c)
		}
	}
}

// First page under 100 kB compressed, fonts apart (UI.md).
func TestTheFirstPageIsLight(t *testing.T) {
	m := newMux(t, testConfig())
	body := ask(m, "GET", "/_components", "two").Body.String()
	total := gz(body)
	names := regexp.MustCompile(`/static/[0-9a-f]+/([^"#]+)`).FindAllStringSubmatch(body, -1)
	seen := map[string]bool{}
	add := func(name string) {
		if seen[name] || strings.HasPrefix(name, "fonts/") {
			return
		}
		seen[name] = true
		total += gz(string(files.files[name].plain))
	}
	for _, n := range names {
		add(n[1])
	}
	// A page loads the shell's modules and those of one room: the heaviest
	// counts for all of them.
	var reach func(name string, into map[string]bool)
	reach = func(name string, into map[string]bool) {
		if into[name] || files.files[name].plain == nil {
			return
		}
		into[name] = true
		for _, m := range imports.FindAllStringSubmatch(string(files.files[name].plain), -1) {
			reach("js/"+m[1], into)
		}
	}
	shell := map[string]bool{}
	reach("js/vigie.js", shell)
	for name := range shell {
		add(name)
	}
	entries, err := os.ReadDir("static/js")
	if err != nil {
		t.Fatal(err)
	}
	heaviest, room := 0, ""
	for _, e := range entries {
		own, n := map[string]bool{}, 0
		reach("js/"+e.Name(), own)
		for name := range own {
			if !shell[name] {
				n += gz(string(files.files[name].plain))
			}
		}
		if n > heaviest {
			heaviest, room = n, e.Name()
		}
	}
	if total += heaviest; heaviest == 0 {
		t.Error("no room has a script: this test looks at nothing")
	}
	t.Logf("the heaviest room's script: %s, %d bytes", room, heaviest)
	t.Logf("first page: %d bytes", total)
	if total > 100_000 || len(seen) < 6 {
		t.Errorf("%d bytes, %d files", total, len(seen))
	}
}

// imports are the modules that a module loads.
var imports = regexp.MustCompile(`import[^"';]*["']\./([a-z-]+\.js)["']`)

func gz(s string) int {
	var n counter
	z := gzip.NewWriter(&n)
	_, _ = io.WriteString(z, s)
	_ = z.Close()
	return int(n)
}

type counter int

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }

func TestStaticFilesMayBeKeptForEver(t *testing.T) {
	m := newMux(t, testConfig())
	w := ask(m, "GET", Asset("vigie.css"), "", "Accept-Encoding", "gzip")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w = ask(m, "GET", "/static/old/vigie.css", ""); w.Code != 200 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("an old page loses its style: %d %v", w.Code, w.Header())
	}
	if w = ask(m, "GET", "/static/x/../../ui.go", ""); w.Code == 200 {
		t.Error("outside of the static files")
	}
	if w = ask(m, "GET", "/mine", "owner"); w.Header().Get("Cache-Control") != "" && !strings.Contains(w.Header().Get("Cache-Control"), "no-store") {
		t.Error("a private page may not be kept")
	}
}

func TestPagesLeaveCompressed(t *testing.T) {
	m := newMux(t, testConfig(), guarded()...)
	w := ask(m, "GET", "/mine", "owner", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || !strings.Contains(string(b), "</html>") {
		t.Errorf("%v", err)
	}
}

func TestThePaletteFindsPlacesAndBrands(t *testing.T) {
	m := newMux(t, testConfig())
	b := ask(m, "GET", "/palette.json?q=Calend", "two").Body.String()
	if !strings.Contains(b, "/calendar") || strings.Contains(b, "/media") {
		t.Error(b)
	}
	if b = ask(m, "GET", "/palette.json?q=mediatheque", "two").Body.String(); !strings.Contains(b, "/media") {
		t.Error("accents must not matter: " + b)
	}
	if b = ask(m, "GET", "/palette.json?q=zzz", "two").Body.String(); strings.TrimSpace(b) != "[]" {
		t.Error(b)
	}
	if b = ask(m, "GET", "/palette.json?q=Ombrefeu", "community").Body.String(); strings.TrimSpace(b) != "[]" {
		t.Error("another's brand was found: " + b)
	}
}

func TestTheWorkerAndItsPageHoldNothingOfAnybody(t *testing.T) {
	m := newMux(t, testConfig())
	if w := ask(m, "GET", "/sw.js", ""); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	b := ask(m, "GET", "/offline", "two").Body.String()
	for _, name := range []string{"Kerlann", "Ombrefeu", "Inès"} {
		if strings.Contains(b, name) {
			t.Errorf("%s is kept in the browser", name)
		}
	}
}

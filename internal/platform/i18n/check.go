package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// TB is the part of testing.TB that CheckCatalog needs.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Check says what CheckCatalog looks at.
type Check struct {
	// Dir is the folder of sources (.go, .templ, .js) that use the messages;
	// it is walked, tests excepted.
	Dir string
	// Own are the message files that must be complete and wholly used.
	Own []fs.FS
	// Known are the message files that the sources may use besides.
	Known []fs.FS
}

var (
	reKey   = regexp.MustCompile("[\"`]([a-z][a-z0-9_]*(?:\\.[a-z0-9_]+)+\\.?)[\"`]")
	reUse   = regexp.MustCompile(`(?:\bT\(\s*(?:[A-Za-z.()]+,\s*)?|fault\.New\(\s*fault\.[A-Za-z]+,\s*)"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)"\s*[,)]`)
	rePlace = regexp.MustCompile(`\{([a-z_A-Z0-9]+)\}`)
)

// CheckCatalog fails the test when the languages do not have the same keys
// with the same places, when a text breaks its typography, when the sources
// use a key that no language has, or when a key is used nowhere. A key counts
// as used when it stands in a literal, or when a literal that ends with a
// point begins it ("post.state." + state).
func CheckCatalog(t TB, c Check) {
	t.Helper()
	own := map[string]bool{}
	for _, f := range c.Own {
		byLang := map[string]map[string]message{}
		for _, lang := range Langs() {
			m, err := read(f, lang)
			if err != nil {
				t.Fatalf("%v", err)
			}
			byLang[lang] = m
		}
		for _, lang := range Langs() {
			for key, m := range byLang[lang] {
				own[key] = true
				checkText(t, lang, key, m)
				for _, other := range Langs() {
					o, ok := byLang[other][key]
					if !ok {
						t.Errorf("%s: in %s.json, missing in %s.json", key, lang, other)
					} else if places(m) != places(o) {
						t.Errorf("%s: places %s in %s, %s in %s", key, places(m), lang, places(o), other)
					}
				}
			}
		}
	}
	known, err := New(append(slices.Clone(c.Known), c.Own...)...)
	if err != nil {
		t.Fatalf("%v", err)
	}
	used, prefixes := map[string]bool{}, []string{}
	err = filepath.WalkDir(c.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || d.Name() == "vendor") {
			return err
		}
		ext := filepath.Ext(path)
		if d.IsDir() || ext != ".go" && ext != ".templ" && ext != ".js" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range reKey.FindAllSubmatch(src, -1) {
			k := string(m[1])
			if strings.HasSuffix(k, ".") {
				prefixes = append(prefixes, k)
			}
			used[k] = true
		}
		// "room.state." alone, with only one word before the point.
		for _, m := range rePrefix.FindAllSubmatch(src, -1) {
			prefixes = append(prefixes, string(m[1]))
		}
		if strings.HasSuffix(path, "_templ.go") {
			return nil // its .templ was read
		}
		for _, m := range reUse.FindAllSubmatch(src, -1) {
			if k := string(m[1]); !known.Has(Default, k) {
				t.Errorf("%s uses %q, which no message file has", path, k)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	for key := range own {
		if !used[key] && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("%s: used nowhere under %s", key, c.Dir)
		}
	}
}

var rePrefix = regexp.MustCompile("[\"`]([a-z][a-z0-9_]*\\.)[\"`]")

func places(m message) string {
	seen := map[string]bool{}
	for _, p := range rePlace.FindAllStringSubmatch(m.one+m.other, -1) {
		seen[p[1]] = true
	}
	out := make([]string, 0, len(seen))
	for p := range seen {
		out = append(out, p)
	}
	slices.Sort(out)
	return "{" + strings.Join(out, " ") + "}"
}

func checkText(t TB, lang, key string, m message) {
	t.Helper()
	for _, s := range []string{m.one, m.other} {
		if Typo(lang, s) != s {
			t.Errorf("%s (%s): typography is not stable: %q", key, lang, s)
		}
		if strings.ContainsAny(s, "'\"") {
			t.Errorf("%s (%s): straight quotes in %q", key, lang, s)
		}
		if strings.TrimSpace(s) != s || strings.Contains(s, "  ") {
			t.Errorf("%s (%s): stray spaces in %q", key, lang, s)
		}
		if lang == "fr" && reBadFr.MatchString(s) {
			t.Errorf("%s: French typography in %q", key, s)
		}
	}
}

// What may never stand in a French text: a mark without its no-break space,
// « » without theirs, a capital that lost its accent.
var reBadFr = regexp.MustCompile(`[^\x{202f}!?(][;!?](\s|$)|[^\x{00a0}]:(\s|$)|«[^\x{00a0}]|[^\x{00a0}]»|\b(A|Etat|Ecrire|Evénement|Echec|Editer) [a-zéè]`)

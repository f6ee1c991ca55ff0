package i18n

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/base/fault"
)

func two(t *testing.T) (fr, en *Loc) {
	t.Helper()
	c := Must()
	now := func() time.Time { return time.Date(2026, 11, 10, 9, 42, 0, 0, time.UTC) }
	return c.For("fr").In("Europe/Paris").At(now), c.For("en").In("Europe/Paris").At(now)
}

func TestDatesAndHoursReadAsInTheDesign(t *testing.T) {
	fr, en := two(t)
	at := time.Date(2026, 11, 10, 11, 15, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{fr.Date(at), "mardi 10 novembre"},
		{en.Date(at), "Tuesday 10 November"},
		{fr.Date(time.Date(2027, 5, 1, 9, 0, 0, 0, time.UTC)), "samedi 1er mai 2027"},
		{fr.Day(at), "10 nov."},
		{fr.Time(at), "12:15"},
		{en.Time(at.Add(6 * time.Hour)), "18:15"},
		{fr.Range(time.Date(2026, 11, 9, 0, 0, 0, 0, fr.Zone), time.Date(2026, 11, 15, 0, 0, 0, 0, fr.Zone)), "9\u00a0– 15 novembre 2026"},
		{fr.Range(time.Date(2026, 11, 30, 0, 0, 0, 0, fr.Zone), time.Date(2026, 12, 6, 0, 0, 0, 0, fr.Zone)), "30 novembre\u00a0– 6 décembre 2026"},
		{en.Range(time.Date(2026, 12, 28, 0, 0, 0, 0, fr.Zone), time.Date(2027, 1, 3, 0, 0, 0, 0, fr.Zone)), "28 December 2026\u00a0– 3 January 2027"},
		{fr.Month(at), "novembre 2026"},
		{fr.When(at), "12:15"},
		{fr.When(at.Add(24 * time.Hour)), "demain 12:15"},
		{en.When(at.Add(-24 * time.Hour)), "yesterday 12:15"},
		{fr.Ago(at.Add(-98 * time.Minute)), "il y a 5\u00a0min"},
		{en.Ago(at), "in 1\u00a0h\u00a033"},
		{fr.Ago(fr.Now()), "à l’instant"},
		{fr.Span(3 * 24 * time.Hour), "3\u00a0jours"},
		{fr.DateTime(at), "mardi 10 novembre à 12:15"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestNumbersSizesOrdinalsAndLists(t *testing.T) {
	fr, en := two(t)
	for _, c := range []struct{ got, want string }{
		{fr.Number(418200, 0), "418\u202f200"},
		{en.Number(418200.5, 1), "418,200.5"},
		{fr.Number(-31, 0), "−31"},
		{fr.Number(-0.001, 1), "0"},
		{fr.Percent(.44, 0), "44\u202f%"},
		{fr.Bytes(8_400_000), "8,4\u00a0Mo"},
		{en.Bytes(8_400_000), "8.4\u00a0MB"},
		{fr.Bytes(0), "0\u00a0octet"},
		{en.Bytes(999_999), "1\u00a0MB"},
		{fr.Ordinal(1), "1er"},
		{fr.Ordinal(2), "2e"},
		{en.Ordinal(12), "12th"},
		{en.Ordinal(22), "22nd"},
		{fr.List("a", "b", "c"), "a, b et c"},
		{en.List("a", "b"), "a and b"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func face(fr, en string) fs.FS {
	return fstest.MapFS{"fr.json": {Data: []byte(fr)}, "en.json": {Data: []byte(en)}}
}

func TestPluralsFollowEachLanguage(t *testing.T) {
	c, err := New(face(`{"x.posts": {"one": "{n} publication", "other": "{n} publications"}}`, `{"x.posts": {"one": "{n} post", "other": "{n} posts"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int][2]string{0: {"0 publication", "0 posts"}, 1: {"1 publication", "1 post"}, 2: {"2 publications", "2 posts"}} {
		if g := c.For("fr").T("x.posts", "n", n); g != want[0] {
			t.Errorf("fr %d: %q", n, g)
		}
		if g := c.For("en").T("x.posts", "n", n); g != want[1] {
			t.Errorf("en %d: %q", n, g)
		}
	}
}

func TestAKeyGivenTwiceIsAnError(t *testing.T) {
	if _, err := New(face(`{"db.busy": "x"}`, `{}`)); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("got %v", err)
	}
}

func TestFaultsSpeakAndNeverShowTheirCause(t *testing.T) {
	fr, _ := two(t)
	for _, k := range fault.Kinds() {
		if s := fr.Fault(fault.New(k, "nowhere.at_all")); s == "" || strings.Contains(s, ".at_all") {
			t.Errorf("%s: %q", k, s)
		}
	}
	if s := fr.Fault(fmt.Errorf("x: %w", errors.New("password=hunter2"))); strings.Contains(s, "hunter2") {
		t.Error("a cause reached the person")
	}
	if s := fr.Fault(fault.New(fault.Invalid, "clock.zone").With("zone", "Europe/Parys")); !strings.Contains(s, "«\u00a0Europe/Parys\u00a0»") {
		t.Errorf("values are lost: %q", s)
	}
}

func TestTheLanguageIsThePersonsThenTheBrowsersThenFrench(t *testing.T) {
	for _, c := range []struct{ chosen, accept, want string }{
		{"en", "fr", "en"}, {"", "en-GB,fr;q=0.8", "en"}, {"", "de, fr;q=0.3, en;q=0.4", "en"},
		{"", "de", "fr"}, {"", "", "fr"}, {"xx", "en;q=0", "fr"}, {"", "*;q=0.5,,;", "fr"},
	} {
		if g := Choose(c.chosen, c.accept); g != c.want {
			t.Errorf("%+v: %s", c, g)
		}
	}
}

func TestFrenchTypography(t *testing.T) {
	for in, want := range map[string]string{
		"C'est prêt ! Et après ?":       "C’est prêt\u202f! Et après\u202f?",
		"Vraiment?!":                    "Vraiment\u202f?!",
		"La une : « Le pont »":          "La une\u00a0: «\u00a0Le pont\u00a0»",
		"« {name} »":                    "«\u00a0{name}\u00a0»",
		"à 12:15; puis rien":            "à 12:15\u202f; puis rien",
		"https://a.example/x?y=1 : ici": "https://a.example/x?y=1\u00a0: ici",
		"Attendez...":                   "Attendez…",
		"44 % et 3 €":                   "44\u202f% et 3\u202f€",
		"l'{brand}":                     "l’{brand}",
		"Signé: moi":                    "Signé\u00a0: moi",
	} {
		if g := Typo("fr", in); g != want {
			t.Errorf("%q: got %q, want %q", in, g, want)
		}
	}
	if g := Typo("en", "Don't do it? No: stop!"); g != "Don’t do it? No: stop!" {
		t.Errorf("English: %q", g)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"mot", "l'eau", "fin !", "quoi?", "ici :", "« a »", "«b»", "12:15", "https://x.example/?a=b", "44 %", "d'{who}...", "{n};"})).Draw(t, "s"), " ")
		if once := Typo("fr", s); Typo("fr", once) != once {
			t.Fatalf("not stable: %q → %q → %q", s, once, Typo("fr", once))
		}
	})
}

type faults []string

func (f *faults) Helper()                      {}
func (f *faults) Errorf(s string, args ...any) { *f = append(*f, fmt.Sprintf(s, args...)) }
func (f *faults) Fatalf(s string, args ...any) { panic(fmt.Sprintf(s, args...)) }

func TestTheCheckFindsWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	src := "package x\nvar a = i18n.T(ctx, \"x.used\", \"n\", 1)\nvar b = i18n.T(ctx, \"x.nowhere\")\nvar c = loc.T(\"x.state.\" + s)\n"
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	var got faults
	CheckCatalog(&got, Check{Dir: dir, Own: []fs.FS{face(
		`{"x.used": "{n} \"mots\"", "x.state.sent": "Parti", "x.unused": "Rien", "x.french": "Seul"}`,
		`{"x.used": "{m} words", "x.state.sent": "Sent", "x.unused": "Nothing"}`)}})
	all := strings.Join(got, "\n")
	for _, want := range []string{"x.nowhere", "x.unused: used nowhere", "x.french: in fr.json, missing in en.json", "x.used: places", "straight quotes"} {
		if !strings.Contains(all, want) {
			t.Errorf("missed %q in:\n%s", want, all)
		}
	}
	if strings.Contains(all, "x.state.sent") {
		t.Errorf("a prefix is a use:\n%s", all)
	}
}

func TestGeneralMessagesAreCompleteAndWellSet(t *testing.T) {
	c := Must()
	for _, lang := range Langs() {
		for key, m := range c.langs[lang] {
			checkText(t, lang, key, m)
			for _, other := range Langs() {
				if o, ok := c.langs[other][key]; !ok || places(o) != places(m) {
					t.Errorf("%s differs between %s and %s", key, lang, other)
				}
			}
		}
	}
}

func TestTheLocaleTravelsInTheContext(t *testing.T) {
	_, en := two(t)
	if g := T(With(context.Background(), en), "db.exists"); g != "This exists already. Nothing was doubled." {
		t.Error(g)
	}
	if g := T(context.Background(), "db.exists"); g != "Cela existe déjà. Rien n’a été doublé." {
		t.Error(g)
	}
}

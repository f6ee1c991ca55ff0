package spell

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// hostile are texts that hang or break careless programs.
func hostile() map[string]string {
	return map[string]string{
		"one word of 100 kB":     strings.Repeat("a", 100_000),
		"accents without end":    strings.Repeat("é", 50_000),
		"elisions without end":   strings.Repeat("l'", 50_000) + "a",
		"hyphens without end":    strings.Repeat("a-", 50_000) + "a",
		"digits without end":     strings.Repeat("1", 100_000),
		"ordinals without end":   strings.Repeat("1,", 50_000) + "th",
		"brackets without end":   strings.Repeat("(", 100_000),
		"quotes without end":     strings.Repeat(`"`, 100_001),
		"backticks without end":  strings.Repeat("`", 100_001),
		"a backtick a line":      strings.Repeat("`a ", 30_000),
		"tags without end":       strings.Repeat("<a ", 30_000),
		"points without end":     strings.Repeat(".", 100_000),
		"handles without end":    strings.Repeat("@a", 50_000),
		"colons without end":     strings.Repeat(":a", 50_000),
		"joined emoji":           strings.Repeat("👩\u200d", 25_000),
		"not UTF-8":              strings.Repeat("caf\xe9 \xff\xfe ", 10_000),
		"NUL":                    strings.Repeat("a\x00b ", 20_000),
		"right to left":          strings.Repeat("\u202eשלום مرحبا \u202c", 4_000),
		"combining marks":        "e" + strings.Repeat("\u0301", 50_000),
		"a megabyte of mistakes": strings.Repeat("Les client a mangé un evenementt , ou il et partit! ", 20_000),
		"spaces without end":     strings.Repeat(" ", 100_000),
		"addresses":              strings.Repeat("a.b", 40_000),
		"dotted I":               strings.Repeat("İSTANBUL'İ ", 5_000),
	}
}

// Hostile texts end, and what is found lies in the text.
func TestHostileTextsEnd(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, lang := range Langs() {
				if lang != French && len(text) > 20_000 {
					continue
				}
				sane(t, lang, text)
			}
		})
	}
}

// sane checks what every text must have.
func sane(t *testing.T, lang, text string) {
	t.Helper()
	last := 0
	valid := utf8.ValidString(text)
	for _, m := range Check(lang, text, Options{Quotes: true}) {
		if m.Start < last || m.End < m.Start || m.End > len(text) {
			t.Fatalf("%s: %d-%d after %d in %d bytes", m.Rule, m.Start, m.End, last, len(text))
		}
		last = m.End
		if m.Key == "" || m.Rule == "" || m.Values == nil {
			t.Fatalf("%+v says nothing", m)
		}
		if valid && !utf8.ValidString(text[m.Start:m.End]) {
			t.Fatalf("%s cuts a character: %q", m.Rule, text[m.Start:m.End])
		}
	}
	if len(text) > 20_000 {
		return
	}
	once, _ := Fix(lang, text)
	if len(text) > 10_000 {
		return
	}
	if twice, changes := Fix(lang, once); twice != once {
		t.Errorf("Fix is not safe to repeat: %q became %q then %q by %+v", text, once, twice, changes)
	}
}

// scraps are what random texts are made of: words and signs that the rules look at.
var scraps = strings.Split("a à l' d’ qu'il les des cette Etat coeur offre offres mangé manger avez vous nous si j'aurais est-ce que 12h30 10000 2ème € % , . ... … ; : ! ? « » \" ( ) ' ’ - -t-il @a #b https://a.fr/?q=l' `c` 🎉 \u00a0 \u202f \xff \x00 \u0301 etc... Mr A Ca XXème 1er & &nbsp; :) <b> {x} it's an hour could of ` < { @ # İ ß ﬁ ー", " ")

// Random texts out of these scraps keep what every text must have.
func TestRandomTextsAreRead(t *testing.T) {
	times := 120
	if n, err := strconv.Atoi(os.Getenv("VIGIE_SPELL_RANDOM")); err == nil {
		times = n
	}
	rnd := rand.New(rand.NewPCG(3, 5))
	for range times {
		var b strings.Builder
		for range rnd.IntN(24) {
			b.WriteString(scraps[rnd.IntN(len(scraps))])
			b.WriteString([]string{" ", " ", "", "  ", "\n", "\u00a0"}[rnd.IntN(6)])
		}
		sane(t, Langs()[rnd.IntN(2)], b.String())
	}
}

func FuzzCheck(f *testing.F) {
	for _, text := range hostile() {
		f.Add(text[:min(len(text), 60)])
	}
	f.Add("Il a dit : « \"Oui\" » !")
	f.Add(`"a" "b`)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 {
			return
		}
		sane(t, French, text)
		sane(t, British, text)
	})
}

func FuzzReadDictionary(f *testing.F) {
	f.Add("SET UTF-8\nFLAG long\nPFX Aa Y 1\nPFX Aa 0 re .\nSFX Bb Y 1\nSFX Bb e es/Aa [^s]e\nCOMPOUNDRULE 1\nCOMPOUNDRULE (Aa)*(Bb)\nREP 1\nREP a b\nMAP 1\nMAP ea(ss)\n", "2\nmange/AaBb\nun/Bb po:x\n", "remanges")
	f.Add("AF 1\nAF AB\nCOMPOUNDFLAG A\nBREAK 1\nBREAK -\n", "1\na/1\n", "aaa-aa")
	f.Fuzz(func(t *testing.T, aff, dic, w string) {
		if len(aff) > 2_000 || len(dic) > 2_000 || len(w) > 200 {
			return
		}
		d, err := read("fr", aff, dic)
		if err != nil {
			return
		}
		d.correct(w, nil)
		d.suggest(w, nil)
	})
}

package textkit

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCleanSaysWhatItChanged(t *testing.T) {
	for _, c := range []struct {
		in, want string
		changes  []Change
	}{
		{"déjà propre 👨‍👩‍👧‍👦\n\tok", "déjà propre 👨‍👩‍👧‍👦\n\tok", nil},
		{"a\x00b\x1b[31mc\u0085", "ab[31mc", []Change{Control}},
		{"\uFEFFun\r\ndeux\rtrois\u2028quatre", "un\ndeux\ntrois\nquatre", []Change{Control, LineEnds}},
		{"caf\xe9 cre\u0301me", "caf\uFFFD cr\u00e9me", []Change{BadUTF8, Composed}},
		{"lone \xed\xa0\x80\xed\xa0\x80 end", "lone \uFFFD end", []Change{BadUTF8}}, // one mark for the run
		{"cesu \xed\xa0\xbd\xed\xb8\x80", "cesu 😀", []Change{BadUTF8}},
		{"kept \uFFFD", "kept \uFFFD", nil},
		{"", "", nil},
	} {
		got, changes := Clean(c.in)
		if got != c.want || !slices.Equal(changes, c.changes) {
			t.Errorf("%q: %q %v, want %q %v", c.in, got, changes, c.want, c.changes)
		}
	}
}

func FuzzCleanTwiceChangesNothingMore(f *testing.F) {
	for _, s := range []string{"", "a\r\nb", "\xff\x00\xfe", "e\u0301\u0301", "\xed\xa0\xbd\xed\xb8\x80", strings.Repeat("\u0301", 70), "\r\x00\n", "\xff\x01\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, _ := Clean(s)
		if !utf8.ValidString(once) || strings.ContainsAny(once, "\x00\r") {
			t.Fatalf("%q left in %q", s, once)
		}
		if twice, changes := Clean(once); twice != once || changes != nil {
			t.Fatalf("%q → %q → %q %v", s, once, twice, changes)
		}
	})
}

func TestGraphemesAreWhatAReaderCounts(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "a\r\nb": 3, "é": 1, "e\u0301": 1, "👨‍👩‍👧‍👦": 1, "🇫🇷🇧🇷": 2, "🏴󠁧󠁢󠁷󠁬󠁳󠁿": 1,
		"👍🏽": 1, "שלום": 4, "한국어": 3, "1️⃣": 1, "Z̵̡͝": 1,
	} {
		if got := Graphemes(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
	if UTF16("a😀é") != 4 {
		t.Error("an emoji is two UTF-16 units")
	}
}

func TestEntitiesEndWhereAReaderSaysTheyEnd(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string // kind:text
	}{
		{"Voir https://kerlann.example/saint-martin.", []string{"link:https://kerlann.example/saint-martin"}},
		{"kerlann.example/saint-martin, dès lundi", []string{"link:kerlann.example/saint-martin"}},
		{"(https://fr.example.org/wiki/Vigie_(marine)) et (https://a.example/x)", []string{"link:https://fr.example.org/wiki/Vigie_(marine)", "link:https://a.example/x"}},
		{"« https://a.example/é?q=1#ici » ! https://b.example/…", []string{"link:https://a.example/é?q=1#ici", "link:https://b.example/"}},
		{"http://bücher.example/straße HTTPS://A.EXAMPLE", []string{"link:http://bücher.example/straße", "link:HTTPS://A.EXAMPLE"}},
		{"https://a.example:8080/x?y=(z)", []string{"link:https://a.example:8080/x?y=(z)"}},
		{"xhttps://a.example $https://a.example", nil},
		{"Fini.Le lendemain, v1.2.3 et 3.14, M.Dupont, rapport.pdf", nil},
		{"La fin.De rien. KERLANN.DE", []string{"link:KERLANN.DE"}},
		{"écrire à contact@kerlann.example ou info.example@kerlann.bzh", nil},
		{"kerlann.bzh…", []string{"link:kerlann.bzh"}},
		{"https://a.example/#tag @b", []string{"link:https://a.example/#tag", "mention:@b"}},
		{"Merci @claire, @yann@mastodon.example. Et @kerlann.bsky.social!", []string{"mention:@claire", "mention:@yann@mastodon.example", "mention:@kerlann.bsky.social"}},
		{"https://mastodon.example/@claire/123 a@b", []string{"link:https://mastodon.example/@claire/123"}},
		{"#Noël #été2026, #2026 #１２ #c'est #_a (#ok) a#non &#39; #️⃣ ##x", []string{"tag:#Noël", "tag:#été2026", "tag:#c", "tag:#_a", "tag:#ok"}},
		{"#日本語 #क्षत्रिय #שלום", []string{"tag:#日本語", "tag:#क्षत्रिय", "tag:#שלום"}},
		{"https:// http://x @ # .", nil},
		{"пример.рф https://пример.испытание/путь", []string{"link:пример.рф", "link:https://пример.испытание/путь"}},
		{"*https://a.example/x* _b.example_ `c.example`", []string{"link:https://a.example/x", "link:c.example"}},
		{"https://a.example/x\u202fy https://a.example/x\u200by", []string{"link:https://a.example/x", "link:https://a.example/x"}},
	} {
		var got []string
		for _, e := range Entities(c.in) {
			got = append(got, string(e.Kind)+":"+e.Text)
			if c.in[e.Start:e.End] != e.Text {
				t.Errorf("%q: range of %q", c.in, e.Text)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%q: %s", c.in, d)
		}
	}
	e := Entities("@a@b.example kerlann.bzh/x")
	if e[0].User != "a" || e[0].Domain != "b.example" || !e[1].Bare || e[1].URL != "https://kerlann.bzh/x" {
		t.Errorf("halves: %+v", e)
	}
}

func FuzzEntitiesNeverOverlapAndStayInside(f *testing.F) {
	for _, s := range []string{"https://a.example/(x) @b@c.d #e", "@@a#b.com/#", "a.com@b.com#c", "http://http://a.fr", "\xff#a\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at := 0
		for _, e := range Entities(s) {
			if e.Start < at || e.End <= e.Start || e.End > len(s) || s[e.Start:e.End] != e.Text {
				t.Fatalf("%q: %+v", s, e)
			}
			at = e.End
		}
	})
}

func TestLookingWordByWordFindsTheSame(t *testing.T) {
	piece := rapid.SampledFrom([]string{"https://", "a.example", "/x", "@", "#", "b", ".", " ", "\u00a0", "\n", "é", "1", "(", ")", "-", "://", "fr"})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(piece, 0, 20).Draw(t, "pieces"), "")
		for sign, re := range map[string]*regexp.Regexp{"://": linkRE, ".": bareRE, "@": mentionRE, "#": tagRE} {
			if d := cmp.Diff(re.FindAllStringSubmatchIndex(s, -1), find(re, s, sign)); d != "" {
				t.Fatalf("%q %s: %s", s, sign, d)
			}
		}
	})
}

func TestFoldFindsWhatWasMeant(t *testing.T) {
	for in, want := range map[string]string{
		"Où est l’Œuvre ?": "ou est l'oeuvre ?", "ÉTÉ à NOËL": "ete a noel", "Straße": "strasse", "İstanbul": "istanbul",
		"Ångström ﬁn": "angstrom fin", "ΣΊΣΥΦΟΣ": "σισυφοσ", "हिन्दी": "हिन्दी", "ASCII": "ascii", "10\u202f000 €": "10 000 €",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzFoldTwiceChangesNothingMore(f *testing.F) {
	for _, s := range []string{"É", "İ", "ǅ", "ﬃ", "ΐ", "…", "ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if once := Fold(s); Fold(once) != once {
			t.Fatalf("%q → %q → %q", s, once, Fold(once))
		}
	})
}

func TestExcerptStopsBetweenWords(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		{"court", 10, "court"},
		{"exactement", 10, "exactement"},
		{"Une  phrase\nassez longue, vraiment", 20, "Une phrase assez…"},
		{"anticonstitutionnellement", 10, "anticonst…"},
		{"lire https://kerlann.example/tres/long/chemin", 20, "lire…"},
		{"👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2, "👨‍👩‍👧‍👦…"},
		{"x", 0, ""}, {"", 5, ""}, {"ab", 1, "…"},
	} {
		if got := Excerpt(c.in, c.max); got != c.want || Graphemes(got) > c.max {
			t.Errorf("%q to %d: %q, want %q", c.in, c.max, got, c.want)
		}
	}
}

func fits(n int) func(string) bool { return func(s string) bool { return Graphemes(s) <= n } }

func TestSplitCutsWhereAWriterWould(t *testing.T) {
	for _, c := range []struct {
		name, in string
		max      int
		number   bool
		want     []string
	}{
		{"one part has no number", "Bonjour à tous", 20, true, []string{"Bonjour à tous"}},
		{"between paragraphs", "Un premier point.\n\nUn second, plus long.", 30, false, []string{"Un premier point.", "Un second, plus long."}},
		{"a greeting is not a part", "Bonjour,\n\nVoici les nouvelles. Elles sont bonnes.", 34, false, []string{"Bonjour,\n\nVoici les nouvelles.", "Elles sont bonnes."}},
		{"French sentence ends", "Attention ! Il arrive. Vite", 16, false, []string{"Attention !", "Il arrive. Vite"}},
		{"abbreviations end nothing", "Demain M. Le Goff parle. Venez nombreux", 25, false, []string{"Demain M. Le Goff parle.", "Venez nombreux"}},
		{"closing quote stays", "Il dit : « Non. » Elle rit beaucoup", 22, false, []string{"Il dit : « Non. »", "Elle rit beaucoup"}},
		{"a small letter goes on", "« Ah ! » dit-elle. Puis elle sort", 20, false, []string{"« Ah ! » dit-elle.", "Puis elle sort"}},
		{"numbered", "Un deux trois quatre cinq six", 16, true, []string{"Un deux 1/3", "trois quatre 2/3", "cinq six 3/3"}},
		{"a link is whole", "Lire ici https://a.example/une-page maintenant", 26, false, []string{"Lire ici", "https://a.example/une-page", "maintenant"}},
		{"a word too long is cut", "abcdefghijkl mn", 5, false, []string{"abcde", "fghij", "kl mn"}},
		{"families stay together", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2, false, []string{"👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"}},
		{"without spaces", "今日は晴れです。明日は雨でしょう。", 10, false, []string{"今日は晴れです。", "明日は雨でしょう。"}},
		{"nothing", " \n ", 5, true, nil},
	} {
		got, err := Split(c.in, SplitRule{Fits: fits(c.max), Number: c.number})
		if d := cmp.Diff(c.want, got); d != "" || err != nil {
			t.Errorf("%s: %v %s", c.name, err, d)
		}
	}
	if _, err := Split("voir https://a.example/une-page-trop-longue ok", SplitRule{Fits: fits(20)}); err == nil {
		t.Error("a link over the limit was cut")
	}
	if _, err := Split("un deux trois quatre", SplitRule{Fits: fits(6), Max: 2}); err == nil {
		t.Error("three parts where two are allowed")
	}
}

// P2: a thread says what the text said, and every part fits.
func TestSplitLosesNothingAndEveryPartFits(t *testing.T) {
	piece := rapid.OneOf(
		rapid.StringMatching(`[a-zàéè]{1,12}[.!?,]?`),
		rapid.SampledFrom([]string{"https://a.example/x", "@yann@b.example", "#Noël", "👨‍👩‍👧‍👦", "M.", "«", "»", "kerlann.bzh", "1/3", "e\u0301\u0301"}),
	)
	gap := rapid.SampledFrom([]string{" ", " ", " ", "\n", "\n\n", "  ", "\u00a0", "\t"})
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(0, 60).Draw(t, "n") {
			b.WriteString(piece.Draw(t, "piece") + gap.Draw(t, "gap"))
		}
		max := rapid.IntRange(30, 120).Draw(t, "max")
		text := b.String()
		parts, err := Split(text, SplitRule{Fits: fits(max)})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			if !fits(max)(p) || p != strings.TrimSpace(p) || p == "" {
				t.Fatalf("part %q", p)
			}
		}
		got := strings.Fields(strings.Join(parts, " "))
		if d := cmp.Diff(strings.Fields(text), got); d != "" {
			t.Fatal(d)
		}
		entities := func(s string) (out []string) {
			for _, e := range Entities(s) {
				out = append(out, e.Text)
			}
			return out
		}
		if d := cmp.Diff(entities(text), entities(strings.Join(parts, "\n"))); d != "" {
			t.Fatal(d)
		}
		numbered, err := Split(text, SplitRule{Fits: fits(max), Number: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range numbered {
			if !fits(max)(p) {
				t.Fatalf("numbered part %q", p)
			}
		}
	})
}

// Nothing of a text of any kind is lost, spaces apart, at any limit.
func TestSplitOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, _ := Clean(rapid.String().Draw(t, "text"))
		parts, err := Split(text, SplitRule{Fits: fits(rapid.IntRange(1, 30).Draw(t, "max"))})
		if err != nil {
			return
		}
		squash := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if squash(text) != squash(strings.Join(parts, "")) {
			t.Fatalf("%q → %q", text, parts)
		}
	})
}

// A megabyte pasted (issue 2, bad cases) must not hang the page.
func BenchmarkSplitMegabyte(b *testing.B) {
	text := strings.Repeat("Une phrase de taille moyenne, avec un lien https://a.example/x et une suite. ", 13000)
	for b.Loop() {
		if _, err := Split(text, SplitRule{Fits: fits(300), Number: true}); err != nil {
			b.Fatal(err)
		}
	}
}

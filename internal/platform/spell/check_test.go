package spell

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vigie/internal/platform/i18n"
)

// told is what Check says, in short.
func told(lang, text string, o Options) []string {
	var out []string
	for _, m := range Check(lang, text, o) {
		out = append(out, fmt.Sprintf("%s %q %q", m.Rule, text[m.Start:m.End], m.Suggestions))
	}
	return out
}

// P7: English, British and American.
func TestEnglishMistakes(t *testing.T) {
	few := Options{Suggestions: 1}
	for _, c := range []struct{ lang, text, want string }{
		{"en-GB", "We recieve orders daily.", `word "recieve" ["receive"]`},
		{"en-GB", "The color is nice.", `en.variant "color" ["colour"]`},
		{"en-US", "The colour is nice.", `en.variant "colour" ["color"]`},
		{"en-GB", "It takes an hour.", ""},
		{"en-GB", "It takes a hour.", `en.article "a" ["an"]`},
		{"en-GB", "She has an unique idea and a apple.", `en.article "an" ["a"] en.article "a" ["an"]`},
		{"en-GB", "He is a European at a university; an umbrella, an unusual day, a one-off, a useful tool, an MP.", ""},
		{"en-US", "You could of called.", `en.of "of" ["have"]`},
		{"en-GB", "Your welcome to join the the team.", `en.confused "Your welcome" ["You're welcome"] word.twice " the" [""]`},
		{"en-GB", "I think i know that we're fine, don't you?", `en.i "i" ["I"]`},
		{"en-GB", "Mr Smith's dogs had had enough, aren't they?", ""},
		{"en-US", "A quote (never closed.", `unclosed "(" []`},
		{"en-GB", "It's 5pm at https://recieve.example, @recieve #recieve `recieve` 3rd 21st 1990s", ""},
	} {
		if got := strings.Join(told(c.lang, c.text, few), " "); got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.lang, c.text, got, c.want)
		}
	}
}

// P7: what is not text is not read, and offsets are bytes of what was given.
func TestWhatIsNotTextIsNotRead(t *testing.T) {
	for _, text := range []string{
		"@evenementt #evenementt https://evenementt.fr/evenementt?evenementt=evenementt", "evenementt@exemple.fr et www.evenementt.fr", "`evenementt`", "<evenementt>", "{evenementt}", "12kgg 3D 5G 4K", "photo_evenementt.jpg", "🎉👩‍👩‍👧🎉", "evenementt.fr/offre", "cliquez sur exemple.com/evenementt",
	} {
		if got := told(French, text, loose); got != nil {
			t.Errorf("%s: %v", text, got)
		}
	}
	text := "🎉 Été : un evenementt."
	m := Check(French, text, loose)
	if len(m) != 1 || text[m[0].Start:m[0].End] != "evenementt" {
		t.Errorf("%+v", m)
	}
}

// P7: French words as they stand in a sentence.
func TestFrenchWordsInASentence(t *testing.T) {
	for _, text := range []string{
		"Aujourd’hui, a-t-il dit qu’est-ce que c’est ? Rendez-vous là-bas.", "l’iPhone d’Airbnb et l’ami d’Hélène", "Les étudiant·e·s et les directeur·rice·s", "S’il te plaît, va-t’en.", "Quelqu’un, presqu’île, jusqu’à, lorsqu’il", "L’ÉTAT ET LA VILLE", "un porte-monnaie, des week-ends, un arc-en-ciel", "Mme Kowalczyk et M. Nguyen arrivent.",
	} {
		if got := told(French, text, loose); got != nil {
			t.Errorf("%s: %v", text, got)
		}
	}
	if got := told(French, "Il aime l’oisau bleu.", Options{Suggestions: 1}); !slices.Equal(got, []string{`word "oisau" ["oiseau"]`}) {
		t.Errorf("only the word is reported: %v", got)
	}
}

// P7: the brand's dictionary, of 10,000 words, with the endings of a model.
func TestWordsOfTheHouse(t *testing.T) {
	list := []string{"Vigie", "brunchons/manger", "tweeter/manger", "# comment", "", "Zwölfix"}
	for i := range 10_000 {
		list = append(list, fmt.Sprintf("produit%dx", i))
	}
	o := Options{Words: NewWords(list)}
	for text, want := range map[string]int{
		"Chez Zwölfix on tweete, nous tweetons, c’est tweeté.": 0,
		"ZWÖLFIX": 0,
		"zwölfix": 1,
		"Tweeterions-nous, tweetassent-ils\u202f?": 0,
	} {
		if got := told(French, text, o); len(got) != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if got := told(French, "On aime Zwolfix.", Options{Words: o.Words, Suggestions: 1}); !slices.Equal(got, []string{`word "Zwolfix" ["Zwölfix"]`}) {
		t.Errorf("a word of the house is suggested: %v", got)
	}
}

func TestLanguagesAsPeopleWriteThem(t *testing.T) {
	for tag, want := range map[string]string{"fr": French, "fr_CA": French, "FR-fr": French, "en": British, "en-GB": British, "EN_us": American, "en-US-posix": American, "de": "", "": "", "frioulan": ""} {
		if got := Lang(tag); got != want {
			t.Errorf("%q is %q, want %q", tag, got, want)
		}
	}
	if Check("de", "Guten Tag", Options{}) != nil {
		t.Error("a language without a dictionary has no mistakes")
	}
}

// Every rule has its sentence in both languages: the keys are made of the rule.
func TestEveryRuleHasItsSentence(t *testing.T) {
	c, err := i18n.New(Messages())
	if err != nil {
		t.Fatal(err)
	}
	text := "A Paris, les client on mangé un evenement , \"oui\" ( non.  Bon soirée! Ces un mot mot.. etc... 12h30 10€ 2ème 10000 euros coeur Mr Dupont. Ou est l'eau ?"
	for lang, text := range map[string]string{French: text, British: "a hour \"it's\" ... i think color could of your welcome"} {
		found := Check(lang, text, Options{Quotes: true})
		if len(found) < 6 {
			t.Errorf("%s: only %d found", lang, len(found))
		}
		for _, m := range found {
			for _, l := range i18n.Langs() {
				if s := c.For(l).T(m.Key, "word", "x", "text", "x"); s == "" || strings.Contains(s, m.Key) || strings.Contains(s, "{") {
					t.Errorf("%s has no sentence in %s: %q", m.Key, l, s)
				}
			}
		}
	}
}

// Hunspell's tables, one small dictionary each.
func TestReadsTheTablesOfHunspell(t *testing.T) {
	for name, c := range map[string]struct{ aff, dic, right, wrong string }{
		"two-fold suffixes": {"SET UTF-8\nSFX A Y 1\nSFX A 0 able/B .\nSFX B Y 1\nSFX B 0 s .\n", "1\ndrink/A\n", "drink drinkable drinkables", "drinks drinkabless"},
		"cross product":     {"PFX A Y 1\nPFX A 0 re .\nSFX B Y 1\nSFX B 0 ed .\n", "2\nwork/AB\nplay/B\n", "rework reworked worked played", "replay replayed"},
		"no cross":          {"PFX A N 1\nPFX A 0 re .\nSFX B Y 1\nSFX B 0 ed .\n", "1\nwork/AB\n", "rework worked", "reworked"},
		"aliases":           {"AF 1\nAF AB\nAM 1\nAM po:nom\nPFX A Y 1\nPFX A 0 re .\nSFX B Y 1\nSFX B 0 ed .\n", "1\nwork/1 1\n", "reworked", "worked1"},
		"numbered flags":    {"FLAG num\nSFX 999 Y 1\nSFX 999 0 s .\n", "1\ncat/999,1\n", "cats", "catss"},
		"UTF-8 flags":       {"FLAG UTF-8\nSFX É Y 1\nSFX É 0 s .\n", "1\ncat/É\n", "cats", "catés"},
		"need affix":        {"NEEDAFFIX X\nSFX B Y 1\nSFX B 0 s .\n", "1\nfoo/XB\n", "foos", "foo"},
		"forbidden":         {"FORBIDDENWORD X\nSFX B Y 1\nSFX B 0 s .\n", "2\nfoo/B\nfoos/X\n", "foo", "foos Foos"},
		"keep case":         {"KEEPCASE X\n", "1\nkg/X\n", "kg", "KG Kg"},
		"conditions":        {"SFX B Y 2\nSFX B y ies [^aeiou]y\nSFX B 0 s [aeiou]y\n", "2\nfly/B\nday/B\n", "flies days", "flys daies"},
		"full strip":        {"FULLSTRIP\nSFX B Y 1\nSFX B go went go\n", "1\ngo/B\n", "went", ""},
		"circumfix":         {"CIRCUMFIX X\nPFX A Y 1\nPFX A 0 ge/X .\nSFX B Y 2\nSFX B 0 t/XA .\nSFX B 0 e .\n", "1\nspiel/B\n", "gespielt spiele", "gespiel spielt gespiele"},
		"compound rules":    {"COMPOUNDMIN 1\nONLYINCOMPOUND c\nCOMPOUNDRULE 2\nCOMPOUNDRULE n*1t\nCOMPOUNDRULE n*mp\n", "5\n0/nm\n1/n1\n0th/pt\n1th/tc\n1st/p\n", "10th 11th 1011th 101st", "1th 11st"},
		"compound flag":     {"COMPOUNDFLAG C\nCOMPOUNDMIN 3\n", "2\nfoo/C\nbar/C\n", "foobar barfoobar", "fooba"},
		"breaks":            {"BREAK 2\nBREAK -\nBREAK ^'\n", "2\nfoo\nbar\n", "foo-bar 'foo foo-bar-foo", "foo-baz foo+bar"},
		"conversions":       {"ICONV 1\nICONV ’ '\n", "1\nl'ami\n", "l’ami l'ami", ""},
		"capitals":          {"SET UTF-8\n", "4\nParis\nfoo\nOpenOffice/Z\nNASA/Z\n", "Paris PARIS foo Foo FOO OpenOffice OPENOFFICE NASA", "paris Openoffice openoffice nasa pARIS"},
	} {
		d, err := read("fr", c.aff, c.dic)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, w := range strings.Fields(c.right) {
			if !d.correct(w, nil) {
				t.Errorf("%s: %q is refused", name, w)
			}
		}
		for _, w := range strings.Fields(c.wrong) {
			if d.correct(w, nil) {
				t.Errorf("%s: %q is accepted", name, w)
			}
		}
	}
	for _, bad := range [][2]string{{"SET ISO8859-1\n", "1\na\n"}, {"SFX A Y 1\nSFX A 0 s [a\n", "1\na\n"}, {"", "many\na\n"}, {"SFX A Y 1\nSFX A 0\n", "1\na\n"}} {
		if _, err := read("fr", bad[0], bad[1]); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// A dictionary is in memory while it is used, and not for ever.
func TestADictionaryIsPutBack(t *testing.T) {
	s := &shelf{}
	shelvesBefore := shelves[British]
	shelves[British] = s
	defer func() { shelves[British] = shelvesBefore }()
	d, done := borrow(British)
	s.clear()
	if s.d != d {
		t.Error("put back while in use")
	}
	done()
	s.clear()
	if s.d != nil {
		t.Error("kept for ever")
	}
	s.gone.Stop()
}

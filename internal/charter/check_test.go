package charter

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

func rule(k Kind, s Spec) Rule {
	return Rule{ID: "r", Name: "Règle", Why: "Parce que.", Kind: k, Severity: network.Warn, Scope: Both, On: true, Spec: s}
}

// fired are the words (or the key, where there is no place) that a rule finds.
func fired(t *testing.T, r Rule, text Text) []string {
	t.Helper()
	r, err := r.Check()
	if err != nil {
		t.Fatalf("%s: %v", r.Kind, err)
	}
	out := []string{}
	for _, f := range Compile(1, []Rule{r}).Check(text, false) {
		if f.Start == f.End {
			out = append(out, strings.TrimPrefix(f.Key, "charter.find."))
			continue
		}
		out = append(out, text.Parts[f.Part][f.Start:f.End])
	}
	return out
}

// P6: each rule shows the words that break it; a text that keeps it passes.
func TestEachKindFindsExactlyTheWordsThatBreakIt(t *testing.T) {
	noon := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC) // a Wednesday
	for _, c := range []struct {
		name string
		rule Rule
		text string
		more Text
		want []string
	}{
		{"a word", rule(Avoid, Spec{Terms: []Term{{Text: "authentique"}}}), "Un goût Authentique, pas inauthentique.", Text{}, []string{"Authentique"}},
		{"no inflection unless asked", rule(Avoid, Spec{Terms: []Term{{Text: "authentique"}}}), "Des goûts authentiques", Text{}, nil},
		{"inflected", rule(Avoid, Spec{Inflect: true, Terms: []Term{{Text: "authentique"}, {Text: "génial"}}}), "Des goûts authentiques, géniaux et géniale", Text{}, []string{"authentiques", "géniaux", "géniale"}},
		{"an expression over a no-break space and a hyphen", rule(Avoid, Spec{Terms: []Term{{Text: "sans gluten"}}}), "Sans\u00a0gluten, sans-gluten, sans\n\ngluten, sans, gluten", Text{}, []string{"Sans\u00a0gluten", "sans-gluten"}},
		{"capitals without accents", rule(Avoid, Spec{Terms: []Term{{Text: "génial"}, {Text: "jeûne"}}}), "C’est GENIAL pour un jeune GÉNIAL", Text{}, []string{"GENIAL", "GÉNIAL"}},
		{"after an apostrophe", rule(Avoid, Spec{Terms: []Term{{Text: "authentique"}}}), "l’authentique", Text{}, []string{"authentique"}},
		{"not in links and handles", rule(Avoid, Spec{Terms: []Term{{Text: "promo"}}}), "https://a.fr/promo @promo #promo promo", Text{}, []string{"promo", "promo"}},
		{"signs", rule(Avoid, Spec{Terms: []Term{{Text: "100 %"}, {Text: "C++"}}}), "Fait à 100 % en c++, 2100 % non", Text{}, []string{"100 %", "c++"}},
		{"a mention that is missing", rule(Require, Spec{Mentions: []string{"L’abus d’alcool est dangereux pour la santé"}, Words: []string{"cidre"}}), "Notre cidre", Text{}, []string{"require"}},
		{"a mention that stands, other apostrophes", rule(Require, Spec{Mentions: []string{"L’abus d’alcool est dangereux"}, Words: []string{"cidre"}}), "Notre cidre. L'abus d'alcool est  dangereux", Text{}, nil},
		{"a mention nobody asks for", rule(Require, Spec{Mentions: []string{"x"}, Words: []string{"cidre"}}), "Nos sablés", Text{}, nil},
		{"a mention that a label asks for", rule(Require, Spec{Mentions: []string{"© Goulven"}, Labels: []string{"Photo"}}), "Nos sablés", Text{Labels: []string{"photo"}}, []string{"require"}},
		{"a mention at the start", rule(Require, Spec{Mentions: []string{"Publicité"}, Where: "start", Within: 20}), "Nos sablés sortent dorés du four. Publicité", Text{}, []string{"require_start"}},
		{"vous", rule(Address, Spec{Choice: "vous"}), "Découvre ton goûter, tu verras. Le ton monte, va-t-il ? T’inquiète.", Text{}, []string{"Découvre", "ton", "tu", "T"}},
		{"tu", rule(Address, Spec{Choice: "tu"}), "Venez chez nous : votre rendez-vous vous attend", Text{}, []string{"Venez", "votre", "vous"}},
		{"calm punctuation", rule(Tone, Spec{Exclamations: 1, Ellipses: -1, Questions: -1}), "Bonjour ! Déjà ! https://a.fr/!b", Text{}, []string{"!"}},
		{"doubled", rule(Tone, Spec{Exclamations: -1, Ellipses: -1, Questions: -1, Doubled: true}), "Oui !! Non ?! Bon...", Text{}, []string{"!!", "?!"}},
		{"emoji", rule(Emoji, Spec{Max: 1, Forbidden: []string{"🔥"}}), "👩‍👩‍👧 oui 🎄 et 🔥 et ™", Text{}, []string{"🎄", "🔥"}},
		{"emoji of a list", rule(Emoji, Spec{Max: -1, Allowed: []string{"❤️"}}), "❤ ❤️ 🎄", Text{}, []string{"🎄"}},
		{"tags", rule(Tags, Spec{Max: 1, Needed: []string{"Kerlann"}}), "#un #deux", Text{}, []string{"#deux", "tag_needed"}},
		{"hosts", rule(Links, Spec{Max: -1, Forbidden: []string{"bit.ly"}}), "https://bit.ly/x https://kerlann.fr", Text{}, []string{"https://bit.ly/x"}},
		{"utm", rule(Links, Spec{Max: -1, Needed: []string{"utm_source"}, Hosts: []string{"kerlann.fr"}}), "https://kerlann.fr/a https://kerlann.fr/b?utm_source=x https://autre.fr", Text{}, []string{"https://kerlann.fr/a"}},
		{"a link is needed", rule(Links, Spec{Max: -1, Min: 1}), "Rien", Text{}, []string{"links_min"}},
		{"capitals", rule(Capitals, Spec{Allowed: []string{"SNCF"}}), "NOUVEAU à la SNCF, CE soir, l’ÉTÉ", Text{}, []string{"NOUVEAU"}},
		{"no median point", rule(Inclusive, Spec{Choice: "never"}), "Les client·e·s, abonné.e.s et ami(e)s de kerlann.es", Text{}, []string{"client·e·s", "abonné.e.s", "ami(e)s"}},
		{"a median point", rule(Inclusive, Spec{Choice: "always"}), "Nos clients et nos client·es", Text{}, []string{"clients"}},
		{"too long", rule(Length, Spec{Max: 5}), "abcdef", Text{}, []string{"too_long"}},
		{"a long sentence", rule(Length, Spec{Sentence: 3}), "Un deux trois. Un deux trois quatre.", Text{}, []string{"Un deux trois quatre"}},
		{"a pattern", rule(Pattern, Spec{Pattern: `(?i)\bn° ?\d+`}), "Le N° 12", Text{}, []string{"N° 12"}},
		{"closed at night", rule(Hours, Spec{From: "22:00", Until: "07:00", Words: []string{"blague"}}), "Une blague", Text{Local: noon.Add(11 * time.Hour)}, []string{"blague"}},
		{"open at noon", rule(Hours, Spec{From: "22:00", Until: "07:00"}), "Une blague", Text{Local: noon}, nil},
		{"closed on Sunday", rule(Hours, Spec{Days: []int{0}}), "Bonjour", Text{Local: noon.AddDate(0, 0, 4)}, []string{"hours_whole"}},
		{"without an hour nothing is closed", rule(Hours, Spec{Days: []int{0, 1, 2, 3, 4, 5, 6}}), "Bonjour", Text{}, nil},
		{"a paid relation unsaid", rule(Disclosure, Spec{}), "Week-end offert par le domaine", Text{}, []string{"offert par"}},
		{"a paid relation said", rule(Disclosure, Spec{}), "Publicité. Week-end offert par le domaine", Text{}, nil},
		{"a paid relation said as a tag", rule(Disclosure, Spec{}), "#CollaborationCommerciale Week-end offert par le domaine", Text{}, nil},
		{"a weak hint", rule(Disclosure, Spec{}), "Quel week-end #ad", Text{}, []string{"#ad"}},
		{"said too low", rule(Disclosure, Spec{Within: 20}), "Un très beau week-end offert par le domaine. Publicité", Text{}, []string{"offert par"}},
		{"no relation", rule(Disclosure, Spec{}), "Nos sablés", Text{}, nil},
		{"for another network", func() Rule { r := rule(Pattern, Spec{Pattern: "a"}); r.Networks = []network.Kind{"bluesky"}; return r }(), "a", Text{Network: "mastodon"}, nil},
		{"for answers only", func() Rule { r := rule(Pattern, Spec{Pattern: "a"}); r.Scope = Answers; return r }(), "a", Text{}, nil},
		{"off", func() Rule { r := rule(Pattern, Spec{Pattern: "a"}); r.On = false; return r }(), "a", Text{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.more.Parts = []string{c.text}
			if got := fired(t, c.rule, c.more); !slices.Equal(got, append([]string{}, c.want...)) {
				t.Errorf("%q: fired %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestAReplacementIsWrittenAsWhatItReplaces(t *testing.T) {
	r, err := rule(Avoid, Spec{Terms: []Term{{Text: "challenge", Say: "défi"}}}).Check()
	if err != nil {
		t.Fatal(err)
	}
	for was, want := range map[string]string{"challenge": "défi", "Challenge": "Défi", "CHALLENGE": "DÉFI"} {
		f := Compile(1, []Rule{r}).Check(Text{Parts: []string{"Le " + was}}, false)
		if len(f) != 1 || f[0].Say[0] != want {
			t.Errorf("%s: %+v", was, f)
		}
	}
}

// Whatever the text, places lie inside of it, on whole letters, and a look ends.
func TestPlacesLieInsideOfAnyText(t *testing.T) {
	var all []Rule
	for _, s := range Starters() {
		all = append(all, s.Rules()...)
	}
	all = append(all, rule(Inclusive, Spec{Choice: "always"}), rule(Inclusive, Spec{Choice: "never"}), rule(Length, Spec{Max: 3, Sentence: 2}),
		rule(Pattern, Spec{Pattern: `.`}), rule(Avoid, Spec{Terms: []Term{{Text: "%"}, {Text: "a"}, {Text: "İ"}}}), rule(Links, Spec{Needed: []string{"x"}}))
	c := Compile(1, all)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-zA-Zéİ’ #@!.?·…🎄\n]|https://a\.fr/|vous |tu |offert par ){0,40}`)), 0, 3).Draw(t, "parts")
		for i := range parts {
			parts[i] = text(parts[i])
		}
		for _, f := range c.Check(Text{Parts: parts, Local: time.Unix(0, 0)}, false) {
			if f.Start == f.End {
				continue
			}
			p := parts[f.Part]
			if f.Start < 0 || f.End > len(p) || f.Start > f.End || strings.ToValidUTF8(p[f.Start:f.End], "�") != p[f.Start:f.End] {
				t.Fatalf("%s: %d to %d of %q", f.Key, f.Start, f.End, p)
			}
		}
	})
}

// Bad cases: patterns that hang other engines, lists of ten thousand words, a
// megabyte of hostile text. The work is bounded by the text; that it is, is
// what this test would not end without.
func TestNoRuleHangs(t *testing.T) {
	var terms []Term
	for i := range 10_000 {
		terms = append(terms, Term{Text: fmt.Sprintf("mot%d interdit", i)})
	}
	big, err := rule(Avoid, Spec{Terms: terms, Inflect: true}).Check()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{`(a+)+$`, `(a|aa)+b`, `(.*a){20}`, `([a-z]+)*1`} {
		r, err := rule(Pattern, Spec{Pattern: p}).Check()
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", p, err)
			}
			continue
		}
		Compile(1, []Rule{r}).Check(Text{Parts: []string{strings.Repeat("a", 30_000) + "!"}}, false)
	}
	c := Compile(1, append([]Rule{big}, StartVous.Rules()...))
	for _, hostile := range []string{strings.Repeat("!", 1<<20), strings.Repeat("mot1 ", 1<<18), strings.Repeat("tu", 1<<19), strings.Repeat("\u0301", 1<<18), strings.Repeat("🎄", 1<<18), strings.Repeat("#", 1<<20), strings.Repeat("a.b", 1<<18)} {
		if n := len(c.Check(Text{Parts: []string{hostile}}, false)); n > maxFindings+maxOfRule {
			t.Errorf("%d findings", n)
		}
	}
	if got := c.Check(Text{Parts: []string{"Un mot9999 interdits"}}, false); len(got) != 1 || got[0].Words != "mot9999 interdits" {
		t.Errorf("of ten thousand words: %+v", got)
	}
}

func TestARuleThatIsNotFitIsRefusedAtItsField(t *testing.T) {
	block := rule(Disclosure, Spec{})
	block.Severity = network.Block
	nameless := rule(Tone, Spec{})
	nameless.Name = " "
	for field, r := range map[string]Rule{
		"pattern": rule(Pattern, Spec{Pattern: "("}), "terms": rule(Avoid, Spec{}), "severity": block, "name": nameless, "choice": rule(Address, Spec{Choice: "ils"}),
		"from": rule(Hours, Spec{From: "25:00", Until: "07:00"}), "max": rule(Length, Spec{Min: 9, Max: 3}), "mentions": rule(Require, Spec{}),
	} {
		if _, err := r.Check(); !fault.Is(err, fault.Invalid) || fault.As(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, p := range []string{`a{1000}{1000}`, `(?:a{1,500}){1,500}`, strings.Repeat("(a|b)", 400), `x*`, `(?P<n`} {
		if _, err := rule(Pattern, Spec{Pattern: p}).Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.30s: %v", p, err)
		}
	}
}

func TestStartersAndFilesAreFit(t *testing.T) {
	for _, s := range Starters() {
		rules := s.Rules()
		if len(rules) == 0 {
			t.Errorf("%s is empty", s)
		}
		b, err := Export(rules)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ReadFile(b)
		if err != nil || len(back) != len(rules) {
			t.Fatalf("%s: %d of %d came back: %v", s, len(back), len(rules), err)
		}
		for i, r := range back {
			if r, err = r.Check(); err != nil {
				t.Errorf("%s: %s: %v", s, r.Name, err)
			}
			if r.Name != rules[i].Name || r.Kind != rules[i].Kind {
				t.Errorf("%s became %s", rules[i].Name, r.Name)
			}
		}
	}
	for _, bad := range []string{"", "{}", `{"vigie":"charter/1","rules":[{"oops":1}]}`, `{"vigie":"charter/2","rules":[]}`} {
		if _, err := ReadFile([]byte(bad)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestADayOfEachYearMayPassTheNewYear(t *testing.T) {
	d := Day{From: "2026-12-30", To: "2027-01-02", Yearly: true}
	for day, want := range map[string]bool{"2030-12-31": true, "2030-01-02": true, "2030-01-03": false, "2030-12-29": false} {
		if d.On(day) != want {
			t.Errorf("%s: %v", day, !want)
		}
	}
	if d = (Day{From: "2026-12-30", To: "2027-01-02"}); !d.On("2027-01-01") || d.On("2028-01-01") {
		t.Error("a day of one year")
	}
}

func BenchmarkLook(b *testing.B) {
	var terms []Term
	for i := range 10_000 {
		terms = append(terms, Term{Text: fmt.Sprintf("mot%d interdit", i)})
	}
	c := Compile(1, append([]Rule{rule(Avoid, Spec{Terms: terms})}, StartVous.Rules()...))
	text := Text{Parts: []string{"C’est la Saint-Martin : on allume le four à bois une heure plus tôt. Nos sablés au sarrasin sortent dorés, avec le beurre de la ferme de Kergoat. https://kerlann.example/saint-martin #kerlann"}}
	for b.Loop() {
		c.Check(text, false)
	}
}

package answers

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"vigie/internal/base/id"
)

// trial is a language's saved answers, and messages with the answer each wants.
type trial struct {
	answers  []Answer // titles are kept, the key is the folder
	messages [][2]string
}

func trials(t testing.TB) map[string]*trial {
	t.Helper()
	raw, err := os.ReadFile("testdata/suggest.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*trial{}
	var now *trial
	lang := ""
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '@':
			lang, now = line[2:], &trial{}
			out[lang] = now
		case line[0] == '=':
			p := strings.Split(line[2:], " | ")
			now.answers = append(now.answers, Answer{ID: id.New[AnswerID](), Folder: p[0], Title: p[1], Question: p[2]})
		case line[0] == '?':
			key, text, _ := strings.Cut(line[2:], " ")
			now.messages = append(now.messages, [2]string{key, text})
		default:
			a := &now.answers[len(now.answers)-1]
			a.Texts = append(a.Texts, Text{Language: lang, Text: line})
		}
	}
	return out
}

func keep(all []Answer) []*kept {
	var out []*kept
	for _, a := range all {
		out = append(out, &kept{Answer: a, sort: a.Title})
	}
	return out
}

// I3: of 40 messages a language, the answer wanted is among the first three for
// at least as many as were measured when the engine was written. The log says
// which are not found; docs/performance.md holds the figures.
func TestSuggestionsFindTheAnswerAmongTheFirstThree(t *testing.T) {
	for lang, least := range map[string]int{"fr": 31, "en": 32} {
		tr := trials(t)[lang]
		if len(tr.messages) != 40 {
			t.Fatalf("%s: %d messages", lang, len(tr.messages))
		}
		x := newIndex(keep(tr.answers))
		three, first := 0, 0
		for _, m := range tr.messages {
			hits, words := x.find(m[1], lang, 3)
			var got []string
			for _, h := range hits {
				got = append(got, x.docs[h.doc].Folder)
			}
			switch at := slices.Index(got, m[0]); {
			case at < 0:
				why := ""
				if len(hits) > 0 {
					why = strings.Join(words(hits[0].doc), ", ")
				}
				t.Logf("%s: %q wants %s, got %v (%s)", lang, m[1], m[0], got, why)
			case at == 0:
				first++
				fallthrough
			default:
				three++
			}
		}
		t.Logf("%s: %d of %d among the first three, %d first", lang, three, len(tr.messages), first)
		if three < least {
			t.Errorf("%s: %d of %d among the first three, %d when it was written", lang, three, len(tr.messages), least)
		}
	}
}

// Of two answers that fit alike, the one used more often comes first; why is
// said in the words of the message.
func TestUseBreaksTiesAndTheWordsAreNamed(t *testing.T) {
	each(t, func(h *hall) {
		ctx := h.Context()
		h.save(Answer{Title: "Délai A", Question: "Délai de livraison ?", Texts: []Text{{Language: "fr", Text: "x"}}})
		b := h.save(Answer{Title: "Délai B", Question: "Délai de livraison ?", Texts: []Text{{Language: "fr", Text: "x"}}})
		h.save(plain("Autre", "Rien à voir"))
		if _, err := h.room.Suggest(ctx, h.malo, h.a, "x", "fr", "", 1); err != nil { // the index stands
			h.Fatal(err)
		}
		_, err := h.room.Use(ctx, h.malo, h.a, b.ID, Want{})
		h.ok(err)
		got, err := h.room.Suggest(ctx, h.malo, h.a, "Bonjour, quels sont vos délais de LIVRAISON ?", "fr", "", 3)
		h.ok(err)
		if len(got) != 2 || got[0].ID != b.ID || got[0].Uses != 1 || strings.Join(got[0].Words, ",") != "livraison,délais" && strings.Join(got[0].Words, ",") != "délais,livraison" {
			h.Errorf("%+v", got)
		}
		if got, err = h.room.Suggest(ctx, h.malo, h.a, "Bonjour à vous !", "fr", "", 3); err != nil || len(got) != 0 {
			h.Errorf("a greeting finds %v", got)
		}
	})
}

func TestWordsOfOneFamilyEndAlike(t *testing.T) {
	for lang, families := range map[string][]string{
		"fr": {"livrer livre livres livraison livraisons livree", "rembourser rembourse remboursement remboursements", "casse casses cassee cassees casser", "commande commandes commander", "ouvert ouverts ouverte ouverture ouvertures"},
		"en": {"deliver delivered delivery deliveries delivering", "refund refunds refunded refunding", "ship shipped shipping", "order orders ordered ordering"},
	} {
		for _, f := range families {
			words := strings.Fields(f)
			for _, w := range words {
				if stem(lang, w) != stem(lang, words[0]) {
					t.Errorf("%s: %s is %q, %s is %q", lang, words[0], stem(lang, words[0]), w, stem(lang, w))
				}
			}
		}
	}
}

// BenchmarkSuggest: one message over 5,000 saved answers, wanted under 5 ms.
func BenchmarkSuggest(b *testing.B) {
	tr := trials(b)["fr"]
	var all []Answer
	for i := range 5000 {
		a, o := tr.answers[i%len(tr.answers)], tr.answers[i*7%len(tr.answers)]
		a.ID, a.Title = id.New[AnswerID](), fmt.Sprintf("%s %d", a.Title, i)
		a.Texts = []Text{{Language: "fr", Text: a.Texts[0].Text + " " + o.Texts[0].Text + fmt.Sprintf(" référence%d", i)}}
		all = append(all, a)
	}
	x := newIndex(keep(all))
	b.ResetTimer()
	for i := range b.N {
		x.find(tr.messages[i%len(tr.messages)][1], "fr", 5)
	}
}

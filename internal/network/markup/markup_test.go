package markup

import (
	"strings"
	"testing"
)

func TestATextComesBackAsItWas(t *testing.T) {
	for _, text := range []string{
		"Les galettes sont arrivées.",
		"Été 👨‍👩‍👧‍👦 🇫🇷 שלום 日本語 #Noël “x” <b>&amp;</b> \\ 100 % !\n\nFin",
		"Deux\nlignes\n\net https://kerlann.example/a?b=1&c=2 [gallery]",
	} {
		if got := Text("<p>" + strings.Join(Paragraphs(text), "</p>\n<p>") + "</p>"); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
}

func TestHostileMarkupLeavesOnlyWords(t *testing.T) {
	for in, want := range map[string]string{
		`<p>Bonjour<script>alert(1)</script> <b onclick="x">vous</b></p><p>Fin</p>`:         "Bonjour vous\n\nFin",
		`<a href="https://x.example/">ici</a> et <a href="https://y.example">y.example</a>`: "ici (https://x.example/) et y.example",
		`<!-- secret --><img src="https://spy.example/p.gif" alt="un chat">`:                "un chat",
		"<ul><li>un</li><li>deux</li></ul>":                                                 "un\ndeux",
		"1 &lt; 2":                                                                          "1 < 2",
		strings.Repeat("<div>", 100000) + "<script>non</script>fond":                        "fond",
	} {
		if got := Text(in); got != want {
			t.Errorf("%.40q: %.80q, want %q", in, got, want)
		}
	}
}

func TestATitleIsTheFirstLine(t *testing.T) {
	for text, want := range map[string]string{
		"Bonjour à tous\nla suite":                                    "Bonjour à tous",
		"Le cidre nouveau est là. Voir https://kerlann.example/cidre": "Le cidre nouveau est là",
		"Qui vient dimanche ? Nous, oui.":                             "Qui vient dimanche ?",
		"https://kerlann.example":                                     "https://kerlann.example",
		"":                                                            "",
	} {
		if got := Title(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := Title(strings.Repeat("galette ", 30)); len([]rune(got)) > 81 || !strings.HasSuffix(got, "galette…") {
		t.Errorf("%q", got)
	}
}

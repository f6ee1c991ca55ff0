package markup

import (
	"strings"
	"testing"
)

func TestOnlyTheWordsOfAPageAreRead(t *testing.T) {
	for in, want := range map[string]string{
		"<p>Bonjour&nbsp;<b>Maëlle</b>,</p><p>deux\n lignes</p>": "Bonjour\u00a0Maëlle,\n\ndeux lignes",
		"a<br>b<br/>c": "a\nb\nc",
		`<script>alert(1)</script><style>p{color:red}</style>vu<div style="display: none">caché <div>aussi</div> encore</div> et lu`: "vu et lu",
		`<img src="https://t.example/p.gif" width=1 height=1 alt="suivi"><img src=x alt="Le quai">`:                                  "[Le quai]",
		`<a href="https://a.example/x">ici</a> <a href="https://b.example">b.example</a>`:                                            "ici (https://a.example/x) b.example",
		`<a href="https://voleur.example">https://banque.example</a>`:                                                                "https://banque.example (https://voleur.example)",
		`<a href="javascript:alert(1)">ici</a>`:                                                                                      "ici",
		"<blockquote>dit<blockquote>avant</blockquote></blockquote>moi":                                                              "> dit\n> >\n> > avant\n\nmoi",
		"<ul><li>un<li>deux</ul>": "- un\n- deux",
		"<pre>  a\n    b</pre>":   "  a\n    b",
		"<form action=x><input name=p value=secret><textarea>t</textarea><button>Non</button>ok</form>": "ok",
		"sans fin <p": "sans fin",
		"</div></b>x": "x",
		"":            "",
	} {
		if got, _ := Text(strings.NewReader(in), 1000); got != want {
			t.Errorf("%q\n gives %q\n want  %q", in, got, want)
		}
	}
}

// endless is a page that never ends.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e) <= len(p) {
		n += copy(p[n:], e)
	}
	return n, nil
}

// Neither a page without end, nor one of a million open elements, costs more
// than its first words.
func TestAPageWithoutEndIsCut(t *testing.T) {
	for _, e := range []endless{"<p>é", "<blockquote>x", "<a href=y>z", "motmotmot"} {
		text, cut := Text(e, 1000)
		if !cut || len(text) > 1000 || len(text) < 900 {
			t.Errorf("%q: %v, %d bytes", string(e), cut, len(text))
		}
	}
	// What is hidden counts too, as what is read.
	if _, cut := Text(strings.NewReader(strings.Repeat("<i>", 300_000)), 1000); cut {
		t.Error("a page of nothing was cut")
	}
}

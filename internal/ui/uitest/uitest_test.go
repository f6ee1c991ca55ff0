package uitest

import (
	"fmt"
	"strings"
	"testing"
)

// listening keeps what a check says instead of failing.
type listening struct {
	testing.TB
	said []string
}

func (l *listening) Helper() {}
func (l *listening) Errorf(format string, args ...any) {
	l.said = append(l.said, fmt.Sprintf(format, args...))
}

func TestTheCheckHearsWhatIsWrong(t *testing.T) {
	for page, want := range map[string]string{
		`<p id="a"></p><p id="a"></p>`:                    "2 times",
		`<input id="x">`:                                  "no label",
		`<label for="y">Y</label><input id="x">`:          "no label",
		`<button><svg aria-hidden="true"></svg></button>`: "no name",
		`<a href="/x"><svg aria-hidden="true"></svg></a>`: "no name",
		`<a href="#">ici</a>`:                             "nowhere",
		`<img src="/x">`:                                  "no alt",
		`<script>alert(1)</script>`:                       "inline script",
		`<style>p{}</style>`:                              "inline style",
		`<button onclick="x()">x</button>`:                "policy",
		`<button data-x="1" hx-on:click="x()">x</button>`: "policy",
		`<span aria-describedby="gone">x</span>`:          "no element",
		`<html><body><p>sans langue</p></body></html>`:    "no language",
	} {
		l := &listening{TB: t}
		HTML(l, page)
		if !strings.Contains(strings.Join(l.said, "\n"), want) {
			t.Errorf("%s: %q was not said: %q", page, want, l.said)
		}
	}
	l := &listening{TB: t}
	HTML(l, `<label>Nom <input name="n"></label><button aria-label="Fermer">×</button><a href="/">Accueil</a><img src="/x" alt="">`)
	if len(l.said) > 0 {
		t.Errorf("a sound fragment is refused: %q", l.said)
	}
}

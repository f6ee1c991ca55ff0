package textkit

import (
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The short way of Clean around norm never says "composed" of what is not: every
// character that it lets by is tried after a letter, before an accent, and alone.
func TestWhatIsPlainlyComposedIsComposed(t *testing.T) {
	let := 0
	for r := rune(0); r <= utf8.MaxRune; r++ {
		s := string(r)
		if !plainlyComposed(s) {
			continue
		}
		let++
		for _, s := range []string{s, "e" + s, s + "e", s + s} {
			if !norm.NFC.IsNormalString(s) {
				t.Errorf("%U: %q is not composed", r, s)
			}
		}
		if plainlyComposed(s + "\u0301") {
			t.Errorf("%U: an accent after it is let by", r)
		}
	}
	if let < 700 {
		t.Errorf("only %d characters take the short way", let)
	}
}

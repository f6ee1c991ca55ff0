package textkit

import (
	"slices"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
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

// The quick way through plain text agrees with Annex 29 on every rune it takes,
// alone and beside every kind of neighbour.
func TestPlainTextIsCountedAsAnnex29Does(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.OneOf(
			rapid.RuneFrom(nil, &unicode.RangeTable{R16: []unicode.Range16{{0x0, 0x2FF, 1}, {0x2010, 0x205F, 1}, {0x20A0, 0x20BF, 1}}}),
			rapid.SampledFrom([]rune{'\r', '\n', 'é', '’', '\u202f', 'a', '\u0301', '\u200d', '👩', '\ufe0f', '‼', '🇫', '🇷'}))).Draw(t, "s")
		if rapid.Bool().Draw(t, "broken") {
			s += "\xff"
		}
		var want, got []string
		for rest, state := s, -1; rest != ""; {
			var g string
			g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
			want = append(want, g)
		}
		at := 0
		for i, g := range EachGrapheme(s) {
			if i != at {
				t.Fatalf("%q: grapheme at %d, want %d", s, i, at)
			}
			got, at = append(got, g), at+len(g)
		}
		if !slices.Equal(got, want) || Graphemes(s) != len(want) {
			t.Fatalf("%q: %q (%d), want %q", s, got, Graphemes(s), want)
		}
	})
}

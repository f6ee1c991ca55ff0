package textkit

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s as searches compare it: without case, accents, ligatures and
// typographic variants, so that "Où est l’Œuvre ?" is found by "ou est
// l'oeuvre ?". Scripts whose marks are vowels of the word keep them. Folding
// twice changes nothing more.
func Fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	// Lower case first: some capitals lower to a letter with a mark of its own.
	for _, r := range norm.NFKD.String(lower(s)) {
		switch {
		case r >= 0x300 && r <= 0x36F, r >= 0x591 && r <= 0x5C7 && unicode.Is(unicode.Mn, r),
			r >= 0x64B && r <= 0x65F, r == 0x670, r == 0xAD, r >= 0xFE00 && r <= 0xFE0F:
			continue
		}
		if to, ok := folds[r]; ok {
			b.WriteString(to)
			continue
		}
		if unicode.IsSpace(r) && r != '\n' {
			r = ' '
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(lower(b.String()))
}

func lower(s string) string { return strings.ToLower(s) }

var folds = map[rune]string{
	'œ': "oe", 'æ': "ae", 'ß': "ss", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ı': "i", 'ħ': "h", 'ς': "σ",
	'’': "'", '‘': "'", 'ʼ': "'", '‛': "'", '“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`,
	'–': "-", '—': "-", '‑': "-", '‐': "-", '−': "-", '…': "...",
}

package i18n

import (
	"strings"
	"unicode"
)

const (
	nnbsp = '\u202f' // narrow, before ; ! ? and inside numbers
	nbsp  = '\u00a0' // before : and inside « »
)

// Typo gives a text of Vigie its language's typography. In French: ’ for ',
// the narrow no-break space before ; ! ? and the units % € , the no-break
// space before : and inside « », … for three dots. Addresses and hours (12:15)
// stay as they are: only a space that is there, or a mark that ends a word,
// is touched. In English: ’ and …. It is safe to repeat.
func Typo(lang, s string) string {
	s = strings.ReplaceAll(s, "...", "…")
	in := []rune(s)
	out := make([]rune, 0, len(in)+8)
	// glue makes the last space of out the given one, or adds it.
	glue := func(sp rune) {
		for len(out) > 0 && isSpace(out[len(out)-1]) {
			out = out[:len(out)-1]
		}
		if len(out) > 0 {
			out = append(out, sp)
		}
	}
	for i, r := range in {
		var prev, next rune
		if i > 0 {
			prev = in[i-1]
		}
		if i+1 < len(in) {
			next = in[i+1]
		}
		switch {
		case r == '\'' && (unicode.IsLetter(prev) || prev == '}') && (unicode.IsLetter(next) || next == '{' || next == '«' || unicode.IsDigit(next)):
			out = append(out, '’')
			continue
		case lang != "fr":
		case strings.ContainsRune(";!?", r) && !strings.ContainsRune("!?(", prev) && ends(next) && !inAddress(in, i):
			glue(nnbsp)
		case r == ':' && ends(next) && !unicode.IsDigit(next):
			glue(nbsp)
		case r == '»':
			glue(nbsp)
		case r == '%' || r == '€':
			if isSpace(prev) {
				glue(nnbsp)
			}
		case prev == '«' && isSpace(r):
			out = append(out, nbsp)
			continue
		case prev == '«':
			out = append(out, nbsp)
		}
		out = append(out, r)
	}
	return string(out)
}

func isSpace(r rune) bool { return r == ' ' || r == nbsp || r == nnbsp || r == '\u2009' }

// ends tells whether a mark before r closes a word, not something inside an
// address (?a=b), an hour or an entity.
func ends(r rune) bool {
	return r == 0 || unicode.IsSpace(r) || isSpace(r) || strings.ContainsRune("!?»)…", r)
}

func inAddress(in []rune, i int) bool {
	start := i
	for start > 0 && !unicode.IsSpace(in[start-1]) {
		start--
	}
	return strings.Contains(string(in[start:i]), "://")
}

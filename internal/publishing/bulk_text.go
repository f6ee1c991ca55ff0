package publishing

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Cut is a stretch of a text: words that stay, or words and what they become.
type Cut struct {
	Same, Old, New string
}

// replace gives a text with every Find replaced, and where. Apostrophes and
// spaces of any width are the same to it, so that what one types finds what
// typography made of it. A link or an address keeps its letters, unless what is
// looked for looks like a part of one.
func (c Bulk) replace(text string) (string, []Cut) {
	want := c.folded(c.Find)
	if len(want) == 0 {
		return text, nil
	}
	inLinks := strings.ContainsAny(c.Find, "/@#") || strings.Contains(c.Find, ".") && !strings.HasSuffix(c.Find, ".")
	var runes []rune // folded, one for each of the text
	var at []int     // where each begins in the text
	for i, r := range text {
		runes, at = append(runes, c.fold(r)), append(at, i)
	}
	at = append(at, len(text))
	var out strings.Builder
	var cuts []Cut
	done := 0
	for i := 0; i+len(want) <= len(runes); {
		if !same(runes[i:i+len(want)], want) || c.Whole && !alone(text, at[i], at[i+len(want)]) || !inLinks && linked(text, at[i]) {
			i++
			continue
		}
		from, to := at[i], at[i+len(want)]
		if from > done {
			cuts = append(cuts, Cut{Same: text[done:from]})
		}
		cuts = append(cuts, Cut{Old: text[from:to], New: c.With})
		out.WriteString(text[done:from])
		out.WriteString(c.With)
		done, i = to, i+len(want)
	}
	if done == 0 && len(cuts) == 0 {
		return text, nil
	}
	if done < len(text) {
		cuts = append(cuts, Cut{Same: text[done:]})
	}
	return out.String() + text[done:], cuts
}

func (c Bulk) folded(s string) []rune {
	var out []rune
	for _, r := range s {
		out = append(out, c.fold(r))
	}
	return out
}

func (c Bulk) fold(r rune) rune {
	switch r {
	case '’', 'ʼ', '‘':
		return '\''
	case '\u00a0', '\u202f', '\u2009':
		return ' '
	}
	if c.Exact {
		return r
	}
	return unicode.ToLower(r)
}

func same(a, b []rune) bool {
	for i := range b {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// alone tells whether no letter or digit touches text[from:to].
func alone(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
	return !word(before) && !word(after)
}

// linked tells whether text[at] stands in a link, an address or a handle.
func linked(text string, at int) bool {
	from := strings.LastIndexFunc(text[:at], unicode.IsSpace) + 1
	if from > 0 { // the space may be wider than a byte
		_, n := utf8.DecodeRuneInString(text[from-1:])
		from += n - 1
	}
	to := strings.IndexFunc(text[at:], unicode.IsSpace)
	if to < 0 {
		to = len(text)
	} else {
		to += at
	}
	word := strings.TrimLeft(text[from:to], "(«“\"[")
	return strings.Contains(word, "://") || strings.HasPrefix(word, "www.") || strings.Contains(word, "@")
}

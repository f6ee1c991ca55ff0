package answers

import (
	"unicode"

	"vigie/internal/base/textkit"
)

// token is a word of a text: where it stands, and how it is compared.
type token struct {
	start, end int
	fold       string
}

// cut cuts a text into its words, letters and digits, folded.
func cut(s string) []token {
	var out []token
	start := -1
	put := func(end int) {
		if start >= 0 {
			out = append(out, token{start, end, textkit.Fold(s[start:end])})
		}
		start = -1
	}
	for i, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || start >= 0 && unicode.Is(unicode.M, r) {
			if start < 0 {
				start = i
			}
			continue
		}
		put(i)
	}
	put(len(s))
	return out
}

// phrase is an expression that is looked for.
type phrase struct {
	words    []string
	position *Position
	wording  *Wording
}

func phraseOf(s string) []string {
	var out []string
	for _, t := range cut(s) {
		out = append(out, t.fold)
	}
	return out
}

// finder looks for many phrases at once, by their first words.
type finder map[string][]phrase

func (f finder) add(p phrase) {
	if len(p.words) > 0 {
		f[p.words[0]] = append(f[p.words[0]], p)
	}
}

// found is a phrase at a place.
type found struct {
	phrase
	start, end int
}

// find lists what stands in a text, the longest at each place, never one over
// another. Case, accents and apostrophes do not count; a full stop or an empty
// line between two words parts them.
func (f finder) find(s string, most int) []found {
	if len(f) == 0 {
		return nil
	}
	words := cut(s)
	var out []found
	for i := 0; i < len(words) && len(out) < most; i++ {
		var best *phrase
		for k := range f[words[i].fold] {
			p := &f[words[i].fold][k]
			if (best == nil || len(p.words) > len(best.words)) && stands(s, words[i:], p.words) {
				best = p
			}
		}
		if best != nil {
			out = append(out, found{*best, words[i].start, words[i+len(best.words)-1].end})
			i += len(best.words) - 1
		}
	}
	return out
}

func stands(s string, words []token, want []string) bool {
	if len(words) < len(want) {
		return false
	}
	for i, w := range want {
		if words[i].fold != w || i > 0 && parted(s[words[i-1].end:words[i].start]) {
			return false
		}
	}
	return true
}

// parted tells whether what stands between two words makes them two sentences.
func parted(gap string) bool {
	lines := 0
	for _, r := range gap {
		switch r {
		case '.', '!', '?', '…':
			return true
		case '\n':
			lines++
		}
	}
	return lines > 1
}

// holds tells whether a text has the phrase in it.
func holds(text string, want []string) bool {
	words := cut(text)
	for i := range words {
		if stands(text, words[i:], want) {
			return true
		}
	}
	return false
}

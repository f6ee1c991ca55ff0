package charter

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"vigie/internal/base/textkit"
)

// word is a run of letters and digits in a text.
type word struct {
	start, end int
	lower      string
	caps       bool // written in capitals alone
}

// words cuts a text; what stands inside of skipped stretches (links, handles)
// is nobody's words.
func words(s string, skip [][2]int) []word {
	var out []word
	start := -1
	put := func(end int) {
		if start < 0 {
			return
		}
		from := start
		start = -1
		for len(skip) > 0 && skip[0][1] <= from {
			skip = skip[1:]
		}
		if len(skip) > 0 && skip[0][0] < end && from < skip[0][1] {
			return
		}
		w := s[from:end]
		low := strings.ToLower(w)
		out = append(out, word{from, end, low, low != w && strings.ToUpper(w) == w})
	}
	for i, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) && start >= 0 {
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

// skipped are the links and handles of a text: they are not the writer's words.
func skipped(entities []textkit.Entity) [][2]int {
	var out [][2]int
	for _, e := range entities {
		if e.Kind != textkit.Tag {
			out = append(out, [2]int{e.Start, e.End})
		}
	}
	return out
}

// literal tells whether a term has signs that words do not: it is looked for
// as it is written.
func literal(t string) bool {
	any := false
	for _, r := range t {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.M, r):
			any = true
		case unicode.IsSpace(r), isJoin(r):
		default:
			return true
		}
	}
	return !any
}

// isJoin: what may stand inside of an expression between two of its words.
func isJoin(r rune) bool {
	return r == '-' || r == '‑' || r == '‐' || r == '\'' || r == '’' || r == 'ʼ'
}

// finder looks for many terms at once, in the time of the text.
type finder struct {
	first map[string][]needle // by the first word, without accents
	signs []needle
}

type needle struct {
	words []string // as written, in lower case
	bare  []string // without accents
	text  string   // of a literal, in lower case
	term  Term
}

// hit is a term found.
type hit struct {
	start, end int
	term       Term
}

func newFinder(terms []Term, inflect bool) *finder {
	f := &finder{first: map[string][]needle{}}
	for _, t := range terms {
		if literal(t.Text) {
			f.signs = append(f.signs, needle{text: strings.ToLower(t.Text), term: t})
			continue
		}
		var all []string
		for _, w := range words(t.Text, nil) {
			all = append(all, w.lower)
		}
		last := len(all) - 1
		forms := []string{all[last]}
		if inflect {
			forms = inflections(all[last])
		}
		for _, form := range forms {
			n := needle{words: append(slices.Clone(all[:last]), form), term: t}
			for _, w := range n.words {
				n.bare = append(n.bare, textkit.Fold(w))
			}
			f.first[n.bare[0]] = append(f.first[n.bare[0]], n)
		}
	}
	for k := range f.first { // the longest expression wins
		slices.SortStableFunc(f.first[k], func(a, b needle) int { return len(b.words) - len(a.words) })
	}
	return f
}

// find lists what stands in a text, in order, never one over another.
func (f *finder) find(s string, ws []word, limit int) []hit {
	var out []hit
	for i := 0; i < len(ws) && len(out) < limit; i++ {
		for _, n := range f.first[textkit.Fold(ws[i].lower)] {
			if n.at(s, ws, i) {
				last := ws[i+len(n.words)-1]
				out = append(out, hit{ws[i].start, last.end, n.term})
				i += len(n.words) - 1
				break
			}
		}
	}
	if len(f.signs) == 0 {
		return out
	}
	low := strings.ToLower(s)
	if len(low) != len(s) {
		low = s // a letter whose small form has another size: as written, then
	}
	for _, n := range f.signs {
		for at := 0; len(out) < limit; {
			i := strings.Index(low[at:], n.text)
			if i < 0 {
				break
			}
			start := at + i
			at = start + len(n.text)
			if whole(s, start, at) {
				out = append(out, hit{start, at, n.term})
			}
		}
	}
	slices.SortFunc(out, func(a, b hit) int { return a.start - b.start })
	return out
}

// whole tells whether what stands there is not the middle of a longer word.
func whole(s string, start, end int) bool {
	isWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	first, _ := utf8.DecodeRuneInString(s[start:])
	last, _ := utf8.DecodeLastRuneInString(s[:end])
	before, n := utf8.DecodeLastRuneInString(s[:start])
	after, m := utf8.DecodeRuneInString(s[end:])
	return !(n > 0 && isWord(first) && isWord(before)) && !(m > 0 && isWord(last) && isWord(after))
}

func (n needle) at(s string, ws []word, i int) bool {
	if i+len(n.words) > len(ws) {
		return false
	}
	for j, want := range n.words {
		w := ws[i+j]
		// Capitals often lose their accents; elsewhere an accent makes another word.
		if w.lower != want && !(w.caps && textkit.Fold(w.lower) == n.bare[j] && !accented(w.lower)) {
			return false
		}
		if j > 0 && !joined(s[ws[i+j-1].end:w.start]) {
			return false
		}
	}
	return true
}

func accented(s string) bool { return textkit.Fold(s) != s }

// joined tells whether two words of an expression stand together.
func joined(gap string) bool {
	breaks := 0
	for _, r := range gap {
		if r == '\n' {
			breaks++
		}
		if !unicode.IsSpace(r) && !isJoin(r) {
			return false
		}
	}
	return gap != "" && breaks < 2
}

// inflections are the common forms of a French or English word: plural,
// feminine, the endings of -al, -eux, -if, -er, -y. They catch what a list of
// words forgets; a form that no language has costs nothing.
func inflections(w string) []string {
	out := []string{w}
	add := func(all ...string) {
		for _, f := range all {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	if utf8.RuneCountInString(w) < 3 {
		return out
	}
	add(w+"s", w+"x", w+"e", w+"es")
	for _, end := range []struct {
		is  string
		now []string
	}{
		{"al", []string{"aux", "ale", "ales"}}, {"ail", []string{"aux"}}, {"eux", []string{"euse", "euses"}}, {"eur", []string{"euse", "euses", "rice", "rices"}},
		{"teur", []string{"trice", "trices"}}, {"if", []string{"ive", "ives"}}, {"el", []string{"elle", "elles"}}, {"en", []string{"enne", "ennes"}},
		{"on", []string{"onne", "onnes"}}, {"er", []string{"ère", "ères", "é", "ée", "és", "ées", "e", "es", "ez", "ons", "ent", "ait", "era", "ant"}},
		{"c", []string{"que", "ques", "che", "ches"}}, {"eau", []string{"elle", "elles"}}, {"y", []string{"ies"}}, {"e", []string{"ed", "ing", "d"}},
	} {
		if base, ok := strings.CutSuffix(w, end.is); ok && base != "" {
			for _, n := range end.now {
				if end.is == "e" && n == "ing" {
					add(base + n)
				} else if end.is == "e" {
					add(w + "d")
				} else {
					add(base + n)
				}
			}
		}
	}
	add(w+"ed", w+"ing")
	return out
}

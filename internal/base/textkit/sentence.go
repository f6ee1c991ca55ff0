package textkit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words after which a full stop ends no sentence, folded, without the stop.
var abbreviations = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`m mm mme mmes mlle mlles mgr me dr pr prof st ste cf ex env av apr bd ch chap p pp art al vol no nos fig tel
		mr mrs ms jr sr vs etc e.g i.e eg ie inc ltd co dept approx est jan feb aug sept oct nov dec janv fevr juil resp ed eds`) {
		m[w] = true
	}
	return m
}()

// endsSentence tells whether a sentence ends in s[:at], where at is the start
// of a run of spaces that is followed by next.
func endsSentence(s string, at int, next rune) bool {
	// Closing quotes and brackets, with the French space inside them.
	t := strings.TrimRightFunc(s[:at], func(r rune) bool {
		return strings.ContainsRune("»”’\"')]}", r) || unicode.IsSpace(r)
	})
	last, n := utf8.DecodeLastRuneInString(t)
	switch last {
	case '!', '?', '…', '。', '！', '？', '؟', '।', '‽':
		// "Ah ! dit-elle": a small letter goes on with the sentence.
		return !unicode.IsLower(next)
	case '.':
	default:
		return false
	}
	if unicode.IsLower(next) {
		return false
	}
	t = t[:len(t)-n]
	from := strings.LastIndexFunc(t, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("(«“\"'’", r) })
	if from >= 0 {
		_, n := utf8.DecodeRuneInString(t[from:])
		from += n
	} else {
		from = 0
	}
	w := t[from:]
	if utf8.RuneCountInString(w) == 1 && unicode.IsUpper([]rune(w)[0]) {
		return false // an initial: "J. Dupont"
	}
	if w == "etc" {
		return true
	}
	return !abbreviations[Fold(w)]
}

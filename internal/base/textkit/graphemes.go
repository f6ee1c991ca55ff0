package textkit

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Graphemes counts what a reader calls characters: a family emoji, a flag, an
// accented letter and a CR LF are one each (Unicode Annex 29).
func Graphemes(s string) int {
	if ascii(s) {
		return len(s) - strings.Count(s, "\r\n")
	}
	if plain(s) {
		return utf8.RuneCountInString(s)
	}
	return uniseg.GraphemeClusterCount(s)
}

// EachGrapheme yields the byte offset and the text of every grapheme.
func EachGrapheme(s string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		if plain(s) {
			for at, r := range s {
				if !yield(at, s[at:at+utf8.RuneLen(r)]) {
					return
				}
			}
			return
		}
		at, state := 0, -1
		for len(s) > 0 {
			var g string
			g, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
			if !yield(at, g) {
				return
			}
			at += len(g)
		}
	}
}

// UTF16 counts the UTF-16 code units of s.
func UTF16(s string) int {
	n := 0
	for _, r := range s {
		if r > 0xFFFF {
			n++
		}
		n++
	}
	return n
}

// Excerpt returns at most max graphemes of s on one line, cut between words
// where it can be, never inside a grapheme, with "…" (counted) where something
// was left out. A link that does not fit is left out whole.
func Excerpt(s string, max int) string {
	if max <= 0 {
		return ""
	}
	s = strings.Join(strings.Fields(s), " ")
	end, word, n := -1, 0, 0 // end: where max-1 graphemes end; word: last space before
	for at, g := range EachGrapheme(s) {
		if n == max-1 {
			end = at
		}
		if n == max {
			break
		}
		if g == " " && n <= max-1 {
			word = at
		}
		n++
		if at+len(g) == len(s) {
			return s
		}
	}
	if end < 0 {
		return s
	}
	cut := end
	if end < len(s) && s[end] == ' ' {
		cut = end
	} else if Graphemes(s[:word])*2 >= max {
		cut = word
	}
	for _, e := range Entities(s) {
		if e.Start < cut && cut < e.End {
			cut = e.Start
		}
	}
	return strings.TrimRightFunc(s[:cut], func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:–—-", r)
	}) + "…"
}

// plain tells whether every rune of s is a grapheme of its own, as in nearly all
// that is written in the languages of Europe: below the combining marks, and
// the quotation marks, dashes, spaces and currencies. Annex 29 joins nothing of
// these to a neighbour, but CR to LF.
func plain(s string) bool {
	for _, r := range s {
		switch {
		case r < 0x300:
			if r == '\r' {
				return false
			}
		case r >= 0x2010 && r <= 0x2027, r >= 0x202F && r <= 0x205F, r >= 0x20A0 && r <= 0x20BF:
		default: // also the replacement of a broken byte, which is one byte long
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

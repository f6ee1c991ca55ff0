package spell

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// shape is how a word is capitalised, as Hunspell sees it.
type shape int

const (
	small   shape = iota // all small, or without letters
	title                // Paris
	capital              // PARIS
	mixed                // iPhone, McDonald
)

func caseOf(s string) shape {
	var upper, neutral, n int
	first := false
	for i, r := range s {
		n++
		up := unicode.IsUpper(r)
		if up {
			upper++
			if i == 0 {
				first = true
			}
		}
		if !up && unicode.ToUpper(r) == r {
			neutral++
		}
	}
	switch {
	case upper == 0:
		return small
	case upper == 1 && first:
		return title
	case upper+neutral == n:
		return capital
	}
	return mixed
}

// initial gives a word its first capital.
func initial(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || !unicode.IsLower(r) {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// like gives a small word the shape of another.
func like(word string, k shape) string {
	switch k {
	case capital:
		return strings.ToUpper(word)
	case title:
		return initial(word)
	}
	return word
}

// letters is the set of letters of a word without case and accent, one bit
// each: two words that share few cannot resemble each other.
func letters(s string) uint64 {
	var set uint64
	for _, r := range s {
		r = plain(r)
		switch {
		case r >= 'a' && r <= 'z':
			set |= 1 << (r - 'a')
		case r >= '0' && r <= '9':
			set |= 1 << 26
		default:
			set |= 1 << 27
		}
	}
	return set
}

const accented = "àaâaäaáaãaåaæaçcéeèeêeëeîiïiíiìiñnôoöoóoòoõoœoùuûuüuúuÿyýy"

var bare = func() map[rune]rune {
	m := map[rune]rune{}
	l := []rune(accented)
	for i := 0; i+1 < len(l); i += 2 {
		m[l[i]] = l[i+1]
	}
	return m
}()

// plain takes case and accent off a letter.
func plain(r rune) rune {
	if r < 0x80 {
		if r >= 'A' && r <= 'Z' {
			return r + 32
		}
		return r
	}
	r = unicode.ToLower(r)
	if b, ok := bare[r]; ok {
		return b
	}
	return r
}

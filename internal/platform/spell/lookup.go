package spell

import (
	"strings"
	"unicode/utf8"
)

// maxWord is how long a word may be, in bytes; Hunspell takes 300. What is longer is not
// in any dictionary and is not looked for.
const maxWord = 180

// verdict is what the dictionary says of one spelling.
type verdict int

const (
	unknown verdict = iota
	known
	refused // forbidden by name: nothing else is tried
)

// asking is one question to a dictionary.
type asking struct {
	d       *dictionary
	brand   *Words
	initcap bool // the word was given as Paris: the hidden homonyms do not count
	keep    bool // the word found keeps its case
	noHint  bool // the word found is not to be suggested
	found   func(morph ...uint32) bool
}

// correct tells whether the language has the word, by Hunspell's own rules of
// case, apostrophes and break points.
func (d *dictionary) correct(word string, brand *Words) bool { return d.spell(word, brand, 0) }

func (d *dictionary) spell(word string, brand *Words, depth int) bool {
	if len(word) > maxWord || depth > 8 {
		return false
	}
	w := strings.TrimLeft(d.in.Replace(word), " ")
	dots := len(w) - len(strings.TrimRight(w, "."))
	w = w[:len(w)-dots]
	if w == "" {
		return true
	}
	if isNumber(w) {
		return true
	}
	q := asking{d: d, brand: brand}
	ok, left := q.cased(w, dots > 0)
	if ok {
		return true
	}
	return d.broken(left, brand, depth)
}

// cased tries the shapes that a capital may hide. It also returns the shape
// that break points are looked for in.
func (q *asking) cased(w string, dot bool) (bool, string) {
	k := caseOf(w)
	if k == small || k == mixed {
		v := q.word(w)
		if v == unknown && dot {
			v = q.word(w + ".")
		}
		return v == known, w
	}
	if k == capital {
		if v := q.word(w); v != unknown {
			return v == known, w
		}
		if dot {
			if v := q.word(w + "."); v != unknown {
				return v == known, w
			}
		}
		// L'ÉTAT: what stands before the apostrophe is small, what follows may be a name.
		if i := strings.IndexByte(w, '\''); i >= 0 && i < len(w)-1 {
			low := strings.ToLower(w)
			// The apostrophe is looked for again: another letter may be longer when small.
			if i = strings.IndexByte(low, '\''); i >= 0 && i < len(low)-1 {
				parts := low[:i+1] + initial(low[i+1:])
				if v := q.word(parts); v != unknown {
					return v == known, parts
				}
				if v := q.word(initial(parts)); v != unknown {
					return v == known, initial(parts)
				}
			}
		}
	}
	low := strings.ToLower(w)
	up := initial(low)
	q.initcap = k == title
	v := q.word(up)
	q.initcap = false
	if v == refused {
		return false, up
	}
	if v == known && q.keep && k == capital {
		v = unknown
	}
	if v == unknown {
		v = q.word(low)
		if v == unknown && dot {
			if v = q.word(low + "."); v == unknown {
				q.initcap = k == title
				v = q.word(up + ".")
				q.initcap = false
				if v == known && q.keep && k == capital {
					v = unknown
				}
				return v == known, up
			}
		}
		// Found small but written otherwise: a word that keeps its case refuses.
		if v == known && q.keep {
			v = unknown
		}
	}
	return v == known, up
}

// isNumber takes 12, 12.5, 1-2, not 1..2 nor 12th.
func isNumber(w string) bool {
	digit := false
	var last byte
	for i := 0; i < len(w); i++ {
		switch c := w[i]; {
		case c >= '0' && c <= '9':
			digit, last = true, 'd'
		case (c == ',' || c == '.' || c == '-') && last == 'd':
			last = 's'
		default:
			return false
		}
	}
	return digit && last == 'd'
}

// broken tries the parts between the break points of the language.
func (d *dictionary) broken(w string, brand *Words, depth int) bool {
	points := 0
	for _, b := range d.breaks {
		points += strings.Count(w, b)
	}
	if points >= 10 {
		return false
	}
	for _, b := range d.breaks {
		n := len(b)
		if n == 1 || n > len(w) {
			continue
		}
		if b[0] == '^' && strings.HasPrefix(w, b[1:]) && d.spell(w[n-1:], brand, depth+1) {
			return true
		}
		if b[n-1] == '$' && strings.HasSuffix(w, b[:n-1]) && d.spell(w[:len(w)-n+1], brand, depth+1) {
			return true
		}
	}
	for pass := range 2 {
		for _, b := range d.breaks {
			i := strings.Index(w, b)
			if i <= 0 || i >= len(w)-len(b) {
				continue
			}
			if pass == 0 { // the second point first: "tip-top-shape" may hold "tip-top"
				if j := strings.Index(w[i+1:], b); j >= 0 && i+1+j < len(w)-len(b) {
					i += 1 + j
				}
			}
			if d.spell(w[i+len(b):], brand, depth+1) && d.spell(w[:i], brand, depth+1) {
				return true
			}
		}
	}
	return false
}

// word tells whether exactly these letters are a word: a stem, a stem with
// its affixes, or a compound.
func (q *asking) word(w string) verdict {
	d := q.d
	q.keep, q.noHint = false, false
	v := unknown
	first := true
	d.each(w, q.brand, func(flags []flag, morph uint32) bool {
		if first && has(flags, d.forbidden) {
			v = refused
			return false
		}
		first = false
		if has(flags, d.needAffix) || has(flags, d.onlyInCompound) || q.initcap && has(flags, onlyCapitals) {
			return true
		}
		if d.forbidWarn && has(flags, d.warn) {
			return true
		}
		v = q.accept(flags, morph)
		return v == unknown
	})
	if v != unknown {
		return v
	}
	q.affixed(w, func(flags []flag, morph ...uint32) bool {
		if has(flags, d.onlyInCompound) || q.initcap && has(flags, onlyCapitals) {
			return true
		}
		if has(flags, d.forbidden) {
			v = refused
			return false
		}
		v = q.accept(flags, morph...)
		return v == unknown
	})
	if v == unknown && len(d.rules)+int(d.compound)+int(d.compoundBegin) > 0 && q.compounded(w) {
		return known
	}
	return v
}

// accept notes what was found; with a found of its own a question hears all.
func (q *asking) accept(flags []flag, morph ...uint32) verdict {
	q.keep = has(flags, q.d.keepCase)
	q.noHint = has(flags, q.d.noSuggest)
	if q.found != nil && q.found(morph...) {
		return unknown
	}
	return known
}

// affixed calls yield for every stem that the affixes of w may stand on, until
// it says false.
func (q *asking) affixed(w string, yield func(flags []flag, morph ...uint32) bool) {
	d := q.d
	if len(w) > maxWord {
		return
	}
	// Every prefix, alone, crossed with a suffix, then with two.
	for n := 0; n <= len(w); n++ {
		if n > 0 && n < len(w) && !utf8.RuneStart(w[n]) {
			continue
		}
		if n == len(w) && !d.fullStrip {
			break
		}
		groups, ok := d.prefixes[w[:n]]
		if !ok {
			continue
		}
		for gi := range groups {
			stem := groups[gi].strip + w[n:]
			list := groups[gi].list
			for i := range list {
				p := &list[i]
				if !p.when.met(stem) || has(p.cont, d.onlyInCompound) {
					continue
				}
				if !has(p.cont, d.needAffix) && !has(p.cont, d.circumfix) {
					if !d.each(stem, q.brand, func(flags []flag, m uint32) bool {
						return !has(flags, p.flag) || yield(flags, p.morph, m)
					}) {
						return
					}
				}
				if p.cross {
					if !q.suffixed(stem, p, 0, func(f []flag, m ...uint32) bool { return yield(f, append(m, p.morph)...) }) {
						return
					}
					if len(d.continued) > 0 && !q.twice(stem, p, func(f []flag, m ...uint32) bool { return yield(f, append(m, p.morph)...) }) {
						return
					}
				}
			}
		}
	}
	if !q.suffixed(w, nil, 0, yield) {
		return
	}
	if len(d.continued) > 0 {
		q.twice(w, nil, yield)
	}
}

// suffixed tries every suffix of w; p is the prefix already taken off, via the
// flag that a second suffix, already taken off too, needs in this one.
func (q *asking) suffixed(w string, p *affix, via flag, yield func(flags []flag, morph ...uint32) bool) bool {
	d := q.d
	for n := 0; n <= min(d.longest, len(w)); n++ {
		if n == len(w) && !d.fullStrip {
			break
		}
		at := len(w) - n
		if at < len(w) && !utf8.RuneStart(w[at]) {
			continue
		}
		groups, ok := d.suffixes[w[at:]]
		if !ok {
			break // no suffix is longer and ends so
		}
		for gi := range groups {
			stem := w[:at] + groups[gi].strip
			list := groups[gi].list
			if !d.each(stem, q.brand, func(flags []flag, m uint32) bool {
				for i := range list {
					s := &list[i]
					if !has(flags, s.flag) && (p == nil || !has(p.cont, s.flag)) {
						continue
					}
					if p != nil && (!s.cross || !has(flags, p.flag) && !has(s.cont, p.flag)) {
						continue
					}
					if via != 0 && !has(s.cont, via) || has(flags, d.onlyInCompound) {
						continue
					}
					if !d.allowed(s, p, via) || !s.when.met(stem) {
						continue
					}
					if !yield(flags, s.morph, m) {
						return false
					}
				}
				return true
			}) {
				return false
			}
		}
	}
	return true
}

// allowed asks what circumfixes, compounds and half-words ask of a suffix.
func (d *dictionary) allowed(s, p *affix, via flag) bool {
	if d.circumfix != 0 {
		inPrefix := p != nil && has(p.cont, d.circumfix)
		if inPrefix != has(s.cont, d.circumfix) {
			return false
		}
	}
	if has(s.cont, d.onlyInCompound) {
		return false
	}
	return via != 0 || !has(s.cont, d.needAffix) || p != nil && !has(p.cont, d.needAffix)
}

// twice tries two suffixes, the outer one standing on the inner one.
func (q *asking) twice(w string, p *affix, yield func(flags []flag, morph ...uint32) bool) bool {
	d := q.d
	for n := 0; n <= min(d.longest, len(w)); n++ {
		if n == len(w) && !d.fullStrip {
			break
		}
		at := len(w) - n
		if at < len(w) && !utf8.RuneStart(w[at]) {
			continue
		}
		groups, ok := d.suffixes[w[at:]]
		if !ok {
			break
		}
		for _, group := range groups {
			stem := w[:at] + group.strip
			for i := range group.list {
				s := &group.list[i]
				if !d.continued[s.flag] || p != nil && !s.cross || !s.when.met(stem) {
					continue
				}
				inner := p
				if p != nil && has(s.cont, p.flag) {
					inner = nil
				}
				if !q.suffixed(stem, inner, s.flag, func(f []flag, m ...uint32) bool { return yield(f, append(m, s.morph)...) }) {
					return false
				}
			}
		}
	}
	return true
}

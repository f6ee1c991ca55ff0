package spell

import "unicode/utf8"

// maxParts is of how many words a compound may be made: enough for the digits
// of "1234567th", few enough that no word takes long.
const maxParts = 24

// compounded tells whether w is made of words by a COMPOUNDRULE or by the
// COMPOUNDFLAG family.
func (q *asking) compounded(w string) bool {
	if len(w) > maxWord {
		return false
	}
	budget := 4000
	for _, rule := range q.d.rules {
		if q.ruled(w, rule, 0, &budget) {
			return true
		}
	}
	d := q.d
	return (d.compound != 0 || d.compoundBegin != 0) && q.glued(w, 0, &budget)
}

// ruled tries to read the rest of a word with the rest of a rule.
func (q *asking) ruled(w string, rule []ruleStep, parts int, budget *int) bool {
	if *budget--; *budget < 0 || parts > maxParts {
		return false
	}
	if w == "" {
		for _, step := range rule {
			if step.many == 0 {
				return false
			}
		}
		return parts > 1
	}
	if len(rule) == 0 {
		return false
	}
	step := rule[0]
	if step.many != 0 && q.ruled(w, rule[1:], parts, budget) {
		return true
	}
	for n := range ends(w, q.d.compoundMin) {
		if !q.flagged(w[:n], step.flag, 0) {
			continue
		}
		rest := rule[1:]
		if step.many == '*' {
			rest = rule
		}
		if q.ruled(w[n:], rest, parts+1, budget) {
			return true
		}
	}
	return false
}

// glued tries to read the rest of a word as parts that may stand together.
func (q *asking) glued(w string, parts int, budget *int) bool {
	if *budget--; *budget < 0 || parts > maxParts {
		return false
	}
	d := q.d
	for n := range ends(w, d.compoundMin) {
		place := d.compoundMiddle
		switch {
		case parts == 0 && n == len(w):
			continue
		case parts == 0:
			place = d.compoundBegin
		case n == len(w):
			place = d.compoundEnd
		}
		if !q.flagged(w[:n], d.compound, place) {
			continue
		}
		if n == len(w) || q.glued(w[n:], parts+1, budget) {
			return true
		}
	}
	return false
}

// ends yields where the first part of a compound may end.
func ends(w string, least int) func(func(int) bool) {
	return func(yield func(int) bool) {
		runes := 0
		for n := 0; n < len(w); {
			_, size := utf8.DecodeRuneInString(w[n:])
			n += size
			if runes++; runes >= least && !yield(n) {
				return
			}
		}
	}
}

// flagged tells whether a stem has one of two flags.
func (q *asking) flagged(w string, a, b flag) bool {
	ok := false
	q.d.each(w, nil, func(flags []flag, _ uint32) bool {
		ok = (has(flags, a) || has(flags, b)) && !has(flags, q.d.forbidden)
		return !ok
	})
	return ok
}

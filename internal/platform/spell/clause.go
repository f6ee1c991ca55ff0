package spell

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// gender and count are sets: a word may be both.
type gender uint8
type count uint8

const (
	masculine gender = 1
	feminine  gender = 2
	singular  count  = 1
	plural    count  = 2
)

// lecture is what the dictionary says of a word, all readings together.
type lecture struct {
	list               []reading
	noun, adj, ppas    bool // may be one of these
	infinitive, finite bool
	imperative, ppre   bool
	adverb, tool, name bool // tool: articles, pronouns, prepositions…
	g                  gender
	n                  count
	persons            uint8 // of its finite readings, the imperative apart: 1sg=1, 2sg=2, 3sg=4, 1pl=8…
	cond, imperfect    bool
}

// nominal tells whether it can be a noun or an adjective.
func (l *lecture) nominal() bool { return l.noun || l.adj || l.ppas }

// onlyNominal is a noun or an adjective and nothing else.
func (l *lecture) onlyNominal() bool {
	return l.nominal() && !l.finite && !l.imperative && !l.infinitive && !l.tool && !l.adverb && !l.name && !l.ppre
}

var persons = []string{"po:1sg", "po:2sg", "po:3sg", "po:1pl", "po:2pl", "po:3pl"}

func lectureOf(list []reading) *lecture {
	l := &lecture{list: list}
	for _, r := range list {
		nominal := false
		tool := r.is("po:mg") || r.is("po:cjco") || r.is("po:prep") || r.is("po:nb") || r.is("po:interj") || r.is("po:loc")
		switch {
		case tool:
			l.tool = true
		case r.is("po:npr"), r.is("po:prn"), r.is("po:patr"):
			l.name = true
		}
		if r.is("po:adv") {
			l.adverb = true
		}
		if r.is("po:nom") {
			l.noun, nominal = true, true
		}
		if r.is("po:ppas") {
			l.ppas, nominal = true, true
		} else if r.is("po:adj") {
			l.adj, nominal = true, true
		}
		l.infinitive = l.infinitive || r.is("po:infi")
		l.ppre = l.ppre || r.is("po:ppre")
		if r.is("po:impe") {
			l.imperative = true
		} else if r.verb() && !r.is("po:ppas") && !r.is("po:infi") && !r.is("po:ppre") {
			for i, p := range persons {
				if r.is(p) {
					l.persons |= 1 << i
					l.finite = true
				}
			}
			l.cond = l.cond || r.is("po:cond")
			l.imperfect = l.imperfect || r.is("po:iimp")
		}
		if nominal && !tool {
			switch {
			case r.is("is:mas"):
				l.g |= masculine
			case r.is("is:fem"):
				l.g |= feminine
			default:
				l.g |= masculine | feminine
			}
			switch {
			case r.is("is:sg"):
				l.n |= singular
			case r.is("is:pl"):
				l.n |= plural
			default:
				l.n |= singular | plural
			}
		}
	}
	return l
}

// term is a word as the rules read it: elisions stand apart, and it knows
// whether it follows the one before with nothing but a space between.
type term struct {
	start, end int
	s, low     string // low is small, with straight apostrophes
	joined     bool   // follows the term before
	first      bool   // opens a sentence
	fresh      bool   // opens a clause: a sentence, or what follows a comma, a colon, a bracket
	num        bool
	end3       bool // a sign of punctuation or the end follows
	l          *lecture
}

// clause is a text as a row of terms.
type clause struct {
	*noter
	t     []term
	forms map[string][]form
}

func newClause(n *noter) *clause {
	c := &clause{noter: n}
	p := n.p
	joined, fresh := false, true
	for i, t := range p.list {
		switch t.is {
		case space:
			if strings.Contains(p.of(t), "\n") {
				joined, fresh = false, true
				c.close()
			}
		case mark, skip:
			joined = false
			if t.is == mark {
				fresh = true
				if strings.Contains(".!?,;:…)»", p.of(t)) {
					c.close()
				}
			} else {
				fresh = false
			}
		case number:
			c.t = append(c.t, term{start: t.start, end: t.end, s: p.of(t), low: p.of(t), joined: joined, fresh: fresh, num: true})
			joined, fresh = true, false
		case word:
			s := p.of(t)
			if len(s) > maxWord {
				joined, fresh = false, false
				continue
			}
			first := t.first
			if head, rest, ok := elided(French, s); ok && !strings.HasPrefix(strings.ToLower(head), "quelqu") && !strings.HasPrefix(strings.ToLower(head), "presqu") {
				c.t = append(c.t, term{start: t.start, end: t.start + len(head), s: head, low: strings.ToLower(straight(head)), joined: joined, first: first, fresh: fresh})
				c.t = append(c.t, term{start: t.start + len(head), end: t.end, s: rest, low: strings.ToLower(straight(rest)), joined: true})
			} else {
				c.t = append(c.t, term{start: t.start, end: t.end, s: s, low: strings.ToLower(straight(s)), joined: joined, first: first, fresh: fresh})
			}
			joined, fresh = true, false
			if i+1 == len(p.list) {
				c.close()
			}
		}
	}
	c.close()
	return c
}

func (c *clause) close() {
	if len(c.t) > 0 {
		c.t[len(c.t)-1].end3 = true
	}
}

var nobody = term{l: &lecture{}}

// at is the term k, or nobody when it does not stand in one row with the term from.
func (c *clause) next(k, by int) *term {
	for i := 1; i <= by; i++ {
		if k+i >= len(c.t) || !c.t[k+i].joined {
			return &nobody
		}
	}
	return c.get(k + by)
}

func (c *clause) prev(k, by int) *term {
	for i := range by {
		if k-i <= 0 || !c.t[k-i].joined {
			return &nobody
		}
	}
	return c.get(k - by)
}

func (c *clause) get(k int) *term {
	t := &c.t[k]
	if t.l == nil {
		if t.num || strings.HasSuffix(t.low, "'") {
			t.l = &lecture{}
		} else {
			t.l = c.p.lecture(c.d, t.s, c.o.Words)
		}
	}
	return t
}

// properly tells that a term is written like a name: a capital that no sentence asked for.
func (t *term) properly() bool { return !t.first && t.s != "" && caseOf(t.s) != small }

// say reports what lies from a to b.
func (c *clause) say(a, b *term, rule string, suggestions ...string) {
	for i, s := range suggestions {
		s = c.d.out.Replace(s)
		if r := rune0(a.s); r != utf8.RuneError && caseOf(a.s) == title || caseOf(a.s) == capital && utf8.RuneCountInString(a.s) == 1 && a.first {
			s = initial(s)
		} else if caseOf(a.s) == capital && utf8.RuneCountInString(a.s) > 1 {
			s = strings.ToUpper(s)
		}
		suggestions[i] = s
	}
	c.note(a.start, b.end, Grammar, rule, suggestions...)
}

// form is one form of a word, and how it is read.
type form struct {
	s    string
	l    *lecture
	cost float64
}

// kin are other forms of the same word that are read as wanted, the nearest first.
func (c *clause) kin(w string, want func(*lecture, reading) bool) []string {
	if c.forms == nil {
		c.forms = map[string][]form{}
	}
	list, ok := c.forms[w]
	if !ok {
		list = c.d.family(w)
		c.forms[w] = list
	}
	var names []string
	for _, f := range list {
		if len(names) < 3 && slices.ContainsFunc(f.l.list, func(r reading) bool { return want(f.l, r) }) {
			names = append(names, f.s)
		}
	}
	return names
}

// family gives all the forms of the words that w is a form of, the nearest to
// it first.
func (d *dictionary) family(w string) []form {
	stems := map[uint32]bool{}
	for _, w := range []string{strings.ToLower(w), w} {
		for n := 0; n <= min(d.longest, len(w)); n++ {
			at := len(w) - n
			if at < len(w) && !utf8.RuneStart(w[at]) {
				continue
			}
			for _, g := range d.suffixes[w[at:]] {
				for i := range d.homonyms(w[:at] + g.strip) {
					for j := range g.list {
						if has(d.flagsOf(i), g.list[j].flag) && g.list[j].when.met(w[:at]+g.strip) {
							stems[i] = true
						}
					}
				}
			}
		}
		for i := range d.homonyms(w) {
			stems[i] = true
		}
	}
	var out []form
	seen := map[string]bool{}
	own := []rune(strings.ToLower(w))
	for i := range stems {
		for _, f := range append(d.inflect(i, 400), d.word(i)) {
			if seen[f] || strings.Contains(f, "'") || strings.EqualFold(f, w) || !d.correct(f, nil) {
				continue
			}
			seen[f] = true
			out = append(out, form{f, lectureOf(d.readings(f, nil)), distance(own, []rune(f))})
		}
	}
	slices.SortFunc(out, func(a, b form) int { return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.s, b.s)) })
	return out
}

// homonyms yields the numbers of the words spelled so.
func (d *dictionary) homonyms(s string) func(func(uint32) bool) {
	return func(yield func(uint32) bool) {
		i := d.first(s)
		for ; i >= 0 && i < len(d.flags); i++ { // the file is sorted: homonyms follow
			if d.word(uint32(i)) != s || !yield(uint32(i)) {
				return
			}
		}
	}
}

func nominalOf(g gender, n count) func(*lecture, reading) bool {
	return func(_ *lecture, r reading) bool {
		if !r.is("po:nom") && !r.is("po:adj") && !r.is("po:ppas") {
			return false
		}
		one := lectureOf([]reading{r})
		return one.g&g != 0 && one.n&n != 0
	}
}

func infinitiveOf(_ *lecture, r reading) bool { return r.is("po:infi") }

func participleOf(_ *lecture, r reading) bool {
	return r.is("po:ppas") && !r.is("is:fem") && !r.is("is:pl")
}

func personOf(mask uint8, like *lecture) func(*lecture, reading) bool {
	tenses := []string{"po:ipre", "po:iimp", "po:ifut", "po:cond", "po:spre"}
	tense := ""
	for _, t := range tenses {
		for _, r := range like.list {
			if tense == "" && r.is(t) {
				tense = t
			}
		}
	}
	return func(_ *lecture, r reading) bool {
		return lectureOf([]reading{r}).persons&mask != 0 && (tense == "" || r.is(tense))
	}
}

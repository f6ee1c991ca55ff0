package spell

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// candidate is a word that a mistake may have meant, and how far it is: about 1
// per letter, less for what fingers and ears confuse.
type candidate struct {
	word string
	cost float64
}

const (
	maxSuggested = 40   // letters; a longer word gets no suggestion
	maxTries     = 9000 // look-ups for one word
)

// search is the hunt for one word.
type search struct {
	d      *dictionary
	brand  *Words
	low    string
	runes  []rune
	tries  int
	cost   map[string]float64
	common map[string]bool
}

// hint is a question for suggestions, as it is remembered.
type hint struct {
	word  string
	brand *Words
}

// hints remembers the last suggestions: one types on, the mistake stays.
type hints struct {
	mu    sync.Mutex
	known map[hint][]candidate
	order []hint
}

const hintsKept = 400

// suggest returns what a word may have meant, the nearest first, at most 10.
func (d *dictionary) suggest(s string, brand *Words) []candidate {
	q := hint{s, brand}
	d.hints.mu.Lock()
	list, ok := d.hints.known[q]
	d.hints.mu.Unlock()
	if ok {
		return list
	}
	list = d.hunt(s, brand)
	d.hints.mu.Lock()
	defer d.hints.mu.Unlock()
	if d.hints.known == nil {
		d.hints.known = map[hint][]candidate{}
	}
	if _, ok := d.hints.known[q]; !ok {
		q.word = strings.Clone(q.word)
		d.hints.known[q] = list
		if d.hints.order = append(d.hints.order, q); len(d.hints.order) > hintsKept {
			delete(d.hints.known, d.hints.order[0])
			d.hints.order = d.hints.order[1:]
		}
	}
	return list
}

func (d *dictionary) hunt(s string, brand *Words) []candidate {
	given := straight(s)
	k := caseOf(given)
	s = strings.ToLower(given)
	n := utf8.RuneCountInString(s)
	if n < 2 || n > maxSuggested || !utf8.ValidString(s) {
		return nil
	}
	h := &search{d: d, brand: brand, low: s, runes: []rune(s), cost: map[string]float64{}, common: commonOf(d.lang)}
	h.sounds()
	h.accents()
	h.letters()
	h.split()
	brand.near(func(w string) bool {
		if caseOf(w) != capital || utf8.RuneCountInString(w) <= 5 {
			if c := distance(h.runes, []rune(strings.ToLower(w))); c <= 1.2 && utf8.RuneCountInString(w) > 3 {
				h.keep(w, c-0.1)
			}
		}
		return true
	})
	if h.best() > 0.8 && n > 3 {
		h.resembling()
	}
	out := make([]candidate, 0, len(h.cost))
	for w, c := range h.cost {
		if h.common[w] {
			c -= 0.2
		}
		switch {
		case k == capital && n > 1:
			w = strings.ToUpper(w)
		case k == title:
			w = initial(w)
		case k == mixed && unicode.IsUpper([]rune(given)[0]):
			w = initial(w)
		}
		if w == given {
			continue
		}
		if strings.Contains(s, "'") || strings.Contains(w, "'") {
			w = d.out.Replace(w)
		}
		out = append(out, candidate{w, c})
	}
	slices.SortFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.word, b.word))
	})
	out = slices.CompactFunc(out, func(a, b candidate) bool { return a.word == b.word })
	// What is much farther than the best is noise.
	for i := range out {
		if i == 10 || i > 0 && out[i].cost > out[0].cost+1.1 {
			return out[:i]
		}
	}
	return out
}

func (h *search) best() float64 {
	best := 9.0
	for _, c := range h.cost {
		best = min(best, c)
	}
	return best
}

func (h *search) keep(w string, cost float64) {
	if old, ok := h.cost[w]; !ok || cost < old {
		h.cost[w] = cost
	}
}

// try keeps a spelling if it is a word that one may suggest; a cost below 0 is
// to be worked out, for the few that are.
func (h *search) try(w string, cost float64) bool {
	if old, ok := h.cost[w]; ok {
		if cost >= 0 && cost < old {
			h.cost[w] = cost
		}
		return true
	}
	if h.tries++; h.tries > maxTries || w == "" || w == h.low {
		return false
	}
	if h.fit(w) {
		if cost < 0 {
			cost = distance(h.runes, []rune(w))
		}
		h.keep(w, cost)
		return true
	}
	if r, n := utf8.DecodeRuneInString(w); unicode.IsLower(r) {
		if up := string(unicode.ToUpper(r)) + w[n:]; h.fit(up) {
			if cost < 0 {
				cost = distance(h.runes, []rune(w))
			}
			h.keep(up, cost+0.25)
			return true
		}
	}
	return false
}

// fit tells whether exactly this spelling is a word, and may be said.
func (h *search) fit(w string) bool {
	q := asking{d: h.d, brand: h.brand}
	if q.word(w) == known {
		return !q.noHint
	}
	return false
}

// tryNear is try with the cost of the distance.
func (h *search) tryNear(w string) bool { return h.try(w, -1) }

// sounds replaces what the dictionary's REP table says is confused.
func (h *search) sounds() {
	for _, rep := range h.d.rep {
		from, to := strings.ToLower(rep[0]), rep[1]
		begin, end := strings.HasPrefix(from, "^"), strings.HasSuffix(from, "$")
		from = strings.TrimSuffix(strings.TrimPrefix(from, "^"), "$")
		for i := 0; from != "" && i+len(from) <= len(h.low); {
			j := strings.Index(h.low[i:], from)
			if j < 0 {
				break
			}
			at := i + j
			if (!begin || at == 0) && (!end || at+len(from) == len(h.low)) {
				w := h.low[:at] + to + h.low[at+len(from):]
				cost := min(distance(h.runes, []rune(w)), 0.6)
				if strings.Contains(w, " ") {
					a, b, _ := strings.Cut(w, " ")
					if h.d.correct(a, h.brand) && h.d.correct(b, h.brand) {
						h.keep(w, 0.7)
					}
				} else if !h.try(w, cost) {
					h.again(w, at+len(to), cost)
				}
			}
			i = at + 1
		}
	}
}

// again gives a spelling that sounds right a second chance with other accents:
// "fenomene" is two steps from "phénomène".
func (h *search) again(w string, from int, cost float64) {
	if len(h.low) > 24 || h.tries > maxTries/2 {
		return
	}
	h.marked([]rune(w), 0, 2, cost)
}

// accents tries every way to write the same letters with other marks.
func (h *search) accents() { h.marked(slices.Clone(h.runes), 0, 4, 0) }

// marked changes up to left marks of w from rune i on.
func (h *search) marked(w []rune, i, left int, cost float64) {
	if left == 0 || h.tries > maxTries*2/3 {
		return
	}
	for ; i < len(w); i++ {
		was := w[i]
		p := plain(was)
		for _, group := range h.d.maps {
			if !slices.Contains(group, string(was)) {
				continue
			}
			for _, other := range group {
				r, _ := utf8.DecodeRuneInString(other)
				if len(other) > utf8.UTFMax || r == was || !unicode.IsLower(r) || plain(r) != p {
					continue
				}
				w[i] = r
				h.try(string(w), cost+0.25)
				h.marked(w, i+1, left-1, cost+0.25)
			}
		}
		w[i] = was
	}
}

// letters tries one letter lost, added, changed or swapped.
func (h *search) letters() {
	r := h.runes
	try := h.tryRunes()
	for i := range r {
		h.tryNear(string(r[:i]) + string(r[i+1:]))
		if i+1 < len(r) && r[i] != r[i+1] {
			w := slices.Clone(r)
			w[i], w[i+1] = w[i+1], w[i]
			h.tryNear(string(w))
		}
		// A pair swapped around a letter: "lgou" is rare, two letters lost are not.
		if i+1 < len(r) {
			h.tryNear(string(r[:i]) + string(r[i+2:]))
		}
	}
	for i := 0; i <= len(r); i++ {
		head, tail := string(r[:i]), string(r[i:])
		for _, c := range try {
			h.tryNear(head + string(c) + tail)
			if i < len(r) && c != r[i] {
				h.tryNear(head + string(c) + string(r[i+1:]))
			}
		}
	}
}

// tryRunes are the small letters worth trying, by frequency.
func (h *search) tryRunes() []rune {
	var out []rune
	for _, r := range strings.ToLower(h.d.try) + "'-" {
		if !slices.Contains(out, r) && (r < 0x180 && unicode.IsLetter(r) && r != 'ÿ' || r == '\'' || r == '-') {
			out = append(out, r)
		}
	}
	if len(h.runes) > 14 && len(out) > 34 {
		out = out[:34]
	}
	return out
}

// split tries two words where a space was forgotten.
func (h *search) split() {
	if strings.ContainsAny(h.low, "-'") {
		return
	}
	for i := range h.low {
		if i == 0 {
			continue
		}
		a, b := h.low[:i], h.low[i:]
		na, nb := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
		if na == 1 && !strings.Contains("aàyoi", a) || nb == 1 && b != "y" && b != "à" {
			continue
		}
		if h.fit(a) && h.fit(b) {
			cost := 1.3
			switch {
			case h.common[a] && h.common[b]:
				cost = 0.55
			case h.common[a] || h.common[b]:
				cost = 0.9
			}
			if na == 1 || nb == 1 {
				cost += 0.3
			}
			h.keep(a+" "+b, cost)
		}
	}
}

// resembling goes through the whole dictionary for stems that share most pairs
// of letters with the word, and through their forms: what is two or three
// letters away.
func (h *search) resembling() {
	d := h.d
	own := letters(h.low)
	key := sound(h.low)
	type near struct {
		i     uint32
		score float64
	}
	var best []near
	worst := 0.0
	pairs := pairsOf(h.low)
	for i := range d.flags {
		set := d.sieve[i]
		if bits.OnesCount64(own&^set) > 3 || bits.OnesCount64(set&^own) > 3 {
			continue
		}
		w := d.word(uint32(i))
		if len(w) > len(h.low)+5 || len(w)+6 < len(h.low) {
			continue
		}
		s := shared(pairs, w)
		if plain(h.runes[0]) == plain(rune0(w)) {
			s += 0.15
		}
		if s <= worst || len(best) >= 40 && s <= best[len(best)-1].score {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, s, func(n near, s float64) int { return cmp.Compare(s, n.score) })
		best = slices.Insert(best, at, near{uint32(i), s})
		if len(best) > 40 {
			best = best[:40]
			worst = best[39].score
		}
	}
	limit := min(0.9+0.22*float64(len(h.runes)), 2.6)
	for n, b := range best {
		forms := []string{d.word(b.i)}
		if n < 24 {
			forms = append(forms, d.inflect(b.i, 120)...)
		}
		for _, f := range forms {
			if strings.Contains(f, "'") && !strings.Contains(h.low, "'") {
				continue
			}
			r := []rune(strings.ToLower(f))
			if len(r) > len(h.runes)+4 || len(r)+4 < len(h.runes) {
				continue
			}
			c := distance(h.runes, r)
			if sound(f) == key {
				c *= 0.6
			}
			if c > limit {
				continue
			}
			if _, seen := h.cost[f]; seen {
				h.keep(f, c)
			} else if h.fit(f) {
				h.keep(f, c)
			}
		}
	}
}

func rune0(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// pairsOf are the pairs of letters of a word, without marks.
func pairsOf(s string) map[[2]rune]int {
	m := map[[2]rune]int{}
	last := ' '
	for _, r := range s {
		r = plain(r)
		m[[2]rune{last, r}]++
		last = r
	}
	m[[2]rune{last, ' '}]++
	return m
}

// shared is which part of the pairs two words have in common.
func shared(pairs map[[2]rune]int, w string) float64 {
	var hit, n int
	last := ' '
	for _, r := range w {
		r = plain(r)
		if pairs[[2]rune{last, r}] > 0 {
			hit++
		}
		n++
		last = r
	}
	if pairs[[2]rune{last, ' '}] > 0 {
		hit++
	}
	return 2 * float64(hit) / float64(n+1+len(pairs))
}

// distance is what it takes to make a word of another: letters added, lost,
// changed and swapped, each for the price of its likelihood.
func distance(a, b []rune) float64 {
	const wide = 64
	if len(a) > wide || len(b) > wide {
		return 99
	}
	var rows [3][wide + 1]float64
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := 1; j <= len(b); j++ {
		last[j] = last[j-1] + gap(b, j-1)
	}
	for i := 1; i <= len(a); i++ {
		row[0] = last[0] + gap(a, i-1)
		for j := 1; j <= len(b); j++ {
			c := last[j-1] + change(a[i-1], b[j-1])
			c = min(c, last[j]+gap(a, i-1), row[j-1]+gap(b, j-1))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] && a[i-1] != a[i-2] {
				c = min(c, before[j-2]+0.6)
			}
			row[j] = c
		}
		before, last, row = last, row, before
	}
	c := last[len(b)]
	if len(a) > 0 && len(b) > 0 && plain(a[0]) != plain(b[0]) {
		c += 0.3
	}
	return c
}

// gap is the price of a letter that one word has and the other has not.
func gap(w []rune, i int) float64 {
	switch {
	case i > 0 && plain(w[i]) == plain(w[i-1]), i+1 < len(w) && plain(w[i]) == plain(w[i+1]):
		return 0.4
	case w[i] == '\'' || w[i] == '-':
		return 0.45
	case w[i] == 'h', i == len(w)-1 && strings.ContainsRune("estxdp", w[i]):
		return 0.7
	}
	return 0.95
}

// alike are letters that sound or lie close.
const alike = "ck cs sz kq gj mn iy oa ea ei xs vf td pb uo"
const nearby = "az ze er rt ty yu ui io op qs sd df fg gh hj jk kl lm wx xc cv vb bn aq qw we as zx nm"

func change(a, b rune) float64 {
	if a == b {
		return 0
	}
	pa, pb := plain(a), plain(b)
	if pa == pb {
		return 0.25
	}
	if pa >= 'a' && pa <= 'z' && pb >= 'a' && pb <= 'z' {
		return changes[pa-'a'][pb-'a']
	}
	return 1.05
}

// changes is the price of one plain letter for another.
var changes = func() (t [26][26]float64) {
	for i := range t {
		for j := range t[i] {
			t[i][j] = 1.05
		}
	}
	for list, price := range map[string]float64{nearby: 0.85, alike: 0.7} {
		for _, p := range strings.Fields(list) {
			a, b := p[0]-'a', p[1]-'a'
			t[a][b], t[b][a] = min(t[a][b], price), min(t[b][a], price)
		}
	}
	return t
}()

// sounded are spellings of one sound in French, the longer first.
var sounded = strings.NewReplacer("eau", "o", "au", "o", "aux", "o", "ai", "e", "ei", "e", "ph", "f", "th", "t", "ch", "S", "qu", "k", "gu", "g", "ss", "s", "sc", "s", "ce", "se", "ci", "si", "ge", "je", "gi", "ji", "c", "k", "q", "k", "y", "i", "h", "", "en", "an", "em", "an", "am", "an", "ain", "in", "ein", "in", "œ", "e", "oe", "e", "x", "s", "z", "s")

// sound is roughly how a word is said: marks, doubles and silent ends go.
func sound(s string) string {
	var b strings.Builder
	var last rune
	for _, r := range strings.ToLower(s) {
		if r = plain(r); r != last {
			b.WriteRune(r)
		}
		last = r
	}
	out := sounded.Replace(b.String())
	return strings.TrimRight(out, "estxdp")
}

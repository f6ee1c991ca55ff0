package spell

import (
	"fmt"
	"hash/maphash"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"
)

// dictionary is one language in memory, in a form that the garbage collector
// has nothing to walk through: the words stand end to end in one string, a
// table of hashes finds them. Read-only once made, its memory of suggestions apart.
type dictionary struct {
	*grammarOf
	lang string

	words string   // every word, end to end
	at    []uint32 // where each begins; one more for the end
	flags []uint16 // of each word, in sets
	morph []uint32 // of each word, in morphs
	sets  [][]flag
	says  []string // what the dictionary says of a word: "po:nom is:mas"
	table []uint32 // word number + 1 at its hash, 0 is free
	mask  uint32
	seed  maphash.Seed
	sieve []uint64 // letters of each word, for looking for resembling ones
	hints hints

	setOf   map[string]uint16 // only while reading
	morphOf map[string]uint32 // only while reading
}

// read makes a dictionary from the two files, in UTF-8.
func read(lang, aff, dic string) (*dictionary, error) {
	d := &dictionary{lang: lang, seed: maphash.MakeSeed(), setOf: map[string]uint16{}, morphOf: map[string]uint32{"": 0}, says: []string{""}}
	d.set(nil)
	var err error
	if d.grammarOf, err = readAff(aff, d.morphID); err != nil {
		return nil, err
	}
	dic = strings.TrimPrefix(dic, "\ufeff")
	first, rest, _ := strings.Cut(dic, "\n")
	var n int
	if _, err := fmt.Sscanf(first, "%d", &n); err != nil || n < 0 || n > 4<<20 {
		return nil, fmt.Errorf("spell: dic: the first line does not say how many words: %.40q", first)
	}
	n = min(n, strings.Count(rest, "\n")+1)
	d.table = make([]uint32, 1<<bits.Len(uint(n+n/2+16)))
	d.mask = uint32(len(d.table) - 1)
	d.at, d.flags, d.morph = make([]uint32, 0, n+n/16), make([]uint16, 0, n+n/16), make([]uint32, 0, n+n/16)
	var blob strings.Builder
	blob.Grow(len(rest) / 2)
	var hidden []string
	for line := range strings.SplitSeq(rest, "\n") {
		word, flags, morph := d.readLine(strings.TrimRight(line, "\r "))
		if word == "" {
			continue
		}
		if len(d.at) >= 4<<20 || blob.Len() > 1<<30 {
			return nil, fmt.Errorf("spell: dic: too large")
		}
		d.at, d.flags, d.morph = append(d.at, uint32(blob.Len())), append(d.flags, d.set(flags)), append(d.morph, morph)
		blob.WriteString(word)
		switch k := caseOf(word); {
		case k == mixed, k == capital && len(flags) > 0:
			if !has(flags, d.forbidden) {
				hidden = append(hidden, word)
			}
		}
	}
	real := len(d.at)
	d.at = append(d.at, uint32(blob.Len()))
	d.words = blob.String()
	d.index(0, real)
	// The hidden homonyms come last: they give way to any word that is there.
	grown := false
	for _, word := range hidden {
		title := initial(strings.ToLower(word))
		if d.first(title) >= 0 {
			continue
		}
		own := d.first(word)
		flags := append(append([]flag{}, d.sets[d.flags[own]]...), onlyCapitals)
		if !grown {
			d.at, grown = d.at[:len(d.at)-1], true
		}
		d.at, d.flags, d.morph = append(d.at, uint32(blob.Len())), append(d.flags, d.set(flags)), append(d.morph, d.morph[own])
		blob.WriteString(title)
	}
	if grown {
		d.at = append(d.at, uint32(blob.Len()))
		d.words = blob.String()
		d.index(real, len(d.flags))
	}
	d.words = strings.Clone(d.words)
	d.sieve = make([]uint64, len(d.flags))
	for i := range d.sieve {
		d.sieve[i] = letters(d.word(uint32(i)))
	}
	d.setOf, d.morphOf = nil, nil
	return d, nil
}

// readLine takes one line of the .dic apart: word/flags morphology.
func (d *dictionary) readLine(line string) (word string, flags []flag, morph uint32) {
	line = strings.TrimLeft(line, " ")
	if line == "" || line[0] == '\t' {
		return "", nil, 0
	}
	// Morphology begins at a tab, or at a space before "xx:".
	if i := strings.IndexByte(line, '\t'); i > 0 {
		line, morph = line[:i], d.morphID(strings.TrimSpace(line[i+1:]))
	}
	for i := 0; i+3 < len(line); i++ {
		if line[i] == ' ' && line[i+3] == ':' && i > 0 {
			line, morph = line[:i], d.morphID(strings.TrimSpace(line[i+1:]))
			break
		}
	}
	line = strings.TrimRight(line, " ")
	if i := strings.LastIndexByte(line, ' '); i > 0 && len(d.morphs) > 0 {
		if n, err := strconv.Atoi(line[i+1:]); err == nil && n >= 1 && n <= len(d.morphs) {
			line, morph = strings.TrimRight(line[:i], " "), d.morphID(d.morphs[n-1])
		}
	}
	cut := -1
	for i := 1; i < len(line); i++ {
		if line[i] == '/' && line[i-1] != '\\' {
			cut = i
			break
		}
	}
	word = line
	if cut >= 0 {
		word, flags = line[:cut], d.readFlags(line[cut+1:])
	}
	if strings.Contains(word, `\/`) {
		word = strings.ReplaceAll(word, `\/`, "/")
	}
	if !utf8.ValidString(word) {
		return "", nil, 0
	}
	return word, flags, morph
}

func (d *dictionary) set(flags []flag) uint16 {
	key := make([]byte, 0, 2*len(flags))
	for _, f := range flags {
		key = append(key, byte(f>>8), byte(f))
	}
	if n, ok := d.setOf[string(key)]; ok {
		return n
	}
	if len(d.sets) == 0xffff { // no dictionary has so many; the words keep no flags
		return 0
	}
	n := uint16(len(d.sets))
	d.sets = append(d.sets, flags)
	d.setOf[string(key)] = n
	return n
}

func (d *dictionary) morphID(s string) uint32 {
	if n, ok := d.morphOf[s]; ok {
		return n
	}
	n := uint32(len(d.says))
	s = strings.Clone(s)
	d.says = append(d.says, s)
	d.morphOf[s] = n
	return n
}

func (d *dictionary) index(from, to int) {
	for i := from; i < to; i++ {
		slot := uint32(maphash.String(d.seed, d.word(uint32(i)))) & d.mask
		for d.table[slot] != 0 {
			slot = (slot + 1) & d.mask
		}
		d.table[slot] = uint32(i) + 1
	}
}

func (d *dictionary) word(i uint32) string { return d.words[d.at[i]:d.at[i+1]] }

func (d *dictionary) flagsOf(i uint32) []flag { return d.sets[d.flags[i]] }

// first finds the first word spelled like s, -1 without.
func (d *dictionary) first(s string) int {
	for slot := uint32(maphash.String(d.seed, s)) & d.mask; d.table[slot] != 0; slot = (slot + 1) & d.mask {
		if i := d.table[slot] - 1; d.word(i) == s {
			return int(i)
		}
	}
	return -1
}

// each calls yield for the flags and morphology of every word spelled like s,
// in the order of the file, until it says false.
func (d *dictionary) each(s string, brand *Words, yield func(flags []flag, morph uint32) bool) bool {
	for slot := uint32(maphash.String(d.seed, s)) & d.mask; d.table[slot] != 0; slot = (slot + 1) & d.mask {
		if i := d.table[slot] - 1; d.word(i) == s && !yield(d.flagsOf(i), d.morph[i]) {
			return false
		}
	}
	if model := brand.model(s); model != "" && model != s {
		return d.each(model, nil, yield)
	}
	return true
}

func has(flags []flag, f flag) bool {
	if f == 0 {
		return false
	}
	for _, g := range flags {
		if g == f {
			return true
		}
	}
	return false
}

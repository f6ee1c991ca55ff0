package spell

import (
	"strings"
)

// reading is one way to read a French word: what the dictionary and the affixes
// say of it, and the forms it may take.
type reading string

func (r reading) is(tag string) bool {
	for s := string(r); s != ""; {
		i := strings.IndexByte(s, ' ')
		if i < 0 {
			return s == tag
		}
		if s[:i] == tag {
			return true
		}
		s = s[i+1:]
	}
	return false
}

func (r reading) verb() bool { return strings.Contains(string(r), "po:v") }

// readings are all the ways to read a word, as written or without its capital.
// An elision at its head is part of it.
func (d *dictionary) readings(w string, brand *Words) []reading {
	if len(w) > 60 {
		return nil
	}
	w = straight(w)
	var out []reading
	hear := func(morph ...uint32) bool {
		var b strings.Builder
		for _, m := range morph {
			if d.says[m] != "" {
				b.WriteString(strings.ReplaceAll(d.says[m], "!", ""))
				b.WriteByte(' ')
			}
		}
		r := reading(strings.TrimSpace(b.String()))
		for _, old := range out {
			if old == r {
				return true
			}
		}
		if len(out) < 40 {
			out = append(out, r)
		}
		return true
	}
	for _, s := range []string{strings.ToLower(w), w} {
		q := asking{d: d, brand: brand, found: hear}
		q.word(s)
		if s == w {
			break
		}
	}
	return out
}

package spell

import "strings"

// inflect gives the forms that the affixes make of a word, without the word, at
// most about as many as asked.
func (d *dictionary) inflect(i uint32, most int) []string {
	stem, flags := d.word(i), d.flagsOf(i)
	if has(flags, d.forbidden) || has(flags, d.onlyInCompound) || len(flags) == 0 {
		return nil
	}
	var out []string
	type half struct {
		word string
		own  []flag
	}
	halves := []half{{stem, flags}}
	for _, f := range flags {
		for _, m := range d.suffixesBy[f] {
			base, ok := strings.CutSuffix(stem, m.strip)
			if !ok || base == "" && !d.fullStrip || !m.when.met(stem) || len(halves) > most {
				continue
			}
			w := base + m.add
			halves = append(halves, half{w, m.cont})
			if !has(m.cont, d.needAffix) && w != stem {
				out = append(out, w)
			}
		}
	}
	for _, h := range halves {
		for _, f := range h.own {
			for _, m := range d.prefixesBy[f] {
				base, ok := strings.CutPrefix(h.word, m.strip)
				if ok && len(out) < most && m.when.met(h.word) {
					out = append(out, m.add+base)
				}
			}
		}
	}
	return out
}

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
	for add, groups := range d.suffixes {
		for gi := range groups {
			base, ok := strings.CutSuffix(stem, groups[gi].strip)
			if !ok || base == "" && !d.fullStrip {
				continue
			}
			for ai := range groups[gi].list {
				s := &groups[gi].list[ai]
				if !has(flags, s.flag) || !s.when.met(stem) || len(halves) > most {
					continue
				}
				w := base + add
				halves = append(halves, half{w, s.cont})
				if !has(s.cont, d.needAffix) && w != stem {
					out = append(out, w)
				}
			}
		}
	}
	for add, groups := range d.prefixes {
		for gi := range groups {
			for ai := range groups[gi].list {
				p := &groups[gi].list[ai]
				for _, h := range halves {
					base, ok := strings.CutPrefix(h.word, groups[gi].strip)
					if ok && len(out) < most && p.when.met(h.word) && has(h.own, p.flag) {
						out = append(out, add+base)
					}
				}
			}
		}
	}
	return out
}

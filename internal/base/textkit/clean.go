package textkit

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Change says what Clean had to do to a text.
type Change string

const (
	// BadUTF8: bytes that are no UTF-8, lone surrogates among them, became
	// U+FFFD, one for each run: the person sees where something was lost. A
	// surrogate pair written as two three-byte sequences (CESU-8) is put
	// together instead. A U+FFFD that was already there stays.
	BadUTF8 Change = "bad_utf8"
	// Control: NUL and the other control characters that no reader sees and
	// no database or XML carries were removed (tab and line feed stay).
	Control Change = "control"
	// LineEnds: CR LF, lone CR, U+2028 and U+2029 became LF.
	LineEnds Change = "line_ends"
	// Composed: the text was brought to NFC, so that it counts and compares
	// the same whatever keyboard it came from.
	Composed Change = "composed"
)

// Clean returns s fit to be kept, counted and sent, and what it had to change;
// no changes means that it is s. Cleaning twice changes nothing more.
func Clean(s string) (string, []Change) {
	var changes []Change
	did := func(c Change) {
		for _, have := range changes {
			if have == c {
				return
			}
		}
		changes = append(changes, c)
	}
	if dirty(s) {
		var b strings.Builder
		b.Grow(len(s))
		lost := false // the last thing written was a U+FFFD of ours
		for i := 0; i < len(s); {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n <= 1 {
				did(BadUTF8)
				if pair, w := cesu(s[i:]); w > 0 {
					b.WriteRune(pair)
					lost = false
					i += w
					continue
				}
				if !lost {
					b.WriteRune(utf8.RuneError)
				}
				lost = true
				i++
				continue
			}
			i += n
			switch {
			case r == '\r':
				did(LineEnds)
				if i < len(s) && s[i] == '\n' {
					i++
				}
				b.WriteByte('\n')
			case r == '\u2028' || r == '\u2029':
				did(LineEnds)
				b.WriteByte('\n')
			case control(r):
				did(Control)
				continue // and a run of lost bytes goes on over it
			default:
				b.WriteRune(r)
			}
			lost = false
		}
		s = b.String()
	}
	if !plainlyComposed(s) && !norm.NFC.IsNormalString(s) {
		did(Composed)
		s = norm.NFC.String(s)
	}
	return s, changes
}

// plainlyComposed reports, without the tables and the two kilobytes of stack
// that norm takes, that nothing in s can combine: every character is below
// U+0300, where NFC starts to have work, or is punctuation of French and
// English (U+2010 to U+2027 and U+202F). False means that norm must look.
func plainlyComposed(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0xCC { // ASCII, a continuation byte, or the lead of U+0080 to U+02FF
			continue
		}
		if c != 0xE2 || i+2 >= len(s) || s[i+1] != 0x80 || (s[i+2] < 0x90 || s[i+2] > 0xA7) && s[i+2] != 0xAF {
			return false
		}
		i += 2
	}
	return true
}

func control(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' || r >= 0x7f && r < 0xa0 || r == '\uFEFF'
}

func dirty(s string) bool {
	for i, r := range s {
		switch {
		case control(r) || r == '\u2028' || r == '\u2029':
			return true
		case r == utf8.RuneError:
			if _, n := utf8.DecodeRuneInString(s[i:]); n <= 1 {
				return true
			}
		}
	}
	return false
}

// cesu reads a surrogate pair written as two three-byte sequences.
func cesu(s string) (rune, int) {
	if len(s) < 6 || s[0] != 0xED || s[3] != 0xED ||
		s[1]&0xF0 != 0xA0 || s[2]&0xC0 != 0x80 || s[4]&0xF0 != 0xB0 || s[5]&0xC0 != 0x80 {
		return 0, 0
	}
	hi := rune(s[1]&0x0F)<<6 | rune(s[2]&0x3F)
	lo := rune(s[4]&0x0F)<<6 | rune(s[5]&0x3F)
	return 0x10000 + hi<<10 + lo, 6
}

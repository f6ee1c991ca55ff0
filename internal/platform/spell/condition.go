package spell

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// condition is the end (of a suffix's stem) or the beginning (of a prefix's)
// that an affix asks for: "[^aeiou]y". nil is no condition.
type condition struct {
	atEnd bool
	steps []class
}

// class is one letter of a condition.
type class struct {
	any   bool
	not   bool
	runes string
}

// condition reads one, or finds the same one read before: the French tables
// repeat a few hundred of them 5,000 times.
func (g *grammarOf) condition(s string, atEnd bool) (*condition, error) {
	if s == "." {
		return nil, nil
	}
	key := s
	if atEnd {
		key += "$"
	}
	if c, ok := g.conditions[key]; ok {
		return c, nil
	}
	c := &condition{atEnd: atEnd}
	for i := 0; i < len(s); {
		switch s[i] {
		case '.':
			c.steps = append(c.steps, class{any: true})
			i++
		case '[':
			end := strings.IndexByte(s[i:], ']')
			if end < 0 {
				return nil, fmt.Errorf("a bracket is open")
			}
			body := s[i+1 : i+end]
			not := strings.HasPrefix(body, "^")
			c.steps = append(c.steps, class{not: not, runes: strings.TrimPrefix(body, "^")})
			i += end + 1
		default:
			_, n := utf8.DecodeRuneInString(s[i:])
			c.steps = append(c.steps, class{runes: s[i : i+n]})
			i += n
		}
	}
	g.conditions[key] = c
	return c, nil
}

// met tells whether a stem has it.
func (c *condition) met(stem string) bool {
	if c == nil {
		return true
	}
	for i := range c.steps {
		step := &c.steps[i]
		if c.atEnd {
			step = &c.steps[len(c.steps)-1-i]
		}
		var r rune
		var n int
		if c.atEnd {
			r, n = utf8.DecodeLastRuneInString(stem)
			stem = stem[:len(stem)-n]
		} else {
			r, n = utf8.DecodeRuneInString(stem)
			stem = stem[n:]
		}
		if n == 0 {
			return false
		}
		if !step.any && strings.ContainsRune(step.runes, r) == step.not {
			return false
		}
	}
	return true
}

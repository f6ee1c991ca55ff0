package answers

import (
	"strings"
	"unicode"
)

// Stretch is a piece of a comparison: Op is "same", "gone" or "new".
type Stretch struct {
	Op   string `json:"op"`
	Text string `json:"text"`
}

// maxCompared bounds the words of a text that are compared; longer ones are
// shown as replaced.
const maxCompared = 1500

// Compare says by words what became of a text.
func Compare(was, is string) []Stretch {
	a, b := pieces(was), pieces(is)
	if len(a) > maxCompared || len(b) > maxCompared {
		return joined([]Stretch{{"gone", was}, {"new", is}})
	}
	// The longest run of words that both have, by the plain table.
	long := make([][]int, len(a)+1)
	for i := range long {
		long[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				long[i][j] = long[i+1][j+1] + 1
			} else {
				long[i][j] = max(long[i+1][j], long[i][j+1])
			}
		}
	}
	var out []Stretch
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, Stretch{"same", a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && long[i+1][j] >= long[i][j+1]:
			out = append(out, Stretch{"gone", a[i]})
			i++
		default:
			out = append(out, Stretch{"new", b[j]})
			j++
		}
	}
	return joined(out)
}

// pieces are the words of a text, each with the spaces after it.
func pieces(s string) []string {
	var out []string
	for s != "" {
		end := strings.IndexFunc(s, unicode.IsSpace)
		if end < 0 {
			return append(out, s)
		}
		rest := strings.IndexFunc(s[end:], func(r rune) bool { return !unicode.IsSpace(r) })
		if rest < 0 {
			return append(out, s)
		}
		out, s = append(out, s[:end+rest]), s[end+rest:]
	}
	return out
}

func joined(list []Stretch) []Stretch {
	var out []Stretch
	for _, s := range list {
		if s.Text == "" {
			continue
		}
		if k := len(out) - 1; k >= 0 && out[k].Op == s.Op {
			out[k].Text += s.Text
		} else {
			out = append(out, s)
		}
	}
	return out
}

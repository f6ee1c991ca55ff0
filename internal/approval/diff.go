package approval

import (
	"strings"
	"unicode"
)

// Diff is one stretch of a comparison.
type Diff struct {
	// Op is "same", "gone" or "new".
	Op   string `json:"op"`
	Text string `json:"text"`
}

// maxDiff bounds the words compared; two longer texts are shown as replaced.
const maxDiff = 4000

// Compare says by words what became of a text. Spaces belong to the word before
// them, so that the stretches joined are the texts.
func Compare(was, is string) []Diff {
	if was == is {
		if is == "" {
			return nil
		}
		return []Diff{{"same", is}}
	}
	a, b := words(was), words(is)
	if len(a)*len(b) > maxDiff*maxDiff {
		return join([]Diff{{"gone", was}, {"new", is}})
	}
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []Diff
	for _, w := range a[:head] {
		out = append(out, Diff{"same", w})
	}
	out = append(out, middle(a[head:len(a)-tail], b[head:len(b)-tail])...)
	for _, w := range a[len(a)-tail:] {
		out = append(out, Diff{"same", w})
	}
	return join(out)
}

// middle is the longest common run of words, by the plain table.
func middle(a, b []string) []Diff {
	long := make([][]int32, len(a)+1)
	for i := range long {
		long[i] = make([]int32, len(b)+1)
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
	var out []Diff
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, Diff{"same", a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || long[i+1][j] >= long[i][j+1]):
			out = append(out, Diff{"gone", a[i]})
			i++
		default:
			out = append(out, Diff{"new", b[j]})
			j++
		}
	}
	return out
}

func join(list []Diff) []Diff {
	var out []Diff
	for _, d := range list {
		if d.Text == "" {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Op == d.Op {
			out[n-1].Text += d.Text
			continue
		}
		out = append(out, d)
	}
	return out
}

// words cuts a text into words, marks and spaces. A mark stands alone, so that
// one comma shows as one comma.
func words(s string) []string {
	var out []string
	var b strings.Builder
	kind := 0
	for _, r := range s {
		k := 1
		switch {
		case unicode.IsSpace(r):
			k = 2
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '’' || r == '\'' || r == '_':
		default:
			k = 3
		}
		if (k != kind || k == 3) && b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
		kind = k
		b.WriteRune(r)
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

// text is a content's words, as a reader compares them.
func (c Content) text() string {
	var parts []string
	for _, p := range c.Parts {
		parts = append(parts, p.Text)
	}
	return strings.Join(parts, "\n\n")
}

// Pictures lists the media of all parts, in order.
func (c Content) Pictures() []Media {
	var out []Media
	for _, p := range c.Parts {
		out = append(out, p.Media...)
	}
	return out
}

// Text is the whole of the words, parts separated by an empty line.
func (c Content) Text() string { return c.text() }

package approvalweb

import (
	"maps"
	"slices"
	"strings"

	"vigie/internal/base/textkit"
	"vigie/internal/platform/i18n"
)

// pairs are the values of a sentence, as the catalogue takes them.
func pairs(values map[string]any) []any {
	var out []any
	for _, k := range slices.Sorted(maps.Keys(values)) {
		out = append(out, k, values[k])
	}
	return out
}

// say is a finding's sentence, with its words before it where it does not quote
// them itself.
func (x Finding) say(l *i18n.Loc) string {
	s := l.T(x.Key, pairs(x.Values)...)
	if words := strings.TrimSpace(x.Words); words != "" {
		quoted := l.T("approval.quoted", "words", textkit.Excerpt(words, 60))
		own, _ := x.Values["words"].(string)
		if !strings.HasPrefix(s, quoted) && (own == "" || !strings.HasPrefix(s, l.T("approval.quoted", "words", own))) {
			s = quoted + " " + s
		}
	}
	if x.Why != "" {
		s += " " + x.Why
	}
	return s
}

func blocking(all []Finding) bool {
	return slices.ContainsFunc(all, func(x Finding) bool { return x.Blocks })
}

// paragraph is a stretch of a part's words that can be remarked on by itself.
type paragraph struct {
	From, To int // bytes
	Text     string
}

// paragraphs cuts words at their empty lines or, without any, at their lines.
// What lies between two belongs to neither.
func paragraphs(text string) []paragraph {
	sep := "\n\n"
	if !strings.Contains(strings.TrimSpace(text), sep) {
		sep = "\n"
	}
	var out []paragraph
	at := 0
	for _, piece := range strings.SplitAfter(text, sep) {
		words := strings.TrimSpace(piece)
		from := at + strings.Index(piece, words)
		if words != "" {
			out = append(out, paragraph{from, from + len(words), words})
		}
		at += len(piece)
	}
	return out
}

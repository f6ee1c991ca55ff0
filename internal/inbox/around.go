package inbox

import (
	"strings"

	"vigie/internal/base/textkit"
	"vigie/internal/platform/search"
)

// around is what a list shows of a long text in which words were found: its
// beginning, or the words with what stands before them.
func around(text, asked string) string {
	flat := line(text, 2000)
	words := search.Words(asked)
	if len(words) == 0 {
		return textkit.Excerpt(flat, maxExcerpt)
	}
	parts := strings.Fields(flat)
	for i, p := range parts {
		if found := search.Words(p); len(found) > 0 && strings.HasPrefix(found[0], words[0]) {
			from := max(0, i-8)
			if from == 0 {
				break
			}
			return textkit.Excerpt("… "+strings.Join(parts[from:], " "), maxExcerpt)
		}
	}
	return textkit.Excerpt(flat, maxExcerpt)
}

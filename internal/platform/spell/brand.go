package spell

import "strings"

// Words is a list of words that a house holds for correct: its names, its
// products, its jargon. Read-only once made, safe for many goroutines; nil is
// an empty list.
type Words struct {
	exact map[string]string // the word, and the one it is inflected like
	small map[string]bool   // for words written without a capital: any case will do
}

// NewWords reads a list: one word or expression without space each. "Vigie"
// with a capital is known as written and in capitals, "brunch" in any case.
// "tweeter/manger" takes the affixes of manger, as far as the dictionary of the
// text knows it. Lines that are empty or begin with # count for nothing.
func NewWords(list []string) *Words {
	w := &Words{exact: make(map[string]string, len(list)), small: make(map[string]bool, len(list))}
	for _, line := range list {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, model, _ := strings.Cut(line, "/")
		for _, one := range strings.Fields(straight(word)) {
			if len(one) > maxWord {
				continue
			}
			w.exact[one] = straight(model)
			if low := strings.ToLower(one); low == one {
				w.small[one] = true
			} else {
				w.exact[strings.ToUpper(one)] = ""
			}
		}
	}
	return w
}

// knows tells whether a word is in the list.
func (w *Words) knows(word string) bool {
	if w == nil || len(w.exact) == 0 {
		return false
	}
	if _, ok := w.exact[word]; ok {
		return true
	}
	return w.small[strings.ToLower(word)]
}

func (w *Words) model(word string) string {
	if w == nil {
		return ""
	}
	return w.exact[word]
}

// near yields the words of the list that a mistake may have meant.
func (w *Words) near(yield func(string) bool) {
	if w == nil {
		return
	}
	for word := range w.exact {
		if !yield(word) {
			return
		}
	}
}

func straight(s string) string { return strings.ReplaceAll(s, "’", "'") }

package spell

import (
	"cmp"
	"embed"
	"io/fs"
	"slices"
	"strings"
)

// The languages that have a dictionary.
const (
	French   = "fr"
	British  = "en-GB"
	American = "en-US"
)

// Langs are the languages that Check knows.
func Langs() []string { return []string{French, British, American} }

// Lang finds the language of Langs for a tag as people and networks write it:
// "fr-FR", "fr_CA", "en" (British, as Europe writes), "EN-us". "" when there is
// no dictionary for it.
func Lang(tag string) string {
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	base, region, _ := strings.Cut(tag, "-")
	switch {
	case base == "fr":
		return French
	case base == "en" && (region == "us" || strings.HasPrefix(region, "us-")):
		return American
	case base == "en":
		return British
	}
	return ""
}

// Kind says what sort of mistake it is.
type Kind string

// The kinds. Uncertain ones are never corrected by Fix.
const (
	Spelling   Kind = "spelling"   // no dictionary knows the word
	Typography Kind = "typography" // spaces, quotes, accents on capitals, ligatures
	Repetition Kind = "repetition" // the same word twice
	Unclosed   Kind = "unclosed"   // a quote or a bracket that nothing closes
	Grammar    Kind = "grammar"    // agreement and confusions, by precise rules
)

// Mistake is one finding. Start and End are bytes of the text as it was given.
type Mistake struct {
	Start, End int
	Kind       Kind
	Rule       string // the rule that found it, stable: "fr.space_before", "word"
	Key        string // the message for the person, in Messages
	Values     map[string]any
	// Suggestions replace text[Start:End], the best first; never nil text, and
	// an empty string among them means that the passage goes.
	Suggestions []string
}

// Options say what to look for. The zero value looks for everything.
type Options struct {
	// Words are the words of the house, correct whatever the dictionary says.
	Words *Words
	// Without are kinds or rules not to report.
	Without []string
	// Suggestions is how many to give at most for a word: 0 means 5, below 0 none.
	Suggestions int
	// Quotes asks for curly quotes and apostrophes in English; French always has them.
	Quotes bool
}

func (o Options) wants(m Mistake) bool {
	return !slices.Contains(o.Without, string(m.Kind)) && !slices.Contains(o.Without, m.Rule)
}

// MaxMistakes is how many mistakes of one text are reported, at most; such a
// text is not in the language it is said to be.
const MaxMistakes = 5000

// MaxText is how many bytes of a text are read, at most: beyond, nothing is
// reported. No post and no article comes near.
const MaxText = 2 << 20

// Check reads a text and returns its mistakes in order, never overlapping. A
// language without a dictionary (see Lang) has none. It is safe for many
// goroutines and takes any bytes.
func Check(lang, text string, o Options) []Mistake {
	lang = Lang(lang)
	if lang == "" || text == "" {
		return nil
	}
	if len(text) > MaxText {
		text = text[:MaxText]
	}
	d, done := borrow(lang)
	defer done()
	t := cut(lang, text)
	var found []Mistake
	add := func(m Mistake) {
		if len(found) < MaxMistakes && o.wants(m) {
			found = append(found, m)
		}
	}
	typography(lang, t, d, o, add)
	if lang == French {
		french(t, d, o, add)
	} else {
		english(lang, t, d, o, add)
	}
	words(t, d, o, add)
	return tidy(found)
}

// Change is one correction that Fix made: text[Start:End] of the text it was
// given became New.
type Change struct {
	Start, End int
	Old, New   string
	Rule       string
}

// Fix corrects the typography of a whole text, and nothing else: spaces,
// quotes, apostrophes, ligatures and accents that leave no doubt. It is safe to
// repeat. Addresses, code, handles and tags stay as they are.
func Fix(lang, text string) (string, []Change) {
	lang = Lang(lang)
	if lang == "" || len(text) > MaxText {
		return text, nil
	}
	var changes []Change
	var out strings.Builder
	last := 0
	for _, m := range Check(lang, text, Options{Without: []string{string(Spelling), string(Grammar), string(Unclosed), string(Repetition)}, Suggestions: -1, Quotes: true}) {
		if len(m.Suggestions) != 1 || m.Start < last || unsure[m.Rule] {
			continue
		}
		changes = append(changes, Change{m.Start, m.End, text[m.Start:m.End], m.Suggestions[0], m.Rule})
		out.WriteString(text[last:m.Start])
		out.WriteString(m.Suggestions[0])
		last = m.End
	}
	out.WriteString(text[last:])
	return out.String(), changes
}

// tidy orders the findings and drops what lies under another: the first rule
// that spoke about a passage keeps it.
func tidy(found []Mistake) []Mistake {
	slices.SortStableFunc(found, func(a, b Mistake) int { return cmp.Compare(a.Start, b.Start) })
	out := found[:0]
	end := -1
	for _, m := range found {
		if m.Start < end {
			continue
		}
		if m.Values == nil {
			m.Values = map[string]any{}
		}
		out = append(out, m)
		end = m.End
	}
	return out
}

//go:embed messages/*.json
var sentences embed.FS

// Messages is what the findings say, in French and in English.
func Messages() fs.FS { f, _ := fs.Sub(sentences, "messages"); return f }

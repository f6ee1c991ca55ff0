package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Langs are the languages Vigie speaks, the default first.
func Langs() []string { return []string{"fr", "en"} }

// Default is the language of somebody of whom nothing is known.
const Default = "fr"

//go:embed messages/*.json
var general embed.FS

// General is the messages that belong to no room: what kinds of error mean,
// what the database, the clock and the way to the networks have to say.
func General() fs.FS { f, _ := fs.Sub(general, "messages"); return f }

// message is a sentence, or one per plural form.
type message struct {
	other string
	one   string // empty when the sentence does not count
}

// Catalog is every message of the program in every language. It is read-only
// once made and safe for use by many goroutines.
type Catalog struct {
	langs map[string]map[string]message
}

// New merges the general messages and those of the faces. Each FS holds
// fr.json and en.json: {"key": "text with {name}"} or {"key": {"one": "…",
// "other": "…"}}, where {n} chooses. Errors: unreadable JSON, a key given
// twice.
func New(faces ...fs.FS) (*Catalog, error) {
	c := &Catalog{langs: map[string]map[string]message{}}
	for _, lang := range Langs() {
		all := map[string]message{}
		for _, f := range append([]fs.FS{General()}, faces...) {
			part, err := read(f, lang)
			if err != nil {
				return nil, err
			}
			for k, m := range part {
				if _, twice := all[k]; twice {
					return nil, fmt.Errorf("i18n: %s.json: %q is given twice", lang, k)
				}
				all[k] = m
			}
		}
		c.langs[lang] = all
	}
	return c, nil
}

// Must is New for the tests and for the program's start: it panics.
func Must(faces ...fs.FS) *Catalog {
	c, err := New(faces...)
	if err != nil {
		panic(err)
	}
	return c
}

func read(f fs.FS, lang string) (map[string]message, error) {
	b, err := fs.ReadFile(f, lang+".json")
	if err != nil {
		return nil, fmt.Errorf("i18n: %w", err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, fmt.Errorf("i18n: %s.json: %w", lang, err)
	}
	out := make(map[string]message, len(raw))
	for k, v := range raw {
		var m message
		var forms struct{ One, Other string }
		if json.Unmarshal(v, &m.other) != nil {
			if err := json.Unmarshal(v, &forms); err != nil || forms.Other == "" {
				return nil, fmt.Errorf("i18n: %s.json: %q is neither a text nor {one, other}", lang, k)
			}
			m.one, m.other = forms.One, forms.Other
		}
		out[k] = message{one: Typo(lang, m.one), other: Typo(lang, m.other)}
	}
	return out, nil
}

// Has tells whether the key has a text in the language.
func (c *Catalog) Has(lang, key string) bool { _, ok := c.langs[lang][key]; return ok }

// Keys lists the keys of a language, sorted.
func (c *Catalog) Keys(lang string) []string {
	out := make([]string, 0, len(c.langs[lang]))
	for k := range c.langs[lang] {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// fill puts the values into the places {name} of a text.
func fill(text string, value func(string) (string, bool)) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			break
		}
		j := strings.IndexByte(text[i:], '}')
		if j < 0 {
			break
		}
		b.WriteString(text[:i])
		name := text[i+1 : i+j]
		if v, ok := value(name); ok {
			b.WriteString(v)
		} else {
			b.WriteString(text[i : i+j+1])
		}
		text = text[i+j+1:]
	}
	b.WriteString(text)
	return b.String()
}

// Choose answers which language to speak: what the person chose, else the best
// of her browser's Accept-Language, else French.
func Choose(chosen, acceptLanguage string) string {
	if slices.Contains(Langs(), chosen) {
		return chosen
	}
	best, bestQ := Default, 0.0
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			if _, err := fmt.Sscanf(v, "%g", &q); err != nil {
				q = 0
			}
		}
		lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if q > bestQ && slices.Contains(Langs(), lang) {
			best, bestQ = lang, q
		}
	}
	return best
}

package answers

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// AnswerID names a saved answer.
type AnswerID string

// Text is what a saved answer says in a language, on a network.
type Text struct {
	Language string       `json:"language" doc:"BCP 47"`
	Network  network.Kind `json:"network,omitempty" doc:"Empty: everywhere"`
	Text     string       `json:"text"`
}

// Answer is a saved answer. Its texts hold blanks like {prénom}.
type Answer struct {
	ID       AnswerID   `json:"id"`
	Title    string     `json:"title"`
	Question string     `json:"question"` // what people ask, as they ask it
	Folder   string     `json:"folder"`
	Labels   []string   `json:"labels"`
	Texts    []Text     `json:"texts"`
	Media    []id.Media `json:"media"`
	// Position is what it rests on, RestsOn the wording it was last read
	// against; empty and 0: on none.
	Position PositionID `json:"position,omitempty"`
	RestsOn  int64      `json:"rests_on,omitempty"`
	Uses     int64      `json:"uses"`
	Used     time.Time  `json:"used,omitzero"`
	Reviewed time.Time  `json:"reviewed"` // somebody last said that it is right
	Archived time.Time  `json:"archived,omitzero"`
	Made     time.Time  `json:"made"`
	Author   id.Person  `json:"author"`
	Changed  time.Time  `json:"changed"`
	Version  int64      `json:"version"`
}

// The bounds of what is kept.
const (
	MaxAnswers = 10_000 // of a brand
	MaxText    = 20_000 // bytes
	maxTitle   = 120
	maxAsked   = 500
	maxName    = 60
	maxLabels  = 10
	maxTexts   = 30
	maxMedia   = 10
)

func invalid(key, field string) *fault.Error {
	return fault.New(fault.Invalid, "answers."+key).At(field)
}

var (
	languageRE = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	networkRE  = regexp.MustCompile(`^[a-z0-9_.:-]{0,60}$`)
)

// Check cleans a saved answer, or says what is wrong with it: invalid (title,
// question, folder, labels, texts, media).
func (a Answer) Check() (Answer, error) {
	a.Title, a.Question, a.Folder = line(a.Title), line(a.Question), line(a.Folder)
	switch {
	case a.Title == "":
		return a, invalid("title_none", "title")
	case runes(a.Title) > maxTitle:
		return a, invalid("long", "title").With("max", maxTitle)
	case runes(a.Question) > maxAsked:
		return a, invalid("long", "question").With("max", maxAsked)
	case runes(a.Folder) > maxName:
		return a, invalid("long", "folder").With("max", maxName)
	}
	var err error
	if a.Labels, err = names(a.Labels, maxLabels, "labels"); err != nil {
		return a, err
	}
	texts := []Text{}
	for _, t := range a.Texts {
		t.Text, _ = textkit.Clean(t.Text)
		if t.Text = strings.TrimSpace(t.Text); t.Text == "" {
			continue
		}
		switch {
		case len(t.Text) > MaxText:
			return a, invalid("text_long", "texts")
		case !languageRE.MatchString(t.Language):
			return a, invalid("language", "texts")
		case !networkRE.MatchString(string(t.Network)):
			return a, invalid("network", "texts")
		case slices.ContainsFunc(texts, func(o Text) bool { return o.Language == t.Language && o.Network == t.Network }):
			return a, invalid("text_twice", "texts").With("language", t.Language)
		}
		texts = append(texts, t)
	}
	if len(texts) == 0 {
		return a, invalid("text_none", "texts")
	}
	if len(texts) > maxTexts {
		return a, invalid("texts_many", "texts").With("max", maxTexts)
	}
	a.Texts = texts
	if a.Media == nil {
		a.Media = []id.Media{}
	}
	if len(a.Media) > maxMedia || slices.ContainsFunc(a.Media, func(m id.Media) bool { return !id.Valid(string(m)) }) {
		return a, invalid("media", "media").With("max", maxMedia)
	}
	return a, nil
}

// In is the text for a language and a network: the nearest there is, the
// network counting more than the language's region. ok is false when no text is
// in that language; what is returned then is the first.
func (a Answer) In(language string, on network.Kind) (t Text, ok bool) {
	best := -1
	for _, o := range a.Texts {
		if o.Network != "" && o.Network != on {
			continue
		}
		score := 0
		switch {
		case o.Language == language:
			score = 4
		case primary(o.Language) == primary(language):
			score = 2
		}
		if o.Network != "" {
			score++
		}
		if score > best {
			best, t = score, o
		}
	}
	if best < 0 && len(a.Texts) > 0 {
		t = a.Texts[0]
	}
	return t, best >= 2
}

// Languages lists the languages it is written in, in their order.
func (a Answer) Languages() []string {
	var out []string
	for _, t := range a.Texts {
		if !slices.Contains(out, t.Language) {
			out = append(out, t.Language)
		}
	}
	return out
}

func primary(language string) string {
	p, _, _ := strings.Cut(strings.ToLower(language), "-")
	return p
}

// names cleans a short list of names, each once.
func names(list []string, most int, field string) ([]string, error) {
	out := []string{}
	for _, n := range list {
		if n = line(n); n == "" || slices.ContainsFunc(out, func(o string) bool { return textkit.Fold(o) == textkit.Fold(n) }) {
			continue
		}
		if runes(n) > maxName {
			return nil, invalid("long", field).With("max", maxName)
		}
		out = append(out, n)
	}
	if len(out) > most {
		return nil, invalid("many", field).With("max", most)
	}
	return out, nil
}

// line is a text on one line.
func line(s string) string {
	s, _ = textkit.Clean(s)
	return strings.Join(strings.Fields(s), " ")
}

func runes(s string) int { return utf8.RuneCountInString(s) }

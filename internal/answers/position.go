package answers

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
)

// PositionID names a position.
type PositionID string

// Saying is what a position says in a language, and what we do not say.
type Saying struct {
	Language string `json:"language"`
	Say      string `json:"say"`
	Avoid    string `json:"avoid,omitempty" doc:"What we do not say"`
}

// Wording is one version of a position. An approved one never changes.
type Wording struct {
	Number int64    `json:"number"`
	Texts  []Saying `json:"texts"`
	// Phrases are words by which this wording is recognised in a text, once it
	// is over.
	Phrases []string `json:"phrases"`
	// From and Until are days of the brand's zone, Until the last one; empty:
	// without an end.
	From    string      `json:"from"`
	Until   string      `json:"until,omitempty"`
	Writers []id.Person `json:"writers"`
	Made    time.Time   `json:"made"`
	// Approver is empty as long as it is a draft.
	Approver id.Person `json:"approver,omitempty"`
	Approved time.Time `json:"approved,omitzero"`
}

// Draft tells whether nobody approved it yet.
func (w Wording) Draft() bool { return w.Approved.IsZero() }

// In is what it says in a language, or in the nearest there is.
func (w Wording) In(language string) Saying {
	for _, same := range []func(string) bool{
		func(l string) bool { return l == language },
		func(l string) bool { return primary(l) == primary(language) },
	} {
		for _, t := range w.Texts {
			if same(t.Language) {
				return t
			}
		}
	}
	if len(w.Texts) == 0 {
		return Saying{}
	}
	return w.Texts[0]
}

// Position is what a brand says on a subject, over time.
type Position struct {
	ID        PositionID `json:"id"`
	Subject   string     `json:"subject"`
	Withdrawn time.Time  `json:"withdrawn,omitzero"` // by somebody, whatever its days
	Made      time.Time  `json:"made"`
	Version   int64      `json:"version"`
	Wordings  []Wording  `json:"wordings"` // latest first
}

// Standing is how a position stands on a day.
type Standing string

// The standings of a position.
const (
	InForce Standing = "in_force"
	Coming  Standing = "coming" // approved, and its day is not there yet
	Drafted Standing = "draft"  // nobody approved any of it
	Ended   Standing = "ended"
)

// Standings lists them, in the order of the page.
func Standings() []Standing { return []Standing{InForce, Coming, Drafted, Ended} }

// On is the wording in force on a day ("2026-11-20"); nil when there is none.
func (p *Position) On(day string) *Wording {
	if !p.Withdrawn.IsZero() {
		return nil
	}
	w := p.begun(day)
	if w == nil || w.Until != "" && w.Until < day {
		return nil
	}
	return w
}

// begun is the approved wording that began last, over or not.
func (p *Position) begun(day string) *Wording {
	var best *Wording
	for i := range p.Wordings { // latest first: of two of one day the later one
		w := &p.Wordings[i]
		if !w.Draft() && w.From <= day && (best == nil || w.From > best.From) {
			best = w
		}
	}
	return best
}

// Next is the approved wording that begins next after a day; nil when none does.
func (p *Position) Next(day string) *Wording {
	var best *Wording
	for i := range p.Wordings {
		w := &p.Wordings[i]
		if !w.Draft() && w.From > day && p.Withdrawn.IsZero() && (best == nil || w.From < best.From) {
			best = w
		}
	}
	return best
}

func (p *Position) wording(number int64) *Wording {
	for i := range p.Wordings {
		if p.Wordings[i].Number == number {
			return &p.Wordings[i]
		}
	}
	return nil
}

// Last is the wording written last, approved or not.
func (p *Position) Last() *Wording { return &p.Wordings[0] }

// Standing is how it stands on a day.
func (p *Position) Standing(day string) Standing {
	switch {
	case p.On(day) != nil:
		return InForce
	case p.Next(day) != nil:
		return Coming
	case p.Withdrawn.IsZero() && p.begun(day) == nil:
		return Drafted
	}
	return Ended
}

// over lists the approved wordings that cannot be used on a day.
func (p *Position) over(day string) []*Wording {
	now := p.On(day)
	var out []*Wording
	for i := range p.Wordings {
		if w := &p.Wordings[i]; !w.Draft() && w.From <= day && w != now {
			out = append(out, w)
		}
	}
	return out
}

// ended is the last day of a wording: its own, or the eve of the one that took
// its place; empty when it was withdrawn.
func (p *Position) ended(w *Wording) string {
	end := w.Until
	for _, o := range p.Wordings {
		if !o.Draft() && (o.From > w.From || o.From == w.From && o.Number > w.Number) && (end == "" || o.From <= end) {
			if eve := dayBefore(o.From); end == "" || eve < end {
				end = eve
			}
		}
	}
	return end
}

func dayBefore(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, -1).Format(time.DateOnly)
}

// MaxPositions bounds the positions of a brand, maxWordings what is kept of one.
const (
	MaxPositions = 500
	maxWordings  = 200
	maxSay       = 5000 // bytes
	maxPhrases   = 20
	maxPhrase    = 120
	minPhrase    = 4 // letters: a shorter one is found everywhere
)

var dayRE = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil && dayRE.MatchString(s)
}

// NewWording is a wording as somebody writes it.
type NewWording struct {
	Subject string   `json:"subject"`
	Texts   []Saying `json:"texts"`
	Phrases []string `json:"phrases"`
	From    string   `json:"from"`
	Until   string   `json:"until"`
}

// Check cleans a draft, or says what is wrong with it: invalid (subject, texts,
// phrases, from, until).
func (d NewWording) Check() (NewWording, error) {
	d.Subject = line(d.Subject)
	if d.Subject == "" {
		return d, invalid("subject_none", "subject")
	}
	if runes(d.Subject) > maxTitle {
		return d, invalid("long", "subject").With("max", maxTitle)
	}
	texts := []Saying{}
	for _, t := range d.Texts {
		t.Say, t.Avoid = clean(t.Say), clean(t.Avoid)
		if t.Say == "" && t.Avoid == "" {
			continue
		}
		switch {
		case t.Say == "":
			return d, invalid("say_none", "texts")
		case len(t.Say) > maxSay || len(t.Avoid) > maxSay:
			return d, invalid("text_long", "texts")
		case !languageRE.MatchString(t.Language):
			return d, invalid("language", "texts")
		case slices.ContainsFunc(texts, func(o Saying) bool { return o.Language == t.Language }):
			return d, invalid("text_twice", "texts").With("language", t.Language)
		}
		texts = append(texts, t)
	}
	if len(texts) == 0 {
		return d, invalid("say_none", "texts")
	}
	if len(texts) > maxTexts {
		return d, invalid("texts_many", "texts").With("max", maxTexts)
	}
	d.Texts = texts
	phrases := []string{}
	for _, p := range d.Phrases {
		if p = line(p); p == "" || slices.ContainsFunc(phrases, func(o string) bool { return textkit.Fold(o) == textkit.Fold(p) }) {
			continue
		}
		if runes(p) > maxPhrase || letters(p) < minPhrase {
			return d, invalid("phrase", "phrases").With("phrase", textkit.Excerpt(p, 40)).With("min", minPhrase).With("max", maxPhrase)
		}
		phrases = append(phrases, p)
	}
	if len(phrases) > maxPhrases {
		return d, invalid("many", "phrases").With("max", maxPhrases)
	}
	d.Phrases = phrases
	if !isDay(d.From) {
		return d, invalid("day", "from")
	}
	if d.Until != "" && (!isDay(d.Until) || d.Until < d.From) {
		return d, invalid("until", "until")
	}
	return d, nil
}

func clean(s string) string {
	s, _ = textkit.Clean(s)
	return strings.TrimSpace(s)
}

func letters(s string) int {
	n := 0
	for _, w := range cut(s) {
		n += runes(w.fold)
	}
	return n
}

var (
	errChanged  = fault.New(fault.Conflict, "answers.changed")
	errOwn      = fault.New(fault.Conflict, "answers.own")
	errApproved = fault.New(fault.Conflict, "answers.approved_already")
	errFull     = fault.New(fault.Invalid, "answers.full")
)

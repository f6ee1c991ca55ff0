package charter

import (
	"slices"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/network"
)

// RuleID names a rule.
type RuleID string

// Kind says what a rule looks for. Stored; never renamed.
type Kind string

const (
	Avoid      Kind = "avoid"      // words and expressions not to use
	Require    Kind = "require"    // a mention that must stand
	Address    Kind = "address"    // tu or vous
	Tone       Kind = "tone"       // exclamation marks, ellipses, questions
	Emoji      Kind = "emoji"      // how many, which
	Tags       Kind = "tags"       // hashtags
	Links      Kind = "links"      // hosts, tracking words, their number
	Capitals   Kind = "capitals"   // words in capitals
	Inclusive  Kind = "inclusive"  // the median point, forbidden or expected
	Length     Kind = "length"     // of the whole, and of a sentence
	Hours      Kind = "hours"      // when something is not said
	Pattern    Kind = "pattern"    // a regular expression of one's own
	Disclosure Kind = "disclosure" // the label of a paid relation
)

// Kinds lists the kinds in the order in which they are offered.
func Kinds() []Kind {
	return []Kind{Avoid, Require, Address, Tone, Emoji, Tags, Links, Capitals, Inclusive, Length, Hours, Pattern, Disclosure}
}

// Scope is what a rule is for.
type Scope string

const (
	Posts   Scope = "posts"
	Answers Scope = "answers"
	Both    Scope = "both"
)

// Rule is one line of a charter.
type Rule struct {
	ID   RuleID `json:"id"`
	Name string `json:"name"`
	// Why is shown to whoever breaks it, in the words of who wrote it.
	Why      string           `json:"why"`
	Kind     Kind             `json:"kind"`
	Severity network.Severity `json:"severity"`
	Scope    Scope            `json:"scope"`
	// Networks it is for; none: all.
	Networks []network.Kind `json:"networks,omitempty"`
	On       bool           `json:"on"`
	Spec     Spec           `json:"spec"`
	// Place is its order in the charter.
	Place   int       `json:"place"`
	Changed time.Time `json:"changed,omitzero"`
	Version int64     `json:"version"`
}

// Spec is what a rule of any kind is set to; each kind reads its own fields.
// Zero numbers set no bound unless said otherwise.
type Spec struct {
	// avoid: the words. inclusive: words of one's own, Say their inclusive form.
	Terms []Term `json:"terms,omitempty"`
	// Inflect also catches plurals, feminines and the common endings.
	Inflect bool `json:"inflect,omitempty"`

	// require: one of these must stand. disclosure: labels accepted besides the
	// built-in ones.
	Mentions []string `json:"mentions,omitempty"`
	// require: "" anywhere, "start", "end". Within bounds how far a start goes,
	// and for disclosure what is visible before the fold.
	Where  string `json:"where,omitempty"`
	Within int    `json:"within,omitempty"` // graphemes

	// require, hours and disclosure apply when one of these is there; none of
	// them: always (disclosure: its built-in signs).
	Labels    []string      `json:"labels,omitempty"`
	Campaigns []id.Campaign `json:"campaigns,omitempty"`
	Words     []string      `json:"words,omitempty"`

	// address: "tu" or "vous". inclusive: "never" or "always".
	Choice string `json:"choice,omitempty"`

	// tone: how many of each at most; -1 sets no bound, 0 allows none.
	Exclamations int `json:"exclamations,omitempty"`
	Ellipses     int `json:"ellipses,omitempty"`
	Questions    int `json:"questions,omitempty"`
	// Doubled forbids !!, ??, ?! and ..........
	Doubled bool `json:"doubled,omitempty"`

	// emoji, tags, links, capitals: Max at most (-1: no bound); tags and links:
	// Min at least. length: graphemes of the whole.
	Min int `json:"min,omitempty"`
	Max int `json:"max,omitempty"`
	// Sentence is the most words a sentence has (length).
	Sentence int `json:"sentence,omitempty"`
	// emoji and tags: only these may stand; these may not; one of these must.
	Allowed   []string `json:"allowed,omitempty"`
	Forbidden []string `json:"forbidden,omitempty"`
	Needed    []string `json:"needed,omitempty"`

	// links: Forbidden are hosts, Needed the query words ("utm_source") that
	// links to Hosts carry (none: all links).
	Hosts []string `json:"hosts,omitempty"`

	// hours: closed on these weekdays (0 is Sunday), and from From to Until, on
	// the brand's wall; a night passes midnight.
	Days  []int  `json:"days,omitempty"`
	From  string `json:"from,omitempty"` // "22:00"
	Until string `json:"until,omitempty"`

	// pattern: in the syntax of RE2. Say is what to write instead.
	Pattern string `json:"pattern,omitempty"`
	Say     string `json:"say,omitempty"`
}

// Term is a word or an expression, and what to say instead.
type Term struct {
	Text string `json:"text"`
	Say  string `json:"say,omitempty"`
}

// Text is what rules look at.
type Text struct {
	Parts    []string
	Network  network.Kind
	Labels   []string
	Campaign id.Campaign
	// Local is the hour on the brand's wall; zero: none yet.
	Local time.Time
	// Answer: it answers somebody, and is no post.
	Answer bool
}

// Finding is a rule that a text breaks.
type Finding struct {
	Rule     RuleID           `json:"rule"`
	Kind     Kind             `json:"kind"`
	Name     string           `json:"name"`
	Why      string           `json:"why,omitempty"`
	Severity network.Severity `json:"severity"`
	// Part, Start and End are the part and the bytes in it; Start and End alike:
	// the whole.
	Part  int            `json:"part"`
	Start int            `json:"start"`
	End   int            `json:"end"`
	Key   string         `json:"key"` // of the sentence
	Words string         `json:"words,omitempty"`
	Value map[string]any `json:"values,omitempty"`
	// Say are the texts that could stand there instead, Add what could be added
	// at the end.
	Say []string `json:"say,omitempty"`
	Add []string `json:"add,omitempty"`
}

// applies tells whether a rule is for such a text.
func (r Rule) applies(t Text) bool {
	switch {
	case !r.On,
		len(r.Networks) > 0 && t.Network != "" && !slices.Contains(r.Networks, t.Network),
		t.Answer && r.Scope == Posts, !t.Answer && r.Scope == Answers:
		return false
	}
	return true
}

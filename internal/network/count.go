package network

import (
	"strings"
	"unicode/utf8"

	"vigie/internal/base/textkit"
)

// Tally is a text counted as a network counts it.
type Tally struct {
	Used     int  `json:"used"`
	Max      int  `json:"max"`       // 0: no limit known
	Bytes    int  `json:"bytes"`     // UTF-8, of the text alone, as it is sent
	MaxBytes int  `json:"max_bytes"` // 0: no second limit
	Over     bool `json:"over"`
	// Why says where the count is not the one a person would make.
	Why []Reason `json:"why,omitempty"`
}

// Reason is one such place: "link" ×2 at 23 each, "mention" ×1 counted without
// its server, "warning" counted with the text.
type Reason struct {
	What string `json:"what"` // link, mention, warning
	N    int    `json:"n"`
	Each int    `json:"each,omitempty"` // link: what one counts; warning: what it counts
}

// Excess is by how much the text is over the limits: in the network's unit and
// in bytes, never negative.
func (t Tally) Excess() (units, bytes int) {
	if t.Max > 0 {
		units = max(0, t.Used-t.Max)
	}
	if t.MaxBytes > 0 {
		bytes = max(0, t.Bytes-t.MaxBytes)
	}
	return units, bytes
}

// Count counts a text as the rule says, after the cleaning that every text
// gets at the edge (textkit.Clean: CR LF is one line end, NFC). The warning is
// the content warning that goes with it. internal/network/testdata/count.json
// holds cases that the counter of the page is tested on too.
func Count(text, warning string, rule TextRule) Tally {
	text, _ = textkit.Clean(text)
	t := Tally{Max: rule.Max, MaxBytes: rule.MaxBytes, Bytes: len(text)}
	counted := text
	if rule.WarningCounts && warning != "" {
		warning, _ = textkit.Clean(warning)
		// Mastodon counts the two put together, without anything between.
		counted = warning + text
		t.Why = append(t.Why, Reason{What: "warning", N: 1, Each: measure(warning, rule.Unit)})
	}
	links, mentions := 0, 0
	if rule.URL > 0 || rule.MentionLocal {
		var b strings.Builder
		at := 0
		put := func(e textkit.Entity, as string) {
			b.WriteString(counted[at:e.Start])
			b.WriteString(as)
			at = e.End
		}
		for _, e := range textkit.Entities(counted) {
			switch {
			case e.Kind == textkit.Link && rule.URL > 0 && (!e.Bare || rule.URLBare):
				put(e, strings.Repeat("x", rule.URL))
				links++
			case e.Kind == textkit.Mention && rule.MentionLocal && e.Domain != "":
				put(e, "@"+e.User)
				mentions++
			}
		}
		b.WriteString(counted[at:])
		counted = b.String()
	}
	t.Used = measure(counted, rule.Unit)
	if links > 0 {
		t.Why = append(t.Why, Reason{What: "link", N: links, Each: rule.URL})
	}
	if mentions > 0 {
		t.Why = append(t.Why, Reason{What: "mention", N: mentions})
	}
	t.Over = rule.Max > 0 && t.Used > rule.Max || rule.MaxBytes > 0 && t.Bytes > rule.MaxBytes
	return t
}

func measure(s string, u Unit) int {
	switch u {
	case Runes:
		return utf8.RuneCountInString(s)
	case UTF16:
		return textkit.UTF16(s)
	case Bytes:
		return len(s)
	default:
		return textkit.Graphemes(s)
	}
}

// SplitRule is how textkit.Split makes a thread of a long text under the rule:
// the warning, if it counts, is repeated on every part.
func (r TextRule) SplitRule(warning string, number bool, max int) textkit.SplitRule {
	return textkit.SplitRule{
		Fits:   func(part string) bool { return !Count(part, warning, r).Over },
		Number: number, Max: max,
	}
}

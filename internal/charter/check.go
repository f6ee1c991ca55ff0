package charter

import (
	"regexp"
	"slices"
	"strings"

	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// How much one look says and reads. A text beyond is a mistake of the
// clipboard, and what is beyond says nothing that the beginning does not.
const (
	maxFindings = 200
	maxOfRule   = 50
	maxRead     = 200_000 // bytes of a part
	maxPatterns = 64_000  // bytes of a part that patterns read
)

// Charter is a set of rules made ready to be used. It is safe for use by many
// goroutines and never changes.
type Charter struct {
	Version int64
	rules   []ready
	blocks  bool
}

type ready struct {
	Rule
	terms *finder // of the kind's own words
	when  *finder // of Spec.Words
	re    *regexp.Regexp
}

// Compile makes rules ready. A rule that is not fit (Rule.Check) is left out.
func Compile(version int64, rules []Rule) *Charter {
	c := &Charter{Version: version}
	for _, r := range rules {
		if !r.On {
			continue
		}
		one := ready{Rule: r}
		switch r.Kind {
		case Avoid:
			one.terms = newFinder(r.Spec.Terms, r.Spec.Inflect)
		case Inclusive:
			one.terms = newFinder(append(slices.Clone(r.Spec.Terms), people()...), false)
		case Pattern:
			re, err := compile(r.Spec.Pattern)
			if err != nil {
				continue
			}
			one.re = re
		case Disclosure:
			one.terms = newFinder(relations(r.Spec.Words), false)
		}
		if len(r.Spec.Words) > 0 {
			one.when = newFinder(terms(r.Spec.Words), false)
		}
		c.blocks = c.blocks || r.Severity == network.Block
		c.rules = append(c.rules, one)
	}
	return c
}

// Blocks tells whether some rule of it can stop anything.
func (c *Charter) Blocks() bool { return c.blocks }

func terms(list []string) []Term {
	out := make([]Term, len(list))
	for i, s := range list {
		out[i] = Term{Text: s}
	}
	return out
}

// reading is a text on its way through the rules: cut into words and entities
// once for all of them.
type reading struct {
	Text
	parts []part
	out   []Finding
}

type part struct {
	text     string
	words    []word
	entities []textkit.Entity
	skip     [][2]int
}

// Check looks at a text with every rule that is for it. onlyBlocking leaves
// out the rules that warn. Findings are in the order of the text.
func (c *Charter) Check(t Text, onlyBlocking bool) []Finding {
	if len(c.rules) == 0 {
		return nil
	}
	r := &reading{Text: t}
	for _, p := range t.Parts {
		if len(p) > maxRead {
			p = strings.ToValidUTF8(p[:maxRead], "")
		}
		one := part{text: p, entities: textkit.Entities(p)}
		one.skip = skipped(one.entities)
		one.words = words(p, one.skip)
		r.parts = append(r.parts, one)
	}
	for i := range c.rules {
		rule := &c.rules[i]
		if onlyBlocking && rule.Severity != network.Block || !rule.applies(t) {
			continue
		}
		if len(r.out) >= maxFindings {
			break
		}
		from := len(r.out)
		rule.look(r)
		if len(r.out) > from+maxOfRule {
			r.out = r.out[:from+maxOfRule]
		}
	}
	slices.SortStableFunc(r.out, func(a, b Finding) int {
		whole := func(f Finding) int {
			if f.Start == f.End {
				return 1
			}
			return 0
		}
		if d := whole(a) - whole(b); d != 0 {
			return d
		}
		if a.Part != b.Part {
			return a.Part - b.Part
		}
		return a.Start - b.Start
	})
	return r.out
}

// say adds a finding at a place.
func (r *reading) say(rule *ready, key string, p, start, end int, values ...any) *Finding {
	f := Finding{Rule: rule.ID, Kind: rule.Kind, Name: rule.Name, Why: rule.Why, Severity: rule.Severity, Part: p, Start: start, End: end, Key: "charter.find." + key}
	f.Value = map[string]any{"rule": rule.Name}
	for i := 0; i+1 < len(values); i += 2 {
		f.Value[values[i].(string)] = values[i+1]
	}
	if end > start {
		f.Words = textkit.Excerpt(r.parts[p].text[start:end], 80)
		f.Value["words"] = f.Words
	} else if key == "hours" || key == "disclosure" || key == "disclosure_low" {
		f.Key += "_whole" // its sentence names no words
	}
	r.out = append(r.out, f)
	return &r.out[len(r.out)-1]
}

// concerns tells whether what a rule waits for is there: its labels, its
// campaigns, its words. A rule that waits for nothing always applies.
func (rule *ready) concerns(r *reading) (found []place, ok bool) {
	s := rule.Spec
	if len(s.Labels)+len(s.Campaigns)+len(s.Words) == 0 {
		return nil, true
	}
	for _, l := range r.Labels {
		if slices.ContainsFunc(s.Labels, func(o string) bool { return textkit.Fold(o) == textkit.Fold(l) }) {
			ok = true
		}
	}
	if r.Campaign != "" && slices.Contains(s.Campaigns, r.Campaign) {
		ok = true
	}
	if rule.when != nil {
		for i, p := range r.parts {
			for _, h := range rule.when.find(p.text, p.words, maxOfRule) {
				found, ok = append(found, place{i, h.start, h.end}), true
			}
		}
	}
	return found, ok
}

type place struct{ part, start, end int }

func (rule *ready) look(r *reading) {
	switch rule.Kind {
	case Avoid:
		for i, p := range r.parts {
			for _, h := range rule.terms.find(p.text, p.words, maxOfRule) {
				key := "avoid"
				if h.term.Say != "" {
					key = "avoid_say"
				}
				f := r.say(rule, key, i, h.start, h.end, "say", h.term.Say)
				if h.term.Say != "" {
					f.Say = []string{like(p.text[h.start:h.end], h.term.Say)}
				}
			}
		}
	case Pattern:
		for i, p := range r.parts {
			text := p.text
			if len(text) > maxPatterns {
				text = text[:maxPatterns]
			}
			for _, at := range rule.re.FindAllStringIndex(text, maxOfRule) {
				if at[0] == at[1] {
					continue
				}
				if f := r.say(rule, "pattern", i, at[0], at[1]); rule.Spec.Say != "" {
					f.Say = []string{rule.Spec.Say}
				}
			}
		}
	case Require:
		rule.require(r)
	case Address:
		rule.address(r)
	case Tone:
		rule.tone(r)
	case Emoji:
		rule.emoji(r)
	case Tags:
		rule.tags(r)
	case Links:
		rule.links(r)
	case Capitals:
		rule.capitals(r)
	case Inclusive:
		rule.inclusive(r)
	case Length:
		rule.length(r)
	case Hours:
		rule.hours(r)
	case Disclosure:
		rule.disclosure(r)
	}
}

// like writes a replacement as what it replaces was written: a capital at the
// beginning, or capitals throughout.
func like(was, now string) string {
	first, rest := firstOf(was), was[len(firstOf(was)):]
	switch {
	case len([]rune(was)) > 1 && strings.ToUpper(was) == was && strings.ToLower(was) != was:
		return strings.ToUpper(now)
	case strings.ToUpper(first) == first && strings.ToLower(first) != first && rest != "":
		n := firstOf(now)
		return strings.ToUpper(n) + now[len(n):]
	}
	return now
}

func firstOf(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

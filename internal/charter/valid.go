package charter

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// Limits of a charter. They bound memory and the time of one look, and stand
// far above what a person edits by hand.
const (
	MaxRules   = 200
	MaxTerms   = 20_000 // of one rule
	MaxTerm    = 200    // bytes
	MaxList    = 500
	MaxPattern = 500  // bytes
	maxProgram = 1000 // instructions of a compiled pattern: the time of a look is the text times this
	MaxName    = 120
	MaxWhy     = 600
)

func invalid(key, field string) *fault.Error {
	return fault.New(fault.Invalid, "charter."+key).At(field)
}

// Check makes a rule fit to be kept, or says what is wrong with it. Errors are
// invalid and name the field.
func (r Rule) Check() (Rule, error) {
	r.Name, r.Why = line(r.Name), strings.TrimSpace(text(r.Why))
	switch {
	case r.Name == "":
		return r, invalid("name_empty", "name")
	case len(r.Name) > MaxName:
		return r, invalid("too_long", "name").With("max", MaxName)
	case len(r.Why) > MaxWhy:
		return r, invalid("too_long", "why").With("max", MaxWhy)
	case !slices.Contains(Kinds(), r.Kind):
		return r, invalid("kind", "kind")
	case r.Severity != network.Block && r.Severity != network.Warn:
		return r, invalid("severity", "severity")
	}
	if r.Scope == "" {
		r.Scope = Both
	}
	if r.Scope != Posts && r.Scope != Answers && r.Scope != Both {
		return r, invalid("scope", "scope")
	}
	if r.Kind == Disclosure && r.Severity == network.Block {
		// The law accepts any equivalent mention, which no program can know.
		return r, invalid("disclosure_warns", "severity")
	}
	if len(r.Networks) > 50 {
		return r, invalid("too_many", "networks").With("max", 50)
	}
	s, err := r.Spec.check(r.Kind)
	r.Spec = s
	return r, err
}

func text(s string) string { s, _ = textkit.Clean(s); return s }
func line(s string) string { return strings.Join(strings.Fields(text(s)), " ") }

func list(in []string, field string) ([]string, error) {
	var out []string
	for _, s := range in {
		if s = line(s); s == "" || slices.Contains(out, s) {
			continue
		}
		if len(s) > MaxTerm {
			return nil, invalid("too_long", field).With("max", MaxTerm)
		}
		out = append(out, s)
	}
	if len(out) > MaxList {
		return nil, invalid("too_many", field).With("max", MaxList)
	}
	return out, nil
}

func (s Spec) check(k Kind) (_ Spec, err error) {
	for _, l := range []struct {
		of    *[]string
		field string
	}{{&s.Mentions, "mentions"}, {&s.Labels, "labels"}, {&s.Words, "words"}, {&s.Allowed, "allowed"}, {&s.Forbidden, "forbidden"}, {&s.Needed, "needed"}, {&s.Hosts, "hosts"}} {
		if *l.of, err = list(*l.of, l.field); err != nil {
			return s, err
		}
	}
	if len(s.Terms) > MaxTerms {
		return s, invalid("too_many", "terms").With("max", MaxTerms)
	}
	terms := make([]Term, 0, len(s.Terms))
	odd := 0
	for _, t := range s.Terms {
		t.Text, t.Say = line(t.Text), line(t.Say)
		if t.Text == "" {
			continue
		}
		if len(t.Text) > MaxTerm || len(t.Say) > MaxTerm {
			return s, invalid("too_long", "terms").With("max", MaxTerm)
		}
		if literal(t.Text) {
			odd++
		}
		terms = append(terms, t)
	}
	if odd > MaxList {
		return s, invalid("too_many_signs", "terms").With("max", MaxList)
	}
	s.Terms = terms
	if s.Pattern = strings.TrimSpace(s.Pattern); k == Pattern {
		if _, err := compile(s.Pattern); err != nil {
			return s, err
		}
	}
	s.Say = line(s.Say)
	if len(s.Say) > MaxTerm {
		return s, invalid("too_long", "say").With("max", MaxTerm)
	}
	for _, n := range []*int{&s.Min, &s.Max, &s.Within, &s.Sentence, &s.Exclamations, &s.Ellipses, &s.Questions} {
		*n = min(max(*n, -1), 1_000_000)
	}
	return s, s.complete(k)
}

// complete says what a kind cannot do without.
func (s Spec) complete(k Kind) error {
	switch k {
	case Avoid:
		if len(s.Terms) == 0 {
			return invalid("terms_empty", "terms")
		}
	case Require:
		if len(s.Mentions) == 0 {
			return invalid("mentions_empty", "mentions")
		}
		if !slices.Contains([]string{"", "start", "end"}, s.Where) {
			return invalid("where", "where")
		}
	case Address:
		if s.Choice != "tu" && s.Choice != "vous" {
			return invalid("choice", "choice")
		}
	case Inclusive:
		if s.Choice != "never" && s.Choice != "always" {
			return invalid("choice", "choice")
		}
	case Length:
		if s.Min <= 0 && s.Max <= 0 && s.Sentence <= 0 {
			return invalid("length_empty", "max")
		}
		if s.Max > 0 && s.Min > s.Max {
			return invalid("length_order", "max")
		}
	case Hours:
		for _, d := range s.Days {
			if d < 0 || d > 6 {
				return invalid("hours_empty", "days")
			}
		}
		_, ferr := time.Parse("15:04", s.From)
		_, uerr := time.Parse("15:04", s.Until)
		if (s.From != "" || s.Until != "") && (ferr != nil || uerr != nil || s.From == s.Until) {
			return invalid("hours_form", "from")
		}
		if s.From == "" && len(s.Days) == 0 {
			return invalid("hours_empty", "from")
		}
	}
	return nil
}

// compile reads a pattern within its bounds. Go's engine is RE2: its time is
// that of the text times the pattern, whatever both are, and both are bounded.
func compile(p string) (*regexp.Regexp, error) {
	if p == "" {
		return nil, invalid("pattern_empty", "pattern")
	}
	if len(p) > MaxPattern {
		return nil, invalid("too_long", "pattern").With("max", MaxPattern)
	}
	if !utf8.ValidString(p) {
		return nil, invalid("pattern", "pattern").With("why", "UTF-8")
	}
	tree, err := syntax.Parse(p, syntax.Perl)
	if err != nil {
		return nil, invalid("pattern", "pattern").With("why", err.Error())
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > maxProgram {
		return nil, invalid("pattern_heavy", "pattern")
	}
	re, err := regexp.Compile(p)
	if err != nil {
		return nil, invalid("pattern", "pattern").With("why", err.Error())
	}
	if re.MatchString("") {
		return nil, invalid("pattern_all", "pattern")
	}
	return re, nil
}

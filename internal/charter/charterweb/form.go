package charterweb

import (
	"slices"
	"strconv"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/charter"
	"vigie/internal/network"
	"vigie/internal/ui"
)

// fields are what the form of each kind asks, in its order. A name ends with
// what it is: + a list of one a line, # a number, ? a switch, : a time.
var fields = map[charter.Kind][]string{
	charter.Avoid:      {"terms+", "inflect?"},
	charter.Require:    {"mentions+", "where", "within#", "labels+", "words+"},
	charter.Address:    {"choice"},
	charter.Tone:       {"exclamations#", "ellipses#", "questions#", "doubled?"},
	charter.Emoji:      {"max#", "allowed+", "forbidden+"},
	charter.Tags:       {"max#", "min#", "needed+", "forbidden+", "allowed+"},
	charter.Links:      {"max#", "min#", "forbidden+", "allowed+", "needed+", "hosts+"},
	charter.Capitals:   {"max#", "min#", "allowed+"},
	charter.Inclusive:  {"choice", "terms+"},
	charter.Length:     {"min#", "max#", "sentence#"},
	charter.Hours:      {"days", "from:", "until:", "words+", "labels+"},
	charter.Pattern:    {"pattern", "say"},
	charter.Disclosure: {"within#", "labels+", "words+", "mentions+"},
}

// fresh is what a new rule of a kind is set to.
func fresh(k charter.Kind) charter.Spec {
	switch k {
	case charter.Tone:
		return charter.Spec{Exclamations: 1, Ellipses: 1, Questions: -1, Doubled: true}
	case charter.Emoji, charter.Tags:
		return charter.Spec{Max: 3}
	case charter.Links:
		return charter.Spec{Max: -1}
	case charter.Capitals:
		return charter.Spec{Min: 4}
	case charter.Address:
		return charter.Spec{Choice: "vous"}
	case charter.Inclusive:
		return charter.Spec{Choice: "never"}
	case charter.Hours:
		return charter.Spec{From: "22:00", Until: "07:00"}
	case charter.Disclosure:
		return charter.Spec{Within: charter.Fold}
	}
	return charter.Spec{}
}

// numbers and lists are the fields of a Spec by name.
func numbers(s *charter.Spec) map[string]*int {
	return map[string]*int{"within": &s.Within, "exclamations": &s.Exclamations, "ellipses": &s.Ellipses, "questions": &s.Questions, "min": &s.Min, "max": &s.Max, "sentence": &s.Sentence}
}

func lists(s *charter.Spec) map[string]*[]string {
	return map[string]*[]string{"mentions": &s.Mentions, "labels": &s.Labels, "words": &s.Words, "allowed": &s.Allowed, "forbidden": &s.Forbidden, "needed": &s.Needed, "hosts": &s.Hosts}
}

// unbounded are numbers for which an empty field means no bound, and 0 none at
// all.
func unbounded(k charter.Kind, name string) bool {
	switch k {
	case charter.Tone:
		return true
	case charter.Emoji, charter.Tags, charter.Links:
		return name == "max"
	}
	return false
}

func lines(s string) []string {
	var out []string
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// sign cuts what a field of the table is from its name.
func sign(field string) (name string, what byte) {
	if last := field[len(field)-1]; strings.IndexByte("+#?:", last) >= 0 {
		return field[:len(field)-1], last
	}
	return field, ' '
}

// ruleFrom is the rule that a form describes.
func ruleFrom(form *ui.Form, was charter.Rule) (charter.Rule, error) {
	r := was
	if r.ID == "" {
		r.Kind = charter.Kind(form.Get("kind"))
	} else if v, err := strconv.ParseInt(form.Get("version"), 10, 64); err == nil {
		r.Version = v
	}
	r.Name, r.Why = form.Get("name"), form.Get("why")
	r.Severity, r.Scope = network.Severity(form.Get("severity")), charter.Scope(form.Get("scope"))
	r.Networks = nil
	for _, n := range form.All("networks") {
		r.Networks = append(r.Networks, network.Kind(n))
	}
	s := charter.Spec{Campaigns: was.Spec.Campaigns}
	ints, all := numbers(&s), lists(&s)
	for _, field := range fields[r.Kind] {
		switch name, what := sign(field); {
		case name == "terms":
			s.Terms = termsFrom(form.Get("terms"))
		case what == '+':
			*all[name] = lines(form.Get(name))
		case what == '#':
			if strings.TrimSpace(form.Get(name)) == "" {
				if unbounded(r.Kind, name) {
					*ints[name] = -1
				}
				continue
			}
			n, err := form.Int(name)
			if err != nil || n < 0 {
				return r, fault.New(fault.Invalid, "ui.number").At(name)
			}
			*ints[name] = n
		case name == "inflect":
			s.Inflect = form.On(name)
		case name == "doubled":
			s.Doubled = form.On(name)
		case name == "where":
			s.Where = form.Get(name)
		case name == "choice":
			s.Choice = form.Get(name)
		case name == "pattern":
			s.Pattern = form.Get(name)
		case name == "say":
			s.Say = form.Get(name)
		case name == "from":
			s.From = form.Get(name)
		case name == "until":
			s.Until = form.Get(name)
		case name == "days":
			for _, d := range form.All("days") {
				if n, err := strconv.Atoi(d); err == nil && n >= 0 && n <= 6 && !slices.Contains(s.Days, n) {
					s.Days = append(s.Days, n)
				}
			}
		}
	}
	r.Spec = s
	return r, nil
}

// termsFrom reads "word = what to say instead", one a line.
func termsFrom(s string) []charter.Term {
	var out []charter.Term
	for _, l := range lines(s) {
		word, say, _ := strings.Cut(l, "=")
		out = append(out, charter.Term{Text: strings.TrimSpace(word), Say: strings.TrimSpace(say)})
	}
	return out
}

// value writes a field of a rule as its form shows it.
func value(r charter.Rule, field string) string {
	name, what := sign(field)
	s := r.Spec
	switch {
	case name == "terms":
		var b strings.Builder
		for _, t := range s.Terms {
			b.WriteString(t.Text)
			if t.Say != "" {
				b.WriteString(" = " + t.Say)
			}
			b.WriteString("\n")
		}
		return b.String()
	case what == '+':
		return strings.Join(*lists(&s)[name], "\n")
	case what == '#':
		n := *numbers(&s)[name]
		if n < 0 || n == 0 && !unbounded(r.Kind, name) && !(r.Kind == charter.Capitals && name == "max") {
			return ""
		}
		return strconv.Itoa(n)
	}
	return map[string]string{"where": s.Where, "choice": s.Choice, "pattern": s.Pattern, "say": s.Say, "from": s.From, "until": s.Until}[name]
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// chosenDay tells whether a weekday is checked.
func chosenDay(v ruleView, day int) bool {
	if v.form != nil {
		return slices.Contains(v.form.All("days"), strconv.Itoa(day))
	}
	return slices.Contains(v.rule.Spec.Days, day)
}

func chosenNet(v ruleView, n network.Kind) bool {
	if v.form != nil {
		return slices.Contains(v.form.All("networks"), string(n))
	}
	return slices.Contains(v.rule.Networks, n)
}

// label is what a field is called: in its kind's own words where it has some.
func (v ruleView) label(name string) string { return v.words("f", name) }

func (v ruleView) help(name string) string {
	own, any := "charter.h."+string(v.rule.Kind)+"."+name, "charter.h."+name
	if v.r.Loc.Has(own) {
		return v.r.T(own)
	}
	if v.r.Loc.Has(any) {
		return v.r.T(any)
	}
	return ""
}

func (v ruleView) words(of, name string) string {
	if own := "charter." + of + "." + string(v.rule.Kind) + "." + name; v.r.Loc.Has(own) {
		return v.r.T(own)
	}
	return v.r.T("charter." + of + "." + name)
}

package spell

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	narrow = "\u202f" // before ; ! ?, inside « », in numbers
	nbsp   = "\u00a0" // before :, in hours
)

// unsure are rules of typography that Fix leaves to the person.
var unsure = map[string]bool{"fr.mr": true, "en.article": true, "space.sentence": true}

// noter makes findings of typography.
type noter struct {
	p   *page
	d   *dictionary
	o   Options
	add func(Mistake)
}

func (n *noter) note(start, end int, kind Kind, rule string, suggestions ...string) {
	n.add(Mistake{
		Start: start, End: end, Kind: kind, Rule: rule, Key: "spell." + strings.ReplaceAll(rule, ".", "_"),
		Values: map[string]any{"text": n.p.text[start:end]}, Suggestions: suggestions,
	})
}

func (n *noter) typo(start, end int, rule, instead string) {
	n.note(start, end, Typography, rule, instead)
}

func typography(lang string, p *page, d *dictionary, o Options, add func(Mistake)) {
	n := &noter{p, d, o, add}
	for i := range p.list {
		n.spaces(i)
		n.twice(i)
		if lang == French {
			n.frenchMark(i)
			n.frenchWord(i)
			n.frenchNumber(i)
		} else {
			n.englishMark(i)
		}
	}
	n.pairs(lang)
}

// spaces looks at what is one too many or one too few, in every language.
func (n *noter) spaces(i int) {
	p := n.p
	t, before, after := p.at(i), p.at(i-1), p.at(i+1)
	s := p.of(t)
	switch {
	case t.is == space && len(s) > 1 && strings.Trim(s, " ") == "" && i > 0 && i+1 < len(p.list) && !strings.HasSuffix(p.of(before), "\n"):
		// What follows may want the space gone or narrow: its own rule says so.
		next := p.of(after)
		if p.of(before) != "(" && p.of(before) != "«" && (!strings.Contains(",.;:!?»)…", next) || next == "") {
			n.typo(t.start, t.end, "space.double", " ")
		}
	case t.is == mark && (s == "," || s == "." || s == "…") && before.is == space && !strings.Contains(p.of(before), "\n") && i > 1 && (p.at(i-2).is == word || p.at(i-2).is == number || strings.Contains(")»”\"", p.str(i-2))):
		// ".5" and ".htaccess" begin something; " ..." may be meant.
		if after.is == word || after.is == number || p.of(after) == "." || s == "…" && p.lang != French {
			return
		}
		if s == "…" {
			return
		}
		n.typo(before.start, before.end, "space.before", "")
	case t.is == mark && s == "," && before.is == word && after.is == word && before.end-before.start > 1:
		n.typo(t.start, t.end, "space.after", ", ")
	case t.is == mark && (s == "." || s == "!" || s == "?") && before.is == word && after.is == word && caseOf(p.of(after)) == title && before.end-before.start > 2 && after.end-after.start > 1 && caseOf(p.of(before)) == small:
		if s != "." && p.lang == French {
			n.typo(t.start, t.end, "fr.space_before", narrow+s+" ")
		} else {
			n.typo(t.start, t.end, "space.sentence", s+" ")
		}
	case t.is == mark && s == "(" && after.is == space && strings.Trim(p.of(after), " ") == "":
		n.typo(after.start, after.end, "space.inside", "")
	case t.is == mark && s == ")" && before.is == space && strings.Trim(p.of(before), " ") == "" && before.end > before.start && i > 1 && p.str(i-2) != "(":
		n.typo(before.start, before.end, "space.inside", "")
	}
}

var mayRepeat = map[string]map[string]bool{
	French:   setOf("nous vous très trop non oui si là bla ha hi hé ho oh ah la hop vite tout petit faire encore tic tac chut miam allez allô plus bien bravo doucement na pan toc ok joyeux"),
	British:  setOf("had that very so no yes bye ha really blah knock night go now there is many long big far well do her new"),
	American: setOf("had that very so no yes bye ha really blah knock night go now there is many long big far well do her new"),
}

// twice finds the same word again.
func (n *noter) twice(i int) {
	p := n.p
	t := p.at(i)
	if t.is != word || p.at(i+1).is != space || p.at(i+2).is != word || strings.Contains(p.str(i+1), "\n\n") {
		return
	}
	a, b := p.of(t), p.str(i+2)
	if !strings.EqualFold(a, b) || mayRepeat[p.lang][strings.ToLower(a)] {
		return
	}
	if utf8.RuneCountInString(a) == 1 && !strings.Contains("aàyiI", a) || unicode.IsUpper(rune0(b)) && a == b {
		return // a name: Duran Duran
	}
	if strings.EqualFold(p.str(i-2), a) || strings.EqualFold(p.str(i+4), a) {
		return // three times is a refrain
	}
	n.note(p.at(i+1).start, p.at(i+2).end, Repetition, "word.twice", "")
}

// frenchMark looks at the spaces around French punctuation, apostrophes and
// points of suspension.
func (n *noter) frenchMark(i int) {
	p := n.p
	t := p.at(i)
	if t.is == word {
		s := p.of(t)
		for j := range s {
			if s[j] == '\'' {
				n.typo(t.start+j, t.start+j+1, "fr.apostrophe", "’")
			}
		}
		return
	}
	if t.is != mark {
		return
	}
	before, after := p.at(i-1), p.at(i+1)
	s := p.of(t)
	switch s {
	case ";", "!", "?", ":":
		n.frenchSpaceBefore(i, s)
	case "«":
		switch {
		case after.is == space && strings.Trim(p.of(after), " ") == "":
			n.typo(after.start, after.end, "fr.guillemets", narrow)
		case after.is != space && i+1 < len(p.list):
			n.typo(t.start, t.end, "fr.guillemets", "«"+narrow)
		}
	case "»":
		switch {
		case before.is == space && strings.Trim(p.of(before), " ") == "" && before.end > before.start:
			n.typo(before.start, before.end, "fr.guillemets", narrow)
		case before.is != space && i > 0:
			n.typo(t.start, t.end, "fr.guillemets", narrow+"»")
		}
	case "'":
		if before.is == word && elisions[strings.ToLower(p.of(before))] && (after.is == skip || after.is == number || strings.Contains("«\"“", p.of(after)) && after.end > after.start) {
			n.typo(t.start, t.end, "fr.apostrophe", "’")
		}
	case ".":
		if p.of(before) == "." {
			return
		}
		run := 1
		for p.str(i+run) == "." {
			run++
		}
		switch {
		case strings.EqualFold(p.of(before), "etc") && before.is == word && run > 1:
			n.typo(t.start, t.start+run, "fr.etc", ".")
		case run >= 3 && run <= 6 && !strings.ContainsAny(p.str(i+run), "/\\"):
			n.typo(t.start, t.start+run, "fr.ellipsis", "…")
		}
	case "…":
		if strings.EqualFold(p.of(before), "etc") && before.is == word {
			n.typo(t.start, t.end, "fr.etc", ".")
		}
	case "€", "%":
		if before.is == number && strings.Trim(p.of(before), "0123456789.,") == "" && after.is != word {
			n.typo(t.start, t.end, "fr.unit", narrow+s)
		}
	}
}

func (n *noter) frenchSpaceBefore(i int, s string) {
	p := n.p
	t, before, after := p.at(i), p.at(i-1), p.at(i+1)
	if i == 0 {
		return
	}
	want := narrow
	if s == ":" {
		want = nbsp
	}
	// What follows must end something: no ?a=b, no "a:b", no "!important".
	if after.is == word || after.is == number || after.is == mark && !strings.Contains("!?»)”\"’…*]", p.of(after)) && !(p.of(after) == "." && p.str(i+2) == ".") {
		if after.is == mark && strings.Contains("«(\"", p.of(after)) && s == ":" {
			// "Il dit :«"
		} else {
			return
		}
	}
	if s == ":" && after.is == mark && after.end > after.start && !strings.Contains("«(\"", p.of(after)) {
		return
	}
	last := before
	if before.is == space {
		last = p.at(i - 2)
		if i < 2 || strings.Contains(p.of(before), "\n") || strings.Trim(p.of(before), " ") != "" {
			return
		}
	}
	switch last.is {
	case mark:
		l := p.of(last)
		dots := l == "." && last.start > 1 && p.text[last.start-1] == '.' && p.text[last.start-2] == '.'
		if l == "" || !dots && !strings.Contains(")»”\"%€…]*’", l) {
			return
		}
	case skip:
		if smileyLen(p.of(last)) > 0 {
			return
		}
	case word:
		if s == ";" && last == before && p.str(i-2) == "&" {
			return // &nbsp;
		}
	}
	if before.is == space {
		n.typo(before.start, before.end, "fr.space_before", want)
	} else {
		n.typo(t.start, t.end, "fr.space_before", want+s)
	}
}

var roman = regexp.MustCompile(`^([IVXLC]+)(ième|ieme|ème|eme|ièmes|iemes|èmes|emes)$`)

// frenchWord looks at ligatures and at the accents of capitals.
func (n *noter) frenchWord(i int) {
	p, d := n.p, n.d
	t := p.at(i)
	if t.is != word {
		return
	}
	s := p.of(t)
	if len(s) > maxWord {
		return
	}
	if m := roman.FindStringSubmatch(s); m != nil {
		end := "e"
		if strings.HasSuffix(m[2], "s") {
			end = "es"
		}
		n.typo(t.start, t.end, "fr.ordinal", m[1]+end)
		return
	}
	head, rest, ok := elided(French, s)
	if !ok {
		head, rest = "", s
	}
	start := t.start + len(head)
	if s == "Mr" && p.at(i+1).is == space && p.at(i+2).is == word && caseOf(p.str(i+2)) == title {
		n.typo(t.start, t.end, "fr.mr", "M.")
	}
	if n.p.capitalA(d, i) {
		n.typo(t.start, t.end, "fr.capital_accent", "À")
		return
	}
	if s == "Ca" && p.at(i+1).is == space && p.at(i+2).is == word && caseOf(p.str(i+2)) == small || strings.HasPrefix(s, "Ca-") {
		n.typo(t.start, t.start+2, "fr.capital_accent", "Ça")
		return
	}
	if d.right(s, n.o.Words) || d.right(rest, n.o.Words) {
		return
	}
	for _, pair := range [][2]string{{"oe", "œ"}, {"Oe", "Œ"}, {"OE", "Œ"}, {"ae", "æ"}, {"Ae", "Æ"}} {
		if w := strings.Replace(rest, pair[0], pair[1], 1); w != rest && d.right(w, n.o.Words) {
			n.typo(start, t.end, "fr.ligature", w)
			return
		}
	}
	if caseOf(rest) == title || caseOf(strings.SplitN(rest, "-", 2)[0]) == title {
		for _, pair := range [][2]string{{"E", "É"}, {"E", "È"}, {"E", "Ê"}, {"A", "Â"}, {"A", "À"}, {"C", "Ç"}, {"I", "Î"}, {"O", "Ô"}, {"U", "Û"}} {
			if w, ok := strings.CutPrefix(rest, pair[0]); ok && d.right(pair[1]+w, n.o.Words) {
				n.typo(start, t.end, "fr.capital_accent", pair[1]+w)
				return
			}
		}
	}
}

var afterA = setOf("bientôt demain partir tous toutes toute tout vos nos votre notre vous nous moi toi lui eux elle elles la l' mon ma mes ton ta tes son sa ses leur leurs ce cet cette ces chaque propos travers côté cause condition moins plus suivre l’occasion peine nouveau présent gauche droite quel quelle quoi qui table consommer emporter")

// capitalA tells whether the A that opens a sentence is surely an À.
func (p *page) capitalA(d *dictionary, i int) bool {
	t := p.at(i)
	if p.of(t) != "A" || !t.first || p.at(i+1).is != space || strings.Contains(p.str(i+1), "\n") {
		return false
	}
	next := p.at(i + 2)
	if next.is == number {
		return regexpHour.MatchString(p.of(next))
	}
	if next.is != word {
		return false
	}
	w := p.of(next)
	if afterA[strings.ToLower(w)] || strings.HasPrefix(strings.ToLower(straight(w)), "l'") {
		return true
	}
	if caseOf(w) == title {
		return true
	}
	verb, done := false, false
	for _, r := range d.readings(w, nil) {
		verb = verb || r.is("po:infi")
		done = done || r.is("po:ppas")
	}
	return verb && !done
}

var (
	regexpHour    = regexp.MustCompile(`^([01]?\d|2[0-4]|36|48|72)[hH]([0-5]\d)?$`)
	regexpOrdinal = regexp.MustCompile(`^(\d+)(ième|ieme|ème|eme|éme|ier|ère|ere|ére|èmes|emes|ièmes|ères|eres|iers|nd|nde|me|ème\.)$`)
	regexpUnit    = regexp.MustCompile(`^(\d+(?:[.,]\d+)?)(km|kg|cm|mm|mg|cl|ml|dl|ha|Go|Mo|Ko|To|min|kWh|kW)$`)
)

// frenchNumber looks at ordinals, hours, thousands and units.
func (n *noter) frenchNumber(i int) {
	p := n.p
	t := p.at(i)
	if t.is != number {
		return
	}
	s := p.of(t)
	if len(s) > 24 {
		return
	}
	if m := regexpOrdinal.FindStringSubmatch(s); m != nil {
		one := m[1] == "1"
		end := map[string]string{"ier": "er", "iers": "ers", "ère": "re", "ere": "re", "ére": "re", "ères": "res", "eres": "res", "nd": "nd", "nde": "nde"}[m[2]]
		switch {
		case end == "" && strings.HasSuffix(m[2], "s"):
			end = "es"
		case end == "":
			end = "e"
		case strings.HasPrefix(end, "r") && !one:
			return
		}
		if m[1]+end != s && !(one && end == "e") {
			n.typo(t.start, t.end, "fr.ordinal", m[1]+end)
		}
		return
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '/' })
	if p.str(i+1) != "%" && p.str(i+1) != "€" && !slices.ContainsFunc(parts, func(x string) bool { return !regexpHour.MatchString(x) }) {
		out := s
		for _, x := range parts {
			m := regexpHour.FindStringSubmatch(x)
			hour := m[1] + nbsp + "h"
			if m[2] != "" {
				hour += nbsp + m[2]
			}
			out = strings.Replace(out, x, hour, 1)
		}
		n.typo(t.start, t.end, "fr.hour", out)
		return
	}
	if m := regexpUnit.FindStringSubmatch(s); m != nil {
		n.typo(t.start, t.end, "fr.unit", m[1]+narrow+m[2])
		return
	}
	if len(s) >= 5 && strings.Trim(s, "0123456789") == "" && s[0] != '0' && n.counted(i) {
		var b strings.Builder
		for j := range s {
			if j > 0 && (len(s)-j)%3 == 0 {
				b.WriteString(narrow)
			}
			b.WriteByte(s[j])
		}
		n.typo(t.start, t.end, "fr.thousands", b.String())
	}
}

// counted tells whether a number counts something: 10000 € or 10000 abonnés,
// and not 75001 Paris.
func (n *noter) counted(i int) bool {
	p := n.p
	next := p.at(i + 1)
	if next.is == space {
		next = p.at(i + 2)
	}
	if next.is == mark {
		return strings.Contains("€%$£", p.of(next)) && next.end > next.start
	}
	if next.is != word || caseOf(p.of(next)) != small {
		return false
	}
	for _, r := range n.d.readings(p.of(next), nil) {
		if r.is("po:nom") && (r.is("is:pl") || r.is("is:inv")) {
			return true
		}
	}
	return false
}

// pairs looks for what is opened and never closed, and turns straight quotes.
func (n *noter) pairs(lang string) {
	p := n.p
	type open struct {
		at   int
		sign string
	}
	var stack []open
	flush := func() {
		for _, o := range stack {
			t := p.at(o.at)
			n.note(t.start, t.end, Unclosed, "unclosed")
		}
		stack = stack[:0]
	}
	closing := map[string]string{")": "(", "»": "«", "”": "“", "]": "["}
	for i, t := range p.list {
		s := p.of(t)
		if t.is == space && strings.Count(s, "\n") > 1 {
			flush()
			continue
		}
		if t.is != mark {
			continue
		}
		switch s {
		case "(", "«", "“", "[":
			if len(stack) < 100 {
				stack = append(stack, open{i, s})
			}
		case ")", "»", "”", "]":
			j := len(stack) - 1
			for j >= 0 && stack[j].sign != closing[s] {
				j--
			}
			if j >= 0 {
				if s == "”" && lang == French {
					n.guillemets(p.at(stack[j].at), t, len(stack) > 1 && slices.ContainsFunc(stack[:j], func(o open) bool { return o.sign == "«" }))
				}
				for _, o := range stack[j+1:] {
					t := p.at(o.at)
					n.note(t.start, t.end, Unclosed, "unclosed")
				}
				stack = stack[:j]
				continue
			}
			// "1)" and "a)" number a list.
			prev := p.at(i - 1)
			if s == ")" && (prev.is == number || prev.is == word && prev.end-prev.start <= 2 || prev.is == skip) || s == "]" || s == "”" {
				continue
			}
			n.note(t.start, t.end, Unclosed, "unopened")
		case `"`:
			before := p.at(i - 1)
			j := len(stack) - 1
			for j >= 0 && stack[j].sign != `"` {
				j--
			}
			if j < 0 {
				if before.is == number && i > 0 {
					continue // 24"
				}
				if len(stack) < 100 {
					stack = append(stack, open{i, s})
				}
				continue
			}
			inner := slices.ContainsFunc(stack[:j], func(o open) bool { return o.sign == "«" })
			for _, o := range stack[j+1:] {
				t := p.at(o.at)
				n.note(t.start, t.end, Unclosed, "unclosed")
			}
			from := p.at(stack[j].at)
			stack = stack[:j]
			switch {
			case lang == French && inner:
				n.typo(from.start, from.end, "fr.quotes", "“")
				n.typo(t.start, t.end, "fr.quotes", "”")
			case lang == French:
				n.guillemets(from, t, false)
			case n.o.Quotes:
				n.typo(from.start, from.end, "en.quotes", "“")
				n.typo(t.start, t.end, "en.quotes", "”")
			}
		}
	}
	flush()
}

// guillemets turns a pair of quotes into « », with their spaces.
func (n *noter) guillemets(from, to token, inner bool) {
	if inner {
		return
	}
	n.typo(from.start, from.end, "fr.quotes", "«"+narrow)
	n.typo(to.start, to.end, "fr.quotes", narrow+"»")
}

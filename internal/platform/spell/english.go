package spell

import (
	"strings"
	"unicode"
)

// englishMark looks at the spaces around English punctuation and, on request,
// at quotes and apostrophes.
func (n *noter) englishMark(i int) {
	p := n.p
	t := p.at(i)
	s := p.of(t)
	if t.is == word && n.o.Quotes {
		for j := range s {
			if s[j] == '\'' {
				n.typo(t.start+j, t.start+j+1, "en.quotes", "’")
			}
		}
		return
	}
	if t.is != mark {
		return
	}
	before, after := p.at(i-1), p.at(i+1)
	switch s {
	case ";", "!", "?", ":":
		if before.is == space && !strings.Contains(p.of(before), "\n") && p.at(i-2).is == word && (after.is == space || i+1 == len(p.list)) {
			n.typo(before.start, before.end, "space.before", "")
		}
	case ".":
		if n.o.Quotes && p.of(before) != "." && p.str(i+1) == "." && p.str(i+2) == "." && p.str(i+3) != "." {
			n.typo(t.start, t.start+3, "en.ellipsis", "…")
		}
	}
}

// english looks at a and an, at a small i, and at what the other side of the
// ocean writes otherwise.
func english(lang string, p *page, d *dictionary, o Options, add func(Mistake)) {
	n := &noter{p, d, o, add}
	for i, t := range p.list {
		if t.is != word {
			continue
		}
		s := p.of(t)
		low := strings.ToLower(straight(s))
		next := p.at(i + 2)
		spaced := p.at(i+1).is == space && !strings.Contains(p.str(i+1), "\n")
		switch {
		case s == "i" && !t.alone && spaced && next.is == word && p.str(i-1) != ".":
			n.note(t.start, t.end, Grammar, "en.i", "I")
		case strings.HasPrefix(s, "i'") || strings.HasPrefix(s, "i’"):
			if c := low[2:]; c == "m" || c == "ll" || c == "ve" || c == "d" {
				n.note(t.start, t.start+1, Grammar, "en.i", "I")
			}
		case (low == "a" || low == "an") && spaced && next.is == word && caseOf(s) != capital || low == "a" && s == "A" && t.first && spaced && next.is == word:
			if want := article(p.of(next)); want != "" && want != low {
				n.note(t.start, t.end, Grammar, "en.article", like(want, caseOf(s[:1]+"x")))
			}
		case low == "could" || low == "should" || low == "would" || low == "must" || low == "might":
			if spaced && p.of(next) == "of" && p.at(i+4).is == word && !oneOf(p.str(i+4), "course") {
				n.note(next.start, next.end, Grammar, "en.of", "have")
			}
		case spaced && next.is == word:
			if alt, ok := pairsEnglish[low+" "+strings.ToLower(straight(p.of(next)))]; ok {
				n.note(t.start, next.end, Grammar, "en.confused", keepShape(alt, s))
			}
		}
		n.otherSide(lang, t, s)
	}
}

var pairsEnglish = map[string]string{
	"your welcome": "you're welcome", "its a": "it's a", "its an": "it's an", "its the": "it's the", "its not": "it's not", "its been": "it's been", "its so": "it's so", "its time": "it's time",
	"their is": "there is", "their are": "there are", "they're is": "there is", "alot of": "a lot of", "should of": "should have", "more then": "more than", "less then": "less than", "better then": "better than", "rather then": "rather than", "other then": "other than",
	"could care": "couldn't care", "loose weight": "lose weight", "in tact": "intact", "per say": "per se", "of been": "have been", "your the": "you're the", "your a": "you're a", "your an": "you're an", "your not": "you're not", "your so": "you're so", "your going": "you're going",
	"whose going": "who's going", "who's car": "whose car", "to late": "too late", "to much": "too much", "to many": "too many", "he don't": "he doesn't", "she don't": "she doesn't", "it don't": "it doesn't", "we was": "we were", "they was": "they were", "you was": "you were", "he have": "he has", "she have": "she has", "they has": "they have", "we has": "we have", "everyone are": "everyone is", "everybody are": "everybody is", "advices": "advice",
}

func keepShape(alt, given string) string {
	if unicode.IsUpper(rune0(given)) {
		return initial(alt)
	}
	return alt
}

var (
	soundsVowel     = setOf("hour hours hourly honest honestly honesty honour honor honourable honorable heir heirs heirloom heiress mba seo sms html fyi faq nda nba hr http mp mp3 x-ray rss sos ngo")
	soundsConsonant = []string{"uni", "use", "usu", "uk", "us", "eu", "one", "once", "ufo", "ubi", "uti", "uri", "ute", "ura", "url", "ewe", "u"}
	vowelAfterAll   = []string{"unin", "unim", "unid", "unil", "unir", "unins", "un-", "usher", "us-", "uns", "unh", "unk", "unf", "una", "unb", "unc", "une", "uno", "unp", "unr", "unt", "unu", "unw", "up", "um", "ug", "ul"}
)

// article is the one a word wants, "" when not sure.
func article(next string) string {
	low := strings.ToLower(next)
	if soundsVowel[low] {
		return "an"
	}
	if caseOf(next) == capital || len(low) < 2 || strings.ContainsFunc(low, func(r rune) bool { return r > 0x7f }) {
		return ""
	}
	vowelly := strings.ContainsRune("aeiou", rune(low[0]))
	if !vowelly {
		if low[0] == 'h' && (strings.HasPrefix(low, "hist") || strings.HasPrefix(low, "hot") || strings.HasPrefix(low, "hab") || strings.HasPrefix(low, "herb")) {
			return ""
		}
		return "a"
	}
	for _, p := range vowelAfterAll {
		if strings.HasPrefix(low, p) {
			if strings.HasPrefix(low, "unani") {
				return "a"
			}
			return "an"
		}
	}
	for _, p := range soundsConsonant {
		if p != "u" && strings.HasPrefix(low, p) {
			if p == "us" && !strings.HasPrefix(low, "use") && !strings.HasPrefix(low, "usu") {
				return ""
			}
			return "a"
		}
	}
	return "an"
}

var oceans = [][2]string{{"our", "or"}, {"ise", "ize"}, {"isi", "izi"}, {"isa", "iza"}, {"yse", "yze"}, {"ysi", "yzi"}, {"tre", "ter"}, {"ll", "l"}, {"ogue", "og"}, {"ence", "ense"}, {"programme", "program"}, {"grey", "gray"}, {"cheque", "check"}, {"tyre", "tire"}, {"kerb", "curb"}, {"aeroplane", "airplane"}, {"ae", "e"}, {"oe", "e"}, {"mould", "mold"}, {"plough", "plow"}, {"jewellery", "jewelry"}, {"pyjamas", "pajamas"}}

// otherSide recognises a word that the other English spells so.
func (n *noter) otherSide(lang string, t token, s string) {
	if len(s) < 4 || len(s) > 30 || n.d.right(s, n.o.Words) {
		return
	}
	for _, o := range oceans {
		from, to := o[1], o[0]
		if lang == American {
			from, to = to, from
		}
		for at := 0; ; {
			j := strings.Index(s[at:], from)
			if j < 0 {
				break
			}
			at += j
			if w := s[:at] + to + s[at+len(from):]; n.d.right(w, n.o.Words) {
				n.note(t.start, t.end, Spelling, "en.variant", w)
				return
			}
			at++
		}
	}
}

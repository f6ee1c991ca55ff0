package spell

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sort is what a piece of text is.
type sort int

const (
	space  sort = iota
	word        // letters, with the apostrophes, hyphens and points inside
	number      // 12, 12h30, 2ème, 5km
	mark        // one sign of punctuation
	skip        // an address, a handle, a tag, code, a smiley: not to be read
)

// token is a piece of a text; the pieces of a text leave nothing out.
type token struct {
	start, end int
	is         sort
	first      bool // a word that opens a sentence or a line
	alone      bool // a word with no other word on its line
}

// page is a text cut into pieces.
type page struct {
	text string
	lang string
	list []token
	// What was looked up in this text: its words come again and again.
	read  map[string]*lecture
	right map[string]bool
}

func (p *page) of(t token) string { return p.text[t.start:t.end] }

// lecture is how a word of the text may be read, looked up once.
func (p *page) lecture(d *dictionary, s string, brand *Words) *lecture {
	l, ok := p.read[s]
	if !ok {
		l = lectureOf(d.readings(s, brand))
		if p.read == nil {
			p.read = map[string]*lecture{}
		}
		p.read[s] = l
	}
	return l
}

// knows tells whether a word of the text is right, looked up once.
func (p *page) knows(d *dictionary, s string, brand *Words) bool {
	ok, had := p.right[s]
	if !had {
		ok = d.right(s, brand)
		if p.right == nil {
			p.right = map[string]bool{}
		}
		p.right[s] = ok
	}
	return ok
}

// at is the piece i, an empty mark beyond the ends.
func (p *page) at(i int) token {
	if i < 0 || i >= len(p.list) {
		return token{is: mark}
	}
	return p.list[i]
}

// str is the text of the piece i, "" beyond the ends.
func (p *page) str(i int) string { return p.of(p.at(i)) }

// cut reads a text into pieces. Bytes that are no UTF-8 are skipped, as code is.
func cut(lang, text string) *page {
	p := &page{text: text, lang: lang, list: make([]token, 0, len(text)/3+4)}
	for i := 0; i < len(text); {
		kind, n := p.next(i)
		p.list = append(p.list, token{start: i, end: i + n, is: kind})
		i += n
	}
	p.sentences()
	return p
}

// next says what begins at i and how long it is.
func (p *page) next(i int) (sort, int) {
	s := p.text[i:]
	r, size := utf8.DecodeRuneInString(s)
	if isBlank(r) {
		n := 0
		for n < len(s) {
			r, size := utf8.DecodeRuneInString(s[n:])
			if !isBlank(r) {
				break
			}
			n += size
		}
		return space, n
	}
	begins := i == 0 || !wordEnd(p.text[:i])
	switch {
	case r == utf8.RuneError && size <= 1, r == 0:
		return skip, max(size, 1)
	case r == '`':
		return skip, codeLen(s)
	case r == '<' || r == '{' || r == '[':
		if n := tagLen(s); n > 0 {
			return skip, n
		}
	case r == '@' && begins:
		if n := handleLen(s); n > 1 {
			return skip, n
		}
	case (r == '#' || r == '＃') && begins:
		if n := hashLen(s); n > size {
			return skip, n
		}
	case r == '$' && begins && len(s) > 1 && isASCIILetter(s[1]): // $CAC, $HOME
		n := 1
		for n < len(s) && isASCIILetter(s[n]) {
			n++
		}
		return skip, n
	}
	if begins {
		if n := addressLen(s); n > 0 {
			return skip, n
		}
		if n := smileyLen(s); n > 0 {
			return skip, n
		}
	}
	switch {
	case unicode.IsDigit(r):
		return number, numberLen(s)
	case unicode.IsLetter(r):
		return word, wordLen(s)
	case pictured(r):
		n := size
		for n < len(s) {
			r, size := utf8.DecodeRuneInString(s[n:])
			if !pictured(r) && !unicode.Is(unicode.Mn, r) && r != '\u200d' {
				break
			}
			n += size
		}
		return skip, n
	}
	return mark, size
}

func isBlank(r rune) bool {
	return r == ' ' || r == '\n' || r == '\r' || r == '\t' || r == '\u00a0' || r == '\u202f' || r == '\u2009' || r == '\u2007' || r == '\u3000'
}

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// wordEnd tells whether the text ends inside a word or an address.
func wordEnd(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_'
}

// pictured tells emoji and signs from punctuation.
func pictured(r rune) bool {
	switch {
	case r < 0x80, r == '«', r == '»', r == '°', r == '·', r == '€', r == '£', r == '…', r == '’':
		return false
	case r >= 0x1f000, r == 0xfe0f, r == 0x20e3, r == 0x200d:
		return true
	}
	return unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || unicode.Is(unicode.Sm, r) || unicode.Is(unicode.Co, r)
}

func codeLen(s string) int {
	for _, fence := range []string{"```", "`"} {
		if !strings.HasPrefix(s, fence) {
			continue
		}
		rest := s[len(fence):]
		i := strings.Index(rest[:min(len(rest), 20000)], fence)
		if i >= 0 && (fence != "`" || !strings.Contains(rest[:i], "\n")) {
			return i + 2*len(fence)
		}
	}
	return 1
}

// tagLen reads <b>, </a>, {name}, {{name}}, [[name]].
func tagLen(s string) int {
	closing := map[byte]byte{'<': '>', '{': '}', '[': ']'}[s[0]]
	if len(s) < 3 || s[0] == '<' && !isASCIILetter(s[1]) && s[1] != '/' && s[1] != '!' || s[0] == '[' && s[1] != '[' {
		return 0
	}
	for n := 1; n < min(len(s), 400); n++ {
		switch s[n] {
		case closing:
			for n < len(s) && s[n] == closing && n < 402 {
				n++
				if s[0] == '<' {
					break
				}
			}
			return n
		case '\n', '<', '[':
			if n > 1 {
				return 0
			}
		case ' ':
			if s[0] == '{' {
				return 0
			}
		}
	}
	return 0
}

func handleLen(s string) int {
	n := 1
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-@", r) {
			break
		}
		n += size
	}
	return len(strings.TrimRight(s[:n], ".-@"))
}

func hashLen(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && r != '_' {
			break
		}
		n += size
	}
	return n
}

// tops are the ends of bare addresses ("monsite.fr/offre") and of file names.
var tops = func() map[string]bool {
	m := map[string]bool{}
	for _, e := range strings.Fields(`com fr org net io eu be ch ca uk de app dev co info social paris bzh shop blog tv gg ly us es it lu biz pro xyz ai online store art fm link site asso gouv edu gov example test
		jpg jpeg png gif webp svg pdf doc docx xls xlsx ppt pptx odt ods csv txt zip mp3 mp4 mov html php js css json xml md`) {
		m[e] = true
	}
	return m
}()

// addressLen reads a URL, a mail address or a bare domain.
func addressLen(s string) int {
	// What is read is only what could be an address: no letter beyond ASCII until the path.
	n, dots, at, lastDot := 0, 0, false, -1
	for n < len(s) && n < 255 {
		c := s[n]
		if isASCIILetter(c) || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '+' || c == '%' {
			n++
			continue
		}
		if c == '.' && n+1 < len(s) && n > 0 && s[n-1] != '.' && (isASCIILetter(s[n+1]) || s[n+1] >= '0' && s[n+1] <= '9') {
			dots, lastDot = dots+1, n
			n++
			continue
		}
		if c == '@' && n > 0 && !at && n+1 < len(s) && (isASCIILetter(s[n+1]) || s[n+1] >= '0' && s[n+1] <= '9') {
			at, dots, lastDot = true, 0, -1
			n++
			continue
		}
		break
	}
	switch {
	case n > 0 && strings.HasPrefix(s[n:], "://"), strings.HasPrefix(s, "www.") && n > 4, strings.HasPrefix(s, "mailto:"), strings.HasPrefix(s, "tel:") && len(s) > 4 && s[4] != ' ':
		return urlLen(s)
	case at && dots > 0:
		return n
	case dots > 0 && lastDot > 0:
		end := strings.ToLower(s[lastDot+1 : n])
		known := tops[end]
		// "fin.De" is a forgotten space, "monsite.fr" an address.
		if known && (end == s[lastDot+1:n]) {
			if n < len(s) && (s[n] == '/' || s[n] == '?' && n+1 < len(s) && isASCIILetter(s[n+1]) || s[n] == ':' && n+1 < len(s) && s[n+1] >= '0' && s[n+1] <= '9') {
				return urlLen(s)
			}
			if r, _ := utf8.DecodeRuneInString(s[n:]); n < len(s) && unicode.IsLetter(r) {
				return 0
			}
			return n
		}
	}
	return 0
}

// urlLen reads up to the first space, less the punctuation of the sentence.
func urlLen(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool {
		return isBlank(r) || r == '<' || r == '>' || r == '"' || r == '«' || r == '»' || r == utf8.RuneError
	})
	if n < 0 {
		n = len(s)
	}
	u := s[:n]
	for u != "" {
		r, size := utf8.DecodeLastRuneInString(u)
		if !strings.ContainsRune(".,;:!?'’…*_", r) && !(r == ')' && strings.Count(u, "(") < strings.Count(u, ")")) && r != ']' {
			break
		}
		u = u[:len(u)-size]
	}
	return max(len(u), 1)
}

var smileys = []string{":-)", ":-(", ";-)", ":-D", ":-P", ":-p", ":-/", ":-|", ":-o", ":-O", ":'-(", ":'(", ":')", ":)", ":(", ";)", ":D", ":P", ":p", ":o", ":O", ":3", ":/", ":|", ":*", "<3", "^^", "xD", "XD", ">:(", "=)", "=D", "¯\\_(ツ)_/¯", "->", "=>", "<-", "<=", ">="}

func smileyLen(s string) int {
	if s[0] >= 0x80 && !strings.HasPrefix(s, "¯") {
		return 0
	}
	for _, m := range smileys {
		if strings.HasPrefix(s, m) {
			// ":o" before a letter is a colon and a word; so is ":3" before a figure.
			r, _ := utf8.DecodeRuneInString(s[len(m):])
			if len(s) == len(m) || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !(strings.HasSuffix(m, "/") && r == '/') {
				return len(m)
			}
		}
	}
	// :shortcode:
	if s[0] == ':' {
		for n := 1; n < min(len(s), 40); n++ {
			c := s[n]
			if c == ':' && n > 2 {
				return n + 1
			}
			if !isASCIILetter(c) && c != '_' && !(c >= '0' && c <= '9' && n > 1) {
				break
			}
		}
	}
	return 0
}

// numberLen reads a number with the unit, the ordinal or the hour stuck to it.
func numberLen(s string) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !unicode.IsDigit(r) && !unicode.IsLetter(r) {
			next, _ := utf8.DecodeRuneInString(s[n+size:])
			if !strings.ContainsRune(".,:/-'’×", r) || !unicode.IsDigit(next) && !(r == '\'' || r == '’' || r == '-') || !unicode.IsDigit(next) && !unicode.IsLetter(next) {
				break
			}
		}
		n += size
	}
	return n
}

// wordLen reads letters, and what stands between letters inside a word.
func wordLen(s string) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || r == '_' || r == '\u00ad' {
			n += size
			continue
		}
		if strings.ContainsRune("'’-‐·•", r) && n > 0 {
			next, _ := utf8.DecodeRuneInString(s[n+size:])
			if unicode.IsLetter(next) || unicode.IsDigit(next) && (r == '-' || r == '‐') {
				n += size
				continue
			}
		}
		break
	}
	return n
}

// sentences notes the words that open one.
func (p *page) sentences() {
	open, count, from := true, 0, 0
	for i := range p.list {
		t := &p.list[i]
		switch s := p.of(*t); t.is {
		case word:
			t.first, open = open, false
			count++
		case number:
			open = false
			count++
		case space:
			if strings.Contains(s, "\n") {
				p.lonely(from, i, count)
				open, count, from = true, 0, i
			}
		case skip:
			count++
		case mark:
			if slices.Contains([]string{".", "!", "?", "…", "•", "¡", "¿"}, s) {
				// "M. Dupont", "etc. et": a point after a short word ends nothing for sure.
				if s == "." && i > 0 && p.list[i-1].is == word && abbreviations[strings.ToLower(p.str(i-1))] {
					continue
				}
				open = true
			}
		}
	}
	p.lonely(from, len(p.list), count)
}

func (p *page) lonely(from, to, count int) {
	if count > 1 {
		return
	}
	for i := from; i < to; i++ {
		p.list[i].alone = true
	}
}

var abbreviations = map[string]bool{"m": true, "mm": true, "mme": true, "dr": true, "pr": true, "st": true, "ste": true, "cf": true, "etc": true, "av": true, "bd": true, "tél": true, "tel": true, "mr": true, "mrs": true, "ms": true, "vs": true, "no": true, "env": true, "min": true, "max": true, "p": true, "ex": true, "éd": true, "vol": true}

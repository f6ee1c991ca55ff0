package textkit

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// EntityKind is what a piece of a text is.
type EntityKind string

const (
	Link    EntityKind = "link"
	Mention EntityKind = "mention"
	Tag     EntityKind = "tag"
)

// Entity is a piece of a text that is one thing and is never cut.
type Entity struct {
	Kind       EntityKind
	Start, End int    // bytes, half open
	Text       string // as written
	// URL is where a link leads: the text, with https:// before a bare domain.
	URL string
	// Bare is true for a link written without its scheme.
	Bare bool
	// User and Domain are the two halves of a mention: @user, @user@domain;
	// a Bluesky handle (@kerlann.bsky.social) is a User with dots.
	User, Domain string
	// Name is a tag without its #.
	Name string
}

// The patterns are written so that Go and the browser (flag u) read them the
// same; what may stand before a match is asked in code, in both. Neither needs
// to know Unicode's spaces: \p{Z} and \p{C} end a link.
const (
	label = `[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}\-]*[\p{L}\p{M}\p{N}])?`
	tail  = `(?::[0-9]{1,5})?(?:[\/?#][^\p{Z}\p{C}<>"“”«»]*)?`

	// LinkPattern is a link with its scheme, before Trim.
	LinkPattern = `[hH][tT][tT][pP][sS]?:\/\/(?:` + label + `\.)+` + label + tail
	// BarePattern is a link without; its last label must be a known one.
	BarePattern = `((?:` + label + `\.)+)(` + label + `)` + tail
	// MentionPattern is @user, @user@domain or @handle.bsky.social.
	MentionPattern = `@([A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?)(?:@(` + label + `(?:\.` + label + `)*))?`
	// TagPattern is #tag; one of its characters must be a letter.
	TagPattern = `#([\p{L}\p{N}_][\p{L}\p{M}\p{N}_·]*)`
)

var (
	linkRE    = regexp.MustCompile(LinkPattern)
	bareRE    = regexp.MustCompile(BarePattern)
	mentionRE = regexp.MustCompile(MentionPattern)
	tagRE     = regexp.MustCompile(TagPattern)
)

// Entities finds the links, mentions and tags of s, in order, never one over
// the other. A link gives back the punctuation that ends the sentence around
// it, and a closing parenthesis that it did not open.
func Entities(s string) []Entity {
	var out []Entity
	if strings.Contains(s, "://") {
		for _, m := range find(linkRE, s, "://") {
			if r := before(s, m[0]); word(r) || r == '@' || r == '#' || r == '$' {
				continue
			}
			text := TrimLink(s[m[0]:m[1]])
			out = append(out, Entity{Kind: Link, Start: m[0], End: m[0] + len(text), Text: text, URL: text})
		}
	}
	links := slices.Clone(out)
	free := func(from, to int) bool { // links are sorted: few comparisons
		i, _ := slices.BinarySearchFunc(links, from, func(e Entity, at int) int { return e.End - 1 - at })
		return i == len(links) || links[i].Start >= to
	}
	if strings.Contains(s, ".") {
		for _, m := range find(bareRE, s, ".") {
			r := before(s, m[0])
			if !free(m[0], m[1]) || word(r) || strings.ContainsRune("@#$/.-=:&%+", r) && r != 0 {
				continue
			}
			host, top := s[m[2]:m[3]], s[m[4]:m[5]]
			if !topLevel(top) || strings.ToUpper(top) == top && strings.ToUpper(host) != host {
				continue
			}
			text := TrimLink(s[m[0]:m[1]])
			if end := m[0] + len(text); end < len(s) && s[end] == '@' {
				continue // the first half of a mail address
			}
			out = append(out, Entity{Kind: Link, Start: m[0], End: m[0] + len(text), Text: text, URL: "https://" + text, Bare: true})
		}
	}
	slices.SortFunc(out, byStart)
	links = slices.Clone(out)
	if strings.Contains(s, "@") {
		for _, m := range find(mentionRE, s, "@") {
			if r := before(s, m[0]); word(r) || r == '/' || r == '=' || r == '@' || !free(m[0], m[1]) {
				continue
			}
			e := Entity{Kind: Mention, Start: m[0], End: m[1], Text: s[m[0]:m[1]], User: s[m[2]:m[3]]}
			if m[4] >= 0 {
				e.Domain = s[m[4]:m[5]]
			}
			out = append(out, e)
		}
	}
	if strings.Contains(s, "#") {
		slices.SortFunc(out, byStart)
		links = slices.Clone(out)
		for _, m := range find(tagRE, s, "#") {
			name := s[m[2]:m[3]]
			if r := before(s, m[0]); word(r) || r == '/' || r == '=' || r == '#' || r == '&' || !free(m[0], m[1]) {
				continue
			}
			if strings.IndexFunc(name, unicode.IsLetter) < 0 {
				continue
			}
			out = append(out, Entity{Kind: Tag, Start: m[0], End: m[1], Text: s[m[0]:m[1]], Name: name})
		}
	}
	slices.SortFunc(out, byStart)
	return out
}

// find is re.FindAllStringSubmatchIndex on the words of s that have the sign
// inside: no pattern crosses a space, and most words are only words.
func find(re *regexp.Regexp, s, sign string) [][]int {
	var out [][]int
	for from := 0; from < len(s); {
		i := strings.Index(s[from:], sign)
		if i < 0 {
			break
		}
		at := from + i
		start := strings.LastIndexFunc(s[from:at], unicode.IsSpace)
		if start < 0 {
			start = from
		} else {
			_, n := utf8.DecodeRuneInString(s[from+start:])
			start += from + n
		}
		end := strings.IndexFunc(s[at:], unicode.IsSpace)
		if end < 0 {
			end = len(s)
		} else {
			end += at
		}
		// A full stop that ends its word is only a full stop.
		if at+len(sign) < end {
			for _, m := range re.FindAllStringSubmatchIndex(s[start:end], -1) {
				for k := range m {
					if m[k] >= 0 {
						m[k] += start
					}
				}
				out = append(out, m)
			}
		}
		from = end
	}
	return out
}

func byStart(a, b Entity) int { return a.Start - b.Start }

// Of keeps the entities of one kind.
func Of(kind EntityKind, all []Entity) []Entity {
	var out []Entity
	for _, e := range all {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// TrimLink gives back what belongs to the sentence around a link: closing
// punctuation, emphasis, a bracket that the link did not open.
func TrimLink(s string) string {
	for s != "" {
		r, n := utf8.DecodeLastRuneInString(s)
		switch {
		case strings.ContainsRune(".,;:!?…'’‘*_~|`", r):
		case r == ')' && strings.Count(s, ")") > strings.Count(s, "("):
		case r == ']' && strings.Count(s, "]") > strings.Count(s, "["):
		case r == '}' && strings.Count(s, "}") > strings.Count(s, "{"):
		default:
			return s
		}
		s = s[:len(s)-n]
	}
	return s
}

func before(s string, at int) rune {
	if at == 0 {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(s[:at])
	return r
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

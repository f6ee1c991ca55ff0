package mastodontest

import (
	"html"
	"regexp"
	"strings"

	"github.com/rivo/uniseg"
)

// The fake finds links and mentions by itself, not with the product's code: a
// shared mistake would agree with itself.
var (
	linkRE    = regexp.MustCompile(`https?://[^\s<>"«»]+`)
	mentionRE = regexp.MustCompile(`(^|[^/\w])@(\w[\w.-]*\w|\w)(@[\w.-]+\w)?`)
	tagRE     = regexp.MustCompile(`(^|[^\w/&#])#([\p{L}\p{N}_·]*[\p{L}_·][\p{L}\p{N}_·]*)`)
)

// trimLink gives up the punctuation that ends the sentence, not the link.
func trimLink(u string) string {
	for {
		t := strings.TrimRight(u, ".,;:!?'…")
		if strings.HasSuffix(t, ")") && strings.Count(t, ")") > strings.Count(t, "(") {
			t = t[:len(t)-1]
		}
		if t == u {
			return u
		}
		u = t
	}
}

// countable is the length as Mastodon counts it (status_length_validator):
// graphemes of warning and text together, a link 23, a mention without its
// server. GoToSocial counts code points, as they stand.
func (s *Server) countable(text, spoiler string) int {
	if s.o.GoToSocial {
		return len([]rune(text)) + len([]rune(spoiler))
	}
	text = linkRE.ReplaceAllStringFunc(text, func(u string) string {
		return strings.Repeat("x", 23) + u[len(trimLink(u)):]
	})
	text = mentionRE.ReplaceAllString(text, "$1@$2")
	return uniseg.GraphemeClusterCount(spoiler + text)
}

// render makes the HTML that Mastodon makes of a text.
func (q *request) render(text string) string {
	var b strings.Builder
	at := 0
	put := func(part string) { b.WriteString(q.words(part)) }
	for _, m := range linkRE.FindAllStringIndex(text, -1) {
		u := trimLink(text[m[0]:m[1]])
		put(text[at:m[0]])
		b.WriteString(link(u))
		at = m[0] + len(u)
	}
	put(text[at:])
	out := strings.ReplaceAll(b.String(), "\r\n", "\n")
	paragraphs := regexp.MustCompile(`\n{2,}`).Split(strings.TrimSpace(out), -1)
	for i, p := range paragraphs {
		paragraphs[i] = "<p>" + strings.ReplaceAll(p, "\n", "<br />") + "</p>"
	}
	return strings.Join(paragraphs, "")
}

// link shortens what is seen and keeps the whole in invisible parts.
func link(u string) string {
	scheme, rest, _ := strings.Cut(u, "://")
	rest, www := strings.CutPrefix(rest, "www.")
	prefix := scheme + "://"
	if www {
		prefix += "www."
	}
	seen, hidden, class := rest, "", ""
	if r := []rune(rest); len(r) > 30 {
		seen, hidden, class = string(r[:30]), string(r[30:]), "ellipsis"
	}
	e := html.EscapeString
	return `<a href="` + e(u) + `" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">` + e(prefix) +
		`</span><span class="` + class + `">` + e(seen) + `</span><span class="invisible">` + e(hidden) + `</span></a>`
}

func (q *request) words(part string) string {
	part = html.EscapeString(part)
	part = mentionRE.ReplaceAllStringFunc(part, func(m string) string {
		g := mentionRE.FindStringSubmatch(m)
		host := q.base()
		if g[3] != "" {
			host = "https://" + g[3][1:]
		}
		return g[1] + `<span class="h-card" translate="no"><a href="` + host + "/@" + g[2] + `" class="u-url mention">@<span>` + g[2] + `</span></a></span>`
	})
	return tagRE.ReplaceAllString(part, `${1}<a href="`+q.base()+`/tags/$2" class="mention hashtag" rel="tag">#<span>$2</span></a>`)
}

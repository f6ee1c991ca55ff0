package mastodon

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
)

// fromHTML gives the words of a post as its author wrote them, as far as HTML
// tells: links by their address where the seen text is a short form, mentions
// and tags by their text.
func fromHTML(content string) string {
	if !strings.ContainsAny(content, "<&") {
		return content
	}
	nodes, err := html.ParseFragment(strings.NewReader(content), &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"})
	if err != nil {
		return content
	}
	var b strings.Builder
	for _, n := range nodes {
		words(&b, n)
	}
	return b.String()
}

func words(b *strings.Builder, n *html.Node) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
		return
	}
	if n.Type == html.ElementNode {
		switch n.DataAtom {
		case atom.Br, atom.P, atom.Div, atom.Li, atom.Blockquote:
			b.WriteByte('\n')
		case atom.Img: // custom emoji on some servers
			b.WriteString(attribute(n, "alt"))
			return
		case atom.A:
			if class := " " + attribute(n, "class") + " "; !strings.Contains(class, " mention ") && !strings.Contains(class, " hashtag ") && !strings.Contains(attribute(n, "rel"), "tag") {
				b.WriteString(linked(n))
				return
			}
		}
	}
	for c := range n.ChildNodes() {
		words(b, c)
	}
}

// linked is a link as its author typed it: the seen text, when it is the
// address with or without its scheme; else the address.
func linked(n *html.Node) string {
	var seen strings.Builder
	for c := range n.ChildNodes() {
		words(&seen, c)
	}
	href, text := attribute(n, "href"), seen.String()
	if canon(bare(text)) == canon(bare(href)) {
		return text
	}
	return href
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func bare(u string) string {
	if _, rest, ok := strings.Cut(u, "://"); ok {
		u = rest
	}
	return strings.TrimSuffix(u, "/")
}

// canon makes two texts equal when a server may have turned one into the
// other: spaces, line ends, invisible characters, forms of composition, the
// server part of mentions, the scheme and last slash of links, and case are
// no difference.
func canon(s string) string {
	s = norm.NFKC.String(s)
	var b strings.Builder
	for word := range strings.FieldsSeq(s) {
		b.WriteString(canonWord(word))
	}
	return strings.ToLower(b.String())
}

func canonWord(w string) string {
	w = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == '\uFE0F' || r == '\uFE0E' {
			return -1
		}
		return r
	}, w)
	for _, scheme := range []string{"https://", "http://"} {
		w = strings.ReplaceAll(w, scheme, "")
	}
	// @name@server is shown as @name.
	var b strings.Builder
	for i := 0; i < len(w); {
		at := strings.IndexByte(w[i:], '@')
		if at < 0 {
			b.WriteString(w[i:])
			break
		}
		at += i
		name := at + 1 + handle(w[at+1:])
		b.WriteString(w[i:name])
		i = name
		if name > at+1 && strings.HasPrefix(w[name:], "@") {
			if n := handle(w[name+1:]); n > 0 {
				i = name + 1 + n
			}
		}
	}
	return strings.ReplaceAll(b.String(), "/", "")
}

// handle is how many bytes of s a name or a server takes; a last point ends
// the sentence instead.
func handle(s string) int {
	n := 0
	for n < len(s) && (s[n] == '_' || s[n] == '-' || s[n] == '.' || s[n] == ':' || s[n] >= '0' && s[n] <= '9' || s[n] >= 'a' && s[n] <= 'z' || s[n] >= 'A' && s[n] <= 'Z') {
		n++
	}
	for n > 0 && (s[n-1] == '.' || s[n-1] == '-' || s[n-1] == ':') {
		n--
	}
	return n
}

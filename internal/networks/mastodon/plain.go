package mastodon

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// words is a status as plain text for a person to read: paragraphs and line
// breaks kept, links written out whole, people by their full name, nothing that
// a page could run. A content warning stands first, as its readers see it.
func (s spoken) words() string {
	var b strings.Builder
	nodes, err := html.ParseFragment(strings.NewReader(s.Content), &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"})
	if err != nil { // nested past all reason: its words without a structure
		b.WriteString(stripped(s.Content))
	}
	for _, n := range nodes {
		s.plain(&b, n, 0)
	}
	text := strings.TrimSpace(b.String())
	for strings.Contains(text, "\n\n\n") {
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	if s.SpoilerText != "" {
		text = strings.TrimSpace(s.SpoilerText + "\n\n" + text)
	}
	return text
}

// stripped is the text between the tags.
func stripped(content string) string {
	var b strings.Builder
	mute := 0
	for z := html.NewTokenizer(strings.NewReader(content)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return b.String()
		case html.StartTagToken, html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "script" || string(name) == "style" {
				mute = 0
				if kind == html.StartTagToken {
					mute = 1
				}
			}
		case html.TextToken:
			if mute == 0 {
				b.Write(z.Text()) // entities are read already
			}
		}
	}
}

// deepest is how far nested markup is followed: the parser itself gives up before.
const deepest = 1000

func (s spoken) plain(b *strings.Builder, n *html.Node, depth int) {
	switch {
	case depth > deepest || n.Type == html.CommentNode:
		return
	case n.Type == html.TextNode:
		b.WriteString(strings.ReplaceAll(n.Data, "\n", " ")) // a line end in HTML is a space
		return
	}
	inner := func() {
		for c := range n.ChildNodes() {
			s.plain(b, c, depth+1)
		}
	}
	if n.Type != html.ElementNode {
		inner()
		return
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Object, atom.Noscript, atom.Title, atom.Textarea, atom.Select, atom.Svg, atom.Math:
	case atom.Br:
		b.WriteByte('\n')
	case atom.P, atom.Div, atom.Blockquote, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		b.WriteString("\n\n")
		inner()
		b.WriteString("\n\n")
	case atom.Pre:
		b.WriteString("\n\n" + literal(n, depth) + "\n\n")
	case atom.Li:
		b.WriteString("\n- ")
		inner()
	case atom.Img: // a custom emoji: its shortcode
		b.WriteString(attribute(n, "alt"))
	case atom.A:
		b.WriteString(s.link(n, depth))
	default:
		inner()
	}
}

// link is what a link leads to: a person by her full name, a tag by itself, an
// address whole (servers hide its ends in invisible parts).
func (s spoken) link(n *html.Node, depth int) string {
	href := attribute(n, "href")
	text := strings.TrimSpace(literal(n, depth))
	for _, m := range s.Mentions {
		if m.URL == href && m.Acct != "" {
			return "@" + m.Acct
		}
	}
	if strings.HasPrefix(text, "#") || strings.HasPrefix(text, "@") && !strings.ContainsAny(text, " \t\n") {
		return text
	}
	lower := strings.ToLower(href)
	if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
		return text // javascript:, data: and the like lead nowhere
	}
	if text == "" || bare(text) == bare(href) || hides(n) {
		return href
	}
	return text + " (" + href + ")"
}

// hides tells whether parts of a link's text are invisible: it is an address.
func hides(n *html.Node) bool {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.DataAtom == atom.Span {
			if class := " " + attribute(c, "class") + " "; strings.Contains(class, " invisible ") || strings.Contains(class, " ellipsis ") {
				return true
			}
		}
	}
	return false
}

func literal(n *html.Node, depth int) string {
	if depth > deepest {
		return ""
	}
	if n.Type == html.TextNode {
		return n.Data
	}
	if n.DataAtom == atom.Script || n.DataAtom == atom.Style {
		return ""
	}
	if n.DataAtom == atom.Br {
		return "\n"
	}
	if n.DataAtom == atom.Img {
		return attribute(n, "alt")
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(literal(c, depth+1))
	}
	return b.String()
}

// Package markup is the little HTML that blogs and their connectors share: a
// plain text made into paragraphs, and somebody's HTML read back as plain text.
//
// It owns no sanitizing: what Text reads may be hostile, and only words leave
// it; what HTML writes is escaped whole. It never fetches anything.
package markup

import (
	"html"
	"strings"
	"unicode/utf8"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"vigie/internal/base/textkit"
)

// Paragraphs are the paragraphs of a text as HTML, each without its <p>:
// escaped, lines kept, links made to be followed.
func Paragraphs(text string) []string {
	text, _ = textkit.Clean(text)
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.Trim(p, "\n"); strings.TrimSpace(p) == "" {
			continue
		}
		var b strings.Builder
		at := 0
		for _, e := range textkit.Entities(p) {
			if e.Kind != textkit.Link || e.Bare {
				continue
			}
			b.WriteString(Escape(p[at:e.Start]))
			b.WriteString(`<a href="` + Escape(e.URL) + `">` + Escape(e.Text) + `</a>`)
			at = e.End
		}
		b.WriteString(Escape(p[at:]))
		out = append(out, strings.ReplaceAll(b.String(), "\n", "<br>"))
	}
	return out
}

// Escape makes a text safe in HTML and in an attribute. A bracket is written as
// a number too: it would open a shortcode on some blogs.
func Escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "[", "&#91;", "]", "&#93;").Replace(s)
}

// Plain undoes the entities of a short text that has no markup.
func Plain(s string) string { return strings.TrimSpace(html.UnescapeString(s)) }

// Title is what stands as a title over a text that has none: the first sentence
// of its first line, without links, cut between words at about eighty characters.
func Title(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	var said strings.Builder
	at := 0
	for _, e := range textkit.Entities(line) {
		if e.Kind == textkit.Link {
			said.WriteString(line[at:e.Start])
			at = e.End
		}
	}
	said.WriteString(line[at:])
	words := strings.Fields(said.String())
	if len(words) == 0 {
		words = strings.Fields(line) // a link and nothing else
	}
	for i, w := range words {
		if i >= 2 && strings.ContainsAny(w[len(w)-1:], ".!?") {
			words = words[:i+1]
			break
		}
	}
	out := strings.TrimSuffix(strings.Join(words, " "), ".")
	if utf8.RuneCountInString(out) <= 80 {
		return out
	}
	cut := string([]rune(out)[:80])
	if i := strings.LastIndexByte(cut, ' '); i > 30 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:") + "…"
}

// Text is the words of an HTML: paragraphs apart, lines where it breaks them,
// the address of a link after its words where they do not say it, pictures by
// their alternative text. Scripts, styles and comments say nothing.
func Text(s string) string {
	if !strings.ContainsAny(s, "<&\n") {
		return strings.TrimSpace(s)
	}
	nodes, err := xhtml.ParseFragment(strings.NewReader(s), &xhtml.Node{Type: xhtml.ElementNode, DataAtom: atom.Body, Data: "body"})
	if err != nil {
		return flat(s)
	}
	w := &writer{}
	for _, n := range nodes {
		w.node(n)
	}
	return strings.TrimSpace(w.b.String())
}

// flat is the words of what nests too deep to be a tree.
func flat(s string) string {
	w := &writer{}
	hidden := false
	for z := xhtml.NewTokenizer(strings.NewReader(s)); ; {
		switch z.Next() {
		case xhtml.ErrorToken:
			return strings.TrimSpace(w.b.String())
		case xhtml.StartTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			hidden = a == atom.Script || a == atom.Style
		case xhtml.EndTagToken:
			hidden = false
		case xhtml.TextToken:
			if !hidden {
				w.words(string(z.Text()))
			}
		}
	}
}

type writer struct{ b strings.Builder }

func (w *writer) node(n *xhtml.Node) {
	switch n.Type {
	case xhtml.TextNode:
		w.words(n.Data)
		return
	case xhtml.ElementNode:
	default:
		return
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Head, atom.Noscript, atom.Iframe:
		return
	case atom.Br:
		w.b.WriteByte('\n')
		return
	case atom.Img:
		w.words(attribute(n, "alt"))
		return
	case atom.P, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Ul, atom.Ol, atom.Figure, atom.Table:
		w.apart("\n\n")
		w.children(n)
		w.apart("\n\n")
		return
	case atom.Li, atom.Div, atom.Tr:
		w.apart("\n")
		w.children(n)
		w.apart("\n")
		return
	case atom.A:
		from := w.b.Len()
		w.children(n)
		seen, href := strings.TrimSpace(w.b.String()[from:]), attribute(n, "href")
		if strings.HasPrefix(href, "http") && bare(seen) != bare(href) {
			w.words(" (" + href + ")")
		}
		return
	}
	w.children(n)
}

func (w *writer) children(n *xhtml.Node) {
	for c := range n.ChildNodes() {
		w.node(c)
	}
}

// words writes a stretch of text, its white space as a browser shows it.
func (w *writer) words(s string) {
	for _, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			if have := w.b.String(); have == "" || strings.HasSuffix(have, "\n") || strings.HasSuffix(have, " ") {
				continue
			}
			r = ' '
		}
		w.b.WriteRune(r)
	}
}

// apart ends what was written with so many line ends, no more.
func (w *writer) apart(by string) {
	have := strings.TrimRight(w.b.String(), " ")
	if have == "" {
		return
	}
	ends := len(have) - len(strings.TrimRight(have, "\n"))
	if ends < len(by) {
		w.b.WriteString(by[ends:])
	}
}

func attribute(n *xhtml.Node, key string) string {
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

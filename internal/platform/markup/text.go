// Package markup reads HTML that strangers wrote, for its words alone.
//
// It owns the way from markup to plain text: links written out, quotes marked
// by "> ", nothing of what is not shown (scripts, styles, hidden parts, tracking
// pixels). It runs and loads nothing, and never makes HTML.
package markup

import (
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Text returns the words of an HTML document or fragment, at most max bytes of
// them. It never fails: broken markup gives what can be read. cut says that
// there was more.
func Text(r io.Reader, max int) (text string, cut bool) {
	w := &writer{max: max}
	z := html.NewTokenizer(r)
	z.SetMaxBuf(1 << 20)
	for !w.full {
		switch z.Next() {
		case html.ErrorToken:
			return w.done(), z.Err() != io.EOF
		case html.TextToken:
			if w.hidden == 0 {
				w.words(string(z.Text()))
			}
		case html.StartTagToken:
			w.start(z.Token(), false)
		case html.SelfClosingTagToken:
			w.start(z.Token(), true)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(atom.Lookup(name))
		}
	}
	return w.done(), true
}

// writer puts words on lines.
type writer struct {
	out    strings.Builder
	max    int
	full   bool
	line   strings.Builder
	blank  int // empty lines since the last words
	begun  bool
	quote  int
	pre    int
	hidden int       // depth inside of what is not shown
	under  atom.Atom // the element that hides
	links  []link
	item   string // of a list, before its words
}

type link struct {
	href string
	from int // where its words begin on the line
}

// void are the elements without an end.
func void(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

func (w *writer) start(t html.Token, closed bool) {
	a := t.DataAtom
	if w.hidden > 0 {
		if a == w.under && !closed && !void(a) {
			w.hidden++
		}
		return
	}
	if !void(a) && !closed && unseen(t) {
		w.hidden, w.under = 1, a
		return
	}
	switch a {
	case atom.Br:
		w.newline()
	case atom.Hr:
		w.paragraph()
	case atom.Img:
		if alt := strings.TrimSpace(attr(t, "alt")); alt != "" && !pixel(t) {
			w.words(" [" + alt + "] ")
		}
	case atom.A:
		w.links = append(w.links, link{strings.TrimSpace(attr(t, "href")), w.line.Len()})
		if len(w.links) > 50 {
			w.links = w.links[1:]
		}
	case atom.Blockquote:
		w.paragraph()
		w.quote = min(w.quote+1, 20)
	case atom.Pre:
		w.paragraph()
		w.pre++
	case atom.Li:
		w.newline()
		w.item = "- "
	case atom.Td, atom.Th:
		if w.line.Len() > 0 {
			w.words(" ")
		}
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table:
		w.paragraph()
	case atom.Div, atom.Tr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Dt, atom.Dd, atom.Center, atom.Address:
		w.newline()
	}
}

func (w *writer) end(a atom.Atom) {
	if w.hidden > 0 {
		if a == w.under {
			w.hidden--
		}
		return
	}
	switch a {
	case atom.A:
		if n := len(w.links); n > 0 {
			l := w.links[n-1]
			w.links = w.links[:n-1]
			w.writeOut(l)
		}
	case atom.Blockquote:
		w.paragraph()
		w.quote = max(0, w.quote-1)
	case atom.Pre:
		w.paragraph()
		w.pre = max(0, w.pre-1)
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table:
		w.paragraph()
	case atom.Div, atom.Tr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Li, atom.Dt, atom.Dd, atom.Center, atom.Address:
		w.newline()
	}
}

// writeOut puts a link's address behind its words, when they do not say it. A
// link that is shown as another address is the oldest trick there is.
func (w *writer) writeOut(l link) {
	low := strings.ToLower(l.href)
	if !strings.HasPrefix(low, "http://") && !strings.HasPrefix(low, "https://") && !strings.HasPrefix(low, "mailto:") {
		return
	}
	shown := ""
	if l.from <= w.line.Len() {
		shown = strings.TrimSpace(w.line.String()[l.from:])
	}
	bare := func(s string) string {
		for _, p := range []string{"https://", "http://", "mailto:", "www."} {
			s = strings.TrimPrefix(s, p)
		}
		return strings.TrimSuffix(s, "/")
	}
	if shown == "" || bare(strings.ToLower(shown)) == bare(low) {
		return
	}
	if len(l.href) > 2000 {
		return
	}
	w.words(" (" + strings.TrimPrefix(l.href, "mailto:") + ")")
}

// words adds running text to the line.
func (w *writer) words(s string) {
	if w.pre > 0 {
		for i, part := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
			if i > 0 {
				w.newline()
			}
			w.line.WriteString(part)
		}
		return
	}
	for _, r := range s {
		switch r {
		case ' ', '\t', '\n', '\r', '\f':
			if have := w.line.String(); have != "" && !strings.HasSuffix(have, " ") {
				w.line.WriteByte(' ')
			}
		case '\u00ad', '\u200b', '\u200c', '\u2060', '\ufeff', '\u034f': // the filling of newsletters
		default:
			w.line.WriteRune(r)
		}
		if w.line.Len() > w.max {
			w.newline()
			return
		}
	}
}

func (w *writer) newline() {
	s := strings.TrimRight(w.line.String(), " ")
	w.line.Reset()
	w.links = nil
	if w.pre == 0 {
		s = strings.TrimLeft(s, " ")
	}
	if s == "" {
		if w.pre > 0 && w.begun {
			w.blank++
		}
		return
	}
	mark := strings.Repeat("> ", w.quote)
	if w.begun {
		w.out.WriteByte('\n')
		for range min(w.blank, 2) {
			w.out.WriteString(strings.TrimRight(mark, " ") + "\n")
		}
	}
	w.out.WriteString(mark + w.item + s)
	w.item, w.blank, w.begun = "", 0, true
	w.full = w.out.Len() > w.max
}

func (w *writer) paragraph() {
	w.newline()
	w.blank = max(w.blank, 1)
}

func (w *writer) done() string {
	w.newline()
	return Cut(w.out.String(), w.max)
}

func attr(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// unseen tells what a reader of the page would not see.
func unseen(t html.Token) bool {
	switch t.DataAtom {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Object, atom.Iframe, atom.Svg, atom.Math, atom.Select, atom.Textarea, atom.Button, atom.Audio, atom.Video, atom.Canvas, atom.Applet:
		return true
	}
	style := strings.ToLower(strings.Join(strings.Fields(attr(t, "style")), ""))
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") || strings.Contains(style, "font-size:0;") || strings.Contains(style, "font-size:0px")
}

// pixel tells a picture that is there to be loaded, not seen.
func pixel(t html.Token) bool {
	tiny := func(s string) bool { s = strings.TrimSuffix(strings.TrimSpace(s), "px"); return s == "0" || s == "1" }
	return tiny(attr(t, "width")) || tiny(attr(t, "height")) || unseen(t)
}

// Cut keeps at most max bytes of s, whole characters.
func Cut(s string, max int) string {
	if len(s) <= max {
		return s
	}
	for max > 0 && s[max]&0xC0 == 0x80 {
		max--
	}
	return s[:max]
}

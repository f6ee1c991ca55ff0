package mailbox

import (
	"bytes"
	"html"
	"io"
	"strings"

	"vigie/internal/network"
	"vigie/internal/platform/markup"
)

// maxWords bounds what is kept of a mail's words, and of its HTML, in bytes.
const maxWords = 1 << 20

// letter is a mail as far as it could be read.
type letter struct {
	header      header
	text, html  string
	attachments []network.Attachment
	report      bool // multipart/report: a bounce or a receipt
	broken      bool
}

// readLetter reads the bytes of a mail; cut says that they are its beginning.
func readLetter(raw []byte, cut bool) letter {
	h, at, broken := readHeader(raw)
	r := reading{cut: cut, broken: broken || len(h) == 0}
	n := r.parse(h, raw[at:], "", 0)
	l := compose(h, n)
	l.broken = l.broken || r.broken
	return l
}

// compose puts together what the parts say.
func compose(h header, root *node) letter {
	l := letter{header: h, report: root.kind == "multipart/report"}
	v := l.voice(root)
	l.text, l.html = v.text, v.html
	if strings.TrimSpace(l.text) == "" && l.html != "" {
		l.text, _ = markup.Text(strings.NewReader(l.html), maxWords)
	}
	l.text = tidy(l.text)
	if len(l.text) > maxWords || len(l.html) > maxWords {
		l.broken = true
		l.text, l.html = markup.Cut(l.text, maxWords), markup.Cut(l.html, maxWords)
	}
	if l.broken || !l.header.has("from") {
		l.broken = true
	}
	return l
}

// voice is what a part says, in words and in HTML.
type voice struct{ text, html string }

// voice collects the words below a part, and lists what is attached.
func (l *letter) voice(n *node) voice {
	if len(n.children) == 0 {
		if n.said() {
			return l.words(n)
		}
		l.attach(n)
		return voice{}
	}
	var all []voice
	for i, c := range n.children {
		if n.kind == "multipart/signed" && i > 0 && !strings.HasPrefix(c.kind, "multipart/") && !c.said() {
			continue // the signature of a program
		}
		all = append(all, l.voice(c))
	}
	var out voice
	if n.kind == "multipart/alternative" {
		for _, v := range all {
			if strings.TrimSpace(out.text) == "" {
				out.text = v.text
			}
			if v.html != "" {
				out.html = v.html
			}
		}
		return out
	}
	dressed := false
	for _, v := range all {
		dressed = dressed || v.html != ""
	}
	for _, v := range all {
		text := v.text
		if strings.TrimSpace(text) == "" && v.html != "" {
			text, _ = markup.Text(strings.NewReader(v.html), maxWords)
		}
		if text = strings.TrimRight(text, "\r\n"); text != "" {
			if out.text != "" {
				out.text += "\n\n"
			}
			out.text += text
		}
		switch {
		case v.html != "":
			out.html += v.html
		case dressed && strings.TrimSpace(v.text) != "":
			out.html += "<pre>" + html.EscapeString(v.text) + "</pre>"
		}
	}
	return out
}

// words reads a leaf whose words are the mail's own.
func (l *letter) words(n *node) voice {
	u := transfer(bytes.NewReader(n.body), n.encoding)
	b, err := io.ReadAll(io.LimitReader(u, maxWords+1))
	s, ok := decodeText(b, n.params["charset"])
	if n.kind == "text/html" && n.params["charset"] == "" {
		if named := charsetOf(b); named != "" {
			s, ok = decodeText(b, named)
		}
	}
	if u.broken && !n.cut || err != nil || !ok || n.cut {
		l.broken = true
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if n.kind == "text/plain" {
		if strings.EqualFold(n.params["format"], "flowed") {
			s = unflow(s, strings.EqualFold(n.params["delsp"], "yes"))
		}
		return voice{text: s}
	}
	return voice{html: s}
}

// charsetOf reads the charset that a page names in itself.
func charsetOf(b []byte) string {
	head := strings.ToLower(string(b[:min(len(b), 4096)]))
	_, after, ok := strings.Cut(head, "charset=")
	if !ok {
		return ""
	}
	after = strings.TrimLeft(after, `"' `)
	if i := strings.IndexAny(after, `"'>;/ `); i > 0 && i < 40 {
		return after[:i]
	}
	return ""
}

func (l *letter) attach(n *node) {
	if l.report && n.kind == "message/delivery-status" {
		return
	}
	a := network.Attachment{Type: n.kind, Ref: network.Ref(n.path), Name: n.name, Bytes: n.size}
	if strings.EqualFold(strings.TrimSpace(n.encoding), "base64") {
		a.Bytes = n.size * 3 / 4 * 76 / 78 // line breaks are no bytes of it
	}
	if a.Name == "" && n.kind == "message/rfc822" {
		a.Name = "message.eml"
	}
	l.attachments = append(l.attachments, a)
}

// tidy takes line breaks of other systems and empty ends away.
func tidy(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if line != "-- " { // the mark of a signature ends in a space
			lines[i] = strings.TrimRight(line, " \t\u00a0")
		}
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// unflow joins the lines that RFC 3676 cut for narrow screens.
func unflow(s string, delsp bool) string {
	var out []string
	open, depth := false, 0
	for _, line := range strings.Split(s, "\n") {
		level := 0
		for level < len(line) && line[level] == '>' {
			level++
		}
		mark, words := line[:level], strings.TrimPrefix(line[level:], " ")
		sign := words == "-- "
		soft := strings.HasSuffix(words, " ") && !sign
		if soft && delsp {
			words = words[:len(words)-1]
		}
		if open && level == depth && !sign {
			out[len(out)-1] += words
		} else {
			if mark != "" {
				mark += " "
			}
			out = append(out, mark+words)
		}
		open, depth = soft, level
	}
	return strings.Join(out, "\n")
}

package assets

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Bounds of an XMP packet: what is beyond says nothing.
const (
	maxXMP      = 1 << 20
	maxXMPToken = 40_000
	maxXMPDepth = 24
)

// readXMP says the simple properties of a packet by their local names, lists
// joined by commas, structures by the names of their fields (the licensor of
// PLUS). It reads r to its end, as its caller asks, and a packet over maxXMP
// says nothing at all. encoding/xml knows no entities of a document's own, so
// that nothing can swell.
func readXMP(r io.Reader, say func(name, value string)) error {
	packet, err := io.ReadAll(io.LimitReader(r, maxXMP+1))
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	if len(packet) > maxXMP {
		return nil
	}
	d := xml.NewDecoder(bytes.NewReader(packet))
	w := xmpWalk{say: say}
	for range maxXMPToken {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return nil // what was read counts
		}
		switch t := t.(type) {
		case xml.StartElement:
			if !w.open(t) {
				return nil
			}
		case xml.CharData:
			if len(w.stack) > 0 && w.text.Len() < tagBytes {
				w.text.Write(t)
			}
		case xml.EndElement:
			w.close()
		}
	}
	return nil
}

// xmpWalk is where the walk stands. Prefixes are taken at their word (rdf, plus):
// every program writes the usual ones.
type xmpWalk struct {
	say   func(name, value string)
	stack []xmpNode
	text  strings.Builder
}

type xmpNode struct {
	prefix, name string
	items        []string
	inner        bool // it held elements
}

func (w *xmpWalk) open(t xml.StartElement) bool {
	if len(w.stack) >= maxXMPDepth {
		return false
	}
	if n := len(w.stack); n > 0 {
		w.stack[n-1].inner = true
	}
	node := xmpNode{prefix: t.Name.Space, name: t.Name.Local}
	w.text.Reset()
	for _, a := range t.Attr {
		switch {
		case a.Name.Space == "rdf" && a.Name.Local == "resource":
			node.items = append(node.items, a.Value)
		case a.Name.Space == "" || a.Name.Space == "xmlns" || a.Name.Space == "xml" || a.Name.Space == "rdf":
		default:
			w.say(upper(a.Name.Local), strings.TrimSpace(a.Value))
		}
	}
	w.stack = append(w.stack, node)
	return true
}

func (w *xmpWalk) close() {
	n := len(w.stack) - 1
	if n < 0 {
		return
	}
	node := w.stack[n]
	w.stack = w.stack[:n]
	if s := strings.TrimSpace(w.text.String()); s != "" && !node.inner {
		node.items = append(node.items, s)
	}
	w.text.Reset()
	if node.prefix == "rdf" || node.prefix == "x" { // a list, an item: its words are its property's
		if n > 0 && len(node.items) > 0 {
			up := &w.stack[n-1]
			if node.name == "Alt" {
				node.items = node.items[:1] // the same in several languages, the usual one first
			}
			up.items = append(up.items, node.items...)
		}
		return
	}
	if len(node.items) > 0 {
		w.say(upper(node.name), strings.Join(node.items, ", "))
	}
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

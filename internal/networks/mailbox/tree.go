package mailbox

import (
	"bytes"
	"strconv"
	"strings"

	imap "github.com/emersion/go-imap/v2"
)

// node is a part of a mail: read from its bytes, or as the server describes it.
type node struct {
	path     string // as IMAP counts: "2.1"
	kind     string // "text/plain", in small letters
	params   map[string]string
	attached bool // Content-Disposition says so
	name     string
	encoding string
	id       string
	size     int64 // as it travels
	children []*node
	body     []byte // of a leaf that was read
	cut      bool   // body is its beginning only
}

const (
	maxDepth = 20
	maxParts = 300
)

// reading is one mail being taken apart.
type reading struct {
	parts  int
	cut    bool // the bytes are the beginning of the mail only
	broken bool
}

// parse takes the bytes of a part below its header apart.
func (r *reading) parse(h header, body []byte, path string, depth int) *node {
	r.parts++
	n := &node{path: path, encoding: h.get("content-transfer-encoding"), id: strings.Trim(h.get("content-id"), "<> "), size: int64(len(body))}
	var ok bool
	if n.kind, n.params, ok = media(h.get("content-type")); !ok {
		r.broken = true
	}
	if !strings.Contains(n.kind, "/") {
		if n.kind != "" && n.kind != "text" { // "text" alone was lawful once
			r.broken = true
		}
		n.kind = "text/plain"
	}
	disposition, dparams, _ := media(h.get("content-disposition"))
	n.attached = strings.EqualFold(disposition, "attachment")
	n.name = fileName(dparams["filename"], n.params["name"])
	if strings.HasPrefix(n.kind, "multipart/") && depth < maxDepth {
		if r.split(n, body, depth) {
			return n
		}
		r.broken = true
		n.kind = "text/plain" // its words are there all the same
	}
	if depth == 0 || path == "" {
		n.path = "1"
	}
	n.body, n.cut = body, r.cut
	return n
}

// split cuts a multipart at its boundary; false: it has none.
func (r *reading) split(n *node, body []byte, depth int) bool {
	boundary := n.params["boundary"]
	if boundary == "" || !bytes.Contains(body, []byte("--"+boundary)) {
		if boundary = guess(body); boundary == "" {
			return false
		}
		r.broken = true
	}
	mark := []byte("--" + boundary)
	from, closed := -1, false
	add := func(part []byte, cut bool) {
		if r.parts >= maxParts {
			r.broken = true
			return
		}
		h, at, bad := readHeader(part)
		r.broken = r.broken || bad
		path := strconv.Itoa(len(n.children) + 1)
		if n.path != "" {
			path = n.path + "." + path
		}
		was := r.cut
		r.cut = was && cut
		n.children = append(n.children, r.parse(h, part[at:], path, depth+1))
		r.cut = was
	}
	for at := 0; at < len(body) && !closed; {
		next, end := len(body), len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			next, end = at+i+1, at+i
		}
		line := bytes.TrimRight(body[at:end], " \t\r")
		if bytes.HasPrefix(line, mark) && (len(line) == len(mark) || bytes.Equal(line[len(mark):], []byte("--"))) {
			closed = len(line) > len(mark)
			if from >= 0 {
				add(trimLine(body[from:at]), false)
			}
			from = next
		}
		at = next
	}
	if !closed && from >= 0 {
		r.broken = r.broken || !r.cut
		if from < len(body) {
			add(body[from:], true)
		}
	}
	return len(n.children) > 0
}

// trimLine takes away the line break that belongs to the boundary.
func trimLine(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
}

// guess finds the boundary of a multipart that does not name it.
func guess(body []byte) string {
	for at := 0; at < min(len(body), 64<<10); {
		next, end := len(body), len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			next, end = at+i+1, at+i
		}
		if line := bytes.TrimRight(body[at:end], " \t\r"); len(line) > 8 && len(line) < 80 && bytes.HasPrefix(line, []byte("--")) && !bytes.HasPrefix(line, []byte("-----")) {
			if h, _, bad := readHeader(body[next:]); !bad && h.has("content-type") {
				return string(line[2:])
			}
		}
		at = next
	}
	return ""
}

func fileName(names ...string) string {
	for _, s := range names {
		if s = decodeWords(s); s != "" {
			if i := strings.LastIndexAny(s, `/\`); i >= 0 {
				s = s[i+1:]
			}
			for len(s) > 200 {
				s = strings.ToValidUTF8(s[:200], "")
			}
			return s
		}
	}
	return ""
}

// described is a mail as the server says it is made.
func described(bs imap.BodyStructure, path string, depth int, count *int) *node {
	*count++
	switch bs := bs.(type) {
	case *imap.BodyStructureMultiPart:
		n := &node{path: path, kind: "multipart/" + strings.ToLower(bs.Subtype), params: map[string]string{}}
		for i, child := range bs.Children {
			if *count >= maxParts || depth >= maxDepth {
				break
			}
			p := strconv.Itoa(i + 1)
			if path != "" {
				p = path + "." + p
			}
			n.children = append(n.children, described(child, p, depth+1, count))
		}
		return n
	case *imap.BodyStructureSinglePart:
		n := &node{path: path, kind: strings.ToLower(bs.Type + "/" + bs.Subtype), params: bs.Params, encoding: bs.Encoding, id: strings.Trim(bs.ID, "<> "), size: int64(bs.Size)}
		if path == "" {
			n.path = "1"
		}
		disposition := map[string]string{}
		if d := bs.Disposition(); d != nil {
			n.attached, disposition = strings.EqualFold(d.Value, "attachment"), d.Params
		}
		low := func(m map[string]string, name string) string {
			for k, v := range m {
				if strings.EqualFold(k, name) {
					return v
				}
			}
			return ""
		}
		n.params = map[string]string{"charset": low(bs.Params, "charset"), "name": low(bs.Params, "name")}
		n.name = fileName(low(disposition, "filename"), n.params["name"])
		return n
	}
	return &node{path: "1", kind: "text/plain", params: map[string]string{}}
}

// said tells a leaf whose words are the mail's own.
func (n *node) said() bool {
	return len(n.children) == 0 && !n.attached && (n.kind == "text/plain" || n.kind == "text/html" || n.kind == "text/enriched") && (n.name == "" || n.path == "1")
}

// leaves calls do for every part that has no parts.
func (n *node) leaves(do func(*node)) {
	if len(n.children) == 0 {
		do(n)
		return
	}
	for _, c := range n.children {
		c.leaves(do)
	}
}

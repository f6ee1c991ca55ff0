package mailbox

import (
	"bytes"
	"encoding/base64"
	"mime"
	"regexp"
	"strings"
	"time"

	netmail "net/mail"

	"vigie/internal/base/textkit"
)

// header are the fields of a mail or of a part, in their order.
type header []field

type field struct{ name, value string } // name in small letters, value unfolded, as it came

const (
	maxHeader = 256 << 10
	maxFields = 1000
)

// readHeader reads the fields at the beginning of b and tells where the rest
// begins. What is no field is passed over, and says that the mail is broken.
func readHeader(b []byte) (h header, body int, broken bool) {
	at := 0
	for at < len(b) && at < maxHeader && len(h) < maxFields {
		end := bytes.IndexByte(b[at:], '\n')
		next := len(b)
		line := b[at:]
		if end >= 0 {
			next, line = at+end+1, b[at:at+end]
		}
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return h, next, broken
		}
		switch name, value, ok := bytes.Cut(line, []byte(":")); {
		case line[0] == ' ' || line[0] == '\t':
			if len(h) == 0 {
				broken = true
			} else {
				h[len(h)-1].value += " " + string(bytes.TrimSpace(line))
			}
		case ok && isFieldName(bytes.TrimRight(name, " \t")):
			h = append(h, field{strings.ToLower(string(bytes.TrimRight(name, " \t"))), string(bytes.TrimSpace(value))})
		case bytes.HasPrefix(line, []byte("From ")) && at == 0: // an mbox that was copied in
		default:
			// No field and no empty line: the text began without one.
			return h, at, true
		}
		at = next
	}
	return h, at, broken || at < len(b)
}

func isFieldName(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || c == ':' {
			return false
		}
	}
	return len(b) > 0 && len(b) < 80
}

// get is the first value of a name, as it came.
func (h header) get(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func (h header) has(name string) bool { return h.get(name) != "" }

// words is the first value of a name for a person to read.
func (h header) words(name string) string { return decodeWords(h.get(name)) }

var encodedWord = regexp.MustCompile(`=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=`)

// decodeWords reads RFC 2047's encoded words. Neighbours of one charset are put
// together first, since many programs cut between two bytes of a letter.
func decodeWords(s string) string {
	var out strings.Builder
	var held []byte
	var charset string
	plain := func(b string) {
		t, _ := decodeRaw([]byte(b), "")
		out.WriteString(t)
	}
	flush := func() {
		if held != nil {
			t, _ := decodeRaw(held, charset)
			out.WriteString(t)
			held = nil
		}
	}
	at := 0
	for _, m := range encodedWord.FindAllStringSubmatchIndex(s, -1) {
		between := s[at:m[0]]
		label, _, _ := strings.Cut(strings.ToLower(s[m[2]:m[3]]), "*")
		joined := held != nil && strings.TrimSpace(between) == "" // what parts two of them is not shown
		if !joined || label != charset {
			flush()
			if !joined {
				plain(between)
			}
			charset = label
		}
		text := s[m[6]:m[7]]
		if strings.EqualFold(s[m[4]:m[5]], "b") {
			b, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				b, _ = base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
			}
			held = append(held, b...)
		} else {
			u := &unquote{u: &undone{}}
			held = append(held, u.decode([]byte(strings.ReplaceAll(text, "_", " ")), false)...)
		}
		if held == nil {
			held = []byte{}
		}
		at = m[1]
	}
	flush()
	plain(s[at:])
	t, _ := textkit.Clean(strings.Join(strings.Fields(out.String()), " "))
	return t
}

// media reads Content-Type and Content-Disposition, which half of the world's
// programs write in their own way.
func media(value string) (kind string, params map[string]string, ok bool) {
	kind, params, err := mime.ParseMediaType(value)
	if err == nil {
		return kind, params, true
	}
	params = map[string]string{}
	for i, part := range strings.Split(value, ";") {
		if i == 0 {
			kind = strings.ToLower(strings.TrimSpace(part))
			continue
		}
		if k, v, found := strings.Cut(part, "="); found {
			params[strings.ToLower(strings.TrimSpace(k))] = strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return kind, params, value == ""
}

// date is when a mail says it was written; zero: it does not.
func (h header) date() time.Time {
	t, err := netmail.ParseDate(h.get("date"))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

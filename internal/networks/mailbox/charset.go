package mailbox

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"

	"vigie/internal/base/textkit"
)

// decodeText reads bytes in the charset that they claim, or in the one they are
// in: valid UTF-8 with letters beyond ASCII is UTF-8 whatever the label says, and
// what claims to be UTF-8 and is not is Windows-1252. ok is false when nothing
// fitted and letters were lost. NULs, lone surrogates and the like are taken out.
func decodeText(b []byte, label string) (s string, ok bool) {
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`))
	s, ok = decodeRaw(b, label)
	s, _ = textkit.Clean(s)
	return s, ok
}

func decodeRaw(b []byte, label string) (string, bool) {
	// Charsets of seven bits (ISO-2022-JP) look like ASCII: believed first.
	if seven(label) {
		if e := lookup(label); e != nil {
			out, err := e.NewDecoder().Bytes(b)
			return string(out), err == nil
		}
	}
	if utf8.Valid(b) && !strings.HasPrefix(label, "utf-16") && !strings.HasPrefix(label, "utf-32") {
		return string(b), !seven(label) || label == ""
	}
	if cut := cutRune(b); cut != nil && plainLabel(label) {
		return string(cut), true // the end of a text that was cut
	}
	if plainLabel(label) {
		if s, mostly := mended(b); mostly {
			return s, false
		}
	}
	e := lookup(label)
	if e == nil || label == "utf-8" || label == "utf8" || label == "us-ascii" || label == "ascii" {
		out, _ := charmap.Windows1252.NewDecoder().Bytes(b)
		return string(out), plainLabel(label)
	}
	out, err := e.NewDecoder().Bytes(b)
	if err != nil {
		out, _ = charmap.Windows1252.NewDecoder().Bytes(b)
	}
	return string(out), err == nil
}

// mended is b without the bytes that are no UTF-8, when most of its other letters
// are: a text that a program damaged, and no Windows-1252.
func mended(b []byte) (s string, mostly bool) {
	good, bad := 0, 0
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else if n > 1 {
			good++
		}
		rest = rest[n:]
	}
	if good <= bad {
		return "", false
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), true
}

func plainLabel(label string) bool {
	switch label {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "8bit", "default":
		return true
	}
	return false
}

// cutRune returns b without the half character at its end, when it is otherwise
// valid UTF-8; else nil.
func cutRune(b []byte) []byte {
	for n := 1; n < utf8.UTFMax && n < len(b); n++ {
		if utf8.RuneStart(b[len(b)-n]) {
			if c := b[:len(b)-n]; utf8.Valid(c) && !utf8.FullRune(b[len(b)-n:]) {
				return c
			}
			return nil
		}
	}
	return nil
}

// seven tells the charsets that write other letters with ASCII bytes.
func seven(label string) bool {
	return strings.HasPrefix(label, "iso-2022") || strings.HasPrefix(label, "csiso2022") || label == "hz-gb-2312" || label == "utf-7"
}

// lookup finds a charset by the names that mails use; nil: not known.
func lookup(label string) encoding.Encoding {
	switch label {
	case "":
		return nil
	case "cp1252", "ansi", "windows1252", "iso-8859-15-windows":
		label = "windows-1252"
	case "latin-1", "latin1", "iso8859-1", "iso_8859-1", "8859-1":
		label = "iso-8859-1"
	case "iso8859-15", "latin-9", "latin9":
		label = "iso-8859-15"
	}
	if e, err := htmlindex.Get(label); err == nil && e != encoding.Replacement {
		return e
	}
	if e, err := ianaindex.MIME.Encoding(label); err == nil && e != nil && e != encoding.Replacement {
		return e
	}
	return nil
}

package exchange

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// encodingOf guesses from the first bytes; empty when this is no text.
func encodingOf(head []byte) (name string, bom bool) {
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return "utf-8", true
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return "utf-16le", true
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "utf-16be", true
	}
	// UTF-16 without its mark: every second byte of western text is zero.
	var even, odd int
	for i, c := range head {
		if c == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	switch half := len(head) / 2; {
	case even+odd == 0:
		return "utf-8", false // or windows-1252: the lines tell
	case odd > half/2 && even == 0:
		return "utf-16le", false
	case even > half/2 && odd == 0:
		return "utf-16be", false
	}
	return "", false
}

// survey counts what the lines of a file are written in.
type survey struct {
	accented int   // lines with letters beyond ASCII, in UTF-8
	strange  int   // lines that are not UTF-8
	lines    []int // the first of these
}

// newDecoder gives the file as UTF-8. Lines that are not are read as
// windows-1252, each by itself: files are glued together from several hands.
func newDecoder(r io.Reader, encoding string, s *survey) io.Reader {
	switch encoding {
	case "utf-16le":
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case "utf-16be":
		return transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	}
	return &lineDecoder{r: bufio.NewReaderSize(r, 64<<10), survey: s}
}

type lineDecoder struct {
	r      *bufio.Reader
	survey *survey
	line   int
	begun  bool   // the file's mark was looked for
	carry  []byte // the start of a letter that a piece ended in
	rest   []byte
	err    error
}

// Read implements io.Reader.
func (d *lineDecoder) Read(p []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.next()
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

func (d *lineDecoder) next() {
	line, err := d.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		err = nil // a very long line is looked at in pieces
	}
	d.err = err
	if !d.begun {
		line, d.begun = bytes.TrimPrefix(line, []byte{0xef, 0xbb, 0xbf}), true
	}
	if len(d.carry) > 0 {
		line, d.carry = append(d.carry, line...), nil
	}
	d.line++
	whole := line
	// A piece of a long line may end inside of a letter: that waits for the next.
	if n := len(line); n > 0 && line[n-1] != '\n' && err == nil {
		whole = line[:n-cutRune(line)]
		d.line--
	}
	if utf8.Valid(whole) {
		if d.survey != nil && !ascii(whole) {
			d.survey.accented++
		}
		if len(whole) < len(line) {
			d.carry = bytes.Clone(line[len(whole):])
		}
		d.rest = bytes.Clone(whole)
		return
	}
	if d.survey != nil {
		d.survey.strange++
		if len(d.survey.lines) < 50 {
			d.survey.lines = append(d.survey.lines, d.line)
		}
	}
	d.rest, _ = charmap.Windows1252.NewDecoder().Bytes(line)
}

// cutRune is how many bytes at the end of b begin a letter that b does not end.
func cutRune(b []byte) int {
	for i := 1; i <= min(3, len(b)); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return i
			}
			return 0
		}
	}
	return 0
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
